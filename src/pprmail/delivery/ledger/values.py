"""What the ledger speaks of: mailings, batches, recipients, and the counts that always add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.delivery.schedule import Schedule
    from pprmail.model import Subscriber

ISSUE_KIND = "issue"
OUTBOX = "outbox"


class State:
    """What can be said of a batch."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class HandOver(NamedTuple):
    """So many recipients that a provider may have taken, and when they were claimed, UTC."""

    time: datetime
    size: int


class Recipient(NamedTuple):
    """A recipient of a mailing: the number in it, from 1, and whom to mail."""

    number: int
    subscriber: Subscriber


class RecipientOutcome(NamedTuple):
    """What became of one recipient: accepted, rejected, suppressed, unknown or waiting; ``detail`` is the reason, if any."""

    number: int
    subscriber: Subscriber
    outcome: str
    detail: str


class Batch(NamedTuple):
    """A claimed batch: the recipients to hand over in one request, and the attempt it is claimed under.

    ``leavers`` asked to leave since the seal. An attempt before this one, cut short, may have handed theirs over.
    ``claimed`` is when, UTC; None for a batch outside the ledger, as of a test mail. ``tries`` is how often this run has handed
    it over before.
    """

    number: int
    attempt: str
    recipients: tuple[Recipient, ...]
    leavers: tuple[Subscriber, ...] = ()
    claimed: datetime | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of everyone. Always rows = recipients + excluded; recipients = accepted + rejected + unknown + waiting.

    ``open_batches`` are those not settled as accepted; one whose readers have all left counts nobody, and is open still.
    """

    rows: int
    recipients: int
    excluded: dict[str, int]
    accepted: int
    rejected: int
    unknown: int
    waiting: int
    open_batches: int = field(default=0, compare=False)

    @property
    def is_complete(self) -> bool:
        """Everyone was accepted, and no batch is open."""
        return self.accepted == self.recipients and not self.open_batches


class Outlet(NamedTuple):
    """Where a mailing goes: the provider's name, and the outbox's folder as the settings name it ('' for a real one).

    ``schedule`` is for mail that the provider is to hold.
    """

    provider: str
    folder: str = ""
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Mailing:
    """One sealed content to one frozen audience through one provider. Times are aware, UTC.

    ``folder`` is the outbox's at the seal, which a change of the settings does not move; '' for a real provider. ``revision``
    grows with every step that a receipt tells. ``stopped`` says why the last run ended early, '' when it was
    interrupted; None without one. ``send_at`` is when mail that the provider holds is to go out, None for at once;
    ``calling_off`` since when the provider is asked to discard it, None when it is not or the answer is recorded.
    """

    id: int
    issue: str
    provider: str
    folder: str
    sealed_sha256: str
    key_fingerprint: str
    sealed: datetime
    suppressions_seen: int
    revision: int
    ended: datetime | None
    stopped: str | None
    cancelled: datetime | None
    send_at: datetime | None = None
    calling_off: datetime | None = None

    @property
    def is_real(self) -> bool:
        """It goes, or went, to readers."""
        return self.provider != OUTBOX


@dataclass(frozen=True, slots=True)
class TestMail:
    """The last test mail of an issue: what it showed, and when."""

    __test__ = False

    sealed_sha256: str
    sent: datetime
