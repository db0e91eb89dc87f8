"""The freeze: who a mailing is for and who it is not for, written once, in bulk, a chunk in memory at a time."""

from __future__ import annotations

from itertools import chain, islice, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from pprmail.state import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from pprmail.delivery.plan import Plan
    from pprmail.model import Subscriber

_Row = TypeVar("_Row")
# A third faster than one row a statement; SQLite before 3.32 takes 999 values a statement (sqlite.org/limits.html)
_ROWS_IN_A_STATEMENT = 190
_ADDRESS, _NAME = itemgetter(0), itemgetter(1)


def freeze(connection: Connection, mailing: int, plan: Plan) -> None:
    """Write recipients, exclusions and batches, within a transaction of the caller's."""
    if connection.scalar(select(addresses.c.id).limit(1)) is None:
        _freeze_first(connection, mailing, plan.recipients)
    else:
        _freeze_again(connection, mailing, plan.recipients)
    excluded = ((mailing, line, reason) for line, reason, _ in plan.audience.exclusions)
    _insert(connection, "exclusions (mailing, line, reason)", excluded)
    batches = ((mailing, number, first, last, "waiting") for number, (first, last) in enumerate(plan.batch_ranges(), 1))
    _insert(connection, "batches (mailing, number, first, last, state)", batches)


def _freeze_first(connection: Connection, mailing: int, recipients: Iterable[Subscriber]) -> None:
    """Freeze into a ledger without addresses: these are numbered like the recipients, and indexed when all of them are there."""
    (by_address,) = addresses.indexes
    by_address.drop(connection)
    first = 1
    for people in _chunks(recipients):
        numbers = range(first, first + len(people))
        _insert(connection, "addresses (id, address)", zip(numbers, map(_ADDRESS, people), strict=True))
        rows = zip(repeat(mailing), numbers, numbers, map(_NAME, people), strict=False)
        _insert(connection, "recipients (mailing, number, address, name)", rows)
        first += len(people)
    by_address.create(connection)


def _freeze_again(connection: Connection, mailing: int, recipients: Iterable[Subscriber]) -> None:
    """Freeze into a ledger that has addresses. They are looked up in their own order, so that the index is read once."""
    connection.exec_driver_sql("CREATE TEMPORARY TABLE frozen (number INTEGER PRIMARY KEY, address TEXT, name TEXT)")
    numbered = ((number, address, name) for number, (address, name) in enumerate(recipients, 1))
    _insert(connection, "frozen (number, address, name)", numbered)
    connection.exec_driver_sql("INSERT OR IGNORE INTO addresses (address) SELECT address FROM frozen ORDER BY address")
    connection.exec_driver_sql(
        """
        INSERT INTO recipients (mailing, number, address, name)
        SELECT ?, frozen.number, addresses.id, frozen.name
        FROM frozen CROSS JOIN addresses ON addresses.address = frozen.address ORDER BY frozen.number
        """,
        (mailing,),
    )
    connection.exec_driver_sql("DROP TABLE frozen")


def _insert(connection: Connection, into: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Insert ``rows`` in order, many with one statement. ``into`` is a table with its columns."""
    for chunk in _chunks(rows):
        row = f"({', '.join('?' * len(chunk[0]))})"
        statement = f"INSERT INTO {into} VALUES {', '.join([row] * len(chunk))}"  # noqa: S608 - our own tables
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(chunk)))


def _chunks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    rest = iter(rows)
    while chunk := list(islice(rest, _ROWS_IN_A_STATEMENT)):
        yield chunk
