"""The one clock of the commands."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pprmail.settings import Settings


def now() -> datetime:
    """Aware, UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


def second() -> datetime:
    """The same, to the second: as a seal is dated."""
    return now().replace(microsecond=0)


def local_time(time: datetime, settings: Settings) -> str:
    """``2020-08-14 09:30`` in the newsletter's zone."""
    return f"{time.astimezone(settings.newsletter.zone):%Y-%m-%d %H:%M}"


def zoned_time(time: datetime, settings: Settings) -> str:
    """``2020-08-14 09:30 EDT (13:30 UTC)``: in the newsletter's zone, and for everyone else."""
    local = time.astimezone(settings.newsletter.zone)
    utc = f"{time:%H:%M}" if local.date() == time.date() else f"{time:%Y-%m-%d %H:%M}"
    return f"{local:%Y-%m-%d %H:%M %Z} ({utc} UTC)"
