"""Ctrl-C, SIGTERM and a closed terminal while mail is handed over: the batch at hand is finished first."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STEP_SECONDS = 0.1


class Interrupts:
    """Whether somebody asked to stop, and a sleep that ends when somebody does."""

    def __init__(self) -> None:
        """Nobody did yet."""
        self._count = 0

    def __call__(self) -> bool:
        """Somebody asked to stop."""
        return bool(self._count)

    def remember(self, _number: int, _frame: FrameType | None) -> None:
        """The handler of the signals: the first is remembered, the second stops at once."""
        self._count += 1
        if self._count > 1:
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds``, less when somebody asks to stop. Any thread may."""
        # In steps: a handler that wakes a waiting thread could meet the very lock that it holds
        end = time.monotonic() + seconds
        while not self._count and (left := end - time.monotonic()) > 0:
            time.sleep(min(_STEP_SECONDS, left))


@contextmanager
def catch_interrupts() -> Iterator[Interrupts]:
    """The interrupts from now on until the end of the ``with``."""
    interrupts = Interrupts()
    before = {number: signal.signal(number, interrupts.remember) for number in _signals()}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signals() -> Iterator[signal.Signals]:
    """Those that ask for the end. Whoever started us with nohup does not want a closed terminal to be one."""
    yield from (signal.SIGINT, signal.SIGTERM)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        yield hangup
