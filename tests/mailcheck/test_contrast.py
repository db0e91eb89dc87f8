from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailcheck.letter import TEMPLATE, letter, told

if TYPE_CHECKING:
    from conftest import Newsletter

DARK = "@media (prefers-color-scheme: dark) {{ body {{ background: #14191a !important; }} div {{ color: #e4eae9 !important }} {} }}"
LINK = "a { color: #7fd0d4 !important }"


def of_contrast(newsletter: Newsletter, html: str) -> list[str]:
    return [one for one in told(newsletter, html) if one.endswith("[contrast]")]


FAULTS = {
    "grey": (
        '<p style="color:#999999">Dear reader</p>',
        17,
        "#999999 on #ffffff has a contrast of 2.84:1, below 4.5:1",
    ),
    "just-short": (
        '<p style="color:#777">Dear reader</p>',
        17,
        "#777777 on #ffffff has a contrast of 4.47:1, below 4.5:1",
    ),
    "background": ('<p style="background:#345">Dear reader</p>', 22, "#1f2b2d on #334455"),
    "large": ('<h1 style="color:#aaa">Dear reader</h1>', 18, "#aaaaaa on #ffffff has a contrast of 2.32:1, below 3:1"),
    "small-bold": ('<b style="color:#888;font-size:18px">Dear reader</b>', 17, "below 4.5:1"),
    "see-through": ('<p style="color:rgba(0,0,0,.4)">Dear reader</p>', 17, "#999999 on #ffffff"),
    "faded": ('<p style="opacity:.4"><b>Dear reader</b></p>', 11, "#a5aaab on #ffffff"),
    "by-hue": ('<p style="color:hsl(0, 0%, 60%)">Dear reader</p>', 17, "#999999 on #ffffff"),
    "unstyled-link": (
        '<p style="background:#222222"><a href="https://x.org">Dear reader</a></p>',
        22,
        "#0000ee on #222222",
    ),
    "invisible": ('<p style="color:#ffffff">Dear reader</p>', 17, "contrast of 1.00:1"),
}


@pytest.mark.parametrize(("body", "column", "sentence"), FAULTS.values(), ids=FAULTS)
def test_faint_text_is_told_on_its_line(newsletter: Newsletter, body: str, column: int, sentence: str) -> None:
    (found,) = of_contrast(newsletter, letter(body))

    assert found.startswith(f"{TEMPLATE}:8:{column}: warning: 'Dear reader': ")
    assert sentence in found


GOOD = {
    "a-little-faded": '<p style="opacity:.9">x</p>',
    "enough": '<p style="color:#767676">x</p>',
    "large": '<p style="color:#949494;font-size:24px">x</p>',
    "large-bold": '<b style="color:#949494;font-size:14pt">x</b>',
    "hidden": '<p style="display:none;color:#eee">x</p>',
    "a-dot": '<p style="color:#ccc">&#160;· — | </p>',
    "no-text": '<p style="color:#ccc"> </p>',
    "a-picture": '<p style="color:#ccc"><img alt="x" src="x"></p>',
    "on-a-picture": '<p style="color:#fff;background:#fff url(x.png)">x</p>',
    "white-on-dark-within": '<table bgcolor="#222222"><tr><td style="color:#fff">x</td></tr></table>',
    "for-one-program": '<!--[if mso]><p style="color:#ccc">x</p><![endif]-->',
    "ways-of-writing-not-known": '<p style="color:oklch(90% 0 0)">x</p>',
}


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_text_that_is_read_well_is_left_alone(newsletter: Newsletter, body: str) -> None:
    assert of_contrast(newsletter, letter(body)) == []


def test_a_pair_of_colours_is_told_once(newsletter: Newsletter) -> None:
    assert len(of_contrast(newsletter, letter('<p style="color:#999">x</p>' * 5))) == 1


def test_the_dark_scheme_is_judged_by_itself(newsletter: Newsletter) -> None:
    html = letter('<p class="q">Dear reader</p>', style=DARK.format(f"{LINK} .q {{ color: #444c4b }}"))

    (found,) = of_contrast(newsletter, html)

    column = html.split("\n")[2].index("#444c4b") + 1
    assert found.startswith(f"{TEMPLATE}:3:{column}: warning: ")
    assert "'Dear reader': #444c4b on #14191a in the dark scheme has a contrast of 2.0" in found


def test_an_inline_background_that_no_dark_rule_beats_is_told(newsletter: Newsletter) -> None:
    html = letter('<p style="background:#ffffff">Dear reader</p>', style=DARK.format(LINK))

    assert "#e4eae9 on #ffffff in the dark scheme" in of_contrast(newsletter, html)[0]


def test_a_good_dark_scheme_is_left_alone(newsletter: Newsletter) -> None:
    style = ":root { color-scheme: light dark } " + DARK.format(LINK)

    assert of_contrast(newsletter, letter('<a href="https://x.org">x</a>', style=style)) == []


def test_a_link_may_take_the_readers_programs_colour_in_a_dark_scheme(newsletter: Newsletter) -> None:
    style = ":root { color-scheme: light dark } " + DARK.format("")

    assert of_contrast(newsletter, letter('<a href="https://x.org">x</a>', style=style)) == []
