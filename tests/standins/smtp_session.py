"""One client's connection to the SMTP stand-in.

After RFC 5321; extensions 8BITMIME, SIZE, PIPELINING, STARTTLS (RFC 3207), AUTH (RFC 4954) with PLAIN, LOGIN and Google's XOAUTH2.
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import suppress
from socketserver import BaseRequestHandler
from typing import TYPE_CHECKING, NamedTuple, cast

from standins.smtp_faults import CONNECT, DOT, WITHIN_DATA, End
from standins.smtp_host import Letter, Security

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from pprmail.rehearsal.standin.loopback import Connections
    from standins.smtp import SmtpStandIn
    from standins.smtp_faults import SmtpFault

LONGEST_COMMAND_BYTES = 512
LONGEST_AUTH_BYTES = 12_288
LONGEST_LINE_BYTES = 1000
PATIENCE_SECONDS = 30.0
PATH = r"<(?P<path>[^<>\s@]+@[^<>\s@]+|)>"


class Reply(NamedTuple):
    """A code and its lines."""

    code: int
    text: str

    def written(self) -> bytes:
        *first, last = self.text.split("\n")
        return "".join([*(f"{self.code}-{line}\r\n" for line in first), f"{self.code} {last}\r\n"]).encode()

    @property
    def is_refusal(self) -> bool:
        return self.code >= 400


OK = Reply(250, "2.0.0 OK")
OUT_OF_ORDER = Reply(503, "5.5.1 Bad sequence of commands")
MISSPELT = Reply(501, "5.5.4 Syntax error in parameters")
NOT_YET_SAFE = Reply(530, "5.7.0 Must issue a STARTTLS command first")
NOT_SIGNED_IN = Reply(530, "5.7.0 Authentication required")
WRONG_CREDENTIALS = Reply(535, "5.7.8 Authentication credentials invalid")
TOO_LONG = Reply(500, "5.5.6 Line too long")
NO_BASE64 = Reply(501, "5.5.2 Cannot decode base64")
QUOTA_EXCEEDED = Reply(550, "5.4.5 Daily user sending limit exceeded")


class _HungUpError(ConnectionError):
    """The connection is over."""


class Transaction:
    """One letter on its way in."""

    def __init__(self, sender: str, *, is_8bit: bool) -> None:
        self.sender = sender
        self.recipients: list[str] = []
        self.is_8bit = is_8bit


class Session(BaseRequestHandler):
    """One client's connection."""

    server: Connections
    request: socket

    def setup(self) -> None:
        self.stand_in = cast("SmtpStandIn", self.server.stand_in)
        self.mail_host = self.stand_in.mail_host
        self.connection = self.request
        self.connection.settimeout(PATIENCE_SECONDS)
        self.buffer = bytearray()
        self.greeted = self.encrypted = False
        self.user: str | None = None
        self.transaction: Transaction | None = None
        self.commands: dict[str, Callable[[str], Reply]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _: OK,
            "VRFY": lambda _: Reply(252, "2.1.5 Cannot verify"),
            "QUIT": lambda _: Reply(221, "2.0.0 Bye"),
        }

    def handle(self) -> None:
        if self.mail_host.security is Security.IMPLICIT:
            self._encrypt()
        with suppress(_HungUpError):
            self._reply(CONNECT, lambda: Reply(220, "localhost ESMTP"))
            while True:
                self._obey(self._line(LONGEST_AUTH_BYTES))

    # Lines

    def _line(self, longest: int) -> bytes:
        """The next line with its end; one that goes on beyond ``longest`` bytes ends the connection."""
        while (end := self.buffer.find(b"\n")) < 0:
            if len(self.buffer) > longest:
                self._say(TOO_LONG)
                raise _HungUpError
            received = self.connection.recv(65536)
            if not received:
                raise _HungUpError
            self.buffer += received
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        return line

    def _obey(self, line: bytes) -> None:
        verb, _, argument = line.rstrip(b"\r\n").decode("ascii", "replace").partition(" ")
        verb = verb.upper()
        with self.stand_in.lock:
            self.stand_in.commands.append(
                f"AUTH {argument.partition(' ')[0]}" if verb == "AUTH" else f"{verb} {argument}".strip()
            )
            self.stand_in.lock.notify_all()
        wrong = _misspelling(line, LONGEST_AUTH_BYTES if verb == "AUTH" else LONGEST_COMMAND_BYTES)
        act = self.commands.get(verb)
        if wrong or act is None:
            self._say(wrong or Reply(500, "5.5.2 Command unrecognized"))
            return
        reply = self._reply(verb, lambda: act(argument.strip()), self._addresses(argument))
        if reply.code == 354 and self.transaction:
            self._letter(self.transaction)
        if reply.code == 220:
            self._encrypt()
        if reply.code == 221:
            raise _HungUpError

    def _addresses(self, argument: str) -> list[str]:
        """Whom a command is about: those it names, or else those of the letter."""
        return re.findall(r"<([^<>]*)>", argument) or (self.transaction.recipients if self.transaction else [])

    def _end_if_more_came(self) -> None:
        """Refuse what was sent before it was asked for: after STARTTLS it would count as said within TLS (CVE-2011-0411)."""
        if self.buffer:
            self._say(Reply(554, "5.5.0 Nothing may follow before the answer"))
            raise _HungUpError

    def _reply(self, at: str, act: Callable[[], Reply], addresses: list[str] | None = None) -> Reply:
        """Do what was asked and answer, or meet the fault that is due; the answer given."""
        fault = self.stand_in.fault_for(at, addresses or [])
        if fault is None:
            return self._say(act())
        if fault.processed:
            proper = act()
            if proper.is_refusal:
                return self._say(proper)
        return self._misbehave(fault)

    def _say(self, reply: Reply) -> Reply:
        self.connection.sendall(reply.written())
        return reply

    def _misbehave(self, fault: SmtpFault) -> Reply:
        reply = Reply(fault.code, fault.text)
        match fault.end:
            case End.ANSWERED:
                return self._say(reply)
            case End.HUNG_UP:
                self._say(reply)
            case End.CUT:
                self.connection.sendall(reply.written()[:2])
            case End.RESET:
                self.server.reset_at_the_end(self.request)
            case End.SILENT:
                self.connection.settimeout(fault.longest_silence_seconds)
                with suppress(OSError):
                    while self.connection.recv(65536):  # until the client hangs up, or the stand-in closes
                        pass
            case End.CLOSED:
                pass
        raise _HungUpError

    # Before a letter

    def _ehlo(self, argument: str) -> Reply:
        if not argument:
            return MISSPELT
        self.greeted, self.transaction = True, None
        offers = ["localhost", *self.mail_host.extensions, f"SIZE {self.mail_host.largest_bytes}"]
        if self._must_encrypt():
            offers.append("STARTTLS")
        elif self.mail_host.mechanisms:
            offers.append(f"AUTH {' '.join(self.mail_host.mechanisms)}")
        return Reply(250, "\n".join(offers))

    def _helo(self, argument: str) -> Reply:
        self.greeted, self.transaction = bool(argument), None
        return Reply(250, "localhost") if argument else MISSPELT

    def _must_encrypt(self) -> bool:
        return self.mail_host.security is Security.STARTTLS and not self.encrypted

    def _starttls(self, argument: str) -> Reply:
        if argument:
            return MISSPELT
        if not self._must_encrypt():
            return OUT_OF_ORDER
        self._end_if_more_came()
        return Reply(220, "2.0.0 Ready to start TLS")

    def _encrypt(self) -> None:
        self.connection = self.server.encrypt(self.connection, self.stand_in.server_context())
        self.greeted, self.encrypted, self.transaction, self.user = False, True, None, None

    def _auth(self, argument: str) -> Reply:
        mechanism, _, initial = argument.partition(" ")
        if not self.greeted or self.user or self.transaction:
            return OUT_OF_ORDER
        if self._must_encrypt():
            return NOT_YET_SAFE
        if mechanism.upper() not in self.mail_host.mechanisms:
            return Reply(504, "5.5.4 Unrecognized authentication type")
        try:
            match mechanism.upper():
                case "PLAIN":
                    user = self._check_plain(self._told(initial, ""))
                case "LOGIN":
                    name = self._told(initial, "Username:").decode()
                    password = self._told("", "Password:").decode()
                    user = name if self.mail_host.passwords.get(name) == password else None
                case _:
                    user = self._check_token(self._told(initial, ""))
        except (binascii.Error, UnicodeDecodeError):
            return NO_BASE64
        self.user = user
        return Reply(235, "2.7.0 Authentication successful") if user else WRONG_CREDENTIALS

    def _told(self, initial: str, prompt: str) -> bytes:
        """What the client tells, at once or when asked."""
        if initial:
            return b"" if initial == "=" else base64.b64decode(initial, validate=True)
        self._say(Reply(334, base64.b64encode(prompt.encode()).decode()))
        return base64.b64decode(self._line(LONGEST_AUTH_BYTES).rstrip(b"\r\n"), validate=True)

    def _check_plain(self, told: bytes) -> str | None:
        identity, name, password = [*told.decode().split("\0"), "", "", ""][:3]
        return name if self.mail_host.passwords.get(name) == password and identity in {"", name} else None

    def _check_token(self, told: bytes) -> str | None:
        match = re.fullmatch(r"user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01", told.decode())
        if match and self.mail_host.tokens.get(match[1]) == match[2]:
            return match[1]
        self._say(Reply(334, base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode()))
        self._line(LONGEST_AUTH_BYTES)  # an empty line is what the mechanism wants here
        return None

    # A letter

    def _mail(self, argument: str) -> Reply:
        match = re.fullmatch(rf"(?i:FROM:){PATH}(?P<parameters>(?: \S+)*)", argument)
        if refused := self._refuses_mail():
            return refused
        if not match:
            return MISSPELT
        parameters = [parameter.upper() for parameter in match["parameters"].split()]
        sizes = [int(found[1]) for one in parameters if (found := re.fullmatch(r"SIZE=(\d{1,20})", one))]
        bodies = [
            one
            for one in parameters
            if one in {"BODY=7BIT", "BODY=8BITMIME"} and "8BITMIME" in self.mail_host.extensions
        ]
        if len(sizes) + len(bodies) < len(parameters) or len(sizes) > 1 or len(bodies) > 1:
            return Reply(555, "5.5.4 Unsupported parameter")
        if sizes and sizes[0] > self.mail_host.largest_bytes:
            return Reply(552, "5.3.4 Message size exceeds fixed limit")
        self.transaction = Transaction(match["path"], is_8bit="BODY=8BITMIME" in bodies)
        return Reply(250, "2.1.0 Sender OK")

    def _refuses_mail(self) -> Reply | None:
        if not self.greeted or self.transaction:
            return OUT_OF_ORDER
        if self._must_encrypt():
            return NOT_YET_SAFE
        return NOT_SIGNED_IN if self.mail_host.mechanisms and not self.user else None

    def _rcpt(self, argument: str) -> Reply:
        match = re.fullmatch(rf"(?i:TO:){PATH}", argument)
        if self.transaction is None:
            return OUT_OF_ORDER
        if not match or not match["path"]:
            return MISSPELT
        quota = self.mail_host.quota
        if quota is not None and self.stand_in.mailed().total() + len(self.transaction.recipients) >= quota:
            return QUOTA_EXCEEDED
        self.transaction.recipients.append(match["path"])
        return Reply(250, "2.1.5 Recipient OK")

    def _rset(self, argument: str) -> Reply:
        self.transaction = None
        return MISSPELT if argument else OK

    def _data(self, argument: str) -> Reply:
        if argument:
            return MISSPELT
        if self.transaction is None or not self.transaction.recipients:
            return OUT_OF_ORDER
        self._end_if_more_came()
        return Reply(354, "End data with <CR><LF>.<CR><LF>")

    def _letter(self, transaction: Transaction) -> None:
        """Read a letter to its last line, and answer that."""
        content = bytearray()
        wrong: Reply | None = None
        is_first = True
        while (line := self._line(self.mail_host.largest_bytes)) != b".\r\n":
            wrong = wrong or _wrong_in_letter(line, is_8bit=transaction.is_8bit)
            content += line.removeprefix(b".")
            if is_first and (fault := self.stand_in.fault_for(WITHIN_DATA, transaction.recipients)):
                self._misbehave(fault)
            is_first = False
        if len(content) > self.mail_host.largest_bytes:
            wrong = Reply(552, "5.3.4 Message too big")

        def accept() -> Reply:
            if wrong is None:
                self.stand_in.accept(
                    Letter(transaction.sender, tuple(transaction.recipients), bytes(content), self.user, self.encrypted)
                )
            return wrong or Reply(250, "2.0.0 Queued as 4dK1")

        self.transaction = None
        self._reply(DOT, accept, transaction.recipients)


def _misspelling(line: bytes, longest: int) -> Reply | None:
    """What is wrong with a command as a line."""
    if len(line) > longest:
        return TOO_LONG
    if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
        return Reply(500, "5.5.2 Lines end in CRLF")
    if not line.isascii() or b"\0" in line:
        return Reply(500, "5.5.2 Commands are ASCII")
    return None


def _wrong_in_letter(line: bytes, *, is_8bit: bool) -> Reply | None:
    """What is wrong with a line of a letter."""
    if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
        return Reply(500, "5.6.0 Lines end in CRLF, and nothing else does")
    if len(line) > LONGEST_LINE_BYTES + line.startswith(b"."):
        return Reply(500, "5.6.0 Line too long")
    if line.startswith(b".") and not line.startswith(b".."):
        return Reply(500, "5.6.0 A dot that begins a line is doubled")
    if b"\0" in line or (not is_8bit and not line.isascii()):
        return Reply(554, "5.6.1 Not of 7 bits")
    return None
