from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from delivery.plans import (
    ACCEPTED,
    LATER,
    NOW,
    OLD_KEY,
    REAL,
    TO_OUTBOX,
    claim,
    counted,
    fates,
    leave,
    numbered,
    open_ledger,
    plan,
    reader,
    sealed_mail,
)
from pprmail.audience.keys import Keyring
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.delivery.ledger import Batch, HandOver
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger, Mailing, SendingBook

UNKNOWN = Answer(Outcome.UNKNOWN, detail="the connection was lost")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(path)) as opened:
        yield opened


@pytest.fixture
def mailing(ledger: Ledger) -> Mailing:
    """Six readers in batches of three."""
    return ledger.begin(sealed_mail(), plan(6, batch_size=3), REAL, NOW)


@pytest.fixture
def book(ledger: Ledger, mailing: Mailing) -> SendingBook:
    return ledger.sending(mailing)


def numbers(batch: Batch | None) -> list[int] | None:
    return None if batch is None else [number for number, _ in batch.recipients]


def refused(answer: Next, *, at: int = 0) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, at=at, next=answer)


def killed(path: Path, mailing: Mailing, *, again: bool = False) -> str:
    """What a sender that starts on the database as it lies there makes of it."""
    with closing(open_ledger(path)) as opened:
        opened.sending(mailing).start(again=again)
        return fates(opened, mailing)


# Claim


def test_a_claim_is_in_the_database_before_anyone_is_called(path: Path, mailing: Mailing, book: SendingBook) -> None:
    batch = book.claim("a1", NOW, most=9, one_by_one=False)

    assert batch == Batch(1, "a1", numbered(1, 2, 3), claimed=NOW)
    with closing(open_ledger(path)) as again:
        assert again.counts(mailing) == counted(6, unknown=3, waiting=3)
        assert fates(again, mailing) == "uuuwww"


def test_of_a_batch_that_goes_one_by_one_nobody_is_in_doubt_before_the_first(
    ledger: Ledger, path: Path, mailing: Mailing, book: SendingBook
) -> None:
    claim(book, one_by_one=True)

    assert fates(ledger, mailing) == "wwwwww"
    assert killed(path, mailing) == "wwwwww"


def test_a_claim_takes_no_more_than_it_may_and_leaves_the_rest(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    claimed = [numbers(claim(book, f"a{most}", most=most)) for most in (2, 5, 1)]

    assert claimed == [[1, 2], [3], [4]]
    assert fates(ledger, mailing) == "uuuuww"


def test_batches_come_in_order_and_those_that_were_tried_come_last(book: SendingBook) -> None:
    first = claim(book, "a1")
    book.settle(first, refused(Next.WAIT), (), NOW)

    claimed = [book.claim(attempt, NOW, most=9, one_by_one=False) for attempt in ("a2", "a3", "a4")]

    assert claimed == [
        Batch(2, "a2", numbered(4, 5, 6), claimed=NOW, tries=0),
        Batch(1, "a3", numbered(1, 2, 3), claimed=NOW, tries=1),
        None,
    ]


def test_a_new_run_forgets_what_was_tried(book: SendingBook) -> None:
    book.settle(claim(book, "a1"), refused(Next.WAIT), (), NOW)

    book.start(again=False)

    again = claim(book, "b1")
    assert (numbers(again), again.tries) == ([1, 2, 3], 0)


def test_mailings_do_not_touch_each_other(ledger: Ledger, mailing: Mailing, book: SendingBook) -> None:
    other = ledger.begin(sealed_mail("2020-09"), plan(6, batch_size=3), REAL, NOW)
    second = ledger.sending(other)
    batch = claim(book)
    second.start(again=True)

    book.settle(batch, ACCEPTED, (), LATER)

    assert (fates(ledger, mailing), fates(ledger, other)) == ("aaawww", "wwwwww")
    assert numbers(claim(second)) == [1, 2, 3]


# Those who leave after the seal


def test_who_asks_to_leave_after_the_seal_is_excluded_and_not_handed_over(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    leave(ledger, 2, 5)

    batch = claim(book)

    assert batch == Batch(1, "a1", numbered(1, 3), leavers=(reader(2),), claimed=NOW)
    assert ledger.counts(mailing) == counted(
        5, rows=6, excluded={"suppressed": 1}, unknown=2, waiting=3
    )  # 5 is found when its batch is claimed
    assert list(ledger.outcomes(mailing))[1] == (2, reader(2), "suppressed", "asked to leave after the seal")


def test_who_leaves_between_two_claims_is_taken_out_of_the_second(ledger: Ledger, book: SendingBook) -> None:
    leave(ledger, 1)
    first = claim(book)
    leave(ledger, 4)

    second = claim(book, "a2")

    assert (numbers(first), first.leavers) == ([2, 3], (reader(1),))
    assert (numbers(second), second.leavers) == ([5, 6], (reader(4),))


def test_who_leaves_between_two_tries_is_taken_out_of_the_second_and_told_at_each(
    ledger: Ledger, book: SendingBook
) -> None:
    book.claim("a1", NOW, most=3, one_by_one=False)
    leave(ledger, 1)

    attempts = []
    for attempt in ("a2", "a3"):
        book.start(again=True)
        attempts.append(claim(book, attempt))

    assert attempts == [
        Batch(1, attempt, numbered(2, 3), leavers=(reader(1),), claimed=NOW) for attempt in ("a2", "a3")
    ]


def test_who_was_accepted_before_asking_to_leave_was_accepted(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    book.settle(claim(book), ACCEPTED, (), NOW)

    leave(ledger, 1)

    claim(book, "a2")
    assert fates(ledger, mailing) == "aaauuu"


def test_a_batch_whose_readers_all_left_is_claimed_for_nobody(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    leave(ledger, 1, 2, 3)

    batch = claim(book)

    assert batch == Batch(1, "a1", (), leavers=(reader(1), reader(2), reader(3)), claimed=NOW)
    assert ledger.counts(mailing) == counted(3, rows=6, excluded={"suppressed": 3})


def test_who_left_before_the_seal_but_after_the_audience_was_chosen_is_found(ledger: Ledger) -> None:
    leave(ledger, 9)
    seen = ledger.last_suppression()
    leave(ledger, 1)
    mailing = ledger.begin(sealed_mail(), plan(2), REAL, NOW, suppressions_seen=seen)

    batch = claim(ledger.sending(mailing))

    assert batch.leavers == (reader(1),)


def test_who_left_under_an_older_key_is_known_after_a_new_key_came(path: Path) -> None:
    with closing(open_ledger(path, Keyring((OLD_KEY,)))) as ledger:
        mailing = ledger.begin(sealed_mail(), plan(2), REAL, NOW)
        leave(ledger, 1, key=OLD_KEY)

    with closing(open_ledger(path, Keyring((KEY.encode(), OLD_KEY)))) as ledger:
        batch = claim(ledger.sending(mailing))

    assert (numbers(batch), batch.leavers) == ([2], (reader(1),))


# Settle


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        pytest.param(ACCEPTED, "aaawww", id="accepted"),
        pytest.param(UNKNOWN, "uuuwww", id="unknown"),
        pytest.param(refused(Next.AGAIN), "wwwwww", id="again"),
        pytest.param(refused(Next.WAIT), "wwwwww", id="wait"),
        pytest.param(refused(Next.HALVE), "wwwwww", id="halve"),
        pytest.param(refused(Next.STOP), "wwwwww", id="stop"),
    ],
)
def test_an_answer_is_kept(path: Path, mailing: Mailing, book: SendingBook, answer: Answer, fate: str) -> None:
    batch = claim(book)

    book.settle(batch, answer, (), LATER)

    assert killed(path, mailing) == fate


def test_what_the_provider_said_is_kept_beside_the_batch(path: Path, book: SendingBook) -> None:
    book.settle(claim(book), Answer(Outcome.ACCEPTED, provider_id="p1", detail="said so"), (), LATER)

    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT attempt, claimed, settled, provider_id, detail FROM batches").fetchone()
    times = (NOW.isoformat(timespec="microseconds"), LATER.isoformat(timespec="microseconds"))
    assert row == ("a1", *times, "p1", "said so")


def test_unknown_is_never_claimed_again(book: SendingBook) -> None:
    for attempt in ("a1", "a2"):
        book.settle(claim(book, attempt), UNKNOWN, (), LATER)

    for again in (True, False):
        book.start(again=again)
        assert book.claim("a3", LATER, most=9, one_by_one=False) is None
    assert not book.has_waiting()


def test_rejected_recipients_leave_the_batch_that_waits(ledger: Ledger, mailing: Mailing, book: SendingBook) -> None:
    book.settle(claim(book), refused(Next.AGAIN), (Rejection(2, "no such mailbox"),), NOW)

    claim(book, "a2")

    assert numbers(claim(book, "a3")) == [1, 3]
    assert fates(ledger, mailing) == "uruuuu"


def test_a_batch_is_halved_by_those_who_are_really_in_it(ledger: Ledger, book: SendingBook) -> None:
    leave(ledger, 1)
    batch = claim(book)  # 2 and 3
    book.settle(batch, refused(Next.HALVE), (), NOW)

    claimed = [claim(book, attempt) for attempt in ("a2", "a3", "a4")]

    assert sorted((numbers(one), one.tries) for one in claimed) == [([2], 1), ([3], 0), ([4, 5, 6], 0)]


def test_one_recipient_cannot_be_halved(ledger: Ledger, book: SendingBook) -> None:
    leave(ledger, 1, 3)

    book.settle(claim(book), refused(Next.HALVE), (), NOW)

    assert [numbers(claim(book, attempt)) for attempt in ("a2", "a3")] == [[4, 5, 6], [2]]


def test_an_answer_to_another_attempt_changes_nothing(ledger: Ledger, mailing: Mailing, book: SendingBook) -> None:
    stale = claim(book, "a1")
    book.start(again=True)
    claim(book, "a2")

    book.settle(stale, ACCEPTED, (Rejection(1, "no such mailbox"),), LATER)

    assert fates(ledger, mailing) == "uuuwww"


@pytest.mark.parametrize(
    "late", [ACCEPTED, refused(Next.AGAIN), Answer(Outcome.UNKNOWN, at=2)], ids=["accepted", "not", "unknown-at-one"]
)
def test_an_answer_that_comes_after_the_claim_was_given_up_changes_nothing(
    ledger: Ledger, mailing: Mailing, book: SendingBook, late: Answer
) -> None:
    batch = claim(book, one_by_one=True)
    book.progress(batch, 2, ())
    book.start(again=False)

    book.settle(batch, late, (), LATER)

    assert fates(ledger, mailing) == "auwwww"


# One by one


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        pytest.param(Answer(Outcome.UNKNOWN, at=2), "auwwww", id="unknown"),
        pytest.param(refused(Next.WAIT, at=2), "awwwww", id="wait"),
        pytest.param(refused(Next.STOP, at=2), "awwwww", id="stop"),
        pytest.param(refused(Next.DEFER, at=2), "awwwww", id="defer"),
        pytest.param(refused(Next.WAIT, at=1), "wwwwww", id="the-first"),
        pytest.param(Answer(Outcome.UNKNOWN, at=3), "aauwww", id="the-last"),
        pytest.param(ACCEPTED, "aaawww", id="all"),
    ],
)
def test_those_before_the_one_that_an_answer_is_about_were_accepted_and_those_after_it_wait(
    path: Path, mailing: Mailing, book: SendingBook, answer: Answer, fate: str
) -> None:
    batch = claim(book, one_by_one=True)

    book.settle(batch, answer, (), LATER)

    assert killed(path, mailing) == fate


def test_among_those_before_it_the_rejected_stay_rejected(ledger: Ledger, mailing: Mailing, book: SendingBook) -> None:
    batch = claim(book, one_by_one=True)
    book.progress(batch, 2, (Rejection(1, "no such mailbox"),))

    book.settle(batch, Answer(Outcome.UNKNOWN, at=3), (Rejection(2, "full"),), LATER)

    assert fates(ledger, mailing) == "rruwww"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_kill_leaves_one_in_doubt_or_none_where_a_repeat_does_no_harm(
    path: Path, ledger: Ledger, mailing: Mailing, book: SendingBook, at: int
) -> None:
    batch = claim(book, one_by_one=True)

    for number in range(1, at + 1):
        book.progress(batch, number, ())

    accepted, untouched = "a" * (at - 1), "w" * (6 - at)
    assert fates(ledger, mailing) == f"{accepted}u{untouched}"
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as lying, closing(sqlite3.connect(copy)) as copied:
        lying.backup(copied)
    assert killed(path, mailing) == f"{accepted}u{untouched}"
    assert killed(copy, mailing, again=True) == f"{accepted}w{untouched}"


def test_after_a_doubt_the_rest_counts_as_not_tried_and_the_one_put_off_as_tried(book: SendingBook) -> None:
    book.settle(claim(book, "a1", one_by_one=True), Answer(Outcome.UNKNOWN, at=1), (), NOW)
    book.settle(claim(book, "a2", one_by_one=True), refused(Next.DEFER, at=2), (), NOW)

    claimed = [claim(book, attempt, one_by_one=True) for attempt in ("a3", "a4", "a5")]

    assert [(numbers(one), one.tries) for one in claimed] == [([3], 0), ([4, 5, 6], 0), ([2], 1)]


def test_a_step_within_a_batch_that_another_sender_has_is_refused(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    batch = claim(book, one_by_one=True)
    book.progress(batch, 1, ())
    book.start(again=False)

    with pytest.raises(PprmailError) as caught:
        book.progress(batch, 2, (Rejection(1, "full"),))

    assert str(caught.value) == (
        "batch 1 of 2020-08 was taken over by another sender; see 'pprmail status', then run this again"
    )
    assert fates(ledger, mailing) == "uwwwww"


# Blameless


def test_rejections_that_were_the_senders_fault_wait_again_wherever_they_lie(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    earlier = claim(book, "a1", one_by_one=True)
    blamed = Rejection(1, "no such mailbox"), Rejection(3, "over quota")
    book.progress(earlier, 2, blamed[:1])
    book.settle(earlier, ACCEPTED, blamed[1:], NOW)
    batch = claim(book, "a2", one_by_one=True)
    streak = Rejection(3, "over quota"), Rejection(4, "over quota"), Rejection(5, "over quota")

    book.settle(batch, refused(Next.STOP, at=5), streak[1:], NOW, blameless=streak)

    assert fates(ledger, mailing) == "rawwww"
    book.start(again=False)
    claimed = [numbers(claim(book, attempt)) for attempt in ("b1", "b2", "b3")]
    assert claimed == [[3], [4], [5, 6]]


def test_one_who_left_stays_excluded_when_the_sender_was_at_fault(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    batch = claim(book, one_by_one=True)
    rejection = Rejection(1, "over quota")
    book.settle(batch, refused(Next.STOP, at=2), (rejection,), NOW, blameless=(rejection,))
    leave(ledger, 1)

    book.start(again=False)
    again = claim(book, "b1", most=1)

    assert (again.recipients, again.leavers) == ((), (reader(1),))
    assert fates(ledger, mailing) == "swwwww"


# Start, end


def test_a_mailing_ends_when_its_sender_stops_and_goes_on_when_one_starts(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    seen = []
    for starts in (True, False, True, False):
        if starts:
            book.start(again=False)
        else:
            book.end("the disk is full", LATER)
        found = ledger.mailing(mailing.id)
        assert found
        seen.append((found.ended, found.stopped, found.revision))

    assert seen == [
        (None, None, 2),
        (LATER, "the disk is full", 3),
        (None, None, 4),
        (LATER, "the disk is full", 5),
    ]


@pytest.mark.parametrize("stopped", [None, "", "the disk is full"], ids=["done", "interrupted", "stopped"])
def test_why_a_sender_stopped_is_remembered(
    ledger: Ledger, mailing: Mailing, book: SendingBook, stopped: str | None
) -> None:
    book.start(again=False)

    book.end(stopped, LATER)

    found = ledger.mailing(mailing.id)
    assert found
    assert (found.ended, found.stopped) == (LATER, stopped)


@pytest.mark.parametrize("again", [False, True])
def test_what_was_claimed_is_settled_for_good_when_nobody_will_send(
    ledger: Ledger, mailing: Mailing, book: SendingBook, *, again: bool
) -> None:
    claim(book)

    book.settle_claims()

    book.start(again=again)
    assert fates(ledger, mailing) == "uuuwww"


def test_a_sender_that_dies_with_a_batch_for_nobody_leaves_nothing_open(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    leave(ledger, 1, 2, 3)
    claim(book)

    book.start(again=False)
    book.settle(claim(book, "b1"), ACCEPTED, (), NOW)

    assert book.doubtful() == ()
    assert ledger.counts(mailing).is_complete


def test_where_a_repeat_does_no_harm_a_batch_for_nobody_is_claimed_again_for_its_leavers(
    ledger: Ledger, book: SendingBook
) -> None:
    claim(book)
    leave(ledger, 1, 2, 3)

    for attempt in ("b1", "c1"):
        book.start(again=True)
        assert claim(book, attempt).leavers == (reader(1), reader(2), reader(3))


# Who waits


def test_somebody_waits_until_all_is_claimed(book: SendingBook) -> None:
    waits = [book.has_waiting()]
    for attempt in ("a1", "a2"):
        claim(book, attempt)
        waits.append(book.has_waiting())

    assert waits == [True, True, False]


# What was handed over


def test_what_real_providers_may_have_taken_is_told_of_every_mailing(ledger: Ledger, book: SendingBook) -> None:
    minutes = [NOW + timedelta(minutes=minute) for minute in range(5)]
    first = book.claim("a1", minutes[1], most=2, one_by_one=False)
    assert first
    book.settle(first, ACCEPTED, (Rejection(1, "full"),), minutes[2])
    other = ledger.sending(ledger.begin(sealed_mail("2020-09"), plan(4, batch_size=4), REAL, NOW))
    other.claim("b1", minutes[1], most=1, one_by_one=False)
    unknown = other.claim("b2", minutes[3], most=3, one_by_one=False)
    assert unknown
    other.settle(unknown, UNKNOWN, (), minutes[3])
    waiting = book.claim("a2", minutes[4], most=9, one_by_one=False)
    assert waiting
    book.settle(waiting, refused(Next.WAIT), (), LATER)
    in_outbox = ledger.sending(ledger.begin(sealed_mail(), plan(4), TO_OUTBOX, NOW))
    in_outbox.settle(claim(in_outbox), ACCEPTED, (), NOW)

    told = {minute: book.handed_over_since(minutes[minute], LATER) for minute in (0, 2, 3, 4)}

    all_of_them = HandOver(minutes[1], 1), HandOver(minutes[2], 2), HandOver(minutes[3], 3)
    assert told == {0: all_of_them, 2: all_of_them[1:], 3: all_of_them[2:], 4: ()}


def test_a_batch_on_its_way_counts_as_handed_over_now(book: SendingBook) -> None:
    claim(book)

    assert book.handed_over_since(NOW, LATER) == (HandOver(LATER, 3),)


def test_of_a_batch_cut_short_only_those_who_were_handed_over_count(book: SendingBook) -> None:
    batch = claim(book, one_by_one=True)

    book.settle(batch, refused(Next.WAIT, at=2), (), LATER)

    assert book.handed_over_since(NOW, LATER) == (HandOver(LATER, 1),)


# Doubts


def test_doubts_are_told_in_order_with_the_attempt_they_are_of(book: SendingBook) -> None:
    book.settle(claim(book, "a1"), UNKNOWN, (Rejection(3, "full"),), NOW)
    batch = claim(book, "a2", one_by_one=True)
    book.settle(batch, Answer(Outcome.UNKNOWN, at=5), (), LATER)

    told = [(one.attempt, numbers(one), one.claimed) for one in book.doubtful()]

    assert told == [("a1", [1, 2], NOW), ("a2", [5], NOW)]


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        pytest.param(Outcome.ACCEPTED, "aaawww", id="sent"),
        pytest.param(Outcome.NOT_HANDED_OVER, "wwwwww", id="not-sent"),
    ],
)
def test_a_doubt_is_settled_once_and_on_whose_word_is_kept_for_ever(
    path: Path, ledger: Ledger, mailing: Mailing, outcome: Outcome, fate: str
) -> None:
    book = ledger.sending(mailing)
    book.settle(claim(book), UNKNOWN, (), NOW)
    (batch,) = book.doubtful()

    for word in ("evidence", "assumed-sent", "assumed-not-sent"):
        book.resolve(batch, word, Answer(outcome, detail="seen in the log"), LATER)

    assert fates(ledger, mailing) == fate
    ledger.cancel(mailing, LATER)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT * FROM resolutions").fetchall()
    assert rows == [(1, 1, 1, 3, "a1", "evidence", "seen in the log", LATER.isoformat())]


def test_a_word_about_an_earlier_attempt_settles_no_later_one(
    ledger: Ledger, mailing: Mailing, book: SendingBook
) -> None:
    book.settle(claim(book, "a1"), UNKNOWN, (), NOW)
    (stale,) = book.doubtful()
    book.resolve(stale, "assumed-not-sent", Answer(Outcome.NOT_HANDED_OVER), NOW)
    book.start(again=False)
    book.settle(claim(book, "b1"), UNKNOWN, (), NOW)

    book.resolve(stale, "assumed-not-sent", Answer(Outcome.NOT_HANDED_OVER), NOW)

    assert fates(ledger, mailing) == "uuuwww"


def test_a_receipt_could_tell_that_a_doubt_was_settled(ledger: Ledger, mailing: Mailing, book: SendingBook) -> None:
    book.settle(claim(book), UNKNOWN, (), NOW)
    (batch,) = book.doubtful()

    book.resolve(batch, "evidence", Answer(Outcome.ACCEPTED), LATER)

    found = ledger.mailing(mailing.id)
    assert found
    assert found.revision == mailing.revision + 1
