"""A step of a mailing: what changes where it stands, and what its receipt has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.state import mailings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def record_step(connection: Connection, mailing: int, **values: object) -> None:
    """Record ``values`` of ``mailing``, if any, and that it has come a step further, within the caller's transaction."""
    step = {"revision": mailings.c.revision + 1}
    connection.execute(mailings.update().where(mailings.c.id == mailing).values(values | step))
