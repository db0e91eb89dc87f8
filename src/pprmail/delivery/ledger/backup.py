"""A backup: one zip with the database, the secret key, and what they are.

Nothing in it is compressed, so that no entry can be longer than the file is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sqlalchemy import URL, create_engine, exc, func, select

from pprmail.audience.keys import KEY_FILE, Keyring
from pprmail.delivery.ledger.standing import read_standing
from pprmail.errors import PprmailError
from pprmail.files import hold_lock, touch_private_file
from pprmail.state import (
    DATABASE_ID,
    SCHEMA_VERSION,
    database_path,
    engine_path,
    facts,
    mailings,
    open_state,
    told,
    upgrade,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from pprmail.delivery.ledger.standing import Standing

FORMAT = "pprmail backup 1"
DATABASE, LABEL = "state.db", "backup.json"
_MOST_BYTES = 1 << 16  # of the key and of the label, which are a few lines each
_FORMAT_WORDS = FORMAT.rpartition(" ")[0]


class Backup(NamedTuple):
    """What a backup says of itself: whose database it holds, as it stood when (aware, UTC).

    ``sha256`` is the database's; ``last_issue`` and ``revision`` are its newest mailing's, '' and 0 without one.
    """

    newsletter: str
    database_id: str
    made: datetime
    sha256: str
    mailings: int
    last_issue: str
    revision: int


class Unpacked(NamedTuple):
    """A backup that was checked: what it says of itself, the keys in it, and how far its database has come."""

    backup: Backup
    keyring: Keyring
    standing: Standing


# Making one


def write_backup(url: str, keyring: Keyring, newsletter_id: str, file: Path, now: datetime) -> Backup:
    """A new backup at ``file``, whole or not at all, of the database as it stands, also while a sender is at work on it.

    Raises ``PprmailError`` when ``file`` exists, or another backup is being made.
    """
    path = database_path(url)
    _refuse_existing(file)
    with told(path), hold_lock(path.with_name(f"{path.name}.backup.lock")) as ours:
        if not ours:
            message = f"{path}: another backup of it is being made; wait for that to end and run this again"
            raise PprmailError(message)
        with scratch_file(path, "backup") as copy:
            engine = open_state(url)
            try:
                _copy_database(engine, copy)
            finally:
                engine.dispose()
            backup = _describe(copy, newsletter_id, now)
            with told(file):
                _pack(file, copy, keyring, backup)
    return backup


def _refuse_existing(file: Path) -> None:
    with told(file):
        if os.path.lexists(file):
            message = f"{file}: exists already, and a backup replaces nothing; give another name"
            raise PprmailError(message)
        if not file.parent.is_dir():
            message = f"{file}: there is no folder {str(file.parent)!r}; make it, or give another name"
            raise PprmailError(message)


@contextmanager
def scratch_file(path: Path, purpose: str) -> Iterator[Path]:
    """The name of a file beside ``path`` for one ``purpose``, gone before and after. Its maker holds a lock."""
    scratch = path.with_name(f".{path.name}.{purpose}.tmp")
    _remove_database(scratch)
    try:
        yield scratch
    finally:
        _remove_database(scratch)


def _remove_database(path: Path) -> None:
    with told(path):
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _copy_database(engine: Engine, copy: Path) -> None:
    """One consistent view of the database, without what was deleted from it."""
    touch_private_file(copy)
    # VACUUM stands outside any transaction, and every connection here begins one
    options = {"pprmail_begin": "SELECT 1"}
    with told(engine_path(engine)), engine.connect().execution_options(**options) as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))


def _describe(copy: Path, newsletter_id: str, now: datetime) -> Backup:
    with told(copy), _looking_into(copy) as connection:
        newest = connection.execute(select(mailings).order_by(mailings.c.id.desc())).first()
        return Backup(
            newsletter_id,
            connection.scalar(select(facts.c.value).where(facts.c.name == DATABASE_ID)) or "",
            now,
            _sha256(copy),
            connection.scalar(select(func.count()).select_from(mailings)) or 0,
            newest.issue if newest else "",
            newest.revision if newest else 0,
        )


@contextmanager
def _looking_into(path: Path) -> Iterator[Connection]:
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _pack(file: Path, copy: Path, keyring: Keyring, backup: Backup) -> None:
    part = file.with_name(f".{file.name}.tmp")
    part.unlink(missing_ok=True)
    label = {"format": FORMAT, **backup._asdict(), "made": backup.made.isoformat()}
    try:
        touch_private_file(part)
        with part.open("r+b") as stream:
            # Entries of 1980, because no clock is read; who unpacks them by hand gets private files
            with ZipFile(stream, "w", ZIP_STORED) as archive, copy.open("rb") as database:
                archive.writestr(ZipInfo(LABEL), json.dumps(label, indent=2) + "\n")
                archive.writestr(ZipInfo(KEY_FILE), key_lines(keyring))
                with archive.open(ZipInfo(DATABASE), "w", force_zip64=True) as packed:
                    shutil.copyfileobj(database, packed)
            stream.flush()
            os.fsync(stream.fileno())
        _refuse_existing(file)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def key_lines(keyring: Keyring) -> bytes:
    """What ``secret.key`` holds: a key a line, the newest first."""
    return b"".join(key + b"\n" for key in keyring.keys)


# Reading one


def unpack_backup(file: Path, database: Path) -> Unpacked:
    """The backup at ``file``, checked; its database is put at ``database``, readable by its owner alone.

    Raises ``PprmailError`` for a file that is not whole, not a backup, or of a newer pprmail.
    """
    try:
        with file.open("rb") as stream, ZipFile(stream) as archive:
            backup = _read_label(archive, file)
            keyring = Keyring(tuple(_read_small(archive, KEY_FILE).split()))
            with archive.open(_only(archive, DATABASE)) as packed:
                _unpack_to(database, packed)
    except FileNotFoundError as error:
        message = f"{file}: there is no such file; name one that 'pprmail backup' made"
        raise PprmailError(message) from error
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror or error}); name a file that 'pprmail backup' made"
        raise PprmailError(message) from error
    except (BadZipFile, EOFError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _not_whole(file) from error
    if _sha256(database) != backup.sha256:
        raise _not_whole(file)
    standing = _examine(file, database)
    if standing.database_id != backup.database_id or not standing.fingerprints <= set(keyring.fingerprints):
        raise _not_whole(file)
    if standing.newsletter not in {"", backup.newsletter}:
        raise _not_whole(file)
    return Unpacked(backup, keyring, standing)


def _not_whole(file: Path) -> PprmailError:
    return PprmailError(
        f"{file}: is no backup of pprmail's, or not whole any more; copy it again, as 'pprmail backup' made it, or take another"
    )


def _only(archive: ZipFile, name: str) -> ZipInfo:
    """The one entry called ``name``, as we write it: not compressed, so that it is no longer than the file."""
    found = [entry for entry in archive.infolist() if entry.filename == name]
    if len(found) != 1 or found[0].compress_type != ZIP_STORED or found[0].compress_size != found[0].file_size:
        raise BadZipFile(name)
    return found[0]


def _read_small(archive: ZipFile, name: str) -> bytes:
    entry = _only(archive, name)
    if not 0 < entry.file_size <= _MOST_BYTES:
        raise BadZipFile(name)
    return archive.read(entry)


def _read_label(archive: ZipFile, file: Path) -> Backup:
    label = json.loads(_read_small(archive, LABEL))
    made_as = str(label["format"])
    if made_as != FORMAT and made_as.startswith(f"{_FORMAT_WORDS} "):
        message = f"{file}: was made by a newer pprmail ({made_as}); upgrade pprmail and run this again"
        raise PprmailError(message)
    if made_as != FORMAT:
        raise BadZipFile(made_as)
    return Backup(
        str(label["newsletter"]),
        str(label["database_id"]),
        datetime.fromisoformat(label["made"]).astimezone(UTC),
        str(label["sha256"]),
        int(label["mailings"]),
        str(label["last_issue"]),
        int(label["revision"]),
    )


def _unpack_to(database: Path, packed: IO[bytes]) -> None:
    with told(database):
        touch_private_file(database)
        with database.open("r+b") as stream:
            shutil.copyfileobj(packed, stream)
            stream.flush()
            os.fsync(stream.fileno())


def _examine(file: Path, database: Path) -> Standing:
    try:
        with _looking_into(database) as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            version = upgrade(connection)
            connection.commit()
            if version and version != str(SCHEMA_VERSION):
                message = f"{file}: its database has schema version {version}; this pprmail knows {SCHEMA_VERSION}; upgrade pprmail and run this again"
                raise PprmailError(message)
            if version and verdict == "ok":
                return read_standing(connection)
    except exc.DatabaseError as error:
        raise _not_whole(file) from error
    raise _not_whole(file)
