"""The one database: its tables, its schema version, and its errors told in sentences.

Addresses stand once, in ``addresses``; everything else refers to them by id or by keyed hash. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable  # noqa: TC003 - stands in an annotation of a value
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    URL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    create_engine,
    event,
    exc,
    select,
)  # fmt: skip

from pprmail.errors import PprmailError
from pprmail.files import touch_private_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

SCHEMA_VERSION = 2
_VERSION = "schema_version"
DATABASE_ID = "database_id"
"""The fact that tells this database from every other."""
BUSY_SECONDS = 5.0
"""How long a write waits for another program that holds the database."""

metadata = MetaData()

facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
keys = Table(
    "keys", metadata, Column("fingerprint", Text, primary_key=True), Column("first_used", Text, nullable=False)
)

addresses = Table(
    "addresses", metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Index("addresses_by_address", "address", unique=True),  # by name, so that it can be made after a million inserts
)  # fmt: skip

suppressions = Table(
    "suppressions", metadata,
    Column("id", Integer, primary_key=True),  # grows: what came after a seal has a higher one
    Column("address_hash", LargeBinary, nullable=False, unique=True),
    Column("key_fingerprint", Text, nullable=False),
    Column("source", Text, nullable=False),  # file | person | reader
    Column("recorded", Text, nullable=False),
    Column("lifted", Text),
    Column("lifted_reason", Text),
)  # fmt: skip

sealed_mails = Table(
    "sealed_mails", metadata, Column("sha256", Text, primary_key=True), Column("content", Text, nullable=False)
)

mailings = Table(
    "mailings", metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("sealed_sha256", Text, ForeignKey("sealed_mails.sha256"), nullable=False),
    Column("key_fingerprint", Text, ForeignKey("keys.fingerprint"), nullable=False),
    Column("folder", Text, nullable=False),  # where the outbox puts it; "" for a real provider
    Column("sealed", Text, nullable=False),
    Column("suppressions_seen", Integer, nullable=False),  # those up to this id are no recipients
    Column("revision", Integer, nullable=False),  # grows with every step that a receipt tells
    Column("ended", Text),
    Column("stopped", Text),  # why the last run ended early; '' when somebody interrupted it
    Column("cancelled", Text),
    Column("send_at", Text),  # when held mail is to go out; null: at once
    Column("calling_off", Text),  # since when the provider is being asked to discard what it holds
    Index("mailings_by_issue", "issue"),
)  # fmt: skip

# Under which the provider holds the mail of a mailing with a time; recorded before anything is handed over under them.
slots = Table(
    "slots", metadata,
    Column("mailing", Integer, ForeignKey("mailings.id")),
    Column("slot", Text),
    Column("opened", Text, nullable=False),
    Column("called_off", Text),  # when the provider confirmed that it discards them
    PrimaryKeyConstraint("mailing", "slot"),
    sqlite_with_rowid=False,
)  # fmt: skip

# Numbered from 1 in list order. A batch is a range of numbers, so that a recipient's row never changes.
recipients = Table(
    "recipients", metadata,
    Column("mailing", Integer, ForeignKey("mailings.id")),
    Column("number", Integer),
    Column("address", Integer, ForeignKey("addresses.id"), nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("mailing", "number"),
    sqlite_with_rowid=False,
)  # fmt: skip

exclusions = Table(
    "exclusions", metadata,
    Column("mailing", Integer, ForeignKey("mailings.id")),
    Column("line", Integer),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("mailing", "line"),
    sqlite_with_rowid=False,
)  # fmt: skip

batches = Table(
    "batches", metadata,
    Column("mailing", Integer, ForeignKey("mailings.id")),
    Column("number", Integer),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("state", Text, nullable=False),  # waiting | claimed | accepted | unknown
    Column("tries", Integer, nullable=False, server_default="0"),  # how often the run at work has claimed it
    Column("attempt", Text),
    Column("progress", Integer),  # of a claimed batch handed over one by one: the recipient who is in doubt; 0 before the first
    Column("claimed", Text),
    Column("settled", Text),
    Column("provider_id", Text),
    Column("detail", Text),
    PrimaryKeyConstraint("mailing", "number"),
    sqlite_with_rowid=False,
)  # fmt: skip

# The few recipients whose outcome is not their batch's: rejected by the provider, or suppressed since the seal.
exceptions = Table(
    "exceptions", metadata,
    Column("mailing", Integer, ForeignKey("mailings.id")),
    Column("number", Integer),
    Column("outcome", Text, nullable=False),  # rejected | suppressed
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("mailing", "number"),
    sqlite_with_rowid=False,
)  # fmt: skip

# How a doubt was settled, and by whose word; never changed, never deleted.
resolutions = Table(
    "resolutions", metadata,
    Column("id", Integer, primary_key=True),
    Column("mailing", Integer, ForeignKey("mailings.id"), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("attempt", Text, nullable=False),
    Column("word", Text, nullable=False),  # evidence | assumed-sent | assumed-not-sent
    Column("detail", Text, nullable=False),
    Column("recorded", Text, nullable=False),
)  # fmt: skip

test_mails = Table(
    "test_mails", metadata,
    Column("issue", Text, primary_key=True),
    Column("sealed_sha256", Text, nullable=False),
    Column("sent", Text, nullable=False),
)  # fmt: skip


def database_path(url: str) -> Path:
    """The file of a ``sqlite:///`` URL."""
    return Path(url.removeprefix("sqlite:///"))


def open_state(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """The database at ``url``, made with today's schema if there is none.

    Every commit is durable (``synchronous=FULL``). Raises ``PprmailError`` for a file that is no database of ours or
    has a newer schema.
    """
    path = database_path(url)
    with told(path):
        if not path.exists():
            touch_private_file(path)  # it will hold readers' addresses
        # Given in parts, because in a URL a "?" in a folder's name would end the path
        engine = create_engine(
            URL.create("sqlite", database=str(path)),
            connect_args={"timeout": busy_seconds},
            hide_parameters=True,  # an error shows no reader's address
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        try:
            _make_or_check_schema(engine)
        except BaseException:
            engine.dispose()
            raise
    return engine


def engine_path(engine: Engine) -> Path:
    """The file behind ``engine``."""
    return Path(engine.url.database or "")


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    # sqlite3 would begin transactions by itself, too late to take the write lock first
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("pprmail_begin", "BEGIN"))


def _make_or_check_schema(engine: Engine) -> None:
    # Only an empty or an older database needs the write lock: status must be able to look while a sender writes
    with reading(engine) as connection:
        version = _schema_version(connection)
    if version is None or version in _OLDER:
        with writing(engine) as connection:
            version = _schema_version(connection)
            if version is None:
                metadata.create_all(connection)
                connection.execute(facts.insert().values(name=_VERSION, value=str(SCHEMA_VERSION)))
                connection.execute(facts.insert().values(name=DATABASE_ID, value=str(uuid.uuid4())))
                return
            version = upgrade(connection)
    if version != str(SCHEMA_VERSION):
        what = (
            f"has schema version {version}; this pprmail knows {SCHEMA_VERSION}"
            if version
            else "is a database, but not one of pprmail's"
        )
        message = f"{engine_path(engine)}: {what}; upgrade pprmail, or name another file under [delivery] database"
        raise PprmailError(message)


def _hold_mail(connection: Connection) -> None:
    for name in ("send_at", "calling_off"):
        connection.exec_driver_sql(f"ALTER TABLE mailings ADD COLUMN {name} TEXT")
    slots.create(connection)


_OLDER: dict[str, Callable[[Connection], None]] = {"1": _hold_mail}
"""What makes the next schema version of an older one."""


def upgrade(connection: Connection) -> str:
    """Bring an older database of ours up to today's schema, within the caller's transaction; the version it has then."""
    version = _schema_version(connection) or ""
    while step := _OLDER.get(version):
        step(connection)
        version = str(int(version) + 1)
        connection.execute(facts.update().where(facts.c.name == _VERSION).values(value=version))
    return version


def _schema_version(connection: Connection) -> str | None:
    """The schema's version; None for a database without any table, '' for one that is not ours."""
    names = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not names:
        return None
    if facts.name not in names:
        return ""
    return connection.scalar(select(facts.c.value).where(facts.c.name == _VERSION)) or ""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the write lock from its start, committed at the end."""
    with (
        told(engine_path(engine)),
        engine.connect().execution_options(pprmail_begin="BEGIN IMMEDIATE") as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database."""
    with told(engine_path(engine)), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say of the database at ``path`` into a sentence with a remedy."""
    try:
        yield
    except exc.DatabaseError as error:
        said = str(error.orig)
        remedy = next((words for sign, words in _REMEDIES.items() if sign in said), None)
        if remedy is None:
            raise
        message = f"{path}: {said}; {remedy}"
        raise PprmailError(message) from error
    except OSError as error:
        message = f"{path}: {error.strerror or error}; check the folder's permissions and the disk's space"
        raise PprmailError(message) from error


_REMEDIES = {
    "locked": "another program holds it: close it and run this again",
    "no such": "it is no database of pprmail's: name another file under [delivery] database",
    "not a database": "move the file away, or name another under [delivery] database",
    "malformed": "the file is damaged: bring it back from a backup",
    "readonly": "check its permissions",
    "full": "make room on the disk and run this again",
    "disk I/O": "check the disk, its space and the folder's permissions",
    "unable to open": "check that the folder exists and may be written",
}
