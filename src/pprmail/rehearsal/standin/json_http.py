"""Requests and answers in JSON, as SendGrid reads and writes them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pprmail.rehearsal.standin.http_faults import Answer, errors
from pprmail.rehearsal.standin.mail_send_schema import LARGEST_BODY_BYTES, misfits

if TYPE_CHECKING:
    from pprmail.rehearsal.standin.http_server import Request
    from pprmail.rehearsal.standin.mail_send_schema import Kind

ERROR_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."


def json_answer(value: object, status: int = 200) -> Answer:
    """An answer that says ``value``."""
    return Answer(status, json.dumps(value).encode())


def no(status: int, message: str, at: str | None = None) -> Answer:
    """An answer that refuses; ``at`` is the field that is wrong."""
    return Answer(status, errors(message, at))


def refusals(wrong: list[tuple[str, str]]) -> Answer:
    """All that is wrong with a body, each with its field and a link to the rule."""
    listed = [
        {"message": message, "field": at or None, "help": ERROR_HELP + re.sub(r"\.\d+", "", at)}
        for at, message in wrong
    ]
    return Answer(400, json.dumps({"errors": listed}).encode())


def last_part(request: Request) -> str:
    """The id that ends a request's path."""
    return unquote(urlsplit(request.path).path.rpartition("/")[2])


def number(asked: dict[str, list[str]], name: str, default: int) -> int | None:
    """A number of a question's; None when it is none."""
    text = asked.get(name, [str(default)])[-1]
    return int(text) if text.isdecimal() else None


def read_json(request: Request) -> tuple[Any, Answer | None]:
    """The parsed body, or why it is not read."""
    kind = request.headers.get_content_type()
    charset = request.headers.get_content_charset("utf-8")
    if kind != "application/json" or charset != "utf-8" or "Content-Encoding" in request.headers:
        return None, no(415, "Content-Type should be application/json, its charset UTF-8.")
    accept = request.headers.get("Accept", "")
    if not any(taken in accept for taken in ("application/json", "*/*")):
        return None, no(406, "Accept should be application/json.")
    if len(request.body) >= LARGEST_BODY_BYTES:
        return None, no(413, "The JSON payload you have included in your request is too large.")
    try:
        parsed = json.loads(
            request.body.decode(), object_pairs_hook=_object_of_unique_keys, parse_constant=_refuse_constant
        )
    except ValueError:
        return None, no(400, "Bad Request")
    return parsed, None


def read_fit(request: Request, kind: Kind) -> tuple[Any, Answer | None]:
    """The parsed body, which is of its kind, or why it is refused."""
    body, refused = read_json(request)
    if refused:
        return None, refused
    wrong = misfits(body, kind)
    return (None, refusals(wrong)) if wrong else (body, None)


def _object_of_unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        message = "a key is repeated"
        raise ValueError(message)
    return made


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
