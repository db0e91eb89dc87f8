"""What was heard from SendGrid: an answer's status, headers and body, and the words in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.delivery.answer import without_addresses

if TYPE_CHECKING:
    from email.message import Message

_LONGEST_WORDS = 300
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
    def content(self) -> dict[str, Any]:
        """The JSON object in the body; empty when there is none."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def rows(self, key: str) -> tuple[dict[str, Any], ...]:
        """The objects in the list that the body holds under ``key``."""
        listed = self.content.get(key)
        return tuple(one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()

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
    def message_id(self) -> str | None:
        """X-Message-Id, which names the request."""
        found = _ID.fullmatch((self.headers.get("X-Message-Id") or "").strip())
        return found[0] if found else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: object) -> str:
    return without_addresses(_text(value))[:_LONGEST_WORDS]
