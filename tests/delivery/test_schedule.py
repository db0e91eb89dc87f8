from __future__ import annotations

import re
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.plans import ACCEPTED, claim, open_ledger, plan, sealed_mail
from pprmail.delivery.answer import Answer, Outcome, Rejection
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.resolve import settle_by_word
from pprmail.delivery.schedule import (
    FRESH_FOR,
    LONGEST_AHEAD,
    MOST_LATE,
    SURE_AHEAD,
    Schedule,
    Step,
    call_off,
    next_step,
    open_schedule,
    read_time,
    refuse_time,
    too_late,
    was_called_off,
)
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger, Mailing

TORONTO = ZoneInfo("America/Toronto")
NOON = datetime(2020, 8, 14, 16, 0, tzinfo=UTC)
TIME = NOON + timedelta(hours=5)


def say(time: datetime) -> str:
    return f"{time:%m-%d %H:%M}"


# When


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2020-08-14 09:00", datetime(2020, 8, 14, 13, tzinfo=UTC)),
        ("2020-08-14T09:00", datetime(2020, 8, 14, 13, tzinfo=UTC)),
        (" 2020-01-14 09:00:30 ", datetime(2020, 1, 14, 14, 0, 30, tzinfo=UTC)),
        ("2020-08-14 09:00Z", datetime(2020, 8, 14, 9, tzinfo=UTC)),
        ("2020-08-14 09:00 z", datetime(2020, 8, 14, 9, tzinfo=UTC)),
        ("2020-08-14T09:00-07:00", datetime(2020, 8, 14, 16, tzinfo=UTC)),
        ("2020-08-14 09:00 +0530", datetime(2020, 8, 14, 3, 30, tzinfo=UTC)),
        ("2020-11-01 01:30 -04:00", datetime(2020, 11, 1, 5, 30, tzinfo=UTC)),
        ("2020-11-01 01:30 -05:00", datetime(2020, 11, 1, 6, 30, tzinfo=UTC)),
        ("2020-03-08 03:00", datetime(2020, 3, 8, 7, tzinfo=UTC)),
        ("2020-11-01 02:00", datetime(2020, 11, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_the_newsletters_zone_or_its_own(text: str, time: datetime) -> None:
    assert read_time(text, TORONTO) == time


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "2020-03-08 02:30",
            "there is no 2020-03-08 02:30 in America/Toronto: the clocks go forward then; take another time",
        ),
        (
            "2020-11-01 01:30",
            "2020-11-01 01:30 comes twice in America/Toronto, for the clocks go back then; add which one you mean: -04:00 or -05:00",
        ),
        ("2020-02-30 09:00", "'2020-02-30 09:00' is no time; there is no such day, hour, minute or zone"),
        ("2020-08-14 24:61", "'2020-08-14 24:61' is no time; there is no such day, hour, minute or zone"),
        ("0001-01-01 00:00Z", "'0001-01-01 00:00Z' is too far away"),
        ("9999-12-31 23:59 -12:00", "'9999-12-31 23:59 -12:00' is too far away"),
        (
            "tomorrow",
            "'tomorrow' is no time; write it as '2020-08-14 09:00', with a zone such as Z or -04:00 if it is not the newsletter's",
        ),
    ],
)
def test_what_is_no_time_or_is_two_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_time(text, TORONTO)


@pytest.mark.parametrize(
    "text", ["", "2020-08-14", "09:00", "2020-W33-5", "٢٠٢٠-٠٨-١٤ ٠٩:٠٠", "2020-08-14 09:00 EST", "2020-08-14 9:00"]
)
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        read_time(text, TORONTO)


@given(
    st.text(max_size=40)
    | st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]( ?[+-][0-9]{2}:?[0-9]{2})?\Z")
)
def test_any_text_is_a_time_or_is_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_time(text, TORONTO).tzinfo is UTC


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_what_is_written_with_its_zone_is_read_back(time: datetime) -> None:
    whole = time.replace(microsecond=0)

    assert read_time(whole.astimezone(TORONTO).isoformat(), UTC) == whole


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), LONGEST_AHEAD])
def test_up_to_three_days_ahead_may_be(ahead: timedelta) -> None:
    refuse_time(NOON + ahead, NOON, say)


@pytest.mark.parametrize(
    ("ahead", "sentence"),
    [
        (
            timedelta(0),
            "--at: 08-14 16:00 is past; leave --at out to send now, or name a time to come. Nothing was sent",
        ),
        (
            LONGEST_AHEAD + timedelta(minutes=1),
            "--at: 08-17 16:01 is more than 72 hours ahead, and mail is held no longer; run this again after 08-14 16:01. Nothing was sent",
        ),
    ],
)
def test_other_times_are_refused(ahead: timedelta, sentence: str) -> None:
    with pytest.raises(PprmailError) as caught:
        refuse_time(NOON + ahead, NOON, say)

    assert str(caught.value) == sentence


def test_a_sender_stops_an_hour_after_the_time_unless_it_began_later() -> None:
    assert too_late(TIME, NOON) == TIME + MOST_LATE
    assert too_late(TIME, TIME + MOST_LATE) == TIME + MOST_LATE
    assert too_late(TIME, TIME + MOST_LATE + timedelta(seconds=1)) is None
    assert too_late(None, NOON) is None


# Slots, and calling off


@dataclass
class Host:
    """A provider that holds mail; ``confirms`` is when it confirms that a slot is called off, or never does."""

    confirms: datetime | None = NOON
    holds_mail: bool = True
    opened: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open_slot(self) -> str:
        self.opened.append(f"s{len(self.opened) + 1}")
        return self.opened[-1]

    def call_off(self, slot: str) -> datetime:
        self.asked.append(slot)
        if self.confirms is None:
            message = "nobody answers"
            raise PprmailError(message)
        return self.confirms


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


@pytest.fixture
def mailing(ledger: Ledger) -> Mailing:
    """Four readers in two batches, the first of them accepted, held under ``s0``."""
    begun = ledger.begin(sealed_mail(), plan(4), Outlet("holder", "", Schedule(TIME, "s0")), NOON)
    book = ledger.sending(begun)
    book.start(again=False)
    batch = claim(book)
    book.settle(batch, ACCEPTED, (), NOON)
    book.end("", NOON)
    return begun


def state(ledger: Ledger) -> tuple[int, int, int]:
    """How many are accepted, in doubt, and waiting."""
    mailing = ledger.find("2020-08", real=True)
    assert mailing
    counts = ledger.counts(mailing)
    return counts.accepted, counts.unknown, counts.waiting


@pytest.mark.parametrize(
    ("time", "now"), [(None, NOON), (NOON, NOON), (NOON - timedelta(hours=1), NOON)], ids=["none", "now", "past"]
)
def test_what_goes_out_at_once_needs_no_slot(time: datetime | None, now: datetime) -> None:
    host = Host()

    assert open_schedule(time, host, None, now) is None
    assert not host.opened


def test_a_fresh_slot_is_used_again_and_a_stale_one_is_not(ledger: Ledger, mailing: Mailing) -> None:
    host, book, late = Host(), ledger.holding(mailing), NOON + FRESH_FOR
    time = late + timedelta(hours=1)

    before = open_schedule(time, host, book, late - timedelta(seconds=1))
    after = open_schedule(time, host, book, late)
    again = open_schedule(time, host, book, late)

    assert before == Schedule(time, "s0")
    assert after == again == Schedule(time, "s1")
    assert [one.name for one in book.slots()] == ["s0", "s1"]


def test_a_slot_that_was_called_off_is_never_used_again(ledger: Ledger, mailing: Mailing) -> None:
    book = ledger.holding(mailing)
    book.record_called_off("s0", NOON)

    assert open_schedule(TIME, Host(), book, NOON) == Schedule(TIME, "s1")


def test_all_slots_are_called_off_in_time(ledger: Ledger, mailing: Mailing) -> None:
    book, host = ledger.holding(mailing), Host(confirms=TIME - SURE_AHEAD)
    book.add("s1", NOON + timedelta(hours=1))

    is_sure = call_off(book, host, TIME, lambda: NOON)

    assert is_sure
    assert host.asked == ["s0", "s1"]
    assert {one.called_off for one in book.slots()} == {TIME - SURE_AHEAD}
    assert state(ledger) == (2, 0, 2)


def test_confirmed_a_second_too_late_nothing_is_sure(ledger: Ledger, mailing: Mailing) -> None:
    host = Host(confirms=TIME - SURE_AHEAD + timedelta(seconds=1))

    is_sure = call_off(ledger.holding(mailing), host, TIME, lambda: NOON)

    assert not is_sure
    assert state(ledger) == (0, 2, 2)


def test_a_call_off_that_is_not_confirmed_is_gone_on_with_and_asks_only_for_the_rest(
    ledger: Ledger, mailing: Mailing
) -> None:
    book, host = ledger.holding(mailing), Host(confirms=None)
    book.add("s1", NOON + timedelta(hours=1))
    book.record_called_off("s0", NOON)

    with pytest.raises(PprmailError, match="nobody answers"):
        call_off(book, host, TIME, lambda: NOON)
    begun = ledger.find("2020-08", real=True)
    host.confirms = NOON
    is_sure = call_off(book, host, TIME, lambda: NOON + timedelta(hours=1))

    assert begun
    assert begun.calling_off == NOON
    assert state(ledger) == (2, 0, 2)
    assert is_sure
    assert host.asked == ["s1", "s1"]


def test_what_is_not_confirmed_when_its_time_comes_is_in_doubt(ledger: Ledger, mailing: Mailing) -> None:
    is_sure = call_off(ledger.holding(mailing), Host(confirms=None), TIME, lambda: TIME)

    ended = ledger.find("2020-08", real=True)
    assert not is_sure
    assert state(ledger) == (0, 2, 2)
    assert ended
    assert ended.calling_off is None
    assert ended.stopped == "called off, and not confirmed before its time: nobody answers"


def test_readers_who_have_left_or_were_refused_are_not_put_in_doubt(ledger: Ledger, mailing: Mailing) -> None:
    book = ledger.sending(mailing)
    book.start(again=False)
    last = claim(book, "a2")
    refusals = tuple(Rejection(number, "no such reader") for number, _ in last.recipients)
    book.settle(last, ACCEPTED, refusals, NOON)

    call_off(ledger.holding(mailing), Host(confirms=TIME), TIME, lambda: NOON)

    counts = ledger.counts(mailing)
    assert (counts.accepted, counts.rejected, counts.unknown, counts.open_batches) == (0, 2, 2, 1)


# What a cancel does


def settled_by_word(ledger: Ledger, mailing: Mailing) -> None:
    """The first batch was in doubt, and a person says that nobody has it."""
    book = ledger.sending(mailing)
    book.start(again=False)
    book.settle(claim(book, "a2"), Answer(Outcome.UNKNOWN), (), NOON)
    settle_by_word(book, was_sent=False, now=NOON)


def step(ledger: Ledger, now: datetime = NOON) -> Step:
    mailing = ledger.find("2020-08", real=True)
    assert mailing
    return next_step(ledger.holding(mailing), mailing, ledger.counts(mailing), now)


def test_what_is_held_is_called_off_until_its_time(ledger: Ledger, mailing: Mailing) -> None:
    assert [step(ledger, now) for now in (NOON, TIME - timedelta(seconds=1), TIME)] == [
        Step.CALL_OFF, Step.CALL_OFF, Step.REFUSE
    ]  # fmt: skip


def test_what_never_went_to_the_provider_is_undone_without_asking(ledger: Ledger) -> None:
    ledger.begin(sealed_mail(), plan(4), Outlet("holder", "", Schedule(TIME, "s0")), NOON)

    assert step(ledger) is Step.UNDO


def test_a_persons_word_empties_no_slot(ledger: Ledger) -> None:
    settled_by_word(ledger, ledger.begin(sealed_mail(), plan(2), Outlet("holder", "", Schedule(TIME, "s0")), NOON))

    assert [step(ledger, now) for now in (NOON, TIME)] == [Step.CALL_OFF, Step.UNDO]


def test_a_calling_off_that_began_goes_on_past_the_time(ledger: Ledger, mailing: Mailing) -> None:
    ledger.holding(mailing).begin_call_off(NOON)

    assert step(ledger, TIME) is Step.CALL_OFF


def test_a_slot_whose_calling_off_was_given_up_counts_as_called_off(ledger: Ledger, mailing: Mailing) -> None:
    book = ledger.holding(mailing)
    before = was_called_off(book)

    call_off(book, Host(confirms=None), TIME, lambda: TIME)

    assert (before, was_called_off(book)) == (False, True)
    assert open_schedule(TIME + timedelta(hours=1), Host(), book, TIME) == Schedule(TIME + timedelta(hours=1), "s1")
