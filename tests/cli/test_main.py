from __future__ import annotations

import ast
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from conftest import ROOT, clean_environment
from pprmail import __version__
from pprmail.cli import COMMANDS, CommandTable, pprmail, run

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_documented(name: str) -> None:
    table = CommandTable(name="x")

    command = table.get_command(click.Context(table), name)

    assert command is not None
    assert command.help


def test_help_imports_no_command(tmp_path: Path) -> None:
    code = "import sys; from pprmail.cli import run; run(['--help']); print([m for m in sys.modules if m.startswith('pprmail.')])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    loaded = ast.literal_eval(done.stdout.splitlines()[-1])
    assert sorted(loaded) == ["pprmail.cli", "pprmail.errors"]
    assert all(words in done.stdout for words in COMMANDS.values())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"pprmail {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sned"], "no command 'sned'; did you mean 'send'?"),
        (["check", "--fromat", "json"], "No such option '--fromat'"),
        (["send"], "Missing argument 'ISSUE'"),
        (["status", "--recipients"], "--recipients shows one issue: name it"),
    ],
    ids=["command", "option", "argument", "combination"],
)
def test_a_slip_of_the_fingers_exits_2(newsletter: Newsletter, arguments: list[str], said: str) -> None:
    done = newsletter.run(*arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_outside_a_newsletter_the_way_in_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pprmail", "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: no pprmail.toml in ")
    assert "pprmail init DIR" in done.stderr


def test_the_root_is_found_from_within(newsletter: Newsletter) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pprmail", "check", "2020-08"],
        cwd=newsletter.root / "issues/2020-08",
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )

    assert (done.returncode, done.stderr) == (0, "nothing to mend in 2020-08\n")


def test_settings_faults_are_told_all_at_once(newsletter: Newsletter) -> None:
    newsletter.change_settings('id = "pprnet"', 'id = "PPR net"\ntitel = "x"')

    done = newsletter.run("check")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "pprmail.toml:2:1: error: 'id' in [newsletter] is 'PPR net'; use lower-case letters, digits and hyphens only [settings]",
        "pprmail.toml:3:1: error: unknown key 'titel' in [newsletter]; did you mean 'title'? [settings]",
        "pprmail: nothing was done: mend pprmail.toml first",
    ]


def test_a_bug_keeps_its_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        message = "a bug"
        raise RuntimeError(message)

    monkeypatch.setattr(pprmail, "main", broken)

    assert run(["check"]) == 70
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(newsletter: Newsletter) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        newsletter.command("check", "--explain", "all"), stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_output_that_is_full_is_told(newsletter: Newsletter) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            newsletter.command("check", "--explain", "all"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: the output cannot be written (No space left on device); make room")


def test_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"pprmail {name}" not in readme] == []
