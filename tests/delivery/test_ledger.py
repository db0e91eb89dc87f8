from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import KEY
from pprmail.audience.choose import Audience
from pprmail.audience.consent import PERSON, READER
from pprmail.audience.keys import Keyring, fingerprint
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.ledger import Batch, Counts, Ledger, Mailing, Outlet, Recipient, TestMail
from pprmail.delivery.plan import Plan
from pprmail.delivery.seal import seal_mail
from pprmail.errors import PprmailError
from pprmail.model import Exclusion, Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.delivery.seal import SealedMail

NOW = datetime(2020, 8, 14, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OLD_KEY = b"an-older-key-0123456789"
KEYRING = Keyring((KEY.encode(),))
ACCEPTED = Answer(Outcome.ACCEPTED, provider_id="p1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def open_at(path: Path, keyring: Keyring = KEYRING, newsletter_id: str = "pprnet") -> Ledger:
    return Ledger.open(f"sqlite:///{path}", keyring, newsletter_id, busy_seconds=0)


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with closing(open_at(path)) as opened:
        yield opened


@pytest.fixture
def reopen(path: Path) -> Iterator[Callable[[], Ledger]]:
    """Opens the database a second time, as a process started after a kill does."""
    opened: list[Ledger] = []

    def reopen() -> Ledger:
        opened.append(open_at(path))
        return opened[-1]

    yield reopen
    for one in opened:
        one.close()


@pytest.fixture
def sealed(newsletter: Newsletter) -> SealedMail:
    return sealed_of(newsletter, "2020-08")


def sealed_of(newsletter: Newsletter, issue: str) -> SealedMail:
    return seal_mail(newsletter.settings, issue, "August 2020", "<p>mail</p>", "mail")


def reader(number: int) -> Subscriber:
    return Subscriber(f"reader{number}@example.org", f"Reader {number}")


def plan(
    count: int, *, batch_size: int = 2, exclusions: tuple[Exclusion, ...] = (), left: tuple[str, ...] = ()
) -> Plan:
    readers = tuple(reader(number) for number in range(1, count + 1))
    return Plan(Audience(count + len(exclusions), readers, exclusions, left), batch_size)


def numbered(*numbers: int) -> tuple[Recipient, ...]:
    return tuple(Recipient(number, reader(number)) for number in numbers)


def waiting(count: int, **others: object) -> Counts:
    """Counts of a mailing where ``count`` wait, but for what is named."""
    return Counts(
        **{
            "rows": count,
            "recipients": count,
            "excluded": {},
            "accepted": 0,
            "rejected": 0,
            "unknown": 0,
            "waiting": count,
        }  # type: ignore[arg-type]
        | others
    )


def leave(ledger: Ledger, *numbers: int, source: str = READER) -> None:
    signer = Signer(KEY.encode(), "pprnet")
    ledger.unsubscribe(
        {KEY.encode(): [signer.address_hash(reader(number).address) for number in numbers]}, source, LATER
    )


def outcomes(ledger: Ledger, mailing: Mailing) -> list[str]:
    return [outcome for _, _, outcome, _ in ledger.outcomes(mailing)]


# Seal, freeze


def test_beginning_freezes_mail_recipients_and_exclusions(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail
) -> None:
    exclusions = (Exclusion(5, "unsubscribed"), Exclusion(6, "pending"), Exclusion(7, "pending", "a detail"))

    mailing = ledger.begin(sealed, plan(3, exclusions=exclusions), Outlet("outbox", "outbox"), NOW)

    assert mailing == Mailing(
        id=1,
        issue="2020-08",
        provider="outbox",
        folder="outbox",
        sealed_sha256=sealed.sha256,
        key_fingerprint=fingerprint(KEY.encode()),
        sealed=NOW,
        ended=None,
        cancelled=None,
    )
    again = reopen()
    assert again.find("2020-08", real=False) == mailing
    assert again.sealed_mail(mailing) == sealed
    assert again.outcomes(mailing) == tuple((number, reader(number), "waiting", "") for number in (1, 2, 3))
    assert again.counts(mailing) == waiting(3, rows=6, excluded={"unsubscribed": 1, "pending": 2})


def test_a_beginning_that_is_cut_short_leaves_nothing(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail
) -> None:
    broken = plan(3, exclusions=(Exclusion(5, "pending"), Exclusion(5, "pending")))

    with pytest.raises(Exception, match="UNIQUE constraint failed"):
        ledger.begin(sealed, broken, Outlet("outbox", "outbox"), NOW)

    again = reopen()
    assert again.find("2020-08", real=False) is None
    assert (again.issues(), again.last_recipients(), again.suppressed()) == ((), None, frozenset())


def test_who_left_by_the_file_is_suppressed_from_the_seal_on(ledger: Ledger, sealed: SealedMail) -> None:
    ledger.begin(sealed, plan(1, left=("gone@example.org",)), Outlet("outbox", "outbox"), NOW)

    gone = frozenset({Signer(KEY.encode(), "pprnet").address_hash("GONE@example.org")})
    assert ledger.suppressed() == ledger.suppressed("file") == gone
    assert ledger.suppressed(PERSON, READER) == frozenset()


def test_addresses_stand_once_however_many_mailings_name_them(
    ledger: Ledger, path: Path, newsletter: Newsletter
) -> None:
    for issue in ("2020-08", "2020-09"):
        ledger.begin(sealed_of(newsletter, issue), plan(3), Outlet("outbox", "outbox"), NOW)

    with closing(sqlite3.connect(path)) as connection:
        rows = [line.split('"')[1] for line in connection.iterdump() if line.startswith("INSERT")]
        holding = [line.split('"')[1] for line in connection.iterdump() if "@example.org" in line]
    assert (rows.count("addresses"), rows.count("recipients")) == (3, 6)
    assert set(holding) == {"addresses", "sealed_mails"}  # the seal holds the sender's


def test_the_same_bytes_are_sealed_once(ledger: Ledger, path: Path, sealed: SealedMail) -> None:
    for _ in range(2):
        ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sha256 FROM sealed_mails").fetchall() == [(sealed.sha256,)]


# Claim, settle


def test_a_claim_is_in_the_database_before_anyone_is_called(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail
) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)

    batch = ledger.claim(mailing, "a1", NOW, again=False)

    assert batch == Batch(1, "a1", numbered(1, 2))
    assert reopen().counts(mailing) == waiting(3, unknown=2, waiting=1)
    assert outcomes(reopen(), mailing) == ["unknown", "unknown", "waiting"]


def test_a_claimed_batch_whose_sender_is_gone_is_not_claimed_again_without_leave(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail
) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    ledger.claim(mailing, "a1", NOW, again=False)

    successor = reopen()
    claimed = [successor.claim(mailing, "a2", LATER, again=False) for _ in range(2)]

    assert claimed == [Batch(2, "a2", numbered(3)), None]
    assert successor.counts(mailing) == waiting(3, unknown=3, waiting=0)


def test_where_a_repeat_does_no_harm_the_claimed_batch_comes_first(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail
) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    ledger.claim(mailing, "a1", NOW, again=True)

    successor = reopen()
    claimed = [successor.claim(mailing, "a2", LATER, again=True) for _ in range(3)]

    assert claimed == [Batch(1, "a2", numbered(1, 2)), Batch(2, "a2", numbered(3)), None]


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        pytest.param(Outcome.ACCEPTED, waiting(3, accepted=2, waiting=1), id="accepted"),
        pytest.param(Outcome.NOT_HANDED_OVER, waiting(3), id="not-handed-over"),
        pytest.param(Outcome.UNKNOWN, waiting(3, unknown=2, waiting=1), id="unknown"),
    ],
)
def test_an_answer_is_kept(
    ledger: Ledger, reopen: Callable[[], Ledger], sealed: SealedMail, outcome: Outcome, counts: Counts
) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    batch = ledger.claim(mailing, "a1", NOW, again=False)
    assert batch

    ledger.settle(mailing, batch, Answer(outcome, detail="said so"), LATER)

    assert reopen().counts(mailing) == counts


@pytest.mark.parametrize("again", [False, True])
def test_unknown_is_never_claimed_again(ledger: Ledger, sealed: SealedMail, *, again: bool) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    batch = ledger.claim(mailing, "a1", NOW, again=again)
    assert batch
    ledger.settle(mailing, batch, Answer(Outcome.UNKNOWN), LATER)

    assert ledger.claim(mailing, "a2", LATER, again=again) is None


@pytest.mark.parametrize("again", [False, True])
def test_what_was_not_handed_over_waits_for_the_next_run(ledger: Ledger, sealed: SealedMail, *, again: bool) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    batch = ledger.claim(mailing, "a1", NOW, again=again)
    assert batch
    ledger.settle(mailing, batch, Answer(Outcome.NOT_HANDED_OVER), LATER)

    claimed = [ledger.claim(mailing, attempt, LATER, again=again) for attempt in ("a1", "a2")]

    assert claimed == [None, Batch(1, "a2", numbered(1, 2))]


def test_an_answer_to_an_earlier_attempt_is_not_taken_for_the_later(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    stale = ledger.claim(mailing, "a1", NOW, again=True)
    ledger.claim(mailing, "a2", LATER, again=True)
    assert stale

    ledger.settle(mailing, stale, ACCEPTED, LATER)

    assert ledger.counts(mailing) == waiting(2, unknown=2, waiting=0)


def test_mailings_do_not_touch_each_other(ledger: Ledger, newsletter: Newsletter) -> None:
    first, second = (
        ledger.begin(sealed_of(newsletter, issue), plan(3), Outlet("outbox", "outbox"), NOW)
        for issue in ("2020-08", "2020-09")
    )
    batch = ledger.claim(first, "a1", NOW, again=True)
    assert batch

    ledger.settle(first, batch, ACCEPTED, LATER)

    assert ledger.counts(second) == waiting(3)
    assert ledger.claim(second, "a1", NOW, again=True) == Batch(1, "a1", numbered(1, 2))


# Those who leave after the seal


def test_who_asks_to_leave_after_the_seal_is_excluded_and_not_handed_over(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(3, exclusions=(Exclusion(9, "pending"),)), Outlet("outbox", "outbox"), NOW)
    leave(ledger, 2)

    batch = ledger.claim(mailing, "a1", LATER, again=True)

    assert batch == Batch(1, "a1", numbered(1), leavers=(reader(2),))
    assert ledger.counts(mailing) == waiting(
        2, rows=4, excluded={"pending": 1, "suppressed": 1}, unknown=1, waiting=1
    )  # fmt: skip
    assert ledger.outcomes(mailing)[1] == (2, reader(2), "suppressed", "asked to leave after the seal")


def test_who_leaves_between_two_attempts_is_taken_out_of_the_second(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    first = ledger.claim(mailing, "a1", NOW, again=True)
    leave(ledger, 1)

    attempts = [ledger.claim(mailing, attempt, LATER, again=True) for attempt in ("a2", "a3")]

    assert first == Batch(1, "a1", numbered(1, 2))
    assert attempts == [Batch(1, attempt, numbered(2), leavers=(reader(1),)) for attempt in ("a2", "a3")]


def test_who_was_accepted_before_asking_to_leave_was_accepted(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    batch = ledger.claim(mailing, "a1", NOW, again=True)
    assert batch
    ledger.settle(mailing, batch, ACCEPTED, NOW)

    leave(ledger, 1)

    assert ledger.claim(mailing, "a2", LATER, again=True) is None
    assert ledger.counts(mailing) == waiting(2, accepted=2, waiting=0)


def test_a_batch_whose_readers_all_left_is_claimed_for_nobody(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    leave(ledger, 1, 2)

    batch = ledger.claim(mailing, "a1", LATER, again=True)

    assert batch == Batch(1, "a1", (), leavers=(reader(1), reader(2)))
    assert ledger.counts(mailing) == Counts(2, 0, {"suppressed": 2}, 0, 0, 0, 0)


def test_who_left_under_an_older_key_is_known_after_a_new_key_came(path: Path, sealed: SealedMail) -> None:
    old = Signer(OLD_KEY, "pprnet")
    with closing(open_at(path, Keyring((OLD_KEY,)))) as ledger:
        mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
        ledger.unsubscribe({OLD_KEY: [old.address_hash(reader(1).address)]}, READER, NOW)

    with closing(open_at(path, Keyring((KEY.encode(), OLD_KEY)))) as ledger:
        batch = ledger.claim(mailing, "a1", LATER, again=True)

    assert batch == Batch(1, "a1", numbered(2), leavers=(reader(1),))


# Counts


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.booleans()),
        st.tuples(st.just("settle"), st.sampled_from(Outcome)),
        st.tuples(st.just("leave"), st.integers(1, 7)),
        st.tuples(st.just("die"), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, batch_size=st.integers(1, 4))
def test_counts_add_up_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, sealed: SealedMail, steps: list[tuple[str, object]], batch_size: int
) -> None:
    with closing(open_at(tmp_path_factory.mktemp("state") / "state.db")) as ledger:
        mailing = ledger.begin(
            sealed,
            plan(7, batch_size=batch_size, exclusions=(Exclusion(9, "pending"),)),
            Outlet("outbox", "outbox"),
            NOW,
        )
        attempt, held = 0, None
        for step, value in steps:
            if step == "claim":
                held = ledger.claim(mailing, f"a{attempt}", NOW, again=bool(value))
            elif step == "settle" and held and isinstance(value, Outcome):
                ledger.settle(mailing, held, Answer(value), NOW)
                held = None
            elif step == "leave" and isinstance(value, int):
                leave(ledger, value)
            elif step == "die":
                attempt, held = attempt + 1, None

            counts = ledger.counts(mailing)

            assert counts.rows == 8 == counts.recipients + sum(counts.excluded.values())
            assert counts.recipients == counts.accepted + counts.rejected + counts.unknown + counts.waiting
            told = outcomes(ledger, mailing)
            assert [told.count(word) for word in ("accepted", "unknown", "waiting", "suppressed")] == [
                counts.accepted,
                counts.unknown,
                counts.waiting,
                counts.excluded.get("suppressed", 0),
            ]


def test_a_rejected_recipient_is_counted_once(ledger: Ledger, path: Path, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    batch = ledger.claim(mailing, "a1", NOW, again=True)
    assert batch
    ledger.settle(mailing, batch, ACCEPTED, NOW)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO exceptions VALUES (1, 2, 'rejected', 'no such mailbox')")

    assert ledger.counts(mailing) == waiting(3, accepted=1, rejected=1, waiting=1)
    assert ledger.outcomes(mailing)[1] == (2, reader(2), "rejected", "no such mailbox")


# Start, end, cancel


def test_a_mailing_ends_when_its_sender_stops_and_goes_on_when_one_starts(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)

    ends = []
    for step in ("start", "end", "start"):
        if step == "start":
            ledger.start(mailing, (), LATER)
        else:
            ledger.end(mailing, LATER)
        found = ledger.find("2020-08", real=False)
        ends.append(found and found.ended)

    assert ends == [None, LATER, None]


def test_a_sender_that_starts_knows_who_left_by_the_lists_word(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)

    ledger.start(mailing, (reader(1).address,), LATER)
    batch = ledger.claim(mailing, "a1", LATER, again=True)

    assert batch
    assert batch.recipients == numbered(2)
    assert batch.leavers == (reader(1),)


def test_a_batch_whose_readers_all_left_keeps_the_mailing_open(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), NOW)
    leave(ledger, 1, 2)

    batch = ledger.claim(mailing, "a1", LATER, again=True)
    during = ledger.counts(mailing).is_complete
    assert batch
    ledger.settle(mailing, batch, ACCEPTED, LATER)

    assert (during, ledger.counts(mailing).is_complete) == (False, True)


def test_a_test_mail_makes_the_database_ours(path: Path, ledger: Ledger) -> None:
    ledger.record_test("2020-08", "0" * 64, NOW)

    with pytest.raises(PprmailError, match="another secret key"):
        open_at(path, Keyring((OLD_KEY,)))


def test_after_a_cancel_everyone_waits_and_the_issue_can_begin_anew(ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    for _ in range(2):
        batch = ledger.claim(mailing, "a1", NOW, again=True)
        assert batch
        ledger.settle(mailing, batch, ACCEPTED, NOW)

    ledger.cancel(mailing, LATER)
    cancelled = ledger.find("2020-08", real=False)
    anew = ledger.begin(sealed, plan(2), Outlet("outbox", "outbox"), LATER)

    assert cancelled
    assert (cancelled.id, cancelled.cancelled) == (mailing.id, LATER)
    assert ledger.counts(mailing) == waiting(3)
    assert ledger.find("2020-08", real=False) == anew
    assert ledger.counts(anew) == waiting(2)


# What stands


def test_the_last_recipients_are_those_of_the_last_mailing_that_holds(ledger: Ledger, newsletter: Newsletter) -> None:
    def last() -> list[str] | None:
        found = ledger.last_recipients()
        return None if found is None else sorted(address.partition("@")[0] for address in found)

    found = [last()]
    ledger.begin(sealed_of(newsletter, "2020-07"), plan(1), Outlet("outbox", "outbox"), NOW)
    found.append(last())
    second = ledger.begin(sealed_of(newsletter, "2020-08"), plan(2), Outlet("outbox", "outbox"), NOW)
    found.append(last())
    ledger.cancel(second, NOW)
    found.append(last())
    ledger.begin(sealed_of(newsletter, "2020-09"), plan(3), Outlet("smtp"), NOW)
    ledger.begin(sealed_of(newsletter, "2020-10"), plan(1), Outlet("outbox", "outbox"), NOW)
    found.append(last())

    one, two, three = ["reader1"], ["reader1", "reader2"], ["reader1", "reader2", "reader3"]
    assert found == [None, one, two, one, three]


def test_an_outbox_mailing_never_counts_as_a_real_one(ledger: Ledger, sealed: SealedMail) -> None:
    real = ledger.begin(sealed, plan(1), Outlet("smtp"), NOW)
    outbox = ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)

    assert (ledger.find("2020-08", real=True), ledger.find("2020-08", real=False)) == (real, outbox)
    assert ledger.find("2020-09", real=False) is None


def test_issues_are_told_in_order_each_once(ledger: Ledger, newsletter: Newsletter) -> None:
    for issue in ("2020-09", "2020-08", "2020-09"):
        ledger.begin(sealed_of(newsletter, issue), plan(1), Outlet("outbox", "outbox"), NOW)

    assert ledger.issues() == ("2020-08", "2020-09")


def test_the_last_test_mail_is_remembered(ledger: Ledger, reopen: Callable[[], Ledger]) -> None:
    before = ledger.last_test("2020-08")
    ledger.record_test("2020-08", "a" * 64, NOW)
    ledger.record_test("2020-08", "b" * 64, LATER)

    assert before is None
    assert reopen().last_test("2020-08") == TestMail("b" * 64, LATER)
    assert (ledger.find("2020-08", real=False), ledger.issues()) == (None, ())


def test_unsubscribing_counts_those_who_are_new(ledger: Ledger) -> None:
    hashes = [b"a" * 12, b"b" * 12]

    new = [ledger.unsubscribe({KEY.encode(): some}, READER, NOW) for some in (hashes[:1], hashes, [])]

    assert new == [1, 1, 0]
    assert ledger.suppressed() == frozenset(hashes)


# Whose database it is


@pytest.mark.parametrize("how", ["begin", "unsubscribe"])
def test_another_key_is_refused_with_what_to_do(path: Path, sealed: SealedMail, how: str) -> None:
    with closing(open_at(path)) as ledger:
        if how == "begin":
            ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)
        else:
            leave(ledger, 1)

    for keys in ((), (OLD_KEY,)):
        with pytest.raises(PprmailError) as caught:
            open_at(path, Keyring(keys))

        assert str(caught.value) == (
            f"the database was made with another secret key (fingerprint {fingerprint(KEY.encode())}); bring that key back to "
            ".pprmail/secret.key or PPRMAIL_SECRET_KEY (a newer key may stand on a line before it): without it, earlier "
            "unsubscribe links and suppressions would be lost"
        )


def test_a_new_key_before_the_old_one_is_taken(path: Path, sealed: SealedMail) -> None:
    with closing(open_at(path, Keyring((OLD_KEY,)))) as ledger:
        old = ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)

    with closing(open_at(path, Keyring((KEY.encode(), OLD_KEY)))) as ledger:
        new = ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)

    assert (old.key_fingerprint, new.key_fingerprint) == (fingerprint(OLD_KEY), fingerprint(KEY.encode()))
    with pytest.raises(PprmailError, match=fingerprint(OLD_KEY)):
        open_at(path, KEYRING)


@pytest.mark.parametrize("how", ["begin", "unsubscribe"])
def test_another_newsletters_database_is_refused(path: Path, sealed: SealedMail, how: str) -> None:
    with closing(open_at(path)) as ledger:
        if how == "begin":
            ledger.begin(sealed, plan(1), Outlet("outbox", "outbox"), NOW)
        else:
            leave(ledger, 1)

    with pytest.raises(PprmailError) as caught:
        open_at(path, newsletter_id="other")

    assert str(caught.value) == (
        f"{path}: belongs to the newsletter 'pprnet', and 'id' under [newsletter] is 'other'; "
        "write the old id again, or name another file under [delivery] database"
    )


def test_a_database_that_nobody_has_used_is_anyones(path: Path) -> None:
    open_at(path).close()

    open_at(path, Keyring((OLD_KEY,)), "other").close()


# A database that cannot be used


def test_a_locked_database_is_told_and_nothing_has_changed(path: Path, ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(PprmailError) as caught:
            ledger.claim(mailing, "a1", NOW, again=True)

        assert str(caught.value) == f"{path}: database is locked; another program holds it: close it and run this again"
        assert ledger.counts(mailing) == waiting(3)


def test_a_ledger_can_be_read_while_another_program_writes(path: Path, ledger: Ledger, sealed: SealedMail) -> None:
    mailing = ledger.begin(sealed, plan(3), Outlet("outbox", "outbox"), NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with closing(open_at(path)) as second:
            counts = second.counts(mailing)

    assert counts == waiting(3)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"no database\n" * 100)

    with pytest.raises(PprmailError, match="file is not a database; move the file away"):
        open_at(path)


def test_a_newer_schema_is_refused(path: Path) -> None:
    open_at(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE facts SET value = '2' WHERE name = 'schema_version'")

    with pytest.raises(PprmailError, match=r"has schema version 2; this pprmail knows 1; upgrade pprmail"):
        open_at(path)
