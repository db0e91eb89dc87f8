"""What registers say of the sources in issues: a list of retractions, Crossref, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.editorial.retractions import cited_doi, retraction_problems, went_out
from pprmail.registers.retraction_list import list_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue, Summary
    from pprmail.registers.crossref import Answers, Crossref
    from pprmail.registers.retraction_list import RetractionList
    from pprmail.settings import Settings


class Literature:
    """Looks up the sources of issues in ``listing`` and at ``crossref``, either of which may be None, and keeps count.

    ``looked_up`` and ``without_doi``: how many sources so far. ``missed``: which DOIs Crossref said nothing of, by the reason.
    """

    def __init__(self, settings: Settings, listing: RetractionList | None, crossref: Crossref | None = None) -> None:
        self._zone = settings.newsletter.zone
        self.listing = listing
        self.crossref = crossref
        self.looked_up = self.without_doi = 0
        self.missed: dict[str, dict[str, None]] = {}

    @property
    def knows_all(self) -> bool:
        """Every register was asked and has answered: what was not found so far is not there."""
        return self.crossref is not None and not self.missed

    def problems(self, issue: Issue) -> tuple[Problem, ...]:
        """What the registers say of the sources in ``issue``, not silenced yet. Raises ``PprmailError`` when the list is gone."""
        return tuple(one for summary in issue.summaries for one in self._problems_of(issue, summary))

    def _problems_of(self, issue: Issue, summary: Summary) -> Iterator[Problem]:
        cited = cited_doi(summary)
        if cited is None:
            self.without_doi += 1
            return
        self.looked_up += 1
        listed = list(self.listing.find(cited.doi)) if self.listing else []
        if self.crossref:
            answers = self.crossref.look_up([cited.doi])
            yield from _mismatches(summary, answers, cited.doi)
            work = answers.find(cited.doi)
            listed += work.listed if work else ()
            for doi, why in answers.missed.items():
                self.missed.setdefault(why, {})[doi] = None
        yield from retraction_problems(summary, listed, went_out(issue, summary, self._zone))


def literature_of(settings: Settings) -> Literature | None:
    """The list of ``[check] retractions``, ready to be asked; None when it names none. Raises ``PprmailError``."""
    listing = list_of(settings)
    return Literature(settings, listing) if listing else None


def _mismatches(summary: Summary, answers: Answers, doi: str) -> Iterator[Problem]:
    from pprmail.editorial.mismatch import mismatch_problems, unknown_problem

    if answers.is_unknown(doi):
        yield from unknown_problem(summary)
    elif work := answers.find(doi):
        yield from mismatch_problems(summary, work)
