"""The world of one mailing: its ledger, what the provider really took, a clock; and the ways in which all of it can go."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a named tuple's field
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

from delivery.plans import LATER, NOW, REAL, TO_OUTBOX, plan, sealed_mail
from pprmail.delivery import dispatch as dispatching
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.dispatch import Run, dispatch
from pprmail.delivery.ledger import State
from pprmail.delivery.providers.base import Evidence, Examination
from pprmail.delivery.resolve import ASSUMED_NOT_SENT, ASSUMED_SENT, settle_by_evidence, settle_by_word
from pprmail.errors import PprmailError
from proof.memory_book import REJECTED, SUPPRESSED, MemoryBook, MemoryLedger, Standing  # noqa: TC001 - a named tuple's field
from proof.stage import CutShort, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pprmail.delivery.answer import Rejection
    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch, Mailing, SendingBook

WORDS = "no such mailbox"
TOO_LONG_SECONDS = 7200.0


class Scenario(NamedTuple):
    """What is sent, through what kind of provider, and how often it may be cut off."""

    readers: int
    batch_size: int
    workers: int = 1
    one_by_one: bool = False
    is_idempotent: bool = False
    crashes: int = 2
    tries: int = 2
    full_disks: bool = False
    """Any write of the ledger may also be refused; each counts as a crash."""
    is_fine: bool = False
    """Another worker may also act between an answer and its record. Without that only the order of those two is lost: no
    other sees an answer before it is recorded, and a crash between them is tried in any case."""
    retries_lost_answers: bool = False
    trusts_absence: bool = False
    claims_after_the_wire: bool = False
    has_no_lock: bool = False
    notes_after_the_dot: bool = False

    @property
    def mailing(self) -> Mailing:
        return self.ledger()[1]

    def ledger(self) -> tuple[MemoryLedger, Mailing]:
        ledger = MemoryLedger()
        outlet = TO_OUTBOX if self.is_idempotent else REAL
        return ledger, ledger.begin(sealed_mail(), plan(self.readers, batch_size=self.batch_size), outlet, NOW)


class Truth(NamedTuple):
    """What is so, whatever the ledger says. A person's word settles for a reader what was before it."""

    standing: Standing
    taken: frozenset[int] = frozenset()
    """Who was mailed."""
    attempts: frozenset[tuple[str, int]] = frozenset()
    """The same by attempt, as the provider's records have it."""
    vouched: frozenset[int] = frozenset()
    """Who counts as mailed on a person's word."""


class World:
    """One process after another in it; ``choose`` decides what happens, ``crash`` is told where the process could end."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a world is made of
        self, scenario: Scenario, truth: Truth, name: str, choose: Callable[[tuple[str, ...]], int],
        crash: Callable[[str], None], refuse: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.name = name
        self.ledger, self.mailing = scenario.ledger()
        self.truth = truth
        self.now = LATER
        self.told: list[str] = []
        self.wrong = ""
        self.crash = crash
        self.refuse = refuse
        self.choose = choose
        self.stage = Stage(choose)
        self.runs = 0

    # The book

    @property
    def truth(self) -> Truth:
        return self._truth._replace(standing=self.ledger.standings[self.mailing.id])

    @truth.setter
    def truth(self, truth: Truth) -> None:
        self._truth = truth
        self.ledger.standings[self.mailing.id] = truth.standing

    def book(self, who: str = "") -> SendingBook:
        made = (
            LateBook(self.ledger, self.mailing)
            if self.scenario.claims_after_the_wire
            else MemoryBook(self.ledger, self.mailing)
        )
        made.write = lambda standing, said: self._write(standing, said, who)
        if self.scenario.has_no_lock:
            made.begin = self.stage.pause
        return cast("SendingBook", made)

    def _write(self, standing: Standing, said: tuple[str, ...], who: str) -> None:
        self._go_on()
        what = ", ".join(said)
        self.crash(f"before it is written: {self._who(who)} {what}")
        if self.refuse():
            self.tell(f"the disk is full when {self._who(who)} {what}")
            message = "the disk is full"
            raise PprmailError(message)
        before = self.truth.standing
        self.ledger.standings[self.mailing.id] = standing
        for first, last, _, word in standing.words[len(before.words) :]:
            people = frozenset(before.numbers(first, last))
            if word == ASSUMED_NOT_SENT:
                self._truth = self._truth._replace(taken=self._truth.taken - people)
            elif word == ASSUMED_SENT:
                self._truth = self._truth._replace(vouched=self._truth.vouched | people)
        self.tell(f"{self._who(who)} {what}")
        if wrong := wrong_in(self.truth, self.scenario):
            self.fail(wrong)
        self.crash("")

    def fail(self, wrong: str) -> NoReturn:
        """A promise was broken."""
        self.wrong = wrong
        self.stage.is_over = True
        raise CutShort

    def _go_on(self) -> None:
        if self.stage.is_over:
            raise CutShort

    def _who(self, who: str) -> str:
        return who or (self.stage.now.name if len(self.stage.actors) > 1 else "the sender")

    def tell(self, line: str) -> None:
        self.told.append(line)

    # The provider's side

    def take(self, batch: Batch, number: int) -> None:
        if number in self._truth.taken and not self.scenario.is_idempotent:
            self.tell(f"the provider takes reader {number} AGAIN")
            self.fail(f"reader {number} is mailed twice")
        self._truth = self._truth._replace(
            taken=self._truth.taken | {number}, attempts=self._truth.attempts | {(batch.attempt, number)}
        )

    # What a person starts

    def send(self, who: str = "") -> None:
        provider = (OneByOne if self.scenario.one_by_one else Files if self.scenario.is_idempotent else Whole)(self)
        self.runs += 1
        run = Run(f"{self.name}-{self.runs}", lambda: self.now, lambda: False, self._sleep)
        stop = dispatch(self.book(who), provider, run)
        states = {row.state for row in self.truth.standing.rows}
        if self.scenario.has_no_lock:
            return
        if State.CLAIMED in states:
            self.fail("a send has ended with an answer that is not recorded")
        if stop is None and State.WAITING in states:
            self.fail("a send that nothing stopped has left somebody waiting")

    def resolve(self, *, was_sent: bool | None = None, who: str = "resolve") -> None:
        book = self.book(who)
        book.settle_claims()
        provider = (OneByOne if self.scenario.one_by_one else Whole)(self)
        try:
            for finding in settle_by_evidence(book, provider, self.now):
                if self.scenario.trusts_absence and not finding.evidence.found:
                    book.resolve(finding.batch, "evidence", Answer(Outcome.NOT_HANDED_OVER), self.now)
        except PprmailError as error:
            self.tell(f"{error}")
        if was_sent is not None:
            settle_by_word(book, was_sent=was_sent, now=self.now)

    def send_twice_at_once(self) -> None:
        """Two processes, neither of which looks whether the other is at work; the second one's person gives their word."""

        def second() -> None:
            self.resolve(was_sent=False, who="process 2")
            self.send("process 2")

        other = self.stage.make_thread(target=second, name="process 2")
        self.stage.actors[0].name = "process 1"
        other.start()
        self.send("process 1")
        other.join()
        if self.stage.failure:
            raise self.stage.failure

    def _sleep(self, seconds: float) -> None:
        self._go_on()
        self.now += timedelta(seconds=seconds)

    @contextmanager
    def simulated(self) -> Iterator[None]:
        """The sender's threads and locks are the stage's, its retries few and without chance."""
        module = vars(dispatching)
        ours = {
            "Thread": self.stage.make_thread,
            "Lock": self.stage.make_lock,
            "MOST_TRIES": self.scenario.tries,
            "MOST_TRIES_TOLD": self.scenario.tries,
        }
        before = {name: module[name] for name in ours}
        module.update(ours)
        try:
            yield
        finally:
            module.update(before)


def wrong_in(truth: Truth, scenario: Scenario) -> str:
    """What the ledger says that is not so, or whom it does not account for; '' when all is well."""
    fates = truth.standing.fates()
    covered = [number for row in truth.standing.rows for number in range(row.first, row.last + 1)]
    wrong = ""
    if covered != list(range(1, scenario.readers + 1)):
        wrong = f"the batches hold the readers {covered}"
    for number, fate in fates.items():
        if fate == State.ACCEPTED and number not in truth.taken | truth.vouched:
            wrong = f"reader {number} counts as mailed and was not"
        elif fate in {REJECTED, SUPPRESSED} and number in truth.taken:
            wrong = f"reader {number} counts as {fate} and was mailed"
    return wrong


class LateBook(MemoryBook):
    """Claims in its head only: what it writes with the answer is the first that the ledger hears of the batch."""

    def claim(self, attempt: str, now: datetime, *, most: int, one_by_one: bool) -> Batch | None:
        write, self.write = self.write, lambda _standing, _said: None
        try:
            return super().claim(attempt, now, most=most, one_by_one=one_by_one)
        finally:
            self._unwritten, self.write = self._now, write

    def settle(
        self, batch: Batch, answer: Answer, rejections: Iterable[Rejection], now: datetime,
        *, blameless: Sequence[Rejection] = (),
    ) -> None:  # fmt: skip
        with self.together():
            self._now = self._unwritten
            super().settle(batch, answer, rejections, now, blameless=blameless)


# Providers


class Simulated:
    """A provider that answers as it is told."""

    name = "simulated"
    is_idempotent = False
    takes_one_by_one = False
    largest_batch = 1000

    def __init__(self, world: World) -> None:
        self.world = world
        self.workers = world.scenario.workers

    def prepare(self) -> None:
        """Nothing can be wrong."""

    def examine(self) -> Examination:
        return Examination()

    def close(self) -> None:
        """There is nothing to let go of."""

    def look_for(self, batch: Batch) -> Evidence:
        took = any(attempt == batch.attempt for attempt, _ in self.world.truth.attempts)
        ways = (
            ("its log shows it", "its log lags behind", "it cannot be asked now")
            if took
            else ("its log shows nothing", "it cannot be asked now")
        )
        said = ways[self.world.choose(ways)]
        self.world.tell(f"the provider is asked for batch {batch.number}: {said}")
        if said == "it cannot be asked now":
            raise PprmailError(said)
        return Evidence(said == "its log shows it", said)


def refused(following: Next, *, at: int = 0, seconds: float | None = None) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, at=at, next=following, wait_seconds=seconds, detail="refused")


_TAKES = "takes it"
_WHOLE = {
    _TAKES: Answer(Outcome.ACCEPTED),
    "takes it, and the answer is lost": Answer(Outcome.UNKNOWN, detail="lost"),
    "does not get it, and nobody can tell": Answer(Outcome.UNKNOWN, detail="lost"),
    "refuses it for now": refused(Next.WAIT, seconds=1.0),
    "refuses it for two hours": refused(Next.WAIT, seconds=TOO_LONG_SECONDS),
    "refuses the sender": refused(Next.STOP),
}


class Whole(Simulated):
    """Takes a batch whole or not at all, as SendGrid does."""

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        world, numbers = self.world, [number for number, _ in batch.recipients]
        if not numbers:
            world.stage.is_swift = not world.scenario.is_fine
            return Answer(Outcome.ACCEPTED)
        world.stage.pause()
        alone = "refuses the one in it"
        several = "refuses it as too much", f"refuses reader {numbers[0]} by name", "refuses everyone by name"
        ways = (*_WHOLE, *(several if len(numbers) > 1 else (alone,)))
        said = ways[world.choose(ways)]
        world.stage.is_swift = not world.scenario.is_fine
        shown = f"batch {batch.number} ({', '.join(map(str, numbers))})"
        world.crash(f"before the provider has {shown}")
        world.tell(f"the provider has {shown} before it: {said}")
        if said.startswith("takes"):
            for number in numbers:
                world.take(batch, number)
        world.crash("after that, before the answer is heard")
        if said == _TAKES:
            journal.accepted()
        if said == alone:
            return refused(Next.AGAIN if journal.rejected(numbers[0], WORDS) else Next.STOP)
        if said.endswith("by name"):
            for number in numbers if said == several[-1] else numbers[:1]:
                journal.rejected(number, WORDS, named=True)
            return refused(Next.AGAIN)
        answer = _WHOLE.get(said, refused(Next.HALVE))
        is_broken = world.scenario.retries_lost_answers and answer.outcome is Outcome.UNKNOWN
        return refused(Next.WAIT, seconds=1.0) if is_broken else answer


class OneByOne(Simulated):
    """Takes reader after reader, as a mail server does."""

    takes_one_by_one = True

    def look_for(self, batch: Batch) -> Evidence:
        return Evidence(found=False, detail=f"a mail server cannot be asked for batch {batch.number}")

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        for number, _ in batch.recipients:
            answer = self._hand_one_over(batch, number, journal)
            if answer:
                return answer
        return Answer(Outcome.ACCEPTED)

    def _hand_one_over(self, batch: Batch, number: int, journal: Journal) -> Answer | None:
        world = self.world
        world.stage.pause()
        ways = (
            "takes it",
            "takes it, and the answer is lost",
            "does not get it, and nobody can tell",
            "refuses it after the letter",
            "closes after the letter, which it refuses for now",
            "refuses the sender after the letter",
            "breaks off before the letter's end, twice",
            "refuses the address",
            "puts the address off",
            "takes no mail now",
            "refuses the sender",
        )
        said = ways[world.choose(ways)]
        world._go_on()
        if ways.index(said) < ways.index("refuses the address") and not world.scenario.notes_after_the_dot:
            journal.about_to_hand_over(number)
            if "twice" in said:
                journal.about_to_hand_over(number)
        world.crash(f"before the server has the letter to reader {number}")
        world.tell(f"the server has the letter to reader {number} before it: {said}")
        if said.startswith("takes it"):
            world.take(batch, number)
            world.crash("after that, before the answer is heard")
        if ways.index(said) < ways.index("refuses the address") and world.scenario.notes_after_the_dot:
            journal.about_to_hand_over(number)
        match said:
            case "takes it":
                journal.accepted()
                return None
            case "takes it, and the answer is lost" | "does not get it, and nobody can tell":
                return Answer(Outcome.UNKNOWN, detail="lost", at=number)
            case "refuses it after the letter" | "refuses the address":
                return None if journal.rejected(number, WORDS) else refused(Next.STOP, at=number)
            case "puts the address off":
                return refused(Next.DEFER, at=number, seconds=1.0)
            case "refuses the sender" | "refuses the sender after the letter":
                return refused(Next.STOP, at=number)
            case _:
                return refused(Next.WAIT, at=number, seconds=1.0)


class Files(Simulated):
    """Writes letters as files: a second one replaces the first."""

    is_idempotent = True

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        for number, _ in batch.recipients:
            ways = "is written", "finds the disk full"
            self.world.stage.pause()
            said = ways[self.world.choose(ways)]
            self.world._go_on()
            self.world.crash(f"before the letter to reader {number} is written")
            self.world.tell(f"the letter to reader {number} {said}")
            if said == "finds the disk full":
                return refused(Next.STOP)
            self.world.take(batch, number)
            self.world.crash("after that, before it is recorded")
        journal.accepted()
        return Answer(Outcome.ACCEPTED)
