"""The ledger in memory: what ``Ledger`` promises a sender, over values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pprmail.audience.tokens import Signer
from pprmail.delivery.ledger import Counts, Mailing, RecipientOutcome, State
from pprmail.delivery.ledger.holding import Slot
from proof.memory_book import MemoryBook
from proof.memory_holding import MemoryHolding, undone
from proof.standing import REJECTED, SUPPRESSED, Row, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pprmail.delivery.ledger import Outlet
    from pprmail.delivery.plan import Plan
    from pprmail.delivery.seal import SealedMail
    from pprmail.model import Subscriber


class MemoryLedger:
    """Mailings by id, and who asked to leave."""

    def __init__(self, newsletter_id: str = "pprnet") -> None:
        self.mailings: dict[int, Mailing] = {}
        self.people: dict[int, tuple[Subscriber, ...]] = {}
        self.standings: dict[int, Standing] = {}
        self.rows: dict[int, tuple[int, dict[str, int]]] = {}
        self.left: tuple[bytes, ...] = ()
        self.newsletter_id = newsletter_id
        self.keys: tuple[bytes, ...] = ()

    def begin(
        self, sealed: SealedMail, plan: Plan, outlet: Outlet, now: datetime, suppressions_seen: int = 0
    ) -> Mailing:
        number = len(self.mailings) + 1
        seen = len(self.left) if suppressions_seen == len(self.left) else suppressions_seen
        mailing = Mailing(
            number, sealed.issue, outlet.provider, outlet.folder, sealed.sha256, "", now, seen, 1, None, None, None
        )  # fmt: skip
        self.mailings[number], self.people[number] = mailing, tuple(plan.recipients)
        self.rows[number] = plan.audience.rows, plan.audience.excluded()
        self.standings[number] = Standing(
            tuple(Row(at, *one) for at, one in enumerate(plan.batch_ranges(), start=1)),
            send_at=outlet.schedule.time if outlet.schedule else None,
            slots=(Slot(outlet.schedule.slot, now, None),) if outlet.schedule else (),
        )
        return self.mailing(number)

    def close(self) -> None:
        """There is nothing to let go of."""

    def sending(self, mailing: Mailing) -> MemoryBook:
        return MemoryBook(self, mailing)

    def mailing(self, number: int) -> Mailing:
        standing = self.standings[number]
        return replace(
            self.mailings[number],
            revision=standing.revision,
            ended=standing.ended,
            stopped=standing.stopped,
            cancelled=standing.cancelled,
            send_at=standing.send_at,
            calling_off=standing.calling_off,
        )

    def find(self, issue: str, *, real: bool) -> Mailing | None:
        """The newest mailing of ``issue``."""
        found = [number for number, one in self.mailings.items() if one.issue == issue and one.is_real is real]
        return self.mailing(found[-1]) if found else None

    def holding(self, mailing: Mailing) -> MemoryHolding:
        return MemoryHolding(self, mailing)

    def cancel(self, mailing: Mailing, now: datetime) -> None:
        self.standings[mailing.id] = undone(self.standings[mailing.id], now)

    def last_suppression(self) -> int:
        return len(self.left)

    def unsubscribe(self, hashes_by_key: dict[bytes, list[bytes]], _source: str, _now: datetime) -> None:
        for key, hashes in hashes_by_key.items():
            self.keys = tuple(dict.fromkeys((*self.keys, key)))
            self.left += tuple(one for one in hashes if one not in self.left)

    def has_left(self, subscriber: Subscriber, seen: int) -> bool:
        """The subscriber asked to leave after the first ``seen`` who did."""
        late = self.left[seen:]
        return bool(late) and any(
            Signer(key, self.newsletter_id).address_hash(subscriber.address) in late for key in self.keys
        )

    def outcomes(self, mailing: Mailing) -> Iterator[RecipientOutcome]:
        standing = self.standings[mailing.id]
        reasons = {one.number: one.reason for one in standing.exempt}
        for number, fate in standing.fates().items():
            yield RecipientOutcome(number, self.people[mailing.id][number - 1], fate, reasons.get(number, ""))

    def counts(self, mailing: Mailing) -> Counts:
        standing = self.standings[mailing.id]
        fates = list(standing.fates().values())
        rows, excluded = self.rows[mailing.id]
        if left := fates.count(SUPPRESSED):
            excluded = excluded | {SUPPRESSED: excluded.get(SUPPRESSED, 0) + left}
        tally = [fates.count(fate) for fate in (State.ACCEPTED, REJECTED, State.UNKNOWN, State.WAITING)]
        is_open = sum(row.state != State.ACCEPTED for row in standing.rows)
        accepted, rejected, unknown, waiting = tally
        return Counts(rows, sum(tally), excluded, accepted, rejected, unknown, waiting, is_open)
