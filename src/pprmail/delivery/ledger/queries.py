"""What the ledger's tables say: questions only, each within a transaction of the caller's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from pprmail.delivery.ledger.values import Counts, Mailing, Recipient
from pprmail.model import EXCLUSION_REASONS, Subscriber
from pprmail.state import addresses, batches, exceptions, exclusions, recipients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

# Where an exception, or a recipient, stands in its mailing's batches
_BATCH_OF_EXCEPTION = and_(
    batches.c.mailing == exceptions.c.mailing, exceptions.c.number.between(batches.c.first, batches.c.last)
)
_BATCH_OF_RECIPIENT = and_(
    batches.c.mailing == recipients.c.mailing, recipients.c.number.between(batches.c.first, batches.c.last)
)
_EXCEPTION_OF_RECIPIENT = and_(exceptions.c.mailing == recipients.c.mailing, exceptions.c.number == recipients.c.number)


def read_counts(connection: Connection, mailing: Mailing) -> Counts:
    """What became of everyone in ``mailing``."""
    states = dict.fromkeys(("waiting", "claimed", "accepted", "unknown"), 0) | _batch_sizes(connection, mailing)
    excluded, rejected = _exclusions(connection, mailing), 0
    for outcome, state, count in _exceptions(connection, mailing):
        states[state] -= count
        if outcome == "rejected":
            rejected += count
        else:
            excluded[outcome] = excluded.get(outcome, 0) + count
    count_of_recipients = sum(states.values()) + rejected
    return Counts(
        rows=count_of_recipients + sum(excluded.values()),
        recipients=count_of_recipients,
        excluded={reason: excluded[reason] for reason in EXCLUSION_REASONS if reason in excluded},
        accepted=states["accepted"],
        rejected=rejected,
        unknown=states["unknown"] + states["claimed"],
        waiting=states["waiting"],
        open_batches=_open_batches(connection, mailing),
    )


def _open_batches(connection: Connection, mailing: Mailing) -> int:
    query = select(func.count()).where(batches.c.mailing == mailing.id, batches.c.state != "accepted")
    return connection.scalar(query) or 0


def _batch_sizes(connection: Connection, mailing: Mailing) -> dict[str, int]:
    size = func.sum(batches.c.last - batches.c.first + 1)
    query = select(batches.c.state, size).where(batches.c.mailing == mailing.id).group_by(batches.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def _exclusions(connection: Connection, mailing: Mailing) -> dict[str, int]:
    reason = exclusions.c.reason
    query = select(reason, func.count()).where(exclusions.c.mailing == mailing.id).group_by(reason)
    return {row[0]: row[1] for row in connection.execute(query)}


def _exceptions(connection: Connection, mailing: Mailing) -> list[tuple[str, str, int]]:
    """How many exceptions there are of each outcome among the batches of each state."""
    kinds = (exceptions.c.outcome, batches.c.state)
    query = (
        select(*kinds, func.count())
        .join(batches, _BATCH_OF_EXCEPTION)
        .where(exceptions.c.mailing == mailing.id)
        .group_by(*kinds)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def read_outcomes(connection: Connection, mailing: Mailing) -> Iterator[tuple[int, Subscriber, str, str]]:
    """Number, subscriber, outcome and detail of every recipient, in order."""
    outcome = func.coalesce(exceptions.c.outcome, batches.c.state)
    query = (
        select(
            recipients.c.number, addresses.c.address, recipients.c.name, outcome, func.coalesce(exceptions.c.detail, "")
        )
        .join(addresses, addresses.c.id == recipients.c.address)
        .join(batches, _BATCH_OF_RECIPIENT)
        .outerjoin(exceptions, _EXCEPTION_OF_RECIPIENT)
        .where(recipients.c.mailing == mailing.id)
        .order_by(recipients.c.number)
    )
    for number, address, name, what, detail in connection.execute(query):
        yield number, Subscriber(address, name), "unknown" if what == "claimed" else what, detail


def read_recipients(connection: Connection, mailing: Mailing, first: int, last: int) -> tuple[Recipient, ...]:
    """The recipients numbered from ``first`` to ``last``, less the exceptions among them."""
    query = (
        select(recipients.c.number, addresses.c.address, recipients.c.name)
        .join(addresses, addresses.c.id == recipients.c.address)
        .outerjoin(exceptions, _EXCEPTION_OF_RECIPIENT)
        .where(recipients.c.mailing == mailing.id, recipients.c.number.between(first, last))
        .where(exceptions.c.number.is_(None))
        .order_by(recipients.c.number)
    )
    rows = connection.execute(query)
    return tuple(Recipient(number, Subscriber(address, name)) for number, address, name in rows)


def read_leavers(connection: Connection, mailing: Mailing, first: int, last: int) -> tuple[Subscriber, ...]:
    """Those numbered from ``first`` to ``last`` who asked to leave since the seal."""
    query = (
        select(addresses.c.address, recipients.c.name)
        .join(recipients, recipients.c.address == addresses.c.id)
        .join(exceptions, _EXCEPTION_OF_RECIPIENT)
        .where(recipients.c.mailing == mailing.id, recipients.c.number.between(first, last))
        .where(exceptions.c.outcome == "suppressed")
        .order_by(recipients.c.number)
    )
    return tuple(Subscriber(address, name) for address, name in connection.execute(query))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def as_mailing(row: Any) -> Mailing:  # noqa: ANN401 - a row of mailings
    """The mailing in a row of its table."""
    return Mailing(
        id=row.id,
        issue=row.issue,
        provider=row.provider,
        folder=row.folder,
        sealed_sha256=row.sealed_sha256,
        key_fingerprint=row.key_fingerprint,
        sealed=datetime.fromisoformat(row.sealed),
        ended=_time(row.ended),
        cancelled=_time(row.cancelled),
    )
