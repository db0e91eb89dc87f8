"""The contract between the sender and every provider.

A provider joins it by a case in ``CASES``: a context in which there is one, a look at who has a letter from it, and
how the other side is made to fail in the ways that are common to all.
"""

from __future__ import annotations

import email
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parseaddr
from typing import TYPE_CHECKING, NamedTuple

import pytest

from batches import ADA, BEA, CEM, NOW, batch, journal, sealed_mail
from conftest import KEY
from pprmail.audience.tokens import Signer
from pprmail.delivery.answer import Next, Outcome
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.outbox import OutboxProvider
from pprmail.delivery.providers.sendgrid import SendgridProvider
from pprmail.delivery.providers.smtp import SmtpProvider
from pprmail.errors import PprmailError
from pprmail.model import Subscriber
from pprmail.rehearsal.standin.http_faults import NO_CREDITS, RESET_ACCEPTED, Answer, Fault, errors, too_many_requests
from pprmail.rehearsal.standin.sendgrid import KEY as API_KEY
from pprmail.rehearsal.standin.sendgrid import SendGridStandIn
from pprmail.settings.values import Sendgrid, Smtp
from standins.smtp import SmtpStandIn
from standins.smtp_faults import RESET_AFTER_ACCEPTING, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Newsletter
    from pprmail.delivery.answer import Rejection
    from pprmail.delivery.providers.base import Provider


class Failing(NamedTuple):
    """How the other side is made to meet the next letter, or the next batch. ``bad`` is refused whenever it comes."""

    refuse_sender: Callable[[], None]
    be_busy: Callable[[], None]
    take_and_lose_answer: Callable[[], None]
    refuse_recipient: Callable[[Subscriber], None]


@dataclass(frozen=True)
class Case:
    """A provider under contract. ``taken`` tells who has a letter from it, in the order of the letters.

    ``failing`` is None where nobody is on the other side.
    """

    provider: Provider
    taken: Callable[[], list[str]]
    failing: Failing | None = None


@contextmanager
def outbox(newsletter: Newsletter) -> Iterator[Case]:
    folder = newsletter.root / "outbox" / "2020-08"
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
    yield Case(
        OutboxProvider(folder, "outbox/2020-08", writer),
        lambda: sorted(_addressee(path.read_bytes()) for path in folder.glob("*.eml")),
    )


@contextmanager
def sendgrid(newsletter: Newsletter) -> Iterator[Case]:
    signer = Signer(KEY.encode(), "pprnet")
    with SendGridStandIn() as standin:
        settings = Sendgrid(host=standin.url, timeout_seconds=10)
        yield Case(
            SendgridProvider(settings, API_KEY, sealed_mail(newsletter), signer, clock=NOW.timestamp),
            lambda: [address for one in standin.accepted for address in one.addresses],
            Failing(
                lambda: standin.next(NO_CREDITS),
                lambda: standin.next(too_many_requests()),
                lambda: standin.next(RESET_ACCEPTED),
                lambda one: standin.next(_naming(one)),
            ),
        )


def _naming(one: Subscriber) -> Fault:
    """A 400 that names the second recipient, who is ``one``."""
    assert one == BEA
    return Fault(Answer(400, errors("Does not contain a valid address.", "personalizations.1.to.0.email")))


@contextmanager
def smtp(newsletter: Newsletter) -> Iterator[Case]:
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
    with SmtpStandIn() as standin:
        yield Case(
            SmtpProvider(Smtp(standin.host, standin.port, "none"), "", writer),
            lambda: [_addressee(letter.content) for letter in standin.accepted],
            Failing(
                lambda: standin.order(refused("RCPT", 550, "5.4.5 Daily sending quota exceeded")),
                lambda: standin.order(refused("MAIL", 451, "4.3.2 Busy")),
                lambda: standin.order(RESET_AFTER_ACCEPTING),
                lambda one: standin.order(refused("RCPT", 550, "5.1.1 No such user", one.address).for_good()),
            ),
        )


def _addressee(letter: bytes) -> str:
    return parseaddr(email.message_from_bytes(letter)["To"])[1]


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
    assert case.taken() == [ADA.address, BEA.address]


def test_the_largest_batch_is_taken_whole_and_in_order(case: Case) -> None:
    readers = [Subscriber(f"reader{at:04}@example.org") for at in range(min(case.provider.largest_batch, 1000))]

    answer = case.provider.hand_over(batch(*readers), journal())

    assert answer.outcome is Outcome.ACCEPTED
    taken = case.taken()
    assert (taken if case.failing else sorted(taken)) == [one.address for one in readers]


@pytest.fixture
def failing(case: Case) -> Failing:
    if case.failing is None:
        pytest.skip("nobody is on the other side")
    return case.failing


def test_a_refusal_of_the_sender_stops_with_nobody_rejected(case: Case, failing: Failing) -> None:
    failing.refuse_sender()
    written = journal()

    answer = case.provider.hand_over(batch(ADA, BEA), written)

    assert (answer.outcome, answer.next, written.rejections) == (Outcome.NOT_HANDED_OVER, Next.STOP, ())
    assert answer.detail
    assert case.taken() == []


def test_a_busy_other_side_is_waited_for(case: Case, failing: Failing) -> None:
    failing.be_busy()

    answers = [case.provider.hand_over(batch(ADA, BEA), journal()) for _ in range(2)]

    assert (answers[0].outcome, answers[0].next) == (Outcome.NOT_HANDED_OVER, Next.WAIT)
    assert answers[1].outcome is Outcome.ACCEPTED
    assert case.taken() == [ADA.address, BEA.address]


def test_a_lost_answer_is_unknown(case: Case, failing: Failing) -> None:
    failing.take_and_lose_answer()

    answer = case.provider.hand_over(batch(ADA, BEA), journal())

    assert answer.outcome is Outcome.UNKNOWN
    # All of them, or the one that the answer is about: nobody after that has been begun
    assert case.taken() == ([ADA.address] if case.provider.takes_one_by_one else [ADA.address, BEA.address])
    assert answer.at == int(case.provider.takes_one_by_one)


def test_a_bad_recipient_is_rejected_and_the_others_are_taken(case: Case, failing: Failing) -> None:
    failing.refuse_recipient(BEA)
    committed: list[Rejection] = []
    written = Journal(lambda _number, rejections: committed.extend(rejections), Streak())

    answer = case.provider.hand_over(batch(ADA, BEA, CEM), written)
    if answer.outcome is Outcome.NOT_HANDED_OVER:
        assert answer.next is Next.AGAIN
        answer = case.provider.hand_over(batch(ADA, CEM), written)

    assert answer.outcome is Outcome.ACCEPTED
    (rejection,) = (*committed, *written.rejections)
    assert rejection.number == 2
    assert "@" not in rejection.reason
    assert case.taken() == [ADA.address, CEM.address]


def test_records_that_are_not_kept_are_refused_to_be_looked_into(case: Case) -> None:
    if case.provider.name == "sendgrid":
        pytest.skip("it keeps records")
    if case.provider.is_idempotent:
        with pytest.raises(PprmailError, match="run the send again"):
            case.provider.look_for(batch(ADA))
        return

    evidence = case.provider.look_for(batch(ADA))

    assert not evidence.found
    assert "cannot be asked" in evidence.detail


def test_a_batch_for_nobody_is_accepted(case: Case) -> None:
    assert case.provider.hand_over(batch(), journal()).outcome is Outcome.ACCEPTED
    assert case.taken() == []


def test_preparing_and_examining_hand_nothing_over_and_may_be_repeated(case: Case) -> None:
    case.provider.prepare()

    examinations = [case.provider.examine() for _ in range(2)]

    assert examinations[0] == examinations[1]
    assert case.taken() == []


def test_mail_is_held_under_slots_that_are_fresh_or_refused_in_one_sentence(case: Case) -> None:
    if case.provider.holds_mail:
        slots = [case.provider.open_slot() for _ in range(2)]
        assert len(set(slots)) == len(slots)
        return

    told = []
    for ask in (case.provider.open_slot, lambda: case.provider.call_off("a-slot")):
        with pytest.raises(PprmailError) as raised:
            ask()
        told.append(str(raised.value))

    sentence = (
        f"{case.provider.name} cannot hold mail until a time, nor call it off; leave --at out and run the send at that time, "
        "by cron or the Task Scheduler"
    )
    assert told == [sentence, sentence]


def test_calling_off_may_be_repeated_and_is_confirmed_in_utc_and_not_before_our_time(case: Case) -> None:
    if not case.provider.holds_mail:
        pytest.skip("it holds nothing")
    slot = case.provider.open_slot()

    confirmed = [case.provider.call_off(slot) for _ in range(2)]

    assert all(time.tzinfo is UTC and time >= NOW for time in confirmed)


def test_a_slot_that_is_not_known_is_not_called_off(case: Case) -> None:
    with pytest.raises(PprmailError):
        case.provider.call_off("nobody's")


def test_slots_hand_nothing_over(case: Case) -> None:
    with suppress(PprmailError):
        case.provider.call_off(case.provider.open_slot())

    assert case.taken() == []


def test_a_provider_that_was_closed_opens_again(case: Case) -> None:
    case.provider.hand_over(batch(ADA), journal())
    case.provider.close()

    answer = case.provider.hand_over(batch(BEA), journal())

    assert answer.outcome is Outcome.ACCEPTED
    assert case.taken() == [ADA.address, BEA.address]


def test_an_idempotent_provider_takes_a_repeated_batch_once(case: Case) -> None:
    if not case.provider.is_idempotent:
        pytest.skip("a repeat would do harm")

    answers = [case.provider.hand_over(batch(ADA, BEA), journal()).outcome for _ in range(2)]

    assert answers == [Outcome.ACCEPTED] * 2
    assert case.taken() == [ADA.address, BEA.address]


def test_an_idempotent_provider_takes_back_what_it_had_for_those_who_left(case: Case) -> None:
    if not case.provider.is_idempotent:
        pytest.skip("a batch is begun once")
    case.provider.hand_over(batch(ADA, BEA), journal())

    answer = case.provider.hand_over(batch(ADA, leavers=(BEA, CEM)), journal())

    assert answer.outcome is Outcome.ACCEPTED
    assert case.taken() == [ADA.address]
