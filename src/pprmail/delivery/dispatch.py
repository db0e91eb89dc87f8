"""The send itself: claim, hand over, settle, batch by batch, until nobody waits or something stops it.

Below a claim there is one request and no retry. What was certainly not handed over waits, and is claimed anew; what is in
doubt stays so. The more doubt, the less is risked: after the first one worker remains, after three in a row the send ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from pprmail.delivery.answer import Next, Outcome
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.pace import NO_CAPS, find_room

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tenacity import RetryCallState, Retrying

    from pprmail.delivery.answer import Answer, Rejection
    from pprmail.delivery.ledger import Batch, SendingBook
    from pprmail.delivery.pace import Caps
    from pprmail.delivery.providers.base import Carrier

MOST_DOUBTS = 3
MOST_NAMED = 10
"""Answers in a row that name recipients to refuse, all in the same words, before it is taken to be about the sender."""
MOST_TRIES = 6
"""The first, and five more."""
MOST_TRIES_TOLD = 20
"""Where the other side says how long to wait."""
MOST_WAIT_SECONDS = 3600.0
"""A longer wait is the author's: the send ends and says when to run it again."""
_LONGEST_BACKOFF_SECONDS = 60
_STEP_SECONDS = 1.0
_FEWEST_TO_HALVE = 2


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

    ``name`` is its own and no other's. ``is_interrupted`` is asked between batches, so that the ledger is true when it stops.
    ``sleep`` waits so many seconds, less when somebody interrupts. ``on_start`` is called once the ledger knows of the
    run, before anything is handed over; ``on_batch`` with how many recipients a batch settled, ``on_wait`` with why and how long
    nothing happens. ``say_time`` writes a time for the author. Nothing is handed over after ``until``: it would be late.
    """

    name: str
    clock: Callable[[], datetime]
    is_interrupted: Callable[[], bool]
    sleep: Callable[[float], None]
    on_batch: Callable[[int], None] = lambda _count: None
    on_wait: Callable[[str, float], None] = lambda _why, _seconds: None
    say_time: Callable[[datetime], str] = lambda time: f"{time:%Y-%m-%d %H:%M} UTC"
    caps: Caps = NO_CAPS
    on_start: Callable[[], None] = lambda: None
    until: datetime | None = None


def dispatch(book: SendingBook, provider: Carrier, run: Run) -> Stop | None:
    """Hand over every batch that waits; None when none does any more."""
    book.start(again=provider.is_idempotent)
    run.on_start()
    stop = _Sender(book, provider, run).send()
    book.end(stop.reason if stop else None, run.clock())
    return stop


class _Turn(NamedTuple):
    """One turn of a worker: whether there was a batch for it, and the answer to back off from, if any."""

    had_batch: bool
    backing_off: Answer | None = None


class _Sender:
    """The workers of one run, and what their answers so far allow."""

    def __init__(self, book: SendingBook, provider: Carrier, run: Run) -> None:
        self.book = book
        self.provider = provider
        self.run = run
        self.stop: Stop | None = None
        self.failure: BaseException | None = None
        # Under a cap one worker does: another would take a batch on its way for used-up room
        self.is_alone = provider.workers == 1 or bool(run.caps.longest)
        self.doubts = 0
        self.not_before: datetime | None = None
        self.told_free: datetime | None = None
        self.streak = Streak()
        self.blameless: set[Rejection] = set()
        self.named = Streak(MOST_NAMED)
        self.attempts = count(1)
        self.lock = Lock()

    def send(self) -> Stop | None:
        """Everything; why it ended early."""
        if not self.is_alone:
            self._work_together()
        # Alone, also for what the workers put back after others had found nothing more to do
        self._work(first=True)
        if self.blameless:
            # Those too whose batch another worker held when they were excused
            self.book.readmit(sorted(self.blameless))
        return self.stop

    def _work_together(self) -> None:
        # Daemons, so that whoever interrupts twice need not wait for the wire; what they had claimed is in doubt then
        workers = [
            Thread(target=self._work_guarded, kwargs={"first": not number}, daemon=True, name=f"worker {number + 1}")
            for number in range(self.provider.workers)
        ]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                # In steps, for on some systems no signal is seen while a thread waits for another
                while worker.is_alive():
                    worker.join(_STEP_SECONDS)
        except BaseException as error:
            self.failure = error
            raise
        if self.failure:
            raise self.failure

    def _work_guarded(self, *, first: bool) -> None:
        try:
            self._work(first=first)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self.failure = self.failure or error

    def _work(self, *, first: bool) -> None:
        retrying = self._retrying()
        ahead: list[Batch] = []
        while retrying(self._take_turn, ahead, first=first).had_batch:
            pass

    def _is_over(self) -> bool:
        if not self.stop and self.run.is_interrupted():
            self.stop = Stop("")
        if not self.stop and self.run.until and self.run.clock() > self.run.until:
            self.stop = Stop("it is more than an hour past the time that was set; run this again for those who wait")
        return bool(self.stop or self.failure)

    # A turn

    def _take_turn(self, ahead: list[Batch], *, first: bool) -> _Turn:
        """Claim, hand over, settle. ``ahead`` holds the worker's next batch, when it was claimed along with the last answer."""
        if ahead:
            return self._hand_over(ahead.pop(), ahead, first=first)
        self._await_signal()
        if self._is_over() or (self.is_alone and not first):
            return _Turn(had_batch=False)
        with self.lock:
            # Asked again: another worker may have found a reason to stop while this one waited for the ledger
            if self._is_over() or (self.is_alone and not first):
                return _Turn(had_batch=False)
            batch, wait_seconds = self._claim()
        if wait_seconds:
            self._sleep(wait_seconds)
            return _Turn(had_batch=True)
        if batch is None:
            return _Turn(had_batch=False)
        return self._hand_over(batch, ahead, first=first)

    def _hand_over(self, batch: Batch, ahead: list[Batch], *, first: bool) -> _Turn:
        """Hand over a claimed batch and settle it; when that went well, the next one is claimed in the same transaction."""
        journal = Journal(lambda number, rejections: self._progress(batch, number, rejections), self.streak)
        answer = self.provider.hand_over(batch, journal)
        with self.lock, self.book.together():
            self._settle(batch, answer, journal)
            if self._may_claim_ahead(answer, first=first) and (following := self._claim()[0]):
                ahead.append(following)
        backs_off = _asks_to_back_off(batch, answer, mended=journal.has_rejected)
        return _Turn(had_batch=True, backing_off=answer if backs_off else None)

    def _may_claim_ahead(self, answer: Answer, *, first: bool) -> bool:
        """Nothing speaks for waiting or for stopping."""
        if answer.outcome is not Outcome.ACCEPTED or self.run.caps.longest or self.not_before:
            return False
        return not self._is_over() and (first or not self.is_alone)

    def _await_signal(self) -> None:
        """Wait while the provider wants no requests from anybody."""
        until = self.not_before
        if until:
            # A clock that was set back meanwhile must not make it longer than any wait may be, nor be waited for again
            self._sleep(min((until - self.run.clock()).total_seconds(), MOST_WAIT_SECONDS))
            if self.not_before == until:
                self.not_before = None

    def _sleep(self, seconds: float) -> None:
        """Wait, but no longer than there is something to wait for."""
        while seconds > 0 and not self._is_over():
            self.run.sleep(min(seconds, _STEP_SECONDS))
            seconds -= _STEP_SECONDS

    def _claim(self) -> tuple[Batch | None, float]:
        """The next batch, or how many seconds to wait for a cap; a wait that is too long stops the send."""
        now, most = self.run.clock(), self.provider.largest_batch
        if self.run.caps.longest:
            room = find_room(self.run.caps, self.book.handed_over_since(now - self.run.caps.longest, now), now, most)
            if room.free:
                return None, self._wait_for_cap(room.cap, room.free, now)
            most = room.most
        attempt = f"{self.run.name}.{next(self.attempts)}"
        return self.book.claim(attempt, now, most=most, one_by_one=self.provider.takes_one_by_one), 0

    def _wait_for_cap(self, cap: str, free: datetime, now: datetime) -> float:
        if not self.book.has_waiting():
            return 0
        seconds = (free - now).total_seconds()
        if seconds > MOST_WAIT_SECONDS:
            self.stop = Stop(f"{cap} is reached; run this again after {self.run.say_time(free)} for those who wait")
            return 0
        if free != self.told_free:
            self.told_free = free
            self.run.on_wait(f"{cap} is reached", seconds)
        return seconds

    def _progress(self, batch: Batch, number: int, rejections: tuple[Rejection, ...]) -> None:
        with self.lock:
            self.book.progress(batch, number, rejections)

    def _settle(self, batch: Batch, answer: Answer, journal: Journal) -> None:
        self.blameless |= set(journal.blameless)
        self._note_named(answer, journal)
        # Another worker may have found out about those whom this one is the first to record
        blameless = self.blameless.intersection((*journal.blameless, *journal.rejections, *self.named.rejections))
        self.book.settle(batch, answer, journal.rejections, self.run.clock(), blameless=sorted(blameless))
        settled = _settled_count(batch, answer)
        if settled:
            self.run.on_batch(settled)
        if answer.outcome is Outcome.UNKNOWN:
            self._note_doubt(answer, after_some=bool(settled))
        elif answer.outcome is Outcome.ACCEPTED:
            self.doubts = 0 if settled else self.doubts
        elif answer.stop:
            self.stop = self.stop or Stop(answer.detail)

    def _note_named(self, answer: Answer, journal: Journal) -> None:
        """One answer after another names somebody, in the same words, and takes nobody: it is not about them."""
        if answer.outcome is Outcome.ACCEPTED:
            self.named.end()
        elif answer.next is Next.AGAIN and journal.rejections and (blameless := self.named.add(*journal.rejections)):
            self.blameless |= set(blameless)
            words = f"{MOST_NAMED} answers in a row refused one recipient after another in the same words ({blameless[-1].reason})"
            self.stop = self.stop or Stop(
                f"{words}, so it is about the mail or the account; mend that, then run this again"
            )

    def _note_doubt(self, answer: Answer, *, after_some: bool) -> None:
        """One more answer was lost; ``after_some`` others of the batch had been accepted."""
        self.is_alone = True
        self.doubts = 1 if after_some else self.doubts + 1
        if self.doubts >= MOST_DOUBTS:
            self.stop = self.stop or Stop(
                f"{MOST_DOUBTS} answers in a row were lost ({answer.detail}), so the send pauses; see whether the provider "
                "is well, then run this again for those who wait"
            )

    # Waiting

    def _retrying(self) -> Retrying:
        """Turns that are repeated while the other side cannot take anything."""
        from tenacity import Retrying, retry_if_result

        return Retrying(
            retry=retry_if_result(lambda turn: turn.backing_off is not None),
            wait=_seconds_to_wait(),
            stop=self._has_tried_enough,
            before_sleep=self._tell_wait,
            sleep=self._sleep,
            retry_error_callback=self._give_up,
        )

    def _tell_wait(self, state: RetryCallState) -> None:
        answer = _answer_of(state)
        if answer.next is Next.WAIT:
            self.not_before = self.run.clock() + timedelta(seconds=state.upcoming_sleep)
        self.run.on_wait(answer.detail, state.upcoming_sleep)

    def _has_tried_enough(self, state: RetryCallState) -> bool:
        told = _answer_of(state).wait_seconds
        if told is not None and told > MOST_WAIT_SECONDS:
            return True
        return state.attempt_number >= (MOST_TRIES if told is None else MOST_TRIES_TOLD)

    def _give_up(self, state: RetryCallState) -> _Turn:
        answer = _answer_of(state)
        when = "in a while"
        if answer.wait_seconds is not None and answer.wait_seconds > MOST_WAIT_SECONDS:
            when = f"after {self.run.say_time(self.run.clock() + timedelta(seconds=answer.wait_seconds))}"
        tries = f", tried {state.attempt_number} times" if state.attempt_number > 1 else ""
        self.stop = self.stop or Stop(f"{answer.detail}{tries}; run this again {when} for those who wait")
        return _Turn(had_batch=False)


def _seconds_to_wait() -> Callable[[RetryCallState], float]:
    from tenacity import wait_exponential_jitter

    backoff = wait_exponential_jitter(max=_LONGEST_BACKOFF_SECONDS)

    def seconds(state: RetryCallState) -> float:
        told = _answer_of(state).wait_seconds
        return backoff(state) if told is None else max(told, _STEP_SECONDS)

    return seconds


def _answer_of(state: RetryCallState) -> Answer:
    turn: _Turn | None = state.outcome.result() if state.outcome else None
    if turn is None or turn.backing_off is None:  # pragma: no cover - asked only after a turn that backs off
        raise TypeError(state)
    return turn.backing_off


def _asks_to_back_off(batch: Batch, answer: Answer, *, mended: bool) -> bool:
    """Nothing could be taken, and nothing was ``mended`` that would make the next try another one.

    A recipient who was put off comes last; only when nobody else is left is there anything to wait for.
    """
    if answer.outcome is not Outcome.NOT_HANDED_OVER:
        return False
    match answer.next:
        case Next.WAIT:
            return True
        case Next.DEFER:
            return batch.tries > 0
        case Next.AGAIN:
            return not mended
        case Next.HALVE:
            return answer.is_of_wire or len(batch.recipients) < _FEWEST_TO_HALVE
        case Next.STOP:
            return False


def _settled_count(batch: Batch, answer: Answer) -> int:
    if answer.outcome is Outcome.ACCEPTED:
        return len(batch.recipients)
    return sum(1 for number, _ in batch.recipients if number < answer.at)
