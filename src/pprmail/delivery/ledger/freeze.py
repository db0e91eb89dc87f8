"""The freeze: who a mailing is for and who it is not for, written once, in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pprmail.delivery.plan import Plan


def freeze(connection: Connection, mailing: int, plan: Plan) -> None:
    """Write recipients, exclusions and batches, by bulk inserts of tuples."""
    people = plan.recipients
    if people:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO addresses (address) VALUES (?)", [(one.address,) for one in people]
        )
        connection.exec_driver_sql(
            "INSERT INTO recipients (mailing, number, address, name) SELECT ?, ?, id, ? FROM addresses WHERE address = ?",
            [(mailing, number, one.name, one.address) for number, one in enumerate(people, 1)],
        )
        rows = [
            (mailing, number, first, last, "waiting") for number, (first, last) in enumerate(plan.batch_ranges(), 1)
        ]
        connection.exec_driver_sql(
            "INSERT INTO batches (mailing, number, first, last, state) VALUES (?, ?, ?, ?, ?)", rows
        )
    if plan.audience.exclusions:
        connection.exec_driver_sql(
            "INSERT INTO exclusions VALUES (?, ?, ?)",
            [(mailing, one.line, one.reason) for one in plan.audience.exclusions],
        )
