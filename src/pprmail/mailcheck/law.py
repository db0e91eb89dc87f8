"""What the law wants in every mail, where a reader sees it: a template of the author's may have lost or hidden it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.mailcheck.page import joined, letters, one_line
from pprmail.marks import UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.page import Piece
    from pprmail.mailcheck.readings import Reading
    from pprmail.mailcheck.template import TemplateSource
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings

_NO_WAY_OUT = "the mail has no way to unsubscribe"
_NO_ADDRESS = "the mail lacks the postal address of [sender]"
_ADDRESS_BACK = "put {{ sender.postal_address }} back"
_SHOW = "show it: no display:none, no tiny letters, no colour like its background's"
_GLUED = "more than {{ unsubscribe_url }} stands in the address that unsubscribes, and it leads nowhere"
_ALONE = "write {{ unsubscribe_url }} alone"
_NOT_BEFORE, _NOT_AFTER = r"(?<![\w/=&?#%.@-])", r"(?![\w/=&?#%-])"
"""Beside these, an address would go on."""


def law_problems(
    settings: Settings,
    mail: RenderedIssue,
    readings: tuple[Reading, ...],
    sources: tuple[TemplateSource, TemplateSource],
) -> Iterator[Problem]:
    """A body without the way out, or without the postal address of the settings (CASL s. 6(2), SOR/2012-36 s. 2).

    The way out must be "set out clearly and prominently" (SOR/2012-36 s. 3): what is hidden is missing. The first of ``readings``
    is the usual one; what only another hides is told with its name.
    """
    html_source, text_source = sources
    yield from _text_problems(settings, mail.text, text_source)
    told: set[str] = set()
    for reading in readings:
        for one in _html_problems(settings, reading, html_source):
            if one.rule not in told:
                told.add(one.rule)
                yield one


def _text_problems(settings: Settings, text: str, source: TemplateSource) -> Iterator[Problem]:
    needed = _way_out(settings, UNSUBSCRIBE_TEXT)
    if not _stands_alone(needed, text):
        if needed in text:
            yield problem("missing-unsubscribe", source.place("unsubscribe_url"), _GLUED, _ALONE)
        else:
            yield problem("missing-unsubscribe", source.place(), _NO_WAY_OUT, _way_out_back(settings))
    if not _holds_address(settings, text):
        yield problem("missing-postal-address", source.place(), _NO_ADDRESS, _ADDRESS_BACK)


def _html_problems(settings: Settings, reading: Reading, source: TemplateSource) -> Iterator[Problem]:
    page, looks = reading.page, reading.looks
    seen = [piece for piece in page.pieces if looks.of(piece.element).is_seen]
    where = f" {reading.name}" if reading.name else ""
    yield from _way_out_problems(settings, reading, source, seen)
    address = settings.sender.postal_address
    if not (any(address in piece.text for piece in seen) or _holds_address(settings, joined(seen))):
        if _holds_address(settings, joined(page.pieces)):
            place = source.place("sender.postal_address")
            yield problem("missing-postal-address", place, f"no reader sees the postal address{where}", _SHOW)
        else:
            yield problem("missing-postal-address", source.place(), f"{_NO_ADDRESS}{where}", _ADDRESS_BACK)


def _way_out_problems(
    settings: Settings, reading: Reading, source: TemplateSource, seen: list[Piece]
) -> Iterator[Problem]:
    needed = _way_out(settings, UNSUBSCRIBE_HTML)
    hrefs = {link.number: link.attributes["href"].strip() for link in reading.page.links}
    leading = {number for number, href in hrefs.items() if needed in href}
    exits = {number for number in leading if needed in {hrefs[number], settings.unsubscribe.mailto}}
    if any(piece.link in exits and letters(piece.text) for piece in seen) or _stands_alone(needed, joined(seen)):
        return
    where = f" {reading.name}" if reading.name else ""
    if exits or _stands_alone(needed, joined(reading.page.pieces)):
        place = source.place("unsubscribe_url" if exits else "unsubscribe.mailto")
        yield problem("missing-unsubscribe", place, f"no reader sees the way to unsubscribe{where}", _SHOW)
    elif leading:
        yield problem("missing-unsubscribe", source.place("unsubscribe_url"), _GLUED, _ALONE)
    else:
        yield problem("missing-unsubscribe", source.place(), f"{_NO_WAY_OUT}{where}", _way_out_back(settings))


def _way_out(settings: Settings, mark: str) -> str:
    """What must be there: the link, or where one answers with a word, the address to write to."""
    return settings.unsubscribe.mailto if settings.unsubscribe.owner == "reply" else mark


def _way_out_back(settings: Settings) -> str:
    if settings.unsubscribe.owner == "reply":
        return "put {{ unsubscribe.mailto }} back, for readers to see"
    return "put {{ unsubscribe_url }} back"


def _stands_alone(needed: str, text: str) -> bool:
    """``needed`` stands in ``text``, and nothing would be taken for a part of it."""
    return needed in text and re.search(f"{_NOT_BEFORE}{re.escape(needed)}{_NOT_AFTER}", text) is not None


def _holds_address(settings: Settings, text: str) -> bool:
    """The postal address stands in ``text``, in capitals or not, on one line or on several without their commas."""
    address = settings.sender.postal_address
    return address in text or one_line(address) in one_line(text) or letters(address) in letters(text)
