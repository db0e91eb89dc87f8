"""``pprmail restore``: the ledger and the secret key out of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.audience.keys import read_keyring
from pprmail.cli.backup import contents
from pprmail.cli.sending import sole_sender
from pprmail.delivery.ledger.backup import scratch_file, unpack_backup
from pprmail.delivery.ledger.restoration import (
    put_database,
    put_key,
    read_standing_here,
    refuse_loss,
    refuse_other_key,
)
from pprmail.errors import EXIT_DONE, EXIT_YOURS, PprmailError
from pprmail.state import database_path

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.delivery.ledger.backup import Unpacked
    from pprmail.delivery.ledger.standing import Standing
    from pprmail.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace an older state of the same database without asking.")
@click.pass_obj
def restore(app: App, file: Path, *, yes: bool) -> int:
    """Put the ledger and the secret key of FILE, which 'pprmail backup' made, in place here.

    A database or a key that is here already is replaced only by a later state of itself.
    """
    settings, console = app.settings, app.console
    path = database_path(settings.database_url)
    with sole_sender(settings), scratch_file(path, "restore") as database:
        unpacked = unpack_backup(file, database)
        here = _examine(settings, file, unpacked)
        replaces = here is not None and not here.is_unused
        if replaces and not console.confirm(f"Replace the database here by its state in {file}?", yes=yes):
            console.note("nothing was restored")
            return EXIT_YOURS
        if replaces:
            _examine(settings, file, unpacked)  # somebody may have left while the question stood
        put_key(settings.state_folder, read_keyring(settings), unpacked.keyring)
        put_database(database, settings.database_url)
    console.product(
        f"{contents(unpacked.backup)}: restored\n"
        "From now on this is the machine that sends. The one that the backup came from must send no more; "
        "before you go back to it, make a backup here and restore it there."
    )
    return EXIT_DONE


def _examine(settings: Settings, file: Path, unpacked: Unpacked) -> Standing | None:
    """How far the database here has come, None without one. Raises ``PprmailError`` when the backup does not belong in its place."""
    if unpacked.backup.newsletter != settings.newsletter.id:
        message = (
            f"{file}: belongs to the newsletter {unpacked.backup.newsletter!r}, and 'id' under [newsletter] is {settings.newsletter.id!r}; "
            "restore it in that newsletter's folder"
        )
        raise PprmailError(message)
    from_environment = bool(settings.secret_key)
    refuse_other_key(
        file, settings.state_folder, read_keyring(settings), unpacked.keyring, from_environment=from_environment
    )
    here = read_standing_here(settings.database_url)
    refuse_loss(file, database_path(settings.database_url), here, unpacked)
    return here
