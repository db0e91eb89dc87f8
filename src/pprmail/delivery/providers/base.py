"""What a provider is to a sender: a few methods, and a closed list of what can become of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pprmail.delivery.ledger import Batch
    from pprmail.model import Subscriber


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


class Provider(Protocol):
    """Someone who takes mail from us."""

    name: str
    is_idempotent: bool
    """Handing a batch over twice does no harm: the second replaces the first."""

    def prepare(self) -> None:
        """Refuse now what would fail later. Raises ``PprmailError``; nothing has been sealed yet."""

    def hand_over(self, batch: Batch) -> Answer:
        """Hand one batch over, once, without retries. Never raises for what the wire or the other side does.

        An idempotent provider may have begun the batch before, and takes back what it then took for its leavers.
        """

    def withdraw(self, recipients: tuple[Subscriber, ...]) -> int:
        """Take back what was handed over to ``recipients``; how many letters were taken back.

        Raises ``PprmailError`` where that cannot be done.
        """
