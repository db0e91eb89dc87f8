"""What a provider writes down while a batch is on its way: rejected recipients, and how far it has come."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from pprmail.delivery.answer import Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_IDENTICAL = 3


class Streak:
    """Refusals in a row with the same words, and nobody accepted between them.

    So many of them speak of the sender, whatever their words: a quota, a policy. No recipient is to blame then.
    """

    def __init__(self, most: int = MOST_IDENTICAL) -> None:
        """Nothing yet. ``most`` refusals are too many to be the recipients' fault. The workers of a send share one."""
        self._lock = Lock()
        self._most = most
        self.length = 0
        self.rejections: tuple[Rejection, ...] = ()

    def add(self, *rejections: Rejection) -> tuple[Rejection, ...]:
        """One more refusal, and whom it rejected; everyone rejected in the streak when that is too long, else nobody."""
        with self._lock:
            together = (*self.rejections, *rejections)
            if len({one.reason for one in together}) > 1:
                together, self.length = rejections, 0
            self.rejections = together
            self.length += 1
            return together if self.length >= self._most else ()

    def end(self) -> None:
        """Somebody was accepted."""
        with self._lock:
            self.rejections, self.length = (), 0


class Journal:
    """The journal of one hand-over. ``commit`` makes durable how far it has come, with the rejections so far."""

    def __init__(self, commit: Callable[[int, tuple[Rejection, ...]], None], streak: Streak) -> None:
        """``streak`` outlives the batch: three batches of one recipient can be a streak as well."""
        self._commit = commit
        self._streak = streak
        self.rejections: tuple[Rejection, ...] = ()
        """Those that no commit holds yet."""
        self.blameless: tuple[Rejection, ...] = ()
        """Those of this hand-over and earlier ones that turned out to be the sender's fault."""
        self.has_rejected = False

    def about_to_hand_over(self, number: int) -> None:
        """Recorded, durably, before recipient ``number`` can have been taken: those before it are settled.

        For providers that take recipients one by one. Raises ``PprmailError`` when it cannot be recorded; the
        recipient must not be handed over then.
        """
        self._commit(number, self.rejections)
        self.rejections = ()

    def accepted(self) -> None:
        """Somebody was taken."""
        self._streak.end()

    def rejected(self, number: int, reason: str, *, named: bool = False) -> bool:
        """The provider refused recipient ``number``; ``reason`` are its words, without addresses. True: go on.

        ``named`` says that the provider itself named the recipient among others, so that three alike prove nothing.
        False: too many in a row were refused in the same words, so it is the sender who is refused. All of those go
        back to waiting; the hand-over ends with ``Next.STOP``.
        """
        rejection = Rejection(number, reason)
        self.rejections = (*self.rejections, rejection)
        self.has_rejected = True
        if not named:
            self.blameless = self._streak.add(rejection)
        return not self.blameless


def numbers(rejections: Sequence[Rejection]) -> str:
    """``recipients 2, 3 and 4``, for a sentence."""
    *first, last = [f"{one.number:,}" for one in rejections]
    return f"recipients {', '.join(first)} and {last}" if first else f"recipient {last}"
