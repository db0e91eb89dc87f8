"""The long texts of the pages: an issue and a summary as HTML, with what says of them to programs what they are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pprmail.archive import card
from pprmail.archive.corrections import corrections_html, reprint_html, updated_day
from pprmail.archive.scholarly import json_ld, meta_tags
from pprmail.render.edition import edition_of
from pprmail.render.phrases import citation_of, intro_of
from pprmail.render.prose import HtmlStyle, inline_html, prose_html
from pprmail.slugs import research_path, topic_path

if TYPE_CHECKING:
    from datetime import date

    from pprmail.archive.material import Material
    from pprmail.archive.shelf import Entry
    from pprmail.model import Issue, Summary

# On an issue's page a summary is an h2; on its own page it is the h1, and headings within stand one higher
_ISSUE_STYLE, _SUMMARY_STYLE = HtmlStyle(heading="h3"), HtmlStyle(heading="h2")
CARD = "card.png"

Values = dict[str, Any]


class SiteTexts:
    """Makes the texts of one site."""

    def __init__(self, material: Material) -> None:
        self.settings = material.settings
        self.words = material.words
        self.on_site = {entry.path for entry in material.shelf.entries}

    @cached_property
    def card(self) -> Values:
        """The picture of OpenGraph: its address, its size in pixels, and what it shows in words."""
        title = self.settings.newsletter.title
        return {"url": self.settings.newsletter.url(CARD), "width": card.WIDTH, "height": card.HEIGHT, "alt": title}

    def moment(self, day: date) -> str:
        """Noon of ``day`` in the newsletter's zone (RFC 3339): the same day in nearly every reader's zone."""
        return self.settings.newsletter.noon(day).isoformat()

    def intro(self, issue: Issue) -> Values:
        """What follows "This month", and the editor's word."""
        return {
            "intro": Markup(inline_html(intro_of(issue, self.words))),
            "word": Markup(prose_html(issue.word, _ISSUE_STYLE)),
        }

    def issue(self, issue: Issue) -> Values:
        """A whole issue, its summaries in full."""
        return self.intro(issue) | {
            "edition": edition_of(issue),
            "summaries": [
                self._text(issue, summary, _ISSUE_STYLE, anchor=f"{summary.slug}-", home="../")
                for summary in issue.summaries
            ],
            "notices": [
                {"title": notice.title.text, "body": Markup(prose_html(notice.body, _ISSUE_STYLE))}
                for notice in issue.notices
            ],
        }

    def summary(self, entry: Entry) -> Values:
        """A summary for its own page."""
        return self._text(entry.issue, entry.summary, _SUMMARY_STYLE, anchor="", home="../../") | {
            "meta_tags": meta_tags(entry),
            "json_ld": Markup(json_ld(self.settings, entry, image=self.card["url"])),
        }

    def _text(self, issue: Issue, summary: Summary, style: HtmlStyle, *, anchor: str, home: str) -> Values:
        kind = summary.research_type.name or ""
        return {
            "title": summary.title.text,
            "path": f"{issue.key}/{summary.slug}/",
            "export": f"{issue.key}/{summary.slug}",
            "anchor": anchor,
            "guest": summary.guest.text,
            "minutes": summary.minutes,
            "corrections": corrections_html(summary, self.words),
            "reprint": reprint_html(summary, self.words, home, self.on_site),
            "updated": self.moment(updated_day(issue, summary)),
            "citation": Markup(inline_html(citation_of(summary, self.words))),
            "body": Markup(prose_html(summary.body, style)),
            "implications": Markup(prose_html(summary.implications, style)),
            "author_email": _shown_email(summary.author_email.text, self.settings.archive.emails),
            "topics": [{"name": name, "path": topic_path(name)} for name in summary.topic_names],
            "research_type": {"name": kind, "path": research_path(kind)},
        }


def _shown_email(address: str, emails: str) -> dict[str, str]:
    """An author's address as ``[archive] emails`` says: its words, and where its link leads ('' for none)."""
    if emails == "hide" or not address:
        return {}
    if emails == "obfuscate":
        return {"words": address.replace("@", " at ").replace(".", " dot "), "link": ""}
    return {"words": address, "link": f"mailto:{address}"}
