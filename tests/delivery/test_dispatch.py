from __future__ import annotations

import signal
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from delivery.plans import LATER, NOW, REAL, leave, open_ledger, plan, sealed_mail
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.delivery.dispatch import MOST_TRIES, MOST_TRIES_TOLD, Run, Stop, _Sender, dispatch
from pprmail.delivery.pace import Caps
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch, Ledger, Mailing

ACCEPTED = Answer(Outcome.ACCEPTED)
UNKNOWN = Answer(Outcome.UNKNOWN, detail="the line went dead")
PATIENCE_SECONDS = 30
"""How long a thread waits for another before the test has failed."""


def refused(answer: Next, *, at: int = 0, seconds: float | None = None, detail: str = "busy") -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, at=at, next=answer, wait_seconds=seconds, detail=detail)


@dataclass
class Counter:
    """A provider that counts letters: whoever it takes twice was mailed twice."""

    answers: list[Answer | type[BaseException]] = field(default_factory=list)
    is_idempotent: bool = False
    name: str = "counter"
    takes_one_by_one: bool = False
    largest_batch: int = 1000
    workers: int = 1
    taken: list[int] = field(default_factory=list)
    batches: list[list[int]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    look: Callable[[], object] = lambda: None

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        self.attempts.append(batch.attempt)
        self.batches.append([number for number, _ in batch.recipients])
        self.look()
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, type):
            raise answer
        taken = [number for number, _ in batch.recipients if answer.outcome is Outcome.ACCEPTED or number < answer.at]
        if taken:
            self.taken += taken
            journal.accepted()
        return answer


@dataclass
class Hours:
    """A clock that only sleeping moves, and what was told of the waits."""

    now: datetime = LATER
    slept: float = 0
    waits: list[tuple[str, float]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += timedelta(seconds=seconds)

    def wait(self, why: str, seconds: float) -> None:
        self.waits.append((why, seconds))

    def run(self, name: str = "a", caps: Caps = Caps()) -> Run:  # noqa: B008 - a named tuple cannot change
        return Run(name, lambda: self.now, lambda: False, self.sleep, on_wait=self.wait, caps=caps)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


@pytest.fixture
def mailing(ledger: Ledger) -> Mailing:
    """Five readers in batches of two."""
    return ledger.begin(sealed_mail(), plan(5), REAL, NOW)


def run(attempt: str = "a1", *, interrupted: Callable[[], bool] = lambda: False, told: list[int] | None = None) -> Run:
    return Run(attempt, lambda: LATER, interrupted, lambda _seconds: None, (told if told is not None else []).append)


def account(ledger: Ledger, mailing: Mailing) -> tuple[int, int, int]:
    counts = ledger.counts(mailing)
    return counts.accepted, counts.unknown, counts.waiting


def account_after_kill(tmp_path: Path, mailing: Mailing) -> tuple[int, int, int]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        opened.sending(mailing).start(again=False)
        return account(opened, mailing)


def test_everyone_is_handed_over_once_in_order(ledger: Ledger, mailing: Mailing) -> None:
    provider, told = Counter(), list[int]()

    stop = dispatch(ledger.sending(mailing), provider, run(told=told))

    assert (stop, provider.taken, told) == (None, [1, 2, 3, 4, 5], [2, 2, 1])
    assert account(ledger, mailing) == (5, 0, 0)
    ended = ledger.mailing(mailing.id)
    assert ended
    assert (ended.ended, ended.stopped) == (LATER, None)


def test_a_second_run_has_nothing_to_do(ledger: Ledger, mailing: Mailing) -> None:
    dispatch(ledger.sending(mailing), Counter(), run())

    second = Counter()
    stop = dispatch(ledger.sending(mailing), second, run("a2"))

    assert (stop, second.taken) == (None, [])


def test_a_claim_is_recorded_before_the_provider_is_called(ledger: Ledger, mailing: Mailing) -> None:
    seen: list[object] = []
    provider = Counter(look=lambda: seen.append(account(ledger, mailing)))

    dispatch(ledger.sending(mailing), provider, run())

    assert seen == [(0, 2, 3), (2, 2, 1), (4, 1, 0)]


def test_an_interrupt_ends_the_send_between_two_batches(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter()

    stop = dispatch(ledger.sending(mailing), provider, run(interrupted=lambda: len(provider.taken) >= 2))

    assert stop == Stop("")
    assert stop.was_interrupted
    assert account(ledger, mailing) == (2, 0, 3)


def test_a_provider_that_says_stop_ends_the_send_with_its_reason(ledger: Ledger, mailing: Mailing) -> None:
    told: list[int] = []
    provider = Counter([ACCEPTED, Answer(Outcome.NOT_HANDED_OVER, detail="the disk is full", next=Next.STOP)])

    stop = dispatch(ledger.sending(mailing), provider, run(told=told))

    assert stop == Stop("the disk is full")
    assert not stop.was_interrupted
    assert account(ledger, mailing) == (2, 0, 3)
    assert told == [2]
    ended = ledger.mailing(mailing.id)
    assert ended
    assert (ended.ended, ended.stopped) == (LATER, "the disk is full")


def test_a_batch_that_was_not_handed_over_does_not_hold_up_the_others(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([Answer(Outcome.NOT_HANDED_OVER, next=Next.WAIT)])

    stop = dispatch(ledger.sending(mailing), provider, run())

    assert (stop, provider.taken) == (None, [3, 4, 5, 1, 2])
    assert account(ledger, mailing) == (5, 0, 0)


def test_what_was_not_handed_over_goes_out_at_the_next_run(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([Answer(Outcome.NOT_HANDED_OVER, next=Next.STOP, detail="no credits")])
    dispatch(ledger.sending(mailing), provider, run())

    dispatch(ledger.sending(mailing), provider, run("a2"))

    assert sorted(provider.taken) == [1, 2, 3, 4, 5]
    assert account(ledger, mailing) == (5, 0, 0)


def test_an_unknown_batch_is_not_resent(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([ACCEPTED, Answer(Outcome.UNKNOWN)])
    dispatch(ledger.sending(mailing), provider, run())

    dispatch(ledger.sending(mailing), provider, run("a2"))

    assert provider.taken == [1, 2, 5]
    assert account(ledger, mailing) == (3, 2, 0)


@pytest.mark.parametrize(
    ("is_idempotent", "taken", "accounts"),
    [
        pytest.param(False, [1, 2, 5], (3, 2, 0), id="a-repeat-would-do-harm"),
        pytest.param(True, [1, 2, 3, 4, 5], (5, 0, 0), id="idempotent"),
    ],
)
def test_a_batch_whose_sender_died_goes_again_only_where_that_does_no_harm(
    ledger: Ledger, mailing: Mailing, taken: list[int], accounts: tuple[int, int, int], *, is_idempotent: bool
) -> None:
    provider = Counter([ACCEPTED, KeyboardInterrupt], is_idempotent=is_idempotent)
    with pytest.raises(KeyboardInterrupt):
        dispatch(ledger.sending(mailing), provider, run())
    between = account(ledger, mailing)

    dispatch(ledger.sending(mailing), provider, run("a2"))

    assert between == (2, 2, 1)
    assert provider.taken == taken
    assert account(ledger, mailing) == accounts


def test_a_sender_at_work_is_seen(ledger: Ledger, mailing: Mailing) -> None:
    ledger.sending(mailing).end(None, NOW)
    ends: list[object] = []

    def look() -> None:
        found = ledger.find("2020-08", real=True)
        ends.append(found and found.ended)

    dispatch(ledger.sending(mailing), Counter(look=look), run())

    assert ends == [None, None, None]


def test_each_hand_over_has_an_attempt_of_its_own(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([ACCEPTED, refused(Next.DEFER), refused(Next.STOP)])

    for name in ("a", "b"):
        dispatch(ledger.sending(mailing), provider, run(name))

    assert provider.attempts == ["a.1", "a.2", "a.3", "b.1", "b.2"]


def test_no_batch_is_larger_than_the_provider_takes(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(7, batch_size=5), REAL, NOW)
    provider = Counter(largest_batch=2)

    dispatch(ledger.sending(mailing), provider, run())

    assert sorted(provider.batches) == [[1, 2], [3, 4], [5], [6, 7]]


def test_those_who_leave_while_others_are_handed_over_are_left_out(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter(look=lambda: leave(ledger, 3, 5))

    stop = dispatch(ledger.sending(mailing), provider, run())

    assert (stop, provider.taken) == (None, [1, 2, 4])
    assert ledger.counts(mailing).is_complete


# One by one


@pytest.mark.parametrize(
    ("answer", "taken", "accounts"),
    [
        pytest.param(Answer(Outcome.UNKNOWN, at=2), [1, 3, 4, 5], (4, 1, 0), id="unknown"),
        pytest.param(refused(Next.WAIT, at=2), [1, 2, 3, 4, 5], (5, 0, 0), id="wait"),
        pytest.param(refused(Next.DEFER, at=2), [1, 2, 3, 4, 5], (5, 0, 0), id="defer"),
    ],
)
def test_what_comes_after_the_one_an_answer_is_about_goes_on(
    ledger: Ledger, mailing: Mailing, answer: Answer, taken: list[int], accounts: tuple[int, int, int]
) -> None:
    provider = Counter([answer], takes_one_by_one=True)

    dispatch(ledger.sending(mailing), provider, Hours().run())

    assert sorted(provider.taken) == taken
    assert account(ledger, mailing) == accounts


def test_who_is_put_off_comes_last_and_nobody_waits_for_it(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter([refused(Next.DEFER, at=1)], takes_one_by_one=True), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert (stop, provider.batches) == (None, [[1, 2], [2], [3, 4], [5], [1]])
    assert hours.waits == []


def test_only_when_nobody_else_is_left_is_a_reader_who_was_put_off_waited_for(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([ACCEPTED, ACCEPTED, *[refused(Next.DEFER, at=5, seconds=60)] * 2], takes_one_by_one=True)
    hours = Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert (stop, provider.batches) == (None, [[1, 2], [3, 4], [5], [5], [5]])
    assert hours.waits == [("busy", 60)]


# Waiting


def test_a_wait_is_as_long_as_the_other_side_says(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter([refused(Next.WAIT, seconds=90)]), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert (stop, sorted(provider.taken)) == (None, [1, 2, 3, 4, 5])
    assert (hours.waits, hours.slept) == ([("busy", 90)], 90)


def test_where_nobody_says_how_long_each_wait_is_twice_the_last_and_a_little_more_or_less(
    ledger: Ledger, mailing: Mailing
) -> None:
    provider, hours = Counter([refused(Next.WAIT)] * 99), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert stop == Stop("busy, tried 6 times; run this again in a while for those who wait")
    assert len(provider.batches) == MOST_TRIES
    waits = [seconds for _, seconds in hours.waits]
    assert len(waits) == MOST_TRIES - 1
    assert all(2**power <= seconds <= 2**power + 1 for power, seconds in enumerate(waits))
    assert hours.slept == pytest.approx(sum(waits))
    assert account(ledger, mailing) == (0, 0, 5)


def test_who_is_told_how_long_to_wait_tries_more_often(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter([refused(Next.WAIT, seconds=1)] * 99), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert stop == Stop("busy, tried 20 times; run this again in a while for those who wait")
    assert len(provider.batches) == MOST_TRIES_TOLD


def test_a_success_begins_the_count_of_tries_anew(ledger: Ledger, mailing: Mailing) -> None:
    provider = Counter([*[refused(Next.WAIT)] * 5, ACCEPTED, *[refused(Next.WAIT)] * 5, ACCEPTED])

    stop = dispatch(ledger.sending(mailing), provider, Hours().run())

    assert (stop, sorted(provider.taken)) == (None, [1, 2, 3, 4, 5])


@pytest.mark.parametrize("answer", [Next.WAIT, Next.AGAIN])
def test_a_wait_of_more_than_an_hour_is_the_authors(ledger: Ledger, mailing: Mailing, answer: Next) -> None:
    provider, hours = Counter([refused(answer, seconds=3 * 3600)]), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert stop == Stop("busy; run this again after 2020-08-14 16:00 UTC for those who wait")
    assert (len(provider.batches), hours.waits, hours.slept) == (1, [], 0)
    assert account(ledger, mailing) == (0, 0, 5)


@pytest.mark.parametrize(
    "answer", [refused(Next.AGAIN), refused(Next.HALVE)], ids=["again-with-nothing-mended", "one-cannot-be-halved"]
)
def test_what_would_be_the_same_try_again_is_waited_for(ledger: Ledger, answer: Answer) -> None:
    mailing = ledger.begin(sealed_mail(), plan(1), REAL, NOW)
    provider, hours = Counter([answer] * 99), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert stop == Stop("busy, tried 6 times; run this again in a while for those who wait")
    assert len(provider.batches) == MOST_TRIES


def test_halves_go_at_once(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter([refused(Next.HALVE)]), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert (stop, hours.waits) == (None, [])
    assert provider.batches == [[1, 2], [2], [3, 4], [5], [1]]


def test_after_a_rejection_the_rest_goes_at_once(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Rejecting({1, 4}), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert (stop, hours.waits, sorted(provider.taken)) == (None, [], [2, 3, 5])
    assert ledger.counts(mailing).rejected == 2


class Rejecting(Counter):
    """Refuses some recipients, each by name, and the batch they are in."""

    def __init__(self, whom: set[int], *, named: bool = True) -> None:
        super().__init__()
        self.whom = whom
        self.named = named

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        refused_here = [number for number, _ in batch.recipients if number in self.whom]
        if not refused_here:
            return super().hand_over(batch, journal)
        if all(journal.rejected(number, "no such mailbox", named=self.named) for number in refused_here):
            return refused(Next.AGAIN)
        return refused(Next.STOP, detail="it is about us")


def test_three_rejections_alike_in_a_row_stop_the_send_and_blame_nobody(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(5, batch_size=1), REAL, NOW)

    stop = dispatch(ledger.sending(mailing), Rejecting({2, 3, 4}, named=False), run())

    assert stop == Stop("it is about us")
    assert account(ledger, mailing) == (1, 0, 4)
    assert ledger.counts(mailing).rejected == 0


def test_an_interrupt_ends_a_wait(ledger: Ledger, mailing: Mailing) -> None:
    hours = Hours()
    asked = Run("a", lambda: hours.now, lambda: hours.slept >= 2, hours.sleep)

    stop = dispatch(ledger.sending(mailing), Counter([refused(Next.WAIT, seconds=600)]), asked)

    assert (stop, hours.slept) == (Stop(""), 2)
    assert account(ledger, mailing) == (0, 0, 5)


def test_nobody_waits_longer_than_the_send_goes_on(ledger: Ledger, mailing: Mailing) -> None:
    hours = Hours()
    sender = _Sender(ledger.sending(mailing), Counter(), Run("a", lambda: hours.now, lambda: False, sleep := Sleep()))
    sleep.then = lambda: setattr(sender, "stop", Stop("the disk is full"))

    sender._sleep(600)

    assert sleep.count == 1


@dataclass
class Sleep:
    """A sleep during which something happens."""

    then: Callable[[], None] = lambda: None
    count: int = 0

    def __call__(self, _seconds: float) -> None:
        self.count += 1
        self.then()


# Caps


def test_a_cap_is_waited_for(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter(), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run(caps=Caps(per_minute=3)))

    assert (stop, provider.batches) == (None, [[1, 2], [3], [4], [5]])
    assert hours.waits == [("max_per_minute is reached", 60)]
    assert hours.now == LATER + timedelta(seconds=60)


def test_a_cap_with_no_room_for_an_hour_ends_the_send_and_says_when(ledger: Ledger, mailing: Mailing) -> None:
    provider, hours = Counter(), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run(caps=Caps(per_minute=100, per_day=3)))

    assert stop == Stop("max_per_day is reached; run this again after 2020-08-15 13:00 UTC for those who wait")
    assert account(ledger, mailing) == (3, 0, 2)
    assert hours.slept == 0


def test_a_cap_reached_with_the_last_reader_stops_nothing(ledger: Ledger, mailing: Mailing) -> None:
    hours = Hours()

    stop = dispatch(ledger.sending(mailing), Counter(), hours.run(caps=Caps(per_day=5)))

    assert (stop, hours.waits) == (None, [])


def test_caps_hold_across_runs_and_mailings(ledger: Ledger, mailing: Mailing) -> None:
    other = ledger.begin(sealed_mail("2020-09"), plan(4), REAL, NOW)
    hours, caps = Hours(), Caps(per_day=6)
    dispatch(ledger.sending(mailing), Counter([UNKNOWN]), hours.run("a", caps))

    stop = dispatch(ledger.sending(other), Counter(), hours.run("b", caps))

    assert stop
    assert stop.reason.startswith("max_per_day is reached; ")
    assert account(ledger, mailing) == (3, 2, 0)
    assert account(ledger, other) == (1, 0, 3)


# Doubts


def test_three_lost_answers_in_a_row_end_the_send(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(5, batch_size=1), REAL, NOW)

    stop = dispatch(ledger.sending(mailing), Counter([UNKNOWN] * 5), run())

    assert stop == Stop(
        "3 answers in a row were lost (the line went dead), so the send pauses; see whether the provider is well, "
        "then run this again for those who wait"
    )
    assert account(ledger, mailing) == (0, 3, 2)


def test_lost_answers_with_an_acceptance_between_them_do_not(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(6, batch_size=1), REAL, NOW)

    stop = dispatch(ledger.sending(mailing), Counter([UNKNOWN, UNKNOWN, ACCEPTED, UNKNOWN, UNKNOWN]), run())

    assert stop is None
    assert account(ledger, mailing) == (2, 4, 0)


# Several workers


class Together(Counter):
    """Several workers' provider: the first hand-over of each waits until all of them have one."""

    def __init__(
        self, workers: int, first: Callable[[Batch, Journal], Answer] = lambda _batch, _journal: ACCEPTED
    ) -> None:
        super().__init__(workers=workers)
        self.first = first
        self.barrier = threading.Barrier(workers, timeout=PATIENCE_SECONDS)
        self.names: list[str] = []
        self.lock = threading.Lock()

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        name = threading.current_thread().name
        with self.lock:
            is_first = name not in self.names
            self.names.append(name)
        if not is_first or name == "MainThread":
            with self.lock:
                return super().hand_over(batch, journal)
        self.barrier.wait()
        answer = self.first(batch, journal)
        if answer.outcome is Outcome.ACCEPTED:
            with self.lock:
                self.taken += [number for number, _ in batch.recipients]
        return answer


@pytest.fixture
def many(ledger: Ledger) -> Mailing:
    """Twelve readers in batches of one."""
    return ledger.begin(sealed_mail(), plan(12, batch_size=1), REAL, NOW)


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_workers_hand_over_at_once_and_everyone_once(ledger: Ledger, many: Mailing, workers: int) -> None:
    provider, told = Together(workers), list[int]()

    stop = dispatch(ledger.sending(many), provider, run(told=told))

    assert stop is None
    assert sorted(provider.taken) == list(range(1, 13))
    assert account(ledger, many) == (12, 0, 0)
    assert sum(told) == 12


def test_after_a_doubt_one_worker_remains(ledger: Ledger, many: Mailing, monkeypatch: pytest.MonkeyPatch) -> None:
    book, doubted = ledger.sending(many), threading.Event()
    settle = book.settle

    def settle_and_tell(batch: Batch, answer: Answer, *rest: object, **others: object) -> None:
        settle(batch, answer, *rest, **others)  # type: ignore[arg-type]
        if answer.outcome is Outcome.UNKNOWN:
            doubted.set()

    def first(batch: Batch, _journal: Journal) -> Answer:
        if batch.recipients[0].number == 2:
            return UNKNOWN
        assert doubted.wait(PATIENCE_SECONDS)
        return ACCEPTED

    monkeypatch.setattr(book, "settle", settle_and_tell)
    provider = Together(3, first)
    stop = dispatch(book, provider, run())

    assert stop is None
    assert len(set(provider.names[3:])) <= 2  # the first worker, and at the very end the main thread
    assert set(provider.names[3:]) <= {"worker 1", "MainThread"}
    assert sorted(provider.taken) == [1, *range(3, 13)]
    assert account(ledger, many) == (11, 1, 0)


def test_while_the_other_side_wants_nothing_no_worker_hands_over(ledger: Ledger, many: Mailing) -> None:
    hours, told, others_acted, lock = Hours(), threading.Event(), threading.Event(), threading.Lock()
    handed_over: list[datetime] = []
    told_to_wait: list[threading.Thread] = []

    def first(batch: Batch, _journal: Journal) -> Answer:
        if batch.recipients[0].number == 1:
            told_to_wait.append(threading.current_thread())
            return refused(Next.WAIT, seconds=90)
        assert told.wait(PATIENCE_SECONDS)
        return ACCEPTED

    def sleep(seconds: float) -> None:
        if threading.current_thread() in told_to_wait:
            assert others_acted.wait(PATIENCE_SECONDS)
        others_acted.set()
        with lock:
            hours.sleep(seconds)

    def look() -> None:
        handed_over.append(hours.now)
        others_acted.set()

    provider = Together(2, first)
    provider.look = look
    waiting = Run("a", lambda: hours.now, lambda: False, sleep, on_wait=lambda _why, _seconds: told.set())
    stop = dispatch(ledger.sending(many), provider, waiting)

    assert (stop, sorted(provider.taken)) == (None, list(range(1, 13)))
    assert min(handed_over) >= LATER + timedelta(seconds=90)


def test_a_stop_that_one_worker_hears_stops_all_and_leaves_the_rest_waiting(ledger: Ledger, many: Mailing) -> None:
    provider = Together(3, lambda _batch, _journal: refused(Next.STOP, detail="the quota is used up"))

    stop = dispatch(ledger.sending(many), provider, run())

    assert stop == Stop("the quota is used up")
    assert (provider.taken, len(provider.names)) == ([], 3)
    assert account(ledger, many) == (0, 0, 12)


def test_three_rejections_alike_at_three_workers_blame_nobody(ledger: Ledger, many: Mailing) -> None:
    def first(batch: Batch, journal: Journal) -> Answer:
        goes_on = journal.rejected(batch.recipients[0].number, "over quota")
        return refused(Next.AGAIN if goes_on else Next.STOP, detail="it is about us")

    provider = Together(3, first)
    provider.answers = [refused(Next.STOP, detail="it is about us")] * 9

    stop = dispatch(ledger.sending(many), provider, run())

    assert stop == Stop("it is about us")
    assert account(ledger, many) == (0, 0, 12)


def test_nobody_is_blamed_whose_worker_was_slower_than_the_one_who_found_out(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = ledger.begin(sealed_mail(), plan(9, batch_size=3), REAL, NOW)
    leave(ledger, 1, 3, 4, 6, 7, 9)
    book, rejected, found_out = ledger.sending(mailing), threading.Barrier(3), threading.Event()
    settle = book.settle

    def settle_and_tell(batch: Batch, answer: Answer, *rest: object, **others: object) -> None:
        settle(batch, answer, *rest, **others)  # type: ignore[arg-type]
        if answer.stop:
            found_out.set()

    def first(batch: Batch, journal: Journal) -> Answer:
        number = batch.recipients[0].number
        if number == 8:
            rejected.wait(PATIENCE_SECONDS)
            journal.rejected(number, "over quota")
            return refused(Next.STOP, detail="it is about us")
        journal.rejected(number, "over quota")
        rejected.wait(PATIENCE_SECONDS)
        assert found_out.wait(PATIENCE_SECONDS)
        return refused(Next.AGAIN)

    monkeypatch.setattr(book, "settle", settle_and_tell)
    stop = dispatch(book, Together(3, first), run())

    assert stop == Stop("it is about us")
    assert [one.outcome for one in ledger.outcomes(mailing)] == ["suppressed", "waiting", "suppressed"] * 3


def test_a_ledger_that_fails_in_a_worker_ends_the_send_in_the_main_thread(
    tmp_path: Path, ledger: Ledger, many: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ledger.sending(many)
    settle = book.settle

    def settle_but_one(batch: Batch, *rest: object, **others: object) -> None:
        if batch.recipients[0].number == 2:
            message = "state.db: database or disk is full; make room on the disk and run this again"
            raise PprmailError(message)
        settle(batch, *rest, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(book, "settle", settle_but_one)
    provider = Together(3)
    with pytest.raises(PprmailError, match="disk is full"):
        dispatch(book, provider, run())

    accepted, unknown, waiting = account_after_kill(tmp_path, many)
    assert (unknown, accepted) == (1, len(provider.taken) - 1)
    assert accepted + unknown + waiting == 12


class Bug(Exception):  # noqa: N818 - what a bug raises
    """Nothing that anybody foresaw."""


@pytest.mark.parametrize("workers", [1, 3])
def test_a_bug_in_a_provider_comes_out_and_leaves_its_batch_in_doubt(
    tmp_path: Path, ledger: Ledger, many: Mailing, workers: int
) -> None:
    def first(batch: Batch, _journal: Journal) -> Answer:
        if batch.recipients[0].number == 1:
            raise Bug
        return ACCEPTED

    with pytest.raises(Bug):
        dispatch(ledger.sending(many), Together(workers, first) if workers > 1 else Counter([Bug]), run())

    accepted, unknown, waiting = account_after_kill(tmp_path, many)
    assert unknown == 1
    assert accepted + waiting == 11


def test_who_interrupts_twice_need_not_wait_for_the_wire(
    tmp_path: Path, ledger: Ledger, many: Mailing, monkeypatch: pytest.MonkeyPatch, ctrl_c: None
) -> None:
    book, answered, settled = ledger.sending(many), threading.Event(), threading.Semaphore(0)
    together = book.together

    @contextmanager
    def together_and_tell() -> Iterator[None]:
        with together():
            yield
        settled.release()

    def first(batch: Batch, _journal: Journal) -> Answer:
        if batch.recipients[0].number == 1:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert answered.wait(PATIENCE_SECONDS)
        return ACCEPTED

    monkeypatch.setattr(book, "together", together_and_tell)
    provider = Together(3, first)
    with pytest.raises(KeyboardInterrupt):
        dispatch(book, provider, run())

    during = account(ledger, many)
    answered.set()
    # Not joined: before Python 3.13 a join that was interrupted takes its thread for ended
    assert all(settled.acquire(timeout=PATIENCE_SECONDS) for _ in range(3))
    assert during == (0, 3, 9)
    assert account_after_kill(tmp_path, many) == (3, 0, 9)
    assert len(provider.names) == 3


def test_an_interrupt_lets_the_workers_finish_what_they_have(ledger: Ledger, many: Mailing) -> None:
    provider = Together(3)

    stop = dispatch(ledger.sending(many), provider, run(interrupted=lambda: len(provider.names) >= 3))

    assert stop == Stop("")
    assert account(ledger, many) == (3, 0, 9)


def test_what_the_last_worker_may_not_take_any_more_is_still_handed_over(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(4), REAL, NOW)
    done = threading.Event()

    def first(batch: Batch, _journal: Journal) -> Answer:
        if threading.current_thread().name == "worker 1":
            done.set()
            return ACCEPTED
        assert done.wait(PATIENCE_SECONDS)
        for worker in threading.enumerate():
            if worker.name == "worker 1":
                worker.join(PATIENCE_SECONDS)
        return Answer(Outcome.UNKNOWN, at=batch.recipients[0].number)

    provider = Together(2, first)
    provider.takes_one_by_one = True
    stop = dispatch(ledger.sending(mailing), provider, run())

    assert stop is None
    assert account(ledger, mailing) == (3, 1, 0)
    assert provider.names[2:] == ["MainThread"]


def test_under_a_cap_a_batch_on_its_way_uses_up_no_room_of_another_worker(ledger: Ledger, mailing: Mailing) -> None:
    hours = Hours()
    provider = Counter([refused(Next.WAIT, seconds=2)], workers=4)

    dispatch(ledger.sending(mailing), provider, hours.run(caps=Caps(per_day=2)))

    assert account(ledger, mailing) == (2, 0, 3)
    assert len(provider.taken) == 2


def test_a_clock_that_was_set_back_is_waited_for_once(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(20), REAL, NOW)
    hours = Hours()

    def set_back() -> None:
        if hours.slept:
            hours.now = min(hours.now, LATER - timedelta(days=2))

    stop = dispatch(ledger.sending(mailing), Counter([refused(Next.WAIT, seconds=2)], look=set_back), hours.run())

    assert stop is None
    assert hours.slept < 2 * 3600


@dataclass
class Namer(Counter):
    """A provider that names the first recipient of every batch, in the same words."""

    words: Callable[[int], str] = lambda _number: "You have reached the limit."

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        if not batch.recipients:
            return ACCEPTED
        number = batch.recipients[0].number
        self.batches.append([number])
        journal.rejected(number, self.words(number), named=True)
        return refused(Next.AGAIN)


def test_one_after_another_named_in_the_same_words_is_the_senders_fault(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(40, batch_size=20), REAL, NOW)
    provider = Namer()

    stop = dispatch(ledger.sending(mailing), provider, run())

    assert stop
    assert "You have reached the limit." in stop.reason
    assert len(provider.batches) == 10
    counts = ledger.counts(mailing)
    assert (counts.rejected, counts.waiting) == (0, 40)


def test_those_named_in_words_of_their_own_are_rejected(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(40, batch_size=20), REAL, NOW)

    stop = dispatch(ledger.sending(mailing), Namer(words=lambda number: f"bad address {number}"), run())

    assert (stop, ledger.counts(mailing).rejected) == (None, 40)


def test_connections_that_break_in_every_half_are_given_up_on(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(800, batch_size=400), REAL, NOW)
    broken = Answer(Outcome.NOT_HANDED_OVER, detail="reset", next=Next.HALVE, is_of_wire=True)
    provider, hours = Counter([broken] * 1000), Hours()

    stop = dispatch(ledger.sending(mailing), provider, hours.run())

    assert stop
    assert len(provider.batches) == MOST_TRIES
    assert account(ledger, mailing) == (0, 0, 800)


def test_who_was_accepted_meanwhile_is_not_readmitted(ledger: Ledger, mailing: Mailing) -> None:
    book = ledger.sending(mailing)
    dispatch(book, Counter(), run())

    book.readmit((Rejection(1, "over quota"), Rejection(2, "over quota")))

    assert account(ledger, mailing) == (5, 0, 0)


def test_no_worker_asks_while_another_waits_for_the_same_signal(ledger: Ledger, many: Mailing) -> None:
    refusals, told = iter([refused(Next.WAIT, seconds=1)]), threading.Event()
    meeting, met = threading.Barrier(3, timeout=PATIENCE_SECONDS), threading.local()

    def first(_batch: Batch, _journal: Journal) -> Answer:
        answer = next(refusals, ACCEPTED)
        assert answer is not ACCEPTED or told.wait(PATIENCE_SECONDS)
        return answer

    def sleep(_seconds: float) -> None:
        if not hasattr(met, "once"):
            met.once = True
            meeting.wait()  # the one who was refused and the two who were not, before any of them asks again

    run = Run("a", lambda: LATER, lambda: False, sleep, on_wait=lambda _why, _seconds: told.set())
    stop = dispatch(ledger.sending(many), Together(3, first), run)

    assert (stop, account(ledger, many)) == (None, (12, 0, 0))
