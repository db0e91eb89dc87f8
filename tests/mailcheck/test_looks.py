from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcheck.letter import page_of
from pprmail.mailcheck.looks import Looks
from pprmail.mailcheck.stylesheet import read_rules

if TYPE_CHECKING:
    from pprmail.mailcheck.looks import Look


def look(body: str, style: str = "") -> Look:
    """How the last piece of text in ``body`` looks in the light scheme."""
    page = page_of(body, style)
    return Looks(page, read_rules(page)[0]).of(page.pieces[-1].element)


def dark(body: str, style: str, *, adapts: bool = False) -> Look:
    page = page_of(body, style)
    return Looks(page, read_rules(page)[1], adapts=adapts).of(page.pieces[-1].element)


COLOURS = {
    "black-on-white": ("x", "", "#000000", "#ffffff"),
    "inherited": ('<p style="color:#123456"><b>x</b></p>', "", "#123456", "#ffffff"),
    "through": ('<div style="background:#123456"><p style="background:none">x</p></div>', "", "#000000", "#123456"),
    "last-wins": ('<p style="color:red;color:#00f">x</p>', "", "#0000ff", "#ffffff"),
    "inherit": ('<p style="color:#123456"><a href="x" style="color:inherit">x</a></p>', "", "#123456", "#ffffff"),
    "link": ('<p style="color:#123456"><a href="x">x</a></p>', "", "#0000ee", "#ffffff"),
    "anchor": ('<p style="color:#123456"><a name="x">x</a></p>', "", "#123456", "#ffffff"),
    "bgcolor": ('<td bgcolor="#123456">x</td>', "", "#000000", "#123456"),
    "bgcolor-loses": ('<td bgcolor="#123456" style="background:#654321">x</td>', "", "#000000", "#654321"),
    "font": ('<font color="#123456">x</font>', "", "#123456", "#ffffff"),
    "shorthand": ('<p style="background:#123456 no-repeat 0 0">x</p>', "", "#000000", "#123456"),
    "half": ('<p style="background:rgba(0,0,0,.5)">x</p>', "", "#000000", "#808080"),
    "picture": ('<p style="background:#123456 url(x.png)">x</p>', "", "#000000", "None"),
    "gradient": ('<p style="background-image:linear-gradient(red,blue)">x</p>', "", "#000000", "None"),
    "variable": ('<p style="color:var(--x)">x</p>', "", "None", "#ffffff"),
    "rule": ("<p>x</p>", "p { color: #123456 }", "#123456", "#ffffff"),
    "own-beats-rule": ('<p style="color:#654321">x</p>', "p { color: #123456 }", "#654321", "#ffffff"),
    "important": ('<p style="color:#654321">x</p>', "p { color: #123456 !important }", "#123456", "#ffffff"),
    "class-beats-tag": ('<p class="a">x</p>', ".a { color: #123456 } p { color: #654321 }", "#123456", "#ffffff"),
    "id-beats-class": ('<p class="a" id="b">x</p>', "#b { color: #123456 } p.a { color: red }", "#123456", "#ffffff"),
    "later-wins": ("<p>x</p>", "p { color: red } p { color: #123456 }", "#123456", "#ffffff"),
    "within": ('<div class="a"><i><p>x</p></i></div>', ".a p { color: #123456 }", "#123456", "#ffffff"),
    "child-only": ('<div class="a"><i><p>x</p></i></div>', ".a > p { color: #123456 }", "#000000", "#ffffff"),
    "child": ('<div class="a"><p>x</p></div>', ".a>p { color: #123456 }", "#123456", "#ffffff"),
    "list": ("<p>x</p>", "h1, p { color: #123456 }", "#123456", "#ffffff"),
    "comment": ("<p>x</p>", "/* p { color: red } */ p { color: #123456 }", "#123456", "#ffffff"),
    "hover": ("<p>x</p>", "p:hover { color: #123456 }", "#000000", "#ffffff"),
    "narrow": ("<p>x</p>", "@media (max-width: 480px) { p { color: #123456 } }", "#000000", "#ffffff"),
    "print": ("<p>x</p>", "@media print { p { color: #123456 } }", "#000000", "#ffffff"),
    "screen": ("<p>x</p>", "@media screen { p { color: #123456 } }", "#123456", "#ffffff"),
    "import": ("<p>x</p>", "@import 'x'; p { color: #123456 }", "#123456", "#ffffff"),
}


@pytest.mark.parametrize(("body", "style", "colour", "background"), COLOURS.values(), ids=COLOURS)
def test_colours_cascade(body: str, style: str, colour: str, background: str) -> None:
    found = look(body, style)

    assert (str(found.colour), str(found.background)) == (colour, background)


DARK = "@media (prefers-color-scheme: dark) { body { background: #111111 !important } .t { color: #eeeeee } }"


def test_the_dark_scheme_has_its_rules_over_the_others() -> None:
    found = dark('<p class="t">x</p>', f"p {{ color: red }} {DARK}")

    assert (str(found.colour), str(found.background)) == ("#eeeeee", "#111111")


def test_an_inline_colour_beats_a_dark_rule_that_is_not_important() -> None:
    assert str(dark('<p class="t" style="color:#123456">x</p>', DARK).colour) == "#123456"


def test_without_rules_of_its_own_a_mail_has_no_dark_scheme() -> None:
    assert read_rules(page_of("x", "p { color: red }"))[1] == ()


def test_what_a_dark_scheme_does_not_name_the_readers_program_may_choose() -> None:
    assert dark("<p>x</p>", DARK, adapts=True).ratio is None
    assert dark("<p>x</p>", DARK).ratio == pytest.approx(1.11, abs=0.01)


SIZES = {
    "default": ("x", 16.0, False),
    "px": ('<p style="font-size:14px">x</p>', 14.0, False),
    "pt": ('<p style="font-size:12pt">x</p>', 16.0, False),
    "em": ('<p style="font-size:20px"><i style="font-size:1.5em">x</i></p>', 30.0, False),
    "percent": ('<p style="font-size:50%">x</p>', 8.0, False),
    "rem": ('<p style="font-size:20px"><i style="font-size:1rem">x</i></p>', 16.0, False),
    "keyword": ('<p style="font-size:large">x</p>', 16.0, False),
    "h1": ("<h1>x</h1>", 32.0, True),
    "thin-h1": ('<h1 style="font-weight:400">x</h1>', 32.0, False),
    "bold": ('<p style="font-weight:700">x</p>', 16.0, True),
    "half-bold": ('<p style="font-weight:600">x</p>', 16.0, False),
    "font": ('<p style="font:bold 20px/1.5 serif">x</p>', 20.0, True),
    "font-with-weight": ('<p style="font:700 20px serif">x</p>', 20.0, True),
    "font-of-no-weight": ('<b><i style="font:20px serif">x</i></b>', 20.0, False),
    "strong": ("<strong>x</strong>", 16.0, True),
}


@pytest.mark.parametrize(("body", "size", "is_bold"), SIZES.values(), ids=SIZES)
def test_sizes_are_worked_out(body: str, size: float, is_bold: bool) -> None:  # noqa: FBT001 - a case's value
    found = look(body)

    assert (found.size_px, found.is_bold) == (size, is_bold)


HIDDEN = {
    "display": '<div style="display:none"><p>x</p></div>',
    "display-important": '<p style="display: none !important">x</p>',
    "visibility": '<p style="visibility:hidden">x</p>',
    "opacity": '<p style="opacity:0.0">x</p>',
    "no-size": '<p style="font-size:0">x</p>',
    "tiny": '<p style="font-size:1px">x</p>',
    "white-on-white": '<p style="color:#fff">x</p>',
    "nearly-white": '<p style="color:#eeeeee">x</p>',
    "same-dark": '<p style="background:#333"><i style="color:#343434">x</i></p>',
    "transparent": '<p style="color:transparent">x</p>',
    "no-height": '<p style="max-height:0px;overflow:hidden">x</p>',
    "far-away": '<p style="text-indent:-9999px">x</p>',
    "attribute": "<p hidden>x</p>",
}
SEEN = {
    "size-restored": '<div style="font-size:0px"><p style="font-size:14px">x</p></div>',
    "no-height-but-over-the-edge": '<p style="height:0">x</p>',
    "half-opaque": '<p style="opacity:.5">x</p>',
    "indented": '<p style="text-indent:-20px">x</p>',
    "white-on-dark": '<p style="background:#222;color:#fff">x</p>',
    "white-on-a-picture": '<p style="background:url(x.png);color:#fff">x</p>',
    "display-block": '<p style="display:block">x</p>',
    "overflow-auto": '<p style="max-height:100px;overflow:hidden">x</p>',
}


@pytest.mark.parametrize("body", HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_is_not_seen(body: str) -> None:
    assert not look(body).is_seen


@pytest.mark.parametrize("body", SEEN.values(), ids=SEEN)
def test_what_only_looks_hidden_is_seen(body: str) -> None:
    assert look(body).is_seen


@given(st.text(st.sampled_from("abp.#>{}:;@media ()!important,/*'\"0-%"), max_size=80), st.text(max_size=40))
def test_no_style_is_too_broken(style: str, own: str) -> None:
    value = own.replace('"', "").replace("<", "")

    look(f'<p class="a" style="{value}">x</p>', style.replace("<", ""))
