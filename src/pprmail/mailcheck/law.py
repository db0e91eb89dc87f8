"""What the law wants in every mail, and a template of the author's may have lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from pprmail.errors import Place
from pprmail.marks import UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.render.html import HTML_TEMPLATE
from pprmail.render.templates import FOLDER
from pprmail.render.text import TEXT_TEMPLATE
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings


def law_problems(settings: Settings, mail: RenderedIssue) -> Iterator[Problem]:
    """A body without the way out, or without the postal address of the settings (CASL s. 6(2), SOR/2012-36 s. 2)."""
    by_reply = settings.unsubscribe.owner == "reply"
    # An answer with one word needs no link; the words name the address to write to
    way_out = (settings.unsubscribe.mailto,) * 2 if by_reply else (UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT)
    address = settings.sender.postal_address
    for template, body, needed, written in (
        (HTML_TEMPLATE, mail.html, way_out[0], str(escape(address))),
        (TEXT_TEMPLATE, mail.text, way_out[1], address),
    ):
        place = Place(f"{FOLDER}/{template}")
        if needed not in body:
            yield problem(
                "missing-unsubscribe", place, "the mail has no way to unsubscribe", "put {{ unsubscribe_url }} back"
            )
        if " ".join(written.split()) not in " ".join(body.split()):
            hint = "put {{ sender.postal_address }} back"
            yield problem("missing-postal-address", place, "the mail lacks the postal address of [sender]", hint)
