"""When the sender is killed: drawn from a seed, told by how far a request has come."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pprmail.rehearsal.standin.http_server import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DELAY_SECONDS = 0.03
MOST_FREEZING_SECONDS = 0.3
_SHARE_WHILE_FREEZING = 1 / 5
_MOMENTS = {
    Moment.ARRIVED: "when request {} had arrived, before its body was read",
    Moment.READ: "when the body of request {} was read, before anything came of it",
    Moment.PROCESSED: "after request {} was accepted, before the answer",
    Moment.ENDED: "after the answer to request {}",
}


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill to come.

    It falls on one of the requests for mail that are to come before the next kill is due: ``place``, from 0 to below 1,
    says on which. There it falls at ``moment``, ``delay_seconds`` later. ``while_freezing``: it falls so long after the first
    question to the account, while the mailing is sealed and its recipients are frozen, or at the first request for mail,
    whichever is first.
    """

    place: float
    moment: Moment
    delay_seconds: float = 0.0
    while_freezing: bool = False

    def request(self, batches: int, kills: int) -> int:
        """Which of the requests for mail to come, counted from 1, when so many ``batches`` wait and so many ``kills`` are due.

        There is at least one request for every batch that waits, so that the kill finds its own.
        """
        return 1 + int(self.place * max(1, batches // kills))


def draw_kills(seed: int, count: int) -> tuple[Kill, ...]:
    """``count`` kills, the same for the same seed; a longer row begins with the shorter."""
    source = random.Random(f"{seed} kills")  # noqa: S311 (repeatable is what it is to be)
    return tuple(_draw(source) for _ in range(count))


def _draw(source: random.Random) -> Kill:
    place, moment, delay, freezing = source.random(), source.choice(tuple(Moment)), source.random(), source.random()
    if freezing < _SHARE_WHILE_FREEZING:
        return Kill(0.0, Moment.ARRIVED, delay * MOST_FREEZING_SECONDS, while_freezing=True)
    return Kill(place, moment, delay * MOST_DELAY_SECONDS if moment is Moment.ENDED else 0.0)


@dataclass
class Aim:
    """A kill that is due: ``countdown`` says at which of the requests for mail to come, from 1.

    ``kill_sender`` kills whoever is at work; False when nobody was alive to be killed, and then the kill stays due.
    ``fallen`` tells when it fell, in words. The first two methods are called in the order of what happens, one at a time.
    """

    kill: Kill
    countdown: int
    kill_sender: Callable[[], bool]
    fallen: str | None = None
    _request: int = field(default=0, init=False)
    _thread: int = field(default=0, init=False)
    _was_asked: bool = field(default=False, init=False)

    def mail_passes(self, moment: Moment, number: int) -> bool:
        """Whether the kill falls now that this thread's request for mail passes ``moment``; ``number`` of them have come."""
        if moment is Moment.ARRIVED and not self._request:
            self.countdown -= 1
            if self.countdown <= 0:
                self._thread, self._request = threading.get_ident(), number
        if self._thread != threading.get_ident():
            return False
        # A request that is refused passes no moment in the middle
        return moment is self.kill.moment or moment is Moment.ENDED

    def question_passes(self, moment: Moment) -> bool:
        """Whether the kill falls now that a question to the account passes ``moment``."""
        if not self.kill.while_freezing or moment is not Moment.ENDED or self._was_asked or self._request:
            return False
        self._was_asked = True
        return True

    def strike(self, moment: Moment) -> None:
        """Kill the sender, and keep when that was."""
        if not self.kill_sender():
            return
        words = (
            _MOMENTS[moment].format(f"{self._request:,}")
            if self._request
            else "after the first question to the account"
        )
        delay = (
            f"{self.kill.delay_seconds * 1000:.0f} ms " if moment is Moment.ENDED and self.kill.delay_seconds else ""
        )
        self.fallen = f"{delay}{words}"
