from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.archive.feed_items import BEFORE_ALL, Items, feeds_of, printable
from pprmail.archive.shelf import shelve
from pprmail.manuscript.issue import load_issue
from pprmail.render.words import load_words

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.archive.feed_items import Feed, Item


def made(newsletter: Newsletter, *keys: str) -> list[tuple[Feed, tuple[Item, ...]]]:
    settings = newsletter.settings
    words, shelf = load_words(settings), shelve(load_issue(settings, key)[0] for key in keys)
    items = Items(settings, shelf, words)
    return [(feed, items.of(feed)) for feed in feeds_of(settings, shelf, words)]


def test_an_item_is_made_once_for_all_its_feeds(newsletter: Newsletter) -> None:
    whole, *topics = (items for _, items in made(newsletter, "2020-08"))

    assert [[id(item) for item in items] for items in topics] == [[id(item) for item in whole]] * 2


def test_a_reprint_links_to_its_first_appearance(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-09/issue.md", "Month: 2020-09\n")
    newsletter.write("issues/2020-09/1.md", summary_text(Reprint_of="2020-08/does-it-last"))

    item = made(newsletter, "2020-08", "2020-09")[0][1][0]

    assert item.guid == "tag:blog.example.org,2013:2020-09/does-therapy-help"
    assert item.html.startswith(
        '<p class="reprint"><a href="https://blog.example.org/2020-08/does-it-last/">First published in August 2020</a></p>\n'
    )


def test_a_feed_without_items_was_updated_before_all(newsletter: Newsletter) -> None:
    ((feed, items),) = made(newsletter)

    assert (feed.updated, items, feed.issues) == (BEFORE_ALL, (), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Does\x0b It\x00 Help?\x85", "Does It Help?", id="control"),
        pytest.param(" two\n\tlines ", "two lines", id="line"),
        pytest.param("vraiment\u00a0? 🧠 Ř", "vraiment\u00a0? 🧠 Ř", id="kept"),
    ],
)
def test_what_a_title_cannot_hold_is_left_out(text: str, said: str) -> None:
    assert printable(text) == said
