"""What an editor marks in the words themselves: spaces, hyphens, abbreviations, long sentences, words about people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.abbreviations import abbreviation_problems
from pprmail.editorial.hyphens import hyphen_problems
from pprmail.editorial.people import person_problems
from pprmail.editorial.sentences import sentences
from pprmail.editorial.spacing import spacing_problems
from pprmail.editorial.wording import IMPLICATIONS, TEXT, TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

LONGEST_SENTENCE = 60
"""Words, which are runs between spaces that hold a letter or a digit."""


class Manner(NamedTuple):
    """How a newsletter is written: ``known`` are the abbreviations that its readers know."""

    known: frozenset[str]
    is_french: bool = False


def language_problems(wording: Wording, manner: Manner, *, is_summary: bool) -> Iterator[Problem]:
    """Every doubt about the words of one file.

    An abbreviation is looked for in a summary alone: each is read by itself.
    """
    yield from _title_full_stop(wording)
    yield from spacing_problems(wording, is_french=manner.is_french)
    yield from hyphen_problems(wording)
    yield from _long_sentences(wording)
    yield from person_problems(wording)
    if is_summary:
        yield from abbreviation_problems(wording, manner.known)


# Of a title

_ABBREVIATED_END = re.compile(r"(?:\.\.|\b(?:[A-Za-z]\.)+[A-Za-z]\.|\b(?:al|[Ee]tc|vs|Jr|Sr|Inc|Ph\.D)\.)$")


def _title_full_stop(wording: Wording) -> Iterator[Problem]:
    title = wording.blocks[0] if wording.blocks and wording.blocks[0].kind == TITLE else None
    if title is None:
        return
    words = title.source.text
    if words.endswith(".") and not _ABBREVIATED_END.search(words):
        yield wording.problem("title-full-stop", len(words) - 1, "the title ends in a full stop", "take it out")


# Sentences


def _long_sentences(wording: Wording) -> Iterator[Problem]:
    for block in wording.blocks:
        if block.kind not in {TEXT, IMPLICATIONS} or block.source.text.count(" ") < LONGEST_SENTENCE:
            continue
        end = wording.text.find("\n", block.start)
        text = wording.text[block.start : end if end >= 0 else len(wording.text)]
        for sentence in sentences(text):
            if text.count(" ", sentence.start, sentence.end) < LONGEST_SENTENCE:
                continue
            words = sum(any(map(str.isalnum, word)) for word in text[sentence.start : sentence.end].split())
            if words > LONGEST_SENTENCE:
                yield wording.problem(
                    "long-sentence",
                    block.start + sentence.start,
                    f"a sentence of {words} words",
                    f"cut it in two: {LONGEST_SENTENCE} are much already",
                )
