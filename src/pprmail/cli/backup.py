"""``pprmail backup``: the ledger and the secret key in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.audience.keys import read_keyring
from pprmail.cli import clock
from pprmail.cli.console import counted
from pprmail.cli.sending import has_ledger, open_ledger, sole_sender
from pprmail.delivery.ledger.backup import write_backup
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.state import database_path

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.delivery.ledger.backup import Backup
    from pprmail.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(app: App, file: Path) -> int:
    """Copy the ledger and the secret key into FILE, a new file.

    'pprmail restore' brings them back, here or on another machine. Nothing is changed here. Refused while a sender is at work:
    what it hands over after the copy would be mailed again from there.
    """
    settings = app.settings
    if not has_ledger(settings):
        raise _nothing_to_back_up(settings)
    with sole_sender(settings):
        return _back_up(app, file)


def _back_up(app: App, file: Path) -> int:
    settings = app.settings
    keyring, ledger = read_keyring(settings), open_ledger(settings)
    if ledger is not None:
        ledger.close()
    if ledger is None or keyring is None:
        raise _nothing_to_back_up(settings)
    made = write_backup(settings.database_url, keyring, settings.newsletter.id, file, clock.now())
    app.console.product(
        f"{file}: {contents(made)}\n"
        "It holds every reader's address and the secret key: keep it as you keep the list, and never put it into git."
    )
    return EXIT_DONE


def _nothing_to_back_up(settings: Settings) -> PprmailError:
    path = database_path(settings.database_url)
    return PprmailError(f"{path}: there is nothing to back up yet; the first send makes the database and its key")


def contents(made: Backup) -> str:
    """``2 mailings, the last of 2020-08, as of 2020-08-14 12:00 UTC``."""
    last = f", the last of {made.last_issue}" if made.last_issue else ""
    return f"{counted(made.mailings, 'mailing')}{last}, as of {made.made:%Y-%m-%d %H:%M} UTC"
