"""What a mailing will do, decided before anything is done: recipients, batches, and what changed since the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pprmail.addresses import address_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pprmail.audience.choose import Audience
    from pprmail.model import Subscriber

MOST_GONE = 10
MOST_GONE_SHARE = 0.02


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
    def recipients(self) -> tuple[Subscriber, ...]:
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

    ``last_recipients`` are that mailing's addresses, or None. ``asked_to_leave`` is true of an address whose reader,
    provider or a person acting for the reader told us, whatever the file says. An empty audience gives a plan without
    batches; the caller refuses to send it.
    """
    change = None if last_recipients is None else _compare(audience, last_recipients, asked_to_leave)
    return Plan(audience, batch_size, change)


def _compare(audience: Audience, last_recipients: Iterable[str], asked_to_leave: Callable[[str], bool]) -> ListChange:
    before = {address_key(address): address for address in last_recipients}
    now = {address_key(one.address) for one in audience.recipients}
    marked = {address_key(address) for address in audience.unsubscribed}
    lost = {key: address for key, address in before.items() if key not in now}
    asked = {key for key, address in lost.items() if asked_to_leave(address)}
    newly_unsubscribed = {key for key in lost if key in marked or key in asked}
    return ListChange(
        before=len(before),
        added=len(now - before.keys()),
        gone=len(lost) - len(newly_unsubscribed),
        newly_unsubscribed=len(newly_unsubscribed),
        left_by_file=len(lost) - len(asked),
    )
