"""Putting a backup in place, without losing what is here.

First the key, which opens nothing by itself, then the database in one step: whatever a kill leaves is true.
"""

from __future__ import annotations

import sqlite3  # the online backup is a method of its connections alone, and SQLAlchemy has none
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine

from pprmail.audience.keys import KEY_FILE
from pprmail.delivery.ledger.backup import key_lines
from pprmail.delivery.ledger.home import forget_home
from pprmail.delivery.ledger.standing import knows_all, read_standing
from pprmail.errors import PprmailError
from pprmail.files import create_private_file
from pprmail.state import BUSY_SECONDS, database_path, open_state, reading, told

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.audience.keys import Keyring
    from pprmail.delivery.ledger.backup import Unpacked
    from pprmail.delivery.ledger.standing import Standing


def read_standing_here(url: str) -> Standing | None:
    """How far the database here has come; None without one. Raises ``PprmailError`` for one that cannot be read."""
    path = database_path(url)
    if not path.exists():
        _refuse_orphans(path)
        return None
    try:
        engine = open_state(url)
    except PprmailError as error:
        message = f"{error}; to restore in its place, move it away first, with the files that begin with {path.name!r}"
        raise PprmailError(message) from error
    try:
        with reading(engine) as connection:
            return read_standing(connection)
    finally:
        engine.dispose()


def _refuse_orphans(path: Path) -> None:
    """What SQLite left beside a database that was moved away: its last changes, which would damage another database."""
    for suffix in ("-wal", "-journal"):
        orphan = path.with_name(path.name + suffix)
        if orphan.exists() and orphan.stat().st_size:
            message = f"{orphan}: holds the last changes of a database that was moved away; move it to where that is now, and run this again"
            raise PprmailError(message)


def refuse_loss(file: Path, path: Path, here: Standing | None, unpacked: Unpacked) -> None:
    """Raise ``PprmailError`` when the database at ``path`` knows what the one in the backup at ``file`` does not."""
    if here is None or here.is_unused or knows_all(unpacked.standing, here):
        return
    away = f"to go on from the backup all the same, move {path.name} and what is beside it of that name away, and run this again"
    if here.database_id != unpacked.standing.database_id:
        message = (
            f"{path}: is another database than the one in {file}, and what was sent from it would be forgotten; {away}"
        )
    else:
        message = f"{path}: knows what {file} does not, because it was used after that was made; keep it and make a new backup of it, or, {away}"
    raise PprmailError(message)


def refuse_other_key(file: Path, folder: Path, here: Keyring | None, there: Keyring, *, from_environment: bool) -> None:
    """Raise ``PprmailError`` when the keys in force here and those in the backup at ``file`` cannot be brought together."""
    if here is None or set(there.keys) <= set(here.keys):
        return
    if from_environment:
        message = f"PPRMAIL_SECRET_KEY: is another key than the one in {file}; take it out of the environment and run this again"
        raise PprmailError(message)
    if not set(here.keys) <= set(there.keys):
        path = folder / KEY_FILE
        message = (
            f"{path}: is another key than the one in {file}; to go on from the backup, move it away, with a database that was made with it, "
            "and run this again"
        )
        raise PprmailError(message)


def put_key(folder: Path, here: Keyring | None, there: Keyring) -> None:
    """The keys of the backup are in force in ``folder``; those that are in force here stay when they hold these."""
    if here is not None and set(there.keys) <= set(here.keys):
        return
    path = folder / KEY_FILE
    with told(path):
        if here is None:
            create_private_file(path, key_lines(there))
            return
        longer = path.with_name(f".{path.name}.restore.tmp")
        longer.unlink(missing_ok=True)
        create_private_file(longer, key_lines(there))
        longer.replace(path)


def put_database(unpacked: Path, url: str) -> None:
    """The database at ``unpacked`` is the one at ``url``, whole or not at all, and has no home yet.

    One that is there is overwritten in one transaction of SQLite's, so that its write-ahead log never stands beside
    another database.
    """
    path = database_path(url)
    _forget_home(unpacked)
    with told(path):
        if path.exists():
            _overwrite(unpacked, path)
        else:
            _refuse_orphans(path)
            path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
            path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
            unpacked.rename(path)
    open_state(url).dispose()  # SQLite syncs the folder with its first write in it


def _forget_home(path: Path) -> None:
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    try:
        with told(path), engine.begin() as connection:
            forget_home(connection)
    finally:
        engine.dispose()


def _overwrite(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(source)) as new,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as old,
        ):
            new.backup(old, progress=_refuse_waiting)
    except sqlite3.Error as error:
        message = f"{target}: {error}; nothing was replaced: close other programs that hold it and run this again"
        raise PprmailError(message) from error


def _refuse_waiting(status: int, _remaining: int, _total: int) -> None:
    """By itself ``backup`` would try for ever."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        message = "database is locked"
        raise sqlite3.OperationalError(message)
