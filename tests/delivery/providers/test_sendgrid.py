from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from batches import ADA, BEA, CEM, NOW, batch, journal, sealed_mail
from conftest import KEY as SECRET_KEY
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.providers.base import Evidence, Examination
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.errors import PprmailError
from pprmail.model import Subscriber
from pprmail.settings.values import Sendgrid
from standins import http_faults
from standins.http_faults import Fault, errors, redirect, refusal, silence, too_many_requests, unavailable
from standins.http_server import _Handler
from standins.loopback import RESET_ON_CLOSE
from standins.sendgrid import DOMAINS, KEY, LOGS, SCOPES, SENDERS, Account, SendGridStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.delivery.seal import SealedMail

CLOCK = NOW.timestamp
AGAIN = "then run this again"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def standin() -> Iterator[SendGridStandIn]:
    with SendGridStandIn(clock=CLOCK) as made:
        yield made


@dataclass(frozen=True)
class World:
    """A newsletter and its provider at SendGrid."""

    newsletter: Newsletter
    standin: SendGridStandIn
    clock: Callable[[], float] = CLOCK

    @property
    def sealed(self) -> SealedMail:
        return sealed_mail(self.newsletter)

    def provider(
        self,
        *,
        host: str = "",
        key: str = KEY,
        sealed: SealedMail | None = None,
        sender: str = "",
        timeout_seconds: int = 10,
    ) -> SendgridProvider:
        content = replace(sealed or self.sealed, sender_address=sender or self.sealed.sender_address)
        settings = Sendgrid(host or self.standin.url, timeout_seconds=timeout_seconds)
        return SendgridProvider(settings, key, content, Signer(SECRET_KEY.encode(), "pprnet"), clock=self.clock)


@pytest.fixture
def world(newsletter: Newsletter, standin: SendGridStandIn) -> World:
    return World(newsletter, standin)


def answered(status: int, message: str = "", at: str | None = None) -> Fault:
    return Fault(http_faults.Answer(status, errors(message, at) if message else b""))


def refused(what: Next, detail: str, wait_seconds: float | None = None) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, detail=detail, next=what, wait_seconds=wait_seconds)


def in_doubt(detail: str) -> Answer:
    return Answer(Outcome.UNKNOWN, detail=detail)


TOO_LARGE = "'The JSON payload you have included in your request is too large.' (413)"
REVOKED = "The provided authorization grant is invalid, expired, or revoked"
UNVERIFIED = "The from address does not match a verified Sender Identity."
CHECK_HOST = "check 'host' under [sendgrid] and the proxy"

REFUSED = {
    "sandbox": (
        http_faults.SANDBOX,
        refused(Next.STOP, f"SendGrid checked the mail and sent nothing (200): the account is in sandbox mode; turn that off at SendGrid, {AGAIN}"),
    ),
    "redirect": (
        redirect("https://elsewhere.example.org/"),
        refused(Next.STOP, f"a redirect came instead of SendGrid (302), and nothing was sent: {CHECK_HOST}, {AGAIN}"),
    ),
    "nothing-named": (http_faults.BAD_REQUEST_WITHOUT_FIELD, refused(Next.HALVE, "SendGrid answered 'Bad Request' (400)")),
    "400-without-a-body": (answered(400), refused(Next.HALVE, "SendGrid answered status 400")),
    "400-cut-short": (
        http_faults.BAD_REQUEST_WITHOUT_FIELD.on_the_wire(http_faults.Wire.BODY_CUT),
        refused(Next.HALVE, "SendGrid answered status 400"),
    ),
    "no-such-number": (
        answered(400, "Odd.", "personalizations.3.to.0.email"),
        refused(
            Next.STOP,
            "SendGrid refuses the mail itself: 'Odd.' (field 'personalizations.3.to.0.email'). What is sealed does not change: undo the "
            "seal with 'pprmail cancel', mend it in the files or under [sender], and send it again",
        ),
    ),
    "all-recipients-together": (
        answered(400, "There is something.", "personalizations"),
        refused(Next.HALVE, "SendGrid answered 'There is something.' (400)"),
    ),
    "the-mail-itself": (
        answered(400, "The subject is required.", "subject"),
        refused(
            Next.STOP,
            "SendGrid refuses the mail itself: 'The subject is required.' (field 'subject'). What is sealed does not change: undo the "
            "seal with 'pprmail cancel', mend it in the files or under [sender], and send it again",
        ),
    ),
    "what-all-recipients-share": (
        answered(400, "is a reserved header.", "personalizations.0.headers.X"),
        refused(
            Next.STOP,
            "SendGrid refuses the mail itself: 'is a reserved header.' (field 'personalizations.0.headers.X'). What is sealed does not change: "
            "undo the seal with 'pprmail cancel', mend it in the files or under [sender], and send it again",
        ),
    ),
    "key-revoked": (
        http_faults.KEY_REVOKED,
        refused(Next.STOP, f"SendGrid does not take the API key: '{REVOKED}' (401); put a valid one into SENDGRID_API_KEY, {AGAIN}"),
    ),
    "no-credits": (
        http_faults.NO_CREDITS,
        refused(
            Next.STOP,
            "SendGrid says 'Maximum credits exceeded' (401): the plan's mails are used up; raise the plan or wait until there are credits, "
            + AGAIN,
        ),
    ),
    "unverified-sender": (
        answered(403, UNVERIFIED, "from"),
        refused(
            Next.STOP,
            f"SendGrid does not know the sender: '{UNVERIFIED}' (403); authenticate the domain of the sender's address at SendGrid, {AGAIN}",
        ),
    ),
    "blocked": (
        answered(403, "You are temporarily blocked due to repeated bad requests"),
        refused(
            Next.STOP,
            "SendGrid has closed the account for now: 'You are temporarily blocked due to repeated bad requests' (403); ask its support, "
            + AGAIN,
        ),
    ),
    "forbidden": (
        answered(403, "access forbidden"),
        refused(
            Next.STOP,
            "SendGrid forbids it: 'access forbidden' (403); give the API key the permission 'Mail Send' and check the account at SendGrid, "
            + AGAIN,
        ),
    ),
    **{
        str(status): (answered(status, "no"), refused(Next.STOP, f"SendGrid refuses such a request: 'no' ({status}); {CHECK_HOST}, {AGAIN}"))
        for status in (404, 405, 406, 415, 422)
    },
    "408": (answered(408), refused(Next.WAIT, "SendGrid answered status 408")),
    "413": (http_faults.TOO_LARGE, refused(Next.HALVE, f"SendGrid answered {TOO_LARGE}")),
    "429": (too_many_requests(), refused(Next.WAIT, "SendGrid answered 'too many requests' (429)")),
    "429-until": (
        too_many_requests(("X-RateLimit-Reset", str(int(CLOCK()) + 42)), ("Retry-After", "7")),
        refused(Next.WAIT, "SendGrid answered 'too many requests' (429)", 42),
    ),
    "429-until-some-time-ago": (
        too_many_requests(("X-RateLimit-Reset", "1")),
        refused(Next.WAIT, "SendGrid answered 'too many requests' (429)"),
    ),
    "429-for-seconds": (
        too_many_requests(("Retry-After", "7")),
        refused(Next.WAIT, "SendGrid answered 'too many requests' (429)", 7),
    ),
    "429-until-a-date": (
        too_many_requests(("Retry-After", "Fri, 14 Aug 2020 12:01:30 GMT")),
        refused(Next.WAIT, "SendGrid answered 'too many requests' (429)", 90),
    ),
    "429-without-sense": (
        too_many_requests(("X-RateLimit-Reset", "soon"), ("Retry-After", "later")),
        refused(Next.WAIT, "SendGrid answered 'too many requests' (429)"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_was_refused_was_not_handed_over(world: World, fault: Fault, expected: Answer) -> None:
    world.standin.next(fault)

    answer = world.provider().hand_over(batch(ADA, BEA, CEM), journal())

    assert answer == expected
    assert world.standin.accepted == []


NO_ANSWER = "the connection to SendGrid ended without an answer"
DOUBTS = {
    "500": (http_faults.INTERNAL_ERROR, "SendGrid answered 'internal error' (500)"),
    "500-accepted": (http_faults.INTERNAL_ERROR.after_accepting(), "SendGrid answered 'internal error' (500)"),
    **{str(status): (unavailable(status), f"SendGrid answered status {status}") for status in (502, 503, 504, 599)},
    "503-cut-short": (http_faults.BODY_CUT, "SendGrid answered status 503"),
    "303": (answered(303), "SendGrid answered status 303"),
    "201": (answered(201), "SendGrid answered status 201"),
    "silence": (silence(), f"{NO_ANSWER} (time-out)"),
    "reset": (http_faults.RESET_UNPROCESSED, f"{NO_ANSWER} (Connection reset by peer)"),
    "reset-accepted": (http_faults.RESET_ACCEPTED, f"{NO_ANSWER} (Connection reset by peer)"),
    "closed": (http_faults.CLOSED_UNPROCESSED, f"{NO_ANSWER} (RemoteDisconnected)"),
    "closed-accepted": (http_faults.CLOSED_ACCEPTED, f"{NO_ANSWER} (RemoteDisconnected)"),
    "garbled": (http_faults.GARBLED_UNPROCESSED, f"{NO_ANSWER} (BadStatusLine)"),
    "garbled-accepted": (http_faults.GARBLED_ACCEPTED, f"{NO_ANSWER} (BadStatusLine)"),
}


@pytest.mark.parametrize(("fault", "detail"), DOUBTS.values(), ids=DOUBTS)
def test_what_proves_nothing_leaves_the_batch_in_doubt(world: World, fault: Fault, detail: str) -> None:
    world.standin.next(fault)

    answer = world.provider(timeout_seconds=1).hand_over(batch(ADA, BEA, CEM), journal())

    assert answer == in_doubt(detail)
    assert len(world.standin.requests) == 1


@pytest.mark.parametrize(
    ("fault", "has_id"),
    [
        pytest.param(None, True, id="proper"),
        pytest.param(http_faults.ODD_BODY, True, id="odd-body"),
        pytest.param(http_faults.ODD_BODY.on_the_wire(http_faults.Wire.BODY_CUT), True, id="body-cut-short"),
        pytest.param(http_faults.WITHOUT_ID, False, id="without-id"),
        pytest.param(http_faults.HEADERS_CUT, False, id="headers-cut-short"),
    ],
)
def test_a_202_is_accepted_whatever_comes_with_it(world: World, fault: Fault | None, has_id: bool) -> None:  # noqa: FBT001
    streak = Streak()
    streak.add(Rejection(7, "no"))
    world.standin.next(fault)

    answer = world.provider().hand_over(batch(ADA, BEA, CEM), Journal(lambda _number, _rejections: None, streak))

    (taken,) = world.standin.accepted
    expected = (taken.message_id, "") if has_id else (None, "accepted without an X-Message-Id")
    assert answer == Answer(Outcome.ACCEPTED, *expected)
    assert streak.rejections == ()
    assert taken.addresses == ["ada@example.org", "bea@example.org", "cem@example.org"]


def test_an_empty_batch_asks_nobody(world: World) -> None:
    assert world.provider().hand_over(batch(), journal()) == Answer(Outcome.ACCEPTED)
    assert world.standin.requests == []


def test_several_threads_may_hand_over_at_once(world: World) -> None:
    provider = world.provider()
    batches = [batch(Subscriber(f"reader{number}@example.org")) for number in range(20)]

    with ThreadPoolExecutor(4) as workers:
        outcomes = {answer.outcome for answer in workers.map(lambda one: provider.hand_over(one, journal()), batches)}

    assert outcomes == {Outcome.ACCEPTED}
    assert world.standin.mailed() == {f"reader{number}@example.org": 1 for number in range(20)}


# Recipients who are refused


def test_recipients_that_are_named_are_rejected_and_the_rest_goes_again(world: World) -> None:
    bad = Subscriber("not-an-address", "Dee"), Subscriber("neither@this", "Eve")
    written = journal()

    answer = world.provider().hand_over(batch(ADA, bad[0], BEA, bad[1]), written)

    assert answer == refused(Next.AGAIN, "SendGrid answered 'Does not contain a valid address.' (400)")
    assert written.rejections == (
        Rejection(2, "Does not contain a valid address."),
        Rejection(4, "Does not contain a valid address."),
    )
    assert world.standin.accepted == []


def test_many_that_are_named_prove_nothing_of_the_sender(world: World) -> None:
    written = journal()

    answer = world.provider().hand_over(batch(*(Subscriber(f"bad{number}") for number in range(5))), written)

    assert answer.next is Next.AGAIN
    assert len(written.rejections) == 5


def test_a_recipient_refused_alone_is_rejected_with_the_words(world: World) -> None:
    world.standin.next(refusal(400, "Bad Request for <ada@example.org>"))
    written = journal()

    answer = world.provider().hand_over(batch(ADA), written)

    assert answer == refused(Next.AGAIN, "SendGrid answered 'Bad Request for <(address)>' (400)")
    assert written.rejections == (Rejection(1, "Bad Request for <(address)>"),)


def test_recipient_after_recipient_refused_alike_is_the_sender_refused(world: World) -> None:
    world.standin.always(http_faults.BAD_REQUEST_WITHOUT_FIELD)
    provider, streak = world.provider(), Streak()

    answers = [
        provider.hand_over(batch(one), Journal(lambda _number, _rejections: None, streak)) for one in (ADA, BEA, CEM)
    ]

    assert [answer.next for answer in answers] == [Next.AGAIN, Next.AGAIN, Next.STOP]
    assert answers[2].detail == (
        "SendGrid refuses recipient after recipient with the words 'Bad Request': that is about the mail or the account, not about them; "
        "mend what it says at SendGrid, then run this again"
    )


def test_mail_too_large_for_one_stops_the_send(world: World) -> None:
    world.standin.next(http_faults.TOO_LARGE)

    answer = world.provider().hand_over(batch(ADA), journal())

    assert answer == refused(
        Next.STOP,
        f"the mail is too large for SendGrid: {TOO_LARGE}; undo the seal with 'pprmail cancel', make the issue shorter and send it again",
    )


# The wire


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


@pytest.mark.parametrize(
    ("recipients", "what"),
    [pytest.param((ADA, BEA), Next.HALVE, id="several"), pytest.param((ADA,), Next.WAIT, id="one")],
)
def test_a_connection_that_breaks_while_we_send_may_have_been_too_much(
    world: World, recipients: tuple[Subscriber, ...], what: Next
) -> None:
    more_than_buffers_hold = replace(world.sealed, html="<p>mail</p>" * 1_500_000)
    world.standin.next(http_faults.RESET_UNREAD)

    answer = world.provider(sealed=more_than_buffers_hold).hand_over(batch(*recipients), journal())

    assert (answer.outcome, answer.next) == (Outcome.NOT_HANDED_OVER, what)


def test_a_413_that_does_not_wait_for_the_mail_is_halved(world: World) -> None:
    more_than_buffers_hold = replace(world.sealed, html="<p>mail</p>" * 1_500_000)
    world.standin.next(http_faults.EARLY_TOO_LARGE)

    answer = world.provider(sealed=more_than_buffers_hold).hand_over(batch(ADA, BEA), journal())

    assert (answer.outcome, answer.next) == (Outcome.NOT_HANDED_OVER, Next.HALVE)


def test_a_connection_that_breaks_before_we_send_says_nothing_of_the_size(world: World) -> None:
    with door() as opened:
        answer = world.provider(host=f"https://127.0.0.1:{opened.port}").hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (Connection reset by peer)")


def test_nobody_listens(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"http://127.0.0.1:{listener.getsockname()[1]}"

    answer = world.provider(host=host).hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (Connection refused)")


def test_a_name_that_nobody_knows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    answer = world.provider(host="https://api.sendgrid.example").hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.WAIT, "SendGrid could not be reached (its name was not found)")


def test_a_host_that_is_no_host(world: World) -> None:
    answer = world.provider(host="https://api.sendgrid.com:port").hand_over(batch(ADA), journal())

    assert answer == refused(Next.STOP, f"'host' under [sendgrid] is no address of a server; mend it, {AGAIN}")


def test_a_redirect_is_not_followed(world: World) -> None:
    with SendGridStandIn(clock=CLOCK) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            moved = redirect(f"{elsewhere.url}/v3/mail/send")
            world.standin.next(replace(moved, answer=moved.answer._replace(status=status)))
            world.provider().hand_over(batch(ADA), journal())

        assert elsewhere.requests == []
    assert len(world.standin.requests) == 5


def test_the_host_of_the_settings_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with door() as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        answer = world.provider(host="https://api.eu.sendgrid.com").hand_over(batch(ADA), journal())

    assert proxy.heard[0].startswith(b"CONNECT api.eu.sendgrid.com:443 ")
    assert answer.next is Next.WAIT


def test_a_fault_of_our_own_is_raised_before_anything_is_sent(world: World) -> None:
    with pytest.raises(TypeError):
        world.provider(sealed=replace(world.sealed, subject=b"bytes")).hand_over(batch(ADA), journal())  # type: ignore[arg-type]

    assert world.standin.requests == []


# TLS


class TlsHandler(_Handler):
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


def test_a_certificate_that_nobody_vouches_for_is_refused(world: World) -> None:
    with TlsStandIn(trustme.CA()) as impostor:
        answer = world.provider(host=impostor.url).hand_over(batch(ADA, BEA), journal())

        assert answer.stop
        assert answer.detail.startswith("the server does not prove that it is SendGrid (certificate not trusted: ")
        assert impostor.requests == []


def test_a_certificate_of_a_known_authority_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    with TlsStandIn(authority) as proper:
        answer = world.provider(host=proper.url).hand_over(batch(ADA, BEA), journal())

    assert answer.outcome is Outcome.ACCEPTED


def test_a_server_without_tls_is_refused(world: World) -> None:
    host = world.standin.url.replace("http:", "https:")

    answer = world.provider(host=host).hand_over(batch(ADA, BEA), journal())

    assert answer.stop
    assert answer.detail.startswith("the server does not prove that it is SendGrid (")


# Secrets


def test_the_key_and_the_readers_are_in_no_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="python_http_client.client")
    world.standin.next(None, refusal(401, f"{KEY} of ada@example.org is wrong"))
    provider = world.provider()

    answers = [provider.hand_over(batch(ADA), journal()) for _ in range(2)]
    provider.examine()
    provider.look_for(batch(ADA))

    told = caplog.text + repr(answers)
    assert KEY not in told
    assert "ada@example.org" not in told
    assert "(key) of (address) is wrong" in told


# Before anything is sealed


@pytest.mark.parametrize(
    ("key", "sender", "sentence"),
    [
        pytest.param(
            "",
            "",
            "SENDGRID_API_KEY is not set; put the API key of the SendGrid account into it and run this again",
            id="no-key",
        ),
        *(
            pytest.param(
                key,
                "",
                "SENDGRID_API_KEY holds spaces, line breaks or other characters that no key has; set it to the key alone",
                id=name,
            )
            for name, key in {"space": "SG.a b", "line-break": "SG.a\n", "beyond-ascii": "SG.ä"}.items()
        ),
        pytest.param(
            KEY,
            "é@example.org",
            "SendGrid takes no sender such as 'é@example.org'; write an ASCII address under [sender] address",
            id="sender",
        ),
    ],
)
def test_what_cannot_stand_in_a_request_is_refused_first(world: World, key: str, sender: str, sentence: str) -> None:
    with pytest.raises(PprmailError) as told:
        world.provider(key=key, sender=sender).prepare()

    assert str(told.value) == sentence


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("https://api.sendgrid.com:65536", id="port"),
        pytest.param(f"https://{'a' * 64}.example.org", id="label"),
        pytest.param("https://.", id="name"),
    ],
)
def test_a_server_that_cannot_be_is_refused_first(world: World, host: str) -> None:
    with pytest.raises(PprmailError) as told:
        world.provider(host=host).prepare()

    assert str(told.value) == (
        f"'host' under [sendgrid] is {host!r}, which names no server; write https://api.sendgrid.com"
    )


def test_a_list_unsubscribe_longer_than_a_line_is_refused_first(world: World) -> None:
    room = 997 - len(f"List-Unsubscribe: <{'/u/'}{'t' * 33}>, <mailto:unsubscribe@example.org?subject={'t' * 33}>")
    fits, too_long = (replace(world.sealed, unsubscribe_service_url="h" * length) for length in (room, room + 1))

    world.provider(sealed=fits).prepare()
    with pytest.raises(PprmailError) as told:
        world.provider(sealed=too_long).prepare()

    assert str(told.value) == (
        "the header List-Unsubscribe would be too long; shorten 'service_url' or 'mailto' under [unsubscribe]"
    )


# The account


def test_an_authenticated_domain_is_all_one_wants(world: World) -> None:
    assert world.provider().examine() == Examination()


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        pytest.param("news@mail.example.org", "example.org", id="below"),
        pytest.param("news@a.mail.example.org", "mail.example.org", id="further-below"),
        pytest.param("News@Example.org", "example.org", id="capitals"),
    ],
)
def test_a_domain_may_be_within_the_authenticated_one(world: World, sender: str, known: str) -> None:
    world.standin.account = Account(domains={known: True})

    assert world.provider(sender=sender).examine() == Examination()


SINGLE = (
    "SendGrid knows newsletter@example.org as a single sender only, so that its signature is not of example.org, and large providers may "
    "refuse bulk mail without that; authenticate the domain at SendGrid"
)
FREE = (
    "mail from yahoo.co.uk through SendGrid fails that provider's own DMARC policy and may be refused or marked as spam; write an address "
    "of a domain of your own under [sender] address"
)


def test_a_single_sender_is_warned(world: World) -> None:
    world.standin.account = Account(domains={}, senders={"newsletter@example.org": True})

    assert world.provider().examine() == Examination(warnings=(SINGLE,))


def test_a_single_sender_is_found_on_a_later_page(world: World) -> None:
    others = {f"other{number}@example.org": True for number in range(60)}
    world.standin.account = Account(domains={}, senders=others | {"newsletter@example.org": True})

    assert world.provider().examine() == Examination(warnings=(SINGLE,))


def test_a_sender_at_a_free_mail_service_is_warned(world: World) -> None:
    world.standin.account = Account(domains={}, senders={"news@yahoo.co.uk": True})

    assert world.provider(sender="news@yahoo.co.uk").examine() == Examination(warnings=(FREE,))


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        pytest.param(
            Account(key="SG.another"),
            f"SendGrid does not take the API key: '{REVOKED}' (401); put a valid one into SENDGRID_API_KEY, {AGAIN}",
            id="wrong-key",
        ),
        pytest.param(
            Account(scopes=["alerts.read"]),
            f"the API key may not send mail; give it the permission 'Mail Send' under Settings, API Keys at SendGrid, {AGAIN}",
            id="no-scope",
        ),
        pytest.param(
            Account(domains={"example.org": False}),
            "SendGrid finds the DNS records of example.org missing or wrong; set those that Settings, Sender Authentication shows, "
            f"press Verify there, {AGAIN}",
            id="domain-not-valid",
        ),
        *(
            pytest.param(
                account,
                "SendGrid knows neither example.org as an authenticated domain nor newsletter@example.org as a verified sender; "
                f"add one under Settings, Sender Authentication at SendGrid, {AGAIN}",
                id=name,
            )
            for name, account in {
                "nobody": Account(domains={}),
                "another-domain": Account(domains={"ample.org": True, "org": True}),
                "not-verified": Account(domains={}, senders={"newsletter@example.org": False}),
            }.items()
        ),
    ],
)
def test_a_plain_no(world: World, account: Account, sentence: str) -> None:
    world.standin.account = account

    with pytest.raises(PprmailError) as told:
        world.provider().examine()

    assert str(told.value) == sentence


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(refusal(403, "access forbidden"), id="not-allowed"),
        pytest.param(unavailable(), id="unavailable"),
        pytest.param(http_faults.CLOSED_UNPROCESSED, id="closed"),
        pytest.param(Fault(http_faults.Answer(200, b"{}")), id="another-answer"),
    ],
)
def test_no_answer_is_neither_yes_nor_no(world: World, fault: Fault) -> None:
    for question in (SCOPES, DOMAINS, SENDERS):
        world.standin.always(fault, at=question)

    examination = world.provider().examine()

    assert examination.warnings == ()
    assert [one.partition(" (")[0] for one in examination.unanswered] == [
        "whether the API key may send mail",
        "whether example.org is authenticated",
        "whether newsletter@example.org is a verified sender",
    ]


def test_an_impostor_is_a_plain_no(world: World) -> None:
    with TlsStandIn(trustme.CA()) as impostor, pytest.raises(PprmailError) as told:
        world.provider(host=impostor.url).examine()

    assert str(told.value).startswith("the server does not prove that it is SendGrid (certificate not trusted: ")


# Evidence


READERS = tuple(Subscriber(f"reader{number}@example.org") for number in range(1, 12))


def test_a_letter_in_the_log_proves_the_batch(world: World) -> None:
    world.standin.next(http_faults.RESET_ACCEPTED)
    provider = world.provider()
    provider.hand_over(batch(*READERS), journal())

    evidence = provider.look_for(batch(*READERS))

    assert evidence == Evidence(
        found=True,
        detail="SendGrid's log has the letter of this attempt to recipient 1",
        provider_id=world.standin.accepted[0].message_id,
    )


def test_any_of_the_recipients_asked_for_will_do(world: World) -> None:
    provider = world.provider()
    provider.hand_over(batch(*READERS), journal())
    world.standin.unlogged = {one.address for one in READERS[:10]}

    evidence = provider.look_for(batch(*READERS))

    assert evidence.detail == "SendGrid's log has the letter of this attempt to recipient 11"


def test_another_attempt_is_no_evidence(world: World) -> None:
    provider = world.provider()
    provider.hand_over(batch(*READERS)._replace(attempt="a0"), journal())

    assert not provider.look_for(batch(*READERS)).found


@pytest.mark.parametrize(
    ("minutes", "caution"),
    [
        pytest.param(14, ". The attempt is 14 minutes old: ask again when it is 15", id="early"),
        pytest.param(15, "", id="late"),
    ],
)
def test_absence_proves_nothing(newsletter: Newsletter, standin: SendGridStandIn, minutes: int, caution: str) -> None:
    provider = World(newsletter, standin, clock=(NOW + timedelta(minutes=minutes)).timestamp).provider()
    standin.logs_lag = True
    provider.hand_over(batch(*READERS), journal())

    evidence = provider.look_for(batch(*READERS))

    assert evidence == Evidence(
        found=False,
        detail=f"SendGrid's log has no letter of this attempt to the 5 recipients asked for, of 11; that proves nothing, since it can lag{caution}",
    )


def test_the_recipients_asked_for_are_spread_over_the_batch(world: World) -> None:
    world.provider().look_for(batch(*READERS))

    asked = [json.loads(request.body)["query"].split("'")[1] for request in world.standin.requests]
    assert asked == [f"reader{number}@example.org" for number in (1, 3, 6, 8, 11)]


def test_an_address_that_would_break_the_question_is_not_asked_for(world: World) -> None:
    evidence = world.provider().look_for(batch(Subscriber("o'hara@example.org")))

    assert evidence == Evidence(
        found=False, detail="no address of the batch can be asked for in SendGrid's log; that proves nothing"
    )
    assert world.standin.requests == []


def test_a_batch_outside_the_ledger_has_no_evidence(world: World) -> None:
    with pytest.raises(PprmailError) as told:
        world.provider().look_for(batch(ADA)._replace(claimed=None))

    assert str(told.value) == "batch 1 is of no mailing: SendGrid's log cannot be asked when it was handed over"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param(
            refusal(403, "access forbidden"),
            "SendGrid's log may not be asked with this API key: 'access forbidden' (403); give the key the permission to read Email Logs "
            "(or Email Activity), or look for the mail under Activity at SendGrid yourself",
            id="not-allowed",
        ),
        pytest.param(
            too_many_requests(),
            "SendGrid's log takes no more questions now: 'too many requests' (429); try again in a few minutes",
            id="too-many",
        ),
        pytest.param(unavailable(), "SendGrid's log gave no answer: status 503; try again later", id="unavailable"),
        pytest.param(
            Fault(http_faults.Answer(200, b"[]")),
            "SendGrid's log gave no answer: status 200; try again later",
            id="another-answer",
        ),
        pytest.param(
            http_faults.CLOSED_UNPROCESSED,
            "SendGrid's log cannot be asked now (RemoteDisconnected); try again later",
            id="closed",
        ),
    ],
)
def test_a_log_that_cannot_be_asked(world: World, fault: Fault, sentence: str) -> None:
    world.standin.next(fault, at=LOGS)

    with pytest.raises(PprmailError) as told:
        world.provider().look_for(batch(ADA))

    assert str(told.value) == sentence


def test_the_clock_of_the_other_side_may_be_behind(newsletter: Newsletter) -> None:
    behind = datetime(2020, 8, 14, 11, 30, tzinfo=UTC)
    with SendGridStandIn(clock=behind.timestamp) as standin:
        provider = World(newsletter, standin).provider()
        provider.hand_over(batch(ADA), journal())

        assert provider.look_for(batch(ADA)).found
