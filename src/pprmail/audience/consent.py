"""Who asked to leave: suppressions, kept by keyed hash and never by address."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from pprmail.audience.keys import fingerprint
from pprmail.audience.spool import CHUNK_ROWS
from pprmail.audience.tokens import Signer
from pprmail.state import suppressions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from pprmail.audience.keys import Keyring

FILE, PERSON, READER = "file", "person", "reader"
"""Where a suppression comes from. One of the file's a person may lift, with a reason; the others hold for ever."""


def record_suppressions(connection: Connection, hashes: Iterable[bytes], key: bytes, source: str, now: datetime) -> int:
    """Record each hash once, some in memory at a time, and say how many were new.

    One that stands with source ``file`` takes over a stronger source; one that was lifted stands again.
    """
    before = _count(connection)
    statement = insert(suppressions)
    stronger = source != FILE
    # A new id, so that a mailing sealed while it was lifted sees it
    stands_again = {
        "id": select(func.max(suppressions.c.id) + 1).scalar_subquery(),
        "lifted": None,
        "lifted_reason": None,
    }
    update = stands_again | ({"source": statement.excluded.source} if stronger else {})
    weaker = (
        suppressions.c.lifted.is_not(None) | (suppressions.c.source == FILE)
        if stronger
        else suppressions.c.lifted.is_not(None)
    )
    recorded = statement.on_conflict_do_update(index_elements=["address_hash"], set_=update, where=weaker)
    same = {"key_fingerprint": fingerprint(key), "source": source, "recorded": now.isoformat()}
    rest = iter(hashes)
    while rows := [{"address_hash": one, **same} for one in islice(rest, CHUNK_ROWS)]:
        connection.execute(recorded, rows)
    return _count(connection) - before


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(suppressions).where(suppressions.c.lifted.is_(None))) or 0


def load_suppressed(connection: Connection, sources: tuple[str, ...] = (FILE, PERSON, READER)) -> frozenset[bytes]:
    """The hashes that are in force, of the given sources."""
    query = select(suppressions.c.address_hash).where(
        suppressions.c.lifted.is_(None), suppressions.c.source.in_(sources)
    )
    return frozenset(connection.scalars(query))


def last_suppression(connection: Connection) -> int:
    """The id of the newest suppression, 0 without one: those that come later have higher ones."""
    return connection.scalar(select(func.max(suppressions.c.id))) or 0


def load_suppressed_since(connection: Connection, last: int) -> frozenset[bytes]:
    """The hashes in force that were recorded after the suppression with the id ``last``."""
    query = select(suppressions.c.address_hash).where(suppressions.c.lifted.is_(None), suppressions.c.id > last)
    return frozenset(connection.scalars(query))


def suppression_test(suppressed: frozenset[bytes], keyring: Keyring, newsletter_id: str) -> Callable[[str], bool]:
    """A test whether an address is among ``suppressed``, under any key of the ring."""
    signers = [Signer(key, newsletter_id) for key in keyring.keys]
    return lambda address: (
        any(signer.address_hash(address) in suppressed for signer in signers) if suppressed else False
    )
