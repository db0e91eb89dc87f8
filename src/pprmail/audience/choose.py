"""Who of the list may be mailed, and why each of the others may not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.addresses import BadAddressError, address_key, read_address
from pprmail.audience.spool import CHUNK_ROWS, Spool
from pprmail.model import EXCLUSION_REASONS, Exclusion, Row, Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

STATUSES = ("subscribed", "unsubscribed", "pending")
_SUBSCRIBED = ("", "subscribed")
LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# CASL s. 10(10): implied consent lasts two years from the last dealing. Express consent lasts until it is withdrawn.
IMPLIED_YEARS = 2


_SEEN_BITS = 1 << 26
"""Of a million mailboxes some 15,000 share their bit with another one; these are looked at twice."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The list, decided: rows = recipients + exclusions. ``unsubscribed`` are the addresses that the file says have left.

    All three stand in the list's order, and can be gone through again and again; of a long list they are not in memory.
    """

    rows: int
    recipients: Collection[Subscriber]
    exclusions: Collection[Exclusion]
    unsubscribed: Collection[str]

    def excluded(self) -> dict[str, int]:
        """How many rows were left out, by reason; reasons without one are left out too."""
        counts = Counter(one.reason for one in self.exclusions)
        return {reason: counts[reason] for reason in EXCLUSION_REASONS if reason in counts}


@dataclass(slots=True)
class _Mailbox:
    """What the rows of one address say together, and the first one's line. ``row`` speaks for a first row that does not itself."""

    line: int
    has_left: bool
    is_subscribed: bool
    fault: str
    row: Row | None = None

    @classmethod
    def of(cls, row: Row) -> _Mailbox:
        return cls(row.line, row.status == "unsubscribed", _speaks(row), _fault(row))

    def add(self, row: Row) -> None:
        """Hear another row of the same address."""
        if not self.fault and (fault := _fault(row)):
            self.fault = f"on line {row.line}: {fault}"
        self.has_left |= row.status == "unsubscribed"
        if not self.is_subscribed and _speaks(row):
            self.is_subscribed = True
            self.row = row


class _NormalRow(NamedTuple):
    """A row whose address was read. ``slot`` is the same for the rows of one mailbox, and seldom for others; -1 without an address.

    ``whole`` is None for a row that says nothing but that ``name`` is subscribed. Without an address ``name`` is the reason why.
    """

    slot: int
    line: int
    address: str
    name: str
    whole: tuple[Any, ...] | None

    @property
    def row(self) -> Row:
        return Row(*self.whole) if self.whole else Row(self.line, self.address, self.name)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What is asked of every row besides the list's own word."""

    is_suppressed: Callable[[str], bool]
    require_consent: bool
    today: date


def choose_audience(
    rows: Iterable[Row], is_suppressed: Callable[[str], bool], *, require_consent: bool, today: date
) -> Audience:
    """The recipients in list order, and a reason for every other row. ``rows`` come by rising lines, and are gone through once.

    Two rows with one address are one subscriber: if either has left, so has the subscriber; if the status of either
    cannot be read, the subscriber is not mailed. ``is_suppressed`` is asked about addresses as they are written.
    """
    normal, suspects = _read_addresses(rows, require_consent=require_consent)
    mailboxes = _gather_mailboxes(normal, suspects)
    rules = _Rules(is_suppressed, require_consent, today)
    return _decide(normal, mailboxes, suspects, rules)


def _read_addresses(rows: Iterable[Row], *, require_consent: bool) -> tuple[Spool[_NormalRow], set[int]]:
    """The rows with their addresses, and the slots that more than one of them has."""
    normal = Spool(_NormalRow)
    seen = bytearray(_SEEN_BITS >> 3)
    suspects: set[int] = set()
    everyone = iter(rows)
    while chunk := list(islice(everyone, CHUNK_ROWS)):
        addresses, names = _addresses_of(chunk)
        slots = [hash(address_key(address)) & (_SEEN_BITS - 1) if address else -1 for address in addresses]
        for slot in slots:
            bit = 1 << (slot & 7)
            if seen[slot >> 3] & bit:
                suspects.add(slot)
            else:
                seen[slot >> 3] |= bit
        whole = [
            None if address and not require_consent and _is_plain(row) else row[:]
            for address, row in zip(addresses, chunk, strict=True)
        ]
        normal.write(slots, [row.line for row in chunk], addresses, names, whole)
    suspects.discard(-1)
    return normal, suspects


def _addresses_of(rows: list[Row]) -> tuple[list[str], list[str]]:
    """Address and name of each row; of a row without an address '' and the reason."""
    addresses, names = [], []
    for row in rows:
        try:
            addresses.append(read_address(row.email))
            names.append(row.name)
        except BadAddressError as error:
            addresses.append("")
            names.append(f"no address that can be mailed: {error}" if row.email else "the email is empty")
    return addresses, names


def _gather_mailboxes(normal: Spool[_NormalRow], suspects: set[int]) -> dict[str, _Mailbox]:
    """The mailboxes in the slots that more than one row has, by their keys."""
    mailboxes: dict[str, _Mailbox] = {}
    for columns in normal.chunks() if suspects else ():
        if suspects.isdisjoint(columns[0]):
            continue
        for one in (_NormalRow(*cells) for cells in zip(*columns, strict=True) if cells[0] in suspects):
            key = address_key(one.address)
            if key in mailboxes:
                mailboxes[key].add(one.row)
            else:
                mailboxes[key] = _Mailbox.of(one.row)
    return mailboxes


def _decide(normal: Spool[_NormalRow], mailboxes: dict[str, _Mailbox], suspects: set[int], rules: _Rules) -> Audience:
    """Who is mailed, out of rows of which those in ``suspects`` may share a mailbox."""
    recipients, exclusions, left = Spool(Subscriber), Spool(Exclusion), Spool(str)
    for columns in normal.chunks():
        judged = _Judged()
        for cells in zip(*columns, strict=True):
            slot, _, address, name, whole = cells
            if whole is None and slot not in suspects and not rules.is_suppressed(address):
                judged.addresses.append(address)
                judged.names.append(name)
            else:
                judged.judge(_NormalRow(*cells), mailboxes, rules)
        recipients.write(judged.addresses, judged.names)
        exclusions.write(judged.lines, judged.reasons, judged.details)
        left.write(judged.left)
    return Audience(len(normal), recipients, exclusions, left)


class _Judged:
    """What became of a chunk of rows, in the columns of the spools."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.lines: list[int] = []
        self.reasons: list[str] = []
        self.details: list[str] = []
        self.left: list[str] = []

    def judge(self, one: _NormalRow, mailboxes: dict[str, _Mailbox], rules: _Rules) -> None:
        """Put the row where it belongs."""
        if not one.address:
            self._exclude(one.line, "bad-address", one.name)
            return
        mailbox = mailboxes.get(address_key(one.address)) or _Mailbox.of(one.row)
        if mailbox.line != one.line:
            self._exclude(one.line, "duplicate", f"the address stands already on line {mailbox.line}")
            return
        if mailbox.has_left:
            self.left.append(one.address)
        row = mailbox.row or one.row
        reason, detail = _reason(mailbox, one.address, row, rules)
        if reason:
            self._exclude(one.line, reason, detail)
        else:
            self.addresses.append(one.address)
            self.names.append(row.name)

    def _exclude(self, line: int, reason: str, detail: str) -> None:
        self.lines.append(line)
        self.reasons.append(reason)
        self.details.append(detail)


def _is_plain(row: Row) -> bool:
    """The row says nothing but that its name is subscribed. False for some that say no more than that."""
    return row.status in _SUBSCRIBED and not row.fault and row.name.isprintable() and len(row.name) <= LONGEST_NAME


def _speaks(row: Row) -> bool:
    return row.status in _SUBSCRIBED


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


def _reason(mailbox: _Mailbox, address: str, row: Row, rules: _Rules) -> tuple[str, str]:
    """Why the mailbox is left out, and what to tell the author; ('', '') when it may be mailed."""
    if mailbox.has_left:
        return "unsubscribed", ""
    if mailbox.fault:
        return "bad-address", mailbox.fault
    if not mailbox.is_subscribed:
        return "pending", ""
    if rules.is_suppressed(address):
        return "suppressed", "asked to leave earlier; the file cannot undo that"
    return _consent_reason(row, rules.today) if rules.require_consent else ("", "")


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
