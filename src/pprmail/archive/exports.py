"""Citations for a reference manager: the articles summarised, as BibTeX and as RIS."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pprmail.citation import doi_url
from pprmail.reference import read_reference
from pprmail.slugs import slug_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pprmail.archive.shelf import Entry
    from pprmail.reference import Person, Reference

_ENTRY_TYPES = {"article": "article", "chapter": "incollection", "book": "book", "report": "techreport"}
_RIS_TYPES = {"article": "JOUR", "chapter": "CHAP", "book": "BOOK", "report": "RPRT"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# TeX's special characters, and those that its oldest font encoding shows as others (< > |), as most readers know them:
# Zotero takes the dollars off $<$ but leaves {\textless} as it is, and the braces of \{ and \} count as braces
_TEX = str.maketrans(
    {character: f"\\{character}" for character in "&%#_$"}
    | {character: f"${character}$" for character in "<>|"}
    | {
        "{": r"$\lbrace$",
        "}": r"$\rbrace$",
        "\\": r"{\textbackslash}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
    }
)
# Letters that NFKD does not take apart
_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"\w+(?:[-’'.]\w+)*")
_SAYS_NOTHING = frozenset(
    {"a", "an", "and", "at", "by", "do", "does", "for", "how", "in", "is", "of", "on", "the", "to", "what"}
    | {"d", "de", "des", "du", "et", "l", "la", "le", "les", "un", "une"}
)
# Unicode's category Cc
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PARTS_NAMES = re.compile(r"\s(?:and|others)\s", re.IGNORECASE)


def bibtex(entries: Iterable[Entry]) -> str:
    """The sources of ``entries`` as BibTeX, in UTF-8, each under a key of its own; '' without entries.

    Keys are made of the source alone (keefe2019metaanalysis); the second of one name in ``entries`` ends in -2. Letters
    beyond ASCII stay as they are in all else: biber, Zotero and JabRef read UTF-8.
    """
    taken: set[str] = set()
    records = []
    for entry in entries:
        reference = read_reference(entry.summary)
        key = _own_key(_key(reference) or entry.summary.slug or "reference", taken)
        records.append(f"@{_ENTRY_TYPES[reference.kind]}{{{key},\n{_bibtex_lines(reference, _retraction(entry))}}}\n")
    return "\n".join(records)


def ris(entries: Iterable[Entry]) -> str:
    """The sources of ``entries`` as RIS: each field a line that ends in CR LF, as its specification says; '' without entries.

    A journal's name stands under T2 and JF: Zotero takes JO, which some write, for the abbreviation. Editors stand
    under ED, which means the same for a chapter and a book; A2 does not.
    """
    return "".join(_ris_lines(read_reference(entry.summary), _retraction(entry)) for entry in entries)


# A source stands in its summary's file and in its issue's
@lru_cache(maxsize=8192)
def _bibtex_lines(reference: Reference, retraction: str) -> str:
    return "".join(f"  {name} = {value},\n" for name, value in _bibtex_fields(reference, retraction))


@lru_cache(maxsize=8192)
def _ris_lines(reference: Reference, retraction: str) -> str:
    lines = ((tag, _one_line(value)) for tag, value in _ris_fields(reference, retraction))
    return "".join(f"{tag}  - {line}\r\n" for tag, line in lines if line) + "ER  - \r\n\r\n"


@lru_cache(maxsize=8192)
def _key(reference: Reference) -> str:
    """The first family's name, the year and the title's first word that says something, in lower-case ASCII."""
    people = reference.authors or reference.editors
    family = _ascii(people[0].family) if people else ""
    words = (_ascii(word) for word in _WORD.findall(reference.title) if word.casefold() not in _SAYS_NOTHING)
    word = next(filter(None, words), "")
    return f"{family[:40]}{reference.year or 'nd'}{word[:40]}" if family or word else ""


def _ascii(text: str) -> str:
    return slug_of(text.lower().translate(_LATIN)).replace("-", "")


def _own_key(key: str, taken: set[str]) -> str:
    own, number = key, 1
    while own in taken:
        number += 1
        own = f"{key}-{number}"
    taken.add(own)
    return own


def _bibtex_fields(reference: Reference, retraction: str) -> Iterator[tuple[str, str]]:
    """The fields that have a value, each as it is to stand behind its "="."""
    written = {
        "author": _people(reference.authors, cut_short=reference.cut_short),
        "editor": _people(reference.editors, cut_short=reference.cut_short and not reference.authors),
        "year": str(reference.year or ""),
        "title": _protected(reference.title),
        "journal": _tex(reference.container) if reference.kind == "article" else "",
        "booktitle": _protected(reference.container) if reference.kind == "chapter" else "",
        "edition": _ordinal(reference.edition),
        "volume": _tex(reference.volume),
        "number": _tex(reference.number),
        # BibTeX's own styles know no article number: publishers give it as the page
        "pages": _tex(reference.pages).replace("–", "--"),
        "address": _tex(reference.place),
        "institution" if reference.kind == "report" else "publisher": _tex(_publisher(reference)),
        "doi": _verbatim(reference.doi),
        "url": _verbatim(reference.url),
        "note": _tex("; ".join(filter(None, (reference.note, retraction)))),
    }
    for name, value in written.items():
        if value:
            yield name, f"{{{value}}}"
        if name == "year" and reference.month:
            yield "month", _MONTHS[reference.month - 1]
            if reference.day:
                yield "day", f"{{{reference.day}}}"


def _publisher(reference: Reference) -> str:
    """A report needs an institution, and APA leaves out one that is the author."""
    is_own = reference.kind == "report" and reference.authors and reference.authors[0].is_group
    return reference.publisher or (reference.authors[0].family if is_own else "")


def _tex(text: str) -> str:
    """``text`` on one line, with what TeX takes for a command written so that it is shown."""
    return _one_line(text).translate(_TEX)


def _protected(title: str) -> str:
    """``title`` with braces around the words whose capitals a style is not to lower: all but a sentence's first.

    BibTeX keeps the first letter of a title, and of what follows a colon and a space (BibTeX's change.case$).
    """
    line = _one_line(title)
    pieces, last = [], 0
    for word in _WORD.finditer(line):
        pieces.append(line[last : word.start()].translate(_TEX))
        first = word.start() == 0 or line[max(0, word.start() - 2) : word.start()] == ": "
        capitals = word[0][1:] if first else word[0]
        shown = word[0].translate(_TEX)
        pieces.append(f"{{{shown}}}" if capitals != capitals.lower() else shown)
        last = word.end()
    return "".join(pieces) + line[last:].translate(_TEX)


def _verbatim(text: str) -> str:
    """An address or a DOI: read letter by letter, so nothing is escaped; a brace or a backslash is percent-encoded."""
    return _one_line(text).replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


def _people(people: tuple[Person, ...], *, cut_short: bool) -> str:
    names = [_bibtex_name(person) for person in people]
    return " and ".join([*names, "others"] if cut_short and names else names)


def _bibtex_name(person: Person) -> str:
    """``Family, Jr., Given``; a group's name in braces, so that it is not taken apart."""
    if person.is_group:
        return f"{{{_tex(person.family)}}}"
    parts = (_tex(person.family), _tex(person.suffix), _tex(person.given))
    needs_braces = [_PARTS_NAMES.search(f" {part} ") or "," in part for part in parts]
    return ", ".join(
        f"{{{part}}}" if braces else part for part, braces in zip(parts, needs_braces, strict=True) if part
    )


def _ordinal(edition: str) -> str:
    """``3rd`` of ``3``; words stay."""
    if not (edition.isascii() and edition.isdecimal()):
        return _tex(edition)
    teens = edition[-2:-1] == "1"
    return edition + {"1": "st", "2": "nd", "3": "rd"}.get("" if teens else edition[-1], "th")


def _ris_fields(reference: Reference, retraction: str) -> Iterator[tuple[str, str]]:
    yield "TY", _RIS_TYPES[reference.kind]
    for tag, people in (("AU", reference.authors), ("ED", reference.editors)):
        for person in people:
            yield tag, _ris_name(person)
    if reference.year:
        yield "PY", str(reference.year)
        if reference.month:
            yield "DA", f"{reference.year}/{reference.month:02}/{f'{reference.day:02}' if reference.day else ''}/"
    yield "TI", reference.title
    yield "T2", reference.container
    yield "JF", reference.container if reference.kind == "article" else ""
    yield "VL", reference.volume
    # A report's number is its SN (RIS 2011, as EndNote and Zotero read it)
    yield "SN" if reference.kind == "report" else "IS", reference.number
    yield "SP", reference.first_page or reference.article_number
    yield "EP", reference.last_page
    yield "ET", reference.edition
    yield "CY", reference.place
    yield "PB", reference.publisher
    yield "DO", reference.doi
    # Some readers part addresses at a semicolon, which the oldest DOIs hold
    yield "UR", (doi_url(reference.doi) if reference.doi else reference.url).replace(";", "%3B")
    for note in (reference.note, retraction):
        yield "N1", note


def _ris_name(person: Person) -> str:
    """``Family,Given,Suffix``: with a space after each comma, as all readers allow; a comma parts names, so a group has none."""
    if person.is_group:
        return " ".join(person.family.replace(",", " ").split())
    return ", ".join(filter(None, (person.family, person.given, person.suffix)))


def _retraction(entry: Entry) -> str:
    retraction = entry.summary.retraction
    return f"Retracted {retraction.day.isoformat()}: {doi_url(retraction.doi)}" if retraction else ""


def _one_line(text: str) -> str:
    """``text`` with every run of spaces, line ends and control characters as one space."""
    return " ".join(_CONTROL.sub(" ", text).split())
