"""What the law wants in every mail, where a reader sees it: a template of the author's may have lost or hidden it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.errors import Place
from pprmail.mailcheck.page import joined
from pprmail.marks import UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.render.templates import FOLDER
from pprmail.render.text import TEXT_TEMPLATE
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.looks import Looks
    from pprmail.mailcheck.page import Page
    from pprmail.mailcheck.template import TemplateSource
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings

_NO_WAY_OUT = "the mail has no way to unsubscribe"
_NO_ADDRESS = "the mail lacks the postal address of [sender]"
_WAY_OUT_BACK = "put {{ unsubscribe_url }} back"
_ADDRESS_BACK = "put {{ sender.postal_address }} back"
_SHOW = "show it: no display:none, no tiny letters, no colour like its background's"


def law_problems(
    settings: Settings, mail: RenderedIssue, page: Page, looks: Looks, source: TemplateSource
) -> Iterator[Problem]:
    """A body without the way out, or without the postal address of the settings (CASL s. 6(2), SOR/2012-36 s. 2).

    The way out must be "set out clearly and prominently" (SOR/2012-36 s. 3): what is hidden is missing.
    """
    yield from _text_problems(settings, mail.text)
    yield from _html_problems(settings, page, looks, source)


def _text_problems(settings: Settings, text: str) -> Iterator[Problem]:
    place = Place(f"{FOLDER}/{TEXT_TEMPLATE}")
    if _way_out(settings, UNSUBSCRIBE_TEXT) not in text:
        yield problem("missing-unsubscribe", place, _NO_WAY_OUT, _WAY_OUT_BACK)
    if _one_line(settings.sender.postal_address) not in _one_line(text):
        yield problem("missing-postal-address", place, _NO_ADDRESS, _ADDRESS_BACK)


def _html_problems(settings: Settings, page: Page, looks: Looks, source: TemplateSource) -> Iterator[Problem]:
    needed, address = _way_out(settings, UNSUBSCRIBE_HTML), _one_line(settings.sender.postal_address)
    seen = [piece for piece in page.pieces if looks.of(piece.element).is_seen]
    shown, written = joined(seen), joined(page.pieces)
    exits = {link.number for link in page.links if needed in link.attributes["href"]}
    if needed not in shown and not any(piece.link in exits for piece in seen):
        if needed in written or exits:
            place = source.place("unsubscribe_url" if exits else "unsubscribe.mailto")
            yield problem("missing-unsubscribe", place, "no reader sees the way to unsubscribe", _SHOW)
        else:
            yield problem("missing-unsubscribe", source.place(), _NO_WAY_OUT, _WAY_OUT_BACK)
    if address not in shown:
        if address in written:
            place = source.place("sender.postal_address")
            yield problem("missing-postal-address", place, "no reader sees the postal address", _SHOW)
        else:
            yield problem("missing-postal-address", source.place(), _NO_ADDRESS, _ADDRESS_BACK)


def _way_out(settings: Settings, mark: str) -> str:
    """What must be there: the link, or where one answers with a word, the address to write to."""
    return settings.unsubscribe.mailto if settings.unsubscribe.owner == "reply" else mark


def _one_line(text: str) -> str:
    return " ".join(text.split())
