"""The ledger in memory keeps the promises of the real one: their tests are the same."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis.stateful import run_state_machine_as_test

from delivery.ledger import test_sending, test_sending_model
from delivery.plans import NOW, REAL, open_ledger, plan, sealed_mail
from proof.memory_ledger import MemoryLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger, Mailing, SendingBook

_OF_SQLITE = {
    "test_a_kill_leaves_one_in_doubt_or_none_where_a_repeat_does_no_harm": "copies the file",
    "test_what_the_provider_said_is_kept_beside_the_batch": "reads the file",
    "test_a_doubt_is_settled_once_and_on_whose_word_is_kept_for_ever": "reads the file",
    "test_who_left_under_an_older_key_is_known_after_a_new_key_came": "opens it under two keyrings",
}
globals().update(
    {name: claim for name, claim in vars(test_sending).items() if name.startswith("test_") and name not in _OF_SQLITE}
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture(params=["sqlite", "memory"])
def ledger(request: pytest.FixtureRequest, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    if request.param == "sqlite":
        with closing(open_ledger(path)) as opened:
            yield opened
        return
    memory = cast("Ledger", MemoryLedger())
    monkeypatch.setattr(test_sending, "open_ledger", lambda _path: memory)
    yield memory


@pytest.fixture
def mailing(ledger: Ledger) -> Mailing:
    """Six readers in batches of three."""
    return ledger.begin(sealed_mail(), plan(6, batch_size=3), REAL, NOW)


@pytest.fixture
def book(ledger: Ledger, mailing: Mailing) -> SendingBook:
    return ledger.sending(mailing)


def test_nearly_all_the_tests_of_the_real_book_are_run_here() -> None:
    theirs = {name for name in vars(test_sending) if name.startswith("test_")}

    assert theirs.issuperset(_OF_SQLITE)
    assert len(theirs & globals().keys()) == len(theirs) - len(_OF_SQLITE) > 30


@pytest.mark.parametrize("count", range(8))
@pytest.mark.parametrize("batch_size", range(1, 5))
def test_a_plan_is_frozen_in_the_same_batches(ledger: Ledger, count: int, batch_size: int) -> None:
    planned = plan(count, batch_size=batch_size)

    book = ledger.sending(ledger.begin(sealed_mail(), planned, REAL, NOW))

    claims = iter(lambda: book.claim(f"a{count}", NOW, most=1000, one_by_one=False), None)
    frozen = [(claimed.number, [number for number, _ in claimed.recipients]) for claimed in claims]
    assert frozen == [
        (at, list(range(first, last + 1))) for at, (first, last) in enumerate(planned.batch_ranges(), start=1)
    ]


@pytest.fixture
def every_ledger_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers: dict[Path, MemoryLedger] = {}
    opened: Callable[[Path], MemoryLedger] = lambda path: ledgers.setdefault(path, MemoryLedger())  # noqa: E731
    monkeypatch.setattr(test_sending_model, "open_ledger", opened)


class SendsInMemory(test_sending_model.Sends):
    def _range_of(self, held: test_sending_model.Held) -> range:
        row = cast("MemoryLedger", self.ledger).standings[self.mailing.id].row(held.batch.number)
        return range(row.first, row.last + 1)


def test_the_model_of_single_recipients_holds_for_the_book_in_memory(every_ledger_in_memory: None) -> None:
    run_state_machine_as_test(SendsInMemory, settings=test_sending_model.TestSends.settings)
