"""The parts of an APA citation line that other rooms ask for: its DOI, its date, and what tells one source from another."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import NamedTuple
from urllib.parse import quote, unquote

# A DOI's prefix and suffix: ISO 26324; the old SICI form of Wiley's holds < > ( ) ; : as well.
_DOI = r"10\.\d{4,9}(?:\.\d+)*/[^\s*\"“”]+"
DOI = re.compile(_DOI)
# doi.org without https://, but not within a word or a path; what stands at www. may be read from doi.org on, as inline does
_RESOLVER = r"(?:(?<![\w./@=%#?&~+-])(?:dx\.|www\.)?|(?<=\bwww\.))doi\.org/"
DOI_IN_TEXT = re.compile(
    rf"(?:https?://(?:dx\.|www\.)?doi\.org/|{_RESOLVER}|\bdoi:[ \u00a0]?(?:https?://(?:dx\.)?doi\.org/)?)({_DOI})",
    re.IGNORECASE,
)
# A DOI that stands alone: not within a word, an address or a path, and not one number over another (10.1234/5.6)
BARE_DOI = re.compile(rf"(?<![\w./:@=%#?&~+-])(?!10\.\d+/\d{{1,3}}(?:\.\d+)?\W*(?:\s|$)){_DOI}")
DOI_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*", re.IGNORECASE)
# A publisher's address: /doi/10.…, /doi/full/10.…, /article/10.…, /doiLanding?doi=10.1037%2F…. Compiled when it is first needed
_IN_ADDRESS = (
    r"(?i)(?:(?:\bdoi\.org|/(?:doi|articles?|chapter|book|fulltext|content))/(?:[a-z-]{1,16}/){0,2}|[?&](?:doi|id)=)"
    r"(10\.\d{4,9}(?:\.\d{1,9}){0,4}(?:/|%2F)[^\s*\"“”?#&]+)"
)
_BEHIND_DOI = frozenset(
    {"abstract", "epdf", "epub", "full", "fulltext", "html", "meta", "pdf", "references", "summary"}
)
_OXFORD = r"(10\.1093/[^/]+/[^/]+)/\d{4,9}"
_CLOSERS = {")": "(", "]": "[", ">": "<", "}": "{"}
_SAFE = "/:;()._-,+@=~!$"
_ENDS_SENTENCE = frozenset(".,;:!?'’”\"")


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
    """The address that resolves ``doi``, with what an address may not hold percent-encoded (DOI Handbook 3.8).

    What is encoded already, as in a DOI copied out of an address, stays (RFC 3986, 2.4: never twice).
    """
    if "%" not in doi:
        return "https://doi.org/" + quote(doi, safe=_SAFE)
    # Each second piece is an encoded character
    pieces = re.compile("(%[0-9A-Fa-f]{2})").split(doi)
    return "https://doi.org/" + "".join(one if n % 2 else quote(one, safe=_SAFE) for n, one in enumerate(pieces))


def find_doi(citation: str) -> str | None:
    """The first DOI in a citation line, or None."""
    marked = (found[1] for found in DOI_IN_TEXT.finditer(citation))
    bare = (found[0] for found in BARE_DOI.finditer(citation))
    return next((doi for written in (*marked, *bare) if (doi := normal_doi(written))), None)


class AddressedDoi(NamedTuple):
    """A bare DOI that an address at ``offset`` of a text holds, percent-decoded."""

    doi: str
    offset: int


def find_addressed_doi(text: str) -> AddressedDoi | None:
    """The first DOI in a publisher's address in ``text``, or None.

    To look a source up by; what readers see and follow stays the address itself, so ``find_doi`` knows none of these.
    """
    if "10." not in text:
        return None
    for found in re.compile(_IN_ADDRESS).finditer(text):
        doi = unquote(_without_view(trim_url(found[1])))
        if doi.isprintable() and DOI.fullmatch(doi):
            return AddressedDoi(doi, found.start(1))
    return None


def _without_view(address: str) -> str:
    """``address``, which begins with a DOI, without what a publisher adds to it: ``/full``, ``.pdf``, Oxford's own number."""
    address = address.partition(";jsessionid=")[0]
    end = len(address)
    while (slash := address.rfind("/", 0, end)) >= 0 and address[slash + 1 : end].casefold() in _BEHIND_DOI:
        end = slash
    address = address[:end]
    if address[-4:].casefold() == ".pdf":
        address = address[:-4]
    numbered = re.compile(_OXFORD).fullmatch(address)
    return numbered[1] if numbered else address


# When it was published

_MONTHS = (
    ("january", "janvier"),
    ("february", "février"),
    ("march", "mars"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin"),
    ("july", "juillet"),
    ("august", "août"),
    ("september", "septembre"),
    ("october", "octobre"),
    ("november", "novembre"),
    ("december", "décembre"),
)
_IN_PRESS = ("in press", "forthcoming", "accepted", "submitted", "in preparation", "sous presse", "à paraître")
_WITHOUT_YEAR = re.compile(rf"\s*(?:({'|'.join(_IN_PRESS)})|no date|n\.\s?d|s\.\s?d)(?![^\W_])", re.IGNORECASE)
_YEAR = r"(?P<year>[12][0-9]{3})"
# (2019), (2019a), (2019-2020), (2019, December 5), (2019, Spring), (ca. 1900), (1923/1961)
_YEAR_FIRST = re.compile(
    rf"\s*(?:c(?:a|irca)?\.?\s?)?(?:[12][0-9]{{3}}\s?/\s?)?{_YEAR}(?:-?[a-z])?(?P<day>\W.*)?", re.DOTALL
)
# (May 2019), (5 août 2019); compiled when it is first needed, which most citations never do
_YEAR_LAST = rf"\s*(?P<day>(?:[0-9]{{1,2}}(?:er)?\s)?[^\W\d_]{{3,}}\.?(?:\s[0-9–-]{{1,5}})?),?\s{_YEAR}\s*"
_NO_MONTH_NEEDED = (",", ";", "[")
_MONTH, _DAY = re.compile(r"[^\W\d_]{3,}"), re.compile(r"(?<![0-9])[0-9]{1,2}(?![0-9])")
_LONGEST_DATE = 62


class Span(NamedTuple):
    """From ``start`` to ``end`` of a text."""

    start: int
    end: int


class CitationDate(NamedTuple):
    """When the source was published; the year stands at ``offset``. ``month`` and ``day`` are None where the citation gives none."""

    year: int
    month: int | None
    offset: int
    day: int | None = None


def date_span(citation: str) -> Span | None:
    """The first brackets that hold a date, or say that there is none yet, as "(in press)"; None without such brackets."""
    start = citation.find("(")
    while start >= 0:
        end = citation.find(")", start, start + _LONGEST_DATE)
        inside = citation[start + 1 : end] if end > 0 else ""
        if "(" not in inside and (_dated(inside) or _WITHOUT_YEAR.match(inside)):
            return Span(start, end + 1)
        start = citation.find("(", start + 1)
    return None


def find_date(citation: str) -> CitationDate | None:
    """The date in the brackets of ``date_span``; None where they give no year. A day is one only if the calendar has it."""
    span = date_span(citation)
    found = _dated(citation[span.start + 1 : span.end - 1]) if span else None
    if span is None or found is None:
        return None
    year, words = int(found["year"]), found["day"] or ""
    month, day = _month(words), _DAY.search(words)
    at = span.start + 1 + found.start("year")
    return CitationDate(year, month, at, _day(year, month, int(day[0])) if month and day else None)


def find_status(citation: str) -> str:
    """What the brackets of ``date_span`` say for a year, such as "in press"; '' where they give one, or "n.d."."""
    span = date_span(citation)
    found = _WITHOUT_YEAR.match(citation, span.start + 1) if span else None
    return found[1] or "" if found else ""


def _dated(inside: str) -> re.Match[str] | None:
    """The year, and what stands before or behind it, of the brackets that hold ``inside``."""
    found = _YEAR_FIRST.fullmatch(inside)
    if found:
        behind = found["day"] or ""
        is_day = not behind[:1].isspace() or not behind.strip() or behind.lstrip().startswith(_NO_MONTH_NEEDED)
        return found if is_day or _month(behind) else None
    found = re.compile(_YEAR_LAST).fullmatch(inside) if inside[-4:].strip().isdecimal() else None
    return found if found and _month(found["day"]) else None


def _month(words: str) -> int | None:
    """The month that ``words`` name, in English or French; three letters are enough."""
    for word in _MONTH.findall(words.casefold()):
        for number, names in enumerate(_MONTHS, 1):
            if any(name.startswith(word) for name in names):
                return number
    return None


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).day
    except ValueError:
        return None


# What tells one source from another

_WORD = re.compile(r"[^\W_]+")


class _Bare(dict[int, str | None]):
    """What ``str.translate`` makes of a character: letters without strokes, no accents, all else as it is."""

    def __missing__(self, character: int) -> str | None:
        found = self[character] = None if unicodedata.combining(chr(character)) else chr(character)
        return found


_BARE = _Bare(zip(map(ord, "øłđðæœþı"), ("o", "l", "d", "d", "ae", "oe", "th", "i"), strict=True))
_INS = (". In ", "? In ", ". Dans ", "? Dans ")
_TITLE_ENDS = (". *", "? *", "! *", ". _", "? _", "! _", ", *", *_INS, "http", "doi:")
_SHORTEST_TITLE = 12


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


def outline(citation: str) -> Outline:
    """``citation``, as typed, in brief."""
    span = date_span(citation)
    if span is None:
        return Outline("", None, folded(_title(citation)))
    found = _dated(citation[span.start + 1 : span.end - 1])
    return Outline(
        folded(citation[: span.start].partition(",")[0]),
        int(found["year"]) if found else None,
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
