"""The rules of what became of a source: retracted, doubted or corrected since it appeared.

A register knows sources by their DOI. A summary without one (``cited_doi`` is None) cannot be looked up, and these rules say nothing
of it: whoever looks up tells how many those are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import find_addressed_doi, find_doi
from pprmail.literature import CONCERN, CORRECTION, RETRACTION, fold_doi
from pprmail.model import plain
from pprmail.rules import NOTE, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, tzinfo

    from pprmail.errors import Place, Problem
    from pprmail.literature import Listed
    from pprmail.model import Issue, Summary


class CitedDoi(NamedTuple):
    """The DOI by which a source can be looked up, and where it stands."""

    doi: str
    place: Place


def cited_doi(summary: Summary) -> CitedDoi | None:
    """The DOI of the source: the header's, else the first in the citation or behind its links, else the Link's; None without one.

    A publisher's address may hold it. What no register takes for a DOI, such as one with a space in it (%20), is none.
    """
    return next((one for one in _written_dois(summary) if fold_doi(one.doi)), None)


def _written_dois(summary: Summary) -> Iterator[CitedDoi]:
    if summary.doi:
        yield CitedDoi(summary.doi, summary.doi_source.place())
    if doi := find_doi(plain(summary.citation_prose)):
        # Where a mark of Markdown stands in it, its first character is hard to tell: then the citation's own place does
        yield CitedDoi(doi, summary.citation.place(max(0, summary.citation.text.find(doi))))
    for passage in (summary.citation, summary.link):
        if doi := find_doi(passage.text):
            yield CitedDoi(doi, passage.place(passage.text.find(doi)))
        if addressed := find_addressed_doi(passage.text):
            yield CitedDoi(addressed.doi, passage.place(addressed.offset))


def went_out(issue: Issue, summary: Summary, zone: tzinfo) -> date | None:
    """The day on which ``summary`` was sent with ``issue``; None when it was not."""
    return issue.receipt.sealed.astimezone(zone).date() if issue.receipt and summary.sent_slug else None


def retraction_problems(summary: Summary, listed: Iterable[Listed], sent_on: date | None = None) -> Iterator[Problem]:
    """What the registers' entries ``listed``, all of which stand, mean for ``summary``; each problem is at the place of the DOI.

    ``sent_on``: the day on which the summary was sent. A retraction is an error, unless the header Retracted tells readers of it:
    then a note. Beside it nothing else counts. A correction is not told when an Erratum of its day or a later one may answer it, nor
    is anything told twice that several registers list.
    """
    cited = cited_doi(summary)
    stands = tuple(listed)
    if cited is None:
        return
    if retracted := [one for one in stands if one.nature == RETRACTION]:
        # Of several registers, the one that knows most
        entry = max(retracted, key=lambda one: (bool(one.reason), bool(one.notice_doi), str(one.day or "")))
        yield _retracted(summary, cited, entry, sent_on)
        return
    told = set()
    answered = max((erratum.day for erratum in summary.errata), default=None)
    for one in stands:
        same = (one.nature, fold_doi(one.notice_doi) or one.day)
        if same in told:
            continue
        told.add(same)
        if one.nature == CONCERN:
            yield _doubted(cited, one)
        elif one.nature == CORRECTION and (answered is None or (one.day is not None and one.day > answered)):
            yield _corrected(cited, one)


def _retracted(summary: Summary, cited: CitedDoi, entry: Listed, sent_on: date | None) -> Problem:
    own = summary.retraction
    if own is None:
        sent = f", and the summary went out on {sent_on}" if sent_on else ""
        message = f"this article was retracted{_when(entry)}{_notice(entry)}{sent}"
        # A notice without a DOI of its own stands on the article's page
        header = f"'Retracted: {entry.day or 'YYYY-MM-DD'} {entry.notice_doi or cited.doi}'"
        header += "" if entry.notice_doi else " (the article's own DOI serves where the notice has none)"
        take_out = f"take the summary out; once sent, add the header {header}"
        hint = f"add the header {header}, so that site and feeds say so" if sent_on else take_out
        return problem("retracted", cited.place, message, hint)
    other = (entry.day not in {None, own.day}) or fold_doi(entry.notice_doi) not in {"", fold_doi(own.doi)}
    message = f"this article was retracted{_when(entry)}{_notice(entry)}; the header Retracted tells readers"
    hint = f"it says {own.day} {own.doi}: look which of the two is right" if other else ""
    return problem("retracted", cited.place, message, hint, NOTE)


def _doubted(cited: CitedDoi, entry: Listed) -> Problem:
    message = f"the journal published an expression of concern about this article{_when(entry)}{_notice(entry)}"
    return problem(
        "expression-of-concern", cited.place, message, "read it, and tell readers of it or take the summary out"
    )


def _corrected(cited: CitedDoi, entry: Listed) -> Problem:
    message = f"this article was corrected{_when(entry)}{_notice(entry)}"
    hint = (
        "read what was corrected and mend the summary; once sent, add the header 'Erratum: YYYY-MM-DD — what was wrong'"
    )
    return problem("corrected", cited.place, message, hint)


def _when(entry: Listed) -> str:
    return f" on {entry.day}" if entry.day else ""


def _notice(entry: Listed) -> str:
    """`` (notice 10.1000/n: Error in Data)``, as far as the register knows; ''."""
    notice = f"notice {entry.notice_doi}" if entry.notice_doi else ""
    said = ": ".join(filter(None, (notice, entry.reason)))
    return f" ({said})" if said else ""
