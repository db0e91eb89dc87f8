"""Where a source appeared: volume, number and pages of a journal; edition, pages and publisher of a book."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HYPHEN = "[-\u2010\u2011\u2012–—\u2212]"
_PAGE = r"[A-Za-z]{0,3}[0-9]{1,7}[A-Za-z]?"
_PAGES = rf"(?:pp?\.\s?)?(?P<first>{_PAGE}(?=\s?{_HYPHEN})|[ivxlc]{{1,8}}(?=\s?{_HYPHEN})|{_PAGE}\b)(?:\s?{_HYPHEN}\s?(?P<last>{_PAGE}|[ivxlc]{{1,8}}))?"
_NUMBERED = r"(?:[Nn]o\.?|[Nn][º°.]|[Ii]ssue|[Nn]um[ée]ro)\s?"
_WAYS = {
    "volume": rf"(?:[Vv]ol(?:ume\b|\.)?\s?)?(?P<volume>[0-9]{{1,5}}[A-Za-z]?(?:[/–-][0-9]{{1,5}})?|[IVXLC]{{1,8}})"
    rf"(?:\s?\((?P<number>[^()]{{1,40}})\))?(?::\s?{_PAGES})?",
    "number": rf"{_NUMBERED}(?P<number>[\w/–-]{{1,12}})",
    "article": rf"(?:[Aa]rt(?:icle|\.)\s?(?:{_NUMBERED})?(?P<article>[A-Za-z0-9][\w./-]{{0,29}}\b)|(?P<electronic>e[0-9]{{1,9}}))",
    "pages": _PAGES,
}
_PATTERNS = {name: re.compile(way) for name, way in _WAYS.items()}
_ANY_WAY = "|".join(re.sub(r"\?P<\w+>", "?:", way) for way in _WAYS.values())
_PIECE = re.compile(r",\s?((?:[^,()]|\([^()]*\)|[()])*)")
_WHOLE_PIECE = re.compile(rf"(?:{_ANY_WAY})\s?")
_LAST_PIECE = re.compile(rf"({_ANY_WAY})(?=\s?$|[.;](?:\s|$)|\s[\[(])")

_BRACKETS = re.compile(r"\s?\(([^()]{1,120})\)")
_EDITION = re.compile(
    r"(?:(?P<ordinal>[0-9]{1,3})(?:st|nd|rd|th|e|ᵉ|er|re|ère|ème|ᵉʳ|ʳᵉ|\.)?(?:\s[Rr]ev\.)?|(?P<words>[^\W\d_][^\W\d_. ]{0,30}\.?))"
    r"\s?(?:[Ee]d|[Éé]d|[Ee]dition|[Éé]dition)\.?"
)
_BOOK_VOLUME = re.compile(r"[Vv]ols?\.\s?(?P<volume>[\w–-]{1,12})")
_BOOK_PAGES = re.compile(rf"(?=p){_PAGES}")
_REPORT_NUMBER = re.compile(r"(?:[^,]{0,80}\s)?(?:No|Nº|N°|n°|Number)\.?\s?(?P<number>[\w./-]{1,40})")
_PLACE = re.compile(r"(?P<place>[^:]{2,60}):\s(?P<publisher>[^\s:].*)")
# The word before a full stop has three letters, or the stop is an initial's, or an abbreviation's
_SENTENCE_END = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[0-9)\]”\"’»]))\.[”\"’»]?\s|[?!…][”\"’»)\]]?\s")
_ANY_STOP = re.compile(r"[.?!…]\s")


class Locator(NamedTuple):
    """Where in its journal an article stands. It is itself from ``start`` (a comma) to ``end`` in the text it was found in."""

    start: int
    end: int
    volume: str = ""
    number: str = ""
    first_page: str = ""
    last_page: str = ""
    article_number: str = ""


class Imprint(NamedTuple):
    """What stands behind a book's title. The title ends at ``start`` of the text it was found in."""

    start: int
    edition: str = ""
    volume: str = ""
    number: str = ""
    first_page: str = ""
    last_page: str = ""
    place: str = ""
    publisher: str = ""


def find_locators(text: str) -> Iterator[Locator]:
    """Every run of pieces such as ``, 53(1), 90–104`` that ends a sentence, or the text."""
    run: list[str] = []
    start = 0
    for found in _PIECE.finditer(text):
        piece = found[1]
        start = start if run else found.start()
        last = _LAST_PIECE.match(piece)
        if found.end() < len(text) and _WHOLE_PIECE.fullmatch(piece):
            run.append(piece)
            continue
        if last:
            yield _locator(start, found.start(1) + last.end(1), [*run, last[1]])
        run = []


def _locator(start: int, end: int, run: list[str]) -> Locator:
    """The run's first piece is the volume, unless it alone stands there and is a range of pages or an electronic number."""
    fields: dict[str, str] = {}
    for place, written in enumerate(run):
        piece = written.strip()
        is_range = _PATTERNS["pages"].fullmatch(piece) and re.search(_HYPHEN, piece)
        ways = ["article", "number", "pages"]
        if place == 0 and not (is_range and len(run) == 1):
            ways.insert(0, "volume")
        found = next((match for way in ways if (match := _PATTERNS[way].fullmatch(piece))), None)
        said = {name: value for name, value in found.groupdict().items() if value} if found else {}
        # Of pages in several places, the first and the last
        if "first" in said and "first" in fields:
            said = {"last": said.get("last") or said["first"]}
        fields |= said
    first = fields.get("first", "")
    return Locator(
        start,
        end,
        fields.get("volume", ""),
        fields.get("number", "").strip(),
        first,
        _whole_page(first, fields.get("last", "")),
        fields.get("article") or fields.get("electronic", ""),
    )


def _whole_page(first: str, last: str) -> str:
    """``1381`` where ``81`` was typed after ``1371``."""
    if first.isdecimal() and last.isdecimal() and len(last) < len(first):
        return first[: len(first) - len(last)] + last
    return last


def read_imprint(text: str, title_end: int | None = None) -> Imprint:
    """What the brackets behind a book's title say, and the publisher after them.

    Without brackets the title ends at a ``, pp. 1–20``, at ``title_end`` where the italics do, or with the last
    sentence but one. A publisher may stand between the italics and the brackets.
    """
    said: dict[str, str] = {}
    start = end = len(text)
    for brackets in _BRACKETS.finditer(text):
        new = _bracketed(brackets[1])
        if not new and said:
            break
        if new:
            start = start if said else brackets.start()
            end = brackets.end()
            said |= new
    locator = None if said else next(find_locators(text[title_end or 0 :]), None)
    if locator:
        start, end = (offset + (title_end or 0) for offset in (locator.start, locator.end))
        said = {"first": locator.first_page, "last": locator.last_page, "volume": locator.volume}
    elif not said:
        start = end = last_sentence(text) or len(text) if title_end is None else title_end
    between = text[title_end:start] if title_end is not None else ""
    if between.startswith("."):
        start = title_end or 0
    place, publisher = _publisher(between if between.strip(" .") and between.startswith(".") else text[end:])
    first = said.get("first", "")
    return Imprint(
        start,
        said.get("ordinal") or said.get("words", ""),
        said.get("volume", ""),
        said.get("number", ""),
        first,
        _whole_page(first, said.get("last", "")),
        place,
        publisher,
    )


def _bracketed(inside: str) -> dict[str, str]:
    """The edition, the volume, the pages and a report's number among the parts of ``(3rd ed., pp. 1–20)``."""
    said: dict[str, str] = {}
    for part in inside.split(","):
        for pattern in (_EDITION, _BOOK_VOLUME, _BOOK_PAGES, _REPORT_NUMBER):
            if found := pattern.fullmatch(part.strip()):
                said |= {name: value for name, value in found.groupdict().items() if value}
                break
    return said


def _publisher(text: str) -> tuple[str, str]:
    """The place, which the sixth edition still gives, and the publisher; the sentence after them is none of theirs."""
    bare = text.lstrip(" .,;:")
    end = _SENTENCE_END.search(bare)
    bare = (bare[: end.start()] if end else bare).partition(" (")[0].partition(" [")[0].strip(" .,;")
    found = _PLACE.fullmatch(bare)
    return (found["place"], found["publisher"]) if found else ("", bare)


def last_sentence(text: str) -> int | None:
    """Where the last sentence of ``text`` begins; None where it is the only one."""
    for ends in (_SENTENCE_END, _ANY_STOP):
        starts = [found.end() for found in ends.finditer(text) if not text[found.end() : found.end() + 1].islower()]
        if starts:
            return starts[-1]
    return None
