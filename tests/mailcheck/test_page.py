from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcheck.letter import letter, page_of
from pprmail.mailcheck.page import joined, read_page, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterable


class Oracle(HTMLParser):
    """What the standard library sees: the text without that of styles and titles, and the tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "title"}:
            self.silent = tag
            return
        found: dict[str, str] = {}
        for name, value in attrs:
            found.setdefault(name, value or "")
        self.tags.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text.append(data)


def without_spaces(pieces: Iterable[str]) -> str:
    return "".join("".join(pieces).split())


def assert_as_html_parser_sees_it(html: str) -> None:
    oracle, page = Oracle(), read_page(html)
    oracle.feed(html)
    oracle.close()

    assert [(one.tag, one.attributes) for one in page.elements[1:]] == oracle.tags
    assert without_spaces(one.text for one in page.pieces) == without_spaces(oracle.text)


NAMES = st.sampled_from(["p", "a", "b", "td", "br", "img", "h1"])
VALUES = st.text(st.sampled_from("ab <>&#;'xé"), max_size=6)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    """Well-formed HTML, as mjml-python writes it."""
    text = draw(st.text(st.sampled_from("ab é\n"), max_size=5)) + draw(
        st.sampled_from(
            ["", "&amp;", "&lt;x", "&#8217;", "&nbsp;", "&hellip;", "<!-- <p> -->", "<!--[if mso]><b><![endif]-->"]
        )
    )
    if not depth or draw(st.booleans()):
        return text
    tag, value = draw(NAMES), draw(VALUES).replace("&", "&amp;")
    inner = draw(trees(depth - 1))
    if tag in {"br", "img"}:
        return f"{text}<{tag} title='x' />{inner}"
    return f'{text}<{tag} title="{value}" hidden>{inner}</{tag}>{draw(trees(depth - 1))}'


@given(trees())
def test_a_page_reads_as_html_parser_reads_it(html: str) -> None:
    assert_as_html_parser_sees_it(html)


def test_a_whole_letter_reads_as_html_parser_reads_it() -> None:
    assert_as_html_parser_sees_it(letter("<!--[if !mso]><!--><i>x</i><!--<![endif]--><p class='a b'>1&nbsp;&lt; 2"))


@given(st.text(st.sampled_from("<>/!-&;#\"'= abp"), max_size=60))
def test_no_html_is_too_broken_to_read(html: str) -> None:
    read_page(html)


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_read(html: str) -> None:
    read_page(html)


def test_words_are_apart_where_blocks_or_spaces_part_them() -> None:
    page = page_of("<p>one<b>two</b> <i>three</i></p><p>four<br>five</p>six &#8212; seven<td>eight</td>")

    assert joined(page.pieces) == "onetwo three four five six — seven eight"


def test_a_link_shows_its_text_and_its_pictures_words() -> None:
    page = page_of('<a href="u">To <b>the</b><img src="x" alt=" shop "></a><a name="x">no link</a><a href="v"> </a>')

    words = page.words_by_link()

    assert [words.get(link.number) for link in page.links] == ["To the shop", None]


ENTITIES = {
    "usual": ("&amp;lt; &#x3c; &#39;", "&lt; < '"),
    "rare": ("&hellip;&eacute;", "…é"),
    "windows": ("&#150;", "–"),
    "none": ("AT&T & co; &;", "AT&T & co; &;"),
    "huge": ("&#9999999;", "\ufffd"),
}


@pytest.mark.parametrize(("written", "meant"), ENTITIES.values(), ids=ENTITIES)
def test_entities_are_read(written: str, meant: str) -> None:
    assert unescaped(written) == meant
