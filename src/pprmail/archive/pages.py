"""The site's pages: each the address it answers at, and its HTML."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pprmail.model import plain, plain_prose
from pprmail.render.phrases import citation_of, cut, intro_of
from pprmail.render.prose import HtmlStyle, inline_html, prose_html
from pprmail.render.templates import render_template
from pprmail.slugs import research_path, topic_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.model import Issue, Prose, Summary
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings

# On an issue's page a summary is an h2; on its own page it is the h1, and headings within stand one higher
ISSUE_STYLE, SUMMARY_STYLE = HtmlStyle(heading="h3"), HtmlStyle(heading="h2")
_DESCRIPTION_CHARACTERS, _TITLE_CHARACTERS = 160, 70


class PageMaker:
    """Makes the pages of one site. ``issues`` are those to be shown, newest first."""

    def __init__(
        self, settings: Settings, issues: tuple[Issue, ...], templates: Templates, introduction: Prose
    ) -> None:
        """``introduction`` is the standing paragraph of ``[newsletter]``."""
        self.settings = settings
        self.issues = issues
        self.templates = templates
        self.introduction = introduction
        self.words = templates.words

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page: its path on the site (``2020-08/index.html``) and its HTML."""
        yield "index.html", self._page("index.html.j2", "", self._home())
        yield (
            "about/index.html",
            self._page(
                "about.html.j2", "about/", {"introduction": Markup(prose_html(self.introduction, SUMMARY_STYLE))}
            ),
        )
        yield from self._filters()
        for issue in self.issues:
            yield f"{issue.key}/index.html", self._page("issue.html.j2", f"{issue.key}/", self._issue(issue))
            for summary in issue.summaries:
                path = f"{issue.key}/{summary.slug}/"
                yield (
                    f"{path}index.html",
                    self._page(
                        "summary.html.j2",
                        path,
                        {
                            "issue": self._issue_line(issue),
                            "summary": self._summary_values(issue, summary, SUMMARY_STYLE),
                        },
                    ),
                )

    def _filters(self) -> Iterator[tuple[str, str]]:
        """A page for each topic and type of research that a summary has: what the mail's links lead to."""
        found: dict[str, tuple[str, list[dict[str, str]]]] = {}
        everything = [(issue, summary) for issue in self.issues for summary in issue.summaries]
        for issue, summary in everything:
            line = {
                "title": summary.title.text,
                "path": f"{issue.key}/{summary.slug}/",
                "month": self.words.month(issue.key),
            }
            named = [(topic_path(name), name) for name in summary.topic_names]
            if summary.research_type.name:
                named.append((research_path(summary.research_type.name), summary.research_type.name))
            for path, name in named:
                if path:
                    found.setdefault(path, (name, []))[1].append(line)
        for path, (name, summaries) in sorted(found.items()):
            yield f"{path}index.html", self._page("topic.html.j2", path, {"name": name, "summaries": summaries})

    def _page(self, template: str, path: str, values: dict[str, Any]) -> str:
        """``path`` is the page's folder on the site, '' for the home page; links are relative, so that a sub-path works."""
        common = {
            "newsletter": self.settings.newsletter,
            "sender": self.settings.sender,
            "words": self.words,
            "canonical": self.settings.newsletter.url(path),
            "up": "../" * path.count("/"),
            "titled": self._titled,
        }
        return render_template(self.templates, template, common | values)

    def _titled(self, name: str) -> str:
        """The title of the page of ``name``: with the newsletter's where 70 characters hold both; search engines show no more."""
        both = f"{name} – {self.settings.newsletter.title}"
        return both if len(both) <= _TITLE_CHARACTERS else cut(name, _TITLE_CHARACTERS)

    def _home(self) -> dict[str, Any]:
        lines = [self._issue_line(issue) for issue in self.issues]
        years = [(year, list(of_year)) for year, of_year in groupby(lines, key=lambda line: line["key"][:4])]
        latest = self._issue(self.issues[0]) if self.issues else None
        return {"introduction": Markup(prose_html(self.introduction, SUMMARY_STYLE)), "latest": latest, "years": years}

    def _issue(self, issue: Issue) -> dict[str, Any]:
        return {
            "issue": self._issue_line(issue),
            "intro": Markup(inline_html(intro_of(issue, self.words))),
            "word": Markup(prose_html(issue.word, ISSUE_STYLE)),
            "summaries": [self._summary_values(issue, summary, ISSUE_STYLE) for summary in issue.summaries],
            "notices": [
                {"title": notice.title.text, "body": Markup(prose_html(notice.body, ISSUE_STYLE))}
                for notice in issue.notices
            ],
        }

    def _issue_line(self, issue: Issue) -> dict[str, Any]:
        """What any page shows of an issue: its name, its address, its day, its summaries' titles."""
        return {
            "key": issue.key,
            "month": self.words.month(issue.key),
            "path": f"{issue.key}/",
            "day": issue.day.isoformat(),
            "day_words": self.words.day(issue.day),
            "description": cut(plain(intro_of(issue, self.words)) or plain_prose(issue.word), _DESCRIPTION_CHARACTERS),
            "titles": [
                {"title": summary.title.text, "path": f"{issue.key}/{summary.slug}/"} for summary in issue.summaries
            ],
        }

    def _summary_values(self, issue: Issue, summary: Summary, style: HtmlStyle) -> dict[str, Any]:
        return {
            "title": summary.title.text,
            "path": f"{issue.key}/{summary.slug}/",
            "guest": summary.guest.text,
            "citation": Markup(inline_html(citation_of(summary, self.words))),
            "body": Markup(prose_html(summary.body, style)),
            "implications": Markup(prose_html(summary.implications, style)),
            "author_email": _shown_email(summary.author_email.text, self.settings.archive.emails),
            "topics": summary.topic_names,
            "research_type": summary.research_type.name or "",
            "description": cut(plain_prose(summary.body), _DESCRIPTION_CHARACTERS),
        }


def _shown_email(address: str, emails: str) -> dict[str, str]:
    """An author's address as ``[archive] emails`` says: its words, and where its link leads ('' for none)."""
    if emails == "hide" or not address:
        return {}
    if emails == "obfuscate":
        return {"words": address.replace("@", " at ").replace(".", " dot "), "link": ""}
    return {"words": address, "link": f"mailto:{address}"}
