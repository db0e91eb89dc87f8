"""The picture that others show of a page of the site: its name on its colours, drawn here, without a service."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    from pprmail.render.theme import Scheme

WIDTH, HEIGHT = 1200, 630
"""In the size that OpenGraph's readers ask for, in pixels."""
_MARGIN, _BAND = 90, 24
_NAME_SIZES = (92, 76, 60, 48)
_MOST_NAME_LINES = 3
_TEXT_SIZE, _MOST_TEXT_LINES = 38, 4
_LINE = 1.25
_COLOURS = 32


def draw_card(name: str, description: str, scheme: Scheme) -> bytes:
    """A PNG with ``name`` in large letters and ``description`` under it; the same bytes each time.

    The letters are those that Pillow brings (Aileron, Latin): what it has no letter for shows as a box.
    """
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (WIDTH, HEIGHT), scheme.card)
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle((0, 0, WIDTH, _BAND), fill=scheme.link)
    for size in _NAME_SIZES:
        font = ImageFont.load_default(size)
        lines = _wrapped(drawing, name, font)
        if len(lines) <= _MOST_NAME_LINES:
            break
    at = _MARGIN + _BAND
    for line in lines[:_MOST_NAME_LINES]:
        drawing.text((_MARGIN, at), line, fill=scheme.text, font=font)
        at += round(size * _LINE)
    small = ImageFont.load_default(_TEXT_SIZE)
    text = "\n".join(_wrapped(drawing, description, small)[:_MOST_TEXT_LINES])
    drawing.multiline_text((_MARGIN, at + 40), text, fill=scheme.quiet, font=small, spacing=12)
    png = io.BytesIO()
    picture.quantize(_COLOURS).save(png, "PNG", optimize=True)
    return png.getvalue()


def _wrapped(drawing: ImageDraw, text: str, font: FreeTypeFont | ImageFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and drawing.textlength(longer, font=font) <= WIDTH - 2 * _MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
