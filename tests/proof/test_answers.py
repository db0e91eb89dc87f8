"""The simulated sides leave nothing out: whatever the real classification can make of an answer, one of their ways makes too.

Every status, every reply and every failure of the wire that the providers' tests know is put through the real provider, and
what comes of it must come of one of the ways that the walks try.
"""

from __future__ import annotations

import socket
import ssl
from http.client import BadStatusLine, IncompleteRead, InvalidURL, RemoteDisconnected
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError

import pytest

from delivery.plans import LATER, numbered
from delivery.providers.test_smtp_replies import REPLIES
from pprmail.delivery.answer import Outcome, Rejection
from pprmail.delivery.dispatch import MOST_WAIT_SECONDS
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.ledger import Batch
from pprmail.delivery.providers.smtp.replies import Reply
from proof import at_mail_server, at_sendgrid
from proof.at_mail_server import WAYS, Line
from proof.at_sendgrid import answered, ways_with
from proof.world import Scenario, Truth, World, begin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pprmail.delivery.answer import Next
    from pprmail.delivery.providers.sendgrid.heard import Heard

ONE_READER = Scenario(1, 1, one_by_one=True)


class Effect(NamedTuple):
    """All of a hand-over that a sender acts upon."""

    outcome: Outcome
    following: Next | None
    at: int
    is_of_wire: bool
    waits: str
    commits: tuple[int, ...]
    rejected: tuple[int, ...]
    blameless: tuple[int, ...]
    are_alike: bool
    streak: int
    """Refusals in a row, of which one in words of its own came before this."""


def effect_of(world: World) -> Effect:
    """What comes of handing everyone over at once, when ``world`` has but one way to go."""
    streak, commits, rejections = Streak(), list[int](), list[Rejection]()
    streak.add(Rejection(99, "before this"))

    def commit(number: int, rejected: tuple[Rejection, ...]) -> None:
        commits.append(number)
        rejections.extend(rejected)

    journal = Journal(commit, streak)
    batch = Batch(1, "a1", numbered(*range(1, world.scenario.readers + 1)), claimed=LATER)
    with world.simulated():
        answer = world._provider().hand_over(batch, journal)
    rejections += journal.rejections
    is_back = answer.outcome is Outcome.NOT_HANDED_OVER
    return Effect(
        answer.outcome,
        answer.next if is_back else None,
        answer.at,
        answer.is_of_wire,
        "" if answer.wait_seconds is None else "too long" if answer.wait_seconds > MOST_WAIT_SECONDS else "a while",
        tuple(commits),
        tuple(number for number, _ in rejections),
        tuple(number for number, _ in journal.blameless),
        len({reason for _, reason in rejections}) < 2,
        streak.length,
    )


def world_of(scenario: Scenario, choice: int = 0) -> World:
    ledger, mailing = begin(scenario)
    truth = Truth(ledger.standings[mailing.id])
    return World(scenario, truth, "r", lambda _ways: choice, lambda _when: None, lambda: False)


DOUBT = ["does not get it, and nobody can tell"]
"""The one way whose effect another has: whether the mail was taken is what nobody can tell."""


def effects_met_twice(effects: list[Effect], ways: Sequence[at_sendgrid.Way | at_mail_server.Way]) -> list[str]:
    return [way.told for at, way in enumerate(ways) if effects[at] in effects[:at]]


# SendGrid

TELLING = (200, 202, 301, 303, 308, 400, 401, 403, 408, 413, 415, 422, 429, 500, 503)
FIELDS = (None, "", "subject", "from", "personalizations", "personalizations.0.headers.X", "personalizations.7.to")
WAITS: tuple[dict[str, str], ...] = (
    {"Retry_After": "1"},
    {"Retry_After": "3600"},
    {"Retry_After": "7200"},
    {"Retry_After": "soon"},
    {"Retry_After": LATER.strftime("%a, %d %b %Y %H:%M:%S GMT")},
    {"X_RateLimit_Reset": "1"},
    {"X_RateLimit_Reset": str(int(LATER.timestamp()) + 42)},
    {"X_RateLimit_Reset": str(int(LATER.timestamp()) + 4242)},
    {"X_Message_Id": "m1"},
)


def everything_said(count: int) -> Iterator[Heard]:
    """Answers to a request for ``count`` readers."""
    for status in range(100, 600):
        yield answered(status)
        yield answered(status, ("no", None))
    for status in TELLING:
        yield answered(status)._replace(body=b'{"errors": 1')
        for headers in WAITS:
            yield answered(status, **headers)
        for field in FIELDS:
            yield answered(status, ("no", field))
            yield answered(status, ("no", field), ("neither", "personalizations.0.to.0.email"))
        for size in range(1, count + 1):
            for places in combinations(range(count), size):
                fields = [f"personalizations.{place}.to.0.email" for place in places]
                yield answered(status, *(("no", field) for field in fields))
                yield answered(status, *((f"no {field[17]}", field) for field in fields))


def connect(reason: OSError) -> OSError:
    """The same error, as it comes out of a connection that is being made."""
    try:
        raise reason
    except OSError as error:
        return error


def distrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "self-signed")
    error.verify_message = "self-signed"
    return error


FAILURES: tuple[Callable[[], Exception], ...] = (
    lambda: URLError(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
    lambda: URLError(ConnectionRefusedError()),
    lambda: URLError(TimeoutError()),
    lambda: URLError(ConnectionResetError()),
    lambda: URLError(ConnectionAbortedError()),
    lambda: URLError(BrokenPipeError()),
    lambda: URLError(connect(ConnectionResetError())),
    lambda: URLError(ssl.SSLEOFError()),
    lambda: URLError(ssl.SSLZeroReturnError()),
    lambda: URLError(ssl.SSLError(1, "wrong version number")),
    lambda: URLError(distrusted()),
    lambda: InvalidURL("no address"),
    lambda: RemoteDisconnected("closed"),
    lambda: BadStatusLine("?"),
    lambda: IncompleteRead(b""),
    ConnectionResetError,
    TimeoutError,
    lambda: OSError(5, "Input/output error"),
)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_whatever_sendgrid_says_has_the_effect_of_one_way(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(count, count)
    ways = ways_with(tuple(range(1, count + 1)))
    simulated = [effect_of(world_of(scenario, choice)) for choice in range(len(ways))]

    possible: dict[Effect, object] = {}
    everything: list[Heard | Callable[[], Exception]] = [*everything_said(count), *FAILURES]
    for said in everything:
        only = at_sendgrid.Way("", said)
        monkeypatch.setattr(at_sendgrid, "ways_with", lambda _numbers, only=only: (only,))
        possible.setdefault(effect_of(world_of(scenario)), said)

    assert {effect: said for effect, said in possible.items() if effect not in simulated} == {}
    assert set(simulated) <= possible.keys()
    assert effects_met_twice(simulated, ways) == DOUBT


# A mail server

OK, GO_ON = Reply(250, "OK"), Reply(354, "Go on")
CODES = (0, 250, 354, 421, 450, 451, 452, 500, 501, 503, 504, 530, 535, 550, 552, 553, 554, 555)


def every_reply() -> Iterator[Reply | None]:
    yield None
    for code in range(600):
        yield Reply(code, "no")
    for _, told, words, _ in REPLIES.values():
        for code in {*CODES, told}:
            yield Reply(code, words)


def every_way() -> Iterator[at_mail_server.Way]:
    """Each reply to each step of a letter."""
    for reply in every_reply():
        for before in ((reply, OK, GO_ON), (OK, reply, GO_ON), (OK, OK, reply)):
            yield at_mail_server.Way(f"{before}", before, after=OK)
        yield at_mail_server.Way(f"the letter: {reply}", after=reply)


@pytest.fixture(scope="module")
def known() -> list[Effect]:
    return [effect_of(world_of(ONE_READER, choice)) for choice in range(len(WAYS))]


def test_whatever_a_mail_server_says_has_the_effect_of_one_way(
    known: list[Effect], monkeypatch: pytest.MonkeyPatch
) -> None:
    possible: dict[Effect, str] = {}
    for way in every_way():
        monkeypatch.setattr(at_mail_server, "WAYS", (way,))
        possible.setdefault(effect_of(world_of(ONE_READER)), way.told)

    assert {effect: told for effect, told in possible.items() if effect not in known} == {}
    assert set(known) == possible.keys()
    assert effects_met_twice(known, WAYS) == DOUBT


@pytest.mark.parametrize("greeting", [None, Reply(0), Reply(421, "4.3.2 Shutting down"), Reply(554, "5.7.1 No")])
def test_a_server_that_takes_no_call_has_the_effect_of_one_way(known: list[Effect], greeting: Reply | None) -> None:
    world = world_of(ONE_READER)
    world.server.greeting = greeting

    assert effect_of(world) in known


@pytest.mark.parametrize("step", [b"MAIL", b"DATA"])
def test_a_connection_that_breaks_once_before_the_dot_has_the_effect_of_what_comes_after(
    known: list[Effect], step: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Line.write

    for choice, effect in enumerate(known):
        breaks = iter([True])

        def write_or_break(line: Line, content: bytes, breaks: Iterator[bool] = breaks) -> None:
            if content.startswith(step) and next(breaks, False):
                raise ConnectionResetError
            write(line, content)

        monkeypatch.setattr(Line, "write", write_or_break)

        assert effect_of(world_of(ONE_READER, choice)) == effect
