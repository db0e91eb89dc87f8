"""One author's file, opened: its headers, its lines of text, and what all kinds of files read alike."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from pprmail.errors import PprmailError
from pprmail.manuscript.headers import read_headers, split_lines
from pprmail.manuscript.inline import parse_inline
from pprmail.manuscript.markdown import is_heading, parse_prose
from pprmail.manuscript.tags import find_html
from pprmail.model import CheckOk, Passage
from pprmail.rules import problem

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.errors import Problem
    from pprmail.manuscript.headers import Headers, Line
    from pprmail.model import Inline, Prose

_PLAIN_HEADERS = ("Title", "Blurb", "Subject", "Summary by")
_CHECK_OK = re.compile(r"([A-Za-z][A-Za-z0-9-]*)(?:\s+because\s+(\S.*))?", re.DOTALL)


class ManuscriptFile:
    """The reading of one file. ``problems`` collects what is wrong on the way; ``body`` is what follows the headers."""

    def __init__(self, path: str, lines: tuple[Line, ...], known: tuple[str, ...], repeatable: tuple[str, ...]) -> None:
        """Read the headers among ``lines``; ``path`` is relative to the newsletter's folder."""
        self.path = path
        self.headers: Headers
        self.headers, self.body, problems = read_headers(lines, path, known, repeatable)
        self.problems: list[Problem] = list(problems)
        for header in _PLAIN_HEADERS:
            value = self.headers.first(header)
            if found := find_html(value.text):
                self.fault(
                    "raw-html",
                    value,
                    f"the HTML {found[0]!r} in {header}",
                    "this header is plain text: leave it out",
                    found.start(),
                )

    @classmethod
    def open(cls, file: Path, path: str, known: tuple[str, ...], repeatable: tuple[str, ...]) -> ManuscriptFile:
        """The reading of ``file``. Raises ``PprmailError`` when it cannot be opened."""
        try:
            content = file.read_bytes()
        except OSError as error:
            message = f"{path}: cannot be read ({error.strerror}); close it in other programs and check its permissions"
            raise PprmailError(message) from error
        lines, problems = split_lines(content, path)
        reading = cls(path, lines, known, repeatable)
        reading.problems.extend(problems)
        return reading

    def fault(self, rule: str, at: Passage, message: str, hint: str, offset: int = 0) -> None:
        """Keep a problem that ``rule`` finds ``offset`` characters into ``at``."""
        self.problems.append(problem(rule, at.place(offset), message, hint))

    def first(self, key: str) -> Passage:
        """The value of a header; empty when it is not there."""
        return self.headers.first(key)

    def prose(self, lines: tuple[Line, ...]) -> Prose:
        """The blocks of ``lines``."""
        prose, problems = parse_prose(lines, self.path)
        self.problems.extend(problems)
        return prose

    def inline(self, passage: Passage) -> tuple[Inline, ...]:
        """The inline prose of a header's value."""
        return parse_inline(passage, report=self.problems)

    def day(self, given: Passage) -> date | None:
        """The date in a header's value; None when it is empty, or told as ``bad-date``."""
        if not given:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", given.text):
                return date.fromisoformat(given.text)
        except ValueError:
            pass
        self.fault("bad-date", given, f"{given.text!r} is no date", "write year-month-day, such as 2020-08-14")
        return None

    def check_oks(self) -> tuple[CheckOk, ...]:
        """The silencing lines that give a reason; the others are told."""
        kept = []
        for given in self.headers.every("Check-ok"):
            found = _CHECK_OK.fullmatch(given.text)
            if found and found[2]:
                kept.append(CheckOk(found[1], found[2], given))
            else:
                lacks = "does not name one rule" if " because " in given.text else "gives no reason"
                hint = "write 'Check-ok: rule because reason', a line for each rule"
                self.fault("check-ok-without-reason", given, f"{given.text!r} {lacks}", hint)
        return tuple(kept)


def heading_text(line: Line, path: str) -> Passage:
    """The text of a heading line, or of a bare line that serves as one."""
    whole = Passage(line.text, path, ((0, line.number, 1),))
    found = is_heading(line.text)
    if not found:
        return whole.part(0, len(line.text))
    start = len(line.text) - len(line.text.lstrip())
    return whole.part(start + found.start(2), start + found.end(2)) if found[2] else whole.part(start, start)
