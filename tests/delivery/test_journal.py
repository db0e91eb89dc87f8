from __future__ import annotations

import pytest

from pprmail.delivery.answer import Rejection
from pprmail.delivery.journal import Journal, Streak
from pprmail.errors import PprmailError


class Commits:
    """What a journal made durable."""

    def __init__(self) -> None:
        self.made: list[tuple[int, tuple[Rejection, ...]]] = []
        self.is_full = False

    def __call__(self, number: int, rejections: tuple[Rejection, ...]) -> None:
        if self.is_full:
            message = "the disk is full"
            raise PprmailError(message)
        self.made.append((number, rejections))


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def journal(commits: Commits) -> Journal:
    return Journal(commits, Streak())


def test_each_rejection_is_committed_once_with_the_next_step(journal: Journal, commits: Commits) -> None:
    journal.about_to_hand_over(1)
    journal.rejected(1, "no such mailbox")
    journal.rejected(2, "full")
    journal.about_to_hand_over(3)
    journal.about_to_hand_over(4)
    journal.rejected(5, "full")

    assert commits.made == [(1, ()), (3, (Rejection(1, "no such mailbox"), Rejection(2, "full"))), (4, ())]
    assert journal.rejections == (Rejection(5, "full"),)


def test_a_commit_that_fails_keeps_the_rejections_and_is_told(journal: Journal, commits: Commits) -> None:
    journal.rejected(1, "full")
    commits.is_full = True

    with pytest.raises(PprmailError, match="the disk is full"):
        journal.about_to_hand_over(2)

    assert journal.rejections == (Rejection(1, "full"),)


def test_that_somebody_was_rejected_is_remembered_past_the_commit(journal: Journal) -> None:
    before = journal.has_rejected
    journal.rejected(1, "full")
    journal.about_to_hand_over(2)

    assert (before, journal.has_rejected) == (False, True)


def test_three_in_a_row_in_the_same_words_are_the_senders_fault(journal: Journal) -> None:
    goes_on = [journal.rejected(number, "over quota") for number in (1, 2, 3, 4)]

    assert goes_on == [True, True, False, False]
    assert journal.blameless == tuple(Rejection(number, "over quota") for number in (1, 2, 3, 4))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["full", "gone", "full", "gone", "full"], id="other-words-between"),
        pytest.param(["full", "full", "", "full", "full"], id="an-acceptance-between"),
    ],
)
def test_what_is_not_in_a_row_in_the_same_words_is_the_recipients(journal: Journal, words: list[str]) -> None:
    goes_on = []
    for number, word in enumerate(words, 1):
        if word:
            goes_on.append(journal.rejected(number, word))
        else:
            journal.accepted()

    assert all(goes_on)
    assert journal.blameless == ()


def test_those_whom_the_provider_named_prove_nothing(journal: Journal) -> None:
    goes_on = [journal.rejected(number, "does not contain a valid address", named=True) for number in range(1, 9)]

    assert all(goes_on)
    assert journal.blameless == ()
    assert len(journal.rejections) == 8


def test_a_named_one_is_the_recipients_also_while_the_sender_is_refused() -> None:
    streak = Streak()
    first, second = (Journal(lambda _number, _rejections: None, streak) for _ in range(2))
    for number in (1, 2, 3):
        first.rejected(number, "over quota")

    goes_on = second.rejected(4, "does not contain a valid address", named=True)

    assert goes_on
    assert second.blameless == ()


def test_a_row_goes_on_from_batch_to_batch() -> None:
    streak = Streak()
    journals = [Journal(lambda _number, _rejections: None, streak) for _ in range(3)]

    goes_on = [journal.rejected(number, "over quota") for number, journal in enumerate(journals, 1)]

    assert goes_on == [True, True, False]
    assert [len(journal.blameless) for journal in journals] == [0, 0, 3]


def test_blameless_stay_those_who_were_found_whatever_other_workers_do() -> None:
    streak = Streak()
    ours, others = (Journal(lambda _number, _rejections: None, streak) for _ in range(2))
    for number in (1, 2, 3):
        ours.rejected(number, "over quota")

    others.accepted()

    assert [number for number, _ in ours.blameless] == [1, 2, 3]
    assert others.rejected(4, "over quota")
