"""A stand-in for SendGrid's v3 API on the loopback, as strict as its documentation, with the faults one orders."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs, urlsplit

from pprmail.rehearsal.standin.email_logs import QueryError, parse_query, rows_of
from pprmail.rehearsal.standin.http_faults import AT_RANDOM, NO_CREDITS, Answer
from pprmail.rehearsal.standin.http_server import HttpStandIn, _Handler
from pprmail.rehearsal.standin.json_http import json_answer, last_part, no, number, read_fit, read_json, refusals
from pprmail.rehearsal.standin.mail_send_schema import BATCH_STATUS, SCHEDULED_SEND, faults
from pprmail.rehearsal.standin.scheduled_sends import MOST_STOPPED, Fate, ScheduledSends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.rehearsal.standin.email_logs import Row
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.http_server import Request

    Acts = dict[str, tuple[Callable[[Request], Answer], str]]

KEY = "SG.a-key-of-no-account.0123456789"
MAIL_SEND = "/v3/mail/send"
MAIL_BATCH = "/v3/mail/batch"
SCHEDULED_SENDS = "/v3/user/scheduled_sends"
SCOPES = "/v3/scopes"
DOMAINS = "/v3/whitelabel/domains"
SENDERS = "/v3/verified_senders"
LOGS = "/v3/logs"

WRONG_KEY = "The provided authorization grant is invalid, expired, or revoked"
WRONG_SENDER = (
    "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved. "
    "Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender Identity requirements"
)
# What those said who wrote the service (sendgrid/docs#1276, #1285), and whom it answered (sendgrid-nodejs#1245)
NO_SUCH_BATCH = "invalid batch id"
NOT_STOPPED = "batch id not found"
STOPPED_ALREADY = "a status for this batch id exists, try PATCH to update the status"
TOO_MANY_STOPPED = "max limit reached"
RATE_LIMIT = 600
_MOST_ROWS = 1000


@dataclass
class Account:
    """What SendGrid knows of its customer; may be changed while the stand-in runs.

    ``domains`` and ``senders`` say of each whether it is verified. ``quota`` is the recipients taken in all; a request that would exceed it
    gets 401 "Maximum credits exceeded" and none of its recipients is taken.
    """

    key: str = KEY
    scopes: list[str] = field(
        default_factory=lambda: [
            "mail.send",
            *(
                f"{what}.{right}"
                for what in ("mail.batch", "user.scheduled_sends")
                for right in ("create", "read", "update", "delete")
            ),
        ]
    )
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


class DatedHandler(_Handler):
    """Dates its answers by the stand-in's clock."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = cast("SendGridStandIn", self.stand_in).clock() if timestamp is None else timestamp
        return super().date_time_string(int(now))


class SendGridStandIn(HttpStandIn):
    """SendGrid's v3 API at ``url``, for as long as its context lasts.

    ``accepted`` and ``requests`` are in order of arrival. Logs show what was accepted at once, but for ``unlogged``: addresses the logs do
    not have yet; with ``logs_lag`` they have none. ``clock`` tells the time in Unix seconds, also for mail that is held; ``schedules`` are
    its batches.
    """

    handler = DatedHandler

    def __init__(self, account: Account | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.account = account or Account()
        self.accepted: list[Accepted] = []
        self.logs_lag = False
        self.unlogged: set[str] = set()
        self.statuses: dict[str, str] = {}
        self.clock = clock
        self.schedules = ScheduledSends()
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
        """How often each address was accepted, whether its mail has gone out or not."""
        with self.lock:
            return Counter(address for one in self.accepted for address in one.addresses)

    def delivered(self, now: float) -> Counter[str]:
        """How often mail to each address has gone out by ``now``, Unix seconds, if no batch is cancelled or freed before that."""
        with self.lock:
            return Counter(row.to_email for row in self._logged(now) if row.fate is Fate.SENT)

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
        limits = {"Limit": RATE_LIMIT, "Remaining": RATE_LIMIT - 1, "Reset": int(self.clock()) + 60}
        return answer._replace(
            headers=(*answer.headers, *((f"X-RateLimit-{name}", str(value)) for name, value in limits.items()))
        )

    def _answer(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {self.account.key}":
            return no(401, WRONG_KEY)
        acts = self._acts(urlsplit(request.path).path)
        if not acts:
            return no(404, "not found")
        if request.method not in acts:
            return no(405, "method not allowed")
        act, scope = acts[request.method]
        if scope and scope not in self.account.scopes:
            return no(403, "access forbidden")
        return act(request)

    def _acts(self, path: str) -> Acts:
        """What the methods do at a path, each with the scope that it takes; none where there is nothing."""
        here: dict[str, Acts] = {
            MAIL_SEND: {"POST": (self._send_mail, "mail.send")},
            MAIL_BATCH: {"POST": (self._make_batch, "mail.batch.create")},
            SCHEDULED_SENDS: {
                "GET": (self._all_stopped, "user.scheduled_sends.read"),
                "POST": (self._stop, "user.scheduled_sends.create"),
            },
            SCOPES: {"GET": (self._scopes, "")},
            DOMAINS: {"GET": (self._domains, "")},
            SENDERS: {"GET": (self._senders, "")},
            LOGS: {"POST": (self._logs, "")},
        }
        below: dict[str, Acts] = {
            MAIL_BATCH: {"GET": (self._batch, "mail.batch.read")},
            SCHEDULED_SENDS: {
                "GET": (self._stopped, "user.scheduled_sends.read"),
                "PATCH": (self._stop_otherwise, "user.scheduled_sends.update"),
                "DELETE": (self._free, "user.scheduled_sends.delete"),
            },
            LOGS: {"GET": (self._log, "")},
        }
        return here.get(path) or below.get(path.rpartition("/")[0]) or {}

    # Mail

    def _send_mail(self, request: Request) -> Answer:
        body, refused = self._read_mail(request)
        if refused:
            return refused
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Answer(200)
        one = Accepted(body, secrets.token_urlsafe(16), self.clock())
        if self.account.quota is not None and len(one.addresses) + self.mailed().total() > self.account.quota:
            return NO_CREDITS.answer
        self.accepted.append(one)
        self.lock.notify_all()
        return Answer(202, headers=(("X-Message-Id", one.message_id),))

    def _read_mail(self, request: Request) -> tuple[dict[str, Any], Answer | None]:
        body, refused = read_json(request)
        if refused:
            return {}, refused
        if wrong := faults(body, self.clock()):
            return {}, refusals(wrong)
        senders = [body["from"], *(one["from"] for one in body["personalizations"] if "from" in one)]
        if not all(self.account.may_send_as(sender["email"]) for sender in senders):
            return {}, no(403, WRONG_SENDER, "from")
        if "batch_id" in body and not self.schedules.is_known(body["batch_id"], self.clock()):
            return {}, no(400, NO_SUCH_BATCH, "batch_id")
        return body, None

    # Batches

    def _make_batch(self, _request: Request) -> Answer:
        return json_answer({"batch_id": self.schedules.make(self.clock())}, 201)

    def _batch(self, request: Request) -> Answer:
        batch = last_part(request)
        if not self.schedules.is_known(batch, self.clock()):
            return no(400, NO_SUCH_BATCH)
        return json_answer({"batch_id": batch})

    def _all_stopped(self, _request: Request) -> Answer:
        return json_answer(
            [{"batch_id": batch, "status": status} for batch, status in self.schedules.stopped().items()]
        )

    def _stopped(self, request: Request) -> Answer:
        """Nothing for a batch that is not stopped, whether mail is held in it or not."""
        batch = last_part(request)
        if not self.schedules.is_known(batch, self.clock()):
            return no(404, NOT_STOPPED)
        status = self.schedules.status(batch)
        return json_answer([{"batch_id": batch, "status": status}] if status else [])

    def _stop(self, request: Request) -> Answer:
        body, refused = read_fit(request, SCHEDULED_SEND)
        if refused:
            return refused
        if not self.schedules.is_known(body["batch_id"], self.clock()):
            return no(400, NO_SUCH_BATCH)
        if self.schedules.status(body["batch_id"]):
            return no(400, STOPPED_ALREADY)
        if len(self.schedules.stopped()) >= MOST_STOPPED:
            return no(400, TOO_MANY_STOPPED)
        self.schedules.change(body["batch_id"], body["status"], self.clock())
        return json_answer(body, 201)

    def _stop_otherwise(self, request: Request) -> Answer:
        body, refused = read_fit(request, BATCH_STATUS)
        if refused:
            return refused
        return self._change_stopped(last_part(request), body["status"])

    def _free(self, request: Request) -> Answer:
        """Lift the status: what is held goes out at its time, or now."""
        return self._change_stopped(last_part(request), "")

    def _change_stopped(self, batch: str, status: str) -> Answer:
        if not self.schedules.status(batch):
            return no(404, NOT_STOPPED)
        self.schedules.change(batch, status, self.clock())
        return Answer(204)

    # The account

    def _scopes(self, _request: Request) -> Answer:
        return json_answer({"scopes": self.account.scopes})

    def _domains(self, request: Request) -> Answer:
        asked = parse_qs(urlsplit(request.path).query)
        start, most = number(asked, "offset", 0), number(asked, "limit", 50)
        if start is None or most is None:
            return no(400, "limit and offset are numbers")
        known = [
            _domain(number, name, is_valid=is_valid)
            for number, (name, is_valid) in enumerate(self.account.domains.items(), 1)
            if asked.get("domain", [name]) == [name]
        ]
        return json_answer(known[start : start + most])

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
        after, most = number(asked, "lastSeenID", 0), number(asked, "limit", 50)
        if after is None or most is None:
            return no(400, "limit and lastSeenID are numbers")
        only = asked.get("id")
        return json_answer(
            {"results": [one for one in known if one["id"] > after and (not only or [str(one["id"])] == only)][:most]}
        )

    # The logs

    def _logged(self, now: float) -> Iterator[Row]:
        """What the logs would show at ``now`` if they did not lag, latest first."""
        for one in reversed(self.accepted):
            for row in rows_of(*one):
                if row.is_scheduled:
                    yield row.with_fate(self.schedules.fate(one.body.get("batch_id", ""), row.send_at, now))
                else:
                    yield row

    def _rows(self) -> list[Row]:
        return [
            replace(row, status=self.statuses.get(row.to_email, row.status))
            for row in self._logged(self.clock())
            if not self.logs_lag and row.to_email not in self.unlogged
        ]

    def _logs(self, request: Request) -> Answer:
        body, refused = read_json(request)
        if refused:
            return refused
        if not isinstance(body, dict) or not body.keys() <= {"query", "limit", "subusers"}:
            return no(400, "invalid request body")
        limit, query = body.get("limit", 10), body.get("query", "")
        if type(limit) is not int or not 1 <= limit <= _MOST_ROWS:
            return no(400, "limit must be between 1 and 1000", "limit")
        try:
            fits = parse_query(query if isinstance(query, str) else "?")
        except QueryError as error:
            return no(400, f"invalid query near {error}", "query")
        return json_answer({"messages": [row.summary() for row in self._rows() if fits(row)][:limit]})

    def _log(self, request: Request) -> Answer:
        wanted = last_part(request)
        for row in self._rows():
            if row.sg_message_id == wanted:
                return json_answer(row.detail())
        return no(404, "message not found")


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
