from __future__ import annotations

import os
import pickle
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest

from pprmail.archive.kept_issues import KeptIssues
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.months import issue_keys

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.model import Issue


@pytest.fixture
def issues(sample: Newsletter) -> dict[str, Issue]:
    return {key: load_issue(sample.settings, key)[0] for key in issue_keys(sample.root)[0]}


@pytest.fixture
def file(tmp_path: Path, issues: dict[str, Issue]) -> Path:
    path = tmp_path / "issues.kept"
    KeptIssues(path, dict.fromkeys(issues, "this")).keep(issues.values())
    return path


def reread(file: Path, issues: dict[str, Issue], made_of: str = "this") -> dict[str, Issue | None]:
    kept = KeptIssues(file, dict.fromkeys(issues, made_of))
    return {key: kept.get(key) for key in issues}


def test_an_issue_is_kept_with_all_its_places(file: Path, issues: dict[str, Issue]) -> None:
    assert repr(reread(file, issues)) == repr(issues)


def test_an_issue_that_is_made_of_something_else_now_is_not_kept(file: Path, issues: dict[str, Issue]) -> None:
    assert reread(file, issues, "that") == dict.fromkeys(issues)
    assert KeptIssues(file, {"1999-01": "this"}).get("1999-01") is None


def test_what_is_no_longer_wanted_is_forgotten(file: Path, issues: dict[str, Issue]) -> None:
    first, *others = issues

    KeptIssues(file, dict.fromkeys(issues, "this")).keep(issues[key] for key in others)

    assert reread(file, issues) == issues | {first: None}


@pytest.mark.parametrize("keep", [slice(0), slice(10), slice(200), slice(1, None), slice(None, -1)])
def test_a_damaged_file_holds_nothing(file: Path, issues: dict[str, Issue], keep: slice) -> None:
    file.write_bytes(file.read_bytes()[keep])

    assert reread(file, issues) == dict.fromkeys(issues)


def test_a_file_that_would_run_something_is_refused(file: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(file.parent / "harm"),)

    written = pickle.dumps(Harmful())
    file.write_bytes(blake2b(written, digest_size=16).digest() + written)

    with pytest.raises(pickle.UnpicklingError, match="mkdir is no part of an issue"):
        KeptIssues(file, {})
    assert not (file.parent / "harm").exists()


def test_a_full_disk_costs_time_and_nothing_else(tmp_path: Path, issues: dict[str, Issue]) -> None:
    KeptIssues(tmp_path / "gone" / "issues.kept", dict.fromkeys(issues, "this")).keep(issues.values())
