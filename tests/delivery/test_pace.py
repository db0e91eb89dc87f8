from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.delivery.ledger import HandOver
from pprmail.delivery.pace import NO_CAPS, Caps, Room, find_room

NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
SPANS = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


def ago(size: int, **time: float) -> HandOver:
    return HandOver(NOW - timedelta(**time), size)


@pytest.mark.parametrize(
    ("caps", "longest"),
    [
        (NO_CAPS, timedelta()),
        (Caps(per_minute=1), timedelta(minutes=1)),
        (Caps(per_minute=1, per_hour=1), timedelta(hours=1)),
        (Caps(per_day=1), timedelta(days=1)),
    ],
)
def test_one_looks_back_as_far_as_the_longest_cap_reaches(caps: Caps, longest: timedelta) -> None:
    assert caps.longest == longest


@pytest.mark.parametrize(
    ("caps", "before", "room"),
    [
        pytest.param(NO_CAPS, [ago(10_000, seconds=1)], Room(50), id="no-caps"),
        pytest.param(Caps(per_minute=60), [], Room(50), id="more-room-than-asked-for"),
        pytest.param(Caps(per_minute=30), [], Room(30), id="less"),
        pytest.param(Caps(per_minute=30), [ago(10, seconds=59)], Room(20), id="used-in-part"),
        pytest.param(Caps(per_minute=30), [ago(30, seconds=60)], Room(30), id="a-minute-ago-is-over"),
        pytest.param(
            Caps(per_minute=30),
            [ago(30, seconds=59)],
            Room(0, "max_per_minute", NOW + timedelta(seconds=1)),
            id="full",
        ),
        pytest.param(
            Caps(per_minute=30),
            [ago(5, seconds=50), ago(10, seconds=40), ago(20, seconds=20)],
            Room(0, "max_per_minute", NOW + timedelta(seconds=20)),
            id="over-full-is-free-when-enough-have-gone",
        ),
        pytest.param(
            Caps(per_minute=30, per_hour=30, per_day=1000),
            [ago(30, seconds=59)],
            Room(0, "max_per_hour", NOW + timedelta(minutes=59, seconds=1)),
            id="the-cap-that-lasts-longest-is-named",
        ),
        pytest.param(
            Caps(per_minute=30, per_hour=40, per_day=45), [ago(25, hours=2), ago(5, minutes=5)], Room(15), id="least"
        ),
    ],
)
def test_there_is_as_much_room_as_every_cap_leaves(caps: Caps, before: list[HandOver], room: Room) -> None:
    assert find_room(caps, before, NOW, 50) == room


def test_what_is_dated_after_now_counts_when_a_clock_was_set_back() -> None:
    future = HandOver(NOW + timedelta(hours=5), 30)

    room = find_room(Caps(per_minute=30), [ago(10, seconds=5), future], NOW, 50)

    assert room == Room(0, "max_per_minute", NOW + timedelta(hours=5, minutes=1))


CAPS = st.builds(Caps, *[st.integers(0, 12)] * 3)
STEPS = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from([0, 1, 20, 59, 60, 61, 1800, 3599, 3600, 40_000, 86_400])),
    max_size=25,
)


@given(caps=CAPS, steps=STEPS)
def test_claims_that_keep_to_the_room_never_exceed_a_cap_in_any_window(
    caps: Caps, steps: list[tuple[int, int]]
) -> None:
    now, made = NOW, list[HandOver]()
    for most, seconds in steps:
        now += timedelta(seconds=seconds)
        room = find_room(caps, [one for one in made if one.time >= now - caps.longest], now, most)
        if room.free:
            now = room.free
            room = find_room(caps, [one for one in made if one.time >= now - caps.longest], now, most)
        assert 1 <= room.most <= most
        made.append(HandOver(now, room.most))

    for cap, span in zip(caps, SPANS, strict=True):
        for last in made:
            window = [one.size for one in made if last.time - span < one.time <= last.time]
            assert not cap or sum(window) <= cap


@given(caps=CAPS, steps=STEPS)
def test_a_cap_is_free_when_it_says_and_not_a_moment_before(caps: Caps, steps: list[tuple[int, int]]) -> None:
    ages = sorted((seconds for _, seconds in steps), reverse=True)
    before = [HandOver(NOW - timedelta(seconds=age), size) for age, (size, _) in zip(ages, steps, strict=True)]

    room = find_room(caps, before, NOW, 5)

    if room.free:
        assert room.free > NOW
        assert find_room(caps, before, room.free - timedelta(microseconds=1), 5).most == 0
        assert find_room(caps, before, room.free, 5).most > 0
    else:
        assert room.most > 0


@pytest.mark.parametrize("set_back", [timedelta(seconds=30), timedelta(hours=2), timedelta(days=3)])
def test_a_clock_set_back_never_makes_room(set_back: timedelta) -> None:
    caps, before = (
        Caps(per_minute=10, per_hour=20, per_day=30),
        [ago(9, hours=3), ago(9, minutes=30), ago(9, seconds=9)],
    )

    rooms = [find_room(caps, before, now, 50).most for now in (NOW, NOW - set_back)]

    assert rooms[1] <= rooms[0]
