"""The list: a CSV as Excel, Mailchimp, SendGrid or listmonk write it, read row by row."""

from __future__ import annotations

import codecs
import csv
import re
from difflib import SequenceMatcher
from io import StringIO
from typing import IO, TYPE_CHECKING, NamedTuple

from pprmail.errors import PprmailError
from pprmail.model import INVISIBLE, Row
from pprmail.rules import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EXCEL = "save it in Excel as 'CSV UTF-8'"
# Header names, in lower case with spaces for '_', of our own list and of the exports of Mailchimp, SendGrid and listmonk.
_COLUMNS = {
    "email": "email", "e mail": "email", "email address": "email", "e mail address": "email", "mail": "email",
    "name": "name", "full name": "name", "first name": "first", "last name": "last",
    "status": "status", "consent": "consent", "consent date": "consent_date", "consent source": "consent_source",
}  # fmt: skip
# In Mailchimp's exports of those who left or bounced; they have no status. Known from such files, not from a live account
_GONE_COLUMNS = ("unsub time", "clean time")
_MAILCHIMP_OWN = re.compile(r"(?:unsub|clean) (?:time|campaign|reason)\b.*")
# What is nearly 'status', and not what only sounds so: marital status, numbers of subscribers, days of subscriptions
_SOUNDS_LIKE_STATUS = re.compile(
    r"(?:^|\b(?:subscri\w*|e ?mail|mail|list|newsletter|contact|opt ?in|opt ?out) )statu[st]"
    r"|unsub"
    r"|^(?!subscriber)(?!.*\b(?:at|date|day|time|on|id|source|ip)$).*subscri"
)
_NEARLY = 0.8
_ONLY_ONCE = ("email", "status")
_USUAL_STATUSES = ("subscribed", "unsubscribed")
_LISTMONK_STATUS = {"enabled": "subscribed", "disabled": "unsubscribed", "blocklisted": "unsubscribed"}
_DELIMITERS = ",;\t"
_PADDING = " \t\u00a0\u200b\ufeff"
_START_BYTES = 4096
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEP_LINE = re.compile(r"\"?sep=([^\"\r\n])\"?\s*", re.IGNORECASE)


def read_list(path: Path, shown: str, encoding: str = "") -> Iterator[Row]:
    """The data rows of the list at ``path``, in the file's order; blank lines are no rows.

    ``shown`` is how sentences call the file. ``encoding`` '' is UTF-8, or UTF-16 by its byte order mark.
    Raises ``PprmailError`` when the file cannot be opened, is no CSV, has another encoding, lacks a column ``email``, or
    has a column that may be meant as ``status``.
    """
    try:
        with path.open("rb") as file:
            used = _encoding(file.read(_START_BYTES), shown, encoding)
        with path.open(encoding=used, newline="") as file:
            yield from _rows(file, shown)
    except UnicodeError as error:
        other = 'or name its encoding under [subscribers] in pprmail.toml, such as encoding = "cp1252"'
        message = f"{shown}:{_line_of_fault(path, used)}: is not {used.removesuffix('-sig').upper()}; {_EXCEL}, {other}"
        raise PprmailError(message) from error
    except FileNotFoundError as error:
        message = f"{shown}: there is no such file; put the list there, or name another under [subscribers] in pprmail.toml or with --subscribers"
        raise PprmailError(message) from error
    except OSError as error:
        message = f"{shown}: cannot be read ({error.strerror}); close it in Excel and other programs, and check its permissions"
        raise PprmailError(message) from error


def is_list_header(text: str) -> bool:
    """The first line of ``text`` is that of a list: a column ``email`` and others."""
    file = StringIO(text)
    header = _first_line(file)[1]
    if _SEP_LINE.fullmatch(header):
        header = file.readline()
    names = [_normal_name(name) for name in _header_cells(header, max(_DELIMITERS, key=header.count))]
    return any(_COLUMNS.get(name) == "email" for name in names) and len([name for name in names if name]) > 1


def _encoding(start: bytes, shown: str, named: str) -> str:
    if named:
        return named
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start or start[:3] == b"\xff\xd8\xff":
        message = f"{shown}: is no CSV but binary data (a picture or a workbook?); open it in Excel, and {_EXCEL}"
        raise PprmailError(message)
    return "utf-8-sig"


def _line_of_fault(path: Path, encoding: str) -> int:
    """The line with the first character that is not of ``encoding``."""
    good, used = b"", encoding
    try:
        path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        good, used = error.object[: error.start], error.encoding
    except UnicodeError:  # such as UTF-16 without its byte order mark
        pass
    try:
        return len(_LINE_END.findall(good.decode(used, "replace"))) + 1
    except UnicodeError:  # some encodings replace nothing
        return 1


def _rows(file: IO[str], shown: str) -> Iterator[Row]:
    header_line, header = _first_line(file)
    said = _SEP_LINE.fullmatch(header)
    if said:
        header_line, header = header_line + 1, file.readline()
    delimiter = said[1] if said else max(_DELIMITERS, key=header.count)
    names = [_normal_name(name) for name in _header_cells(header, delimiter)]
    layout = _layout(names, _find_columns(names, shown, header_line))
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    begins = header_line + 1
    try:
        for cells in reader:
            line, begins = begins, header_line + reader.line_num + 1
            if row := _row(line, cells, layout):
                yield row
    except csv.Error as error:
        message = f"{shown}:{begins}: is no CSV from here on ({error}); look for a quotation mark that is not closed, and {_EXCEL}"
        raise PprmailError(message) from error


def _header_cells(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:  # a line too long for a cell, as a file of another kind has
        return []


def _first_line(file: IO[str]) -> tuple[int, str]:
    for number, line in enumerate(iter(file.readline, ""), 1):
        if line.strip("\ufeff \t\r\n"):
            return number, line.lstrip("\ufeff").rstrip("\r\n")
    return 1, ""


def _normal_name(name: str) -> str:
    return re.sub(r"[\s_\-\u00a0]+", " ", INVISIBLE.sub("", name)).strip().casefold()


def _find_columns(names: list[str], shown: str, line: int) -> dict[str, int]:
    """Where each column that we know stands; the first of its name counts, but of email and status there is one only."""
    columns: dict[str, int] = {}
    for at, name in enumerate(names):
        column = _COLUMNS.get(name, "")
        if column in _ONLY_ONCE and column in columns:
            message = (
                f"{shown}:{line}: two columns are called {column!r}; keep the one that counts, and rename the other"
            )
            raise PprmailError(message)
        if column:
            columns.setdefault(column, at)
    if "email" not in columns:
        near = next((hint for name in names if (hint := did_you_mean(name, ("email",)))), "")
        if len(names) == 1 and "mail" in names[0] and re.search(r"[^\w\s]", names[0]):
            near = "put a comma, a semicolon or a tab between the columns"
        message = f"{shown}:{line}: the header line has no column 'email'; {near or 'write one such as: email,name,status'} (if it is no CSV at all, {_EXCEL})"
        raise PprmailError(message)
    if "status" not in columns and (odd := next((name for name in names if _may_mean_status(name)), "")):
        message = (
            f"{shown}:{line}: the column {odd!r} may say who has unsubscribed; call the column 'status', or take it out"
        )
        raise PprmailError(message)
    return columns


def _may_mean_status(name: str) -> bool:
    """Unread, the column would have everybody mailed who is marked in it as gone."""
    if _MAILCHIMP_OWN.fullmatch(name):
        return False
    return bool(_SOUNDS_LIKE_STATUS.search(name)) or SequenceMatcher(None, name, "status").ratio() >= _NEARLY


class _Layout(NamedTuple):
    """Where the cells of a row stand, after ``width`` of them; what is in no column stands at ``width``, where there is nothing.

    ``gone`` are columns that are empty unless the subscriber left.
    """

    width: int
    email: int
    name: int
    first: int
    last: int
    status: int
    consent: int
    consent_date: int
    consent_source: int
    gone: tuple[int, ...]
    is_listmonk: bool


def _layout(names: list[str], columns: dict[str, int]) -> _Layout:
    width = len(names)
    gone = () if "status" in columns else tuple(at for at, name in enumerate(names) if name in _GONE_COLUMNS)

    def place(name: str) -> int:
        return columns.get(name, width)

    return _Layout(
        width=width,
        email=place("email"),
        name=place("name"),
        first=place("first"),
        last=place("last"),
        status=place("status"),
        consent=place("consent"),
        consent_date=place("consent_date"),
        consent_source=place("consent_source"),
        gone=gone,
        is_listmonk={"uuid", "attributes"} <= set(names),
    )


def _row(line: int, cells: list[str], layout: _Layout) -> Row | None:
    """The row in ``cells``; None when all of them are blank."""
    width, email_at, name_at, _, _, status_at, consent_at, date_at, source_at, gone, is_listmonk = layout
    fault = ""
    if len(cells) != width:
        if any(extra.strip() for extra in cells[width:]):
            fault = f"has {len(cells)} cells for {width} columns"
        cells = cells[:width] + [""] * (width - len(cells))
    cells.append("")
    email, name, status = cells[email_at].strip(_PADDING), cells[name_at].strip(), cells[status_at]
    if "@" not in email and not fault and not any(cell.strip() for cell in cells):
        return None
    if not name or not name.isascii():
        name = _name(cells, layout)
    if status not in _USUAL_STATUSES:
        status = status.strip(_PADDING).casefold()
    if is_listmonk:
        status = _LISTMONK_STATUS.get(status, status)
    if gone and any(cells[at].strip() for at in gone):
        status = "unsubscribed"
    if consent_at == date_at == source_at:
        return Row(line, email, name, status, "", "", "", fault)
    consent, day, source = (cells[at].strip(_PADDING) for at in (consent_at, date_at, source_at))
    return Row(line, email, name, status, consent.casefold(), day, source, fault)


def _name(cells: list[str], layout: _Layout) -> str:
    """The name, or the first and the last name, without what cannot be seen."""
    name, first, last = (cells[at].strip(_PADDING) for at in (layout.name, layout.first, layout.last))
    return INVISIBLE.sub("", name or " ".join(part for part in (first, last) if part)).strip()
