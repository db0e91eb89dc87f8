"""A web server on the loopback that shows a folder, as a host of static sites does."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from loopback import LoopbackHost

if TYPE_CHECKING:
    from pathlib import Path


class WebHost(LoopbackHost):
    """Shows ``folder`` under ``prefix`` (``/pprnet``); keeps the paths and headers it was asked with.

    By path, without the prefix: ``redirects`` leads elsewhere, ``statuses`` answers with a number alone, ``silent`` never answers.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        super().__init__(partial(_Handler, self, directory=str(folder)))
        self.folder = folder
        self.prefix = prefix
        self.redirects: dict[str, str] = {}
        self.statuses: dict[str, int] = {}
        self.silent: set[str] = set()

    @property
    def url(self) -> str:
        """Where the site begins, without a slash at its end."""
        return f"{super().url}{self.prefix}"


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
