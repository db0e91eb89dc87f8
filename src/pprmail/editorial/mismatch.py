"""Whether the article that a DOI leads to is the one that the citation names: title, year and first author compared.

Two spellings of one thing are no mismatch: letter case, punctuation, accents, dashes, a subtitle left out, online a year before print.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING

from pprmail.citation import folded
from pprmail.editorial.retractions import cited_doi
from pprmail.reference import read_reference
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pprmail.errors import Problem
    from pprmail.literature import Work
    from pprmail.model import Summary
    from pprmail.reference import Person, Reference

_MOST_OTHER = 0.1
"""The share of a title's letters that may stand in other words. Two titles of one field differ in a single word at times
(borderline, avoidant); what may differ is a 'the'."""
_NEAR = 0.8
"""How alike two words are, from 0 to 1 (difflib's ratio), to be one word in two spellings (behavioural, behavioral)."""
_SHORTEST_START = 12
"""Letters of a title without its subtitle, or within a line that says more: of fewer, two titles may have the same by chance."""
_SUBTITLE = re.compile(r"[:—]|[?!.–]\s")
_BETWEEN = re.compile(r'[.,:;?!()\[\]“”"–—]')
# What publishers put before a title when the article was withdrawn
_MARK = re.compile(
    r"(?:retracted(?: article| chapter)?|retraction|withdrawn|removed|temporary removal)\b[:\s–—-]+", re.IGNORECASE
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def mismatch_problems(summary: Summary, work: Work) -> Iterator[Problem]:
    """Where the citation of ``summary`` differs from ``work``, which Crossref holds for its DOI: warnings, both values told.

    What one of the two does not say is not compared.
    """
    cited = cited_doi(summary)
    if cited is None or not summary.citation:
        return
    reference = read_reference(summary)
    hint = "look whether the DOI leads to the article, and mend what is wrong"
    for fault in _faults(reference, work):
        yield problem("citation-mismatch", cited.place, f"Crossref holds {cited.doi} {fault}", hint)


def unknown_problem(summary: Summary) -> Iterator[Problem]:
    """That Crossref does not know the DOI: other agencies register DOIs too, DataCite above all, so this is a doubt."""
    if cited := cited_doi(summary):
        message = f"Crossref does not know the DOI {cited.doi}"
        hint = f"look whether https://doi.org/{cited.doi} leads to the article: other agencies, such as DataCite, give DOIs too"
        yield problem("citation-mismatch", cited.place, message, hint)


def _faults(reference: Reference, work: Work) -> Iterator[str]:
    # A chapter is often cited with its book's DOI
    if (
        reference.kind == "chapter"
        and reference.container
        and any(_one_title(reference.container, one) for one in work.titles)
    ):
        return
    if work.titles and not any(_is_cited(one, reference) for one in work.titles):
        yield f"under the title ‘{work.titles[0]}’, the citation says ‘{reference.title}’"
    if work.years and reference.year and reference.year not in work.years:
        yield f"as of {_either(work.years)}, the citation says {reference.year}"
    if work.family and reference.authors and not _one_person(reference.authors[0], work):
        yield f"with {work.family} as first author, the citation names {reference.authors[0].family} first"


def _either(years: Iterable[int]) -> str:
    return " or ".join(map(str, sorted(set(years))))


def _is_cited(held: str, reference: Reference) -> bool:
    """The citation's title; or what stands between two marks of the line, where the line is not APA's and its title cannot be told."""
    return _one_title(reference.title, held) or _is_between_marks(held, reference.line)


def _is_between_marks(title: str, line: str) -> bool:
    letters = "".join(_words(title))
    pieces = ["".join(_words(piece)) for piece in _BETWEEN.split(line)]
    marks = list(accumulate(map(len, pieces), initial=0))
    whole = "".join(pieces)
    return len(letters) >= _SHORTEST_START and any(
        whole.startswith(letters, at) and at + len(letters) in marks for at in marks
    )


def _one_title(cited: str, held: str) -> bool:
    """The same title, or one is the other without its subtitle."""
    return (
        _alike(cited, held)
        or any(_alike(head, held) for head in _heads(cited))
        or any(_alike(cited, head) for head in _heads(held))
    )


def _heads(title: str) -> Iterator[str]:
    """What stands before each colon, question mark or dash of ``title``, where it is enough to tell one title from another."""
    for mark in _SUBTITLE.finditer(title):
        head = title[: mark.start()]
        if len("".join(_words(head))) >= _SHORTEST_START:
            yield head


def _alike(cited: str, held: str) -> bool:
    one, other = sorted((_words(cited), _words(held)))
    longest = max(len("".join(one)), len("".join(other)))
    return sum(_letters_apart(one, other)) <= _MOST_OTHER * longest


def _letters_apart(one: list[str], other: list[str]) -> Iterator[int]:
    """How many letters stand where the two have other words; two spellings, or one word in two parts, are the same."""
    for kind, begin, end, begin_other, end_other in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        here, there = "".join(one[begin:end]), "".join(other[begin_other:end_other])
        if kind != "equal" and SequenceMatcher(None, here, there, autojunk=False).ratio() < _NEAR:
            yield max(len(here), len(there))


def _words(title: str) -> list[str]:
    """The words of ``title`` in one case, without accents, apostrophes and the publisher's mark."""
    bare = _MARK.sub("", title.strip(), count=1).replace("’", "").replace("'", "").replace("&", " and ")
    return folded(bare).split()


def _one_person(cited: Person, work: Work) -> bool:
    """The same family name: however spelled, with its particles or without, or as the given name of a register that mixed them up."""
    held = _spellings(work.family) | _spellings(work.given)
    return any(_ends_alike(one, other) for one in _spellings(cited.family) for other in held)


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return "".join(one) == "".join(other) or (
        bool(shorter) and shorter in {longer[: len(shorter)], longer[-len(shorter) :]}
    )


def _spellings(name: str) -> set[tuple[str, ...]]:
    """The words of ``name`` folded: ``ü`` as ``u``, and as ``ue``."""
    bare = name.casefold().replace("’", "").replace("'", "")
    composed = unicodedata.normalize("NFC", bare)
    found = {tuple(folded(written).split()) for written in (bare, composed.translate(_SPELLED_OUT))}
    return found - {()}
