from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.audience.choose import Audience
from pprmail.delivery.plan import ListChange, Plan, plan_mailing
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from collections.abc import Collection


def address(number: int) -> str:
    return f"reader{number}@example.org"


def audience(numbers: Collection[int], unsubscribed: Collection[int] = ()) -> Audience:
    return Audience(
        rows=len(numbers) + len(unsubscribed),
        recipients=tuple(Subscriber(address(number)) for number in numbers),
        exclusions=(),
        unsubscribed=tuple(address(number) for number in unsubscribed),
    )


def change(
    now: Collection[int], before: Collection[int], *, marked: Collection[int] = (), asked: Collection[int] = ()
) -> ListChange | None:
    asked_addresses = {address(number) for number in asked}
    last = [address(number) for number in before]
    return plan_mailing(audience(now, marked), 500, last, lambda one: one in asked_addresses).change


@pytest.mark.parametrize(
    ("count", "batch_size", "ranges"),
    [
        (0, 2, []),
        (1, 2, [(1, 1)]),
        (2, 2, [(1, 2)]),
        (3, 2, [(1, 2), (3, 3)]),
        (3, 1, [(1, 1), (2, 2), (3, 3)]),
        (3, 500, [(1, 3)]),
    ],
)
def test_recipients_are_cut_into_batches(count: int, batch_size: int, ranges: list[tuple[int, int]]) -> None:
    plan = plan_mailing(audience(range(count)), batch_size, None, lambda _: False)

    assert list(plan.batch_ranges()) == ranges
    assert plan.batch_count == len(ranges)


@given(count=st.integers(0, 60), batch_size=st.integers(1, 70))
def test_every_recipient_stands_in_one_batch(count: int, batch_size: int) -> None:
    plan = Plan(audience(range(count)), batch_size)

    ranges = list(plan.batch_ranges())

    assert [number for first, last in ranges for number in range(first, last + 1)] == list(range(1, count + 1))
    assert plan.batch_count == len(ranges)
    assert all(last - first < batch_size for first, last in ranges)


def test_the_first_mailing_changes_nothing() -> None:
    assert plan_mailing(audience([1]), 500, None, lambda _: True).change is None


def test_who_came_and_who_left_is_counted_by_how() -> None:
    found = change([1, 2, 9], before=[1, 2, 3, 4, 5, 6], marked=[4, 7], asked=[5, 8])

    assert found == ListChange(before=6, added=1, gone=2, newly_unsubscribed=2, left_by_file=3)


def test_another_spelling_is_the_same_person() -> None:
    found = plan_mailing(audience([1]), 500, ["READER1@example.org"], lambda _: False).change

    assert found == ListChange(before=1, added=0, gone=0, newly_unsubscribed=0, left_by_file=0)


def test_who_asked_us_and_is_marked_in_the_file_too_did_not_leave_by_the_file() -> None:
    assert change([1], before=[1, 2], marked=[2], asked=[2]) == ListChange(
        before=2, added=0, gone=0, newly_unsubscribed=1, left_by_file=0
    )


@pytest.mark.parametrize(
    ("before", "gone", "suspicious"),
    [
        pytest.param(100, 10, False, id="ten-of-a-hundred"),
        pytest.param(100, 11, True, id="eleven-of-a-hundred"),
        pytest.param(550, 11, False, id="two-percent"),
        pytest.param(549, 11, True, id="more-than-two-percent"),
        pytest.param(1000, 20, False, id="two-percent-of-many"),
        pytest.param(1000, 21, True, id="more-than-two-percent-of-many"),
        pytest.param(10, 10, False, id="all-of-ten"),
    ],
)
def test_more_than_ten_people_and_two_percent_are_suspicious(before: int, gone: int, *, suspicious: bool) -> None:
    found = change(range(gone, before), before=range(before))

    assert found is not None
    assert (found.left_by_file, found.is_suspicious) == (gone, suspicious)


@pytest.mark.parametrize("how", ["marked", "asked"])
def test_only_those_who_asked_us_themselves_arouse_no_suspicion(how: str) -> None:
    left = range(50)
    found = (
        change(range(50, 100), before=range(100), marked=left)
        if how == "marked"
        else change(range(50, 100), before=range(100), asked=left)
    )

    assert found is not None
    assert found.is_suspicious is (how == "marked")


@given(
    lists=st.tuples(st.permutations(range(40)), st.permutations(range(40))),
    marked=st.sets(st.integers(0, 40)),
    asked=st.sets(st.integers(0, 40)),
    chunk_rows=st.integers(1, 9),
    most_waiting=st.sampled_from([0, 3, 50]),
)
def test_a_comparison_in_parts_counts_the_same(
    lists: tuple[list[int], list[int]], marked: set[int], asked: set[int], chunk_rows: int, most_waiting: int
) -> None:
    now, before = (numbers[:25] for numbers in lists)
    lost = set(before) - set(now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pprmail.delivery.plan.CHUNK_ROWS", chunk_rows)
        patch.setattr("pprmail.delivery.plan._MOST_WAITING", most_waiting)
        found = change(now, before, marked=marked, asked=asked)

    assert found == ListChange(
        before=25,
        added=len(set(now) - set(before)),
        gone=len(lost - marked - asked),
        newly_unsubscribed=len(lost & (marked | asked)),
        left_by_file=len(lost - asked),
    )


def test_a_last_mailing_that_is_longer_or_shorter_is_compared_whole() -> None:
    assert change(range(10), before=range(5000)) == ListChange(5000, 0, 4990, 0, 4990)
    assert change(range(5000), before=range(10)) == ListChange(10, 4990, 0, 0, 0)
