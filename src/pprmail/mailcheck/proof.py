"""Proofreading: an issue read, judged, rendered and judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.proofreading import text_problems
from pprmail.editorial.silencing import silence
from pprmail.editorial.structure import issue_problems
from pprmail.errors import FaultsError
from pprmail.mailcheck.mail import mail_problems
from pprmail.manuscript.issue import load_issue
from pprmail.render.mail import render_issue

if TYPE_CHECKING:
    from pprmail.errors import Problem
    from pprmail.model import Issue
    from pprmail.render.mail import RenderedIssue
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings


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


def proofread(settings: Settings, key: str, templates: Templates | None = None) -> Proof:
    """The issue ``key`` with every problem that remains after silencing, in the files' order."""
    issue, problems = load_issue(settings, key)
    # What a file that cannot be read lacks is no news
    unread = {one.path for one in problems if one.rule == "not-utf-8"}
    problems += tuple(one for one in issue_problems(issue, settings.vocabulary) if one.path not in unread)
    check = settings.check
    problems += tuple(text_problems(issue, check.abbreviations, check.enable))
    remaining = silence(problems, issue, check.disable, check.enable)
    if any(one.severity == "error" for one in remaining):
        return Proof(issue, remaining, None)
    mail = render_issue(settings, issue, templates)
    problems += tuple(mail_problems(settings, issue, mail))
    return Proof(issue, silence(problems, issue, check.disable, check.enable), mail)
