"""What ``--retractions FILE`` and ``--online`` ask of registers, and what is told of the asking."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pprmail.cli.console import counted
from pprmail.mailcheck.literature import Literature
from pprmail.registers.retraction_list import list_of, open_retraction_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.registers.crossref import Crossref
    from pprmail.registers.retraction_list import RetractionList

SHOWN_OF_HASH = 12


@contextmanager
def open_literature(app: App, *, retractions: Path | None = None, online: bool = False) -> Iterator[Literature | None]:
    """What ``--retractions FILE`` and ``--online`` ask for; None when neither they nor the settings ask for anything.

    When the work with it is done, a line for each register says what was asked. Raises ``PprmailError`` for a list that cannot
    be read, and for ``--online`` without an address in the settings.
    """
    listing = open_list(app, retractions)
    if not online:
        literature = Literature(app.settings, listing) if listing else None
        yield literature
    else:
        with open_crossref(app) as crossref:
            literature = Literature(app.settings, listing, crossref)
            yield literature
    if literature:
        _tell(app.console, literature)


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


def _tell(console: Console, literature: Literature) -> None:
    for why, dois in literature.missed.items():
        host = literature.crossref.host if literature.crossref else ""
        console.warning(f"Crossref said nothing of {', '.join(dois)}: {host} {why}; run this again later")
    for line in _notices(literature):
        console.note(line)


def _notices(literature: Literature) -> Iterator[str]:
    """What was asked, and for how many sources: a line for each register."""
    counts = f"{counted(literature.looked_up, 'source')} looked up, {literature.without_doi:,} without a DOI"
    if listing := literature.listing:
        newest = f"newest {listing.newest}" if listing.newest else "without dates"
        cut_short = f", {listing.cut_short:,} of them cut short" if listing.cut_short else ""
        name, rows = listing.path.name, counted(listing.rows, "row")
        yield f"retractions: {name}, {rows}{cut_short}, {newest}, sha256 {listing.sha256[:SHOWN_OF_HASH]}; {counts}"
    if literature.crossref:
        missed = sum(map(len, literature.missed.values()))
        yield f"Crossref: {counts}" + (f", {missed:,} without an answer" if missed else "")
