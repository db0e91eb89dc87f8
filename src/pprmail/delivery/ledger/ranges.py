"""Batches as ranges of recipient numbers: cut, given a state, and counted.

A recipient's row never changes. What became of single recipients is told by cutting their batch in pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from pprmail.delivery.ledger.values import State
from pprmail.state import batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection


class Span(NamedTuple):
    """The recipients numbered ``first`` to ``last``, all in one state."""

    state: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


def spans_of(row: Any) -> Iterator[Span]:  # noqa: ANN401 - a row of batches
    """The batch in ``row`` as its recipients stand: one that is handed over one by one has up to three parts.

    Those before the one in doubt were settled, those after it were not begun.
    """
    if row.state != State.CLAIMED or row.progress is None:
        yield Span(row.state, row.first, row.last)
        return
    at = max(row.progress, row.first - 1)
    parts = (
        Span(State.ACCEPTED, row.first, at - 1),
        Span(State.CLAIMED, max(at, row.first), at),
        Span(State.WAITING, at + 1, row.last),
    )
    yield from (part for part in parts if part.size > 0)


def cut(connection: Connection, mailing: int, row: Any, spans: list[Span], **learnt: str | None) -> None:  # noqa: ANN401 - a row of batches
    """Replace the batch in ``row`` by ``spans``, which cover the same recipients; the first keeps its number.

    What waits has no attempt any more; the other parts keep the batch's attempt and its times. ``learnt`` are columns that
    have become known since ``row`` was read. Of what waits, only the first part that was not accepted has been tried.
    """
    here = (batches.c.mailing == mailing) & (batches.c.number == row.number)
    tried = next((span for span in spans if span.state != State.ACCEPTED), None)
    for at, span in enumerate(spans):
        values = learnt | {"first": span.first, "last": span.last, "state": span.state, "progress": None}
        values["tries"] = 0 if span.state == State.WAITING and span is not tried else row.tries
        if span.state == State.WAITING:
            values |= {"attempt": None, "claimed": None, "settled": None, "provider_id": None}
        if at == 0:
            connection.execute(batches.update().where(here).values(values))
        else:
            kept = {name: value for name, value in row._mapping.items() if name not in values}  # noqa: SLF001 - how SQLAlchemy calls it
            connection.execute(batches.insert().values(kept | values | {"number": _next_number(connection, mailing)}))


def _next_number(connection: Connection, mailing: int) -> int:
    highest = connection.scalar(select(func.max(batches.c.number)).where(batches.c.mailing == mailing))
    return (highest or 0) + 1


def carve_waiting(connection: Connection, mailing: int, number: int) -> bool:
    """Recipient ``number`` waits again, in a batch of its own unless its batch waits already.

    False, and nothing has changed: its batch is claimed, and the answer to that is to say what becomes of it.
    """
    within = batches.c.first <= number, batches.c.last >= number
    row = connection.execute(select(batches).where(batches.c.mailing == mailing, *within)).one()
    if row.state in {State.WAITING, State.CLAIMED}:
        return bool(row.state == State.WAITING)
    parts = (
        Span(row.state, row.first, number - 1),
        Span(State.WAITING, number, number),
        Span(row.state, number + 1, row.last),
    )
    cut(connection, mailing, row, [part for part in parts if part.size > 0])
    return True
