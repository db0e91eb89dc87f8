"""The slips of a citation that have one remedy, mended: text in, text out.

Of a summary's file the headers Citation and DOI alone are touched; no word of them changes.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from typing import TYPE_CHECKING

from pprmail.citation import DOI_PREFIX, date_span, normal_doi
from pprmail.editorial.bylines import tight_initials
from pprmail.editorial.citation_form import EN_DASH, page_hyphens

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_RULE = re.compile(r"\s*-{3,}\s*")
# As ``manuscript.headers`` reads a header's name
_KEY = re.compile(r"([^\W\d_][\w \u00a0-]{0,38}?)[ \t\u00a0]*:")
_LONGEST_KEY_WORDS = 3
_MENDED = frozenset({"citation", "doi"})
_INDENTS = (" ", "\t", "\u00a0")
# A DOI of the old form may hold what Markdown takes for its own; that one is left alone
_LABELS = re.compile(
    r"(?<!doi:)(?<!doi:[ \u00a0])(?<!doi\.org/)(?:\bdoi:[ \u00a0]?|https?://(?:dx\.|www\.)?doi\.org/)++"
    r"(?=10\.\d{4,9}(?:\.\d{1,9})?/[^\s<>\[\]\\]+(?:[>\]\s]|\Z))",
    re.IGNORECASE,
)
_ADDRESS = "https://doi.org/"


def mend(text: str) -> str:
    """The text of a summary's file with initials apart, en dashes in pages, and DOIs in the form of APA 7 (9.35).

    Mended twice it is as mended once. Whatever else the file holds stays as it is, line ends and a byte order mark too.
    """
    done: list[str] = []
    at = 0
    for name, start, end in _headers(text):
        value = text[start:end]
        done += (text[at:start], _mend_doi(value) if name == "doi" else _mend_citation(value))
        at = end
    return "".join((*done, text[at:]))


def _headers(text: str) -> Iterator[tuple[str, int, int]]:
    """The headers Citation and DOI of a file, with where their values begin and end, the lines that continue them included.

    As ``manuscript.headers`` reads them: of a header twice the first counts, and a line that is none ends them.
    """
    found: dict[str, tuple[int, int]] = {}
    current, is_first = "", True
    for line in _head(text):
        if line[0].startswith(_INDENTS) and not is_first:
            if current in found:
                found[current] = (found[current][0], line.end())
            continue
        is_first = False
        key = _KEY.match(line[0])
        if key is None or len(key[1].split()) > _LONGEST_KEY_WORDS:
            break
        name = key[1].casefold()
        current = "" if name in found else name
        if current in _MENDED:
            found[current] = (line.start() + key.end(), line.end())
    for name, (start, end) in found.items():
        yield name, start, end


def _head(text: str) -> Iterator[re.Match[str]]:
    """The lines before the first blank one or the second ``---``."""
    is_opened = is_ruled = False
    for line in _LINE.finditer(text, text.startswith("\ufeff")):
        is_blank = not line[0].strip()
        is_rule = not is_blank and not (is_opened and line[0].startswith(_INDENTS)) and bool(_RULE.fullmatch(line[0]))
        if not is_opened and (is_blank or (is_rule and not is_ruled)):
            is_ruled = is_ruled or is_rule
        elif is_blank or is_rule:
            return
        else:
            is_opened = True
            yield line


def _mend_doi(value: str) -> str:
    """``value`` without what stands before the bare DOI."""
    bare = value.strip()
    label = DOI_PREFIX.match(bare)
    if label is None or normal_doi(bare) is None:
        return value
    start = len(value) - len(value.lstrip())
    return value[:start] + value[start + label.end() :]


def _mend_citation(value: str) -> str:
    """``value``, of one line or several, mended where the rules find the slips: in its lines joined by a space."""
    joined, lines = _joined(value)
    span = date_span(joined)
    edits: list[tuple[int, int, str]] = []
    if span:
        edits += [(at, at, " ") for at in tight_initials(joined[: span.start])]
        edits += [(dash.start, dash.end, EN_DASH) for dash in page_hyphens(joined)]
    done: list[str] = []
    reached = 0
    for start, end, new in edits:
        begin = _place(lines, start)
        done += (value[reached:begin], new)
        reached = _place(lines, end)
    return _LABELS.sub(_ADDRESS, "".join((*done, value[reached:])))


def _joined(value: str) -> tuple[str, list[tuple[int, int]]]:
    """The lines of ``value`` as one, and of each line where it begins there and in ``value``."""
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    offset = 0
    for line in _LINE.finditer(value):
        piece = line[0].strip()
        if piece:
            lines.append((offset, line.start() + len(line[0]) - len(line[0].lstrip())))
            pieces.append(piece)
            offset += len(piece) + 1
    return " ".join(pieces), lines


def _place(lines: list[tuple[int, int]], offset: int) -> int:
    joined, start = lines[bisect_right(lines, (offset, sys.maxsize)) - 1]
    return start + offset - joined
