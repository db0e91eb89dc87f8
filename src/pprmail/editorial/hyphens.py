"""A word with a hyphen here and without one there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# Each begins with a sign that is rare, so that a text is looked through fast
_HYPHEN = re.compile(r"[-\u2010\u2011](?=([^\W\d_]{2,})(?![\w-]))")
_WORD_BEFORE = re.compile(r"(?<![\w-])[^\W\d_]+\Z")
_LONGEST_WORD = 40
_MOST = 200
"""So many words with a hyphen are looked into; each is sought in the whole text."""
_NEVER_ALONE = frozenset({"meta", "non", "anti", "multi", "semi", "quasi", "pseudo", "neuro", "bio", "socio"})
_NEVER_APART = {("well", "being")}
# Two words with a hyphen and one without it
_DIFFERENT = frozenset({"re", "un"})


def hyphen_problems(wording: Wording) -> Iterator[Problem]:
    """A word with a hyphen here and without one there; told once, where it is rarer, or else later."""
    text = wording.small
    seen: set[tuple[str, str]] = set()
    for hyphen in _HYPHEN.finditer(text):
        before = _WORD_BEFORE.search(text, max(0, hyphen.start() - _LONGEST_WORD), hyphen.start())
        if before is None:
            continue
        first, last = before[0], hyphen[1].removesuffix("s")
        if (first, last) in seen or len(seen) == _MOST:
            continue
        seen.add((first, last))
        for other in _other_spellings(first, last):
            if other in text and (places := _words_beginning(other, text)):
                yield _mixed(wording, _words_beginning(f"{first}{hyphen[0]}{last}", text), places)


def _other_spellings(first: str, last: str) -> Iterator[str]:
    if first not in _DIFFERENT and (first, last) != ("co", "op"):
        yield first + last
    if first in _NEVER_ALONE or (first, last) in _NEVER_APART:
        yield f"{first} {last}"


def _words_beginning(word: str, text: str) -> list[re.Match[str]]:
    """Where ``word`` stands as a word, in its singular or its plural, and in no address."""
    return list(re.finditer(rf"(?<![\w/@.-]){re.escape(word)}(?:s|es)?(?![\w/@-]|\.\w)", text))


def _mixed(wording: Wording, ours: list[re.Match[str]], theirs: list[re.Match[str]]) -> Problem:
    odd, usual = (ours, theirs) if len(ours) < len(theirs) else (theirs, ours)
    if len(ours) == len(theirs) and ours[0].start() > theirs[0].start():
        odd, usual = ours, theirs
    written, other = (wording.text[one.start() : one.end()] for one in (odd[0], usual[0]))
    message = f"{written!r} here, {other!r} elsewhere"
    return wording.problem("hyphenation", odd[0].start(), message, "spell it in one way")
