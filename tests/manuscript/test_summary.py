from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.errors import Place
from pprmail.manuscript.issue import load_issue
from pprmail.model import CheckOk, Emphasis, Erratum, Passage, Retraction, Text, Topic, plain_prose

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.errors import Problem
    from pprmail.model import Summary

DOE = "issues/2020-08/1-doe.md"


def read(newsletter: Newsletter, text: str | bytes) -> tuple[Summary, tuple[Problem, ...]]:
    newsletter.write(DOE, text)
    issue, problems = load_issue(newsletter.settings, "2020-08")
    return issue.summaries[0], problems


def passage(text: str, line: int, column: int) -> Passage:
    return Passage(text, DOE, ((0, line, column),))


def test_every_header_becomes_a_field(newsletter: Newsletter) -> None:
    summary, problems = read(
        newsletter,
        "Title: Does It: Help?\nBlurb: help\nCitation: Doe (2019). *On*.\nDOI: https://doi.org/10.1037/x\n"
        "Link: https://x.org/a\nKind: Chapter\nTopics: ADHERANCE ; Zebras;\nType of Research: meta–analysis\n"
        "Summary by: A Guest\nAuthor email: d@uni.ca\nSlug: it-helps\nCheck-ok: body-length because so\n"
        "Erratum: 2020-09-02 — was *wrong*\nErratum: 2020-09-03: and so\nRetracted: 2021-03-01 doi:10.1000/n\n"
        "Reprint of: 2019-05/it\n\nBody.\n\nPractice implications:\n\nTake it.\n",
    )

    assert problems == ()
    assert (summary.path, summary.file_name, summary.slug, summary.sent_slug) == (DOE, "1-doe.md", "it-helps", "")
    assert (summary.title, summary.blurb) == (passage("Does It: Help?", 1, 8), passage("help", 2, 8))
    assert summary.citation == passage("Doe (2019). *On*.", 3, 11)
    assert summary.citation_prose == (Text("Doe (2019). "), Emphasis((Text("On"),)), Text("."))
    assert (summary.doi, summary.doi_source) == ("10.1037/x", passage("https://doi.org/10.1037/x", 4, 6))
    assert (summary.link, summary.kind) == (passage("https://x.org/a", 5, 7), passage("Chapter", 6, 7))
    assert summary.topics == (Topic(passage("ADHERANCE", 7, 9), "Adherence"), Topic(passage("Zebras", 7, 21), None))
    assert summary.topic_names == ("Adherence",)
    assert summary.research_type == Topic(passage("meta–analysis", 8, 19), "Meta-analysis")
    assert (summary.guest, summary.author_email) == (passage("A Guest", 9, 13), passage("d@uni.ca", 10, 15))
    assert summary.check_ok == (CheckOk("body-length", "so", passage("body-length because so", 12, 11)),)
    assert summary.errata == (
        Erratum(date(2020, 9, 2), (Text("was "), Emphasis((Text("wrong"),)))),
        Erratum(date(2020, 9, 3), (Text("and so"),)),
    )
    assert summary.retraction == Retraction(date(2021, 3, 1), "10.1000/n")
    assert summary.reprint_of == passage("2019-05/it", 16, 13)
    assert (plain_prose(summary.body), plain_prose(summary.implications)) == ("Body.", "Take it.")
    assert (summary.body_words, summary.has_implications) == (1, True)


def test_what_is_left_out_is_empty_and_stands_at_the_start(newsletter: Newsletter) -> None:
    summary, problems = read(newsletter, "")

    empty = Passage("", DOE)
    assert problems == ()
    assert {summary.title, summary.citation, summary.link, summary.slug_source, summary.topics_source} == {empty}
    assert (summary.doi, summary.topics, summary.errata, summary.retraction) == (None, (), (), None)
    assert (summary.body, summary.implications, summary.has_implications, summary.slug) == ((), (), False, "")


BOUNDARIES = {
    "heading": "## Practice Implications",
    "closed-heading": "## practice implications ##",
    "other-level": "### Practice Implications",
    "bare": "Practice Implications",
    "colon": "Practice implications:",
    "bold": "**Practice Implications**",
    "bold-colon": "**Practice Implications:**",
    "bold-then-colon": "__PRACTICE IMPLICATIONS__ :",
    "bold-heading": "## **Practice Implications**",
    "indented": "\t Practice  Implications ",
    "no-break-space": "Practice\u00a0Implications",
    "underlined": "Practice Implications\n---------------------",
}


@pytest.mark.parametrize("line", BOUNDARIES.values(), ids=BOUNDARIES)
def test_practice_implications_begin_at_a_line_of_their_own(newsletter: Newsletter, line: str) -> None:
    summary, problems = read(newsletter, f"Title: A\n\nBody.\n\n{line}\nTake it.\n")

    assert problems == ()
    assert (plain_prose(summary.body), plain_prose(summary.implications)) == ("Body.", "Take it.")
    assert len(summary.implications) == 1


PROSE = {
    "sentence": "Practice implications are few.",
    "spaces": "Practice implications" + " " * 3000 + "x",
    "quoted": "“Practice Implications”",
    "item": "- Practice Implications",
    "no-space": "##Practice Implications",
}


@pytest.mark.parametrize("line", PROSE.values(), ids=PROSE)
def test_a_line_with_more_on_it_is_prose(newsletter: Newsletter, line: str) -> None:
    summary, problems = read(newsletter, f"Title: A\n\nBody.\n\n{line}\n\nMore.\n")

    assert problems == ()
    assert not summary.has_implications


HEADINGS = {
    "mistyped": (
        "## Practise Implications",
        "the heading 'Practise Implications' is not one that a summary has; did you mean 'Practice Implications'?",
    ),
    "other": (
        "# Methods in C#",
        (
            "the heading 'Methods in C#' is not one that a summary has; "
            "a summary has '## Practice Implications'; within the text write '###'"
        ),
    ),
    "closed": (
        "## Methods ##",
        (
            "the heading 'Methods' is not one that a summary has; "
            "a summary has '## Practice Implications'; within the text write '###'"
        ),
    ),
}


@pytest.mark.parametrize(("line", "sentence"), HEADINGS.values(), ids=HEADINGS)
def test_another_heading_is_told_with_what_to_write(newsletter: Newsletter, line: str, sentence: str) -> None:
    _, problems = read(newsletter, summary_text(body=f"Text.\n\n{line}"))

    column = line.index(" ") + 2
    assert [str(one) for one in problems] == [f"{DOE}:9:{column}: error: {sentence} [unknown-heading]"]


def test_a_second_practice_implications_is_told(newsletter: Newsletter) -> None:
    _, problems = read(newsletter, "Title: A\n\nB.\n\n## Practice Implications\n\nC.\n\nPractice implications\n")

    assert [str(one) for one in problems] == [
        f"{DOE}:9:1: error: 'Practice Implications' stands a second time; keep one of the two [unknown-heading]"
    ]


RETRACTIONS = {
    "no-doi": ("2021-03-01", ["6:22 bad-doi"]),
    "no-day": ("10.1000/n", ["6:12 bad-date"]),
    "neither": ("foo", ["6:12 bad-date"]),
    "no-such-day": ("2021-02-30 10.1000/n", ["6:12 bad-date"]),
    "other-words": ("2021-03-01 see there", ["6:23 bad-doi"]),
}


@pytest.mark.parametrize(("value", "told"), RETRACTIONS.values(), ids=RETRACTIONS)
def test_a_retraction_without_its_day_or_notice_is_told(newsletter: Newsletter, value: str, told: list[str]) -> None:
    summary, problems = read(newsletter, summary_text(Retracted=value))

    assert summary.retraction is None
    assert sorted(f"{one.line}:{one.column} {one.rule}" for one in problems) == told


def test_a_retraction_notice_without_a_doi_may_have_the_articles_own(newsletter: Newsletter) -> None:
    _, problems = read(newsletter, summary_text(Retracted="2021-03-01"))

    assert [str(one) for one in problems] == [
        (
            f"{DOE}:6:22: error: '' is not the DOI of a retraction notice; write the day and the notice's DOI,"
            " or the article's own where the notice has none: 2021-03-01 10.1000/notice [bad-doi]"
        )
    ]


def test_a_bom_and_carriage_returns_move_no_place(newsletter: Newsletter) -> None:
    summary, problems = read(newsletter, b"\xef\xbb\xbfTitle: A\rTopics: B;\r  C\r\rText [d](e).\r")

    assert [(one.line, one.column, one.rule) for one in problems] == [(5, 6, "bad-link")]
    assert [topic.source.place() for topic in summary.topics] == [Place(DOE, 2, 9), Place(DOE, 3, 3)]


def test_the_old_dois_of_wiley_pass_whole(newsletter: Newsletter) -> None:
    sici = "10.1002/(SICI)1097-4679(199911)55:11<1371::AID-JCLP5>3.0.CO;2-1"

    summary, problems = read(newsletter, summary_text(DOI=sici, Citation=f"Doe (1999). https://doi.org/{sici}."))

    assert (summary.doi, problems) == (sici, ())
