"""The outbox: each recipient's complete message as a file, in a folder on this machine."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.providers.base import Examination, cannot_hold
from pprmail.errors import PprmailError
from pprmail.files import remove_file, replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.messages import LetterWriter
    from pprmail.delivery.providers.base import Evidence
    from pprmail.model import Subscriber


class OutboxProvider:
    """Writes ``outbox/2020-08/ID.eml``; the name is derived from the recipient, so a repeat overwrites itself."""

    name = "outbox"
    is_idempotent = True
    takes_one_by_one = False
    largest_batch = sys.maxsize
    workers = 1
    holds_mail = False

    def __init__(self, folder: Path, shown: str, writer: LetterWriter) -> None:
        """``folder`` is the issue's own; ``shown`` is how sentences call it."""
        self.folder = folder
        self.shown = shown
        self.writer = writer

    def prepare(self) -> None:
        """Make the folder and try to write in it."""
        probe = self.folder / ".pprmail-probe"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # its letters are their readers' alone
            probe.write_bytes(b"\n")
            probe.unlink()
        except OSError as error:
            message = f"{self.shown}: cannot be written ({error.strerror}); check its permissions and the disk's space, or name another under [outbox] folder"
            raise PprmailError(message) from error

    def count_letters(self, recipients: Iterable[Subscriber]) -> int:
        """How many of the letters to ``recipients`` lie here."""
        return sum((self.folder / self._name(one)).exists() for one in recipients)

    def examine(self) -> Examination:
        """Refuse when letters lie in the folder: before a seal, none can be of the mailing to come.

        They are of one that was cancelled and not taken back whole, or of one whose ledger is lost.
        """
        count = sum(1 for _ in self.folder.glob("*.eml"))
        if count:
            letters = "letter" if count == 1 else "letters"
            remedy = "finish with 'pprmail cancel' if it was cancelled, else move the folder away; then run this again"
            message = f"{self.shown}: holds {count:,} {letters} of another mailing; {remedy}. Nothing was sent"
            raise PprmailError(message)
        return Examination()

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        """Write the batch's letters. A disk that is full stops the send, with the batch not handed over."""
        try:
            for subscriber in batch.leavers:
                self._take_back(subscriber)
            for _, subscriber in batch.recipients:
                self.put(subscriber)
        except OSError as error:
            detail = f"{self.shown}: cannot be written ({error.strerror}); make room on the disk and check the folder's permissions, then run this again"
            return Answer(Outcome.NOT_HANDED_OVER, detail=detail, next=Next.STOP)
        journal.accepted()
        return Answer(Outcome.ACCEPTED)

    def look_for(self, batch: Batch) -> Evidence:
        """Refused: nothing is ever in doubt here."""
        message = f"the outbox is never in doubt (batch {batch.number}): run the send again, and it writes the same letters again"
        raise PprmailError(message)

    def open_slot(self) -> str:
        """Refused: a letter lies in the folder as soon as it is written."""
        raise cannot_hold(self.name)

    def call_off(self, slot: str) -> datetime:
        """Refused, there being no slots."""
        del slot
        raise cannot_hold(self.name)

    def close(self) -> None:
        """There is nothing to let go of."""

    def put(self, subscriber: Subscriber) -> Path:
        """Write one letter; where it lies."""
        letter = self.writer.write(subscriber)
        path = self.folder / f"{letter.id}.eml"
        replace_file(path, letter.content)
        return path

    def withdraw(self, recipients: tuple[Subscriber, ...]) -> int:
        """Delete the letters of ``recipients``, and the folder when it is empty then."""
        count = 0
        try:
            for subscriber in recipients:
                count += self._take_back(subscriber)
        except OSError as error:
            message = f"{self.shown}: a letter cannot be deleted ({error.strerror}); close it in other programs and run this again"
            raise PprmailError(message) from error
        with suppress(OSError):  # other files keep the folder
            self.folder.rmdir()
        return count

    def _take_back(self, subscriber: Subscriber) -> bool:
        """Delete the letter to ``subscriber``, and one half written; True when there was one."""
        path = self.folder / self._name(subscriber)
        existed = path.exists()
        remove_file(path)
        return existed

    def _name(self, subscriber: Subscriber) -> str:
        return f"{self.writer.letter_id(subscriber)}.eml"
