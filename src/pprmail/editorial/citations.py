"""The rules of a summary's citation, taken by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.citation import date_span, find_addressed_doi, find_date, find_doi, find_status, is_chapter
from pprmail.editorial.citation_form import form_problems
from pprmail.editorial.first_author import first_author_problems, own_author
from pprmail.editorial.wording import wording_of_citation
from pprmail.model import Emphasis, plain, plain_prose
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Place, Problem
    from pprmail.model import Issue, Passage, Summary

MONTHS_UNTIL_STALE = 12
_ADDRESSES = ("http", "doi:")
# Compiled when the line holds "online", "print" or "press", which most do not
_ONLINE = (
    r"(?i)(?:[.?!)*_]\s+|[(,]\s?)(advanced? online publication|online first|(?:online|e-?pub) ahead of print|in press"
    r"|(?:publication|diffusion) (?:anticipée en ligne|en ligne anticipée)|sous presse)(?=\s?(?:[.,;)*_]|$))"
)
_ONLINE_GATES = ("nline", "print", "press", "ligne")
_PREPRINTS = {
    "PsyArXiv": ("10.31234/", "psyarxiv.com/", "osf.io/preprints/psyarxiv/"),
    "OSF Preprints": ("10.31219/", "osf.io/preprints/"),
    "bioRxiv": ("biorxiv.org/",),
    "medRxiv": ("medrxiv.org/",),
    "bioRxiv or medRxiv": ("10.1101/",),
    "arXiv": ("10.48550/", "/arxiv.org/"),
    "SSRN": ("10.2139/", "ssrn.com/"),
    "Research Square": ("10.21203/", "researchsquare.com/"),
    "Preprints.org": ("10.20944/", "preprints.org/"),
}
"""Of each server what its DOIs begin with, and its address."""
# bioRxiv and medRxiv share their prefix with the journals of Cold Spring Harbor, whose DOIs have letters
_COLD_SPRING, _COLD_SPRING_PREPRINT = "10.1101/", r"10\.1101/(?:\d{4}\.\d\d\.\d\d\.\d|\d{6}(?!\w))"
# One preprint, not "the preprints of others"; and that peers have not reviewed it. Compiled where a server is named
_TOLD = (
    r"(?i)\bpre[-\u2010\u2011]?print(?![^\W_])"
    r"|(?:\b(?:awaits?|awaiting|before|non?|not|pending|under|without|yet)\b|n['’]t\b)"
    r"(?:\s(?:any|be|been|for|formal|formally|gone|had|passed|the|through|to|undergone|yet)\b){0,5}[\s\u2010\u2011-]peer[\s\u2010\u2011-]{1,3}review"
)


def citation_problems(issue: Issue, summary: Summary, author: str) -> Iterator[Problem]:
    """Every doubt about the citation of one summary of ``issue``; ``author`` writes the newsletter."""
    if not summary.citation:
        return
    yield from _doi_missing(summary)
    yield from form_problems(summary)
    yield from _advance_online_stale(issue, summary)
    yield from first_author_problems(summary)
    yield from _preprint(summary)
    yield from _own_article(summary, author)


def _doi_missing(summary: Summary) -> Iterator[Problem]:
    """An article has its DOI (APA 7, 9.34), unless the author gives another address, or it is not out yet."""
    text = summary.citation.text
    if (
        summary.doi_source
        or summary.link
        or any(mark in text.casefold() for mark in _ADDRESSES)
        or ("10." in text and (find_doi(text) or find_addressed_doi(text)))
        or not _is_article(summary)
    ):
        return
    yield problem(
        "doi-missing",
        summary.citation.place(),
        "the article has no DOI",
        "look it up at search.crossref.org and add 'DOI: 10.…'; for an article that has none, add 'Link: https://…'",
    )


def _is_article(summary: Summary) -> bool:
    """``Kind`` says so; without it, a title in plain letters before the italics of a journal does (APA 7, 9.25 to 9.27)."""
    kind = summary.kind.text.casefold()
    if find_status(summary.citation.text):
        return False
    if kind:
        return kind == "article"
    before = ""
    for node in summary.citation_prose:
        if isinstance(node, Emphasis):
            date = date_span(before)
            title = before[date.end :].strip(" .,:") if date else ""
            if title:
                return not title.endswith(")") and not is_chapter(before)
            if date:
                return False
        before += plain((node,))
    return _reads_as_article(summary)


def _reads_as_article(summary: Summary) -> bool:
    """A line without italics is read whole; that takes 10 ms to import, and is rare."""
    from pprmail.reference import read_reference

    read = read_reference(summary)
    return read.kind == "article" and bool(read.volume)


def _advance_online_stale(issue: Issue, summary: Summary) -> Iterator[Problem]:
    """More than a year after the article was published ahead of print, it is in print."""
    text = summary.citation.text
    if not any(gate in text for gate in _ONLINE_GATES):
        return
    date = find_date(text)
    found = re.compile(_ONLINE).search(text, date.offset) if date else None
    if date is None or found is None:
        return
    months = (issue.day.year - date.year) * 12 + issue.day.month - (date.month or 12)
    if months > MONTHS_UNTIL_STALE:
        yield problem(
            "advance-online-stale",
            summary.citation.place(found.start(1)),
            f"{found[1]!r} in {date.year}, and the issue is of {issue.day.year}",
            "look up the volume and the pages at its DOI, and whether the year is still the same",
        )


def _preprint(summary: Summary) -> Iterator[Problem]:
    """The server that the DOI, the address or the line itself names; quiet when the text tells readers."""
    found = _server(summary)
    if found is None:
        return
    told = f"{summary.title.text} {plain_prose(summary.body)} {plain_prose(summary.implications)}"
    if not re.compile(_TOLD).search(told):
        yield problem(
            "preprint",
            found[0],
            f"{found[1]} holds preprints, which nobody has reviewed",
            "say in the text that this is a preprint, or cite the article that came of it",
        )


def _server(summary: Summary) -> tuple[Place, str] | None:
    """Where a server of preprints is named, and its name. An article with a DOI of its own may have a free copy there."""
    citation = summary.citation
    if summary.doi:
        return _server_in(summary.doi_source)
    doi = find_doi(citation.text) if "10." in citation.text else None
    if doi:
        at = citation.text.find(doi)
        return _server_in(citation.part(at, at + len(doi)))
    found = _server_in(summary.link) or _server_in(citation)
    if found or not any(name in citation.text for name in _PREPRINTS):
        return found
    # Where a journal or a publisher stands: a sentence of its own after the title
    names = "|".join(map(re.escape, _PREPRINTS))
    named = re.search(rf"[.?!\])*_]\s+[*_]?({names})(?=[*_]?\s?(?:[.,:;(\[]|$))", citation.text)
    date = date_span(citation.text)
    return (citation.place(named.start(1)), named[1]) if named and date and named.start() > date.end else None


def _server_in(source: Passage) -> tuple[Place, str] | None:
    """The first server whose DOI or address stands in ``source``."""
    for name, marks in _PREPRINTS.items():
        for mark in marks:
            at = source.text.find(mark)
            if at >= 0 and (mark != _COLD_SPRING or re.compile(_COLD_SPRING_PREPRINT).match(source.text, at)):
                return source.place(at), name
    return None


def _own_article(summary: Summary, author: str) -> Iterator[Problem]:
    """The summary's author (a guest, when there is one) is an author of the study."""
    own = own_author(summary, summary.guest.text or author)
    if own:
        yield wording_of_citation(summary).problem(
            "own-article",
            own.at,
            f"{own.family}, {own.initials}, who wrote the summary, is an author of the article",
            "tell readers so in the text, such as 'I am one of the authors'",
        )
