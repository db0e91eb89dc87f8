from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailroom import PASSWORD, Standing, last_line, through_sendgrid, through_smtp
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn
from standins.smtp import SmtpStandIn

if TYPE_CHECKING:
    from conftest import Newsletter
    from mailroom import Mailroom

TEST = ("send", "2020-08", "--test", "me@example.org")
SEND = ("send", "2020-08", "--yes", "--unverified-ok", "--accept-list-change")


@pytest.fixture
def mailroom(newsletter: Newsletter, sendgrid: SendGridStandIn) -> Mailroom:
    return through_sendgrid(newsletter, sendgrid)


def refused(mailroom: Mailroom, *command: str) -> str:
    """The sentence that a command was refused with, before anything was sealed."""
    done = mailroom.call(*command)
    assert (done.returncode, done.stdout) == (1, "")
    assert mailroom.standing() == Standing("not-sent")
    return last_line(done).removeprefix("pprmail: ")


# What is still that of the start


@pytest.mark.parametrize("command", [SEND, TEST], ids=["send", "test"])
@pytest.mark.parametrize(
    ("address", "what"),
    [("POSTAL ADDRESS TO BE FILLED IN", "is still the placeholder"), ("", "is empty"), ("   ", "is empty")],
    ids=["placeholder", "empty", "blank"],
)
def test_without_a_postal_address_nothing_goes_to_readers(
    mailroom: Mailroom, sendgrid: SendGridStandIn, command: tuple[str, ...], address: str, what: str
) -> None:
    mailroom.newsletter.change_settings("1 Placeholder Road, Ottawa", address)

    said = refused(mailroom, *command)

    assert said == (
        f"pprmail.toml: 'postal_address' under [sender] {what}; write it, as the law requires in every mail. Nothing was sent"
    )
    assert sendgrid.requests == []


def test_the_outbox_takes_the_placeholder(mailroom: Mailroom) -> None:
    mailroom.newsletter.change_settings("1 Placeholder Road, Ottawa", "POSTAL ADDRESS TO BE FILLED IN")

    assert mailroom.send("--provider", "outbox").returncode == 0


@pytest.mark.parametrize("name", ["subscribers.example.csv", "Subscribers.Example.CSV"], ids=["as-it-is", "capitals"])
def test_the_example_list_is_not_sent_to(mailroom: Mailroom, sendgrid: SendGridStandIn, name: str) -> None:
    (mailroom.root / "subscribers.csv").rename(mailroom.root / name)

    said = refused(mailroom, *SEND, "--subscribers", str(mailroom.root / name))

    assert said == (
        f"{name}: is the example, not your list; put yours in another file and name it under [subscribers]. Nothing was sent"
    )
    assert sendgrid.requests == []


# Who takes readers off the list


@pytest.mark.parametrize("provider", ["outbox", "smtp"])
@pytest.mark.parametrize("command", [SEND, TEST], ids=["send", "test"])
def test_only_a_provider_with_an_unsubscribe_service_owns_leaving(
    mailroom: Mailroom, provider: str, command: tuple[str, ...]
) -> None:
    mailroom.newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "provider"')

    said = refused(mailroom, *command, "--provider", provider)

    assert said == (
        f'{provider} has no unsubscribe service of its own; write owner = "service" or "reply" under [unsubscribe]'
    )


def test_sendgrid_may_own_leaving(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "provider"')

    done = mailroom.send()

    (accepted,) = sendgrid.accepted
    assert done.returncode == 0
    assert accepted.body["tracking_settings"]["subscription_tracking"]["enable"] is True
    assert "that service must answer" not in done.stderr


def test_our_own_service_must_answer_so_its_address_is_told(mailroom: Mailroom) -> None:
    done = mailroom.send()

    assert (
        "warning: readers unsubscribe at https://lists.example.org: that service must answer from now on, and for 60 days at least\n"
    ) in done.stderr


# Where the ledger lies


def synced(mailroom: Mailroom) -> str:
    """A place for the ledger in a folder that a service synchronises, as a setting."""
    return f"sqlite:///{mailroom.root}/OneDrive/state.db"


def refusal(mailroom: Mailroom) -> str:
    return (
        f"{mailroom.root}/OneDrive/state.db: lies in a folder of OneDrive, where copies and old versions of the ledger arise, and "
        "readers would be mailed twice; move the file to this machine's own disk and name it there: "
        'database = "sqlite:////home/you/pprmail/state.db" under [delivery]. Nothing was sent'
    )


def test_a_ledger_in_a_synchronised_folder_is_not_sent_from(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.environment["PPRMAIL_DATABASE"] = synced(mailroom)

    done = mailroom.send()

    assert (done.returncode, last_line(done)) == (1, f"pprmail: {refusal(mailroom)}")
    assert sendgrid.requests == []
    assert not (mailroom.root / "OneDrive/state.db").exists()


def test_a_ledger_that_was_moved_into_one_is_not_gone_on_with(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    asked = len(sendgrid.requests)
    (mailroom.root / ".pprmail").rename(mailroom.root / "OneDrive")
    mailroom.environment["PPRMAIL_DATABASE"] = synced(mailroom)

    done = mailroom.send()

    assert (done.returncode, last_line(done)) == (3, f"pprmail: {refusal(mailroom)}")
    assert len(sendgrid.requests) == asked


def move_to_another_machine(mailroom: Mailroom) -> None:
    """As if the folder had been copied here from elsewhere: host and file are others than the ledger remembers."""
    mailroom.change("UPDATE facts SET value = '1 office-pc' WHERE name = 'home'")


def test_a_ledger_copied_from_another_machine_starts_no_mailing(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    mailroom.send()
    asked = len(sendgrid.requests)
    move_to_another_machine(mailroom)
    (mailroom.root / "issues/2020-08").rename(mailroom.root / "issues/2020-09")
    mailroom.newsletter.write("issues/2020-09/issue.md", "Month: September 2020\n")
    (mailroom.root / "issues/2020-09/receipt.json").unlink()

    done = mailroom.call("send", "2020-09", "--yes")

    assert done.returncode == 1
    assert last_line(done) == (
        "pprmail: the ledger was copied from the machine 'office-pc', and neither machine would know what the other one sends; "
        "there run 'pprmail backup FILE', here 'pprmail restore FILE', and send from here alone from then on. Nothing was sent"
    )
    assert len(sendgrid.requests) == asked


def test_a_ledger_copied_from_another_machine_is_not_gone_on_with(
    mailroom: Mailroom, sendgrid: SendGridStandIn
) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    sendgrid.account.quota = None
    move_to_another_machine(mailroom)

    done = mailroom.send()

    assert done.returncode == 3
    assert "the ledger was copied from the machine 'office-pc'" in last_line(done)
    assert (mailroom.standing(), sendgrid.mailed().total()) == (Standing("incomplete", waiting=3), 0)


def test_a_machine_that_was_renamed_goes_on(mailroom: Mailroom, sendgrid: SendGridStandIn) -> None:
    sendgrid.account.quota = 0
    mailroom.send()
    sendgrid.account.quota = None
    mailroom.change("UPDATE facts SET value = substr(value, 1, instr(value, ' ')) || 'old-name' WHERE name = 'home'")

    assert mailroom.send().returncode == 0


def test_the_outbox_may_be_written_from_a_copy(mailroom: Mailroom) -> None:
    mailroom.send()
    move_to_another_machine(mailroom)
    (mailroom.root / "issues/2020-08").rename(mailroom.root / "issues/2020-09")
    mailroom.newsletter.write("issues/2020-09/issue.md", "Month: September 2020\n")
    (mailroom.root / "issues/2020-09/receipt.json").unlink()

    assert mailroom.call("send", "2020-09", "--yes", "--provider", "outbox").returncode == 0


# Secrets


def test_a_mail_servers_password_is_told_nowhere(newsletter: Newsletter) -> None:
    with SmtpStandIn() as host:
        host.mail_host.passwords = {"ada": "another"}
        mailroom = through_smtp(newsletter, host)
        newsletter.change_settings('security = "none"', 'security = "none"\nusername = "ada"')
        mailroom.environment["PPRMAIL_SMTP_PASSWORD"] = PASSWORD

        done = mailroom.send()

    assert done.returncode == 1
    assert "PPRMAIL_SMTP_PASSWORD" in last_line(done)


def test_a_proxy_that_is_no_address_is_told_without_its_password(newsletter: Newsletter) -> None:
    newsletter.readers(2)
    with SendGridStandIn() as sendgrid:
        mailroom = through_sendgrid(newsletter, sendgrid)
        mailroom.environment.update({"http_proxy": "http:/user:s3cretpw@proxy:3128"})

        done = mailroom.call("send", "2020-08", "--yes", "--unverified-ok")

    assert done.returncode == 3
    assert "the proxy that the environment names" in done.stderr
    assert "s3cretpw" not in done.stdout + done.stderr


def test_a_password_in_another_encoding_is_told(newsletter: Newsletter) -> None:
    with SmtpStandIn() as host:
        mailroom = through_smtp(newsletter, host)
        newsletter.change_settings("[smtp]", '[smtp]\nusername = "editor"')
        mailroom.environment.update({"PPRMAIL_SMTP_PASSWORD": "caf\udce9"})

        done = mailroom.call("send", "2020-08", "--yes")

    assert done.returncode == 1
    assert "is not UTF-8" in done.stderr
