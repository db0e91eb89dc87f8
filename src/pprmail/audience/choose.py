"""Who of the list may be mailed, and why each of the others may not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pprmail.addresses import BadAddressError, address_key, normal_address, undress
from pprmail.model import EXCLUSION_REASONS, Exclusion, Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pprmail.model import Row

STATUSES = ("subscribed", "unsubscribed", "pending")
LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# CASL s. 10(10): implied consent lasts two years from the last dealing. Express consent lasts until it is withdrawn.
IMPLIED_YEARS = 2


@dataclass(frozen=True, slots=True)
class Audience:
    """The list, decided: rows = recipients + exclusions. ``unsubscribed`` are the addresses that the file says have left."""

    rows: int
    recipients: tuple[Subscriber, ...]
    exclusions: tuple[Exclusion, ...]
    unsubscribed: tuple[str, ...]

    def excluded(self) -> dict[str, int]:
        """How many rows were left out, by reason; reasons without one are left out too."""
        counts = {reason: sum(1 for one in self.exclusions if one.reason == reason) for reason in EXCLUSION_REASONS}
        return {reason: count for reason, count in counts.items() if count}


@dataclass(slots=True)
class _Mailbox:
    """The rows of one address: the first line, the row that speaks for it, and what the rows say together."""

    address: str
    row: Row
    line: int
    statuses: set[str]
    fault: str = ""


def choose_audience(
    rows: Iterable[Row], is_suppressed: Callable[[str], bool], *, require_consent: bool, today: date
) -> Audience:
    """The recipients in list order, and a reason for every other row.

    Two rows with one address are one subscriber: if either has left, so has the subscriber; if the status of either
    cannot be read, the subscriber is not mailed. ``is_suppressed`` is asked about addresses as they are written.
    """
    mailboxes: dict[str, _Mailbox] = {}
    exclusions: list[Exclusion] = []
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - what is left in it is the number of rows
        if exclusion := _file_row(row, mailboxes):
            exclusions.append(exclusion)
    recipients: list[Subscriber] = []
    for mailbox in mailboxes.values():
        reason, detail = _reason(mailbox, is_suppressed, require_consent=require_consent, today=today)
        if reason:
            exclusions.append(Exclusion(mailbox.line, reason, detail))
        else:
            recipients.append(Subscriber(mailbox.address, mailbox.row.name))
    left = tuple(mailbox.address for mailbox in mailboxes.values() if "unsubscribed" in mailbox.statuses)
    return Audience(count, tuple(recipients), tuple(sorted(exclusions, key=lambda one: one.line)), left)


def _file_row(row: Row, mailboxes: dict[str, _Mailbox]) -> Exclusion | None:
    """Put ``row`` to the mailbox of its address; what excludes the row by itself: no address, or one that stands already."""
    try:
        address = normal_address(undress(row.email))
    except BadAddressError as error:
        detail = f"no address that can be mailed: {error}" if row.email else "the email is empty"
        return Exclusion(row.line, "bad-address", detail)
    status = row.status or "subscribed"
    known = mailboxes.get(address_key(address))
    if known is None:
        mailboxes[address_key(address)] = _Mailbox(address, row, row.line, {status}, _fault(row))
        return None
    if not known.fault and (fault := _fault(row)):
        known.fault = f"on line {row.line}: {fault}"
    known.statuses.add(status)
    if not _speaks(known.row) and _speaks(row):
        known.row = row
    return Exclusion(row.line, "duplicate", f"the address stands already on line {known.line}")


def _speaks(row: Row) -> bool:
    return row.status in {"", "subscribed"}


def _fault(row: Row) -> str:
    """What makes the row unreadable, or ''."""
    if row.fault:
        return row.fault
    if row.status and row.status not in STATUSES:
        return f"unknown status {_shown(row.status)}; write one of {', '.join(STATUSES)}"
    if _CONTROL.search(row.name):
        return "the name holds a line break or a control character"
    if len(row.name) > LONGEST_NAME:
        return f"the name has more than {LONGEST_NAME} characters"
    return ""


def _shown(value: str) -> str:
    """The value as a sentence may show it: what holds '@' may be an address."""
    return "something with '@'" if "@" in value else repr(value)


def _reason(
    mailbox: _Mailbox, is_suppressed: Callable[[str], bool], *, require_consent: bool, today: date
) -> tuple[str, str]:
    """Why the mailbox is left out, and what to tell the author; ('', '') when it may be mailed."""
    if "unsubscribed" in mailbox.statuses:
        return "unsubscribed", ""
    if mailbox.fault:
        return "bad-address", mailbox.fault
    if "subscribed" not in mailbox.statuses:
        return "pending", ""
    if is_suppressed(mailbox.address):
        return "suppressed", "asked to leave earlier; the file cannot undo that"
    return _consent_reason(mailbox.row, today) if require_consent else ("", "")


def _consent_reason(row: Row, today: date) -> tuple[str, str]:
    if row.consent not in {"express", "implied"}:
        return "no-consent", "no kind of consent; write express or implied"
    try:
        given = date.fromisoformat(row.consent_date)
    except ValueError:
        return "no-consent", f"consent_date is {_shown(row.consent_date)}; write it as 2019-06-30"
    if not row.consent_source:
        return "no-consent", "no consent_source; write where the consent was given"
    if given > today:
        return "no-consent", f"consent_date {row.consent_date} is still to come"
    if row.consent == "implied" and _years_later(given, IMPLIED_YEARS) < today:
        return "consent-expired", f"implied consent of {row.consent_date} lasts {IMPLIED_YEARS} years"
    return "", ""


def _years_later(day: date, years: int) -> date:
    leap_day = day.month == 2 and day.day == 29  # noqa: PLR2004
    return day.replace(year=day.year + years, day=28 if leap_day else day.day)
