from __future__ import annotations

from collections import namedtuple
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from delivery.plans import NOW, REAL, open_ledger, plan, sealed_mail
from pprmail.delivery.ledger.ranges import Span, carve_waiting, cut, spans_of
from pprmail.state import batches, open_state, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

ATTEMPT = {"attempt": "a1", "claimed": "then", "settled": "later", "provider_id": "p1", "detail": "said so", "tries": 2}
Claimed = namedtuple("Claimed", ["first", "last", "progress", "state"], defaults=["claimed"])  # noqa: PYI024 - a row's likeness


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A transaction on a ledger with two mailings of nine readers, each in one batch that waits."""
    path = tmp_path / "state.db"
    with closing(open_ledger(path)) as ledger:
        for issue in ("2020-08", "2020-09"):
            ledger.begin(sealed_mail(issue), plan(9, batch_size=9), REAL, NOW)
    engine = open_state(f"sqlite:///{path}")
    with writing(engine) as opened:
        yield opened
    engine.dispose()


def only_batch(connection: Connection, state: str) -> object:
    """The first mailing's batch, in ``state`` and with all that an attempt leaves behind."""
    connection.execute(batches.update().where(batches.c.mailing == 1).values(state=state, **ATTEMPT))
    return connection.execute(select(batches).where(batches.c.mailing == 1)).one()


def stand(connection: Connection, mailing: int = 1) -> list[tuple[object, ...]]:
    columns = batches.c.number, batches.c.state, batches.c.first, batches.c.last, batches.c.attempt, batches.c.tries
    query = select(*columns).where(batches.c.mailing == mailing).order_by(batches.c.first)
    return [tuple(row) for row in connection.execute(query)]


# The parts of a batch


@pytest.mark.parametrize(
    ("progress", "spans"),
    [
        pytest.param(None, [Span("claimed", 3, 7)], id="in-one-request"),
        pytest.param(0, [Span("waiting", 3, 7)], id="before-the-first"),
        pytest.param(3, [Span("claimed", 3, 3), Span("waiting", 4, 7)], id="at-the-first"),
        pytest.param(5, [Span("accepted", 3, 4), Span("claimed", 5, 5), Span("waiting", 6, 7)], id="between"),
        pytest.param(7, [Span("accepted", 3, 6), Span("claimed", 7, 7)], id="at-the-last"),
    ],
)
def test_a_claimed_batch_has_parts_where_it_goes_one_by_one(progress: int | None, spans: list[Span]) -> None:
    assert list(spans_of(Claimed(3, 7, progress))) == spans


@pytest.mark.parametrize("state", ["waiting", "accepted", "unknown"])
def test_a_batch_that_is_not_claimed_is_one_part(state: str) -> None:
    assert list(spans_of(Claimed(3, 7, 5, state))) == [Span(state, 3, 7)]


@given(first=st.integers(1, 9), size=st.integers(1, 9), data=st.data())
def test_the_parts_are_the_batch_without_gap_or_overlap_and_one_is_in_doubt(
    first: int, size: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(first, first + size - 1))

    spans = list(spans_of(Claimed(first, first + size - 1, at)))

    assert [number for span in spans for number in range(span.first, span.last + 1)] == [*range(first, first + size)]
    assert sum(span.size for span in spans) == size
    assert [span.size for span in spans if span.state == "claimed"] == [1]


# Cutting


def test_the_first_part_keeps_the_number_and_the_others_get_new_ones(connection: Connection) -> None:
    row = only_batch(connection, "claimed")

    cut(connection, 1, row, [Span("accepted", 1, 4), Span("unknown", 5, 5), Span("waiting", 6, 9)])

    assert stand(connection) == [
        (1, "accepted", 1, 4, "a1", 2),
        (2, "unknown", 5, 5, "a1", 2),
        (3, "waiting", 6, 9, None, 0),
    ]
    assert stand(connection, 2) == [(1, "waiting", 1, 9, None, 0)]


def test_what_waits_keeps_nothing_of_the_attempt_and_the_rest_all_of_it(connection: Connection) -> None:
    row = only_batch(connection, "claimed")

    cut(connection, 1, row, [Span("accepted", 1, 4), Span("waiting", 5, 9)])

    columns = batches.c.claimed, batches.c.settled, batches.c.provider_id, batches.c.progress
    rows = connection.execute(select(*columns).where(batches.c.mailing == 1).order_by(batches.c.first)).fetchall()
    assert [tuple(one) for one in rows] == [("then", "later", "p1", None), (None, None, None, None)]


@pytest.mark.parametrize(
    ("spans", "tries"),
    [
        pytest.param([("waiting", 1, 9)], [2], id="whole"),
        pytest.param([("waiting", 1, 4), ("waiting", 5, 9)], [2, 0], id="halves"),
        pytest.param([("accepted", 1, 4), ("waiting", 5, 9)], [2, 2], id="from-the-one-refused-on"),
        pytest.param([("accepted", 1, 4), ("waiting", 5, 5), ("waiting", 6, 9)], [2, 2, 0], id="put-off"),
        pytest.param([("unknown", 1, 1), ("waiting", 2, 9)], [2, 0], id="behind-a-doubt"),
    ],
)
def test_of_what_waits_only_that_was_tried_that_the_answer_was_about(
    connection: Connection, spans: list[tuple[str, int, int]], tries: list[int]
) -> None:
    row = only_batch(connection, "claimed")

    cut(connection, 1, row, [Span(*span) for span in spans])

    assert [row[-1] for row in stand(connection)] == tries


# Carving


@pytest.mark.parametrize("state", ["accepted", "unknown"])
@pytest.mark.parametrize(
    ("number", "ranges"),
    [
        pytest.param(1, [(1, 1), (2, 9)], id="the-first"),
        pytest.param(5, [(1, 4), (5, 5), (6, 9)], id="between"),
        pytest.param(9, [(1, 8), (9, 9)], id="the-last"),
    ],
)
def test_who_is_carved_out_waits_alone_and_the_rest_stands_as_it_was(
    connection: Connection, state: str, number: int, ranges: list[tuple[int, int]]
) -> None:
    only_batch(connection, state)

    waits = carve_waiting(connection, 1, number)

    assert waits
    stood = [(first, last, now, attempt) for _, now, first, last, attempt, _ in stand(connection)]
    assert stood == [
        (first, last, "waiting", None) if first == last == number else (first, last, state, "a1")
        for first, last in ranges
    ]
    assert stand(connection, 2) == [(1, "waiting", 1, 9, None, 0)]


def test_who_waits_already_is_not_carved_out(connection: Connection) -> None:
    before = stand(connection)

    waits = carve_waiting(connection, 1, 5)

    assert (waits, stand(connection)) == (True, before)


def test_who_is_on_the_way_is_left_to_the_answer_that_will_come(connection: Connection) -> None:
    only_batch(connection, "claimed")
    before = stand(connection)

    waits = carve_waiting(connection, 1, 5)

    assert (waits, stand(connection)) == (False, before)
