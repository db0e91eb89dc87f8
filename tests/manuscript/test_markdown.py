from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pprmail.manuscript.markdown import parse_text
from pprmail.model import Heading, Listing, Paragraph, Passage, Separator, Text, plain_prose
from pprmail.render.prose import prose_html


def html(text: str) -> str:
    """``text`` as HTML, its blocks side by side; it must be without faults."""
    prose, problems = parse_text(text, "x.md")
    assert problems == ()
    return re.sub(r"\n(?=<)|(?<=>)\n", "", prose_html(prose))


def test_blocks_keep_their_source_and_its_places() -> None:
    prose, problems = parse_text("One\n two\n\n### Head ##\n---\n- a\n", "x.md")

    assert problems == ()
    assert prose == (
        Paragraph((Text("One\ntwo"),), Passage("One\ntwo", "x.md", ((0, 1, 1), (4, 2, 2)))),
        Heading((Text("Head"),), Passage("Head", "x.md", ((0, 4, 5),))),
        Separator(),
        Listing(ordered=False, tight=True, items=((Paragraph((Text("a"),), Passage("a", "x.md", ((0, 6, 3),))),),)),
    )


PASTED = {
    "year": ("2019. The study", "<p>2019. The study</p>"),
    "second": ("2. Then", "<p>2. Then</p>"),
    "number-after-hyphen": ("- .24 was", "<p>- .24 was</p>"),
    "number-after-plus": ("+ 5 % more", "<p>+ 5 % more</p>"),
    "quote-sign": ("> 50 % improved", "<p>&gt; 50 % improved</p>"),
    "less-than": ("M<SD and SD>3", "<p>M&lt;SD and SD&gt;3</p>"),
    "tab": ("\tThe study", "<p>The study</p>"),
    "spaces": ("a\n\n        The study", "<p>a</p><p>The study</p>"),
    "no-break-spaces": ("\u00a0\u00a0The\u00a0study", "<p>The\u00a0study</p>"),
    "hash": ("#1 and # 2", "<p>#1 and # 2</p>"),
    "underlined": ("Results\n=======", "<p>Results\n=======</p>"),
    "line-separator": ("One\u2028two", "<p>One\u2028two</p>"),
    "minus": ("− a", "<p>− a</p>"),
    "decade": ("1980) or so", "<p>1980) or so</p>"),
    "empty-bullet": ("-\n\n-\ttext", "<p>-</p><ul><li>text</li></ul>"),
    "emphasis": ("*a* b", "<p><em>a</em> b</p>"),
    "fence": ("```\na\n```", "<p>```\na\n```</p>"),
    "reference": ("[a]: https", "<p>[a]: https</p>"),
    "two-spaces-at-the-end": ("a  \nb", "<p>a\nb</p>"),
    "backslash-at-the-end": ("a\\\nb", "<p>a<br />b</p>"),
    "nothing": ("\n \n\t\n", ""),
}


@pytest.mark.parametrize(("text", "written"), PASTED.values(), ids=PASTED)
def test_prose_out_of_word_stays_prose(text: str, written: str) -> None:
    assert html(text) == written


LISTS = {
    "after-a-paragraph": ("Two:\n- a\n- b", "<p>Two:</p><ul><li>a</li><li>b</li></ul>"),
    "numbers-after-a-paragraph": ("Two:\n1. a\n2. b", "<p>Two:</p><ol><li>a</li><li>b</li></ol>"),
    "brackets": ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
    "all-ones": ("1. a\n1. b", "<ol><li>a</li><li>b</li></ol>"),
    "year-within": ("1. a\n2019. b", "<ol><li>a</li></ol><p>2019. b</p>"),
    "bullets-of-numbers": ("- 5 a\n- 6 b", "<ul><li>5 a</li><li>6 b</li></ul>"),
    "word-bullet": ("•\ta\n•\u00a0b", "<ul><li>a</li><li>b</li></ul>"),
    "one-word-bullet-of-a-number": ("• 5 a", "<ul><li>5 a</li></ul>"),
    "loose": ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    "two-paragraphs": ("- a\n\n  b\n\nc", "<ul><li><p>a</p><p>b</p></li></ul><p>c</p>"),
    "nested": ("- a\n  - b\n    1. c\n- d", "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>"),
    "nested-by-tabs": ("- a\n\t- b\n\t\t- c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
    "nested-by-four": ("1. a\n    - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
    "nested-and-loose": (
        "- a\n  - b\n\n  - c\n- d",
        "<ul><li>a<ul><li><p>b</p></li><li><p>c</p></li></ul></li><li>d</li></ul>",
    ),
    "goes-on": ("- a\nb\n\nc", "<ul><li>a\nb</li></ul><p>c</p>"),
    "ends-at-a-separator": ("- a\n***\nb", "<ul><li>a</li></ul><hr /><p>b</p>"),
    "text-after-a-heading": ("- ### a\nb", "<ul><li><h4>a</h4></li></ul><p>b</p>"),
    "other-bullets": ("- a\n* b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
}


@pytest.mark.parametrize(("text", "written"), LISTS.values(), ids=LISTS)
def test_lists_are_read(text: str, written: str) -> None:
    assert html(text) == written


HEADINGS = {
    "levels": ("# a\n### b\n###### c", "<h4>a</h4><h4>b</h4><h4>c</h4>"),
    "closed": ("### a ###", "<h4>a</h4>"),
    "sign-kept": ("### About C#", "<h4>About C#</h4>"),
    "empty": ("### ###", "<h4></h4>"),
    "no-break-space": ("###\u00a0a", "<h4>a</h4>"),
    "seven": ("####### a", "<p>####### a</p>"),
    "within-a-paragraph": ("a\n### b\nc", "<p>a</p><h4>b</h4><p>c</p>"),
    "separators": ("---\n***\n_ _ _", "<hr /><hr /><hr />"),
    "under-text": ("a\n---", "<p>a</p><hr />"),
}


@pytest.mark.parametrize(("text", "written"), HEADINGS.values(), ids=HEADINGS)
def test_headings_and_separators_are_read(text: str, written: str) -> None:
    assert html(text) == written


FAULTS = {
    "table": ("a | b\n:-- | --:\n1 | 2", ["x.md:2:1 image-or-table"]),
    "framed-table": ("  |a|b|\n  |-|-|\n  |---|---|", ["x.md:3:3 image-or-table"]),
    "in-a-list": ("- a\n  - [b](c)", ["x.md:2:5 bad-link"]),
    "in-a-heading": ("### a <b>", ["x.md:1:7 raw-html"]),
    "second-line": ("a\n\t![b](c)", ["x.md:2:2 image-or-table"]),
    "over-two-lines": ("a [b\nc](d) e", ["x.md:1:3 bad-link"]),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told_where_they_stand_in_the_file(text: str, told: list[str]) -> None:
    _, problems = parse_text(text, "x.md")

    assert [f"{one.path}:{one.line}:{one.column} {one.rule}" for one in problems] == told


# The oracle: CommonMark as markdown-it-py reads it, less what markdown.py declares: code, quotes, setext headings.
# Lines are indented by three at most, ordered items all begin with 1, and no item is empty or begins with a number.
ORACLE = MarkdownIt("commonmark").disable(
    ["code", "fence", "blockquote", "html_block", "html_inline", "image", "backticks", "reference", "lheading"]
)
LINES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "  ", "   "]),
    st.sampled_from(["", "", "- ", "- ", "1. ", "* ", "### "]),
    st.sampled_from(["a", "b c", "**a**", "a #"]),
)
TEXTS = st.lists(st.one_of(LINES, LINES, st.sampled_from(["", "***", "  ***"])), max_size=8).map("\n".join)


def flat(written: str) -> str:
    return re.sub(r"\n(?=<)|(?<=>)\n", "", re.sub(r"<(/?)h\d>", r"<\1h4>", written)).strip()


@settings(deadline=None, derandomize=True, max_examples=1500)
@given(TEXTS)
@example("- a\n  - b\nc\n\n  - d")
@example("- ***\na")
@example("- ### a\nb")
def test_paragraphs_lists_and_headings_are_those_of_commonmark(text: str) -> None:
    prose, problems = parse_text(text, "x.md")

    assert problems == ()
    assert flat(prose_html(prose)) == flat(ORACLE.render(text))


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.one_of(st.text(max_size=80), st.text(alphabet="a1.-*+#>|\t \n\\[]()_<&;", max_size=60)))
def test_any_text_is_read_and_every_fault_stands_inside_it(text: str) -> None:
    prose, problems = parse_text(text, "x.md")

    prose_html(prose)
    lines = text.split("\n")
    assert all(1 <= one.column <= len(lines[one.line - 1]) + 1 for one in problems)


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.text(alphabet="ab心é,; \n\t*_[]", max_size=60))
def test_no_character_but_markup_is_lost(text: str) -> None:
    shown = plain_prose(parse_text(text, "x.md")[0])

    assert re.sub(r"[*_\s]", "", shown) == re.sub(r"[*_\s]", "", text)


# Read in an instant, or not in a minute
HARD = {
    "nested-bullets": ("- " * 5000 + "x", "- " * 4994 + "x"),
    "nested-numbers": ("1. " * 5000 + "x", "1. " * 4994 + "x"),
    "many-items": ("- a\n" * 5000, "\n".join("a" * 5000)),
    "many-lines": ("a\n" * 20000, " ".join("a" * 20000)),
    "number-after-each-bullet": ("- 1\n\nx\n\n" * 2000, "\n".join(["- 1", "x"] * 2000)),
    "ever-deeper": ("\n".join(" " * n + "- a" for n in range(400)), None),
    "hashes": ("# a" + " " * 5000 + "#" * 5000 + "x", "a " + "#" * 5000 + "x"),
    "dashes": ("-" * 20000 + "x", "-" * 20000 + "x"),
    "table-rule": ("--|" * 10000 + "x", "--|" * 10000 + "x"),
    "blank-lines": ("\n" * 50000, ""),
    "one-long-word": ("a" * 200000, "a" * 200000),
}


@pytest.mark.parametrize(("text", "shown"), HARD.values(), ids=HARD)
def test_hard_text_is_read_in_linear_time(text: str, shown: str | None) -> None:
    prose, problems = parse_text(text, "x.md")

    assert problems == ()
    assert prose_html(prose) == "" or prose
    assert shown is None or plain_prose(prose) == shown
