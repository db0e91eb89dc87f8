"""Commands run as processes that can be killed, and their ends are judged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pprmail.rehearsal import commands
from pprmail.rehearsal.commands import BrokenCommandError, Commands, Ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pprmail.rehearsal.commands import Running

    Making = Callable[[str], Commands]

WAITS = "import threading; threading.Event().wait()"


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Making:
    """The command is a Python program of the test's."""

    def make(program: str) -> Commands:
        monkeypatch.setattr(commands, "COMMAND", (sys.executable, "-c", program))
        return Commands(tmp_path, dict(os.environ) | {"PYTHONIOENCODING": "utf-8"})

    return make


def test_a_command_works_on_the_folder_and_all_it_says_is_kept(making: Making, tmp_path: Path) -> None:
    own = making(
        "import os, sys; print(sys.argv[1:], os.getcwd(), 'Ř'); sys.stderr.write('one\\npprmail: two\\n'); sys.exit(3)"
    )

    ended = own.call("send", "2020-08")

    assert ended == Ended(3, f"{['-C', str(tmp_path), 'send', '2020-08']} {tmp_path} Ř\n", "one\npprmail: two\n")
    assert ended.last_words == "two"


def test_a_subject_may_speak_of_a_traceback(making: Making) -> None:
    own = making("import sys; sys.stderr.write('subject     A Traceback (most recent call last) of Trauma\\n')")

    assert own.call("send").code == 0


def test_a_command_that_is_killed_is_dead_and_says_so(making: Making) -> None:
    killed: list[bool] = []

    ended = making(WAITS).call("send", on_start=lambda running: killed.append(running.kill()))

    assert (killed, ended.was_killed) == ([True], True)


def test_a_command_that_has_ended_cannot_be_killed(making: Making) -> None:
    started: list[Running] = []

    ended = making("").call("send", on_start=started.append)

    assert (started[0].kill(), ended.was_killed, ended.code) == (False, False, 0)


def test_whoever_interrupts_leaves_no_command_behind(making: Making) -> None:
    started: list[Running] = []

    def interrupt(running: Running) -> None:
        started.append(running)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making(WAITS).call("send", on_start=interrupt)

    assert not started[0].kill()


@pytest.mark.parametrize(
    ("program", "told"),
    [
        pytest.param("import sys; sys.exit(70)", "ended with exit code 70", id="a bug"),
        pytest.param("import sys; sys.exit(2)", "ended with exit code 2", id="mistyped"),
        pytest.param(
            "import sys; sys.stderr.write('one\\nTraceback (most recent call last):\\n'); sys.exit(3)",
            "Traceback",
            id="a traceback",
        ),
        pytest.param("import os; os.abort()", "ended with exit code", id="a crash"),
    ],
)
def test_an_end_that_no_command_may_have_is_told(making: Making, program: str, told: str) -> None:
    own = making(program)

    with pytest.raises(BrokenCommandError, match=told):
        own.call("send")


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_every_honest_end_is_one(making: Making, code: int) -> None:
    assert making(f"import sys; sys.exit({code})").call("send").code == code


def test_a_question_is_answered_by_json(making: Making) -> None:
    assert making('print(\'{"state": "Ř"}\')').ask("status") == {"state": "Ř"}


def test_a_question_that_is_not_answered_is_told(making: Making) -> None:
    own = making("import sys; sys.stderr.write('pprmail: no'); sys.exit(1)")

    with pytest.raises(BrokenCommandError, match=r"'pprmail status x' ended with exit code 1, and said:\npprmail: no"):
        own.ask("status", "x")


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_a_command_begins_ends_the_command_too(
    making: Making, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    started: list[subprocess.Popen[str]] = []

    class Interrupted(subprocess.Popen[str]):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - whatever Popen takes
            super().__init__(*arguments, **options)
            started.append(self)
            signal.raise_signal(number)

    own = making(WAITS)
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            own.call("send")
    finally:
        signal.signal(signal.SIGTERM, before)

    assert [one.returncode for one in started] == [commands.KILLED]
