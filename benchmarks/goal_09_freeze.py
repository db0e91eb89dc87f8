"""Goal 9: a mailing to a million random addresses begins at 250,000 rows a second or more.

Ours is ``Ledger.begin``: seal, addresses, recipients, batches, the unique index, and a commit that is on the disk (WAL,
``synchronous=FULL``). The peer is what SQLite alone needs: the same rows by ``executemany`` into one table that has no index,
refers to nothing and is committed in the same way.

The row without a goal begins the next mailing in the same database: one in a hundred addresses is new.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from newsletters import SAMPLE, copy_settings
from pairing import Row, median_ratio, run_alone, time_in_turn

from pprmail.audience.choose import Audience
from pprmail.audience.keys import Keyring
from pprmail.audience.spool import CHUNK_ROWS, Spool
from pprmail.delivery.ledger import Ledger, Outlet
from pprmail.delivery.plan import Plan
from pprmail.delivery.seal import seal_mail
from pprmail.model import Subscriber
from pprmail.settings import load_settings

if TYPE_CHECKING:
    from pprmail.delivery.seal import SealedMail

ROUNDS = 3
RECIPIENTS = 1_000_000
LEAST_A_SECOND = 250_000
IN_A_BATCH = 1_000
NEW_EVERY = 100
NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
HOSTS = ("example.org", "example.com", "example.net")


def rows() -> list[Row]:
    """The rows of goal 9."""
    sealed, first, following = _sealed(), _plan(0), _plan(NEW_EVERY)
    times = time_in_turn(
        {
            "plain": lambda: _plain_seconds(first),
            "first": lambda: _begin_seconds(sealed, first),
            "next": lambda: _begin_seconds(sealed, first, following),
        },
        ROUNDS,
    )
    workload = f"begin, {RECIPIENTS:,} random addresses"
    return [
        _row(workload, times["first"], times["plain"], judged=True),
        _row(f"{workload}, 1 % of them new", times["next"], times["plain"], judged=False),
    ]


def _row(workload: str, ours: tuple[float, ...], plain: tuple[float, ...], *, judged: bool) -> Row:
    rate = RECIPIENTS / median(ours)
    return Row(
        9,
        workload,
        f"{rate:,.0f} rows/s",
        f"plain inserts {RECIPIENTS / median(plain):,.0f}/s",
        f"{1 / median_ratio(ours, plain):.2f}×",
        f"≥ {LEAST_A_SECOND:,} rows/s" if judged else "",
        rate >= LEAST_A_SECOND if judged else None,
    )


def _sealed() -> SealedMail:
    with TemporaryDirectory() as made:
        settings = load_settings(copy_settings(Path(made)))
    return seal_mail(settings, SAMPLE, "August 2020", "<p>mail</p>", "mail")


def _plan(new_every: int) -> Plan:
    """A mailing to random addresses, the same each time but for one in ``new_every`` (0: none)."""
    chance = random.Random(9)  # noqa: S311 - random addresses, no secrets
    recipients = Spool(Subscriber)
    for first in range(0, RECIPIENTS, CHUNK_ROWS):
        addresses = [
            f"{''.join(chance.choices(ascii_lowercase, k=12))}{number}@{HOSTS[number % len(HOSTS)]}"
            for number in range(first, first + CHUNK_ROWS)
        ]
        if new_every:
            addresses[::new_every] = [f"new-{address}" for address in addresses[::new_every]]
        recipients.write(addresses, ["Amara Nwosu"] * CHUNK_ROWS)
    return Plan(Audience(RECIPIENTS, recipients, (), ()), IN_A_BATCH)


def _begin_seconds(sealed: SealedMail, *plans: Plan) -> float:
    """The seconds that the last of ``plans`` takes to begin, after the others, in a new database."""
    seconds = 0.0
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/state.db"
        with closing(Ledger.open(url, Keyring((b"a-key-of-32-bytes-for-benchmarks",)), "benchmark")) as ledger:
            for plan in plans:
                start = perf_counter()
                mailing = ledger.begin(sealed, plan, Outlet("outbox", "outbox"), NOW)
                seconds = perf_counter() - start
            frozen = ledger.counts(mailing).recipients
    if frozen != RECIPIENTS:
        message = f"{frozen:,} of {RECIPIENTS:,} recipients were frozen"
        raise RuntimeError(message)
    return seconds


def _plain_seconds(plan: Plan) -> float:
    with TemporaryDirectory() as folder, closing(sqlite3.connect(f"{folder}/plain.db", isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("PRAGMA synchronous=FULL")
        plain.execute("CREATE TABLE recipients (number INTEGER PRIMARY KEY, address TEXT NOT NULL, name TEXT NOT NULL)")
        start = perf_counter()
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO recipients (address, name) VALUES (?, ?)", plan.recipients)
        plain.execute("COMMIT")
        return perf_counter() - start


if __name__ == "__main__":
    sys.exit(run_alone(rows))
