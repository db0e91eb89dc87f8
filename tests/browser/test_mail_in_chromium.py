"""The mail in a real browser: whole, and as poorer programs show it."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from browser.judges import axe_violations
from browser.post import told_in_order
from browser.readings import as_word, inverted, without_style_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from browser.post import Mail

pytest_plugins = ["browser.desk"]

SMALLEST_TEXT = 14
SMALLEST_TARGET = 24
DESKTOP, PHONE = {"width": 600, "height": 900}, {"width": 320, "height": 700}
READINGS = [
    pytest.param(str, DESKTOP, "light", id="600-light"),
    pytest.param(str, PHONE, "dark", id="320-dark"),
    pytest.param(str, PHONE, "light", id="320-light"),
    pytest.param(str, {"width": 1280, "height": 900}, "dark", id="1280-dark"),
    pytest.param(without_style_elements, DESKTOP, "light", id="no-style-600"),
    pytest.param(without_style_elements, PHONE, "dark", id="no-style-320"),
    pytest.param(inverted, DESKTOP, "light", id="inverted-600"),
    pytest.param(inverted, PHONE, "light", id="inverted-320"),
    pytest.param(as_word, {"width": 1000, "height": 900}, "light", id="word"),
]

TEXT_SIZES = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), sizes = {};
  for (let node; (node = walker.nextNode()); ) {
    const of = node.parentElement;
    if (node.data.trim() && of.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      sizes[parseFloat(getComputedStyle(of).fontSize)] = node.data.trim().slice(0, 40);
  }
  return sizes;
}"""
CUT_OFF = """() => [...document.body.querySelectorAll('*')]
  .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < -1))
  .map((one) => one.outerHTML.slice(0, 100))"""
TARGETS = """() => [...document.querySelectorAll('a')].map((one) => [one.innerText, one.getBoundingClientRect().height,
  getComputedStyle(one).display])"""


@contextmanager
def shown(chromium: Browser, html: str, viewport: dict[str, int], **scheme: Any) -> Iterator[tuple[Page, list[str]]]:  # noqa: ANN401 - playwright's own names
    """A page that shows ``html``, and what it asked the network for."""
    context = chromium.new_context(viewport=viewport, **scheme)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html)
    yield page, asked
    context.close()


@pytest.mark.parametrize(("reading", "viewport", "scheme"), READINGS)
def test_every_reading_is_whole_in_order_large_enough_and_passes_axe(
    chromium: Browser, mail: Mail, reading: Callable[[str], str], viewport: dict[str, int], scheme: str
) -> None:
    with shown(chromium, reading(mail.html), viewport, color_scheme=scheme) as (page, asked):
        text = page.evaluate("document.body.innerText")

        assert told_in_order(text, mail.phrases) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.evaluate(CUT_OFF) == []
        assert {size: text for size, text in page.evaluate(TEXT_SIZES).items() if float(size) < SMALLEST_TEXT} == {}
        assert axe_violations(page) == []
        assert asked == []


BAD = """<!DOCTYPE html><html lang="en"><head><title>x</title><style>.late { display: none } .dark { color: #767676 }</style></head>
<body style="color:#ffffff"><main><h1 style="color:#1f2b2d">Title</h1><div style="width:400px;color:#1f2b2d">Wide</div>
<p style="font-size:11px;color:#1f2b2d">Small</p><p class="late">Late</p><p style="color:#8a8a8a;background:#ffffff">Pale</p>
<img src="https://example.org/a.png"></main></body></html>"""


def test_a_bad_mail_is_found_out(chromium: Browser) -> None:
    with shown(chromium, BAD, PHONE) as (page, asked):
        text = page.evaluate("document.body.innerText")

        assert told_in_order(text, ("Small", "Wide", "Late", "Title")) == ["Wide", "Late", "Title"]
        assert page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]
        assert [one[:24] for one in page.evaluate(CUT_OFF)] == ['<div style="width:400px;']
        assert page.evaluate(TEXT_SIZES)["11"] == "Small"
        assert {one.partition(" ")[0] for one in axe_violations(page)} == {"color-contrast", "image-alt"}
        assert asked == ["https://example.org/a.png"]


def test_the_poorer_readings_take_away_what_they_say() -> None:
    html = (
        "<style>@media print { a { color: red } } b { color: #000000 }</style><!--[if mso]><i>Word</i><![endif]-->"
        '<!--[if !mso]><!--><u>Others</u><!--<![endif]--><div style="max-width:640px;padding:4px;color:#000000">'
        '<td style="padding:4px;border-radius:3px">x</td><p style="display:none;max-height:0">preview</p></div>'
    )

    assert without_style_elements(html).startswith("<!--[if mso]>")
    assert as_word(html) == (
        "<style> b { color: #000000 }</style><i>Word</i>"
        '<div style="color:#000000"><td style="padding:4px;">x</td><p style="display:none;max-height:0">preview</p></div>'
    )
    assert "b { color: #ffffff }" in inverted(html)
    assert 'padding:4px;color:#ffffff"' in inverted(html)


def test_the_column_keeps_its_width_in_word(chromium: Browser, mail: Mail) -> None:
    with shown(chromium, as_word(mail.html), {"width": 1280, "height": 900}) as (page, _):
        widths = page.evaluate("[...document.querySelectorAll('h1, h2, h3, p')].map((one) => one.offsetWidth)")

    assert max(widths) <= 640


def test_forced_colours_hide_nothing(chromium: Browser, mail: Mail) -> None:
    with shown(chromium, mail.html, DESKTOP, forced_colors="active", color_scheme="dark") as (page, _):
        assert told_in_order(page.evaluate("document.body.innerText"), mail.phrases) == []
        assert axe_violations(page) == []


def test_there_is_no_image_to_be_switched_off(mail: Mail) -> None:
    assert "<img" not in mail.html
    assert "url(" not in mail.html
    assert "background=" not in mail.html


def test_links_that_stand_alone_can_be_touched(chromium: Browser, mail: Mail) -> None:
    with shown(chromium, mail.html, PHONE) as (page, _):
        targets = page.evaluate(TARGETS)

    assert [target for target in targets if target[2] != "inline" and target[1] < SMALLEST_TARGET] == []


def test_there_is_one_h1_and_no_level_is_skipped(chromium: Browser, mail: Mail) -> None:
    with shown(chromium, mail.html, DESKTOP) as (page, _):
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((one) => +one.tagName[1])")

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
