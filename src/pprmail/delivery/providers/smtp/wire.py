"""One connection to a mail server, as lines and replies.

``smtplib`` sends the letter and its final dot in one go, reads ahead into a buffer that cannot be asked, and takes any three
digits for a reply. Here the dot is written by itself, and words that nobody asked for are seen before it is.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from pprmail.delivery.providers.smtp.replies import Reply

TIMEOUT_SECONDS = 60.0
"""For each operation on the socket."""
_QUIT_SECONDS = 2.0
_MOST_REPLY_BYTES = 65_536
_CHUNK_BYTES = 4096
_LINES_END = b"\r\n"


class Wire:
    """A socket in lines. Whatever fails raises ``OSError``; a wire that has failed is to be dropped."""

    def __init__(self, host: str, port: int) -> None:
        """Connect."""
        self._host = host
        self._socket: socket.socket = socket.create_connection((host, port), TIMEOUT_SECONDS)
        self._unread = b""
        # Else the dot waits for the other side's acknowledgement of the letter, 40 ms
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start_tls(self) -> None:
        """Go on encrypted, with the server's name verified."""
        if self._unread:  # what stands here came unencrypted, from anybody (CVE-2011-0411)
            message = "the server spoke before TLS had begun"
            raise ConnectionError(message)
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._socket = context.wrap_socket(self._socket, server_hostname=self._host)

    @property
    def own_name(self) -> str:
        """This machine's address as EHLO wants it (RFC 5321 4.1.3): a name would have to be asked of somebody."""
        address = str(self._socket.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def write(self, content: bytes) -> None:
        """All of ``content``."""
        self._socket.sendall(content)

    def command(self, line: str) -> Reply:
        """The reply to one command."""
        self.write(line.encode() + _LINES_END)
        return self.read_reply()

    def read_reply(self) -> Reply:
        """The next reply; code 0 for what is none.."""
        lines: list[bytes] = []
        size = 0
        while True:
            line = self._read_line()
            size += len(line)
            if not (line[:3].isdigit() and line[3:4] in {b"", b" ", b"-"}) or size > _MOST_REPLY_BYTES:
                return Reply(0)
            lines.append(line[4:])
            if line[3:4] != b"-":
                return Reply(int(line[:3]), b"\n".join(lines).decode(errors="replace"))

    def _read_line(self) -> bytes:
        while b"\n" not in self._unread and len(self._unread) <= _MOST_REPLY_BYTES:
            received = self._socket.recv(_CHUNK_BYTES)
            if not received:
                message = "the server ended the connection"
                raise ConnectionError(message)
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        return line.rstrip(b"\r")

    def has_unread(self) -> bool:
        """The server has said something that nobody has read, or has ended the connection."""
        self._socket.settimeout(0)
        try:
            self._unread += self._socket.recv(_CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return bool(self._unread)
        finally:
            self._socket.settimeout(TIMEOUT_SECONDS)
        return True

    def quit(self) -> None:
        """Part from the server as it wants it, without waiting long."""
        with suppress(OSError):
            self._socket.settimeout(_QUIT_SECONDS)
            self.command("QUIT")
        self.drop()

    def drop(self) -> None:
        """End the connection, wherever it is: a letter without its dot is no letter (RFC 5321 4.1.1.4)."""
        with suppress(OSError):
            self._socket.close()
