"""What can go wrong, in two forms: a fault in the author's files is a value, a failure is an exception."""

from __future__ import annotations

from typing import NamedTuple

EXIT_DONE = 0
EXIT_YOURS = 1
"""Something of the user's must change; nothing was handed over."""
EXIT_MISTYPED = 2
EXIT_UNFINISHED = 3
"""A send, now or before, left someone waiting, unknown or rejected."""
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class Place(NamedTuple):
    """Where a character stands: ``path`` relative to the newsletter's folder, ``line`` and ``column`` from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """A fault or a doubt in the author's files, with its place.

    ``path`` is relative to the newsletter's folder, with ``/``. ``line`` and ``column`` count from 1,
    columns in code points. ``severity`` is ``error``, ``warning`` or ``note``.
    """

    path: str
    line: int
    column: int
    severity: str
    rule: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        sentence = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{self.path}:{self.line}:{self.column}: {self.severity}: {sentence} [{self.rule}]"


class PprmailError(Exception):
    """What stops us: a sentence that says what, where and what to do next, and the exit code that goes with it."""

    exit_code = EXIT_YOURS

    def __init__(self, sentence: str, *, exit_code: int | None = None) -> None:
        """Keep the sentence; ``exit_code`` replaces the class's own."""
        super().__init__(sentence)
        if exit_code is not None:
            self.exit_code = exit_code


class FaultsError(PprmailError):
    """The author's files hold faults: all of them, for the command to print."""

    def __init__(self, problems: tuple[Problem, ...], consequence: str) -> None:
        """``consequence`` says what does not happen because of the faults."""
        super().__init__(consequence)
        self.problems = problems
