"""What stands in which feed, before a format gives it its form: the same items, in the same order, in all three."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import escape

from pprmail.archive.corrections import corrections_html, reprint_html, updated_day
from pprmail.model import plain_prose
from pprmail.render.phrases import citation_of, retraction_text
from pprmail.render.prose import HtmlStyle, inline_html, prose_html
from pprmail.slugs import topic_path

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date

    from pprmail.archive.shelf import Entry, Shelf
    from pprmail.model import Summary
    from pprmail.render.words import Words
    from pprmail.settings import Settings
    from pprmail.settings.values import Newsletter

NEWEST_ITEMS = 50
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without items was updated."""
_STYLE = HtmlStyle(heading="h3")
# What XML 1.0 (2.2) has no way to write, and the other control characters, which no reader has a use for
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile(r"[ \t\n\r]+")


class Item(NamedTuple):
    """A summary as a feed has it. ``guid`` is its name for ever, a tag URI (RFC 4151), whatever is corrected in it.

    ``title`` and ``summary`` are plain text, ``html`` is the full text. ``month`` is its issue's name. ``updated`` is later than
    ``published`` only after a correction.
    """

    guid: str
    url: str
    title: str
    summary: str
    html: str
    author: str
    categories: tuple[str, ...]
    month: str
    published: datetime
    updated: datetime


class Feed(NamedTuple):
    """A feed in every format: ``folder`` is where its files stand on the site, '' or ``topics/KEY/``.

    ``entries`` are what it holds, newest first. ``updated`` is when something in it last changed: never the time of a build.
    ``issues`` are the keys of those on the site that it depends on: its entries', then those where reprints stood first.
    """

    folder: str
    id: str
    title: str
    description: str
    entries: tuple[Entry, ...]
    updated: datetime
    issues: tuple[str, ...]


def feeds_of(settings: Settings, shelf: Shelf, words: Words) -> tuple[Feed, ...]:
    """The feed of the whole site, then one for each topic that has summaries; the newest 50 in each."""
    newsletter = settings.newsletter
    authority = newsletter.tag_authority
    on_site = {issue.key for issue in shelf.issues}

    def feed(folder: str, title: str, description: str, entries: tuple[Entry, ...]) -> Feed:
        newest = entries[:NEWEST_ITEMS]
        updated = max((updated_at(entry, newsletter) for entry in newest), default=BEFORE_ALL)
        keys = [*(entry.issue.key for entry in newest), *(entry.summary.reprint_of.text[:7] for entry in newest)]
        return Feed(
            folder,
            f"tag:{authority}:{folder.rstrip('/') or 'feed'}",
            printable(title),
            printable(description),
            newest,
            updated,
            tuple(dict.fromkeys(key for key in keys if key in on_site)),
        )

    return (
        feed("", newsletter.title, newsletter.description or newsletter.title, shelf.entries),
        *(
            feed(
                topic_path(name),
                words.feeds.topic.format(topic=name),
                words.feeds.about_topic.format(topic=name),
                entries,
            )
            for name, entries in shelf.by_topic.items()
        ),
    )


class Items:
    """Makes the items of all feeds, each once."""

    def __init__(self, settings: Settings, shelf: Shelf, words: Words) -> None:
        self._newsletter = settings.newsletter
        self._words = words
        self._on_site = frozenset(entry.path for entry in shelf.entries)
        self._made: dict[str, Item] = {}

    def of(self, feed: Feed) -> tuple[Item, ...]:
        """Those of ``feed``, in its order."""
        return tuple(self._made.get(entry.path) or self._make(entry) for entry in feed.entries)

    def _make(self, entry: Entry) -> Item:
        newsletter, summary = self._newsletter, entry.summary
        opening = next((text for block in summary.body if (text := plain_prose((block,)))), "")
        names = (*summary.topic_names, summary.research_type.name or "")
        item = self._made[entry.path] = Item(
            guid=f"tag:{newsletter.tag_authority}:{entry.path.rstrip('/')}",
            url=newsletter.url(entry.path),
            title=printable(summary.title.text),
            summary=printable(f"{retraction_text(summary, self._words)} {opening}"),
            html=_full_text(summary, self._words, newsletter.url(), self._on_site),
            author=printable(summary.guest.text or newsletter.author),
            categories=tuple(dict.fromkeys(filter(None, map(printable, names)))),
            month=self._words.month(entry.issue.key),
            published=published_at(entry, newsletter),
            updated=updated_at(entry, newsletter),
        )
        return item


def published_at(entry: Entry, newsletter: Newsletter) -> datetime:
    """Noon of the issue's day, the same day in nearly every reader's zone, and for each later summary of the issue a second before.

    So a reader that sorts by time keeps the author's order, and no two entries of one issue have the same time (W3C feed validator).
    """
    return _moment(entry, entry.issue.day, newsletter)


def updated_at(entry: Entry, newsletter: Newsletter) -> datetime:
    """The same of the day of its last correction, an hour later on the issue's own day; ``published_at`` without one."""
    moment = _moment(entry, updated_day(entry.issue, entry.summary), newsletter)
    is_corrected = entry.summary.errata or entry.summary.retraction
    return moment + timedelta(hours=1) if is_corrected and moment == published_at(entry, newsletter) else moment


def _moment(entry: Entry, day: date, newsletter: Newsletter) -> datetime:
    place = [summary.slug for summary in entry.issue.summaries].index(entry.summary.slug)
    return newsletter.noon(day) - timedelta(seconds=place)


def printable(text: str) -> str:
    """``text`` without control characters, on one line; no-break spaces stay."""
    return " ".join(filter(None, _SPACE.split(_CONTROL.sub("", text))))


def _full_text(summary: Summary, words: Words, home: str, on_site: Container[str]) -> str:
    """The HTML of an item: what was put right first, then what the summary's page says, but for its author's address."""
    parts = [
        corrections_html(summary, words),
        reprint_html(summary, words, home, on_site),
        f"<p>{inline_html(citation_of(summary, words))}</p>",
        prose_html(summary.body, _STYLE),
        f"<h3>{escape(words.issue.practice_implications)}</h3>",
        prose_html(summary.implications, _STYLE),
    ]
    return _CONTROL.sub("", "\n".join(filter(None, parts)))
