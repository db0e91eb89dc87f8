"""What the summaries of earlier issues were about: their headers alone, read when they are asked for."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from pprmail.citation import source
from pprmail.manuscript.months import ISSUES
from pprmail.manuscript.summary import SUMMARY_HEADERS
from pprmail.model import is_issue_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.citation import Outline, Source

_MAIN_FILE = "issue.md"
_HEADERS = frozenset({"title", "slug", "doi", "citation"})
_KNOWN = frozenset(map(str.casefold, SUMMARY_HEADERS))
_LONGEST_HEAD = 16_384
_SPACES = " \t\u00a0"
_INDENTS = tuple(_SPACES)
_RULE = re.compile(r"\s*-{3,}\s*")
_KEY = re.compile(r"[^\W\d_][\w \u00a0-]{0,38}?[ \t\u00a0]*")
_LONGEST_KEY_WORDS = 3
_AUTHOR_LETTERS, _TITLE_LETTERS = 5, 12


class EarlierSources:
    """The sources of every issue of a newsletter, for the question which of them an issue repeats.

    Make one a command: each file is read once, and none before something is asked. Drafts count; a file that cannot be
    read is left out, because checking its own issue tells it.
    """

    def __init__(self, root: Path) -> None:
        """Of the newsletter in the folder ``root``; nothing is read yet."""
        self._issues = os.path.join(root, ISSUES)  # noqa: PTH118 - 600 paths: with Path it took twice as long
        self._keys: list[str] | None = None
        self._read = 0
        self._by: dict[tuple[str, str], list[Source]] = {}

    def alike(self, before: str, doi: str, outline: Outline) -> Iterator[Source]:
        """The sources of issues before the month ``before`` that may be the same, the most alike first.

        They share the DOI, or the title; or its first letters, or those of the first author, within a year.
        """
        self._read_until(before)
        seen = set()
        for key in _keys_of(doi, outline):
            for one in self._by.get(key, ()):
                if one.issue < before and one.path not in seen and (key[0] in _EXACT or _is_near(one.outline, outline)):
                    seen.add(one.path)
                    yield one

    def _read_until(self, before: str) -> None:
        if self._keys is None:
            self._keys = sorted(name for name in _folders(self._issues) if is_issue_key(name))
        until = bisect_left(self._keys, before)
        for month in self._keys[self._read : until]:
            folder = os.path.join(self._issues, month)  # noqa: PTH118
            for name in summary_names(folder):
                headers = _headers_of(os.path.join(folder, name))  # noqa: PTH118
                one = source(month, f"{ISSUES}/{month}/{name}", headers)
                for key in _keys_of(one.doi, one.outline):
                    self._by.setdefault(key, []).append(one)
        self._read = max(self._read, until)


_EXACT = frozenset({"doi", "title"})


def _keys_of(doi: str, outline: Outline) -> Iterator[tuple[str, str]]:
    """What a source is found by."""
    letters = outline.title.replace(" ", "")
    for name, value in (
        ("doi", doi),
        ("title", outline.title),
        ("author", outline.author[:_AUTHOR_LETTERS]),
        ("begins", letters[:_TITLE_LETTERS]),
    ):
        if value:
            yield name, value


def _is_near(one: Outline, other: Outline) -> bool:
    """The same year, or one next to it; or one of the two gives none."""
    return one.year is None or other.year is None or abs(one.year - other.year) <= 1


def summary_names(folder: str | Path) -> list[str]:
    """The names of the summaries' files in an issue's ``folder``, sorted; [] when it cannot be read. Links are left out."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name
                for entry in entries
                if entry.name[-3:].casefold() == ".md"
                and not entry.name.startswith(".")
                and entry.name.casefold() != _MAIN_FILE
                and entry.is_file(follow_symlinks=False)
            )
    except OSError:
        return []


def _folders(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _headers_of(path: str) -> dict[str, str]:
    """The headers that tell the source, as typed; none of a file that cannot be read, or is not UTF-8."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return read_source_headers(file.read(_LONGEST_HEAD) or b"")
    except (OSError, UnicodeDecodeError):
        return {}


def read_source_headers(content: bytes) -> dict[str, str]:
    """The same of a file's ``content``, read as ``headers.read_headers`` reads it, in a tenth of the time.

    Raises ``UnicodeDecodeError``.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    content = _from_first_words(content)
    first, _, rest = content.partition(b"\n")
    if first.strip().startswith(b"---") and _RULE.fullmatch(first.decode()):
        content = _from_first_words(rest)
    found: dict[str, str] = {}
    current = None
    for line in content.partition(b"\n\n")[0].decode().split("\n"):
        if current is not None and line.startswith(_INDENTS) and line.strip():
            if current:
                found[current] = f"{found[current]} {line.strip()}".strip()
            continue
        key, colon, value = line.partition(":")
        name = key.rstrip(_SPACES).casefold()
        if not colon or (name not in _KNOWN and not _is_header(key)):
            break
        current = name if name in _HEADERS and name not in found else ""
        if current:
            found[current] = value.strip()
    return found


def _from_first_words(content: bytes) -> bytes:
    """``content`` without the blank lines that it begins with."""
    at = 0
    while (end := content.find(b"\n", at)) >= 0 and not content[at:end].decode().strip():
        at = end + 1
    return content[at:]


def _is_header(key: str) -> bool:
    return _KEY.fullmatch(key) is not None and len(key.split()) <= _LONGEST_KEY_WORDS
