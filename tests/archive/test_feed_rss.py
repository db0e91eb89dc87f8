from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archive.feed_desk import files_of, read_xml
from conftest import summary_text

if TYPE_CHECKING:
    from conftest import Newsletter

NAMESPACES = {"atom": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}
# rssboard.org/rss-specification; what is not in it must have a namespace
CHANNEL = {"title", "link", "description", "language", "lastBuildDate", "docs", "generator", "ttl", "item"}
ITEM = {"title", "link", "description", "category", "guid", "pubDate"}


def attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


@pytest.mark.parametrize(
    ("folder", "title", "description"),
    [
        pytest.param("", "PPRNet Blog", "Monthly summaries", id="site"),
        pytest.param("topics/adherence/", "PPRNet Blog: Adherence", "Summaries of research on Adherence", id="topic"),
    ],
)
def test_the_channel_follows_the_profile(newsletter: Newsletter, folder: str, title: str, description: str) -> None:
    tree = etree.fromstring(files_of(newsletter)[f"{folder}feed.xml"])

    (itself,) = tree.findall("channel/atom:link", NAMESPACES)
    assert attributes(itself) == {
        "href": f"https://blog.example.org/{folder}feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert [tree.findtext(f"channel/{tag}") for tag in ("title", "description", "link", "language", "ttl")] == [
        title,
        description,
        f"https://blog.example.org/{folder}",
        "en",
        "1440",
    ]
    assert {child.tag for child in tree[0] if not str(child.tag).startswith("{")} == CHANNEL
    assert tree.get("version") == "2.0"


def test_every_item_follows_the_profile(newsletter: Newsletter) -> None:
    items = etree.fromstring(files_of(newsletter)["feed.xml"]).findall("channel/item")

    for item in items:
        tags = [str(etree.QName(child).localname) for child in item]
        assert tags.index("description") < tags.index("encoded")
        assert {child.tag for child in item if not str(child.tag).startswith("{")} == ITEM
        assert item.findtext("dc:creator", namespaces=NAMESPACES) == "The editor"
        assert all(category.text for category in item.findall("category"))
    assert [(guid.text, attributes(guid)) for item in items for guid in item.findall("guid")] == [
        ("tag:blog.example.org,2013:2020-08/does-therapy-help", {"isPermaLink": "false"}),
        ("tag:blog.example.org,2013:2020-08/does-it-last", {"isPermaLink": "false"}),
    ]
    assert [item.findtext("pubDate") for item in items] == [
        "Fri, 14 Aug 2020 12:00:00 -0400",
        "Fri, 14 Aug 2020 11:59:59 -0400",
    ]


def test_the_channel_was_built_when_something_in_it_last_changed(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Erratum="2021-02-03 — The table."))

    tree = etree.fromstring(files_of(newsletter)["feed.xml"])

    built = parsedate_to_datetime(tree.findtext("channel/lastBuildDate") or "")
    assert built.isoformat() == "2021-02-03T11:59:59-05:00"
    assert [updated.text for updated in tree.iterfind("channel/item/atom:updated", NAMESPACES)] == [built.isoformat()]
    assert all(parsedate_to_datetime(item.findtext("pubDate") or "") <= built for item in tree.iterfind("channel/item"))


def test_a_title_has_references_that_no_reader_takes_for_html(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text("R&D: is p < .05 > chance?"))

    assert b"<title>R&#x26;D: is p &#x3C; .05 &#x3E; chance?</title>" in files_of(newsletter)["feed.xml"]


def test_a_description_is_html_that_says_what_the_author_wrote(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(body="So M<SD and SD>3 & on. " * 40 + "\n\nSecond."))

    description = read_xml(files_of(newsletter)["feed.xml"]).entries[0].description

    assert description.startswith("So M&lt;SD and SD&gt;3 &amp; on.")
    assert "Second." not in description


def test_a_retraction_is_told_in_the_description_too(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Retracted="2021-03-01 10.1000/notice"))

    description = read_xml(files_of(newsletter)["feed.xml"]).entries[0].description

    assert description.startswith("The article summarised here was retracted on 1 March 2021. Sentence 1")
