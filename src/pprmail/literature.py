"""What a register of the literature says of a source: that it was retracted or corrected, and what it is called there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

RETRACTION = "retraction"
CONCERN = "expression of concern"
CORRECTION = "correction"
REINSTATEMENT = "reinstatement"
NATURES = (RETRACTION, CONCERN, CORRECTION, REINSTATEMENT)

_RESOLVER = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:", re.IGNORECASE)


class Listed(NamedTuple):
    """One entry on a source. ``nature`` is one of ``NATURES``; ``day`` is the notice's, None where the register has none.

    ``notice_doi`` is bare; it, ``reason`` and ``title`` (the source's) are '' where the register has none.
    """

    nature: str
    day: date | None = None
    notice_doi: str = ""
    reason: str = ""
    title: str = ""


class Work(NamedTuple):
    """A source as Crossref holds it. What Crossref does not hold is empty.

    ``titles``: each spelling under which it is held, as text, with its subtitle and without. ``family`` is the first author's,
    ``given`` their given names. ``years``: in print, online, and the earliest. ``listed``: what became of it since.
    """

    titles: tuple[str, ...] = ()
    family: str = ""
    given: str = ""
    years: tuple[int, ...] = ()
    listed: tuple[Listed, ...] = ()


def printable(text: str) -> str:
    """``text`` without what a terminal would obey and nobody would see, such as escapes and zero-width spaces."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def bare_doi(text: str) -> str:
    """The DOI that is all of ``text``, as it is or as an address of doi.org; '' when it is none.

    Without %XX, and without what is invisible.
    """
    bare = text.strip()
    if not bare.startswith("10."):
        bare = _RESOLVER.sub("", bare, count=1).strip()
    if "%" in bare:
        bare = unquote(bare)
    bare = printable(bare)
    return bare if bare.startswith("10.") and "/" in bare and " " not in bare else ""


def fold_doi(text: str) -> str:
    """The same in lower case: letter case does not count in a DOI (DOI Handbook, 2.4)."""
    return bare_doi(text).lower()


def standing(entries: Iterable[Listed]) -> tuple[Listed, ...]:
    """What stands of the ``entries`` on one source, given in the order in which the register took them up; the oldest day first.

    The latest of retraction and reinstatement decides: a source that was reinstated is not retracted, and one retracted twice
    is told once. Corrections and expressions of concern stay. What has no day counts as earlier than what has one, so a
    reinstatement without a day clears no retraction that has one.
    """
    in_order = sorted(dict.fromkeys(entries), key=lambda one: one.day.toordinal() if one.day else 0)
    deciding = [one for one in in_order if one.nature in {RETRACTION, REINSTATEMENT}][-1:]
    return tuple(
        one for one in in_order if one.nature in {CONCERN, CORRECTION} or (one.nature == RETRACTION and one in deciding)
    )
