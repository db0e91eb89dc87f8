"""The shelf on which the simulated SendGrid holds mail until one time, and the few instants at which anything can differ."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from delivery.plans import LATER, NOW

TIME = NOW + timedelta(hours=60)
"""When all mail that is held goes out."""
SURE = timedelta(minutes=10)
"""Until so long before, SendGrid discards for certain what it is told to."""
INSTANTS = {
    "two days before": LATER,
    "ten minutes before": TIME - SURE,
    "less than ten minutes before": TIME - SURE + timedelta(seconds=1),
    "the time itself": TIME,
    "more than an hour later": TIME + timedelta(hours=1, seconds=1),
}
"""At the edges: the second is the last at which all can be called off, and by then a slot of the first is stale."""
TIMES, NAMES = tuple(INSTANTS.values()), tuple(INSTANTS)
DUE, TOO_LATE = TIMES.index(TIME), len(TIMES) - 1


class Letter(NamedTuple):
    """One that is held. ``is_excused``: a person has said that it is not there. ``is_cancelled``: of a cancelled mailing."""

    slot: str
    number: int
    attempt: str
    is_excused: bool = False
    is_cancelled: bool = False


class Shelf(NamedTuple):
    """What is held at an instant, less what is called off for certain: that is gone, since nothing can bring it back."""

    instant: int = 0
    letters: frozenset[Letter] = frozenset()
    called_off: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    """Slots that were called off when that was no longer certain."""
