"""When two states are the same: nothing that can still happen tells them apart."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import Enum
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pprmail.delivery import dispatch as dispatching
from pprmail.delivery import resolve as resolving
from pprmail.delivery import schedule as scheduling
from pprmail.delivery.answer import Answer
from pprmail.delivery.dispatch import Run, Stop, _Sender
from pprmail.delivery.journal import Journal
from pprmail.delivery.ledger import Batch, State
from pprmail.delivery.providers.outbox import OutboxProvider
from pprmail.delivery.providers.sendgrid import SendgridProvider, slots
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.delivery.providers.smtp import provider as letter_by_letter
from proof import at_mail_server, at_outbox, at_schedules, at_sendgrid, held_world
from proof import world as worlds
from proof.memory_book import MemoryBook
from proof.shelf import DUE, SURE, TIME, TIMES
from proof.stage import StageThread
from proof.world import World

if TYPE_CHECKING:
    from types import FrameType

    from proof.world import Truth


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
    standing, shelf = truth.standing, truth.shelf
    held: object = None
    rows: list[tuple[object, ...]] = []
    settled: set[int] = set()
    may_be_called_off = standing.calling_off or (standing.send_at and shelf.instant < DUE)
    refused = {one.number for one in standing.exempt}
    for row in standing.rows:
        if row.state == State.ACCEPTED and not may_be_called_off and refused.isdisjoint(range(row.first, row.last + 1)):
            settled.update(range(row.first, row.last + 1))
        else:
            attempt = None if row.state in {State.ACCEPTED, State.WAITING} else names[row.attempt]
            tries = 0 if row.state == State.UNKNOWN and not refused else row.tries
            rows.append((row.first, row.last, row.state, row.progress, tries, attempt, names[row.number]))
    if standing.slots or standing.cancelled or shelf.letters:
        held = _held_key(truth, names)
    records = frozenset((names[attempt], number) for attempt, number in truth.attempts if attempt in names)
    return tuple(rows), standing.exempt, truth.taken - settled, truth.vouched - settled, records, held


def _held_key(truth: Truth, names: Names) -> object:
    """What is on the shelf and what the ledger knows of it; of a claim, whether the mail could still be held."""
    standing, shelf = truth.standing, truth.shelf
    gone = [row.number for row in standing.rows if row.state != State.WAITING and row.claimed and row.claimed >= TIME]
    letters = sorted(
        (one.slot, one.number, one.is_excused, one.is_cancelled, names.get(one.attempt, -1)) for one in shelf.letters
    )
    is_over = shelf.instant >= DUE and not standing.calling_off
    slots = [] if is_over else [(one.name, one.opened <= TIMES[0], _is_sure(one.called_off)) for one in standing.slots]
    told = bool(standing.send_at), bool(standing.calling_off), bool(standing.cancelled), bool(standing.words)
    was_called_off = any(one.called_off for one in standing.slots)
    return (
        shelf.instant,
        tuple(letters),
        shelf.called_off,
        shelf.doubtful,
        tuple(slots),
        told,
        was_called_off,
        bool(gone),
    )


def _is_sure(called_off: datetime | None) -> bool | None:
    return None if called_off is None else called_off <= TIME - SURE


_OURS = {
    module.__file__ for module in (dispatching, resolving, scheduling, slots, worlds, held_world, letter_by_letter)
}
_BEYOND = {module.__file__ for module in (at_sendgrid, at_schedules, at_mail_server, at_outbox)}
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
    return threads, truth_key(truth, names), world.moment


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
