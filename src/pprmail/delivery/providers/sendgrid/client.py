"""SendGrid's own client, made to say what it has heard and nothing more.

As it comes it has no time-out, follows a redirect by turning the POST into a GET, hides the status of an answer whose body is cut
short, and prints the key at the level DEBUG (sendgrid 6.12.5, python-http-client 3.3.7, read 2026-11).
"""

from __future__ import annotations

import logging
from contextlib import closing
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import BaseHandler

from python_http_client.client import Client  # type: ignore[import-untyped]
from sendgrid import SendGridAPIClient  # type: ignore[import-untyped]

from pprmail.delivery.providers.sendgrid.heard import Heard

if TYPE_CHECKING:
    from email.message import Message
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector, Request

_MOST_BYTES = 4_000_000

logging.getLogger("python_http_client.client").addFilter(lambda record: record.levelno > logging.DEBUG)


class SendgridClient:
    """Asks SendGrid. Every answer, of whatever status, comes back as ``Heard``; what is no answer raises as it came.

    For one thread: the library's client changes while it is used.
    """

    def __init__(self, host: str, api_key: str, timeout_seconds: float) -> None:
        """``timeout_seconds`` are for each step on the wire, not for the whole."""
        made = SendGridAPIClient(api_key=api_key, host=host.rstrip("/")).client
        self._client = _Client(made.host, made.request_headers, version=3, timeout=timeout_seconds)

    def post(self, path: str, body: dict[str, Any]) -> Heard:
        """What POST answers. Raises ``OSError`` or ``HTTPException`` for the wire alone."""
        return _heard(self._client._(path).post(request_body=body))

    def get(self, path: str, **query: str) -> Heard:
        """What GET answers; the same errors."""
        return _heard(self._client._(path).get(query_params=query))


class _Answer(NamedTuple):
    """An answer as the library reads one."""

    status: int
    content: bytes
    headers: Message

    def getcode(self) -> int:
        return self.status

    def read(self) -> bytes:
        return self.content

    def info(self) -> Message:
        return self.headers


class _Client(Client):  # type: ignore[misc]
    """The library's client: an answer with an error is an answer, and so is a redirect."""

    def _build_client(self, name: str | None = None) -> _Client:
        path = [*self._url_path, name] if name else self._url_path
        return _Client(self.host, dict(self.request_headers), self._version, path, timeout=self.timeout)

    def _make_request(self, opener: OpenerDirector, request: Request, timeout: float | None = None) -> _Answer:
        opener.add_handler(_Redirects())
        try:
            response = opener.open(request, timeout=timeout or self.timeout)
        except HTTPError as answered:
            response = answered
        with closing(response):
            return _Answer(response.status, _read(response), response.headers)


class _Redirects(BaseHandler):
    """Hands a redirect over as it came, before the standard handler would follow it."""

    handler_order = 100

    def http_error_302(
        self, request: Request, response: HTTPResponse, code: int, reason: str, headers: Message
    ) -> HTTPResponse:
        del request, code, reason, headers
        return response

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _read(response: HTTPResponse | HTTPError) -> bytes:
    """The body, or b'' where it breaks off: the status before it stands whatever becomes of the body."""
    try:
        return response.read(_MOST_BYTES)
    except (OSError, HTTPException):
        return b""


def _heard(response: Any) -> Heard:  # noqa: ANN401 - the library has no types
    return Heard(response.status_code, response.headers, response.body)
