"""The book of what is held, in memory: what ``HoldingBook`` promises, over values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.delivery.ledger import State
from pprmail.delivery.ledger.holding import Slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pprmail.delivery.ledger import Mailing
    from proof.memory_ledger import MemoryLedger
    from proof.standing import Standing


class MemoryHolding:
    """The ledger of what is held of one mailing, as its sender, or the one who calls it off, writes it."""

    def __init__(self, ledger: MemoryLedger, mailing: Mailing) -> None:
        self.ledger = ledger
        self.mailing = mailing
        self.write: Callable[[Standing, tuple[str, ...]], None] = self._write
        """Puts a standing in the place of the one before it; what changed is told in words."""

    def _write(self, standing: Standing, _said: tuple[str, ...]) -> None:
        self.ledger.standings[self.mailing.id] = standing

    @property
    def standing(self) -> Standing:
        """What is written."""
        return self.ledger.standings[self.mailing.id]

    def slots(self) -> tuple[Slot, ...]:
        return tuple(sorted(self.standing.slots, key=lambda one: (one.opened, one.name)))

    def may_hold(self) -> bool:
        return bool(self.standing.words) or any(row.state != State.WAITING for row in self.standing.rows)

    def has_gone_out(self, time: datetime) -> bool:
        return any(
            row.state != State.WAITING and row.claimed is not None and row.claimed >= time for row in self.standing.rows
        )

    def add(self, slot: str, now: datetime) -> None:
        standing = self.standing
        self.write(standing._replace(slots=(*standing.slots, Slot(slot, now, None))), (f"notes the slot {slot}",))

    def begin_call_off(self, now: datetime) -> None:
        standing = self.standing
        begun = standing._replace(calling_off=standing.calling_off or now, revision=standing.revision + 1)
        self.write(begun, ("writes that it is calling the mail off",))

    def record_called_off(self, slot: str, confirmed: datetime) -> None:
        standing = self.standing
        slots = tuple(one._replace(called_off=confirmed) if one.name == slot else one for one in standing.slots)
        self.write(standing._replace(slots=slots), (f"records that the slot {slot} is called off",))

    def end_in_doubt(self, why: str, now: datetime) -> None:
        standing = self.standing
        rows = tuple(
            row._replace(state=State.UNKNOWN)
            if row.state == State.ACCEPTED and standing.numbers(row.first, row.last)
            else row
            for row in standing.rows
        )
        slots = tuple(one if one.called_off else one._replace(called_off=now) for one in standing.slots)
        ended = standing._replace(
            rows=rows, slots=slots, calling_off=None, ended=now, stopped=why, revision=standing.revision + 1
        )
        self.write(ended, ("records that it was too late to be sure: who was accepted is in doubt",))


def undone(standing: Standing, now: datetime) -> Standing:
    """The same mailing, its seal undone."""
    rows = tuple(row._replace(state=State.WAITING, attempt=None, progress=None) for row in standing.rows)
    return standing._replace(rows=rows, cancelled=now, calling_off=None, revision=standing.revision + 1)
