from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mailroom import RECEIPT, FussySendGrid, Standing, through_sendgrid, without_waiting
from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock
from pprmail.rehearsal.standin.http_faults import CLOSED_ACCEPTED, CLOSED_UNPROCESSED, NO_CREDITS, too_many_requests

if TYPE_CHECKING:
    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

NOT_SENT: dict[str, object] = {
    "issue": "2020-08", "state": "not-sent", "sealed_sha256": None, "provider": None, "rows": 0, "recipients": 0,
    "excluded": {}, "accepted": 0, "rejected": 0, "unknown": 0, "waiting": 0, "started": None, "ended": None,
}  # fmt: skip


def told(newsletter: Newsletter, *arguments: str) -> object:
    return json.loads(newsletter.call("status", *arguments, "--json").stdout)


def change(newsletter: Newsletter, statement: str) -> None:
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db")) as connection, connection:
        connection.execute(statement)


def test_before_anything_was_sent_it_says_so_and_makes_nothing(newsletter: Newsletter) -> None:
    before = sorted(newsletter.root.rglob("*"))

    for_people, one, every = newsletter.call("status"), told(newsletter, "2020-08"), told(newsletter)

    assert (for_people.returncode, for_people.stdout, for_people.stderr) == (0, "2020-08: not-sent\n", "")
    assert (one, every) == (NOT_SENT, [NOT_SENT])
    assert sorted(newsletter.root.rglob("*")) == before


def test_a_sent_issue_is_told_with_its_counts(newsletter: Newsletter) -> None:
    newsletter.write("subscribers.csv", "email,status\na@x.org,\nb@x.org,pending\nA@x.org,\n")
    newsletter.call("send", "2020-08", "--yes")

    done = newsletter.call("status", "2020-08")

    assert done.returncode == 0
    assert done.stdout == (
        "2020-08: sent through outbox\n"
        "  rows                 3\n"
        "  excluded             2   pending 1, duplicate 1\n"
        "  recipients           1\n"
        "    accepted           1\n"
        "    rejected           0\n"
        "    unknown            0\n"
        "    waiting            0\n"
    )


def test_every_recipient_is_named_with_the_outcome(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")

    done = newsletter.call("status", "2020-08", "--recipients")
    for_programs = told(newsletter, "2020-08", "--recipients")

    assert done.stdout.splitlines()[8:] == [
        f"{number}  accepted  reader{number}@example.org  Reader {number}" for number in (1, 2, 3)
    ]
    assert isinstance(for_programs, dict)
    assert for_programs["outcomes"][0] == {
        "number": 1, "outcome": "accepted", "address": "reader1@example.org", "name": "Reader 1", "detail": "",
    }  # fmt: skip


def test_recipients_of_an_issue_that_was_not_sent_are_none(newsletter: Newsletter) -> None:
    assert told(newsletter, "2020-08", "--recipients") == NOT_SENT | {"receipt": None, "waits_for": "", "outcomes": []}


def test_an_issue_nobody_knows_is_told(newsletter: Newsletter) -> None:
    done = newsletter.call("status", "2020-99")

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "pprmail: no issue '2020-99': there is neither a folder issues/2020-99 nor a mailing of it\n",
    )


def test_a_mailing_whose_folder_is_gone_is_still_told(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")
    (newsletter.root / "issues" / "2020-08").rename(newsletter.root / "issues" / "2020-09")

    done = newsletter.call("status")

    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "2020-08: sent through outbox",
        "2020-09: not-sent",
    ]


def test_without_an_issues_folder_the_way_to_one_is_told(newsletter: Newsletter) -> None:
    (newsletter.root / "issues").rename(newsletter.root / "isues")

    done = newsletter.call("status")

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: issues/ cannot be read in {str(newsletter.root)!r} (No such file or directory); "
        "start a month with 'pprmail new 2020-09'\n"
    )


def test_a_cancelled_mailing_is_told_as_such(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")
    newsletter.call("cancel", "2020-08")

    found = told(newsletter, "2020-08")

    assert isinstance(found, dict)
    assert (found["state"], found["accepted"], found["waiting"]) == ("cancelled", 0, 3)


@pytest.mark.parametrize(
    ("holder", "state"), [("2020-08", "sending"), ("2020-09", "incomplete")], ids=["this", "another"]
)
def test_a_sender_at_work_is_told_of_the_mailing_it_works_on(newsletter: Newsletter, holder: str, state: str) -> None:
    newsletter.call("send", "2020-08", "--yes")
    change(newsletter, "UPDATE batches SET state = 'waiting'")

    with hold_lock(lock_path(newsletter.settings), holder):
        during = told(newsletter, "2020-08")
    after = told(newsletter, "2020-08")

    assert isinstance(during, dict)
    assert isinstance(after, dict)
    assert (during["state"], after["state"]) == (state, "incomplete")


# A mailing to readers


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Three readers, one a batch."""
    return through_sendgrid(newsletter, sendgrid, batch_size=1)


GOES_ON = "'pprmail send 2020-08' goes on"
SETTLES = "'pprmail resolve 2020-08' settles what is in doubt"


def test_the_real_mailing_is_told_before_the_one_to_the_outbox(mailroom: Mailroom) -> None:
    mailroom.send("--provider", "outbox")
    to_outbox = mailroom.status()["provider"]
    mailroom.send()

    assert (to_outbox, mailroom.status()["provider"]) == ("outbox", "sendgrid")


def test_a_mailing_that_everyone_accepted_waits_for_nothing(mailroom: Mailroom) -> None:
    mailroom.send()

    assert mailroom.waits_for() == "waiting            0"


def test_the_reason_of_the_last_stop_is_told(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 1
    mailroom.send()

    assert mailroom.waits_for() == (
        "the last send stopped: SendGrid says 'Maximum credits exceeded' (401): the plan's mails are used up; raise the plan or wait "
        "until there are credits, then run 'pprmail send 2020-08' again"
    )


def test_a_provider_that_gave_no_answer_is_the_reason(
    mailroom: Mailroom, sendgrid: SendGridStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    sendgrid.always(too_many_requests())
    mailroom.send()

    assert mailroom.waits_for() == (
        "the last send stopped: SendGrid answered 'too many requests' (429), tried 6 times; "
        "run 'pprmail send 2020-08' again in a while for those who wait"
    )


def test_a_sender_that_was_killed_is_the_reason(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 2
    mailroom.send()
    mailroom.change("UPDATE mailings SET ended = NULL, stopped = NULL")
    mailroom.change("UPDATE batches SET state = 'claimed' WHERE number = 2")

    assert mailroom.standing() == Standing("incomplete", accepted=1, unknown=1, waiting=1)
    assert (
        mailroom.waits_for()
        == f"the last send was cut short, as by a kill, a full disk or a power cut: {GOES_ON}; {SETTLES}"
    )


def test_an_interruption_is_the_reason(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 2
    mailroom.send()
    mailroom.change("UPDATE mailings SET stopped = ''")

    assert mailroom.waits_for() == f"the last send was interrupted: {GOES_ON}"


def test_a_word_that_has_readers_wait_again_is_the_reason(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(CLOSED_UNPROCESSED)
    mailroom.send()
    mailroom.resolve("--assume-not-sent")

    assert mailroom.waits_for() == f"somebody waits again: {GOES_ON}"


def test_where_only_doubt_is_left_nothing_is_to_be_sent(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(CLOSED_ACCEPTED)
    mailroom.send()

    assert mailroom.standing() == Standing("incomplete", accepted=2, unknown=1)
    assert mailroom.waits_for() == SETTLES


def test_who_waits_who_is_in_doubt_and_who_was_rejected_are_told_together(newsletter: Newsletter) -> None:
    newsletter.readers(4)
    with FussySendGrid("reader2@example.org") as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1)
        sendgrid.next(CLOSED_ACCEPTED, None, None, NO_CREDITS)
        mailroom.send()

        assert mailroom.standing() == Standing("incomplete", accepted=1, rejected=1, unknown=1, waiting=1)
        assert mailroom.waits_for().endswith(
            f"then run 'pprmail send 2020-08' again; {SETTLES}; 'pprmail status 2020-08 --recipients' names who was rejected, and why"
        )
        assert [(one["number"], one["outcome"], one["detail"]) for one in mailroom.outcomes()] == [
            (1, "unknown", "the connection to SendGrid ended without an answer (the connection was closed)"),
            (2, "rejected", "Does not contain a valid address."),
            (3, "accepted", ""),
            (4, "waiting", ""),
        ]


def test_recipients_are_told_to_people_with_their_reasons(newsletter: Newsletter) -> None:
    with FussySendGrid("reader2@example.org") as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid)
        mailroom.send()

        told = mailroom.call("status", "2020-08", "--recipients", names_readers=True)

    assert told.stdout.splitlines()[-3:] == [
        "1  accepted  reader1@example.org  Reader 1",
        "2  rejected  reader2@example.org  Reader 2  Does not contain a valid address.",
        "3  accepted  reader3@example.org  Reader 3",
    ]


def test_who_asked_to_leave_after_the_seal_is_told_as_such(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 1
    mailroom.send()
    mailroom.newsletter.call("unsubscribe", "reader2@example.org", **mailroom.environment)
    sendgrid.account.quota = None
    mailroom.send()

    assert mailroom.status()["excluded"] == {"suppressed": 1}
    assert mailroom.standing() == Standing("sent", 2)
    assert mailroom.outcomes()[1] == {
        "number": 2, "outcome": "suppressed", "address": "reader2@example.org", "name": "Reader 2",
        "detail": "asked to leave after the seal",
    }  # fmt: skip
    assert sendgrid.mailed().keys() == {"reader1@example.org", "reader3@example.org"}


@pytest.mark.parametrize("verdict", ["agrees", "differs", "behind", "unknown to the ledger", None])
def test_whether_the_receipt_agrees_is_told(mailroom: Mailroom, verdict: str | None) -> None:
    mailroom.send()
    receipt = mailroom.receipt()
    if verdict == "behind":
        mailroom.newsletter.write(RECEIPT, json.dumps(receipt | {"revision": 1, "accepted": 0, "waiting": 3}))
    elif verdict == "differs":
        mailroom.newsletter.write(RECEIPT, json.dumps(receipt | {"accepted": 1, "waiting": 2}))
    elif verdict == "unknown to the ledger":
        mailroom.newsletter.write(RECEIPT, json.dumps(receipt | {"revision": 99}))
    elif verdict is None:
        (mailroom.root / RECEIPT).unlink()

    told = mailroom.call("status", "2020-08", "--recipients", "--json", names_readers=True)

    assert json.loads(told.stdout)["receipt"] == verdict
    assert ("warning: " in told.stderr) == (verdict in {"unknown to the ledger", "differs"})


def test_a_status_makes_and_changes_nothing(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 1
    mailroom.send()
    before = {path: path.read_bytes() for path in mailroom.root.rglob("*") if path.is_file()}
    asked = len(sendgrid.requests)

    mailroom.call("status", "2020-08", "--recipients", names_readers=True)

    assert {path: path.read_bytes() for path in mailroom.root.rglob("*") if path.is_file()} == before
    assert len(sendgrid.requests) == asked


def test_a_mailing_that_was_undone_does_not_hide_the_outbox(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(NO_CREDITS)
    mailroom.send()
    mailroom.call("cancel", "2020-08")

    mailroom.send("--provider", "outbox")

    told = mailroom.status()
    assert (told["provider"], told["state"]) == ("outbox", "sent")
