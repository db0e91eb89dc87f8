"""What a server says out of turn, in pieces, without an end: bytes that are there before they are asked for."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batches import ADA
from pprmail.delivery.providers.smtp.connection import BrokenError, Connection, Envelope, LostError
from pprmail.delivery.providers.smtp.replies import Meaning, Reply, Step
from pprmail.delivery.providers.smtp.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVELOPE = Envelope("newsletter@example.org", ADA, b"Subject: August\r\n\r\nHello\r\n")
UP_TO_DATA = b"250 2.1.0 OK\r\n250 2.1.5 OK\r\n354 Go on\r\n"


class Ends:
    """Both ends of a connection on the loopback."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.wire = Wire("127.0.0.1", listener.getsockname()[1])
            self.server, _ = listener.accept()

    def say(self, content: bytes, *, end: bool = False) -> None:
        """Have the server say this; ``end`` says that it is the last."""
        self.server.sendall(content)
        if end:
            self.server.shutdown(socket.SHUT_WR)

    def heard(self) -> bytes:
        """Everything that has come to the server, once our end is closed."""
        self.wire.drop()
        with self.server.makefile("rb") as file:
            return file.read()


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.wire.drop()
    made.server.close()


REPLIES = {
    "one-line": (b"250 OK\r\n", Reply(250, "OK")),
    "code-alone": (b"250\r\n", Reply(250)),
    "several-lines": (b"250-one\r\n250-two\r\n250 three\r\n", Reply(250, "one\ntwo\nthree")),
    "bare-line-feed": (b"250 OK\n", Reply(250, "OK")),
    "not-utf-8": (b"550 d\xe9j\xe0\r\n", Reply(550, "d\ufffdj\ufffd")),
    "no-code": (b"hello\r\n", Reply(0)),
    "four-digits": (b"2500 OK\r\n", Reply(0)),
    "signed": (b"+25 OK\r\n", Reply(0)),
    "digits-of-another-script": ("²²² OK\r\n".encode(), Reply(0)),
    "empty-line": (b"\r\n", Reply(0)),
    "garbage-within": (b"250-one\r\ntwo\r\n", Reply(0)),
    "endless-line": (b"2" * 70_000, Reply(0)),
    "endless-reply": (b"250-word\r\n" * 10_000, Reply(0)),
}


@pytest.mark.parametrize(("said", "reply"), REPLIES.values(), ids=REPLIES)
def test_a_reply_is_read_as_far_as_it_goes(ends: Ends, said: bytes, reply: Reply) -> None:
    ends.say(said)

    assert ends.wire.read_reply() == reply


@pytest.mark.parametrize("said", [b"", b"2", b"250 O", b"250-one\r\n"], ids=["nothing", "digit", "words", "line"])
def test_a_reply_without_an_end_is_none(ends: Ends, said: bytes) -> None:
    ends.say(said, end=True)

    with pytest.raises(ConnectionError, match="the server ended the connection"):
        ends.wire.read_reply()


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_server_says_is_a_reply_or_an_end(said: bytes) -> None:
    ends = Ends()
    ends.say(said, end=True)

    try:
        reply = ends.wire.read_reply()
    except OSError:
        reply = Reply(0)
    finally:
        ends.wire.drop()
        ends.server.close()

    assert 0 <= reply.code <= 999


def test_words_that_nobody_asked_for_are_seen(ends: Ends) -> None:
    silent = ends.wire.has_unread()
    ends.say(b"250 OK\r\n250 and more\r\n")
    ends.wire.read_reply()

    assert (silent, ends.wire.has_unread()) == (False, True)


def test_an_end_that_nobody_asked_for_is_seen(ends: Ends) -> None:
    ends.say(b"250 OK\r\n", end=True)
    ends.wire.read_reply()

    assert ends.wire.has_unread()
    assert not Connection(ends.wire, {}).is_open()


def test_what_came_before_tls_is_not_heard_within_it(ends: Ends) -> None:
    ends.say(b"220 Go on\r\n250-evil\r\n250 AUTH PLAIN\r\n")
    ends.wire.command("STARTTLS")

    with pytest.raises(ConnectionError, match="the server spoke before TLS had begun"):
        ends.wire.start_tls()


def test_a_reply_too_many_is_not_taken_for_the_one_to_the_letter(ends: Ends) -> None:
    ends.say(UP_TO_DATA + b"250 2.0.0 Queued\r\n")
    commits: list[int] = []

    with pytest.raises(BrokenError):
        Connection(ends.wire, {"PIPELINING": ""}).hand_over(ENVELOPE, lambda: commits.append(1))

    assert commits == []
    assert not ends.heard().endswith(b"\r\n.\r\n")


def test_the_letter_is_with_the_server_but_for_its_dot_when_it_is_journalled(ends: Ends) -> None:
    ends.say(UP_TO_DATA)
    seen: list[bytes] = []

    def about_to_hand_over() -> None:
        seen.append(ends.server.recv(65536))
        ends.say(b"250 2.0.0 Queued\r\n")

    said = Connection(ends.wire, {"PIPELINING": ""}).hand_over(ENVELOPE, about_to_hand_over)

    commands = b"MAIL FROM:<newsletter@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n"
    assert seen == [commands + b"Subject: August\r\n\r\nHello"]
    assert ends.heard() == b"\r\n.\r\n"
    assert (said.step, said.meaning) == (Step.LETTER, Meaning.YES)


def test_data_waits_for_the_recipient(ends: Ends) -> None:
    ends.say(b"250 2.1.0 OK\r\n550 5.1.1 No such user\r\n250 2.0.0 Reset\r\n")

    said = Connection(ends.wire, {"PIPELINING": ""}).hand_over(ENVELOPE, lambda: None)

    assert said.meaning is Meaning.RECIPIENT_REFUSED
    assert ends.heard() == b"MAIL FROM:<newsletter@example.org>\r\nRCPT TO:<ada@example.org>\r\nRSET\r\n"


@pytest.mark.parametrize("said", [b"", b"25", b"hello\r\n", b"354 Go on\r\n", b"200 OK\r\n"], ids=repr)
def test_after_the_dot_nothing_but_a_true_reply_proves_anything(ends: Ends, said: bytes) -> None:
    ends.say(UP_TO_DATA)

    with pytest.raises(LostError):
        Connection(ends.wire, {"PIPELINING": ""}).hand_over(ENVELOPE, lambda: ends.say(said, end=True))
