"""The provider that a mailing, a mailing to be, or a test mail goes through, made of the settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pprmail.audience.keys import Keyring, read_keyring
from pprmail.audience.tokens import Signer
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.outbox import OutboxProvider

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.seal import SealedMail
    from pprmail.settings import Settings

PROVIDERS = ("outbox", "smtp", "sendgrid")


@dataclass(frozen=True, slots=True)
class Content:
    """What is to go out, and the time and the key of its seal; ``test`` for a test mail."""

    sealed: SealedMail
    sealed_at: datetime
    key: bytes
    test: bool = False

    @property
    def writer(self) -> LetterWriter:
        """Writes its letters."""
        return LetterWriter(self.sealed, self.sealed_at, self.key, test=self.test)


def content_of(settings: Settings, ledger: Ledger, mailing: Mailing) -> Content:
    """The content of a sealed mailing, with the key recorded at its seal. Raises ``PprmailError`` when that key is gone."""
    keyring = read_keyring(settings) or Keyring(())
    key = keyring.by_fingerprint(mailing.key_fingerprint)
    return Content(ledger.sealed_mail(mailing), mailing.sealed, key)


def outlet(settings: Settings, provider: str) -> Outlet:
    """Where a mailing through ``provider`` would go under the settings of now."""
    return Outlet(provider, settings.outbox.folder if provider == OutboxProvider.name else "")


def make_provider(settings: Settings, outlet: Outlet, content: Content) -> Provider:
    """The provider that ``outlet`` names, ready to be handed ``content``."""
    if outlet.provider == "sendgrid":
        from pprmail.delivery.providers.sendgrid import SendgridProvider

        signer = Signer(content.key, content.sealed.newsletter_id)
        key = settings.sendgrid_api_key
        return SendgridProvider(
            settings.sendgrid, key, content.sealed, signer, test=content.test, clock=time.time, schedule=outlet.schedule
        )
    if outlet.provider == "smtp":
        from pprmail.delivery.providers.smtp import SmtpProvider

        return SmtpProvider(settings.smtp, settings.smtp_password, content.writer)
    return make_outbox(settings, outlet, content)


def make_outbox(settings: Settings, outlet: Outlet, content: Content) -> OutboxProvider:
    """The outbox in the outlet's folder, or the folder for test mails within it."""
    folder = f"{outlet.folder}/{'test/' if content.test else ''}{content.sealed.issue}"
    return OutboxProvider(settings.root / folder, folder, content.writer)
