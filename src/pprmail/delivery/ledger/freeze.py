"""The freeze: who a mailing is for and who it is not for, written once, in bulk, a chunk in memory at a time."""

from __future__ import annotations

from itertools import count, islice, repeat
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
_CHUNK_ROWS = 1_000
_ADDRESS, _NAME = itemgetter(0), itemgetter(1)


def freeze(connection: Connection, mailing: int, plan: Plan) -> None:
    """Write recipients, exclusions and batches, within a transaction of the caller's."""
    if connection.scalar(select(addresses.c.id).limit(1)) is None:
        _freeze_first(connection, mailing, plan.recipients)
    else:
        _freeze_again(connection, mailing, plan.recipients)
    excluded = ((mailing, line, reason) for line, reason, _ in plan.audience.exclusions)
    _insert(connection, "INSERT INTO exclusions VALUES (?, ?, ?)", excluded)
    batches = ((mailing, number, first, last, "waiting") for number, (first, last) in enumerate(plan.batch_ranges(), 1))
    _insert(connection, "INSERT INTO batches (mailing, number, first, last, state) VALUES (?, ?, ?, ?, ?)", batches)


def _freeze_first(connection: Connection, mailing: int, recipients: Iterable[Subscriber]) -> None:
    """Freeze into a ledger without addresses: these are numbered like the recipients, and indexed when all of them are there."""
    (by_address,) = addresses.indexes
    by_address.drop(connection)
    first = 1
    for chunk in _chunks(recipients):
        connection.exec_driver_sql(
            "INSERT INTO addresses (id, address) VALUES (?, ?)", list(zip(count(first), map(_ADDRESS, chunk)))
        )
        connection.exec_driver_sql(
            "INSERT INTO recipients (mailing, number, address, name) VALUES (?, ?, ?, ?)",
            list(zip(repeat(mailing), count(first), count(first), map(_NAME, chunk))),
        )
        first += len(chunk)
    by_address.create(connection)


def _freeze_again(connection: Connection, mailing: int, recipients: Iterable[Subscriber]) -> None:
    """Freeze into a ledger that has addresses. They are looked up in their own order, so that the index is read once."""
    connection.exec_driver_sql("CREATE TEMPORARY TABLE frozen (number INTEGER PRIMARY KEY, address TEXT, name TEXT)")
    numbered = ((number, address, name) for number, (address, name) in enumerate(recipients, 1))
    _insert(connection, "INSERT INTO frozen VALUES (?, ?, ?)", numbered)
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


def _insert(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    for chunk in _chunks(rows):
        connection.exec_driver_sql(statement, chunk)


def _chunks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    rest = iter(rows)
    while chunk := list(islice(rest, _CHUNK_ROWS)):
        yield chunk
