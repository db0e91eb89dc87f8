"""Mail that the provider holds until a time: when that may be, and how it is called off.

SendGrid takes mail up to 72 hours ahead, and can call it off for certain until ten minutes before its time (Mail Send errors;
Scheduling Parameters, 2026).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_AHEAD = timedelta(hours=72)
SURE_AHEAD = timedelta(minutes=10)
"""Until so long before its time, mail can be called off for certain."""


class Schedule(NamedTuple):
    """When held mail is to go out, aware UTC, and the slot under which the provider holds it (SendGrid: ``batch_id``)."""

    time: datetime
    slot: str
