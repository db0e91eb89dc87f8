"""The rendered mail judged: every rule that needs it, on one reading of its HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.mailcheck.contrast import contrast_problems
from pprmail.mailcheck.law import law_problems
from pprmail.mailcheck.leftovers import leftover_problems, personal_mark_problems
from pprmail.mailcheck.links import link_problems
from pprmail.mailcheck.looks import Looks
from pprmail.mailcheck.page import read_page
from pprmail.mailcheck.preview import preview_problems
from pprmail.mailcheck.size import size_problems
from pprmail.mailcheck.stylesheet import read_rules
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
    html_source, text_source = TemplateSource(settings, HTML_TEMPLATE), TemplateSource(settings, TEXT_TEMPLATE)
    page = read_page(mail.html)
    light, dark = read_rules(page)
    looks = Looks(page, light)
    yield from subject_problems(settings, issue, mail.subject)
    yield from preview_problems(issue, mail.subject, page, looks, html_source)
    yield from link_problems(issue, page, looks, html_source)
    yield from law_problems(settings, mail, page, looks, html_source)
    yield from contrast_problems(page, looks, html_source)
    if dark:
        adapts = "color-scheme" in mail.html.replace("prefers-color-scheme", "")
        yield from contrast_problems(page, Looks(page, dark, adapts=adapts), html_source, "dark")
    yield from leftover_problems(issue, mail, page, (html_source, text_source))
    strange = tuple(personal_mark_problems(mail, (html_source, text_source)))
    yield from strange
    if not strange:  # else they could not be filled in
        yield from size_problems(issue, mail, settings.unsubscribe.service_url + "/u/" + "x" * TOKEN_LENGTH)
