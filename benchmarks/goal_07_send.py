"""Goal 7: a send to a million rows hands over at least 60,000 recipients a second, from the list to the last answer.

Ours is the whole process ``pprmail send``: the list read, decided, frozen, handed over in batches of 1,000 through SendGrid's client
with every claim and every answer committed durably. The peer is the loop that people write, one ``Mail`` a recipient,
against the same nginx. Memory is the process's peak, and must not grow with the list.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from mail_hosts import KEY, forget_mailing, make_sender, nginx
from newsletters import SAMPLE
from pairing import PPRMAIL, Row, run_alone, user_environment

SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
ROUNDS = 3
LEAST_A_SECOND = 60_000
MOST_MIB = 96
MOST_GROWTH = 1.5
MOST_SLOWDOWN = 1.3
NAIVE = 300


class _Send(NamedTuple):
    """One send: how many were accepted, in how many seconds, with what peak of memory."""

    recipients: int
    seconds: float
    mib: float


def rows() -> list[Row]:
    """The rows of goal 7."""
    with nginx() as url, TemporaryDirectory() as folder:
        sends = {size: _best(Path(folder) / str(size), url, size) for size in (SMALL, MIDDLE, LARGE)}
        naive = _naive_rate(url)
    small, middle, large = (sends[size] for size in (SMALL, MIDDLE, LARGE))
    rate = large.recipients / large.seconds
    growth = large.mib / small.mib
    # A process's start counts for nothing at a million and for much at a hundred thousand
    slowdown = (large.seconds / large.recipients) / (middle.seconds / middle.recipients)
    name = f"send of {LARGE:,} rows"
    return [
        Row(
            7, name, f"{rate:,.0f} recipients/s", f"naive loop {naive:,.0f}/s", f"{rate / naive:.0f}x",
            f">= {LEAST_A_SECOND:,}/s", rate >= LEAST_A_SECOND,
        ),
        Row(7, f"{name}, peak memory", f"{large.mib:.0f} MiB", "", "", f"< {MOST_MIB} MiB", large.mib < MOST_MIB),
        Row(
            7, f"the same, beside {SMALL:,} rows", f"{large.mib:.0f} MiB", f"{small.mib:.0f} MiB", f"{growth:.2f}x",
            f"<= {MOST_GROWTH}x", growth <= MOST_GROWTH,
        ),
        Row(
            7, f"{name}, time a recipient, beside {MIDDLE:,}", f"{1e6 / rate:.1f} us",
            f"{1e6 * middle.seconds / middle.recipients:.1f} us", f"{slowdown:.2f}x", f"<= {MOST_SLOWDOWN}x",
            slowdown <= MOST_SLOWDOWN,
        ),
    ]  # fmt: skip


def _best(folder: Path, url: str, size: int) -> _Send:
    """The median of the rounds by time."""
    folder.mkdir()
    make_sender(folder, url, size)
    sends = sorted((_send(folder) for _ in range(ROUNDS)), key=lambda one: one.seconds)
    return sends[ROUNDS // 2]


def _send(folder: Path) -> _Send:
    forget_mailing(folder)
    environment = user_environment() | {"SENDGRID_API_KEY": KEY}
    start = perf_counter()
    pid = os.posix_spawn(
        PPRMAIL, [PPRMAIL, "-C", str(folder), "-q", "send", SAMPLE, "--yes", "--json"], environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, str(folder / "out"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, str(folder / "err"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        ],
    )  # fmt: skip
    _, status, usage = os.wait4(pid, 0)
    seconds = perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError((folder / "err").read_text(encoding="utf-8"))
    return _Send(_accepted(folder), seconds, usage.ru_maxrss / 1024)


def _accepted(folder: Path) -> int:
    import json

    accepted: int = json.loads((folder / "out").read_text(encoding="utf-8"))["accepted"]
    return accepted


def _naive_rate(url: str) -> float:
    """Recipients a second of the loop that people write."""
    from sendgrid import SendGridAPIClient
    from sendgrid.helpers.mail import Mail

    client = SendGridAPIClient(api_key=KEY, host=url)
    html = "<p>mail</p>" * 3000
    start = perf_counter()
    for number in range(NAIVE):
        client.send(Mail("news@example.org", f"reader{number}@example.com", "August 2020", "mail", html))
    return NAIVE / (perf_counter() - start)


if __name__ == "__main__":
    sys.exit(run_alone(rows))
