"""The site as files: what it holds (decided), and the writing of what differs (done)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pprmail.archive.feeds import rss_feed
from pprmail.archive.pages import PageMaker
from pprmail.errors import PprmailError
from pprmail.files import replace_file, replace_if_changed
from pprmail.marks import PREVIEW_TOKEN, fill, personal_values
from pprmail.render.templates import render_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pprmail.model import Issue, Prose
    from pprmail.render.mail import RenderedIssue
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings

STYLE_SHEET = "site.css"


@dataclass(frozen=True, slots=True)
class Written:
    """What a build did: how many files it holds, wrote and removed."""

    files: int
    written: int
    removed: int


def site_files(
    settings: Settings, issues: tuple[Issue, ...], templates: Templates, introduction: Prose
) -> dict[str, bytes]:
    """Every file of the site by its path in it. ``issues`` are those to be shown, in any order."""
    newest_first = tuple(sorted(issues, key=lambda issue: issue.key, reverse=True))
    pages = PageMaker(settings, newest_first, templates, introduction).pages()
    files = {path: page.encode() for path, page in pages}
    files["feed.xml"] = rss_feed(settings, newest_first)
    files[STYLE_SHEET] = render_template(templates, f"{STYLE_SHEET}.j2", {"theme": templates.theme}).encode()
    return files


def mail_files(settings: Settings, key: str, mail: RenderedIssue) -> dict[str, bytes]:
    """The parts of an issue's mail by their path, the personal marks filled with a reader nobody is."""
    service = settings.unsubscribe.service_url
    url = (
        f"{service}/u/{PREVIEW_TOKEN}"
        if settings.unsubscribe.owner == "service"
        else f"mailto:{settings.unsubscribe.mailto}"
    )
    values = personal_values("", url)
    parts = {"html": fill(mail.html, values), "txt": fill(mail.text, values), "mjml": fill(mail.mjml, values)}
    return {f"{key}/message.{kind}": part.encode() for kind, part in parts.items()}


def write_files(folder: Path, files: Mapping[str, bytes], memory: Path, *, whole: bool) -> Written:
    """Write the files that differ; with ``whole``, remove those that an earlier build wrote and this one does not.

    ``memory`` is where what was written is remembered, by folder: nothing else is ever removed.
    """
    remembered = _read_memory(memory)
    before = set(remembered.get(str(folder), []))
    try:
        written = sum(replace_if_changed(folder / path, content) for path, content in files.items())
        gone = sorted(before - files.keys()) if whole else []
        for path in gone:
            _remove(folder, path)
        remembered[str(folder)] = sorted(files.keys() if whole else before | files.keys())
        memory.parent.mkdir(parents=True, exist_ok=True)
        replace_file(memory, json.dumps(remembered, indent=1, sort_keys=True).encode())
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}: {error.filename}); make room on the disk, check permissions, and build again"
        raise PprmailError(message) from error
    return Written(len(files), written, len(gone))


def _read_memory(memory: Path) -> dict[str, list[str]]:
    try:
        remembered = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        # Nothing is remembered: then nothing is removed
        return {}
    return remembered if isinstance(remembered, dict) else {}


def _remove(folder: Path, path: str) -> None:
    """Remove a file that is no longer of the site, and the folders that it leaves empty."""
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()
