"""Goal 11: the outbox writes at least 10,000 letters a second.

Ours is ``OutboxProvider.hand_over``, batch by batch: personal values, splicing, writing and renaming. The peer is the
plain loop of writing and renaming, given the same bytes, ready made.

The row with the goal writes to memory (/dev/shm) where there is such a folder, so that it tells of our code. The row
without one writes to the system's folder for temporary files and tells of the disk: half a gigabyte a round fills the
cache, and ext4 takes ten times as long to make a file when many were deleted in the five minutes before (each round
deletes its letters). Read its ratio, not its rate.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter
from typing import TYPE_CHECKING

from newsletters import letter_writer, reader_batches
from pairing import Row, median_ratio, run_alone, time_in_turn

from pprmail.delivery.answer import Outcome
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.providers.outbox import OutboxProvider

if TYPE_CHECKING:
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.messages import LetterWriter

ROUNDS = 5
LETTERS = 12_000
IN_A_BATCH = 1_000
LEAST_A_SECOND = 10_000
MEMORY = Path("/dev/shm")  # noqa: S108 - each round makes a folder of its own in it


def rows() -> list[Row]:
    """The rows of goal 11; the disk's alone where memory has no folder, or too little room."""
    writer, batches = letter_writer(), reader_batches(LETTERS, IN_A_BATCH)
    size = len(writer.write(batches[0].recipients[0].subscriber).content)
    has_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * LETTERS * size
    workload = f"outbox, {LETTERS:,} letters of {size // 1000} KB"
    on_disk = _measure(f"{workload}, on disk", Path(gettempdir()), writer, batches, judged=not has_memory)
    if not has_memory:
        return [on_disk]
    return [_measure(f"{workload}, in memory", MEMORY, writer, batches, judged=True), on_disk]


def _measure(workload: str, parent: Path, writer: LetterWriter, batches: list[Batch], *, judged: bool) -> Row:
    """One row, its letters written to new folders in ``parent``."""
    times = time_in_turn(
        {
            "plain": lambda: _plain_seconds(parent, writer, batches),
            "outbox": lambda: _outbox_seconds(parent, writer, batches),
        },
        ROUNDS,
    )
    rate, plain_rate = LETTERS / median(times["outbox"]), LETTERS / median(times["plain"])
    return Row(
        11,
        workload,
        f"{rate:,.0f} .eml/s",
        f"plain write and rename {plain_rate:,.0f}/s",
        f"{1 / median_ratio(times['outbox'], times['plain']):.2f}×",
        f"≥ {LEAST_A_SECOND:,} .eml/s" if judged else "",
        rate >= LEAST_A_SECOND if judged else None,
    )


def _outbox_seconds(parent: Path, writer: LetterWriter, batches: list[Batch]) -> float:
    journal = Journal(lambda _number, _rejections: None, Streak())
    with TemporaryDirectory(dir=parent) as folder:
        outbox = OutboxProvider(Path(folder), "outbox", writer)
        start = perf_counter()
        answers = [outbox.hand_over(batch, journal) for batch in batches]
        seconds = perf_counter() - start
        written = sum(1 for _ in Path(folder).glob("*.eml"))
    if written != LETTERS or any(answer.outcome is not Outcome.ACCEPTED for answer in answers):
        message = f"{written:,} of {LETTERS:,} letters were written; {answers[-1].detail}"
        raise RuntimeError(message)
    return seconds


def _plain_seconds(parent: Path, writer: LetterWriter, batches: list[Batch]) -> float:
    """The letters of a batch are made before the clock runs, so that memory holds one batch of them."""
    seconds = 0.0
    with TemporaryDirectory(dir=parent) as folder:
        for batch in batches:
            letters = [writer.write(recipient.subscriber) for recipient in batch.recipients]
            start = perf_counter()
            for letter_id, content in letters:
                temporary = f"{folder}/{letter_id}.tmp"
                with open(temporary, "wb") as file:  # noqa: PTH123 - the plainest loop there is
                    file.write(content)
                os.rename(temporary, f"{folder}/{letter_id}.eml")  # noqa: PTH104 - the same
            seconds += perf_counter() - start
    return seconds


if __name__ == "__main__":
    sys.exit(run_alone(rows))
