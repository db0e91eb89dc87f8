"""``pprmail build``: the site, its feed, and the mail of the issues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.archive.site import mail_files, site_files, write_files
from pprmail.cli.console import counted
from pprmail.cli.reading import read_proofs
from pprmail.errors import EXIT_DONE, FaultsError, PprmailError
from pprmail.manuscript.issue import ISSUES
from pprmail.manuscript.markdown import parse_text
from pprmail.render.templates import open_templates
from pprmail.settings import FILE_NAME, check_base_url

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.mailcheck.proof import Proof
    from pprmail.model import Prose
    from pprmail.settings import Settings

MEMORY = "build.json"


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write to DIR instead of build/.")
@click.option("--drafts", is_flag=True, help="Show the issues that say 'Draft: yes' too.")
@click.option("--base-url", metavar="URL", help="Another address than the settings name, for a preview.")
@click.pass_obj
def build(app: App, issues: tuple[str, ...], *, out: Path | None, drafts: bool, base_url: str | None) -> int:
    """Build the whole site and its feed, and the mail of ISSUE (of all issues, when none is named).

    Two builds of the same files give the same bytes. Exit 1 when an issue has errors; then nothing is written.
    """
    settings = app.settings
    if base_url is not None:
        settings = replace(settings, newsletter=settings.newsletter._replace(base_url=check_base_url(base_url)))
    _, proofs, odd = read_proofs(settings, ())
    missing = tuple(key for key in issues if key not in {proof.issue.key for proof in proofs})
    if missing:
        read_proofs(settings, missing)  # raises: there is no such issue
    shown = tuple(proof for proof in proofs if drafts or not proof.issue.draft or proof.issue.key in issues)
    app.console.problems(odd, to_stderr=True)
    _refuse_errors(shown)
    folder = out.resolve() if out else settings.root / "build"
    if folder.is_relative_to((settings.root / ISSUES).resolve()):
        message = f"--out {str(out)!r} lies in {ISSUES}/, where the next check would take the site for an issue; choose another folder"
        raise PprmailError(message)
    memory = settings.state_folder / MEMORY
    on_site = tuple(proof.issue for proof in shown if drafts or not proof.issue.draft)
    introduction = _introduction(settings)
    site = write_files(
        folder / "site", site_files(settings, on_site, open_templates(settings), introduction), memory, whole=True
    )
    parts: dict[str, bytes] = {}
    for proof in shown:
        if not issues or proof.issue.key in issues:
            parts |= mail_files(settings, proof.issue.key, proof.clean_mail(""))
    mail = write_files(folder / "mail", parts, memory, whole=not issues)
    app.console.product(
        f"site: {folder / 'site'} ({counted(site.files, 'file')}, {site.written:,} written, {site.removed:,} removed)"
    )
    app.console.product(
        f"mail: {folder / 'mail'} ({counted(mail.files, 'file')}, {mail.written:,} written, {mail.removed:,} removed)"
    )
    return EXIT_DONE


def _refuse_errors(proofs: tuple[Proof, ...]) -> None:
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
