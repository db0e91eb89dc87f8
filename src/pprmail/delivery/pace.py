"""How fast: how many recipients may be handed over now under the caps, given what was handed over before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pprmail.delivery.ledger import HandOver

_MINUTE, _HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Caps(NamedTuple):
    """The most recipients in any minute, hour and day (24 hours, not a calendar's day); 0 is no cap."""

    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0

    @property
    def longest(self) -> timedelta:
        """How far back one must look; zero without caps."""
        spans = (span for _, most, span in _windows(self) if most)
        return max(spans, default=timedelta())


NO_CAPS = Caps()


class Room(NamedTuple):
    """So many recipients may be handed over now; when it is 0, the cap named ``cap`` has room again at ``free``."""

    most: int
    cap: str = ""
    free: datetime | None = None


def _windows(caps: Caps) -> tuple[tuple[str, int, timedelta], ...]:
    return (
        ("max_per_minute", caps.per_minute, _MINUTE),
        ("max_per_hour", caps.per_hour, _HOUR),
        ("max_per_day", caps.per_day, DAY),
    )


def find_room(caps: Caps, handed_over: Iterable[HandOver], now: datetime, most: int) -> Room:
    """How many of ``most`` recipients every cap lets through at ``now``.

    ``handed_over`` is in order of time. What the ledger dates in the future, because a clock was set back since, counts
    until its own date has passed: a cap is rather kept too long than broken.
    """
    before = tuple(handed_over)
    rooms = [_room(name, cap, span, before, now) for name, cap, span in _windows(caps) if cap]
    full = [room for room in rooms if room.free and not room.most]
    if full:
        return max(full, key=lambda room: room.free or now)
    return Room(min([most, *(room.most for room in rooms)]))


def _room(name: str, cap: int, span: timedelta, before: tuple[HandOver, ...], now: datetime) -> Room:
    recent = [one for one in before if one.time > now - span]
    used = sum(one.size for one in recent)
    free = None
    for one in recent:
        if used < cap:
            break
        used -= one.size
        free = one.time + span
    return Room(0, name, free) if free else Room(cap - used)
