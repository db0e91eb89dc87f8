"""What a provider holds of one mailing until its time: the slots it is held under, and how it is called off.

A slot is recorded before anything is handed over under it, and that it is to be called off before the provider is asked: so
none is forgotten, and no sender goes on with a mailing that somebody is undoing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from pprmail.delivery.ledger.queries import as_time
from pprmail.delivery.ledger.steps import record_step
from pprmail.delivery.ledger.values import State
from pprmail.state import batches, exceptions, mailings, reading, resolutions, slots, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from pprmail.delivery.ledger.values import Mailing


class Slot(NamedTuple):
    """A name under which the provider holds mail: since when, and when it confirmed that it discards it. UTC.

    A slot whose calling off was never confirmed counts as called off from the moment when that was given up.
    """

    name: str
    opened: datetime
    called_off: datetime | None


class HoldingBook:
    """The ledger of what is held of one mailing. Its writer is the one sender, or the one who calls it off."""

    def __init__(self, engine: Engine, mailing: Mailing) -> None:
        """Use ``Ledger.holding``."""
        self._engine = engine
        self.mailing = mailing

    def slots(self) -> tuple[Slot, ...]:
        """All slots, oldest first."""
        query = select(slots).where(slots.c.mailing == self.mailing.id).order_by(slots.c.opened, slots.c.slot)
        with reading(self._engine) as connection:
            return tuple(
                Slot(row.slot, datetime.fromisoformat(row.opened), as_time(row.called_off))
                for row in connection.execute(query)
            )

    def may_hold(self) -> bool:
        """Something was handed over, or may have been, whatever a person's word made of it since."""
        mine = select(batches.c.number).where(batches.c.mailing == self.mailing.id, batches.c.state != State.WAITING)
        settled = select(resolutions.c.id).where(resolutions.c.mailing == self.mailing.id)
        with reading(self._engine) as connection:
            return any(connection.execute(query.limit(1)).first() is not None for query in (mine, settled))

    def has_gone_out(self, time: datetime) -> bool:
        """Something was handed over from ``time`` on, when nothing is held any more."""
        here = batches.c.mailing == self.mailing.id, batches.c.state != State.WAITING
        # Compared as text, so written as a claim's time is
        since = batches.c.claimed >= time.isoformat(timespec="microseconds")
        with reading(self._engine) as connection:
            return connection.execute(select(batches).where(*here, since)).first() is not None

    def add(self, slot: str, now: datetime) -> None:
        """From now on, mail may be held under ``slot`` as well."""
        with writing(self._engine) as connection:
            add_slot(connection, self.mailing.id, slot, now)

    def begin_call_off(self, now: datetime) -> None:
        """The provider is about to be asked to discard everything. Beginning twice keeps the first time."""
        with writing(self._engine) as connection:
            since = func.coalesce(mailings.c.calling_off, now.isoformat())
            record_step(connection, self.mailing.id, calling_off=since)

    def record_called_off(self, slot: str, confirmed: datetime) -> None:
        """The provider confirmed that it discards what it holds under ``slot``."""
        with writing(self._engine) as connection:
            here = slots.c.mailing == self.mailing.id
            connection.execute(
                slots.update().where(here, slots.c.slot == slot).values(called_off=confirmed.isoformat())
            )

    def end_in_doubt(self, why: str, now: datetime) -> None:
        """It was called off too late: those accepted may or may not get it, and are unknown from now on."""
        with writing(self._engine) as connection:
            accepted = batches.c.mailing == self.mailing.id, batches.c.state == State.ACCEPTED
            for row in connection.execute(select(batches).where(*accepted)).all():
                if self._people(connection, row.first, row.last):
                    connection.execute(
                        batches.update()
                        .where(*accepted, batches.c.number == row.number)
                        .values(state=State.UNKNOWN, detail=why)
                    )
            unconfirmed = slots.c.mailing == self.mailing.id, slots.c.called_off.is_(None)
            connection.execute(slots.update().where(*unconfirmed).values(called_off=now.isoformat()))
            record_step(connection, self.mailing.id, calling_off=None, ended=now.isoformat(), stopped=why)

    def _people(self, connection: Connection, first: int, last: int) -> int:
        """How many of these recipients have their batch's outcome."""
        odd = connection.scalar(
            select(func.count()).where(
                exceptions.c.mailing == self.mailing.id, exceptions.c.number.between(first, last)
            )
        )
        return last - first + 1 - (odd or 0)


def add_slot(connection: Connection, mailing: int, slot: str, now: datetime) -> None:
    """Record a slot of ``mailing``, within the caller's transaction."""
    connection.execute(slots.insert().values(mailing=mailing, slot=slot, opened=now.isoformat()))
