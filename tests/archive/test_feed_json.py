from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from archive.feed_desk import files_of, read_json
from conftest import summary_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Newsletter

# jsonfeed.org/version/1.1: what may stand in a feed, in an item, in an author and in a hub, and of what kind it is
FEED = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "user_comment": str,
    "next_url": str, "icon": str, "favicon": str, "authors": list, "language": str, "expired": bool, "hubs": list,
    "items": list,
}  # fmt: skip
ITEM = {
    "id": str, "url": str, "external_url": str, "title": str, "content_html": str, "content_text": str, "summary": str,
    "image": str, "banner_image": str, "date_published": str, "date_modified": str, "authors": list, "tags": list,
    "language": str, "attachments": list,
}  # fmt: skip
AUTHOR = {"name": str, "url": str, "avatar": str}
HUB = {"type": str, "url": str}


def faults(feed: dict[str, Any]) -> list[str]:
    """What is wrong with ``feed`` by JSON Feed 1.1."""
    told = [*_shape("feed", feed, FEED, ("version", "title", "items"))]
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        told.append("version")
    for hub in feed.get("hubs", []):
        told += _shape("hub", hub, HUB, ("type", "url"))
    for item in feed.get("items", []):
        told += _shape("item", item, ITEM, ("id",))
        if "content_html" not in item and "content_text" not in item:
            told.append("item has no content")
        for key in item.keys() & {"date_published", "date_modified"}:
            if datetime.fromisoformat(item[key]).tzinfo is None:
                told.append(f"{key} without an offset")
        told += [f"tag {tag!r}" for tag in item.get("tags", []) if not isinstance(tag, str) or not tag]
    authors = [*feed.get("authors", []), *(one for item in feed.get("items", []) for one in item.get("authors", []))]
    for author in authors:
        told += _shape("author", author, AUTHOR, ())
        if not author:
            told.append("author says nothing")
    ids = [item.get("id") for item in feed.get("items", [])]
    if len(ids) != len(set(ids)):
        told.append("two items of one id")
    return told


def _shape(name: str, found: dict[str, Any], known: Mapping[str, type], needed: tuple[str, ...]) -> list[str]:
    return [
        *(f"{name} has no {key}" for key in needed if key not in found),
        *(f"{name} has {key!r}, which is unknown" for key in found if key not in known and not key.startswith("_")),
        *(f"{key} of {name} is no {known[key].__name__}" for key in found.keys() & known if not isinstance(found[key], known[key])),
    ]  # fmt: skip


def test_every_feed_is_one_by_the_standard(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[archive]\nwebsub_hub = "https://hub.example.org/"\n[unsubscribe]')
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Erratum="2021-02-03 — The table."))

    feeds = {path: content for path, content in files_of(newsletter).items() if path.endswith(".json")}

    assert len(feeds) == 3
    assert {path: faults(read_json(content)) for path, content in feeds.items()} == {path: [] for path in feeds}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": 1}, ["title of feed is no str"]),
        ({"item": []}, ["feed has 'item', which is unknown"]),
        ({"items": [{"id": 1}]}, ["id of item is no str", "item has no content"]),
        ({"authors": [{}]}, ["author says nothing"]),
    ],
    ids=["type", "unknown", "item", "author"],
)
def test_a_fault_would_be_told(newsletter: Newsletter, change: dict[str, Any], told: list[str]) -> None:
    assert faults(read_json(files_of(newsletter)["feed.json"]) | change) == told


def test_a_feed_says_where_it_stands_and_an_item_what_it_is(newsletter: Newsletter) -> None:
    feed = read_json(files_of(newsletter)["topics/adherence/feed.json"])

    first = feed.pop("items")[0]
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "PPRNet Blog: Adherence",
        "description": "Summaries of research on Adherence",
        "home_page_url": "https://blog.example.org/topics/adherence/",
        "feed_url": "https://blog.example.org/topics/adherence/feed.json",
        "language": "en",
        "authors": [{"name": "The editor"}],
    }
    assert first.pop("content_html").startswith("<p>Doe, J., &amp; Roe, R. (2019).")
    assert first.pop("summary").startswith("Sentence 1 of paragraph 1 says what the study found, p < .05.")
    assert first == {
        "id": "tag:blog.example.org,2013:2020-08/does-therapy-help",
        "url": "https://blog.example.org/2020-08/does-therapy-help/",
        "title": "Does Therapy Help?",
        "date_published": "2020-08-14T12:00:00-04:00",
        "authors": [{"name": "The editor"}],
        "tags": ["Adherence", "Long-term Outcomes", "Meta-analysis"],
    }


def test_only_what_was_corrected_was_modified(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Erratum="2021-02-03 — The table."))

    items = read_json(files_of(newsletter)["feed.json"])["items"]

    assert [item.get("date_modified") for item in items] == [None, "2021-02-03T11:59:59-05:00"]
