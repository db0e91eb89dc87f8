"""What a summary's page tells programs: the article as ``citation_`` tags, summary and article as schema.org's JSON-LD."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pprmail.archive.corrections import updated_day
from pprmail.citation import doi_url
from pprmail.model import plain, plain_prose
from pprmail.reference import read_reference
from pprmail.render.phrases import cut

if TYPE_CHECKING:
    from pprmail.archive.shelf import Entry
    from pprmail.reference import Person, Reference
    from pprmail.settings import Settings

LONGEST_HEADLINE, LONGEST_DESCRIPTION = 110, 160
"""Characters: of a headline as Google advised for articles, of a description as search engines show."""

_TYPES = {"article": "ScholarlyArticle", "chapter": "Chapter", "book": "Book", "report": "Report"}
# What could end the script element, begin a comment in it, or end a line in older readers of JSON
_UNSAFE = re.compile("[<>&\u2028\u2029]")


def meta_tags(entry: Entry) -> tuple[tuple[str, str], ...]:
    """The names and contents of ``<meta>`` for the source of ``entry``, in order; one author or editor a tag.

    The names are Highwire Press's, as Google Scholar's guidelines for webmasters list them and Zotero reads them. The
    article's language is not known, so no tag tells it.
    """
    reference = read_reference(entry.summary)
    containers = {"article": "citation_journal_title", "chapter": "citation_inbook_title"}
    is_report = reference.kind == "report"
    tags = [
        ("citation_title", reference.title),
        *(("citation_author", _inverted(person)) for person in reference.authors),
        *(("citation_editor", _inverted(person)) for person in reference.editors),
        ("citation_publication_date", _date(reference, "/")),
        (containers.get(reference.kind, ""), reference.container),
        ("citation_volume", reference.volume),
        ("citation_technical_report_number" if is_report else "citation_issue", reference.number),
        ("citation_firstpage", reference.first_page or reference.article_number),
        ("citation_lastpage", reference.last_page),
        ("citation_doi", reference.doi),
        ("citation_technical_report_institution" if is_report else "citation_publisher", reference.publisher),
    ]
    return tuple((name, " ".join(content.split())) for name, content in tags if name and content.strip())


def json_ld(settings: Settings, entry: Entry, *, image: str = "") -> str:
    """The page of ``entry`` as a BlogPosting about its source, to stand in ``<script type="application/ld+json">``.

    ``image`` is the whole address of the page's picture, or ''. A field that is not known is left out. Times are noon of
    their day in the newsletter's zone.
    """
    newsletter, summary, issue = settings.newsletter, entry.summary, entry.issue
    page = newsletter.url(entry.path)
    publisher = {"@type": "Organization", "name": settings.sender.organisation, "url": newsletter.url()}
    source = _source(entry, read_reference(summary), page)
    posting = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": page,
        "url": page,
        "mainEntityOfPage": page,
        "headline": cut(summary.title.text, LONGEST_HEADLINE),
        "description": cut(plain_prose(summary.body), LONGEST_DESCRIPTION),
        "image": image,
        "inLanguage": newsletter.language,
        "datePublished": newsletter.noon(issue.day).isoformat(),
        "dateModified": newsletter.noon(updated_day(issue, summary)).isoformat(),
        "author": _author(settings, summary.guest.text),
        "publisher": publisher,
        "keywords": list(summary.topic_names),
        "isPartOf": {
            "@type": "PublicationIssue",
            "@id": newsletter.url(f"{issue.key}/"),
            "url": newsletter.url(f"{issue.key}/"),
            "issueNumber": issue.key,
            "datePublished": issue.day.isoformat(),
            "isPartOf": {"@type": "Periodical", "name": newsletter.title, "url": newsletter.url()},
        },
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": plain(erratum.note),
                "datePublished": newsletter.noon(erratum.day).isoformat(),
            }
            for erratum in summary.errata
        ],
        "about": source,
        "isBasedOn": {"@id": source["@id"]},
    }
    written = json.dumps(_known(posting), ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _author(settings: Settings, guest: str) -> dict[str, Any]:
    """The guest, or the newsletter's author, who is an organisation when that or nobody is named."""
    name = " ".join(guest.split()) or settings.newsletter.author.strip()
    organisations = {"", settings.sender.organisation, settings.sender.name, settings.newsletter.title}
    if name in organisations:
        return {"@type": "Organization", "name": name or settings.sender.organisation}
    return {"@type": "Person", "name": name}


def _source(entry: Entry, reference: Reference, page: str) -> dict[str, Any]:
    """What was summarised. It is named by its DOI, else as a part of our page."""
    address = doi_url(reference.doi) if reference.doi else ""
    retraction = entry.summary.retraction
    is_book = reference.kind in {"book", "report"}
    return {
        "@type": _TYPES[reference.kind],
        "@id": address or f"{page}#source",
        "headline": reference.title,
        "name": reference.title,
        "author": [_agent(person) for person in reference.authors],
        "editor": [_agent(person) for person in reference.editors] if is_book else [],
        "datePublished": _date(reference, "-"),
        "isPartOf": _container(reference),
        "bookEdition": reference.edition if reference.kind == "book" else "",
        "reportNumber": reference.number if reference.kind == "report" else "",
        "publisher": _organisation(reference.publisher) if is_book else {},
        "pageStart": "" if is_book else reference.first_page,
        "pageEnd": "" if is_book else reference.last_page,
        "pagination": "" if is_book else reference.pages,
        "identifier": {"@type": "PropertyValue", "propertyID": "DOI", "value": reference.doi} if reference.doi else {},
        "sameAs": address or reference.url,
        "creativeWorkStatus": "Retracted" if retraction else "",
        "correction": doi_url(retraction.doi) if retraction else "",
    }


def _container(reference: Reference) -> dict[str, Any]:
    """The journal's issue within its volume within the journal, without those that the line does not name; or the book."""
    if not reference.container:
        return {}
    if reference.kind == "chapter":
        return {
            "@type": "Book",
            "name": reference.container,
            "editor": [_agent(person) for person in reference.editors],
            "bookEdition": reference.edition,
            "publisher": _organisation(reference.publisher),
        }
    within: dict[str, Any] = {"@type": "Periodical", "name": reference.container}
    if reference.volume:
        within = {"@type": "PublicationVolume", "volumeNumber": reference.volume, "isPartOf": within}
    if reference.number:
        within = {"@type": "PublicationIssue", "issueNumber": reference.number, "isPartOf": within}
    return within


def _agent(person: Person) -> dict[str, str]:
    if person.is_group:
        return _organisation(person.family)
    return {
        "@type": "Person",
        "name": person.in_order,
        "givenName": person.given,
        "familyName": person.family,
        "honorificSuffix": person.suffix,
    }


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name} if name else {}


def _inverted(person: Person) -> str:
    return ", ".join(filter(None, (person.family, person.given, person.suffix)))


def _date(reference: Reference, between: str) -> str:
    """``2019-12-05``, ``2019-12`` or ``2019``, as far as it is known; ''. ``between`` stands between the numbers."""
    if not reference.year:
        return ""
    parts = [f"{part:02}" for part in (reference.month, reference.day) if part]
    return between.join([str(reference.year), *parts])


def _known(value: Any) -> Any:  # noqa: ANN401 - JSON
    """``value`` without what is empty, however deep."""
    if isinstance(value, dict):
        return {name: kept for name, inner in value.items() if (kept := _known(inner))}
    if isinstance(value, list):
        return [_known(inner) for inner in value]
    return value
