"""The site's pages: each the address it answers at, what it is made of, and its HTML."""

from __future__ import annotations

from functools import partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from pprmail.archive.feeds import feed_links
from pprmail.archive.shelf import Relations
from pprmail.archive.writing import PlannedFile, hashed
from pprmail.model import plain, plain_prose
from pprmail.render.phrases import cut, intro_of
from pprmail.render.prose import HtmlStyle, prose_html
from pprmail.render.templates import render_template
from pprmail.slugs import research_path, slug_of, topic_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.archive.material import Material
    from pprmail.archive.shelf import Entry
    from pprmail.archive.texts import SiteTexts
    from pprmail.model import Issue, Summary

_STYLE = HtmlStyle(heading="h2")
_DESCRIPTION_CHARACTERS, _TITLE_CHARACTERS = 160, 70
NEWEST_ISSUES = 12
"""How many issues the home page lists; the archive has all."""

Values = dict[str, Any]


class _Draft(NamedTuple):
    """A page that is to be. ``path`` is its folder on the site, '' for the home page; ``made_of`` what it depends on of the issues.

    ``heading`` is what the page is called, ``kind`` OpenGraph's type. ``values`` and ``description`` are only asked for when it is made.
    """

    template: str
    path: str
    heading: str
    values: Callable[[], Values]
    made_of: tuple[str, ...] = ()
    kind: str = "website"
    description: Callable[[], str] = str


class PageMaker:
    """Makes the pages of one site; ``texts`` makes the long texts of issues and summaries."""

    def __init__(self, material: Material, texts: SiteTexts) -> None:
        self.settings = material.settings
        self.material = material
        self.shelf = shelf = material.shelf
        self.words = material.words
        self.texts = texts
        self.lines = {entry.path: self._line(entry) for entry in shelf.entries}
        self.feeds = feed_links(self.settings.newsletter.title)
        self.topics = [self._name(name, topic_path(name), found) for name, found in shelf.by_topic.items()]
        self.types = [self._name(name, research_path(name), found) for name, found in shelf.by_type.items()]

    def planned(self) -> list[PlannedFile]:
        """Every page."""
        return [
            self._planned(draft) for draft in (*self._standing(), *self._filters(), *self._issues(), *self._summaries())
        ]

    def _standing(self) -> Iterator[_Draft]:
        """The pages that every site has once."""
        pages = self.words.pages
        issues = [self._issue_line(issue) for issue in self.shelf.issues]
        standing: Values = {"introduction": Markup(prose_html(self.material.introduction, _STYLE))}
        names: Values = {"topics": self.topics, "types": self.types}
        by_year: Values = names | {"years": _by_year(issues)}
        search: Values = {"has_search": self.material.has_search}
        yield self._home(issues, standing)
        yield _Draft("about.html.j2", "about/", pages["about"], lambda: standing)
        yield _Draft("archive.html.j2", "archive/", pages["archive"], lambda: by_year, (str(by_year),))
        yield _Draft("topics.html.j2", "topics/", self.words.issue["topics"], lambda: names, (str(names),))
        yield _Draft("search.html.j2", "search/", pages["search"], lambda: search, (str(search),))

    def _home(self, issues: list[Values], standing: Values) -> _Draft:
        latest = self.shelf.issues[0] if self.shelf.issues else None
        newest = issues[:NEWEST_ISSUES]

        def values() -> Values:
            return standing | {
                "latest": issues[0] | self.texts.intro(latest) if latest else None,
                "topics": self.topics,
                "years": _by_year(newest),
            }

        of_latest = self.material.sources[latest.key] if latest else ""
        title = self.settings.newsletter.title
        return _Draft("index.html.j2", "", title, values, (of_latest, str(newest), str(self.topics)))

    def _filters(self) -> Iterator[_Draft]:
        """A page for each topic and each type of research that a summary has."""
        for names, found, kind in (
            (self.topics, self.shelf.by_topic, "topic"),
            (self.types, self.shelf.by_type, "type"),
        ):
            for name in names:
                lines = [self.lines[entry.path] for entry in found[name["name"]]]
                feeds = feed_links(self._titled(name["name"]), name["path"]) if kind == "topic" else ()
                values: Values = {
                    "lines": lines,
                    "query": f"{kind}={name['key']}",
                    "own_feeds": feeds,
                    "feeds": [*feeds, *self.feeds],
                }
                yield _Draft(
                    "topic.html.j2",
                    name["path"],
                    name["name"],
                    lambda values=values: values,  # type: ignore[misc]
                    (str(lines),),
                )

    def _issues(self) -> Iterator[_Draft]:
        issues = self.shelf.issues
        for issue, newer, older in zip(issues, (None, *issues), (*issues[1:], None), strict=False):
            near = {
                "older": self._month_line(older) if older else None,
                "newer": self._month_line(newer) if newer else None,
            }

            def values(issue: Issue = issue, near: Values = near) -> Values:
                return {"issue": self._issue_line(issue) | self.texts.issue(issue) | near}

            yield _Draft(
                "issue.html.j2",
                f"{issue.key}/",
                self.words.month(issue.key).capitalize(),
                values,
                (self.material.sources[issue.key], str(near), str(list(map(self._reprinted, issue.summaries)))),
                kind="article",
                description=lambda issue=issue: self._about(issue),  # type: ignore[misc]
            )

    def _summaries(self) -> Iterator[_Draft]:
        in_time = sorted(self.shelf.entries, key=lambda entry: entry.issue.key)
        older = {after.path: before for before, after in pairwise(in_time)}
        newer = {before.path: after for before, after in pairwise(in_time)}
        relations = Relations(self.shelf)
        for entry in self.shelf.entries:
            near: Values = {
                "older": self.lines[older[entry.path].path] if entry.path in older else None,
                "newer": self.lines[newer[entry.path].path] if entry.path in newer else None,
                "related": [self.lines[other.path] for other in relations.of(entry)],
            }

            def values(entry: Entry = entry, near: Values = near) -> Values:
                return near | {"issue": self._issue_line(entry.issue), "summary": self.texts.summary(entry)}

            yield _Draft(
                "summary.html.j2",
                entry.path,
                entry.summary.title.text,
                values,
                (self.material.sources[entry.issue.key], str(near), self._reprinted(entry.summary)),
                kind="article",
                description=lambda entry=entry: plain_prose(entry.summary.body),  # type: ignore[misc]
            )

    def _reprinted(self, summary: Summary) -> str:
        """The folder of the page on which a reprint appeared first, if it is on the site; ''."""
        folder = f"{summary.reprint_of.text}/"
        return folder if folder in self.lines else ""

    def _planned(self, draft: _Draft) -> PlannedFile:
        made_of = hashed(self.material.common, draft.template, draft.path, *draft.made_of)
        return PlannedFile(f"{draft.path}index.html", made_of, partial(self._made, draft))

    def _made(self, draft: _Draft) -> bytes:
        """The page's HTML; its links are relative, so that a sub-path works."""
        newsletter = self.settings.newsletter
        common = {
            "newsletter": newsletter,
            "sender": self.settings.sender,
            "words": self.words,
            "up": "../" * draft.path.count("/"),
            "feeds": self.feeds,
            "card": self.texts.card,
            # OpenGraph wants a language with its land
            "locale": newsletter.language.replace("-", "_") if "-" in newsletter.language else "",
            "page": {
                "title": self._titled(draft.heading),
                "heading": draft.heading,
                "url": newsletter.url(draft.path),
                "kind": draft.kind,
                "description": cut(draft.description(), _DESCRIPTION_CHARACTERS) or newsletter.description,
            },
        }
        return render_template(self.material.templates, draft.template, common | draft.values()).encode()

    def _titled(self, name: str) -> str:
        """The title of the page of ``name``: with the newsletter's where 70 characters hold both; search engines show no more."""
        title = self.settings.newsletter.title
        both = f"{name} – {title}" if name != title else title
        return both if len(both) <= _TITLE_CHARACTERS else cut(name, _TITLE_CHARACTERS)

    def _about(self, issue: Issue) -> str:
        return plain(intro_of(issue, self.words)) or plain_prose(issue.word)

    def _line(self, entry: Entry) -> Values:
        """What any page shows of a summary elsewhere: its title, its address, its month; and what the archive filters by."""
        return {
            "title": entry.summary.title.text,
            "path": entry.path,
            "month": self.words.month(entry.issue.key),
            "retracted": entry.summary.retraction is not None,
            "topics": " ".join(filter(None, map(slug_of, entry.summary.topic_names))),
            "type": slug_of(entry.summary.research_type.name or ""),
        }

    def _month_line(self, issue: Issue) -> Values:
        return {"title": self.words.month(issue.key).capitalize(), "path": f"{issue.key}/"}

    def _issue_line(self, issue: Issue) -> Values:
        """What any page shows of an issue: its name, its address, its day, its summaries."""
        return {
            "key": issue.key,
            "month": self.words.month(issue.key),
            "path": f"{issue.key}/",
            "day": issue.day.isoformat(),
            "day_words": self.words.day(issue.day),
            "published": self.texts.moment(issue.day),
            "titles": [self.lines[f"{issue.key}/{summary.slug}/"] for summary in issue.summaries],
        }

    @staticmethod
    def _name(name: str, path: str, found: tuple[Entry, ...]) -> Values:
        return {"name": name, "key": slug_of(name), "path": path, "count": len(found)}


def _by_year(issues: list[Values]) -> list[tuple[str, list[Values]]]:
    return [(year, list(of_year)) for year, of_year in groupby(issues, key=lambda line: line["key"][:4])]
