"""Goal 5: a build of 450 summaries takes at most a tenth of a full one when nothing changed, a quarter when one body did.

Each is the whole process ``pprmail build``, in turn with one that begins from nothing. The summary that changes is the
newest: its page, its issue and its mail, and each feed that holds it. A file that is written must differ from what stood
there, and what is there afterwards must be what a full build makes.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from archives import build, forget_build, full_build
from newsletters import SUMMARIES_AN_ISSUE, archive_articles, make_archive
from pairing import Row, median_ratio, milliseconds, prepared, run_alone, time_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable

ISSUES, ROUNDS = 150, 7
MOST_UNCHANGED = 0.1
MOST_CHANGED = 0.25


class _Writing(NamedTuple):
    """What a build did: how many files there are, how many it wrote or removed, how many of these differ from before."""

    files: int
    touched: int
    differing: int

    def __str__(self) -> str:
        """``38 of 2,416 files written``."""
        return f"{self.touched:,} of {self.files:,} files written"


def rows() -> list[Row]:
    """The rows of goal 5."""
    articles = archive_articles(ISSUES)
    newest = articles[-1]
    with TemporaryDirectory() as made:
        folder = Path(made) / "newsletter"
        folder.mkdir()
        make_archive(folder, articles)
        change = _changer(folder / "issues" / newest.issue / f"{newest.number}-study.md")
        again = build(folder)
        times = time_in_turn(
            {"full": full_build(folder), "again": again, "changed": prepared(change, again)},
            ROUNDS,
        )
        unchanged = _writing(folder / "build", again)
        change()
        changed = _writing(folder / "build", again)
        _refuse_other_than_full(folder, again)
    return [
        _row("nothing changed", times["again"], times["full"], unchanged, MOST_UNCHANGED),
        _row("one body changed", times["changed"], times["full"], changed, MOST_CHANGED),
    ]


def _changer(path: Path) -> Callable[[], None]:
    """What puts another last sentence into the summary at ``path`` each time that it is called."""
    text, numbers = path.read_text(encoding="utf-8").rstrip(), count(1)

    def change() -> None:
        path.write_text(f"{text} It was mended {next(numbers)} times.\n", encoding="utf-8")

    return change


def _writing(built: Path, run: Callable[[], float]) -> _Writing:
    before, times_before = _contents(built), _times(built)
    run()
    after, times_after = _contents(built), _times(built)
    paths = before.keys() | after.keys()
    return _Writing(
        len(after),
        sum(1 for path in paths if times_before.get(path) != times_after.get(path)),
        sum(1 for path in paths if before.get(path) != after.get(path)),
    )


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _refuse_other_than_full(folder: Path, run: Callable[[], float]) -> None:
    """Raise ``RuntimeError`` when what stands there is not what a build from nothing makes."""
    partly = _contents(folder / "build")
    forget_build(folder)
    run()
    whole = _contents(folder / "build")
    other = sorted(str(path) for path in partly.keys() | whole.keys() if partly.get(path) != whole.get(path))
    if other:
        message = f"{len(other)} files are other than a full build makes them, {other[0]} the first"
        raise RuntimeError(message)


def _row(what: str, ours: tuple[float, ...], full: tuple[float, ...], writing: _Writing, most: float) -> Row:
    ratio = median_ratio(ours, full)
    return Row(
        5,
        f"build of {ISSUES * SUMMARIES_AN_ISSUE} summaries again, {what}: {writing}",
        milliseconds(ours),
        f"from nothing {milliseconds(full)}",
        f"{ratio:.3f}×",
        f"≤ {most}×, none in vain",
        ratio <= most and writing.touched == writing.differing,
    )


if __name__ == "__main__":
    sys.exit(run_alone(rows))
