"""What ``pprmail.toml`` says, as frozen values: one class a table, with the defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import PprmailError
from pprmail.model import Vocabulary

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

POSTAL_PLACEHOLDER = "POSTAL ADDRESS TO BE FILLED IN"
"""What ``init`` writes; a real provider refuses an address that contains it."""


class Newsletter(NamedTuple):
    """``[newsletter]``: what is published, and where."""

    id: str
    title: str
    author: str
    base_url: str
    tag_authority: str
    description: str = ""
    introduction: str = ""
    language: str = "en"
    timezone: str = "America/Toronto"

    @property
    def zone(self) -> ZoneInfo:
        """The newsletter's time zone."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.timezone)

    def noon(self, day: date) -> datetime:
        """Noon of ``day`` in the newsletter's zone: the same day nearly everywhere."""
        from datetime import datetime, time

        return datetime.combine(day, time(12), self.zone)

    def url(self, path: str = "") -> str:
        """The address of ``path`` (no leading slash) on the published site."""
        return f"{self.base_url}/{path}"


class Sender(NamedTuple):
    """``[sender]``: who the mail is from, and what the law wants said."""

    name: str
    address: str
    organisation: str
    contact_url: str
    reply_to: str = ""
    postal_address: str = ""

    @property
    def has_postal_address(self) -> bool:
        """The postal address is written: neither blank nor still what ``init`` wrote."""
        return bool(self.postal_address.strip()) and POSTAL_PLACEHOLDER not in self.postal_address


class Subscribers(NamedTuple):
    """``[subscribers]``: the list."""

    file: str = "subscribers.csv"
    encoding: str = ""
    require_consent: bool = False


class Unsubscribe(NamedTuple):
    """``[unsubscribe]``: how a reader leaves."""

    owner: str = "service"
    service_url: str = ""
    mailto: str = ""


class Delivery(NamedTuple):
    """``[delivery]``: through whom, and how fast. 0 is no cap."""

    provider: str = "outbox"
    batch_size: int = 500
    max_per_minute: int = 0
    max_per_hour: int = 0
    max_per_day: int = 0
    database: str = "sqlite:///.pprmail/state.db"


class Outbox(NamedTuple):
    """``[outbox]``: where the default provider puts mail."""

    folder: str = "outbox"


class Smtp(NamedTuple):
    """``[smtp]``: a mail server; its password comes from PPRMAIL_SMTP_PASSWORD, or a token from ``token_command``."""

    host: str = "localhost"
    port: int = 25
    security: str = "starttls"
    username: str = ""
    token_command: str = ""
    envelope_sender: str = ""


class Sendgrid(NamedTuple):
    """``[sendgrid]``: the provider's API; its key comes from SENDGRID_API_KEY."""

    host: str = "https://api.sendgrid.com"
    workers: int = 4
    timeout_seconds: int = 60


class VocabularySettings(NamedTuple):
    """``[vocabulary]``: what summaries may be filed under."""

    topics: tuple[str, ...] = ()
    types_of_research: tuple[str, ...] = (
        "Meta-analysis",
        "Randomized controlled trial",
        "Practice-based study",
        "Review",
    )
    aliases: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


class Check(NamedTuple):
    """``[check]``: rules turned off, rules turned on, and what they need."""

    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ("CI", "SE", "SD", "OR", "RR", "HR")
    retractions: str = ""
    crossref_mailto: str = ""


class Archive(NamedTuple):
    """``[archive]``: how the site shows authors' addresses, and old addresses it still answers."""

    emails: str = "show"
    websub_hub: str = ""
    redirects: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


class Publish(NamedTuple):
    """``[publish]``: how the built site gets to where readers find it, and whether a send looks for it there."""

    folder: str = ""
    command: str = ""
    verify: bool = False


class Preview(NamedTuple):
    """``[preview]``: who gets test mails."""

    test_addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """All of ``pprmail.toml``, with the folder that it marks."""

    root: Path
    newsletter: Newsletter
    sender: Sender
    unsubscribe: Unsubscribe
    subscribers: Subscribers
    delivery: Delivery
    outbox: Outbox
    smtp: Smtp
    sendgrid: Sendgrid
    vocabulary_settings: VocabularySettings
    check: Check
    archive: Archive
    publish: Publish
    preview: Preview

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The topics and types of research that summaries may name."""
        own = self.vocabulary_settings
        return Vocabulary(own.topics, own.types_of_research, own.aliases)

    @property
    def state_folder(self) -> Path:
        """``.pprmail/``: the ledger, the key, what a build remembers."""
        return self.root / ".pprmail"

    @property
    def database_url(self) -> str:
        """``[delivery] database``, or PPRMAIL_DATABASE; a relative SQLite path is made absolute from the root."""
        url = os.environ.get("PPRMAIL_DATABASE") or self.delivery.database
        prefix = "sqlite:///"
        if not url.startswith(prefix):
            message = f'the database {url.partition("://")[0]!r} is not supported; write database = "sqlite:///.pprmail/state.db" under [delivery]'
            raise PprmailError(message)
        return prefix + str(self.root / url.removeprefix(prefix))

    @property
    def secret_key(self) -> str:
        """PPRMAIL_SECRET_KEY, or '' when the key is in ``.pprmail/secret.key``."""
        return os.environ.get("PPRMAIL_SECRET_KEY", "")

    @property
    def smtp_password(self) -> str:
        """PPRMAIL_SMTP_PASSWORD, or ''."""
        return os.environ.get("PPRMAIL_SMTP_PASSWORD", "")

    @property
    def sendgrid_api_key(self) -> str:
        """SENDGRID_API_KEY, or ''."""
        return os.environ.get("SENDGRID_API_KEY", "")


TABLES: dict[str, type[NamedTuple]] = {
    "newsletter": Newsletter,
    "sender": Sender,
    "unsubscribe": Unsubscribe,
    "subscribers": Subscribers,
    "delivery": Delivery,
    "outbox": Outbox,
    "smtp": Smtp,
    "sendgrid": Sendgrid,
    "vocabulary": VocabularySettings,
    "check": Check,
    "archive": Archive,
    "publish": Publish,
    "preview": Preview,
}
"""The class of each table, in the order of the fields of ``Settings``."""
