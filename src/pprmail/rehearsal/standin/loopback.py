"""Servers on the loopback that can misbehave on the wire and leave nothing behind when they are closed."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from contextlib import suppress
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from socketserver import BaseRequestHandler

RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class StandIn:
    """Serves on 127.0.0.1, at a port of the system's choosing, from entering the context to leaving it.

    Whatever changes under ``lock`` and is notified of there, one may wait for.
    """

    handler: ClassVar[type[BaseRequestHandler]]
    host = "127.0.0.1"
    _server: Connections

    def __init__(self) -> None:
        self.defects: list[BaseException] = []
        self.lock = threading.Condition()

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    def __enter__(self) -> Self:
        self._server = Connections(self)
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

    def wait_until_idle(self, timeout_seconds: float = 60) -> None:
        """Wait until whatever clients sent, those too that are gone by now, is dealt with. Raises ``TimeoutError``."""
        # Connections are taken up in order: once this one was, so were all before it
        with suppress(ConnectionError), socket.create_connection((self.host, self.port), timeout_seconds) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)
        self._server.wait_until_idle(timeout_seconds)

    def wait_until(self, claim: Callable[[], object], timeout_seconds: float = 10) -> None:
        """Wait until the claim is true of what has arrived; for clients that run meanwhile. Raises ``TimeoutError``."""
        with self.lock:
            if not self.lock.wait_for(claim, timeout_seconds):
                raise TimeoutError(claim)


class Connections(ThreadingMixIn, TCPServer):
    """The listener, and the connections that are open."""

    daemon_threads = False
    block_on_close = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        self._open: dict[socket.socket, socket.socket] = {}
        self._to_reset: set[socket.socket] = set()
        self._guard = threading.Condition()
        super().__init__((stand_in.host, 0), stand_in.handler)

    def encrypt(self, connection: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Take up TLS on a connection, which from now on is the one returned."""
        encrypted = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._guard:
            self._open[connection] = encrypted
        encrypted.do_handshake()
        return encrypted

    def reset_at_the_end(self, connection: socket.socket) -> None:
        """Close this connection, as the listener accepted it, with a reset."""
        self._to_reset.add(connection)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (the base class's types)
        with self._guard:
            self._open[request] = request
            request.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )  # an answer waits for nobody's acknowledgement
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 (the base class's type)
        with self._guard:
            current = self._open.pop(request)
            self._guard.notify_all()
        if request in self._to_reset:  # no FIN first: it would arrive as an orderly end
            self._to_reset.discard(request)
            current.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            current.close()
        else:
            super().shutdown_request(current)

    def wait_until_idle(self, timeout_seconds: float) -> None:
        """Wait until no connection is open. Raises ``TimeoutError``."""
        with self._guard:
            if not self._guard.wait_for(lambda: not self._open, timeout_seconds):
                message = f"{len(self._open)} connections are still open"
                raise TimeoutError(message)

    def end_connections(self) -> None:
        """Wake whoever still waits for a client."""
        with self._guard:
            for connection in self._open.values():
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 (the base class's)
        """Clients may hang up; anything else is a defect of the stand-in."""
        error = sys.exception()
        if error and not isinstance(error, OSError):
            self.stand_in.defects.append(error)
