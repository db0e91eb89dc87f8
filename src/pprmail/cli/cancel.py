"""``pprmail cancel``: undo the seal of a mailing where that harms nobody."""

from __future__ import annotations

from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import click

from pprmail.cli.console import counted
from pprmail.cli.sending import has_ledger, open_ledger, outbox_for, sole_sender
from pprmail.errors import EXIT_DONE, PprmailError

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.settings import Settings


@click.command()
@click.argument("issue")
@click.pass_obj
def cancel(app: App, issue: str) -> int:
    """Undo the seal of ISSUE's mailing to the outbox and take its letters back.

    The issue can then be sent anew, from today's files to today's list.
    """
    settings = app.settings
    if not has_ledger(settings):
        raise _nothing_to_cancel(issue)
    with sole_sender(settings):
        withdrawn = _cancel(settings, issue)
    taken = counted(withdrawn.letters, "letter")
    app.console.product(f"{issue}: the seal is undone, {taken} taken back from {withdrawn.folder}")
    if withdrawn.lost:
        gone = counted(withdrawn.lost, "letter was", "letters were")
        app.console.warning(
            f"{gone} no longer in {withdrawn.folder}: those readers may have it, and a new send mails them again"
        )
    return EXIT_DONE


class Withdrawn(NamedTuple):
    """How many letters were taken back from ``folder``, and how many accepted ones were not there any more."""

    letters: int
    lost: int
    folder: str


def _cancel(settings: Settings, issue: str) -> Withdrawn:
    """Undo the seal, then take the letters back: in this order, so that a kill leaves letters but no claim."""
    with ExitStack() as stack:
        ledger = open_ledger(settings)
        mailing = stack.enter_context(closing(ledger)).find(issue, real=False) if ledger else None
        if ledger is None or mailing is None:
            raise _nothing_to_cancel(issue)
        outbox = outbox_for(settings, ledger, mailing)
        outcomes = ledger.outcomes(mailing)
        accepted = [subscriber for _, subscriber, outcome, _ in outcomes if outcome == "accepted"]
        lost = len(accepted) - outbox.count_letters(accepted)
        if not mailing.cancelled:
            ledger.cancel(mailing, datetime.now(UTC))
        return Withdrawn(outbox.withdraw(tuple(subscriber for _, subscriber, _, _ in outcomes)), lost, outbox.shown)


def _nothing_to_cancel(issue: str) -> PprmailError:
    return PprmailError(f"{issue!r} has no mailing to cancel; 'pprmail status' shows what was sent")
