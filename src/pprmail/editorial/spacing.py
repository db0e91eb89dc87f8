"""Spaces too many and too few."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# Each begins with a sign that is rarer than a space or a capital
_BEFORE = re.compile(r"[,;.):?!](?<=[ \u00a0].)")
# Before these French has a space, in a text in French also a plain one
_FRENCH = frozenset(";:?!")
_INSIDE = re.compile(r"\([ \u00a0]+(?=\S)")
_AFTER = re.compile(r"[,;.?!](?=[^\W_])")
_OPENED = re.compile(r"\((?<=[^\W\d_][^\W\d_]\()(?=[A-Z]{2}|[a-z]+\s)")
_TWICE = re.compile(r"([,;:])\1")
_CLOSED = re.compile(r"\)(?<=[A-Z]{2}\))(?=[a-zà-ÿ]{2})")
_BEFORE_NUMBER_OR_ELLIPSIS = re.compile(r"\.(?:[\d.…]|\s\.|[a-z])|…|[:;][-()DPp]")
# Within an address nothing is a slip
_ADDRESS = re.compile(r"://|www\.|@|\bdoi\b|\b10\.\d{4}|\w\.(?:com|org|net|edu|ca)\b", re.IGNORECASE)


def spacing_problems(wording: Wording, *, is_french: bool) -> Iterator[Problem]:
    """A space before a sign or within a bracket, and none behind a sign or beside a bracket."""
    text = wording.text
    for found in _BEFORE.finditer(text):
        at, sign = found.start() - 1, found[0]
        if sign in _FRENCH and (is_french or text[at] == "\u00a0" or text[at + 2 : at + 4].lstrip()[:1].isdigit()):
            continue
        if _ends_word(text[at - 1 : at]) and not _BEFORE_NUMBER_OR_ELLIPSIS.match(text, at + 1):
            yield wording.problem("spacing", at, f"a space stands before {sign!r}", "take it out")
    for found in _INSIDE.finditer(text):
        yield wording.problem("spacing", found.start() + 1, "a space follows '('", "take it out")
    for found in _AFTER.finditer(text):
        at, sign = found.start(), found[0]
        if _runs_on(text, at, sign) and not _ADDRESS.search(_word_at(text, at)):
            yield wording.problem("spacing", at, f"no space follows {sign!r}", "put one after it")
    for found in _TWICE.finditer(text):
        if not _ADDRESS.search(_word_at(text, found.start())):
            yield wording.problem("spacing", found.start(), f"{found[0]!r} for {found[1]!r}", "take one out")
    runs_on = [one.start() for one in _OPENED.finditer(text) if text[one.start() - 1].islower()]
    for at in (*runs_on, *(one.start() for one in _CLOSED.finditer(text))):
        yield wording.problem("spacing", at, "no space parts the bracket from the word", "put one between")


def _ends_word(character: str) -> bool:
    return character.isalnum() or character in {")", "]", "%", "”", "’", '"'}


_LONGEST_BOUND, _SHORTEST_WORD = 8, 2


def _runs_on(text: str, at: int, sign: str) -> bool:
    """``word,word``, ``word;95``, ``found.The``; not ``1,100``, ``e.g.this``, ``.05``, ``[.41;.87]``."""
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 3]
    if sign in {",", ";"}:
        return (
            bool(before)
            and (before[-1].isalnum() or before[-1] in {"%", ")", "]"})
            and (after[0].isalpha() or (sign == ";" and "[" not in text[max(0, at - _LONGEST_BOUND) : at]))
        )
    if len(after) < _SHORTEST_WORD or not after.istitle():
        return False
    return before[-1:] == ")" or (len(before) > 1 and ((before.isalpha() and before.islower()) or before.isdigit()))


def _word_at(text: str, offset: int) -> str:
    """What stands between white space around ``offset``; of a very long word, what is near."""
    near = text[max(0, offset - 200) : offset].rsplit(None, 1)
    after = text[offset : offset + 200].split(None, 1)
    return (near[-1] if near else "") + (after[0] if after else "")
