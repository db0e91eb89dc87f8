"""The values that travel through the house: an issue, its summaries, their prose, a reader of the list."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import Place

if TYPE_CHECKING:
    from datetime import date, datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


INVISIBLE = re.compile(r"[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Soft hyphen, zero-width space, word joiner, byte order mark, and what turns the reading direction."""


class Passage(NamedTuple):
    """Text out of a file that knows where each of its characters stands.

    ``marks`` are ``(offset, line, column)`` in rising order: from ``offset`` on, the text stands at that place and
    runs on along the line, until the next mark. The first offset is 0.
    """

    text: str
    path: str
    marks: tuple[tuple[int, int, int], ...] = ((0, 1, 1),)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text

    def place(self, offset: int = 0) -> Place:
        """Where the character at ``offset`` stands."""
        start, line, column = self.marks[max(0, bisect_right(self.marks, (offset, 1 << 60, 0)) - 1)]
        return Place(self.path, line, column + offset - start)

    def part(self, start: int, end: int) -> Passage:
        """The passage from ``start`` to ``end``, with spaces at both ends left out."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        first = self.place(start)
        later = tuple((at - start, line, column) for at, line, column in self.marks if start < at < end)
        return Passage(piece.strip(), self.path, ((0, first.line, first.column), *later))


# Prose: what the Markdown becomes, and what mail, text, pages and feeds are made of.


@dataclass(frozen=True, slots=True)
class Text:
    """Characters, as the reader is to see them. ``at`` is where the first stands in the paragraph's source."""

    text: str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """``*…*``."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    """``**…**``."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link; ``url`` is http, https, mailto or tel once the issue is free of faults."""

    url: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A backslash at a line's end."""


Inline = Text | Emphasis | Strong | Link | LineBreak


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. ``source`` is the Markdown, with its place in the file."""

    children: tuple[Inline, ...]
    source: Passage


@dataclass(frozen=True, slots=True)
class Heading:
    """A ``###`` heading within a summary or a notice."""

    children: tuple[Inline, ...]
    source: Passage


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; ``tight`` when no blank line stands between its items, or between the blocks of one."""

    ordered: bool
    tight: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Separator:
    """A line of ``---`` or ``***`` between paragraphs."""


Block = Paragraph | Heading | Listing | Separator
Prose = tuple[Block, ...]


def plain(children: tuple[Inline, ...]) -> str:
    """The characters of inline prose, without its marks."""
    pieces = []
    for node in children:
        if isinstance(node, Text):
            pieces.append(node.text)
        elif isinstance(node, LineBreak):
            pieces.append(" ")
        else:
            pieces.append(plain(node.children))
    return "".join(pieces)


def plain_prose(prose: Prose) -> str:
    """The characters of ``prose``, one line a paragraph, heading or list item's paragraph."""
    lines: list[str] = []
    for block in prose:
        if isinstance(block, Listing):
            lines.extend(plain_prose(item) for item in block.items)
        elif not isinstance(block, Separator):
            lines.append(" ".join(plain(block.children).split()))
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def count_words(prose: Prose) -> int:
    """How many words a reader counts: runs that hold a letter or a digit."""
    return sum(word[0].isalnum() or any(map(str.isalnum, word)) for word in plain_prose(prose).split())


# The issue


class CheckOk(NamedTuple):
    """One silencing line: ``rule``, the ``reason`` why, and where the line stands."""

    rule: str
    reason: str
    source: Passage


class Topic(NamedTuple):
    """A topic as written; ``name`` is the vocabulary's spelling, or None when the vocabulary lacks it."""

    source: Passage
    name: str | None


class Erratum(NamedTuple):
    """A correction: the day it was made and what was wrong (inline prose)."""

    day: date
    note: tuple[Inline, ...]


class Retraction(NamedTuple):
    """The source was retracted: the notice's day and DOI."""

    day: date
    doi: str


WORDS_A_MINUTE = 238
"""Adults reading non-fiction in silence (Brysbaert, 2019, Journal of Memory and Language 109)."""


class Summary(NamedTuple):
    """One article's summary. A field that the author left out is an empty ``Passage`` placed at the file's start.

    ``implications_source`` is the heading Practice Implications.
    ``slug`` is '' when none can be made of the title; ``slug_source`` is the author's own, if any.
    """

    path: str
    title: Passage
    blurb: Passage
    citation: Passage
    citation_prose: tuple[Inline, ...]
    doi_source: Passage
    doi: str | None
    link: Passage
    kind: Passage
    topics: tuple[Topic, ...]
    topics_source: Passage
    research_type: Topic
    guest: Passage
    author_email: Passage
    slug_source: Passage
    slug: str
    sent_slug: str
    reprint_of: Passage
    errata: tuple[Erratum, ...]
    retraction: Retraction | None
    check_ok: tuple[CheckOk, ...]
    body: Prose
    implications: Prose
    has_implications: bool
    implications_source: Passage

    @property
    def file_name(self) -> str:
        """``1-keefe.md``."""
        return self.path.rpartition("/")[2]

    @property
    def body_words(self) -> int:
        """Words of the body, Practice Implications not counted."""
        return count_words(self.body)

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes, at least one."""
        return max(1, round((self.body_words + count_words(self.implications)) / WORDS_A_MINUTE))

    @property
    def topic_names(self) -> tuple[str, ...]:
        """The topics the vocabulary knows, in the author's order, each once."""
        return tuple(dict.fromkeys(topic.name for topic in self.topics if topic.name))


class Notice(NamedTuple):
    """A block after the summaries: its title and its prose."""

    title: Passage
    body: Prose


class Receipt(NamedTuple):
    """What ``receipt.json`` keeps of a send by a real provider: the seal's time (aware, UTC) and the slugs sent.

    ``slugs`` maps a summary's file name to its slug.
    """

    sealed: datetime
    slugs: dict[str, str]


class Issue(NamedTuple):
    """A month: what stands in ``issues/2020-08/``. ``day`` is the day of publication in the newsletter's zone.

    ``is_read`` is False for a folder that leads out of ``issues/``: nothing of it was read.
    """

    key: str
    path: str
    month: Passage
    subject: Passage
    intro: Passage
    intro_prose: tuple[Inline, ...]
    day: date
    draft: bool
    word: Prose
    notices: tuple[Notice, ...]
    summaries: tuple[Summary, ...]
    check_ok: tuple[CheckOk, ...]
    receipt: Receipt | None
    is_read: bool = True

    @property
    def month_name(self) -> str:
        """``August 2020``."""
        return month_name(self.key)

    @property
    def main_file(self) -> str:
        """``issues/2020-08/issue.md``."""
        return f"{self.path}/issue.md"


ISSUE_KEY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def is_issue_key(text: str) -> bool:
    """``text`` names a month, as ``2020-08`` does; there was no year 0."""
    return text.isascii() and ISSUE_KEY.fullmatch(text) is not None and not text.startswith("0000")


def month_name(key: str) -> str:
    """``August 2020`` of ``2020-08``."""
    return f"{MONTHS[int(key[5:]) - 1]} {key[:4]}"


# The vocabulary


def _fold(name: str) -> str:
    """What is left when letter case, the kind of dash and the number of spaces do not count."""
    same = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s\-\u2010-\u2015\u2212]+", " ", same).strip()


@dataclass(frozen=True)
class Vocabulary:
    """The topics and types of research that summaries may name; ``aliases`` maps other spellings to them."""

    topics: tuple[str, ...] = ()
    types_of_research: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    def find_topic(self, name: str) -> str | None:
        """The topic's own spelling, whatever the case, dash or alias; None for one that is not listed."""
        return self._topics_by_fold.get(_fold(name))

    def find_type(self, name: str) -> str | None:
        """The same for a type of research."""
        return self._types_by_fold.get(_fold(name))

    @cached_property
    def _topics_by_fold(self) -> dict[str, str]:
        return self._by_fold(self.topics)

    @cached_property
    def _types_by_fold(self) -> dict[str, str]:
        return self._by_fold(self.types_of_research)

    def _by_fold(self, names: tuple[str, ...]) -> dict[str, str]:
        own = {_fold(name): name for name in names}
        aliased = {_fold(alias): own[_fold(name)] for alias, name in self.aliases.items() if _fold(name) in own}
        return aliased | own


# The list


class Row(NamedTuple):
    """A data line of the list, read but not judged. ``line`` is where it begins in the file, from 1.

    ``fault`` says what reading it found wrong, or ''.
    """

    line: int
    email: str
    name: str = ""
    status: str = ""
    consent: str = ""
    consent_date: str = ""
    consent_source: str = ""
    fault: str = ""


class Subscriber(NamedTuple):
    """Who may be mailed: ``address`` as it is to be written, ``name`` or ''."""

    address: str
    name: str = ""


class Exclusion(NamedTuple):
    """A row that the mailing is not for: its line, and its reason (one of ``EXCLUSION_REASONS``).

    ``detail`` is for a person to read and holds no address.
    """

    line: int
    reason: str
    detail: str = ""


EXCLUSION_REASONS = (
    "unsubscribed",
    "pending",
    "duplicate",
    "bad-address",
    "no-consent",
    "consent-expired",
    "suppressed",
)
