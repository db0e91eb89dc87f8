from __future__ import annotations

from typing import TYPE_CHECKING, Any

import feedparser
from lxml import etree

from conftest import summary_text
from pprmail.archive.feeds import rss_feed
from pprmail.manuscript.issue import load_issue

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.model import Issue

NAMESPACES = {"atom": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}


def issues(newsletter: Newsletter, *keys: str) -> tuple[Issue, ...]:
    return tuple(load_issue(newsletter.settings, key)[0] for key in keys)


def parsed(newsletter: Newsletter, *keys: str) -> Any:  # noqa: ANN401 - feedparser has no types
    feed = feedparser.parse(rss_feed(newsletter.settings, issues(newsletter, *keys)))
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def test_a_feed_reader_sees_every_summary_newest_issue_first(sample: Newsletter) -> None:
    feed = parsed(sample, "2020-08", "2019-05", "2017-07")

    assert [entry.id.rpartition(":")[2].partition("/")[0] for entry in feed.entries] == ["2020-08"] * 3 + [
        "2019-05"
    ] * 2 + ["2017-07"]
    assert [entry.published_parsed[:3] for entry in feed.entries[:4]] == [(2020, 8, 14)] * 3 + [(2019, 5, 17)]
    assert feed.feed.link == "https://blog.example.org/"
    assert feed.feed.language == "en"


def test_an_item_is_named_for_ever_and_links_to_its_page(newsletter: Newsletter) -> None:
    entry = parsed(newsletter, "2020-08").entries[0]

    assert entry.id == "tag:blog.example.org,2013:2020-08/does-therapy-help"
    assert entry.guidislink is False
    assert entry.link == "https://blog.example.org/2020-08/does-therapy-help/"
    assert entry.author == "The editor"
    assert [tag.term for tag in entry.tags] == ["Adherence", "Long-term Outcomes", "Meta-analysis"]


def test_signs_are_escaped_once(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2020-08/1-doe.md", summary_text("R&D: is p < .05 enough for Ř?", body="If d = −0.31 & p < .05. " * 40)
    )

    entry = parsed(newsletter, "2020-08").entries[0]

    assert entry.title == "R&D: is p < .05 enough for Ř?"
    assert entry.summary.startswith("If d = −0.31 & p < .05.")
    assert "If d = −0.31 &amp; p &lt; .05." in entry.content[0].value
    assert "<h3>Practice Implications</h3>" in entry.content[0].value


def test_the_channel_follows_the_profile(newsletter: Newsletter) -> None:
    tree = etree.fromstring(rss_feed(newsletter.settings, issues(newsletter, "2020-08")))

    (itself,) = tree.findall("channel/atom:link", NAMESPACES)
    assert {str(name): str(value) for name, value in itself.attrib.items()} == {
        "href": "https://blog.example.org/feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert tree.findtext("channel/lastBuildDate") == "Fri, 14 Aug 2020 12:00:00 -0400"
    assert tree.findtext("channel/ttl") == "1440"
    for item in tree.findall("channel/item"):
        tags = [str(etree.QName(child).localname) for child in item]
        assert tags.index("description") < tags.index("encoded")


def test_a_guest_is_the_items_author(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Summary_by="Gale Guest"))

    assert parsed(newsletter, "2020-08").entries[0].author == "Gale Guest"


def test_only_the_newest_fifty_stand_in_the_feed(newsletter: Newsletter) -> None:
    (issue,) = issues(newsletter, "2020-08")

    feed = feedparser.parse(rss_feed(newsletter.settings, (issue,) * 30))

    assert len(feed.entries) == 50


def test_a_feed_without_items_is_one(newsletter: Newsletter) -> None:
    feed = parsed(newsletter)

    assert feed.entries == []
    assert feed.feed.title == "PPRNet Blog"
