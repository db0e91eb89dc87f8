"""The faults an HTTP stand-in can be told to have: wrong answers, and connections that end before the answer does."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple


class Wire(Enum):
    """What becomes of the connection."""

    WHOLE = "the answer arrives whole"
    RESET_UNREAD = "reset before the body is read"
    RESET = "reset once the body is read"
    CLOSED = "closed without an answer once the body is read"
    HEADERS_CUT = "closed within the answer's headers"
    BODY_CUT = "closed within the answer's body"
    GARBLED = "no HTTP comes back"
    SILENT = "nothing comes back for as long as the client waits"
    EARLY = "answered and closed before the body is read"


class Answer(NamedTuple):
    """An answer; a header without a value is left out."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


ACCEPTED = Answer(202)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to have once.

    ``accepts`` says whether the request was processed, mail accepted, before the fault; a request that is itself at fault is then
    refused as it would be without. ``longest_silence_seconds`` ends a silence that no client ends.
    """

    answer: Answer = ACCEPTED
    wire: Wire = Wire.WHOLE
    accepts: bool = False
    longest_silence_seconds: float = 30.0

    def after_accepting(self) -> Fault:
        """The same fault, the mail accepted before it."""
        return replace(self, accepts=True)

    def on_the_wire(self, wire: Wire) -> Fault:
        """The same answer, and this happens to it."""
        return replace(self, wire=wire)


def errors(message: str, field: str | None = None) -> bytes:
    """SendGrid's way of saying what is wrong."""
    return json.dumps({"errors": [{"message": message, "field": field, "help": None}]}).encode()


def refusal(status: int, message: str, *headers: tuple[str, str]) -> Fault:
    """An answer that says no, with SendGrid's body, and names no field."""
    return Fault(Answer(status, errors(message), headers))


def too_many_requests(*headers: tuple[str, str]) -> Fault:
    """429; SendGrid sends ``X-RateLimit-Reset``, others ``Retry-After``, some neither."""
    return refusal(429, "too many requests", *headers)


def unavailable(status: int = 503) -> Fault:
    """A front server's 5xx, in HTML."""
    page = b"<html><body><h1>upstream trouble</h1></body></html>"
    return Fault(Answer(status, page, (("Content-Type", "text/html"),)))


def redirect(location: str) -> Fault:
    """302 to ``location``, which urllib follows as a GET."""
    return Fault(Answer(302, headers=(("Location", location),)))


def silence(longest_silence_seconds: float = 30.0) -> Fault:
    """The mail is accepted, and nothing said, until the client hangs up."""
    return Fault(wire=Wire.SILENT, accepts=True, longest_silence_seconds=longest_silence_seconds)


INTERNAL_ERROR = refusal(500, "internal error")
BAD_REQUEST_WITHOUT_FIELD = refusal(400, "Bad Request")
TOO_LARGE = refusal(413, "The JSON payload you have included in your request is too large.")
NO_CREDITS = refusal(401, "Maximum credits exceeded")
KEY_REVOKED = refusal(401, "The provided authorization grant is invalid, expired, or revoked")

ODD_BODY = Fault(Answer(202, b"\xff not what was promised"), accepts=True)
WITHOUT_ID = Fault(Answer(202, headers=(("X-Message-Id", ""),)), accepts=True)
SANDBOX = Fault(Answer(200))

RESET_UNREAD = Fault(wire=Wire.RESET_UNREAD)
RESET_UNPROCESSED = Fault(wire=Wire.RESET)
RESET_ACCEPTED = RESET_UNPROCESSED.after_accepting()
CLOSED_UNPROCESSED = Fault(wire=Wire.CLOSED)
CLOSED_ACCEPTED = CLOSED_UNPROCESSED.after_accepting()
HEADERS_CUT = Fault(wire=Wire.HEADERS_CUT, accepts=True)
BODY_CUT = unavailable().on_the_wire(Wire.BODY_CUT)
GARBLED_UNPROCESSED = Fault(wire=Wire.GARBLED)
GARBLED_ACCEPTED = GARBLED_UNPROCESSED.after_accepting()
EARLY_TOO_LARGE = TOO_LARGE.on_the_wire(Wire.EARLY)

AT_RANDOM = (
    too_many_requests(),
    INTERNAL_ERROR,
    INTERNAL_ERROR.after_accepting(),
    unavailable(502),
    unavailable(502).after_accepting(),
    unavailable(503),
    ODD_BODY,
    WITHOUT_ID,
    RESET_UNREAD,
    RESET_UNPROCESSED,
    RESET_ACCEPTED,
    CLOSED_UNPROCESSED,
    CLOSED_ACCEPTED,
    HEADERS_CUT,
    BODY_CUT,
    BODY_CUT.after_accepting(),
    GARBLED_UNPROCESSED,
    GARBLED_ACCEPTED,
)
"""Faults after which a sender goes on; silence, which costs a client its patience, has to be asked for."""
