"""Marks that nobody filled in: a template's own, or those of another mailing program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.errors import Place
from pprmail.mailcheck.page import joined, one_line
from pprmail.marks import NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.model import Heading, Listing, Paragraph, plain, plain_prose
from pprmail.render.html import HTML_TEMPLATE
from pprmail.render.text import TEXT_TEMPLATE
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.page import Page
    from pprmail.mailcheck.template import TemplateSource
    from pprmail.model import Issue, Passage, Prose
    from pprmail.render.mail import RenderedIssue

# Jinja2's, which others use too, and Mailchimp's *|FNAME|*
_LEFT = r"\{\{[^{}\n]{0,80}\}\}|\{%[^{}\n]{0,80}%\}|\*\|[A-Z][A-Z0-9_:]*\|\*"
_OPENED = r"\{\{|\{%"
_OWN = re.compile(r"%%pprmail_\w*(?:%%)?")
_PERSONAL = {
    HTML_TEMPLATE: frozenset({NAME_HTML, UNSUBSCRIBE_HTML}),
    TEXT_TEMPLATE: frozenset({NAME_TEXT, UNSUBSCRIBE_TEXT}),
}
_OWN_SETTINGS = Place("pprmail.toml")
_HINT = "write what was meant, or take it out"


def personal_mark_problems(mail: RenderedIssue, sources: tuple[TemplateSource, ...]) -> Iterator[Problem]:
    """The mail's own marks where nothing fills them in, or where the value of the other part would stand."""
    for source, body in zip(sources, (mail.html, mail.text), strict=True):
        for mark in dict.fromkeys(_OWN.findall(body)):
            if mark not in _PERSONAL[source.name]:
                message = f"the mark {mark!r} is not one that this part of the mail fills in"
                hint = "write {{ unsubscribe_url }} or {{ reader_name }}"
                yield problem("template-mark-left", source.place(mark), message, hint)
    for mark in dict.fromkeys(_OWN.findall(mail.subject)):
        message = f"the subject holds the mark {mark!r}, which nothing fills in"
        yield problem("template-mark-left", _OWN_SETTINGS, message, "take it out of the newsletter's title")


def leftover_problems(
    issue: Issue, mail: RenderedIssue, page: Page, sources: tuple[TemplateSource, ...]
) -> Iterator[Problem]:
    """What looks like a mark of a template or of another program: readers would see it as it stands."""
    passages = list(_passages(issue))
    texts = (mail.subject, mail.html, mail.text, *(passage.text for passage in passages))
    if not any(sign in text for text in texts for sign in ("{{", "{%", "*|")):
        return
    for passage in passages:
        for found in re.finditer(_LEFT, passage.text):
            message = f"{found[0]!r} would go out as it stands"
            yield problem("template-mark-left", passage.place(found.start()), message, _HINT)
    written = one_line("\n".join(_plain_texts(issue)))
    html = "\n".join([joined(page.pieces), *(link.attributes["href"] for link in page.links)])
    told: set[tuple[Place, str]] = set()
    for source, body in zip(sources, (html, mail.text), strict=True):
        for mark in _marks_in(body):
            place = source.place(mark)
            # What the settings say stands in both parts
            if mark not in written and (place, mark) not in told:
                told.add((place, mark))
                yield problem("template-mark-left", place, f"{mark!r} is left in the mail", _HINT)


def _marks_in(body: str) -> Iterator[str]:
    """Each mark once; an opening one without an end by itself."""
    text = one_line(body)
    whole = list(dict.fromkeys(re.findall(_LEFT, text)))
    yield from whole
    yield from dict.fromkeys(re.findall(_OPENED, re.sub(_LEFT, "", text)))


def _passages(issue: Issue) -> Iterator[Passage]:
    """All that the author wrote and the mail shows, as written."""
    yield from (issue.subject, issue.intro)
    yield from _sources(issue.word)
    for notice in issue.notices:
        yield notice.title
        yield from _sources(notice.body)
    for summary in issue.summaries:
        yield from (summary.title, summary.blurb, summary.citation, summary.guest, summary.author_email)
        yield from _sources(summary.body)
        yield from _sources(summary.implications)


def _sources(prose: Prose) -> Iterator[Passage]:
    for block in prose:
        if isinstance(block, Paragraph | Heading):
            yield block.source
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _sources(item)


def _plain_texts(issue: Issue) -> Iterator[str]:
    """The same as readers see it."""
    yield from (issue.subject.text, plain(issue.intro_prose), plain_prose(issue.word))
    for notice in issue.notices:
        yield from (notice.title.text, plain_prose(notice.body))
    for summary in issue.summaries:
        yield from (summary.title.text, summary.blurb.text, plain(summary.citation_prose), summary.guest.text)
        yield from (plain_prose(summary.body), plain_prose(summary.implications))
