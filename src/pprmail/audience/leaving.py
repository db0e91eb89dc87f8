"""Who asks to leave, out of what people paste: addresses, tokens, a saved mail, a mailbox."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from email.errors import MessageError
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from pprmail.addresses import BadAddressError, normal_address, undress
from pprmail.audience.tokens import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:]+@[^\s<>()\[\]\",;:]+")
# The words that ask to leave, in the subject or in what the reader wrote above the quoted mail
_WORDS = r"(?:unsubscribe|un-subscribe|d[ée]sabonne\w*|d[ée]sinscri\w*|remove me|take me off|opt[ -]?out)\b"
_ASKS = re.compile(rf"\b{_WORDS}|^[ \t]*stop[ \t]*[.!]?[ \t]*$", re.IGNORECASE | re.MULTILINE)
# The same words, said to stay
_STAYS = re.compile(
    rf"\b(?:do\s+not|don['’]?t)\s+(?:(?:want|wish)\s+(?:you\s+)?to\s+)?{_WORDS}|\bne\s+(?:me\s+)?{_WORDS}\s+pas\b",
    re.IGNORECASE,
)
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_QUOTED = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original|forwarded) message|from:\s|on .{4,80} wrote:|le .{4,80} a écrit)", re.IGNORECASE
)
_BEFORE_MAIL = b"\xef\xbb\xbf\r\n"
"""The bytes of a byte order mark and of blank lines, as an editor leaves them."""
# What Python's own parser raises for headers that are none (_header_value_parser in 3.11 to 3.13)
_UNREADABLE = (IndexError, AttributeError, TypeError, ValueError, MessageError)
_MAILBOX_START = re.compile(rb"^From \S+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requests:
    """What was understood. ``addresses`` are normal; ``tokens`` look like tokens and are not yet verified.

    ``ignored`` are sentences about what was left out.
    """

    addresses: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def __add__(self, other: Requests) -> Requests:
        return Requests(self.addresses + other.addresses, self.tokens + other.tokens, self.ignored + other.ignored)


def read_word(word: str) -> Requests | None:
    """An address or a token typed as one word (or an unsubscribe link); None when it is neither."""
    tail = word.rstrip("/").rpartition("/")[2] if "/u/" in word else word
    if TOKEN.fullmatch(tail):
        return Requests(tokens=(tail,))
    try:
        return Requests(addresses=(normal_address(undress(word)),)) if "@" in word else None
    except BadAddressError:
        return None


def read_pasted(text: str, shown: str) -> Requests:
    """Every address and every token in pasted text, such as one a line."""
    found = Requests()
    for number, line in enumerate(text.splitlines(), 1):
        words = [undress(word) for word in _ADDRESS.findall(line)] + TOKEN.findall(line)
        for word in words:
            found += read_word(word.strip(".'")) or Requests(ignored=(f"{shown}:{number}: {word!r} is no address",))
    return found


def pasted_text(content: bytes) -> str:
    """The text of a file that is no mail: UTF-8, or UTF-16 by its byte order mark."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf_16 else "utf-8-sig", "replace")


def is_mail(content: bytes) -> bool:
    """``content`` is a saved mail or a mailbox: it begins with header fields."""
    head = content.lstrip(_BEFORE_MAIL)[:4096]
    fields = re.findall(
        rb"^(?:From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To)(?::| )",
        head,
        re.MULTILINE | re.IGNORECASE,
    )
    return bool(re.match(rb"(?:[A-Za-z-]+:|From )", head)) and len(set(fields)) > 1


def read_mail(content: bytes, shown: str, is_token: Callable[[str], bool]) -> Requests:
    """The senders of the messages that ask to leave, or their tokens where ``is_token`` knows one.

    A token in the subject or in the address the mail went to names its reader even when the mail comes from another
    address. A message that does not ask, or that a machine wrote, is left out and told.
    """
    from email import policy
    from email.parser import BytesParser

    found = Requests()
    for number, raw in enumerate(_messages(content.lstrip(_BEFORE_MAIL)), 1):
        message = BytesParser(policy=policy.default).parsebytes(raw)
        place = shown if number == 1 else f"{shown} (message {number})"
        try:
            found += _request(message, place, is_token)
        except _UNREADABLE:
            found += Requests(ignored=(f"{place}: is no mail that can be read; give the address instead",))
    return found


def _messages(content: bytes) -> Iterator[bytes]:
    """The messages of a mailbox (mbox, RFC 4155), or the one message."""
    starts = [
        found.start()
        for found in _MAILBOX_START.finditer(content)
        if found.start() == 0 or content[: found.start()].endswith((b"\n\n", b"\r\n\r\n"))
    ]
    if starts[:1] != [0]:
        yield content
        return
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield content[start:end].partition(b"\n")[2]


def _request(message: EmailMessage, shown: str, is_token: Callable[[str], bool]) -> Requests:
    if _is_automatic(message):
        return Requests(ignored=(f"{shown}: is an automatic reply",))
    subject = str(message.get("Subject", ""))
    tokens = tuple(token for token in TOKEN.findall(f"{subject} {message.get('To', '')}") if is_token(token))
    if tokens:
        return Requests(tokens=tokens[:1])
    if not _asks(subject) and not _asks(_own_words(message)):
        return Requests(ignored=(f"{shown}: does not ask to leave",))
    try:
        return Requests(addresses=(normal_address(undress(str(message.get("From", "")))),))
    except BadAddressError as error:
        return Requests(ignored=(f"{shown}: has no sender's address that can be read ({error})",))


def _asks(words: str) -> bool:
    return _ASKS.search(_STAYS.sub(" ", words)) is not None


def _is_automatic(message: EmailMessage) -> bool:
    """An out-of-office reply (RFC 3834, and the older fields) or a report on delivery (RFC 6522)."""
    submitted = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().casefold()
    return (
        submitted not in {"", "no"}
        or "X-Autoreply" in message
        or "X-Autorespond" in message
        or message.get_content_type() == "multipart/report"
        or _MACHINES.search(str(message.get("From", ""))) is not None
    )


class _Words(HTMLParser):
    """The words of an HTML mail, a line a block; a quotation begins with ``>``."""

    _BLOCKS = frozenset({"br", "p", "div", "li", "tr", "td", "h1", "h2", "h3", "hr", "table", "ul", "ol"})
    _UNSEEN = frozenset({"style", "script", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        self.unseen = tag if tag in self._UNSEEN else self.unseen
        self.pieces.append("\n> " if tag == "blockquote" else "\n" if tag in self._BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = "" if tag == self.unseen else self.unseen
        self.pieces.append("\n" if tag in self._BLOCKS else "")

    def handle_data(self, data: str) -> None:
        self.pieces.append("" if self.unseen else re.sub(r"\s+", " ", data))


def _html_words(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return "".join(words.pieces)


def _own_words(message: EmailMessage) -> str:
    """What the reader wrote, as plain text or else as HTML, up to the first quoted line."""
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        text = str(body.get_content())
    except (LookupError, UnicodeError):
        return ""
    if body.get_content_type() == "text/html":
        text = _html_words(text)
    lines = []
    for line in text.splitlines():
        if _QUOTED.match(line):
            break
        lines.append(line)
    return "\n".join(lines)
