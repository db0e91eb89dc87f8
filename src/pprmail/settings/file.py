"""Reading ``pprmail.toml``: found upwards, read whole, every fault with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pprmail.errors import FaultsError, PprmailError, Problem
from pprmail.rules import did_you_mean
from pprmail.settings.doubts import find_doubts, url_fault
from pprmail.settings.values import TABLES, Settings
from pprmail.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "pprmail.toml"


def find_root(start: Path) -> Path:
    """The nearest folder, from ``start`` upwards, that holds ``pprmail.toml``."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    message = f"no {FILE_NAME} in {str(start)!r} or above it; go to a newsletter's folder, name one with -C DIR, or start one with 'pprmail init DIR'"
    raise PprmailError(message)


def load_settings(root: Path) -> Settings:
    """The settings in ``root``.

    Raises ``FaultsError`` with every fault found, each at its line, and ``PprmailError`` when the file cannot be read.
    """
    tables, lines = read_tables(root / FILE_NAME, FILE_NAME)
    reader = _Reader(lines)
    settings = reader.read(tables, root)
    if reader.problems:
        raise FaultsError(tuple(sorted(reader.problems)), f"nothing was done: mend {FILE_NAME} first")
    return settings


_NEEDED = object()
_WITHOUT_FINAL_SLASH = {"base_url", "service_url"}
# A key's kind is its default's; what is needed is text
_KINDS: dict[type, tuple[type, str]] = {
    str: (str, "a text in quotes"),
    int: (int, "a whole number"),
    bool: (bool, "true or false"),
    tuple: (list, "a list of texts"),
    dict: (dict, "a table of texts"),
}


class _Reader:
    """Reads tables into settings and keeps every fault on the way. ``unread`` are the keys that an empty value stands for."""

    def __init__(self, lines: Mapping[tuple[str, str], int]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []
        self.unread: set[tuple[str, str]] = set()

    def fault(self, table: str, key: str, message: str, hint: str = "", rule: str = "settings") -> None:
        places = ((table, key), (f"{table}.{key}", ""), (table, ""))
        line = next((self.lines[place] for place in places if place in self.lines), 1)
        self.problems.append(Problem(FILE_NAME, line, 1, "error", rule, message, hint))

    def read(self, tables: dict[str, Any], root: Path) -> Settings:
        for name, value in tables.items():
            if name in TABLES:
                continue
            hint = did_you_mean(name, tuple(TABLES))
            if isinstance(value, dict):
                self.fault(name, "", f"unknown table [{name}]", hint)
            else:
                self.fault("", name, f"unknown key {name!r} outside any table", hint)
        settings = Settings(root, *(self._section(kind, name, tables.get(name, {})) for name, kind in TABLES.items()))
        for table, key, message, hint in find_doubts(settings):
            if (table, key) not in self.unread:
                self.fault(table, key, message, hint)
        return settings

    def _section(self, kind: Any, table: str, given: object) -> Any:  # noqa: ANN401 - one of the settings' classes
        if not isinstance(given, dict):
            self.fault("", table, f"{table!r} is a table", f"write [{table}] on a line of its own")
            given = {}
        for key in given:
            if key not in kind._fields:
                self.fault(table, key, f"unknown key {key!r} in [{table}]", did_you_mean(key, kind._fields))
        defaults: dict[str, object] = kind._field_defaults
        return kind(**{key: self._value(table, key, given, defaults.get(key, _NEEDED)) for key in kind._fields})

    def _value(self, table: str, key: str, given: dict[str, Any], default: object) -> object:
        """What ``given`` says of ``key``, or its default; a fault leaves an empty value, which nothing else is said of."""
        if key not in given and default is not _NEEDED:
            return default
        kind, words = _KINDS[str if default is _NEEDED else type(default)]
        self.unread.add((table, key))
        if key not in given:
            self.fault(table, key, f"[{table}] has no {key!r}", f"add {key} = … under [{table}]")
            return ""
        value: Any = given[key]
        texts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        fits = type(value) is kind and all(isinstance(text, str) for text in texts)
        if not fits:
            self.fault(table, key, f"{key!r} in [{table}] must be {words}")
            return () if kind is list else kind()
        self.unread.discard((table, key))
        if key in _WITHOUT_FINAL_SLASH:
            return value.rstrip("/")
        return tuple(value) if kind is list else value


def check_base_url(url: str) -> str:
    """A ``base_url`` given elsewhere than in the file, without a slash at its end. Raises ``PprmailError``."""
    fault = ("which holds a ? or a #", "write it without") if re.search("[?#]", url) else url_fault(url)
    if fault:
        message = f"--base-url {url!r}: {fault[0]}; {fault[1]}"
        raise PprmailError(message)
    return url.rstrip("/")
