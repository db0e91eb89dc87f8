"""The rendered mail judged: every rule that needs it, on one reading of its HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.mailcheck.contrast import contrast_problems
from pprmail.mailcheck.law import law_problems
from pprmail.mailcheck.leftovers import leftover_problems, personal_mark_problems
from pprmail.mailcheck.links import link_problems
from pprmail.mailcheck.plain_text import plain_text_problems
from pprmail.mailcheck.preview import preview_problems
from pprmail.mailcheck.readings import read_mail
from pprmail.mailcheck.size import size_problems
from pprmail.mailcheck.subject import subject_problems
from pprmail.mailcheck.template import TemplateSource
from pprmail.marks import TOKEN_LENGTH
from pprmail.render.html import HTML_TEMPLATE
from pprmail.render.text import TEXT_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings


def mail_problems(settings: Settings, issue: Issue, mail: RenderedIssue) -> Iterator[Problem]:
    """Every problem of the rendered mail, in no order."""
    sources = TemplateSource(settings, HTML_TEMPLATE), TemplateSource(settings, TEXT_TEMPLATE)
    readings = read_mail(mail.html)
    _, page, looks = readings.usual
    yield from subject_problems(settings, issue, mail.subject)
    yield from preview_problems(issue, mail.subject, page, looks, sources[0])
    yield from link_problems(issue, page, looks, sources[0])
    yield from law_problems(settings, mail, readings.all, sources)
    yield from contrast_problems(page, looks, sources[0])
    if readings.dark:
        yield from contrast_problems(page, readings.dark.looks, sources[0], "dark")
    yield from leftover_problems(issue, mail, page, sources)
    yield from plain_text_problems(mail.text, sources[1])
    strange = tuple(personal_mark_problems(mail, sources))
    yield from strange
    if not strange:  # else they could not be filled in
        yield from size_problems(issue, mail, settings.unsubscribe.service_url + "/u/" + "x" * TOKEN_LENGTH)
