"""A feed as a page: what a browser shows of ``feed.xml`` and ``atom.xml``, in the site's own style.

Browsers are taking XSLT out: Chromium 156 still runs it, under a red banner that says so. They keep CSS. A style sheet alone
shows text but makes no link, so the feed also holds a ``div`` of XHTML, which RSS and Atom allow as they allow every element of
another namespace (RSS 2.0, "Extending RSS"; RFC 4287, 6) and which readers pass over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element

    from pprmail.archive.feed_items import Feed, Item
    from pprmail.render.words import Words
    from pprmail.settings import Settings

STYLE_SHEETS = ("site.css", "feed.css")


def page_for_browsers(settings: Settings, feed: Feed, items: Sequence[Item], words: Words) -> Element:
    """The ``div`` that a feed holds for browsers: what a feed is for, and its summaries as links."""
    from lxml import etree

    newsletter = settings.newsletter
    lines = "\n".join(
        f'<li><a href="{escape(item.url)}">{escape(item.title)}</a> <span class="quiet">{escape(item.month)}</span></li>'
        for item in items
    )
    return etree.fromstring(f"""\
<div xmlns="http://www.w3.org/1999/xhtml" lang="{escape(newsletter.language)}" dir="ltr" class="column">
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<h1>{escape(feed.title)}</h1>
<p class="lead">{escape(words.feeds.for_readers)}</p>
<p><a href="{escape(newsletter.url(feed.folder))}">{escape(words.feeds.on_the_site)}</a></p>
<ul class="titles">
{lines}
</ul>
</div>""")


def styled(root: Element, folder: str) -> bytes:
    """The document of ``root``, which stands in ``folder`` of the site, with the instructions that name its style sheets."""
    from lxml import etree

    up = "../" * folder.count("/")
    for name in STYLE_SHEETS:
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{up}{name}"'))
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", pretty_print=True)
