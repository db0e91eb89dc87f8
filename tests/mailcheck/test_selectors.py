from __future__ import annotations

import pytest

from mailcheck.letter import page_of
from pprmail.mailcheck.selectors import fits, read_selector, specificity

ELEMENT = page_of('<td class="take x" id="y" align="left" title="a-b c" lang="en-GB">x</td>').pieces[-1].element

FOUND = {
    "tag": "TD",
    "any": "*",
    "class": ".take",
    "both-classes": "td.x.take",
    "id": "#y",
    "there": "[align]",
    "equal": 'td[align="left"]',
    "equal-without-quotes": "[align=left]",
    "word": "[title~='c']",
    "dash": "[lang|=en]",
    "begins": "[title^=a]",
    "ends": "[title$=c]",
    "holds": "[title*='b c']",
}
NOT_FOUND = {
    "other-tag": "th",
    "other-class": "td.y",
    "not-there": "[data-ogsc]",
    "not-equal": "[align=lef]",
    "no-word": "[title~=a]",
    "no-dash": "[lang|=e]",
    "nothing-begins": "[title^='']",
    "no-link": "td:link",
}


@pytest.mark.parametrize("selector", FOUND.values(), ids=FOUND)
def test_a_selector_finds_what_it_describes(selector: str) -> None:
    assert fits(read_selector(selector)[0], ELEMENT)


@pytest.mark.parametrize("selector", NOT_FOUND.values(), ids=NOT_FOUND)
def test_a_selector_passes_over_what_it_does_not(selector: str) -> None:
    assert not fits(read_selector(selector)[0], ELEMENT)


@pytest.mark.parametrize("selector", ["a:hover", "p + p", "a:not(.x)", "p ~ p", "[title", "[=x]", "", "a::before"])
def test_a_selector_that_is_not_understood_finds_nothing(selector: str) -> None:
    assert read_selector(selector) == ()


def test_compounds_stand_from_right_to_left() -> None:
    inner, outer = read_selector('.a[title="x > y"]>td')

    assert (inner.tag, inner.is_parent, outer.is_parent) == ("td", False, True)
    assert outer.attributes == (("title", "=", "x > y"),)
    assert specificity((inner, outer)) == (0, 2, 1)
