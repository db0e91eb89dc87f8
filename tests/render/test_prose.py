from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.manuscript.markdown import parse_text
from pprmail.render.prose import HtmlStyle, Notes, prose_html, prose_text, wrap

if TYPE_CHECKING:
    from pprmail.model import Prose


def prose(text: str) -> Prose:
    blocks, problems = parse_text(text, "x.md")
    assert problems == ()
    return blocks


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("p < .05 & R&D", "<p>p &lt; .05 &amp; R&amp;D</p>", id="signs"),
        pytest.param("M<SD and SD>3", "<p>M&lt;SD and SD&gt;3</p>", id="no-tag"),
        pytest.param("*d* = −0.31, χ² ≤ 3, Ř", "<p><em>d</em> = −0.31, χ² ≤ 3, Ř</p>", id="statistics"),
        pytest.param(
            '[a "b"](https://e.org/?a=1&b=2)',
            '<p><a href="https://e.org/?a=1&amp;b=2">a &#34;b&#34;</a></p>',
            id="link",
        ),
        pytest.param("one\\\ntwo", "<p>one<br />two</p>", id="break"),
        pytest.param("### Heading", "<h4>Heading</h4>", id="heading"),
        pytest.param("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", id="tight"),
        pytest.param("1. a\n\n2. b", "<ol>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ol>", id="loose"),
        pytest.param("a\n\n***\n\nb", "<p>a</p>\n<hr />\n<p>b</p>", id="separator"),
    ],
)
def test_html_is_well_formed_and_escaped(markdown: str, html: str) -> None:
    assert prose_html(prose(markdown)) == html


def test_attributes_stand_on_their_tags() -> None:
    style = HtmlStyle(heading="h3", attributes={"p": 'class="x"', "a": 'class="y"', "hr": 'class="z"'})

    html = prose_html(prose("see <https://e.org/>\n\n---"), style)

    assert html == '<p class="x">see <a href="https://e.org/" class="y">https://e.org/</a></p>\n<hr class="z" />'


@pytest.mark.parametrize(
    ("markdown", "text", "notes"),
    [
        pytest.param("*a* **b**", "a b", "", id="marks"),
        pytest.param("[our page](https://e.org/)", "our page [1]", "[1] https://e.org/", id="link"),
        pytest.param("see https://e.org/x.", "see https://e.org/x.", "", id="bare"),
        pytest.param("<mailto:a@e.org> or [a@e.org](mailto:a@e.org)", "mailto:a@e.org or a@e.org", "", id="mailto"),
        pytest.param("### Why\n\nSo.", "Why\n---\n\nSo.", "", id="heading"),
        pytest.param("- a\n- b\n  1. c", "- a\n- b\n  1. c", "", id="lists"),
        pytest.param("one\\\ntwo", "one\ntwo", "", id="break"),
        pytest.param("one\ntwo\\\n*three\nfour*", "one two\nthree four", "", id="only-hard-breaks"),
        pytest.param("*one\\\ntwo*", "one\ntwo", "", id="break-in-emphasis"),
        pytest.param("so\u00adft\u200b \u2060\ufeff\u202aa\u2066", "soft a", "", id="invisible-characters"),
        pytest.param("### so\u00adft", "soft\n----", "", id="invisible-in-heading"),
        pytest.param("a\n\n---\n\nb", "a\n\n* * *\n\nb", "", id="separator"),
    ],
)
def test_text_is_composed(markdown: str, text: str, notes: str) -> None:
    written = Notes()

    assert prose_text(prose(markdown), written) == text
    assert written.take() == notes


def test_a_link_keeps_its_number_and_is_noted_once() -> None:
    notes = Notes()

    text = prose_text(prose("[a](https://e.org/) [b](https://f.org/) [c](https://e.org/)"), notes)

    assert text == "a [1] b [2] c [1]"
    assert notes.take() == "[1] https://e.org/\n[2] https://f.org/"
    assert notes.take() == ""


def test_a_section_has_the_notes_of_its_links_even_if_another_had_them() -> None:
    notes = Notes()
    prose_text(prose("[a](https://e.org/) [b](https://f.org/)"), notes)
    notes.take()

    text = prose_text(prose("[f](https://f.org/) [g](https://g.org/)"), notes)

    assert text == "f [2] g [3]"
    assert notes.take() == "[2] https://f.org/\n[3] https://g.org/"


def test_marks_and_notes_stay_with_their_words() -> None:
    french = "Un long début de phrase qui va presque jusqu’au bout de cette autre ligne : c’est « tout » et [rien](https://e.org/) !"

    text = prose_text(prose(french), Notes())

    assert text == (
        "Un long début de phrase qui va presque jusqu’au bout de cette autre\nligne : c’est « tout » et rien [1] !"
    )


@given(
    st.lists(st.text("ab-–é\u00a0", max_size=70).map(lambda inner: f"a{inner}b"), max_size=30),
    st.sampled_from(["", "  ", "      "]),
)
def test_text_is_wrapped_as_the_standard_library_does(words: list[str], indent: str) -> None:
    expected = textwrap.wrap(
        " ".join(words),
        72,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

    assert wrap("  ".join(words), indent) == "\n".join(expected).replace("\u00a0", " ")


def test_no_line_is_longer_than_72_but_a_lone_address() -> None:
    url = "https://example.org/" + "x" * 80

    lines = wrap(f"{'word ' * 40}{url} and more").split("\n")

    assert [line for line in lines if len(line) > 72] == [url]


def test_a_word_that_is_longer_than_a_line_is_parted() -> None:
    assert wrap("心" * 100, "  ").split("\n") == ["  " + "心" * 70, "  " + "心" * 30]


def test_no_line_begins_as_a_mail_in_a_mailbox_does() -> None:
    text = "From the start to the end of this line there are just as many words as fit. From here on there are more."

    assert wrap(text) == (
        " From the start to the end of this line there are just as many words as\nfit. From here on there are more."
    )


def test_a_sign_stays_with_its_numbers() -> None:
    for width in range(40, 72):
        assert "p < .05" in wrap(f"{'x' * width} and p < .05 again and again"), width
