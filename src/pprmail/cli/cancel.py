"""``pprmail cancel``: undo the seal of a mailing where that harms nobody."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import click

from pprmail.cli import safeguards
from pprmail.cli.console import counted
from pprmail.cli.outlets import content_of, make_outbox
from pprmail.cli.sending import has_ledger, open_ledger, sole_sender
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.receipt import remove_receipt
from pprmail.errors import EXIT_DONE, PprmailError

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.settings import Settings


@click.command()
@click.argument("issue")
@click.pass_obj
def cancel(app: App, issue: str) -> int:
    """Undo the seal of ISSUE's mailing: one that nobody has accepted, or any to the outbox, whose letters are taken back.

    The issue can then be sent anew, from today's files to today's list.
    """
    settings = app.settings
    if not has_ledger(settings):
        safeguards.refuse_lost_ledger(settings, None, issue)
        raise _nothing_to_cancel(issue)
    with sole_sender(settings):
        ledger = open_ledger(settings)
        if ledger is None:
            raise _nothing_to_cancel(issue)
        with closing(ledger):
            # An older copy of the ledger would undo the seal of what was mailed since, and take the receipt that tells of it
            safeguards.refuse_lost_ledger(settings, ledger, issue)
            real = ledger.find(issue, real=True)
            if real and not real.cancelled:
                _cancel_real(settings, ledger, real)
                app.console.product(f"{issue}: the seal is undone; nobody had been mailed")
                return EXIT_DONE
            if real:
                # A cancel that was cut short before the receipt went
                remove_receipt(settings.root / "issues" / issue)
            withdrawn = _cancel_outbox(settings, ledger, ledger.find(issue, real=False), issue)
    taken = counted(withdrawn.letters, "letter")
    app.console.product(f"{issue}: the seal is undone, {taken} taken back from {withdrawn.folder}")
    if withdrawn.lost:
        gone = counted(withdrawn.lost, "letter was", "letters were")
        app.console.warning(
            f"{gone} no longer in {withdrawn.folder}: those readers may have it, and a new send mails them again"
        )
    return EXIT_DONE


def _cancel_real(settings: Settings, ledger: Ledger, mailing: Mailing) -> None:
    """Undo the seal while nobody can have been mailed. Raises ``PprmailError`` when somebody was, or may have been."""
    counts = ledger.counts(mailing)
    if counts.accepted or counts.unknown:
        doubt = f", {counted(counts.unknown, 'is', 'are')} in doubt" if counts.unknown else ""
        accepted = f"{mailing.provider} accepted {counts.accepted:,}{doubt}"
        message = f"{mailing.issue} cannot be cancelled: of {counted(counts.recipients, 'recipient')} {accepted}, and mail cannot be called back"
        if counts.waiting:
            message += f"; 'pprmail send {mailing.issue}' goes on with those who wait"
        raise PprmailError(message)
    ledger.cancel(mailing, datetime.now(UTC))
    remove_receipt(settings.root / "issues" / mailing.issue)


class Withdrawn(NamedTuple):
    """How many letters were taken back from ``folder``, and how many accepted ones were not there any more."""

    letters: int
    lost: int
    folder: str


def _cancel_outbox(settings: Settings, ledger: Ledger, mailing: Mailing | None, issue: str) -> Withdrawn:
    """Undo the seal, then take the letters back: in this order, so that a kill leaves letters but no claim."""
    if mailing is None:
        raise _nothing_to_cancel(issue)
    content = content_of(settings, ledger, mailing)
    outbox = make_outbox(settings, Outlet(mailing.provider, mailing.folder), content)
    outcomes = tuple(ledger.outcomes(mailing))
    accepted = [one.subscriber for one in outcomes if one.outcome == "accepted"]
    lost = len(accepted) - outbox.count_letters(accepted)
    if not mailing.cancelled:
        ledger.cancel(mailing, datetime.now(UTC))
    return Withdrawn(outbox.withdraw(tuple(one.subscriber for one in outcomes)), lost, outbox.shown)


def _nothing_to_cancel(issue: str) -> PprmailError:
    return PprmailError(f"{issue!r} has no mailing to cancel; 'pprmail status' shows what was sent")
