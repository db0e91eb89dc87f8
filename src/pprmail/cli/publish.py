"""``pprmail publish``: the site, built and brought to where readers find it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.archive.web_folder import copy_site
from pprmail.cli.building import SITE, build_newsletter
from pprmail.cli.console import counted
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.months import ISSUES
from pprmail.render.templates import FOLDER as TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.settings import Settings

BUILD = "build"
MEMORY = "published.json"
_PLACE, _VARIABLE = "{site}", "PPRMAIL_SITE"
# What sends mail is no business of what copies files
_SECRETS = frozenset({"SENDGRID_API_KEY", "PPRMAIL_SMTP_PASSWORD", "PPRMAIL_SECRET_KEY", "PPRMAIL_DATABASE"})


@click.command()
@click.pass_obj
def publish(app: App) -> int:
    """Build the site and bring it to where readers find it, as [publish] in pprmail.toml says.

    Issues that say 'Draft: yes' stay out. Running it again does no harm. Exit 1 when the site was not published, or
    when 'verify' is true and the newest issue is not on it.
    """
    settings = app.settings
    bring = _way(app.console, settings)
    built = build_newsletter(app.console, settings, settings.root / BUILD)
    bring(settings.root / BUILD / SITE)
    if settings.publish.verify and built.newest:
        from pprmail.cli.published import refuse_unseen

        refuse_unseen(app.console, settings, load_issue(settings, built.newest)[0])
    return EXIT_DONE


def _way(console: Console, settings: Settings) -> Callable[[Path], None]:
    """What brings the site's folder to its readers. Raises ``PprmailError`` when nothing does, before anything is built."""
    if settings.publish.folder:
        folder = _web_folder(settings)
        return lambda site: _copy(console, settings, site, folder)
    if settings.publish.command:
        program, *words = _command_line(settings)
        return lambda site: _run(console, settings, site, [program, *words])
    message = (
        'pprmail.toml does not say where the site is published; write under [publish] either folder = "/the/web/server\'s/folder" or '
        'command = "rsync -a {site}/ web.example.org:blog/"'
    )
    raise PprmailError(message)


# Into a folder


def _web_folder(settings: Settings) -> Path:
    """The folder that the settings name. Raises ``PprmailError`` for one that is not there, or is the newsletter's own."""
    named = settings.publish.folder
    folder, root = (settings.root / named).resolve(), settings.root.resolve()
    if root.is_relative_to(folder):
        message = f"'folder' under [publish] is {named!r}, which holds the newsletter with its list of readers; name a folder for the site alone"
        raise PprmailError(message)
    own = (ISSUES, BUILD, TEMPLATES, settings.state_folder.name, settings.outbox.folder)
    if inside := next((name for name in own if folder.is_relative_to((root / name).resolve())), None):
        message = f"'folder' under [publish] is {named!r}, in {inside}/, which pprmail keeps for other things; name a folder for the site alone"
        raise PprmailError(message)
    if not folder.is_dir():
        message = f"{folder}: there is no such folder; mount the share that it lies on, or make it, and publish again"
        raise PprmailError(message)
    return folder


def _copy(console: Console, settings: Settings, site: Path, folder: Path) -> None:
    copied = copy_site(site, folder, settings.state_folder / MEMORY)
    done = f"{counted(copied.files, 'file')}, {copied.written:,} written, {copied.removed:,} removed"
    console.product(f"published: {folder} ({done})")


# By a command


def _command_line(settings: Settings) -> list[str]:
    """The command's words, the first as the system finds it. Raises ``PprmailError`` when it does not."""
    program, *words = shlex.split(settings.publish.command)
    named = program if Path(program).name == program else str(settings.root / program)
    found = shutil.which(named)
    if found is None:
        message = f"the command under [publish] begins with {program!r}, which cannot be run on this machine; install it, or write its full path"
        raise PprmailError(message)
    return [found, *words]


def _run(console: Console, settings: Settings, site: Path, words: list[str]) -> None:
    """Run the command in the newsletter's folder; it speaks and asks on our own terminal."""
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS} | {_VARIABLE: str(site)}
    line = [word.replace(_PLACE, str(site)) for word in words]
    try:
        code = subprocess.run(line, cwd=settings.root, env=environment, check=False).returncode
    except OSError as error:
        message = f"the command under [publish] cannot be run ({error.strerror}); check that {words[0]!r} is a program"
        raise PprmailError(message) from error
    if code:
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        message = (
            f"the command under [publish] ended with {how}; what it said stands above. Mend that and run 'pprmail publish' again: until then "
            "the site may be old, or half new"
        )
        raise PprmailError(message)
    console.product(f"published: {site}, by the command under [publish]")
