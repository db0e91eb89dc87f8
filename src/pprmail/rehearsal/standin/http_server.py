"""An HTTP server on the loopback that can misbehave."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple, cast

from pprmail.rehearsal.standin.http_faults import Answer, Wire
from pprmail.rehearsal.standin.loopback import Connections, StandIn

if TYPE_CHECKING:
    from email.message import Message

    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.loopback import Connections

MOST_BODY_BYTES = 64 * 1024 * 1024


class Moment(Enum):
    """How far a request has come; every request passes the first and the last."""

    ARRIVED = "its body is not read yet"
    READ = "its body is read, and nothing came of it yet"
    PROCESSED = "it is processed, and not answered yet"
    ENDED = "it is answered, or never will be"


class Request(NamedTuple):
    """A request as it came; ``body`` is empty when a fault left it unread."""

    method: str
    path: str
    headers: Message
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Connections

    @property
    def stand_in(self) -> HttpStandIn:
        return cast("HttpStandIn", self.server.stand_in)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def serve(self) -> None:
        """Read a request, meet its fault if it has one, answer."""
        try:
            self._passes(Moment.ARRIVED)
            self._serve()
        finally:
            self._passes(Moment.ENDED)

    def _passes(self, moment: Moment) -> None:
        self.stand_in.passes(moment, self.path)

    def _serve(self) -> None:
        fault = self.stand_in.fault_for(self.command, self.path)
        if fault and fault.wire in {Wire.RESET_UNREAD, Wire.EARLY}:
            self._record(b"")
            self._misbehave(fault)
            return
        body = self._read_body()
        if body is None:
            return
        request = self._record(body)
        self._passes(Moment.READ)
        if fault and not fault.accepts:
            self._misbehave(fault)
            return
        proper = self.stand_in.answer(request)
        self._passes(Moment.PROCESSED)
        if fault is None or proper.status >= HTTPStatus.BAD_REQUEST:
            self._send(proper)
        else:
            headers = dict(proper.headers) | dict(fault.answer.headers)
            self._misbehave(replace(fault, answer=fault.answer._replace(headers=tuple(headers.items()))))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve  # noqa: N815 (http.server looks for these)

    def _record(self, body: bytes) -> Request:
        request = Request(self.command, self.path, self.headers, body)
        with self.stand_in.lock:
            self.stand_in.keep(request)
            self.stand_in.lock.notify_all()
        return request

    def _read_body(self) -> bytes | None:
        """The body, or None when it was not to be had; then the connection ends."""
        length = self.headers.get("Content-Length", "0" if self.command in {"GET", "HEAD", "DELETE"} else "")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(Answer(411))
            return None
        if int(length) > MOST_BODY_BYTES:
            self.close_connection = True
            self._send(Answer(413))
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _send(self, answer: Answer) -> None:
        self.wfile.write(self._written(answer))

    def _written(self, answer: Answer) -> bytes:
        given = {name.lower() for name, _ in answer.headers}
        self._headers_buffer: list[bytes] = []
        self.send_response(answer.status)
        for name, value in answer.headers:
            if value:
                self.send_header(name, value)
        if "content-type" not in given and answer.body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        head = b"".join([*self._headers_buffer, b"\r\n"])
        self._headers_buffer = []
        return head if self.command == "HEAD" else head + answer.body

    def _misbehave(self, fault: Fault) -> None:
        self.close_connection = self.close_connection or fault.wire is not Wire.WHOLE
        answer = self._written(fault.answer)
        match fault.wire:
            case Wire.WHOLE | Wire.EARLY:
                self.wfile.write(answer)
            case Wire.RESET_UNREAD | Wire.RESET:
                self.server.reset_at_the_end(self.connection)
            case Wire.CLOSED:
                pass
            case Wire.HEADERS_CUT:
                self.wfile.write(answer[: answer.index(b"\r\n") + 6])
            case Wire.BODY_CUT:
                self.wfile.write(answer[: answer.index(b"\r\n\r\n") + 4 + len(fault.answer.body) // 2])
            case Wire.GARBLED:
                self.wfile.write(b"\x15\x03\x01\x00\x02\x02\x50 what?\r\n\r\n")
            case Wire.SILENT:
                self.connection.settimeout(fault.longest_silence_seconds)
                with suppress(OSError):
                    self.connection.recv(1)  # returns when the client hangs up, or when the stand-in closes


class HttpStandIn(StandIn):
    """A server at ``url`` that keeps every request; subclasses say what is answered, and which fault a request meets."""

    handler = _Handler

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def keep(self, request: Request) -> None:
        """Remember a request that came."""
        self.requests.append(request)

    def passes(self, moment: Moment, path: str) -> None:
        """Called in a request's own thread as it passes each moment; what is done here is done before it goes on."""

    def fault_for(self, method: str, path: str) -> Fault | None:
        """The fault this request meets."""
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """The proper answer to a request, and whatever it brings about."""
        raise NotImplementedError
