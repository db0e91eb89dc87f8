"""The TOML files among the templates: what the newsletter's own file names, over what the packaged one has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from pprmail.errors import PprmailError
from pprmail.render.templates import FOLDER, packaged_folder
from pprmail.rules import did_you_mean
from pprmail.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class OwnTables(NamedTuple):
    """A file of the newsletter's: its tables, and the line of each key by table and key."""

    name: str
    tables: dict[str, dict[str, Any]]
    lines: Mapping[tuple[str, str], int]

    def line(self, table: str, key: str) -> int:
        """The line of the key, or else of its table."""
        return self.lines.get((table, key), self.lines.get((table, ""), 1))

    def refuse(self, line: int, what: str, hint: str) -> NoReturn:
        """Raise ``PprmailError`` that tells ``what`` is wrong on that line."""
        message = f"{FOLDER}/{self.name}:{line}: {what}{'; ' if hint else ''}{hint}"
        raise PprmailError(message)


def packaged_tables(name: str) -> dict[str, dict[str, Any]]:
    """What the packaged file has."""
    return read_tables(packaged_folder() / name, f"{FOLDER}/{name}")[0]


def own_tables(root: Path, name: str, known: Mapping[str, Mapping[str, Any]], unknown: str) -> OwnTables | None:
    """What the newsletter's own file has; None when there is none. ``unknown`` tells of a ``{key}`` of ``{table}`` that is not known.

    Raises ``PprmailError`` for a file that cannot be read, and for a table or key that is not among the ``known``.
    """
    path = root / FOLDER / name
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no file that can be read"
        hint = "put a file in its place, or take it away to use the packaged one"
        OwnTables(name, {}, {}).refuse(1, f"this is {what}", hint)
    own = _read(path)
    for table, values in own.tables.items():
        line = own.line(table, "")
        if table not in known:
            own.refuse(line, f"unknown table [{table}]", did_you_mean(table, tuple(known)))
        if not isinstance(values, dict):
            own.refuse(
                line, f"{table!r} is no table here", f"write [{table}] on a line of its own, and its keys below it"
            )
        for key in values:
            if key not in known[table]:
                near = did_you_mean(key, tuple(known[table]))
                own.refuse(own.line(table, key), unknown.format(key=repr(key), table=table), near)
    return own


def _read(path: Path) -> OwnTables:
    try:
        return OwnTables(path.name, *read_tables(path, f"{FOLDER}/{path.name}"))
    except PprmailError as error:
        cause = error.__cause__
        if isinstance(cause, UnicodeDecodeError):
            line, byte = cause.object.count(b"\n", 0, cause.start) + 1, cause.object[cause.start]
            what = f"the byte 0x{byte:02x} is not UTF-8"
            OwnTables(path.name, {}, {}).refuse(line, what, "save the file again with the encoding UTF-8")
        raise
