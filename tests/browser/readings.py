"""A mail as poorer programs show it: each function takes the mail's HTML and gives what is left of it."""

from __future__ import annotations

import colorsys
import re

_STYLE_ELEMENT = re.compile(r"<style\b.*?</style>", re.DOTALL)
_FOR_OTHERS = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
_FOR_WORD = re.compile(r"<!--\[if (?:gte |lte )?mso[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r'<(\w+)\b([^>]*?)style="([^"]*)"')
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_UNKNOWN_TO_WORD = re.compile(
    r"(?:^|(?<=;))\s*(?:max-width|min-width|border-radius|background-image|opacity|overflow|word-spacing|word-break|display|float|box-shadow)"
    r"\s*:[^;]*;?"
)
_PADDING = re.compile(r"(?:^|(?<=;))\s*padding[a-z-]*\s*:[^;]*;?")
_COLOUR = re.compile(r"#([0-9a-fA-F]{6})\b")
_HIDDEN = "display:none"


def without_style_elements(html: str) -> str:
    """As Gmail shows a clipped mail or one in another's account, and some webmail any: only what stands inline counts."""
    return _STYLE_ELEMENT.sub("", html)


def as_word(html: str) -> str:
    """As Outlook on Windows shows it, whose engine is Word.

    Its conditional comments are taken, those for others dropped; it knows no media queries, no max-width, no border-radius, no
    background image, no inline-block, and padding on table cells alone (caniemail.com, 2025-09).
    """
    taken = _FOR_WORD.sub(r"\1", _FOR_OTHERS.sub("", html))
    return _STYLE_ATTRIBUTE.sub(_word_style, _MEDIA.sub("", taken))


def _word_style(match: re.Match[str]) -> str:
    tag, before, style = match.groups()
    if _HIDDEN in style:
        return match[0]
    kept = _UNKNOWN_TO_WORD.sub("", style)
    if tag != "td":
        kept = _PADDING.sub("", kept)
    return f'<{tag}{before}style="{kept}"'


def inverted(html: str) -> str:
    """As a program shows it that makes its own dark scheme: the lightness of every colour turned round, ours not asked."""
    return _COLOUR.sub(_other_way_round, _MEDIA.sub("", html)).replace("color-scheme: light dark", "color-scheme: dark")


def _other_way_round(match: re.Match[str]) -> str:
    red, green, blue = (int(match[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb(hue, 1 - lightness, saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in turned)
