from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pprmail.errors import PprmailError
from pprmail.state import SCHEMA_VERSION, database_path, engine_path, metadata, open_state, reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".pprmail" / "state.db"


def open_and_close(path: Path, *, busy_seconds: float = 0) -> None:
    open_state(f"sqlite:///{path}", busy_seconds=busy_seconds).dispose()


def refusal(path: Path) -> str:
    with pytest.raises(PprmailError) as caught:
        open_and_close(path)
    return str(caught.value)


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to a database of ours."""
    open_and_close(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def test_a_new_database_has_todays_schema(path: Path) -> None:
    open_and_close(path)

    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = connection.execute("SELECT value FROM facts WHERE name = 'schema_version'").fetchall()
        mode = connection.execute("PRAGMA journal_mode").fetchone()
    assert tables == set(metadata.tables)
    assert version == [(str(SCHEMA_VERSION),)]
    assert mode == ("wal",)


def test_the_database_is_its_owners_alone(path: Path) -> None:
    open_and_close(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_connection_is_durable_and_holds_to_its_references(path: Path) -> None:
    engine = open_state(f"sqlite:///{path}")

    with reading(engine) as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "foreign_keys")]

    engine.dispose()
    assert found == [2, 1]


def test_a_database_that_a_kill_left_empty_is_made_anew(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")

    open_and_close(path)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM facts WHERE name = 'schema_version'").fetchall() == [
            (str(SCHEMA_VERSION),)
        ]


@pytest.mark.parametrize("name", ["what?", "100%20", "Über uns", "a#b", "a&mode=ro"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "state.db"

    engine = open_state(f"sqlite:///{path}")
    engine.dispose()

    assert path.is_file()
    assert (database_path(f"sqlite:///{path}"), engine_path(engine)) == (path, path)


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    engine = open_state(f"sqlite:///{path}")

    def fail() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO facts VALUES ('a', 'b')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM facts WHERE name = 'a'").scalar() == 0
    engine.dispose()


def test_a_database_that_somebody_writes_to_can_be_opened_and_read(path: Path, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")

    engine = open_state(f"sqlite:///{path}", busy_seconds=0)
    with reading(engine) as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM facts WHERE name = 'schema_version'").scalar()

    engine.dispose()
    assert found == 1


def test_writing_to_a_locked_database_says_who_must_let_go(path: Path, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    engine = open_state(f"sqlite:///{path}", busy_seconds=0)

    with pytest.raises(PprmailError) as caught, writing(engine):
        pass

    engine.dispose()
    assert str(caught.value) == f"{path}: database is locked; another program holds it: close it and run this again"


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"email,name\n" * 400)

    said = refusal(path)

    assert said == f"{path}: file is not a database; move the file away, or name another under [delivery] database"
    assert path.read_bytes() == b"email,name\n" * 400


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        pytest.param(
            "UPDATE facts SET value = '99'",
            f"has schema version 99; this pprmail knows {SCHEMA_VERSION}; upgrade pprmail, or name another file under [delivery] database",
            id="newer",
        ),
        pytest.param(
            "DROP TABLE facts",
            "is a database, but not one of pprmail's; upgrade pprmail, or name another file under [delivery] database",
            id="foreign",
        ),
        pytest.param(
            "DELETE FROM facts",
            "is a database, but not one of pprmail's; upgrade pprmail, or name another file under [delivery] database",
            id="nameless",
        ),
        pytest.param(
            "ALTER TABLE facts RENAME COLUMN value TO worth",
            "no such column: facts.value; it is no database of pprmail's: name another file under [delivery] database",
            id="other-facts",
        ),
    ],
)
def test_a_database_of_another_kind_is_refused(
    path: Path, other: sqlite3.Connection, statement: str, what: str
) -> None:
    other.execute(statement)

    assert refusal(path) == f"{path}: {what}"


def test_a_folder_in_the_databases_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)

    assert refusal(path) == f"{path}: unable to open database file; check that the folder exists and may be written"


def test_a_file_in_the_folders_place_is_told(path: Path) -> None:
    path.parent.write_bytes(b"")

    assert refusal(path) == f"{path}: File exists; check the folder's permissions and the disk's space"


def test_a_fault_of_our_own_is_not_dressed_up(path: Path) -> None:
    engine = open_state(f"sqlite:///{path}")

    with pytest.raises(Exception, match="syntax error"), reading(engine) as connection:
        connection.exec_driver_sql("SELEKT 1")

    engine.dispose()


def test_a_damaged_database_is_told_with_what_helps(path: Path) -> None:
    open_and_close(path)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))

    said = refusal(path)

    assert said == f"{path}: database disk image is malformed; the file is damaged: bring it back from a backup"


# Older schemas


def older(path: Path) -> None:
    """A database as the first schema had it: a mailing of three, two of them accepted."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8"))


def columns(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Each table's columns, with their types."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({name})")]
            for name in sorted(metadata.tables)
        }


def test_an_older_database_is_brought_up_to_todays_schema_and_loses_nothing(path: Path, tmp_path: Path) -> None:
    older(path)
    open_and_close(tmp_path / "new.db")

    open_and_close(path)
    open_and_close(path)

    with closing(sqlite3.connect(path)) as connection:
        mailings = connection.execute("SELECT issue, provider, send_at FROM mailings").fetchall()
        batches = connection.execute("SELECT first, last, state FROM batches ORDER BY first").fetchall()
        version = connection.execute("SELECT value FROM facts WHERE name = 'schema_version'").fetchone()
    assert columns(path) == columns(tmp_path / "new.db")
    assert mailings == [("2020-08", "sendgrid", None)]
    assert batches == [(1, 2, "accepted"), (3, 3, "waiting")]
    assert version == (str(SCHEMA_VERSION),)


def test_two_that_open_an_older_database_at_once_do_not_upgrade_it_twice(path: Path) -> None:
    older(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(PprmailError, match="database is locked"):
            open_and_close(path)
        other.execute("ROLLBACK")

    open_and_close(path)

    assert [name for name, _ in columns(path)["mailings"]].count("send_at") == 1
