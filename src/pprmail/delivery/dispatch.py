"""The send itself: claim, hand over, settle, batch by batch, until nobody waits or something stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pprmail.delivery.answer import Outcome
from pprmail.delivery.journal import Journal, Streak

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.providers.base import Provider


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a send ended before everyone was handed over: a sentence, or '' when somebody interrupted it."""

    reason: str

    @property
    def was_interrupted(self) -> bool:
        """Somebody asked for the end."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the sender.

    ``attempt`` names it and no other. ``is_interrupted`` is asked between batches, so that the ledger is true when it
    stops. ``on_batch`` is told how many recipients each accepted batch had. ``now_left`` are addresses that the list calls
    unsubscribed today.
    """

    attempt: str
    clock: Callable[[], datetime]
    is_interrupted: Callable[[], bool]
    on_batch: Callable[[int], None]
    now_left: tuple[str, ...] = ()


def dispatch(ledger: Ledger, mailing: Mailing, provider: Provider, run: Run) -> Stop | None:
    """Hand over every batch of ``mailing`` that can be claimed; None when none can any more."""
    ledger.start(mailing, run.now_left, run.clock())
    while not run.is_interrupted():
        batch = ledger.claim(mailing, run.attempt, run.clock(), again=provider.is_idempotent)
        if batch is None:
            ledger.end(mailing, run.clock())
            return None
        answer = provider.hand_over(batch, Journal(lambda _number, _rejections: None, Streak()))
        ledger.settle(mailing, batch, answer, run.clock())
        if answer.outcome is Outcome.ACCEPTED:
            run.on_batch(len(batch.recipients))
        if answer.stop:
            ledger.end(mailing, run.clock())
            return Stop(answer.detail)
    ledger.end(mailing, run.clock())
    return Stop("")
