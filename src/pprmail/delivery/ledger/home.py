"""The home of a database: the machine and the file that it was last used in.

A copy of the file on another machine is a second ledger of the same mailings, which would mail them again.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from pprmail.state import engine_path, facts, reading, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HOME = "home"
"""The fact that names the home; a restored database has none until it is used."""


class Home(NamedTuple):
    """Where a database is: the host's name, and the number of its file on the file system (``st_ino``), the same on any device."""

    host: str
    file: int


def is_strange(recorded: Home, here: Home) -> bool:
    """``here`` is another home than ``recorded``: neither the host's name nor the file is the same.

    A renamed machine keeps the file, and a file brought back on its machine keeps the host's name.
    """
    return recorded.host != here.host and recorded.file != here.file


def strange_home(engine: Engine) -> str:
    """The name of the other machine that is the database's home; '' when its home is here, or not known."""
    with reading(engine) as connection:
        recorded = _recorded(connection)
    if recorded is None or not is_strange(recorded, _here(engine)):
        return ""
    return recorded.host or "a machine without a name"


def record_home(engine: Engine) -> None:
    """The database's home is here from now on. Writes only what changes."""
    here = _here(engine)
    with reading(engine) as connection:
        if _recorded(connection) == here:
            return
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO facts VALUES (?, ?)", (HOME, f"{here.file} {here.host}"))


def forget_home(connection: Connection) -> None:
    """The database has no home: the next machine that sends from it becomes its home."""
    connection.execute(facts.delete().where(facts.c.name == HOME))


def _recorded(connection: Connection) -> Home | None:
    file, _, host = (connection.scalar(select(facts.c.value).where(facts.c.name == HOME)) or "").partition(" ")
    return Home(host, int(file)) if file.isdecimal() else None


def _here(engine: Engine) -> Home:
    return Home(platform.node(), engine_path(engine).stat().st_ino)
