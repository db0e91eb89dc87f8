"""The world of one mailing: its ledger, what the provider really took, a clock; and the ways in which all of it can go."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a named tuple's field
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

import pytest
from tenacity import wait as waiting

from delivery.plans import LATER, NOW, REAL, TO_OUTBOX, reader, sealed_mail
from pprmail.audience.choose import Audience
from pprmail.delivery import dispatch as dispatching
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.dispatch import MOST_NAMED, Run, dispatch
from pprmail.delivery.ledger import State
from pprmail.delivery.plan import plan_mailing
from pprmail.delivery.providers.sendgrid.request import ATTEMPT
from pprmail.delivery.providers.smtp import connection
from pprmail.delivery.resolve import ASSUMED_NOT_SENT, ASSUMED_SENT, settle_by_evidence, settle_by_word
from pprmail.errors import PprmailError
from proof.at_mail_server import Line, MailServer, OneByOne
from proof.at_outbox import Files
from proof.at_sendgrid import Whole
from proof.memory_book import CANNOT_RECORD, MemoryBook
from proof.memory_ledger import MemoryLedger
from proof.shelf import Shelf
from proof.stage import CutShort, Stage
from proof.standing import REJECTED, SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pprmail.delivery.answer import Rejection
    from pprmail.delivery.ledger import Batch, Mailing, Outlet, SendingBook
    from pprmail.delivery.providers.base import Provider
    from proof.standing import Standing


class Scenario(NamedTuple):
    """What is sent, through what kind of provider, and how often it may be cut off."""

    readers: int
    batch_size: int
    workers: int = 1
    one_by_one: bool = False
    is_idempotent: bool = False
    crashes: int = 2
    tries: int = 2
    """Of one worker, while nothing can be taken; the limit is the real one's stand-in."""
    most_named: int = MOST_NAMED
    full_disks: bool = False
    """Any write of the ledger may also be refused; each counts as a crash."""
    retries_lost_answers: bool = False
    trusts_absence: bool = False
    claims_after_the_wire: bool = False
    notes_after_the_dot: bool = False
    beside: str = ""
    """What is done without the lock, by two processes at once."""
    may_lose_answers: bool = False
    """Nobody minds an answer that comes and cannot be recorded."""
    is_held: bool = False
    """The mail may be handed over to be held until a time, and called off."""
    asks_before_writing: bool = False
    """Writes that it calls off with the provider's confirmation."""
    sleeps_before_the_wire: bool = False
    """The machine may also sleep for hours between a claim and its request."""
    is_awake: bool = False
    """Hours pass between two processes only."""
    logs_what_is_held: bool = False
    """The provider's log has mail before it goes out."""
    minds_false_words: bool = False
    """What is called cancelled may not even reach those who, by a person's false word, had not been mailed."""


@cache
def _begun(readers: int, batch_size: int, outlet: Outlet) -> tuple[MemoryLedger, Mailing]:
    """A ledger in which a mailing was planned, sealed and frozen."""
    people = tuple(reader(number) for number in range(1, readers + 1))
    audience = Audience(rows=readers, recipients=people, exclusions=(), unsubscribed=())
    planned = plan_mailing(audience, batch_size, last_recipients=None, asked_to_leave=lambda _address: False)
    ledger = MemoryLedger()
    return ledger, ledger.begin(sealed_mail(), planned, outlet, NOW)


def begin(scenario: Scenario) -> tuple[MemoryLedger, Mailing]:
    """The same ledger, anew."""
    begun, mailing = _begun(scenario.readers, scenario.batch_size, TO_OUTBOX if scenario.is_idempotent else REAL)
    ledger = copy(begun)
    ledger.standings = dict(begun.standings)
    return ledger, mailing


class Truth(NamedTuple):
    """What is so, whatever the ledger says. A person's word settles for a reader what was before it."""

    standing: Standing
    taken: frozenset[int] = frozenset()
    """Who was mailed."""
    attempts: frozenset[tuple[str, int]] = frozenset()
    """The same by attempt, as the provider's records have it."""
    vouched: frozenset[int] = frozenset()
    """Who counts as mailed on a person's word."""
    shelf: Shelf = Shelf()
    """What the provider holds, and the time."""


class World:
    """One process after another in it; ``choose`` decides what happens, ``crash`` is told where the process could end."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a world is made of
        self, scenario: Scenario, truth: Truth, name: str, choose: Callable[[tuple[str, ...]], int],
        crash: Callable[[str], None], refuse: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.name = name
        self.ledger, self.mailing = begin(scenario)
        self.truth = truth
        self.now = LATER
        self.told: list[str] = []
        self.wrong = ""
        self.crash = crash
        self.refuse = refuse
        self.choose = choose
        self.stage = Stage(choose)
        self.server = MailServer(self)
        self.runs = 0
        self.on_its_way = ""
        """What SendGrid has done, while its answer is still to be heard."""

    @property
    def moment(self) -> object:
        """What else the future of a run depends on."""
        return self.on_its_way, self.server.way and self.server.way.told

    @staticmethod
    def first(scenario: Scenario) -> Truth:
        """What is so before anybody has done anything."""
        ledger, mailing = begin(scenario)
        return Truth(ledger.standings[mailing.id])

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
        if self.scenario.beside:
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
        self.tell(f"{self._who(who)} {what}")
        self.heed(before, standing)
        if wrong := self.wrong_in(self.truth, self.scenario):
            self.fail(wrong)
        if not self.scenario.may_lose_answers and any(CANNOT_RECORD in one for one in said):
            self.fail("an answer has come that cannot be recorded")
        self.crash("")

    def heed(self, before: Standing, standing: Standing) -> None:
        """What was just written changes more than the ledger."""
        for first, last, _, word in standing.words[len(before.words) :]:
            self.believe(word, frozenset(before.numbers(first, last)))

    def believe(self, word: str, people: frozenset[int]) -> None:
        """A person's word settles what was before it."""
        if word == ASSUMED_NOT_SENT:
            self._truth = self._truth._replace(taken=self._truth.taken - people)
        elif word == ASSUMED_SENT:
            self._truth = self._truth._replace(vouched=self._truth.vouched | people)

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

    def pick(self, ways: tuple[str, ...]) -> str:
        """One of several things that can happen."""
        return ways[self.choose(ways)]

    def take(self, number: int, attempt: str = "") -> None:
        """Reader ``number`` is mailed; ``attempt`` is what the provider's records will call it, where it keeps some."""
        if number in self._truth.taken and not self.scenario.is_idempotent:
            self.tell(f"the provider takes reader {number} AGAIN")
            self.fail(f"reader {number} is mailed twice")
        logged = {(attempt, number)} if attempt else set()
        self._truth = self._truth._replace(taken=self._truth.taken | {number}, attempts=self._truth.attempts | logged)

    def receive(self, numbers: Iterable[int], request: dict[str, Any]) -> None:
        """SendGrid takes a request for these readers."""
        for number in numbers:
            self.take(number, request["custom_args"][ATTEMPT])

    def logged(self) -> frozenset[tuple[str, int]]:
        """What SendGrid's log has, by attempt."""
        return self._truth.attempts

    def let_pass(self, *, is_sent: bool = True) -> None:
        """Hours may pass, before a request ``is_sent`` or after."""

    # What a person starts

    def send(self, who: str = "") -> None:
        self.hand_over(self._provider(), who)

    def hand_over(self, provider: Provider, who: str = "", until: datetime | None = None) -> None:
        """What a sender does, once it has its provider."""
        self.runs += 1
        run = Run(f"{self.name}-{self.runs}", lambda: self.now, lambda: False, self._sleep, until=until)
        stop = dispatch(self.book(who), provider, run)
        states = {row.state for row in self.truth.standing.rows}
        if self.scenario.beside:
            return
        if State.CLAIMED in states:
            self.fail("a send has ended with an answer that is not recorded")
        if stop is None and State.WAITING in states:
            self.fail("a send that nothing stopped has left somebody waiting")

    def _provider(self) -> Provider:
        return (OneByOne if self.scenario.one_by_one else Files if self.scenario.is_idempotent else Whole)(self)

    def resolve(self, *, was_sent: bool | None = None, who: str = "resolve") -> None:
        book = self.book(who)
        book.settle_claims()
        self.look(book)
        if was_sent is not None:
            settle_by_word(book, was_sent=was_sent, now=self.now)

    def look(self, book: SendingBook) -> None:
        """Ask the provider's records."""
        try:
            for finding in settle_by_evidence(book, self._provider(), self.now):
                if self.scenario.trusts_absence and not finding.evidence.found:
                    book.resolve(finding.batch, "evidence", Answer(Outcome.NOT_HANDED_OVER), self.now)
        except PprmailError as error:
            self.tell(f"{error}")

    def cancel(self) -> None:
        """Undo the seal where nobody has, or may have, the mail, and seal anew: a kill between the two leaves as much to do."""
        counts = self.ledger.counts(self.mailing)
        if counts.accepted or counts.unknown:
            self.tell("it cannot be cancelled")
            return
        self.crash("before the seal is undone")
        again, _ = begin(self.scenario)
        self.ledger.standings[self.mailing.id] = again.standings[self.mailing.id]
        self.tell("the seal is undone, and the issue sealed anew for everyone")
        self.crash("")

    def send_beside(self, second: Callable[[], None]) -> None:
        """Two processes, neither of which looks whether the other is at work."""
        other = self.stage.make_thread(target=second, name="process 2")
        self.stage.actors[0].name = "process 1"
        other.start()
        self.send("process 1")
        other.join()
        if self.stage.failure:
            raise self.stage.failure

    def resolve_and_send(self) -> None:
        """What a second person does, who gives their word."""
        self.resolve(was_sent=False, who="process 2")
        self.send("process 2")

    # What must be so

    @staticmethod
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

    @staticmethod
    def acts(truth: Truth, scenario: Scenario) -> list[str]:
        """All that a person can do next."""
        if scenario.beside:
            return [scenario.beside]
        states = {row.state for row in truth.standing.rows}
        acts = ["send"] if states & {State.WAITING, State.CLAIMED} or scenario.is_idempotent else []
        if states & {State.UNKNOWN, State.CLAIMED} and not scenario.is_idempotent:
            acts += ["resolve", "resolve --assume-sent", "resolve --assume-not-sent"]
        if not scenario.is_idempotent:
            acts.append("cancel")
        return acts

    @staticmethod
    def fair_end(scenario: Scenario) -> tuple[Callable[[Truth], str], ...]:
        """What leaves everyone accounted for when nothing more goes wrong: act by act, '' for none."""
        if scenario.beside:
            return ()
        return tuple(
            lambda _truth, act=act: act
            for act in (("send",) if scenario.is_idempotent else ("send", "resolve", "send"))
        )

    @staticmethod
    def unaccounted(truth: Truth, scenario: Scenario) -> str:
        """Who is not accounted for after a fair end; '' when all are."""
        for number, fate in truth.standing.fates().items():
            may_doubt = scenario.one_by_one or number not in truth.taken
            if fate == State.WAITING or (fate == State.UNKNOWN and not may_doubt):
                return f"reader {number} is {fate} in the end"
        return ""

    # Time

    def _sleep(self, seconds: float) -> None:
        self.stage.pause()
        self._go_on()
        self.now += timedelta(seconds=seconds)

    @contextmanager
    def simulated(self) -> Iterator[None]:
        """The sender's threads and locks are the stage's, its retries few and without chance."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dispatching, "Thread", self.stage.make_thread)
            patch.setattr(dispatching, "Lock", self.stage.make_lock)
            for limit in ("MOST_TRIES", "MOST_TRIES_TOLD"):
                patch.setattr(dispatching, limit, self.scenario.tries)
            patch.setattr(dispatching, "MOST_NAMED", self.scenario.most_named)
            patch.setattr(connection, "Wire", lambda _host, _port: Line(self.server))
            patch.setattr(waiting, "random", SimpleNamespace(uniform=min))
            yield


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
