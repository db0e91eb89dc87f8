"""A citation line taken apart. APA's order carries it: authors, the date in brackets, the title, where it appeared.

What is set in italics (the journal and its volume; the title of a book) tells where the title ends; without it the
sentences do. What cannot be told stays empty, and the title never is: a line that is none of APA's is all title.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import DOI_IN_TEXT, find_doi, trim_url
from pprmail.model import INVISIBLE, Emphasis, LineBreak, Link, Strong, Text
from pprmail.reference.names import Names, read_names
from pprmail.reference.published import find_published
from pprmail.reference.source import find_locators, last_sentence, read_imprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.model import Inline, Summary
    from pprmail.reference.names import Person
    from pprmail.reference.published import Published

KINDS = ("article", "chapter", "book", "report")

_EDITED = re.compile(r"\s?\((?:Eds?|[ÉéEe]ds?|[Dd]irs?|[Cc]oords?|Hrsg)\.?\)[.,]?\s?")
_IN = re.compile(r"(?<=[.?!…”\"’»)\]])\s(?:In|Dans)\s?:?\s(?=\S)")
_ADDRESS = re.compile(r"https?://|\bdoi:|\b(?:(?:dx|www)\.)?doi\.org/", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"“”]+")
_RETRIEVED = re.compile(r"\s(?:Retrieved|Available|Rep[ée]r[ée]|R[ée]cup[ée]r[ée])\b[^.]{0,60}$")
_ONLINE = re.compile(
    r"[.,]\s?\(?((?:Advanced? online|Online first|Online ahead|Epub ahead|(?:Publication|Diffusion) (?:anticipée )?en ligne|Prépublication)[^.()]{0,40})",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(r"\s?\[[^\[\]]{1,120}\]")
_DESCRIBED = re.compile(r"\s?\[([^\[\]]{1,120})\]$")
_ENDS_TITLE = frozenset('.?!…”"’»)]')
_QUOTED = 4
_THE_AUTHOR = frozenset({"author", "authors", "auteur", "auteurs"})
_QUOTES = {"“": "”", '"': '"', "«": "»"}


class Reference(NamedTuple):
    """One source. A text that the line does not give is ''; a number None; ``kind`` is one of ``KINDS``.

    ``cut_short``: the line names some authors only. ``container`` is the journal, or a chapter's book. ``edition`` is a
    bare number, or a word such as "Rev.". ``doi`` is bare. ``note`` is what has no field of its own ("in press").
    ``line`` is the whole line as text.
    """

    kind: str
    title: str
    line: str
    authors: tuple[Person, ...] = ()
    cut_short: bool = False
    editors: tuple[Person, ...] = ()
    year: int | None = None
    month: int | None = None
    day: int | None = None
    container: str = ""
    volume: str = ""
    number: str = ""
    first_page: str = ""
    last_page: str = ""
    article_number: str = ""
    edition: str = ""
    place: str = ""
    publisher: str = ""
    doi: str = ""
    url: str = ""
    note: str = ""

    @property
    def pages(self) -> str:
        """``90–104``, ``90``, or the article's number; ''."""
        return "–".join(filter(None, (self.first_page, self.last_page))) or self.article_number


class _Line(NamedTuple):
    """The line as text, each run of spaces one space, and where its italics begin and end."""

    text: str
    italics: tuple[tuple[int, int], ...]


def read_reference(summary: Summary) -> Reference:
    """What the citation of ``summary`` says. Its headers ``Kind``, ``DOI`` and ``Link`` win over the line.

    Without a citation the title is the summary's own.
    """
    reference = _read_citation(summary.citation_prose, summary.kind.text.strip().casefold())
    return reference._replace(
        title=reference.title or " ".join(summary.title.text.split()),
        doi=summary.doi or reference.doi,
        url=" ".join(summary.link.text.split()) or reference.url,
    )


# A page asks twice, an export once, and there are four of those
@lru_cache(maxsize=8192)
def _read_citation(prose: tuple[Inline, ...], given: str) -> Reference:
    line = _flat(prose)
    reference = _read_line(line, given if given in KINDS else "")
    return reference._replace(doi=find_doi(line.text) or "", url=_url(line.text, prose))


def _flat(prose: tuple[Inline, ...]) -> _Line:
    text: list[str] = []
    italics: list[tuple[int, int]] = []
    length = 0
    for piece, is_italic in _pieces(prose, is_italic=False):
        shown = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", INVISIBLE.sub("", piece))
        if not length or text[-1].endswith(" "):
            shown = shown.lstrip(" ")
        if not shown:
            continue
        if is_italic:
            blank = len(shown) - len(shown.lstrip())
            italics.append((length + blank, length + len(shown.rstrip())))
        text.append(shown)
        length += len(shown)
    return _Line("".join(text).rstrip(), tuple(italics))


def _pieces(prose: tuple[Inline, ...], *, is_italic: bool) -> Iterator[tuple[str, bool]]:
    for node in prose:
        match node:
            case Text(text):
                yield text, is_italic
            case LineBreak():
                yield " ", is_italic
            case Emphasis(children):
                yield from _pieces(children, is_italic=True)
            case Strong(children) | Link(_, children):
                yield from _pieces(children, is_italic=is_italic)


def _url(text: str, prose: tuple[Inline, ...]) -> str:
    """The first web address in the line, or behind its words, that is not a DOI's."""
    written = (trim_url(found[0]) for found in _WEB_ADDRESS.finditer(text))
    linked = (node.url for node in prose if isinstance(node, Link) and node.url.startswith(("http:", "https:")))
    return next((url for url in (*written, *linked) if not DOI_IN_TEXT.match(url)), "")


def _read_line(line: _Line, kind: str) -> Reference:
    published = find_published(line.text)
    start = published.end if published else 0
    address = _ADDRESS.search(line.text, start)
    body = line.text[: address.start()] if address else line.text
    body = _RETRIEVED.sub("", body.rstrip(" ([<")).rstrip()
    if published is None:
        return Reference(kind or "article", _title(body) or line.text, line.text)
    online = _ONLINE.search(line.text, start)
    body = body[: online.start() + 1] if online else body
    after = len(body) - len(body[start:].lstrip(" .,:;"))
    source = _source(_Line(body, line.italics), after, kind, is_edited=_is_edited(body[: published.start]))
    reference = source._replace(
        line=line.text,
        year=published.year,
        month=published.month,
        day=published.day,
        note="; ".join(filter(None, (published.status, online[1].strip() if online else "", source.note))),
    )
    return _with_people(reference, body, published)


def _with_people(reference: Reference, body: str, published: Published) -> Reference:
    before = body[: published.start].strip()
    if reference.container and not reference.title:
        # What has no author has its title before the date
        return reference._replace(title=_title(before) or reference.line)
    edited = _EDITED.search(before + " ") if _is_edited(before) else None
    names = read_names(before[: edited.start()] if edited else before) if before else Names()
    reference = reference._replace(title=reference.title or reference.line, cut_short=names.cut_short)
    reference = reference._replace(editors=names.people) if edited else reference._replace(authors=names.people)
    if reference.publisher.casefold() in _THE_AUTHOR and names.people:
        return reference._replace(publisher=names.people[0].in_order)
    return reference


def _is_edited(before: str) -> bool:
    """The people before the date are editors: their list ends in ``(Eds.)``."""
    found = _EDITED.search(f"{before.strip()} ")
    return found is not None and found.end() >= len(before.strip())


def _source(line: _Line, start: int, kind: str, *, is_edited: bool) -> Reference:
    """The title, from ``start`` on, and where it appeared."""
    marks = list(_IN.finditer(line.text, max(start - 1, 0)))
    edited = _EDITED.search(line.text, start)
    italic_starts = {begin for begin, _ in line.italics}
    within = [
        mark
        for mark in marks
        if (edited and mark.end() < edited.start()) or mark.end() in italic_starts or kind == "chapter"
    ]
    if within and kind in {"", "chapter"}:
        return _chapter(line, start, within[-1], edited)
    opening = next((span for span in line.italics if span[0] == start), None)
    if opening and next(find_locators(line.text[slice(*opening)]), None):
        # All of it in italics tells nothing
        line, opening = _Line(line.text, ()), None
    container = _container(line, start)
    is_book = is_edited or (opening is not None and container is None) or _is_book(line.text[start:])
    if kind in {"book", "report"} or (not kind and is_book):
        return _book(line, start, opening, kind)
    return _article(line, start, container, kind)


def _is_book(text: str) -> bool:
    """Without italics: brackets with an edition, and no volume and pages of a journal."""
    return bool(read_imprint(text).edition) and next(find_locators(text), None) is None


def _container(line: _Line, start: int) -> tuple[int, int] | None:
    """The italics that name the journal: the last that begin a sentence after the title's, or are followed by a volume."""
    found = None
    for begin, end in line.italics:
        if start < begin < len(line.text) and any(map(str.isalpha, line.text[begin:end])):
            before = line.text[start:begin].rstrip(' “"«')
            if before[-1:] in _ENDS_TITLE or (found is None and re.match(r"\s?,\s?[0-9]", line.text[end : end + 4])):
                found = begin, end
    return found


def _article(line: _Line, start: int, container: tuple[int, int] | None, kind: str) -> Reference:
    body = line.text
    if container:
        begin, end = container
        locator = next(find_locators(body[begin:]), None)
        journal = body[begin : begin + locator.start] if locator else body[begin:end]
    else:
        locator = None
        for locator in find_locators(body[start:]):  # noqa: B007 - the last one counts
            pass
        end = start + locator.start if locator else len(body)
        sentence = last_sentence(body[start:end])
        begin = start + sentence if sentence else end
        journal = body[begin:end]
    title = _title(body[start:begin])
    if locator is None:
        return Reference(kind or "article", title, "", container=journal.strip(" .,;"))
    reference = Reference(kind or "article", title, "", container=journal.strip(" ,;"))
    return reference._replace(
        volume=locator.volume,
        number=locator.number,
        first_page=locator.first_page,
        last_page=locator.last_page,
        article_number=locator.article_number,
    )


def _chapter(line: _Line, start: int, mark: re.Match[str], edited: re.Match[str] | None) -> Reference:
    body = line.text
    begin = mark.end()
    editors = Names()
    if edited and edited.start() > begin:
        editors = read_names(body[begin : edited.start()])
        begin = edited.end()
    book = _book(_Line(body, line.italics), begin, next((span for span in line.italics if span[0] == begin), None), "")
    return book._replace(
        kind="chapter", title=_title(body[start : mark.start()]), container=book.title, editors=editors.people
    )


def _book(line: _Line, start: int, italic: tuple[int, int] | None, kind: str) -> Reference:
    text = line.text[start:]
    title_end = italic[1] - start if italic else None
    behind = _DESCRIPTION.match(text, title_end) if title_end is not None else None
    imprint = read_imprint(text, behind.end() if behind else title_end)
    title = text[: imprint.start]
    described = _DESCRIBED.search(title.rstrip(" ."))
    return Reference(
        kind or ("report" if imprint.number else "book"),
        _title(title[: described.start()] if described else title),
        "",
        volume=imprint.volume,
        number=imprint.number,
        first_page=imprint.first_page,
        last_page=imprint.last_page,
        edition=imprint.edition,
        place=imprint.place,
        publisher=imprint.publisher,
        note=described[1] if described else "",
    )


def _title(text: str) -> str:
    """``text`` without the full stop that ends it and the quotation marks around it."""
    bare = text.strip(" ,;")
    if bare.endswith(".") and not bare.endswith(".."):
        bare = bare[:-1].rstrip()
    if len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1] and bare[0] not in bare[1:-1]:
        bare = bare[1:-1].rstrip(".")
    return bare
