"""What ``send`` was asked to do, and what it does alike for a new mailing and for one that was sealed before."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pprmail.cli.sending import status_json
from pprmail.errors import EXIT_DONE, PprmailError

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.plan import Plan
    from pprmail.delivery.providers.base import Provider


@dataclass(frozen=True, slots=True)
class Order:
    """One call of ``send``: the issue, and every option."""

    issue: str
    provider: str
    send_at: datetime | None
    dry_run: bool
    yes: bool
    list_file: str | None
    accept_list_change: bool
    unverified_ok: bool
    unpublished_ok: bool
    as_json: bool

    @property
    def is_real(self) -> bool:
        """Mail is to go to readers."""
        return self.provider != "outbox"


def examine(console: Console, order: Order, provider: Provider) -> None:
    """Ask the provider what would make the send fail, and tell its doubts. Raises ``PprmailError`` for a no."""
    with closing(provider):
        if order.is_real:
            provider.prepare()
        said = provider.examine()
    for sentence in said.warnings:
        console.warning(sentence)
    for question in said.unanswered:
        console.warning(f"{provider.name} did not answer {question}")
    if said.unanswered and not order.unverified_ok:
        why = f"what {provider.name} did not answer may make the send fail"
        message = f"{why}; try again, or add --unverified-ok to send all the same. Nothing was handed over"
        raise PprmailError(message)


def end_dry_run(
    console: Console, order: Order, ledger: Ledger | None, mailing: Mailing | None, plan: Plan | None
) -> int:
    """Tell how the issue stands, and what was planned."""
    if order.as_json:
        counts = ledger.counts(mailing) if ledger and mailing else None
        standing = status_json(order.issue, mailing, counts, sending=False)
        console.json(standing | ({"plan": _plan_json(plan, order)} if plan else {}))
    console.note("dry run: nothing was made or sent")
    return EXIT_DONE


def _plan_json(plan: Plan, order: Order) -> dict[str, Any]:
    audience = plan.audience
    send_at = {"send_at": order.send_at.isoformat()} if order.send_at else {}
    return {
        "rows": audience.rows,
        "recipients": len(plan.recipients),
        "excluded": audience.excluded(),
        "batches": plan.batch_count,
        **send_at,
    }
