"""``init`` and ``new``: what a person gets who starts from nothing."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import POE, Newsletter, clean_environment, summary_text

if TYPE_CHECKING:
    from pathlib import Path


def start(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pprmail", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )


def test_a_started_newsletter_and_month_ask_only_for_texts(tmp_path: Path) -> None:
    assert start(tmp_path, "init", "my-letter").returncode == 0
    made = Newsletter(tmp_path / "my-letter")
    assert made.run("new", "2020-09").returncode == 0

    done = made.run("check")

    rules = {line.rpartition("[")[2].rstrip("]") for line in done.stdout.splitlines()}
    assert rules == {
        "missing-title",
        "missing-citation",
        "missing-topics",
        "missing-type-of-research",
        "missing-practice-implications",
        "empty-body",
    }
    assert len(done.stdout.splitlines()) == 12


def test_a_started_month_with_its_texts_written_passes_and_sends(tmp_path: Path) -> None:
    start(tmp_path, "init", "my-letter")
    made = Newsletter(tmp_path / "my-letter")
    made.run("new", "2020-09")
    made.write("issues/2020-09/1-first.md", summary_text("One?", Topics="Miscellaneous"))
    made.write("issues/2020-09/2-second.md", summary_text("Two?", Topics="Miscellaneous", Citation=POE))
    made.readers(2)

    checked = made.run("check", "--strict")
    sent = made.run("send", "2020-09", "--yes")

    assert (checked.returncode, checked.stdout) == (0, "")
    assert sent.returncode == 0
    assert len(list((made.root / "outbox/2020-09").glob("*.eml"))) == 2


def test_a_started_newsletter_keeps_readers_out_of_git(tmp_path: Path) -> None:
    start(tmp_path, "init", "my-letter")

    ignored = (tmp_path / "my-letter/.gitignore").read_text(encoding="utf-8").splitlines()

    assert {"subscribers.csv", "outbox/", "build/", ".pprmail/"} <= set(ignored)


def test_init_changes_nothing_that_exists(tmp_path: Path) -> None:
    (tmp_path / "subscribers.csv").write_text("email\nada@example.org\n", encoding="utf-8")

    first, second = start(tmp_path, "init", "."), start(tmp_path, "init", ".")

    assert first.returncode == 0
    assert (tmp_path / "subscribers.csv").read_text(encoding="utf-8") == "email\nada@example.org\n"
    assert (second.returncode, second.stderr) == (
        1,
        "pprmail: ./pprmail.toml: a newsletter is there already; start another in a folder of its own\n",
    )


@pytest.mark.parametrize("name", ['Bad "quotes" \\ here', "新闻", "..x"])
def test_any_folder_name_gives_settings_that_can_be_read(tmp_path: Path, name: str) -> None:
    assert start(tmp_path, "init", name).returncode == 0

    assert Newsletter(tmp_path / name).settings.newsletter.title


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("2020-13", "'2020-13' is no month; write year-month, such as 2020-09"),
        ("2020-08", "issues/2020-08: the month is started already"),
    ],
)
def test_new_refuses_what_is_no_new_month(newsletter: Newsletter, month: str, said: str) -> None:
    done = newsletter.run("new", month)

    assert done.returncode == 1
    assert done.stderr.startswith(f"pprmail: {said}")


def test_the_key_is_its_owners_alone(newsletter: Newsletter) -> None:
    newsletter.run("send", "2020-08", "--yes")

    key = newsletter.root / ".pprmail/secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
