from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from pprmail.delivery.providers.base import Examination
from pprmail.errors import PprmailError
from pprmail.rehearsal.standin import http_faults
from pprmail.rehearsal.standin.http_faults import Fault, refusal, unavailable
from pprmail.rehearsal.standin.sendgrid import DOMAINS, SCOPES, SENDERS, Account
from sendgrid_world import AGAIN, REVOKED, TlsStandIn, at_sendgrid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Newsletter
    from sendgrid_world import World


@pytest.fixture
def world(newsletter: Newsletter) -> Iterator[World]:
    with at_sendgrid(newsletter) as made:
        yield made


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
