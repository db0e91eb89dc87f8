"""What an SMTP host offers and allows, and the letters it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Security(Enum):
    """How a connection is made safe."""

    NONE = "never"
    STARTTLS = "by STARTTLS, before anything else is done"
    IMPLICIT = "from the first byte"


@dataclass
class MailHost:
    """What the host offers and allows; may be changed while the stand-in runs.

    ``passwords`` and ``tokens`` are by user; with neither, anyone may send. ``quota`` is the recipients taken in all; the next get 550 5.4.5.
    """

    security: Security = Security.NONE
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    quota: int | None = None
    largest_bytes: int = 10_000_000
    certified_for: tuple[str, ...] = ("localhost", "127.0.0.1")
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")

    @property
    def mechanisms(self) -> list[str]:
        """The ways of signing in."""
        return (["PLAIN", "LOGIN"] if self.passwords else []) + (["XOAUTH2"] if self.tokens else [])


class Letter(NamedTuple):
    """A letter that was answered, or meant to be answered, by 250 after its last line; dots as its writer had them."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    user: str | None
    was_encrypted: bool
