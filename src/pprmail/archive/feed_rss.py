"""RSS 2.0, through feedgen, by the RSS Advisory Board's specification and best practices profile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from pprmail.archive.feed_items import BEFORE_ALL
from pprmail.archive.feed_page import page_for_browsers, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from pprmail.archive.feed_items import Feed, Item
    from pprmail.render.words import Words
    from pprmail.settings import Settings

FILE, MEDIA_TYPE = "feed.xml", "application/rss+xml"
TTL_MINUTES = 24 * 60
_ATOM = "{http://www.w3.org/2005/Atom}"
_TITLE = re.compile(rb"<title>[^<]*</title>")


class RssWriter:
    """Writes ``feed.xml``. feedgen makes each item once, and it goes from feed to feed."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self._settings = settings
        self._words = words
        self._made: dict[str, Element] = {}

    def write(self, feed: Feed, items: Sequence[Item]) -> bytes:
        """The bytes of ``feed``."""
        newsletter, hub = self._settings.newsletter, self._settings.archive.websub_hub
        made = _generator(feed.title, feed.description, newsletter.url(feed.folder), newsletter.url(feed.folder + FILE))
        made.language(newsletter.language)
        made.lastBuildDate(feed.updated)
        made.ttl(TTL_MINUTES)
        made.generator("pprmail")
        made.docs("https://www.rssboard.org/rss-specification")
        root = _tree(made)
        channel = root[0]
        for itself in channel.iterfind(f"{_ATOM}link"):
            itself.set("type", MEDIA_TYPE)
        if hub:
            channel.append(channel.makeelement(f"{_ATOM}link", {"rel": "hub", "href": hub}))
        channel.append(page_for_browsers(self._settings, feed, items, self._words))
        if new := [item for item in items if item.guid not in self._made]:
            self._make(new)
        channel.extend(self._made[item.guid] for item in items)
        return _TITLE.sub(_plain_title, styled(root, feed.folder))

    def _make(self, items: Sequence[Item]) -> None:
        made = _generator("-", "-", "-", "-")
        for item in items:
            _add(made, item)
        elements = _tree(made).findall("channel/item")
        for item, element in zip(items, elements, strict=True):
            if item.updated > item.published:
                # RSS has no element of its own for it
                element.append(updated := element.makeelement(f"{_ATOM}updated"))
                updated.text = item.updated.isoformat()
            self._made[item.guid] = element


def _generator(title: str, description: str, url: str, own_url: str) -> Any:  # noqa: ANN401 - feedgen has no types
    """Feedgen's feed. It takes the channel's address from the last link."""
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    made.load_extension("dc")
    made.title(title)
    made.description(description)
    made.link(href=own_url, rel="self")
    made.link(href=url, rel="alternate")
    made.lastBuildDate(BEFORE_ALL)
    return made


def _add(made: Any, item: Item) -> None:  # noqa: ANN401 - the same
    entry = made.add_entry(order="append")
    entry.title(item.title)
    entry.guid(item.guid, permalink=False)
    entry.link(href=item.url)
    entry.published(item.published)
    # HTML, by the specification; without it "M<SD and SD>3" would lose its middle
    entry.description(str(escape(item.summary)))
    entry.content(item.html, type="CDATA")
    entry.dc.dc_creator(item.author)
    entry.category([{"term": name} for name in item.categories])


def _tree(made: Any) -> Element:  # noqa: ANN401 - the same
    from lxml import etree

    return etree.fromstring(made.rss_str(), etree.XMLParser(strip_cdata=False))


def _plain_title(found: re.Match[bytes]) -> bytes:
    """References that no reader takes for HTML (RSS profile, "Title")."""
    return found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;").replace(b"&gt;", b"&#x3E;")
