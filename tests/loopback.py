"""An HTTP server on the loopback that a test starts and ends: what the hosts of ``webhost`` and ``crossref_host`` have in common."""

from __future__ import annotations

import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from http.server import BaseHTTPRequestHandler


class LoopbackHost:
    """Answers by ``handler`` within a ``with``; keeps what it was ``asked``, and with which ``headers``.

    ``ended`` is set when it stops: who never answers waits for it.
    """

    def __init__(self, handler: Callable[..., BaseHTTPRequestHandler]) -> None:
        self.asked: list[str] = []
        self.headers: list[Message] = []
        self.ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it is, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """Who leaves early is no news."""
