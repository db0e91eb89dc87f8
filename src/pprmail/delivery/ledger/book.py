"""The ledger: what was sealed, for whom, and what became of everyone. What a sender writes is in ``sending``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from pprmail.audience.consent import FILE, last_suppression, load_suppressed, record_suppressions
from pprmail.audience.keys import missing_key
from pprmail.audience.tokens import Signer
from pprmail.delivery.ledger.freeze import freeze
from pprmail.delivery.ledger.holding import HoldingBook, add_slot
from pprmail.delivery.ledger.home import record_home, strange_home
from pprmail.delivery.ledger.queries import as_mailing, read_counts, read_outcomes
from pprmail.delivery.ledger.sending import SendingBook
from pprmail.delivery.ledger.steps import record_step
from pprmail.delivery.ledger.values import ISSUE_KIND, OUTBOX, State, TestMail
from pprmail.delivery.seal import SealedMail
from pprmail.errors import PprmailError
from pprmail.state import (
    DATABASE_ID,
    addresses,
    batches,
    engine_path,
    facts,
    keys,
    mailings,
    open_state,
    reading,
    recipients,
    sealed_mails,
    test_mails,
    writing,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine

    from pprmail.audience.keys import Keyring
    from pprmail.delivery.ledger.values import Counts, Mailing, Outlet, RecipientOutcome
    from pprmail.delivery.plan import Plan

_NEWSLETTER = "newsletter"


class Ledger:
    """The ledger in one database, used under one keyring. Closing it lets go of the file."""

    def __init__(self, engine: Engine, keyring: Keyring, newsletter_id: str) -> None:
        """Use ``Ledger.open``."""
        self._engine = engine
        self._keyring = keyring
        self._newsletter_id = newsletter_id

    @classmethod
    def open(cls, url: str, keyring: Keyring, newsletter_id: str, *, busy_seconds: float = 5.0) -> Ledger:
        """The ledger at ``url``, made if there is none.

        Raises ``PprmailError`` when the database was made with a key that ``keyring`` lacks, belongs to another newsletter, or
        cannot be used.
        """
        engine = open_state(url, busy_seconds=busy_seconds)
        try:
            check_owner(engine, keyring, newsletter_id)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, keyring, newsletter_id)

    def close(self) -> None:
        """Let go of the database file."""
        self._engine.dispose()

    # What stands

    def find(self, issue: str, *, real: bool) -> Mailing | None:
        """The newest mailing of ``issue``, by a real provider or through the outbox; a cancelled one too."""
        through = mailings.c.provider != OUTBOX if real else mailings.c.provider == OUTBOX
        with reading(self._engine) as connection:
            row = connection.execute(
                select(mailings).where(mailings.c.issue == issue, through).order_by(mailings.c.id.desc()).limit(1)
            ).first()
        return as_mailing(row) if row else None

    def issues(self) -> tuple[str, ...]:
        """The issues that have mailings, oldest first."""
        with reading(self._engine) as connection:
            return tuple(connection.scalars(select(mailings.c.issue).distinct().order_by(mailings.c.issue)))

    def counts(self, mailing: Mailing) -> Counts:
        """What became of everyone in ``mailing``."""
        with reading(self._engine) as connection:
            return read_counts(connection, mailing)

    def outcomes(self, mailing: Mailing) -> Iterator[RecipientOutcome]:
        """What became of every recipient, in order."""
        with reading(self._engine) as connection:
            yield from read_outcomes(connection, mailing)

    def sealed_mail(self, mailing: Mailing) -> SealedMail:
        """The content that was sealed."""
        with reading(self._engine) as connection:
            content = connection.scalar(
                select(sealed_mails.c.content).where(sealed_mails.c.sha256 == mailing.sealed_sha256)
            )
        return SealedMail.from_json(content or "")

    def last_recipients(self) -> Iterator[str] | None:
        """The addresses of the last mailing that was not cancelled, a real one before any to the outbox; None without one.

        They come in the list's order, a few in memory at a time.
        """
        with reading(self._engine) as connection:
            last = connection.scalar(
                select(mailings.c.id)
                .where(mailings.c.cancelled.is_(None))
                .order_by(mailings.c.provider == OUTBOX, mailings.c.id.desc())
                .limit(1)
            )
        return None if last is None else self._addresses_of(last)

    def _addresses_of(self, mailing: int) -> Iterator[str]:
        query = (
            select(addresses.c.address)
            .join(recipients, recipients.c.address == addresses.c.id)
            .where(recipients.c.mailing == mailing)
            .order_by(recipients.c.number)
        )
        with reading(self._engine) as connection:
            yield from connection.scalars(query)

    def suppressed(self, *sources: str) -> frozenset[bytes]:
        """The hashes of those who asked to leave, of all sources unless some are named."""
        with reading(self._engine) as connection:
            return load_suppressed(connection, sources) if sources else load_suppressed(connection)

    def last_suppression(self) -> int:
        """What tells the suppressions that stand from those that are to come; 0 when there are none."""
        with reading(self._engine) as connection:
            return last_suppression(connection)

    @property
    def database_id(self) -> str:
        """What tells this database from every other; a copy of it has the same."""
        with reading(self._engine) as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == DATABASE_ID)) or ""

    def mailing(self, number: int) -> Mailing | None:
        """The mailing with the id ``number``."""
        with reading(self._engine) as connection:
            row = connection.execute(select(mailings).where(mailings.c.id == number)).first()
        return as_mailing(row) if row else None

    # Seal, freeze, plan

    def begin(
        self, sealed: SealedMail, plan: Plan, outlet: Outlet, now: datetime, *, suppressions_seen: int = 0
    ) -> Mailing:
        """Seal ``sealed`` and freeze ``plan``, in one transaction; those the list says have left are suppressed from now on.

        ``suppressions_seen`` is the ``last_suppression`` before the audience was chosen: who asked to leave after that, while the
        author was looking at the plan, is found at the claims.
        """
        with writing(self._engine) as connection:
            none_joined = last_suppression(connection) == suppressions_seen
            self._own(connection, now)
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO sealed_mails VALUES (?, ?)", (sealed.sha256, sealed.to_json())
            )
            values = {
                "issue": sealed.issue,
                "kind": ISSUE_KIND,
                "provider": outlet.provider,
                "folder": outlet.folder,
                "sealed_sha256": sealed.sha256,
                "key_fingerprint": self._keyring.fingerprints[0],
                "sealed": now.isoformat(),
                "suppressions_seen": suppressions_seen,
                "revision": 1,
                "send_at": outlet.schedule.time.isoformat() if outlet.schedule else None,
            }
            mailing = connection.execute(mailings.insert().values(values)).inserted_primary_key
            if mailing is None:  # pragma: no cover - an insert of one row has a key
                raise TypeError(values)
            freeze(connection, int(mailing[0]), plan)
            if outlet.schedule:
                add_slot(connection, int(mailing[0]), outlet.schedule.slot, now)
            self._suppress_left(connection, plan.audience.unsubscribed, now)
            if none_joined:
                # Those just recorded are excluded already: no claim needs to look for them
                seen = last_suppression(connection)
                connection.execute(mailings.update().where(mailings.c.id == mailing[0]).values(suppressions_seen=seen))
            row = connection.execute(select(mailings).where(mailings.c.id == mailing[0])).one()
        return as_mailing(row)

    def _suppress_left(self, connection: Connection, addresses_left: Iterable[str], now: datetime) -> None:
        key = self._keyring.current
        signer = Signer(key, self._newsletter_id)
        record_suppressions(connection, (signer.address_hash(address) for address in addresses_left), key, FILE, now)

    def _own(self, connection: Connection, now: datetime) -> None:
        """Record whose database this is: its hashes say nothing under another key or another newsletter's id."""
        connection.exec_driver_sql("INSERT OR IGNORE INTO facts VALUES (?, ?)", (_NEWSLETTER, self._newsletter_id))
        for fingerprint in self._keyring.fingerprints:
            connection.exec_driver_sql("INSERT OR IGNORE INTO keys VALUES (?, ?)", (fingerprint, now.isoformat()))

    def strange_home(self) -> str:
        """The name of the machine that this ledger was copied from; '' when it is at home."""
        return strange_home(self._engine)

    def record_home(self) -> None:
        """This ledger is at home where it lies now."""
        record_home(self._engine)

    def sending(self, mailing: Mailing) -> SendingBook:
        """The book that the one sender of ``mailing`` writes."""
        return SendingBook(self._engine, self._keyring, self._newsletter_id, mailing)

    def holding(self, mailing: Mailing) -> HoldingBook:
        """The book of what the provider holds of ``mailing``."""
        return HoldingBook(self._engine, mailing)

    def record_left(self, addresses_left: Iterable[str], now: datetime) -> None:
        """Record that readers left by the list's word: they are mailed no more, from whatever mailing."""
        with writing(self._engine) as connection:
            self._suppress_left(connection, addresses_left, now)

    def cancel(self, mailing: Mailing, now: datetime) -> None:
        """Undo the seal: everyone waits again, and the issue can be sealed anew."""
        waiting = {"state": State.WAITING, "attempt": None, "progress": None}
        with writing(self._engine) as connection:
            connection.execute(batches.update().where(batches.c.mailing == mailing.id).values(waiting))
            record_step(connection, mailing.id, cancelled=now.isoformat(), calling_off=None)

    # Beside the mailings

    def last_test(self, issue: str) -> TestMail | None:
        """The last test mail of ``issue``; None when there was none."""
        with reading(self._engine) as connection:
            row = connection.execute(select(test_mails).where(test_mails.c.issue == issue)).first()
        return TestMail(row.sealed_sha256, datetime.fromisoformat(row.sent)) if row else None

    def record_test(self, issue: str, sealed_sha256: str, now: datetime) -> None:
        """Remember what the last test mail of ``issue`` showed."""
        with writing(self._engine) as connection:
            self._own(connection, now)
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO test_mails VALUES (?, ?, ?)", (issue, sealed_sha256, now.isoformat())
            )

    def unsubscribe(self, hashes_by_key: dict[bytes, list[bytes]], source: str, now: datetime) -> int:
        """Record who asked to leave, each hash under the key that made it; how many were new."""
        with writing(self._engine) as connection:
            self._own(connection, now)
            return sum(
                record_suppressions(connection, hashes, key, source, now) for key, hashes in hashes_by_key.items()
            )


def check_owner(engine: Engine, keyring: Keyring, newsletter_id: str) -> None:
    """Raise ``PprmailError`` when the database knows a key that ``keyring`` lacks, or belongs to another newsletter."""
    with reading(engine) as connection:
        recorded = tuple(connection.scalars(select(keys.c.fingerprint)))
        owner = connection.scalar(select(facts.c.value).where(facts.c.name == _NEWSLETTER))
    for one in recorded:
        if one not in keyring.fingerprints:
            raise PprmailError(missing_key(one))
    if owner is not None and owner != newsletter_id:
        message = (
            f"{engine_path(engine)}: belongs to the newsletter {owner!r}, and 'id' under [newsletter] is {newsletter_id!r}; "
            "write the old id again, or name another file under [delivery] database"
        )
        raise PprmailError(message)
