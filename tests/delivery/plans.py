"""What a mailing is made of in tests: readers and a plan for them, a sealed mail, a ledger on disk, a claim and its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conftest import KEY
from pprmail.audience.choose import Audience
from pprmail.audience.consent import READER
from pprmail.audience.keys import Keyring
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.ledger import Counts, Ledger, Outlet, Recipient
from pprmail.delivery.plan import Plan
from pprmail.delivery.seal import SealedMail
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.delivery.ledger import Batch, Mailing, SendingBook
    from pprmail.model import Exclusion

NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OLD_KEY = b"an-older-key-0123456789"
KEYRING = Keyring((KEY.encode(),))
REAL, TO_OUTBOX = Outlet("counter"), Outlet("outbox", "outbox")
ACCEPTED = Answer(Outcome.ACCEPTED, provider_id="p1")


def reader(number: int) -> Subscriber:
    return Subscriber(f"reader{number}@example.org", f"Reader {number}")


def numbered(*numbers: int) -> tuple[Recipient, ...]:
    return tuple(Recipient(number, reader(number)) for number in numbers)


def plan(
    count: int, *, batch_size: int = 2, exclusions: tuple[Exclusion, ...] = (), left: tuple[str, ...] = ()
) -> Plan:
    """A plan for the readers 1 to ``count``; ``left`` are the addresses that the list calls unsubscribed."""
    readers = tuple(reader(number) for number in range(1, count + 1))
    return Plan(Audience(count + len(exclusions), readers, exclusions, left), batch_size)


def sealed_mail(issue: str = "2020-08") -> SealedMail:
    return SealedMail(
        issue=issue,
        newsletter_id="pprnet",
        newsletter_title="PPRNet Blog",
        language="en",
        list_domain="blog.example.org",
        subject="August 2020",
        html="<p>mail</p>",
        text="mail",
        sender_name="PPRNet Blog",
        sender_address="newsletter@example.org",
        reply_to="editor@example.org",
        unsubscribe_owner="service",
        unsubscribe_service_url="https://lists.example.org",
        unsubscribe_mailto="unsubscribe@example.org",
        archive_url="https://blog.example.org/",
        slugs={"1-doe.md": "does-therapy-help"},
    )


def open_ledger(path: Path, keyring: Keyring = KEYRING, newsletter_id: str = "pprnet") -> Ledger:
    return Ledger.open(f"sqlite:///{path}", keyring, newsletter_id, busy_seconds=0)


def claim(book: SendingBook, attempt: str = "a1", *, most: int = 9, one_by_one: bool = False) -> Batch:
    """The next batch that waits, which there must be, claimed at ``NOW``."""
    batch = book.claim(attempt, NOW, most=most, one_by_one=one_by_one)
    assert batch
    return batch


def fates(ledger: Ledger, mailing: Mailing) -> str:
    """One letter a recipient, in order: accepted, rejected, suppressed, unknown, waiting."""
    return "".join(one.outcome[0] for one in ledger.outcomes(mailing))


def leave(ledger: Ledger, *numbers: int, source: str = READER, key: bytes = KEY.encode()) -> None:
    """These readers ask to leave."""
    signer = Signer(key, "pprnet")
    ledger.unsubscribe({key: [signer.address_hash(reader(number).address) for number in numbers]}, source, LATER)


def counted(count: int, **others: object) -> Counts:
    """The counts of a mailing to ``count`` readers who all wait, but for what is named."""
    usual: dict[str, object] = {"rows": count, "recipients": count, "excluded": {}, "accepted": 0, "rejected": 0}
    return Counts(**{**usual, "unknown": 0, "waiting": count, **others})  # type: ignore[arg-type]
