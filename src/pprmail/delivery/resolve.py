"""Settling what is in doubt: by the provider's own records, or by a person's word, which is kept.

A hit in the records is acceptance. No hit proves nothing: records lag behind, and accepted mail can wait in a queue for a
day. So absence alone never has anybody mailed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.delivery.answer import Answer, Outcome
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pprmail.delivery.ledger import Batch, SendingBook
    from pprmail.delivery.providers.base import Evidence, Witness

BY_EVIDENCE, ASSUMED_SENT, ASSUMED_NOT_SENT = "evidence", "assumed-sent", "assumed-not-sent"
"""Whose word settled a doubt."""
MOST_UNANSWERED = 3
"""Batches in a row that the provider could not be asked for, before it is left in peace."""


class Finding(NamedTuple):
    """What the provider's records show of one batch in doubt."""

    batch: Batch
    evidence: Evidence


def settle_by_evidence(book: SendingBook, provider: Witness, now: datetime) -> Iterator[Finding]:
    """Look for every batch in doubt, one by one, and record those found as accepted.

    Raises ``PprmailError`` in the end, when the provider could not be asked for a batch, or for several in a row; what was
    found is recorded.
    """
    failure, unanswered = None, 0
    for batch in book.doubtful():
        try:
            evidence = provider.look_for(batch)
        except PprmailError as error:
            failure, unanswered = error, unanswered + 1
            if unanswered == MOST_UNANSWERED:
                break
            continue
        unanswered = 0
        if evidence.found:
            book.resolve(batch, BY_EVIDENCE, Answer(Outcome.ACCEPTED, evidence.provider_id, evidence.detail), now)
        yield Finding(batch, evidence)
    if failure:
        raise failure


def settle_by_word(book: SendingBook, *, was_sent: bool, now: datetime) -> int:
    """A person's word for everyone in doubt: they have the mail, or they do not and wait again; how many there were."""
    word, outcome = (ASSUMED_SENT, Outcome.ACCEPTED) if was_sent else (ASSUMED_NOT_SENT, Outcome.NOT_HANDED_OVER)
    batches = book.doubtful()
    for batch in batches:
        book.resolve(batch, word, Answer(outcome, detail="a person's word"), now)
    return sum(len(batch.recipients) for batch in batches)
