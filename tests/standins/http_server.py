"""A loopback HTTP server that can misbehave on the wire and leaves nothing behind when it is closed."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from standins.http_faults import Answer, Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from standins.http_faults import Fault

RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
MOST_BODY_BYTES = 64 * 1024 * 1024


class Request(NamedTuple):
    """A request as it came; ``body`` is empty when a fault left it unread."""

    method: str
    path: str
    headers: Message
    body: bytes


class LoopbackServer:
    """A server on 127.0.0.1, at a port of the system's choosing, from entering the context to leaving it.

    Subclasses say what is answered (``answer``) and which fault a request meets (``fault_for``).
    """

    _server: _Server

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.defects: list[BaseException] = []
        self.lock = threading.Condition()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="stand-in")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, end what is open, wait for the threads; a defect of the stand-in itself is raised here."""
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()
        if self.defects:
            raise self.defects[0]

    def wait_until(self, claim: Callable[[], object], timeout_seconds: float = 10) -> None:
        """Wait until the claim is true of what has arrived; for clients that run meanwhile."""
        with self.lock:
            assert self.lock.wait_for(claim, timeout_seconds), "it did not come true"

    def fault_for(self, method: str, path: str) -> Fault | None:
        """The fault this request meets."""
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """The proper answer to a request, and whatever it brings about."""
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, stand_in: LoopbackServer) -> None:
        self.stand_in = stand_in
        self.to_reset: set[socket.socket] = set()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (the base class's types)
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 (the base class's type)
        with self._guard:
            self._open.discard(request)
        if request in self.to_reset:  # no FIN first: it would arrive as an orderly end
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.to_reset.discard(request)
            request.close()
        else:
            super().shutdown_request(request)

    def end_connections(self) -> None:
        """Wake whoever still waits for a client."""
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 (the base class's)
        """Clients may hang up; anything else is a defect of the stand-in."""
        error = sys.exception()
        if error and not isinstance(error, ConnectionError | TimeoutError):
            self.stand_in.defects.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def serve(self) -> None:
        """Read a request, meet its fault if it has one, answer."""
        stand_in = self.server.stand_in
        fault = stand_in.fault_for(self.command, self.path)
        if fault and fault.wire in {Wire.RESET_UNREAD, Wire.EARLY}:
            self._record(b"")
            self._misbehave(fault)
            return
        body = self._read_body()
        if body is None:
            return
        request = self._record(body)
        if fault is None:
            self._send(stand_in.answer(request))
        elif not fault.accepts:
            self._misbehave(fault)
        elif (proper := stand_in.answer(request)).status >= HTTPStatus.BAD_REQUEST:
            self._send(proper)
        else:
            headers = dict(proper.headers) | dict(fault.answer.headers)
            self._misbehave(replace(fault, answer=fault.answer._replace(headers=tuple(headers.items()))))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve  # noqa: N815 (http.server looks for these)

    def _record(self, body: bytes) -> Request:
        request = Request(self.command, self.path, self.headers, body)
        with self.server.stand_in.lock:
            self.server.stand_in.requests.append(request)
            self.server.stand_in.lock.notify_all()
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
                self.server.to_reset.add(self.connection)
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
