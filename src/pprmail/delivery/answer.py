"""What can become of a batch: the closed list of outcomes, a provider's answer, and what it says of single recipients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """What became of a batch."""

    ACCEPTED = "accepted"
    """The provider took it."""
    NOT_HANDED_OVER = "not handed over"
    """Certainly not taken: it may be handed over again."""
    UNKNOWN = "unknown"
    """It may or may not have been taken: never handed over again without evidence."""


class Next(Enum):
    """What a batch that was not handed over asks for."""

    AGAIN = "again"
    """Something was mended (a recipient rejected): hand over the rest at once."""
    DEFER = "defer"
    """The recipient ``at`` was put off: go on with the others, and come back to this one."""
    WAIT = "wait"
    """The other side is busy or out of reach: wait, then hand over again."""
    HALVE = "halve"
    """It was too much, or nobody said which recipient is at fault: hand over in halves."""
    STOP = "stop"
    """The next batch would fare no better: end the send, with everyone not accepted waiting."""


class Rejection(NamedTuple):
    """A recipient, by number in the mailing, whom the provider refused, and its words without any address."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer for one batch. ``provider_id`` is None unless accepted.

    ``at`` is for providers that take recipients one by one: the number that the outcome is about. Those before it were
    accepted, save for rejections; those after it wait. 0 says that the outcome is the whole batch's.
    ``next`` counts for what was not handed over; ``is_of_wire`` says that nobody answered, so that halves wait as well;
    ``wait_seconds`` is how long the other side asked to wait, None when it did not say. ``detail`` is what was seen; with
    ``Next.STOP`` it is the sentence for the author.
    """

    outcome: Outcome
    provider_id: str | None = None
    detail: str = ""
    at: int = 0
    next: Next = Next.AGAIN
    is_of_wire: bool = False
    wait_seconds: float | None = None

    @property
    def stop(self) -> bool:
        """Nothing more is to be handed over."""
        return self.outcome is Outcome.NOT_HANDED_OVER and self.next is Next.STOP


_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]+@[^\s<>()\[\]\"',;:]+")


def without_addresses(words: str) -> str:
    """The other side's ``words`` on one line, each mail address in them replaced: they go into logs and onto screens."""
    return _ADDRESS.sub("(address)", " ".join(words.split()))
