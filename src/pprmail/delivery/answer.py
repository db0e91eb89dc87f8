"""What can become of a batch: the closed list of outcomes, and a provider's answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What became of a batch."""

    ACCEPTED = "accepted"
    """The provider took it."""
    NOT_HANDED_OVER = "not handed over"
    """Certainly not taken: it may be handed over again."""
    UNKNOWN = "unknown"
    """It may or may not have been taken: never handed over again without evidence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer for one batch. ``provider_id`` is None unless accepted.

    ``stop`` says that the next batch would fare no better; ``detail`` then is the sentence for the author.
    """

    outcome: Outcome
    provider_id: str | None = None
    detail: str = ""
    stop: bool = False
