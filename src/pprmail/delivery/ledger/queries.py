"""What the ledger's tables say: questions only, each within a transaction of the caller's."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from pprmail.delivery.ledger.ranges import spans_of
from pprmail.delivery.ledger.values import Counts, Mailing, Recipient, RecipientOutcome, State
from pprmail.model import EXCLUSION_REASONS, Subscriber
from pprmail.state import addresses, batches, exceptions, exclusions, recipients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from pprmail.delivery.ledger.ranges import Span

_EXCEPTION_OF_RECIPIENT = and_(exceptions.c.mailing == recipients.c.mailing, exceptions.c.number == recipients.c.number)


def read_counts(connection: Connection, mailing: Mailing) -> Counts:
    """What became of everyone in ``mailing``."""
    states = dict.fromkeys((State.WAITING, State.CLAIMED, State.ACCEPTED, State.UNKNOWN), 0)
    spans = [span for span, _ in _spans(connection, mailing)]
    for span in spans:
        states[span.state] += span.size
    excluded, rejected = _exclusions(connection, mailing), 0
    for number, (outcome, _) in _exceptions(connection, mailing, 1, _last_number(spans)).items():
        states[_state_of(number, spans)] -= 1
        if outcome == "rejected":
            rejected += 1
        else:
            excluded[outcome] = excluded.get(outcome, 0) + 1
    count_of_recipients = sum(states.values()) + rejected
    return Counts(
        rows=count_of_recipients + sum(excluded.values()),
        recipients=count_of_recipients,
        excluded={reason: excluded[reason] for reason in EXCLUSION_REASONS if reason in excluded},
        accepted=states[State.ACCEPTED],
        rejected=rejected,
        unknown=states[State.UNKNOWN] + states[State.CLAIMED],
        waiting=states[State.WAITING],
        open_batches=_open_batches(connection, mailing),
    )


def _spans(connection: Connection, mailing: Mailing) -> list[tuple[Span, str]]:
    """The recipients of ``mailing`` by state, in order and without a gap, each span with its batch's detail."""
    query = select(batches).where(batches.c.mailing == mailing.id).order_by(batches.c.first)
    return [(span, row.detail or "") for row in connection.execute(query) for span in spans_of(row)]


def _last_number(spans: list[Span]) -> int:
    return spans[-1].last if spans else 0


def _state_of(number: int, spans: list[Span]) -> str:
    return spans[bisect_right(spans, number, key=lambda span: span.first) - 1].state


def _open_batches(connection: Connection, mailing: Mailing) -> int:
    query = select(func.count()).where(batches.c.mailing == mailing.id, batches.c.state != State.ACCEPTED)
    return connection.scalar(query) or 0


def _exclusions(connection: Connection, mailing: Mailing) -> dict[str, int]:
    reason = exclusions.c.reason
    query = select(reason, func.count()).where(exclusions.c.mailing == mailing.id).group_by(reason)
    return {row[0]: row[1] for row in connection.execute(query)}


def _exceptions(connection: Connection, mailing: Mailing, first: int, last: int) -> dict[int, tuple[str, str]]:
    """Outcome and detail of those among the recipients ``first`` to ``last`` whose outcome is not their batch's."""
    columns = exceptions.c.number, exceptions.c.outcome, exceptions.c.detail
    query = select(*columns).where(exceptions.c.mailing == mailing.id, exceptions.c.number.between(first, last))
    return {number: (outcome, detail) for number, outcome, detail in connection.execute(query)}


def read_outcomes(connection: Connection, mailing: Mailing) -> Iterator[RecipientOutcome]:
    """What became of every recipient, in order; one stretch of them is in memory at a time."""
    for (state, first, last), why in _spans(connection, mailing):
        odd = _exceptions(connection, mailing, first, last)
        is_unknown = state in {State.CLAIMED, State.UNKNOWN}
        usual = ("unknown", why) if is_unknown else (state, "")
        query = (
            select(recipients.c.number, addresses.c.address, recipients.c.name)
            .join(addresses, addresses.c.id == recipients.c.address)
            .where(recipients.c.mailing == mailing.id, recipients.c.number.between(first, last))
            .order_by(recipients.c.number)
        )
        for number, address, name in connection.execute(query):
            yield RecipientOutcome(number, Subscriber(address, name), *odd.get(number, usual))


_RECIPIENTS = """
SELECT recipients.number, addresses.address, recipients.name
FROM recipients JOIN addresses ON addresses.id = recipients.address
WHERE recipients.mailing = ? AND recipients.number BETWEEN ? AND ?
  AND recipients.number NOT IN (SELECT number FROM exceptions WHERE mailing = ? AND number BETWEEN ? AND ?)
ORDER BY recipients.number
"""


def read_recipients(connection: Connection, mailing: Mailing, first: int, last: int) -> tuple[Recipient, ...]:
    """The recipients numbered from ``first`` to ``last``, less the exceptions among them."""
    span = (mailing.id, first, last)
    # A million of these are read in a send; the cursor's own tuples take half the time of SQLAlchemy's rows
    cursor = connection.exec_driver_sql(_RECIPIENTS, span + span).cursor
    rows = cursor.fetchall() if cursor else ()
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


def as_time(text: str | None) -> datetime | None:
    """The time in a column that may be null."""
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
        suppressions_seen=row.suppressions_seen,
        revision=row.revision,
        ended=as_time(row.ended),
        stopped=row.stopped,
        cancelled=as_time(row.cancelled),
        send_at=as_time(row.send_at),
        calling_off=as_time(row.calling_off),
    )
