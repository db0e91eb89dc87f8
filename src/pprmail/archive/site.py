"""The site as files: what it holds, decided; making and writing them is ``writing``'s."""

from __future__ import annotations

from functools import cache, partial
from itertools import groupby
from typing import TYPE_CHECKING

from pprmail.archive.card import draw_card
from pprmail.archive.exports import bibtex, ris
from pprmail.archive.feeds import plan_feeds
from pprmail.archive.pages import PageMaker
from pprmail.archive.signposts import redirects, robots, sitemap
from pprmail.archive.texts import CARD, SiteTexts
from pprmail.archive.writing import PlannedFile
from pprmail.marks import PREVIEW_TOKEN, fill, personal_values
from pprmail.render.templates import FOLDER, render_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pprmail.archive.material import Material
    from pprmail.archive.shelf import Entry
    from pprmail.render.mail import RenderedIssue
    from pprmail.render.template_files import Templates
    from pprmail.settings import Settings

STYLE_SHEET = "site.css"
_EXPORTS = ((bibtex, ".bib"), (ris, ".ris"))
_SCRIPTS = ("archive.js", "copy.js", "search.js")


def site_files(material: Material) -> list[PlannedFile]:
    """Every file of the site, but for its search. Raises ``PprmailError`` for a redirect that leads nowhere."""
    settings, templates = material.settings, material.templates
    common, everything = material.common, material.everything
    newsletter, theme = settings.newsletter, templates.theme
    of_issues = cache(material.of_issues)
    pages = PageMaker(material, SiteTexts(material)).planned()

    def style() -> bytes:
        return render_template(templates, f"{STYLE_SHEET}.j2", {"theme": theme}).encode()

    def icon() -> bytes:
        values = {"theme": theme, "letter": newsletter.title[:1]}
        return render_template(templates, "icon.svg.j2", values).encode()

    def picture() -> bytes:
        own = settings.root / FOLDER / CARD
        return own.read_bytes() if own.is_file() else draw_card(newsletter.title, newsletter.description, theme.light)

    folders = [page.path.removesuffix("index.html") for page in pages]
    files = [
        *pages,
        *(
            PlannedFile(feed.path, of_issues(*feed.issues), feed.make)
            for feed in plan_feeds(settings, material.shelf, templates)
        ),
        *_exports(material, of_issues),
        PlannedFile("sitemap.xml", everything, lambda: sitemap(settings, material.shelf, folders)),
        PlannedFile("robots.txt", common, lambda: robots(settings)),
        PlannedFile(STYLE_SHEET, common, style),
        PlannedFile("icon.svg", common, icon),
        PlannedFile(CARD, common, picture),
        *(PlannedFile(name, common, partial(_script, templates, name)) for name in _SCRIPTS),
    ]
    return [*files, *redirects(material, {file.path for file in files})]


def _exports(material: Material, of_issues: Callable[..., str]) -> Iterator[PlannedFile]:
    """The citations of each summary, and of each issue together, as BibTeX and as RIS."""
    for entry in material.shelf.entries:
        made_of = of_issues(entry.issue.key)
        for form, suffix in _EXPORTS:
            yield PlannedFile(f"{entry.path.rstrip('/')}{suffix}", made_of, partial(_exported, form, (entry,)))
    for key, of_issue in groupby(material.shelf.entries, key=lambda entry: entry.issue.key):
        entries = tuple(of_issue)
        for form, suffix in _EXPORTS:
            yield PlannedFile(f"{key}/issue{suffix}", of_issues(key), partial(_exported, form, entries))


def _exported(form: Callable[[Iterable[Entry]], str], entries: tuple[Entry, ...]) -> bytes:
    return form(entries).encode()


def _script(templates: Templates, name: str) -> bytes:
    """A file of ``templates/`` as it is, the newsletter's own over the packaged one."""
    if templates.loader is None:
        raise TypeError
    return templates.loader.get_source(templates, name)[0].encode()


def mail_paths(key: str) -> tuple[str, ...]:
    """Where the parts of an issue's mail stand."""
    return tuple(f"{key}/message.{kind}" for kind in ("html", "txt", "mjml"))


def mail_files(settings: Settings, key: str, mail: RenderedIssue) -> dict[str, bytes]:
    """The parts of an issue's mail by their path, the personal marks filled with a reader nobody is."""
    service = settings.unsubscribe.service_url
    url = (
        f"{service}/u/{PREVIEW_TOKEN}"
        if settings.unsubscribe.owner == "service"
        else f"mailto:{settings.unsubscribe.mailto}"
    )
    values = personal_values("", url)
    bodies = (mail.html, mail.text, mail.mjml)
    return {path: fill(body, values).encode() for path, body in zip(mail_paths(key), bodies, strict=True)}
