"""A connection that is ready for letters: encrypted as the settings want it, logged in, between two letters."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pprmail.delivery.providers.smtp.login import RefusedError, log_in
from pprmail.delivery.providers.smtp.replies import Meaning, Step, meaning_of, quoted
from pprmail.delivery.providers.smtp.wire import Wire
from pprmail.settings.doubts import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.delivery.providers.smtp.replies import Reply
    from pprmail.model import Subscriber
    from pprmail.settings.values import Smtp

_LEADING_DOT = re.compile(rb"\r\n\.")  # in half the time of bytes.replace
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class UnreachableError(Exception):
    """There is no connection now, and there may be one later; the message says what was seen."""


class BrokenError(Exception):
    """The connection broke before the letter's dot was written: it was certainly not handed over."""


class LostError(Exception):
    """The connection broke, or made no sense, after the dot began to be written."""


class Envelope(NamedTuple):
    """A letter on its way: the address that bounces go to, the recipient, and the letter, lines ended by CR LF."""

    sender: str
    to: Subscriber
    content: bytes

    def quote(self, reply: Reply) -> str:
        """What the server said of the letter, without the recipient's address and name."""
        return quoted(reply, self.to.address, self.to.name, self.to.address.rpartition("@")[0])


class Said(NamedTuple):
    """What the server said last of a letter, and what it proves."""

    step: Step
    reply: Reply
    meaning: Meaning


class Connection:
    """A mail server that listens. After an error, and any reply but a yes and those about the recipient, it is to be ended."""

    def __init__(self, wire: Wire, extensions: dict[str, str]) -> None:
        """``extensions`` are those that EHLO told, in capitals, with their parameters."""
        self._wire = wire
        self._pipelines = "PIPELINING" in extensions
        self._tells_size = "SIZE" in extensions

    def is_open(self) -> bool:
        """Nobody has ended it, or said a word, since the last letter."""
        try:
            return not self._wire.has_unread()
        except OSError:
            return False

    def hand_over(self, envelope: Envelope, about_to_hand_over: Callable[[], None]) -> Said:
        """Hand one letter over; ``about_to_hand_over`` is called when everything but its dot is with the server.

        Raises ``BrokenError`` before the dot and ``LostError`` after it, and what ``about_to_hand_over`` raises.
        """
        try:
            said = self._offer(envelope)
            if said.meaning is not Meaning.YES:
                return said
            if self._wire.has_unread():
                # A refusal in the middle of the letter, or a reply too many, which would pass for the one to the dot
                raise BrokenError(_broken(f"the server broke in: {envelope.quote(self._wire.read_reply())}"))
        except OSError as error:
            raise BrokenError(_broken(reason_of(error))) from error
        about_to_hand_over()
        try:
            self._wire.write(b"\r\n.\r\n")
            reply = self._wire.read_reply()
        except OSError as error:
            message = f"no answer came to the letter ({reason_of(error)})"
            raise LostError(message) from error
        meaning = meaning_of(Step.LETTER, reply)
        if meaning is Meaning.NONSENSE:
            message = "the answer to the letter was none"
            raise LostError(message)
        return Said(Step.LETTER, reply, meaning)

    def _offer(self, envelope: Envelope) -> Said:
        """Sender, recipient, and all of the letter but its dot; YES when the server waits for that.

        DATA waits for the reply to RCPT: sent with it, and taken although there is no recipient, it would ask for a letter.
        """
        size = f" SIZE={len(envelope.content)}" if self._tells_size else ""
        mail, rcpt = f"MAIL FROM:<{envelope.sender}>{size}\r\n", f"RCPT TO:<{envelope.to.address}>\r\n"
        self._wire.write((mail + rcpt if self._pipelines else mail).encode())
        dotted = stuffed(envelope.content)  # while the server thinks
        said = self._hear(Step.MAIL, envelope)
        if said.meaning is Meaning.YES:
            if not self._pipelines:
                self._wire.write(rcpt.encode())
            said = self._hear(Step.RCPT, envelope)
        if said.meaning is Meaning.YES:
            self._wire.write(b"DATA\r\n")
            said = self._hear(Step.DATA, envelope)
        if said.meaning is Meaning.YES:
            self._wire.write(dotted)
        if said.meaning in {Meaning.RECIPIENT_REFUSED, Meaning.RECIPIENT_LATER}:
            self._reset()
        return said

    def _hear(self, step: Step, envelope: Envelope) -> Said:
        reply = self._wire.read_reply()
        meaning = meaning_of(step, reply)
        if meaning is Meaning.NONSENSE:
            raise BrokenError(_broken(f"the answer to {step.value} was none"))
        if meaning is Meaning.CLOSING:
            raise BrokenError(_broken(envelope.quote(reply)))
        return Said(step, reply, meaning)

    def _reset(self) -> None:
        """Nothing under way, or the end of the connection; what is known of the recipient stays known."""
        with suppress(OSError):
            if self._wire.command("RSET").is_yes:
                return
        self._wire.drop()

    def try_sender(self, sender: str, size_bytes: int) -> Reply:
        """The reply to the offer of a letter from ``sender``, which is taken back. Raises ``OSError``."""
        size = f" SIZE={size_bytes}" if self._tells_size else ""
        reply = self._wire.command(f"MAIL FROM:<{sender}>{size}")
        self._reset()
        return reply

    def quit(self) -> None:
        """End it politely."""
        self._wire.quit()

    def drop(self) -> None:
        """End it at once."""
        self._wire.drop()


def stuffed(content: bytes) -> bytes:
    """A letter as it goes out before the dot: dots that begin a line doubled (RFC 5321 4.5.2), its last line end left to the dot."""
    dotted = _LEADING_DOT.sub(b"\r\n..", content).removesuffix(b"\r\n")
    return b"." + dotted if dotted.startswith(b".") else dotted


def connect(settings: Smtp, password: str) -> Connection:
    """A connection as the settings want it, never less safe.

    Raises ``RefusedError`` for a plain no, and ``UnreachableError``.
    """
    shown = f"{settings.host}:{settings.port}"
    try:
        wire = Wire(settings.host.strip("[]"), settings.port)
    except OSError as error:
        message = f"{shown} cannot be reached ({reason_of(error)})"
        raise UnreachableError(message) from error
    except ValueError as error:
        message = f"{settings.host!r} is no host's name; correct 'host' in [smtp]"
        raise RefusedError(message) from error
    try:
        return _greet(wire, settings, password)
    except ssl.SSLCertVerificationError as error:
        wire.drop()
        message = f"{shown} has no good certificate ({error.verify_message}); check 'host' in [smtp], or name its authority's file in SSL_CERT_FILE"
        raise RefusedError(message) from error
    except ssl.SSLError as error:
        wire.drop()
        if isinstance(error, _BROKEN_TLS):
            message = f"{shown} ended the connection while TLS began"
            raise UnreachableError(message) from error
        message = f"{shown} cannot be spoken to by TLS ({error.reason}); 'security' in [smtp] is mostly starttls with port 587, tls with 465"
        raise RefusedError(message) from error
    except OSError as error:
        wire.drop()
        message = f"{shown} ended the connection ({reason_of(error)})"
        raise UnreachableError(message) from error
    except BaseException:
        wire.drop()
        raise


def _greet(wire: Wire, settings: Smtp, password: str) -> Connection:
    if settings.security == "tls":
        wire.start_tls()
    _insist(wire.read_reply(), settings, "refused the connection")
    extensions = _extensions(wire, settings)
    if settings.security == "starttls":
        if "STARTTLS" not in extensions:
            message = f'{settings.host}:{settings.port} offers no STARTTLS, and nothing is sent in the clear; try port 587, or security = "tls" with 465'
            raise RefusedError(message)
        _insist(wire.command("STARTTLS"), settings, "refused STARTTLS")
        wire.start_tls()
        extensions = _extensions(wire, settings)
    if settings.username:
        if settings.security == "none" and settings.host not in LOOPBACK:
            message = f"no password goes to {settings.host} in the clear; write starttls or tls as 'security' in [smtp]"
            raise RefusedError(message)
        if reply := log_in(wire, settings, password, extensions.get("AUTH", "").upper().split()):
            message = f"{settings.host} can log nobody in now ({quoted(reply, settings.username)})"
            raise UnreachableError(message)
    return Connection(wire, extensions)


def _extensions(wire: Wire, settings: Smtp) -> dict[str, str]:
    """What EHLO tells that the server can do, in capitals, each with its parameters."""
    reply = _insist(wire.command(f"EHLO {wire.own_name}"), settings, "refused EHLO")
    extensions: dict[str, str] = {}
    for line in reply.words.splitlines()[1:]:
        name, _, parameters = line.replace("=", " ", 1).partition(" ")  # AUTH=LOGIN is how old servers write it
        extensions[name.upper()] = f"{extensions.get(name.upper(), '')} {parameters}".strip()
    return extensions


def _insist(reply: Reply, settings: Smtp, refused: str) -> Reply:
    """``reply`` when it is a yes."""
    shown = f"{settings.host}:{settings.port}"
    if reply.is_no:
        message = f"{shown} {refused} ({quoted(reply)}); ask those who run it"
        raise RefusedError(message)
    if reply.is_later:
        message = f"{shown} takes nobody now ({quoted(reply)})"
        raise UnreachableError(message)
    if not reply.is_yes:
        message = f"{shown} does not speak SMTP"
        raise UnreachableError(message)
    return reply


def reason_of(error: OSError) -> str:
    """What the system says of ``error``, without its number."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    return error.strerror or str(error) or type(error).__name__


def _broken(reason: str) -> str:
    return f"the connection broke before the letter was handed over ({reason})"
