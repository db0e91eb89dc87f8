"""The seal: everything of a mailing's content that a resume must send again unchanged, and its SHA-256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pprmail.settings import Settings

TEST_MARK = "[Test] "


@dataclass(frozen=True, slots=True)
class SealedMail:
    """Rendered bytes and the settings that a message is made of. ``html`` and ``text`` hold the personal marks.

    ``slugs`` maps the summaries' file names to the slugs that the mail's links lead to.
    """

    issue: str
    newsletter_id: str
    newsletter_title: str
    language: str
    list_domain: str
    subject: str
    html: str
    text: str
    sender_name: str
    sender_address: str
    reply_to: str
    unsubscribe_owner: str
    unsubscribe_service_url: str
    unsubscribe_mailto: str
    archive_url: str
    slugs: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The content as canonical JSON: what the ledger keeps and what the hash is of."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, content: str) -> SealedMail:
        """The content that ``to_json`` wrote."""
        return cls(**json.loads(content))

    @property
    def sha256(self) -> str:
        """The hash of the content, 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def unsubscribe_url(self, token: str) -> str:
        """Where the reader with this token leaves: the service, or ``mailto:`` when one leaves by reply."""
        if self.unsubscribe_owner == "service":
            return f"{self.unsubscribe_service_url}/u/{token}"
        return self.unsubscribe_mail(token)

    def unsubscribe_mail(self, token: str) -> str:
        """A ``mailto:`` whose subject names the reader (RFC 6068: what the address holds is percent-encoded)."""
        return f"mailto:{quote(self.unsubscribe_mailto, safe='@')}?subject={token}"

    def list_unsubscribe(self, token: str) -> tuple[str, ...]:
        """The addresses in List-Unsubscribe (RFC 2369): the service's first, then a mailto that names the reader."""
        targets = (f"<{self.unsubscribe_mail(token)}>",) if self.unsubscribe_mailto else ()
        return (f"<{self.unsubscribe_url(token)}>", *targets) if self.takes_one_click else targets

    @property
    def takes_one_click(self) -> bool:
        """The first address in List-Unsubscribe answers a POST (RFC 8058)."""
        return self.unsubscribe_owner == "service"

    def subject_line(self, *, test: bool) -> str:
        """The subject, marked in a test mail."""
        return (TEST_MARK if test else "") + self.subject

    def letter(self, *, test: bool) -> str:
        """What a letter's id is made of beside its reader: the issue.

        Mail programs hide a message whose Message-ID they have seen, and a test must not hide the issue: a test's is
        made of its content.
        """
        return f"test {self.sha256}" if test else self.issue


def seal_mail(settings: Settings, issue: str, subject: str, html: str, text: str) -> SealedMail:
    """The content of a mailing of ``issue`` under the settings of now."""
    newsletter, sender, unsubscribe = settings.newsletter, settings.sender, settings.unsubscribe
    return SealedMail(
        issue=issue,
        newsletter_id=newsletter.id,
        newsletter_title=newsletter.title,
        language=newsletter.language,
        # The authority of the tag URIs is the one name that stays when base_url moves
        list_domain=newsletter.tag_authority.partition(",")[0].rpartition("@")[2],
        subject=subject,
        html=html,
        text=text,
        sender_name=sender.name,
        sender_address=sender.address,
        reply_to=sender.reply_to,
        unsubscribe_owner=unsubscribe.owner,
        unsubscribe_service_url=unsubscribe.service_url,
        unsubscribe_mailto=unsubscribe.mailto,
        archive_url=newsletter.url(),
    )
