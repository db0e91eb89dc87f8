"""What an answer, or a failure on the wire, proves of a batch.

Sources: Twilio's reference of mail send errors and responses; RFC 9110 15 for statuses that it does not list. urllib wraps in
``URLError`` what fails before the last byte of the request was handed over, and nothing later: without its last byte no
server has the request. Whatever fails after that leaves the batch in doubt.
"""

from __future__ import annotations

import re
import socket
import ssl
import traceback
from dataclasses import replace
from http.client import HTTPException, InvalidURL, RemoteDisconnected
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError

from pprmail.delivery.answer import Answer, Next, Outcome, without_addresses
from pprmail.delivery.journal import MOST_IDENTICAL
from pprmail.delivery.providers.sendgrid.heard import date_of

if TYPE_CHECKING:
    from email.message import Message

    from pprmail.delivery.providers.sendgrid.heard import Complaint, Heard

_SANDBOX, _ACCEPTED = 200, 202
_MOVED = (301, 302, 307, 308)  # 303 is another matter: it follows what has been done (RFC 9110 15.4.4)
_BAD_REQUEST, _NO_KEY, _FORBIDDEN, _TIMED_OUT, _TOO_LARGE, _TOO_MANY = 400, 401, 403, 408, 413, 429
_REFUSALS = range(400, 500)
# Of a personalization, what differs in kind from reader to reader; the rest of it is ours
_RECIPIENTS_OWN = ("", "to")
_NUMBERED = re.compile(r"personalizations[.\[](\d{1,6})\]?(?:\.(\w+))?.*")
_CUT_OFF = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, ssl.SSLEOFError)
_OF_SCHEDULE = re.compile(r"(?:.*[.\]])?(send_at|batch_id)")
_SLOT_IN_WORDS = re.compile(r"\bbatch[ _]?id\b", re.IGNORECASE)
_TIME_IN_WORDS = re.compile(r"\bsend_at\b|\bscheduling\b", re.IGNORECASE)
_AGAIN = "then run this again"
CHECK_HOST = "check 'host' under [sendgrid] and the proxy"


class Verdict(NamedTuple):
    """What becomes of the batch, and which of its recipients, counted from 0, were refused with what words.

    ``named``: SendGrid itself named them. Else it refused a batch of one and did not say why.
    """

    answer: Answer
    rejected: tuple[tuple[int, str], ...] = ()
    named: bool = False


def verdict_of(heard: Heard, recipients: int, now: float) -> Verdict:
    """What an answer to a request for so many ``recipients`` proves; ``now`` in Unix seconds."""
    if heard.status == _ACCEPTED:
        detail = "" if heard.message_id else "accepted without an X-Message-Id"
        return Verdict(Answer(Outcome.ACCEPTED, heard.message_id, detail))
    if heard.status == _BAD_REQUEST:
        return _bad_request(heard, recipients)
    if heard.status in {_TOO_MANY, _TIMED_OUT}:
        seconds = _seconds_to_wait(heard.headers, now)
        return Verdict(_refused(Next.WAIT, f"SendGrid answered {heard.quoted}", seconds))
    if heard.status == _TOO_LARGE and recipients > 1:
        return Verdict(_refused(Next.HALVE, f"SendGrid answered {heard.quoted}"))
    sentence = _sentence(heard)
    if sentence:
        return Verdict(_refused(Next.STOP, sentence))
    return Verdict(Answer(Outcome.UNKNOWN, detail=f"SendGrid answered {heard.quoted}"))


def _refused(what: Next, detail: str, wait_seconds: float | None = None) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, detail=detail, next=what, wait_seconds=wait_seconds)


def _bad_request(heard: Heard, recipients: int) -> Verdict:
    """A 400 refuses the whole request. Its field may name recipients, or a part of the mail that all of them share."""
    named: dict[int, str] = {}
    for complaint in heard.complaints:
        if sentence := _fault_in_schedule(complaint):
            return Verdict(_refused(Next.STOP, sentence))
        found = _NUMBERED.fullmatch(complaint.field)
        if found and int(found[1]) >= recipients:
            continue  # nobody of ours: as good as no name
        if found and (found[2] or "") in _RECIPIENTS_OWN:
            named.setdefault(int(found[1]), complaint.words or "refused without a reason")
        elif found or (complaint.field and complaint.field != "personalizations"):
            return Verdict(_refused(Next.STOP, _fault_in_mail(complaint.words, complaint.field)))
    if len(named) == recipients >= MOST_IDENTICAL and len(set(named.values())) == 1:
        return Verdict(_refused(Next.STOP, refused_alone(named[0])))
    if named:
        return Verdict(
            _refused(Next.AGAIN, f"SendGrid answered {heard.quoted}"),
            tuple(sorted(named.items())),
            named=recipients >= MOST_IDENTICAL,
        )
    if recipients > 1:
        return Verdict(_refused(Next.HALVE, f"SendGrid answered {heard.quoted}"))
    words = next((one.words for one in heard.complaints if one.words), "refused without a reason")
    return Verdict(_refused(Next.AGAIN, f"SendGrid answered {heard.quoted}"), ((0, words),))


def _fault_in_schedule(complaint: Complaint) -> str:
    """What to do about a time or a slot that SendGrid does not take; '' for another complaint.

    Of the slot the documents list one refusal only, that it is no string; elsewhere its words come without a field.
    """
    field = _OF_SCHEDULE.fullmatch(complaint.field)
    what = field[1] if field else ""
    if not complaint.field:
        words = complaint.words
        what = "batch_id" if _SLOT_IN_WORDS.search(words) else "send_at" if _TIME_IN_WORDS.search(words) else ""
    if what == "batch_id":
        why = "SendGrid does not know the slot any more that this mail is to be held under"
        remedy = "if SENDGRID_API_KEY is of the account that the send began with, call off what it holds with 'pprmail cancel', then send again"
        return f"{why}: {complaint.words!r}; {remedy}"
    if what == "send_at":
        why = (
            "SendGrid does not hold mail until that time, which by its clock is more than 72 hours ahead or none at all"
        )
        return f"{why}: {complaint.words!r}; check this machine's clock, 'pprmail cancel' the send, and send again with another --at"
    return ""


def _fault_in_mail(words: str, field: str) -> str:
    return (
        f"SendGrid refuses the mail itself: {words!r} (field {without_addresses(field)[:80]!r}). What is sealed does not change: "
        "undo the seal with 'pprmail cancel' while nobody was accepted, mend it in the files or under [sender], and send it again"
    )


def refused_alone(reason: str) -> str:
    """The sentence when recipient after recipient is refused with the same words."""
    return (
        f"SendGrid refuses recipient after recipient with the words {reason!r}: that is about the mail or the account, not about "
        f"them; mend what it says at SendGrid, {_AGAIN}"
    )


def _sentence(heard: Heard) -> str:
    """What the author is to do about an answer that the next batch would get as well; '' for one that proves nothing."""
    status, quoted = heard.status, heard.quoted
    if status in {_NO_KEY, _FORBIDDEN}:
        return _about_the_sender(status, quoted)
    if status == _SANDBOX:
        return f"SendGrid checked the mail and sent nothing (200): the account is in sandbox mode; turn that off at SendGrid, {_AGAIN}"
    if status in _MOVED:
        return f"a redirect came instead of SendGrid ({status}), and nothing was sent: {CHECK_HOST}, {_AGAIN}"
    if status == _TOO_LARGE:
        return f"the mail is too large for SendGrid: {quoted}; 'pprmail cancel' undoes the seal while nobody was accepted; make the issue shorter"
    if status in _REFUSALS:
        return f"SendGrid refuses such a request: {quoted}; {CHECK_HOST}, {_AGAIN}"
    return ""


def refused_key(quoted: str) -> str:
    """The sentence for an API key that is wrong."""
    return f"SendGrid does not take the API key: {quoted}; put a valid one into SENDGRID_API_KEY, {_AGAIN}"


def _about_the_sender(status: int, quoted: str) -> str:
    """A refusal of the key, the sender or the account (nodejs#1032: a quota is a 401)."""
    words = quoted.lower()
    if "credits" in words:
        return f"SendGrid says {quoted}: the plan's mails are used up; raise the plan or wait until there are credits, {_AGAIN}"
    if "sender identity" in words or "from address" in words:
        return f"SendGrid does not know the sender: {quoted}; authenticate the domain of the sender's address at SendGrid, {_AGAIN}"
    if "blocked" in words or "suspended" in words:
        return f"SendGrid has closed the account for now: {quoted}; ask its support, {_AGAIN}"
    if status == _NO_KEY:
        return refused_key(quoted)
    return f"SendGrid forbids it: {quoted}; give the API key the permission 'Mail Send' and check the account at SendGrid, {_AGAIN}"


def _seconds_to_wait(headers: Message, now: float) -> float | None:
    """How long the other side asks to wait: until X-RateLimit-Reset, a time in Unix seconds, else Retry-After."""
    reset = (headers.get("X-RateLimit-Reset") or "").strip()
    if re.fullmatch(r"\d{1,12}", reset) and int(reset) > now:
        return int(reset) - now
    after = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d{1,9}", after):
        return float(after)
    until = date_of(after)
    return max(0.0, until.timestamp() - now) if until else None


# The wire


def failure_of(error: Exception, recipients: int) -> Answer:
    """What it proves that no answer came: ``error`` is an ``OSError`` or ``HTTPException`` out of the client."""
    what = f"SendGrid could not be reached ({description(error)})"
    if isinstance(error, InvalidURL):
        return _refused(
            Next.STOP,
            f"'host' under [sendgrid], or the proxy that the environment names, is no address of a server; mend it, {_AGAIN}",
        )
    if not isinstance(error, URLError):
        return Answer(
            Outcome.UNKNOWN, detail=f"the connection to SendGrid ended without an answer ({description(error)})"
        )
    sentence = distrust(error)
    if sentence:
        return _refused(Next.STOP, sentence)
    # An early 413 closes the connection while we are still sending
    if recipients > 1 and isinstance(error.reason, _CUT_OFF) and not _while_connecting(error.reason):
        return replace(_refused(Next.HALVE, what), is_of_wire=True)
    return _refused(Next.WAIT, what)


def distrust(error: Exception) -> str:
    """The sentence for a server that is not proved to be SendGrid; '' for any other failure."""
    reason = error.reason if isinstance(error, URLError) else error
    if not isinstance(reason, ssl.SSLError) or isinstance(reason, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return ""
    return (
        f"the server does not prove that it is SendGrid ({description(reason)}), and nothing was sent to it: check 'host' under [sendgrid], "
        f"this machine's certificates (SSL_CERT_FILE) and the proxy, {_AGAIN}"
    )


_IN_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "its name was not found"),
    (TimeoutError, "time-out"),
    (RemoteDisconnected, "the connection was closed"),
    (InvalidURL, "the host, or the proxy that the environment names, is no address"),
    (HTTPException, "the answer made no sense"),
)


def description(error: Exception) -> str:
    """``error`` in a few words that hold nothing of the request."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {reason.verify_message}"
    for kind, words in _IN_WORDS:
        if isinstance(reason, kind):
            return words
    strerror = reason.strerror if isinstance(reason, OSError) else None
    return without_addresses(strerror or type(reason).__name__)


def _while_connecting(reason: BaseException) -> bool:
    """The connection broke before anything of the request was sent, as in the TLS handshake."""
    return any(frame.f_code.co_name == "connect" for frame, _ in traceback.walk_tb(reason.__traceback__))
