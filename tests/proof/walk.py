"""Every history of a scenario, each state once: what can happen is tried choice by choice, and a crash at every place for it."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Callable  # noqa: TC003 - stands in an annotation of a value
from datetime import datetime
from enum import Enum
from itertools import count
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.delivery import dispatch as dispatching
from pprmail.delivery import resolve as resolving
from pprmail.delivery.answer import Answer
from pprmail.delivery.dispatch import Run, Stop, _Sender
from pprmail.delivery.journal import Journal
from pprmail.delivery.ledger import Batch, State
from pprmail.delivery.providers.outbox import OutboxProvider
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.delivery.providers.smtp import provider as letter_by_letter
from pprmail.errors import PprmailError
from proof import at_mail_server, at_outbox, at_sendgrid
from proof import world as worlds
from proof.memory_book import MemoryBook
from proof.stage import CutShort, StageThread
from proof.world import Truth, World, begin

if TYPE_CHECKING:
    from types import FrameType

    from proof.world import Scenario

ACTS: dict[str, Callable[[World], None]] = {
    "send": World.send,
    "resolve": World.resolve,
    "resolve --assume-sent": lambda world: world.resolve(was_sent=True),
    "resolve --assume-not-sent": lambda world: world.resolve(was_sent=False),
    "cancel": World.cancel,
    "send, while another process sends": lambda world: world.send_beside(lambda: world.send("process 2")),
    "send, while another process resolves and sends": lambda world: world.send_beside(world.resolve_and_send),
}


class Node(NamedTuple):
    """Between two processes: what is so, how many crashes may still come, and how it came to this."""

    truth: Truth
    crashes: int
    before: Node | None = None
    told: tuple[str, ...] = ()
    length: int = 0

    def history(self) -> list[str]:
        return [*(self.before.history() if self.before else ()), *self.told]


class Job(NamedTuple):
    """A process to be run from a node, with what is chosen first."""

    node: Node
    act: str
    choices: tuple[int, ...] = ()


class Walk(NamedTuple):
    """What was walked. ``failure`` is the shortest history that breaks a promise, and which; None without one."""

    histories: int
    states: int
    crashes: int
    failure: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.histories:,} histories, {self.states:,} states, {self.crashes:,} crashes"


class Explorer:
    """Walks one scenario. ``shortest``: go on after a failure until no shorter one can be."""

    def __init__(self, scenario: Scenario, *, shortest: bool = False) -> None:
        self.scenario = scenario
        self.shortest = shortest
        self.seen: dict[object, tuple[int, int]] = {}
        self.places: dict[object, tuple[int, int]] = {}
        self.jobs: list[tuple[tuple[int, ...], Job]] = []
        self.order = count()
        self.histories = self.crashes = 0
        self.best: tuple[str, ...] | None = None
        self.best_length = sys.maxsize

    def walk(self) -> Walk:
        ledger, mailing = begin(self.scenario)
        self._meet(Node(Truth(ledger.standings[mailing.id]), self.scenario.crashes))
        self._perform_all()
        return Walk(self.histories, len(self.seen) + len(self.places), self.crashes, self.best)

    def _perform_all(self) -> None:
        while self.jobs:
            _, job = heapq.heappop(self.jobs)
            if job.node.length < self.best_length:
                self._perform(job)
            if self.best and not self.shortest:
                break

    def _is_new(self, seen: dict[object, tuple[int, int]], key: object, crashes: int, length: int) -> bool:
        """Not met before with as many crashes to come; where the shortest is wanted, as early."""
        length = length if self.shortest else 0
        before = seen.get(key)
        if before and before[0] >= crashes and before[1] <= length:
            return False
        seen[key] = crashes, length
        return True

    def _push(self, job: Job, length: int) -> None:
        # Most crashes to come first, so that a state met later allows nothing more
        place = (length, next(self.order)) if self.shortest else (-job.node.crashes, -next(self.order))
        heapq.heappush(self.jobs, (place, job))

    def _meet(self, node: Node) -> None:
        if self._is_new(self.places, place_key(node.truth), node.crashes, node.length):
            self._go_on(node)

    def _go_on(self, node: Node) -> None:
        """All that a person can do next."""
        if self.scenario.beside:
            acts = [self.scenario.beside]
        else:
            states = {row.state for row in node.truth.standing.rows}
            acts = ["send"] if states & {State.WAITING, State.CLAIMED} or self.scenario.is_idempotent else []
            if states & {State.UNKNOWN, State.CLAIMED} and not self.scenario.is_idempotent:
                acts += ["resolve", "resolve --assume-sent", "resolve --assume-not-sent"]
            if not self.scenario.is_idempotent:
                acts.append("cancel")
            self._end_fairly(node)
        for act in acts:
            self._push(Job(node, act), node.length)

    def _perform(self, job: Job) -> None:  # noqa: C901 - what a world asks for, each of it a few lines
        chosen = list[int]()
        budget = job.node.crashes
        world: World

        def length() -> int:
            return job.node.length + 1 + len(world.told)

        def choose(ways: tuple[str, ...]) -> int:
            at = len(chosen)
            if at < len(job.choices):
                chosen.append(job.choices[at])
                return chosen[-1]
            if length() >= self.best_length or not self._is_new(self.seen, world_key(world), budget, length()):
                world.stage.is_over = True
                raise CutShort
            for other in range(1, len(ways)):
                self._push(Job(job.node, job.act, (*chosen, other)), length())
            chosen.append(0)
            return 0

        def crash(when: str) -> None:
            if budget and len(chosen) >= len(job.choices):
                self.crashes += 1
                told = (f"$ {job.act}", *world.told, f"CRASH {when}" if when else "CRASH right after that")
                self._meet(Node(world.truth, budget - 1, job.node, told, length() + 1))

        def refuse() -> bool:
            nonlocal budget
            refused = bool(self.scenario.full_disks and budget and choose(("is written", "the disk is full")))
            budget -= refused
            return refused

        self.histories += 1
        world = World(self.scenario, job.node.truth, f"r{self.histories}", choose, crash, refuse)
        ended = run(world, ACTS[job.act])
        told = (f"$ {job.act}", *world.told)
        if world.wrong:
            self._fail(job.node, (*told, f"WRONG: {world.wrong}"))
        elif ended:
            self._meet(Node(world.truth, budget, job.node, told, length()))

    def _end_fairly(self, node: Node) -> None:
        """From here, when nothing more goes wrong, a send, a look and another send leave everyone accounted for."""
        truth, told = node.truth, list[str]()
        acts = ("send",) if self.scenario.is_idempotent else ("send", "resolve", "send")
        wrong = ""
        for at, act in enumerate(acts):
            world = World(
                self.scenario,
                truth,
                f"f{self.histories}.{len(self.places)}.{at}",
                lambda _ways: 0,
                lambda _when: None,
                lambda: False,
            )
            run(world, ACTS[act])
            truth, wrong = world.truth, wrong or world.wrong
            told += [f"$ {act}", *world.told]
        for number, fate in truth.standing.fates().items():
            may_doubt = self.scenario.one_by_one or number not in truth.taken
            if fate == State.WAITING or (fate == State.UNKNOWN and not may_doubt):
                wrong = wrong or f"reader {number} is {fate} in the end"
        if wrong:
            self._fail(node, (*told, f"WRONG: {wrong}"))

    def _fail(self, node: Node, told: tuple[str, ...]) -> None:
        length = node.length + len(told)
        if length < self.best_length:
            self.best_length = length
            lines = (*node.history(), *told)
            self.best = tuple(f"{at}. {line}" for at, line in enumerate(lines, start=1))


def run(world: World, act: Callable[[World], None]) -> bool:
    """One process from its start to its end; False when it was cut short."""
    try:
        with world.simulated():
            act(world)
    except CutShort:
        return False
    except PprmailError as error:
        world.tell(f"it ends: {error}")
    finally:
        world.stage.close()
    return not world.stage.failure and not world.wrong


# When two states are the same


class Names(dict[object, int]):
    """Attempts and batches by the order in which they come up: what they are called makes no difference."""

    def __missing__(self, name: object) -> int:
        self[name] = len(self)
        return self[name]


def place_key(truth: Truth) -> object:
    """The same between two processes: a new sender forgets what was tried."""
    rows = tuple(row._replace(tries=0) for row in truth.standing.rows)
    return truth_key(truth._replace(standing=truth.standing._replace(rows=rows)), Names())


def truth_key(truth: Truth, names: Names) -> object:
    """The ledger and what is so, less all that nothing depends on any more: times, revisions, what became of past attempts.

    How often a batch was tried in this run is kept as it is, for it orders the claims.
    """
    standing = truth.standing
    rows: list[tuple[object, ...]] = []
    settled: set[int] = set()
    refused = {one.number for one in standing.exempt}
    for row in standing.rows:
        if row.state == State.ACCEPTED and refused.isdisjoint(range(row.first, row.last + 1)):
            settled.update(range(row.first, row.last + 1))
        else:
            attempt = None if row.state in {State.ACCEPTED, State.WAITING} else names[row.attempt]
            tries = 0 if row.state == State.UNKNOWN and not refused else row.tries
            rows.append((row.first, row.last, row.state, row.progress, tries, attempt, names[row.number]))
    records = frozenset((names[attempt], number) for attempt, number in truth.attempts if attempt in names)
    return tuple(rows), standing.exempt, truth.taken - settled, truth.vouched - settled, records


_OURS = {module.__file__ for module in (dispatching, resolving, worlds, letter_by_letter)}
_BEYOND = {module.__file__ for module in (at_sendgrid, at_mail_server, at_outbox)}
"""Of what these hold nothing is new: it is the batch's, or the reader's."""
_SKIPPED = World, Run, MemoryBook, SendgridProvider, SmtpProvider, OutboxProvider, StageThread, FunctionType, MethodType
_PLAIN = int, float, str, bool, type(None), Enum


def world_key(world: World) -> object:
    """All that the future of a run depends on: the truth, and where each thread is, with what it holds in its hands."""
    names = Names()
    truth = world.truth
    for row in truth.standing.rows:
        if row.state in {State.CLAIMED, State.UNKNOWN}:
            names[row.attempt], names[row.number]
    frames = [sys._getframe(1) if actor is world.stage.now else actor.frame for actor in world.stage.actors]
    threads = tuple(
        (actor.is_done, actor.name, actor.frame is None and actor is not world.stage.now, _stack(frame, world, names))
        for actor, frame in zip(world.stage.actors, frames, strict=True)
    )
    return threads, truth_key(truth, names), world.server.way and world.server.way.told


def _stack(frame: FrameType | None, world: World, names: Names) -> object:
    found = []
    while frame is not None:
        code = frame.f_code
        if code.co_filename in _OURS:
            held = tuple(
                (name, names[value] if name == "attempt" else _key(value, world, names))
                for name, value in sorted(frame.f_locals.items())
                if not isinstance(value, _SKIPPED)
            )
            found.append((code.co_qualname, frame.f_lasti, held))
        elif code.co_filename in _BEYOND:
            found.append((code.co_qualname, frame.f_lasti, ()))
        elif code.co_name == "__call__" and "retry_state" in frame.f_locals:
            found.append((code.co_qualname, frame.f_lasti, frame.f_locals["retry_state"].attempt_number))
        frame = frame.f_back
    return tuple(found)


def _key(value: Any, world: World, names: Names) -> object:  # noqa: ANN401, PLR0911 - whatever the sender holds
    if isinstance(value, Batch):
        numbers = tuple(number for number, _ in value.recipients)
        return names[value.number], names[value.attempt], numbers, len(value.leavers), value.tries
    if isinstance(value, Answer):
        return value.outcome, value.at, value.next, value.is_of_wire, value.wait_seconds
    if isinstance(value, datetime):
        return max(0.0, (value - world.now).total_seconds())
    if isinstance(value, Journal):
        return value.rejections, value.blameless, value.has_rejected
    if isinstance(value, _Sender):
        waits = value.not_before and _key(value.not_before, world, names)
        blameless = frozenset(value.blameless)
        streaks = tuple((one.length, frozenset(one.rejections)) for one in (value.streak, value.named))
        return bool(value.stop), bool(value.failure), value.is_alone, value.doubts, waits, streaks, blameless
    if isinstance(value, (tuple, list)):
        return tuple(_key(one, world, names) for one in value if not isinstance(one, _SKIPPED))
    if isinstance(value, Stop):
        return value.was_interrupted
    if isinstance(value, _PLAIN):
        return value
    return type(value).__name__
