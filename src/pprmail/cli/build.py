"""``pprmail build``: the site, its feed, and the mail of the issues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.archive.writing import is_our_site
from pprmail.cli.building import MAIL, SITE, build_newsletter
from pprmail.cli.console import counted
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.manuscript.months import ISSUES
from pprmail.settings import check_base_url

if TYPE_CHECKING:
    from pprmail.cli import App


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write to DIR instead of build/.")
@click.option("--drafts", is_flag=True, help="Show the issues that say 'Draft: yes' too.")
@click.option("--base-url", metavar="URL", help="Another address than the settings name, for a preview.")
@click.pass_obj
def build(app: App, issues: tuple[str, ...], *, out: Path | None, drafts: bool, base_url: str | None) -> int:
    """Build the whole site and its feed, and the mail of ISSUE (of all issues, when none is named).

    Two builds of the same files give the same bytes. Exit 1 when an issue has errors; then nothing is written.
    """
    settings = app.settings
    if base_url is not None:
        settings = replace(settings, newsletter=settings.newsletter._replace(base_url=check_base_url(base_url)))
    folder = out.resolve() if out else settings.root / "build"
    if folder.is_relative_to((settings.root / ISSUES).resolve()):
        message = f"--out {str(out)!r} lies in {ISSUES}/, where the next check would take the site for an issue; choose another folder"
        raise PprmailError(message)
    if is_our_site(folder):
        message = f"--out {str(out)!r} is a site itself; name the folder that is to hold {SITE}/ and {MAIL}/"
        raise PprmailError(message)
    built = build_newsletter(app.console, settings, folder, issues, drafts=drafts)
    for name, written in ((SITE, built.site), (MAIL, built.mail)):
        counts = f"{counted(written.files, 'file')}, {written.written:,} written, {written.removed:,} removed"
        app.console.product(f"{name}: {folder / name} ({counts})")
    return EXIT_DONE
