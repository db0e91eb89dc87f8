"""A Crossref on the loopback: answers about works, in the shape that its REST API gives them, and bad days."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from loopback import LoopbackHost

RETRACTION = {
    "DOI": "10.1037/n1",
    "type": "retraction",
    "label": "Retraction",
    "source": "retraction-watch",
    "updated": {"date-parts": [[2021, 3, 1]], "date-time": "2021-03-01T00:00:00Z", "timestamp": 1614556800000},
    "record-id": "20946",
}


def work(doi: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    """The ``message`` about a work as Crossref has it; ``fields`` with '_' for '-' replace or add some."""
    return {
        "indexed": {"date-parts": [[2026, 10, 1]], "date-time": "2026-10-01T00:00:00Z", "timestamp": 1790812800000},
        "reference-count": 88,
        "publisher": "American Psychological Association (APA)",
        "issue": "1",
        "short-container-title": ["Psychotherapy"],
        "DOI": doi,
        "type": "journal-article",
        "created": {"date-parts": [[2018, 12, 3]], "date-time": "2018-12-03T14:00:00Z", "timestamp": 1543845600000},
        "page": "90-104",
        "source": "Crossref",
        "is-referenced-by-count": 12,
        "title": ["On therapy."],
        "prefix": "10.1037",
        "volume": "53",
        "author": [
            {"given": "Jane", "family": "Doe", "sequence": "first", "affiliation": []},
            {"ORCID": "http://orcid.org/0000-0002-1825-0097", "given": "R.", "family": "Roe", "sequence": "additional"},
        ],
        "member": "15",
        "published-online": {"date-parts": [[2018, 12]]},
        "published-print": {"date-parts": [[2019, 3]]},
        "container-title": ["Psychotherapy"],
        "original-title": [],
        "language": "en",
        "score": 1,
        "subtitle": [],
        "issued": {"date-parts": [[2018, 12]]},
        "URL": f"https://doi.org/{doi}",
        "ISSN": ["1939-1536", "0033-3204"],
        "published": {"date-parts": [[2018, 12]]},
    } | {name.replace("_", "-"): value for name, value in fields.items()}


class Reply(NamedTuple):
    """What is answered, whatever was asked."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class CrossrefHost(LoopbackHost):
    """Knows ``works`` by DOI; keeps what it was asked, with which headers, over how many connections.

    ``replies`` come first, in their order; those of ``always`` to every question. ``silent``: it never answers. ``hangs_up``: after
    each answer it closes the connection, though it said that it would not.
    """

    def __init__(self, *works: dict[str, Any]) -> None:
        super().__init__(partial(_Handler, self))
        self.works = {one["DOI"]: one for one in works}
        self.replies: list[Reply] = []
        self.always: Reply | None = None
        self.silent = self.hangs_up = False
        self.connections = 0

    def reply(self, path: str) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if self.always:
            return self.always
        doi = unquote(urlsplit(path).path.removeprefix("/works/"))
        if doi not in self.works:
            return Reply(404, b"Resource not found.", (("Content-Type", "text/plain"),))
        told = {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": self.works[doi]}
        return Reply(200, json.dumps(told).encode(), (("Content-Type", "application/json"),))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, host: CrossrefHost, *arguments: Any) -> None:  # noqa: ANN401 - the base class's types
        self.host = host
        host.connections += 1
        with suppress(ConnectionError):
            super().__init__(*arguments)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def do_GET(self) -> None:
        host = self.host
        host.asked.append(self.path)
        host.headers.append(self.headers)
        if host.silent:
            host.ended.wait()
            self.close_connection = True
            return
        reply = host.reply(self.path)
        self.send_response_only(reply.status)
        for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = self.close_connection or host.hangs_up
