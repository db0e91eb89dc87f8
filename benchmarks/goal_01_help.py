"""Goal 1: ``pprmail --help`` takes at most 5.5 times as long as a Python that does nothing."""

from __future__ import annotations

import sys

from pairing import PPRMAIL, PYTHON_PASS, Row, median_ratio, milliseconds, process, run_alone, time_in_turn

ROUNDS = 21
MOST = 5.5


def rows() -> list[Row]:
    """The row of goal 1."""
    times = time_in_turn({"pass": process(*PYTHON_PASS), "help": process(PPRMAIL, "--help")}, ROUNDS)
    ratio = median_ratio(times["help"], times["pass"])
    return [
        Row(
            1,
            "pprmail --help",
            milliseconds(times["help"]),
            f"python -c pass {milliseconds(times['pass'])}",
            f"{ratio:.2f}×",
            f"≤ {MOST}×",
            ratio <= MOST,
        )
    ]


if __name__ == "__main__":
    sys.exit(run_alone(rows))
