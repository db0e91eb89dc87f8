"""The list of Retraction Watch as Crossref publishes it: a CSV, read row by row.

Its columns are told in https://gitlab.com/crossref/retraction-watch-data. The list is UTF-8 with bytes of other encodings here and
there, in names and titles; what we look up (DOIs, dates, natures) is ASCII. So it is read as UTF-8, with a byte order mark or none,
and a byte that is none becomes U+FFFD: a title may look odd, and no row is lost.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import lru_cache
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from pprmail.errors import PprmailError
from pprmail.literature import NATURES, Listed, bare_doi, printable
from pprmail.registers import WHERE_TO_GET_THE_LIST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEEDED = ("OriginalPaperDOI", "RetractionDate", "RetractionDOI", "RetractionNature")
_OPTIONAL = ("Record ID", "Reason", "Title")
_LONGEST = 200
"""Characters kept of a title, and of the reasons."""
# Between two DOIs of a cell; a DOI may itself hold a semicolon or a comma
_BETWEEN_DOIS = re.compile(
    r"[;,]?\s+|[;,](?=(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:)?10\.\d+(?:\.\d+)*/|$)", re.IGNORECASE
)
_US = re.compile(r"\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:\s.*)?", re.DOTALL)
_ISO = re.compile(r"\s*([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T\s].*)?", re.DOTALL)


class Entry(NamedTuple):
    """A row of the list: the folded DOIs of the source, mostly one; the register's own number, 0 without; what it says."""

    dois: tuple[str, ...]
    record: int
    listed: Listed


class _Lines:
    """The lines of ``text``, and whether the one that was read last has an end."""

    def __init__(self, text: Iterable[str]) -> None:
        self._lines = iter(text)
        self._last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._last = next(self._lines)
        return self._last

    @property
    def has_end(self) -> bool:
        return self._last.endswith(("\r", "\n"))


def as_text(file: BinaryIO) -> TextIOWrapper:
    """``file`` decoded as above; closing it closes ``file``."""
    return TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")


def read_entries(text: Iterable[str], shown: str) -> Iterator[Entry | None]:
    """Every data row of the list in ``text``, in its order: None for one that is cut short; blank lines are no rows.

    Cut short is a row without a column that we need; and the last one without any of them, when its line has no end: what
    stands there may be half of a word, and what is behind it is lost.

    A row of a nature that we do not know has no DOIs here. ``shown`` is how sentences call the file. Raises ``PprmailError`` when it
    is empty, lacks a column, or is no CSV.
    """
    lines = _Lines(text)
    reader = csv.reader(lines)
    try:
        header = next(reader, [])
        at = _columns(header, shown)
        needed = max(at[name] for name in NEEDED)
        doi, nature, day, notice = (
            at[name] for name in ("OriginalPaperDOI", "RetractionNature", "RetractionDate", "RetractionDOI")
        )
        record, reason, title = (at.get(name, -1) for name in _OPTIONAL)
        for cells in reader:
            if len(cells) <= needed or (len(cells) < len(header) and not lines.has_end):
                if any(cells):
                    yield None
                continue
            listed = Listed(
                _fold(cells[nature]),
                read_day(cells[day]),
                next(iter(_dois(cells[notice])), ""),
                _reasons(_cell(cells, reason)),
                _shortened(_cell(cells, title)),
            )
            dois = tuple(map(str.lower, _dois(cells[doi]))) if listed.nature in NATURES else ()
            yield Entry(dois, _number(_cell(cells, record)), listed)
    except csv.Error as error:
        message = f"{shown}:{reader.line_num}: is no CSV as it is published ({error}); {WHERE_TO_GET_THE_LIST}"
        raise PprmailError(message) from error


@lru_cache(maxsize=1 << 15)
def read_day(text: str) -> date | None:
    """The day of ``12/31/2019 0:00``, ``12/31/2019 12:00:00 AM`` or ``2019-12-31``; None when it is none. The month stands first."""
    if found := _US.fullmatch(text):
        month, day, year = map(int, found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _columns(header: list[str], shown: str) -> dict[str, int]:
    """Where each column stands. Raises ``PprmailError`` when one that we need is missing."""
    if not any(header):
        message = f"{shown}: is empty; {WHERE_TO_GET_THE_LIST}"
        raise PprmailError(message)
    if len(header) == 1 and any(sign in header[0] for sign in ";\t"):
        message = f"{shown}: has ';' or tabs between its columns; save it with commas, or {WHERE_TO_GET_THE_LIST}"
        raise PprmailError(message)
    by_fold = {_fold(name): at for at, name in reversed(tuple(enumerate(header)))}
    found = {name: by_fold[_fold(name)] for name in (*NEEDED, *_OPTIONAL) if _fold(name) in by_fold}
    if missing := [name for name in NEEDED if name not in found]:
        noun = "the column" if len(missing) == 1 else "the columns"
        message = (
            f"{shown}: is no list of Retraction Watch: it lacks {noun} {', '.join(missing)}; {WHERE_TO_GET_THE_LIST}"
        )
        raise PprmailError(message)
    return found


def _cell(cells: list[str], at: int) -> str:
    return cells[at] if 0 <= at < len(cells) else ""


def _dois(text: str) -> tuple[str, ...]:
    """The DOIs in a cell, bare; mostly one. ``unavailable`` and the like are none."""
    return tuple(filter(None, map(bare_doi, _BETWEEN_DOIS.split(text))))


# The same few reasons, and natures, stand in many rows
@lru_cache(maxsize=1 << 15)
def _reasons(text: str) -> str:
    """``+Error in Data;+Unreliable Results;`` as ``Error in Data, Unreliable Results``."""
    pieces = (" ".join(piece.split()).lstrip("+ ") for piece in text.split(";"))
    return _shortened(", ".join(filter(None, pieces)))


@lru_cache(maxsize=64)
def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _number(text: str) -> int:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 16 else 0  # noqa: PLR2004 - longer is no record's number


def _shortened(text: str) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
