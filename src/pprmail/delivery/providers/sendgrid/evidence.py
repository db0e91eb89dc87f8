"""What SendGrid's log shows of a batch in doubt.

The log cannot be searched by an attempt, but a message in it tells its own: so a few recipients of the batch are asked for. One
letter of the attempt proves that the request was taken, since one request is one acceptance; but one that was called off goes to
nobody. None proves nothing: accepted mail has waited a day in SendGrid's queues (2015-11-03). Shapes after sendgrid-oai,
tsg_logs_v3, 2026-01.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pprmail.delivery.providers.base import Evidence
from pprmail.delivery.providers.sendgrid.request import ATTEMPT
from pprmail.delivery.providers.sendgrid.verdict import description
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.delivery.ledger import Batch, Recipient
    from pprmail.delivery.providers.sendgrid.client import SendgridClient
    from pprmail.delivery.providers.sendgrid.heard import Heard

_OK, _NO_KEY, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 200, 401, 403, 404, 429
_REFUSALS = range(400, 500)
_TRIES = 3
_CANARIES = 5
_MOST_LETTERS = 20
_CLOCKS_APART = timedelta(hours=1)
_EARLY_MINUTES = 15
_QUOTES, _HARD_QUOTES = re.compile(r"['\"\\]"), re.compile(r"[\"\\]")


def find_evidence(client: SendgridClient, batch: Batch, now: float) -> Evidence:
    """A letter of the batch's attempt in the log, if there is one; ``now`` in Unix seconds.

    Raises ``PprmailError`` when the log cannot be asked.
    """
    if batch.claimed is None:
        message = f"batch {batch.number} is of no mailing: SendGrid's log cannot be asked when it was handed over"
        raise PprmailError(message)
    canaries = _canaries(batch)
    if not canaries:
        return Evidence(
            found=False, detail="no address of the batch can be asked for in SendGrid's log; that proves nothing"
        )
    # A clock that was ahead when the batch was claimed must not hide its letters
    called_off = 0
    since = min(batch.claimed, datetime.fromtimestamp(now, UTC)) - _CLOCKS_APART
    for canary in canaries:
        for letter in _letters(client, canary.subscriber.address, since):
            arguments = letter.get("custom_args")
            if not isinstance(arguments, dict) or arguments.get(ATTEMPT) != batch.attempt:
                continue
            if _was_called_off(letter):
                called_off += 1
            else:
                detail = "SendGrid's log has a letter of this attempt"
                return Evidence(found=True, detail=detail, provider_id=str(letter["sg_message_id"]).partition(".")[0])
    if called_off:
        detail = f"SendGrid's log has {called_off} of this attempt's letters, called off and discarded; that proves nothing of the others"
        return Evidence(found=False, detail=detail)
    asked = f"SendGrid's log has no letter of this attempt to the {len(canaries)} recipients asked for, of {len(batch.recipients)}"
    return Evidence(
        found=False, detail=f"{asked}; that proves nothing, since it can lag{_caution(now - batch.claimed.timestamp())}"
    )


def _caution(age_seconds: float) -> str:
    minutes = int(age_seconds // 60)
    if minutes >= _EARLY_MINUTES:
        return ""
    return f". The attempt is {max(0, minutes)} minutes old: ask again when it is {_EARLY_MINUTES} minutes old"


def _canaries(batch: Batch) -> tuple[Recipient, ...]:
    """A few recipients spread over the batch, none whose address would end the string that it stands in.

    That the log takes strings in double quotes is shown for times alone: so who needs them is asked for where nobody else is.
    """
    fit = [one for one in batch.recipients if not _QUOTES.search(one.subscriber.address)]
    fit = fit or [one for one in batch.recipients if not _HARD_QUOTES.search(one.subscriber.address)]
    count = min(_CANARIES, len(fit))
    return tuple(fit[at * (len(fit) - 1) // max(1, count - 1)] for at in range(count))


def _was_called_off(letter: dict[str, Any]) -> bool:
    """SendGrid discarded the letter when its time came, because its batch was cancelled."""
    events = letter.get("events")
    return isinstance(events, list) and any(
        isinstance(one, dict) and one.get("event") == "cancel_drop" for one in events
    )


def _letters(client: SendgridClient, address: str, since: datetime) -> Iterator[dict[str, Any]]:
    """What the log tells of each letter to ``address`` since then."""
    begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    quotes = '"' if "'" in address else "'"
    query = f'to_email = {quotes}{address}{quotes} AND sg_message_id_created_at >= TIMESTAMP "{begin}"'
    for row in _asked(client.post, "logs", json.dumps({"query": query, "limit": _MOST_LETTERS}).encode()).rows(
        "messages"
    ):
        name = row.get("sg_message_id")
        if isinstance(name, str) and name:
            told = _asked(client.get, f"logs/{quote(name, safe='')}").content
            if isinstance(told, dict):
                yield {**told, "sg_message_id": name}


def _asked(ask: Callable[..., Heard], *question: object) -> Heard:
    """The answer to a question to the log. Raises ``PprmailError`` when there is none."""
    try:
        heard = _tried(ask, *question)
    except (OSError, HTTPException) as error:
        message = f"SendGrid's log cannot be asked now ({description(error)}); try again later"
        raise PprmailError(message) from error
    if heard.status in {_NO_KEY, _FORBIDDEN}:
        message = (
            f"SendGrid's log may not be asked with this API key: {heard.quoted}; give the key the permission to read Email Logs "
            "(or Email Activity), or look for the mail under Activity at SendGrid yourself"
        )
        raise PprmailError(message)
    if heard.status == _TOO_MANY:
        message = f"SendGrid's log takes no more questions now: {heard.quoted}; try again in a few minutes"
        raise PprmailError(message)
    if heard.status == _NOT_FOUND:  # a letter whose row is not there yet
        return heard
    if heard.status != _OK or not isinstance(heard.content, dict):
        message = f"SendGrid's log gave no answer: {heard.quoted}; try again later"
        raise PprmailError(message)
    return heard


def _tried(ask: Callable[..., Heard], *question: object) -> Heard:
    """What comes of up to three tries: unlike mail, a question may be repeated. Raises as the last one does."""
    for _ in range(_TRIES - 1):
        with suppress(OSError, HTTPException):
            heard = ask(*question)
            if heard.status in _REFUSALS or (heard.status == _OK and isinstance(heard.content, dict)):
                return heard
    return ask(*question)
