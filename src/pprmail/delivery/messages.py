"""Complete RFC 5322 messages: built once for a mailing, then spliced for each recipient.

Building a MIME message costs milliseconds, splicing microseconds. Each stretch between personal marks is encoded by
itself and ends in a soft line break, so that a value can stand between two of them and no line grows past 76 (RFC 2045
6.7). The boundary begins with ``=_``, which quoted-printable never writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.header import Header
from email.quoprimime import body_encode
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple

from pprmail.audience.tokens import Signer
from pprmail.marks import personal_values, split_at_marks

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.delivery.seal import SealedMail
    from pprmail.model import Subscriber

ONE_CLICK, ONE_CLICK_VALUE = "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
_LINE = 78
_ENCODED_LINE = 73  # leaves room for "=" at the end of a stretch and for an encoded "F" at its start
_FROM_LINE = re.compile(rb"^From ", re.MULTILINE)
_PLAIN_VALUE = re.compile(r"[!-<>-~]{1,74}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


class Letter(NamedTuple):
    """One recipient's message: what names it, and its bytes."""

    id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Personal:
    """A place in the message where a recipient's own value goes."""

    name: str


class LetterWriter:
    """Writes the letters of one mailing: the same bytes for the same recipient, each time."""

    def __init__(self, sealed: SealedMail, sealed_at: datetime, key: bytes, *, test: bool = False) -> None:
        """``key`` and ``sealed_at`` are those recorded at the seal; ``test`` marks the subject and the tokens."""
        self.sealed = sealed
        self.test = test
        self._sign = Signer(key, sealed.newsletter_id).for_letter(sealed.letter(test=test), test=test)
        self._domain = sealed.sender_address.rpartition("@")[2]
        self._pieces = tuple(self._message(sealed_at))

    def write(self, recipient: Subscriber) -> Letter:
        """The complete message for ``recipient``, lines ended by CR LF."""
        letter_id, token = self._sign(recipient.address)
        values = {
            name: encode_value(value)
            for name, value in personal_values(recipient.name, self.sealed.unsubscribe_url(token)).items()
        }
        values["To"] = address_header("To", recipient.name, recipient.address)
        values["Message-ID"] = f"Message-ID: <{self.sealed.issue}.{letter_id}@{self._domain}>\r\n".encode()
        values["List-Unsubscribe"] = self._list_unsubscribe(token)
        return Letter(
            letter_id, b"".join(piece if isinstance(piece, bytes) else values[piece.name] for piece in self._pieces)
        )

    def letter_id(self, recipient: Subscriber) -> str:
        """What names the letter to ``recipient``, in its file name and its Message-ID."""
        return self._sign(recipient.address)[0]

    def _list_unsubscribe(self, token: str) -> bytes:
        """RFC 2369 and RFC 8058, each address on a line."""
        header = "List-Unsubscribe:\r\n " + ",\r\n ".join(self.sealed.list_unsubscribe(token)) + "\r\n"
        if self.sealed.takes_one_click:
            header += f"{ONE_CLICK}: {ONE_CLICK_VALUE}\r\n"
        return header.encode()

    def _message(self, sealed_at: datetime) -> list[bytes | _Personal]:
        sealed = self.sealed
        boundary = f"=_pprmail_{sealed.sha256[:24]}"
        head: list[bytes | _Personal] = [
            address_header("From", sealed.sender_name, sealed.sender_address),
            _Personal("To"),
            *([address_header("Reply-To", "", sealed.reply_to)] if sealed.reply_to else []),
            text_header("Subject", sealed.subject_line(test=self.test)),
            f"Date: {format_datetime(sealed_at)}\r\n".encode(),
            _Personal("Message-ID"),
            list_id_header(sealed),
            f"List-Archive: <{sealed.archive_url}>\r\n".encode(),
            _Personal("List-Unsubscribe"),
            f"Content-Language: {sealed.language}\r\nMIME-Version: 1.0\r\n".encode(),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        ]
        return _merge(
            [
                *head,
                *_part(boundary, "plain", sealed.text),
                *_part(boundary, "html", sealed.html),
                f"--{boundary}--\r\n".encode(),
            ]
        )


def _part(boundary: str, subtype: str, body: str) -> list[bytes | _Personal]:
    """One body part, its text in quoted-printable with the personal marks left open."""
    head = f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    pieces: list[bytes | _Personal] = [head.encode()]
    segments = split_at_marks(body)
    for at, segment in enumerate(segments):
        if at % 2:
            pieces.append(_Personal(segment))
        else:
            pieces.append(encode_text(segment) + (b"=\r\n" if segment and at + 1 < len(segments) else b""))
    return [*pieces, b"\r\n"]


def _merge(pieces: list[bytes | _Personal]) -> list[bytes | _Personal]:
    """``pieces`` with neighbouring bytes joined."""
    merged: list[bytes | _Personal] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return merged


def encode_text(text: str) -> bytes:
    """``text`` in quoted-printable, lines of 75 characters at most, ended by CR LF; no line begins with ``From ``."""
    encoded = body_encode(text.encode().decode("latin-1"), maxlinelen=_ENCODED_LINE, eol="\r\n")
    return _FROM_LINE.sub(b"=46rom ", encoded.encode("ascii"))


def encode_value(value: str) -> bytes:
    """A personal value and the soft line break after it; short plain ones need no encoding."""
    encoded = value.encode() if _PLAIN_VALUE.fullmatch(value) else encode_text(value)
    return encoded + b"=\r\n" if encoded else b""


def text_header(name: str, value: str) -> bytes:
    """A header of free text, folded; as encoded words (RFC 2047) where ASCII would not do or not fold."""
    folded = (
        Header(value, maxlinelen=76, header_name=name).encode(splitchars=" ", linesep="\r\n")
        if _is_plain(value)
        else ""
    )
    if not folded or not _fits(f"{name}: {folded}"):
        folded = Header(value, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def address_header(name: str, phrase: str, address: str) -> bytes:
    """``To: Ada <ada@example.org>``: the phrase bare, quoted or as encoded words, as it needs."""
    phrase = phrase.strip()
    if not phrase:
        return f"{name}: <{address}>\r\n".encode() if name == "List-Id" else f"{name}: {address}\r\n".encode()
    written = phrase if _PLAIN_NAME.fullmatch(phrase) else _quoted(phrase)
    if not _is_plain(phrase) or not _fits(f"{name}: {written}"):
        written = Header(phrase, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")
    last_line = f"{name}: {written}".rpartition("\r\n")[2]
    space = " " if len(last_line) + len(address) + len(" <>") <= _LINE else "\r\n "
    return f"{name}: {written}{space}<{address}>\r\n".encode("ascii")


def list_id_header(sealed: SealedMail) -> bytes:
    """The List-Id of the newsletter (RFC 2919)."""
    return address_header("List-Id", sealed.newsletter_title, f"{sealed.newsletter_id}.{sealed.list_domain}")


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain(text: str) -> bool:
    """``text`` is ASCII, and nothing in it would be taken for an encoded word."""
    return text.isascii() and "=?" not in text


def _fits(header: str) -> bool:
    return all(len(line) <= _LINE for line in header.split("\r\n"))
