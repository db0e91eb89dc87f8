"""The faults the SMTP stand-in can be told to have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class End(Enum):
    """What becomes of an answer."""

    ANSWERED = "it is sent"
    HUNG_UP = "it is sent, and the connection closed"
    CUT = "two digits of it are sent, and the connection closed"
    CLOSED = "the connection is closed instead"
    RESET = "the connection is reset instead"
    SILENT = "nothing comes for as long as the client waits"


DOT = "."
CONNECT = "CONNECT"
WITHIN_DATA = "WITHIN DATA"


@dataclass(frozen=True, slots=True)
class SmtpFault:
    """A fault to have at a command: its verb, or ``CONNECT``, ``WITHIN_DATA`` (after the first line of a letter), ``DOT`` (after the last).

    ``processed`` says whether the command had its effect before the fault, at ``DOT`` the letter accepted; a command that is itself at fault is
    then refused as it would be without. ``address`` narrows a fault to commands that name it, and from DATA on to letters for it. The first
    ``passes`` commands that fit pass, the next ``times`` meet the fault, all of them if None.
    """

    at: str
    code: int = 0
    text: str = ""
    end: End = End.ANSWERED
    processed: bool = False
    address: str | None = None
    passes: int = 0
    times: int | None = 1
    longest_silence_seconds: float = 30.0

    def for_good(self) -> SmtpFault:
        """The same, at every command that fits."""
        return replace(self, times=None)

    def after(self, passes: int) -> SmtpFault:
        """The same, once this many have passed."""
        return replace(self, passes=passes)


def refused(at: str, code: int, text: str, address: str | None = None) -> SmtpFault:
    """An answer that says no; 421 closes the connection."""
    return SmtpFault(at, code, text, End.HUNG_UP if code == 421 else End.ANSWERED, address=address)


def lost(at: str, end: End = End.CLOSED, *, processed: bool) -> SmtpFault:
    """The connection ends where the answer should come; ``processed`` says whether the command had its effect."""
    return SmtpFault(at, end=end, processed=processed)


SHUTTING_DOWN = refused(CONNECT, 421, "4.3.2 Service shutting down")
LOST_BEFORE_ACCEPTING = lost(DOT, processed=False)
LOST_AFTER_ACCEPTING = lost(DOT, processed=True)
RESET_BEFORE_ACCEPTING = lost(DOT, End.RESET, processed=False)
RESET_AFTER_ACCEPTING = lost(DOT, End.RESET, processed=True)
SILENT_AFTER_ACCEPTING = lost(DOT, End.SILENT, processed=True)
ENDED_WITHIN_DATA = SmtpFault(WITHIN_DATA, 452, "4.3.1 Insufficient system storage", End.HUNG_UP)
