"""Where sentences begin and end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Hebrew and Arabic have no capitals.
# A full stop that ends no sentence: of an initial, of an abbreviation, within an ellipsis
_STOP = re.compile(
    r"[.!?؟…\n](?:(?<=\n)|(?<![.!?…].)[.!?…]*[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]?[A-ZÀ-ÖØ-Þ0-9\u0590-\u08ff]))"
)
_ABBREVIATED = re.compile(
    r"(?:\b[A-Za-z]|\s\.|\b(?:al|vs|cf|e\.g|i\.e|etc|approx|ca|resp|Dr|Drs|Prof|Mr|Mrs|Ms|St|Jr|Sr|No|Nos|Fig|Figs|Tab|Vol|pp|Ph\.D|Eds?))\.$"
)


class Sentence(NamedTuple):
    """A sentence, from ``start`` to ``end`` of the text that it stands in."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of ``text`` in their order; a line's end ends one too."""
    start = 0
    for stop in _STOP.finditer(text):
        if stop[0] == "." and _ABBREVIATED.search(text, max(start, stop.start() - 12), stop.end()):
            continue
        yield from _trimmed(text, start, stop.end())
        start = stop.end()
    yield from _trimmed(text, start, len(text))


def line_start(text: str, first: int, at: int) -> int:
    """Where the line begins that holds ``at``, or ``first`` when it begins before that."""
    return max(first, text.rfind("\n", first, at) + 1)


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    begin = start + len(piece) - len(piece.lstrip())
    if piece.strip():
        yield Sentence(begin, begin + len(piece.strip()))
