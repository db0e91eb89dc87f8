"""Streams: the product on stdout, everything else on stderr, colour and progress only on a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pprmail.errors import Problem

_CONTROL = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


class _Stream(Protocol):
    def isatty(self) -> bool: ...


def has_colour(stream: _Stream) -> bool:
    """``stream`` is a terminal, and nobody asked for no colour (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def visible(text: str) -> str:
    """``text`` for a terminal, which obeys none of it: control characters and what turns the reading direction are spelled out."""
    return text if text.isprintable() else re.sub(_CONTROL, lambda found: f"\\u{ord(found[0]):04x}", text)


class Console:
    """Prints. ``verbosity`` is -1 (quiet), 0 or 1 (verbose)."""

    def __init__(self, verbosity: int) -> None:
        """Print on the process's own streams."""
        self.verbosity = verbosity

    def product(self, text: str) -> None:
        """What the command was asked for. A reader that went away, as ``head`` does, is no error.

        Raises ``PprmailError`` when the output cannot be written, because its disk is full.
        """
        try:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on: what is still to come goes nowhere, also at the interpreter's end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            message = f"the output cannot be written ({error.strerror}); make room where it goes and run this again"
            raise PprmailError(message) from error

    def json(self, value: Any) -> None:  # noqa: ANN401 - anything that JSON holds
        """The product, for a program to read."""
        self.product(json.dumps(value, indent=2, ensure_ascii=False))

    def note(self, text: str = "") -> None:
        """Something to know; left out with -q."""
        if self.verbosity >= 0:
            _say(text)

    def detail(self, text: str) -> None:
        """Something for those who ask with -v."""
        if self.verbosity > 0:
            _say(text)

    def warning(self, text: str) -> None:
        """Something that may be wrong; -q does not hide it."""
        _say(f"{self._coloured('warning:', 'yellow', sys.stderr)} {text}")

    def error(self, text: str) -> None:
        """What stopped us."""
        _say(f"{self._coloured('pprmail:', 'red', sys.stderr)} {text}")

    def problems(self, problems: Iterable[Problem], *, to_stderr: bool = False) -> None:
        """One line a problem: the place, the severity, the sentence, the rule."""
        stream: TextIO = sys.stderr if to_stderr else sys.stdout
        for one in problems:
            line = visible(str(one))
            place, severity, sentence = line.partition(f"{one.severity}:")
            coloured = place + self._coloured(severity, _COLOURS[one.severity], stream) + sentence
            if to_stderr:
                _say(coloured)
            else:
                self.product(coloured)

    def confirm(self, question: str, *, yes: bool) -> bool:
        """Ask on the terminal; True at once with ``yes``. Raises ``PprmailError`` where nobody can answer."""
        if yes:
            return True
        if sys.stdin is None or not sys.stdin.isatty():  # None when fd 0 is closed, as under cron
            message = "nobody can answer here: there is no terminal; run it in one, or add --yes. Nothing was done"
            raise PprmailError(message)
        return click.confirm(question, err=True)

    @contextmanager
    def progress(self, total: int, done_to_each: str) -> Iterator[Callable[[int], None]]:
        """A counter on the terminal's last line; called with how many more are done. Silent off a terminal."""
        done = 0
        shown = self.verbosity >= 0 and sys.stderr.isatty()

        def add(count: int) -> None:
            nonlocal done
            done += count
            if shown:
                share = done * 100 // total if total else 100
                _say(f"\r{done:,} of {total:,} {done_to_each} ({share} %)", end="")

        try:
            yield add
        finally:
            if shown and done:
                _say("")

    @staticmethod
    def _coloured(text: str, colour: str, stream: TextIO) -> str:
        return click.style(text, fg=colour, bold=True) if has_colour(stream) else text


def _say(text: str, end: str = "\n") -> None:
    """Write to stderr. What nobody can read any more, because the pipe is closed or its disk is full, stops no command."""
    with suppress(OSError):
        sys.stderr.write(text + end)
        sys.stderr.flush()


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 error``, ``2 errors``, ``1,000 rows``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
