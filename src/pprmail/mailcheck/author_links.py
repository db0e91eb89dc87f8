"""The links that the author wrote, each with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.model import Emphasis, Heading, Link, Listing, Paragraph, Strong, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Place
    from pprmail.model import Inline, Issue, Passage, Prose, Summary

_TARGET = re.compile(r"\]\(\s*<?")


class AuthorLink(NamedTuple):
    """A link of the author's. ``section`` names the text it stands in: the summary's file, or a part of issue.md.

    ``is_composed``: the words are pprmail's, as for ``Link: https://…``.
    """

    words: str
    url: str
    place: Place
    section: str
    is_composed: bool = False


def author_links(issue: Issue) -> Iterator[AuthorLink]:
    """The links of issue.md, then those of each summary."""
    yield from _passage_links(issue.intro_prose, issue.intro, "word")
    yield from _prose_links(issue.word, "word")
    for number, notice in enumerate(issue.notices):
        yield from _prose_links(notice.body, f"notice {number}")
    for summary in issue.summaries:
        yield from _summary_links(summary)


def _summary_links(summary: Summary) -> Iterator[AuthorLink]:
    section = summary.path
    yield from _passage_links(summary.citation_prose, summary.citation, section)
    if summary.link:
        yield AuthorLink("", summary.link.text, summary.link.place(), section, is_composed=True)
    yield from _prose_links(summary.body, section)
    yield from _prose_links(summary.implications, section)


def _prose_links(prose: Prose, section: str) -> Iterator[AuthorLink]:
    for block in prose:
        if isinstance(block, Paragraph | Heading):
            yield from _passage_links(block.children, block.source, section)
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _prose_links(item, section)


def _passage_links(children: tuple[Inline, ...], source: Passage, section: str) -> Iterator[AuthorLink]:
    at = 0
    for link in _links(children):
        words = plain(link.children)
        start, at = _find(source.text, link.url, words, at)
        yield AuthorLink(words, link.url, source.place(start), section)


def _links(children: tuple[Inline, ...]) -> Iterator[Link]:
    for node in children:
        if isinstance(node, Link):
            yield node
        elif isinstance(node, Emphasis | Strong):
            yield from _links(node.children)


def _find(text: str, url: str, words: str, at: int) -> tuple[int, int]:
    """Where the link begins in the Markdown ``text``, not before ``at``, and where one may look for the next.

    An escape within its address may hide it: then it begins at ``at``.
    """
    for found in _TARGET.finditer(text, at):
        written = text[found.end() :]
        if not url or written.startswith(url) or _plain(written[: 2 * len(url) + 8]).startswith(url):
            return _opening(text, found.start()), found.end()
    bare = text.find(words, at) if words else -1
    return (bare, bare + len(words)) if bare >= 0 else (at, at)


def _plain(written: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written).replace("&amp;", "&")


def _opening(text: str, end: int) -> int:
    """The ``[`` that the ``]`` at ``end`` closes."""
    depth = 0
    for at in range(end, -1, -1):
        if text[at] in "[]" and (at == 0 or text[at - 1] != "\\"):
            depth += 1 if text[at] == "]" else -1
            if depth == 0:
                return at
    return end
