from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.colours import BLACK, TRANSPARENT, WHITE, Colour, blend, contrast_ratio, needed_ratio, parse_colour
from pprmail.colours import relative_luminance as luminance

CHANNELS = st.integers(0, 255)
COLOURS = st.builds(Colour, CHANNELS, CHANNELS, CHANNELS, st.just(1.0))

WRITTEN = {
    "six-digits": ("#0b5C62", Colour(11, 92, 98)),
    "three-digits": ("#fA0", Colour(255, 170, 0)),
    "eight-digits": ("#0b5c6280", Colour(11, 92, 98, 128 / 255)),
    "four-digits": ("#000f", BLACK),
    "commas": ("rgb(11, 92,98)", Colour(11, 92, 98)),
    "spaces": ("rgb(11 92 98 / 50%)", Colour(11, 92, 98, 0.5)),
    "alpha": ("RGBA(0,0,0,.25)", Colour(0, 0, 0, 0.25)),
    "percent": ("rgb(100%, 0%, 50%)", Colour(255, 0, 128)),
    "beyond": ("rgb(300, -4, 0)", Colour(255, 0, 0)),
    "hue": ("hsl(184, 80%, 21%)", Colour(11, 91, 96)),
    "hue-and-alpha": ("HSLA(-120deg 100% 25% / .5)", Colour(0, 0, 128, 0.5)),
    "name": (" RebeccaPurple ", Colour(102, 51, 153)),
    "nothing": ("transparent", TRANSPARENT),
}


@pytest.mark.parametrize(("css", "colour"), WRITTEN.values(), ids=WRITTEN)
def test_a_colour_is_read_however_css_writes_it(css: str, colour: Colour) -> None:
    assert parse_colour(css) == colour


@pytest.mark.parametrize(
    "css", ["", "#", "#12", "#12345", "#ggg", "rgb(1,2)", "rgb()", "var(--x)", "inherit", "rot", "٣"]
)
def test_what_is_no_colour_is_none(css: str) -> None:
    assert parse_colour(css) is None


@given(st.text(max_size=40))
def test_no_text_is_too_odd_to_be_asked(css: str) -> None:
    parse_colour(css)


@given(COLOURS)
def test_a_colour_reads_back_what_it_writes(colour: Colour) -> None:
    assert parse_colour(str(colour)) == colour


# WebAIM's checker, and WCAG's own examples: 777 fails on white, 767676 passes
KNOWN = {
    "black-white": ("#000000", "#ffffff", 21.0),
    "just-short": ("#777777", "#ffffff", 4.478),
    "just-enough": ("#767676", "#ffffff", 4.542),
    "red": ("#ff0000", "#ffffff", 3.998),
    "blue": ("#0000ff", "#ffffff", 8.592),
    "low-channel": ("#0a0a0a", "#000000", 1.061),
}


@pytest.mark.parametrize(("one", "other", "ratio"), KNOWN.values(), ids=KNOWN)
def test_known_pairs_have_their_known_contrast(one: str, other: str, ratio: float) -> None:
    first, second = parse_colour(one), parse_colour(other)

    assert first is not None
    assert second is not None
    assert contrast_ratio(first, second) == pytest.approx(ratio, abs=0.001)


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_from_1_to_21(one: Colour, other: Colour) -> None:
    ratio = contrast_ratio(one, other)

    assert ratio == contrast_ratio(other, one)
    assert 1 <= ratio <= 21.000001
    assert contrast_ratio(one, one) == 1


@given(COLOURS, st.integers(0, 2), CHANNELS)
def test_more_of_a_channel_is_never_darker(colour: Colour, channel: int, more: int) -> None:
    channels = [colour.red, colour.green, colour.blue]
    channels[channel] = max(channels[channel], more)
    brighter = Colour(*channels)

    assert luminance(brighter) >= luminance(colour)


@given(COLOURS)
def test_black_or_white_always_stands_out_enough(colour: Colour) -> None:
    assert max(contrast_ratio(colour, BLACK), contrast_ratio(colour, WHITE)) >= 4.5


@given(COLOURS, COLOURS, st.floats(0, 1))
def test_what_shines_through_lies_between(top: Colour, bottom: Colour, alpha: float) -> None:
    seen = blend(top._replace(alpha=alpha), bottom)

    for over, under, mixed in zip(top[:3], bottom[:3], seen[:3], strict=True):
        assert min(over, under) <= mixed <= max(over, under)
    assert seen.alpha == 1
    assert blend(top, bottom) == top
    assert blend(top._replace(alpha=0), bottom) == bottom


LARGE = {
    "small": (23.99, False, 4.5),
    "large": (24.0, False, 3.0),
    "bold": (14 * 96 / 72, True, 3.0),
    "not-bold-enough": (18.65, True, 4.5),
    "not-bold": (18.67, False, 4.5),
}


@pytest.mark.parametrize(("size_px", "bold", "ratio"), LARGE.values(), ids=LARGE)
def test_large_text_may_do_with_less(size_px: float, bold: bool, ratio: float) -> None:  # noqa: FBT001 - a case's value
    assert needed_ratio(size_px, bold=bold) == ratio
