"""The proof finds out whatever the ledger says that is not so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from pprmail.rehearsal.tally import Standing, Tally

TOLD: dict[str, Any] = {
    "issue": "2020-08", "state": "incomplete", "rows": 6, "recipients": 4, "excluded": {"unsubscribed": 2},
    "accepted": 1, "rejected": 1, "unknown": 1, "waiting": 1,
    "outcomes": [
        {"number": 1, "outcome": "accepted", "address": "a@x.org"},
        {"number": 2, "outcome": "rejected", "address": "b@x.org"},
        {"number": 3, "outcome": "unknown", "address": "c@x.org"},
        {"number": 4, "outcome": "waiting", "address": "d@x.org"},
    ],
}  # fmt: skip
NOT_SENT = TOLD | {"state": "not-sent", "outcomes": []} | dict.fromkeys(
    ("rows", "recipients", "accepted", "rejected", "unknown", "waiting"), 0
)  # fmt: skip


def tally(told: dict[str, Any] | None = None, *, by_word: tuple[str, ...] = (), **mails: int) -> Tally:
    """What ``told`` says, and how often a, b, c… at x.org were mailed."""
    return Tally(
        Standing.of(told or TOLD), Counter({f"{name}@x.org": count for name, count in mails.items()}), 6, 4, by_word
    )


@pytest.mark.parametrize("own", [tally(a=1), tally(a=1, c=1)], ids=["doubt not mailed", "doubt mailed"])
def test_who_is_in_doubt_may_be_either(own: Tally) -> None:
    assert own.breaches() == ()


@pytest.mark.parametrize(
    ("own", "breaches"),
    [
        pytest.param(tally(a=2), ("mailed more than once: 1 (number 1)",), id="mailed twice"),
        pytest.param(tally(a=1, c=2), ("mailed more than once: 1 (number 3)",), id="in doubt and mailed twice"),
        pytest.param(tally(a=1, z=1), ("mailed, and no recipient of the plan: 1",), id="a stranger"),
        pytest.param(tally(a=1, d=1), ("called waiting, and mailed: 1 (number 4)",), id="waiting"),
        pytest.param(tally(a=1, b=1), ("called rejected, and mailed: 1 (number 2)",), id="rejected"),
        pytest.param(tally(), ("called accepted, and not mailed: 1 (number 1)",), id="forgotten"),
        pytest.param(tally(by_word=("a@x.org",)), (), id="forgotten by word"),
        pytest.param(tally(NOT_SENT, a=1), ("mailed, and no recipient of the plan: 1",), id="before the seal"),
        pytest.param(
            tally(TOLD | {"rows": 7}, a=1),
            (
                "7 rows are not 4 recipients and 2 excluded",
                "the plan had 4 recipients of 6 rows, the ledger has 4 of 7",
            ),
            id="a row too many",
        ),
        pytest.param(
            tally(TOLD | {"waiting": 2}, a=1),
            (
                "4 recipients are not 1 accepted and 1 rejected and 1 unknown and 2 waiting",
                "status counts accepted 1, rejected 1, unknown 1, waiting 2, and names accepted 1, rejected 1, unknown 1, waiting 1",
            ),
            id="one waiting too many",
        ),
        pytest.param(
            tally(TOLD | {"outcomes": [*TOLD["outcomes"], TOLD["outcomes"][0]]}, a=1),
            ("status names 5 recipients of 4, 4 addresses among them",),
            id="named twice",
        ),
        pytest.param(
            replace(tally(a=1), planned_recipients=5),
            ("the plan had 5 recipients of 6 rows, the ledger has 4 of 6",),
            id="a recipient lost",
        ),
    ],
)
def test_every_breach_is_told_without_an_address(own: Tally, breaches: tuple[str, ...]) -> None:
    assert own.breaches() == breaches


def test_many_are_named_by_their_first_numbers() -> None:
    people = [{"outcome": "waiting", "address": f"r{number}@x.org"} for number in range(1, 1201)]
    told = TOLD | {
        "rows": 1202,
        "recipients": 1200,
        "accepted": 0,
        "rejected": 0,
        "unknown": 0,
        "waiting": 1200,
        "outcomes": people,
    }
    own = Tally(Standing.of(told), Counter(f"r{number}@x.org" for number in range(1, 1201)), 1202, 1200)

    assert own.breaches() == ("called waiting, and mailed: 1,200 (number 1, 2, 3, 4, 5, …)",)


@pytest.mark.parametrize(
    ("changes", "is_settled"),
    [
        ({"waiting": 0, "unknown": 0}, True),
        ({"waiting": 0}, False),
        ({"unknown": 0}, False),
        ({"state": "not-sent", "waiting": 0, "unknown": 0}, False),
    ],
)
def test_it_is_settled_when_nobody_waits_or_is_in_doubt(changes: dict[str, Any], *, is_settled: bool) -> None:
    assert tally(TOLD | changes).is_settled is is_settled


def test_recipients_are_counted_by_how_often_they_were_mailed() -> None:
    own = tally(a=1, c=3, z=9, by_word=("a@x.org", "b@x.org"))

    assert (own.mailed_times(), own.missed_by_word) == ((2, 1, 1), 1)
