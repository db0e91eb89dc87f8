"""The real command, each call a process of its own, that can be killed from anywhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pprmail.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_UNFINISHED, EXIT_YOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

COMMAND = (sys.executable, "-m", "pprmail")
"""How pprmail is called."""
KILLED = 1 if sys.platform == "win32" else -9
"""How a process ends that was killed (``Popen.kill``)."""
_TRACEBACK = re.compile(r"^Traceback \(most recent call last\)", re.MULTILINE)
_HONEST_ENDS = {EXIT_DONE, EXIT_YOURS, EXIT_UNFINISHED, EXIT_INTERRUPTED}
_SECONDS_TO_DIE = 60


class BrokenCommandError(Exception):
    """A command ended as none may: the message says how, and holds what it said on stderr."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str
    was_killed: bool = False

    @property
    def last_words(self) -> str:
        """The last line on stderr, without the command's name; '' when there is none."""
        return self.err.rstrip().rpartition("\n")[2].removeprefix("pprmail: ")


class Running:
    """A command at work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.is_struck = False

    def kill(self) -> bool:
        """Kill it, from any thread, and wait until it is dead; False when it had ended before."""
        if self._process.poll() is not None:
            return False
        self.is_struck = True
        self._process.kill()
        self._process.wait(_SECONDS_TO_DIE)
        return True


@contextmanager
def interrupts_put_off() -> Iterator[None]:
    """An interrupt that comes meanwhile comes at the end.

    While ``Popen`` waits for its child to begin, an interrupt would leave a process that nobody knows.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


class Commands:
    """Calls pprmail on the newsletter in ``folder``, with ``environment`` and no other."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def call(self, *arguments: str, on_start: Callable[[Running], None] = lambda _running: None) -> Ended:
        """Run a command to its end, whatever that is; ``on_start`` is handed the means to kill it.

        When we are interrupted meanwhile, it is killed and gone. Raises ``BrokenCommandError`` for an end that no command
        may have: a traceback, or an exit code of no meaning.
        """
        process: subprocess.Popen[str] | None = None
        try:
            with interrupts_put_off():
                process = self._start(arguments)
            running = Running(process)
            on_start(running)
            out, err = process.communicate()
        except BaseException:
            if process:
                process.kill()
                process.communicate()
            raise
        was_killed = running.is_struck and process.returncode == KILLED
        if _TRACEBACK.search(err) or not (was_killed or process.returncode in _HONEST_ENDS):
            how = f"'pprmail {' '.join(arguments)}' ended with exit code {process.returncode}, as no command may"
            message = f"{how}, and said:\n{err.rstrip()}"
            raise BrokenCommandError(message)
        return Ended(process.returncode, out, err, was_killed)

    def _start(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, "-C", str(self._folder), *arguments],
            cwd=self._folder,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )

    def ask(self, *arguments: str) -> dict[str, Any]:
        """What a command prints as JSON, for which it must exit with 0. Raises ``BrokenCommandError``."""
        ended = self.call(*arguments)
        if ended.code != EXIT_DONE:
            message = (
                f"'pprmail {' '.join(arguments)}' ended with exit code {ended.code}, and said:\n{ended.err.rstrip()}"
            )
            raise BrokenCommandError(message)
        answer: dict[str, Any] = json.loads(ended.out)
        return answer
