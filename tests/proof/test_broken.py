"""Protocols that are broken on purpose: each is found out, by the shortest history that shows it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import ROOT
from pprmail.delivery import schedule
from pprmail.delivery.answer import Outcome
from pprmail.delivery.dispatch import _Sender
from proof.memory_ledger import MemoryLedger
from proof.walk import Explorer
from proof.world import Scenario

if TYPE_CHECKING:
    from pprmail.delivery.answer import Answer
    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch

ONE = Scenario(readers=1, batch_size=1)
HELD = ONE._replace(tries=1, crashes=0, is_held=True)
RESOLVES, SENDS = "send, while another process resolves and sends", "send, while another process sends"

CLAIM_AFTER_THE_WIRE = """\
1. $ send
2. the sender starts
3. the provider has batch 1 (1) before it: takes it
4. CRASH after that, before the answer is heard
5. $ send
6. the sender starts
7. the provider has batch 1 (1) before it: takes it
8. the provider takes reader 1 AGAIN
9. WRONG: reader 1 is mailed twice"""

RETRY_ON_A_LOST_ANSWER = """\
1. $ send
2. the sender starts
3. the sender claims batch 1 (reader 1)
4. the provider has batch 1 (1) before it: takes it, and the answer is lost
5. the sender records batch 1: not handed over
6. the sender claims batch 1 (reader 1)
7. the provider has batch 1 (1) before it: takes it
8. the provider takes reader 1 AGAIN
9. WRONG: reader 1 is mailed twice"""

TRUST_IN_ABSENCE_FROM_THE_LOGS = """\
1. $ send
2. the sender starts
3. the sender claims batch 1 (reader 1)
4. the provider has batch 1 (1) before it: takes it
5. CRASH after that, before the answer is heard
6. $ resolve
7. resolve finds that no sender is at work
8. the provider is asked for batch 1: its log lags behind
9. resolve records batch 1 (reader 1) by evidence: waiting
10. $ send
11. the sender starts
12. the sender claims batch 1 (reader 1)
13. the provider has batch 1 (1) before it: takes it
14. the provider takes reader 1 AGAIN
15. WRONG: reader 1 is mailed twice"""

TWO_SENDERS_WITHOUT_THE_LOCK = """\
1. $ send, while another process resolves and sends
2. process 1 starts
3. process 1 claims batch 1 (reader 1)
4. process 2 finds that no sender is at work
5. the provider is asked for batch 1: its log shows nothing
6. process 2 records batch 1 (reader 1) by assumed-not-sent: waiting
7. the provider has batch 1 (1) before it: takes it
8. process 1 cannot record the answer for batch 1, which is no longer this sender's, claims batch 1 (reader 1)
9. the provider has batch 1 (1) before it: takes it
10. the provider takes reader 1 AGAIN
11. WRONG: reader 1 is mailed twice"""

NOTE_AFTER_THE_DOT = """\
1. $ send
2. the sender starts
3. the sender claims batch 1 (reader 1)
4. the server has the letter to reader 1 before it: takes it
5. CRASH after that, before the answer is heard
6. $ send
7. the sender starts; what was claimed is in doubt
8. the sender claims batch 1 (reader 1)
9. the server has the letter to reader 1 before it: takes it
10. the provider takes reader 1 AGAIN
11. WRONG: reader 1 is mailed twice"""


AN_ANSWER_TOO_LATE = """\
1. $ send, while another process sends
2. process 1 starts
3. process 1 claims batch 1 (reader 1)
4. process 2 starts; what was claimed is in doubt
5. the provider has batch 1 (1) before it: takes it
6. process 1 cannot record the answer for batch 1, which is no longer this sender's
7. WRONG: an answer has come that cannot be recorded"""

CANCEL_IN_DOUBT = """\
1. $ send
2. the sender starts
3. the sender claims batch 1 (reader 1)
4. the provider has batch 1 (1) before it: takes it
5. CRASH after that, before the answer is heard
6. $ cancel
7. the seal is undone, and the issue sealed anew for everyone
8. $ send
9. the sender starts
10. the sender claims batch 1 (reader 1)
11. the provider has batch 1 (1) before it: takes it
12. the provider takes reader 1 AGAIN
13. WRONG: reader 1 is mailed twice"""

ASK_BEFORE_WRITING = """\
1. $ send --at
2. the provider is asked for a slot: makes it
3. the sender seals the issue, to be held under s1
4. the sender starts
5. the sender claims batch 1 (reader 1)
6. the provider has batch 1 (1) before it: takes it
7. the sender records batch 1: accepted
8. the sender ends
9. $ cancel
10. cancel finds that no sender is at work
11. the provider is asked to call off s1: does it
12. CRASH after that, before the answer is heard
13. WRONG: reader 1 counts as mailed and was not"""

SURE_TOO_LATE = """\
1. $ send --at
2. the provider is asked for a slot: makes it
3. it is less than ten minutes before
4. the sender seals the issue, to be held under s1
5. the sender starts
6. the sender claims batch 1 (reader 1)
7. the provider has batch 1 (1) before it: takes it
8. the sender records batch 1: accepted
9. the sender ends
10. $ cancel
11. cancel finds that no sender is at work
12. cancel writes that it is calling the mail off
13. the provider is asked to call off s1: does it
14. cancel records that the slot s1 is called off
15. cancel undoes the seal
16. $ (the time comes)
17. it is the time itself
18. what is held under s1 goes out all the same
19. reader 1 has the mail of s1
20. WRONG: reader 1 has the mail of a mailing that is called cancelled"""


@pytest.mark.parametrize(
    ("scenario", "history"),
    [
        pytest.param(ONE._replace(claims_after_the_wire=True), CLAIM_AFTER_THE_WIRE, id="claim-after-the-wire"),
        pytest.param(ONE._replace(retries_lost_answers=True), RETRY_ON_A_LOST_ANSWER, id="retry-on-a-lost-answer"),
        pytest.param(
            ONE._replace(trusts_absence=True), TRUST_IN_ABSENCE_FROM_THE_LOGS, id="trust-in-absence-from-the-logs"
        ),
        pytest.param(
            ONE._replace(crashes=0, beside=RESOLVES, may_lose_answers=True),
            TWO_SENDERS_WITHOUT_THE_LOCK,
            id="two-senders-without-the-lock",
        ),
        pytest.param(
            ONE._replace(one_by_one=True, notes_after_the_dot=True), NOTE_AFTER_THE_DOT, id="note-after-the-dot"
        ),
        pytest.param(HELD._replace(crashes=1, asks_before_writing=True), ASK_BEFORE_WRITING, id="ask-before-writing"),
    ],
)
def test_a_broken_protocol_shows_itself(scenario: Scenario, history: str) -> None:
    walked = Explorer(scenario, shortest=True).walk()

    assert walked.failure
    assert "\n".join(walked.failure) == history


def test_an_answer_that_is_not_recorded_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = _Sender._settle

    def forget_the_accepted(sender: _Sender, batch: Batch, answer: Answer, journal: Journal) -> None:
        if answer.outcome is not Outcome.ACCEPTED:
            settle(sender, batch, answer, journal)

    monkeypatch.setattr(_Sender, "_settle", forget_the_accepted)

    walked = Explorer(ONE._replace(crashes=0), shortest=True).walk()

    assert walked.failure
    assert walked.failure[-2:] == (
        "5. the sender ends",
        "6. WRONG: a send has ended with an answer that is not recorded",
    )


@pytest.mark.parametrize("readers", [1, 2])
def test_without_the_lock_two_sends_alone_mail_nobody_twice(readers: int) -> None:
    """An answer is recorded under its own attempt alone, and what somebody else had claimed is in doubt, never free.

    So it takes a person's word on a doubt that was none to have anybody mailed twice, as above.
    """
    scenario = ONE._replace(readers=readers, tries=1, crashes=0, beside=SENDS, may_lose_answers=True)

    walked = Explorer(scenario).walk()

    assert not walked.failure, "\n".join(walked.failure)
    print(walked)  # noqa: T201 - pytest -rP shows how much was walked


def test_without_the_lock_a_send_makes_a_doubt_of_what_another_is_about_to_know() -> None:
    """That is what the lock is for: a person is never asked about mail whose answer is still to come."""
    walked = Explorer(ONE._replace(crashes=0, beside=SENDS), shortest=True).walk()

    assert walked.failure
    assert "\n".join(walked.failure) == AN_ANSWER_TOO_LATE


def test_a_cancel_that_minds_no_doubt_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = MemoryLedger.counts
    monkeypatch.setattr(MemoryLedger, "counts", lambda *which: replace(counts(*which), unknown=0))

    walked = Explorer(ONE._replace(crashes=1), shortest=True).walk()

    assert walked.failure
    assert "\n".join(walked.failure) == CANCEL_IN_DOUBT


def test_a_cancel_that_is_sure_in_the_last_ten_minutes_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SURE_AHEAD", timedelta(seconds=1))

    walked = Explorer(HELD, shortest=True).walk()

    assert walked.failure
    assert "\n".join(walked.failure) == SURE_TOO_LATE


def test_a_machine_that_sleeps_between_a_claim_and_its_request_hands_that_one_over_late() -> None:
    """No look at the clock can be one with what follows it: so at most what is claimed goes out late."""
    walked = Explorer(HELD._replace(sleeps_before_the_wire=True), shortest=True).walk()

    assert walked.failure
    assert walked.failure[-4:] == (
        "5. the sender claims batch 1 (reader 1)",
        "6. it is more than an hour later",
        "7. the provider has batch 1 (1) before it: takes it",
        "8. WRONG: mail is handed over more than an hour late",
    )


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(HELD._replace(minds_false_words=True), id="a-false-word-before-a-cancel"),
        pytest.param(HELD._replace(logs_what_is_held=True), id="a-log-that-knows-held-mail"),
    ],
)
def test_held_mail_under_stricter_terms(scenario: Scenario) -> None:
    walked = Explorer(scenario).walk()

    assert not walked.failure, "\n".join(walked.failure)


def test_the_history_in_the_documents_is_the_one_that_is_found() -> None:
    text = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")

    assert textwrap.indent(TRUST_IN_ABSENCE_FROM_THE_LOGS, "    ") in text
