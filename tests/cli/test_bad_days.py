"""What becomes of a send on a bad day: the provider, the network, the disk or the clock is not as it should be."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conftest import clean_environment
from mailroom import Standing, last_line, through_sendgrid, untrusted_host, without_waiting
from pprmail.delivery.dispatch import Run
from pprmail.rehearsal.standin.http_faults import EARLY_TOO_LARGE, RESET_UNREAD, TOO_LARGE, refusal, too_many_requests
from pprmail.rehearsal.standin.sendgrid import SCOPES, SendGridStandIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.http_faults import Fault

NOON = datetime(2020, 8, 14, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:1"
"""Where nobody listens."""


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Ten readers, two a batch."""
    newsletter.readers(10)
    return through_sendgrid(newsletter, sendgrid, batch_size=2)


class Clock:
    """A clock that a test sets; whoever sleeps moves it on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the sends to come, at noon."""
    made = Clock(NOON)

    def run(**given: Any) -> Run:  # noqa: ANN401 - whatever a run takes
        return replace(Run(**given), clock=made, sleep=made.sleep)

    monkeypatch.setattr("pprmail.cli.handing_over.Run", run)
    monkeypatch.setattr("time.time", lambda: made().timestamp())
    return made


def cap(newsletter: Newsletter, **caps: int) -> None:
    newsletter.change_settings(
        "[delivery]", "[delivery]\n" + "\n".join(f"{key} = {most}" for key, most in caps.items())
    )


def as_told_later(sentence: str) -> str:
    """What a send ended with, as ``status`` tells it."""
    return "the last send stopped: " + sentence.replace("run this again", "run 'pprmail send 2020-08' again")


def everyone_once(sendgrid: SendGridStandIn, count: int) -> bool:
    mailed = sendgrid.mailed()
    return len(mailed) == count and set(mailed.values()) == {1}


# The provider's limits, and ours


def test_a_quota_that_is_used_up_leaves_the_rest_waiting_and_rejects_nobody(newsletter: Newsletter) -> None:
    newsletter.readers(800)
    with SendGridStandIn() as sendgrid:
        sendgrid.account.quota = 500
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=100, workers=4)

        stopped = mailroom.send("--json")
        before = mailroom.standing()
        sendgrid.account.quota = 800
        finished = mailroom.send()

        assert (stopped.returncode, before) == (3, Standing("incomplete", accepted=500, waiting=300))
        assert json.loads(stopped.stdout)["waiting"] == 300
        assert last_line(stopped) == (
            "pprmail: SendGrid says 'Maximum credits exceeded' (401): the plan's mails are used up; raise the plan or wait until there "
            "are credits, then run this again"
        )
        assert (finished.returncode, mailroom.standing()) == (0, Standing("sent", 800))
        assert everyone_once(sendgrid, 800)


def test_our_own_cap_stops_the_send_and_says_when_to_go_on(newsletter: Newsletter, clock: Clock) -> None:
    newsletter.readers(800)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid)
        cap(newsletter, max_per_day=500)

        stopped = mailroom.send()
        told, before = mailroom.waits_for(), mailroom.standing()
        clock.now += timedelta(hours=22)
        too_early = mailroom.send()
        clock.now += timedelta(hours=2)
        finished = mailroom.send()

        assert (stopped.returncode, before) == (3, Standing("incomplete", accepted=500, waiting=300))
        sentence = "max_per_day is reached; run this again after 2020-08-15 08:00 for those who wait"
        assert last_line(stopped) == f"pprmail: {sentence}"
        assert told == as_told_later(sentence)
        assert too_early.returncode == 3
        assert finished.returncode == 0
        assert everyone_once(sendgrid, 800)


def test_a_short_cap_is_waited_for(mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock) -> None:
    cap(mailroom.newsletter, max_per_minute=4)

    done = mailroom.send()

    assert (done.returncode, clock.now) == (0, NOON + timedelta(minutes=2))
    assert done.stderr.count("waiting 60 s: max_per_minute is reached\n") == 2
    assert everyone_once(sendgrid, 10)


def test_a_clock_that_was_set_back_breaks_no_cap(mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock) -> None:
    cap(mailroom.newsletter, max_per_day=6)
    mailroom.send()
    clock.now -= timedelta(days=3)

    set_back = mailroom.send()
    mailed = sendgrid.mailed().total()
    clock.now = NOON + timedelta(days=1)
    finished = mailroom.send()

    assert (set_back.returncode, mailed) == (3, 6)
    assert "max_per_day is reached; run this again after 2020-08-15 08:00" in last_line(set_back)
    assert finished.returncode == 0
    assert everyone_once(sendgrid, 10)


@pytest.mark.parametrize(
    ("hints", "seconds"),
    [
        pytest.param([("X-RateLimit-Reset", str(int(NOON.timestamp()) + 40))], (40, 40), id="reset"),
        pytest.param([("Retry-After", "7")], (7, 7), id="retry-after"),
        pytest.param([], (1, 60), id="no-hint"),
    ],
)
def test_a_provider_that_is_too_busy_is_waited_for(
    mailroom: Mailroom,
    sendgrid: SendGridStandIn,
    clock: Clock,
    hints: list[tuple[str, str]],
    seconds: tuple[int, int],
) -> None:
    sendgrid.next(None, too_many_requests(*hints))

    done = mailroom.send()

    least, most = seconds
    assert done.returncode == 0
    assert everyone_once(sendgrid, 10)
    assert ": SendGrid answered 'too many requests' (429)\n" in done.stderr
    assert least <= (clock.now - NOON).total_seconds() <= most


def test_a_provider_that_asks_for_more_than_an_hour_ends_the_send(
    mailroom: Mailroom, sendgrid: SendGridStandIn, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    waits = without_waiting(monkeypatch)
    sendgrid.next(None, too_many_requests(("Retry-After", "7200")))

    done = mailroom.send()

    assert (done.returncode, waits, clock.now) == (3, [], NOON)
    assert mailroom.standing() == Standing("incomplete", accepted=2, waiting=8)
    assert last_line(done) == (
        "pprmail: SendGrid answered 'too many requests' (429); run this again after 2020-08-14 10:00 for those who wait"
    )


# The network


def is_down(mailroom: Mailroom, sendgrid: SendGridStandIn, patch: pytest.MonkeyPatch) -> None:
    del patch
    mailroom.newsletter.change_settings(sendgrid.url, NOWHERE)


def has_no_name(mailroom: Mailroom, sendgrid: SendGridStandIn, patch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    patch.setattr(socket, "getaddrinfo", unknown)
    mailroom.newsletter.change_settings(sendgrid.url, "https://nowhere.invalid")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [pytest.param(is_down, "Connection refused", id="down"), pytest.param(has_no_name, "its name was not found", id="no-name")],
)  # fmt: skip
def test_a_provider_out_of_reach_is_tried_for_a_while_and_then_everyone_waits(
    mailroom: Mailroom,
    sendgrid: SendGridStandIn,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Mailroom, SendGridStandIn, pytest.MonkeyPatch], None],
    reason: str,
) -> None:
    waits = without_waiting(monkeypatch)
    settings = mailroom.root / "pprmail.toml"
    good = settings.read_text(encoding="utf-8")

    with pytest.MonkeyPatch.context() as patch:
        spoil(mailroom, sendgrid, patch)
        stopped = mailroom.send("--unverified-ok")
    before, told = mailroom.standing(), mailroom.waits_for()
    settings.write_text(good, encoding="utf-8")
    finished = mailroom.send()

    sentence = f"SendGrid could not be reached ({reason}), tried 6 times; run this again in a while for those who wait"
    assert (stopped.returncode, before) == (3, Standing("incomplete", waiting=10))
    assert last_line(stopped) == f"pprmail: {sentence}"
    assert told == as_told_later(sentence)
    assert stopped.stderr.count("waiting ") == 5
    assert waits, waits
    assert finished.returncode == 0
    assert everyone_once(sendgrid, 10)


def test_a_provider_that_comes_back_in_time_is_gone_on_with(
    mailroom: Mailroom, sendgrid: SendGridStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    sendgrid.next(None, *[too_many_requests()] * 5)

    done = mailroom.send()

    assert done.returncode == 0
    assert everyone_once(sendgrid, 10)


@pytest.mark.parametrize("fault", [EARLY_TOO_LARGE, TOO_LARGE], ids=["early", "whole"])
def test_a_batch_that_is_too_large_is_handed_over_in_halves(newsletter: Newsletter, fault: Fault) -> None:
    newsletter.readers(3000)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1000)
        sendgrid.next(fault, fault)

        done = mailroom.send()

        assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 3000))
        assert everyone_once(sendgrid, 3000)


def test_a_host_whose_certificate_is_not_trusted_gets_no_mail(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()

    with untrusted_host() as url:
        mailroom.newsletter.change_settings(sendgrid.url, url)
        done = mailroom.send()

    assert (done.returncode, mailroom.standing()) == (3, Standing("incomplete", waiting=10))
    assert last_line(done) == (
        "pprmail: the server does not prove that it is SendGrid (certificate not trusted: unable to get local issuer certificate), "
        "and nothing was sent to it: check 'host' under [sendgrid], this machine's certificates (SSL_CERT_FILE) and the proxy, "
        "then run this again"
    )


def test_a_connection_cut_before_the_request_was_read_may_have_left_doubt_but_mails_nobody_twice(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.next(RESET_UNREAD)

    done = mailroom.send()

    assert done.returncode in {0, 3}
    assert mailroom.standing().accepted == sendgrid.mailed().total()
    assert max(sendgrid.mailed().values()) == 1


def test_a_key_that_is_revoked_in_the_middle_leaves_the_rest_waiting(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.next(None, None)
    sendgrid.always(refusal(401, "The provided authorization grant is invalid, expired, or revoked"))

    stopped = mailroom.send()
    before = mailroom.standing()
    sendgrid.always(None)
    finished = mailroom.send()

    assert (stopped.returncode, before) == (3, Standing("incomplete", accepted=4, waiting=6))
    assert last_line(stopped).endswith("put a valid one into SENDGRID_API_KEY, then run this again")
    assert finished.returncode == 0
    assert everyone_once(sendgrid, 10)


def test_a_mailing_of_which_nobody_was_mailed_is_examined_again(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    sendgrid.account.quota = None
    sendgrid.always(refusal(500, "internal error"), at=SCOPES)

    stopped = mailroom.send()

    assert (stopped.returncode, mailroom.standing()) == (3, Standing("incomplete", waiting=10))
    assert "add --unverified-ok to send all the same" in last_line(stopped)


# The disk


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
def test_a_disk_that_fills_up_in_the_middle_mails_nobody_twice(newsletter: Newsletter) -> None:
    import resource  # which Windows lacks

    def fill_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        # Room for what was sealed, and for the records of a few batches
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    newsletter.readers(40)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1)
        sendgrid.account.quota = 0
        mailroom.send()
        sendgrid.account.quota = None

        full = subprocess.run(
            newsletter.command("send", "2020-08", "--yes"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment() | mailroom.environment,
            preexec_fn=fill_disk,
        )
        before, mailed = mailroom.standing(), sendgrid.mailed().total()
        told = mailroom.waits_for()
        mailroom.send()
        mailroom.resolve()

        mailroom.checked(full)
        assert full.returncode == 3
        assert last_line(full) == (
            f"pprmail: {newsletter.root}/.pprmail/state.db: disk I/O error; check the disk, its space and the folder's permissions"
        )
        assert 0 < before.waiting < 40
        assert before.accepted <= mailed <= before.accepted + before.unknown
        assert before.unknown <= 1
        assert "'pprmail send 2020-08' goes on" in told
        assert mailroom.standing() == Standing("sent", 40)
        assert everyone_once(sendgrid, 40)
