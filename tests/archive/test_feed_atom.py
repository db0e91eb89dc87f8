from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archive.feed_desk import files_of
from conftest import summary_text

if TYPE_CHECKING:
    from conftest import Newsletter

ATOM = {"": "http://www.w3.org/2005/Atom"}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
ONCE_IN_A_FEED = ("title", "subtitle", "id", "updated", "author", "generator")
ONCE_IN_AN_ENTRY = ("title", "id", "published", "updated", "author", "summary", "content")


def links(element: etree._Element) -> list[tuple[str | None, ...]]:
    return [(link.get("rel"), link.get("type"), link.get("href")) for link in element.findall("link", ATOM)]


@pytest.mark.parametrize(
    ("folder", "name"), [("", "feed"), ("topics/adherence/", "topics/adherence")], ids=["site", "topic"]
)
def test_a_feed_is_named_for_ever_and_links_to_itself_and_its_page(
    newsletter: Newsletter, folder: str, name: str
) -> None:
    root = etree.fromstring(files_of(newsletter)[f"{folder}atom.xml"])

    assert root.findtext("id", namespaces=ATOM) == f"tag:blog.example.org,2013:{name}"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert links(root) == [
        ("self", "application/atom+xml", f"https://blog.example.org/{folder}atom.xml"),
        ("alternate", "text/html", f"https://blog.example.org/{folder}"),
    ]


def test_feed_and_entries_have_what_rfc_4287_wants_once(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Erratum="2021-02-03 — The table."))

    root = etree.fromstring(files_of(newsletter)["atom.xml"])

    entries = root.findall("entry", ATOM)
    assert [len(root.findall(tag, ATOM)) for tag in ONCE_IN_A_FEED] == [1] * len(ONCE_IN_A_FEED)
    for entry in entries:
        assert [len(entry.findall(tag, ATOM)) for tag in ONCE_IN_AN_ENTRY] == [1] * len(ONCE_IN_AN_ENTRY)
        assert [content.get("type") for content in entry.findall("content", ATOM)] == ["html"]
        assert links(entry)[0][:2] == ("alternate", "text/html")
    updated = [entry.findtext("updated", namespaces=ATOM) or "" for entry in entries]
    assert updated == ["2020-08-14T12:00:00-04:00", "2021-02-03T11:59:59-05:00"]
    assert all(map(RFC_3339.fullmatch, updated))
    assert root.findtext("updated", namespaces=ATOM) == max(updated)
