"""The book of what is held, in memory, keeps the promises of the real one: their tests are the same."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from delivery import test_schedule
from delivery.ledger import test_book
from delivery.plans import ACCEPTED, open_ledger
from delivery.test_schedule import NOON, TIME, mailing
from proof.memory_ledger import MemoryLedger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger, Mailing

__all__ = ["mailing"]

_NAMES = [
    name
    for name, claim in vars(test_schedule).items()
    if name.startswith("test_") and "ledger" in claim.__code__.co_varnames[: claim.__code__.co_argcount]
]
globals().update({name: vars(test_schedule)[name] for name in _NAMES})

test_after_a_cancel_everyone_waits = test_book.test_after_a_cancel_everyone_waits_and_the_issue_can_begin_anew
test_a_claim_that_is_cancelled_is_nobodys = test_book.test_a_claim_that_is_cancelled_is_nobodys


@pytest.fixture(params=["sqlite", "memory"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield cast("Ledger", MemoryLedger())
        return
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


def test_all_the_tests_of_slots_and_of_calling_off_are_run_here() -> None:
    assert len(_NAMES) == 12


def test_what_was_claimed_from_the_time_on_has_gone_out(ledger: Ledger, mailing: Mailing) -> None:
    book, held = ledger.sending(mailing), ledger.holding(mailing)
    before = held.has_gone_out(TIME)
    batch = book.claim("late", TIME, most=9, one_by_one=False)
    assert batch
    claimed = held.has_gone_out(TIME), held.has_gone_out(TIME + timedelta(seconds=1))
    book.settle(batch, ACCEPTED, (), TIME)
    accepted = held.has_gone_out(TIME)
    ledger.cancel(mailing, TIME)

    assert (before, claimed, accepted, held.has_gone_out(TIME)) == (False, (True, False), True, False)


def test_a_call_off_is_begun_once_and_ends_with_the_seal(ledger: Ledger, mailing: Mailing) -> None:
    held = ledger.holding(mailing)
    held.begin_call_off(NOON)
    held.begin_call_off(TIME)
    begun = ledger.find("2020-08", real=True)
    held.record_called_off("s0", NOON)
    ledger.cancel(mailing, TIME)
    ended = ledger.find("2020-08", real=True)

    assert begun
    assert ended
    assert (begun.calling_off, begun.cancelled, begun.revision) == (NOON, None, mailing.revision + 4)
    assert (ended.calling_off, ended.cancelled, ended.revision) == (None, TIME, mailing.revision + 5)
    assert [(one.name, one.called_off) for one in held.slots()] == [("s0", NOON)]
