from __future__ import annotations

import html
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pprmail.editorial.wording import wording_of_citation, wording_of_issue, wording_of_summary
from pprmail.manuscript.inline import parse_inline
from pprmail.manuscript.issue import load_issue
from pprmail.model import Passage
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.editorial.wording import Wording


def wording(markdown: str) -> Wording:
    return wording_of_citation(summary_of(markdown))


def column_of(word: str, markdown: str) -> int:
    read = wording(markdown)
    return read.place(read.text.index(word)).column


PLACES = {
    "plain": ("the word here", 5),
    "after-italics": ("*p* < .05 and word", 15),
    "in-italics": ("the *word*", 6),
    "in-a-link": ("see [the word](https://a.example)", 10),
    "after-a-link": ('see [it](https://a.example "t word") word', 38),
    "after-an-escape": (r"2 \* 3 word", 8),
    "after-an-entity": ("R&amp;D, a word", 12),
    "after-a-lone-ampersand": ("R&D, a word", 8),
    "after-an-address": ("see https://a.example/x a word", 27),
    "after-lone-marks": ("2 * 3 and 4 _ word", 15),
}  # fmt: skip


def test_a_word_is_placed_where_it_was_typed() -> None:
    found = {name: column_of("word", markdown) for name, (markdown, _) in PLACES.items()}

    assert found == {name: column for name, (_, column) in PLACES.items()}


def test_a_place_counts_lines_of_the_file() -> None:
    passage = Passage("one *two*\nthree", "a.md", ((0, 7, 1), (10, 8, 3)))
    summary = summary_of("")._replace(citation=passage, citation_prose=parse_inline(passage))

    read = wording_of_citation(summary)

    assert read.text == "one two three"
    assert read.place(read.text.index("three")) == ("a.md", 8, 3)


def test_the_words_of_a_file_are_its_blocks_a_line_each(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2020-08/issue.md", "Month: August 2020\nIntro: Of *two*.\n\nA word.\n\n## Notice: A study\n\n- Come\n"
    )
    newsletter.write(
        "issues/2020-08/1-doe.md",
        "Title: Why?\nBlurb: why\n\nOne\nline.\n\n### Head\n\n- a\n- b\n\n## Practice Implications\n\nDo.\n",
    )
    issue, _ = load_issue(newsletter.settings, "2020-08")

    ours, doe = wording_of_issue(issue), wording_of_summary(issue.summaries[0])

    assert ours.text == "Of two.\nA word.\nA study\nCome"
    assert [block.kind for block in ours.blocks] == ["blurb", "text", "title", "text"]
    assert doe.text == "Why?\nwhy\nOne line.\nHead\na\nb\nDo."
    assert [block.kind for block in doe.blocks] == ["title", "blurb", "text", "heading", "text", "text", "implications"]
    assert doe.place(doe.text.index("line")) == ("issues/2020-08/1-doe.md", 5, 1)


@example("0\\\n")
@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(st.sampled_from("ab *_[]()\\&;#<>amp10./:!\n"), max_size=40))
def test_every_character_is_placed_on_itself(markdown: str) -> None:
    read = wording(markdown)

    for offset, character in enumerate(read.text):
        at = read.place(offset).column - 1
        typed = markdown[at : at + 1]
        assert typed.replace("\n", " ") == character or typed in "\\&"


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(max_size=60))
def test_any_text_has_places_within_it(markdown: str) -> None:
    read = wording(html.escape(markdown))

    assert all(0 < read.place(offset).column <= len(html.escape(markdown)) + 1 for offset in range(len(read.text)))


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_small_letters_stand_where_the_large_ones_do(text: str) -> None:
    small = wording_of_citation(summary_of(text)).small

    words = wording_of_citation(summary_of(text)).text
    assert len(small) == len(words)
    assert all(one in {large, large.lower(), "ς"} for one, large in zip(small, words, strict=True))
