"""``check --fix`` as its author meets it: real files, a diff, a question."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING

import click
import pytest

from conftest import summary_text
from pprmail.cli import App
from pprmail.cli.mending import mend_issues
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Newsletter

DOE, POE, OLD = "issues/2020-08/1-doe.md", "issues/2020-08/2-poe.md", "issues/2019-05/1-firth.md"
BAD = "Doe, J.R., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90-104."
GOOD = "Doe, J. R., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104."
NOTHING = "nothing that --fix mends: initials, dashes in pages and the form of DOIs are as they should be\n"


class Terminal(io.StringIO):
    """Somebody who types these lines."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def colourless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def answer(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{line}\n"))


def app_of(newsletter: Newsletter, verbosity: int = 0) -> App:
    return App(newsletter.root, verbosity)


def bytes_of(newsletter: Newsletter) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(newsletter.root.rglob("*")) if path.is_file()}


def test_a_yes_writes_what_was_shown(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD, DOI="doi:10.1037/x"))
    answer(monkeypatch, "y")

    assert mend_issues(app_of(newsletter), ("2020-08",), yes=False)

    assert doe.read_bytes() == summary_text(Citation=GOOD, DOI="10.1037/x").encode()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"--- {DOE}\n+++ {DOE}\n@@ -3 +3 @@\n-Citation: {BAD}\n+Citation: {GOOD}\n"
        "@@ -6 +6 @@\n-DOI: doi:10.1037/x\n+DOI: 10.1037/x\n"
        "Write these changes to 1 file? [y/N]: mended 1 file\n"
    )


@pytest.mark.parametrize("line", ["n", ""], ids=["no", "return"])
def test_a_no_writes_nothing(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))
    before = bytes_of(newsletter)
    answer(monkeypatch, line)

    assert not mend_issues(app_of(newsletter), ("2020-08",), yes=False)

    assert bytes_of(newsletter) == before
    assert capsys.readouterr().err.endswith("[y/N]: nothing was written\n")


def test_where_nobody_can_answer_nothing_is_written_but_shown(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))
    before = bytes_of(newsletter)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    with pytest.raises(PprmailError, match="there is no terminal; run it in one, or add --yes"):
        mend_issues(app_of(newsletter), ("2020-08",), yes=False)

    assert bytes_of(newsletter) == before
    assert f"+Citation: {GOOD}\n" in capsys.readouterr().err


def test_yes_beforehand_needs_no_terminal(newsletter: Newsletter, capsys: pytest.CaptureFixture[str]) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))

    assert mend_issues(app_of(newsletter), (), yes=True)

    assert doe.read_bytes() == summary_text(Citation=GOOD).encode()
    assert capsys.readouterr().err.endswith(f"+Citation: {GOOD}\nmended 1 file\n")


def test_quiet_and_yes_say_nothing(newsletter: Newsletter, capsys: pytest.CaptureFixture[str]) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))

    assert mend_issues(app_of(newsletter, -1), (), yes=True)

    assert capsys.readouterr() == ("", "")


def test_quiet_alone_still_shows_what_it_asks_about(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))
    answer(monkeypatch, "n")

    mend_issues(app_of(newsletter, -1), (), yes=False)

    assert f"+Citation: {GOOD}\n" in capsys.readouterr().err


def test_nothing_to_mend_asks_nothing(newsletter: Newsletter, capsys: pytest.CaptureFixture[str]) -> None:
    before = bytes_of(newsletter)

    assert mend_issues(app_of(newsletter), ("2020-08", "2020-08"), yes=False)

    assert bytes_of(newsletter) == before
    assert capsys.readouterr() == ("", NOTHING)


def test_the_issues_named_alone_are_mended_or_all(newsletter: Newsletter) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    old = newsletter.write(OLD, summary_text(Citation=BAD))

    mend_issues(app_of(newsletter), ("2020-08",), yes=True)
    assert (doe.read_bytes() == summary_text(Citation=GOOD).encode(), BAD in old.read_text("utf-8")) == (True, True)

    mend_issues(app_of(newsletter), (), yes=True)
    assert old.read_bytes() == summary_text(Citation=GOOD).encode()


def test_no_issue_by_that_name_is_left_to_check_to_tell(
    newsletter: Newsletter, capsys: pytest.CaptureFixture[str]
) -> None:
    newsletter.write("issues/2020-13/1-doe.md", summary_text(Citation=BAD))

    assert mend_issues(app_of(newsletter), ("2020-13", "../2020-08", "1999-01"), yes=True)

    assert capsys.readouterr().err == NOTHING


def test_a_file_mended_twice_is_as_mended_once(newsletter: Newsletter, capsys: pytest.CaptureFixture[str]) -> None:
    newsletter.write(DOE, f"\ufeff{summary_text(Citation=BAD)}".replace("\n", "\r\n").encode())
    mend_issues(app_of(newsletter), (), yes=True)
    once = bytes_of(newsletter)
    capsys.readouterr()

    mend_issues(app_of(newsletter), (), yes=True)

    assert bytes_of(newsletter) == once
    assert once[newsletter.root / DOE] == f"\ufeff{summary_text(Citation=GOOD)}".replace("\n", "\r\n").encode()
    assert capsys.readouterr().err == NOTHING


def test_a_file_that_changed_meanwhile_is_left_as_it_is(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    poe = newsletter.write(POE, summary_text("Does It Last?", Citation=BAD))
    changed = summary_text("A Better Title", Citation=BAD).encode()

    def change_and_say_yes(*_: object, **__: object) -> bool:
        doe.write_bytes(changed)
        return True

    answer(monkeypatch, "y")
    monkeypatch.setattr(click, "confirm", change_and_say_yes)

    assert mend_issues(app_of(newsletter), (), yes=False)

    assert doe.read_bytes() == changed
    assert poe.read_bytes() == summary_text("Does It Last?", Citation=GOOD).encode()
    assert capsys.readouterr().err.endswith(
        f"warning: {DOE}: changed meanwhile, so it is left as it is; run this again\nmended 1 file\n"
    )


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    # As a folder without the right to write is to its user; root may write everywhere, so a folder stands in the way
    (doe.parent / ".1-doe.md.tmp").mkdir()
    before = bytes_of(newsletter)
    answer(monkeypatch, "y")

    with pytest.raises(PprmailError, match=r"1-doe\.md: cannot be written \(.+\); check its permissions"):
        mend_issues(app_of(newsletter), (), yes=False)

    assert bytes_of(newsletter) == before


def two_answered_with(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Path], object]
) -> tuple[Path, Path]:
    """Two files to mend; ``meanwhile`` happens to the second while the author says yes."""
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    poe = newsletter.write(POE, summary_text("Does It Last?", Citation=BAD))

    def say_yes(*_: object, **__: object) -> bool:
        meanwhile(poe)
        return True

    answer(monkeypatch, "y")
    monkeypatch.setattr(click, "confirm", say_yes)
    return doe, poe


def test_one_file_that_cannot_be_written_keeps_all_as_they_were(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_a_folder_in_its_place(poe: Path) -> None:
        poe.unlink()
        poe.mkdir()

    doe, poe = two_answered_with(newsletter, monkeypatch, put_a_folder_in_its_place)

    with pytest.raises(
        PprmailError, match=r"2-poe\.md: cannot be written \(.+\), so no file was; check its permissions"
    ):
        mend_issues(app_of(newsletter), (), yes=False)

    assert doe.read_bytes() == summary_text(Citation=BAD).encode()
    assert poe.is_dir()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
@pytest.mark.parametrize(("of_folder", "mode"), [(False, 0o444), (True, 0o555)], ids=["file", "folder"])
def test_what_is_read_only_keeps_all_as_they_were(
    newsletter: Newsletter,
    of_folder: bool,  # noqa: FBT001
    mode: int,
) -> None:
    old = newsletter.write(OLD, summary_text(Citation=BAD))
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    protected = doe.parent if of_folder else doe
    before = protected.stat().st_mode
    protected.chmod(mode)

    try:
        with pytest.raises(PprmailError, match=r"1-doe\.md: cannot be written \(Permission denied\), so no file was"):
            mend_issues(app_of(newsletter), (), yes=True)
    finally:
        protected.chmod(before)

    assert old.read_bytes() == doe.read_bytes() == summary_text(Citation=BAD).encode()


def test_what_was_mended_is_named_when_something_breaks_in_between(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A folder in the way of its temporary file stands for a disk that is full
    doe, poe = two_answered_with(newsletter, monkeypatch, lambda poe: poe.with_name(".2-poe.md.tmp").mkdir())

    with pytest.raises(PprmailError, match=r"2-poe\.md: cannot be written \(.+\); check its permissions"):
        mend_issues(app_of(newsletter, -1), (), yes=False)

    assert capsys.readouterr().err.endswith(f"warning: mended 1 file: {DOE}\n")
    assert doe.read_bytes() == summary_text(Citation=GOOD).encode()
    assert poe.read_bytes() == summary_text("Does It Last?", Citation=BAD).encode()


def test_a_file_that_went_away_meanwhile_is_told(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))

    def remove_and_say_yes(*_: object, **__: object) -> bool:
        doe.unlink()
        return True

    answer(monkeypatch, "y")
    monkeypatch.setattr(click, "confirm", remove_and_say_yes)

    with pytest.raises(PprmailError, match=r"1-doe\.md: cannot be written \(No such file"):
        mend_issues(app_of(newsletter), (), yes=False)

    assert not doe.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows read-only alone")
def test_who_may_read_the_file_stays_as_it_was(newsletter: Newsletter) -> None:
    doe = newsletter.write(DOE, summary_text(Citation=BAD))
    doe.chmod(0o640)

    mend_issues(app_of(newsletter), (), yes=True)

    assert (doe.stat().st_mode & 0o777, GOOD in doe.read_text("utf-8")) == (0o640, True)


@pytest.mark.parametrize("yes", [True, False])
def test_a_sent_issue_is_warned_about(
    newsletter: Newsletter,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    yes: bool,  # noqa: FBT001
) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))
    newsletter.write(OLD, summary_text(Citation=BAD))
    for month in ("2019-05", "2020-08"):
        newsletter.write(f"issues/{month}/receipt.json", json.dumps({"slugs": {}}))
    answer(monkeypatch, "n")

    mend_issues(app_of(newsletter), ("2020-08",), yes=yes)
    assert (
        "warning: 2020-08 was sent already: readers keep the mail as it was, its pages change\n"
        in capsys.readouterr().err
    )

    newsletter.write(DOE, summary_text(Citation=BAD))
    answer(monkeypatch, "n")
    mend_issues(app_of(newsletter), (), yes=yes)
    assert "warning: 2019-05, 2020-08 were sent already: " in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="such names are POSIX")
def test_what_a_terminal_would_obey_is_shown_escaped(
    newsletter: Newsletter, capsys: pytest.CaptureFixture[str]
) -> None:
    newsletter.write("issues/2020-08/1-\x1b[2J.md", f"Citation: {BAD}\x1b]0;x\x07 \x9b2J \u202e \u2028 \t\n".encode())

    mend_issues(app_of(newsletter), (), yes=True)

    shown = capsys.readouterr().err
    assert shown.startswith("--- issues/2020-08/1-\\u001b[2J.md\n")
    assert f"+Citation: {GOOD}\\u001b]0;x\\u0007 \\u009b2J \\u202e \\u2028 \t\n" in shown
    assert all(one.isprintable() or one in "\n\t" for one in shown)


def test_colours_are_for_terminals(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    newsletter.write(DOE, summary_text(Citation=BAD))
    monkeypatch.delenv("NO_COLOR")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    mend_issues(app_of(newsletter), (), yes=True)

    assert f"\x1b[31m-Citation: {BAD}\x1b[0m\n\x1b[32m+Citation: {GOOD}\x1b[0m\n" in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_what_is_no_summary_of_an_issue_is_left(newsletter: Newsletter, tmp_path: Path) -> None:
    text = summary_text(Citation=BAD)
    outside = tmp_path / "outside.md"
    outside.write_text(text, encoding="utf-8")
    (newsletter.root / "issues/2020-08/3-link.md").symlink_to(outside)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/1-doe.md").write_text(text, encoding="utf-8")
    (newsletter.root / "issues/2019-05").symlink_to(tmp_path / "folder")
    for name in ("issue.md", ".draft.md", "notes.txt"):
        newsletter.write(f"issues/2020-08/{name}", text)
    newsletter.write("issues/2020-08/4-latin.md", text.encode() + b"\xe9")
    before = bytes_of(newsletter)

    assert mend_issues(app_of(newsletter), (), yes=True)

    assert bytes_of(newsletter) == before
    assert outside.read_text("utf-8") == (tmp_path / "folder/1-doe.md").read_text("utf-8") == text


def test_the_samples_have_nothing_to_mend(sample: Newsletter, capsys: pytest.CaptureFixture[str]) -> None:
    assert mend_issues(app_of(sample), (), yes=False)

    assert capsys.readouterr().err == NOTHING
