"""The rules of a summary's structure, taken by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.citation import find_doi, normal_doi
from pprmail.errors import Place
from pprmail.model import plain_prose
from pprmail.rules import did_you_mean, nearest, problem
from pprmail.slugs import is_slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Passage, Summary, Topic, Vocabulary

KINDS = ("article", "chapter", "book", "report")
FEWEST_WORDS, MOST_WORDS = 150, 600
LONGEST_TITLE = 120
MOST_TOPICS = 6
_ENOUGH_TO_TELL = 40
_DOI_START = re.compile(r"doi\.org/|\bdoi:\s*", re.IGNORECASE)
# As shortdoi.org makes them; they lead where they should
_SHORT_DOI = r"10/[a-z0-9]{2,}(?![/\w])"
_DASH = r"[\u2010-\u2015\u2212]"
_DOI_END = re.compile(r"[\s*]")


def summary_problems(summary: Summary, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Every problem of structure in one summary, taken by itself."""
    yield from _missing_fields(summary)
    yield from _topics(summary, vocabulary)
    yield from _kind(summary)
    yield from _doi(summary)
    yield from _author_email(summary)
    yield from _slug(summary)
    yield from _lengths(summary)
    yield from _title_in_body(summary)


def _missing_fields(summary: Summary) -> Iterator[Problem]:
    for rule, header, given in (
        ("missing-title", "Title", summary.title),
        ("missing-citation", "Citation", summary.citation),
        ("missing-topics", "Topics", summary.topics_source if summary.topics else summary.topics_source.part(0, 0)),
        ("missing-type-of-research", "Type of Research", summary.research_type.source),
    ):
        if not given:
            yield problem(rule, given.place(), f"{header} is missing or empty", f"add the header '{header}: …'")
    place = Place(summary.path)
    if not summary.body:
        yield problem(
            "empty-body",
            place,
            "the summary has no text before Practice Implications",
            "write it after the headers and a blank line",
        )
    if not summary.has_implications:
        yield problem(
            "missing-practice-implications",
            place,
            "no section Practice Implications",
            "add the line '## Practice Implications' and what clinicians may take away",
        )
    elif not summary.implications:
        yield problem(
            "missing-practice-implications",
            summary.implications_source.place(),
            "Practice Implications is empty",
            "write what clinicians may take away",
        )


def _topics(summary: Summary, vocabulary: Vocabulary) -> Iterator[Problem]:
    for topic in summary.topics:
        if topic.name is None:
            yield _unknown("unknown-topic", "topic", topic, vocabulary.topics)
    if len(summary.topics) > MOST_TOPICS:
        yield problem(
            "topic-count",
            summary.topics_source.place(),
            f"{len(summary.topics)} topics",
            f"keep the {MOST_TOPICS} that matter most",
        )
    if summary.research_type.source and summary.research_type.name is None:
        yield _unknown(
            "unknown-type-of-research", "type of research", summary.research_type, vocabulary.types_of_research
        )


def _unknown(rule: str, noun: str, topic: Topic, known: tuple[str, ...]) -> Problem:
    written = topic.source.text
    if not known:
        hint = f"list your own under [vocabulary] in pprmail.toml: there is no {noun} yet"
    elif "," in written and all(_is_near(piece, known) for piece in written.split(",")):
        hint = "put ';' between topics, not ','"
    else:
        hint = did_you_mean(written, known) or f"the nearest there is: {nearest(written, known, cutoff=0)!r}"
    return problem(rule, topic.source.place(), f"unknown {noun} {written!r}", hint)


def _is_near(piece: str, known: tuple[str, ...]) -> bool:
    return bool(did_you_mean(piece.strip(), known))


def _kind(summary: Summary) -> Iterator[Problem]:
    given = summary.kind
    if given and given.text.casefold() not in KINDS:
        hint = f"write one of {', '.join(KINDS)}"
        yield problem("unknown-kind", given.place(), f"unknown kind {given.text!r}", hint)


def _doi(summary: Summary) -> Iterator[Problem]:
    given, citation = summary.doi_source, summary.citation
    hint = "write it as 10.1037/per0000382, without spaces"
    if given and summary.doi is None:
        short = re.fullmatch(_SHORT_DOI, given.text.rpartition("doi.org/")[2])
        longer = f"write the one that https://doi.org/{short[0]} leads to" if short else hint
        yield problem("bad-doi", given.place(), f"{given.text!r} is no DOI", longer)
    for start in _DOI_START.finditer(citation.text):
        rest = _DOI_END.split(citation.text[start.end() :], maxsplit=1)[0]
        if normal_doi(rest) is None and not _DOI_START.search(rest) and not re.match(_SHORT_DOI, rest):
            written = rest or start[0]
            yield problem("bad-doi", citation.place(start.start()), f"{written!r} in the citation is no DOI", hint)
    cited = find_doi(citation.text)
    for doi, passage in ((summary.doi, given), (cited, citation)):
        if doi and (dash := re.search(_DASH, doi)):
            at = passage.text.find(doi) + dash.start()
            yield problem("bad-doi", passage.place(max(0, at)), f"{dash[0]!r} in a DOI, which has hyphens", "write '-'")
    if cited and summary.doi and cited.casefold() != summary.doi.casefold():
        message = f"the DOI header says {summary.doi}, the citation {cited}"
        yield problem(
            "doi-conflict", given.place(), message, "keep the one that leads to the article, and take the other out"
        )


def _author_email(summary: Summary) -> Iterator[Problem]:
    from pprmail.addresses import BadAddressError, normal_address

    given = summary.author_email
    if not given:
        return
    try:
        normal_address(given.text)
    except BadAddressError as error:
        yield problem(
            "bad-email",
            given.place(),
            f"{given.text!r} is no mail address ({error})",
            "write one address, such as name@university.example",
        )


def _slug(summary: Summary) -> Iterator[Problem]:
    own = summary.slug_source
    if own and not is_slug(own.text):
        yield problem(
            "bad-slug",
            own.place(),
            f"{own.text!r} is no slug",
            "write lower-case letters and digits with single hyphens between, 60 characters at most",
        )
    elif summary.title and not summary.slug:
        yield problem(
            "bad-slug",
            summary.title.place(),
            "no slug can be made of this title",
            "add the header 'Slug: …' in Latin letters, such as 'Slug: group-therapy'",
        )


def _lengths(summary: Summary) -> Iterator[Problem]:
    words = summary.body_words
    if summary.body and not FEWEST_WORDS <= words <= MOST_WORDS:
        place = _first_place(summary)
        yield problem(
            "body-length",
            place,
            f"{words} {'word' if words == 1 else 'words'} of text",
            f"{FEWEST_WORDS} to {MOST_WORDS} are usual",
        )
    if len(summary.title.text) > LONGEST_TITLE:
        yield problem(
            "title-length",
            summary.title.place(),
            f"the title has {len(summary.title.text)} characters",
            f"{LONGEST_TITLE} at most read well on a phone",
        )


def _title_in_body(summary: Summary) -> Iterator[Problem]:
    first_line, title = plain_prose(summary.body[:1]).split("\n")[0], letters(summary.title.text)
    # Mostly a whole paragraph, of which the beginning tells enough
    if title and title.startswith(letters(first_line[:_ENOUGH_TO_TELL])) and letters(first_line) == title:
        yield problem(
            "title-repeated",
            _first_place(summary),
            "the text begins with the title again",
            "take it out: the title is set above the text",
        )


def _first_place(summary: Summary) -> Place:
    source: Passage | None = getattr(summary.body[0], "source", None) if summary.body else None
    return source.place() if source else Place(summary.path)


def letters(text: str) -> str:
    """The letters and digits of ``text``, in one case: what two titles have in common."""
    return "".join(character for character in text.casefold() if character.isalnum())
