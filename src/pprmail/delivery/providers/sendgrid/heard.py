"""What was heard from SendGrid: an answer's status, headers and body, and the words in it."""

from __future__ import annotations

import json
import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.delivery.answer import without_addresses

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import Message

_LONGEST_WORDS = 300
_KEY = re.compile(r"SG\.[\w.-]+")
_ID = re.compile(r"[!-~]{1,200}")


class Complaint(NamedTuple):
    """One of the errors in an answer: its words, without addresses, and the field of the request that it names, or ''."""

    words: str
    field: str


class Heard(NamedTuple):
    """An answer of SendGrid's, or of whoever answers in its place: nothing about the body is certain."""

    status: int
    headers: Message
    body: bytes

    @property
    def content(self) -> object:
        """The JSON in the body; None when there is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def listed(self, key: str = "") -> list[object] | None:
        """The list in the body, under ``key`` if one is given; None when it holds no such list."""
        content = self.content
        found = content.get(key) if key and isinstance(content, dict) else None if key else content
        return found if isinstance(found, list) else None

    def rows(self, key: str = "") -> tuple[dict[str, Any], ...]:
        """The objects in that list."""
        return tuple(one for one in self.listed(key) or () if isinstance(one, dict))

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """The errors in the body: ``{"errors": [{"message", "field", "help"}]}``."""
        return tuple(Complaint(_words(one.get("message")), _text(one.get("field"))) for one in self.rows("errors"))

    @property
    def quoted(self) -> str:
        """The first error's words in quotes, and the status: for a sentence."""
        words = next((one.words for one in self.complaints if one.words), "")
        return f"{words!r} ({self.status})" if words else f"status {self.status}"

    @property
    def date(self) -> datetime | None:
        """When it was said by the clock of whoever said it, aware UTC; None when that is not told."""
        return date_of(self.headers.get("Date") or "")

    @property
    def message_id(self) -> str | None:
        """X-Message-Id, which names the request."""
        found = _ID.fullmatch((self.headers.get("X-Message-Id") or "").strip())
        return found[0] if found else None


def date_of(text: str) -> datetime | None:
    """The time in a header (RFC 9110 5.6.7), aware UTC; None when it holds none."""
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # a year or an offset beyond what a datetime holds
        return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: object) -> str:
    return _KEY.sub("(key)", without_addresses(_text(value)))[:_LONGEST_WORDS]
