"""The site and the mail of a newsletter in which something changed: read, judged, made and written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pprmail.archive.kept_issues import KeptIssues
from pprmail.archive.material import Material
from pprmail.archive.search import FOLDER as SEARCH_FOLDER
from pprmail.archive.search import has_search, search_files
from pprmail.archive.shelf import shelve
from pprmail.archive.site import mail_files, mail_paths, site_files
from pprmail.archive.writing import PlannedFile, hashed, is_our_site, write_files
from pprmail.cli.building import MAIL, SITE, Built
from pprmail.errors import FaultsError
from pprmail.mailcheck.proof import lay_out_with_list, proofread
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.markdown import parse_text
from pprmail.render.mail import render_issue
from pprmail.settings import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.archive.writing import Memory
    from pprmail.cli.building import Order, Sources
    from pprmail.cli.console import Console
    from pprmail.mailcheck.proof import Desk, Proof
    from pprmail.model import Issue, Prose
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings


KEPT = "issues.kept"


class _Draft(NamedTuple):
    """An issue as it is read for a build. ``proof`` is None when it is known to be free of errors, and its mail was not made yet."""

    issue: Issue
    proof: Proof | None


def make_newsletter(console: Console, settings: Settings, order: Order, memory: Memory, sources: Sources) -> Built:
    """Write what ``order`` asks for, as far as ``memory`` does not know it to be there, and remember it.

    Raises ``FaultsError`` when an issue has errors; then nothing is written.
    """
    folder, of_issues = order.folder, sources.of_issues
    desk = lay_out_with_list(settings)
    templates = desk.templates
    held_against = {key: hashed(source, sources.retractions) for key, source in of_issues.items()}
    kept = KeptIssues(settings.state_folder / KEPT, held_against)
    shown = _read_shown(settings, order, desk, memory, kept)
    on_site = tuple(one.issue for one in shown if order.drafts or not one.issue.draft)
    wanted = [one for one in shown if not order.named or one.issue.key in order.named]
    mail = [file for one in wanted for file in _mail(settings, templates, one, of_issues[one.issue.key])]
    of_site = {issue.key: of_issues[issue.key] for issue in on_site}
    introduction = _introduction(settings)
    material = Material(settings, shelve(on_site), templates, introduction, sources.common, of_site, has_search())
    pages = site_files(material)
    memory.takes_over = is_our_site(folder / SITE)
    with console.progress(len(pages) + len(mail), "written") as progress:
        site_written = write_files(folder / SITE, pages, memory, whole=True, progress=progress)
        _write_search(settings, folder / SITE, pages, memory)
        mail_written = write_files(folder / MAIL, mail, memory, whole=not order.named, progress=progress)
    kept.keep(one.issue for one in shown)
    newest = max((issue.key for issue in on_site), default="")
    memory.finish_build(folder, sources.whole, str(site_written.files), str(mail_written.files), newest)
    return Built(site_written, mail_written, newest)


def _read_shown(settings: Settings, order: Order, desk: Desk, memory: Memory, kept: KeptIssues) -> list[_Draft]:
    """The issues that are to be built, all free of errors. Raises ``FaultsError``."""

    def read(key: str) -> _Draft:
        if memory.checked.get(key) == kept.sources[key]:
            return _Draft(kept.get(key) or load_issue(settings, key)[0], None)
        proof = proofread(settings, key, desk)
        return _Draft(proof.issue, proof)

    shown = [
        one for one in map(read, order.keys) if order.drafts or not one.issue.draft or one.issue.key in order.named
    ]
    _refuse_errors([one.proof for one in shown if one.proof])
    memory.checked |= {one.issue.key: kept.sources[one.issue.key] for one in shown}
    return shown


def _mail(settings: Settings, templates: Templates, draft: _Draft, source: str) -> list[PlannedFile]:
    """The parts of an issue's mail; it is rendered once, when the first part is to be made."""
    key = draft.issue.key
    made: dict[str, bytes] = {}

    def part(path: str) -> bytes:
        if not made:
            proof = draft.proof
            mail = proof.clean_mail("") if proof else render_issue(settings, draft.issue, templates)
            made.update(mail_files(settings, key, mail))
        return made[path]

    return [PlannedFile(path, source, partial(part, path)) for path in mail_paths(key)]


def _write_search(settings: Settings, site: Path, pages: list[PlannedFile], memory: Memory) -> None:
    """The search of the pages in ``site``, made anew when one of them is; without Pagefind, none."""
    folder = site / SEARCH_FOLDER
    made_of = hashed(SEARCH_FOLDER, *(page.made_of for page in pages))
    if not has_search():
        write_files(folder, [], memory, whole=True)
    elif not memory.of(folder) or not memory.holds(folder, made_of):
        write_files(folder, search_files(site, settings.newsletter.language, made_of), memory, whole=True)


def _refuse_errors(proofs: list[Proof]) -> None:
    """Raise ``FaultsError`` with all faults when an issue that is to be built has an error."""
    bad = [proof for proof in proofs if proof.has_errors]
    if bad:
        problems = tuple(one for proof in bad for one in proof.problems)
        months = ", ".join(proof.issue.key for proof in bad)
        remedy = "mend the errors first, or write 'Draft: yes' in the issue.md of a month that is not ready"
        raise FaultsError(problems, f"nothing was built, because of {months}: {remedy}")


def _introduction(settings: Settings) -> Prose:
    prose, problems = parse_text(settings.newsletter.introduction, FILE_NAME)
    if problems:
        raise FaultsError(
            problems,
            "nothing was built: mend 'introduction' under [newsletter] first (the lines above count within it)",
        )
    return prose
