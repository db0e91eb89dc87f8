"""A summary out of its file: headers, body, Practice Implications."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.citation import normal_doi
from pprmail.manuscript.file import heading_text
from pprmail.manuscript.markdown import is_heading
from pprmail.model import Erratum, Passage, Retraction, Summary, Topic, is_issue_key
from pprmail.rules import did_you_mean
from pprmail.slugs import is_slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pprmail.manuscript.file import ManuscriptFile
    from pprmail.manuscript.headers import Line
    from pprmail.model import Vocabulary

SUMMARY_HEADERS = (
    "Title", "Blurb", "Citation", "DOI", "Link", "Kind", "Topics", "Type of Research", "Summary by", "Author email",
    "Slug", "Check-ok", "Erratum", "Retracted", "Reprint of",
)  # fmt: skip
SUMMARY_REPEATABLE = ("Check-ok", "Erratum")
SECTION_LEVEL = 2
_IMPLICATIONS = re.compile(
    r"(?:#{1,6}\s+)?(?:\*\*|__)?\s*practice\s+implications\s*+[:.]?\s*+(?:\*\*|__)?\s*+[:.]?\s*+#*", re.IGNORECASE
)
_UNDERLINE = re.compile(r"\s*(?:=+|-+)\s*")
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:[-–—:]\s*)?(.*)", re.DOTALL)


def read_summary(file: ManuscriptFile, vocabulary: Vocabulary, sent_slug: str) -> Summary:
    """The summary in ``file``. Its slug is still '': that depends on its neighbours."""
    body_lines, heading, implications = _split_implications(file)
    doi_source, topics_source, research, link = (
        file.first("DOI"),
        file.first("Topics"),
        file.first("Type of Research"),
        file.first("Link"),
    )
    if link and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", link.text):
        file.fault("bad-link", link, f"{link.text!r} is no web address", "write one that begins with https://")
    return Summary(
        path=file.path,
        title=file.first("Title"),
        blurb=file.first("Blurb"),
        citation=file.first("Citation"),
        citation_prose=file.inline(file.first("Citation")),
        doi_source=doi_source,
        doi=normal_doi(doi_source.text),
        link=link,
        kind=file.first("Kind"),
        topics=tuple(Topic(one, vocabulary.find_topic(one.text)) for one in _split_topics(topics_source)),
        topics_source=topics_source,
        research_type=Topic(research, vocabulary.find_type(research.text)),
        guest=file.first("Summary by"),
        author_email=file.first("Author email"),
        slug_source=file.first("Slug"),
        sent_slug=sent_slug,
        reprint_of=_reprint(file, file.first("Reprint of")),
        errata=tuple(_errata(file)),
        retraction=_retraction(file, file.first("Retracted")),
        check_ok=file.check_oks(),
        body=file.prose(body_lines),
        implications=file.prose(implications or ()),
        has_implications=implications is not None,
        implications_source=heading,
        slug="",
    )


def _split_implications(file: ManuscriptFile) -> tuple[tuple[Line, ...], Passage, tuple[Line, ...] | None]:
    """The lines before 'Practice Implications', its heading, and the lines after; None after, when it is not there."""
    at = next((n for n, line in enumerate(file.body) if _IMPLICATIONS.fullmatch(line.text.strip())), None)
    before, after = (file.body, None) if at is None else (file.body[:at], file.body[at + 1 :])
    heading = Passage("", file.path) if at is None else heading_text(file.body[at], file.path)
    if after and _UNDERLINE.fullmatch(after[0].text):
        after = after[1:]
    for line in (*before, *(after or ())):
        found = is_heading(line.text)
        again = _IMPLICATIONS.fullmatch(line.text.strip())
        if again or (found and len(found[1]) <= SECTION_LEVEL):
            title = heading_text(line, file.path)
            message = (
                "'Practice Implications' stands a second time"
                if again
                else f"the heading {title.text!r} is not one that a summary has"
            )
            hint = (
                did_you_mean(title.text, ("Practice Implications",))
                or "a summary has '## Practice Implications'; within the text write '###'"
            )
            file.fault("unknown-heading", title, message, "keep one of the two" if again else hint)
    return before, heading, after


def _reprint(file: ManuscriptFile, given: Passage) -> Passage:
    issue, slash, slug = given.text.partition("/")
    if given and not (slash and is_issue_key(issue) and is_slug(slug)):
        file.fault(
            "bad-slug",
            given,
            f"{given.text!r} names no summary",
            "write the issue and the slug, such as 2019-05/its-slug",
        )
    return given


def _errata(file: ManuscriptFile) -> Iterable[Erratum]:
    for given in file.headers.every("Erratum"):
        found = _DATED.fullmatch(given.text)
        day = file.day(given.part(0, found.end(1)) if found else given)
        if found and not found[2]:
            file.fault(
                "empty-body",
                given,
                "the Erratum does not say what was wrong",
                "write 'Erratum: 2020-09-02 — what was wrong'",
            )
        elif found and day:
            yield Erratum(day, file.inline(given.part(found.start(2), len(given.text))))


def _retraction(file: ManuscriptFile, given: Passage) -> Retraction | None:
    if not given:
        return None
    hint = (
        "write the day and the notice's DOI, or the article's own where the notice has none: 2021-03-01 10.1000/notice"
    )
    found = _DATED.fullmatch(given.text)
    if not found:
        file.fault("bad-date", given, f"{given.text!r} does not begin with the day of a retraction notice", hint)
        return None
    day = file.day(given.part(0, found.end(1)))
    notice = given.part(found.start(2), len(given.text))
    doi = normal_doi(notice.text)
    if doi is None:
        file.fault("bad-doi", notice, f"{notice.text!r} is not the DOI of a retraction notice", hint)
    return Retraction(day, doi) if day and doi else None


def _split_topics(given: Passage) -> Iterable[Passage]:
    start = 0
    for piece in given.text.split(";"):
        if piece.strip():
            yield given.part(start, start + len(piece))
        start += len(piece) + 1
