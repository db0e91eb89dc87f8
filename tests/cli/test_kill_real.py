"""The promise to readers: whatever the provider does and whenever the sender dies, nobody is mailed twice and nobody forgotten."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from conftest import clean_environment
from mailroom import ISSUE, Standing, last_line, through_sendgrid, through_smtp
from pprmail.rehearsal.standin.http_faults import silence, too_many_requests
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn
from standins.smtp import SmtpStandIn
from standins.smtp_faults import DOT, RESET_AFTER_ACCEPTING, RESET_BEFORE_ACCEPTING, End, SmtpFault

if TYPE_CHECKING:
    from collections.abc import Collection

    from conftest import Newsletter
    from mailroom import Mailroom

    Host = SendGridStandIn | SmtpStandIn

READERS = 200
FEWER = 50
"""For SMTP, whose every letter is a commit of its own."""
MOST_RUNS = 60
SEND = ("-q", "send", ISSUE, "--yes", "--unverified-ok")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


def started(mailroom: Mailroom, *options: str) -> subprocess.Popen[str]:
    """A send in a process of its own."""
    return subprocess.Popen(
        mailroom.newsletter.command(*(options or SEND)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment() | mailroom.environment,
    )


def wait(process: subprocess.Popen[str], seconds: float) -> bool:
    """Give the process time; True when it has ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)
    return process.poll() is not None


def kill_at(process: subprocess.Popen[str], host: Host, mailed: int, seconds: float) -> bool:
    """Kill the process so long after the host has mailed so many; False when it ended before."""
    while host.mailed().total() < mailed:
        if wait(process, 0.002):
            return False
    if wait(process, seconds):
        return False
    process.kill()
    return True


def believed(mailroom: Mailroom, outcome: str) -> set[str]:
    """Whom the ledger counts under ``outcome``."""
    return {one["address"] for one in mailroom.outcomes() if one["outcome"] == outcome}


def assert_true(mailroom: Mailroom, mailed: Collection[str]) -> None:
    """The ledger says nothing that is not so; what is in doubt may be either."""
    assert believed(mailroom, "accepted") <= set(mailed)
    assert not believed(mailroom, "waiting") & set(mailed)
    assert not believed(mailroom, "rejected") & set(mailed)


def send_and_kill(mailroom: Mailroom, host: Host, chance: random.Random, kills: int) -> int:
    """Send until nobody waits, killed at random moments on the way; how many kills fell between first mail and last."""
    landed, readers = 0, len((mailroom.root / "subscribers.csv").read_text(encoding="utf-8").splitlines()) - 1
    for _ in range(MOST_RUNS):
        before = host.mailed().total()
        with started(mailroom) as process:
            wanted = min(readers - 1, before + chance.randint(0, readers // 5))
            if landed < kills and kill_at(process, host, wanted, chance.uniform(0, 0.03)):
                landed += 0 < host.mailed().total() < readers
            _, errors = process.communicate()
        assert "Traceback" not in errors
        assert max(host.mailed().values(), default=0) <= 1
        state, *_, waiting = mailroom.standing()
        if state != "not-sent":
            assert_true(mailroom, host.mailed())
            if not waiting:
                return landed
    pytest.fail(f"somebody waits after {MOST_RUNS} runs: {mailroom.standing()}")


@pytest.mark.parametrize("seed", range(3))
def test_sendgrid_at_its_worst_and_a_sender_that_dies_mail_everyone_once(newsletter: Newsletter, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test wants the same moments each time
    newsletter.readers(READERS)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=10, workers=chance.choice([1, 2, 4]))
        newsletter.change_settings("workers =", "timeout_seconds = 1\nworkers =")
        sendgrid.faults_at_random(seed, 1 / 3)

        landed = send_and_kill(mailroom, sendgrid, chance, kills=4)
        mailroom.resolve()
        found = believed(mailroom, "accepted")
        mailed = set(sendgrid.mailed())
        sendgrid.faults_at_random(seed, 0)
        mailroom.resolve("--assume-not-sent")
        finished = mailroom.send()

        assert landed >= 2, "too few kills fell between the first mail and the last"
        assert found == mailed, "the logs are complete, so what was accepted is known"
        assert len(mailed) < READERS, "no fault left anybody in doubt: the seed is of no use"
        assert (finished.returncode, mailroom.standing()) == (0, Standing("sent", READERS))
        assert len(sendgrid.mailed()) == READERS
        assert set(sendgrid.mailed().values()) == {1}


def test_while_the_logs_lag_nobody_is_mailed_twice(newsletter: Newsletter) -> None:
    chance = random.Random(99)  # noqa: S311 - the same
    newsletter.readers(READERS)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=10, workers=4)
        sendgrid.faults_at_random(99, 1 / 3)
        sendgrid.logs_lag = True

        send_and_kill(mailroom, sendgrid, chance, kills=3)
        in_doubt = believed(mailroom, "unknown")
        resolved, sent = mailroom.resolve(), mailroom.send()
        still = believed(mailroom, "unknown")
        sendgrid.logs_lag = False
        mailroom.resolve()

        assert in_doubt & set(sendgrid.mailed()), "nobody in doubt had been mailed: the seed is of no use"
        assert (resolved.returncode, sent.returncode, still) == (3, 3, in_doubt)
        assert set(sendgrid.mailed().values()) == {1}
        assert believed(mailroom, "accepted") == set(sendgrid.mailed())


@pytest.mark.parametrize("seed", range(2))
def test_a_mail_server_and_a_sender_that_dies_leave_at_most_one_in_doubt_a_kill(
    newsletter: Newsletter, seed: int
) -> None:
    kills = 3
    chance = random.Random(seed)  # noqa: S311 - the same
    newsletter.readers(FEWER)
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host, batch_size=20)

        landed = send_and_kill(mailroom, host, chance, kills)
        unknown = believed(mailroom, "unknown")
        mailroom.resolve("--assume-sent")

        assert landed >= kills - 1, "too few kills fell between the first mail and the last"
        assert len(unknown) <= kills
        assert believed(mailroom, "accepted") == {f"reader{number}@example.org" for number in range(1, FEWER + 1)}
        assert set(host.mailed()) >= believed(mailroom, "accepted") - unknown
        assert set(host.mailed().values()) == {1}


def test_a_mail_server_that_breaks_off_leaves_one_in_doubt_each_time(newsletter: Newsletter) -> None:
    newsletter.readers(FEWER)
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host, batch_size=5)
        host.order(
            RESET_AFTER_ACCEPTING.after(10),
            RESET_BEFORE_ACCEPTING.after(25),
            SmtpFault(DOT, end=End.CUT, processed=True).after(40),
        )

        done = mailroom.send()
        assert_true(mailroom, host.mailed())

        assert done.returncode == 3
        assert mailroom.standing() == Standing("incomplete", accepted=FEWER - 3, unknown=3)
        assert set(host.mailed().values()) == {1}


# Interrupted on the wire

INTERRUPTED = "pprmail: interrupted; the ledger is true: run 'pprmail send 2020-08' again to finish"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 4])
def test_an_interrupt_ends_a_wait_at_once(newsletter: Newsletter, number: signal.Signals, workers: int) -> None:
    newsletter.readers(6)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=2, workers=workers)
        sendgrid.always(too_many_requests(("Retry-After", "600")))

        with started(mailroom, "send", ISSUE, "--yes") as process:
            assert process.stderr
            while not re.match(r"waiting 10 minutes", line := process.stderr.readline()):
                assert line
            process.send_signal(number)
            out, errors = process.communicate()
        sendgrid.always(None)
        before = mailroom.standing()
        finished = mailroom.send()

        assert process.returncode == 130
        assert errors.rstrip().rpartition("\n")[2] == INTERRUPTED
        assert out.startswith("2020-08: incomplete through sendgrid\n")
        assert before == Standing("incomplete", waiting=6)
        assert (finished.returncode, set(sendgrid.mailed().values())) == (0, {1})


@pytest.mark.parametrize("workers", [1, 4])
def test_a_second_interrupt_does_not_wait_for_an_answer_and_leaves_the_batch_in_doubt(
    newsletter: Newsletter, workers: int
) -> None:
    newsletter.readers(6)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=6, workers=workers)
        sendgrid.always(silence())

        with started(mailroom) as process:
            sendgrid.wait_until(lambda: sendgrid.accepted)
            for number in (signal.SIGINT, signal.SIGTERM):
                process.send_signal(number)
            try:
                _, errors = process.communicate(timeout=5)
            except subprocess.TimeoutExpired:
                # Both came in the instant before it waited on the wire, where nothing looks at signals that came before
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate()
        sendgrid.always(None)
        before = mailroom.standing()
        again = mailroom.send()
        resolved = mailroom.resolve()

        assert process.returncode == 130
        assert errors.rstrip().rpartition("\n")[2] == INTERRUPTED
        assert before == Standing("incomplete", unknown=6)
        assert (again.returncode, resolved.returncode) == (3, 0)
        assert last_line(again).endswith("will not be mailed again; 'pprmail resolve 2020-08' settles that")
        assert mailroom.standing() == Standing("sent", 6)
        assert sendgrid.mailed().total() == 6
