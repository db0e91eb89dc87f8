"""The ordeal goes on until everyone is accounted for, and stops at the first thing that must not be.

The command is a toy here, with a ledger of its own that may lie; the real one goes through it in tests/cli/test_rehearse.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pprmail.rehearsal.commands import BrokenCommandError, Commands, Ended
from pprmail.rehearsal.host import Purpose, UnreliableSendGrid
from pprmail.rehearsal.ordeal import MOST_IDLE_RUNS, FailedRehearsalError, Ordeal, Planned
from pprmail.rehearsal.standin.sendgrid import Accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.rehearsal.commands import Running

READERS = ("a@x.org", "b@x.org")
PLANNED = Planned(rows=2, recipients=2, excluded={}, batch_size=1, batches=2)


@dataclass
class Toy(Commands):
    """Calls the functions of a test: ``sends`` one after the other, the last again and again; ``ledger`` is what status tells."""

    host: UnreliableSendGrid
    sends: list[Callable[[Toy], int]]
    resolves: Callable[[Toy, str], int] = lambda _toy, _word: 3
    warns: bool = False
    ledger: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(Path(), {})

    def call(self, *arguments: str, on_start: Callable[[Running], None] = lambda _running: None) -> Ended:
        del on_start
        self.called.append(" ".join(arguments))
        if arguments[0] == "resolve":
            code = self.resolves(self, arguments[-1])
            return Ended(code, "", "warning: the log gave no answer\n" if self.warns else "")
        code = (self.sends.pop(0) if len(self.sends) > 1 else self.sends[0])(self)
        return Ended(code, "", "pprmail: its last words\n")

    def ask(self, *_arguments: str) -> dict[str, Any]:
        counts = {
            word: list(self.ledger.values()).count(word) for word in ("accepted", "rejected", "unknown", "waiting")
        }
        sums = {"rows": len(self.ledger), "recipients": len(self.ledger), "excluded": {}}
        state = "not-sent" if not self.ledger else "sent" if counts["accepted"] == 2 else "incomplete"
        people = [{"address": address, "outcome": outcome} for address, outcome in self.ledger.items()]
        return {"state": state, **sums, **counts, "outcomes": people}

    def mail(self, *addresses: str) -> None:
        """Mail somebody."""
        self.host.asked[Purpose.MAIL] += 1
        body = {"personalizations": [{"to": [{"email": one}]} for one in addresses]}
        self.host.accepted.append(Accepted(body, "id", 0.0))

    def ordeal(self) -> Ordeal:
        return Ordeal("2020-08", self, self.host, PLANNED, tell=self.lines.append)


@pytest.fixture
def host() -> Iterator[UnreliableSendGrid]:
    with UnreliableSendGrid("news@example.org", seed=1, faults=0.5) as made:
        yield made


def leaves(*outcomes: str, mailed: tuple[str, ...] = (), code: int = 3) -> Callable[[Toy], int]:
    """A send that mails some and leaves the readers with these outcomes in the ledger."""

    def send(toy: Toy) -> int:
        if mailed:
            toy.mail(*mailed)
        toy.ledger = dict(zip(READERS, outcomes, strict=False))
        return code

    return send


SENT = leaves("accepted", "accepted", code=0)


def test_it_sends_until_nobody_waits_and_once_in_vain(host: UnreliableSendGrid) -> None:
    toy = Toy(
        host,
        [leaves("accepted", "waiting", mailed=READERS[:1]), leaves("accepted", "accepted", mailed=READERS[1:]), SENT],
    )

    ordeal = toy.ordeal()
    ordeal.run()

    assert toy.called == ["send 2020-08 --yes --provider sendgrid"] * 3
    assert toy.lines == [
        "run 1: ended: 1 accepted, 0 in doubt, 1 waiting",
        "run 2: ended: 2 accepted, 0 in doubt, 0 waiting",
    ]
    assert (ordeal.course.runs, ordeal.tally.mailed_times()) == (2, (0, 2, 0))


@pytest.mark.parametrize(
    ("sends", "told"),
    [
        pytest.param([leaves("accepted", "waiting", mailed=(*READERS[:1], *READERS[:1]))], "mailed more than once: 1 (number 1)", id="twice"),
        pytest.param([leaves("accepted", "waiting", mailed=READERS)], "called waiting, and mailed: 1 (number 2)", id="waiting"),
        pytest.param([leaves("accepted", "accepted", mailed=READERS[:1])], "called accepted, and not mailed: 1 (number 2)", id="forgotten"),
        pytest.param([leaves("accepted", mailed=READERS[:1])], "the plan had 2 recipients of 2 rows, the ledger has 1 of 1", id="lost"),
        pytest.param([leaves(code=1)], "the send was refused: its last words", id="refused"),
        pytest.param(
            [leaves("accepted", "accepted", mailed=READERS), lambda toy: toy.host.asked.update([Purpose.MAIL]) or 0],
            "a send when nobody waited any more handed mail over again; it said: its last words",
            id="again",
        ),
        pytest.param(
            [leaves("waiting", "waiting")],
            f"{MOST_IDLE_RUNS} runs in a row changed nothing; the last one said: its last words",
            id="idle",
        ),
    ],
)  # fmt: skip
def test_what_must_not_be_ends_it(host: UnreliableSendGrid, sends: list[Callable[[Toy], int]], told: str) -> None:
    toy = Toy(host, list(sends))

    with pytest.raises(FailedRehearsalError) as raised:
        toy.ordeal().run()

    assert raised.value.sentences == (told,)


def test_a_command_that_breaks_ends_it(host: UnreliableSendGrid) -> None:
    def breaks(_toy: Toy) -> int:
        raise BrokenCommandError("Traceback")  # noqa: EM101 - the words do not matter

    with pytest.raises(FailedRehearsalError, match="Traceback"):
        Toy(host, [breaks]).ordeal().run()


def test_an_account_that_is_not_answered_for_is_asked_again_and_then_done_without(host: UnreliableSendGrid) -> None:
    def unanswered(toy: Toy) -> int:
        toy.host.faulted[Purpose.EXAMINATION] += 1
        return 1

    toy = Toy(host, [*[unanswered] * 5, leaves("accepted", "accepted", mailed=READERS), SENT])

    toy.ordeal().run()

    assert toy.lines[4:] == [
        "run 5: the account was not answered for: nothing is sealed yet",
        "run 6: ended: 2 accepted, 0 in doubt, 0 waiting",
    ]
    assert [one for one in toy.called if "--unverified-ok" in one] == toy.called[5:6]


# Doubts


def test_a_doubt_is_settled_by_the_log_once_it_has_caught_up(host: UnreliableSendGrid) -> None:
    lagged: list[bool] = []

    def resolve(toy: Toy, _word: str) -> int:
        lagged.append(toy.host.logs_lag)
        if toy.host.logs_lag:
            return 3
        return SENT(toy)

    toy = Toy(host, [leaves("accepted", "unknown", mailed=READERS), SENT], resolve)

    ordeal = toy.ordeal()
    ordeal.run()

    assert (lagged, ordeal.course.found_in_log) == ([True, False], 1)


def test_whom_a_log_that_shows_nothing_settles_ends_it(host: UnreliableSendGrid) -> None:
    toy = Toy(host, [leaves("accepted", "unknown", mailed=READERS)], lambda toy, _word: SENT(toy))

    with pytest.raises(FailedRehearsalError, match="settled somebody by a log that showed nothing"):
        toy.ordeal().run()


def test_the_log_is_asked_again_until_all_its_questions_are_answered(host: UnreliableSendGrid) -> None:
    looks: list[str] = []

    def resolve(toy: Toy, word: str) -> int:
        if word == "--assume-sent":
            return SENT(toy)
        looks.append(word)
        toy.warns = 1 < len(looks) < 4  # the first is at a log that lags
        return 3

    Toy(host, [leaves("accepted", "unknown", mailed=READERS), SENT], resolve).ordeal().run()

    assert len(looks) == 4


def test_who_in_doubt_has_no_mail_is_mailed_then(host: UnreliableSendGrid) -> None:
    def resolve(toy: Toy, word: str) -> int:
        if word == "--assume-not-sent":
            toy.ledger["b@x.org"] = "waiting"
        return 3

    sends = [
        leaves("accepted", "unknown", mailed=READERS[:1]),
        leaves("accepted", "accepted", mailed=READERS[1:]),
        SENT,
    ]
    ordeal = Toy(host, sends, resolve).ordeal()
    ordeal.run()

    assert (ordeal.course.said_not_sent, ordeal.course.doubts) == (1, 1)
    assert (ordeal.tally.mailed_times(), ordeal.tally.missed_by_word) == ((0, 2, 0), 0)


def test_when_one_in_doubt_has_the_mail_all_count_as_mailed_and_who_has_not_is_told(host: UnreliableSendGrid) -> None:
    def resolve(toy: Toy, word: str) -> int:
        return SENT(toy) if word == "--assume-sent" else 3

    ordeal = Toy(host, [leaves("unknown", "unknown", mailed=READERS[:1]), SENT], resolve).ordeal()
    ordeal.run()

    assert (ordeal.course.said_sent, ordeal.tally.missed_by_word) == (2, 1)
    assert ordeal.tally.mailed_times() == (1, 1, 0)
