"""What registers say of the issues that a command reads: the retraction list of ``--retractions``, Crossref for ``--online``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pprmail.cli.console import counted
from pprmail.editorial.retractions import cited_doi, retraction_problems, went_out
from pprmail.registers.retraction_list import list_of, open_retraction_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.cli import App
    from pprmail.errors import Problem
    from pprmail.model import Issue, Summary
    from pprmail.registers.crossref import Answers, Crossref
    from pprmail.registers.retraction_list import RetractionList
    from pprmail.settings import Settings

SHOWN_OF_HASH = 12


class Literature:
    """Looks up the sources of issues in ``listing`` and at ``crossref``, either of which may be None, and keeps count."""

    def __init__(self, settings: Settings, listing: RetractionList | None, crossref: Crossref | None) -> None:
        self._zone = settings.newsletter.zone
        self._listing = listing
        self._crossref = crossref
        self._looked_up = self._without_doi = 0
        self._missed: dict[str, dict[str, None]] = {}

    def problems(self, issue: Issue) -> tuple[Problem, ...]:
        """What the registers say of the sources in ``issue``, not silenced yet."""
        return tuple(one for summary in issue.summaries for one in self._problems_of(issue, summary))

    def notices(self) -> Iterator[str]:
        """What was asked, and for how many of the sources that were seen so far: a line for each register."""
        counts = f"{counted(self._looked_up, 'source')} looked up, {self._without_doi:,} without a DOI"
        if listing := self._listing:
            newest = f"newest {listing.newest}" if listing.newest else "without dates"
            cut_short = f", {listing.cut_short:,} of them cut short" if listing.cut_short else ""
            name, rows = listing.path.name, counted(listing.rows, "row")
            yield f"retractions: {name}, {rows}{cut_short}, {newest}, sha256 {listing.sha256[:SHOWN_OF_HASH]}; {counts}"
        if self._crossref:
            missed = sum(map(len, self._missed.values()))
            yield f"Crossref: {counts}" + (f", {missed:,} without an answer" if missed else "")

    def warnings(self) -> Iterator[str]:
        """Which DOIs Crossref said nothing of, and why: a line for each reason."""
        for why, dois in self._missed.items():
            host = self._crossref.host if self._crossref else ""
            yield f"Crossref said nothing of {', '.join(dois)}: {host} {why}; run this again later"

    def _problems_of(self, issue: Issue, summary: Summary) -> Iterator[Problem]:
        cited = cited_doi(summary)
        if cited is None:
            self._without_doi += 1
            return
        self._looked_up += 1
        listed = list(self._listing.find(cited.doi)) if self._listing else []
        if self._crossref:
            answers = self._crossref.look_up([cited.doi])
            yield from _mismatches(summary, answers, cited.doi)
            work = answers.find(cited.doi)
            listed += work.listed if work else ()
            for doi, why in answers.missed.items():
                self._missed.setdefault(why, {})[doi] = None
        yield from retraction_problems(summary, listed, went_out(issue, summary, self._zone))


@contextmanager
def open_literature(app: App, *, retractions: Path | None = None, online: bool = False) -> Iterator[Literature | None]:
    """What ``--retractions FILE`` and ``--online`` ask for; None when neither they nor the settings ask for anything.

    Raises ``PprmailError`` for a list that cannot be read, and for ``--online`` without an address in the settings.
    """
    listing = open_list(app, retractions)
    if not online:
        yield Literature(app.settings, listing, None) if listing else None
        return
    with open_crossref(app) as crossref:
        yield Literature(app.settings, listing, crossref)


def open_list(app: App, given: Path | None) -> RetractionList | None:
    """The list ``given``, from the working folder, or else that of the settings, from the newsletter's; None without any."""
    return open_retraction_list(given, app.settings.state_folder) if given is not None else list_of(app.settings)


def open_crossref(app: App) -> Crossref:
    """Crossref, to be asked today; its answers are kept in ``.pprmail/crossref/``. Raises ``PprmailError`` without an address."""
    import time

    from pprmail.cli.clock import now
    from pprmail.registers.crossref import Crossref

    settings = app.settings
    return Crossref(
        settings.check.crossref_mailto,
        settings.state_folder / "crossref",
        today=now().date(),
        clock=time.monotonic,
        wait=time.sleep,
    )


def _mismatches(summary: Summary, answers: Answers, doi: str) -> Iterator[Problem]:
    from pprmail.editorial.mismatch import mismatch_problems, unknown_problem

    if answers.is_unknown(doi):
        yield from unknown_problem(summary)
    elif work := answers.find(doi):
        yield from mismatch_problems(summary, work)
