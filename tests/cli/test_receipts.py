"""A receipt remembers what a ledger may have lost: nobody is mailed again because a database is gone, old, or another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailroom import RECEIPT, Standing, last_line, through_sendgrid

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.delivery.dispatch import Stop
    from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

BRING = (
    "on the machine that sent it run 'pprmail backup FILE', here 'pprmail restore FILE'; without that ledger everyone could be mailed twice"
)  # fmt: skip


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Three readers, one a batch; there is a second issue to send, 2020-09."""
    newsletter.write("issues/2020-09/issue.md", "Month: September 2020\nDate: 2020-09-14\n")
    newsletter.write("issues/2020-09/1-doe.md", (newsletter.root / "issues/2020-08/1-doe.md").read_bytes())
    return through_sendgrid(newsletter, sendgrid, batch_size=1)


def remove_ledger(mailroom: Mailroom) -> None:
    for path in (mailroom.root / ".pprmail").glob("state.db*"):
        path.unlink()


def put_back(mailroom: Mailroom, copy: Path) -> None:
    remove_ledger(mailroom)
    shutil.copy(copy, mailroom.root / ".pprmail/state.db")


def copied(mailroom: Mailroom, to: Path) -> Path:
    return Path(shutil.copy(mailroom.root / ".pprmail/state.db", to))


def tells_of(mailroom: Mailroom) -> str:
    """How a sentence about the receipt begins."""
    return f"{RECEIPT}: tells of a mailing through sendgrid, sealed on {mailroom.receipt()['sealed'][:10]}"


@pytest.mark.parametrize("issue", ["2020-08", "2020-09"], ids=["the-same", "the-next"])
def test_nothing_is_sent_when_the_ledger_of_a_receipt_is_gone(
    mailroom: Mailroom, sendgrid: SendGridStandIn, issue: str
) -> None:
    mailroom.send()
    remove_ledger(mailroom)
    asked = len(sendgrid.requests)

    done = mailroom.call("send", issue, "--yes", "--accept-list-change", "--unverified-ok")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"pprmail: {tells_of(mailroom)}, and there is no ledger here; {BRING}. Nothing was done\n")
    assert len(sendgrid.requests) == asked
    assert not (mailroom.root / ".pprmail/state.db").exists()


def test_a_dry_run_tells_of_the_lost_ledger_too(mailroom: Mailroom) -> None:
    mailroom.send()
    remove_ledger(mailroom)

    done = mailroom.call("send", "2020-09", "--dry-run")

    assert done.returncode == 1
    assert "and there is no ledger here" in last_line(done)


def test_without_its_ledger_an_issue_is_told_as_its_receipt_remembers_it(mailroom: Mailroom) -> None:
    mailroom.send()
    before = mailroom.status()
    remove_ledger(mailroom)

    done = mailroom.call("status", "2020-08", "--json")
    for_people = mailroom.call("status", "2020-08", "--recipients")

    assert json.loads(done.stdout) == before
    assert done.stderr == f"warning: {tells_of(mailroom)}, and there is no ledger here; {BRING}\n"
    assert for_people.stdout.startswith("2020-08: sent through sendgrid\n  rows                 3\n")


def test_an_unfinished_mailing_is_remembered_as_unfinished(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 2
    mailroom.send()
    remove_ledger(mailroom)

    assert mailroom.standing() == Standing("incomplete", accepted=2, waiting=1)


def test_another_ledger_is_not_sent_from(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()
    remove_ledger(mailroom)
    mailroom.call("send", "2020-09", "--test", "me@example.org")

    done = mailroom.call("send", "2020-09", "--yes")

    assert done.returncode == 1
    assert last_line(done) == (
        f"pprmail: {tells_of(mailroom)}, and the ledger here is another one; {BRING}. Nothing was done"
    )
    assert sendgrid.mailed().total() == 4


@pytest.mark.parametrize("issue", ["2020-08", "2020-09"], ids=["the-same", "the-next"])
def test_a_copy_from_before_the_mailing_is_not_sent_from(mailroom: Mailroom, tmp_path: Path, issue: str) -> None:
    mailroom.call("send", "2020-08", "--test", "me@example.org")
    copy = copied(mailroom, tmp_path / "copy.db")
    mailroom.send()
    put_back(mailroom, copy)

    done = mailroom.call("send", issue, "--yes")

    assert done.returncode == 1
    assert last_line(done) == (
        f"pprmail: {tells_of(mailroom)}, which the ledger here lacks: it is an older copy; {BRING}. Nothing was done"
    )


@pytest.mark.parametrize("command", [("resolve", "2020-08"), ("cancel", "2020-08")], ids=["resolve", "cancel"])
def test_without_its_ledger_nothing_is_settled_or_undone(mailroom: Mailroom, command: tuple[str, ...]) -> None:
    mailroom.send()
    remove_ledger(mailroom)

    done = mailroom.call(*command)

    assert done.returncode == 1
    assert last_line(done).startswith(f"pprmail: {tells_of(mailroom)}, and there is no ledger here")
    assert (mailroom.root / RECEIPT).exists()


def test_an_older_copy_does_not_undo_the_seal_of_what_was_mailed_since(
    mailroom: Mailroom, sendgrid: SendGridStandIn, tmp_path: Path
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    copy = copied(mailroom, tmp_path / "copy.db")
    sendgrid.account.quota = None
    mailroom.send()
    put_back(mailroom, copy)

    done = mailroom.call("cancel", "2020-08")
    mailroom.send()

    assert done.returncode == 1
    assert "knows only the beginning: it is an older copy" in last_line(done)
    assert sorted(sendgrid.mailed().values()) == [1, 1, 1]


@pytest.mark.parametrize("command", ["send", "resolve"])
def test_a_copy_from_the_midst_of_the_mailing_is_not_gone_on_with(
    mailroom: Mailroom, sendgrid: SendGridStandIn, tmp_path: Path, command: str
) -> None:
    sendgrid.account.quota = 1
    mailroom.send()
    copy = copied(mailroom, tmp_path / "copy.db")
    sendgrid.account.quota = 2
    mailroom.send()
    put_back(mailroom, copy)
    sendgrid.account.quota = None

    done = mailroom.send() if command == "send" else mailroom.resolve("--assume-not-sent")

    assert done.returncode == 1
    assert last_line(done) == (
        f"pprmail: {tells_of(mailroom)}, of which the ledger here knows only the beginning: it is an older copy; {BRING}. Nothing was done"
    )
    assert sorted(sendgrid.mailed().values()) == [1, 1]
    assert mailroom.standing() == Standing("incomplete", accepted=2, waiting=1)


def test_the_outbox_is_written_though_the_ledger_of_another_issue_is_gone(mailroom: Mailroom) -> None:
    mailroom.send()
    remove_ledger(mailroom)

    done = mailroom.call("send", "2020-09", "--yes", "--provider", "outbox")

    assert done.returncode == 0


def test_a_receipt_that_was_deleted_hinders_nobody_and_is_written_anew(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 1
    mailroom.send()
    (mailroom.root / RECEIPT).unlink()
    sendgrid.account.quota = None

    done = mailroom.send()

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 3))
    assert set(sendgrid.mailed().values()) == {1}
    assert mailroom.receipt()["accepted"] == 3


def test_a_receipt_that_was_deleted_after_the_end_is_written_anew_by_a_send_that_mails_nobody(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    mailroom.send()
    written = mailroom.receipt()
    (mailroom.root / RECEIPT).unlink()

    mailroom.call("send", "2020-08", "--dry-run")
    by_dry_run = (mailroom.root / RECEIPT).exists()
    done = mailroom.send()

    assert (by_dry_run, done.returncode, mailroom.receipt()) == (False, 0, written)
    assert sendgrid.mailed().total() == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("[]", "does not say which mailing it is of; {1}. Nothing was done", id="list"),
        pytest.param('{"mailing": "1"}', "does not say which mailing it is of; {1}. Nothing was done", id="no-number"),
    ],
)
def test_a_receipt_that_says_nothing_stops_the_send(
    mailroom: Mailroom, sendgrid: SendGridStandIn, content: str | bytes, said: str
) -> None:
    mailroom.send()
    mailroom.newsletter.write(RECEIPT, content)

    done = mailroom.call("send", "2020-09", "--yes")

    assert (done.returncode, last_line(done)) == (
        1,
        f"pprmail: {RECEIPT}: {said}".format("", BRING),
    )
    assert sendgrid.mailed().total() == 3


@pytest.mark.parametrize("content", ['{"mailing": ', b"\xff\xfe", ""], ids=["cut", "binary", "empty"])
def test_a_receipt_that_was_garbled_is_written_anew_where_the_ledger_is(
    mailroom: Mailroom, sendgrid: SendGridStandIn, content: str | bytes
) -> None:
    mailroom.send()
    written = mailroom.receipt()
    mailroom.newsletter.write(RECEIPT, content)

    told, done = mailroom.call("status"), mailroom.send()

    assert told.returncode == 0
    assert f"warning: {RECEIPT}: is garbled; " in told.stderr
    assert (done.returncode, mailroom.receipt(), sendgrid.mailed().total()) == (0, written, 3)


def test_a_garbled_receipt_without_its_ledger_stops_the_send(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()
    mailroom.newsletter.write(RECEIPT, "{")
    shutil.rmtree(mailroom.root / ".pprmail")

    done = mailroom.send()

    assert done.returncode == 1
    assert "is garbled" in done.stderr
    assert sendgrid.mailed().total() == 3


def test_files_beside_the_issues_are_no_receipts(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.newsletter.write("issues/.DS_Store", "Finder's")

    done = mailroom.send()

    assert (done.returncode, sendgrid.mailed().total()) == (0, 3)


def test_a_key_whose_ledger_is_gone_starts_no_mailing(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    del mailroom.environment["PPRMAIL_SECRET_KEY"]
    mailroom.send()
    for gone in (".pprmail/state.db", RECEIPT):
        (mailroom.root / gone).unlink()

    done = mailroom.send()

    assert done.returncode == 1
    assert "the ledger that was made with it is gone" in done.stderr
    assert sendgrid.mailed().total() == 3


def test_a_receipt_that_cannot_be_written_stops_the_send_before_anybody_is_mailed(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    in_the_way = mailroom.root / "issues/2020-08/.receipt.json.tmp"
    in_the_way.mkdir()

    stopped = mailroom.send()
    before, mailed = mailroom.standing(), sendgrid.mailed().total()
    in_the_way.rmdir()
    finished = mailroom.send()

    assert (stopped.returncode, before, mailed) == (3, Standing("incomplete", waiting=3), 0)
    assert last_line(stopped) == (
        f"pprmail: {RECEIPT}: cannot be written (Is a directory); check the folder's permissions and the disk's space"
    )
    assert (finished.returncode, mailroom.standing()) == (0, Standing("sent", 3))


def test_a_receipt_that_cannot_be_written_at_the_end_does_not_hide_that_everyone_was_mailed(
    mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = mailroom.root / "issues/2020-08/.receipt.json.tmp"
    put_in_the_way(monkeypatch, in_the_way.mkdir)

    done = mailroom.send()
    written = mailroom.receipt()
    in_the_way.rmdir()
    mailroom.send()

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 3))
    assert done.stdout.startswith("2020-08: sent through sendgrid\n")
    assert last_line(done) == (
        f"warning: {RECEIPT}: cannot be written (Is a directory); check the folder's permissions and the disk's space. "
        "'pprmail send 2020-08' writes it then, and mails nobody twice"
    )
    assert (written["accepted"], mailroom.receipt()["accepted"]) == (0, 3)


def put_in_the_way(patch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something after the last letter, before the receipt is brought up to it."""
    from pprmail.cli import handing_over
    from pprmail.delivery.dispatch import dispatch

    def dispatch_and_act(*given: Any) -> Stop | None:  # noqa: ANN401 - whatever dispatch takes
        stop = dispatch(*given)
        act()
        return stop

    patch.setattr(handing_over, "dispatch", dispatch_and_act)


def test_a_receipt_holds_no_reader_and_comes_with_the_seal(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0

    mailroom.send()

    receipt = mailroom.receipt()
    assert (receipt["recipients"], receipt["accepted"], receipt["waiting"]) == (3, 0, 3)
    assert not [word for word in ("reader", "Reader", "example.org") if word in json.dumps(receipt)]


def test_an_outbox_mailing_has_no_receipt(mailroom: Mailroom) -> None:
    mailroom.send("--provider", "outbox")

    assert not (mailroom.root / RECEIPT).exists()
