"""Goal 2: ``pprmail check`` of an issue, its mail rendered, takes at most 14 times as long as a Python that does nothing.

Each further summary takes at most 2 ms: an issue of one and an issue of eight, of 450 words each, are checked in turn. An archive of
150 issues, 450 summaries, is checked within 2 seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from newsletters import MADE, archive_articles, make_archive, make_newsletter, proof_of
from pairing import PPRMAIL, PYTHON_PASS, Row, median_ratio, milliseconds, process, run_alone, time_in_turn

ROUNDS = 21
WORDS = 450
FEW, MANY = 1, 8
MOST = 14
MOST_MS_A_SUMMARY = 2.0
ISSUES, ARCHIVE_ROUNDS = 150, 5
MOST_SECONDS_AN_ARCHIVE = 2.0


def rows() -> list[Row]:
    """The three rows of goal 2."""
    with TemporaryDirectory() as few, TemporaryDirectory() as many:
        times = time_in_turn(
            {
                "pass": process(*PYTHON_PASS),
                "few": process(*_check(Path(few), FEW)),
                "many": process(*_check(Path(many), MANY)),
            },
            ROUNDS,
        )
    ratio = median_ratio(times["few"], times["pass"])
    each = median((eight - one) * 1000 / (MANY - FEW) for one, eight in zip(times["few"], times["many"], strict=True))
    return [
        Row(
            2,
            "pprmail check, 1 summary, mail rendered",
            milliseconds(times["few"]),
            f"python -c pass {milliseconds(times['pass'])}",
            f"{ratio:.2f}×",
            f"≤ {MOST}×",
            ratio <= MOST,
        ),
        Row(
            2,
            f"each further summary of {WORDS} words",
            f"{each:.2f} ms",
            f"{MANY} summaries {milliseconds(times['many'])}",
            "",
            f"≤ {MOST_MS_A_SUMMARY:g} ms",
            each <= MOST_MS_A_SUMMARY,
        ),
        _archive_row(),
    ]


def _archive_row() -> Row:
    with TemporaryDirectory() as folder:
        articles = archive_articles(ISSUES)
        make_archive(Path(folder), articles)
        command = process(PPRMAIL, "-C", folder, "check")
        seconds = time_in_turn({"archive": command}, ARCHIVE_ROUNDS)["archive"]
    return Row(
        2,
        f"pprmail check, {len(articles)} summaries in {ISSUES} issues",
        milliseconds(seconds),
        "",
        "",
        f"≤ {MOST_SECONDS_AN_ARCHIVE:g} s",
        median(seconds) <= MOST_SECONDS_AN_ARCHIVE,
    )


def _check(folder: Path, summaries: int) -> tuple[str, ...]:
    """The command that checks an issue of so many summaries. It must render it, or the figures would flatter."""
    proof = proof_of(make_newsletter(folder, summaries, WORDS), MADE)
    if proof.problems or proof.mail is None:
        message = "; ".join(["the issue to be measured is not clean", *map(str, proof.problems)])
        raise RuntimeError(message)
    return PPRMAIL, "-C", str(folder), "check", MADE


if __name__ == "__main__":
    sys.exit(run_alone(rows))
