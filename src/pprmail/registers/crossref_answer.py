"""What Crossref's REST API answers about a work, read: https://github.com/CrossRef/rest-api-doc, api_format.md.

What became of the work is its ``updated-by``, by publishers and by Retraction Watch
(https://www.crossref.org/blog/retraction-watch-retractions-now-in-the-crossref-api/). Fields may be missing, and nothing is sure to be
of the type it should be: whatever is not is left out.
"""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pprmail.literature import (
    CONCERN,
    CORRECTION,
    REINSTATEMENT,
    RETRACTION,
    Listed,
    Work,
    bare_doi,
    printable,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Crossref's types of updates; a new edition or version is none of ours. Of a part retracted the rest stands
_NATURES = {
    "retraction": RETRACTION, "withdrawal": RETRACTION, "removal": RETRACTION,
    "expression_of_concern": CONCERN, "reinstatement": REINSTATEMENT,
    "correction": CORRECTION, "corrigendum": CORRECTION, "erratum": CORRECTION, "addendum": CORRECTION,
    "clarification": CORRECTION, "partial_retraction": CORRECTION,
}  # fmt: skip
_SAYS_NO_MORE = {"retraction", "correction", "expression_of_concern", "reinstatement"}
_DATES = ("issued", "published", "published-print", "published-online", "posted")
KEPT = ("title", "subtitle", "original-title", "author", "updated-by", *_DATES)
"""The fields of an answer that are read."""
_LONGEST = 1000
_TAG = re.compile(r"""</?[A-Za-z][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>""")


def read_work(message: dict[str, Any]) -> Work:
    """What the ``message`` of an answer says of the work."""
    first = _first_author(message)
    return Work(
        titles=tuple(dict.fromkeys(_titles(message))),
        family=_text(first.get("family")) or _text(first.get("name")),
        given=_text(first.get("given")),
        years=tuple(dict.fromkeys(_years(message))),
        listed=standing(_updates(message)),
    )


def _titles(message: dict[str, Any]) -> Iterator[str]:
    """The main title first."""
    titles, subtitles = _texts(message.get("title")), _texts(message.get("subtitle"))
    yield from titles
    for title in titles[:1]:
        yield from (f"{title}: {subtitle}" for subtitle in subtitles)
    yield from _texts(message.get("original-title"))


def _first_author(message: dict[str, Any]) -> dict[str, Any]:
    authors = [one for one in _list(message.get("author")) if isinstance(one, dict)]
    return next((one for one in authors if one.get("sequence") == "first"), authors[0] if authors else {})


def _years(message: dict[str, Any]) -> Iterator[int]:
    for name in _DATES:
        parts = _date_parts(message.get(name))
        if parts:
            yield parts[0]


def _updates(message: dict[str, Any]) -> Iterator[Listed]:
    for update in _list(message.get("updated-by")):
        if not isinstance(update, dict):
            continue
        kind = _text(update.get("type")).casefold().replace("-", "_").replace(" ", "_")
        if kind in _NATURES:
            reason = "" if kind in _SAYS_NO_MORE else _text(update.get("label")) or kind.replace("_", " ")
            yield Listed(_NATURES[kind], _day(update.get("updated")), bare_doi(_text(update.get("DOI"))), reason)


def _day(written: object) -> date | None:
    """The day of ``{"date-parts": [[2019, 7, 26]]}``; of a month or a year alone, its first."""
    parts = _date_parts(written)
    try:
        return date(*[*parts, 1, 1][:3]) if parts else None
    except (ValueError, OverflowError):
        return None


def _date_parts(written: object) -> list[int]:
    """One to three numbers, or none."""
    parts = _list(written.get("date-parts")) if isinstance(written, dict) else []
    numbers = _list(parts[0])[:3] if parts else []
    return numbers if all(type(one) is int for one in numbers) else []


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [text for one in _list(value) if (text := _text(one))]


def _text(value: object) -> str:
    """One line, without the tags of JATS and HTML, which stand in titles as they are or escaped; '' for what is no text."""
    if not isinstance(value, str):
        return ""
    return printable(" ".join(_TAG.sub("", html.unescape(html.unescape(value[:_LONGEST]))).split()))
