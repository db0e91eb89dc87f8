"""Kills are drawn from a seed, and fall at the moment of a request that they were drawn for."""

from __future__ import annotations

import threading

import pytest

from pprmail.rehearsal.kills import MOST_DELAY_SECONDS, MOST_FREEZING_SECONDS, Aim, Kill, draw_kills
from pprmail.rehearsal.standin.http_server import Moment

ARRIVED, READ, PROCESSED, ENDED = Moment


def passing(aim: Aim, *moments: Moment, number: int) -> list[bool]:
    """What a request for mail, in a thread of its own, is told at each moment."""
    told: list[bool] = []
    thread = threading.Thread(target=lambda: told.extend(aim.mail_passes(moment, number) for moment in moments))
    thread.start()
    thread.join()
    return told


def test_the_same_seed_draws_the_same_kills_and_more_of_them_begin_alike() -> None:
    few, many = draw_kills(7, 3), draw_kills(7, 10)

    assert many[:3] == few
    assert draw_kills(8, 3) != few


def test_every_moment_is_drawn_and_no_delay_is_long() -> None:
    drawn = draw_kills(1, 200)

    assert {kill.moment for kill in drawn if not kill.while_freezing} == set(Moment)
    assert any(kill.while_freezing for kill in drawn)
    assert max(kill.delay_seconds for kill in drawn if not kill.while_freezing) <= MOST_DELAY_SECONDS
    assert max(kill.delay_seconds for kill in drawn) <= MOST_FREEZING_SECONDS


@pytest.mark.parametrize(("place", "batches", "kills", "request_number"), [
    (0.0, 20, 3, 1), (0.99, 20, 3, 6), (0.99, 1, 3, 1), (0.5, 20, 1, 11), (0.99, 20, 1, 20),
])  # fmt: skip
def test_a_kill_falls_on_a_request_that_is_sure_to_come(
    place: float, batches: int, kills: int, request_number: int
) -> None:
    assert Kill(place, ARRIVED).request(batches, kills) == request_number


@pytest.mark.parametrize("moment", list(Moment))
def test_a_kill_falls_at_its_moment_of_its_request(moment: Moment) -> None:
    aim = Aim(Kill(0, moment), 2, lambda: True)

    first, second = (
        passing(aim, *Moment, number=1),
        passing(aim, *tuple(Moment)[: list(Moment).index(moment) + 1], number=2),
    )

    assert first == [False] * 4
    assert second == [False] * list(Moment).index(moment) + [True]


def test_a_request_that_skips_the_moment_is_killed_at_its_end() -> None:
    aim = Aim(Kill(0, PROCESSED), 1, lambda: True)

    assert passing(aim, ARRIVED, READ, ENDED, number=1) == [False, False, True]


def test_while_freezing_the_first_question_is_the_sign_and_mail_at_the_latest() -> None:
    kill = Kill(0, ARRIVED, 0.2, while_freezing=True)
    asked, unasked = Aim(kill, 1, lambda: True), Aim(kill, 1, lambda: True)

    told = [asked.question_passes(moment) for moment in (ARRIVED, ENDED, ARRIVED, ENDED)]

    assert told == [False, True, False, False]
    assert passing(unasked, ARRIVED, number=1) == [True]
    assert not Aim(Kill(0, ARRIVED), 1, lambda: True).question_passes(ENDED)


@pytest.mark.parametrize(
    ("kill", "moment", "words"),
    [
        (Kill(0, READ), READ, "when the body of request 1,007 was read, before anything came of it"),
        (Kill(0, PROCESSED), PROCESSED, "after request 1,007 was accepted, before the answer"),
        (Kill(0, PROCESSED), ENDED, "after the answer to request 1,007"),
        (Kill(0, ENDED, 0.0042), ENDED, "4 ms after the answer to request 1,007"),
    ],
)
def test_a_kill_is_told_as_it_fell(kill: Kill, moment: Moment, words: str) -> None:
    aim = Aim(kill, 1, lambda: True)
    passing(aim, ARRIVED, number=1007)

    aim.strike(moment)

    assert aim.fallen == words


def test_a_kill_that_met_nobody_has_not_fallen() -> None:
    aim = Aim(Kill(0, READ), 1, lambda: False)
    passing(aim, ARRIVED, number=1)

    aim.strike(READ)

    assert aim.fallen is None
