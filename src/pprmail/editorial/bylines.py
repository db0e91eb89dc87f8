"""Who wrote it: the people before the date of a citation, each at its place in the line as typed.

``pprmail.reference`` reads names too, and more of them; it takes 10 ms to import, at every check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_ANDS = ("& ", "and ", "et ", "und ")
_BEHIND_INITIALS = (*_ANDS, ".", "…", "(", "Jr", "Sr", "II", "IV")
_PLACES = frozenset({"U.S.", "U.S.A.", "U.K.", "D.C."})
_HYPHENS = str.maketrans(dict.fromkeys("-\u2010\u2011 \u00a0\t\r\n", "."))
_ELLIPSIS = " \u00a0.…"
_LONGEST_BARE, _LONGEST_DOTTED = 3, 2


class Piece(NamedTuple):
    """What stands between two commas, at ``at`` of the line; ``initials`` are those that it begins with, or ''."""

    at: int
    text: str
    initials: str = ""


class Author(NamedTuple):
    """One of the authors, at ``at`` of the line. A group has no ``initials`` and its whole name in ``family``."""

    at: int
    family: str
    initials: str = ""


def pieces(byline: str) -> Iterator[Piece]:
    """What stands between the commas of ``byline``; initials follow a name, and are none where a degree stands."""
    start, may_be_initials = 0, False
    for raw in byline.split(","):
        text = raw.strip()
        at = start + len(raw) - len(raw.lstrip())
        initials = _leading_initials(text) if may_be_initials else ""
        yield Piece(at, text, initials)
        # "J. R. & Barber" ends with a name
        may_be_initials = not initials or len(initials) < len(text.rstrip(_ELLIPSIS))
        start += len(raw) + 1


def authors(byline: str) -> tuple[Author, ...]:
    """The authors in their order. Without any initials the whole is one group, or a list that this cannot read."""
    found: list[Author] = []
    has_initials = False
    for piece in pieces(byline):
        rest = piece.text
        if piece.initials and found:
            has_initials = True
            found[-1] = found[-1]._replace(initials=piece.initials)
            rest = rest[len(piece.initials) :]
        rest = rest.strip(_ELLIPSIS)
        is_name = rest != "et al" and not (found and is_suffix(rest)) and not rest.startswith("(")
        name = _without_and(rest)
        if name and is_name:
            at = piece.at + piece.text.rindex(name)
            found.append(Author(at, name.partition(" (")[0]))
    if not has_initials:
        name = byline.strip().rstrip(".")
        return (Author(len(byline) - len(byline.lstrip()), name),) if name else ()
    return tuple(found)


def tight_initials(byline: str) -> Iterator[int]:
    """Where a space is missing between two initials: the offset of the second."""
    if "." not in byline.replace(". ", "").replace(".,", ""):
        return
    for piece in pieces(byline):
        for at in range(2, len(piece.initials)):
            if piece.initials[at - 1] == "." and piece.initials[at].isalpha():
                yield piece.at + at


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
