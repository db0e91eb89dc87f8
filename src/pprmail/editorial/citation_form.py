"""The form of a citation: what APA 7 (chapters 8 and 9) writes otherwise, in one warning a citation.

All of it is looked for in the line as it was typed, so that ``mending`` finds it at the same places.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import date_span, is_chapter
from pprmail.editorial.bylines import initials_at, is_suffix, pieces, tight_editors, tight_initials
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.citation import Span
    from pprmail.errors import Problem
    from pprmail.model import Summary

EN_DASH = "–"
_NAMED_BEFORE_ELLIPSIS = 19
_ELLIPSES = (". . .", "...", "…")
_ADDRESSES = ("http", "doi.org", "doi:", "DOI:", "doi 10", "DOI 10")
_HYPHENS = "-\u2010\u2011\u2012\u2014\u2212"
_TRUE_HYPHENS = frozenset("-\u2010\u2011")
_BEFORE_TITLE = ' *_“"‘«['
# Compiled when they are first needed, which most citations never do
_RANGE = (
    r"(?:(?<=[*_)\d]),\s?(?:pp?\.\s?)?|\bpp\.\s?|[,(]\s?p\.\s?)(?P<prefix>[A-Za-z]{0,3})(?P<first>\d{1,7})"
    rf"(?P<dash>\s?(?:--|[{_HYPHENS}])\s?)(?P<again>[A-Za-z]{{0,3}})(?P<last>\d{{1,7}})(?=\s?(?:[.,;)*_(\[]|$))"
)
# An opening mark before a letter; what is closed by the next one of its kind may end in ", 12", the volume
_NAME_IN_ITALICS = r"(?P<comma>,)?\s(?P<mark>[*_])(?=[^\W\d_])[^*_]{1,300}(?P=mark)"
_VOLUME_OR_END = r"(?<=\d)[*_]|[*_](?:\.|$|,?\s?[*_]?\(?\d)"
_EDITION = r"(?<!\d)(\d{1,2}(?:st|nd|rd|th))(?:ed\b\.?| ed(?=[),]))"


class Hyphen(NamedTuple):
    """What stands from ``start`` to ``end`` for an en dash, within the pages from ``first`` to ``last``."""

    start: int
    end: int
    first: int
    last: int


class Fault(NamedTuple):
    """A slip at ``offset`` of the line; ``words`` say which."""

    offset: int
    words: str


def form_problems(summary: Summary) -> Iterator[Problem]:
    """One warning at the first slip, naming them all."""
    text = summary.citation.text
    span = date_span(text)
    if span is None:
        return
    faults = sorted((*_author_faults(text[: span.start]), *_source_faults(summary, span)))
    if faults:
        hint = (
            "'pprmail check --fix' mends initials and page ranges"
            if any(one.words.startswith(("initials", "pages")) for one in faults)
            else "APA 7 writes 'Doe, J. R., & Roe, R. (2019). Title of the article. *Journal*, *53*(1), 90–104.'"
        )
        slips = dict.fromkeys(one.words for one in faults)
        yield problem(
            "citation-form", summary.citation.place(faults[0].offset), f"in the citation: {'; '.join(slips)}", hint
        )


def _author_faults(byline: str) -> Iterator[Fault]:
    """APA 7, 9.8 (a list of authors) and 6.9 (initials)."""
    tight = next(tight_initials(byline), None)
    if tight is not None:
        yield _tight(byline, tight)
    cut_at = _ellipsis(byline)
    names = 0
    for piece in pieces(byline):
        last = piece.initials.rpartition(" ")[2]
        if len(last) == 1 and last.isupper():
            yield Fault(piece.at, f"an initial without its full stop ({piece.initials!r})")
        before_and, ampersand, _ = piece.text.partition(" & ")
        if ampersand and (piece.initials == before_and.rstrip() or (names and is_suffix(before_and))):
            yield Fault(piece.at + len(before_and), "a missing comma before '&'")
        names += not piece.initials and not is_suffix(piece.text) and (cut_at is None or piece.at < cut_at)
    if cut_at is not None and names < _NAMED_BEFORE_ELLIPSIS:
        yield Fault(cut_at, "an author list cut short by an ellipsis (up to 20 authors are all named)")
    others = byline.find(" et al")
    if others > 0:
        yield Fault(others + 1, "'et al.' in the author list (up to 20 authors are all named)")


def _tight(text: str, at: int) -> Fault:
    start, initials = initials_at(text, at)
    return Fault(start, f"initials without a space ({initials!r})")


def _ellipsis(byline: str) -> int | None:
    """Where the first ellipsis stands; the full stop of an initial before it is none of its own."""
    plain = byline.replace("\u00a0", " ")
    at = min((found for mark in _ELLIPSES if (found := plain.find(mark)) >= 0), default=-1)
    if at < 0:
        return None
    is_initial = plain[at] == "." and plain[at - 1 : at].isalpha()
    return at + 1 + (plain[at + 1] == " ") if is_initial else at


def _source_faults(summary: Summary, span: Span) -> Iterator[Fault]:
    text = summary.citation.text
    after = text[span.end : span.end + 3].lstrip(_BEFORE_TITLE)[:1]
    if (after.isalnum() or after == ",") and any(one.initials for one in pieces(text[: span.start])):
        what = "a comma for the full stop" if after == "," else "a missing full stop"
        yield Fault(span.end, f"{what} after {text[span.start : span.end]!r}")
    editor = next(tight_editors(text, span.end), None)
    if editor is not None:
        yield _tight(text, editor)
    comma = _comma_before_journal(text, span.end)
    if comma is not None and summary.kind.text.casefold() in {"", "article"}:
        yield Fault(comma, "a comma where a full stop ends the title")
    dash = next(page_hyphens(text, span.end), None)
    if dash is not None:
        what = "a hyphen" if text[dash.start : dash.end].strip() in _TRUE_HYPHENS else "another dash"
        yield Fault(dash.first, f"pages with {what} for an en dash ({text[dash.first : dash.last]})")
    if "ed" in text[span.end :]:
        found = re.compile(_EDITION).search(text, span.end)
        if found:
            yield Fault(found.start(), f"{found[0]!r} for '{found[1]} ed.'")


def _comma_before_journal(text: str, start: int) -> int | None:
    """Where a comma ends the title: before the only name in italics, which a volume follows, or nothing."""
    if (text.find(", *", start) < 0 and text.find(", _", start) < 0) or is_chapter(text):
        return None
    names = list(re.compile(_NAME_IN_ITALICS).finditer(text, start))
    if len(names) != 1 or not names[0]["comma"]:
        return None
    return names[0].start() if re.compile(_VOLUME_OR_END).match(text, names[0].end() - 1) else None


def page_hyphens(text: str, start: int) -> Iterator[Hyphen]:
    """Ranges of pages whose dash is none (APA 7, 6.6), from ``start`` of the line, where its date ends."""
    end = min((at for mark in _ADDRESSES if (at := text.find(mark, start)) >= 0), default=len(text))
    if not any(mark in text[start:end] for mark in _HYPHENS):
        return
    for found in re.compile(_RANGE).finditer(text, start, end):
        first, last = found["first"], found["last"]
        whole = first[: len(first) - len(last)] + last
        if found["again"] in {"", found["prefix"]} and int(first) < int(whole):
            yield Hyphen(found.start("dash"), found.end("dash"), found.start("prefix"), found.end("last"))
