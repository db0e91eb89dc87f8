"""``pprmail cancel``: undo the seal of a mailing where that harms nobody."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pprmail.cli.console import counted
from pprmail.cli.sending import open_ledger, outbox_for, sole_sender
from pprmail.errors import EXIT_DONE, PprmailError

if TYPE_CHECKING:
    from pprmail.cli import App


@click.command()
@click.argument("issue")
@click.pass_obj
def cancel(app: App, issue: str) -> int:
    """Undo the seal of ISSUE's mailing to the outbox and take its letters back.

    The issue can then be sent anew, from today's files to today's list.
    """
    settings = app.settings
    with sole_sender(settings):
        ledger = open_ledger(settings)
        mailing = ledger.find(issue, real=False) if ledger else None
        if ledger is None or mailing is None:
            if ledger:
                ledger.close()
            message = f"{issue!r} has no mailing to cancel; 'pprmail status' shows what was sent"
            raise PprmailError(message)
        with closing(ledger):
            outbox = outbox_for(settings, ledger, mailing)
            if not mailing.cancelled:
                ledger.cancel(mailing, datetime.now(UTC))
            letters = outbox.withdraw(tuple(subscriber for _, subscriber, _, _ in ledger.outcomes(mailing)))
    app.console.product(f"{issue}: the seal is undone, {counted(letters, 'letter')} taken back from {outbox.shown}")
    return EXIT_DONE
