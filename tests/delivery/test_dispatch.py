from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from pprmail.audience.choose import Audience
from pprmail.audience.keys import Keyring
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.dispatch import Run, Stop, dispatch
from pprmail.delivery.ledger import Ledger, Outlet
from pprmail.delivery.plan import Plan
from pprmail.delivery.seal import seal_mail
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pprmail.delivery.journal import Journal
    from pprmail.delivery.providers.base import Evidence, Examination
    from collections.abc import Callable, Iterator

    from conftest import Newsletter
    from pprmail.delivery.ledger import Batch, Mailing

NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
LATER = datetime(2020, 8, 14, 13, tzinfo=UTC)
ACCEPTED = Answer(Outcome.ACCEPTED)


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
    look: Callable[[], object] = lambda: None

    def prepare(self) -> None:
        raise NotImplementedError

    def examine(self) -> Examination:
        raise NotImplementedError

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        self.look()
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, type):
            raise answer
        if answer.outcome is Outcome.ACCEPTED:
            self.taken += [number for number, _ in batch.recipients]
            journal.accepted()
        return answer

    def look_for(self, batch: Batch) -> Evidence:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@pytest.fixture
def ledger(newsletter: Newsletter) -> Iterator[Ledger]:
    url = f"sqlite:///{newsletter.root / 'state.db'}"
    with closing(Ledger.open(url, Keyring((KEY.encode(),)), "pprnet")) as opened:
        yield opened


@pytest.fixture
def mailing(newsletter: Newsletter, ledger: Ledger) -> Mailing:
    """Five readers in batches of two."""
    readers = tuple(Subscriber(f"reader{number}@example.org") for number in range(1, 6))
    sealed = seal_mail(newsletter.settings, "2020-08", "August 2020", "<p>mail</p>", "mail")
    return ledger.begin(sealed, Plan(Audience(5, readers, (), ()), batch_size=2), Outlet("counter"), NOW)


def run(attempt: str = "a1", *, interrupted: Callable[[], bool] = lambda: False, told: list[int] | None = None) -> Run:
    return Run(attempt, lambda: LATER, interrupted, lambda _seconds: None, (told if told is not None else []).append)


def account(ledger: Ledger, mailing: Mailing) -> tuple[int, int, int]:
    counts = ledger.counts(mailing)
    return counts.accepted, counts.unknown, counts.waiting


def test_everyone_is_handed_over_once_in_order(ledger: Ledger, mailing: Mailing) -> None:
    provider, told = Counter(), list[int]()

    stop = dispatch(ledger.sending(mailing), provider, run(told=told))

    assert (stop, provider.taken, told) == (None, [1, 2, 3, 4, 5], [2, 2, 1])
    assert account(ledger, mailing) == (5, 0, 0)
    ended = ledger.find("2020-08", real=True)
    assert ended
    assert ended.ended == LATER


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
    ended = ledger.find("2020-08", real=True)
    assert ended
    assert ended.ended == LATER


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
