"""What becomes of a batch that is handed to a mail server, for every way in which it can go wrong."""

from __future__ import annotations

import email
import re
import select
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from batches import ADA, BEA, CEM, NOW, batch, sealed_mail
from conftest import KEY
from pprmail.delivery.answer import Answer, Next, Outcome, Rejection
from pprmail.delivery.journal import Journal, Streak
from pprmail.delivery.ledger import Recipient
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.base import Evidence, Examination
from pprmail.delivery.providers.smtp import SmtpProvider, wire
from pprmail.delivery.providers.smtp.connection import stuffed
from pprmail.errors import PprmailError
from pprmail.model import Subscriber
from pprmail.settings.values import Smtp
from standins.smtp import MailHost, SmtpStandIn
from standins.smtp_faults import (
    CONNECT,
    DOT,
    ENDED_WITHIN_DATA,
    LOST_AFTER_ACCEPTING,
    LOST_BEFORE_ACCEPTING,
    RESET_AFTER_ACCEPTING,
    RESET_BEFORE_ACCEPTING,
    SHUTTING_DOWN,
    SILENT_AFTER_ACCEPTING,
    End,
    SmtpFault,
    lost,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Newsletter
    from pprmail.delivery.ledger import Batch

DAN = Subscriber("dan@example.net", "Dan")


class Sender:
    """A provider, the stand-in it speaks to, and what it journals."""

    def __init__(self, newsletter: Newsletter, standin: SmtpStandIn) -> None:
        self.standin = standin
        self.writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())
        self.settings = Smtp(standin.host, standin.port, "none")
        self.provider = SmtpProvider(self.settings, "", self.writer)
        self.commits: list[tuple[int, tuple[Rejection, ...]]] = []
        self.journal = Journal(lambda *one: self.commits.append(one), Streak())

    @property
    def shown(self) -> str:
        return f"{self.standin.host}:{self.standin.port}"

    def hand_over(self, *subscribers: Subscriber) -> Answer:
        return self.provider.hand_over(batch(*subscribers), self.journal)

    def taken(self) -> list[str]:
        """Who has a letter, in the order of arrival."""
        return [letter.recipients[0] for letter in self.standin.accepted]


@pytest.fixture
def sender(newsletter: Newsletter) -> Iterator[Sender]:
    with SmtpStandIn() as standin:
        made = Sender(newsletter, standin)
        yield made
        made.provider.close()


def not_handed_over(at: int, following: Next, detail: str) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, at=at, next=following, detail=detail)


# What goes well


def test_a_batch_goes_out_letter_by_letter_over_one_connection(sender: Sender) -> None:
    answer = sender.hand_over(ADA, BEA)

    assert answer == Answer(Outcome.ACCEPTED)
    assert [letter.content for letter in sender.standin.accepted] == [
        sender.writer.write(one).content for one in (ADA, BEA)
    ]
    assert {letter.sender for letter in sender.standin.accepted} == {"newsletter@example.org"}
    sizes = [len(letter.content) for letter in sender.standin.accepted]
    assert sender.standin.commands == [
        "EHLO [127.0.0.1]",
        f"MAIL FROM:<newsletter@example.org> SIZE={sizes[0]}",
        "RCPT TO:<ada@example.org>",
        "DATA",
        f"MAIL FROM:<newsletter@example.org> SIZE={sizes[1]}",
        "RCPT TO:<bea@example.org>",
        "DATA",
    ]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["pipelined", "one-by-one"])
def test_the_order_of_replies_holds_with_and_without_pipelining(sender: Sender, extensions: tuple[str, ...]) -> None:
    sender.standin.mail_host.extensions = extensions
    sender.standin.order(refused("RCPT", 550, "5.1.1 No such user", BEA.address))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address, CEM.address]
    assert sender.journal.rejections == ()
    assert sender.commits == [(1, ()), (3, (Rejection(2, "550 5.1.1 No such user"),))]


def test_a_server_without_size_is_told_none(sender: Sender) -> None:
    sender.standin.order(SmtpFault("EHLO", 250, "localhost", processed=True))

    assert sender.hand_over(ADA) == Answer(Outcome.ACCEPTED)
    assert "MAIL FROM:<newsletter@example.org>" in sender.standin.commands


def test_bounces_go_to_the_envelope_sender(sender: Sender) -> None:
    settings = sender.settings._replace(envelope_sender="bounces@bücher.example.org")
    provider = SmtpProvider(settings, "", sender.writer)

    provider.hand_over(batch(ADA), sender.journal)
    provider.close()

    assert [letter.sender for letter in sender.standin.accepted] == ["bounces@xn--bcher-kva.example.org"]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb"),
        (b".a\r\n..b\r\n", b"..a\r\n...b"),
        (b"a.b\r\n", b"a.b"),
        (b"a\r\n.\r\n", b"a\r\n.."),
        (b"a\r\n\r\n", b"a\r\n"),
    ],
    ids=["alone", "at-the-start", "within", "at-the-end", "empty-line-at-the-end"],
)
def test_a_dot_that_begins_a_line_is_doubled(content: bytes, sent: bytes) -> None:
    assert stuffed(content) == sent


def test_a_letter_with_dots_arrives_as_it_was_written(newsletter: Newsletter) -> None:
    text = ".\n..\n.hidden\nThe end.\n.\n"
    writer = LetterWriter(replace(sealed_mail(newsletter), text=text), NOW, KEY.encode())
    with SmtpStandIn() as standin:
        provider = SmtpProvider(Smtp(standin.host, standin.port, "none"), "", writer)
        provider.hand_over(batch(ADA), Journal(lambda *_: None, Streak()))
        provider.close()

    (letter,) = standin.accepted
    assert letter.content == writer.write(ADA).content
    parts = email.message_from_bytes(letter.content).walk()
    plain = next(one for one in parts if one.get_content_type() == "text/plain")
    assert plain.get_payload(decode=True) == text.replace("\n", "\r\n").encode()


# The journal and the dot


def test_the_journal_is_written_before_the_dot(sender: Sender) -> None:
    taken_at_commits: list[list[str]] = []
    journal = Journal(lambda *_: taken_at_commits.append(sender.taken()), Streak())

    sender.provider.hand_over(batch(ADA, BEA), journal)

    assert taken_at_commits == [[], [ADA.address]]


def test_a_letter_that_cannot_be_journalled_gets_no_dot(sender: Sender) -> None:
    def full(*_: object) -> None:
        message = "the disk is full"
        raise PprmailError(message)

    with pytest.raises(PprmailError, match="the disk is full"):
        sender.provider.hand_over(batch(ADA), Journal(full, Streak()))

    assert sender.hand_over(BEA) == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [BEA.address]
    assert sender.standin.commands.count("EHLO [127.0.0.1]") == 2


LOST = {
    "closed-before-accepting": LOST_BEFORE_ACCEPTING,
    "closed-after-accepting": LOST_AFTER_ACCEPTING,
    "reset-before-accepting": RESET_BEFORE_ACCEPTING,
    "reset-after-accepting": RESET_AFTER_ACCEPTING,
    "cut-after-accepting": lost(DOT, End.CUT, processed=True),
    "silent-after-accepting": SILENT_AFTER_ACCEPTING,
    "nonsense": SmtpFault(DOT, 354, "Go on", processed=True),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_what_is_lost_after_the_dot_is_unknown(
    sender: Sender, fault: SmtpFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault.end is End.SILENT:
        monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.2)
    sender.standin.order(fault.after(1))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert (answer.outcome, answer.at) == (Outcome.UNKNOWN, 2)
    assert re.match(
        rf"{sender.shown}: (no answer came to the letter \(.+\)|the answer to the letter was none)$", answer.detail
    )
    assert [number for number, _ in sender.commits] == [1, 2]
    assert CEM.address not in sender.taken()


BROKEN = {
    "at-mail": lost("MAIL", processed=False),
    "at-recipient": lost("RCPT", processed=True),
    "reset-at-recipient": lost("RCPT", End.RESET, processed=True),
    "at-data": lost("DATA", processed=False),
    "closing-at-mail": refused("MAIL", 421, "4.7.0 Too much for this connection"),
    "closing-at-recipient": refused("RCPT", 421, "4.3.2 Service shutting down"),
    "nonsense-at-data": SmtpFault("DATA", 250, "OK"),
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_what_breaks_before_the_dot_is_tried_once_more_over_a_new_connection(sender: Sender, fault: SmtpFault) -> None:
    sender.standin.order(fault.after(1))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address, BEA.address, CEM.address]
    assert [number for number, _ in sender.commits] == [1, 2, 3]


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_what_breaks_before_the_dot_again_waits(sender: Sender, fault: SmtpFault) -> None:
    sender.standin.order(replace(fault, passes=1, times=2))

    answer = sender.hand_over(ADA, BEA)

    assert (answer.outcome, answer.at, answer.next) == (Outcome.NOT_HANDED_OVER, 2, Next.WAIT)
    assert "before the letter was handed over (" in answer.detail
    assert sender.taken() == [ADA.address]
    assert sender.hand_over(BEA) == Answer(Outcome.ACCEPTED)


def test_a_server_that_breaks_in_while_the_letter_comes_has_certainly_not_taken_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_unread = wire.Wire.has_unread

    def has_unread_by_now(self: wire.Wire) -> bool:
        if sender.standin.commands[-1:] == ["DATA"]:
            select.select([self._socket], [], [], 10)
        return has_unread(self)

    monkeypatch.setattr(wire.Wire, "has_unread", has_unread_by_now)
    sender.standin.order(replace(ENDED_WITHIN_DATA, times=2))

    answer = sender.hand_over(ADA)

    assert (answer.outcome, answer.at, answer.next) == (Outcome.NOT_HANDED_OVER, 1, Next.WAIT)
    assert answer.detail.startswith(f"{sender.shown}: the connection broke before the letter was handed over (")
    assert (sender.commits, sender.taken()) == ([], [])


def test_a_connection_that_the_server_ended_between_batches_is_opened_anew(sender: Sender) -> None:
    sender.standin.order(replace(refused(DOT, 250, "2.0.0 Queued"), end=End.HUNG_UP, processed=True))
    sender.hand_over(ADA)

    answer = sender.hand_over(BEA)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address, BEA.address]


def test_each_thread_has_a_connection_of_its_own(sender: Sender) -> None:
    sender.hand_over(ADA)

    other = Thread(target=sender.hand_over, args=(BEA,))
    other.start()
    other.join()
    sender.provider.close()

    assert sender.taken() == [ADA.address, BEA.address]
    assert [sender.standin.commands.count(one) for one in ("EHLO [127.0.0.1]", "QUIT")] == [2, 2]


# Recipients who are refused or put off


@pytest.mark.parametrize("at", ["RCPT", "DATA", DOT])
def test_a_recipient_who_is_refused_stops_nobody_else(sender: Sender, at: str) -> None:
    sender.standin.order(refused(at, 550, "5.1.1 <bea@example.org>: no Bea here, bea is unknown", BEA.address))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address, CEM.address]
    reason = "550 5.1.1 <(address)>: no (address) here, (address) is unknown"
    assert sender.commits[-1] == (3, (Rejection(2, reason),))


def test_a_recipient_is_refused_though_the_server_hangs_up_at_once(sender: Sender) -> None:
    sender.standin.order(SmtpFault("RCPT", 550, "5.1.1 No such user", End.HUNG_UP, address=BEA.address))

    assert sender.hand_over(ADA, BEA, CEM) == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address, CEM.address]


def test_a_recipient_whose_address_no_command_can_hold_is_refused_unasked(sender: Sender) -> None:
    answer = sender.hand_over(Subscriber("a@example.org>\r\nRCPT TO:<b@example.org"), ADA)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [ADA.address]
    assert sender.commits == [(2, (Rejection(1, "the address cannot be written in an SMTP command"),))]


def test_three_alike_in_a_row_are_about_the_sender(sender: Sender) -> None:
    sender.standin.order(*(refused("RCPT", 554, f"5.7.1 Not today, 4dK1a2b3c{n}") for n in range(4)))

    answer = sender.hand_over(ADA, BEA, CEM, DAN)

    assert answer == not_handed_over(
        3,
        Next.STOP,
        f"{sender.shown} refused 3 in a row in the same words (554 5.7.1 Not today, (id)), so it may refuse the sender; "
        "ask those who run it, or, if these addresses are dead (recipients 1, 2 and 3 in 'pprmail status 2020-08 --recipients'), "
        "give each to 'pprmail unsubscribe'; then run this again",
    )
    assert sender.taken() == []


def test_somebody_who_is_accepted_ends_the_row(sender: Sender) -> None:
    sender.standin.order(*(refused("RCPT", 550, "5.1.1 No such user", one.address) for one in (ADA, BEA, DAN)))

    answer = sender.hand_over(ADA, BEA, CEM, DAN)

    assert answer == Answer(Outcome.ACCEPTED)
    assert sender.taken() == [CEM.address]


@pytest.mark.parametrize("words", ["450 4.2.0 Greylisted", "452 4.2.2 Mailbox full"], ids=["greylisted", "full"])
def test_a_recipient_who_is_put_off_is_deferred(sender: Sender, words: str) -> None:
    sender.standin.order(refused("RCPT", int(words[:3]), words[4:], BEA.address))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert answer == not_handed_over(2, Next.DEFER, f"{sender.shown} put a recipient off ({words})")
    assert sender.taken() == [ADA.address]
    assert sender.hand_over(CEM, BEA) == Answer(Outcome.ACCEPTED)


# Everybody


@pytest.mark.parametrize("at", ["MAIL", "DATA", DOT])
def test_a_server_that_can_take_nobody_now_is_waited_for(sender: Sender, at: str) -> None:
    sender.standin.order(refused(at, 451, "4.3.0 Temporary failure").after(1))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert answer == not_handed_over(2, Next.WAIT, f"{sender.shown} takes no mail now (451 4.3.0 Temporary failure)")
    assert sender.hand_over(BEA, CEM) == Answer(Outcome.ACCEPTED)
    assert sender.standin.mailed() == dict.fromkeys([ADA.address, BEA.address, CEM.address], 1)


def test_a_server_that_closes_in_answer_to_the_dot_has_not_taken_the_letter(sender: Sender) -> None:
    sender.standin.order(refused(DOT, 421, "4.3.2 Service shutting down"))

    answer = sender.hand_over(ADA)

    assert answer == not_handed_over(
        1, Next.WAIT, f"{sender.shown} takes no mail now (421 4.3.2 Service shutting down)"
    )


def test_a_quota_stops_the_send_with_nobody_refused(sender: Sender) -> None:
    sender.standin.mail_host.quota = 2

    answer = sender.hand_over(ADA, BEA, CEM, DAN)

    assert answer == not_handed_over(
        3,
        Next.STOP,
        f"{sender.shown} refuses us at RCPT TO (550 5.4.5 Daily user sending limit exceeded); wait until its limit allows more "
        "(max_per_hour and max_per_day in [delivery] keep below it), then run this again",
    )
    assert sender.taken() == [ADA.address, BEA.address]
    assert sender.journal.rejections == ()


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", DOT])
def test_a_sender_who_is_refused_stops_the_send_at_once(sender: Sender, at: str) -> None:
    sender.standin.order(refused(at, 550, "5.7.60 Client does not have permissions to send as this sender").after(1))

    answer = sender.hand_over(ADA, BEA, CEM)

    assert (answer.at, answer.next) == (2, Next.STOP)
    assert (
        "(550 5.7.60 Client does not have permissions to send as this sender); check that this account may send as"
        in answer.detail
    )
    assert sender.taken() == [ADA.address]


def test_a_server_that_is_shutting_down_is_waited_for(sender: Sender) -> None:
    sender.standin.order(SHUTTING_DOWN)

    answer = sender.hand_over(ADA)

    assert answer == not_handed_over(1, Next.WAIT, f"{sender.shown} takes nobody now (421 4.3.2 Service shutting down)")


def test_a_server_that_greets_with_a_no_stops_the_send(sender: Sender) -> None:
    sender.standin.order(refused(CONNECT, 554, "5.7.1 Your network is not welcome"))

    answer = sender.hand_over(ADA)

    words = "refused the connection (554 5.7.1 Your network is not welcome); ask those who run it"
    assert answer == not_handed_over(1, Next.STOP, f"{sender.shown} {words}")


def test_a_server_that_is_not_there_is_waited_for(newsletter: Newsletter) -> None:
    with SmtpStandIn() as standin:
        sender = Sender(newsletter, standin)
        shown = sender.shown

    answer = sender.hand_over(ADA)

    assert answer == not_handed_over(1, Next.WAIT, f"{shown} cannot be reached (Connection refused)")


def test_a_batch_is_resumed_under_the_numbers_it_has(sender: Sender) -> None:
    of_seven: Batch = batch()._replace(recipients=(Recipient(7, ADA), Recipient(8, BEA)))
    sender.standin.order(refused("MAIL", 451, "4.3.0 Later").after(1))

    answer = sender.provider.hand_over(of_seven, sender.journal)

    assert (answer.at, sender.commits) == (8, [(7, ())])


# Before and after


def test_an_examination_hands_nothing_over(sender: Sender) -> None:
    assert sender.provider.examine() == Examination()

    size = len(sender.writer.write(Subscriber("reader@example.org", "A reader")).content)
    assert sender.standin.commands == [
        "EHLO [127.0.0.1]",
        f"MAIL FROM:<newsletter@example.org> SIZE={size}",
        "RSET",
        "QUIT",
    ]


def test_a_sender_address_that_is_refused_is_told_when_asked(sender: Sender) -> None:
    sender.standin.order(refused("MAIL", 553, "5.7.1 Not owned by user"))

    with pytest.raises(PprmailError) as told:
        sender.provider.examine()

    assert str(told.value) == (
        f"{sender.shown} refuses mail from newsletter@example.org (553 5.7.1 Not owned by user); check that this account may "
        "send as 'address' in [sender] and 'envelope_sender' in [smtp], then run this again"
    )


def test_an_issue_that_is_too_big_is_told_when_asked(newsletter: Newsletter) -> None:
    with SmtpStandIn(MailHost(largest_bytes=500)) as standin:
        sender = Sender(newsletter, standin)

        with pytest.raises(PprmailError, match="make the issue shorter"):
            sender.provider.examine()


UNANSWERED = {
    "shutting-down": (SHUTTING_DOWN, "{shown} takes nobody now (421 4.3.2 Service shutting down)"),
    "greylisting": (refused("MAIL", 451, "4.7.1 Later"), "451 4.7.1 Later"),
    "hung-up": (lost("MAIL", processed=False), "{shown} ended the connection (the server ended the connection)"),
    "no-smtp": (SmtpFault(CONNECT, 0, "SSH-2.0-OpenSSH_9.9"), "{shown} does not speak SMTP"),
}


@pytest.mark.parametrize(("fault", "words"), UNANSWERED.values(), ids=UNANSWERED)
def test_a_server_that_cannot_say_leaves_the_question_open(sender: Sender, fault: SmtpFault, words: str) -> None:
    sender.standin.order(fault)

    question = f"whether it takes mail from newsletter@example.org ({words.format(shown=sender.shown)})"
    assert sender.provider.examine() == Examination(unanswered=(question,))


def test_a_sender_at_a_free_mailer_is_warned(newsletter: Newsletter) -> None:
    newsletter.change_settings('"newsletter@example.org"', '"newsletter@gmail.com"')
    with SmtpStandIn() as standin:
        examination = Sender(newsletter, standin).provider.examine()

    (warning,) = examination.warnings
    assert warning == (
        "'address' in [sender] is at gmail.com: large providers hide or refuse newsletters from there; "
        "take an address at a domain of your own"
    )


def test_a_username_without_a_password_is_refused_before_anything_is_sealed(sender: Sender) -> None:
    without = SmtpProvider(sender.settings._replace(username="editor"), "", sender.writer)
    with_token = SmtpProvider(sender.settings._replace(username="editor", token_command="tell"), "", sender.writer)

    with_token.prepare()
    with pytest.raises(PprmailError) as told:
        without.prepare()

    assert str(told.value) == (
        "PPRMAIL_SMTP_PASSWORD is not set, and [smtp] has a username; set it to the password at 127.0.0.1, "
        "or write 'token_command' in [smtp]"
    )


def test_readers_cannot_leave_through_a_mail_server(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "provider"')
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())

    with pytest.raises(PprmailError, match="a mail server takes nobody off a list; write service or reply"):
        SmtpProvider(Smtp(), "", writer).prepare()


def test_a_mail_server_is_not_asked_what_it_took(sender: Sender) -> None:
    message_id = email.message_from_bytes(sender.writer.write(ADA).content)["Message-ID"]

    evidence = sender.provider.look_for(batch(ADA))

    assert evidence == Evidence(
        found=False,
        detail=f"a mail server cannot be asked what it took; look in 127.0.0.1's log, or ask those who run it, for {message_id}",
    )
