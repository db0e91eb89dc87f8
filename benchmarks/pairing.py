"""Whole processes and stretches of code timed in turn, and the row of the table that comes of it.

On a machine with other work to do, two medians taken one after the other say nothing of each other: so every round
runs each candidate once, in turn, and a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PYTHON_PASS = (sys.executable, "-c", "pass")
PPRMAIL = str(Path(sysconfig.get_path("scripts")) / "pprmail")
_HEADS = ("goal", "workload", "ours", "the peer", "ratio (median)", "the goal", "met")


class UnavailableError(Exception):
    """Something that a row stands on cannot be had here; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. ``met`` is None for a figure that no goal is set for."""

    goal: int
    workload: str
    ours: str
    peer: str
    ratio: str
    wanted: str
    met: bool | None

    @property
    def cells(self) -> tuple[str, ...]:
        """What the table shows, in its order."""
        verdict = "—" if self.met is None else "yes" if self.met else "NO"
        return str(self.goal), self.workload, self.ours, self.peer, self.ratio, self.wanted, verdict


def time_in_turn(candidates: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, tuple[float, ...]]:
    """The seconds of each candidate in each of ``rounds`` rounds, in the rounds' order, after a round that does not count.

    A candidate runs once and tells how many seconds it took. Every second round goes through them backwards.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for one in candidates.values():
        one()
    for number in range(rounds):
        for name in list(candidates) if number % 2 else reversed(list(candidates)):
            seconds[name].append(candidates[name]())
    return {name: tuple(times) for name, times in seconds.items()}


def median_ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """The median over the rounds of ours divided by the peer's."""
    return median(mine / theirs for mine, theirs in zip(ours, peer, strict=True))


def process(*command: str, folder: Path | None = None) -> Callable[[], float]:
    """A candidate that runs ``command`` as a process, start and end included, in an environment as a user has it.

    It runs in ``folder``, or where this process does.

    Raises ``RuntimeError``, with what the command said, when it exits with anything but 0.
    """
    environment = user_environment()

    def run() -> float:
        start = perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        seconds = perf_counter() - start
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            message = f"{' '.join(command)}: exit {done.returncode}: {said}"
            raise RuntimeError(message)
        return seconds

    return run


def prepared(prepare: Callable[[], object], candidate: Callable[[], float]) -> Callable[[], float]:
    """A candidate before which ``prepare`` is called each time, which does not count."""

    def run() -> float:
        prepare()
        return candidate()

    return run


def put_away(folder: Path, attic: Path) -> None:
    """Move ``folder``, if it is there, into ``attic``, which is removed when all is measured.

    Were it removed at once, the next files would take two to three times as long: ext4 passes over each inode that was freed
    in the last minutes (Linux, ``recently_deleted`` in fs/ext4/ialloc.c), which nobody's first build meets.
    """
    if folder.exists():
        attic.mkdir(exist_ok=True)
        folder.rename(attic / f"{folder.name}-{sum(1 for _ in attic.iterdir())}")


def user_environment() -> dict[str, str]:
    """The environment without what would change pprmail or Python.

    PYTHONDONTWRITEBYTECODE above all, with which each run would compile pprmail anew.
    """
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PPRMAIL_", "SENDGRID_", "PYTHON"))
    }


def milliseconds(seconds: Sequence[float]) -> str:
    """``57.3 ms``, the median."""
    return f"{median(seconds) * 1000:.1f} ms"


def print_table(rows: Sequence[Row]) -> None:
    """``rows`` under their heads, in columns."""
    lines = [_HEADS, *(row.cells for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEADS))]
    lines.insert(1, tuple("-" * width for width in widths))
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def run_alone(measure: Callable[[], list[Row]]) -> int:
    """Measure one goal and print its rows; the exit code: 1 when it is missed, else 0."""
    try:
        rows = measure()
    except UnavailableError as error:
        print(f"not measured: {error}")
        return 0
    print_table(rows)
    return int(any(row.met is False for row in rows))
