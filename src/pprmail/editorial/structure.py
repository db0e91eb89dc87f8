"""The rules of an issue's structure: what it must have, what is likely a slip; and those of each of its summaries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pprmail.citation import find_date
from pprmail.editorial.summary_structure import letters, summary_problems
from pprmail.errors import Place
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue, Summary, Vocabulary

FEWEST_SUMMARIES, MOST_SUMMARIES = 2, 3


def issue_problems(issue: Issue, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Every problem of structure in ``issue`` and its summaries."""
    if not issue.is_read:
        return
    yield from _missing_text(issue)
    yield from _summary_count(issue)
    yield from _blurb_count(issue)
    yield from _titles_repeated(issue)
    yield from _slug_clashes(issue)
    yield from _sent_and_missing(issue)
    for summary in issue.summaries:
        yield from summary_problems(summary, vocabulary)
        yield from _citation_after_issue(issue, summary)


def _missing_text(issue: Issue) -> Iterator[Problem]:
    if not issue.summaries and not issue.notices and not issue.word:
        yield problem(
            "empty-body",
            Place(issue.main_file),
            "the issue has no summary, no notice and no word from the editor",
            "add a .md file with a summary",
        )


def _summary_count(issue: Issue) -> Iterator[Problem]:
    count = len(issue.summaries)
    if not FEWEST_SUMMARIES <= count <= MOST_SUMMARIES:
        noun = "summary" if count == 1 else "summaries"
        yield problem(
            "summary-count", Place(issue.main_file), f"{count or 'no'} {noun} in {issue.key}", "two or three are usual"
        )


def _blurb_count(issue: Issue) -> Iterator[Problem]:
    without = [summary for summary in issue.summaries if not summary.blurb]
    if issue.intro or not without or len(without) == len(issue.summaries):
        return
    for summary in without:
        yield problem(
            "blurb-count",
            summary.blurb.place(),
            "no Blurb, though other summaries have one",
            "add one: the line that opens the month uses the title instead",
        )


def _titles_repeated(issue: Issue) -> Iterator[Problem]:
    first: dict[str, Summary] = {}
    for summary in issue.summaries:
        bare = letters(summary.title.text)
        if bare in first:
            message = f"the title stands already in {first[bare].file_name}"
            yield problem(
                "title-repeated", summary.title.place(), message, "give each summary its own, or delete the copy"
            )
        elif bare:
            first[bare] = summary


def _sent_and_missing(issue: Issue) -> Iterator[Problem]:
    """A summary of the receipt that no file has any more: its page and its name in the feeds would be gone."""
    here = {summary.slug for summary in issue.summaries}
    for name, slug in sorted(issue.receipt.slugs.items() if issue.receipt else ()):
        if slug not in here:
            message = f"{name} was sent, and its address {issue.key}/{slug}/ is no longer there"
            hint = f"call the file {name!r} again, or write 'Slug: {slug}' into the one that it is now"
            yield problem("sent-summary-missing", Place(issue.main_file), message, hint)


def _slug_clashes(issue: Issue) -> Iterator[Problem]:
    uses = Counter(summary.slug for summary in issue.summaries)
    for summary in issue.summaries:
        own = summary.slug_source
        if summary.sent_slug and own and own.text != summary.sent_slug:
            yield problem(
                "slug-clash",
                own.place(),
                f"this summary was sent as {summary.sent_slug!r}",
                "leave Slug out: an address that was sent stays",
            )
        elif own and uses[own.text] > 1:
            yield problem(
                "slug-clash",
                own.place(),
                f"another summary of {issue.key} has the slug {own.text!r}",
                "change one of the two",
            )
        elif own.text == "issue":
            yield problem("slug-clash", own.place(), "the slug 'issue' is the issue's own", "choose another")


def _citation_after_issue(issue: Issue, summary: Summary) -> Iterator[Problem]:
    cited = find_date(summary.citation.text)
    if not cited:
        return
    year, month = int(issue.key[:4]), int(issue.key[5:])
    if (cited.year, cited.month or 1) > (year, month):
        message = f"the source is of {cited.year}{f'-{cited.month:02d}' if cited.month else ''}, later than the issue"
        yield problem(
            "citation-after-issue",
            summary.citation.place(cited.offset),
            message,
            "check the year of the citation and the issue's folder",
        )
