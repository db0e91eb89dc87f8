"""SendGrid's batches, under which it holds mail until a time: one is made, and what is held under it is called off.

A batch that is cancelled stays in SendGrid's queue and is discarded when its time comes; that is certain until ten minutes before.
Ten batches at most are cancelled or paused at once. A cancel is never deleted here: DELETE lifts it, and the mail goes out after all.
Shapes after sendgrid-oai, tsg_mail_v3 and tsg_scheduled_sends_v3 (2026-01); rules after Twilio's page on Cancel Scheduled Sends
(2026); the words of refusals after sendgrid/docs#1276 and #1285, sendgrid-nodejs#1245.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

from pprmail.delivery.providers.sendgrid.heard import Heard
from pprmail.delivery.providers.sendgrid.verdict import CHECK_HOST, failure_of, refused_key
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.delivery.answer import Answer
    from pprmail.delivery.providers.sendgrid.client import SendgridClient

_OK, _CREATED, _BAD_REQUEST, _NO_KEY, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 200, 201, 400, 401, 403, 404, 429
_GOOD, _ELSEWHERE = range(200, 300), range(300, 500)
_SENDS = "user/scheduled_sends"
_CANCEL, _PAUSE = "cancel", "pause"
_MAY_CALL_OFF = "user.scheduled_sends.create"
_ID = re.compile(r"[!-~]{1,200}")
_STANDS_ALREADY = re.compile(r"\bexists\b|\balready\b", re.IGNORECASE)
_TOO_MANY_STAND = re.compile(r"\blimit\b|\bmaximum\b", re.IGNORECASE)
_NAMES_SLOT = re.compile(r"\bbatch\b", re.IGNORECASE)
_AGAIN = "then run this again"
_PERMIT = f"give the API key the permission 'Scheduled Sends' under Settings, API Keys at SendGrid, {_AGAIN}"

_NO_SLOT = "SendGrid gave no slot to hold the mail under, and nothing was sent: "
_NOT_CALLED_OFF = (
    "SendGrid has not confirmed that the mail is called off, and until it has, the mail goes out at its time: "
)


def open_slot(client: SendgridClient) -> str:
    """A fresh ``batch_id``, of a key that may also cancel it.

    Raises ``PprmailError`` where there is none to be had.
    """
    allowed = _tried(client.get, "scopes")
    scopes = allowed.listed("scopes") if isinstance(allowed, Heard) and allowed.status == _OK else None
    if scopes is not None and _MAY_CALL_OFF not in scopes:
        message = f"the API key may not call off mail that SendGrid holds ({_MAY_CALL_OFF}); {_PERMIT}"
        raise PprmailError(message)
    made = _tried(client.post, "mail/batch", b"")
    content = made.content if isinstance(made, Heard) and made.status == _CREATED else None
    slot = content.get("batch_id") if isinstance(content, dict) else None
    if isinstance(slot, str) and _ID.fullmatch(slot):
        return slot
    raise PprmailError(_NO_SLOT + _told(made))


def call_off(client: SendgridClient, slot: str, clock: Callable[[], float]) -> datetime:
    """Cancel the batch ``slot``, and see that it stands as cancelled: when SendGrid said so, aware UTC.

    ``clock`` tells the time in Unix seconds. A cancel that stands from before is as good. Raises ``PprmailError`` where none is seen.
    """
    this = f"{_SENDS}/{quote(slot, safe='')}"
    asked = _tried(client.post, _SENDS, json.dumps({"batch_id": slot, "status": _CANCEL}).encode())
    if isinstance(asked, Heard) and asked.status == _CREATED and _status_of(slot, asked) == _CANCEL:
        return _said_at(asked, clock())
    if not isinstance(asked, Heard) and asked.stop:  # nobody is there, or an impostor
        raise PprmailError(_NOT_CALLED_OFF + _told(asked))
    seen = _tried(client.get, this)
    if _status_of(slot, seen) == _PAUSE:
        asked = _tried(client.patch, this, json.dumps({"status": _CANCEL}).encode())
        seen = _tried(client.get, this)
    if isinstance(seen, Heard) and _status_of(slot, seen) == _CANCEL:
        return _said_at(seen, clock())
    raise PprmailError(_NOT_CALLED_OFF + (_why_not(asked) if _is_to_blame(asked, seen) else _told(seen)))


def _tried(ask: Callable[..., Heard], *question: object) -> Heard | Answer:
    """What SendGrid says, or what it means that it says nothing."""
    try:
        return ask(*question)
    except (OSError, HTTPException) as error:
        return failure_of(error, 1)


def _status_of(slot: str, heard: Heard | Answer) -> str:
    """The status that ``slot`` has in a good answer, alone or in a list; '' when it has none there."""
    if not isinstance(heard, Heard) or heard.status not in {_OK, _CREATED}:
        return ""
    content = heard.content
    for row in content if isinstance(content, list) else [content]:
        if isinstance(row, dict) and row.get("batch_id") == slot:
            return str(row.get("status"))
    return ""


def _said_at(heard: Heard, now: float) -> datetime:
    """When ``heard`` was said, by our clock or by SendGrid's, whichever is later: either may be slow."""
    ours = datetime.fromtimestamp(now, UTC)
    return max(ours, heard.date or ours)


def _is_to_blame(asked: Heard | Answer, seen: Heard | Answer) -> bool:
    """Why nothing was confirmed is told by the answer to the wish, not by the look at what stands."""
    if isinstance(seen, Heard) and seen.status == _OK:
        return True
    granted = isinstance(asked, Heard) and (asked.status in _GOOD or _stands_already(asked))
    return not granted


def _stands_already(asked: Heard) -> bool:
    return asked.status in {_BAD_REQUEST, _NOT_FOUND} and bool(_STANDS_ALREADY.search(asked.quoted))


def _why_not(asked: Heard | Answer) -> str:
    """Why a batch was not cancelled, and what to do about it."""
    if not isinstance(asked, Heard) or asked.status not in {_BAD_REQUEST, _NOT_FOUND}:
        return _told(asked)
    if _stands_already(asked):
        return f"SendGrid answered {asked.quoted}, and shows nothing of the kind; run this again"
    if _TOO_MANY_STAND.search(asked.quoted):
        return (
            f"it calls off ten sends at a time at most: {asked.quoted}; delete the cancel of one whose time is past (DELETE /v3/{_SENDS}/ID), "
            f"never of one whose time is to come, for its mail would go out after all, {_AGAIN}"
        )
    if asked.status == _NOT_FOUND and not _NAMES_SLOT.search(asked.quoted):
        return _told(asked)
    return f"it does not take the slot: {asked.quoted}; check that SENDGRID_API_KEY is of the account that sent the mail, {_AGAIN}"


def _told(heard: Heard | Answer) -> str:
    """What came, and what to do about it."""
    if not isinstance(heard, Heard):
        return heard.detail if heard.stop else f"{heard.detail}; run this again"
    if heard.status == _NO_KEY:
        return refused_key(heard.quoted)
    if heard.status == _FORBIDDEN:
        return f"SendGrid forbids it: {heard.quoted}; {_PERMIT}"
    if heard.status == _TOO_MANY:
        return f"SendGrid takes no more requests now: {heard.quoted}; run this again in a minute"
    if heard.status in _ELSEWHERE:
        return f"SendGrid answered {heard.quoted}; {CHECK_HOST}, {_AGAIN}"
    return f"SendGrid answered {heard.quoted}; run this again"
