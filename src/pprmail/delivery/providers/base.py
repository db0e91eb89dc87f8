"""What a provider is to a sender: a few methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.delivery.answer import Answer
    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch


class Examination(NamedTuple):
    """What a provider said when it was asked whether a send can succeed: sentences for the author.

    ``warnings`` stop nothing. ``unanswered`` are questions that got no answer, neither yes nor no.
    """

    warnings: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


class Evidence(NamedTuple):
    """What the provider's own records show of an attempt in doubt.

    ``found``: it was accepted, under ``provider_id``. Not found is never proof of the contrary: records lag, and mail
    waits in queues. ``detail`` says what was looked at.
    """

    found: bool
    detail: str
    provider_id: str | None = None


class Carrier(Protocol):
    """Someone who takes mail from us. Several threads may hand over at once, ``workers`` at most."""

    name: str
    is_idempotent: bool
    """Handing a batch over twice does no harm: the second replaces the first."""
    takes_one_by_one: bool
    """A batch is handed over recipient by recipient, each of them journalled: at most one is ever in doubt."""
    largest_batch: int
    """The most recipients in one hand-over."""
    workers: int

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        """Hand one batch over, once, without retries. Never raises for what the wire or the other side does.

        An idempotent provider may have begun the batch before, and takes back what it then took for its leavers.
        """


class Witness(Protocol):
    """Someone who may know what became of a batch in doubt."""

    def look_for(self, batch: Batch) -> Evidence:
        """Whether the provider's records show that it accepted ``batch`` under the batch's attempt.

        Raises ``PprmailError`` where it keeps no records, or cannot be asked now.
        """


class Holder(Protocol):
    """Someone who may hold mail until a time."""

    holds_mail: bool
    """Takes mail to be held until a time."""

    def open_slot(self) -> str:
        """A slot of the provider's, freshly made, under which mail can be held and called off.

        Raises ``PprmailError`` where it cannot be had; nothing was handed over.
        """

    def call_off(self, slot: str) -> datetime:
        """Has everything that is held under ``slot`` discarded; when the provider confirmed that, aware UTC.

        May be repeated, and is then confirmed anew. The time is the later of our clock's and the provider's. Raises
        ``PprmailError`` where it is not confirmed: then the mail may go out at its time.
        """


class Provider(Carrier, Witness, Holder, Protocol):
    """What takes a newsletter's mail, all of it."""

    def prepare(self) -> None:
        """Refuse now what would fail later, without asking anybody. Raises ``PprmailError``; nothing has been sealed yet."""

    def examine(self) -> Examination:
        """Ask the other side what would make the send fail. Raises ``PprmailError`` for a plain no."""

    def close(self) -> None:
        """Let go of connections. A provider that is handed a batch after that opens new ones."""


def cannot_hold(provider: str) -> PprmailError:
    """The refusal of a provider that passes mail on at once."""
    return PprmailError(
        f"{provider} cannot hold mail until a time, nor call it off; leave --at out and run the send at that time, by cron or the Task Scheduler"
    )
