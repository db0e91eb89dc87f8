"""The lines that pprmail composes for the author: the subject, "This month…", the citation with its link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.citation import doi_url, find_doi
from pprmail.model import Link, Strong, Text, plain

if TYPE_CHECKING:
    from pprmail.model import Inline, Issue, Summary
    from pprmail.render.words import Words

LONGEST_SUBJECT = 78


def title_of(issue: Issue, words: Words) -> str:
    """The newsletter's title and the month: what the mail is called where its subject does not stand."""
    return words.issue.subject.format(month=words.month(issue.key))


def subject_of(issue: Issue, words: Words) -> str:
    """The author's subject; else title, month and as many blurbs as fit in 78 characters."""
    if issue.subject:
        return " ".join(issue.subject.text.split())
    head = title_of(issue, words)
    subject = head
    for number, blurb in enumerate(_blurbs(issue)):
        longer = f"{subject}{': ' if number == 0 else '; '}{blurb}"
        if len(longer) > LONGEST_SUBJECT:
            break
        subject = longer
    return subject


def intro_of(issue: Issue, words: Words) -> tuple[Inline, ...]:
    """What follows "This month": the author's words; else the blurbs, or titles without them, as one sentence.

    Empty for an issue without summaries.
    """
    if issue.intro_prose:
        return issue.intro_prose
    blurbs = _blurbs(issue)
    return (Text(words.issue.i_blog_about.format(blurbs=words.join(blurbs))),) if blurbs else ()


def _blurbs(issue: Issue) -> tuple[str, ...]:
    blurbs = (summary.blurb.text or summary.title.text for summary in issue.summaries)
    return tuple(" ".join(blurb.split()).rstrip(".") for blurb in blurbs)


def cut(text: str, characters: int) -> str:
    """``text`` on one line; of one that is longer than ``characters`` the beginning, to the end of a word, and "…"."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    whole_words = line[:characters].rpartition(" ")[0] or line[: characters - 1]
    return whole_words.rstrip(" ,;:.–") + "…"


def retraction_text(summary: Summary, words: Words) -> str:
    """That the source was retracted, as a sentence of plain text; '' for one that stands."""
    return words.corrections.retraction.format(day=words.day(summary.retraction.day)) if summary.retraction else ""


def retraction_of(summary: Summary, words: Words) -> tuple[Inline, ...]:
    """The same with the notice as a link; () for one that stands."""
    own = summary.retraction
    if own is None:
        return ()
    said = retraction_text(summary, words)
    label = f" {words.corrections.retraction_notice}{words.issue.colon} "
    return Strong((Text(said),)), Text(label), Link(doi_url(own.doi), (Text(f"https://doi.org/{own.doi}"),))


def citation_of(summary: Summary, words: Words) -> tuple[Inline, ...]:
    """The citation, with the DOI (or, without one, the ``Link``) as a link at its end unless it stands in it."""
    citation = summary.citation_prose
    if summary.doi and not find_doi(plain(citation)):
        url = doi_url(summary.doi)
        return (*citation, Text(" "), Link(url, (Text(f"https://doi.org/{summary.doi}"),)))
    if summary.link and not summary.doi and not find_doi(plain(citation)):
        return (*citation, Text(" "), Link(summary.link.text, (Text(words.issue.publisher_page),)))
    return citation
