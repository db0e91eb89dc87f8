from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pprmail.cli.interrupts import Interrupts, catch_interrupts

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])


@dataclass
class Hours:
    """A clock that only sleeping moves; something happens at each sleep."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        self.then()


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    made = Hours()
    monkeypatch.setattr("pprmail.cli.interrupts.time", made)
    return made


@SIGNALS
def test_the_first_signal_is_remembered_and_nothing_else_happens(number: signal.Signals) -> None:
    with catch_interrupts() as asked:
        before = asked()
        signal.raise_signal(number)

        assert (before, asked()) == (False, True)


@SIGNALS
def test_the_second_signal_stops_at_once(number: signal.Signals) -> None:
    with catch_interrupts() as asked:
        signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

        assert asked()


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = handlers()

    with catch_interrupts() as asked:
        during = handlers()

    assert during == [asked.remember] * 2
    assert handlers() == before


def test_also_after_an_error_signals_do_what_they_did_before() -> None:
    before = handlers()

    with pytest.raises(KeyError), catch_interrupts():
        raise KeyError

    assert handlers() == before


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


@pytest.mark.parametrize("seconds", [0.05, 0.1, 3.0, 0.25])
def test_a_sleep_is_as_long_as_it_was_asked_to_be(hours: Hours, seconds: float) -> None:
    Interrupts().sleep(seconds)

    assert sum(hours.slept) == pytest.approx(seconds)
    assert max(hours.slept) <= 0.1


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_sleep_of_no_time_is_none(hours: Hours, seconds: float) -> None:
    Interrupts().sleep(seconds)

    assert hours.slept == []


def test_a_sleep_ends_when_somebody_asks_to_stop(hours: Hours) -> None:
    with catch_interrupts() as asked:
        hours.then = lambda: signal.raise_signal(signal.SIGINT) if len(hours.slept) == 3 else None

        asked.sleep(3600)

    assert hours.slept == pytest.approx([0.1] * 3)


def test_after_somebody_asked_to_stop_nobody_sleeps(hours: Hours) -> None:
    with catch_interrupts() as asked:
        signal.raise_signal(signal.SIGTERM)

        asked.sleep(3600)

    assert hours.slept == []
