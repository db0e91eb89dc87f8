"""Encrypted, verified, logged in: or nothing is sent."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from batches import ADA, NOW, batch, journal, sealed_mail
from conftest import KEY
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.smtp import SmtpProvider, connection, login
from pprmail.errors import PprmailError
from pprmail.settings.values import Smtp
from standins.smtp import MailHost, Security, SmtpStandIn
from standins.smtp_faults import CONNECT, SmtpFault, lost, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Newsletter

    HandOver = Callable[[Smtp, str], Answer]

PASSWORD, TOKEN = "pässword 1", "ya29.token"


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpStandIn]:
    """A host with an editor who may send, whose authority this machine trusts."""
    host = MailHost(Security.STARTTLS, passwords={"editor": PASSWORD}, tokens={"editor": TOKEN})
    with SmtpStandIn(host) as made:
        made.write_authority(tmp_path / "authority.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        yield made


@pytest.fixture
def hand_over(newsletter: Newsletter) -> HandOver:
    """Hand one letter over under these settings, with this password."""
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())

    def act(settings: Smtp, password: str) -> Answer:
        provider = SmtpProvider(settings, password, writer)
        answer = provider.hand_over(batch(ADA), journal())
        provider.close()
        return answer

    return act


def editor(standin: SmtpStandIn, security: str = "starttls") -> Smtp:
    return Smtp(standin.host, standin.port, security, "editor")


def telling(program: str) -> str:
    """A command that runs this Python program."""
    return shlex.join([sys.executable, "-c", program])


def shown(standin: SmtpStandIn) -> str:
    return f"{standin.host}:{standin.port}"


# TLS


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT], ids=["starttls", "tls"])
def test_a_letter_goes_out_encrypted_and_under_the_name(
    standin: SmtpStandIn, hand_over: HandOver, security: Security
) -> None:
    standin.mail_host.security = security

    answer = hand_over(editor(standin, "tls" if security is Security.IMPLICIT else "starttls"), PASSWORD)

    assert answer == Answer(Outcome.ACCEPTED)
    assert [(letter.user, letter.was_encrypted) for letter in standin.accepted] == [("editor", True)]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT], ids=["starttls", "tls"])
def test_a_certificate_of_nobody_known_stops_the_send(
    standin: SmtpStandIn, hand_over: HandOver, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    standin.mail_host.security = security

    answer = hand_over(editor(standin, "tls" if security is Security.IMPLICIT else "starttls"), PASSWORD)

    assert answer == Answer(
        Outcome.NOT_HANDED_OVER,
        at=1,
        next=Next.STOP,
        detail=f"{shown(standin)} has no good certificate (unable to get local issuer certificate); "
        "check 'host' in [smtp], or name its authority's file in SSL_CERT_FILE",
    )
    assert not any(command.startswith(("AUTH", "MAIL")) for command in standin.commands)


def test_a_certificate_for_another_name_stops_the_send(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.certified_for = ("mail.example.org",)

    answer = hand_over(editor(standin), PASSWORD)

    assert answer.stop
    assert "has no good certificate (IP address mismatch" in answer.detail


def test_nothing_is_sent_in_the_clear_where_starttls_is_not_offered(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.security = Security.NONE

    answer = hand_over(editor(standin), PASSWORD)

    assert answer.stop
    assert answer.detail == (
        f'{shown(standin)} offers no STARTTLS, and nothing is sent in the clear; try port 587, or security = "tls" with 465'
    )
    assert standin.commands == ["EHLO [127.0.0.1]"]


def test_tls_at_a_port_that_speaks_none_is_told(standin: SmtpStandIn, hand_over: HandOver) -> None:
    answer = hand_over(editor(standin, "tls"), PASSWORD)

    assert answer.stop
    assert "cannot be spoken to by TLS (" in answer.detail
    assert answer.detail.endswith("'security' in [smtp] is mostly starttls with port 587, tls with 465")


def test_a_host_that_hangs_up_while_tls_begins_is_waited_for(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.security = Security.NONE
    standin.order(lost(CONNECT, processed=False))

    answer = hand_over(editor(standin, "tls"), PASSWORD)

    assert (answer.outcome, answer.next) == (Outcome.NOT_HANDED_OVER, Next.WAIT)
    assert answer.detail.startswith(f"{shown(standin)} ended the connection ")


STARTTLS_FAULTS = {
    "refused": (
        refused("STARTTLS", 554, "5.7.0 No"),
        Next.STOP,
        "refused STARTTLS (554 5.7.0 No); ask those who run it",
    ),
    "for-now": (refused("STARTTLS", 454, "4.7.0 Not now"), Next.WAIT, "takes nobody now (454 4.7.0 Not now)"),
    "hung-up": (
        lost("STARTTLS", processed=False),
        Next.WAIT,
        "ended the connection (the server ended the connection)",
    ),
    "hung-up-before-the-handshake": (
        lost("EHLO", processed=False),
        Next.WAIT,
        "ended the connection (the server ended the connection)",
    ),
}


@pytest.mark.parametrize(("fault", "following", "words"), STARTTLS_FAULTS.values(), ids=STARTTLS_FAULTS)
def test_starttls_that_does_not_come_about_is_told(
    standin: SmtpStandIn, hand_over: HandOver, fault: SmtpFault, following: Next, words: str
) -> None:
    standin.order(fault)

    answer = hand_over(editor(standin), PASSWORD)

    assert answer == Answer(Outcome.NOT_HANDED_OVER, at=1, next=following, detail=f"{shown(standin)} {words}")


def test_no_password_goes_in_the_clear_to_another_machine(
    standin: SmtpStandIn, hand_over: HandOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    standin.mail_host.security = Security.NONE
    monkeypatch.setattr(connection, "LOOPBACK", set())

    answer = hand_over(editor(standin, "none"), PASSWORD)

    assert answer.stop
    assert answer.detail == (
        "no password goes to 127.0.0.1 in the clear; write starttls or tls as 'security' in [smtp]"
    )
    assert standin.commands == ["EHLO [127.0.0.1]"]


# Login


@pytest.mark.parametrize(
    "offered", [" PLAIN LOGIN", " LOGIN", "=LOGIN"], ids=["plain", "login", "as-old-servers-say-it"]
)
def test_one_logs_in_by_what_is_offered(standin: SmtpStandIn, hand_over: HandOver, offered: str) -> None:
    standin.mail_host.security = Security.NONE
    standin.order(SmtpFault("EHLO", 250, f"localhost\nAUTH{offered}", processed=True))

    answer = hand_over(editor(standin, "none"), PASSWORD)

    assert answer == Answer(Outcome.ACCEPTED)
    assert f"AUTH {offered[1:].partition(' ')[0]}" in standin.commands


def test_a_wrong_password_stops_the_send(standin: SmtpStandIn, hand_over: HandOver) -> None:
    answer = hand_over(editor(standin), "wr0ng-secret")

    assert answer == Answer(
        Outcome.NOT_HANDED_OVER,
        at=1,
        next=Next.STOP,
        detail="127.0.0.1 refused the name or the password (535 5.7.8 Authentication credentials invalid); "
        "check 'username' in [smtp] and PPRMAIL_SMTP_PASSWORD (some want an app password)",
    )


def test_a_login_that_is_not_possible_now_is_waited_for(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.order(refused("AUTH", 454, "4.7.0 Temporary authentication failure for editor"))

    answer = hand_over(editor(standin), PASSWORD)

    assert (answer.next, answer.detail) == (
        Next.WAIT,
        "127.0.0.1 can log nobody in now (454 4.7.0 Temporary authentication failure for (address))",
    )


def test_a_host_without_login_is_told(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.security = Security.NONE
    standin.mail_host.passwords = standin.mail_host.tokens = {}

    answer = hand_over(editor(standin, "none"), PASSWORD)

    assert answer.stop
    assert answer.detail == (
        f"127.0.0.1 offers no login on port {standin.port}; try 587, or leave out 'username' in [smtp]"
    )


def test_a_host_that_takes_tokens_alone_is_told(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.passwords = {}

    answer = hand_over(editor(standin), PASSWORD)

    assert answer.stop
    assert answer.detail.startswith(
        "127.0.0.1 offers no login by password; see its help for another port, or for OAuth"
    )


def test_a_token_comes_from_its_command(standin: SmtpStandIn, hand_over: HandOver) -> None:
    settings = editor(standin)._replace(token_command=telling(f"print({TOKEN!r})"))

    answer = hand_over(settings, "")

    assert answer == Answer(Outcome.ACCEPTED)
    assert "AUTH XOAUTH2" in standin.commands


def test_a_token_that_is_refused_stops_the_send(standin: SmtpStandIn, hand_over: HandOver) -> None:
    settings = editor(standin)._replace(token_command=telling("print('ya29.stale')"))

    answer = hand_over(settings, "")

    assert answer.stop
    assert answer.detail == (
        "127.0.0.1 refused the name or the token (535 5.7.8 Authentication credentials invalid); "
        "run 'token_command' by hand and log in anew"
    )


def test_a_token_is_of_no_use_without_xoauth2(standin: SmtpStandIn, hand_over: HandOver) -> None:
    standin.mail_host.tokens = {}
    settings = editor(standin)._replace(token_command=telling(f"print({TOKEN!r})"))

    answer = hand_over(settings, "")

    assert answer.stop
    assert answer.detail.startswith("127.0.0.1 offers no login by OAuth (XOAUTH2)")


NO_TOKENS = {
    "fails": (telling("print('s3cret'); raise SystemExit(3)"), "ended with exit code 3; run it by hand to see why"),
    "silent": (telling(""), "printed no token, which is one word of ASCII; run it by hand to see why"),
    "chatty": (
        telling("print('s3cret is the token')"),
        "printed no token, which is one word of ASCII; run it by hand to see why",
    ),
    "not-there": ("/no/such/s3cret", "cannot be run (No such file or directory); write the program's full path"),
    "no-command": ("'s3cret", "cannot be run (it is no command); write the program's full path"),
}


@pytest.mark.parametrize(("command", "words"), NO_TOKENS.values(), ids=NO_TOKENS)
def test_a_command_without_a_token_is_told_and_nothing_of_it_shown(command: str, words: str) -> None:
    with pytest.raises(PprmailError) as told:
        login.read_token(command)

    assert str(told.value) == f"'token_command' in [smtp] {words}"


def test_a_command_that_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "TOKEN_SECONDS", 0.2)

    with pytest.raises(PprmailError) as told:
        login.read_token(telling("print('s3cret', flush=True); import threading; threading.Event().wait()"))

    assert str(told.value) == "'token_command' in [smtp] took longer than 0.2 seconds; run it by hand to see why"
    assert told.value.__cause__ is None


@pytest.mark.parametrize("refusal", ["bad password", "bad token"])
def test_an_examination_tells_that_nobody_can_log_in(
    standin: SmtpStandIn, newsletter: Newsletter, refusal: str
) -> None:
    command = telling("print('ya29.stale')") if refusal == "bad token" else ""
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
    provider = SmtpProvider(editor(standin)._replace(token_command=command), "wr0ng", writer)

    with pytest.raises(PprmailError, match=r"^127\.0\.0\.1 refused the name or the (password|token)"):
        provider.examine()
