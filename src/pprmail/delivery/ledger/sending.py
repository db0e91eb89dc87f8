"""What a sender writes into the ledger of one mailing, before the wire and after it.

A batch goes from ``waiting`` to ``claimed`` (committed before the provider is called) to ``accepted`` or ``unknown``, or
back to ``waiting`` when it was certainly not handed over. A claimed batch whose sender is gone may or may not have
been taken: it is unknown. Where recipients are handed over one by one, ``progress`` names the one in doubt, and the
batch is cut around it.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from pprmail.audience.consent import last_suppression, load_suppressed_since, suppression_test
from pprmail.delivery.answer import Next, Outcome
from pprmail.delivery.ledger.queries import read_leavers, read_recipients
from pprmail.delivery.ledger.ranges import Span, carve_waiting, cut, spans_of
from pprmail.delivery.ledger.steps import record_step
from pprmail.delivery.ledger.values import OUTBOX, Batch, HandOver, State
from pprmail.errors import PprmailError
from pprmail.state import batches, exceptions, mailings, reading, resolutions, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine, Row

    from pprmail.audience.keys import Keyring
    from pprmail.delivery.answer import Answer, Rejection
    from pprmail.delivery.ledger.values import Mailing

_SENDER_GONE = "the sender ended before the provider's answer was recorded"


class SendingBook:
    """The ledger of one mailing, as its one sender writes it. Its threads take turns."""

    def __init__(self, engine: Engine, keyring: Keyring, newsletter_id: str, mailing: Mailing) -> None:
        """Use ``Ledger.sending``."""
        self._engine = engine
        self._keyring = keyring
        self._newsletter_id = newsletter_id
        self.mailing = mailing
        self._here = batches.c.mailing == mailing.id
        self._late: tuple[int, frozenset[bytes]] = (0, frozenset())
        self._together: Connection | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written within is one transaction: a commit takes longer than all that it holds."""
        with writing(self._engine) as connection:
            self._together = connection
            try:
                yield
            finally:
                self._together = None

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._together is not None:
            yield self._together
            return
        with writing(self._engine) as connection:
            yield connection

    # A run of the sender

    def start(self, *, again: bool) -> None:
        """A sender is at work from now on, and no other is: what one before it had claimed is settled.

        With ``again`` it waits, because the provider takes a repeat without harm; else it is in doubt.
        """
        with self._writing() as connection:
            self._settle_claims(connection, State.WAITING if again else State.UNKNOWN)
            connection.execute(batches.update().where(self._here, batches.c.tries > 0).values(tries=0))
            record_step(connection, self.mailing.id, ended=None, stopped=None)

    def settle_claims(self) -> None:
        """No sender is at work, and none will be: what the last one had claimed is in doubt."""
        with self._writing() as connection:
            self._settle_claims(connection, State.UNKNOWN)

    def _settle_claims(self, connection: Connection, state: str) -> None:
        rows = connection.execute(select(batches).where(self._here, batches.c.state == State.CLAIMED)).all()
        for row in rows:
            spans = [span._replace(state=state) if span.state == State.CLAIMED else span for span in spans_of(row)]
            if state == State.UNKNOWN and not read_recipients(connection, self.mailing, row.first, row.last):
                # Its readers have all left: there is nobody to be in doubt of
                spans = [Span(State.ACCEPTED, row.first, row.last)]
            cut(connection, self.mailing.id, row, spans, detail="" if state == State.WAITING else _SENDER_GONE)

    def end(self, stopped: str | None, now: datetime) -> None:
        """The sender stops. ``stopped`` says why before everyone was handed over; None when nothing is left to do."""
        with self._writing() as connection:
            record_step(connection, self.mailing.id, ended=now.isoformat(), stopped=stopped)

    # A batch

    def claim(self, attempt: str, now: datetime, *, most: int, one_by_one: bool) -> Batch | None:
        """The next batch that waits, of ``most`` recipients, claimed before anything else happens; None when none waits.

        Those that were tried least come first. ``attempt`` names this claim and no other. Recipients who asked to leave since the
        seal become excluded here, in the same transaction, and are the batch's leavers. ``one_by_one``: the journal will
        say who is in doubt; nobody is, yet.
        """
        with self._writing() as connection:
            row = connection.execute(
                select(batches)
                .where(self._here, batches.c.state == State.WAITING)
                .order_by(batches.c.tries, batches.c.first)
                .limit(1)
            ).first()
            if row is None:
                return None
            last = min(row.last, row.first + most - 1)
            if last < row.last:
                halves = [Span(State.WAITING, row.first, last), Span(State.WAITING, last + 1, row.last)]
                cut(connection, self.mailing.id, row, halves)
            self._exclude_leavers(connection, row.first, last)
            connection.execute(
                batches.update()
                .where(self._here, batches.c.number == row.number)
                .values(
                    settled=None,
                    state=State.CLAIMED,
                    attempt=attempt,
                    claimed=now.isoformat(timespec="microseconds"),
                    progress=0 if one_by_one else None,
                    tries=row.tries + 1,
                    detail=None,
                )
            )
            people = read_recipients(connection, self.mailing, row.first, last)
            has_exceptions = len(people) < last - row.first + 1
            leavers = read_leavers(connection, self.mailing, row.first, last) if has_exceptions else ()
            return Batch(row.number, attempt, people, leavers, now, row.tries)

    def _exclude_leavers(self, connection: Connection, first: int, last: int) -> None:
        late = self._suppressed_since_seal(connection)
        if not late:
            return
        is_suppressed = suppression_test(late, self._keyring, self._newsletter_id)
        rows = [
            (self.mailing.id, one.number, "suppressed", "asked to leave after the seal")
            for one in read_recipients(connection, self.mailing, first, last)
            if is_suppressed(one.subscriber.address)
        ]
        if rows:
            connection.exec_driver_sql("INSERT INTO exceptions VALUES (?, ?, ?, ?)", rows)

    def _suppressed_since_seal(self, connection: Connection) -> frozenset[bytes]:
        """Loaded anew only when a suppression has joined."""
        newest = last_suppression(connection)
        if newest != self._late[0]:
            self._late = newest, load_suppressed_since(connection, self.mailing.suppressions_seen)
        return self._late[1]

    def progress(self, batch: Batch, number: int, rejections: Iterable[Rejection]) -> None:
        """Recipient ``number`` of ``batch`` is in doubt from now on; those before it are settled, ``rejections`` among them.

        Raises ``PprmailError`` when the batch is no longer claimed under this attempt: another sender may have it.
        """
        with self._writing() as connection:
            self._reject(connection, rejections)
            ours = connection.exec_driver_sql(
                "UPDATE batches SET progress = ? WHERE mailing = ? AND number = ? AND attempt = ? AND state = 'claimed'",
                (number, self.mailing.id, batch.number, batch.attempt),
            ).rowcount
            if not ours:
                message = f"batch {batch.number} of {self.mailing.issue} was taken over by another sender; see 'pprmail status', then run this again"
                raise PprmailError(message)

    def settle(
        self, batch: Batch, answer: Answer, rejections: Iterable[Rejection], now: datetime,
        *, blameless: Sequence[Rejection] = (),
    ) -> None:  # fmt: skip
        """Record the ``answer`` for ``batch``, and whom the provider rejected.

        ``blameless`` were rejected, now or before, for what turned out to be the sender's fault: they wait again, save those
        in a batch that is still claimed. An answer to another attempt than the batch is claimed under changes nothing.
        """
        with self._writing() as connection:
            row = self._row(connection, batch.number)
            if row.state != State.CLAIMED or row.attempt != batch.attempt:
                return
            self._reject(connection, rejections)
            settled, spans = now.isoformat(timespec="microseconds"), list(_settled(row, batch, answer))
            learnt = {"settled": settled, "provider_id": answer.provider_id, "detail": answer.detail}
            cut(connection, self.mailing.id, row, spans, **learnt)
            self._readmit(connection, blameless)

    def readmit(self, blameless: Iterable[Rejection]) -> None:
        """Those of ``blameless`` who still stand as rejected wait again; who was accepted meanwhile stays so."""
        with self._writing() as connection:
            self._readmit(connection, blameless)

    def _readmit(self, connection: Connection, blameless: Iterable[Rejection]) -> None:
        for number, _ in blameless:
            rejected = (
                (exceptions.c.mailing == self.mailing.id)
                & (exceptions.c.number == number)
                & (exceptions.c.outcome == "rejected")
            )
            stands = connection.execute(select(exceptions.c.number).where(rejected)).first() is not None
            if stands and carve_waiting(connection, self.mailing.id, number):
                connection.execute(exceptions.delete().where(rejected))

    def _row(self, connection: Connection, number: int) -> Row[Any]:
        return connection.execute(select(batches).where(self._here, batches.c.number == number)).one()

    def _reject(self, connection: Connection, rejections: Iterable[Rejection]) -> None:
        rows = [(self.mailing.id, number, "rejected", reason) for number, reason in rejections]
        if rows:
            connection.exec_driver_sql("INSERT INTO exceptions VALUES (?, ?, ?, ?)", rows)

    # What was handed over, and what is in doubt

    def handed_over_since(self, time: datetime, now: datetime) -> tuple[HandOver, ...]:
        """What real providers may have taken since ``time``, of every mailing: a cap is the newsletter's, not a mailing's.

        A batch counts from its answer, for it may have been long on its way; one still on its way counts from ``now``.
        """
        when = func.coalesce(batches.c.settled, batches.c.claimed)
        size = func.sum(batches.c.last - batches.c.first + 1)
        on_its_way = self._here & (batches.c.state == State.CLAIMED)
        query = (
            select(on_its_way, when, size)
            .join(mailings, mailings.c.id == batches.c.mailing)
            .where(mailings.c.provider != OUTBOX, batches.c.state != State.WAITING)
            .where(on_its_way | (when >= time.isoformat(timespec="microseconds")))
            .group_by(on_its_way, when)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(
            sorted(HandOver(now if is_open else datetime.fromisoformat(at), count) for is_open, at, count in rows)
        )

    def has_waiting(self) -> bool:
        """Somebody is still to be handed over."""
        query = select(batches.c.number).where(self._here, batches.c.state == State.WAITING).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def doubtful(self) -> tuple[Batch, ...]:
        """The batches of which nobody knows whether the provider took them, in order."""
        query = select(batches).where(self._here, batches.c.state == State.UNKNOWN).order_by(batches.c.first)
        with reading(self._engine) as connection:
            return tuple(
                Batch(
                    row.number,
                    row.attempt,
                    read_recipients(connection, self.mailing, row.first, row.last),
                    claimed=datetime.fromisoformat(row.claimed),
                )
                for row in connection.execute(query)
            )

    def resolve(self, batch: Batch, word: str, answer: Answer, now: datetime) -> None:
        """A doubt is settled: ``batch`` was accepted, or was not handed over; ``word`` says on whose word, for ever.

        What is no longer in doubt stays as it is.
        """
        with self._writing() as connection:
            row = self._row(connection, batch.number)
            if row.state != State.UNKNOWN or row.attempt != batch.attempt:
                return
            connection.execute(
                resolutions.insert().values(
                    mailing=self.mailing.id,
                    first=row.first,
                    last=row.last,
                    attempt=batch.attempt,
                    word=word,
                    detail=answer.detail,
                    recorded=now.isoformat(),
                )
            )
            state = State.ACCEPTED if answer.outcome is Outcome.ACCEPTED else State.WAITING
            span = Span(state, row.first, row.last)
            cut(connection, self.mailing.id, row, [span], detail=answer.detail, provider_id=answer.provider_id)
            record_step(connection, self.mailing.id)


def _settled(row: Row[Any], batch: Batch, answer: Answer) -> Iterable[Span]:
    """The parts of the batch in ``row`` after ``answer``."""
    first, last, at = row.first, row.last, answer.at
    if answer.outcome is Outcome.ACCEPTED:
        yield Span(State.ACCEPTED, first, last)
    elif at:
        state = State.UNKNOWN if answer.outcome is Outcome.UNKNOWN else State.WAITING
        alone = state == State.UNKNOWN or answer.next is Next.DEFER
        end = at if alone else last
        parts = Span(State.ACCEPTED, first, at - 1), Span(state, at, end), Span(State.WAITING, end + 1, last)
        yield from (part for part in parts if part.size > 0)
    elif answer.outcome is Outcome.UNKNOWN:
        yield Span(State.UNKNOWN, first, last)
    elif answer.next is Next.HALVE and len(batch.recipients) > 1:
        middle = batch.recipients[len(batch.recipients) // 2].number
        yield Span(State.WAITING, first, middle - 1)
        yield Span(State.WAITING, middle, last)
    else:
        yield Span(State.WAITING, first, last)
