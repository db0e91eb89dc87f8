from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches import ADA, BEA, CEM, NOW, batch, journal
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.providers.sendgrid.heard import Heard
from pprmail.delivery.providers.sendgrid.verdict import verdict_of
from pprmail.delivery.schedule import Schedule
from pprmail.errors import PprmailError
from pprmail.model import Subscriber
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.http_faults import (
    Fault,
    errors,
    redirect,
    refusal,
    silence,
    too_many_requests,
    unavailable,
)
from pprmail.rehearsal.standin.sendgrid import KEY
from sendgrid_world import AGAIN, CHECK_HOST, CLOCK, REVOKED, at_sendgrid, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Newsletter
    from sendgrid_world import World


@pytest.fixture
def world(newsletter: Newsletter) -> Iterator[World]:
    with at_sendgrid(newsletter) as made:
        yield made


def answered(status: int, message: str = "", at: str | None = None) -> Fault:
    return Fault(http_faults.Answer(status, errors(message, at) if message else b""))


def in_doubt(detail: str) -> Answer:
    return Answer(Outcome.UNKNOWN, detail=detail)


TOO_LARGE = "'The JSON payload you have included in your request is too large.' (413)"
UNVERIFIED = "The from address does not match a verified Sender Identity."

TOO_FAR = "Scheduling more than 72 hours in advance is forbidden."
NOT_THEN = "SendGrid does not hold mail until that time, which by its clock is more than 72 hours ahead or none at all"
NOT_THERE = "SendGrid does not know the slot any more that this mail is to be held under"
SEND_AGAIN_LATER = "check this machine's clock, 'pprmail cancel' the send, and send again with another --at"
SEND_AGAIN = "if SENDGRID_API_KEY is of the account that the send began with, call off what it holds with 'pprmail cancel', then send again"

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
        refused(Next.HALVE, "SendGrid answered 'Odd.' (400)"),
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
            "seal with 'pprmail cancel' while nobody was accepted, mend it in the files or under [sender], and send it again",
        ),
    ),
    "what-all-recipients-share": (
        answered(400, "is a reserved header.", "personalizations.0.headers.X"),
        refused(
            Next.STOP,
            "SendGrid refuses the mail itself: 'is a reserved header.' (field 'personalizations.0.headers.X'). What is sealed does not change: "
            "undo the seal with 'pprmail cancel' while nobody was accepted, mend it in the files or under [sender], and send it again",
        ),
    ),
    **{
        f"time-{name}": (answered(400, TOO_FAR, at), refused(Next.STOP, f"{NOT_THEN}: '{TOO_FAR}'; {SEND_AGAIN_LATER}"))
        for name, at in {
            "named": "send_at",
            "named-for-a-reader": "personalizations.1.send_at",
            "in-brackets": "personalizations[0].send_at",
            "in-words-alone": None,
        }.items()
    },
    **{
        f"slot-{name}": (answered(400, words, at), refused(Next.STOP, f"{NOT_THERE}: '{words}'; {SEND_AGAIN}"))
        for name, words, at in (
            ("named", "Odd.", "batch_id"),
            ("in-words-alone", "invalid batch id", None),
            ("in-other-words", "The batch_id must be a string.", None),
        )
    },
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
    "closed": (http_faults.CLOSED_UNPROCESSED, f"{NO_ANSWER} (the connection was closed)"),
    "closed-accepted": (http_faults.CLOSED_ACCEPTED, f"{NO_ANSWER} (the connection was closed)"),
    "garbled": (http_faults.GARBLED_UNPROCESSED, f"{NO_ANSWER} (the answer made no sense)"),
    "garbled-accepted": (http_faults.GARBLED_ACCEPTED, f"{NO_ANSWER} (the answer made no sense)"),
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


@pytest.mark.parametrize("seed", range(3))
def test_whatever_goes_wrong_an_outcome_that_claims_something_is_true(world: World, seed: int) -> None:
    readers = [Subscriber(f"reader{number}@example.org") for number in range(80)]
    world.standin.faults_at_random(seed, 0.7)
    provider = world.provider()

    outcomes = {one.address: provider.hand_over(batch(one), journal()).outcome for one in readers}

    mailed = world.standin.mailed()
    assert set(outcomes.values()) == set(Outcome)
    for address, outcome in outcomes.items():
        possible = {Outcome.ACCEPTED: {1}, Outcome.NOT_HANDED_OVER: {0}, Outcome.UNKNOWN: {0, 1}}[outcome]
        assert mailed[address] in possible


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("personalizations.0.to"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["errors", "message", "field", "help"]), inner),
)


@given(
    status=st.integers(200, 599),
    body=st.binary() | st.builds(json.dumps, JSON).map(str.encode) | st.just(b"[" * 100_000),
    header=st.text(),
)
def test_whatever_comes_back_has_a_verdict(status: int, body: bytes, header: str) -> None:
    headers = Message()
    for name in ("X-Message-Id", "X-RateLimit-Reset", "Retry-After"):
        headers[name] = header

    verdict = verdict_of(Heard(status, headers, body), 2, CLOCK())

    assert (verdict.answer.outcome is Outcome.ACCEPTED) == (status == 202)
    assert verdict.answer.detail or status == 202
    assert all(place < 2 for place, _ in verdict.rejected)


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


def test_many_that_are_named_among_others_prove_nothing_of_the_sender(world: World) -> None:
    written = journal()

    answer = world.provider().hand_over(batch(ADA, *(Subscriber(f"bad{number}") for number in range(5))), written)

    assert answer.next is Next.AGAIN
    assert len(written.rejections) == 5


def test_all_of_them_named_in_the_same_words_are_not_to_blame(world: World) -> None:
    written = journal()

    answer = world.provider().hand_over(batch(*(Subscriber(f"bad{number}") for number in range(5))), written)

    assert answer.stop
    assert "that is about the mail or the account, not about them" in answer.detail
    assert written.rejections == ()


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
        f"the mail is too large for SendGrid: {TOO_LARGE}; 'pprmail cancel' undoes the seal while nobody was accepted; make the issue shorter",
    )


# Mail that is held


@pytest.mark.parametrize(
    ("hours", "slot", "sentence"),
    [
        pytest.param(73, "", f"{NOT_THEN}: '{TOO_FAR}'; {SEND_AGAIN_LATER}", id="too-far-ahead"),
        pytest.param(1, "nobody", f"{NOT_THERE}: 'invalid batch id'; {SEND_AGAIN}", id="no-such-slot"),
    ],
)
@pytest.mark.parametrize("recipients", [pytest.param((ADA,), id="one"), pytest.param((ADA, BEA, CEM), id="three")])
def test_a_schedule_that_is_not_taken_stops_with_nobody_rejected(
    world: World, recipients: tuple[Subscriber, ...], hours: int, slot: str, sentence: str
) -> None:
    schedule = Schedule(NOW + timedelta(hours=hours), slot or world.provider().open_slot())
    written = journal()

    answer = world.provider(schedule=schedule).hand_over(batch(*recipients), written)

    assert answer == refused(Next.STOP, sentence)
    assert written.rejections == ()
    assert world.standin.accepted == []


def test_words_about_something_else_are_not_about_the_schedule(world: World) -> None:
    world.standin.next(answered(400, "The batch is odd, and unscheduled."))

    answer = world.provider().hand_over(batch(ADA, BEA), journal())

    assert answer == refused(Next.HALVE, "SendGrid answered 'The batch is odd, and unscheduled.' (400)")


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
