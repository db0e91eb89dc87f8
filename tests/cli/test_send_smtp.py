from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from mailroom import PASSWORD, RECEIPT, Standing, last_line, through_smtp, without_waiting
from pprmail.audience.tokens import Signer
from standins.smtp import MailHost, Security, SmtpStandIn
from standins.smtp_faults import DOT, SHUTTING_DOWN, SmtpFault, lost, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from conftest import Newsletter
    from mailroom import Mailroom


@pytest.fixture
def host() -> Iterator[SmtpStandIn]:
    with SmtpStandIn() as made:
        yield made


@pytest.fixture
def mailroom(newsletter: Newsletter, host: SmtpStandIn) -> Mailroom:
    return through_smtp(newsletter, host)


def readers(*numbers: int) -> dict[str, int]:
    return {f"reader{number}@example.org": 1 for number in numbers}


def letters(host: SmtpStandIn) -> list[EmailMessage]:
    return [message_from_bytes(one.content, policy=default) for one in host.accepted]


# Sending


def test_everyone_gets_a_letter_of_their_own_and_the_receipt_says_so(mailroom: Mailroom, host: SmtpStandIn) -> None:
    done = mailroom.send()

    signer = Signer(KEY.encode(), "pprnet")
    assert (done.returncode, host.mailed(), mailroom.standing()) == (0, readers(1, 2, 3), Standing("sent", 3))
    assert [one.recipients for one in host.accepted] == [(address,) for address in readers(1, 2, 3)]
    for address, letter in zip(readers(1, 2, 3), letters(host), strict=True):
        token = signer.token(address)
        assert letter["To"].addresses[0].addr_spec == address
        assert f"<https://lists.example.org/u/{token}>" in letter["List-Unsubscribe"]
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len({letter["Message-ID"] for letter in letters(host)}) == 3
    assert (mailroom.receipt()["provider"], mailroom.receipt()["accepted"]) == ("smtp", 3)


def test_a_second_send_connects_to_nobody(mailroom: Mailroom, host: SmtpStandIn) -> None:
    mailroom.send()
    heard, receipt = list(host.commands), mailroom.receipt()

    done = mailroom.call("send", "2020-08")

    assert (done.returncode, done.stderr) == (0, "2020-08 was sent to all 3 recipients; there is nothing left to do\n")
    assert (host.commands, mailroom.receipt()) == (heard, receipt)


@pytest.mark.parametrize("other", ["outbox", "sendgrid"])
def test_another_provider_is_refused_once_one_has_begun(mailroom: Mailroom, host: SmtpStandIn, other: str) -> None:
    mailroom.send()

    done = mailroom.send("--provider", other)

    assert done.returncode == 1
    assert last_line(done).endswith(
        "to go through smtp, and another provider would mail readers twice; go on with --provider smtp. Nothing was handed over"
    )


def test_a_dry_run_connects_to_nobody(mailroom: Mailroom, host: SmtpStandIn) -> None:
    done = mailroom.call("send", "2020-08", "--dry-run")

    assert (done.returncode, host.commands) == (0, [])


def test_a_test_mail_is_marked_and_stays_outside_the_ledger(mailroom: Mailroom, host: SmtpStandIn) -> None:
    done = mailroom.call("send", "2020-08", "--test", "me@example.org")

    (letter,) = letters(host)
    assert (done.returncode, done.stdout) == (0, "me@example.org: accepted by smtp\n")
    assert letter["Subject"].startswith("[Test] ")
    assert mailroom.standing() == Standing("not-sent")
    assert not (mailroom.root / RECEIPT).exists()


def test_a_test_mail_that_was_refused_is_told(mailroom: Mailroom, host: SmtpStandIn) -> None:
    host.order(refused("RCPT", 550, "5.1.1 No such user <me@example.org>"))

    done = mailroom.call("send", "2020-08", "--test", "me@example.org")

    assert (done.returncode, done.stdout) == (1, "")
    assert last_line(done) == (
        "pprmail: smtp did not take the test mail: me@example.org: 550 5.1.1 No such user <(address)>"
    )


# What the server is asked before the seal


def log_in(mailroom: Mailroom, password: str) -> None:
    mailroom.newsletter.change_settings('security = "none"', 'security = "none"\nusername = "ada"')
    if password:
        mailroom.environment["PPRMAIL_SMTP_PASSWORD"] = password


def test_a_password_opens_the_server(newsletter: Newsletter) -> None:
    with SmtpStandIn(MailHost(passwords={"ada": PASSWORD})) as host:
        mailroom = through_smtp(newsletter, host)
        log_in(mailroom, PASSWORD)

        done = mailroom.send()

        assert (done.returncode, {one.user for one in host.accepted}) == (0, {"ada"})


@pytest.mark.parametrize(
    ("password", "said"),
    [
        pytest.param(
            "",
            "PPRMAIL_SMTP_PASSWORD is not set, and [smtp] has a username; set it to the password at 127.0.0.1, or write 'token_command' in [smtp]",
            id="no-password",
        ),
        pytest.param(
            "another-word",
            "127.0.0.1 refused the name or the password (535 5.7.8 Authentication credentials invalid); "
            "check 'username' in [smtp] and PPRMAIL_SMTP_PASSWORD (some want an app password)",
            id="wrong-password",
        ),
    ],
)
def test_a_password_that_opens_nothing_stops_before_the_seal(newsletter: Newsletter, password: str, said: str) -> None:
    with SmtpStandIn(MailHost(passwords={"ada": PASSWORD})) as host:
        mailroom = through_smtp(newsletter, host)
        log_in(mailroom, password)

        done = mailroom.send("--unverified-ok")

        assert (done.returncode, last_line(done)) == (1, f"pprmail: {said}")
        assert mailroom.standing() == Standing("not-sent")


def test_a_sender_that_is_refused_stops_before_the_seal(mailroom: Mailroom, host: SmtpStandIn) -> None:
    host.order(refused("MAIL", 553, "5.7.1 Sender address rejected: not owned by user"))

    done = mailroom.send("--unverified-ok")

    assert (done.returncode, mailroom.standing()) == (1, Standing("not-sent"))
    assert re.fullmatch(
        r"pprmail: 127\.0\.0\.1:\d+ refuses mail from newsletter@example\.org "
        r"\(553 5\.7\.1 Sender address rejected: not owned by user\); "
        r"check that this account may send as 'address' in \[sender\] and 'envelope_sender' in \[smtp\], then run this again",
        last_line(done),
    )


def test_a_server_out_of_reach_stops_before_the_seal_unless_that_is_meant(
    mailroom: Mailroom, host: SmtpStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    good = f"port = {host.port}"
    mailroom.newsletter.change_settings(good, "port = 1")

    stopped = mailroom.send()
    before = mailroom.standing()
    meant = mailroom.send("--unverified-ok")
    sealed = mailroom.standing()
    mailroom.newsletter.change_settings("port = 1", good)
    finished = mailroom.send()

    assert (stopped.returncode, before) == (1, Standing("not-sent"))
    assert "127.0.0.1:1 cannot be reached (Connection refused)" in stopped.stderr
    assert "add --unverified-ok to send all the same" in last_line(stopped)
    assert (meant.returncode, sealed) == (3, Standing("incomplete", waiting=3))
    assert last_line(meant) == (
        "pprmail: 127.0.0.1:1 cannot be reached (Connection refused), tried 6 times; run this again in a while for those who wait"
    )
    assert (finished.returncode, host.mailed()) == (0, readers(1, 2, 3))


def test_a_certificate_that_is_not_trusted_stops_before_the_seal(newsletter: Newsletter) -> None:
    with SmtpStandIn(MailHost(security=Security.STARTTLS)) as host:
        mailroom = through_smtp(newsletter, host)
        newsletter.change_settings('security = "none"', 'security = "starttls"')

        done = mailroom.send("--unverified-ok")

        assert (done.returncode, host.accepted) == (1, [])
        assert last_line(done) == (
            f"pprmail: 127.0.0.1:{host.port} has no good certificate (unable to get local issuer certificate); "
            "check 'host' in [smtp], or name its authority's file in SSL_CERT_FILE"
        )


# What the server says to single readers, and to the sender


def test_a_reader_who_is_refused_is_alone_rejected(mailroom: Mailroom, host: SmtpStandIn) -> None:
    host.order(refused("RCPT", 550, "5.1.1 <reader2@example.org>: no such user here", "reader2@example.org"))

    done = mailroom.send()

    assert (done.returncode, host.mailed()) == (3, readers(1, 3))
    assert mailroom.standing() == Standing("incomplete", accepted=2, rejected=1)
    assert mailroom.outcomes()[1] == {
        "number": 2, "outcome": "rejected", "address": "reader2@example.org", "name": "Reader 2",
        "detail": "550 5.1.1 <(address)>: no such user here",
    }  # fmt: skip


def test_a_reader_who_is_put_off_is_mailed_after_the_others(mailroom: Mailroom, host: SmtpStandIn) -> None:
    host.order(refused("RCPT", 450, "4.2.0 Greylisted, try again later", "reader1@example.org"))

    done = mailroom.send()

    assert done.returncode == 0
    assert [one.recipients[0] for one in host.accepted] == [*readers(2, 3), *readers(1)]


def test_a_quota_that_is_used_up_rejects_nobody(newsletter: Newsletter) -> None:
    newsletter.readers(30)
    with SmtpStandIn(MailHost(quota=20)) as host:
        mailroom = through_smtp(newsletter, host, batch_size=7)

        stopped = mailroom.send()
        before = mailroom.standing()
        host.mail_host.quota = None
        finished = mailroom.send()

        assert (stopped.returncode, before) == (3, Standing("incomplete", accepted=20, waiting=10))
        assert last_line(stopped).endswith(
            "wait until its limit allows more (max_per_hour and max_per_day in [delivery] keep below it), then run this again"
        )
        assert (finished.returncode, mailroom.standing()) == (0, Standing("sent", 30))
        assert set(host.mailed().values()) == {1}


def test_the_same_words_to_three_in_a_row_reject_nobody(newsletter: Newsletter) -> None:
    newsletter.readers(10)
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host)
        host.order(refused("RCPT", 550, "5.7.1 Blocked by policy").for_good())

        done = mailroom.send()

        assert (done.returncode, mailroom.standing()) == (3, Standing("incomplete", waiting=10))
        assert "refused 3 in a row in the same words (550 5.7.1 Blocked by policy)" in last_line(done)


def test_a_server_that_shuts_down_for_a_while_is_waited_for(
    mailroom: Mailroom, host: SmtpStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    host.order(SmtpFault(DOT, 421, "4.3.2 Service shutting down", processed=False).after(1), SHUTTING_DOWN.after(2))

    done = mailroom.send()

    assert (done.returncode, host.mailed()) == (0, readers(1, 2, 3))
    assert "waiting " in done.stderr


def test_a_lost_answer_leaves_one_in_doubt_and_mails_the_rest(mailroom: Mailroom, host: SmtpStandIn) -> None:
    host.order(lost(DOT, processed=True).after(1))

    done, again = mailroom.send(), mailroom.send()

    assert (done.returncode, again.returncode) == (3, 3)
    assert mailroom.standing() == Standing("incomplete", accepted=2, unknown=1)
    assert host.mailed() == readers(1, 2, 3)


@pytest.mark.parametrize("name", ["Doe; Jane", "Doe, Jane", 'Jane "JD" O\'Neil', "Jane 🌻", "יעל כהן", "Jane %%x%%"])
def test_a_name_of_any_kind_is_mailed_in_a_list_of_one(mailroom: Mailroom, host: SmtpStandIn, name: str) -> None:
    quoted = name.replace('"', '""')
    mailroom.newsletter.write("subscribers.csv", f'email,name\nreader1@example.org,"{quoted}"\n')

    done = mailroom.send()

    (letter,) = letters(host)
    (to,) = letter["To"].addresses
    assert (done.returncode, to.addr_spec, to.display_name) == (0, "reader1@example.org", name)
