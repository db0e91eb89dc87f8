"""SendGrid as a send may meet it: the real provider, and on the other side of its client everything that SendGrid can do.

Each class of answers that ``verdict`` tells apart has one way here (``test_answers`` holds the list to it). What an answer
proves is the real provider's to say, and what the log proves too.
"""

from __future__ import annotations

import json
import re
from email.message import Message
from functools import cache
from http.client import RemoteDisconnected
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.error import URLError

from conftest import KEY
from delivery.plans import sealed_mail
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.journal import MOST_IDENTICAL
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.delivery.providers.sendgrid.heard import Heard
from pprmail.delivery.providers.sendgrid.request import ATTEMPT
from pprmail.settings.values import Sendgrid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.providers.base import Evidence
    from pprmail.delivery.providers.sendgrid.client import SendgridClient
    from proof.world import World

TOO_LONG_SECONDS = 7200
_MADE = SendgridProvider(Sendgrid(), "SG.key", sealed_mail(), Signer(KEY.encode(), "pprnet"), clock=float)
"""To make its writer takes longer than a run."""
_SHOWS, _LAGS, _NOTHING, _MUTE = (
    "its log shows it",
    "its log lags behind",
    "its log shows nothing",
    "it cannot be asked now",
)


class Way(NamedTuple):
    """What SendGrid does with a request: its answer, or how the wire breaks; and whether it ``takes`` the mail."""

    told: str
    heard: Heard | Callable[[], Exception]
    takes: bool = False

    def answer(self) -> Heard:
        """What comes out of the client."""
        if isinstance(self.heard, Heard):
            return self.heard
        raise self.heard()


def answered(status: int, *complaints: tuple[str, str | None], **headers: str) -> Heard:
    """An answer; a complaint is SendGrid's words and the field that they are about."""
    head = Message()
    for name, value in headers.items():
        head[name.replace("_", "-")] = value
    errors = [{"message": words, "field": field, "help": None} for words, field in complaints]
    return Heard(status, head, json.dumps({"errors": errors}).encode() if errors else b"")


@cache
def ways_with(numbers: tuple[int, ...]) -> tuple[Way, ...]:
    """All that SendGrid can do with a request for these readers, one way for each class of answers."""
    several = (
        Way("refuses it as too much", answered(413)),
        Way("breaks off while it comes", lambda: URLError(BrokenPipeError())),
        *_namings(numbers),
    )
    return (
        Way("takes it", answered(202, X_Message_Id="m1"), takes=True),
        Way("takes it, and the answer is lost", lambda: RemoteDisconnected("closed"), takes=True),
        Way("does not get it, and nobody can tell", answered(503)),
        Way("cannot be reached", lambda: URLError(ConnectionRefusedError())),
        Way("refuses it for a second", answered(429, Retry_After="1")),
        Way("refuses it for two hours", answered(429, Retry_After=str(TOO_LONG_SECONDS))),
        Way("refuses the sender", answered(401, ("revoked", None))),
        *(several if len(numbers) > 1 else (Way("refuses the one in it", answered(400, ("no such mailbox", None))),)),
    )


def _namings(numbers: tuple[int, ...]) -> Iterator[Way]:
    """Whomever a 400 may name, all in the same words or each in words of their own."""
    places = range(len(numbers))
    for count in range(1, len(numbers) + 1):
        for chosen in combinations(places, count):
            who = " and ".join(str(numbers[place]) for place in chosen)
            if count < max(len(numbers), 2) or count < MOST_IDENTICAL:  # else it is the sender who is refused
                yield Way(f"refuses {who} by name", _naming((place, "no such mailbox") for place in chosen))
            if count > 1:
                own_words = _naming((place, f"not mailbox {place}") for place in chosen)
                yield Way(f"refuses {who} by name, in words of their own", own_words)


def _naming(named: Iterator[tuple[int, str]]) -> Heard:
    return answered(400, *((words, f"personalizations.{place}.to.0.email") for place, words in named))


class Whole(SendgridProvider):
    """The real provider before a simulated SendGrid."""

    def __init__(self, world: World) -> None:
        vars(self).update(vars(_MADE))
        self._clock = self._tell_time
        self.workers = world.scenario.workers
        self.world = world
        self.is_logged = True

    def _tell_time(self) -> float:
        return self.world.now.timestamp()

    def _client(self) -> SendgridClient:
        return cast("SendgridClient", Client(self))

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        answer = super().hand_over(batch, journal)
        if self.world.scenario.retries_lost_answers and answer.outcome is Outcome.UNKNOWN:
            return Answer(Outcome.NOT_HANDED_OVER, next=Next.WAIT, wait_seconds=1.0)
        return answer

    def look_for(self, batch: Batch) -> Evidence:
        took = any(attempt == batch.attempt for attempt, _ in self.world.logged())
        self.log = self.world.pick((_SHOWS, _LAGS, _MUTE) if took else (_NOTHING, _MUTE))
        self.world.tell(f"the provider is asked for batch {batch.number}: {self.log}")
        self.asked = batch.attempt
        return super().look_for(batch)


class Client:
    """Stands in for SendGrid's client. What a request holds is all that this side knows."""

    def __init__(self, provider: Whole) -> None:
        self.provider = provider
        self.world = provider.world

    def post(self, path: str, body: bytes) -> Heard:
        request = json.loads(body)
        return self._take(request) if path == "mail/send" else self._list_letters(request["query"])

    def _take(self, request: dict[str, Any]) -> Heard:
        world, sent = self.world, request["custom_args"]
        numbers = tuple(number_of(one["to"][0]["email"]) for one in request["personalizations"])
        world.stage.pause()
        shown = f"batch {sent['pprmail_batch']} ({', '.join(map(str, numbers))})"
        world.let_pass(is_sent=False)
        world.crash(f"before the provider has {shown}")
        way = ways_with(numbers)[world.choose(tuple(one.told for one in ways_with(numbers)))]
        world.tell(f"the provider has {shown} before it: {way.told}")
        if way.takes:
            world.receive(numbers, request)
        world.crash("after that, before the answer is heard")
        world.on_its_way = way.told
        world.let_pass()
        world.on_its_way = ""
        return way.answer()

    # The log. Of the batch that is asked for it shows as much as was chosen, of all others everything

    def _list_letters(self, query: str) -> Heard:
        if self.provider.log == _MUTE:
            return answered(503)
        found = re.search(r"to_email = '([^']+)'", query)
        number = number_of(found[1]) if found else 0
        ids = [f"{attempt}/{one}" for attempt, one in sorted(self.world.logged()) if one == number]
        is_late = self.provider.log == _LAGS
        shown = [one for one in ids if not (is_late and one == f"{self.provider.asked}/{number}")]
        return told({"messages": [{"sg_message_id": one} for one in shown]})

    def get(self, path: str) -> Heard:
        attempt = path.removeprefix("logs/").partition("%2F")[0]
        return told({"custom_args": {ATTEMPT: attempt}})


def told(content: object, status: int = 200) -> Heard:
    """An answer with a body."""
    return Heard(status, Message(), json.dumps(content).encode())


def number_of(address: str) -> int:
    """The number of the reader with that address."""
    return int(address.removeprefix("reader").partition("@")[0])
