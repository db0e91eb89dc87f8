"""The SendGrid provider: hands batches over, asks whether it may, and looks for what became of a batch in doubt."""

from __future__ import annotations

import threading
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.providers.sendgrid.account import examine_account
from pprmail.delivery.providers.sendgrid.evidence import find_evidence
from pprmail.delivery.providers.sendgrid.request import LONGEST_HEADER, RequestWriter
from pprmail.delivery.providers.sendgrid.slots import call_off, open_slot
from pprmail.delivery.providers.sendgrid.verdict import failure_of, refused_alone, verdict_of
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pprmail.audience.tokens import Signer
    from pprmail.delivery.journal import Journal
    from pprmail.delivery.ledger import Batch
    from pprmail.delivery.providers.base import Evidence, Examination
    from pprmail.delivery.providers.sendgrid.client import SendgridClient
    from pprmail.delivery.providers.sendgrid.verdict import Verdict
    from pprmail.delivery.schedule import Schedule
    from pprmail.delivery.seal import SealedMail
    from pprmail.settings.values import Sendgrid


class SendgridProvider:
    """Hands over a batch with one POST to /v3/mail/send, which takes all of it or nothing.

    There is no key of idempotency: a batch whose answer is lost may have been taken, and is never posted twice.
    """

    name = "sendgrid"
    is_idempotent = False
    takes_one_by_one = False
    largest_batch = 1000
    holds_mail = True

    def __init__(  # noqa: PLR0913 - whose mail, to whom, and the time: the command line knows all of it
        self,
        settings: Sendgrid,
        api_key: str,
        sealed: SealedMail,
        signer: Signer,
        *,
        clock: Callable[[], float],
        test: bool = False,
        schedule: Schedule | None = None,
    ) -> None:
        """``clock`` tells the time in Unix seconds; ``test`` marks the subject and the tokens.

        With a ``schedule`` all that is handed over is held until its time, under its slot.
        """
        self.workers = settings.workers
        self._settings = settings
        self._api_key = api_key
        self._sealed = sealed
        self._writer = RequestWriter(sealed, signer, test=test, schedule=schedule)
        self._clock = clock
        self._threads = threading.local()

    def prepare(self) -> None:
        """Refuse a key, a sender or a server that cannot stand in a request."""
        sentence = self._impossible()
        if sentence:
            raise PprmailError(sentence)

    def _impossible(self) -> str:
        key, sender = self._api_key, self._sealed.sender_address
        if not key:
            return "SENDGRID_API_KEY is not set; put the API key of the SendGrid account into it and run this again"
        if not key.isascii() or not key.isprintable() or " " in key:
            return "SENDGRID_API_KEY holds spaces, line breaks or other characters that no key has; set it to the key alone"
        if not _is_host(self._settings.host):
            return f"'host' under [sendgrid] is {self._settings.host!r}, which names no server; write https://api.sendgrid.com"
        if not sender.isascii():
            return f"SendGrid takes no sender such as {sender!r}; write an ASCII address under [sender] address"
        if self._writer.list_unsubscribe_length > LONGEST_HEADER:
            return (
                "the header List-Unsubscribe would be too long; shorten 'service_url' or 'mailto' under [unsubscribe]"
            )
        return ""

    def examine(self) -> Examination:
        """Ask whether the key may send, and whether SendGrid knows the sender."""
        return examine_account(self._client(), self._sealed.sender_address)

    def hand_over(self, batch: Batch, journal: Journal) -> Answer:
        """Post the batch once. What it proves is ``verdict``'s to say."""
        if not batch.recipients:
            return Answer(Outcome.ACCEPTED)
        request = self._writer.write(batch)
        client = self._client()
        try:
            heard = client.post("mail/send", request)
        except (OSError, HTTPException) as error:
            return failure_of(error, len(batch.recipients))
        return _journaled(verdict_of(heard, len(batch.recipients), self._clock()), batch, journal)

    def look_for(self, batch: Batch) -> Evidence:
        """Ask SendGrid's log for letters of the batch's attempt."""
        return find_evidence(self._client(), batch, self._clock())

    def open_slot(self) -> str:
        """Ask for a fresh ``batch_id``."""
        return open_slot(self._client())

    def call_off(self, slot: str) -> datetime:
        """Set the status "cancel" on the ``batch_id``, and see that it stands."""
        return call_off(self._client(), slot, self._clock)

    def close(self) -> None:
        """No connection outlives its request."""

    def _client(self) -> SendgridClient:
        """This thread's client."""
        # The package takes 0.1 s to import, and only a send needs it
        from pprmail.delivery.providers.sendgrid.client import SendgridClient

        client: SendgridClient | None = getattr(self._threads, "client", None)
        if client is None:
            client = SendgridClient(self._settings.host, self._api_key, self._settings.timeout_seconds)
            self._threads.client = client
        return client


def _is_host(url: str) -> bool:
    """``url`` has a name and a port that can be looked up and connected to."""
    parts = urlsplit(url)
    try:
        return parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        return False


def _journaled(verdict: Verdict, batch: Batch, journal: Journal) -> Answer:
    """The answer, once the journal has what the verdict says of single recipients."""
    if verdict.answer.outcome is Outcome.ACCEPTED:
        journal.accepted()
    for place, reason in verdict.rejected:
        if not journal.rejected(batch.recipients[place].number, reason, named=verdict.named):
            return Answer(Outcome.NOT_HANDED_OVER, detail=refused_alone(reason), next=Next.STOP)
    return verdict.answer
