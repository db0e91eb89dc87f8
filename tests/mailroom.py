"""A newsletter that goes to readers through a mail host on the loopback, and what the command must never tell of them."""

from __future__ import annotations

import csv
import json
import re
import socket
import sqlite3
import ssl
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from conftest import KEY
from pprmail.cli.interrupts import Interrupts
from pprmail.rehearsal.standin.http_faults import Answer, refusal
from pprmail.rehearsal.standin.sendgrid import KEY as SENDGRID_KEY
from pprmail.rehearsal.standin.sendgrid import MAIL_SEND, SendGridStandIn

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from conftest import Newsletter
    from pprmail.rehearsal.standin.http_faults import Fault
    from pprmail.rehearsal.standin.http_server import Request
    from standins.smtp import SmtpStandIn

ISSUE = "2020-08"
RECEIPT = f"issues/{ISSUE}/receipt.json"
PASSWORD = "a-password-of-tests"
_HOLD_READERS = re.compile(r"subscribers.*\.csv|state\.db(-wal|-shm|-journal)?|.*\.eml|.*\.pprmail-backup")


class Standing(NamedTuple):
    """How the mailing stands, as ``status --json`` tells it."""

    state: str
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Mailroom:
    """A newsletter with a real provider. Every command's words and every file are searched for readers and secrets."""

    newsletter: Newsletter
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.newsletter.root

    def call(self, *arguments: str, names_readers: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command here, in this process."""
        done = self.newsletter.call(*arguments, **self.environment)
        return self.checked(done, names_readers=names_readers)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command here, in a process of its own."""
        return self.checked(self.newsletter.run(*arguments, **self.environment))

    def send(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Send the issue without asking."""
        return self.call("send", ISSUE, "--yes", *options)

    def resolve(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Settle what is in doubt."""
        return self.call("resolve", ISSUE, *options)

    def status(self) -> dict[str, Any]:
        """What ``status --json`` tells; its counts add up."""
        told: dict[str, Any] = json.loads(self.call("status", ISSUE, "--json").stdout)
        assert told["rows"] == told["recipients"] + sum(told["excluded"].values())
        assert told["recipients"] == told["accepted"] + told["rejected"] + told["unknown"] + told["waiting"]
        return told

    def standing(self) -> Standing:
        """State and outcomes."""
        told = self.status()
        return Standing(*(told[name] for name in Standing._fields))

    def waits_for(self) -> str:
        """The last line of ``status``: what is to happen next."""
        return self.call("status", ISSUE).stdout.splitlines()[-1].strip()

    def outcomes(self) -> list[dict[str, Any]]:
        """What ``status --recipients`` tells of everyone."""
        told = self.call("status", ISSUE, "--recipients", "--json", names_readers=True)
        outcomes: list[dict[str, Any]] = json.loads(told.stdout)["outcomes"]
        return outcomes

    def receipt(self) -> dict[str, Any]:
        """The receipt beside the issue."""
        content: dict[str, Any] = json.loads((self.root / RECEIPT).read_text(encoding="utf-8"))
        return content

    def change(self, statement: str, *values: object) -> None:
        """Change the database behind the command's back."""
        with closing(sqlite3.connect(self.root / ".pprmail" / "state.db")) as connection, connection:
            connection.execute(statement, values)

    def asked(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self.root / ".pprmail" / "state.db")) as connection:
            return connection.execute(question).fetchall()

    # What must never be told

    def checked(
        self, done: subprocess.CompletedProcess[str], *, names_readers: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """``done``, when it held no traceback, no secret and no reader, nor did any file that is not made for readers."""
        assert "Traceback" not in done.stderr, done.stderr
        secrets = self._secrets()
        readers = set() if names_readers else self._readers()
        words = done.stdout + done.stderr
        assert not [one for one in secrets | readers if one in words], words
        kept = b"\n".join(
            path.read_bytes()
            for path in self.root.rglob("*")
            if path.is_file() and path.name != "secret.key" and not _HOLD_READERS.fullmatch(path.name)
        ).decode(errors="replace")
        assert not [one for one in secrets | self._readers() if one in kept]
        return done

    def _secrets(self) -> set[str]:
        return set(self.environment.values())

    def _readers(self) -> set[str]:
        """Addresses and names of the list; names of one letter would be found anywhere."""
        path = self.root / "subscribers.csv"
        if not path.exists():
            return set()
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row[key].strip() for row in rows for key in ("email", "name") if len((row.get(key) or "").strip()) > 2}


def through_sendgrid(
    newsletter: Newsletter, host: SendGridStandIn, *, batch_size: int = 500, workers: int = 1
) -> Mailroom:
    """The newsletter, going out through ``host``."""
    newsletter.change_settings(
        "[unsubscribe]",
        f'[delivery]\nprovider = "sendgrid"\nbatch_size = {batch_size}\n'
        f'[sendgrid]\nhost = "{host.url}"\nworkers = {workers}\n[unsubscribe]',
    )
    return Mailroom(newsletter, {"SENDGRID_API_KEY": SENDGRID_KEY, "PPRMAIL_SECRET_KEY": KEY})


def through_smtp(newsletter: Newsletter, host: SmtpStandIn, *, batch_size: int = 500) -> Mailroom:
    """The newsletter, going out through ``host``, to which nobody logs in."""
    newsletter.change_settings(
        "[unsubscribe]",
        f'[delivery]\nprovider = "smtp"\nbatch_size = {batch_size}\n'
        f'[smtp]\nhost = "{host.host}"\nport = {host.port}\nsecurity = "none"\n[unsubscribe]',
    )
    return Mailroom(newsletter, {"PPRMAIL_SECRET_KEY": KEY})


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence that a command ended with."""
    return done.stderr.rstrip().rpartition("\n")[2]


def without_waiting(patch: pytest.MonkeyPatch) -> list[float]:
    """From now on nobody waits for a provider; the waits there would have been, in seconds, long ones in steps."""
    waits: list[float] = []
    patch.setattr(Interrupts, "sleep", lambda _self, seconds: waits.append(seconds))
    return waits


class FussySendGrid(SendGridStandIn):
    """A SendGrid that refuses every request with one of the addresses in ``refused``.

    ``names_them`` says whether the answer tells which; ``limit`` is the size of a body above which it answers 413.
    """

    def __init__(self, *refused: str, names_them: bool = True) -> None:
        super().__init__()
        self.refused = set(refused)
        self.names_them = names_them

    def answer(self, request: Request) -> Answer:
        if request.path != MAIL_SEND or not self.refused:
            return super().answer(request)
        people = [one["to"][0]["email"] for one in json.loads(request.body)["personalizations"]]
        wrong = [at for at, address in enumerate(people) if address in self.refused]
        if not wrong:
            return super().answer(request)
        if not self.names_them:
            return refusal(400, "Bad Request").answer
        said = [
            {"message": "Does not contain a valid address.", "field": f"personalizations.{at}.to", "help": None}
            for at in wrong
        ]
        return Answer(400, json.dumps({"errors": said}).encode())


def refusing(words: str, status: int = 400) -> Fault:
    """A refusal that names no field."""
    return refusal(status, words)


@contextmanager
def untrusted_host() -> Iterator[str]:
    """A server whose certificate nobody here has reason to trust; its address as a URL."""
    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        context.wrap_socket(connection, server_side=True).close()

        server = threading.Thread(target=serve)
        server.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        server.join()
