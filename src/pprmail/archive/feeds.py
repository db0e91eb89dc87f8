"""The feed, through feedgen: RSS 2.0 with the full text, whose items never show as new again."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from markupsafe import escape

from pprmail.model import plain_prose
from pprmail.render.phrases import citation_of
from pprmail.render.prose import HtmlStyle, inline_html, prose_html
from pprmail.render.words import load_words

if TYPE_CHECKING:
    from pprmail.model import Issue, Summary
    from pprmail.render.words import Words
    from pprmail.settings import Settings

NEWEST_ITEMS = 50
TTL_MINUTES = 24 * 60
_ATOM = "{http://www.w3.org/2005/Atom}"
_STYLE = HtmlStyle(heading="h3")
_NOON = time(12)


def item_guid(settings: Settings, issue: Issue, summary: Summary) -> str:
    """The item's name for ever, a tag URI (RFC 4151)."""
    return f"tag:{settings.newsletter.tag_authority}:{issue.key}/{summary.slug}"


def published(settings: Settings, issue: Issue) -> datetime:
    """The moment a feed gives an issue: noon of its day, which is the same day in nearly every reader's zone."""
    return datetime.combine(issue.day, _NOON, settings.newsletter.zone)


def rss_feed(settings: Settings, issues: tuple[Issue, ...]) -> bytes:
    """``feed.xml``: the newest 50 summaries of ``issues`` (newest first), the same bytes each time."""
    from feedgen.feed import FeedGenerator

    newsletter, words = settings.newsletter, load_words(settings)
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.title(newsletter.title)
    feed.description(newsletter.description or newsletter.title)
    # feedgen takes the channel's <link> from the last of these
    feed.link(href=newsletter.url("feed.xml"), rel="self", type="application/rss+xml")
    feed.link(href=newsletter.url(), rel="alternate")
    feed.language(newsletter.language)
    feed.ttl(TTL_MINUTES)
    feed.generator("pprmail")
    feed.docs("https://www.rssboard.org/rss-specification")
    items = [(issue, summary) for issue in issues for summary in issue.summaries][:NEWEST_ITEMS]
    feed.lastBuildDate(published(settings, items[0][0]) if items else datetime(1970, 1, 1, tzinfo=UTC))
    for issue, summary in items:
        _add_item(feed, settings, issue, summary, words)
    return _corrected(feed.rss_str(pretty=True))


def _add_item(feed: object, settings: Settings, issue: Issue, summary: Summary, words: Words) -> None:
    newsletter = settings.newsletter
    entry = feed.add_entry(order="append")  # type: ignore[attr-defined] # feedgen has no types
    entry.title(summary.title.text)
    entry.guid(item_guid(settings, issue, summary), permalink=False)
    entry.link(href=newsletter.url(f"{issue.key}/{summary.slug}/"))
    entry.published(published(settings, issue))
    entry.description(plain_prose(summary.body[:1]))
    entry.content(item_html(summary, words), type="CDATA")
    entry.dc.dc_creator(summary.guest.text or newsletter.author)
    for name in (*summary.topic_names, summary.research_type.name or ""):
        if name:
            entry.category(term=name)


def item_html(summary: Summary, words: Words) -> str:
    """The full text of an item."""
    return "\n".join(
        [
            f"<p>{inline_html(citation_of(summary, words))}</p>",
            prose_html(summary.body, _STYLE),
            f"<h3>{escape(words.issue.practice_implications)}</h3>",
            prose_html(summary.implications, _STYLE),
        ]
    )


def _corrected(rss: bytes) -> bytes:
    """Feedgen drops the type of the channel's link to itself; the RSS profile wants it."""
    from lxml import etree

    tree = etree.fromstring(rss, etree.XMLParser(strip_cdata=False))
    for link in tree.iterfind(f"channel/{_ATOM}link[@rel='self']"):
        link.set("type", "application/rss+xml")
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True)
