"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.archive.feed_page import page_for_browsers, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from pprmail.archive.feed_items import Feed, Item
    from pprmail.render.words import Words
    from pprmail.settings import Settings

FILE, MEDIA_TYPE = "atom.xml", "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"


class AtomWriter:
    """Writes ``atom.xml``; each entry is made once, and goes from feed to feed."""

    def __init__(self, settings: Settings, words: Words) -> None:
        self._settings = settings
        self._words = words
        self._made: dict[str, Element] = {}

    def write(self, feed: Feed, items: Sequence[Item]) -> bytes:
        """The bytes of ``feed``."""
        newsletter, hub = self._settings.newsletter, self._settings.archive.websub_hub
        root = _root("feed")
        root.set("{http://www.w3.org/XML/1998/namespace}lang", newsletter.language)
        _put(root, "title", feed.title)
        _put(root, "subtitle", feed.description)
        _put(root, "id", feed.id)
        _put(root, "updated", feed.updated.isoformat())
        _put(_put(root, "author"), "name", newsletter.author)
        _put(root, "link", rel="self", type=MEDIA_TYPE, href=newsletter.url(feed.folder + FILE))
        _put(root, "link", rel="alternate", type="text/html", href=newsletter.url(feed.folder))
        if hub:
            _put(root, "link", rel="hub", href=hub)
        _put(root, "generator", "pprmail")
        root.append(page_for_browsers(self._settings, feed, items, self._words))
        for item in items:
            if item.guid not in self._made:
                self._made[item.guid] = _entry(item)
            root.append(self._made[item.guid])
        return styled(root, feed.folder)


def _entry(item: Item) -> Element:
    entry = _root("entry")
    _put(entry, "title", item.title)
    _put(entry, "id", item.guid)
    _put(entry, "published", item.published.isoformat())
    _put(entry, "updated", item.updated.isoformat())
    _put(_put(entry, "author"), "name", item.author)
    _put(entry, "link", rel="alternate", type="text/html", href=item.url)
    for name in item.categories:
        _put(entry, "category", term=name)
    _put(entry, "summary", item.summary)
    _put(entry, "content", item.html, type="html")
    return entry


def _root(tag: str) -> Element:
    from lxml import etree

    return etree.Element(f"{{{_ATOM}}}{tag}", nsmap={None: _ATOM})  # type: ignore[dict-item] # the stubs know no default namespace


def _put(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    from lxml import etree

    element = etree.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
    element.text = text
    return element
