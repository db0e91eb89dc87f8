"""SendGrid's Email Logs: what a request leaves in them, and the language they are asked in.

Shapes, fields and operators after Twilio's OpenAPI description (sendgrid-oai, tsg_logs_v3, 2026-01).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pprmail.rehearsal.standin.scheduled_sends import Fate

if TYPE_CHECKING:
    from collections.abc import Callable

STATUSES = ("processed", "delivered", "deferred", "dropped", "bounced", "blocked")
EQUAL_FIELDS = frozenset({"sg_message_id", "subject", "to_email", "reason"})
LIST_FIELDS = frozenset({"status", "categories"})
CANCELLED = "Scheduled send was cancelled"
TIME_FIELD = "sg_message_id_created_at"

STRING = r"""(?:'[^'"]*'|"[^"]*")"""
CONDITION = re.compile(
    rf"""\s*(?P<field>[a-z_]+)\s*
    (?:(?P<equals>=)\s*(?P<string>{STRING})
      |(?P<within>IN)\s*\(\s*(?P<strings>{STRING}(?:\s*,\s*{STRING})*)\s*\)
      |(?P<compared>[<>]=?)\s*TIMESTAMP\s*(?P<time>{STRING}))
    \s*(?P<more>AND\b|$)""",
    re.VERBOSE,
)


class QueryError(ValueError):
    """A question the logs do not understand."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient's mail, as the logs know it."""

    sg_message_id: str
    from_email: str
    to_email: str
    subject: str
    categories: tuple[str, ...]
    custom_args: dict[str, str]
    created_at: datetime
    recipients_of_the_request: int
    status: str = "processed"
    reason: str = ""
    send_at: int = 0
    """When it was to go out, in Unix seconds; 0 for at once."""
    fate: Fate = Fate.SENT

    def with_fate(self, fate: Fate) -> Row:
        """The same mail, once that has become of it."""
        if fate is Fate.DISCARDED:
            return replace(self, fate=fate, status="dropped", reason=CANCELLED)
        return replace(self, fate=fate)

    @property
    def is_scheduled(self) -> bool:
        """Whether it was to go out later than it came."""
        return self.send_at > self.created_at.timestamp()

    def summary(self) -> dict[str, Any]:
        """A line in the answer to a query; custom arguments come with the detail only."""
        return {
            "from_email": self.from_email,
            "sg_message_id": self.sg_message_id,
            "subject": self.subject,
            "to_email": self.to_email,
            "reason": self.reason,
            "status": self.status,
            TIME_FIELD: self.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def detail(self) -> dict[str, Any]:
        """Everything known of one message."""
        when = int(self.created_at.timestamp())
        received = {
            "event": "received",
            "email": self.to_email,
            "recv_msgid": self.sg_message_id.partition(".")[0],
            "sg_event_id": "cmVjZWl2ZWQ",
            "timestamp": when,
            "api_key_id": "rehearsal",
            "api_version": "3",
            "client_ip": "127.0.0.1",
            "protocol": "HTTP",
            "recipient_count": self.recipients_of_the_request,
            "size": 1000,
        }
        processed = {
            "event": "processed",
            "email": self.to_email,
            "sg_message_id": self.sg_message_id,
            "sg_event_id": "cHJvY2Vzc2Vk",
            "timestamp": when,
            "smtp-id": f"<{self.sg_message_id.partition('.')[0]}@geopod-ismtpd-1>",
            "custom_args": self.custom_args,
            **({"send_at": self.send_at} if self.is_scheduled else {}),
        }
        return {
            "from_email": self.from_email,
            "sg_message_id": self.sg_message_id,
            "subject": self.subject,
            "to_email": self.to_email,
            "status": self.status,
            "api_key_id": "rehearsal",
            "client_ip": "127.0.0.1",
            "category": list(self.categories),
            "custom_args": self.custom_args,
            "events": [received, processed, *self._discard()],
        }

    def _discard(self) -> list[dict[str, Any]]:
        """The event of mail whose batch was cancelled: none for other mail."""
        if self.fate is not Fate.DISCARDED:
            return []
        return [
            {
                "event": "cancel_drop",
                "email": self.to_email,
                "sg_message_id": self.sg_message_id,
                "sg_event_id": "Y2FuY2VsX2Ryb3A",
                "timestamp": self.send_at,
                "smtp-id": f"<{self.sg_message_id.partition('.')[0]}@geopod-ismtpd-1>",
                "reason": CANCELLED,
                "custom_args": self.custom_args,
            }
        ]


def rows_of(body: dict[str, Any], message_id: str, accepted_at: float) -> list[Row]:
    """What a request, valid and accepted, leaves in the logs: a row for each recipient, its id begun by the request's."""
    recipients = [
        (personalization, one["email"])
        for personalization in body["personalizations"]
        for kind in ("to", "cc", "bcc")
        for one in personalization.get(kind, ())
    ]
    return [
        Row(
            sg_message_id=f"{message_id}.recvd-85abf8d92c-3qfgp-2-{int(accepted_at):08X}-{number:X}.{number}",
            from_email=personalization.get("from", body["from"])["email"],
            to_email=email,
            subject=personalization.get("subject", body.get("subject", "")),
            categories=tuple(body.get("categories", ())),
            custom_args=body.get("custom_args", {}) | personalization.get("custom_args", {}),
            created_at=datetime.fromtimestamp(accepted_at, UTC),
            recipients_of_the_request=len(recipients),
            send_at=personalization.get("send_at", body.get("send_at", 0)),
        )
        for number, (personalization, email) in enumerate(recipients)
    ]


def parse_query(query: str) -> Callable[[Row], bool]:
    """Whether a row fits the query: conditions joined by AND, of the fields and operators there are, case-sensitive."""
    tests: list[Callable[[Row], bool]] = []
    end = 0
    more = bool(query.strip())
    while more:
        match = CONDITION.match(query, end)
        if match is None:
            raise QueryError(query[end:])
        tests.append(_test(match))
        end, more = match.end(), match["more"] == "AND"
    return lambda row: all(test(row) for test in tests)


def _test(match: re.Match[str]) -> Callable[[Row], bool]:
    field = match["field"]
    if match["equals"] and field in EQUAL_FIELDS:
        wanted = match["string"][1:-1]
        return lambda row: getattr(row, field) == wanted
    if match["within"] and field in LIST_FIELDS:
        choices = {one[1:-1] for one in re.findall(STRING, match["strings"])}
        if field == "status" and not choices <= set(STATUSES):
            raise QueryError(match[0])
        return lambda row: bool(choices & ({row.status} if field == "status" else set(row.categories)))
    if match["compared"] and field == TIME_FIELD:
        return _time_test(match["compared"], match["time"][1:-1])
    raise QueryError(match[0])


def _time_test(operator: str, text: str) -> Callable[[Row], bool]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", text):
        raise QueryError(text)
    then = datetime.fromisoformat(text)
    comparisons: dict[str, Callable[[Row], bool]] = {
        "<": lambda row: row.created_at < then,
        "<=": lambda row: row.created_at <= then,
        ">": lambda row: row.created_at > then,
        ">=": lambda row: row.created_at >= then,
    }
    return comparisons[operator]
