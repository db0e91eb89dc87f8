"""What leads programs and old links to the pages: the sitemap, robots.txt, and redirects from addresses of before."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pprmail.archive.corrections import updated_day
from pprmail.archive.search import FOLDER as SEARCH_FOLDER
from pprmail.archive.writing import PlannedFile, hashed
from pprmail.errors import PprmailError
from pprmail.render.templates import render_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.archive.material import Material
    from pprmail.archive.shelf import Shelf
    from pprmail.settings import Settings

# What Windows has no file for: its signs, its devices, a name that ends in a dot or a space
_NO_FILE_NAME = re.compile(
    r"""[\\:*"<>|\x00-\x1f]|(?:^|/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|/|$)|[. ](?:/|$)""", re.IGNORECASE
)


def sitemap(settings: Settings, shelf: Shelf, pages: list[str]) -> bytes:
    """``sitemap.xml`` of ``pages``, the folders of all canonical pages; those of issues and summaries with their day (sitemaps.org)."""
    days = {f"{issue.key}/": issue.day.isoformat() for issue in shelf.issues}
    days |= {entry.path: updated_day(entry.issue, entry.summary).isoformat() for entry in shelf.entries}
    newest = max(days.values(), default="")
    days |= dict.fromkeys(("", "archive/"), newest)
    lines = [
        f"<url><loc>{escape(settings.newsletter.url(page), quote=False)}</loc>"
        f"{f'<lastmod>{days[page]}</lastmod>' if days.get(page) else ''}</url>"
        for page in sorted(pages)
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, *lines, "</urlset>\n"]).encode()


def robots(settings: Settings) -> bytes:
    """``robots.txt`` (RFC 9309): all may be read, but for the addresses by which readers leave."""
    leaving = urlsplit(settings.unsubscribe.service_url).path.rstrip("/") + "/u/"
    return (
        f"User-agent: *\nDisallow: {leaving}\nAllow: /\n\nSitemap: {settings.newsletter.url('sitemap.xml')}\n".encode()
    )


def redirects(material: Material, taken: set[str]) -> Iterator[PlannedFile]:
    """A page at each old address of ``[archive.redirects]`` that leads to the new one; ``taken`` are the paths of the site's files.

    Raises ``PprmailError`` for an old address that is a page's, and for a new one that is none.
    """
    settings, templates = material.settings, material.templates
    for old, new in sorted(settings.archive.redirects.items()):
        path, target = _file_of(unquote(old)), new.lstrip("/")
        told = f"pprmail.toml: the redirect {old!r} = {new!r} under [archive.redirects]"
        if fault := _fault_of(old, path, taken):
            message = f"{told} {fault}"
            raise PprmailError(message)
        if _file_of(re.split("[?#]", target)[0]) not in taken:
            message = f"{told} leads to no page of the site; write an address such as '/2013-06/'"
            raise PprmailError(message)
        taken.add(path)
        up = "../" * path.count("/")
        values = {
            "newsletter": settings.newsletter,
            "words": templates.words,
            "up": up,
            "target": up + target or "./",
            "canonical": settings.newsletter.url(target),
        }
        yield PlannedFile(
            path,
            hashed(material.common, path),
            lambda values=values: render_template(templates, "redirect.html.j2", values).encode(),  # type: ignore[misc]
        )


def _file_of(address: str) -> str:
    """The file that answers at ``address``, a path of the site."""
    path = address.lstrip("/")
    return path if "." in path.rpartition("/")[2] else f"{path}/index.html".lstrip("/").replace("//", "/")


def _fault_of(old: str, path: str, taken: set[str]) -> str:
    """Why no file can answer at the address ``old``, and what to do; ''."""
    if re.search("[?#]", old):
        return "begins at an address with ? or #, which no file can answer; let the web server redirect it"
    if _NO_FILE_NAME.search(path):
        return "begins at an address that cannot be a file's on every system; let the web server redirect it"
    if path in taken:
        return "begins at a page of the site, or at the same as another redirect; take it out"
    if path.startswith(f"{SEARCH_FOLDER}/"):
        return "begins where the search stands; take it out"
    folders = {"/".join(path.split("/")[:count]) for count in range(1, path.count("/") + 1)}
    if folders & taken or any(other.startswith(f"{path}/") for other in taken):
        return "would make one name a file and a folder; take it out"
    return ""
