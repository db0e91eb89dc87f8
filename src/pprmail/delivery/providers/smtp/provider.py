"""The provider itself: what becomes of a batch as its letters go out one by one."""

from __future__ import annotations

import re
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING

from pprmail.addresses import is_free_mail, normal_address
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.journal import MOST_IDENTICAL, numbers
from pprmail.delivery.providers.base import Evidence, Examination, cannot_hold
from pprmail.delivery.providers.smtp.connection import (
    BrokenError,
    Envelope,
    LostError,
    UnreachableError,
    connect,
    reason_of,
)
from pprmail.delivery.providers.smtp.login import RefusedError
from pprmail.delivery.providers.smtp.replies import Meaning, Step, quoted, remedy_for
from pprmail.errors import PprmailError
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch, Recipient
    from pprmail.delivery.messages import LetterWriter
    from pprmail.delivery.providers.smtp.connection import Connection, Said
    from pprmail.delivery.providers.smtp.replies import Reply
    from pprmail.settings.values import Smtp

_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE)
_ABOUT_RECIPIENT = {Meaning.YES, Meaning.RECIPIENT_REFUSED, Meaning.RECIPIENT_LATER}
_UNTYPABLE = re.compile(r"[^!-~]|[<>]")


class SmtpProvider:
    """Hands letters to a mail server over a connection that stays open, one connection a thread."""

    name = "smtp"
    is_idempotent = False
    takes_one_by_one = True
    largest_batch = 500
    workers = 1
    holds_mail = False

    def __init__(self, settings: Smtp, password: str, writer: LetterWriter) -> None:
        """``password`` may be '' where nobody logs in, or ``token_command`` is set."""
        self.settings = settings
        self.writer = writer
        self._password = password
        # RFC 5321 lets '<>' stand for nobody, whom no bounce would reach
        self._sender = normal_address(settings.envelope_sender or writer.sealed.sender_address)
        self._idle: dict[int, Connection] = {}

    def prepare(self) -> None:
        """Refuse settings with which nobody could log in, or leave."""
        own = self.settings
        if own.username and not self._password and not own.token_command:
            message = f"PPRMAIL_SMTP_PASSWORD is not set, and [smtp] has a username; set it to the password at {own.host}, or write 'token_command' in [smtp]"
            raise PprmailError(message)
        if not _is_utf8(self._password) or not _is_utf8(own.username):
            message = (
                "PPRMAIL_SMTP_PASSWORD or 'username' in [smtp] is not UTF-8; set it in a terminal that writes UTF-8"
            )
            raise PprmailError(message)
        if self.writer.sealed.unsubscribe_owner == "provider":
            message = "'owner' in [unsubscribe] is 'provider', and a mail server takes nobody off a list; write service or reply"
            raise PprmailError(message)

    def examine(self) -> Examination:
        """Connect, log in, and offer a letter from the envelope sender, which is taken back."""
        domain = self.writer.sealed.sender_address.rpartition("@")[2]
        warnings: tuple[str, ...] = ()
        if is_free_mail(domain):
            warnings = (
                f"'address' in [sender] is at {domain}: large providers hide or refuse newsletters from there; take an address at a domain of your own",
            )
        try:
            reply = self._try_sender()
        except UnreachableError as error:
            return Examination(warnings, (f"whether it takes mail from {self._sender} ({error})",))
        if reply.is_no:
            message = (
                f"{self._shown} refuses mail from {self._sender} ({quoted(reply)}); {remedy_for(Step.MAIL, reply)}"
            )
            raise PprmailError(message)
        if not reply.is_yes:
            return Examination(warnings, (f"whether it takes mail from {self._sender} ({quoted(reply)})",))
        return Examination(warnings)

    def _try_sender(self) -> Reply:
        """The reply to the offer of a letter as long as most."""
        size = len(self.writer.write(Subscriber("reader@example.org", "A reader")).content)
        connection = self._take_connection()
        try:
            reply = connection.try_sender(self._sender, size)
        except OSError as error:
            connection.drop()
            message = f"{self._shown} ended the connection ({reason_of(error)})"
            raise UnreachableError(message) from error
        connection.quit()
        return reply

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        """Hand the letters over one by one, until the first that the next ones would not fare better than."""
        for recipient in batch.recipients:
            answer = self._hand_one_over(recipient, journal)
            if answer:
                return answer
        return Answer(Outcome.ACCEPTED)

    def look_for(self, batch: Batch) -> Evidence:
        """Nothing: a mail server cannot be asked. What it may have logged is named."""
        ids = ", ".join(self._message_id(one) for one in batch.recipients)
        detail = f"a mail server cannot be asked what it took; look in {self.settings.host}'s log, or ask those who run it, for {ids}"
        return Evidence(found=False, detail=detail)

    def open_slot(self) -> str:
        """Refused: a mail server sends on what it takes."""
        raise cannot_hold(self.name)

    def call_off(self, slot: str) -> datetime:
        """Refused, there being no slots."""
        del slot
        raise cannot_hold(self.name)

    def close(self) -> None:
        """End the connections that nobody is using."""
        while self._idle:
            _, connection = self._idle.popitem()
            connection.quit()

    # One letter

    def _hand_one_over(self, recipient: Recipient, journal: Journal) -> Answer | None:
        """None: go on with the next recipient."""
        number, subscriber = recipient
        if _UNTYPABLE.search(subscriber.address):
            journal.rejected(number, "the address cannot be written in an SMTP command", named=True)
            return None
        envelope = Envelope(self._sender, subscriber, self.writer.write(subscriber).content)
        try:
            said = self._say(envelope, number, journal)
        except UnreachableError as error:
            return _not_handed_over(number, Next.WAIT, str(error))
        except BrokenError as error:
            return _not_handed_over(number, Next.WAIT, f"{self._shown}: {error}")
        except RefusedError as error:
            return _not_handed_over(number, Next.STOP, str(error))
        except LostError as error:
            return Answer(Outcome.UNKNOWN, detail=f"{self._shown}: {error}", at=number)
        return self._answer_to(said, envelope, number, journal)

    def _say(self, envelope: Envelope, number: int, journal: Journal) -> Said:
        """What the server says of the letter, over a new connection if one broke before the dot."""
        try:
            return self._say_once(envelope, partial(journal.about_to_hand_over, number))
        except BrokenError:
            return self._say_once(envelope, partial(journal.about_to_hand_over, number))

    def _say_once(self, envelope: Envelope, about_to_hand_over: Callable[[], None]) -> Said:
        connection = self._take_connection()
        try:
            said = connection.hand_over(envelope, about_to_hand_over)
        except BaseException:  # also an interruption: nobody may find the rest of this letter there
            connection.drop()
            raise
        if said.meaning in _ABOUT_RECIPIENT:
            self._idle[get_ident()] = connection
        else:
            connection.quit()
        return said

    def _take_connection(self) -> Connection:
        """This thread's, or a new one where there is none, or the server has ended it."""
        connection = self._idle.pop(get_ident(), None)
        if connection is None:
            return connect(self.settings, self._password)
        if connection.is_open():
            return connection
        connection.drop()
        return connect(self.settings, self._password)

    def _answer_to(self, said: Said, envelope: Envelope, number: int, journal: Journal) -> Answer | None:
        if said.meaning is Meaning.YES:
            journal.accepted()
            return None
        words = envelope.quote(said.reply)
        if said.meaning is Meaning.RECIPIENT_REFUSED:
            return self._rejected(number, words, journal)
        if said.meaning is Meaning.RECIPIENT_LATER:
            return _not_handed_over(number, Next.DEFER, f"{self._shown} put a recipient off ({words})")
        if said.meaning is Meaning.SENDER_REFUSED:
            detail = f"{self._shown} refuses us at {said.step.value} ({words}); {remedy_for(said.step, said.reply)}"
            return _not_handed_over(number, Next.STOP, detail)
        return _not_handed_over(number, Next.WAIT, f"{self._shown} takes no mail now ({words})")

    def _rejected(self, number: int, words: str, journal: Journal) -> Answer | None:
        if journal.rejected(number, words):
            return None
        issue, who = self.writer.sealed.issue, numbers(journal.blameless)
        detail = (
            f"{self._shown} refused {MOST_IDENTICAL} in a row in the same words ({words}), so it may refuse the sender; ask those who run it, "
            f"or, if these addresses are dead ({who} in 'pprmail status {issue} --recipients'), give each to 'pprmail unsubscribe'; then run this again"
        )
        return _not_handed_over(number, Next.STOP, detail)

    def _message_id(self, recipient: Recipient) -> str:
        found = _MESSAGE_ID.search(self.writer.write(recipient.subscriber).content)
        return found[1].decode() if found else ""

    @property
    def _shown(self) -> str:
        return f"{self.settings.host}:{self.settings.port}"


def _not_handed_over(number: int, following: Next, detail: str) -> Answer:
    return Answer(Outcome.NOT_HANDED_OVER, detail=detail, at=number, next=following)


def _is_utf8(text: str) -> bool:
    """No byte of another encoding hides in what the environment gave."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
