"""The links of the mail: what their words promise, and where they lead."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pprmail.citation import find_doi
from pprmail.mailcheck.author_links import author_links
from pprmail.manuscript.inline import link_fault
from pprmail.marks import MARK
from pprmail.rules import ERROR, WARNING, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.author_links import AuthorLink
    from pprmail.mailcheck.looks import Looks
    from pprmail.mailcheck.page import Page
    from pprmail.mailcheck.template import TemplateSource
    from pprmail.model import Issue

SHORTENERS = frozenset(
    {"bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "j.mp", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at",
     "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd"}
)  # fmt: skip
# Words that say nothing of where a link leads (WCAG 2.2, failure F84), in English and French
VAGUE = frozenset(
    """
    here|click|click here|click on this link|click this link|follow this link|tap here|press here|see here|read here
    just here|right here|link|links|the link|this link|this|that|this page|this site|this website|this web page
    this article|this paper|this study|this post|the article|article|more|read more|learn more|see more|find out more
    more info|more information|more details|further information|info|details|continue|continue reading|read on|go
    url|web page|website|view
    ici|cliquez ici|cliquer ici|clique ici|cliquez|par ici|voir ici|lien|le lien|ce lien|liens|plus|en savoir plus
    savoir plus|lire plus|voir plus|lire la suite|la suite|suite|plus d'infos|plus d'info|plus d'information
    plus d'informations|plus de détails|détails|cet article|l'article|cette page|ce site|cette étude|ceci|cela
    """.strip()
    .replace("\n", "|")
    .replace("    ", "")
    .split("|")
)
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
_URL = re.compile(r"(?i:https?)://(?:[^/?#\s]*@)?(\[[^\]\s]+\]|[^/?#:\s]+)")
# Strings, because hardly any mail needs them compiled
_SHOWN_URL = rf"(?i:https?://(?:[^/?#\s@]*@)?|\bwww\.)({_HOST})"
# Without http or www, a few words are taken for a host: Node.js is none
_ENDINGS = "com|org|net|edu|gov|int|info|io|eu|ca|uk|us|au|nz|ie|de|fr|ch|at|nl|be|es|pt|it|se|no|dk|fi|pl|jp|br|mx|za"
_SHOWN_HOST = rf"((?:[\w-]+\.)+(?i:{_ENDINGS}))(?::\d+)?(?:[/?#]\S*)?"
_SHOWN_ADDRESS = rf"[\w.!#$%&'*+/=?^`{{|}}~-]+@({_HOST})"
_LOOPBACK = r"localhost|127(?:\.\d+){3}|\[::1\]"


_Fault = tuple[str, str, str]
"""A sentence, what to do, and the severity."""


def link_problems(issue: Issue, page: Page, looks: Looks, source: TemplateSource) -> Iterator[Problem]:
    """``link-text`` and ``bad-link``, for the author's links at their place, for the others at the template's."""
    links = tuple(author_links(issue))
    yield from _author_problems(links)
    known = {one.url for one in links}
    titles = {_normal(summary.title.text) for summary in issue.summaries}
    ids = {element.attributes.get("id") or element.attributes.get("name") for element in page.elements}
    words_of = page.words_by_link()
    for link in page.links:
        url, words = link.attributes["href"].strip(), words_of.get(link.number, "")
        if url in known:
            continue
        if MARK.match(url):
            if words and (told := _words_fault(words, "")):
                yield problem("link-text", source.place(words, "unsubscribe_url"), *told)
            continue
        place = partial(source.place, url or 'href=""', words)
        for message, hint, severity in _template_faults(url, ids):
            yield problem("bad-link", place(), message, hint, severity)
        told = _words_fault(words, url)
        if told and _normal(words) not in titles and not looks.of(link).is_gone:
            yield problem("link-text", place(), *told)


def _author_problems(links: tuple[AuthorLink, ...]) -> Iterator[Problem]:
    targets: dict[tuple[str, str], str] = {}
    for one in links:
        for message, hint, severity in _shortener(one.url):
            yield problem("bad-link", one.place, message, hint, severity)
        if one.is_composed:
            continue
        told = _words_fault(one.words, one.url)
        target = _target(one.url)
        if not told and targets.setdefault((one.section, _normal(one.words)), target) != target:
            words = " ".join(one.words.split())
            told = f"{words!r} leads to two places in one text", "say in the words of each link where it leads"
        if told:
            yield problem("link-text", one.place, *told)


def _template_faults(url: str, ids: set[str | None]) -> Iterator[_Fault]:
    if url.startswith("#") and url[1:] in ids:
        return
    if fault := link_fault(url):
        yield fault, "write http, https, mailto or tel, whole", ERROR
    elif (host := host_of(url)) and url[:5].lower() == "http:" and not re.fullmatch(_LOOPBACK, host):
        yield f"the link {url!r} is not encrypted", "write https://", WARNING
    yield from _shortener(url)


def _shortener(url: str) -> Iterator[_Fault]:
    host = host_of(url)
    if host in SHORTENERS and re.search(r"://[^/]+/.", url):
        message = f"{host} hides where the link leads; spam filters distrust it, and one day it may lead elsewhere"
        yield message, "write the whole address", WARNING


# The template's links stand in every mail
@lru_cache(maxsize=1024)
def _words_fault(written: str, url: str) -> tuple[str, str] | None:
    """What is wrong with a link's words, and what to do; None when nothing is."""
    words = " ".join(written.split())
    if not words:
        return "a link without words", "say where it leads"
    if _normal(words) in VAGUE or not _normal(words):
        return f"{words!r} does not say where the link leads", "use words that tell it when they are read alone"
    return _pretence(words, url)


def _pretence(words: str, url: str) -> tuple[str, str] | None:
    """Words that show one host, address or DOI, while the link leads to another."""
    if url[:7].lower() == "mailto:":
        address = url[7:].partition("?")[0].replace("%40", "@")
        if "@" in words and words.casefold() not in address.casefold() and re.fullmatch(_SHOWN_ADDRESS, words):
            return f"the words show {words!r}, the link writes to {address!r}", "show the address it writes to"
        return None
    host, shown_host = host_of(url), _shown_host(words)
    if host and shown_host and not _same_site(host, shown_host):
        return (
            f"the words show {shown_host!r}, the link leads to {host!r}",
            "show the address it leads to, or use words",
        )
    shown_doi = find_doi(words)
    if shown_doi and (doi := find_doi(unquote(url))) and shown_doi.casefold() != doi.casefold():
        return f"the words show the DOI {shown_doi}, the link leads to {doi}", "keep the one that is meant"
    return None


def _shown_host(words: str) -> str:
    """The host that ``words`` show, or ''."""
    if "." not in words:
        return ""
    for pattern in (_SHOWN_HOST, _SHOWN_ADDRESS):
        if found := re.fullmatch(pattern, words.rstrip(".,;")):
            return _plain_host(found[1])
    found = re.search(_SHOWN_URL, words)
    return _plain_host(found[1]) if found else ""


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """The host of a web address, in lower case and without ``www.``; '' for any other address."""
    found = _URL.match(url)
    return _plain_host(found[1]) if found else ""


def _plain_host(written: str) -> str:
    host = written.casefold().rstrip(".").removeprefix("www.")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _same_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _normal(words: str) -> str:
    return _ENDS.sub("", " ".join(words.casefold().replace("’", "'").split()))


def _target(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|/$", "", url.casefold())
