"""Who wrote it: the people before the date of a citation, each at its place in the line as typed.

``pprmail.reference`` reads names too, and more of them; it takes 10 ms to import, at every check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_ANDS = ("& ", "and ", "et ", "und ", "y ")
_BEHIND_INITIALS = (*_ANDS, ".", "…", "(", "Jr", "Sr", "II", "IV")
_PLACES = frozenset({"U.S.", "U.S.A.", "U.K.", "D.C."})
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011 \u00a0\t\r\n", "."))
_ELLIPSIS = " \u00a0.…"
_WITHIN_NAMES = str.maketrans(dict.fromkeys("-\u2010\u2011.’'"))
_OF_GROUPS = frozenset({"of", "for", "and", "&"})
_LONGEST_BARE, _LONGEST_DOTTED = 3, 2
_BETWEEN_WORDS = frozenset(" \u00a0\t\r\n,;&")
# "In R. M. Roe & E. Poe (Eds.), *Book*", or without the brackets; compiled where an "In" stands
_EDITORS = r"[.?][*_”\"’»)\]]?\s{1,9}(?:In|Dans)\s([^()*_]{1,300}?)(?:\((?:[EeÉé]ds?|[Dd]irs?|Hrsg)\b|,\s[*_])"
_TIGHT_BEFORE_NAME = r"(?<![\w.-])[^\W\d_]\.(?:[-\u2010\u2011]?[^\W\d_]\.)+(?=\s+[^\W\d_])"
_MOST_WORDS = 3


class Piece(NamedTuple):
    """What stands between two commas or semicolons, at ``at`` of the line; ``initials`` are those that it begins with, or ''."""

    at: int
    text: str
    initials: str = ""


class Author(NamedTuple):
    """One of the authors, at ``at`` of the line. A group has no ``initials`` and its whole name in ``family``.

    A given name that is written out stands in ``initials`` as it is.
    """

    at: int
    family: str
    initials: str = ""


def pieces(byline: str) -> Iterator[Piece]:
    """What stands between the commas and semicolons of ``byline``; initials follow a name, and are none where a degree stands."""
    start, may_be_initials = 0, False
    for raw in byline.replace(";", ",").split(","):
        text = raw.strip()
        at = start + len(raw) - len(raw.lstrip())
        initials = _leading_initials(text) if may_be_initials else ""
        yield Piece(at, text, initials)
        # "J. R. & Barber" ends with a name
        may_be_initials = not initials or len(initials) < len(text.rstrip(_ELLIPSIS))
        start += len(raw) + 1


def authors(byline: str) -> tuple[Author, ...]:
    """The authors in their order. Without any initials or given names the whole is one group, or a list that this cannot read."""
    found = _with_initials(byline)
    if not all(one.initials for one in found):
        found = _in_full(byline) or found
    if any(one.initials for one in found):
        return tuple(found)
    name = byline.strip().rstrip(".")
    return (Author(len(byline) - len(byline.lstrip()), name),) if name else ()


def _with_initials(byline: str) -> list[Author]:
    found: list[Author] = []
    for piece in pieces(byline):
        rest = piece.text
        if piece.initials and found:
            found[-1] = found[-1]._replace(initials=piece.initials)
            rest = rest[len(piece.initials) :]
        rest = rest.strip(_ELLIPSIS)
        name = _without_and(rest)
        if name and _is_name(rest) and not (found and is_suffix(rest)):
            found.append(_author(piece, name))
    return found


def _in_full(byline: str) -> list[Author]:
    """``Doe, John R., & Roe, Mary``: by turns a family's name and a given one; [] where that is not sure.

    It is when an "and" stands before the last family's name, or a given name ends in an initial. ``Doe, Roe, Poe, & Moe`` and
    ``Health Canada, Ottawa`` have neither.
    """
    parts = [piece for piece in pieces(byline) if _is_name(piece.text) and not is_suffix(piece.text)]
    families, given = parts[::2], [piece.text.partition(" (")[0].strip() for piece in parts[1::2]]
    if len(families) != len(given) or not all(map(_is_given, given)):
        return []
    names = [_without_and(piece.text) for piece in families]
    has_and = len(names) > 1 and names[-1] != families[-1].text
    has_initial = any(" " in one and _ends_in_initial(one) for one in given)
    if not (has_and or has_initial) or not all(map(_is_family, names)):
        return []
    return [
        _author(piece, name, one if _ends_in_initial(one) else one.rstrip("."))
        for piece, name, one in zip(families, names, given, strict=True)
    ]


def _author(piece: Piece, name: str, given: str = "") -> Author:
    return Author(piece.at + piece.text.rindex(name), name.partition(" (")[0], given)


def _is_name(text: str) -> bool:
    return text.rstrip(".") != "et al" and not text.startswith("(")


def _is_given(text: str) -> bool:
    """``John``, ``John R.``, ``Mary Ann``, ``Mary-Ann`` and ``J. R.``, but no ``World Health Organization``."""
    words = text.split()
    return 0 < len(words) <= _MOST_WORDS - (not _ends_in_initial(text)) and all(
        word[0].isupper() and word.translate(_WITHIN_NAMES).isalpha() for word in words
    )


def _ends_in_initial(given: str) -> bool:
    return _are_initials(given.rpartition(" ")[2])


def _is_family(name: str) -> bool:
    words = name.split()
    return 0 < len(words) <= _MOST_WORDS and _OF_GROUPS.isdisjoint(words)


def tight_initials(byline: str) -> Iterator[int]:
    """Where a space is missing between two initials: the offset of the second."""
    if "." not in byline.replace(". ", "").replace(".,", ""):
        return
    for piece in pieces(byline):
        for at in range(2, len(piece.initials)):
            if piece.initials[at - 1] == "." and piece.initials[at].isalpha():
                yield piece.at + at


def tight_editors(citation: str, start: int) -> Iterator[int]:
    """The same for the editors of a chapter's book, whose initials stand before their names; from ``start`` of the line."""
    if citation.find("In", start) < 0 and citation.find("Dans", start) < 0:
        return
    for editors in re.compile(_EDITORS).finditer(citation, start):
        for found in re.compile(_TIGHT_BEFORE_NAME).finditer(citation, *editors.span(1)):
            if found[0].isupper() and found[0] not in _PLACES:
                at = found.start()
                yield from (at + n for n in range(2, len(found[0])) if found[0][n - 1] == "." and found[0][n].isalpha())


def initials_at(text: str, at: int) -> tuple[int, str]:
    """The initials that the offset ``at`` stands in: where they begin, and they."""
    start = end = at
    while start and text[start - 1] not in _BETWEEN_WORDS:
        start -= 1
    while end < len(text) and text[end] not in _BETWEEN_WORDS:
        end += 1
    return start, text[start:end]


def is_suffix(text: str) -> bool:
    """``Jr.``, ``III`` and the like."""
    return text.rstrip(".").casefold() in _SUFFIXES


def _without_and(text: str) -> str:
    for word in _ANDS:
        if text.startswith(word):
            return text[len(word) :].lstrip(_ELLIPSIS)
    return text


def _leading_initials(text: str) -> str:
    """The initials that ``text`` begins with, to its end or to an "and", an ellipsis or a bracket; '' where it has none."""
    if not text[:1].isupper():
        return ""
    words = text.split(" ")
    count = next((n for n, word in enumerate(words) if not _are_initials(word)), len(words))
    if not count:
        return ""
    initials = " ".join(words[:count])
    rest = text[len(initials) :].lstrip()
    return initials if not rest or rest.startswith(_BEHIND_INITIALS) else ""


def _are_initials(word: str) -> bool:
    """``J.``, ``J.R.``, ``J.-P.``, ``J``, ``JR`` and ``Yu.``, but no name such as ``Wu``, no suffix, and no ``U.S.``."""
    if word[1:] == "." and word.isupper():
        return True  # by far the most are
    if is_suffix(word) or word in _PLACES:
        return False
    letters = word.translate(_HYPHENS).split(".")
    if "." not in word:
        return word.isupper() and len(word) <= _LONGEST_BARE
    return all(len(one) <= _LONGEST_DOTTED and (not one or (one.isalpha() and one[0].isupper())) for one in letters)
