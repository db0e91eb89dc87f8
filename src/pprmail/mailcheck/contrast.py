"""Text that too little sets off from what it stands on, in the light scheme and in the template's dark one."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from pprmail.colours import needed_ratio
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.colours import Colour
    from pprmail.errors import Problem
    from pprmail.mailcheck.looks import Look, Looks
    from pprmail.mailcheck.page import Page
    from pprmail.mailcheck.template import TemplateSource

_SNIPPET = 30


def contrast_problems(page: Page, looks: Looks, source: TemplateSource, scheme: str = "") -> Iterator[Problem]:
    """``contrast``: each pair of colours once, in the order of the mail. ``scheme`` is ``dark`` or ''."""
    told: set[tuple[Colour | None, Colour | None]] = set()
    for piece in page.pieces:
        look = looks.of(piece.element)
        if not look.is_faint or piece.is_picture or not any(character.isalnum() for character in piece.text):
            continue
        pair = look.shown_colour, look.background
        if pair not in told and look.size_px > 1:
            told.add(pair)
            yield _problem(piece.text, look, source, scheme)


def _problem(text: str, look: Look, source: TemplateSource, scheme: str) -> Problem:
    words = " ".join(text.split())
    snippet = words if len(words) <= _SNIPPET else f"{words[: _SNIPPET - 1].rstrip()}…"
    needed = needed_ratio(look.size_px, bold=look.is_bold)
    # Rounded down: 4.499 is below 4.5
    ratio = floor((look.ratio or 0) * 100) / 100
    where = f" in the {scheme} scheme" if scheme else ""
    wanted = (
        ("opacity",)
        if look.opacity < 1
        else (look.colour_as_written or look.background_as_written, look.background_as_written)
    )
    place = source.place(*wanted, words, after="prefers-color-scheme" if scheme else "")
    message = f"{snippet!r}: {look.shown_colour} on {look.background}{where} has a contrast of {ratio:.2f}:1, below {needed:g}:1"
    return problem("contrast", place, message, "make the darker of the two darker, or the lighter one lighter")
