"""The parts of an APA citation line that other rooms ask for: its DOI, its date, and what tells one source from another."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import NamedTuple
from urllib.parse import quote

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

# A DOI's prefix and suffix: ISO 26324; the old SICI form of Wiley's holds < > ( ) ; : as well.
_DOI = r"10\.\d{4,9}(?:\.\d+)*/[^\s*\"“”]+"
DOI = re.compile(_DOI)
DOI_IN_TEXT = re.compile(
    rf"(?:https?://(?:dx\.|www\.)?doi\.org/|\bdoi:[ \u00a0]?(?:https?://(?:dx\.)?doi\.org/)?)({_DOI})", re.IGNORECASE
)
# A DOI that stands alone: not within a word, an address or a path, and not one number over another (10.1234/5.6)
BARE_DOI = re.compile(rf"(?<![\w./:@=%#?&~+-])(?!10\.\d+/\d{{1,3}}(?:\.\d+)?\W*(?:\s|$)){_DOI}")
DOI_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*", re.IGNORECASE)
_DATE = re.compile(r"\((\d{4})[a-z]?(?:,\s*(?:([A-Za-z]+)\.?)?[^()]*)?\)")
_CLOSERS = {")": "(", "]": "[", ">": "<", "}": "{"}
_ENDS_SENTENCE = frozenset(".,;:!?'’”\"")


class CitationDate(NamedTuple):
    """When the source was published; ``month`` is None where the citation gives none."""

    year: int
    month: int | None
    offset: int


def trim_url(text: str) -> str:
    """``text`` without the punctuation that ends the sentence rather than the address.

    A closing bracket stays when its opening one is inside, as in the old DOIs; a ``]`` whose opening one is not inside
    ends the address wherever it stands, for it ends the words of a Markdown link.
    """
    text = text[: _words_end(text)]
    counts = Counter(text)
    end = len(text)
    while end:
        last = text[end - 1]
        if last not in _ENDS_SENTENCE and not (last in _CLOSERS and counts[last] > counts[_CLOSERS[last]]):
            break
        counts[last] -= 1
        end -= 1
    return text[:end]


def _words_end(text: str) -> int:
    """Where the first ``]`` stands that no ``[`` in ``text`` opens; the end of ``text`` without one."""
    open_brackets = 0
    for found in re.finditer(r"[\[\]]", text):
        open_brackets += 1 if found[0] == "[" else -1
        if open_brackets < 0:
            return found.start()
    return len(text)


def normal_doi(text: str) -> str | None:
    """The bare DOI in ``text`` (``10.…``, ``doi:10.…`` or a doi.org address), or None when it is no DOI."""
    bare = DOI_PREFIX.sub("", text.strip(), count=1) if DOI_PREFIX.match(text.strip()) else text.strip()
    bare = trim_url(bare)
    return bare if DOI.fullmatch(bare) else None


def doi_url(doi: str) -> str:
    """The address that resolves ``doi``, with what an address may not hold percent-encoded (DOI Handbook 3.8)."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-,+@=~!$")


def find_doi(citation: str) -> str | None:
    """The first DOI in a citation line, or None."""
    marked = (found[1] for found in DOI_IN_TEXT.finditer(citation))
    bare = (found[0] for found in BARE_DOI.finditer(citation))
    return next((doi for written in (*marked, *bare) if (doi := normal_doi(written))), None)


def find_date(citation: str) -> CitationDate | None:
    """The date in the brackets after the authors: ``(2019)``, ``(2019a)``, ``(2019, December 5)``; None without one."""
    found = _DATE.search(citation)
    if not found:
        return None
    name = (found[2] or "").casefold()
    month = next((n for n, full in enumerate(_MONTHS, 1) if len(name) >= 3 and full.startswith(name)), None)  # noqa: PLR2004
    return CitationDate(int(found[1]), month, found.start(1))


# What tells one source from another

_WORD = re.compile(r"[^\W_]+")


class _Bare(dict[int, str | None]):
    """What ``str.translate`` makes of a character: letters without strokes, no accents, all else as it is."""

    def __missing__(self, character: int) -> str | None:
        found = self[character] = None if unicodedata.combining(chr(character)) else chr(character)
        return found


_BARE = _Bare(zip(map(ord, "øłđðæœþı"), ("o", "l", "d", "d", "ae", "oe", "th", "i"), strict=True))
IN_PRESS = ("in press", "forthcoming", "accepted", "submitted", "sous presse", "à paraître")
"""What the brackets of a date begin with, in small letters, before there is a year."""
_UNDATED = (*IN_PRESS, "n.d", "n. d", "s.d")
_INS = (". In ", "? In ", ". Dans ", "? Dans ")
_TITLE_ENDS = (". *", "? *", "! *", ". _", "? _", "! _", ", *", *_INS, "http", "doi:")
_SHORTEST_TITLE = 12


class Span(NamedTuple):
    """From ``start`` to ``end`` of a text."""

    start: int
    end: int


class Outline(NamedTuple):
    """A citation in brief: the first author's family name and the title, folded; '' and None where the line does not say."""

    author: str
    year: int | None
    title: str


class Source(NamedTuple):
    """What a summary summarises, as far as it tells whether another one did so too.

    ``issue`` and ``path`` say where the summary stands; ``title`` and ``slug`` are the summary's own, the slug '' where
    its author chose none. ``doi`` is bare and in lower case, or ''.
    """

    issue: str
    path: str
    title: str
    slug: str
    doi: str
    citation: str
    outline: Outline


def source(issue: str, path: str, headers: dict[str, str]) -> Source:
    """The source of the summary at ``path``, of its headers ``title``, ``slug``, ``doi`` and ``citation`` as typed."""
    citation = headers.get("citation", "")
    doi = normal_doi(given) if (given := headers.get("doi", "")) else None
    if not doi and "10." in citation:
        doi = find_doi(citation)
    title, slug = headers.get("title", ""), headers.get("slug", "")
    return Source(issue, path, title, slug, (doi or "").casefold(), citation, outline(citation))


def folded(text: str) -> str:
    """The words of ``text``, one space between: letter case, accents, dashes, apostrophes and marks of Markdown do not count."""
    if text.isascii():
        return " ".join(_WORD.findall(text.casefold()))
    return " ".join(_WORD.findall(unicodedata.normalize("NFKD", text).casefold().translate(_BARE)))


def date_span(citation: str) -> Span | None:
    """The brackets that hold the year, or say that there is none yet, as "(in press)"; None without such brackets."""
    start = citation.find("(")
    while start >= 0:
        inside = citation[start + 1 : start + 12].casefold() if citation[start + 1 : start + 2].isalnum() else ""
        if (inside[:4].isdecimal() and not inside[4:5].isdecimal()) or inside.startswith(_UNDATED):
            end = citation.find(")", start)
            return Span(start, end + 1) if end > 0 else None
        start = citation.find("(", start + 1)
    return None


def outline(citation: str) -> Outline:
    """``citation``, as typed, in brief."""
    span = date_span(citation)
    if span is None:
        return Outline("", None, folded(_title(citation)))
    year = citation[span.start + 1 : span.start + 5]
    return Outline(
        folded(citation[: span.start].partition(",")[0]),
        int(year) if year.isdecimal() else None,
        folded(_title(citation[span.end :])),
    )


def is_chapter(citation: str) -> bool:
    """A chapter: its title ends before "In", and the book follows (APA 7, 10.3)."""
    return any(mark in citation for mark in _INS)


def _title(after_date: str) -> str:
    """The title that ``after_date`` begins with: italics to their end, else up to the journal, the book or the address."""
    text = after_date.lstrip(" .,:")
    if text[:1] in {"*", "_"}:
        return text[1:].partition(text[0])[0]
    ends = [at for end in _TITLE_ENDS if (at := text.find(end)) >= 0]
    if not ends and (stop := text.find(". ", _SHORTEST_TITLE)) >= 0:
        ends = [stop]
    return text[: min(ends, default=len(text))]
