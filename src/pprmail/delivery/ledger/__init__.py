"""The ledger: what was sealed, for whom, and what became of each batch."""

from pprmail.delivery.ledger.book import Ledger
from pprmail.delivery.ledger.values import Batch, Counts, Mailing, Outlet, Recipient, TestMail

__all__ = ["Batch", "Counts", "Ledger", "Mailing", "Outlet", "Recipient", "TestMail"]
