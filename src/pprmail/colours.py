"""Colours as CSS writes them, and how well one is read on another (WCAG 2.2)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

TEXT_RATIO = 4.5
"""The least contrast of text with what it stands on (WCAG 2.2, success criterion 1.4.3, level AA)."""
LARGE_TEXT_RATIO = 3.0
"""The same for large text: from 18 pt, or from 14 pt in bold."""
LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)%?"
_RGB = re.compile(
    rf"rgba?\(\s*({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})(?:\s*[,/]\s*({_NUMBER}))?\s*\)",
    re.IGNORECASE,
)
_HSL = re.compile(
    rf"hsla?\(\s*({_NUMBER})(?:deg)?(?:\s*,\s*|\s+)({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})(?:\s*[,/]\s*({_NUMBER}))?\s*\)",
    re.IGNORECASE,
)
# CSS Color Module Level 4, section 6.1
_NAMES = """
aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000
blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b
darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b
darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a
darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1
darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222
floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520
gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082
ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6
lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3
lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899
lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6
magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db
mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6
olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98
paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd
powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513
salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb
slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c
teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5
yellow ffff00 yellowgreen 9acd32 transparent 00000000
"""


class Colour(NamedTuple):
    """An sRGB colour: red, green and blue from 0 to 255, ``alpha`` from 0 (nothing is seen) to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)
TRANSPARENT = Colour(0, 0, 0, 0.0)


@cache
def parse_colour(css: str) -> Colour | None:
    """The colour that CSS calls ``#0b5c62``, ``rgb(11, 92, 98)``, ``hsl(184, 80%, 21%)`` or ``teal``; None for any other way."""
    written = css.strip().lower()
    if _HEX.fullmatch(written):
        return _from_hex(written[1:])
    if found := _RGB.fullmatch(written):
        red, green, blue = (_channel(number, 255) for number in found.groups()[:3])
        return Colour(round(red), round(green), round(blue), _channel(found[4], 1) if found[4] else 1.0)
    if found := _HSL.fullmatch(written):
        return _from_hsl(*found.groups())
    digits = _names().get(written)
    return _from_hex(digits) if digits else None


def _from_hex(digits: str) -> Colour:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = bytes.fromhex(digits)
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)


def _from_hsl(hue: str, saturation: str, lightness: str, alpha: str | None) -> Colour:
    from colorsys import hls_to_rgb

    share, light = (_channel(number, 100) / 100 for number in (saturation, lightness))
    rgb = hls_to_rgb(float(hue.rstrip("%")) / 360 % 1, light, share)
    red, green, blue = (round(channel * 255) for channel in rgb)
    return Colour(red, green, blue, _channel(alpha, 1) if alpha else 1.0)


def _channel(number: str, whole: int) -> float:
    value = float(number[:-1]) * whole / 100 if number.endswith("%") else float(number)
    return min(max(value, 0.0), float(whole))


@cache
def _names() -> dict[str, str]:
    words = _NAMES.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def blend(top: Colour, bottom: Colour) -> Colour:
    """What one sees where ``top`` lies on ``bottom``, which lets nothing through."""
    if top.alpha >= 1:
        return top
    pairs = zip(top[:3], bottom[:3], strict=True)
    return Colour(*(round(over * top.alpha + under * (1 - top.alpha)) for over, under in pairs))


def relative_luminance(colour: Colour) -> float:
    """From 0 for black to 1 for white; alpha does not count (WCAG 2.2, "relative luminance", with its 0.04045 of 2021)."""
    red, green, blue = (_linear(channel / 255) for channel in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB


@lru_cache(maxsize=256)
def contrast_ratio(one: Colour, other: Colour) -> float:
    """From 1, for the same colour, to 21, for black and white; the order does not count (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((relative_luminance(one), relative_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def needed_ratio(size_px: float, *, bold: bool) -> float:
    """The least contrast that text of this size may have."""
    is_large = size_px >= LARGE_PX or (bold and size_px >= LARGE_BOLD_PX)
    return LARGE_TEXT_RATIO if is_large else TEXT_RATIO
