"""An author's file as lines and headers: ``Key: value`` lines, a blank line, then the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import Place
from pprmail.model import Passage
from pprmail.rules import did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pprmail.errors import Problem

_LINE_END = re.compile(r"\r\n|\n|\r")
_HEADER = re.compile(r"([^\W\d_][\w \u00a0-]{0,38}?)[ \t\u00a0]*:[ \t\u00a0]*(.*)", re.DOTALL)
# The last two ranges are Unicode's noncharacters of the first plane: XML 1.0 (2.2) forbids U+FFFE and U+FFFF
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_PASTED = re.compile(
    r"[\u00ad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff\ufffc\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
_LONGEST_KEY_WORDS = 3
_MARK_START = "%%pprmail_"
"""How the mail's own marks begin (``pprmail.marks``)."""
_PASTED_NAMES = {
    "\u00ad": "a soft hyphen",
    "\u200b": "a zero-width space",
    "\u2060": "a word joiner",
    "\ufeff": "a byte order mark inside the text",
    "\ufffc": "a placeholder for a lost object",
    "\ufffd": "the sign for an unreadable character",
}


class Line(NamedTuple):
    """One line of a file, its end left out; ``number`` counts from 1."""

    number: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Nothing stands on it but spaces."""
        return not self.text.strip()


class Headers(NamedTuple):
    """The headers of a file: for each known key, in lower case, the values given, in order."""

    path: str
    values: dict[str, tuple[Passage, ...]]

    def first(self, key: str) -> Passage:
        """The value of ``key``; an empty passage at its line, or at the file's start when the header is not there."""
        given = self.values.get(key.casefold(), ())
        return given[0] if given else Passage("", self.path)

    def every(self, key: str) -> tuple[Passage, ...]:
        """Every value of a key that may repeat, empty ones left out."""
        return tuple(value for value in self.values.get(key.casefold(), ()) if value)


def split_lines(content: bytes, path: str) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    """The lines of a UTF-8 file, with what its characters have wrong.

    A line ends at LF, CR LF or CR, and nowhere else. A byte order mark is dropped. A file that is not UTF-8 gives no
    lines and one problem, at the first byte that is not.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _LINE_END.split(error.object[: error.start].decode("utf-8-sig", "replace"))
        place = Place(path, len(before), len(before[-1]) + 1)
        byte = error.object[error.start]
        return (), (
            problem(
                "not-utf-8", place, f"the byte 0x{byte:02x} is not UTF-8", "save the file again with the encoding UTF-8"
            ),
        )
    lines = tuple(Line(number, line) for number, line in enumerate(_LINE_END.split(text), 1))
    return lines, (*_mark_problems(lines, path), *_character_problems(lines, path))


def _mark_problems(lines: tuple[Line, ...], path: str) -> Iterable[Problem]:
    """The first of the mail's own marks on each line."""
    for line in lines:
        at = line.text.find(_MARK_START)
        if at >= 0:
            place = Place(path, line.number, at + 1)
            yield problem("template-mark-left", place, f"one of the mail's own marks ({_MARK_START}…)", "take it out")


def _character_problems(lines: tuple[Line, ...], path: str) -> Iterable[Problem]:
    """Characters that may not go out, or that were hardly meant: the first of its kind on each line."""
    for line in lines:
        if line.text.isascii() and line.text.isprintable():
            continue
        for at, rule, message, hint in odd_characters(line.text):
            yield problem(rule, Place(path, line.number, at + 1), message, hint)


def odd_characters(text: str) -> Iterable[tuple[int, str, str, str]]:
    """What may not go out, or was hardly meant, in one line: (offset, rule, message, hint), the first of its kind."""
    for character, at in _first_of_each(_CONTROL, text):
        message = f"a control character (U+{ord(character):04X})"
        yield at, "control-character", message, "delete it; it may look like a space or a line's end"
    for character, at in _first_of_each(_PASTED, text):
        name = _PASTED_NAMES.get(character) or _pasted_name(character)
        yield at, "pasted-character", f"{name} (U+{ord(character):04X})", "type what was meant over it"


def _first_of_each(pattern: re.Pattern[str], text: str) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for match in pattern.finditer(text):
        found.setdefault(match[0], match.start())
    return sorted(found.items(), key=lambda pair: pair[1])


def _pasted_name(character: str) -> str:
    return (
        "a character that turns the reading direction"
        if character < "\ue000"
        else "a private character, as of Word's Symbol font,"
    )


def read_headers(
    lines: tuple[Line, ...], path: str, known: tuple[str, ...], repeatable: tuple[str, ...] = ()
) -> tuple[Headers, tuple[Line, ...], tuple[Problem, ...]]:
    """The headers at the head of ``lines``, the lines after them, and what is wrong with the headers.

    Keys ignore letter case; an indented line continues the value before it; a ``---`` line before and after is
    ignored. A line that is no header ends them, and is told.
    """
    reading = _HeaderReading(path, {name.casefold(): name for name in known}, {name.casefold() for name in repeatable})
    body = reading.read(lines)
    return Headers(path, {key: tuple(values) for key, values in reading.values.items()}), body, tuple(reading.problems)


class _HeaderReading:
    """The state of reading one file's headers."""

    def __init__(self, path: str, known: dict[str, str], repeatable: set[str]) -> None:
        self.path = path
        self.known = known
        self.repeatable = repeatable
        self.values: dict[str, list[Passage]] = {}
        self.problems: list[Problem] = []

    def read(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        at = 0
        while at < len(lines) and lines[at].is_blank:
            at += 1
        if at < len(lines) and _is_rule(lines[at]):
            at += 1
            while at < len(lines) and lines[at].is_blank:
                at += 1
        while at < len(lines) and not lines[at].is_blank and not _is_rule(lines[at]):
            end = at + 1
            while end < len(lines) and not lines[end].is_blank and lines[end].text[0] in " \t\u00a0":
                end += 1
            if not self._take(lines[at:end]):
                return lines[at:]
            at = end
        while at < len(lines) and lines[at].is_blank:
            at += 1
        return lines[at + 1 :] if at < len(lines) and _is_rule(lines[at]) else lines[at:]

    def _take(self, lines: tuple[Line, ...]) -> bool:
        """Keep one header; False when ``lines`` are none and the text has begun."""
        first = lines[0]
        place = Place(self.path, first.number, 1)
        found = _HEADER.fullmatch(first.text)
        if not found or (len(found[1].split()) > _LONGEST_KEY_WORDS and found[1].casefold() not in self.known):
            self.problems.append(
                problem(
                    "unknown-header",
                    place,
                    "this line is no header 'Name: value'",
                    "leave a blank line between the headers and the text",
                )
            )
            return False
        key = " ".join(found[1].casefold().split())
        if key not in self.known:
            hint = (
                did_you_mean(found[1], tuple(self.known.values()))
                or f"the headers here are {', '.join(self.known.values())}"
            )
            self.problems.append(problem("unknown-header", place, f"unknown header {found[1]!r}", hint))
            return True
        if key in self.values and key not in self.repeatable:
            earlier = self.values[key][0].place().line
            self.problems.append(
                problem(
                    "repeated-header",
                    place,
                    f"{self.known[key]!r} stands already on line {earlier}",
                    "keep one of the two",
                )
            )
            return True
        self.values.setdefault(key, []).append(_value(lines, found.start(2), self.path))
        return True


def _value(lines: tuple[Line, ...], start: int, path: str) -> Passage:
    """The value that begins at ``start`` of the first line, the next lines joined to it by a space."""
    pieces: list[str] = []
    marks: list[tuple[int, int, int]] = []
    offset = 0
    for line in lines:
        piece = line.text[start:].strip()
        column = start + len(line.text[start:]) - len(line.text[start:].lstrip()) + 1
        if piece or not marks:
            marks.append((offset, line.number, column))
            pieces.append(piece)
            offset += len(piece) + 1
        start = 0
    if len(pieces) > 1 and not pieces[0]:
        pieces, marks = pieces[1:], [(at - 1, line, column) for at, line, column in marks[1:]]
    return Passage(" ".join(pieces), path, tuple(marks))


def _is_rule(line: Line) -> bool:
    return re.fullmatch(r"\s*-{3,}\s*", line.text) is not None
