"""A web server on the loopback that shows a folder, as a host of static sites does."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path


class WebHost:
    """Shows ``folder`` under ``prefix`` (``/pprnet``); keeps the paths and headers it was asked with.

    By path, without the prefix: ``redirects`` leads elsewhere, ``statuses`` answers with a number alone, ``silent`` never answers.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self.folder = folder
        self.prefix = prefix
        self.redirects: dict[str, str] = {}
        self.statuses: dict[str, int] = {}
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.headers: list[Message] = []
        self.ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, self, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where the site begins, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

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
        """A visitor who leaves early is no news."""


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, host: WebHost, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the base class's types
        self.host = host
        with suppress(ConnectionError):
            super().__init__(*arguments, **options)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def do_GET(self) -> None:
        host = self.host
        path = self.path.removeprefix(host.prefix)
        host.asked.append(path)
        host.headers.append(self.headers)
        if path in host.silent:
            host.ended.wait()
            self.close_connection = True
        elif path in host.redirects:
            self.send_response(302)
            self.send_header("Location", host.redirects[path])
            self.end_headers()
        elif path in host.statuses or not self.path.startswith(host.prefix):
            self.send_error(host.statuses.get(path, 404))
        else:
            self.path = path
            super().do_GET()
