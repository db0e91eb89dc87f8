"""Which months ``issues/`` holds; nothing of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.errors import Place, PprmailError
from pprmail.model import is_issue_key
from pprmail.rules import problem

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.errors import Problem

ISSUES = "issues"


def issue_keys(root: Path) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The months that ``issues/`` holds, oldest first, and what else lies there that looks like one."""
    try:
        entries = sorted(
            entry for entry in (root / ISSUES).iterdir() if entry.is_dir() and not entry.name.startswith(".")
        )
    except OSError as error:
        message = (
            f"{ISSUES}/ cannot be read in {str(root)!r} ({error.strerror}); start a month with 'pprmail new 2020-09'"
        )
        raise PprmailError(message) from error
    odd = (entry.name for entry in entries if not is_issue_key(entry.name))
    problems = tuple(_odd_folder(name) for name in odd)
    return tuple(entry.name for entry in entries if is_issue_key(entry.name)), problems


def _odd_folder(name: str) -> Problem:
    place = Place(f"{ISSUES}/{name}")
    if name[:1].isdigit():
        return problem(
            "bad-month", place, f"the folder {name!r} names no month", "call it by year and month, such as 2020-08"
        )
    return problem("stray-file", place, f"the folder {name!r} is no issue", "keep only folders such as 2020-08 here")
