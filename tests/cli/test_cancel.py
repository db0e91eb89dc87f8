from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mailroom import RECEIPT, Standing, through_sendgrid
from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock
from pprmail.rehearsal.standin.http_faults import CLOSED_ACCEPTED, NO_CREDITS, refusal

if TYPE_CHECKING:
    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

SEND = ("send", "2020-08", "--yes")


def letters(newsletter: Newsletter) -> list[bytes]:
    return sorted(path.read_bytes() for path in (newsletter.root / "outbox" / "2020-08").glob("*"))


def change(newsletter: Newsletter, statement: str) -> None:
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db")) as connection, connection:
        connection.execute(statement)


def test_the_letters_are_taken_back_and_the_folder_goes(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)

    done = newsletter.call("cancel", "2020-08")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2020-08: the seal is undone, 3 letters taken back from outbox/2020-08\n"
    assert not (newsletter.root / "outbox" / "2020-08").exists()


def test_the_issue_can_be_sent_anew_from_todays_files_to_todays_list(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    newsletter.call("cancel", "2020-08")
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Mended\n")
    newsletter.readers(2)

    done = newsletter.call(*SEND)

    assert done.returncode == 0
    assert "changes     this is the first mailing\n" in done.stderr
    assert len(letters(newsletter)) == 2
    assert all(b"\r\nSubject: Mended\r\n" in letter for letter in letters(newsletter))


def test_cancelling_twice_does_no_harm(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)

    done = [newsletter.call("cancel", "2020-08") for _ in range(2)]

    assert [one.returncode for one in done] == [0, 0]
    assert done[1].stdout == "2020-08: the seal is undone, 0 letters taken back from outbox/2020-08\n"


def test_a_cancel_that_was_killed_half_way_is_finished_by_the_next(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    change(newsletter, "UPDATE mailings SET cancelled = ended")

    done = newsletter.call("cancel", "2020-08")

    assert done.stdout == "2020-08: the seal is undone, 3 letters taken back from outbox/2020-08\n"


def test_after_half_a_cancel_a_send_refuses_to_mix_old_letters_with_new(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    change(newsletter, "UPDATE mailings SET cancelled = ended")
    newsletter.readers(2)

    refused = newsletter.call(*SEND)
    newsletter.call("cancel", "2020-08")
    sent = newsletter.call(*SEND)

    assert refused.returncode == 1
    assert "pprmail: outbox/2020-08: holds 3 letters of another mailing; finish with 'pprmail cancel'" in refused.stderr
    assert (sent.returncode, len(letters(newsletter))) == (0, 2)


def test_what_a_killed_send_left_half_written_goes_too(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    folder = newsletter.root / "outbox" / "2020-08"
    whole = next(folder.glob("*.eml"))
    whole.rename(folder / f".{whole.name}.tmp")

    newsletter.call("cancel", "2020-08")

    assert not folder.exists()


@pytest.mark.parametrize("sent", [False, True], ids=["nothing-sent", "another-sent"])
def test_where_there_is_no_mailing_nothing_is_cancelled(newsletter: Newsletter, *, sent: bool) -> None:
    if sent:
        newsletter.call(*SEND)

    done = newsletter.call("cancel", "2020-09")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pprmail: '2020-09' has no mailing to cancel; 'pprmail status' shows what was sent\n"
    assert (newsletter.root / ".pprmail").exists() == sent


def test_while_a_send_is_at_work_nothing_is_cancelled(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    with hold_lock(lock_path(newsletter.settings)):
        done = newsletter.call("cancel", "2020-08")

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: another sender is at work on this newsletter; wait for it to end")
    assert len(letters(newsletter)) == 3


def test_a_letter_that_cannot_be_deleted_is_told_and_the_cancel_can_be_repeated(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    letter = next((newsletter.root / "outbox" / "2020-08").glob("*.eml"))
    letter.unlink()
    letter.mkdir()

    stopped = newsletter.call("cancel", "2020-08")
    letter.rmdir()
    finished = newsletter.call("cancel", "2020-08")

    assert stopped.returncode == 1
    assert stopped.stderr.startswith("pprmail: outbox/2020-08: a letter cannot be deleted (")
    assert stopped.stderr.endswith("; close it in other programs and run this again\n")
    assert finished.returncode == 0
    assert letters(newsletter) == []


def test_letters_that_were_carried_away_are_told(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    (newsletter.root / "outbox/2020-08").rename(newsletter.root / "carried")

    done = newsletter.call("cancel", "2020-08")

    assert done.returncode == 0
    assert done.stderr == (
        "warning: 3 letters were no longer in outbox/2020-08: those readers may have it, and a new send mails them again\n"
    )


# A mailing to readers


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Three readers, one a batch."""
    return through_sendgrid(newsletter, sendgrid, batch_size=1)


def test_a_mailing_that_nobody_accepted_is_undone_and_its_receipt_goes(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()

    done = mailroom.call("cancel", "2020-08")

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "2020-08: the seal is undone; nobody had been mailed\n",
        "",
    )
    assert mailroom.standing() == Standing("cancelled", waiting=3)
    assert not (mailroom.root / RECEIPT).exists()


def test_after_that_the_issue_is_sealed_anew_from_todays_files(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    mailroom.call("cancel", "2020-08")
    sendgrid.account.quota = None
    mailroom.newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Mended\n")
    mailroom.newsletter.readers(2)

    done = mailroom.send()

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 2))
    assert {one.body["subject"] for one in sendgrid.accepted} == {"Mended"}
    assert sorted(sendgrid.mailed().values()) == [1, 1]
    assert mailroom.receipt()["accepted"] == 2


def test_another_provider_may_take_over_after_that(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    mailroom.call("cancel", "2020-08")

    done = mailroom.send("--provider", "outbox")

    assert (done.returncode, len(letters(mailroom.newsletter))) == (0, 3)


def test_a_mailing_whose_only_answers_were_refusals_is_undone(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(refusal(400, "Does not contain a valid address."), NO_CREDITS)
    mailroom.send()
    before = mailroom.standing()

    done = mailroom.call("cancel", "2020-08")

    assert before == Standing("incomplete", rejected=1, waiting=2)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        pytest.param((None, NO_CREDITS), "sendgrid accepted 1", id="accepted"),
        pytest.param((CLOSED_ACCEPTED, NO_CREDITS), "sendgrid accepted 0, 1 is in doubt", id="in-doubt"),
    ],
)
def test_a_mailing_that_somebody_may_have_is_not_undone(
    mailroom: Mailroom, sendgrid: SendGridStandIn, faults: tuple[Fault | None, ...], why: str
) -> None:
    sendgrid.next(*faults)
    mailroom.send()
    before = mailroom.standing()

    done = mailroom.call("cancel", "2020-08")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"pprmail: 2020-08 cannot be cancelled: of 3 recipients {why}, and mail cannot be called back; "
        "'pprmail send 2020-08' goes on with those who wait\n"
    )
    assert mailroom.standing() == before
    assert (mailroom.root / RECEIPT).exists()


def test_where_nobody_waits_a_refused_cancel_sends_nobody_to_go_on(mailroom: Mailroom) -> None:
    mailroom.send()

    done = mailroom.call("cancel", "2020-08")

    assert done.stderr == (
        "pprmail: 2020-08 cannot be cancelled: of 3 recipients sendgrid accepted 3, and mail cannot be called back\n"
    )


def test_a_mailing_whose_sender_was_killed_at_a_batch_is_not_undone(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    mailroom.change("UPDATE batches SET state = 'claimed' WHERE number = 1")

    done = mailroom.call("cancel", "2020-08")

    assert (done.returncode, mailroom.standing()) == (1, Standing("incomplete", unknown=1, waiting=2))


def test_a_cancel_that_was_killed_before_the_receipt_went_is_finished_by_the_next(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    mailroom.change("UPDATE mailings SET cancelled = ended, revision = revision + 1")

    mailroom.call("cancel", "2020-08")

    assert not (mailroom.root / RECEIPT).exists()


def test_while_a_send_to_readers_is_at_work_nothing_is_cancelled(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()

    with hold_lock(lock_path(mailroom.newsletter.settings), "2020-08"):
        done = mailroom.call("cancel", "2020-08")

    assert done.returncode == 1
    assert mailroom.standing() == Standing("incomplete", waiting=3)
