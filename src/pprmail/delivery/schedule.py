"""Mail that the provider holds until a time: when that may be, and how it is called off.

SendGrid takes mail up to 72 hours ahead, and can call it off for certain until ten minutes before its time (Mail Send errors;
Scheduling Parameters, 2026).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from pprmail.delivery.ledger import Counts, HoldingBook, Mailing
    from pprmail.delivery.providers.base import Holder

LONGEST_AHEAD = timedelta(hours=72)
SURE_AHEAD = timedelta(minutes=10)
"""Until so long before its time, mail can be called off for certain."""
MOST_LATE = timedelta(hours=1)
"""Later than that, a sender that is at work stops, so that whoever resumes is asked again."""
FRESH_FOR = timedelta(hours=20)
"""A slot is used for so long: one older than a day may hold mail that never goes out (sendgrid/docs#2648, #2289)."""
_YEARS = range(1970, 9000)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?) ?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE | re.ASCII)


class Schedule(NamedTuple):
    """When held mail is to go out, aware UTC, and the slot under which the provider holds it (SendGrid: ``batch_id``)."""

    time: datetime
    slot: str


# When


def read_time(text: str, zone: tzinfo) -> datetime:
    """The time in ``text``, ``2020-08-14 09:00`` in ``zone`` or with its own ``Z`` or ``-04:00``, as aware UTC.

    Raises ``ValueError`` with a sentence for what is no time, or is none in ``zone``, or is two in it.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        message = f"{text!r} is no time; write it as '2020-08-14 09:00', with a zone such as Z or -04:00 if it is not the newsletter's"
        raise ValueError(message)
    day, clock, offset = match.groups()
    try:
        time = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
    except ValueError as error:
        message = f"{text!r} is no time; there is no such day, hour, minute or zone"
        raise ValueError(message) from error
    if time.year not in _YEARS:
        message = f"{text!r} is too far away"
        raise ValueError(message)
    return time.astimezone(UTC) if offset else _in_zone(time, zone)


def _in_zone(time: datetime, zone: tzinfo) -> datetime:
    """``time`` as the clocks in ``zone`` show it."""
    earlier, later = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        message = f"there is no {time:%Y-%m-%d %H:%M} in {zone}: the clocks go forward then; take another time"
    else:
        both = " or ".join(one.isoformat()[-6:] for one in (earlier, later))
        message = (
            f"{time:%Y-%m-%d %H:%M} comes twice in {zone}, for the clocks go back then; add which one you mean: {both}"
        )
    raise ValueError(message)


def refuse_time(time: datetime, now: datetime, say_time: Callable[[datetime], str]) -> None:
    """Raise ``PprmailError`` for a ``time`` that no provider takes at ``now``."""
    if time <= now:
        message = (
            f"--at: {say_time(time)} is past; leave --at out to send now, or name a time to come. Nothing was sent"
        )
        raise PprmailError(message)
    if time > now + LONGEST_AHEAD:
        message = (
            f"--at: {say_time(time)} is more than 72 hours ahead, and mail is held no longer; "
            f"run this again after {say_time(time - LONGEST_AHEAD)}. Nothing was sent"
        )
        raise PprmailError(message)


def too_late(send_at: datetime | None, now: datetime) -> datetime | None:
    """When a sender that begins ``now`` stops, because its mail would be late; None: never."""
    return send_at + MOST_LATE if send_at and now <= send_at + MOST_LATE else None


# Under which slot


def open_schedule(time: datetime | None, provider: Holder, book: HoldingBook | None, now: datetime) -> Schedule | None:
    """The schedule of a run of the sender: the newest slot in ``book`` that is fresh, else one that is opened and recorded now.

    Without a book the caller records it. None when nothing is to be held any more, because ``time`` is past or there is none.
    Raises ``PprmailError`` when no slot can be had.
    """
    if time is None or time <= now:
        return None
    fresh = [one for one in (book.slots() if book else ()) if not one.called_off and now - one.opened < FRESH_FOR]
    if fresh:
        return Schedule(time, fresh[-1].name)
    schedule = Schedule(time, provider.open_slot())
    if book:
        book.add(schedule.slot, now)
    return schedule


# Calling it off


class Step(Enum):
    """What a cancel of a mailing to readers does."""

    UNDO = "undo the seal: nobody has it, or may have it"
    CALL_OFF = "have the provider discard what it holds"
    REFUSE = "nothing: somebody has it, or may have it"


def next_step(book: HoldingBook, mailing: Mailing, counts: Counts, now: datetime) -> Step:
    """What ``cancel`` is to do now. A person's word that nobody was mailed empties no slot: what is held is called off all the same."""
    send_at = mailing.send_at
    if send_at and book.may_hold() and not book.has_gone_out(send_at) and (mailing.calling_off or now < send_at):
        return Step.CALL_OFF
    return Step.REFUSE if counts.accepted or counts.unknown else Step.UNDO


def was_called_off(book: HoldingBook) -> bool:
    """Mail was called off, too late to be sure: what the provider took is no evidence of what went out, nor one letter of another."""
    return any(one.called_off for one in book.slots())


def call_off(book: HoldingBook, provider: Holder, time: datetime, clock: Callable[[], datetime]) -> bool:
    """Have the provider discard all that it holds. True: nobody gets it, and the seal may be undone.

    False: it was too late to be sure, and those accepted are in doubt in the ledger. Raises ``PprmailError`` when the provider
    did not confirm and there is still time: to be run again; until then nobody may go on with the mailing.
    """
    book.begin_call_off(clock())
    try:
        confirmed = [one.called_off or _call_one_off(book, provider, one.name) for one in book.slots()]
    except PprmailError as error:
        if clock() < time:
            raise
        book.end_in_doubt(f"called off, and not confirmed before its time: {error}", clock())
        return False
    if max(confirmed) <= time - SURE_AHEAD:
        return True
    book.end_in_doubt("called off less than ten minutes before its time, which is too late to be sure", clock())
    return False


def _call_one_off(book: HoldingBook, provider: Holder, slot: str) -> datetime:
    confirmed = provider.call_off(slot)
    book.record_called_off(slot, confirmed)
    return confirmed
