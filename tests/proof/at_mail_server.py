"""A mail server as a send may meet it: the real provider and its real connection, over a wire that leads to a simulation.

Each class of replies that ``replies`` tells apart, before the dot and after it, has one way here (``test_answers`` holds
the lists to it).
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from conftest import KEY
from delivery.plans import NOW, sealed_mail
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.delivery.providers.smtp.replies import Reply
from pprmail.settings.values import Smtp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.delivery.journal import Journal
    from pprmail.delivery.messages import Letter
    from pprmail.delivery.providers.smtp.connection import Envelope, Said
    from pprmail.model import Subscriber
    from proof.world import World

_OK = Reply(250, "OK")
_UP_TO_THE_DOT = _OK, _OK, Reply(354, "Go on")
_EHLO = Reply(250, "localhost\nPIPELINING")


class Way(NamedTuple):
    """What the server does with a letter: its replies, up to the one to DATA and then to the dot; None: it breaks off."""

    told: str
    before: tuple[Reply | None, ...] = _UP_TO_THE_DOT
    after: Reply | None = None
    takes: bool = False


WAYS = (
    Way("takes it", after=Reply(250, "Queued"), takes=True),
    Way("takes it, and the answer is lost", takes=True),
    Way("does not get it, and nobody can tell", after=Reply(0)),
    Way("refuses it", after=Reply(554, "5.7.1 Rejected under policy 3")),
    Way("refuses it for now", after=Reply(451, "4.7.1 Try again later")),
    Way("refuses the sender after the letter", after=Reply(554, "5.2.252 SendAsDenied")),
    # Once would be no way of its own: nothing has come of it when the provider tries again
    Way("breaks off before the dot, twice", before=(None,)),
    Way("refuses the address", before=(_OK, Reply(550, "5.1.1 No such user"))),
    Way("puts the address off", before=(_OK, Reply(450, "4.2.0 Greylisted"))),
    Way("refuses the sender", before=(Reply(550, "5.7.60 Not allowed to send as this sender"),)),
)


class _Writer(LetterWriter):
    """Writes each letter once."""

    @cache  # noqa: B019 - there is one writer
    def write(self, recipient: Subscriber) -> Letter:
        return super().write(recipient)


WRITER = _Writer(sealed_mail(), NOW, KEY.encode())


class OneByOne(SmtpProvider):
    """The real provider before a simulated mail server."""

    def __init__(self, world: World) -> None:
        super().__init__(Smtp("localhost", 25, "none"), "", WRITER)
        self.world = world

    def _say(self, envelope: Envelope, number: int, journal: Journal) -> Said:
        with self.world.server.offered(number):
            return super()._say(envelope, number, journal)

    def _say_once(self, envelope: Envelope, about_to_hand_over: Callable[[], None]) -> Said:
        if not self.world.scenario.notes_after_the_dot:
            return super()._say_once(envelope, about_to_hand_over)
        said = super()._say_once(envelope, lambda: None)
        about_to_hand_over()
        return said


class MailServer:
    """The other side. ``way`` is what it does with the letter of now, chosen before the dot: until then nobody else acts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reader = 0
        self.greeting: Reply | None = Reply(220, "localhost")
        self.way: Way | None = None

    @contextmanager
    def offered(self, reader: int) -> Iterator[None]:
        """The letter to ``reader`` comes."""
        self.reader = reader
        self.way = WAYS[self.world.choose(tuple(one.told for one in WAYS))]
        if self.way.before is not _UP_TO_THE_DOT:
            self.world.tell(f"the server is offered the letter to reader {reader}: {self.way.told}")
        try:
            yield
        finally:
            self.way = None

    def take(self) -> Reply | None:
        """The dot has come."""
        assert self.way
        self.world.crash(f"before the server has the letter to reader {self.reader}")
        self.world.tell(f"the server has the letter to reader {self.reader} before it: {self.way.told}")
        if self.way.takes:
            self.world.take(self.reader)
            self.world.crash("after that, before the answer is heard")
        return self.way.after


class Line:
    """Stands in for ``Wire``: one line to the server."""

    own_name = "[127.0.0.1]"

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.replies: tuple[Reply | None, ...] = (server.greeting,)

    def write(self, content: bytes) -> None:
        if content.startswith(b"MAIL FROM:") and self.server.way:
            self.replies = self.server.way.before
        elif content == b"\r\n.\r\n":
            self.replies = (self.server.take(),)

    def read_reply(self) -> Reply:
        reply, *more = self.replies
        self.replies = tuple(more)
        if reply is None:
            message = "the server ended the connection"
            raise ConnectionError(message)
        return reply

    def command(self, line: str) -> Reply:
        return _EHLO if line.startswith("EHLO") else _OK

    def has_unread(self) -> bool:
        return False

    def quit(self) -> None:
        """Nothing is left to be said."""

    def drop(self) -> None:
        """The same."""
