"""``pprmail backup``: the ledger and the secret key in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.audience.keys import read_keyring
from pprmail.cli.console import counted
from pprmail.cli.sending import issue_being_sent, open_ledger
from pprmail.delivery.ledger.backup import write_backup
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.state import database_path

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.delivery.ledger.backup import Backup


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(app: App, file: Path) -> int:
    """Copy the ledger and the secret key into FILE, a new file.

    'pprmail restore' brings them back, here or on another machine. Nothing is changed here, and a sender at work is not disturbed.
    """
    settings = app.settings
    keyring, ledger = read_keyring(settings), open_ledger(settings)
    if ledger is not None:
        ledger.close()
    if ledger is None or keyring is None:
        path = database_path(settings.database_url)
        message = f"{path}: there is nothing to back up yet; the first send makes the database and its key"
        raise PprmailError(message)
    at_work = issue_being_sent(settings) is not None
    made = write_backup(settings.database_url, keyring, settings.newsletter.id, file, datetime.now(UTC))
    app.console.product(
        f"{file}: {contents(made)}\n"
        "It holds every reader's address and the secret key: keep it as you keep the list, and never put it into git."
    )
    if at_work:
        app.console.warning(
            f"a sender is at work: what it hands over from now on is not in {file}; make another backup when it has ended, before you move"
        )
    return EXIT_DONE


def contents(made: Backup) -> str:
    """``2 mailings, the last of 2020-08, as of 2020-08-14 12:00 UTC``."""
    last = f", the last of {made.last_issue}" if made.last_issue else ""
    return f"{counted(made.mailings, 'mailing')}{last}, as of {made.made:%Y-%m-%d %H:%M} UTC"
