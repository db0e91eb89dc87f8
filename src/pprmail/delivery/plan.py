"""What a mailing will do, decided before anything is done: recipients, batches, and what changed since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from pprmail.addresses import address_key
from pprmail.audience.spool import CHUNK_ROWS, PARTS, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pprmail.audience.choose import Audience
    from pprmail.model import Subscriber

MOST_GONE = 10
MOST_GONE_SHARE = 0.02
_MOST_WAITING = 50_000


@dataclass(frozen=True, slots=True)
class ListChange:
    """The list against the last mailing's recipients, as counts of people.

    ``gone`` are no longer in the file, or pending, or unreadable; ``newly_unsubscribed`` are marked in the file or asked
    to leave. ``left_by_file`` are those of both who did not ask us themselves.
    """

    before: int
    added: int
    gone: int
    newly_unsubscribed: int
    left_by_file: int

    @property
    def is_suspicious(self) -> bool:
        """More than 10 people and 2 % left by the file alone: a slip in a spreadsheet, more likely than not."""
        return self.left_by_file > MOST_GONE and self.left_by_file > MOST_GONE_SHARE * self.before


@dataclass(frozen=True, slots=True)
class Plan:
    """An audience cut into batches. ``change`` is None when there was no mailing before."""

    audience: Audience
    batch_size: int
    change: ListChange | None = None

    @property
    def recipients(self) -> Collection[Subscriber]:
        """Who the mailing is for, numbered from 1 in this order."""
        return self.audience.recipients

    @property
    def batch_count(self) -> int:
        """How many requests there will be."""
        return -(-len(self.recipients) // self.batch_size)

    def batch_ranges(self) -> Iterator[tuple[int, int]]:
        """The first and last recipient number of each batch."""
        for first in range(1, len(self.recipients) + 1, self.batch_size):
            yield first, min(first + self.batch_size - 1, len(self.recipients))


def plan_mailing(
    audience: Audience, batch_size: int, last_recipients: Iterable[str] | None, asked_to_leave: Callable[[str], bool]
) -> Plan:
    """Cut ``audience`` into batches and compare it with the last mailing.

    ``last_recipients`` are that mailing's addresses, each mailbox once, or None; they are gone through once. ``asked_to_leave``
    is true of an address whose reader, provider or a person acting for the reader told us, whatever the file says. An empty
    audience gives a plan without batches; the caller refuses to send it.
    """
    change = None if last_recipients is None else _compare(audience, last_recipients, asked_to_leave)
    return Plan(audience, batch_size, change)


def _compare(audience: Audience, last_recipients: Iterable[str], asked_to_leave: Callable[[str], bool]) -> ListChange:
    comparison = _Comparison()
    now = (one.address for one in audience.recipients)
    nobody: set[str] = set()
    for earlier, later in zip_longest(_keys_of(last_recipients), _keys_of(now), fillvalue=nobody):
        comparison.add(earlier, later)
    left = unsubscribed = by_file = 0
    for lost, marked in comparison.lost(audience.unsubscribed):
        asked = {key for key in lost if asked_to_leave(key)}
        left += len(lost)
        unsubscribed += len(marked | asked)
        by_file += len(lost) - len(asked)
    return ListChange(
        before=comparison.before,
        added=comparison.now - (comparison.before - left),
        gone=left - unsubscribed,
        newly_unsubscribed=unsubscribed,
        left_by_file=by_file,
    )


def _keys_of(addresses: Iterable[str]) -> Iterator[set[str]]:
    """The keys of the mailboxes, some at a time."""
    keys = map(address_key, addresses)
    while chunk := set(islice(keys, CHUNK_ROWS)):
        yield chunk


class _Comparison:
    """Two lists of mailboxes, compared while they are gone through side by side.

    Who stands in both at nearly the same place, as in two months of one list, is forgotten at once. When too many wait for
    their likes, because the order is another one, they are put by in parts, and each part is compared by itself.
    """

    def __init__(self) -> None:
        self.before = self.now = 0
        self._lost: set[str] = set()
        self._added: set[str] = set()
        self._lost_parts = Parts()
        self._added_parts = Parts()

    def add(self, earlier: set[str], later: set[str]) -> None:
        """Some more keys of the earlier list, and of the later one."""
        self.before += len(earlier)
        self.now += len(later)
        _cancel(earlier, self._added)
        self._lost |= earlier
        _cancel(later, self._lost)
        self._added |= later
        if len(self._lost) + len(self._added) > _MOST_WAITING:
            self._put_by()

    def lost(self, marked: Iterable[str]) -> Iterator[tuple[set[str], set[str]]]:
        """The keys that are in the earlier list alone, in sets, and those of each that are among the addresses ``marked``."""
        if not self._lost_parts:
            yield self._lost, self._lost.intersection(map(address_key, marked))
            return
        self._put_by()
        marked_parts = Parts()
        for keys in _keys_of(marked):
            marked_parts.put(keys)
        for number in range(PARTS):
            lost = set(self._lost_parts.part(number)).difference(self._added_parts.part(number))
            yield lost, lost.intersection(marked_parts.part(number))

    def _put_by(self) -> None:
        self._lost_parts.put(self._lost)
        self._added_parts.put(self._added)
        self._lost, self._added = set(), set()


def _cancel(keys: set[str], waiting: set[str]) -> None:
    """Take from both sets what is in both."""
    both = keys & waiting
    keys -= both
    waiting -= both
