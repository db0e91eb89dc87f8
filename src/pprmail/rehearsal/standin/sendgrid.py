"""A stand-in for SendGrid's v3 API on the loopback, as strict as its documentation, with the faults one orders."""

from __future__ import annotations

import json
import random
import re
import secrets
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pprmail.rehearsal.standin.email_logs import QueryError, parse_query, rows_of
from pprmail.rehearsal.standin.http_faults import AT_RANDOM, NO_CREDITS, Answer, errors
from pprmail.rehearsal.standin.http_server import HttpStandIn
from pprmail.rehearsal.standin.mail_send_schema import LARGEST_BODY_BYTES, faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.rehearsal.standin.email_logs import Row
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.http_server import Request

KEY = "SG.a-key-of-no-account.0123456789"
MAIL_SEND = "/v3/mail/send"
SCOPES = "/v3/scopes"
DOMAINS = "/v3/whitelabel/domains"
SENDERS = "/v3/verified_senders"
LOGS = "/v3/logs"

ERROR_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
WRONG_KEY = "The provided authorization grant is invalid, expired, or revoked"
WRONG_SENDER = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. "
    "Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements"
)
RATE_LIMIT = 600
_MOST_ROWS = 1000


@dataclass
class Account:
    """What SendGrid knows of its customer; may be changed while the stand-in runs.

    ``domains`` and ``senders`` say of each whether it is verified. ``quota`` is the recipients taken in all; a request that would exceed it
    gets 401 "Maximum credits exceeded" and none of its recipients is taken.
    """

    key: str = KEY
    scopes: list[str] = field(default_factory=lambda: ["mail.send"])
    domains: dict[str, bool] = field(default_factory=lambda: {"example.org": True})
    senders: dict[str, bool] = field(default_factory=dict)
    quota: int | None = None

    def may_send_as(self, address: str) -> bool:
        """Whether a From address is verified, by itself or by its domain."""
        domain = address.rpartition("@")[2].lower()
        return self.domains.get(domain, False) or self.senders.get(address.lower(), False)


class Accepted(NamedTuple):
    """A request for mail that was answered, or meant to be answered, by 202."""

    body: dict[str, Any]
    message_id: str
    accepted_at: float

    @property
    def addresses(self) -> list[str]:
        """Whom it mails, in order."""
        return [
            one["email"]
            for personalization in self.body["personalizations"]
            for kind in ("to", "cc", "bcc")
            for one in personalization.get(kind, ())
        ]


class SendGridStandIn(HttpStandIn):
    """SendGrid's v3 API at ``url``, for as long as its context lasts.

    ``accepted`` and ``requests`` are in order of arrival. Logs show what was accepted at once, but for ``unlogged``: addresses the logs do
    not have yet; with ``logs_lag`` they have none.
    """

    def __init__(self, account: Account | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.account = account or Account()
        self.accepted: list[Accepted] = []
        self.logs_lag = False
        self.unlogged: set[str] = set()
        self.statuses: dict[str, str] = {}
        self._clock = clock
        self._ordered: dict[str, deque[Fault | None]] = {}
        self._always: dict[str, Fault] = {}
        self._random: tuple[random.Random, float] | None = None

    # What is ordered and asked

    def next(self, *ordered: Fault | None, at: str = MAIL_SEND) -> None:
        """Queue faults for the requests to come, one each, in order; None lets one pass. ``at`` is where a path begins."""
        with self.lock:
            self._ordered.setdefault(at, deque()).extend(ordered)

    def always(self, fault: Fault | None, at: str = MAIL_SEND) -> None:
        """Meet every request with this fault when none is queued; None ends it."""
        with self.lock:
            self._always.pop(at, None)
            if fault:
                self._always[at] = fault

    def faults_at_random(self, seed: int, share: float) -> None:
        """Meet this share of the requests for mail with faults of all kinds, the same for the same seed."""
        with self.lock:
            self._random = (random.Random(seed), share)  # noqa: S311 (repeatable is what it is to be)

    def mailed(self) -> Counter[str]:
        """How often each address was accepted."""
        with self.lock:
            return Counter(address for one in self.accepted for address in one.addresses)

    # What the server asks

    def fault_for(self, method: str, path: str) -> Fault | None:  # noqa: ARG002
        with self.lock:
            for at, queue in self._ordered.items():
                if path.startswith(at) and queue:
                    return queue.popleft()
            for at, fault in self._always.items():
                if path.startswith(at):
                    return fault
            if self._random and path.startswith(MAIL_SEND):
                source, share = self._random
                return source.choice(AT_RANDOM) if source.random() < share else None
        return None

    def answer(self, request: Request) -> Answer:
        with self.lock:
            answer = self._answer(request)
        limits = {"Limit": RATE_LIMIT, "Remaining": RATE_LIMIT - 1, "Reset": int(self._clock()) + 60}
        return answer._replace(
            headers=(*answer.headers, *((f"X-RateLimit-{name}", str(value)) for name, value in limits.items()))
        )

    def _answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {self.account.key}":
            return _refusal(401, WRONG_KEY)
        routes: dict[str, tuple[str, Callable[[Request], Answer]]] = {
            MAIL_SEND: ("POST", self._send_mail),
            SCOPES: ("GET", self._scopes),
            DOMAINS: ("GET", self._domains),
            SENDERS: ("GET", self._senders),
            LOGS: ("POST", self._logs),
        }
        path = urlsplit(request.path).path
        method, act = ("GET", self._log) if path.startswith(f"{LOGS}/") else routes.get(path, ("", None))
        if act is None:
            return _refusal(404, "not found")
        if request.method != method:
            return _refusal(405, "method not allowed")
        return act(request)

    # Mail

    def _send_mail(self, request: Request) -> Answer:
        body, refused = self._read_mail(request)
        if refused:
            return refused
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Answer(200)
        one = Accepted(body, secrets.token_urlsafe(16), self._clock())
        if self.account.quota is not None and len(one.addresses) + self.mailed().total() > self.account.quota:
            return NO_CREDITS.answer
        self.accepted.append(one)
        self.lock.notify_all()
        return Answer(202, headers=(("X-Message-Id", one.message_id),))

    def _read_mail(self, request: Request) -> tuple[dict[str, Any], Answer | None]:
        if "mail.send" not in self.account.scopes:
            return {}, _refusal(403, "access forbidden")
        body, refused = _read_json(request)
        if refused:
            return {}, refused
        if wrong := faults(body, self._clock()):
            return {}, _refusals(wrong)
        senders = [body["from"], *(one["from"] for one in body["personalizations"] if "from" in one)]
        if not all(self.account.may_send_as(sender["email"]) for sender in senders):
            return {}, _refusal(403, WRONG_SENDER, "from")
        return body, None

    # The account

    def _scopes(self, _request: Request) -> Answer:
        return _json({"scopes": self.account.scopes})

    def _domains(self, request: Request) -> Answer:
        asked = parse_qs(urlsplit(request.path).query)
        start, most = _number(asked, "offset", 0), _number(asked, "limit", 50)
        if start is None or most is None:
            return _refusal(400, "limit and offset are numbers")
        known = [
            _domain(number, name, is_valid=is_valid)
            for number, (name, is_valid) in enumerate(self.account.domains.items(), 1)
            if asked.get("domain", [name]) == [name]
        ]
        return _json(known[start : start + most])

    def _senders(self, request: Request) -> Answer:
        asked = parse_qs(urlsplit(request.path).query)
        known: list[dict[str, Any]] = [
            {
                "id": number,
                "nickname": name,
                "from_email": name,
                "reply_to": name,
                "verified": verified,
                "locked": False,
            }
            for number, (name, verified) in enumerate(self.account.senders.items(), 1)
        ]
        after, most = _number(asked, "lastSeenID", 0), _number(asked, "limit", 50)
        if after is None or most is None:
            return _refusal(400, "limit and lastSeenID are numbers")
        only = asked.get("id")
        return _json(
            {"results": [one for one in known if one["id"] > after and (not only or [str(one["id"])] == only)][:most]}
        )

    # The logs

    def _rows(self) -> list[Row]:
        return [
            replace(row, status=self.statuses.get(row.to_email, row.status))
            for one in reversed(self.accepted)
            for row in rows_of(*one)
            if not self.logs_lag and row.to_email not in self.unlogged
        ]

    def _logs(self, request: Request) -> Answer:
        body, refused = _read_json(request)
        if refused:
            return refused
        if not isinstance(body, dict) or not body.keys() <= {"query", "limit", "subusers"}:
            return _refusal(400, "invalid request body")
        limit, query = body.get("limit", 10), body.get("query", "")
        if type(limit) is not int or not 1 <= limit <= _MOST_ROWS:
            return _refusal(400, "limit must be between 1 and 1000", "limit")
        try:
            fits = parse_query(query if isinstance(query, str) else "?")
        except QueryError as error:
            return _refusal(400, f"invalid query near {error}", "query")
        return _json({"messages": [row.summary() for row in self._rows() if fits(row)][:limit]})

    def _log(self, request: Request) -> Answer:
        wanted = unquote(urlsplit(request.path).path).removeprefix(f"{LOGS}/")
        for row in self._rows():
            if row.sg_message_id == wanted:
                return _json(row.detail())
        return _refusal(404, "message not found")


def _number(asked: dict[str, list[str]], name: str, default: int) -> int | None:
    """A number of a question's; None when it is none."""
    text = asked.get(name, [str(default)])[-1]
    return int(text) if text.isdecimal() else None


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode())


def _refusal(status: int, message: str, at: str | None = None) -> Answer:
    return Answer(status, errors(message, at))


def _refusals(wrong: list[tuple[str, str]]) -> Answer:
    """All that is wrong with a mail, each with its field and a link to the rule."""
    listed = [
        {"message": message, "field": at or None, "help": ERROR_HELP + re.sub(r"\.\d+", "", at)}
        for at, message in wrong
    ]
    return Answer(400, json.dumps({"errors": listed}).encode())


def _read_json(request: Request) -> tuple[Any, Answer | None]:
    """The parsed body, or why it is not read."""
    kind = request.headers.get_content_type()
    charset = request.headers.get_content_charset("utf-8")
    if kind != "application/json" or charset != "utf-8" or "Content-Encoding" in request.headers:
        return None, _refusal(415, "Content-Type should be application/json, its charset UTF-8.")
    accept = request.headers.get("Accept", "")
    if not any(taken in accept for taken in ("application/json", "*/*")):
        return None, _refusal(406, "Accept should be application/json.")
    if len(request.body) >= LARGEST_BODY_BYTES:
        return None, _refusal(413, "The JSON payload you have included in your request is too large.")
    try:
        parsed = json.loads(
            request.body.decode(), object_pairs_hook=_object_of_unique_keys, parse_constant=_refuse_constant
        )
    except ValueError:
        return None, _refusal(400, "Bad Request")
    return parsed, None


def _object_of_unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        message = "a key is repeated"
        raise ValueError(message)
    return made


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _domain(number: int, name: str, *, is_valid: bool) -> dict[str, Any]:
    records = {
        kind: {"valid": is_valid, "type": "cname", "host": f"{host}.{name}", "data": f"{host}.u1.wl.sendgrid.net"}
        for kind, host in (("mail_cname", "em1"), ("dkim1", "s1._domainkey"), ("dkim2", "s2._domainkey"))
    }
    return {
        "id": number,
        "user_id": 1,
        "subdomain": "em1",
        "domain": name,
        "username": "rehearsal",
        "ips": [],
        "custom_spf": False,
        "default": number == 1,
        "legacy": False,
        "automatic_security": True,
        "valid": is_valid,
        "dns": records,
    }
