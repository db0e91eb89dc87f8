"""``pprmail new``: start a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.files import replace_file
from pprmail.manuscript.months import ISSUES
from pprmail.manuscript.scaffold import issue_files
from pprmail.model import is_issue_key

if TYPE_CHECKING:
    from pprmail.cli import App


@click.command()
@click.argument("issue")
@click.pass_obj
def new(app: App, issue: str) -> int:
    """Start ISSUE (a month, such as 2020-09): its folder, with files whose headers you fill in."""
    if not is_issue_key(issue):
        message = f"{issue!r} is no month; write year-month, such as 2020-09"
        raise PprmailError(message)
    folder = app.settings.root / ISSUES / issue
    shown = f"{ISSUES}/{issue}"
    try:
        if folder.exists() and any(folder.iterdir()):
            message = f"{shown}: the month is started already; write in its files, or 'pprmail check {issue}'"
            raise PprmailError(message)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in issue_files(issue).items():
            replace_file(folder / name, content.encode())
            app.console.product(f"{shown}/{name}")
    except OSError as error:
        message = f"{shown}: cannot be written ({error.strerror}); check the folder's permissions and the disk's space"
        raise PprmailError(message) from error
    app.console.note(f"next: write in these files, then 'pprmail check {issue}' says what is still missing")
    return EXIT_DONE
