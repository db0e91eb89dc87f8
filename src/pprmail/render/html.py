"""The HTML body: MJML through Jinja2, then through mjml-python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pprmail import marks
from pprmail.errors import PprmailError
from pprmail.render.phrases import citation_of, intro_of, retraction_of
from pprmail.render.prose import HtmlStyle, inline_html, prose_html
from pprmail.slugs import research_path, topic_path

if TYPE_CHECKING:
    from pprmail.model import Issue, Summary
    from pprmail.render.theme import Theme
    from pprmail.render.words import Words
    from pprmail.settings import Settings

HTML_TEMPLATE = "mail.mjml.j2"
_PARAGRAPH = 'style="margin:0 0 16px"'
_LIST = 'style="margin:0 0 16px;padding-left:24px"'
_HEADING = 'style="margin:24px 0 8px;font-size:18px;line-height:1.35"'


def mail_style(theme: Theme) -> HtmlStyle:
    """How prose looks in the mail. Webmail that drops ``<style>`` keeps these; the template's own style adds the dark scheme."""
    return HtmlStyle(
        heading="h3",
        attributes={
            "p": _PARAGRAPH,
            "ul": _LIST,
            "ol": _LIST,
            "li": 'style="margin:0 0 6px"',
            "h2": _HEADING,
            "h3": _HEADING,
            "a": f'class="link" style="color:{theme.light.link}"',
            "hr": f'style="border:0;border-top:1px solid {theme.light.rule};margin:24px 0"',
        },
    )


def mjml_values(settings: Settings, issue: Issue, words: Words, theme: Theme) -> dict[str, Any]:
    """What the MJML template shows, the author's prose already HTML."""
    from markupsafe import Markup

    style = mail_style(theme)
    return {
        "theme": theme,
        "intro": Markup(inline_html(intro_of(issue, words), style)),
        # It stands right under the h1
        "word": Markup(prose_html(issue.word, style._replace(heading="h2"))),
        "summaries": [_summary_values(settings, issue, summary, words, style) for summary in issue.summaries],
        "notices": [
            {"title": notice.title.text, "body": Markup(prose_html(notice.body, style))} for notice in issue.notices
        ],
        "reader_name": marks.NAME_HTML,
        "unsubscribe_url": marks.UNSUBSCRIBE_HTML,
    }


def _summary_values(
    settings: Settings, issue: Issue, summary: Summary, words: Words, style: HtmlStyle
) -> dict[str, Any]:
    from markupsafe import Markup

    newsletter = settings.newsletter
    return {
        "title": summary.title.text,
        "url": newsletter.url(f"{issue.key}/{summary.slug}/"),
        "guest": summary.guest.text,
        "minutes": summary.minutes,
        "citation": Markup(inline_html(citation_of(summary, words), style)),
        "retraction": Markup(inline_html(retraction_of(summary, words), style)),
        "body": Markup(prose_html(summary.body, style)),
        "implications": Markup(prose_html(summary.implications, style)),
        "author_email": summary.author_email.text,
        "topics": [{"name": name, "url": newsletter.url(topic_path(name))} for name in summary.topic_names],
        "research_type": {
            "name": summary.research_type.name or "",
            "url": newsletter.url(research_path(summary.research_type.name or "")),
        },
    }


_ROLE = re.compile(r'class="([^"]*\brole-(banner|main|navigation|complementary|contentinfo)(?=[ "])[^"]*)"')
_EMAIL = re.compile(r'(<div )aria-label="[^"]*" aria-roledescription="email" ([^>]*?) role="article"')
_VOID = re.compile(r"<(br|hr|meta)\b([^<>]*?) ?/>")


def with_roles(html: str) -> str:
    """``html`` where each ``css-class="role-main"`` of the template is a landmark, and nothing is said outside of them.

    MJML has ``mj-html-attributes`` for that, which mjml-python's mrml does not know. The article that it makes of the whole mail
    reads the title once more.
    """
    return _EMAIL.sub(r"\1\2", _ROLE.sub(r'class="\1" role="\2"', html), count=1)


def _as_html(html: str) -> str:
    """``html`` without what only MJML's XML asks for."""
    return _VOID.sub(r"<\1\2>", html).replace("<!doctype html>", "<!DOCTYPE html>", 1)


# mjml-python 1.4.2 refuses white space between the tags of a head, unless a line ends there
_SPACED_TAGS = re.compile(r">[ \t]+(?=</?mj-)")


def _with_lines_in_head(mjml: str) -> str:
    head, end, body = mjml.partition("</mj-head>")
    return _SPACED_TAGS.sub(">\n", head) + end + body if end else mjml


def mail_html(mjml: str) -> str:
    """The HTML that mjml-python makes of ``mjml``.

    Raises ``PprmailError`` for what ``render_template`` could not know: mjml-python names no place in the template, so the
    sentence quotes what it says, and what stands there.
    """
    from mjml import mjml2html

    mjml = _with_lines_in_head(mjml)
    try:
        # MJML would fetch a font of a known name from Google
        return _as_html(str(mjml2html(mjml, fonts={})))
    except BaseException as error:
        # A panic of mrml's comes as a BaseException of a class that cannot be imported
        if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
            raise
        place = re.search(r"position (\d+):", str(error))
        near = f" near {mjml.encode()[int(place[1]) :][:40].decode(errors='ignore')!r}" if place else ""
        message = (
            f"templates/{HTML_TEMPLATE}:1: MJML refuses what the template makes{near} ({error}); "
            "an unclosed tag or a bare '<' is the usual cause"
        )
        raise PprmailError(message) from error
