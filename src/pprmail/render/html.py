"""The HTML body: MJML through Jinja2, then through mjml-python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pprmail import marks
from pprmail.errors import PprmailError
from pprmail.render.phrases import citation_of, intro_of
from pprmail.render.prose import HtmlStyle, inline_html, prose_html

if TYPE_CHECKING:
    from pprmail.model import Issue, Summary
    from pprmail.render.words import Words
    from pprmail.settings import Settings

HTML_TEMPLATE = "mail.mjml.j2"
# Webmail that drops <style> keeps these; the template's own style adds the dark scheme.
_PARAGRAPH = 'style="margin:0 0 16px"'
MAIL_STYLE = HtmlStyle(
    heading="h3",
    attributes={
        "p": _PARAGRAPH,
        "ul": 'style="margin:0 0 16px;padding-left:24px"',
        "ol": 'style="margin:0 0 16px;padding-left:24px"',
        "li": 'style="margin:0 0 6px"',
        "h3": 'style="margin:24px 0 8px;font-size:18px;line-height:1.35"',
        "a": 'class="link" style="color:#0b5c62"',
        "hr": 'style="border:0;border-top:1px solid #c9d3d1;margin:24px 0"',
    },
)


def mjml_values(settings: Settings, issue: Issue, words: Words) -> dict[str, Any]:
    """What the MJML template shows, the author's prose already HTML."""
    from markupsafe import Markup

    return {
        "intro": Markup(inline_html(intro_of(issue, words), MAIL_STYLE)),
        "word": Markup(prose_html(issue.word, MAIL_STYLE)),
        "summaries": [_summary_values(settings, issue, summary, words) for summary in issue.summaries],
        "notices": [
            {"title": notice.title.text, "body": Markup(prose_html(notice.body, MAIL_STYLE))}
            for notice in issue.notices
        ],
        "reader_name": marks.NAME_HTML,
        "unsubscribe_url": marks.UNSUBSCRIBE_HTML,
    }


def _summary_values(settings: Settings, issue: Issue, summary: Summary, words: Words) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "title": summary.title.text,
        "url": settings.newsletter.url(f"{issue.key}/{summary.slug}/"),
        "guest": summary.guest.text,
        "citation": Markup(inline_html(citation_of(summary, words), MAIL_STYLE)),
        "body": Markup(prose_html(summary.body, MAIL_STYLE)),
        "implications": Markup(prose_html(summary.implications, MAIL_STYLE)),
        "author_email": summary.author_email.text,
        "topics": summary.topic_names,
        "research_type": summary.research_type.name or "",
    }


def mail_html(mjml: str) -> str:
    """The HTML that mjml-python makes of ``mjml``.

    Raises ``PprmailError`` for what ``render_template`` could not know: mjml-python names no place in the template, so the
    sentence quotes what it says, and what stands there.
    """
    from mjml import mjml2html

    try:
        # MJML would fetch a font of a known name from Google
        return str(mjml2html(mjml, fonts={}))
    except ValueError as error:
        place = re.search(r"position (\d+):", str(error))
        near = f" near {mjml.encode()[int(place[1]) :][:40].decode(errors='ignore')!r}" if place else ""
        message = (
            f"templates/{HTML_TEMPLATE}:1: MJML refuses what the template makes{near} ({error}); "
            "an unclosed tag or a bare '<' is the usual cause"
        )
        raise PprmailError(message) from error
