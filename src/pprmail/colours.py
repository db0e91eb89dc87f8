"""Colours as readers see them: how much one stands out from another (WCAG 2.2, relative luminance and contrast ratio)."""

from __future__ import annotations

_LINEAR_UP_TO = 0.04045


def relative_luminance(colour: str) -> float:
    """How bright ``#rrggbb`` is, from 0 for black to 1 for white."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    """How much two colours, each ``#rrggbb``, stand out from each other: from 1 to 21."""
    dark, bright = sorted((relative_luminance(one), relative_luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _linear(channel: float) -> float:
    """A channel of sRGB, from 0 to 1, as light."""
    return channel / 12.92 if channel <= _LINEAR_UP_TO else ((channel + 0.055) / 1.055) ** 2.4
