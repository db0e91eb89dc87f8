"""The contract between the sender and every provider.

A provider joins it by a case in ``CASES``: a context in which there is one, and a look at who has a letter from it.
"""

from __future__ import annotations

import email
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from batches import ADA, BEA, CEM, NOW, batch, journal, sealed_mail
from conftest import KEY
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Outcome
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.outbox import OutboxProvider
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.settings.values import Sendgrid, Smtp
from standins.sendgrid import KEY as API_KEY
from standins.sendgrid import SendGridStandIn
from standins.smtp import SmtpStandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Newsletter
    from pprmail.delivery.providers.base import Provider


@dataclass(frozen=True)
class Case:
    """A provider under contract. ``taken`` tells who has a letter from it, sorted, as ``Ada <ada@example.org>``."""

    provider: Provider
    taken: Callable[[], list[str]]


@contextmanager
def outbox(newsletter: Newsletter) -> Iterator[Case]:
    folder = newsletter.root / "outbox" / "2020-08"
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
    yield Case(
        OutboxProvider(folder, "outbox/2020-08", writer),
        lambda: sorted(email.message_from_bytes(path.read_bytes())["To"] for path in folder.glob("*.eml")),
    )


@contextmanager
def sendgrid(newsletter: Newsletter) -> Iterator[Case]:
    signer = Signer(KEY.encode(), "pprnet")
    with SendGridStandIn() as standin:
        settings = Sendgrid(host=standin.url, timeout_seconds=10)
        yield Case(
            SendgridProvider(settings, API_KEY, sealed_mail(newsletter), signer, clock=NOW.timestamp),
            lambda: sorted(
                f"{to['name']} <{to['email']}>"
                for one in standin.accepted
                for personalization in one.body["personalizations"]
                for to in personalization["to"]
            ),
        )


@contextmanager
def smtp(newsletter: Newsletter) -> Iterator[Case]:
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
    with SmtpStandIn() as standin:
        yield Case(
            SmtpProvider(Smtp(standin.host, standin.port, "none"), "", writer),
            lambda: sorted(email.message_from_bytes(letter.content)["To"] for letter in standin.accepted),
        )


CASES = {"outbox": outbox, "sendgrid": sendgrid, "smtp": smtp}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest, newsletter: Newsletter) -> Iterator[Case]:
    with request.param(newsletter) as made:
        made.provider.prepare()
        yield made
        made.provider.close()


def test_everyone_in_a_batch_that_is_accepted_has_one_letter(case: Case) -> None:
    answer = case.provider.hand_over(batch(ADA, BEA), journal())

    assert answer.outcome is Outcome.ACCEPTED
    assert case.taken() == ["Ada <ada@example.org>", "Bea <bea@example.org>"]


def test_a_batch_for_nobody_is_accepted(case: Case) -> None:
    assert case.provider.hand_over(batch(), journal()).outcome is Outcome.ACCEPTED
    assert case.taken() == []


def test_preparing_and_examining_hand_nothing_over_and_may_be_repeated(case: Case) -> None:
    case.provider.prepare()

    examinations = [case.provider.examine() for _ in range(2)]

    assert examinations[0] == examinations[1]
    assert case.taken() == []


def test_a_provider_that_was_closed_opens_again(case: Case) -> None:
    case.provider.hand_over(batch(ADA), journal())
    case.provider.close()

    answer = case.provider.hand_over(batch(BEA), journal())

    assert answer.outcome is Outcome.ACCEPTED
    assert case.taken() == ["Ada <ada@example.org>", "Bea <bea@example.org>"]


def test_an_idempotent_provider_takes_a_repeated_batch_once(case: Case) -> None:
    if not case.provider.is_idempotent:
        pytest.skip("a repeat would do harm")

    answers = [case.provider.hand_over(batch(ADA, BEA), journal()).outcome for _ in range(2)]

    assert answers == [Outcome.ACCEPTED] * 2
    assert case.taken() == ["Ada <ada@example.org>", "Bea <bea@example.org>"]


def test_an_idempotent_provider_takes_back_what_it_had_for_those_who_left(case: Case) -> None:
    if not case.provider.is_idempotent:
        pytest.skip("a batch is begun once")
    case.provider.hand_over(batch(ADA, BEA), journal())

    answer = case.provider.hand_over(batch(ADA, leavers=(BEA, CEM)), journal())

    assert answer.outcome is Outcome.ACCEPTED
    assert case.taken() == ["Ada <ada@example.org>"]
