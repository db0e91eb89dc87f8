"""Summaries made of a citation alone, for tests of what is read out of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pprmail.archive.shelf import Entry
from pprmail.manuscript.inline import parse_inline
from pprmail.model import Issue, Passage, Summary, Topic

if TYPE_CHECKING:
    from pprmail.model import Erratum, Retraction

NOTHING = Passage("", "1-doe.md")


def summary_of(  # noqa: PLR0913 - a summary has many headers
    citation: str,
    *,
    title: str = "Does Therapy Help?",
    kind: str = "",
    doi: str | None = None,
    link: str = "",
    guest: str = "",
    errata: tuple[Erratum, ...] = (),
    retraction: Retraction | None = None,
) -> Summary:
    """The summary that an author's file with these headers becomes; its body is empty."""
    return Summary(
        path="issues/2020-08/1-doe.md",
        title=Passage(title, "1-doe.md"),
        blurb=NOTHING,
        citation=Passage(citation, "1-doe.md"),
        citation_prose=parse_inline(Passage(citation, "1-doe.md")),
        doi_source=NOTHING,
        doi=doi,
        link=Passage(link, "1-doe.md"),
        kind=Passage(kind, "1-doe.md"),
        topics=(Topic(NOTHING, "Adherence"), Topic(NOTHING, "Long-term Outcomes")),
        topics_source=NOTHING,
        research_type=Topic(NOTHING, "Meta-analysis"),
        guest=Passage(guest, "1-doe.md"),
        author_email=NOTHING,
        slug_source=NOTHING,
        slug="does-therapy-help",
        sent_slug="",
        reprint_of=NOTHING,
        errata=errata,
        retraction=retraction,
        check_ok=(),
        body=(),
        implications=(),
        has_implications=True,
        implications_source=NOTHING,
    )


def entry_of(summary: Summary) -> Entry:
    """``summary`` as the only one of August 2020."""
    issue = Issue(
        key="2020-08",
        path="issues/2020-08",
        month=NOTHING,
        subject=NOTHING,
        intro=NOTHING,
        intro_prose=(),
        day=date(2020, 8, 14),
        draft=False,
        word=(),
        notices=(),
        summaries=(summary,),
        check_ok=(),
        receipt=None,
    )
    return Entry(issue, summary, f"2020-08/{summary.slug}/")
