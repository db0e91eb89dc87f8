"""The send itself: claim, hand over, settle, batch by batch, until nobody waits or something stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def dispatch(
    ledger: Ledger,
    mailing: Mailing,
    provider: Provider,
    attempt: str,
    clock: Callable[[], datetime],
    is_interrupted: Callable[[], bool],
    on_batch: Callable[[int], None],
) -> Stop | None:
    """Hand over every batch of ``mailing`` that waits; None when none is left.

    ``attempt`` names this run of the sender and no other. ``is_interrupted`` is asked between batches, so that the ledger is
    true when it stops. ``on_batch`` is told how many recipients each settled batch had.
    """
    while not is_interrupted():
        batch = ledger.claim(mailing, attempt, clock(), again=provider.is_idempotent)
        if batch is None:
            ledger.end(mailing, clock())
            return None
        answer = provider.hand_over(batch)
        ledger.settle(mailing, batch, answer, clock())
        on_batch(len(batch.recipients))
        if answer.stop:
            ledger.end(mailing, clock())
            return Stop(answer.detail)
    ledger.end(mailing, clock())
    return Stop("")
