"""Readers, batches of them, and a journal that keeps nothing: what tests of providers hand over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.ledger import Batch, Recipient
from pprmail.delivery.seal import seal_mail
from pprmail.marks import NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.delivery.seal import SealedMail

NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
ADA, BEA, CEM = (Subscriber(f"{name}@example.org", name.title()) for name in ("ada", "bea", "cem"))


def sealed_mail(newsletter: Newsletter, issue: str = "2020-08") -> SealedMail:
    """A small mail with all personal marks, under the newsletter's settings."""
    html = f'<p>Dear {NAME_HTML}, read this or <a href="{UNSUBSCRIBE_HTML}">leave</a></p>'
    text = f"Dear {NAME_TEXT}, read this or leave: {UNSUBSCRIBE_TEXT}\n"
    return seal_mail(newsletter.settings, issue, "August 2020", html, text)


def journal() -> Journal:
    """A journal of its own streak."""
    return Journal(lambda _number, _rejections: None, Streak())


def batch(*subscribers: Subscriber, leavers: tuple[Subscriber, ...] = ()) -> Batch:
    """The first batch of a mailing, claimed at ``NOW`` under the attempt a1; its recipients count from 1."""
    recipients = tuple(Recipient(number, one) for number, one in enumerate(subscribers, 1))
    return Batch(1, "a1", recipients, leavers, claimed=NOW)
