"""The other side of a send that is measured: hosts on the loopback that take every request for mail."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from newsletters import SAMPLE, copy_sample
from pairing import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "SG.a-key-of-benchmarks"
_MESSAGE_ID = "X-Message-Id: aaaaaaaaaaaaaaaaaaaaaa"
_NGINX = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 40m;
    client_body_buffer_size 4m;
    client_body_temp_path {folder}/body;
    default_type application/json;
    server {{
        listen 127.0.0.1:{port};
        location = /v3/scopes {{ return 200 '{{"scopes": ["mail.send"]}}'; }}
        location = /v3/whitelabel/domains {{ return 200 '[{{"domain": "example.org", "valid": true}}]'; }}
        location = /v3/mail/send {{ {answer} }}
    }}
}}
"""


_AT_ONCE = "add_header X-Message-Id aaaaaaaaaaaaaaaaaaaaaa; return 202;"
# nginx reads the letters, as fast as can be, and passes the question on without them
_FROM_BEHIND = 'proxy_pass http://127.0.0.1:{port}; proxy_pass_request_body off; proxy_set_header Content-Length "";'


@contextmanager
def nginx(answer: str = _AT_ONCE) -> Iterator[str]:
    """The address of an nginx that answers 202 to every request for mail."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        message = "nginx is not installed (Debian: apt install nginx-light)"
        raise UnavailableError(message)
    with TemporaryDirectory() as folder:
        port = _free_port()
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(_NGINX.format(folder=folder, port=port, answer=answer), encoding="utf-8")
        with _process([program, "-p", folder, "-c", str(configuration)], port) as url:
            yield url


@contextmanager
def slow_host(seconds: float) -> Iterator[str]:
    """The address of a host that takes so long for each answer, however many it is asked for at once."""
    port = _free_port()
    behind = _process([sys.executable, __file__, str(port), str(seconds)], port)
    with behind, nginx(_FROM_BEHIND.format(port=port)) as url:
        yield url


@contextmanager
def _process(command: list[str], port: int) -> Iterator[str]:
    process = subprocess.Popen(command)
    try:
        _await_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    for _ in range(200):
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = f"nothing answers on port {port}"
    raise UnavailableError(message)


def make_sender(folder: Path, url: str, readers: int, *, batch_size: int = 1000, workers: int = 4) -> Path:
    """The sample newsletter in ``folder``, to go through SendGrid at ``url`` to a list of ``readers`` rows.

    Addresses are in no order; every twentieth row has unsubscribed.
    """
    copy_sample(folder)
    path = folder / "pprmail.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("POSTAL ADDRESS TO BE FILLED IN", "1 Main Street, Ottawa")
    text = text.replace("subscribers.example.csv", "subscribers.csv")
    text = text.replace('provider = "outbox"', f'provider = "sendgrid"\nbatch_size = {batch_size}')
    path.write_text(f'{text}\n[sendgrid]\nhost = "{url}"\nworkers = {workers}\n', encoding="utf-8")
    with (folder / "subscribers.csv").open("w", encoding="utf-8") as rows:
        rows.write("email,name,status\n")
        for number in range(readers):
            scattered = number * 2_654_435_761 % 4_294_967_296  # Knuth's multiplicative hash: every number once
            status = "subscribed" if number % 20 else "unsubscribed"
            rows.write(f"{scattered:08x}.reader@example.com,Reader {number},{status}\n")
    return folder


def forget_mailing(folder: Path) -> None:
    """Make the newsletter as if nothing had been sent."""
    shutil.rmtree(folder / ".pprmail", ignore_errors=True)
    (folder / "issues" / SAMPLE / "receipt.json").unlink(missing_ok=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(seconds)
    writer.write(f"HTTP/1.0 202 Accepted\r\n{_MESSAGE_ID}\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()
    writer.close()


async def _serve(port: int, seconds: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer, seconds)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
