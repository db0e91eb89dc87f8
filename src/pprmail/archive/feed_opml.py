"""``topics.opml``: every feed of the site, for a reader to take in at once (OPML 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.archive.feed_rss import FILE as RSS_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pprmail.archive.feed_items import Feed
    from pprmail.settings import Settings

FILE = "topics.opml"


def opml(settings: Settings, feeds: Sequence[Feed]) -> bytes:
    """The outline of ``feeds``, each once, as RSS: whoever took in three formats of one would read everything three times."""
    from email.utils import format_datetime

    from lxml import etree

    newsletter = settings.newsletter
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = feeds[0].title
    etree.SubElement(head, "dateModified").text = format_datetime(feeds[0].updated)
    etree.SubElement(head, "ownerName").text = newsletter.author
    for feed in feeds:
        outline = {
            "type": "rss",
            "text": feed.title,
            "title": feed.title,
            "description": feed.description,
            "language": newsletter.language,
            "version": "RSS2",
            "htmlUrl": newsletter.url(feed.folder),
            "xmlUrl": newsletter.url(feed.folder + RSS_FILE),
        }
        etree.SubElement(body, "outline", outline)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
