"""One source summarised twice: in an issue, or after an earlier one."""

from __future__ import annotations

from itertools import filterfalse
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pprmail.citation import folded, is_chapter, source
from pprmail.rules import problem
from pprmail.slugs import slug_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.citation import Outline, Source
    from pprmail.errors import Problem
    from pprmail.model import Issue, Summary

ALIKE = 92
"""Of 100: how alike two titles are that are one, slips aside (``rapidfuzz.distance.Indel``)."""
_ALIKE_WORDS = 82
"""A word of another spelling: centre and center are 83, patients and parents 80."""
_SHORTEST_WORD = 4
_FILLERS = frozenset({"a", "an", "and", "the"})
_ALIKE_AUTHORS = 80
_SHORTEST_TITLE = 16


class EarlierSources(Protocol):
    """Whoever knows the sources of earlier issues (``manuscript.earlier``)."""

    def alike(self, before: str, doi: str, outline: Outline) -> Iterator[Source]:
        """The sources of issues before the month ``before`` that may be the same."""


class _Found(NamedTuple):
    other: Source
    by_doi: bool


def repeat_problems(issue: Issue, earlier: EarlierSources) -> Iterator[Problem]:
    """Every summary whose source another one had before: of this issue, or of an earlier one."""
    if not issue.is_read:
        return
    here: list[Source] = []
    for summary in issue.summaries:
        own = _source_of(issue, summary)
        if not own.doi and not own.outline.title:
            continue
        found = _first_repeat(own, iter(here)) or _earlier_repeat(own, summary, earlier)
        if found:
            yield _told(issue, summary, found)
        here.append(own)


def _source_of(issue: Issue, summary: Summary) -> Source:
    headers = {"title": summary.title.text, "citation": summary.citation.text, "doi": summary.doi or ""}
    return source(issue.key, summary.path, headers)


def _earlier_repeat(own: Source, summary: Summary, earlier: EarlierSources) -> _Found | None:
    """The first of earlier issues; None when one of them is what the summary says it is a reprint of."""
    reprinted = summary.reprint_of.text.partition("/")[0]
    candidates = earlier.alike(own.issue, own.doi, own.outline)
    if not reprinted:
        return _first_repeat(own, candidates)
    every = [found for one in candidates if (found := _repeat(own, one))]
    return None if any(found.other.issue == reprinted for found in every) else next(iter(every), None)


def _first_repeat(own: Source, candidates: Iterator[Source]) -> _Found | None:
    return next((found for one in candidates if (found := _repeat(own, one))), None)


def _told(issue: Issue, summary: Summary, found: _Found) -> Problem:
    other = found.other
    passage = summary.doi_source if found.by_doi and summary.doi_source else summary.citation
    what = f"the DOI {other.doi}" if found.by_doi else "the source"
    hint = "look which of the two has the citation of another article"
    if other.issue == issue.key:
        message = f"{what} is that of {other.path.rpartition('/')[2]} too"
        return problem("source-repeated", passage.place(), message, hint)
    message = f"{what} is that of {other.title!r} in {other.issue} too"
    slug = other.slug or slug_of(other.title)
    return problem(
        "source-repeated", passage.place(), message, f"{hint}; if it is meant, add 'Reprint of: {other.issue}/{slug}'"
    )


def _repeat(own: Source, other: Source) -> _Found | None:
    """Whether the two are one source, and by what that is seen."""
    if own.doi and own.doi == other.doi:
        return None if _are_chapters_of_one_book(own, other) else _Found(other, by_doi=True)
    if own.doi and other.doi:
        # Two works with names much alike, unless one line was copied and only its DOI header changed
        is_copy = folded(own.citation) == folded(other.citation)
        return _Found(other, by_doi=False) if is_copy else None
    return _Found(other, by_doi=False) if _are_one(own.outline, other.outline) else None


def _are_chapters_of_one_book(own: Source, other: Source) -> bool:
    """A chapter without a DOI of its own is cited with the book's (APA 7, 10.3)."""
    return (
        is_chapter(own.citation)
        and is_chapter(other.citation)
        and not _are_alike(own.outline.title, other.outline.title)
    )


def _are_one(one: Outline, other: Outline) -> bool:
    """The same first author and title, slips aside, and years no more than one apart: in print, and ahead of it."""
    if min(len(one.title), len(other.title)) < _SHORTEST_TITLE:
        return one == other and all(one)
    if abs((one.year or 0) - (other.year or 0)) > 1:
        return False
    return _are_alike(one.title, other.title) and (
        one.author == other.author or _likeness(one.author, other.author) >= _ALIKE_AUTHORS
    )


def _are_alike(one: str, other: str) -> bool:
    """The same words in the same order, but for slips: two articles of one group, or two parts, differ by a word.

    ``Therapy for men`` and ``Therapy for women`` are as alike as a title and its misprint.
    """
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    ours, theirs = (list(filterfalse(_FILLERS.__contains__, title.split())) for title in (one, other))
    if len(ours) != len(theirs):
        return False
    changed = [(old, new) for old, new in zip(ours, theirs, strict=True) if old != new]
    return (
        all(_may_be_slip(old, new) for old, new in changed)
        and all(_likeness(old, new) >= _ALIKE_WORDS for old, new in changed)
        and _likeness(one, other) >= ALIKE
    )


def _may_be_slip(old: str, new: str) -> bool:
    """No numeral, and no other beginning, as of inpatients and outpatients."""
    return old[0] == new[0] and min(len(old), len(new)) >= _SHORTEST_WORD and f"{old}{new}".isalpha()


def _likeness(one: str, other: str) -> float:
    from rapidfuzz.distance import Indel

    return 100 * Indel.normalized_similarity(one, other)
