"""The Markdown for prose pasted from Word: paragraphs, lists, headings.

Where it differs from CommonMark, it does so that prose stays prose: no indented code, no block quotes, no setext
headings; an ordered list begins at 1 and goes on by one; a single bullet that begins with a number is prose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.manuscript.headers import Line
from pprmail.manuscript.inline import parse_inline
from pprmail.model import Heading, Listing, Paragraph, Passage, Separator
from pprmail.rules import problem

if TYPE_CHECKING:
    from pprmail.errors import Problem
    from pprmail.model import Block, Prose

_HEADING = re.compile(r"(#{1,6})(?:[ \t\u00a0]+(.*?))??(?:(?<![ \t\u00a0])[ \t\u00a0]++#++)?")
_BULLET = re.compile(r"([-*+•])([ \t\u00a0]+)(?=\S)")
_ORDERED = re.compile(r"(\d{1,9})([.)])([ \t\u00a0]+)(?=\S)")
_SEPARATOR = re.compile(r"[ \t]*(?:-[ \t]*){3,}|[ \t]*(?:\*[ \t]*){3,}|[ \t]*(?:_[ \t]*){3,}")
_BEGINS_WITH_NUMBER = re.compile(r"[-+−–]?\s?[.,]?\d")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*|\s*\|\s*:?-{2,}:?\s*\|\s*")
_TAB = 4
_DEEPEST_LIST = 6


class SourceLine(NamedTuple):
    """A line within a file, less what a list item before it takes: its place and its indent in columns."""

    number: int
    column: int
    indent: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Nothing stands on it."""
        return not self.text


class _Marker(NamedTuple):
    """The head of a list item. ``number`` is None for a bullet; ``content`` counts characters up to the text."""

    sign: str
    number: int | None
    width: int


def is_heading(text: str) -> re.Match[str] | None:
    """The match of a heading line, its groups the ``#`` signs and the text; None for anything else."""
    return _HEADING.fullmatch(text.strip())


def parse_prose(lines: tuple[Line, ...], path: str) -> tuple[Prose, tuple[Problem, ...]]:
    """The blocks of ``lines``, and what is wrong with their links, HTML, pictures and tables."""
    reading = _Blocks(path)
    blocks, _ = reading.read([_source_line(line.number, 1, line.text) for line in lines])
    return blocks, tuple(reading.problems)


def parse_text(text: str, path: str) -> tuple[Prose, tuple[Problem, ...]]:
    """The same for a text that is no file of its own; its lines count from 1."""
    return parse_prose(tuple(Line(number, line) for number, line in enumerate(text.split("\n"), 1)), path)


def _source_line(number: int, column: int, text: str, indent: int = 0) -> SourceLine:
    """``text`` without the white space around it; its indent counted, a tab to the next multiple of four."""
    bare = text.strip()
    head = text[: len(text) - len(text.lstrip())]
    for character in head:
        indent += _TAB - indent % _TAB if character == "\t" else 1
    return SourceLine(number, column + len(head), indent, bare)


class _Blocks:
    """Reads lines into blocks, and keeps what is wrong on the way."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.depth = 0

    def read(self, lines: list[SourceLine]) -> tuple[Prose, bool]:
        """The blocks of ``lines``, and whether a blank line stands between two of them."""
        blocks: list[Block] = []
        at = 0
        after_blank = is_spaced = False
        while at < len(lines):
            line = lines[at]
            if line.is_blank:
                after_blank = bool(blocks)
                at += 1
                continue
            is_spaced = is_spaced or after_blank
            after_blank = False
            if _SEPARATOR.fullmatch(line.text):
                blocks.append(Separator())
                at += 1
            elif heading := is_heading(line.text):
                blocks.append(self._heading(line, heading))
                at += 1
            elif self._begins_list(lines, at):
                block, at = self._list(lines, at)
                blocks.append(block)
            else:
                end = self._paragraph_end(lines, at)
                blocks.append(self._paragraph(lines[at:end]))
                at = end
        return tuple(blocks), is_spaced

    def _heading(self, line: SourceLine, found: re.Match[str]) -> Heading:
        start = found.start(2) if found[2] else 0
        source = Passage(found[2] or "", self.path, ((0, line.number, line.column + start),))
        return Heading(parse_inline(source, report=self.problems), source)

    def _paragraph_end(self, lines: list[SourceLine], at: int) -> int:
        end = at + 1
        while end < len(lines) and not lines[end].is_blank and not self._interrupts(lines, end):
            end += 1
        return end

    def _interrupts(self, lines: list[SourceLine], at: int) -> bool:
        """The line ends the paragraph before it."""
        return _stands_alone(lines[at].text) or self._begins_list(lines, at)

    def _paragraph(self, lines: list[SourceLine]) -> Paragraph:
        pieces, marks, offset = [], [], 0
        for line in lines:
            if _TABLE_RULE.fullmatch(line.text):
                place = Passage("", self.path, ((0, line.number, line.column),)).place()
                self.problems.append(
                    problem(
                        "image-or-table",
                        place,
                        "a table",
                        "say it in a sentence or a list: tables do not fit a phone or plain text",
                    )
                )
            pieces.append(line.text)
            marks.append((offset, line.number, line.column))
            offset += len(line.text) + 1
        source = Passage("\n".join(pieces), self.path, tuple(marks))
        return Paragraph(parse_inline(source, report=self.problems), source)

    # Lists

    def _begins_list(self, lines: list[SourceLine], at: int) -> bool:
        marker = _marker(lines[at].text)
        if marker is None or marker.number not in {None, 1} or self.depth == _DEEPEST_LIST:
            return False
        if marker.number is not None or not _BEGINS_WITH_NUMBER.match(lines[at].text[marker.width :]):
            return True
        return self._next_item(lines, at, marker) is not None or marker.sign == "•"

    def _item_end(self, lines: list[SourceLine], at: int, marker: _Marker) -> int:
        """The end of the item that begins at ``at``: blank lines at its end are not its own."""
        indent = lines[at].indent
        inside = indent + min(marker.width, _TAB)
        end, last = at + 1, at + 1
        while end < len(lines):
            line = lines[end]
            if line.is_blank:
                end += 1
                continue
            if line.indent < inside and (
                _ends_paragraph(lines[end - 1].text) or _marker(line.text) or _stands_alone(line.text)
            ):
                break
            end += 1
            last = end
        return last

    def _next_item(self, lines: list[SourceLine], at: int, marker: _Marker) -> int | None:
        """Where the item after the one at ``at`` begins, or None when the list ends there."""
        after = self._item_end(lines, at, marker)
        while after < len(lines) and lines[after].is_blank:
            after += 1
        if after == len(lines) or _SEPARATOR.fullmatch(lines[after].text):
            return None
        other = _marker(lines[after].text)
        if other is None or other.sign != marker.sign:
            return None
        follows = other.number is None or other.number in {1, (marker.number or 0) + 1}
        return after if follows else None

    def _list(self, lines: list[SourceLine], at: int) -> tuple[Listing, int]:
        items: list[Prose] = []
        first = _marker(lines[at].text)
        tight = True
        end = at
        start: int | None = at
        while start is not None:
            marker = _marker(lines[start].text)
            if marker is None or first is None:  # pragma: no cover - _next_item gives items alone
                raise TypeError(lines[start])
            tight = tight and not any(line.is_blank for line in lines[end:start])
            end = self._item_end(lines, start, marker)
            item, is_spaced = self._item(lines[start:end], marker)
            items.append(item)
            tight = tight and not is_spaced
            start = self._next_item(lines, start, marker)
        return Listing(first is not None and first.number is not None, tight, tuple(items)), end

    def _item(self, lines: list[SourceLine], marker: _Marker) -> tuple[Prose, bool]:
        head = lines[0]
        inner = [
            SourceLine(head.number, head.column + marker.width, head.indent + marker.width, head.text[marker.width :]),
            *lines[1:],
        ]
        self.depth += 1
        try:
            return self.read(inner)
        finally:
            self.depth -= 1


def _marker(text: str) -> _Marker | None:
    """The item head at the start of ``text``, or None for prose and for a separator line."""
    if found := _BULLET.match(text):
        return None if _SEPARATOR.fullmatch(text) else _Marker(found[1], None, found.end())
    if found := _ORDERED.match(text):
        return _Marker(found[2], int(found[1]), found.end())
    return None


def _stands_alone(text: str) -> bool:
    """``text`` is a heading or a separator: one line, whatever stands around it."""
    return bool(_SEPARATOR.fullmatch(text) or is_heading(text))


def _ends_paragraph(text: str) -> bool:
    """No paragraph goes on after this line: it is blank, or stands alone, be it in a list item."""
    while marker := _marker(text):
        text = text[marker.width :]
    return not text or _stands_alone(text)
