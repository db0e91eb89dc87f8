"""The feeds as files: RSS, Atom and JSON Feed of the whole site and of each topic, whose items never show as new again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pprmail.archive import feed_atom, feed_json, feed_opml, feed_rss
from pprmail.archive.feed_items import Items, feeds_of, printable
from pprmail.render.templates import render_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.archive.feed_items import Feed, Item
    from pprmail.archive.shelf import Shelf
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings

    _Write = Callable[[Feed, tuple[Item, ...]], bytes]

_FORMATS = (("RSS", feed_rss), ("Atom", feed_atom), ("JSON Feed", feed_json))
_STYLE_SHEET = "feed.css"


class FeedFile(NamedTuple):
    """A file that is to be: its path on the site, and how its bytes are made.

    ``issues`` are the keys of the site's issues that it depends on; settings and templates change every file.
    """

    path: str
    issues: tuple[str, ...]
    make: Callable[[], bytes]


class FeedLink(NamedTuple):
    """What a page says of a feed, so that a reader finds it there: its format, media type, title, and path on the site."""

    name: str
    media_type: str
    title: str
    path: str


def plan_feeds(settings: Settings, shelf: Shelf, templates: Templates) -> list[FeedFile]:
    """The three files of every feed, ``topics.opml``, and the style sheet that makes a feed a page in a browser.

    All feeds hold full texts, and all formats of one the same items in the same order.
    """
    words = templates.words
    feeds = feeds_of(settings, shelf, words)
    items = Items(settings, shelf, words)
    writers: tuple[tuple[str, _Write], ...] = (
        (feed_rss.FILE, feed_rss.RssWriter(settings, words).write),
        (feed_atom.FILE, feed_atom.AtomWriter(settings, words).write),
        (feed_json.FILE, feed_json.JsonWriter(settings).write),
    )

    def make(write: _Write, feed: Feed) -> bytes:
        return write(feed, items.of(feed))

    return [
        *(
            FeedFile(feed.folder + name, feed.issues, partial(make, write, feed))
            for feed in feeds
            for name, write in writers
        ),
        FeedFile(feed_opml.FILE, tuple(issue.key for issue in shelf.issues), partial(feed_opml.opml, settings, feeds)),
        FeedFile(_STYLE_SHEET, (), lambda: _style(templates)),
    ]


def feed_links(title: str, folder: str = "") -> tuple[FeedLink, ...]:
    """The three formats of the feed in ``folder`` ('' or ``topics/KEY/``), RSS first, for ``<link rel="alternate">``.

    ``title`` is the newsletter's, or a topic's feed's; to it the name of the format is added.
    """
    return tuple(
        FeedLink(name, one.MEDIA_TYPE, f"{printable(title)} ({name})", folder + one.FILE) for name, one in _FORMATS
    )


def _style(templates: Templates) -> bytes:
    return render_template(templates, f"{_STYLE_SHEET}.j2", {"theme": templates.theme}).encode()
