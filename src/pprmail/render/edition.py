"""An issue's edition: one hash of all that readers get of it, by which a published page is told from an older one."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING

from pprmail.model import Emphasis, Heading, Link, Listing, Paragraph, Strong, Text

if TYPE_CHECKING:
    from pprmail.model import Block, Inline, Issue, Prose, Summary

_FORMAT = "pprmail edition 1"
# What a browser shows as one space, but for one that is one already; a no-break space is none of these
_WHITE_SPACE = re.compile(r"(?:[\t\r\n\f]| (?=[ \t\r\n\f]))[ \t\r\n\f]*")
_MARKS = {Emphasis: "em", Strong: "strong"}

# A text, or a list of such: what JSON holds
_Canonical = str | list["_Canonical"]


def edition_of(issue: Issue) -> str:
    """The SHA-256 of what readers get of ``issue``, 64 hexadecimal digits.

    It is made of the words, their emphasis and their links, and of the order in which they stand: the introduction (or the
    blurbs or titles that it is composed of), the editor's word, each summary with its corrections, the notices. A
    correction that is added makes another edition. The subject, the day, slugs, templates, settings, places in files,
    line ends, and how a letter with an accent is encoded do not count.
    """
    content = [
        _FORMAT,
        issue.key,
        _introduction(issue),
        _prose(issue.word),
        [_summary(summary) for summary in issue.summaries],
        [[_text(notice.title.text), _prose(notice.body)] for notice in issue.notices],
    ]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode("ascii")).hexdigest()


def _introduction(issue: Issue) -> _Canonical:
    if issue.intro_prose:
        return _inline(issue.intro_prose)
    return [_text(summary.blurb.text or summary.title.text) for summary in issue.summaries]


def _summary(summary: Summary) -> _Canonical:
    retraction = summary.retraction
    return [
        _text(summary.title.text),
        _inline(summary.citation_prose),
        summary.doi or "",
        summary.link.text,
        _text(summary.guest.text),
        summary.author_email.text,
        _prose(summary.body),
        _prose(summary.implications),
        list(summary.topic_names),
        summary.research_type.name or "",
        summary.reprint_of.text,
        [[erratum.day.isoformat(), _inline(erratum.note)] for erratum in summary.errata],
        [retraction.day.isoformat(), retraction.doi] if retraction else [],
    ]


def _prose(prose: Prose) -> _Canonical:
    return [_block(block) for block in prose]


def _block(block: Block) -> _Canonical:
    if isinstance(block, Paragraph | Heading):
        return ["p" if isinstance(block, Paragraph) else "h", _inline(block.children)]
    if isinstance(block, Listing):
        return ["ol" if block.ordered else "ul", [_prose(item) for item in block.items]]
    return ["hr"]


def _inline(children: tuple[Inline, ...]) -> _Canonical:
    return [_node(node) for node in children]


def _node(node: Inline) -> _Canonical:
    if isinstance(node, Text):
        return _spaced(node.text)
    if isinstance(node, Link):
        return ["a", node.url, _inline(node.children)]
    if isinstance(node, Emphasis | Strong):
        return [_MARKS[type(node)], _inline(node.children)]
    return ["br"]


def _text(text: str) -> str:
    return _spaced(text).strip(" ")


def _spaced(text: str) -> str:
    """``text`` as a browser shows it, its letters composed."""
    return unicodedata.normalize("NFC", _WHITE_SPACE.sub(" ", text))
