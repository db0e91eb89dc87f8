from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from batches import ADA, BEA, NOW, batch, journal
from pprmail.delivery.answer import Outcome
from pprmail.delivery.providers.sendgrid.heard import date_of
from pprmail.delivery.schedule import Schedule
from pprmail.errors import PprmailError
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.http_faults import (
    Answer,
    Fault,
    errors,
    redirect,
    refusal,
    silence,
    too_many_requests,
    unavailable,
)
from pprmail.rehearsal.standin.sendgrid import (
    KEY,
    MAIL_BATCH,
    SCHEDULED_SENDS,
    SCOPES,
    Account,
    DatedHandler,
    SendGridStandIn,
)
from sendgrid_world import AGAIN, CHECK_HOST, CLOCK, REVOKED, TlsStandIn, at_sendgrid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from conftest import Newsletter
    from sendgrid_world import World

HOUR = timedelta(hours=1)
PERMIT = f"give the API key the permission 'Scheduled Sends' under Settings, API Keys at SendGrid, {AGAIN}"
NO_SLOT = "SendGrid gave no slot to hold the mail under, and nothing was sent: "
NOT_CONFIRMED = (
    "SendGrid has not confirmed that the mail is called off, and until it has, the mail goes out at its time: "
)
TOO_LARGE = "'The JSON payload you have included in your request is too large.' (413)"
EXISTS = "a status for this batch id exists, try PATCH to update the status"
ENDED = "the connection to SendGrid ended without an answer"


@pytest.fixture
def world(newsletter: Newsletter) -> Iterator[World]:
    with at_sendgrid(newsletter) as made:
        yield made


def held(world: World) -> str:
    """Mail to Ada and Bea is held for an hour; its slot."""
    slot = world.provider().open_slot()
    answer = world.provider(schedule=Schedule(NOW + HOUR, slot)).hand_over(batch(ADA, BEA), journal())
    assert answer.outcome is Outcome.ACCEPTED
    return slot


def asked(world: World, at: str = SCHEDULED_SENDS) -> list[str]:
    """The methods of the requests to a path and below, in order."""
    return [one.method for one in world.standin.requests if one.path.startswith(at)]


def delivered(world: World) -> list[str]:
    """Who has a letter an hour later."""
    return list(world.standin.delivered((NOW + HOUR).timestamp()))


def refuses(world: World, slot: str) -> str:
    with pytest.raises(PprmailError) as told:
        world.provider(timeout_seconds=1).call_off(slot)
    return str(told.value)


# A slot


def test_a_slot_is_fresh_and_holds_what_is_handed_over_under_it(world: World) -> None:
    slots = [held(world), world.provider().open_slot()]

    (taken,) = world.standin.accepted
    assert (taken.body["send_at"], taken.body["batch_id"]) == (int((NOW + HOUR).timestamp()), slots[0])
    assert slots[0] != slots[1]
    assert world.standin.delivered(NOW.timestamp() + 3599) == {}
    assert delivered(world) == ["ada@example.org", "bea@example.org"]


def test_a_slot_of_a_key_that_may_not_call_off_is_refused_before_it_is_made(world: World) -> None:
    world.standin.account = Account(scopes=["mail.send", "mail.batch.create"])

    with pytest.raises(PprmailError) as told:
        world.provider().open_slot()

    assert str(told.value) == (
        f"the API key may not call off mail that SendGrid holds (user.scheduled_sends.create); {PERMIT}"
    )
    assert asked(world, MAIL_BATCH) == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(unavailable(), id="unavailable"),
        pytest.param(http_faults.CLOSED_UNPROCESSED, id="closed"),
        pytest.param(Fault(Answer(200, b"[]")), id="another-answer"),
        pytest.param(Fault(Answer(403, errors("access forbidden"))), id="forbidden"),
    ],
)
def test_scopes_that_are_not_told_refuse_no_slot(world: World, fault: Fault) -> None:
    world.standin.next(fault, at=SCOPES)

    assert world.standin.schedules.is_known(world.provider().open_slot(), NOW.timestamp())


NOT_MADE = {
    "400": (refusal(400, "Bad Request"), f"SendGrid answered 'Bad Request' (400); {CHECK_HOST}, {AGAIN}"),
    "401": (
        http_faults.KEY_REVOKED,
        f"SendGrid does not take the API key: '{REVOKED}' (401); put a valid one into SENDGRID_API_KEY, {AGAIN}",
    ),
    "403": (refusal(403, "access forbidden"), f"SendGrid forbids it: 'access forbidden' (403); {PERMIT}"),
    "404": (refusal(404, "not found"), f"SendGrid answered 'not found' (404); {CHECK_HOST}, {AGAIN}"),
    "413": (
        http_faults.TOO_LARGE,
        f"SendGrid answered {TOO_LARGE}; {CHECK_HOST}, {AGAIN}",
    ),
    "429": (
        too_many_requests(),
        "SendGrid takes no more requests now: 'too many requests' (429); run this again in a minute",
    ),
    "500": (http_faults.INTERNAL_ERROR, "SendGrid answered 'internal error' (500); run this again"),
    "500-made": (http_faults.INTERNAL_ERROR.after_accepting(), "SendGrid answered 'internal error' (500); run this again"),
    "503": (unavailable(), "SendGrid answered status 503; run this again"),
    "503-cut-short": (http_faults.BODY_CUT, "SendGrid answered status 503; run this again"),
    "redirect": (
        redirect("https://elsewhere.example.org/"),
        f"SendGrid answered status 302; {CHECK_HOST}, {AGAIN}",
    ),
    "200": (http_faults.SANDBOX, "SendGrid answered status 200; run this again"),
    "200-and-a-slot": (
        Fault(Answer(200, b'{"batch_id": "a-slot"}')),
        "SendGrid answered status 200; run this again",
    ),
    "odd-body": (Fault(Answer(201, b"\xff")), "SendGrid answered status 201; run this again"),
    "a-list": (Fault(Answer(201, b"[]")), "SendGrid answered status 201; run this again"),
    "no-slot": (Fault(Answer(201, b"{}")), "SendGrid answered status 201; run this again"),
    "an-empty-slot": (Fault(Answer(201, b'{"batch_id": ""}')), "SendGrid answered status 201; run this again"),
    "a-number": (Fault(Answer(201, b'{"batch_id": 7}')), "SendGrid answered status 201; run this again"),
    "headers-cut-short": (http_faults.HEADERS_CUT, "SendGrid answered status 202; run this again"),
    "reset": (http_faults.RESET_UNPROCESSED, f"{ENDED} (Connection reset by peer); run this again"),
    "reset-made": (http_faults.RESET_ACCEPTED, f"{ENDED} (Connection reset by peer); run this again"),
    "closed": (http_faults.CLOSED_UNPROCESSED, f"{ENDED} (the connection was closed); run this again"),
    "closed-made": (http_faults.CLOSED_ACCEPTED, f"{ENDED} (the connection was closed); run this again"),
    "garbled": (http_faults.GARBLED_UNPROCESSED, f"{ENDED} (the answer made no sense); run this again"),
    "garbled-made": (http_faults.GARBLED_ACCEPTED, f"{ENDED} (the answer made no sense); run this again"),
    "silence": (silence(), f"{ENDED} (time-out); run this again"),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "sentence"), NOT_MADE.values(), ids=NOT_MADE)
def test_a_slot_that_cannot_be_had(world: World, fault: Fault, sentence: str) -> None:
    world.standin.next(fault, at=MAIL_BATCH)

    with pytest.raises(PprmailError) as told:
        world.provider(timeout_seconds=1).open_slot()

    assert str(told.value) == NO_SLOT + sentence
    assert len(asked(world, MAIL_BATCH)) == 1


# Calling off


def test_what_is_called_off_goes_to_nobody(world: World) -> None:
    slot = held(world)

    confirmed = world.provider().call_off(slot)

    assert confirmed == NOW
    assert delivered(world) == []
    assert asked(world) == ["POST"]


def test_calling_off_may_be_repeated(world: World) -> None:
    slot = held(world)
    world.provider().call_off(slot)

    confirmed = replace(world, clock=lambda: CLOCK() + 60).provider().call_off(slot)

    assert confirmed == NOW + timedelta(minutes=1)
    assert asked(world) == ["POST", "POST", "GET"]
    assert delivered(world) == []


def test_what_somebody_paused_is_called_off(world: World) -> None:
    slot = held(world)
    world.standin.schedules.change(slot, "pause", NOW.timestamp())

    assert world.provider().call_off(slot) == NOW

    assert asked(world) == ["POST", "GET", "PATCH", "GET"]
    assert world.standin.schedules.stopped() == {slot: "cancel"}


def test_only_the_slot_is_called_off(world: World) -> None:
    slots = [held(world) for _ in range(2)]

    world.provider().call_off(slots[0])

    assert world.standin.schedules.stopped() == {slots[0]: "cancel"}
    assert delivered(world) == ["ada@example.org", "bea@example.org"]


LOST = {
    "500": http_faults.INTERNAL_ERROR,
    "503": unavailable(),
    "503-cut-short": http_faults.BODY_CUT,
    "headers-cut-short": http_faults.HEADERS_CUT,
    "odd-body": http_faults.ODD_BODY,
    "201-cut-short": Fault(Answer(201, b'{"batch_id": "b'), http_faults.Wire.BODY_CUT),
    "another-slot": Fault(Answer(201, b'{"batch_id": "b", "status": "cancel"}')),
    "a-pause": Fault(Answer(201, b'{"status": "pause"}')),
    "429": too_many_requests(),
    "reset": http_faults.RESET_ACCEPTED,
    "closed": http_faults.CLOSED_ACCEPTED,
    "garbled": http_faults.GARBLED_ACCEPTED,
    "silence": silence(),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_lost_answer_is_looked_up(world: World, fault: Fault) -> None:
    slot = held(world)
    world.standin.next(fault.after_accepting(), at=SCHEDULED_SENDS)

    confirmed = world.provider(timeout_seconds=1).call_off(slot)

    assert confirmed == NOW
    assert asked(world) == ["POST", "GET"]
    assert delivered(world) == []


NOT_CALLED_OFF = {
    "401": (
        http_faults.KEY_REVOKED,
        f"SendGrid does not take the API key: '{REVOKED}' (401); put a valid one into SENDGRID_API_KEY, {AGAIN}",
    ),
    "403": (refusal(403, "access forbidden"), f"SendGrid forbids it: 'access forbidden' (403); {PERMIT}"),
    "404": (refusal(404, "not found"), f"SendGrid answered 'not found' (404); {CHECK_HOST}, {AGAIN}"),
    "413": (
        http_faults.TOO_LARGE,
        f"SendGrid answered {TOO_LARGE}; {CHECK_HOST}, {AGAIN}",
    ),
    "429": (
        too_many_requests(),
        "SendGrid takes no more requests now: 'too many requests' (429); run this again in a minute",
    ),
    "500": (http_faults.INTERNAL_ERROR, "SendGrid answered 'internal error' (500); run this again"),
    "502": (unavailable(502), "SendGrid answered status 502; run this again"),
    "503-cut-short": (http_faults.BODY_CUT, "SendGrid answered status 503; run this again"),
    "redirect": (
        redirect("https://elsewhere.example.org/"),
        f"SendGrid answered status 302; {CHECK_HOST}, {AGAIN}",
    ),
    "200": (http_faults.SANDBOX, "SendGrid answered status 200; run this again"),
    "202": (Fault(Answer(202)), "SendGrid answered status 202; run this again"),
    "201-without-words": (Fault(Answer(201)), "SendGrid answered status 201; run this again"),
    "reset": (http_faults.RESET_UNPROCESSED, f"{ENDED} (Connection reset by peer); run this again"),
    "closed": (http_faults.CLOSED_UNPROCESSED, f"{ENDED} (the connection was closed); run this again"),
    "garbled": (http_faults.GARBLED_UNPROCESSED, f"{ENDED} (the answer made no sense); run this again"),
    "silence": (replace(silence(), accepts=False), f"{ENDED} (time-out); run this again"),
    "exists-but-does-not": (
        refusal(400, EXISTS),
        f"SendGrid answered '{EXISTS}' (400), and shows nothing of the kind; run this again",
    ),
    "not-known": (
        refusal(400, "invalid batch id"),
        "it does not take the slot: 'invalid batch id' (400); check that SENDGRID_API_KEY is of the account that sent the mail, "
        + AGAIN,
    ),
    "not-known-as-404": (
        refusal(404, "batch id not found"),
        "it does not take the slot: 'batch id not found' (404); check that SENDGRID_API_KEY is of the account that sent the mail, "
        + AGAIN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "sentence"), NOT_CALLED_OFF.values(), ids=NOT_CALLED_OFF)
def test_what_is_not_confirmed_is_told_and_may_be_asked_again(world: World, fault: Fault, sentence: str) -> None:
    slot = held(world)
    world.standin.next(fault, at=SCHEDULED_SENDS)

    told = refuses(world, slot)

    assert told == NOT_CONFIRMED + sentence
    assert delivered(world) == ["ada@example.org", "bea@example.org"]
    assert world.provider().call_off(slot) == NOW
    assert delivered(world) == []


def test_a_reset_while_we_ask_is_told_in_either_way_that_it_shows(world: World) -> None:
    slot = held(world)
    world.standin.next(http_faults.RESET_UNREAD, at=SCHEDULED_SENDS)

    told = refuses(world, slot)

    assert told.startswith((f"{NOT_CONFIRMED}{ENDED} (", f"{NOT_CONFIRMED}SendGrid could not be reached ("))


def test_more_than_ten_are_not_called_off_at_once(world: World) -> None:
    provider = world.provider()
    standing = [provider.open_slot() for _ in range(10)]
    for slot in standing:
        provider.call_off(slot)

    told = refuses(world, held(world))

    assert told == (
        f"{NOT_CONFIRMED}it calls off ten sends at a time at most: 'max limit reached' (400); delete the cancel of one whose time is past "
        "(DELETE /v3/user/scheduled_sends/ID), never of one whose time is to come, for its mail would go out after all, then run this again"
    )
    assert world.standin.schedules.stopped() == dict.fromkeys(standing, "cancel")


def test_a_full_account_confirms_what_stands_already(world: World) -> None:
    slot = held(world)
    world.provider().call_off(slot)
    world.standin.next(refusal(400, "max limit reached"), at=SCHEDULED_SENDS)

    assert world.provider().call_off(slot) == NOW


def test_a_slot_of_another_account_is_not_called_off(world: World) -> None:
    told = refuses(world, "bm90IG91cnM/+")

    assert told == (
        f"{NOT_CONFIRMED}it does not take the slot: 'invalid batch id' (400); check that SENDGRID_API_KEY is of the account that sent the mail, "
        f"{AGAIN}"
    )
    assert world.standin.requests[-1].path == f"{SCHEDULED_SENDS}/bm90IG91cnM%2F%2B"


SEEN = {
    "429": (
        too_many_requests(),
        "SendGrid takes no more requests now: 'too many requests' (429); run this again in a minute",
    ),
    "403": (refusal(403, "access forbidden"), f"SendGrid forbids it: 'access forbidden' (403); {PERMIT}"),
    "503": (unavailable(), "SendGrid answered status 503; run this again"),
    "closed": (http_faults.CLOSED_UNPROCESSED, f"{ENDED} (the connection was closed); run this again"),
}


@pytest.mark.parametrize(("fault", "sentence"), SEEN.values(), ids=SEEN)
def test_a_cancel_that_is_said_to_stand_and_cannot_be_seen_is_not_confirmed(
    world: World, fault: Fault, sentence: str
) -> None:
    slot = held(world)
    world.provider().call_off(slot)
    world.standin.next(None, fault, at=SCHEDULED_SENDS)

    assert refuses(world, slot) == NOT_CONFIRMED + sentence


@pytest.mark.parametrize("status", [203, 403, 500])
def test_a_cancel_in_an_answer_that_is_not_good_is_not_confirmed(world: World, status: int) -> None:
    slot = held(world)
    standing = json.dumps([{"batch_id": slot, "status": "cancel"}]).encode()
    world.standin.next(http_faults.INTERNAL_ERROR, Fault(Answer(status, standing)), at=SCHEDULED_SENDS)

    assert refuses(world, slot).startswith(NOT_CONFIRMED)


@pytest.mark.parametrize(("fault", "sentence"), SEEN.values(), ids=SEEN)
def test_a_pause_that_was_changed_and_cannot_be_seen_is_not_confirmed(
    world: World, fault: Fault, sentence: str
) -> None:
    slot = held(world)
    world.standin.schedules.change(slot, "pause", NOW.timestamp())
    world.standin.next(None, None, None, fault, at=SCHEDULED_SENDS)

    assert refuses(world, slot) == NOT_CONFIRMED + sentence


def test_a_pause_that_may_not_be_changed_stays_one(world: World) -> None:
    slot = held(world)
    world.standin.schedules.change(slot, "pause", NOW.timestamp())
    world.standin.account = Account(scopes=["user.scheduled_sends.create", "user.scheduled_sends.read"])

    assert refuses(world, slot) == f"{NOT_CONFIRMED}SendGrid forbids it: 'access forbidden' (403); {PERMIT}"
    assert world.standin.schedules.stopped() == {slot: "pause"}


def test_a_cancel_is_never_deleted(world: World) -> None:
    slot, provider = held(world), world.provider()
    for fault in (*(fault for fault, _ in NOT_CALLED_OFF.values()), *LOST.values()):
        if fault.wire is not http_faults.Wire.SILENT:
            world.standin.next(fault, at=SCHEDULED_SENDS)
            try:
                provider.call_off(slot)
            except PprmailError:
                continue

    assert "DELETE" not in asked(world)


def test_a_server_that_is_not_proved_to_be_sendgrid_is_asked_once(world: World) -> None:
    with TlsStandIn(trustme.CA()) as impostor:
        provider = world.provider(host=impostor.url)
        told = []
        for ask in (provider.open_slot, lambda: provider.call_off("slot")):
            with pytest.raises(PprmailError) as raised:
                ask()
            told.append(str(raised.value))

        assert impostor.requests == []
    impostor_named = "the server does not prove that it is SendGrid (certificate not trusted: "
    assert told[0].startswith(NO_SLOT + impostor_named)
    assert told[1].startswith(NOT_CONFIRMED + impostor_named)
    assert not any(one.endswith("run this again; run this again") for one in told)


def test_a_host_that_is_no_host_confirms_nothing(world: World) -> None:
    told = "'host' under [sendgrid], or the proxy that the environment names, is no address of a server; mend it, then run this again"
    provider = world.provider(host="https://api.sendgrid.com:port")

    with pytest.raises(PprmailError) as no_slot:
        provider.open_slot()
    with pytest.raises(PprmailError) as not_confirmed:
        provider.call_off("a-slot")

    assert str(no_slot.value) == NO_SLOT + told
    assert str(not_confirmed.value) == NOT_CONFIRMED + told


def test_where_nobody_listens_nothing_is_confirmed(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider = world.provider(host=f"http://127.0.0.1:{listener.getsockname()[1]}")

    with pytest.raises(PprmailError) as told:
        provider.call_off("a-slot")

    assert str(told.value) == f"{NOT_CONFIRMED}SendGrid could not be reached (Connection refused); run this again"


# When


@pytest.mark.parametrize(
    ("seconds_behind", "repeated"),
    [
        pytest.param(90, False, id="we-are-slow"),
        pytest.param(90, True, id="we-are-slow-and-look"),
        pytest.param(-90, False, id="they-are-slow"),
        pytest.param(-90, True, id="they-are-slow-and-we-look"),
    ],
)
def test_the_later_of_the_two_clocks_counts(world: World, seconds_behind: int, repeated: bool) -> None:  # noqa: FBT001
    theirs = NOW + timedelta(seconds=seconds_behind)
    with SendGridStandIn(clock=theirs.timestamp) as standin:
        provider = replace(world, standin=standin).provider()
        slot = provider.open_slot()
        if repeated:
            provider.call_off(slot)

        assert provider.call_off(slot) == max(NOW, theirs)


class UndatedHandler(DatedHandler):
    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return "soon"


class UndatedStandIn(SendGridStandIn):
    """SendGrid behind somebody who dates its answers badly."""

    handler = UndatedHandler


def test_a_date_that_is_none_leaves_our_clock(world: World) -> None:
    with UndatedStandIn(clock=(NOW + HOUR).timestamp) as standin:
        provider = replace(world, standin=standin).provider()

        assert provider.call_off(provider.open_slot()) == NOW


DATES = {
    "Fri, 14 Aug 2020 12:00:00 GMT": NOW,
    "Fri, 14 Aug 2020 12:00:00 -0000": NOW,
    "Fri, 14 Aug 2020 14:00:00 +0200": NOW,
    "Friday, 14-Aug-20 12:00:00 GMT": NOW,
    "Fri, 14 Aug 2020 12:00:00 +99999999999999999999": None,
    "Fri, 31 Dec 9999 23:00:00 -1200": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize(("text", "date"), DATES.items(), ids=DATES)
def test_a_date_in_a_header(text: str, date: datetime | None) -> None:
    assert date_of(text) == date


@settings(deadline=None)
@given(
    st.text() | st.from_regex(r"[A-Z]\w\w, \d{1,5} (Jan|Feb) \d{1,6} \d{1,3}:\d\d:\d\d [+-]?\w{1,30}", fullmatch=True)
)
def test_whatever_stands_for_a_date_is_one_or_none(text: str) -> None:
    date = date_of(text)

    assert date is None or date.tzinfo is UTC


# Secrets


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_neither_the_key_nor_a_reader_is_in_a_sentence(world: World, status: int) -> None:
    leak = refusal(status, f"{KEY} of ada@example.org is wrong")
    slot = held(world)
    world.standin.always(leak, at=SCHEDULED_SENDS)
    world.standin.always(leak, at=MAIL_BATCH)

    told = [refuses(world, slot)]
    with pytest.raises(PprmailError) as raised:
        world.provider().open_slot()
    told.append(str(raised.value))

    assert all("(key) of (address) is wrong" in one for one in told)
    assert not any(KEY in one or "ada@" in one for one in told)
