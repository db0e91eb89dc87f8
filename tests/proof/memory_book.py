"""A sender's book in memory: what ``SendingBook`` promises, over values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pprmail.delivery.answer import Outcome
from pprmail.delivery.ledger import Batch, HandOver, Recipient, State
from pprmail.errors import PprmailError
from proof.standing import REJECTED, SUPPRESSED, Exempt, Part, cut, real, settled, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from pprmail.delivery.answer import Answer, Rejection
    from pprmail.delivery.ledger import Mailing
    from pprmail.model import Subscriber
    from proof.memory_ledger import MemoryLedger
    from proof.standing import Row, Standing

CANNOT_RECORD = "cannot record the answer"


class MemoryBook:
    """The ledger of one mailing, as its one sender writes it."""

    def __init__(self, ledger: MemoryLedger, mailing: Mailing) -> None:
        self.ledger = ledger
        self.mailing = mailing
        self.write: Callable[[Standing, tuple[str, ...]], None] = self._write
        """Puts a standing in the place of the one before it; what changed is told in words."""
        self.begin: Callable[[], None] = lambda: None
        """Called before a transaction."""
        self._depth = 0
        self._now = ledger.standings[mailing.id]
        self._said: tuple[str, ...] = ()

    def _write(self, standing: Standing, _said: tuple[str, ...]) -> None:
        self.ledger.standings[self.mailing.id] = standing

    @property
    def standing(self) -> Standing:
        """What is written."""
        return self.ledger.standings[self.mailing.id]

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within is one write."""
        if self._depth == 0:
            self.begin()
            self._now, self._said = self.standing, ()
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            raise
        self._depth -= 1
        if self._depth == 0 and self._said:
            self.write(self._now, self._said)

    def _say(self, words: str) -> None:
        self._said = (*self._said, words)

    # A run of the sender

    def start(self, *, again: bool) -> None:
        with self.together():
            self._settle_claims(State.WAITING if again else State.UNKNOWN)
            rows = tuple(row._replace(tries=0) for row in self._now.rows)
            self._now = self._now._replace(rows=rows, ended=None, stopped=None, revision=self._now.revision + 1)
            self._say(
                "starts" + ("; what was claimed " + ("waits again" if again else "is in doubt")) * self._has_settled
            )

    def settle_claims(self) -> None:
        with self.together():
            self._settle_claims(State.UNKNOWN)
            self._say("finds that no sender is at work")

    def _settle_claims(self, state: str) -> None:
        self._has_settled = False
        for row in self._now.rows:
            if row.state != State.CLAIMED:
                continue
            self._has_settled = True
            parts = [part._replace(state=state) if part.state == State.CLAIMED else part for part in spans_of(row)]
            if state == State.UNKNOWN and not self._now.numbers(row.first, row.last):
                parts = [Part(State.ACCEPTED, row.first, row.last)]
            self._now = cut(self._now, row, parts)

    def end(self, stopped: str | None, now: datetime) -> None:
        with self.together():
            self._now = self._now._replace(ended=now, stopped=stopped, revision=self._now.revision + 1)
            self._say("ends" if stopped is None else "stops")

    # A batch

    def claim(self, attempt: str, now: datetime, *, most: int, one_by_one: bool) -> Batch | None:
        with self.together():
            waiting = [row for row in self._now.rows if row.state == State.WAITING]
            if not waiting:
                return None
            row = min(waiting, key=lambda one: (one.tries, one.first))
            last = min(row.last, row.first + most - 1)
            if last < row.last:
                self._now = cut(
                    self._now, row, [Part(State.WAITING, row.first, last), Part(State.WAITING, last + 1, row.last)]
                )
                row = self._now.row(row.number)
            self._exclude_leavers(row)
            claimed = row._replace(
                state=State.CLAIMED,
                attempt=attempt,
                claimed=now,
                settled=None,
                progress=0 if one_by_one else None,
                tries=row.tries + 1,
            )
            self._now = self._now._replace(rows=tuple(claimed if one is row else one for one in self._now.rows))
            numbers = self._now.numbers(row.first, row.last)
            self._say(f"claims batch {row.number} ({_readers(numbers)})")
            return Batch(row.number, attempt, self._people(numbers), self._leavers(row), now, row.tries)

    def _people(self, numbers: Iterable[int]) -> tuple[Recipient, ...]:
        people = self.ledger.people[self.mailing.id]
        return tuple(Recipient(number, people[number - 1]) for number in numbers)

    def _leavers(self, row: Row) -> tuple[Subscriber, ...]:
        people = self.ledger.people[self.mailing.id]
        here = (one for one in self._now.exempt if one.outcome == SUPPRESSED and row.first <= one.number <= row.last)
        return tuple(people[one.number - 1] for one in here)

    def _exclude_leavers(self, row: Row) -> None:
        for number, subscriber in self._people(self._now.numbers(row.first, row.last)):
            if self.ledger.has_left(subscriber, self.mailing.suppressions_seen):
                self._exempt(Exempt(number, SUPPRESSED, "asked to leave after the seal"))

    def _exempt(self, one: Exempt) -> None:
        if any(other.number == one.number for other in self._now.exempt):
            message = f"reader {one.number} is an exception already"
            raise AssertionError(message)
        self._now = self._now._replace(exempt=tuple(sorted((*self._now.exempt, one))))

    def progress(self, batch: Batch, number: int, rejections: Iterable[Rejection]) -> None:
        with self.together():
            self._reject(rejections)
            row = self._now.row(batch.number)
            if row.state != State.CLAIMED or row.attempt != batch.attempt:
                message = (
                    f"batch {batch.number} of {self.mailing.issue} was taken over by another sender; "
                    "see 'pprmail status', then run this again"
                )
                raise PprmailError(message)
            ours = row._replace(progress=number)
            self._now = self._now._replace(rows=tuple(ours if one is row else one for one in self._now.rows))
            self._say(f"notes that reader {number} is in doubt from now on")

    def settle(
        self, batch: Batch, answer: Answer, rejections: Iterable[Rejection], now: datetime,
        *, blameless: Sequence[Rejection] = (),
    ) -> None:  # fmt: skip
        with self.together():
            row = self._now.row(batch.number)
            if row.state != State.CLAIMED or row.attempt != batch.attempt:
                self._say(f"{CANNOT_RECORD} for batch {batch.number}, which is no longer this sender's")
                return
            self._reject(rejections)
            self._now = cut(self._now, row, settled(row, batch, answer), now)
            about = f" (from reader {answer.at} on)" if answer.at else ""
            self._say(f"records batch {batch.number}: {answer.outcome.value}{about}")
            self._readmit(blameless)

    def readmit(self, blameless: Iterable[Rejection]) -> None:
        with self.together():
            self._readmit(blameless)

    def _readmit(self, blameless: Iterable[Rejection]) -> None:
        for number, _ in blameless:
            if any(one.number == number and one.outcome == REJECTED for one in self._now.exempt):
                self._carve_waiting(number)

    def _carve_waiting(self, number: int) -> None:
        row = next(row for row in self._now.rows if row.first <= number <= row.last)
        if row.state == State.CLAIMED:
            return
        if row.state != State.WAITING:
            parts = real(
                Part(row.state, row.first, number - 1),
                Part(State.WAITING, number, number),
                Part(row.state, number + 1, row.last),
            )
            self._now = cut(self._now, row, parts)
        kept = tuple(one for one in self._now.exempt if one.number != number)
        self._now = self._now._replace(exempt=kept)
        self._say(f"has reader {number} wait again, who was not to blame")

    def _reject(self, rejections: Iterable[Rejection]) -> None:
        for number, reason in rejections:
            self._exempt(Exempt(number, REJECTED, reason))
            self._say(f"records that reader {number} was refused")

    # What was handed over, and what is in doubt

    def handed_over_since(self, time: datetime, now: datetime) -> tuple[HandOver, ...]:
        sizes: dict[tuple[bool, datetime], int] = {}
        for mailing, standing in self.ledger.standings.items():
            if not self.ledger.mailings[mailing].is_real:
                continue
            for row in standing.rows:
                when = row.settled or row.claimed
                is_on_its_way = mailing == self.mailing.id and row.state == State.CLAIMED
                if row.state != State.WAITING and when and (is_on_its_way or when >= time):
                    key = is_on_its_way, when
                    sizes[key] = sizes.get(key, 0) + row.last - row.first + 1
        return tuple(sorted(HandOver(now if is_open else when, size) for (is_open, when), size in sizes.items()))

    def has_waiting(self) -> bool:
        return any(row.state == State.WAITING for row in self.standing.rows)

    def doubtful(self) -> tuple[Batch, ...]:
        standing = self.standing
        return tuple(
            Batch(
                row.number, row.attempt or "", self._people(standing.numbers(row.first, row.last)), claimed=row.claimed
            )
            for row in standing.rows
            if row.state == State.UNKNOWN
        )

    def resolve(self, batch: Batch, word: str, answer: Answer, _now: datetime) -> None:
        with self.together():
            row = self._now.row(batch.number)
            if row.state != State.UNKNOWN or row.attempt != batch.attempt:
                return
            state = State.ACCEPTED if answer.outcome is Outcome.ACCEPTED else State.WAITING
            said = (row.first, row.last, batch.attempt, word)
            self._now = cut(self._now, row, [Part(state, row.first, row.last)])._replace(
                words=(*self._now.words, said), revision=self._now.revision + 1
            )
            people = _readers(self._now.numbers(row.first, row.last))
            self._say(f"records batch {row.number} ({people}) by {word}: {state}")


def _readers(numbers: Sequence[int]) -> str:
    if not numbers:
        return "nobody"
    return f"reader {numbers[0]}" if len(numbers) == 1 else f"readers {', '.join(map(str, numbers))}"
