"""Goal 10: letters go to a mail server at half the pace of Postfix's own test client, or faster.

Ours is ``SmtpProvider.hand_over`` over one connection: personal values, splicing, the command lines, and before each dot a
durable record of how far the batch has come (SQLite as the ledger has it: WAL, ``synchronous=FULL``, one UPDATE and one
fsync a letter). The peer is ``smtp-source -d -s 1``, which sends the same bytes over and over, of equal size, and records
nothing. Both talk to the same ``smtp-sink``, which throws them away.

The row with the goal has its record in memory (/dev/shm), where there is such a folder, so that it tells of our code. The
row on disk tells what the disk's fsync costs; "no record" is what remains without any.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, gettempdir
from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING

from newsletters import letter_writer, reader_batches
from pairing import Row, UnavailableError, median_ratio, process, run_alone, time_in_turn

from pprmail.delivery.answer import Outcome
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.settings.values import Smtp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.delivery.answer import Rejection
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.messages import LetterWriter

    Commit = Callable[[int, tuple[Rejection, ...]], None]

ROUNDS = 9
LETTERS = 1_000
IN_A_BATCH = 500
LEAST_RATIO = 0.5
MEMORY = Path("/dev/shm")  # noqa: S108 - each round makes a folder of its own in it
PATH = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
_START_SECONDS = 10


def rows() -> list[Row]:
    """The rows of goal 10, one a place of the record."""
    sink, source = (shutil.which(name, path=PATH) for name in ("smtp-sink", "smtp-source"))
    if not sink or not source:
        message = "smtp-sink and smtp-source are not here; they come with Postfix (apt-get install postfix)"
        raise UnavailableError(message)
    writer, batches = letter_writer(), reader_batches(LETTERS, IN_A_BATCH)
    size = len(writer.write(batches[0].recipients[0].subscriber).content)
    with _sink(sink) as port, TemporaryDirectory(dir=gettempdir()) as disk:
        candidates = {
            "source": process(*_source_command(source, port, size)),
            "disk": lambda: _journalled_seconds(Path(disk), port, writer, batches),
            "none": lambda: _seconds(port, writer, batches, lambda _number, _rejections: None),
        }
        if MEMORY.is_dir():
            candidates["memory"] = lambda: _journalled_seconds(MEMORY, port, writer, batches)
        times = time_in_turn(candidates, ROUNDS)
    judged = "memory" if "memory" in times else "disk"
    workload = f"SMTP, {LETTERS:,} letters of {size // 1000} KB"
    return [
        _row(f"{workload}, {words}", times[name], times["source"], is_judged=name == judged)
        for name, words in (("memory", "record in memory"), ("disk", "record on disk"), ("none", "no record"))
        if name in times
    ]


def _row(workload: str, ours: tuple[float, ...], source: tuple[float, ...], *, is_judged: bool) -> Row:
    ratio = 1 / median_ratio(ours, source)
    return Row(
        10,
        workload,
        f"{LETTERS / median(ours):,.0f} letters/s",
        f"smtp-source {LETTERS / median(source):,.0f}/s",
        f"{ratio:.2f}×",
        f"≥ {LEAST_RATIO}×" if is_judged else "",
        ratio >= LEAST_RATIO if is_judged else None,
    )


@contextmanager
def _sink(sink: str) -> Iterator[int]:
    """The port of a running ``smtp-sink``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen([sink, *user, f"127.0.0.1:{port}", "100"], cwd=folder) as running,
    ):
        try:
            _await_start(port, running)
            yield port
        finally:
            running.terminate()


def _await_start(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _START_SECONDS
    while running.poll() is None and monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.02)
        else:
            return
    message = "smtp-sink did not start"
    raise UnavailableError(message)


def _source_command(source: str, port: int, size: int) -> tuple[str, ...]:
    addresses = ("-f", "newsletter@example.org", "-t", "reader@example.org")
    return source, "-d", "-s", "1", "-m", str(LETTERS), "-l", str(size), *addresses, f"127.0.0.1:{port}"


def _journalled_seconds(parent: Path, port: int, writer: LetterWriter, batches: list[Batch]) -> float:
    """With a record in a database in ``parent``, as durable as the ledger's."""
    with (
        TemporaryDirectory(dir=parent) as folder,
        closing(sqlite3.connect(Path(folder) / "state.db", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE batches (number INTEGER PRIMARY KEY, at INTEGER)")
        database.execute("INSERT INTO batches VALUES (1, 0)")

        def commit(number: int, _rejections: tuple[Rejection, ...]) -> None:
            database.execute("UPDATE batches SET at = ? WHERE number = 1", (number,))

        return _seconds(port, writer, batches, commit)


def _seconds(port: int, writer: LetterWriter, batches: list[Batch], commit: Commit) -> float:
    provider = SmtpProvider(Smtp("127.0.0.1", port, "none"), "", writer)
    journal = Journal(commit, Streak())
    start = perf_counter()
    answers = [provider.hand_over(batch, journal) for batch in batches]
    provider.close()
    seconds = perf_counter() - start
    for answer in answers:
        if answer.outcome is not Outcome.ACCEPTED:
            raise RuntimeError(answer.detail)
    return seconds


if __name__ == "__main__":
    sys.exit(run_alone(rows))
