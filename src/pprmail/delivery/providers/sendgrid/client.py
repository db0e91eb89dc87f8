"""SendGrid's own client, made to say what it has heard and nothing more.

As it comes it has no time-out, follows a redirect by turning the POST into a GET, hides the status of an answer whose body is cut
short, and spells every request out for the log, readers and key and all, even when nobody reads it (sendgrid 6.12.5,
python-http-client 3.3.7, read 2026-11).
"""

from __future__ import annotations

import logging
import ssl
from contextlib import closing
from http.client import HTTPException, InvalidURL
from typing import IO, TYPE_CHECKING, NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from python_http_client.client import Client, Response  # type: ignore[import-untyped]
from sendgrid import SendGridAPIClient

from pprmail.delivery.providers.sendgrid.heard import Heard

if TYPE_CHECKING:
    from email.message import Message
    from http.client import HTTPMessage, HTTPResponse
    from urllib.request import OpenerDirector

_MOST_BYTES = 4_000_000

logging.getLogger("python_http_client.client").addFilter(lambda record: record.levelno > logging.DEBUG)


class SendgridClient:
    """Asks SendGrid. Every answer, of whatever status, comes back as ``Heard``; what is no answer raises as it came.

    For one thread: the library's client changes while it is used.
    """

    def __init__(self, host: str, api_key: str, timeout_seconds: float) -> None:
        """``timeout_seconds`` are for each step on the wire, not for the whole."""
        made = SendGridAPIClient(api_key=api_key, host=host.rstrip("/")).client
        # The certificates of a machine take 10 ms and more to read: once is enough
        opener = build_opener(HTTPSHandler(context=ssl.create_default_context()), _Redirects())
        self._client = _Client(opener, made.host, made.request_headers, version=3, timeout=timeout_seconds)

    def post(self, path: str, body: bytes) -> Heard:
        """What POST of ``body``, JSON or empty, answers. Raises ``OSError`` or ``HTTPException`` for the wire alone."""
        return _heard(self._client._(path).hand_in("POST", body))

    def patch(self, path: str, body: bytes) -> Heard:
        """What PATCH of ``body``, JSON, answers; the same errors."""
        return _heard(self._client._(path).hand_in("PATCH", body))

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

    def __init__(self, opener: OpenerDirector, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._opener = opener

    def _build_client(self, name: str | None = None) -> _Client:
        path = [*self._url_path, name] if name else self._url_path
        return _Client(self._opener, self.host, dict(self.request_headers), self._version, path, timeout=self.timeout)

    def hand_in(self, method: str, body: bytes) -> Response:
        """As the library posts, of what is serialised already, and without spelling it out for a log."""
        headers = self.request_headers | {"Content-Type": "application/json"}
        request = Request(self._build_url(None), body, headers, method=method)  # noqa: S310 - the settings judge the host
        return Response(self._make_request(self._opener, request))

    def _make_request(self, _: OpenerDirector, request: Request, timeout: float | None = None) -> _Answer:
        try:
            response = self._opener.open(request, timeout=timeout or self.timeout)
        except HTTPError as answered:
            response = answered
        except ValueError:  # a proxy that is no address; the error holds its password
            message = "the proxy is no address"
            raise InvalidURL(message) from None
        with closing(response):
            return _Answer(response.status, _read(response), response.headers)


class _Redirects(HTTPRedirectHandler):
    """Hands a redirect over as it came."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> IO[bytes]:
        del req, code, msg, headers
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _read(response: HTTPResponse | HTTPError) -> bytes:
    """The body, or b'' where it breaks off: the status before it stands whatever becomes of the body."""
    try:
        return response.read(_MOST_BYTES)
    except (OSError, HTTPException):
        return b""


def _heard(response: Response) -> Heard:
    return Heard(response.status_code, response.headers, response.body)
