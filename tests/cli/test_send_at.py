"""``send --at`` and ``cancel``: mail that the provider holds until a time, and that can be called off until ten minutes before."""

from __future__ import annotations

import json
from collections.abc import Iterator  # noqa: TC003 - a fixture's annotation
from datetime import UTC, datetime, timedelta

import pytest

from conftest import Newsletter  # noqa: TC001 - the same
from mailroom import ISSUE, RECEIPT, Mailroom, Standing, last_line, through_sendgrid  # noqa: TC001 - the same
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
"""Eight o'clock in Toronto."""
NINE = "2026-11-23 09:00"
AT_NINE = MORNING + timedelta(hours=1)
READERS = 4
CALL_OFF = "/v3/user/scheduled_sends"


class Clock:
    """Everybody's clock, which a test sets."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> float:
        return self.now.timestamp()

    def set(self, hour: int, minute: int = 0) -> None:
        """So late it is in Toronto."""
        self.now = MORNING.replace(hour=hour + 5, minute=minute)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("time.time", made)
    return made


@pytest.fixture
def sendgrid(clock: Clock) -> Iterator[SendGridStandIn]:
    with SendGridStandIn(clock=clock) as host:
        yield host


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Two batches of two."""
    newsletter.readers(READERS)
    return through_sendgrid(newsletter, sendgrid, batch_size=2)


def delivered(sendgrid: SendGridStandIn, time: datetime) -> int:
    """How many letters are out by then, nobody having two."""
    counted = sendgrid.delivered(time.timestamp())
    assert max(counted.values(), default=1) == 1
    return counted.total()


# Scheduling


def test_mail_is_held_until_its_time_and_is_scheduled_meanwhile(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    done = mailroom.send("--at", NINE)
    before = mailroom.status()
    clock.set(9, 1)
    after = mailroom.status()

    assert done.returncode == 0, done.stderr
    assert "goes out    2026-11-23 09:00 EST (14:00 UTC), held by sendgrid until then" in done.stderr
    assert last_line(done) == (
        "sendgrid holds the mail until 2026-11-23 09:00 EST (14:00 UTC); "
        "'pprmail cancel 2020-08' calls it off, for certain until 2026-11-23 08:50"
    )
    assert (before["state"], before["accepted"], before["send_at"]) == ("scheduled", READERS, AT_NINE.isoformat())
    assert after["state"] == "sent"
    assert delivered(sendgrid, AT_NINE - timedelta(seconds=1)) == 0
    assert delivered(sendgrid, AT_NINE) == READERS
    slots = {one.body["batch_id"] for one in sendgrid.accepted}
    assert len(slots) == 1
    assert {one.body["send_at"] for one in sendgrid.accepted} == {int(AT_NINE.timestamp())}
    assert mailroom.asked("SELECT slot FROM slots") == [(slots.pop(),)]


@pytest.mark.parametrize(
    "text", ["2026-11-23T09:00-05:00", "2026-11-23 14:00Z", "2026-11-23 15:00 +01:00", "2026-11-23 09:00:00"]
)
def test_a_time_may_bring_its_own_zone(mailroom: Mailroom, text: str) -> None:
    mailroom.send("--at", text)

    assert mailroom.status()["send_at"] == AT_NINE.isoformat()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "2026-11-23 07:59",
            "pprmail: --at: 2026-11-23 07:59 EST (12:59 UTC) is past; leave --at out to send now, or name a time to come. Nothing was sent",
            id="past",
        ),
        pytest.param(
            "2026-11-26 08:01",
            "pprmail: --at: 2026-11-26 08:01 EST (13:01 UTC) is more than 72 hours ahead, and mail is held no longer; "
            "run this again after 2026-11-23 08:01 EST (13:01 UTC). Nothing was sent",
            id="too-far",
        ),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    mailroom: Mailroom, sendgrid: SendGridStandIn, text: str, sentence: str
) -> None:
    done = mailroom.send("--at", text)

    assert (done.returncode, last_line(done)) == (1, sentence)
    assert mailroom.standing() == Standing("not-sent")
    assert not sendgrid.requests


@pytest.mark.parametrize(
    "options",
    [("--at", "tomorrow"), ("--at", NINE, "--test", "me@example.org"), ("--at", "", "--test", "me@example.org")],
)
def test_what_is_no_time_or_makes_no_sense_is_mistyped(mailroom: Mailroom, options: tuple[str, ...]) -> None:
    assert mailroom.send(*options).returncode == 2


def test_status_tells_until_when_it_is_held_and_can_be_called_off(mailroom: Mailroom, clock: Clock) -> None:
    mailroom.send("--at", NINE)

    early = mailroom.waits_for()
    clock.set(8, 50)
    late = mailroom.waits_for()
    clock.set(9)

    held = "sendgrid holds the mail until 2026-11-23 09:00 EST (14:00 UTC); "
    assert early == f"{held}'pprmail cancel 2020-08' calls it off, for certain until 2026-11-23 08:50"
    assert late == f"{held}it is too late to call it off for certain"
    assert mailroom.waits_for() == "waiting            0"


@pytest.mark.parametrize("provider", ["outbox", "smtp"])
def test_a_provider_that_cannot_hold_mail_refuses(mailroom: Mailroom, provider: str) -> None:
    done = mailroom.send("--at", NINE, "--provider", provider)

    assert done.returncode == 1
    assert last_line(done).startswith(f"pprmail: {provider} cannot hold mail until a time")
    assert mailroom.standing() == Standing("not-sent")


def test_without_a_slot_nothing_is_sealed(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.always(http_faults.INTERNAL_ERROR, at="/v3/mail/batch")

    done = mailroom.send("--at", NINE)

    assert done.returncode == 1
    assert mailroom.standing() == Standing("not-sent")
    assert not sendgrid.accepted


def test_a_dry_run_shows_the_time_and_opens_no_slot(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    done = mailroom.call("send", ISSUE, "--dry-run", "--at", NINE)
    told = json.loads(mailroom.call("send", ISSUE, "--dry-run", "--at", NINE, "--json").stdout)

    assert "2026-11-23 09:00 EST (14:00 UTC)" in done.stdout
    assert told["plan"]["send_at"] == AT_NINE.isoformat()
    assert not sendgrid.requests


# Going on


def stop_after_the_first_batch(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(None, http_faults.NO_CREDITS)
    assert mailroom.send("--at", NINE).returncode == 3


def test_the_rest_is_held_under_the_same_slot(mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)
    clock.set(8, 30)

    done = mailroom.send()

    assert done.returncode == 0
    assert mailroom.standing() == Standing("scheduled", READERS)
    assert len({one.body["batch_id"] for one in sendgrid.accepted}) == 1
    assert delivered(sendgrid, AT_NINE) == READERS


def test_a_slot_of_yesterday_is_not_used_again(mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock) -> None:
    sendgrid.next(None, http_faults.NO_CREDITS)
    mailroom.send("--at", "2026-11-25 09:00")
    clock.now += timedelta(hours=21)

    mailroom.send()

    assert len({one.body["batch_id"] for one in sendgrid.accepted}) == 2
    assert len(mailroom.asked("SELECT slot FROM slots")) == 2


def test_late_by_less_than_an_hour_the_rest_goes_out_at_once(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)
    clock.set(9, 30)

    done = mailroom.send()

    assert done.returncode == 0
    assert (
        "warning: it was to go out 2026-11-23 09:00 EST (14:00 UTC), which is past: those who are left get it at once"
        in done.stderr
    )
    assert "send_at" not in sendgrid.accepted[-1].body
    assert delivered(sendgrid, clock.now) == READERS


def test_a_sender_that_falls_asleep_stops_an_hour_after_the_time_and_asks_again(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = sendgrid._send_mail

    def answer_and_sleep(request: object) -> object:
        answered = answer(request)  # type: ignore[arg-type]
        clock.set(10, 1)
        return answered

    monkeypatch.setattr(sendgrid, "_send_mail", answer_and_sleep)

    done = mailroom.send("--at", NINE)
    asked = mailroom.call("send", ISSUE)

    assert done.returncode == 3
    assert "more than an hour past the time that was set; run this again for those who wait" in done.stderr
    assert mailroom.standing() == Standing("incomplete", 2, waiting=2)
    assert "nobody can answer here" in last_line(asked)
    assert mailroom.send().returncode == 0
    assert delivered(sendgrid, clock.now) == READERS


def test_another_time_than_the_sealed_one_is_refused(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)

    done = mailroom.send("--at", "2026-11-23 10:00")

    assert (done.returncode, last_line(done)) == (
        3,
        "pprmail: 2020-08 was sealed to go out 2026-11-23 09:00 EST (14:00 UTC), and --at cannot change that; leave it out, or 'pprmail cancel 2020-08' first",
    )
    assert len(sendgrid.accepted) == 1


def test_when_everyone_was_accepted_another_time_is_refused_with_1(mailroom: Mailroom) -> None:
    mailroom.send("--at", NINE)

    assert mailroom.send("--at", "2026-11-23 10:00").returncode == 1


def test_the_same_time_again_goes_on(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)

    assert mailroom.send("--at", NINE).returncode == 0


def test_when_all_is_scheduled_there_is_nothing_left_to_do(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send("--at", NINE)
    asked = len(sendgrid.requests)

    done = mailroom.send()

    assert done.returncode == 0
    assert "2020-08 is scheduled for all 4 recipients; there is nothing left to do" in done.stderr
    assert len(sendgrid.requests) == asked


# Calling off


def test_what_is_called_off_in_time_reaches_nobody_and_can_be_sent_anew(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    mailroom.send("--at", NINE)
    clock.set(8, 49)

    done = mailroom.call("cancel", ISSUE)
    state = mailroom.status()["state"]
    sent = mailroom.send()

    assert (done.returncode, done.stdout) == (
        0,
        "2020-08: called off; sendgrid confirmed that it discards the mail to 4 recipients, which was to go out 2026-11-23 09:00 EST (14:00 UTC)\n",
    )
    assert state == "cancelled"
    assert sent.returncode == 0
    assert delivered(sendgrid, AT_NINE + timedelta(days=1)) == READERS


def test_calling_off_takes_the_receipt_and_never_the_cancel_back(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send("--at", NINE)

    mailroom.call("cancel", ISSUE)

    assert not (mailroom.root / RECEIPT).exists()
    assert {one.method for one in sendgrid.requests} == {"GET", "POST"}
    assert delivered(sendgrid, AT_NINE) == 0


def test_what_is_in_doubt_is_called_off_with_the_rest(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(http_faults.RESET_ACCEPTED, http_faults.NO_CREDITS)
    mailroom.send("--at", NINE)
    assert mailroom.standing() == Standing("incomplete", unknown=2, waiting=2)

    done = mailroom.call("cancel", ISSUE)

    assert done.returncode == 0
    assert delivered(sendgrid, AT_NINE) == 0
    assert mailroom.standing().state == "cancelled"


def test_as_long_as_it_is_not_confirmed_nobody_goes_on(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)
    sendgrid.always(http_faults.INTERNAL_ERROR, at=CALL_OFF)

    done = mailroom.call("cancel", ISSUE)
    waits_for = mailroom.waits_for()
    sent = mailroom.send()
    sendgrid.always(None, at=CALL_OFF)
    clock.set(8, 40)
    again = mailroom.call("cancel", ISSUE)

    assert done.returncode == 3
    assert waits_for == "it is being called off, which is not confirmed: 'pprmail cancel 2020-08' goes on with that"
    assert last_line(done).startswith("pprmail: 2020-08 is NOT called off yet: ")
    assert last_line(done).endswith(
        "run this again. Do that before 2026-11-23 08:50; until it is confirmed nothing more is handed over"
    )
    assert (sent.returncode, last_line(sent)) == (
        3,
        (
            "pprmail: 2020-08: its calling off began 2026-11-23 08:00 and is not confirmed; 'pprmail cancel 2020-08' goes on with it. "
            "Nothing was handed over"
        ),
    )
    assert again.returncode == 0
    assert delivered(sendgrid, AT_NINE) == 0


def test_called_off_too_late_everyone_is_in_doubt_until_a_person_settles_it(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    mailroom.send("--at", NINE)
    clock.set(8, 51)

    done = mailroom.call("cancel", ISSUE)
    standing = mailroom.standing()
    again = mailroom.call("cancel", ISSUE)
    clock.set(11)
    settled = mailroom.resolve("--assume-sent")

    assert done.returncode == 3
    assert last_line(done) == (
        "pprmail: called off too late to be sure: it was to go out 2026-11-23 09:00 EST (14:00 UTC), and mail is stopped for certain until "
        "ten minutes before; 4 recipients may have it. Ask two or three of them, then 'pprmail resolve 2020-08'"
    )
    assert standing == Standing("incomplete", unknown=READERS)
    assert again.returncode == 3
    assert settled.returncode == 0
    assert mailroom.standing() == Standing("sent", READERS)


def test_called_off_too_late_and_found_not_to_be_out_it_can_be_sent_anew(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    sendgrid.schedules.late_cancels_work = True
    mailroom.send("--at", NINE)
    clock.set(8, 51)
    mailroom.call("cancel", ISSUE)
    clock.set(11)

    mailroom.resolve("--assume-not-sent")
    cancelled = mailroom.call("cancel", ISSUE)
    sent = mailroom.send()

    assert cancelled.returncode == 0
    assert sent.returncode == 0
    assert delivered(sendgrid, clock.now) == READERS


@pytest.mark.parametrize("hour", [8, 11], ids=["before-its-time", "after"])
def test_called_off_too_late_a_log_that_shows_the_letters_proves_nothing(
    mailroom: Mailroom, clock: Clock, hour: int
) -> None:
    mailroom.send("--at", NINE)
    clock.set(8, 51)
    mailroom.call("cancel", ISSUE)
    clock.set(hour, 55)

    looked = mailroom.resolve()

    assert looked.returncode == 3
    assert "that sendgrid took it proves nothing" in looked.stderr
    assert mailroom.standing() == Standing("incomplete", unknown=READERS)


def test_who_waits_is_not_mailed_while_a_late_call_off_is_not_settled(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)
    clock.set(8, 55)
    mailroom.call("cancel", ISSUE)

    refused, waits_for = mailroom.send(), mailroom.waits_for()
    clock.set(9, 30)
    mailroom.resolve("--assume-sent")
    sent = mailroom.send()

    assert (refused.returncode, last_line(refused)) == (
        3,
        (
            "pprmail: 2020-08 was called off too late to be sure, and 2 recipients are in doubt; 'pprmail resolve 2020-08' settles that first. "
            "Nothing was handed over"
        ),
    )
    assert "sendgrid holds the mail" not in waits_for
    assert sent.returncode == 0


# In doubt while it is held


@pytest.fixture
def doubtful(mailroom: Mailroom, sendgrid: SendGridStandIn) -> Mailroom:
    """Both batches were taken, and both answers lost."""
    sendgrid.next(http_faults.RESET_ACCEPTED, http_faults.RESET_ACCEPTED)
    sendgrid.logs_lag = True
    mailroom.send("--at", NINE)
    assert mailroom.standing() == Standing("incomplete", unknown=READERS)
    return mailroom


def test_before_its_time_nobodys_word_says_who_will_have_the_mail(doubtful: Mailroom) -> None:
    done = doubtful.resolve("--assume-not-sent")

    assert (done.returncode, last_line(done)) == (
        3,
        (
            "pprmail: 4 recipients are in doubt, and nobody can have the mail before 2026-11-23 09:00 EST (14:00 UTC). 'pprmail cancel 2020-08' "
            "calls it off with all that is in doubt, for certain until ten minutes before; then send it anew. Or wait until then, and run this again. "
            "Nothing was settled by your word"
        ),
    )
    assert doubtful.standing() == Standing("incomplete", unknown=READERS)


def test_a_word_does_not_keep_a_cancel_from_asking_the_provider(
    doubtful: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    clock.set(9, 1)
    doubtful.resolve("--assume-not-sent")
    clock.set(8, 30)  # the clock was wrong, and is set back

    done = doubtful.call("cancel", ISSUE)

    assert "called off" in done.stdout
    assert delivered(sendgrid, AT_NINE) == 0


def test_a_calling_off_that_is_not_confirmed_is_neither_settled_nor_called_sent(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    mailroom.send("--at", NINE)
    sendgrid.always(http_faults.INTERNAL_ERROR, at=CALL_OFF)
    mailroom.call("cancel", ISSUE)

    resolved = mailroom.resolve()
    before = mailroom.status()["state"]
    clock.set(9, 1)
    after = mailroom.status()["state"]
    given_up = mailroom.call("cancel", ISSUE)

    assert (resolved.returncode, last_line(resolved)) == (
        1,
        "pprmail: 2020-08 is being called off, and that was not confirmed; 'pprmail cancel 2020-08' goes on with it. Nothing was settled",
    )
    assert (before, after) == ("incomplete", "incomplete")
    assert given_up.returncode == 3
    assert mailroom.standing() == Standing("incomplete", unknown=READERS)


def test_without_the_key_a_cancel_says_that_the_mail_is_not_called_off(mailroom: Mailroom) -> None:
    mailroom.send("--at", NINE)

    done = mailroom.newsletter.call("cancel", ISSUE, PPRMAIL_SECRET_KEY=mailroom.environment["PPRMAIL_SECRET_KEY"])

    assert done.returncode == 3
    assert last_line(done).startswith("pprmail: 2020-08 is NOT called off yet: SENDGRID_API_KEY is not set")


def test_a_slow_clock_of_ours_does_not_make_it_certain(
    newsletter: Newsletter, mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    mailroom.send("--at", NINE)
    sendgrid.clock = lambda: clock() + 55 * 60

    done = mailroom.call("cancel", ISSUE)

    assert done.returncode == 3
    assert mailroom.standing() == Standing("incomplete", unknown=READERS)


def test_after_its_time_it_cannot_be_called_off(mailroom: Mailroom, clock: Clock) -> None:
    mailroom.send("--at", NINE)
    clock.set(9)

    done = mailroom.call("cancel", ISSUE)

    assert (done.returncode, last_line(done)) == (
        1,
        "pprmail: 2020-08 cannot be cancelled: of 4 recipients sendgrid accepted 4, and mail cannot be called back",
    )
    assert mailroom.standing() == Standing("sent", READERS)


def test_what_went_out_at_once_is_never_taken_for_held(
    mailroom: Mailroom, sendgrid: SendGridStandIn, clock: Clock
) -> None:
    stop_after_the_first_batch(mailroom, sendgrid)
    clock.set(9, 10)
    mailroom.send()
    clock.set(8, 10)  # the clock was wrong, and is set back

    done = mailroom.call("cancel", ISSUE)

    assert done.returncode == 1
    assert "cannot be cancelled" in last_line(done)


def test_the_receipt_tells_the_time(mailroom: Mailroom) -> None:
    mailroom.send("--at", NINE)

    assert mailroom.receipt()["send_at"] == AT_NINE.isoformat()
    assert json.loads(mailroom.call("status", "--json").stdout)[0]["state"] == "scheduled"
