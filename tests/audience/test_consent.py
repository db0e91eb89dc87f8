from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from pprmail.audience.consent import (
    FILE,
    PERSON,
    READER,
    last_suppression,
    load_suppressed,
    load_suppressed_since,
    record_suppressions,
    suppression_test,
)
from pprmail.audience.keys import Keyring, fingerprint
from pprmail.audience.tokens import Signer
from pprmail.state import open_state, suppressions, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

KEY, OLD_KEY = b"a-key-for-tests-0123456789", b"an-older-key-0123456789"
NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=31)
ADA, BEA, CEM = b"ada-hash-12b", b"bea-hash-12b", b"cem-hash-12b"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    with writing(engine) as connection:
        yield connection
    engine.dispose()


def rows(connection: Connection) -> list[tuple[object, ...]]:
    query = select(
        suppressions.c.address_hash, suppressions.c.source, suppressions.c.recorded, suppressions.c.lifted
    ).order_by(suppressions.c.address_hash)
    return [tuple(row) for row in connection.execute(query)]


def lift(connection: Connection) -> None:
    connection.execute(update(suppressions).values(lifted=NOW.isoformat(), lifted_reason="a slip in the file"))


def test_a_suppression_is_kept_with_its_source_time_and_key(connection: Connection) -> None:
    new = record_suppressions(connection, [ADA, BEA], KEY, READER, NOW)

    assert new == 2
    assert rows(connection) == [(ADA, "reader", NOW.isoformat(), None), (BEA, "reader", NOW.isoformat(), None)]
    assert connection.execute(text("SELECT DISTINCT key_fingerprint FROM suppressions")).fetchall() == [
        (fingerprint(KEY),)
    ]


def test_nobody_is_recorded_for_nobody(connection: Connection) -> None:
    assert record_suppressions(connection, [], KEY, READER, NOW) == 0
    assert rows(connection) == []


@pytest.mark.parametrize("source", [FILE, PERSON, READER])
def test_a_repeat_changes_nothing(connection: Connection, source: str) -> None:
    record_suppressions(connection, [ADA], KEY, source, NOW)

    new = record_suppressions(connection, [ADA, ADA], KEY, source, LATER)

    assert (new, rows(connection)) == (0, [(ADA, source, NOW.isoformat(), None)])


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (FILE, PERSON, PERSON),
        (FILE, READER, READER),
        (PERSON, FILE, PERSON),
        (READER, FILE, READER),
        (READER, PERSON, READER),
    ],
)
def test_the_files_word_yields_to_the_readers_and_never_the_reverse(
    connection: Connection, first: str, second: str, kept: str
) -> None:
    record_suppressions(connection, [ADA], KEY, first, NOW)

    new = record_suppressions(connection, [ADA], KEY, second, LATER)

    assert (new, [row[1] for row in rows(connection)]) == (0, [kept])


@pytest.mark.parametrize("source", [FILE, PERSON, READER])
def test_one_that_was_lifted_stands_again_when_somebody_asks_again(connection: Connection, source: str) -> None:
    record_suppressions(connection, [ADA], KEY, FILE, NOW)
    lift(connection)
    lifted = load_suppressed(connection)

    new = record_suppressions(connection, [ADA], KEY, source, LATER)

    assert (lifted, new) == (frozenset(), 1)
    assert load_suppressed(connection) == {ADA}
    assert [row[1] for row in rows(connection)] == [source]


def test_only_the_sources_named_are_loaded(connection: Connection) -> None:
    record_suppressions(connection, [ADA], KEY, FILE, NOW)
    record_suppressions(connection, [BEA], KEY, READER, NOW)

    assert load_suppressed(connection) == {ADA, BEA}
    assert load_suppressed(connection, (PERSON, READER)) == {BEA}


def test_the_database_holds_no_address(connection: Connection) -> None:
    record_suppressions(connection, [Signer(KEY, "pprnet").address_hash("ada@example.org")], KEY, PERSON, NOW)

    assert "ada" not in repr(rows(connection))


@pytest.mark.parametrize("key", [KEY, OLD_KEY], ids=["new-key", "old-key"])
def test_who_left_under_any_key_is_known_in_any_spelling(key: bytes) -> None:
    suppressed = frozenset({Signer(key, "pprnet").address_hash("ada@example.org")})

    is_suppressed = suppression_test(suppressed, Keyring((KEY, OLD_KEY)), "pprnet")

    assert [is_suppressed(one) for one in ("ada@example.org", "ADA@example.org", "bea@example.org")] == [
        True,
        True,
        False,
    ]


def test_without_a_key_nobody_is_known() -> None:
    assert not suppression_test(frozenset(), Keyring(()), "pprnet")("ada@example.org")


# Those that came after a seal


def test_without_suppressions_the_last_is_zero(connection: Connection) -> None:
    assert last_suppression(connection) == 0
    assert load_suppressed_since(connection, 0) == frozenset()


def test_those_recorded_after_the_last_are_told_and_no_others(connection: Connection) -> None:
    record_suppressions(connection, [ADA], KEY, READER, NOW)
    last = last_suppression(connection)

    record_suppressions(connection, [BEA], KEY, FILE, LATER)

    assert load_suppressed_since(connection, last) == {BEA}
    assert load_suppressed_since(connection, 0) == {ADA, BEA}
    assert load_suppressed_since(connection, last_suppression(connection)) == frozenset()


@pytest.mark.parametrize("source", [FILE, PERSON, READER])
def test_one_that_stands_again_came_after_those_that_stood_meanwhile(connection: Connection, source: str) -> None:
    record_suppressions(connection, [ADA], KEY, FILE, NOW)
    lift(connection)
    record_suppressions(connection, [BEA], KEY, READER, NOW)
    last = last_suppression(connection)

    record_suppressions(connection, [ADA], KEY, source, LATER)

    assert load_suppressed_since(connection, last) == {ADA}
    assert last_suppression(connection) > last


def test_several_that_stand_again_at_once_are_all_told(connection: Connection) -> None:
    record_suppressions(connection, [ADA, BEA], KEY, FILE, NOW)
    lift(connection)
    last = last_suppression(connection)

    new = record_suppressions(connection, [BEA, ADA, CEM], KEY, READER, LATER)

    assert new == 3
    assert load_suppressed_since(connection, last) == {ADA, BEA, CEM}


@pytest.mark.parametrize("source", [FILE, PERSON, READER])
def test_a_repeat_is_not_told_as_having_come_later(connection: Connection, source: str) -> None:
    record_suppressions(connection, [ADA], KEY, READER, NOW)
    last = last_suppression(connection)

    record_suppressions(connection, [ADA], KEY, source, LATER)

    assert last_suppression(connection) == last


def test_one_that_was_lifted_since_is_not_told(connection: Connection) -> None:
    record_suppressions(connection, [ADA], KEY, FILE, NOW)
    lift(connection)

    assert load_suppressed_since(connection, 0) == frozenset()
    assert last_suppression(connection) == 1  # and what comes next comes after it


def test_of_many_each_is_recorded_once(connection: Connection) -> None:
    hashes = [b"%012d" % (number % 2_500) for number in range(5_000)]

    new = record_suppressions(connection, iter(hashes), KEY, FILE, NOW)

    assert new == 2_500
    assert load_suppressed(connection) == set(hashes)
