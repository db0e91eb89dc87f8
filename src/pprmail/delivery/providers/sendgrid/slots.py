"""SendGrid's batches, under which it holds mail until a time: one is made, and what is held under it is called off.

A cancelled batch stays in the queue, and is discarded when its time comes; that is certain until ten minutes before. Ten batches at
most are cancelled or paused at once. A cancel is never deleted here: DELETE lifts it, and the mail goes out after all. Shapes after
sendgrid-oai, tsg_mail_v3 and tsg_scheduled_sends_v3 (2026-01); rules after Twilio's page on Cancel Scheduled Sends (2026); the words of
the refusals after those who wrote the service (sendgrid/docs#1276, #1285) and who met them (sendgrid-nodejs#1245).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

from pprmail.delivery.providers.sendgrid.heard import Heard
from pprmail.delivery.providers.sendgrid.verdict import failure_of
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.delivery.answer import Answer
    from pprmail.delivery.providers.sendgrid.client import SendgridClient

_OK, _CREATED, _BAD_REQUEST, _NO_KEY, _FORBIDDEN, _TOO_MANY = 200, 201, 400, 401, 403, 429
_REFUSALS = range(300, 500)
_SENDS = "user/scheduled_sends"
_CANCEL, _PAUSE = "cancel", "pause"
_MAY_CALL_OFF = "user.scheduled_sends.create"
_ID = re.compile(r"[!-~]{1,200}")
_AGAIN = "then run this again"
_GIVE = "give it the permission 'Scheduled Sends' under Settings, API Keys at SendGrid"


def open_slot(client: SendgridClient) -> str:
    """A fresh ``batch_id``. Raises ``PprmailError`` where there is none to be had."""
    asked = _tried(client.post, "mail/batch", b"")
    content = asked.content if isinstance(asked, Heard) and asked.status == _CREATED else None
    slot = content.get("batch_id") if isinstance(content, dict) else None
    if isinstance(slot, str) and _ID.fullmatch(slot):
        return slot
    message = (
        f"SendGrid has given no slot to hold the mail under, and nothing was handed over: {_told(asked)}; {_AGAIN}"
    )
    raise PprmailError(message)


def call_off(client: SendgridClient, slot: str, clock: Callable[[], float]) -> datetime:
    """Cancel the batch ``slot``, and see that it stands as cancelled: when that was seen.

    Raises ``PprmailError`` where it was not.
    """
    path = f"{_SENDS}/{quote(slot, safe='')}"
    asked = _tried(client.post, _SENDS, json.dumps({"batch_id": slot, "status": _CANCEL}).encode())
    if isinstance(asked, Heard) and asked.status == _CREATED and _standing([asked.content], slot) == _CANCEL:
        return _confirmed(asked, clock())
    look = _tried(client.get, path)
    if isinstance(look, Heard) and look.status == _OK and _standing(look.content, slot) == _CANCEL:
        return _confirmed(look, clock())
    message = f"SendGrid has not confirmed that the mail is called off: {_told(asked)}; {_AGAIN}"
    raise PprmailError(message)


def _tried(ask: Callable[..., Heard], *question: object) -> Heard | Answer:
    """What SendGrid says, or what it means that it says nothing."""
    try:
        return ask(*question)
    except (OSError, HTTPException) as error:
        failure = failure_of(error, 1)
        if failure.stop:
            raise PprmailError(failure.detail) from error
        return failure


def _standing(listed: object, slot: str) -> str:
    """The status of ``slot`` in a list of them; '' when it has none there."""
    rows = listed if isinstance(listed, list) else []
    return next((str(row.get("status")) for row in rows if isinstance(row, dict) and row.get("batch_id") == slot), "")


def _confirmed(heard: Heard, now: float) -> datetime:
    """When ``heard`` was said, by our clock or by theirs, whichever is later: ours may be slow."""
    ours = datetime.fromtimestamp(now, UTC)
    return max(ours, heard.date or ours)


def _told(asked: Heard | Answer) -> str:
    return f"SendGrid answered {asked.quoted}" if isinstance(asked, Heard) else asked.detail
