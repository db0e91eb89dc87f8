"""What a provider is to a sender: a few methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pprmail.delivery.answer import Answer
    from pprmail.delivery.ledger import Batch
    from pprmail.model import Subscriber


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
