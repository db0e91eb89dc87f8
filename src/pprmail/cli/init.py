"""``pprmail init``: start a newsletter in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.cli import clock
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.files import replace_file
from pprmail.manuscript.scaffold import GITIGNORE, LIST_HEADER, settings_file
from pprmail.settings import FILE_NAME
from pprmail.slugs import slug_of

if TYPE_CHECKING:
    from pprmail.cli import App


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def init(app: App, folder: Path) -> int:
    """Start a newsletter in DIR: settings, an empty list, a folder for issues. Nothing that exists is changed."""
    root = app.folder / folder
    if (root / FILE_NAME).exists():
        message = f"{folder}/{FILE_NAME}: a newsletter is there already; start another in a folder of its own"
        raise PprmailError(message)
    title = root.name.replace("-", " ").replace("_", " ").strip().title() or "Newsletter"
    settings = settings_file(
        title.replace('"', "").replace("\\", ""),
        slug_of(root.name)[:40].strip("-") or "newsletter",
        clock.now().year,
    )
    try:
        (root / "issues").mkdir(parents=True, exist_ok=True)
        for name, content in ((".gitignore", GITIGNORE), ("subscribers.csv", LIST_HEADER), (FILE_NAME, settings)):
            if not (root / name).exists():
                replace_file(root / name, content.encode())
                app.console.product(f"{folder / name}")
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}); choose another folder or check its permissions"
        raise PprmailError(message) from error
    app.console.note(
        f"next: fill in {folder / FILE_NAME}, put your list into {folder / 'subscribers.csv'}, then 'pprmail -C {folder} new {clock.now():%Y-%m}'"
    )
    return EXIT_DONE
