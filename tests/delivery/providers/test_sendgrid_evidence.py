from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from batches import ADA, NOW, batch, journal
from pprmail.delivery.providers.base import Evidence
from pprmail.delivery.schedule import Schedule
from pprmail.errors import PprmailError
from pprmail.model import Subscriber
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.http_faults import Fault, refusal, too_many_requests, unavailable
from pprmail.rehearsal.standin.sendgrid import LOGS, SendGridStandIn
from sendgrid_world import at_sendgrid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Newsletter
    from sendgrid_world import World


@pytest.fixture
def world(newsletter: Newsletter) -> Iterator[World]:
    with at_sendgrid(newsletter) as made:
        yield made


READERS = tuple(Subscriber(f"reader{number}@example.org") for number in range(1, 12))


def test_a_letter_in_the_log_proves_the_batch(world: World) -> None:
    world.standin.next(http_faults.RESET_ACCEPTED)
    provider = world.provider()
    provider.hand_over(batch(*READERS), journal())

    evidence = provider.look_for(batch(*READERS))

    assert evidence == Evidence(
        found=True,
        detail="SendGrid's log has a letter of this attempt",
        provider_id=world.standin.accepted[0].message_id,
    )


def test_any_of_the_recipients_asked_for_will_do(world: World) -> None:
    provider = world.provider()
    provider.hand_over(batch(*READERS), journal())
    world.standin.unlogged = {one.address for one in READERS[:10]}

    evidence = provider.look_for(batch(*READERS))

    assert evidence.detail == "SendGrid's log has a letter of this attempt"


def test_another_attempt_is_no_evidence(world: World) -> None:
    provider = world.provider()
    provider.hand_over(batch(*READERS)._replace(attempt="a0"), journal())

    assert not provider.look_for(batch(*READERS)).found


def test_a_letter_that_was_called_off_is_no_evidence(world: World) -> None:
    slot = world.provider().open_slot()
    time = NOW + timedelta(hours=1)
    world.provider(schedule=Schedule(time, slot)).hand_over(batch(*READERS), journal())

    while_held = world.provider().look_for(batch(*READERS))
    world.provider().call_off(slot)
    with SendGridStandIn(clock=time.timestamp) as later:
        later.accepted, later.schedules = world.standin.accepted, world.standin.schedules
        afterwards = replace(world, standin=later, clock=time.timestamp).provider().look_for(batch(*READERS))

    assert while_held.found
    assert afterwards == Evidence(
        found=False,
        detail="SendGrid's log has 5 of this attempt's letters, called off and discarded; that proves nothing of the others",
    )


def test_another_letter_of_the_attempt_is_evidence_beside_one_that_was_called_off(world: World) -> None:
    slot = world.provider().open_slot()
    world.provider(schedule=Schedule(NOW + timedelta(seconds=1), slot)).hand_over(batch(READERS[0]), journal())
    world.provider().hand_over(batch(READERS[1]), journal())
    world.standin.schedules.late_cancels_work = True
    world.provider().call_off(slot)
    world.standin.clock = (NOW + timedelta(hours=1)).timestamp

    assert world.provider().look_for(batch(*READERS[:2])).found


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(None, id="none"),
        pytest.param("cancel_drop", id="no-list"),
        pytest.param(["cancel_drop", None], id="no-events"),
        pytest.param([{"event": "dropped"}, {"event": ["cancel_drop"]}], id="others"),
    ],
)
def test_events_that_are_not_read_call_nothing_off(world: World, events: object) -> None:
    world.provider().hand_over(batch(ADA), journal())
    letter = {"custom_args": {"pprmail_attempt": "a1"}, "events": events}
    world.standin.next(None, Fault(http_faults.Answer(200, json.dumps(letter).encode())), at=LOGS)

    assert world.provider().look_for(batch(ADA)).found


@pytest.mark.parametrize(
    ("minutes", "caution"),
    [
        pytest.param(14, ". The attempt is 14 minutes old: ask again when it is 15 minutes old", id="early"),
        pytest.param(15, "", id="late"),
    ],
)
def test_absence_proves_nothing(world: World, minutes: int, caution: str) -> None:
    provider = replace(world, clock=(NOW + timedelta(minutes=minutes)).timestamp).provider()
    world.standin.logs_lag = True
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
    evidence = world.provider().look_for(batch(Subscriber('"o\'hara"@example.org')))

    assert evidence == Evidence(
        found=False, detail="no address of the batch can be asked for in SendGrid's log; that proves nothing"
    )
    assert world.standin.requests == []


def test_an_apostrophe_is_asked_for_where_nobody_else_can_be(world: World) -> None:
    hara = Subscriber("o'hara@example.org")
    alone, beside = batch(hara), batch(hara, ADA)
    world.provider().hand_over(alone, journal())

    evidence = world.provider().look_for(alone)
    world.provider().look_for(beside)

    assert evidence.found
    asked = [
        json.loads(one.body)["query"].partition(" AND ")[0] for one in world.standin.requests if one.path == "/v3/logs"
    ]
    assert asked == ['to_email = "o\'hara@example.org"', f"to_email = '{ADA.address}'"]


def test_a_batch_outside_the_ledger_has_no_evidence(world: World) -> None:
    with pytest.raises(PprmailError) as told:
        world.provider().look_for(batch(ADA)._replace(claimed=None))

    assert str(told.value) == "batch 1 is of no mailing: SendGrid's log cannot be asked when it was handed over"


@pytest.mark.parametrize(
    "fault", [http_faults.RESET_UNPROCESSED, http_faults.GARBLED_UNPROCESSED, http_faults.INTERNAL_ERROR, http_faults.ODD_BODY]
)  # fmt: skip
def test_a_question_whose_answer_is_lost_is_asked_again(world: World, fault: Fault) -> None:
    asked = batch(ADA)
    world.provider().hand_over(asked, journal())
    world.standin.next(fault, fault, at=LOGS)

    evidence = world.provider().look_for(asked)

    assert evidence.found


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
            "SendGrid's log cannot be asked now (the connection was closed); try again later",
            id="closed",
        ),
    ],
)
def test_a_log_that_cannot_be_asked(world: World, fault: Fault, sentence: str) -> None:
    world.standin.always(fault, at=LOGS)

    with pytest.raises(PprmailError) as told:
        world.provider().look_for(batch(ADA))

    assert str(told.value) == sentence


def test_the_clock_of_the_other_side_may_be_behind(world: World) -> None:
    with SendGridStandIn(clock=(NOW - timedelta(minutes=30)).timestamp) as behind:
        provider = replace(world, standin=behind).provider()
        provider.hand_over(batch(ADA), journal())

        assert provider.look_for(batch(ADA)).found
