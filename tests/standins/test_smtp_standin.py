"""The stand-in for a mail host keeps to SMTP, holds its clients to it, and fails as it is told to."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from standins.smtp import Letter, MailHost, Security, SmtpStandIn
from standins.smtp_faults import (
    CONNECT,
    DOT,
    ENDED_WITHIN_DATA,
    LOST_AFTER_ACCEPTING,
    LOST_BEFORE_ACCEPTING,
    RESET_AFTER_ACCEPTING,
    RESET_BEFORE_ACCEPTING,
    SHUTTING_DOWN,
    SILENT_AFTER_ACCEPTING,
    End,
    SmtpFault,
    lost,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENDER = "newsletter@example.org"
LETTER = b"Subject: August\r\n\r\nHello\r\n.\r\n..dots\r\n"
SIGNED_IN = MailHost(passwords={"editor": "pässword"}, tokens={"editor": "ya29.token"})


@pytest.fixture
def stand_in() -> Iterator[SmtpStandIn]:
    with SmtpStandIn() as running:
        yield running


def connect(stand_in: SmtpStandIn, timeout: float = 10) -> smtplib.SMTP:
    return smtplib.SMTP(stand_in.host, stand_in.port, "tests.example.org", timeout)


def send(stand_in: SmtpStandIn, *addresses: str) -> dict[str, tuple[int, bytes]]:
    """A letter over a connection of its own; the recipients that were refused."""
    with connect(stand_in) as client:
        return client.sendmail(SENDER, addresses or ("ada@example.org",), LETTER)


def talk(stand_in: SmtpStandIn, *sent: bytes) -> list[bytes]:
    """What is answered when these bytes are sent, each after an answer; the greeting first."""
    with (
        socket.create_connection((stand_in.host, stand_in.port), timeout=10) as client,
        client.makefile("rb") as answers,
    ):

        def answer() -> bytes:
            while (line := answers.readline())[3:4] == b"-":
                pass
            return line

        answered = [answer()]
        for one in sent:
            client.sendall(one)
            answered.append(answer())
        return answered


def codes(answers: list[bytes]) -> list[int]:
    return [int(answer[:3]) for answer in answers]


# A letter


def test_a_letter_is_accepted_as_it_was_written(stand_in: SmtpStandIn) -> None:
    assert send(stand_in, "ada@example.org", "bea@example.org") == {}

    assert stand_in.accepted == [
        Letter(SENDER, ("ada@example.org", "bea@example.org"), LETTER, user=None, was_encrypted=False)
    ]
    assert stand_in.mailed() == Counter(["ada@example.org", "bea@example.org"])
    assert [command.split()[0] for command in stand_in.commands] == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]


def test_a_connection_carries_many_letters_and_connections_may_be_many(stand_in: SmtpStandIn) -> None:
    def ten(first: int) -> None:
        with connect(stand_in) as client:
            for number in range(first, first + 10):
                client.sendmail(SENDER, [f"r{number}@example.org"], LETTER)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ten, range(0, 80, 10)))

    assert stand_in.mailed() == Counter(f"r{number}@example.org" for number in range(80))


def test_commands_may_be_pipelined(stand_in: SmtpStandIn) -> None:
    group = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n"

    answers = talk(stand_in, b"EHLO x\r\n", group, b"", b"", b"", b"x\r\n.\r\nQUIT\r\n", b"")

    assert codes(answers) == [220, 250, 250, 250, 250, 354, 250, 221]


EHLO, MAIL, RCPT, DATA = b"EHLO x\r\n", b"MAIL FROM:<a@example.org>\r\n", b"RCPT TO:<b@example.org>\r\n", b"DATA\r\n"

MISTAKES: dict[str, tuple[list[bytes], int]] = {
    "no EHLO": ([MAIL], 503),
    "no MAIL": ([EHLO, RCPT], 503),
    "no RCPT": ([EHLO, MAIL, DATA], 503),
    "MAIL twice": ([EHLO, MAIL, MAIL], 503),
    "RSET, then RCPT": ([EHLO, MAIL, b"RSET\r\n", RCPT], 503),
    "no name": ([b"EHLO\r\n"], 501),
    "a space": ([EHLO, b"MAIL FROM: <a@example.org>\r\n"], 501),
    "no brackets": ([EHLO, MAIL, b"RCPT TO:b@example.org\r\n"], 501),
    "nobody": ([EHLO, MAIL, b"RCPT TO:<>\r\n"], 501),
    "an unknown parameter": ([EHLO, b"MAIL FROM:<a@example.org> SMTPUTF8\r\n"], 555),
    "a size too large": ([EHLO, b"MAIL FROM:<a@example.org> SIZE=99999999\r\n"], 552),
    "beyond ASCII": ([EHLO, "MAIL FROM:<é@example.org>\r\n".encode()], 500),
    "a bare LF": ([b"EHLO x\n"], 500),
    "a bare CR": ([b"EHLO x\rNOOP\r\n"], 500),
    "a long line": ([b"EHLO " + b"x" * 600 + b"\r\n"], 500),
    "an endless line": ([b"x" * 20_000], 500),
    "an unknown command": ([b"SEND\r\n"], 500),
    "STARTTLS where there is none": ([EHLO, b"STARTTLS\r\n"], 503),
    "AUTH where there is none": ([EHLO, b"AUTH PLAIN AAAA\r\n"], 504),
    "data before it is asked for": ([EHLO, MAIL, RCPT, DATA + b"x\r\n.\r\n"], 554),
    "a bare LF in a letter": ([EHLO, MAIL, RCPT, DATA, b"x\ny\r\n.\r\n"], 500),
    "an end with a bare LF": ([EHLO, MAIL, RCPT, DATA, b"x\n.\nMAIL\r\n.\r\n"], 500),
    "a bare CR in a letter": ([EHLO, MAIL, RCPT, DATA, b"x\ry\r\n.\r\n"], 500),
    "a long line in a letter": ([EHLO, MAIL, RCPT, DATA, b"x" * 999 + b"\r\n.\r\n"], 500),
    "a single dot in a letter": ([EHLO, MAIL, RCPT, DATA, b".x\r\n.\r\n"], 500),
    "8 bits unannounced": ([EHLO, MAIL, RCPT, DATA, "é\r\n.\r\n".encode()], 554),
}


@pytest.mark.parametrize(("sent", "code"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_the_client_is_refused(stand_in: SmtpStandIn, sent: list[bytes], code: int) -> None:
    answered = codes(talk(stand_in, *sent))

    assert (answered[-1], max(answered[:-1]) < 400) == (code, True)
    assert stand_in.accepted == []


def test_what_is_right_to_the_limit_is_taken(stand_in: SmtpStandIn) -> None:
    eight_bits = b"MAIL FROM:<a@example.org> BODY=8BITMIME SIZE=10000000\r\n"
    content = b"x" * 998 + b"\r\n" + "é\r\n".encode()

    answers = talk(stand_in, EHLO, eight_bits, RCPT, DATA, content + b"..\r\n" + b"." * 999 + b"\r\n.\r\n")

    assert codes(answers)[-1] == 250
    assert stand_in.accepted[0].content == content + b".\r\n" + b"." * 998 + b"\r\n"


def test_a_letter_too_large_is_refused() -> None:
    with SmtpStandIn(MailHost(largest_bytes=100)) as stand_in:
        answers = talk(stand_in, EHLO, MAIL, RCPT, DATA, (b"x" * 60 + b"\r\n") * 2 + b".\r\n")

        assert codes(answers)[-1] == 552


# Signing in, and TLS


@pytest.mark.parametrize("method", ["auth_plain", "auth_login"])
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "when asked"])
def test_who_knows_the_password_may_send(method: str, *, at_once: bool) -> None:
    with SmtpStandIn(MailHost(passwords={"editor": "password"})) as stand_in, connect(stand_in) as client:
        client.ehlo()
        client.user, client.password = "editor", "password"
        client.auth(method.removeprefix("auth_").upper(), getattr(client, method), initial_response_ok=at_once)
        client.sendmail(SENDER, ["ada@example.org"], LETTER)

        assert stand_in.accepted[0].user == "editor"
        assert "AUTH " + method.removeprefix("auth_").upper() in stand_in.commands


def told(text: str) -> bytes:
    return base64.b64encode(text.encode())


def test_who_has_the_token_may_send() -> None:
    with SmtpStandIn(SIGNED_IN) as stand_in:
        right = told("user=editor\x01auth=Bearer ya29.token\x01\x01")
        wrong = told("user=editor\x01auth=Bearer other\x01\x01")

        assert codes(talk(stand_in, EHLO, b"AUTH XOAUTH2 " + right + b"\r\n", MAIL))[2:] == [235, 250]
        assert codes(talk(stand_in, EHLO, b"AUTH XOAUTH2 " + wrong + b"\r\n", b"\r\n", MAIL))[2:] == [334, 535, 530]


REFUSED_SIGN_INS: dict[str, tuple[bytes, int]] = {
    "another password": (b"AUTH PLAIN " + told("\0editor\0other") + b"\r\n", 535),
    "another user": (b"AUTH PLAIN " + told("\0ada\0pässword") + b"\r\n", 535),
    "another identity": (b"AUTH PLAIN " + told("ada\0editor\0pässword") + b"\r\n", 535),
    "no base64": (b"AUTH PLAIN ???\r\n", 501),
    "another mechanism": (b"AUTH CRAM-MD5\r\n", 504),
    "none": (b"NOOP\r\n", 250),
}


@pytest.mark.parametrize(("sent", "code"), REFUSED_SIGN_INS.values(), ids=REFUSED_SIGN_INS)
def test_nobody_else_may(sent: bytes, code: int) -> None:
    with SmtpStandIn(SIGNED_IN) as stand_in:
        assert codes(talk(stand_in, EHLO, sent, MAIL))[2:] == [code, 530]


def test_with_starttls_nothing_is_done_before_it() -> None:
    host = MailHost(Security.STARTTLS, passwords={"editor": "password"})
    with SmtpStandIn(host) as stand_in, connect(stand_in) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("MAIL", f"FROM:<{SENDER}>")[0] == 530

        client.starttls(context=stand_in.trusting())
        assert client.docmd("MAIL", f"FROM:<{SENDER}>") == (503, b"5.5.1 Bad sequence of commands")
        client.login("editor", "password")
        client.sendmail(SENDER, ["ada@example.org"], LETTER)

        assert (stand_in.accepted[0].user, stand_in.accepted[0].was_encrypted) == ("editor", True)


def test_what_is_said_before_tls_does_not_count_within() -> None:
    with SmtpStandIn(MailHost(Security.STARTTLS)) as stand_in:
        assert codes(talk(stand_in, EHLO, b"STARTTLS\r\nMAIL FROM:<a@example.org>\r\n"))[-1] == 554


def test_tls_may_be_implicit_and_its_authority_a_file(tmp_path: Path) -> None:
    with SmtpStandIn(MailHost(Security.IMPLICIT)) as stand_in:
        stand_in.write_authority(tmp_path / "ca.pem")
        trusting = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with smtplib.SMTP_SSL(stand_in.host, stand_in.port, timeout=10, context=trusting) as client:
            client.sendmail(SENDER, ["ada@example.org"], LETTER)

        assert stand_in.accepted[0].was_encrypted


@pytest.mark.parametrize(
    ("names", "trusts"), [(("mail.example.org",), True), (("localhost", "127.0.0.1"), False)], ids=["name", "authority"]
)
def test_a_certificate_may_be_wrong(names: tuple[str, ...], *, trusts: bool) -> None:
    with SmtpStandIn(MailHost(Security.IMPLICIT, certified_for=names)) as stand_in:
        context = stand_in.trusting() if trusts else ssl.create_default_context()

        with pytest.raises(ssl.SSLCertVerificationError):
            smtplib.SMTP_SSL(stand_in.host, stand_in.port, timeout=10, context=context)


# Faults


def test_the_quota_refuses_the_next_recipient() -> None:
    with SmtpStandIn(MailHost(quota=2)) as stand_in:
        refusals = send(stand_in, "a@example.org", "b@example.org", "c@example.org")

        assert refusals == {"c@example.org": (550, b"5.4.5 Daily user sending limit exceeded")}
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(stand_in, "d@example.org")
        assert stand_in.mailed() == Counter(["a@example.org", "b@example.org"])


REFUSALS = {
    "at MAIL": (refused("MAIL", 550, "5.7.60 not your address"), smtplib.SMTPSenderRefused),
    "at RCPT": (refused("RCPT", 450, "4.2.0 greylisted"), smtplib.SMTPRecipientsRefused),
    "at DATA": (refused("DATA", 451, "4.3.0 later"), smtplib.SMTPDataError),
    "at the dot": (refused(DOT, 554, "5.7.1 spam\nsee our page"), smtplib.SMTPDataError),
    "421 at MAIL": (refused("MAIL", 421, "4.7.0 too many"), smtplib.SMTPSenderRefused),
    "421 at CONNECT": (SHUTTING_DOWN, smtplib.SMTPConnectError),
    "554 at CONNECT": (refused(CONNECT, 554, "5.7.1 not you"), smtplib.SMTPConnectError),
}


@pytest.mark.parametrize(("fault", "error"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_met_once(stand_in: SmtpStandIn, fault: SmtpFault, error: type[Exception]) -> None:
    stand_in.order(fault)

    with pytest.raises(error):
        send(stand_in)
    assert stand_in.accepted == []
    assert send(stand_in) == {}


def test_a_fault_may_be_for_one_recipient_or_for_the_nth_or_for_good(stand_in: SmtpStandIn) -> None:
    stand_in.order(
        refused("RCPT", 550, "5.1.1 no such user", "bea@example.org").for_good(),
        refused("RCPT", 452, "4.5.3 enough").after(4),
    )

    assert [list(send(stand_in, "ada@example.org", "bea@example.org", "cem@example.org")) for _ in range(2)] == [
        ["bea@example.org"],
        ["bea@example.org", "cem@example.org"],
    ]


def test_a_fault_at_the_dot_may_be_for_one_recipients_letter(stand_in: SmtpStandIn) -> None:
    stand_in.order(refused(DOT, 550, "5.1.1 no such user", "bea@example.org"))

    assert send(stand_in, "ada@example.org") == {}
    with pytest.raises(smtplib.SMTPDataError):
        send(stand_in, "bea@example.org")


BROKEN: dict[str, tuple[SmtpFault, int]] = {
    "lost before accepting": (LOST_BEFORE_ACCEPTING, 0),
    "lost after accepting": (LOST_AFTER_ACCEPTING, 1),
    "reset before accepting": (RESET_BEFORE_ACCEPTING, 0),
    "reset after accepting": (RESET_AFTER_ACCEPTING, 1),
    "cut after accepting": (SmtpFault(DOT, 250, "2.0.0 Queued", End.CUT, processed=True), 1),
    "ended within the letter": (ENDED_WITHIN_DATA, 0),
    "lost at MAIL": (lost("MAIL", processed=True), 0),
    "reset at EHLO": (lost("EHLO", End.RESET, processed=False), 0),
}


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS], ids=["plain", "encrypted"])
@pytest.mark.parametrize(("fault", "accepted"), BROKEN.values(), ids=BROKEN)
def test_the_connection_breaks_as_ordered(fault: SmtpFault, accepted: int, security: Security) -> None:
    with SmtpStandIn(MailHost(security)) as stand_in:
        stand_in.order(fault)

        with pytest.raises(OSError), connect(stand_in) as client:  # noqa: PT011, PT012 (smtplib's errors and the socket's)
            if security is Security.STARTTLS:
                client.starttls(context=stand_in.trusting())
            client.sendmail(SENDER, ["ada@example.org"], LETTER)

        assert len(stand_in.accepted) == accepted


def test_silence_lasts_until_the_client_hangs_up(stand_in: SmtpStandIn) -> None:
    stand_in.order(SILENT_AFTER_ACCEPTING)

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"), connect(stand_in, timeout=0.2) as client:
        client.sendmail(SENDER, ["ada@example.org"], LETTER)

    stand_in.wait_until(lambda: stand_in.accepted)


def test_nothing_is_left_when_it_is_closed() -> None:
    before = threading.active_count()
    with SmtpStandIn(MailHost(Security.STARTTLS)) as stand_in:
        idle = connect(stand_in)
        encrypted = connect(stand_in)
        encrypted.starttls(context=stand_in.trusting())
        assert threading.active_count() > before

    assert threading.active_count() == before
    idle.close()
    encrypted.close()


def test_a_fault_hides_no_mistake(stand_in: SmtpStandIn) -> None:
    stand_in.order(LOST_AFTER_ACCEPTING)

    assert codes(talk(stand_in, EHLO, MAIL, RCPT, DATA, b"x\ny\r\n.\r\n"))[-1] == 500
