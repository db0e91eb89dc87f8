"""``pprmail check``: every fault and doubt in the issues, all at once."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.cli.console import counted, visible
from pprmail.editorial.silencing import count_by_severity
from pprmail.errors import EXIT_DONE, EXIT_YOURS
from pprmail.rules import NOTE, RULES, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.errors import Problem
    from pprmail.mailcheck.proof import Desk


@click.command()
@click.argument("issues", nargs=-1, metavar="[ISSUE]...")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print; github makes annotations.",
)
@click.option("--fix", is_flag=True, help="First mend what has one remedy, after showing how and asking.")
@click.option("--yes", is_flag=True, help="Mend without asking.")
@click.option(
    "--retractions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold the sources against this list of retractions.",
)
@click.option("--online", is_flag=True, help="Ask Crossref about the sources too.")
@click.option(
    "--explain", metavar="RULE", help="Say what a rule looks for, why, and how to silence it; 'all' lists them."
)
@click.pass_obj
def check(  # noqa: PLR0913 - an argument for each option
    app: App,
    issues: tuple[str, ...],
    *,
    strict: bool,
    output: str,
    fix: bool,
    yes: bool,
    retractions: Path | None,
    online: bool,
    explain: str | None,
) -> int:
    """Show every fault and doubt in ISSUE, or in all issues.

    Exit 1 when there is an error (with --strict, a warning), else 0.
    """
    if explain is not None:
        app.console.product(explain_rules(explain))
        return EXIT_DONE
    if yes and not fix:
        message = "--yes answers the question of --fix; add --fix, or leave --yes out"
        raise click.UsageError(message)
    if fix and not _mend(app, issues, yes=yes):
        return EXIT_YOURS
    from pprmail.cli.reading import read_proofs

    with _desk(app, retractions, online=online) as desk:
        keys, proofs, odd = read_proofs(app.settings, issues, desk)
    problems = tuple(sorted([*odd, *(one for proof in proofs for one in proof.problems)]))
    errors, warnings = count_by_severity(problems)
    if output == "json":
        found = [_as_json(one) for one in problems]
        app.console.json({"issues": list(keys), "errors": errors, "warnings": warnings, "problems": found})
    elif output == "github":
        for one in problems:
            app.console.product(visible(_as_annotation(one)))
    else:
        app.console.problems(problems)
    _sum_up(app.console, keys, errors, warnings)
    if unseen := [proof.issue.key for proof in proofs if proof.mail is None]:
        app.console.note(f"the mail of {', '.join(unseen)} is looked at once the errors are mended")
    return EXIT_YOURS if errors or (strict and warnings) else EXIT_DONE


def _mend(app: App, issues: tuple[str, ...], *, yes: bool) -> bool:
    """Whether to go on. Raises ``PprmailError`` for an issue that does not exist, before anything is said of the others."""
    from pprmail.cli.mending import mend_issues
    from pprmail.manuscript.issue import load_issue

    for key in issues:
        load_issue(app.settings, key)
    return mend_issues(app, issues, yes=yes)


@contextmanager
def _desk(app: App, retractions: Path | None, *, online: bool) -> Iterator[Desk]:
    """What the issues are held against; registers are loaded only when one is to be asked."""
    from pprmail.mailcheck.proof import lay_out

    _make_room(app.settings.state_folder)
    if not (retractions or online or app.settings.check.retractions):
        yield lay_out(app.settings)
        return
    from pprmail.cli.literature import open_literature

    with open_literature(app, retractions=retractions, online=online) as literature:
        yield lay_out(app.settings, literature)


def _make_room(state_folder: Path) -> None:
    """Make the folder where compiled templates are kept, hidden from git: the next check takes a sixth less time."""
    if not state_folder.exists():
        with suppress(OSError):
            state_folder.mkdir()
            (state_folder / ".gitignore").write_text("*\n", encoding="utf-8")


def explain_rules(name: str) -> str:
    """What one rule looks for and why, an example, and how to silence it; or, for ``all``, one line for each. Raises ``UsageError`` for an unknown one."""
    from pprmail.explanations import explained, explained_in_a_line

    if name == "all":
        return explained_in_a_line()
    if name not in RULES:
        message = f"no rule {name!r}; {did_you_mean(name, tuple(RULES)) or 'pprmail check --explain all lists them'}"
        raise click.UsageError(message)
    return explained(RULES[name])


def _sum_up(console: Console, keys: tuple[str, ...], errors: int, warnings: int) -> None:
    where = keys[0] if len(keys) == 1 else counted(len(keys), "issue")
    if errors or warnings:
        console.note(f"{counted(errors, 'error')}, {counted(warnings, 'warning')} in {where}")
    else:
        console.note(f"nothing to mend in {where}")


def _as_json(one: Problem) -> dict[str, str | int]:
    return {
        "path": one.path, "line": one.line, "column": one.column, "severity": one.severity,
        "rule": one.rule, "message": one.message, "hint": one.hint,
    }  # fmt: skip


def _as_annotation(one: Problem) -> str:
    """A workflow command of GitHub Actions (docs.github.com, "Workflow commands"): data and properties have escapes of their own."""
    sentence = _escaped(f"{one.message}; {one.hint}" if one.hint else one.message)
    path = _escaped(one.path).replace(":", "%3A").replace(",", "%2C")
    kind = "notice" if one.severity == NOTE else one.severity
    return f"::{kind} file={path},line={one.line},col={one.column},title={one.rule}::{sentence}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
