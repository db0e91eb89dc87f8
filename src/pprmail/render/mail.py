"""The mail's two bodies: one view of the issue, given to the MJML template and to the text template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.model import plain
from pprmail.render.html import HTML_TEMPLATE, mail_html, mjml_values, with_roles
from pprmail.render.phrases import intro_of, subject_of, title_of
from pprmail.render.templates import open_templates, render_template
from pprmail.render.text import TEXT_TEMPLATE, text_values

if TYPE_CHECKING:
    from pprmail.model import Issue
    from pprmail.render.template_files import Templates
    from pprmail.render.words import Words
    from pprmail.settings import Settings


class RenderedIssue(NamedTuple):
    """An issue as mail. ``html`` and ``text`` still hold the personal marks; ``mjml`` is what ``html`` was made of."""

    subject: str
    html: str
    text: str
    mjml: str


def render_issue(settings: Settings, issue: Issue, templates: Templates | None = None) -> RenderedIssue:
    """``issue`` as mail. The issue is free of errors.

    Raises ``PprmailError`` when a template is wrong.
    """
    if templates is None:
        templates = open_templates(settings)
    words = templates.words
    common = _common_values(settings, issue, words)
    mjml = render_template(templates, HTML_TEMPLATE, common | mjml_values(settings, issue, words, templates.theme))
    text = render_template(templates, TEXT_TEMPLATE, common | text_values(settings, issue, words))
    return RenderedIssue(common["subject"], with_roles(mail_html(mjml)), text.strip("\n") + "\n", mjml)


def _common_values(settings: Settings, issue: Issue, words: Words) -> dict[str, Any]:
    newsletter = settings.newsletter
    return {
        "newsletter": newsletter,
        "sender": settings.sender,
        "words": words,
        "month": words.month(issue.key),
        "issue_url": newsletter.url(f"{issue.key}/"),
        "subject": subject_of(issue, words),
        "title": title_of(issue, words),
        "preheader": plain(intro_of(issue, words)),
        "unsubscribe": settings.unsubscribe,
        "subscribe_url": newsletter.url("#subscribe"),
    }
