"""How far a database has come, and whether another state of it has come at least as far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from pprmail.delivery.ledger.ranges import spans_of
from pprmail.delivery.ledger.values import State
from pprmail.state import (
    DATABASE_ID,
    batches,
    facts,
    keys,
    mailings,
    resolutions,
    suppressions,
    test_mails,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from pprmail.delivery.ledger.ranges import Span

_ACCEPTED = frozenset((State.ACCEPTED,))
_NOT_WAITING = frozenset((State.ACCEPTED, State.CLAIMED, State.UNKNOWN))


class MailingStanding(NamedTuple):
    """What tells a mailing from every other (``sealed``), and how far it is. ``batches`` are the rows of its batches."""

    sealed: tuple[str, ...]
    revision: int
    is_cancelled: bool
    batches: tuple[Any, ...]

    def spans(self, states: frozenset[str]) -> list[Span]:
        """The recipients in one of ``states``, in order."""
        spans = (span for row in self.batches for span in spans_of(row))
        return sorted((span for span in spans if span.state in states), key=lambda span: span.first)


class Standing(NamedTuple):
    """How far a database has come. ``suppressions`` tell of each hash its id, which grows, and whether it was lifted.

    ``newsletter`` is '' as long as nothing was recorded.
    """

    database_id: str
    newsletter: str
    fingerprints: frozenset[str]
    mailings: Mapping[int, MailingStanding]
    suppressions: Mapping[bytes, tuple[int, bool]]
    resolutions: frozenset[tuple[Any, ...]]
    has_tests: bool

    @property
    def is_unused(self) -> bool:
        """Nothing would be lost with it."""
        return not (self.fingerprints or self.mailings or self.suppressions or self.has_tests)


def read_standing(connection: Connection) -> Standing:
    """How far the database has come."""
    named = {row.name: row.value for row in connection.execute(select(facts))}
    by_mailing: dict[int, list[Any]] = {}
    for row in connection.execute(select(batches).order_by(batches.c.mailing, batches.c.first)):
        by_mailing.setdefault(row.mailing, []).append(row)
    return Standing(
        named.get(DATABASE_ID, ""),
        named.get("newsletter", ""),
        frozenset(connection.scalars(select(keys.c.fingerprint))),
        {
            row.id: MailingStanding(
                (row.issue, row.provider, row.sealed, row.sealed_sha256),
                row.revision,
                row.cancelled is not None,
                tuple(by_mailing.get(row.id, ())),
            )
            for row in connection.execute(select(mailings))
        },
        {row.address_hash: (row.id, row.lifted is not None) for row in connection.execute(select(suppressions))},
        frozenset(tuple(row) for row in connection.execute(select(resolutions))),
        connection.execute(select(test_mails.c.issue).limit(1)).first() is not None,
    )


def knows_all(newer: Standing, older: Standing) -> bool:
    """``newer`` is the same database, and nothing that ``older`` knows is unknown to it."""
    return (
        newer.database_id == older.database_id
        and older.fingerprints <= newer.fingerprints
        and older.resolutions <= newer.resolutions
        and all(newer.suppressions.get(one, (0, False)) >= stands for one, stands in older.suppressions.items())
        and all(one in newer.mailings and _is_further(newer.mailings[one], own) for one, own in older.mailings.items())
    )


def _is_further(newer: MailingStanding, older: MailingStanding) -> bool:
    """``newer`` is the same mailing, as far or further.

    The revision is the same within a run. Within it, nobody who was claimed waits; after it, nobody who was accepted does.
    """
    if newer.sealed != older.sealed or newer.revision < older.revision:
        return False
    if newer.is_cancelled or newer.batches == older.batches:
        return True
    kept = (_ACCEPTED,) if newer.revision > older.revision else (_ACCEPTED, _NOT_WAITING)
    return all(_covers(newer.spans(states), older.spans(states)) for states in kept)


def _covers(wide: Iterable[Span], narrow: Iterable[Span]) -> bool:
    """Every number in ``narrow`` is in ``wide``; both are in order."""
    joined: list[tuple[int, int]] = []
    for span in wide:
        if joined and span.first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], span.last)
        else:
            joined.append((span.first, span.last))
    rest = iter(joined)
    first, last = next(rest, (0, -1))
    for span in narrow:
        while last < span.last:
            following = next(rest, None)
            if following is None:
                return False
            first, last = following
        if span.first < first:
            return False
    return True
