"""The words of one file as its reader sees them, each with its place in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pprmail.model import LineBreak, Listing, Paragraph, Passage, Separator, Text, plain
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Place, Problem
    from pprmail.model import Inline, Issue, Prose, Summary

TITLE, BLURB, TEXT, HEADING, IMPLICATIONS = "title", "blurb", "text", "heading", "implications"
"""What a block is. The word from the editor and notices are ``TEXT``; the subject is a ``TITLE``, the intro a ``BLURB``."""


class Block(NamedTuple):
    """A title, a paragraph, a heading: its words begin at ``start`` of the whole; ``source`` is what was typed."""

    start: int
    kind: str
    children: tuple[Inline, ...]
    source: Passage


class Wording(NamedTuple):
    """The words of one file. ``text`` has a block a line: no other line ends are in it, and no marks of Markdown.

    A rule looks through ``text`` as a whole, and says where by an offset into it.
    """

    text: str
    blocks: tuple[Block, ...]

    @property
    def small(self) -> str:
        """``text`` in small letters, each at the offset that it has there: where the small one is longer (İ), the large one stays."""
        small = self.text.lower()
        if len(small) == len(self.text):
            return small
        return "".join(low if len(low := one.lower()) == 1 else one for one in self.text)

    def block_at(self, offset: int) -> Block:
        """The block that holds the character at ``offset``."""
        return self.blocks[bisect_right(self.blocks, offset, key=lambda block: block.start) - 1]

    def place(self, offset: int) -> Place:
        """Where the character at ``offset`` was typed."""
        block = self.block_at(offset)
        return block.source.place(_typed_at(block, offset - block.start))

    def problem(self, rule: str, offset: int, message: str, hint: str = "", severity: str = "") -> Problem:
        """What ``rule`` finds at ``offset``."""
        return problem(rule, self.place(offset), message, hint, severity)


def wording_of_summary(summary: Summary) -> Wording:
    """The words of a summary: title, blurb, text, Practice Implications; not its citation."""
    return _wording(
        (
            *_header(TITLE, summary.title),
            *_header(BLURB, summary.blurb),
            *_blocks(TEXT, summary.body),
            *_blocks(IMPLICATIONS, summary.implications),
        )
    )


def wording_of_issue(issue: Issue) -> Wording:
    """The words of ``issue.md``: subject, intro, the word from the editor, the notices."""
    notices = (
        block for notice in issue.notices for block in (*_header(TITLE, notice.title), *_blocks(TEXT, notice.body))
    )
    intro = ((BLURB, issue.intro_prose, issue.intro),) if issue.intro_prose else ()
    return _wording((*_header(TITLE, issue.subject), *intro, *_blocks(TEXT, issue.word), *notices))


def wording_of_citation(summary: Summary) -> Wording:
    """The words of a summary's citation line, one block."""
    return _wording(((TEXT, summary.citation_prose, summary.citation),))


_Typed = tuple[str, "tuple[Inline, ...]", Passage]


def _header(kind: str, given: Passage) -> tuple[_Typed, ...]:
    return ((kind, (Text(given.text),), given),) if given else ()


def _blocks(kind: str, prose: Prose) -> Iterator[_Typed]:
    for block in prose:
        if isinstance(block, Listing):
            for item in block.items:
                yield from _blocks(kind, item)
        elif not isinstance(block, Separator):
            yield (kind if isinstance(block, Paragraph) else HEADING, block.children, block.source)


def _wording(typed: tuple[_Typed, ...]) -> Wording:
    texts, blocks, start = [], [], 0
    for kind, children, source in typed:
        text = plain(children).replace("\n", " ")
        blocks.append(Block(start, kind, children, source))
        texts.append(text)
        start += len(text) + 1
    return Wording("\n".join(texts), tuple(blocks))


# Back from what is seen to what was typed

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")


def _typed_at(block: Block, offset: int) -> int:
    """Where in the source the character ``offset`` of the block's words was typed."""
    seen = after = 0
    for text, at in _texts(block.children):
        if at is None:
            # A backslash at a line's end is what breaks the line
            at = max(block.source.text.find("\\\n", after), 0)  # noqa: PLW2901 - found only now
        if offset < seen + len(text):
            return _walk(block.source.text, at, text, offset - seen)
        seen += len(text)
        after = at + len(text)
    return len(block.source.text)


def _texts(children: tuple[Inline, ...]) -> Iterator[tuple[str, int | None]]:
    """Each run of characters, with where it begins in the source; None for a line's break."""
    for node in children:
        if isinstance(node, Text):
            yield node.text, node.at
        elif isinstance(node, LineBreak):
            yield " ", None
        else:
            yield from _texts(node.children)


def _walk(source: str, at: int, text: str, count: int) -> int:
    """Where the character ``count`` of ``text`` stands in ``source``, whose run begins at ``at``."""
    if source.find("\\", at, at + count + 1) < 0 and source.find("&", at, at + count + 1) < 0:
        return at + count
    return _positions(source, at, text)[count]


@lru_cache(maxsize=4)
def _positions(source: str, at: int, text: str) -> list[int]:
    """Where each character of ``text`` stands in ``source``.

    Of what is typed, a backslash before a sign is not seen, and an entity is seen as one character.
    """
    positions = []
    for offset, character in enumerate(text):
        entity = _ENTITY.match(source, at)
        if entity and text.startswith(entity[0], offset):
            entity = None
        if entity is None and source[at : at + 1] == "\\" and source[at + 1 : at + 2] == character:
            at += 1
        positions.append(at)
        at = entity.end() if entity else at + 1
    return positions
