"""The names in a citation: people as APA writes them, groups, and lists that are cut short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# The sixth edition cuts a list at eight with ". . .", the seventh at twenty-one with an ellipsis
_CUT = re.compile(r"…|\s\.\s?\.\s?\.(?:\s?\.(?=[\s,&]|$))?|\.\.\.|\bet\s+(?:al\.?|coll\.)(?=[\s,;.]|$)")
_SEPARATOR = re.compile(r"[,;]")
_AND = re.compile(r"(?:&|\b(?:and|et|und|y)(?=\s))\s*")
_AND_WITHIN = re.compile(r"\s+(?:&|and|et|und|y)\s+")
_COMMA_AND = re.compile(r",\s*&\s*|…")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_INITIAL = re.compile(r"([-\u2010\u2011]?)([^\W\d_]+)(\.?)")
_INITIALS_ONLY = re.compile(r"(?:[^\W\d_]|[-\u2010\u2011.\s])+")
_GIVEN_NAME = re.compile(r"[^\W\d_][\w’'-]+(?:\s[^\W\d_]\.)*(?:\s[^\W\d_][\w’'-]+)?\.?")
_LONGEST_INITIALS, _LONGEST_NAME, _LONGEST_BARE, _LONGEST_DOTTED = 24, 60, 3, 2


class Person(NamedTuple):
    """``family`` holds the particles too (van der Kolk); ``given`` is J. R.; a group has its whole name in ``family``."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def is_group(self) -> bool:
        """An organisation, or one who has a single name."""
        return not self.given

    @property
    def in_order(self) -> str:
        """``J. R. Keefe Jr.``: as one says it."""
        return " ".join(filter(None, (self.given, self.family, self.suffix)))


class Names(NamedTuple):
    """The people in their order; ``cut_short`` when the line itself leaves some out."""

    people: tuple[Person, ...] = ()
    cut_short: bool = False


def read_names(text: str) -> Names:
    """The names in ``text``: ``Keefe, J. R., & Barber, J. P.`` as before a date, ``J. R. Keefe & J. P. Barber`` as after "In".

    Where no initials stand, and the pieces are no pairs of a family's and a given name, the whole is a group's name,
    commas and all; ``, &`` alone parts two groups.
    """
    cut_short = _CUT.search(text) is not None
    pieces = list(_pieces(_CUT.sub(" , ", text)))
    if any(_is_initials(_without_suffix(piece)[0]) or _parted(piece) for piece in pieces) or _are_pairs(pieces):
        return Names(tuple(person for person in _people(pieces) if person.family), cut_short)
    groups = (_group(name) for name in _COMMA_AND.split(_CUT.sub("…", text)))
    return Names(tuple(group for group in groups if group.family), cut_short)


def _pieces(text: str) -> Iterator[str]:
    """What stands between commas, with no "and" before it; ``R. & Poe`` is two pieces, ``Health & Care`` one."""
    for piece in _SEPARATOR.split(text):
        bare = piece.strip()
        leading = _AND.match(bare)
        at = leading.end() if leading else 0
        for within in _AND_WITHIN.finditer(bare, at):
            before = bare[at : within.start()]
            if not (_is_initials(before) or _parted(before)):
                break
            yield before
            at = within.end()
        if bare[at:]:
            yield bare[at:]


def _people(pieces: list[str]) -> Iterator[Person]:
    """Each family's name with the initials and the suffix that follow it."""
    paired = _are_pairs(pieces)
    at = 0
    while at < len(pieces):
        name, following = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else ""
        at += 1
        given, suffix = _without_suffix(following)
        if _is_initials(given) or (paired and given):
            at += 1
            if at < len(pieces) and _SUFFIX.fullmatch(pieces[at]):
                suffix = pieces[at]
                at += 1
            yield Person(name, _initials(given), _suffix(suffix))
        else:
            yield _parted(name) or _group(name)


def _are_pairs(pieces: list[str]) -> bool:
    """``Keefe, John R., McMain, Shelley``: by turns a family's name and a given one."""
    return (
        len(pieces) > 1
        and len(pieces) % 2 == 0
        and all(len(piece) <= _LONGEST_NAME and piece[:1].isupper() for piece in pieces[1::2])
        and all(_is_initials(piece) or _GIVEN_NAME.fullmatch(piece) for piece in pieces[1::2])
        and all(len(piece.split()) <= _LONGEST_BARE and " of " not in piece for piece in pieces[::2])
    )


def _parted(piece: str) -> Person | None:
    """``A. B. van der Editor Jr.`` in its parts; None where it does not begin with an initial."""
    if len(piece) > _LONGEST_NAME:
        return None
    name, suffix = _without_suffix(piece)
    words = name.split()
    count = next((n for n, word in enumerate(words) if not ("." in word and _is_initials(word))), len(words))
    if not 0 < count < len(words):
        return None
    given, family = words[:count], words[count:]
    return Person(_without_stop(" ".join(family)), _initials(" ".join(given)), _suffix(suffix))


def _group(name: str) -> Person:
    return Person(_without_stop(" ".join(name.split()).strip(" ,")))


def _without_suffix(name: str) -> tuple[str, str]:
    before, _, last = name.rpartition(" ")
    return (before, last) if before and _SUFFIX.fullmatch(last) else (name, "")


def _without_stop(name: str) -> str:
    """``name`` without the full stop that ends the list; ``U.S.`` keeps its own."""
    return name[:-1].rstrip() if name.endswith(".") and "." not in name[:-1] else name


def _suffix(written: str) -> str:
    """``Jr.`` and ``III``, dotted or not."""
    bare = written.rstrip(".")
    return f"{bare}." if bare in {"Jr", "Sr"} else bare


def _is_initials(text: str) -> bool:
    """``J. R.``, ``J.R.``, ``J.-P.``, ``J R``, ``JR`` and ``Yu.``, but no name such as ``Wu``, and no suffix."""
    if len(text) > _LONGEST_INITIALS or _SUFFIX.fullmatch(text) or not _INITIALS_ONLY.fullmatch(text):
        return False
    return all(
        (letters.isupper() and len(letters) <= _LONGEST_BARE)
        or (dot and letters[0].isupper() and len(letters) <= _LONGEST_DOTTED)
        for _, letters, dot in _INITIAL.findall(text)
    )


def _initials(given: str) -> str:
    """``J. R.`` however it was typed; a whole given name stays."""
    if not _is_initials(given):
        return given if _is_initials(given.rpartition(" ")[2]) else given.rstrip(".")
    written = []
    for hyphen, letters, dot in _INITIAL.findall(given):
        parts = [letters] if dot else list(letters)
        written.append(f"{'-' if hyphen else ' '}{'. '.join(parts)}.")
    return "".join(written).strip()
