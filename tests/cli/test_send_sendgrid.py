from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from conftest import KEY
from mailroom import FussySendGrid, Standing, last_line, through_sendgrid, without_waiting
from pprmail.audience.tokens import Signer
from pprmail.rehearsal.standin.http_faults import INTERNAL_ERROR, refusal
from pprmail.rehearsal.standin.sendgrid import DOMAINS, MAIL_SEND, SCOPES, SENDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Newsletter
    from mailroom import Mailroom
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.sendgrid import SendGridStandIn

UNVERIFIED_OK = "--unverified-ok"


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    return through_sendgrid(newsletter, sendgrid)


def posted(sendgrid: SendGridStandIn) -> list[dict[str, Any]]:
    """The bodies of the requests for mail, accepted or not."""
    return [json.loads(one.body) for one in sendgrid.requests if one.path == MAIL_SEND]


def readers(*numbers: int) -> dict[str, int]:
    return {f"reader{number}@example.org": 1 for number in numbers}


# Sending


def test_everyone_is_mailed_once_and_the_receipt_says_so(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    done = mailroom.send("--json")

    told = json.loads(done.stdout)
    assert (done.returncode, sendgrid.mailed()) == (0, readers(1, 2, 3))
    assert told == mailroom.status()
    assert told | {"sealed_sha256": "", "started": "", "ended": ""} == {
        "issue": "2020-08", "state": "sent", "sealed_sha256": "", "provider": "sendgrid", "rows": 3, "recipients": 3,
        "excluded": {}, "accepted": 3, "rejected": 0, "unknown": 0, "waiting": 0, "started": "", "ended": "",
    }  # fmt: skip
    shared = ("provider", "sealed_sha256", "rows", "recipients", "excluded", "accepted", "rejected", "unknown", "waiting", "ended")  # fmt: skip
    receipt = mailroom.receipt()
    assert {name: receipt[name] for name in shared} == {name: told[name] for name in shared}
    assert receipt["sealed"] == told["started"]
    assert receipt["slugs"] == {"1-doe.md": "does-therapy-help", "2-poe.md": "does-it-last"}


def test_a_request_holds_what_each_reader_gets(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()

    (body,) = posted(sendgrid)
    second = body["personalizations"][1]
    signer = Signer(KEY.encode(), "pprnet")
    token = signer.token("reader2@example.org")
    assert second["to"] == [{"email": "reader2@example.org", "name": "Reader 2"}]
    assert second["headers"] == {
        "List-Unsubscribe": f"<https://lists.example.org/u/{token}>, <mailto:unsubscribe@example.org?subject={token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert second["custom_args"] == {"pprmail_recipient": signer.letter_id("2020-08", "reader2@example.org")}
    for part in body["content"]:
        marks = set(re.findall(r"%%pprmail_\w+%%", part["value"]))
        assert marks
        assert marks <= second["substitutions"].keys()
    assert f"https://lists.example.org/u/{token}" in second["substitutions"].values()
    assert {name: value for name, value in body["custom_args"].items() if name != "pprmail_attempt"} == {
        "pprmail_issue": "2020-08",
        "pprmail_batch": "1",
    }


def test_a_second_send_asks_the_provider_nothing(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()
    before, receipt, asked = mailroom.status(), mailroom.receipt(), len(sendgrid.requests)

    done = mailroom.call("send", "2020-08")

    assert (done.returncode, done.stderr) == (
        0,
        "2020-08 was sent to all 3 recipients; there is nothing left to do\n",
    )
    assert len(sendgrid.requests) == asked
    assert (mailroom.status(), mailroom.receipt()) == (before, receipt)


@pytest.mark.parametrize("other", ["outbox", "smtp"])
def test_another_provider_is_refused_once_one_has_begun(
    mailroom: Mailroom, sendgrid: SendGridStandIn, other: str
) -> None:
    mailroom.send()

    done = mailroom.send("--provider", other)

    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"pprmail: 2020-08 was sealed \d{4}-\d\d-\d\d \d\d:\d\d to go through sendgrid, and another provider would mail readers twice; "
        r"go on with --provider sendgrid\. Nothing was handed over",
        last_line(done),
    )
    assert sendgrid.mailed() == readers(1, 2, 3)
    assert not (mailroom.root / "outbox").exists()


def test_a_mailing_to_the_outbox_does_not_count_as_sent(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send("--provider", "outbox")
    before = mailroom.standing()

    done = mailroom.send()

    assert (before, mailroom.status()["provider"]) == (Standing("sent", 3), "sendgrid")
    assert (done.returncode, sendgrid.mailed()) == (0, readers(1, 2, 3))


def test_a_dry_run_asks_the_provider_nothing_and_makes_nothing(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    before = sorted(mailroom.root.rglob("*"))

    done = mailroom.call("send", "2020-08", "--dry-run")

    assert (done.returncode, sendgrid.requests) == (0, [])
    assert "through     sendgrid\n" in done.stdout
    assert sorted(mailroom.root.rglob("*")) == before


def test_a_dry_run_of_a_mailing_under_way_asks_the_provider_nothing(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    asked = len(sendgrid.requests)

    done = mailroom.call("send", "2020-08", "--dry-run")

    assert (done.returncode, len(sendgrid.requests)) == (0, asked)
    assert mailroom.standing() == Standing("incomplete", waiting=3)


# Test mail


def test_a_test_mail_goes_through_the_provider_and_stays_outside_the_ledger(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    done = mailroom.call("send", "2020-08", "--test", "me@example.org")

    (body,) = posted(sendgrid)
    assert (done.returncode, done.stdout) == (0, "me@example.org: accepted by sendgrid\n")
    assert body["subject"] == "[Test] PPRNet Blog, August 2020: whether therapy helps; whether it lasts"
    assert sendgrid.mailed() == {"me@example.org": 1}
    assert mailroom.standing() == Standing("not-sent")
    assert not (mailroom.root / "issues/2020-08/receipt.json").exists()


def test_a_test_mail_to_several_is_one_request(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    done = mailroom.call("send", "2020-08", "--test", "a@example.org", "--test", "b@example.org")

    assert done.stdout == "a@example.org: accepted by sendgrid\nb@example.org: accepted by sendgrid\n"
    assert len(posted(sendgrid)) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(
            refusal(401, "Maximum credits exceeded"),
            "pprmail: sendgrid did not take the test mail: SendGrid says 'Maximum credits exceeded' (401): the plan's mails are used up; "
            "raise the plan or wait until there are credits, then run this again",
            id="refused",
        ),
        pytest.param(
            INTERNAL_ERROR,
            "pprmail: the answer of sendgrid was lost (SendGrid answered 'internal error' (500)): the test mail may come or not; "
            "wait a little, then run this again",
            id="lost",
        ),
    ],
)
def test_a_test_mail_that_was_not_taken_is_told(
    mailroom: Mailroom,
    sendgrid: SendGridStandIn,
    fault: Fault,
    said: str,
) -> None:
    sendgrid.next(fault)

    done = mailroom.call("send", "2020-08", "--test", "me@example.org")

    assert (done.returncode, done.stdout, last_line(done)) == (1, "", said)


# What the provider is asked before the seal


def no_key(sendgrid: SendGridStandIn) -> None:
    sendgrid.account.key = "SG.another.key"


def no_permission(sendgrid: SendGridStandIn) -> None:
    sendgrid.account.scopes = ["stats.read"]


def no_sender(sendgrid: SendGridStandIn) -> None:
    sendgrid.account.domains = {}


def no_records(sendgrid: SendGridStandIn) -> None:
    sendgrid.account.domains = {"example.org": False}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(
            no_key,
            "SendGrid does not take the API key: 'The provided authorization grant is invalid, expired, or revoked' (401); "
            "put a valid one into SENDGRID_API_KEY, then run this again",
            id="wrong-key",
        ),
        pytest.param(
            no_permission,
            "the API key may not send mail; give it the permission 'Mail Send' under Settings, API Keys at SendGrid, then run this again",
            id="key-may-not-send",
        ),
        pytest.param(
            no_sender,
            "SendGrid knows neither example.org as an authenticated domain nor newsletter@example.org as a verified sender; "
            "add one under Settings, Sender Authentication at SendGrid, then run this again",
            id="unknown-sender",
        ),
        pytest.param(
            no_records,
            "SendGrid finds the DNS records of example.org missing or wrong; set those that Settings, Sender Authentication shows, "
            "press Verify there, then run this again",
            id="domain-invalid",
        ),
    ],
)
@pytest.mark.parametrize("options", [(), (UNVERIFIED_OK,)], ids=["plain", "unverified-ok"])
def test_an_account_that_cannot_send_stops_before_the_seal(
    mailroom: Mailroom,
    sendgrid: SendGridStandIn,
    spoil: Callable[[SendGridStandIn], None],
    said: str,
    options: tuple[str, ...],
) -> None:
    spoil(sendgrid)

    done = mailroom.send(*options)

    assert (done.returncode, done.stdout, last_line(done)) == (1, "", f"pprmail: {said}")
    assert posted(sendgrid) == []
    assert mailroom.standing() == Standing("not-sent")
    assert not (mailroom.root / "issues/2020-08/receipt.json").exists()


def test_without_a_key_nobody_is_asked(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    del mailroom.environment["SENDGRID_API_KEY"]

    done = mailroom.send()

    assert (done.returncode, sendgrid.requests) == (1, [])
    assert last_line(done) == (
        "pprmail: SENDGRID_API_KEY is not set; put the API key of the SendGrid account into it and run this again"
    )


def test_a_single_verified_sender_is_warned_of_and_will_do(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.domains = {}
    sendgrid.account.senders = {"newsletter@example.org": True}

    done = mailroom.send()

    assert (done.returncode, sendgrid.mailed()) == (0, readers(1, 2, 3))
    assert (
        "warning: SendGrid knows newsletter@example.org as a single sender only, so that its signature is not of example.org, "
        "and large providers may refuse bulk mail without that; authenticate the domain at SendGrid\n"
    ) in done.stderr


@pytest.mark.parametrize(
    ("question", "fault", "said"),
    [
        pytest.param(SCOPES, refusal(403, "access forbidden"), "whether the API key may send mail ('access forbidden' (403)", id="scopes-403"),
        pytest.param(SCOPES, INTERNAL_ERROR, "whether the API key may send mail ('internal error' (500))", id="scopes-500"),
        pytest.param(DOMAINS, refusal(403, "access forbidden"), "whether example.org is authenticated ('access forbidden' (403)", id="domains-403"),
        pytest.param(DOMAINS, INTERNAL_ERROR, "whether example.org is authenticated ('internal error' (500))", id="domains-500"),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_stops_before_the_seal_unless_that_is_meant(
    mailroom: Mailroom,
    sendgrid: SendGridStandIn,
    question: str,
    fault: Fault,
    said: str,
) -> None:
    sendgrid.always(fault, at=question)

    stopped = mailroom.send()
    before = mailroom.standing()
    meant = mailroom.send(UNVERIFIED_OK)

    assert stopped.returncode == 1
    assert f"warning: sendgrid did not answer {said}" in stopped.stderr
    assert ("give the key the permission to read Sender Authentication" in stopped.stderr) == ("(403)" in said)
    assert last_line(stopped) == (
        "pprmail: what sendgrid did not answer may make the send fail; try again, or add --unverified-ok to send all the same. "
        "Nothing was handed over"
    )
    assert before == Standing("not-sent")
    assert (meant.returncode, sendgrid.mailed()) == (0, readers(1, 2, 3))


def test_without_a_network_the_send_stops_before_the_seal(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.newsletter.change_settings(sendgrid.url, "http://127.0.0.1:1")

    done = mailroom.send()

    assert done.returncode == 1
    assert "warning: sendgrid did not answer whether the API key may send mail (Connection refused)\n" in done.stderr
    assert mailroom.standing() == Standing("not-sent")


def test_a_key_that_may_not_ask_of_the_sender_leaves_that_open(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.always(refusal(403, "access forbidden"), at=DOMAINS)
    sendgrid.always(refusal(403, "access forbidden"), at=SENDERS)

    stopped, meant = mailroom.send(), mailroom.send(UNVERIFIED_OK)

    open_questions = [line for line in stopped.stderr.splitlines() if "did not answer whether" in line]
    assert stopped.returncode == 1
    assert any(
        "whether newsletter@example.org is a verified sender ('access forbidden' (403); give the key the permission to read Sender Authentication"
        in one
        for one in open_questions
    )
    assert (meant.returncode, sendgrid.mailed()) == (0, readers(1, 2, 3))


# The list


def test_a_suppressed_and_a_non_ascii_address_are_left_out(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.newsletter.call("unsubscribe", "reader2@example.org", **mailroom.environment)
    mailroom.newsletter.write("subscribers.csv", "email\nreader1@example.org\nreader2@example.org\nrené@example.org\n")

    done = mailroom.send()

    assert (done.returncode, sendgrid.mailed()) == (0, readers(1))
    assert mailroom.status()["excluded"] == {"bad-address": 1, "suppressed": 1}


@pytest.mark.parametrize(
    ("name", "beside_the_address"),
    [
        pytest.param("Doe; Jane", "Doe Jane", id="semicolon"),
        pytest.param("Doe, Jane", "Doe Jane", id="comma"),
        pytest.param('Jane "JD" O\'Neil', 'Jane "JD" O\'Neil', id="quotes"),
        pytest.param("%%pprmail_name_text%%", "% %pprmail_name_text% %", id="our-mark"),
        pytest.param("Jane 🌻", "Jane 🌻", id="emoji"),
        pytest.param("יעל כהן", "יעל כהן", id="right-to-left"),
        pytest.param("<b>Jane</b> & Co", "<b>Jane</b> & Co", id="markup"),
        pytest.param("Jane \\ Doe", "Jane \\ Doe", id="backslash"),
    ],
)
def test_a_name_of_any_kind_is_mailed_in_a_list_of_one(
    mailroom: Mailroom, sendgrid: SendGridStandIn, name: str, beside_the_address: str
) -> None:
    quoted = name.replace('"', '""')
    mailroom.newsletter.write("subscribers.csv", f'email,name\nreader1@example.org,"{quoted}"\n')

    done = mailroom.send()

    (body,) = posted(sendgrid)
    assert (done.returncode, mailroom.standing()) == (0, Standing("sent", 1))
    assert body["personalizations"][0]["to"] == [{"email": "reader1@example.org", "name": beside_the_address}]


# Recipients whom the provider refuses

BAD = "reader1234@example.org"


@pytest.mark.parametrize(("names_them", "requests"), [(True, 4), (False, 30)], ids=["named", "without-a-name"])
def test_one_bad_address_among_thousands_is_found_and_alone_rejected(
    newsletter: Newsletter, *, names_them: bool, requests: int
) -> None:
    newsletter.readers(3000)
    with FussySendGrid(BAD, names_them=names_them) as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1000)

        done = mailroom.send()

        assert done.returncode == 3
        assert mailroom.standing() == Standing("incomplete", accepted=2999, rejected=1)
        assert [one["address"] for one in mailroom.outcomes() if one["outcome"] == "rejected"] == [BAD]
        assert sendgrid.mailed().keys() == {f"reader{number}@example.org" for number in range(1, 3001)} - {BAD}
        assert set(sendgrid.mailed().values()) == {1}
        assert len(posted(sendgrid)) <= requests


def test_who_was_rejected_is_told_with_the_reason_and_not_tried_again(newsletter: Newsletter) -> None:
    with FussySendGrid("reader2@example.org") as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid)
        mailroom.send()
        asked = len(sendgrid.requests)

        again = mailroom.send()

        assert mailroom.outcomes()[1] == {
            "number": 2, "outcome": "rejected", "address": "reader2@example.org", "name": "Reader 2",
            "detail": "Does not contain a valid address.",
        }  # fmt: skip
        assert (again.returncode, len(sendgrid.requests)) == (3, asked)
        assert again.stderr == (
            "2020-08: nobody waits; there is nothing left to hand over\n"
            "warning: 1 recipient was rejected; 'pprmail status 2020-08 --recipients' names who, and why\n"
        )
        assert mailroom.waits_for() == "'pprmail status 2020-08 --recipients' names who was rejected, and why"


def test_a_word_said_to_everyone_rejects_nobody(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.newsletter.readers(20)
    sendgrid.always(refusal(400, "Your account is under review"))

    stopped = mailroom.send()
    sendgrid.always(None)
    before = mailroom.standing()
    finished = mailroom.send()

    assert (stopped.returncode, before) == (3, Standing("incomplete", waiting=20))
    assert "recipient after recipient with the words 'Your account is under review'" in last_line(stopped)
    assert (finished.returncode, mailroom.standing()) == (0, Standing("sent", 20))
    assert set(sendgrid.mailed().values()) == {1}


# Answers that are lost


def test_a_lost_answer_leaves_its_batch_in_doubt_and_mails_the_rest(
    newsletter: Newsletter, sendgrid: SendGridStandIn
) -> None:
    mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1)
    sendgrid.next(None, INTERNAL_ERROR.after_accepting())

    done = mailroom.send()
    again = mailroom.send()

    assert (done.returncode, again.returncode) == (3, 3)
    assert mailroom.standing() == Standing("incomplete", accepted=2, unknown=1)
    assert sendgrid.mailed() == readers(1, 2, 3)
    assert last_line(done) == (
        "warning: 1 recipient is in doubt and will not be mailed again; 'pprmail resolve 2020-08' settles that"
    )


def test_three_lost_answers_in_a_row_pause_the_send(
    newsletter: Newsletter, sendgrid: SendGridStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsletter.readers(5)
    mailroom = through_sendgrid(newsletter, sendgrid, batch_size=1)
    sendgrid.always(INTERNAL_ERROR)
    waits = without_waiting(monkeypatch)

    done = mailroom.send()

    assert (done.returncode, mailroom.standing()) == (3, Standing("incomplete", unknown=3, waiting=2))
    assert last_line(done) == (
        "pprmail: 3 answers in a row were lost (SendGrid answered 'internal error' (500)), so the send pauses; "
        "see whether the provider is well, then run this again for those who wait"
    )
    assert waits == []
