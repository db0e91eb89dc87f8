"""HTTP with Crossref: one connection, kept open, one question at a time, and every answer within its time and size."""

from __future__ import annotations

import ssl
from base64 import b64encode
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message
    from http.client import HTTPResponse

MOST_BYTES = 8 << 20
"""The largest answers, with some thousand authors and references, are of two or three mebibytes."""
_CHUNK = 1 << 16


class WireError(Exception):
    """There was no answer, or none to be read: what went wrong, in words that go on from the host's name."""


class Answer(NamedTuple):
    """What a host answered."""

    status: int
    headers: Message
    body: bytes


class Wire:
    """Asks ``host`` (``https://api.crossref.org``). ``clock`` counts seconds, from anywhere.

    The environment's proxy is used, except for http, which is for the loopback alone. Redirects are not followed.
    """

    def __init__(self, host: str, headers: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._host = urlsplit(host)
        self._headers = headers
        self._clock = clock
        self._connection: HTTPConnection | None = None

    def get(self, path: str, seconds: float) -> Answer:
        """The answer for ``path``, within ``seconds`` to its last byte. Raises ``WireError``."""
        deadline = self._clock() + seconds
        is_kept = self._connection is not None
        try:
            try:
                return self._get(path, deadline)
            except (ConnectionError, HTTPException):
                # A host closes a connection that was idle; the question is safe to ask again
                self.close()
                if not is_kept:
                    raise
                return self._get(path, deadline)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            raise WireError(_words(error, seconds)) from error
        except WireError:
            self.close()
            raise

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _get(self, path: str, deadline: float) -> Answer:
        if self._connection is None:
            self._connection = self._connected(self._left(deadline))
        connection = self._connection
        if connection.sock is not None:
            connection.sock.settimeout(self._left(deadline))
        connection.request("GET", path, headers=dict(self._headers))
        with connection.getresponse() as answer:
            body = self._body(answer, connection, deadline)
        if answer.will_close:
            self.close()
        return Answer(answer.status, answer.headers, body)

    def _body(self, answer: HTTPResponse, connection: HTTPConnection, deadline: float) -> bytes:
        body = b""
        while chunk := answer.read1(_CHUNK):
            body += chunk
            if len(body) > MOST_BYTES:
                message = f"answers with more than {MOST_BYTES >> 20} MiB"
                raise WireError(message)
            left = self._left(deadline)
            if connection.sock is not None:
                connection.sock.settimeout(left)
        return body

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self, seconds: float) -> HTTPConnection:
        name, port = self._host.hostname or "", self._host.port
        if self._host.scheme == "http":
            return HTTPConnection(name, port, timeout=seconds)
        through = "" if proxy_bypass(name) else getproxies().get("https", "")
        if not through:
            return HTTPSConnection(name, port, timeout=seconds, context=ssl.create_default_context())
        proxy = urlsplit(through if "://" in through else f"http://{through}")
        connection = HTTPSConnection(
            proxy.hostname or "", proxy.port or 80, timeout=seconds, context=ssl.create_default_context()
        )
        login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}" if proxy.username else ""
        granted = {"Proxy-Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
        connection.set_tunnel(name, port, granted)
        return connection


def _words(error: Exception, seconds: float) -> str:
    """What went wrong. The text of an error that we do not know may hold a proxy's password: its kind is told instead."""
    if isinstance(error, TimeoutError):
        return f"did not answer within {seconds:.3g} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has no good certificate ({error.verify_message})"
    known = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else ""
    return f"cannot be reached ({known or type(error).__name__})"
