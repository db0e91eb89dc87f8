from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from delivery.plans import (
    ACCEPTED,
    KEYRING,
    LATER,
    NOW,
    OLD_KEY,
    REAL,
    TO_OUTBOX,
    claim,
    counted,
    leave,
    open_ledger,
    plan,
    reader,
    sealed_mail,
)
from pprmail.audience.consent import FILE, PERSON, READER
from pprmail.audience.keys import Keyring, fingerprint
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.ledger import Mailing, TestMail
from pprmail.errors import PprmailError
from pprmail.model import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(path)) as opened:
        yield opened


# Seal, freeze


def test_beginning_freezes_mail_recipients_and_exclusions(path: Path, ledger: Ledger) -> None:
    exclusions = (Exclusion(5, "unsubscribed"), Exclusion(6, "pending"), Exclusion(7, "pending", "a detail"))

    mailing = ledger.begin(sealed_mail(), plan(3, exclusions=exclusions), TO_OUTBOX, NOW)

    assert mailing == Mailing(
        id=1,
        issue="2020-08",
        provider="outbox",
        folder="outbox",
        sealed_sha256=sealed_mail().sha256,
        key_fingerprint=fingerprint(KEY.encode()),
        sealed=NOW,
        suppressions_seen=0,
        revision=1,
        ended=None,
        stopped=None,
        cancelled=None,
    )
    with closing(open_ledger(path)) as again:
        assert again.find("2020-08", real=False) == again.mailing(1) == mailing
        assert again.sealed_mail(mailing) == sealed_mail()
        assert list(again.outcomes(mailing)) == [(number, reader(number), "waiting", "") for number in (1, 2, 3)]
        assert again.counts(mailing) == counted(3, rows=6, excluded={"unsubscribed": 1, "pending": 2})


def test_a_beginning_that_is_cut_short_leaves_nothing(path: Path, ledger: Ledger) -> None:
    broken = plan(3, exclusions=(Exclusion(5, "pending"), Exclusion(5, "pending")), left=("gone@example.org",))

    with pytest.raises(Exception, match="UNIQUE constraint failed"):
        ledger.begin(sealed_mail(), broken, TO_OUTBOX, NOW)

    with closing(open_ledger(path, Keyring((OLD_KEY,)))) as again:
        assert again.find("2020-08", real=False) is None
        assert (again.issues(), again.last_recipients(), again.suppressed()) == ((), None, frozenset())


def test_addresses_stand_once_however_many_mailings_name_them(ledger: Ledger, path: Path) -> None:
    for issue in ("2020-08", "2020-09"):
        ledger.begin(sealed_mail(issue), plan(3), TO_OUTBOX, NOW)

    with closing(sqlite3.connect(path)) as connection:
        inserts = [line for line in connection.iterdump() if line.startswith("INSERT")]
    tables = [line.split('"')[1] for line in inserts]
    holding = {line.split('"')[1] for line in inserts if "@example.org" in line}
    assert (tables.count("addresses"), tables.count("recipients")) == (3, 6)
    assert holding == {"addresses", "sealed_mails"}  # the seal holds the sender's


def test_the_same_bytes_are_sealed_once(ledger: Ledger, path: Path) -> None:
    for _ in range(2):
        ledger.begin(sealed_mail(), plan(1), TO_OUTBOX, NOW)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sha256 FROM sealed_mails").fetchall() == [(sealed_mail().sha256,)]


# Those who left before the seal


def test_who_left_by_the_file_is_suppressed_from_the_seal_on(ledger: Ledger) -> None:
    ledger.begin(sealed_mail(), plan(1, left=("gone@example.org",)), TO_OUTBOX, NOW)

    gone = frozenset({Signer(KEY.encode(), "pprnet").address_hash("GONE@example.org")})
    assert ledger.suppressed() == ledger.suppressed(FILE) == gone
    assert ledger.suppressed(PERSON, READER) == frozenset()


def test_those_whom_the_seal_itself_suppresses_are_seen_at_once(ledger: Ledger) -> None:
    leave(ledger, 8)

    mailing = ledger.begin(
        sealed_mail(), plan(1, left=("gone@example.org",)), REAL, NOW, suppressions_seen=ledger.last_suppression()
    )

    assert mailing.suppressions_seen == ledger.last_suppression() == 2


def test_who_joined_while_the_plan_was_looked_at_is_not_taken_for_seen(ledger: Ledger) -> None:
    seen = ledger.last_suppression()
    leave(ledger, 1)

    mailing = ledger.begin(sealed_mail(), plan(2, left=("gone@example.org",)), REAL, NOW, suppressions_seen=seen)

    batch = claim(ledger.sending(mailing))
    assert mailing.suppressions_seen == seen
    assert (batch.recipients, batch.leavers) == (((2, reader(2)),), (reader(1),))


def test_who_leaves_by_the_lists_word_after_the_seal_is_mailed_no_more(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(2), REAL, NOW)

    ledger.record_left((reader(1).address,), LATER)

    batch = claim(ledger.sending(mailing))
    assert batch.leavers == (reader(1),)
    assert ledger.suppressed(FILE) == ledger.suppressed()


# Cancel


def test_after_a_cancel_everyone_waits_and_the_issue_can_begin_anew(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(3), TO_OUTBOX, NOW)
    book = ledger.sending(mailing)
    for answer in (ACCEPTED, Answer(Outcome.UNKNOWN)):
        book.settle(claim(book, most=2), answer, (), NOW)

    ledger.cancel(mailing, LATER)
    cancelled = ledger.find("2020-08", real=False)
    anew = ledger.begin(sealed_mail(), plan(2), TO_OUTBOX, LATER)

    assert cancelled
    assert (cancelled.id, cancelled.cancelled, cancelled.revision) == (mailing.id, LATER, mailing.revision + 1)
    assert ledger.counts(mailing) == counted(3)
    assert ledger.find("2020-08", real=False) == anew
    assert ledger.counts(anew) == counted(2)


def test_a_claim_that_is_cancelled_is_nobodys(ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(3), TO_OUTBOX, NOW)
    book = ledger.sending(mailing)
    batch = claim(book, one_by_one=True)
    book.progress(batch, 2, ())

    ledger.cancel(mailing, LATER)

    assert ledger.counts(mailing) == counted(3)
    assert [one.outcome for one in ledger.outcomes(mailing)] == ["waiting"] * 3
    with pytest.raises(PprmailError, match="taken over by another sender"):
        book.progress(batch, 3, ())


# What stands


def test_the_last_recipients_are_those_of_the_last_mailing_that_holds(ledger: Ledger) -> None:
    def last() -> int | None:
        found = ledger.last_recipients()
        return None if found is None else len(list(found))

    found = [last()]
    ledger.begin(sealed_mail("2020-07"), plan(1), TO_OUTBOX, NOW)
    found.append(last())
    second = ledger.begin(sealed_mail("2020-08"), plan(2), TO_OUTBOX, NOW)
    found.append(last())
    ledger.cancel(second, NOW)
    found.append(last())
    ledger.begin(sealed_mail("2020-09"), plan(3), REAL, NOW)
    ledger.begin(sealed_mail("2020-10"), plan(1), TO_OUTBOX, NOW)
    found.append(last())

    assert found == [None, 1, 2, 1, 3]
    assert list(ledger.last_recipients() or ()) == [reader(number).address for number in (1, 2, 3)]


def test_an_outbox_mailing_never_counts_as_a_real_one(ledger: Ledger) -> None:
    real = ledger.begin(sealed_mail(), plan(1), REAL, NOW)
    outbox = ledger.begin(sealed_mail(), plan(1), TO_OUTBOX, NOW)

    assert (ledger.find("2020-08", real=True), ledger.find("2020-08", real=False)) == (real, outbox)
    assert (real.is_real, outbox.is_real) == (True, False)
    assert ledger.find("2020-09", real=False) is None


def test_issues_are_told_in_order_each_once(ledger: Ledger) -> None:
    for issue in ("2020-09", "2020-08", "2020-09"):
        ledger.begin(sealed_mail(issue), plan(1), TO_OUTBOX, NOW)

    assert ledger.issues() == ("2020-08", "2020-09")


def test_a_mailing_that_never_was_is_not_found(ledger: Ledger) -> None:
    assert ledger.mailing(7) is None


def test_a_database_keeps_its_id_and_no_other_has_it(path: Path, tmp_path: Path, ledger: Ledger) -> None:
    with closing(open_ledger(path)) as again, closing(open_ledger(tmp_path / "other.db")) as other:
        ids = [ledger.database_id, again.database_id, other.database_id]

    assert ids[0] == ids[1] != ids[2]
    assert all(ids)


# Beside the mailings


def test_the_last_test_mail_is_remembered(path: Path, ledger: Ledger) -> None:
    before = ledger.last_test("2020-08")
    ledger.record_test("2020-08", "a" * 64, NOW)
    ledger.record_test("2020-08", "b" * 64, LATER)

    assert before is None
    with closing(open_ledger(path)) as again:
        assert again.last_test("2020-08") == TestMail("b" * 64, LATER)
    assert (ledger.find("2020-08", real=False), ledger.issues()) == (None, ())


def test_unsubscribing_counts_those_who_are_new(ledger: Ledger) -> None:
    hashes = [b"a" * 12, b"b" * 12]

    new = [ledger.unsubscribe({KEY.encode(): some}, READER, NOW) for some in (hashes[:1], hashes, [])]

    assert new == [1, 1, 0]
    assert ledger.suppressed() == frozenset(hashes)


# Whose database it is


@pytest.mark.parametrize("how", ["begin", "unsubscribe", "test"])
def test_another_key_is_refused_with_what_to_do(path: Path, how: str) -> None:
    with closing(open_ledger(path)) as ledger:
        use(ledger, how)

    for keys in ((), (OLD_KEY,)):
        with pytest.raises(PprmailError) as caught:
            open_ledger(path, Keyring(keys))

        assert str(caught.value) == (
            f"the database was made with another secret key (fingerprint {fingerprint(KEY.encode())}); bring that key back to "
            ".pprmail/secret.key or PPRMAIL_SECRET_KEY (a newer key may stand on a line before it): without it, earlier "
            "unsubscribe links and suppressions would be lost"
        )


def test_a_new_key_before_the_old_one_is_taken(path: Path) -> None:
    with closing(open_ledger(path, Keyring((OLD_KEY,)))) as ledger:
        old = ledger.begin(sealed_mail(), plan(1), TO_OUTBOX, NOW)

    with closing(open_ledger(path, Keyring((KEY.encode(), OLD_KEY)))) as ledger:
        new = ledger.begin(sealed_mail(), plan(1), TO_OUTBOX, NOW)

    assert (old.key_fingerprint, new.key_fingerprint) == (fingerprint(OLD_KEY), fingerprint(KEY.encode()))
    with pytest.raises(PprmailError, match=fingerprint(OLD_KEY)):
        open_ledger(path, KEYRING)


@pytest.mark.parametrize("how", ["begin", "unsubscribe", "test"])
def test_another_newsletters_database_is_refused(path: Path, how: str) -> None:
    with closing(open_ledger(path)) as ledger:
        use(ledger, how)

    with pytest.raises(PprmailError) as caught:
        open_ledger(path, newsletter_id="other")

    assert str(caught.value) == (
        f"{path}: belongs to the newsletter 'pprnet', and 'id' under [newsletter] is 'other'; "
        "write the old id again, or name another file under [delivery] database"
    )


def use(ledger: Ledger, how: str) -> None:
    if how == "begin":
        ledger.begin(sealed_mail(), plan(1), TO_OUTBOX, NOW)
    elif how == "unsubscribe":
        leave(ledger, 1)
    else:
        ledger.record_test("2020-08", "0" * 64, NOW)


def test_a_database_that_nobody_has_used_is_anyones(path: Path) -> None:
    open_ledger(path).close()

    open_ledger(path, Keyring((OLD_KEY,)), "other").close()


# A database that cannot be used


def test_a_locked_database_is_told_and_nothing_has_changed(path: Path, ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(3), REAL, NOW)
    book = ledger.sending(mailing)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(PprmailError) as caught:
            book.claim("a1", NOW, most=2, one_by_one=False)

        assert str(caught.value) == f"{path}: database is locked; another program holds it: close it and run this again"
        assert ledger.counts(mailing) == counted(3)


def test_a_ledger_can_be_read_while_another_program_writes(path: Path, ledger: Ledger) -> None:
    mailing = ledger.begin(sealed_mail(), plan(3), TO_OUTBOX, NOW)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with closing(open_ledger(path)) as second:
            counts = second.counts(mailing)

    assert counts == counted(3)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"no database\n" * 100)

    with pytest.raises(PprmailError, match="file is not a database; move the file away"):
        open_ledger(path)


def test_a_newer_schema_is_refused(path: Path) -> None:
    open_ledger(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE facts SET value = '3' WHERE name = 'schema_version'")

    with pytest.raises(PprmailError, match=r"has schema version 3; this pprmail knows 2; upgrade pprmail"):
        open_ledger(path)
