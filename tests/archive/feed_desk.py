"""The feeds of a newsletter, for tests: made, and read by feedparser or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import feedparser

from pprmail.archive.feeds import plan_feeds
from pprmail.archive.shelf import shelve
from pprmail.manuscript.issue import load_issue
from pprmail.render.templates import open_templates

if TYPE_CHECKING:
    from conftest import Newsletter

XML_FORMATS = ("feed.xml", "atom.xml")
FORMATS = (*XML_FORMATS, "feed.json")


def files_of(newsletter: Newsletter, *keys: str) -> dict[str, bytes]:
    """Every file of the feeds of the issues ``keys``; of all, when none is named."""
    settings = newsletter.settings
    keys = keys or tuple(path.name for path in (newsletter.root / "issues").iterdir())
    issues = [load_issue(settings, key)[0] for key in keys]
    planned = plan_feeds(settings, shelve(issues), open_templates(settings))
    return {file.path: file.make() for file in planned}


def read_xml(content: bytes) -> Any:  # noqa: ANN401 - feedparser has no types
    """What feedparser makes of RSS or Atom, in which it finds no fault."""
    feed = feedparser.parse(content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def read_json(content: bytes) -> dict[str, Any]:
    """A JSON Feed."""
    feed = json.loads(content)
    assert isinstance(feed, dict)
    return feed


def many_months(newsletter: Newsletter, summary: str, months: int) -> None:
    """Put ``months`` issues of two summaries each, of 2001 and later, into ``newsletter``."""
    for month in range(months):
        key = f"{2001 + month // 12}-{month % 12 + 1:02d}"
        newsletter.write(f"issues/{key}/issue.md", f"Month: {key}\n")
        for number in (1, 2):
            newsletter.write(f"issues/{key}/{number}-doe.md", summary)
