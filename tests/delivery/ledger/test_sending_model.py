"""The promise of the sending book, held against a model that knows of nothing but single recipients."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from delivery.plans import NOW, REAL, leave, open_ledger, plan, sealed_mail
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.model import Exclusion

if TYPE_CHECKING:
    from pprmail.delivery.ledger import Batch

EVERYONE, MOST_LEAVERS, CLAIMS_A_LIFE = 9, 3, 3
MOSTS = (EVERYONE, 3, EVERYONE, 2)
"""How many the claims take, in turn: drawn ones would nearly all be of one recipient."""
WHOLE_ANSWERS = (
    Answer(Outcome.ACCEPTED, provider_id="p1"),
    Answer(Outcome.UNKNOWN, detail="lost"),
    Answer(Outcome.NOT_HANDED_OVER, next=Next.AGAIN),
    Answer(Outcome.NOT_HANDED_OVER, next=Next.WAIT),
    Answer(Outcome.NOT_HANDED_OVER, next=Next.HALVE),
)
ANSWERS_AT_ONE = (
    (Outcome.UNKNOWN, Next.AGAIN),
    (Outcome.NOT_HANDED_OVER, Next.WAIT),
    (Outcome.NOT_HANDED_OVER, Next.DEFER),
    (Outcome.NOT_HANDED_OVER, Next.STOP),
)


@dataclass
class Held:
    """A batch on its way. ``at`` counts those of its recipients that are done with, when they go one by one."""

    batch: Batch
    one_by_one: bool
    at: int | None = None

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.batch.recipients]


class Sends(RuleBasedStateMachine):
    """Senders that claim, are answered, and are killed, while readers leave and people give their word."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "state.db"
        self.ledger = open_ledger(self.path)
        self.fate = dict.fromkeys(range(1, EVERYONE + 1), "waiting")
        self.asked: set[int] = set()
        self.held: list[Held] = []
        self.past: list[Batch] = []
        self.attempts = 0

    @initialize()
    def begin(self) -> None:
        exclusions = (Exclusion(20, "pending"), Exclusion(21, "suppressed"))
        self.mailing = self.ledger.begin(sealed_mail(), plan(EVERYONE, batch_size=5, exclusions=exclusions), REAL, NOW)
        self.book = self.ledger.sending(self.mailing)
        self.book.start(again=False)

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    # What happens

    @rule(one_by_one=st.sampled_from([True, False]))
    def claim(self, *, one_by_one: bool) -> None:
        most = MOSTS[self.attempts % len(MOSTS)]
        self.attempts += 1
        batch = self.book.claim(f"a{self.attempts}", NOW, most=most, one_by_one=one_by_one)
        if batch is None:
            on_their_way = {number for held in self.held for number in held.numbers}
            assert not {number for number, fate in self.fate.items() if fate == "waiting"} - on_their_way
            return
        held = Held(batch, one_by_one)
        assert len(held.numbers) <= most
        assert not self.asked.intersection(held.numbers)
        assert not set(held.numbers).intersection(number for other in self.held for number in other.numbers)
        for number in held.numbers:
            assert self.fate[number] == "waiting"
            self.fate[number] = "waiting" if one_by_one else "unknown"
        for address, _ in batch.leavers:
            number = int(address.partition("@")[0].removeprefix("reader"))
            assert number in self.asked
            assert self.fate[number] in {"waiting", "suppressed"}
            self.fate[number] = "suppressed"
        self.held.append(held)

    @precondition(lambda self: any(held.one_by_one and held.numbers for held in self.held))
    @rule(data=st.data())
    def progress(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from([one for one in self.held if one.one_by_one and one.numbers]))
        to = data.draw(st.integers(held.at or 0, len(held.numbers) - 1))
        rejections = self._reject(data, held.numbers[held.at or 0 : to])
        self.book.progress(held.batch, held.numbers[to], rejections)
        self._accept(held.numbers[held.at or 0 : to], rejections)
        held.at = to
        self.fate[held.numbers[to]] = "unknown"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from(self.held))
        if held.one_by_one and held.numbers:
            self._settle_at_one(data, held)
        else:
            answer = data.draw(st.sampled_from(WHOLE_ANSWERS))
            fate = {Outcome.UNKNOWN: "unknown", Outcome.NOT_HANDED_OVER: "waiting"}
            rejections = () if answer.outcome is Outcome.UNKNOWN else self._reject(data, held.numbers)
            self.book.settle(held.batch, answer, rejections, NOW)
            if answer.outcome is Outcome.ACCEPTED:
                self._accept(held.numbers, rejections)
            else:
                self._put(held.numbers, fate[answer.outcome])
                self._put([number for number, _ in rejections], "rejected")
        self.held.remove(held)
        self.past.append(held.batch)

    def _settle_at_one(self, data: st.DataObject, held: Held) -> None:
        start = held.at or 0
        to = data.draw(st.integers(start, len(held.numbers)))
        rejections = self._reject(data, held.numbers[start:to])
        if to == len(held.numbers):
            self.book.settle(held.batch, WHOLE_ANSWERS[0], rejections, NOW)
            self._accept(held.numbers[start:], rejections)
            return
        outcome, then = data.draw(st.sampled_from(ANSWERS_AT_ONE))
        blameless: tuple[Rejection, ...] = ()
        if then is Next.STOP:
            elsewhere = {number for other in self.held if other is not held for number in self._range_of(other)}
            rejected = [number for number, fate in self.fate.items() if fate == "rejected" and number not in elsewhere]
            candidates = [*rejected, *(number for number, _ in rejections)]
            blameless = tuple(Rejection(number, "refused") for number in candidates if data.draw(st.booleans()))
        answer = Answer(outcome, at=held.numbers[to], next=then)
        self.book.settle(held.batch, answer, rejections, NOW, blameless=blameless)
        self._accept(held.numbers[start:to], rejections)
        self.fate[held.numbers[to]] = "unknown" if outcome is Outcome.UNKNOWN else "waiting"
        self._put([number for number, _ in blameless], "waiting")

    def _range_of(self, held: Held) -> range:
        """All numbers of the batch, those too who were taken out of it."""
        with closing(sqlite3.connect(self.path)) as database:
            span = database.execute("SELECT first, last FROM batches WHERE number = ?", (held.batch.number,))
            first, last = span.fetchone()
        return range(first, last + 1)

    @precondition(lambda self: self.past)
    @rule(data=st.data(), answer=st.sampled_from(WHOLE_ANSWERS))
    def answer_late(self, data: st.DataObject, answer: Answer) -> None:
        self.book.settle(data.draw(st.sampled_from(self.past)), answer, (), NOW)

    @precondition(lambda self: len(self.asked) < MOST_LEAVERS)
    @rule(number=st.integers(1, EVERYONE))
    def leave(self, number: int) -> None:
        leave(self.ledger, number)
        self.asked.add(number)

    @precondition(lambda self: self.held and self.attempts % CLAIMS_A_LIFE == 0)
    @rule(again=st.booleans())
    def kill(self, *, again: bool) -> None:
        self.ledger.close()
        self.ledger = open_ledger(self.path)
        self.book = self.ledger.sending(self.mailing)
        self.book.start(again=again)
        for held in self.held:
            doubtful = held.numbers if not held.one_by_one else [] if held.at is None else [held.numbers[held.at]]
            self._put(doubtful, "waiting" if again else "unknown")
            self.past.append(held.batch)
        self.held = []

    @precondition(lambda self: "unknown" in self.fate.values())
    @rule(data=st.data(), was_sent=st.booleans())
    def resolve(self, data: st.DataObject, *, was_sent: bool) -> None:
        doubtful = self.book.doubtful()
        in_doubt = [number for batch in doubtful for number, _ in batch.recipients]
        on_their_way = {number for held in self.held for number in held.numbers}
        assert in_doubt == [
            number for number, fate in self.fate.items() if fate == "unknown" and number not in on_their_way
        ]
        if not doubtful:
            return
        batch = data.draw(st.sampled_from(doubtful))
        outcome = Outcome.ACCEPTED if was_sent else Outcome.NOT_HANDED_OVER
        self.book.resolve(batch, "assumed", Answer(outcome, detail="a word"), NOW)
        self._put([number for number, _ in batch.recipients], "accepted" if was_sent else "waiting")

    # What the model makes of it

    def _reject(self, data: st.DataObject, numbers: list[int]) -> tuple[Rejection, ...]:
        chosen = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
        return tuple(Rejection(number, "refused") for number in sorted(chosen))

    def _accept(self, numbers: list[int], rejections: tuple[Rejection, ...]) -> None:
        rejected = {number for number, _ in rejections}
        for number in numbers:
            self.fate[number] = "rejected" if number in rejected else "accepted"

    def _put(self, numbers: list[int], fate: str) -> None:
        for number in numbers:
            self.fate[number] = fate

    # What always holds

    @invariant()
    def everyone_is_where_the_model_says(self) -> None:
        told = {number: outcome for number, _, outcome, _ in self.ledger.outcomes(self.mailing)}
        assert told == self.fate

    @invariant()
    def counts_add_up(self) -> None:
        counts = self.ledger.counts(self.mailing)
        tally = Counter(self.fate.values())
        suppressed = tally["suppressed"] + 1
        assert counts.excluded == {"pending": 1, "suppressed": suppressed}
        assert (counts.accepted, counts.rejected, counts.unknown, counts.waiting) == tuple(
            tally[word] for word in ("accepted", "rejected", "unknown", "waiting")
        )
        assert counts.rows == EVERYONE + 2 == counts.recipients + sum(counts.excluded.values())
        assert counts.recipients == counts.accepted + counts.rejected + counts.unknown + counts.waiting


TestSends = Sends.TestCase
TestSends.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    # Shrinking a history of thirty steps takes longer than reading it
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
