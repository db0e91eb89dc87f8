from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mailroom import ISSUE, Standing, last_line, through_sendgrid, through_smtp
from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock
from pprmail.rehearsal.standin.http_faults import (
    CLOSED_ACCEPTED,
    CLOSED_UNPROCESSED,
    INTERNAL_ERROR,
    NO_CREDITS,
    refusal,
    too_many_requests,
)
from pprmail.rehearsal.standin.sendgrid import LOGS, SendGridStandIn
from standins.smtp import SmtpStandIn
from standins.smtp_faults import LOST_AFTER_ACCEPTING

if TYPE_CHECKING:
    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.http_faults import Fault

RISKS = (
    "{people} in doubt. No trace is no proof: records lag, and accepted mail can wait in a queue for a day. "
    "Your word settles it, and is recorded:\n"
    "  --assume-sent       nobody is mailed twice; who did not get the mail never will\n"
    "  --assume-not-sent   nobody is forgotten; who got the mail gets it twice\n"
)


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    """Six readers, two a batch."""
    newsletter.readers(6)
    return through_sendgrid(newsletter, sendgrid, batch_size=2)


def in_doubt(mailroom: Mailroom, sendgrid: SendGridStandIn, fault: Fault) -> None:
    """A send whose second batch met ``fault``: readers 3 and 4 are in doubt, everyone else was accepted."""
    sendgrid.next(None, fault)
    mailroom.send()
    assert mailroom.standing() == Standing("incomplete", accepted=4, unknown=2)


def words(mailroom: Mailroom) -> list[tuple[object, ...]]:
    """Whose word settled which recipients."""
    return mailroom.asked("SELECT word, first, last FROM resolutions ORDER BY id")


def test_what_the_records_show_is_accepted(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)

    done = mailroom.resolve()

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 6))
    assert done.stderr == ("batch 2, 2 recipients: accepted; SendGrid's log has a letter of this attempt\n")
    assert done.stdout.startswith("2020-08: sent through sendgrid\n")
    assert words(mailroom) == [("evidence", 3, 4)]
    assert (mailroom.receipt()["accepted"], mailroom.receipt()["unknown"]) == (6, 0)


def test_records_that_lag_prove_nothing_and_nobody_is_mailed_again(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)
    sendgrid.logs_lag = True

    done = mailroom.resolve()
    sent = mailroom.send()

    assert (done.returncode, sent.returncode) == (3, 3)
    assert done.stderr == (
        "batch 2, 2 recipients: still in doubt; SendGrid's log has no letter of this attempt to the 2 recipients asked for, of 2; "
        "that proves nothing, since it can lag. The attempt is 0 minutes old: ask again when it is 15 minutes old\n"
        + RISKS.format(people="2 recipients are")
    )
    assert mailroom.standing() == Standing("incomplete", accepted=4, unknown=2)
    assert words(mailroom) == []
    assert sendgrid.mailed().total() == 6


def test_the_word_that_they_were_not_mailed_has_them_wait_and_be_mailed(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_UNPROCESSED)

    done = mailroom.resolve("--assume-not-sent")
    before, receipt = mailroom.standing(), mailroom.receipt()
    sent = mailroom.send()

    assert (done.returncode, before) == (0, Standing("incomplete", accepted=4, waiting=2))
    assert RISKS.format(people="2 recipients are") in done.stderr
    assert done.stderr.endswith(
        "recorded: 2 recipients counted as not mailed, waiting again\n2 recipients wait: 'pprmail send 2020-08' mails them\n"
    )
    assert (words(mailroom), receipt["waiting"]) == ([("assumed-not-sent", 3, 4)], 2)
    assert (sent.returncode, mailroom.standing()) == (0, Standing("sent", 6))
    assert set(sendgrid.mailed().values()) == {1}


def test_the_word_that_they_were_mailed_counts_and_is_recorded(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_UNPROCESSED)

    done = mailroom.resolve("--assume-sent")

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 6))
    assert done.stderr.endswith("recorded: 2 recipients counted as mailed\n")
    assert (words(mailroom), mailroom.receipt()["accepted"]) == ([("assumed-sent", 3, 4)], 6)
    assert sendgrid.mailed().total() == 4


def test_the_records_are_asked_before_a_word_is_taken(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.next(CLOSED_ACCEPTED, CLOSED_UNPROCESSED)
    mailroom.send()

    done = mailroom.resolve("--assume-not-sent")
    mailroom.send()

    assert done.returncode == 0
    assert words(mailroom) == [("evidence", 1, 2), ("assumed-not-sent", 3, 4)]
    assert sorted(sendgrid.mailed().values()) == [1] * 6


def test_a_word_is_not_taken_where_nobody_is_in_doubt(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)

    done = mailroom.resolve("--assume-not-sent")

    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 6))
    assert words(mailroom) == [("evidence", 3, 4)]


def test_where_nobody_is_in_doubt_the_provider_is_not_asked(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()
    asked = len(sendgrid.requests)

    done = mailroom.resolve()

    assert (done.returncode, done.stderr) == (0, "2020-08: nobody is in doubt\n")
    assert len(sendgrid.requests) == asked


def test_what_a_killed_sender_had_claimed_is_in_doubt_and_looked_up(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    mailroom.send()
    mailroom.change("UPDATE batches SET state = 'claimed', settled = NULL WHERE number = 3")
    before = mailroom.standing()

    done = mailroom.resolve()

    assert before == Standing("incomplete", accepted=4, unknown=2)
    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 6))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(
            refusal(403, "access forbidden"),
            "SendGrid's log may not be asked with this API key: 'access forbidden' (403); give the key the permission to read Email Logs "
            "(or Email Activity), or look for the mail under Activity at SendGrid yourself",
            id="forbidden",
        ),
        pytest.param(
            too_many_requests(),
            "SendGrid's log takes no more questions now: 'too many requests' (429); try again in a few minutes",
            id="too-many",
        ),
        pytest.param(
            INTERNAL_ERROR, "SendGrid's log gave no answer: 'internal error' (500); try again later", id="error"
        ),
        pytest.param(
            CLOSED_UNPROCESSED,
            "SendGrid's log cannot be asked now (the connection was closed); try again later",
            id="network",
        ),
    ],
)
def test_records_that_cannot_be_asked_leave_the_doubt_and_tell_the_risks(
    mailroom: Mailroom, sendgrid: SendGridStandIn, fault: Fault, said: str
) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)
    sendgrid.always(fault, at=LOGS)

    done = mailroom.resolve()

    assert (done.returncode, mailroom.standing()) == (3, Standing("incomplete", accepted=4, unknown=2))
    assert done.stderr == f"warning: {said}\n" + RISKS.format(people="2 recipients are")


@pytest.mark.parametrize("key", ["", "SG.a key\r"], ids=["none", "with-a-line-break"])
def test_without_a_key_the_records_cannot_be_asked(mailroom: Mailroom, sendgrid: SendGridStandIn, key: str) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)
    mailroom.environment["SENDGRID_API_KEY"] = key or "-"
    asked = len(sendgrid.requests)
    if not key:
        del mailroom.environment["SENDGRID_API_KEY"]

    done = mailroom.resolve()

    assert (done.returncode, len(sendgrid.requests)) == (3, asked)
    assert done.stderr.startswith("warning: SENDGRID_API_KEY ")


def test_two_words_that_contradict_each_other_are_mistyped(mailroom: Mailroom) -> None:
    done = mailroom.resolve("--assume-sent", "--assume-not-sent")

    assert done.returncode == 2
    assert last_line(done) == "Error: --assume-sent and --assume-not-sent say the opposite: take one of them"


@pytest.mark.parametrize("sent", ["nothing", "to-the-outbox", "another-issue"])
def test_without_a_mailing_to_readers_there_is_nothing_to_settle(mailroom: Mailroom, sent: str) -> None:
    issue = "2020-09" if sent == "another-issue" else ISSUE
    if sent != "nothing":
        mailroom.send(*(["--provider", "outbox"] if sent == "to-the-outbox" else []))

    done = mailroom.call("resolve", issue)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pprmail: '{issue}' has no mailing to readers; 'pprmail status' shows what was sent\n"


def test_while_a_send_is_at_work_nothing_is_settled(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    in_doubt(mailroom, sendgrid, CLOSED_ACCEPTED)

    with hold_lock(lock_path(mailroom.newsletter.settings), ISSUE):
        done = mailroom.resolve("--assume-not-sent")

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: another sender is at work on this newsletter; wait for it to end")
    assert mailroom.standing() == Standing("incomplete", accepted=4, unknown=2)


def test_a_mail_server_keeps_no_records_so_the_message_id_to_ask_for_is_told(newsletter: Newsletter) -> None:
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host)
        host.order(LOST_AFTER_ACCEPTING)
        mailroom.send()

        done = mailroom.resolve()
        settled = mailroom.resolve("--assume-sent")

        assert done.returncode == 3
        assert re.match(
            r"batch 1, 1 recipient: still in doubt; a mail server cannot be asked what it took; look in 127\.0\.0\.1's log, "
            r"or ask those who run it, for <2020-08\.[\w.-]+@\S+>\n",
            done.stderr,
        )
        assert RISKS.format(people="1 recipient is") in done.stderr
        assert (settled.returncode, mailroom.standing()) == (0, Standing("sent", 3))


def test_a_mailing_that_was_undone_has_nothing_to_settle_and_no_receipt(newsletter: Newsletter) -> None:
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid)
        sendgrid.next(NO_CREDITS)
        mailroom.send()
        mailroom.call("cancel", ISSUE)

        done = mailroom.resolve()

        assert done.returncode == 1
        assert not (mailroom.root / "issues/2020-08/receipt.json").exists()
