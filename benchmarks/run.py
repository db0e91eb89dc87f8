"""Measures every goal that has a script here, ``goal_NN_*.py``, and prints one table.

Exit 1 when a goal is missed, else 0: what cannot be installed or run here is said below the table and misses nothing.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from pairing import UnavailableError, print_table

if TYPE_CHECKING:
    from pairing import Row


def main() -> int:
    """Measure, print, and tell the exit code."""
    rows: list[Row] = []
    not_measured: list[str] = []
    for path in sorted(Path(__file__).parent.glob("goal_*.py")):
        print(f"{path.stem} …", end="", file=sys.stderr, flush=True)
        start = perf_counter()
        try:
            rows += import_module(path.stem).rows()
        except UnavailableError as error:
            not_measured.append(f"{path.stem}: {error}")
        print(f" {perf_counter() - start:.0f} s", file=sys.stderr)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}; medians, run in turn\n")
    print_table(rows)
    print()
    for sentence in not_measured:
        print(f"not measured: {sentence}")
    missed = sorted({row.goal for row in rows if row.met is False})
    print(f"missed: goal {', '.join(map(str, missed))}" if missed else "no goal that was measured is missed")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
