from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from delivery.plans import (
    ACCEPTED,
    LATER,
    NOW,
    REAL,
    claim,
    counted,
    leave,
    open_ledger,
    plan,
    reader,
    sealed_mail,
)
from pprmail.delivery.answer import Rejection
from pprmail.delivery.ledger import Counts
from pprmail.model import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.answer import Answer
    from pprmail.delivery.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


def test_a_mailing_to_nobody_counts_nobody(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(0, exclusions=(Exclusion(2, "pending"),)), REAL, NOW)

    assert ledger.counts(mailing) == Counts(1, 0, {"pending": 1}, 0, 0, 0, 0)
    assert list(ledger.outcomes(mailing)) == []


def test_the_counts_of_a_mailing_are_its_own(ledger: Ledger) -> None:
    first, second = (ledger.begin(sealed_mail(issue), plan(3), REAL, NOW) for issue in ("2020-08", "2020-09"))
    book = ledger.sending(first)
    batch = claim(book, most=2)

    book.settle(batch, ACCEPTED, (Rejection(2, "no such mailbox"),), LATER)

    assert ledger.counts(first) == counted(3, accepted=1, rejected=1, waiting=1)
    assert ledger.counts(second) == counted(3)


def test_a_rejected_recipient_is_counted_once_and_keeps_its_reason(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(3), REAL, NOW)
    book = ledger.sending(mailing)
    batch = claim(book, most=2)

    book.settle(batch, ACCEPTED, (Rejection(2, "no such mailbox"),), NOW)

    assert ledger.counts(mailing) == counted(3, accepted=1, rejected=1, waiting=1)
    assert list(ledger.outcomes(mailing)) == [
        (1, reader(1), "accepted", ""),
        (2, reader(2), "rejected", "no such mailbox"),
        (3, reader(3), "waiting", ""),
    ]


def test_exclusions_of_the_seal_and_of_the_claims_are_counted_by_reason_in_their_order(ledger: Ledger) -> None:
    exclusions = (Exclusion(8, "suppressed"), Exclusion(9, "pending"), Exclusion(10, "unsubscribed"))
    mailing = ledger.begin(sealed_mail(), plan(2, exclusions=exclusions), REAL, NOW)
    leave(ledger, 2)
    claim(ledger.sending(mailing))

    counts = ledger.counts(mailing)

    assert counts == Counts(5, 1, {"unsubscribed": 1, "pending": 1, "suppressed": 2}, 0, 0, 1, 0)
    assert list(counts.excluded) == ["unsubscribed", "pending", "suppressed"]


def test_of_a_batch_handed_over_one_by_one_each_part_is_counted_as_it_stands(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(5, batch_size=5), REAL, NOW)
    book = ledger.sending(mailing)
    batch = claim(book, one_by_one=True)

    book.progress(batch, 4, (Rejection(2, "full"),))

    assert [one.outcome for one in ledger.outcomes(mailing)] == [
        "accepted",
        "rejected",
        "accepted",
        "unknown",
        "waiting",
    ]
    assert ledger.counts(mailing) == counted(5, accepted=2, rejected=1, unknown=1, waiting=1)


@pytest.mark.parametrize(
    ("answer", "is_complete"),
    [
        pytest.param(None, False, id="nobody-left-in-it-but-open"),
        pytest.param(ACCEPTED, True, id="settled"),
    ],
)
def test_a_batch_whose_readers_all_left_keeps_the_mailing_open_until_it_is_settled(
    ledger: Ledger, answer: Answer | None, *, is_complete: bool
) -> None:
    mailing = ledger.begin(sealed_mail(), plan(2), REAL, NOW)
    leave(ledger, 1, 2)
    book = ledger.sending(mailing)
    batch = claim(book)

    if answer:
        book.settle(batch, answer, (), LATER)

    counts = ledger.counts(mailing)
    assert counts == Counts(2, 0, {"suppressed": 2}, 0, 0, 0, 0)
    assert counts.is_complete == is_complete


def test_a_mailing_with_somebody_rejected_is_not_complete(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(1), REAL, NOW)
    book = ledger.sending(mailing)
    batch = claim(book, most=2)

    book.settle(batch, ACCEPTED, (Rejection(1, "no such mailbox"),), NOW)

    assert not ledger.counts(mailing).is_complete
