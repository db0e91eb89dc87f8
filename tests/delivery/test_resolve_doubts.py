from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from delivery.plans import LATER, NOW, REAL, claim, fates, open_ledger, plan, sealed_mail
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.providers.base import Evidence
from pprmail.delivery.resolve import Finding, settle_by_evidence, settle_by_word
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Batch, Ledger, Mailing, SendingBook

FOUND, NO_TRACE = Evidence(True, "in the log", "p1"), Evidence(False, "not in the log")  # noqa: FBT003 - a named tuple


@dataclass
class Records:
    """A provider that is only asked: what it says of each attempt, and for none it cannot be asked."""

    evidence: dict[str, Evidence] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def look_for(self, batch: Batch) -> Evidence:
        self.asked.append(batch.attempt)
        if batch.attempt not in self.evidence:
            message = "the records cannot be asked now"
            raise PprmailError(message)
        return self.evidence[batch.attempt]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


@pytest.fixture
def mailing(ledger: Ledger) -> Mailing:
    """Six readers in batches of two; the first two batches are in doubt, under a1 and a2, and the third waits."""
    made = ledger.begin(sealed_mail(), plan(6), REAL, NOW)
    book = ledger.sending(made)
    for attempt in ("a1", "a2"):
        book.settle(claim(book, attempt), Answer(Outcome.UNKNOWN), (), NOW)
    return made


@pytest.fixture
def book(ledger: Ledger, mailing: Mailing) -> SendingBook:
    return ledger.sending(mailing)


def words(tmp_path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        query = "SELECT first, last, attempt, word, detail, recorded FROM resolutions ORDER BY id"
        return connection.execute(query).fetchall()


def test_a_hit_settles_and_no_hit_never_does(
    tmp_path: Path, ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    first, second = book.doubtful()

    findings = tuple(settle_by_evidence(book, Records({"a1": NO_TRACE, "a2": FOUND}), LATER))

    assert findings == (Finding(first, NO_TRACE), Finding(second, FOUND))
    assert fates(ledger, mailing) == "uuaaww"
    assert words(tmp_path) == [(3, 4, "a2", "evidence", "in the log", LATER.isoformat())]


def test_what_was_found_before_the_records_fell_silent_is_recorded(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    with pytest.raises(PprmailError, match="cannot be asked now"):
        list(settle_by_evidence(book, Records({"a1": FOUND}), LATER))

    assert fates(ledger, mailing) == "aauuww"


def test_one_batch_that_cannot_be_asked_for_hides_none_behind_it(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    with pytest.raises(PprmailError, match="cannot be asked now"):
        list(settle_by_evidence(book, Records({"a2": FOUND}), LATER))

    assert fates(ledger, mailing) == "uuaaww"


def test_records_that_are_silent_time_after_time_are_left_in_peace(ledger: Ledger) -> None:
    book = ledger.sending(ledger.begin(sealed_mail(), plan(6, batch_size=1), REAL, NOW))
    for number in range(1, 7):
        book.settle(claim(book, f"a{number}"), Answer(Outcome.UNKNOWN), (), NOW)
    records = Records({"a2": NO_TRACE})

    with pytest.raises(PprmailError, match="cannot be asked now"):
        list(settle_by_evidence(book, records, LATER))

    assert records.asked == ["a1", "a2", "a3", "a4", "a5"]


@pytest.mark.parametrize(("word", "fate"), [("assumed-sent", "aaaaww"), ("assumed-not-sent", "wwwwww")])
def test_a_persons_word_settles_all_that_is_in_doubt_and_is_kept_for_ever(
    tmp_path: Path, ledger: Ledger, mailing: Mailing, word: str, fate: str
) -> None:
    settled = settle_by_word(ledger.sending(mailing), was_sent=word == "assumed-sent", now=LATER)
    after = fates(ledger, mailing)
    ledger.cancel(mailing, LATER)

    assert (settled, after) == (4, fate)
    said = (word, "a person's word", LATER.isoformat())
    assert words(tmp_path) == [(1, 2, "a1", *said), (3, 4, "a2", *said)]


def test_where_nobody_is_in_doubt_no_word_is_recorded(tmp_path: Path, book: SendingBook) -> None:
    settle_by_word(book, was_sent=True, now=NOW)

    again = settle_by_word(book, was_sent=False, now=LATER)

    assert again == 0
    assert [word for _, _, _, word, _, _ in words(tmp_path)] == ["assumed-sent"] * 2


def test_a_second_doubt_of_the_same_readers_is_another_attempts(tmp_path: Path, book: SendingBook) -> None:
    settle_by_word(book, was_sent=False, now=NOW)
    book.start(again=False)
    book.settle(claim(book, "b1"), Answer(Outcome.UNKNOWN), (), NOW)

    findings = settle_by_evidence(book, Records({"a1": FOUND, "b1": NO_TRACE}), LATER)

    assert [(finding.batch.attempt, finding.evidence) for finding in findings] == [("b1", NO_TRACE)]
    assert [(first, attempt) for first, _, attempt, *_ in words(tmp_path)] == [(1, "a1"), (3, "a2")]
