"""A newsletter whose provider is SendGrid's stand-in, and impostors."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from batches import NOW, sealed_mail
from conftest import KEY as SECRET_KEY
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.rehearsal.standin.loopback import RESET_ON_CLOSE
from pprmail.rehearsal.standin.sendgrid import KEY, DatedHandler, SendGridStandIn
from pprmail.settings.values import Sendgrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import trustme

    from conftest import Newsletter
    from pprmail.delivery.answer import Next
    from pprmail.delivery.schedule import Schedule
    from pprmail.delivery.seal import SealedMail

CLOCK = NOW.timestamp
AGAIN = "then run this again"
CHECK_HOST = "check 'host' under [sendgrid] and the proxy"
REVOKED = "The provided authorization grant is invalid, expired, or revoked"


@dataclass(frozen=True)
class World:
    """A newsletter and its provider at SendGrid."""

    newsletter: Newsletter
    standin: SendGridStandIn
    clock: Callable[[], float] = CLOCK

    @property
    def sealed(self) -> SealedMail:
        return sealed_mail(self.newsletter)

    def provider(  # noqa: PLR0913 - what a test may want otherwise
        self,
        *,
        host: str = "",
        key: str = KEY,
        sealed: SealedMail | None = None,
        sender: str = "",
        timeout_seconds: int = 10,
        schedule: Schedule | None = None,
    ) -> SendgridProvider:
        content = replace(sealed or self.sealed, sender_address=sender or self.sealed.sender_address)
        settings = Sendgrid(host or self.standin.url, timeout_seconds=timeout_seconds)
        signer = Signer(SECRET_KEY.encode(), "pprnet")
        return SendgridProvider(settings, key, content, signer, clock=self.clock, schedule=schedule)


@contextmanager
def at_sendgrid(newsletter: Newsletter) -> Iterator[World]:
    """The world with a stand-in of its own, and no proxy before it."""
    with pytest.MonkeyPatch.context() as patch, SendGridStandIn(clock=CLOCK) as standin:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield World(newsletter, standin)


def refused(what: Next, detail: str, wait_seconds: float | None = None) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, detail=detail, next=what, wait_seconds=wait_seconds)


@dataclass
class Door:
    """A port that somebody listens at, and the first line said to it."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def door() -> Iterator[Door]:
    """Takes one connection, hears the first line and ends it with a reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Door(listener.getsockname()[1])

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                made.heard.append(connection.recv(1000).partition(b"\r\n")[0])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

        thread = threading.Thread(target=answer)
        thread.start()
        yield made
        thread.join()


class TlsHandler(DatedHandler):
    def setup(self) -> None:
        assert isinstance(self.stand_in, TlsStandIn)
        encrypted: ssl.SSLSocket = self.server.encrypt(self.request, self.stand_in.context)
        self.request = encrypted
        super().setup()


class TlsStandIn(SendGridStandIn):
    """SendGrid behind TLS."""

    handler = TlsHandler

    def __init__(self, authority: trustme.CA) -> None:
        super().__init__(clock=CLOCK)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(self.context)

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"
