"""SendGrid's stand-in on a bad day: faults drawn from a seed on everything it is asked, and a sender it is the death of."""

from __future__ import annotations

import random
import time
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from pprmail.rehearsal.standin.email_logs import rows_of
from pprmail.rehearsal.standin.http_faults import AT_RANDOM, Wire, silence
from pprmail.rehearsal.standin.http_server import Moment
from pprmail.rehearsal.standin.sendgrid import LOGS, MAIL_SEND, Account, SendGridStandIn

if TYPE_CHECKING:
    from pprmail.rehearsal.kills import Aim
    from pprmail.rehearsal.standin.email_logs import Row
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.http_server import Request

FAULTS = (*AT_RANDOM, silence(longest_silence_seconds=5.0))

_WIRES = {
    Wire.RESET_UNREAD: "reset",
    Wire.RESET: "reset",
    Wire.CLOSED: "closed",
    Wire.HEADERS_CUT: "cut short",
    Wire.BODY_CUT: "cut short",
    Wire.GARBLED: "garbled",
    Wire.SILENT: "no answer",
}


class Purpose(Enum):
    """What a request is for."""

    MAIL = "mail"
    EXAMINATION = "examination"
    LOG = "log"


class UnreliableSendGrid(SendGridStandIn):
    """Meets the share ``faults`` of all requests with faults, and kills a sender at the moment that it is told to.

    ``asked`` counts the requests by their purpose, ``faulted`` those that met a fault, ``kinds`` the faults by kind and
    ``taken_unanswered`` those that struck after mail was accepted. The draws for mail, examination and log are apart, so that
    one question more to the log changes no answer to mail.
    """

    def __init__(self, sender: str, seed: int, faults: float) -> None:
        """``sender`` is the address that this account may send from."""
        domain = sender.rpartition("@")[2].lower()
        super().__init__(Account(domains={domain: True}, senders={sender.lower(): True}))
        self._share = faults
        self.asked: Counter[Purpose] = Counter()
        self.faulted: Counter[Purpose] = Counter()
        self.kinds: Counter[str] = Counter()
        self.taken_unanswered = 0
        self._draws = {purpose: random.Random(f"{seed} {purpose.value}") for purpose in Purpose}  # noqa: S311 (the same)
        self._aim: Aim | None = None
        self._made: list[Row] = []
        self._made_of = 0

    # Faults

    def fault_for(self, method: str, path: str) -> Fault | None:  # noqa: ARG002 (the base class's)
        purpose = purpose_of(path)
        with self.lock:
            draw = self._draws[purpose]
            is_faulted, fault = draw.random() < self._share, draw.choice(FAULTS)
            if not is_faulted:
                return None
            self.faulted[purpose] += 1
            self.kinds[kind_of(fault)] += 1
            self.taken_unanswered += fault.accepts and purpose is Purpose.MAIL
        return fault

    def keep(self, request: Request) -> None:
        """Keep none: what was accepted is told by ``accepted``."""

    def _rows(self) -> list[Row]:
        """The log's rows, each made once: for a long list it takes a second to make them, and no question waits longer."""
        if self.logs_lag:
            return []
        for one in self.accepted[self._made_of :]:
            self._made.extend(rows_of(*one))
        self._made_of = len(self.accepted)
        return self._made

    # What readers see of each other

    def disclosures(self) -> tuple[str, ...]:
        """Sentences for what must never be: readers who see each other's addresses, or hold another's way out."""
        letters = [letter for one in self.accepted for letter in one.body["personalizations"]]
        together = [letter for letter in letters if len(letter["to"]) > 1 or letter.keys() & {"cc", "bcc"}]
        holders: dict[str, set[str]] = {}
        for letter in letters:
            if way_out := letter.get("headers", {}).get("List-Unsubscribe"):
                holders.setdefault(way_out, set()).update(one["email"] for one in letter["to"])
        shared = sum(len(one) for one in holders.values() if len(one) > 1)
        said = {
            "letters to several readers, who see each other": len(together),
            "readers with another's way out": shared,
        }
        return tuple(f"{what}: {count:,}" for what, count in said.items() if count)

    # Kills

    def aim(self, aim: Aim | None) -> None:
        """Have this kill done when it falls due; None spares everybody from now on."""
        with self.lock:
            self._aim = aim

    def passes(self, moment: Moment, path: str) -> None:
        purpose = purpose_of(path)
        with self.lock:
            if moment is Moment.ARRIVED:
                self.asked[purpose] += 1
            aim, number = self._aim, self.asked[Purpose.MAIL]
            is_mail = purpose is Purpose.MAIL
            is_due = aim is not None and (aim.mail_passes(moment, number) if is_mail else aim.question_passes(moment))
        if aim and is_due:
            time.sleep(aim.kill.delay_seconds if moment is Moment.ENDED else 0)
            if aim is self._aim:
                aim.strike(moment)


def purpose_of(path: str) -> Purpose:
    """What a request to ``path`` is for."""
    if path.startswith(MAIL_SEND):
        return Purpose.MAIL
    return Purpose.LOG if path.startswith(LOGS) else Purpose.EXAMINATION


def kind_of(fault: Fault) -> str:
    """A fault in a word or two, as it is counted."""
    is_odd = fault.wire is Wire.WHOLE and fault.answer.status < 300  # noqa: PLR2004 (the class of success)
    return _WIRES.get(fault.wire) or ("odd answer" if is_odd else str(fault.answer.status))
