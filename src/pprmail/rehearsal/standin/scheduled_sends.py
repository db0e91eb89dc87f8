"""SendGrid's batches: mail that is held until a time, and what becomes of it when its batch was cancelled or paused.

Rules after Twilio's pages on Cancel Scheduled Sends and Scheduling Parameters (2026). Where these are silent the harshest holds: a
cancel of the last ten minutes does nothing, and only lifting one makes room for another.
"""

from __future__ import annotations

import secrets
from enum import Enum, auto
from typing import NamedTuple

STATUSES = ("cancel", "pause")
MOST_STOPPED = 10
SURE_AHEAD_SECONDS = 600
LONGEST_PAUSE_SECONDS = 72 * 3600
LIFETIME_SECONDS = 864_000
"""So long after it was made, a batch takes mail."""


class Fate(Enum):
    """What has become of mail by some time."""

    SENT = auto()
    HELD = auto()
    DISCARDED = auto()


class _Change(NamedTuple):
    """From ``time`` on, in Unix seconds, the batch has the status; '' for none."""

    time: float
    status: str


class ScheduledSends:
    """The batches of an account, and which of them are stopped. All times are Unix seconds.

    ``late_cancels_work``: what is stopped less than ten minutes before its time is stopped nevertheless.
    """

    def __init__(self) -> None:
        self.late_cancels_work = False
        self._made: dict[str, float] = {}
        self._changes: dict[str, list[_Change]] = {}

    def make(self, now: float) -> str:
        """A fresh batch."""
        batch = secrets.token_urlsafe(48)
        self._made[batch] = now
        self._changes[batch] = []
        return batch

    def is_known(self, batch: str, now: float) -> bool:
        """Whether the batch was made, and not too long ago."""
        return batch in self._made and now <= self._made[batch] + LIFETIME_SECONDS

    def status(self, batch: str) -> str:
        """How the batch is stopped; '' when it is not."""
        changes = self._changes.get(batch)
        return changes[-1].status if changes else ""

    def stopped(self) -> dict[str, str]:
        """All batches that are stopped, with their status."""
        return {batch: self.status(batch) for batch in self._made if self.status(batch)}

    def change(self, batch: str, status: str, now: float) -> None:
        """Give a known batch another status; '' lifts it, and mail whose time has not come goes out then."""
        self._changes[batch].append(_Change(now, status))

    def fate(self, batch: str, send_at: float, now: float) -> Fate:
        """What has become by ``now`` of mail in the batch that was to go out at ``send_at``, if nothing changes any more.

        The status counts that the batch has at that time, whether the mail came before it or after.
        """
        if now < send_at:
            return Fate.HELD
        before = [one for one in self._changes.get(batch, ()) if one.time <= send_at]
        since = None
        for one in before:
            since = (since if since is not None else one.time) if one.status else None
        if since is None or (since > send_at - SURE_AHEAD_SECONDS and not self.late_cancels_work):
            return Fate.SENT
        return Fate.DISCARDED if before[-1].status == "cancel" else self._fate_of_paused(batch, send_at, now)

    def _fate_of_paused(self, batch: str, send_at: float, now: float) -> Fate:
        end = send_at + LONGEST_PAUSE_SECONDS
        for one in self._changes[batch]:
            if send_at < one.time <= min(now, end) and one.status != "pause":
                return Fate.DISCARDED if one.status else Fate.SENT
        return Fate.HELD if now <= end else Fate.DISCARDED
