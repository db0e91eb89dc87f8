"""What the ledger in memory holds of one mailing: values that cannot change, so that to keep a state costs nothing."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - a named tuple's field
from typing import TYPE_CHECKING, NamedTuple

from pprmail.delivery.answer import Next, Outcome
from pprmail.delivery.ledger import State

if TYPE_CHECKING:
    from pprmail.delivery.answer import Answer
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.ledger.holding import Slot


REJECTED, SUPPRESSED = "rejected", "suppressed"


class Row(NamedTuple):
    """A batch as the ledger holds it."""

    number: int
    first: int
    last: int
    state: str = State.WAITING
    attempt: str | None = None
    claimed: datetime | None = None
    settled: datetime | None = None
    progress: int | None = None
    tries: int = 0


class Exempt(NamedTuple):
    """A recipient whose outcome is not the batch's."""

    number: int
    outcome: str
    reason: str


class Standing(NamedTuple):
    """All that the ledger holds of one mailing: batches and exceptions in order, and each word that settled a doubt."""

    rows: tuple[Row, ...]
    exempt: tuple[Exempt, ...] = ()
    words: tuple[tuple[int, int, str, str], ...] = ()
    revision: int = 1
    ended: datetime | None = None
    stopped: str | None = None
    send_at: datetime | None = None
    slots: tuple[Slot, ...] = ()
    calling_off: datetime | None = None
    cancelled: datetime | None = None

    def row(self, number: int) -> Row:
        """The batch of that number."""
        return next(row for row in self.rows if row.number == number)

    def numbers(self, first: int, last: int) -> tuple[int, ...]:
        """The recipients from ``first`` to ``last``, less the exceptions."""
        odd = {one.number for one in self.exempt}
        return tuple(number for number in range(first, last + 1) if number not in odd)

    def fates(self) -> dict[int, str]:
        """What became of each recipient."""
        told = {
            number: State.UNKNOWN if span.state == State.CLAIMED else span.state
            for row in self.rows
            for span in spans_of(row)
            for number in range(span.first, span.last + 1)
        }
        return told | {one.number: one.outcome for one in self.exempt}


class Part(NamedTuple):
    """Recipients ``first`` to ``last`` in one state."""

    state: str
    first: int
    last: int


def spans_of(row: Row) -> list[Part]:
    """The parts of a batch: one that goes one by one is settled before the recipient in doubt, and waits after."""
    if row.state != State.CLAIMED or row.progress is None:
        return [Part(row.state, row.first, row.last)]
    at = max(row.progress, row.first - 1)
    return real(
        Part(State.ACCEPTED, row.first, at - 1),
        Part(State.CLAIMED, max(at, row.first), at),
        Part(State.WAITING, at + 1, row.last),
    )


def real(*parts: Part) -> list[Part]:
    return [part for part in parts if part.first <= part.last]


def cut(standing: Standing, row: Row, parts: list[Part], settled: datetime | None = None) -> Standing:
    """``row`` replaced by ``parts``; of what waits, only the first part not accepted has been tried."""
    tried = next((part for part in parts if part.state != State.ACCEPTED), None)
    following = max(one.number for one in standing.rows) + 1
    pieces = []
    for at, part in enumerate(parts):
        waits = part.state == State.WAITING
        pieces.append(
            Row(
                number=row.number if at == 0 else following + at - 1,
                first=part.first,
                last=part.last,
                state=part.state,
                attempt=None if waits else row.attempt,
                claimed=None if waits else row.claimed,
                settled=None if waits else settled or row.settled,
                tries=0 if waits and part is not tried else row.tries,
            )
        )
    rows = sorted([one for one in standing.rows if one is not row] + pieces, key=lambda one: one.first)
    return standing._replace(rows=tuple(rows))


def settled(row: Row, batch: Batch, answer: Answer) -> list[Part]:
    """The parts of the batch in ``row`` after ``answer``."""
    first, last, at = row.first, row.last, answer.at
    if answer.outcome is Outcome.ACCEPTED:
        return [Part(State.ACCEPTED, first, last)]
    state = State.UNKNOWN if answer.outcome is Outcome.UNKNOWN else State.WAITING
    if at:
        end = at if state == State.UNKNOWN or answer.next is Next.DEFER else last
        return real(Part(State.ACCEPTED, first, at - 1), Part(state, at, end), Part(State.WAITING, end + 1, last))
    if state == State.WAITING and answer.next is Next.HALVE and len(batch.recipients) > 1:
        middle = batch.recipients[len(batch.recipients) // 2].number
        return [Part(State.WAITING, first, middle - 1), Part(State.WAITING, middle, last)]
    return [Part(state, first, last)]
