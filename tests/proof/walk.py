"""Every history of a scenario, each state once: what can happen is tried choice by choice, and a crash at every place for it."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Callable  # noqa: TC003 - stands in an annotation of a value
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.errors import PprmailError
from proof.held_world import HeldWorld
from proof.keys import place_key, world_key
from proof.stage import CutShort
from proof.world import World

if TYPE_CHECKING:
    from proof.world import Scenario, Truth

ACTS: dict[str, Callable[[Any], None]] = {
    "send": lambda world: world.send(),
    "resolve": World.resolve,
    "resolve --assume-sent": lambda world: world.resolve(was_sent=True),
    "resolve --assume-not-sent": lambda world: world.resolve(was_sent=False),
    "cancel": lambda world: world.cancel(),
    "send --at": HeldWorld.send_at,
    "(time passes)": HeldWorld.wait,
    "(the time comes)": HeldWorld.wait_until_due,
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
        self.kind = HeldWorld if scenario.is_held else World

    def walk(self) -> Walk:
        self._meet(Node(self.kind.first(self.scenario), self.scenario.crashes))
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
        if wrong := self.kind.wrong_in(node.truth, self.scenario):
            self._fail(node, (f"WRONG: {wrong}",))
        self._end_fairly(node)
        acts = self.kind.acts(node.truth, self.scenario)
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
        world = self.kind(self.scenario, job.node.truth, f"r{self.histories}", choose, crash, refuse)
        ended = run(world, ACTS[job.act])
        told = (f"$ {job.act}", *world.told)
        if world.wrong:
            self._fail(job.node, (*told, f"WRONG: {world.wrong}"))
        elif ended:
            self._meet(Node(world.truth, budget, job.node, told, length()))

    def _end_fairly(self, node: Node) -> None:
        """From here, when nothing more goes wrong, everyone is accounted for."""
        truth, lines, wrong = node.truth, list[str](), ""
        for at, fair in enumerate(self.kind.fair_end(self.scenario)):
            if wrong or not (act := fair(truth)):
                continue
            name = f"f{self.histories}.{len(self.places)}.{at}"
            world = self.kind(self.scenario, truth, name, lambda _ways: 0, lambda _when: None, lambda: False)
            run(world, ACTS[act])
            truth, wrong = world.truth, world.wrong
            lines += [f"$ {act}", *world.told]
        if not self.scenario.beside:
            wrong = wrong or self.kind.unaccounted(truth, self.scenario)
        if wrong:
            self._fail(node, (*lines, f"WRONG: {wrong}"))

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
