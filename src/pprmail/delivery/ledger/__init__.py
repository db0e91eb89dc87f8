"""The ledger: what was sealed, for whom, and what became of each batch."""

from pprmail.delivery.ledger.book import Ledger
from pprmail.delivery.ledger.holding import HoldingBook
from pprmail.delivery.ledger.sending import SendingBook
from pprmail.delivery.ledger.values import (
    Batch,
    Counts,
    HandOver,
    Mailing,
    Outlet,
    Recipient,
    RecipientOutcome,
    State,
    TestMail,
)

__all__ = [
    "Batch",
    "Counts",
    "HandOver",
    "HoldingBook",
    "Ledger",
    "Mailing",
    "Outlet",
    "Recipient",
    "RecipientOutcome",
    "SendingBook",
    "State",
    "TestMail",
]
