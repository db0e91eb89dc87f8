"""Workers that take turns as they are told: real threads, of which one runs at a time, and which one goes on is a choice."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from types import FrameType, TracebackType


class CutShort(BaseException):
    """This run need not go on: it is at a state that was met before, or has shown its failure."""


class Signal:
    """What one thread waits for and another gives, once each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.give = self._lock.release
        self.wait = self._lock.acquire


class Hand:
    """A thread that outlives a run, for to start one takes longer than most runs."""

    idle: ClassVar[list[Hand]] = []

    def __init__(self) -> None:
        self.acts = SimpleQueue[Callable[[], None]]()
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self.acts.get()()

    @classmethod
    def take(cls) -> Hand:
        return cls.idle.pop() if cls.idle else cls()


class Actor:
    """One thread on the stage: of the main thread, or of ``act``, which begins with its first turn."""

    def __init__(self, name: str, act: Callable[[], None] | None = None) -> None:
        self.name = name
        self.act = act
        self.turn, self.end = Signal(), Signal()
        self.hand: Hand | None = None
        self.frame: FrameType | None = None
        self.is_done = False
        self.waits_for: Actor | None = None

    def go_on(self) -> None:
        """It is this one's turn."""
        if self.act is None or self.hand:
            self.turn.give()
        else:
            self.hand = Hand.take()
            self.hand.acts.put(self.act)

    @property
    def can_go_on(self) -> bool:
        return not self.is_done and (self.waits_for is None or self.waits_for.is_done)


class Stage:
    """The threads of one run. ``choose`` picks one of several descriptions."""

    def __init__(self, choose: Callable[[tuple[str, ...]], int]) -> None:
        self.choose = choose
        self.actors = [Actor("the sender")]
        self.now = self.actors[0]
        self.is_over = self.is_closed = False
        self.failure: BaseException | None = None

    def pause(self) -> None:
        """Another may go on here."""
        if self.is_over:
            raise CutShort
        if len(self.actors) > 1:
            self._hand_on(self.now)

    def _hand_on(self, actor: Actor) -> None:
        ready = [one for one in self.actors if one.can_go_on]
        actor.frame = sys._getframe(1)
        following = ready[self.choose(tuple(one.name for one in ready))] if len(ready) > 1 else ready[0]
        if following is not actor:
            self.now = following
            following.go_on()
            actor.turn.wait()
            if self.is_over:
                raise CutShort
        actor.frame = None

    def join(self, waited_for: Actor) -> None:
        """The one who is at it waits for another to be done."""
        actor = self.now
        actor.waits_for = waited_for
        if not waited_for.is_done:
            self._hand_on(actor)
        actor.waits_for = None

    def close(self) -> None:
        """Everyone leaves."""
        self.is_over = self.is_closed = True
        for actor in self.actors:
            if actor.hand is None:
                continue
            if not actor.is_done:
                actor.turn.give()
            actor.end.wait()
            Hand.idle.append(actor.hand)

    def perform(self, actor: Actor, act: Callable[[], None]) -> None:
        """What a thread does from its first turn on, and then whose turn it is."""
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told when the run ends
            self.failure = self.failure or error
        actor.is_done = True
        if not self.is_closed:
            self.now = self._after()
            self.now.go_on()
        actor.end.give()

    def _after(self) -> Actor:
        """Who goes on when one is done: the main thread, if the run is over."""
        ready = [one for one in self.actors if one.can_go_on]
        try:
            if not self.is_over:
                return ready[self.choose(tuple(one.name for one in ready))] if len(ready) > 1 else ready[0]
        except CutShort:
            self.is_over = True
        return self.actors[0]

    # What stands in for threading's own

    def make_thread(
        self, *, target: Callable[..., None], name: str = "", kwargs: dict[str, Any] | None = None, **_how: object
    ) -> StageThread:
        return StageThread(self, name, lambda: target(**(kwargs or {})))

    def make_lock(self) -> StageLock:
        return StageLock(self)


class StageThread:
    """A thread that runs when it is told to."""

    def __init__(self, stage: Stage, name: str, act: Callable[[], None]) -> None:
        self.stage = stage
        self.actor = Actor(name, lambda: stage.perform(self.actor, act))

    def start(self) -> None:
        self.stage.actors.append(self.actor)

    def is_alive(self) -> bool:
        return not self.actor.is_done

    def join(self, _timeout: float | None = None) -> None:
        self.stage.join(self.actor)


class StageLock:
    """A lock before which another may go on; nobody is interrupted while holding it, so it is always free."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __enter__(self) -> None:
        self.stage.pause()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It is free again."""
