"""Proofreading: an issue read, judged, rendered and judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.proofreading import text_problems
from pprmail.editorial.repeats import repeat_problems
from pprmail.editorial.silencing import silence
from pprmail.editorial.structure import issue_problems
from pprmail.errors import FaultsError
from pprmail.mailcheck.mail import mail_problems
from pprmail.manuscript.earlier import EarlierSources
from pprmail.manuscript.issue import load_issue
from pprmail.render.mail import render_issue
from pprmail.render.templates import open_templates
from pprmail.rules import GROUPS, RULES

if TYPE_CHECKING:
    from pprmail.errors import Problem
    from pprmail.mailcheck.literature import Literature
    from pprmail.model import Issue
    from pprmail.render.mail import RenderedIssue
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings


_OF_MAIL = frozenset(rule.id for rule in GROUPS["The rendered mail"])
_OF_REGISTERS = frozenset(rule.id for rule in GROUPS["Registers"])
_OFF = frozenset(rule.id for rule in RULES.values() if not rule.default)


class Desk(NamedTuple):
    """What lies beside the issues that a command proofreads; the same for all of them.

    ``earlier`` knows the sources of the issues before; ``literature`` is None when no register is to be asked.
    """

    templates: Templates
    earlier: EarlierSources
    literature: Literature | None


def lay_out(settings: Settings, literature: Literature | None = None) -> Desk:
    """The newsletter's own templates and its earlier issues, beside ``literature``. Raises ``PprmailError``."""
    return Desk(open_templates(settings), EarlierSources(settings.root), literature)


def lay_out_with_list(settings: Settings) -> Desk:
    """The same with the list of retractions that the settings name, if they do. Raises ``PprmailError``."""
    if not settings.check.retractions:
        return lay_out(settings)
    from pprmail.mailcheck.literature import literature_of

    return lay_out(settings, literature_of(settings))


class Proof(NamedTuple):
    """An issue and what is wrong with it. ``mail`` is None when errors in the text keep it from being rendered."""

    issue: Issue
    problems: tuple[Problem, ...]
    mail: RenderedIssue | None

    @property
    def has_errors(self) -> bool:
        """The issue cannot go out."""
        return any(one.severity == "error" for one in self.problems)

    def clean_mail(self, consequence: str) -> RenderedIssue:
        """The mail of an issue without errors. Raises ``FaultsError``; ``consequence`` says what is not done."""
        if self.mail is None or self.has_errors:
            raise FaultsError(self.problems, consequence)
        return self.mail


def proofread(settings: Settings, key: str, desk: Desk | None = None) -> Proof:
    """The issue ``key`` with every problem that remains after silencing, in the files' order.

    Without a ``desk`` one is laid out, with the list. Raises ``PprmailError`` for an issue that does not exist, and as ``lay_out`` does.
    """
    desk = desk or lay_out_with_list(settings)
    issue, problems = load_issue(settings, key)
    # What a file that cannot be read lacks is no news
    unread = {one.path for one in problems if one.rule == "not-utf-8"}
    problems += tuple(one for one in issue_problems(issue, settings.vocabulary) if one.path not in unread)
    check = settings.check
    problems += (*text_problems(issue, settings), *repeat_problems(issue, desk.earlier))
    if any(summary.reprint_of for summary in issue.summaries):
        from pprmail.mailcheck.reprints import reprint_problems

        problems += tuple(reprint_problems(settings, issue))
    unasked = _OFF.difference(check.enable)
    if desk.literature:
        problems += desk.literature.problems(issue)
    if not (desk.literature and desk.literature.knows_all):
        unasked |= _OF_REGISTERS
    remaining = silence(problems, issue, check.disable, check.enable, unasked | _OF_MAIL)
    if any(one.severity == "error" for one in remaining):
        return Proof(issue, remaining, None)
    mail = render_issue(settings, issue, desk.templates)
    problems += tuple(mail_problems(settings, issue, mail))
    return Proof(issue, silence(problems, issue, check.disable, check.enable, unasked), mail)
