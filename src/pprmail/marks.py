"""Personal marks: what the rendered mail leaves open, to be filled in for each recipient.

A mark has only letters, digits, ``_`` and ``%``, so that it passes unchanged through Jinja2, MJML and JSON; all are of
one shape and none begins another. HTML and text have marks of their own, because their values are escaped differently.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_HTML = "%%pprmail_name_html%%"
NAME_TEXT = "%%pprmail_name_text%%"
UNSUBSCRIBE_HTML = "%%pprmail_unsubscribe_html%%"
UNSUBSCRIBE_TEXT = "%%pprmail_unsubscribe_text%%"
PREVIEW_TOKEN = "preview"  # noqa: S105 - stands where a reader's token will be; it opens nothing
TOKEN_LENGTH = 33
"""Characters of a reader's unsubscribe token (``audience.tokens``)."""
MARK = re.compile(r"%%pprmail_[a-z]+_(?:html|text)%%")


def personal_values(name: str, unsubscribe_url: str) -> dict[str, str]:
    """The value of every mark for one reader; the HTML ones escaped."""
    from markupsafe import escape

    return {
        NAME_HTML: str(escape(name)),
        NAME_TEXT: name,
        UNSUBSCRIBE_HTML: str(escape(unsubscribe_url)),
        UNSUBSCRIBE_TEXT: unsubscribe_url,
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its marks replaced, in one pass: a value that looks like a mark stays as it is."""
    return MARK.sub(lambda found: values[found[0]], text)


def split_at_marks(text: str) -> list[str]:
    """``text`` cut into plain segments and marks, in turn: even places are segments, odd ones marks."""
    pieces: list[str] = []
    at = 0
    for found in MARK.finditer(text):
        pieces += [text[at : found.start()], found[0]]
        at = found.end()
    return [*pieces, text[at:]]
