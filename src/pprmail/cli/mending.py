"""``pprmail check --fix``: what has one remedy is mended in the summaries' files, once its author has seen the changes."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from difflib import unified_diff
from typing import TYPE_CHECKING, NamedTuple

import click

from pprmail.cli.console import counted, has_colour, visible
from pprmail.editorial.mending import mend
from pprmail.errors import PprmailError
from pprmail.files import replace_file
from pprmail.manuscript.earlier import summary_names
from pprmail.manuscript.headers import read_headers, split_lines
from pprmail.manuscript.issue import RECEIPT_FILE
from pprmail.manuscript.months import ISSUES, issue_keys
from pprmail.manuscript.summary import SUMMARY_HEADERS, SUMMARY_REPEATABLE
from pprmail.model import is_issue_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.cli import App

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class Mended(NamedTuple):
    """One file to be changed: its bytes before and after. ``path`` is relative to the newsletter's folder."""

    path: str
    before: bytes
    after: bytes


def mend_issues(app: App, keys: tuple[str, ...], *, yes: bool) -> bool:
    """Mend the summaries of the issues ``keys`` (all, when none is named), after showing how and asking.

    True when nothing stands against going on to check; False when the author said no. Raises ``PprmailError`` where
    nobody can answer, or a file cannot be written: then none is, as far as that can be known beforehand.
    """
    root = app.settings.root
    named = tuple(dict.fromkeys(keys)) or issue_keys(root)[0]
    changes = [change for key in named for change in _changes(root, key)]
    if not changes:
        app.console.note(
            "nothing that --fix mends: initials, dashes in pages and the form of DOIs are as they should be"
        )
        return True
    if not yes or app.verbosity >= 0:
        for change in changes:
            _show(change)
    sent = _sent(root, changes)
    if sent:
        was = "was" if len(sent) == 1 else "were"
        app.console.warning(f"{', '.join(sent)} {was} sent already: readers keep the mail as it was, its pages change")
    if not app.console.confirm(f"Write these changes to {counted(len(changes), 'file')}?", yes=yes):
        app.console.note("nothing was written")
        return False
    for change in changes:
        _refuse_protected(root / change.path, change.path)
    mended: list[str] = []
    try:
        mended.extend(change.path for change in changes if _write(app, change))
    except BaseException:
        if mended:
            app.console.warning(f"mended {counted(len(mended), 'file')}: {', '.join(mended)}")
        raise
    app.console.note(f"mended {counted(len(mended), 'file')}")
    return True


def _changes(root: Path, key: str) -> Iterator[Mended]:
    """The summaries of one issue that mending changes; what cannot be read is left to ``check`` to tell."""
    folder = root / ISSUES / key
    if not is_issue_key(key) or folder.is_symlink():
        return
    for name in summary_names(folder):
        path = f"{ISSUES}/{key}/{name}"
        try:
            before = (folder / name).read_bytes()
            text = before.decode()
        except (OSError, UnicodeDecodeError):
            continue
        headers = read_headers(split_lines(before, path)[0], path, SUMMARY_HEADERS, SUMMARY_REPEATABLE)[0]
        after = mend(text, headers.first("Citation"), headers.first("DOI")).encode()
        if after != before:
            yield Mended(path, before, after)


def _sent(root: Path, changes: list[Mended]) -> list[str]:
    folders = dict.fromkeys(change.path.rpartition("/")[0] for change in changes)
    return [folder.rpartition("/")[2] for folder in folders if (root / folder / RECEIPT_FILE).exists()]


def _show(change: Mended) -> None:
    """The lines that change, before and after, where the question is asked."""
    before, after = (
        [line.text for line in split_lines(content, change.path)[0]] for content in (change.before, change.after)
    )
    is_coloured = has_colour(sys.stderr)
    for line in unified_diff(before, after, change.path, change.path, n=0, lineterm=""):
        shown = visible(line)
        colour = _COLOURS.get(line[:1]) if is_coloured else None
        with suppress(OSError):  # as the console does: what nobody can read any more stops no command
            click.echo(click.style(shown, fg=colour) if colour else shown, err=True)


def _refuse_protected(file: Path, path: str) -> None:
    """Raise ``PprmailError`` where ``file`` or its folder may not be written: before any file is."""
    try:
        with file.open("r+b"):
            pass
        if not os.access(file.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        message = (
            f"{path}: cannot be written ({error.strerror}), so no file was; check its permissions, and run this again"
        )
        raise PprmailError(message) from error


def _write(app: App, change: Mended) -> bool:
    """Put the mended text in place; False when the file is no longer what was shown."""
    file = app.settings.root / change.path
    try:
        with file.open("r+b") as opened:  # for writing, so that a file that its author protects stays
            is_as_shown = opened.read() == change.before
        if not is_as_shown:
            app.console.warning(f"{change.path}: changed meanwhile, so it is left as it is; run this again")
            return False
        mode = file.stat().st_mode
        replace_file(file, change.after)
        file.chmod(mode)
    except OSError as error:
        message = f"{change.path}: cannot be written ({error.strerror}); check its permissions and the disk's space, and run this again"
        raise PprmailError(message) from error
    return True
