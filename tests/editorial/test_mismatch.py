from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial.mismatch import _one_title, mismatch_problems, unknown_problem
from pprmail.literature import Work
from pprmail.manuscript.issue import load_issue

if TYPE_CHECKING:
    from conftest import Newsletter

DOE = "issues/2020-08/1-doe.md"
DOI = "10.1037/pst0000001"
TITLE = "On therapy that lasts: A meta-analysis"
CITATION = f"Müller-Lüdenscheidt, J., & Roe, R. (2019). {TITLE}. *Psychotherapy*, *53*(1), 90–104."
HINT = "look whether the DOI leads to the article, and mend what is wrong"
SAME = Work(titles=(TITLE,), family="Müller-Lüdenscheidt", given="Jane", years=(2019,))


def said(newsletter: Newsletter, work: Work, citation: str = CITATION, **headers: str) -> list[str]:
    newsletter.write(DOE, summary_text(DOI=DOI, Citation=citation, **headers))
    summary = load_issue(newsletter.settings, "2020-08")[0].summaries[0]
    return [str(one) for one in mismatch_problems(summary, work)]


def test_the_article_that_is_cited_is_fine(newsletter: Newsletter) -> None:
    assert said(newsletter, SAME) == []


def test_another_article_is_told_with_both_values(newsletter: Newsletter) -> None:
    other = Work(titles=("Of bees and flowers", "And more"), family="Poe", years=(2020, 2021))

    assert said(newsletter, other) == [
        f"{DOE}:6:6: warning: Crossref holds {DOI} under the title ‘Of bees and flowers’, the citation says ‘{TITLE}’; {HINT} [citation-mismatch]",
        f"{DOE}:6:6: warning: Crossref holds {DOI} as of 2020 or 2021, the citation says 2019; {HINT} [citation-mismatch]",
        (
            f"{DOE}:6:6: warning: Crossref holds {DOI} with Poe as first author, the citation names Müller-Lüdenscheidt first;"
            f" {HINT} [citation-mismatch]"
        ),
    ]


def test_what_crossref_does_not_hold_is_not_compared(newsletter: Newsletter) -> None:
    assert said(newsletter, Work()) == []


def test_what_the_citation_does_not_say_is_not_compared(newsletter: Newsletter) -> None:
    assert said(newsletter, SAME, CITATION.replace("2019", "in press")) == []
    assert said(newsletter, SAME, "") == []


@pytest.mark.parametrize("year", [2018, 2019, 2020])
def test_a_year_may_be_that_of_print_or_online(newsletter: Newsletter, year: int) -> None:
    citation = CITATION.replace("2019", str(year))

    assert bool(said(newsletter, SAME._replace(years=(2018, 2019)), citation)) == (year == 2020)


FAMILIES = {
    "capitals": ("MÜLLER-LÜDENSCHEIDT", True),
    "no-umlauts": ("Muller-Ludenscheidt", True),
    "spelled-out": ("Mueller-Luedenscheidt", True),
    "another-dash": ("Müller‐Lüdenscheidt", True),
    "decomposed": ("Müller-Lüdenscheidt", True),
    "space": ("Müller Lüdenscheidt", True),
    "one-of-two": ("Lüdenscheidt", True),
    "with-a-particle": ("von Müller-Lüdenscheidt", True),
    "another": ("Meier", False),
    "begins-alike": ("Müllerin", False),
}


@pytest.mark.parametrize(("family", "same"), FAMILIES.values(), ids=FAMILIES)
def test_a_name_is_one_however_it_is_spelled(newsletter: Newsletter, family: str, same: bool) -> None:  # noqa: FBT001
    assert (not said(newsletter, SAME._replace(family=family))) == same


def test_a_register_may_have_mixed_up_the_names(newsletter: Newsletter) -> None:
    assert said(newsletter, SAME._replace(family="Jane", given="Müller-Lüdenscheidt")) == []


TITLES = {
    "case": "ON THERAPY THAT LASTS: A META-ANALYSIS",
    "no-subtitle": "On therapy that lasts",
    "another-dash": "On Therapy That Lasts—A meta–analysis",
    "one-word": "On therapy that lasts: a metaanalysis",
    "an-article": "On the therapy that lasts. A meta-analysis",
    "publisher's-mark": "RETRACTED ARTICLE: On therapy that lasts: A meta-analysis",
    "second-subtitle": "On therapy that lasts: A meta-analysis. Part one",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_is_one_however_it_is_spelled(newsletter: Newsletter, title: str) -> None:
    assert said(newsletter, SAME._replace(titles=("Ueber Therapie", title))) == []


DIFFERENT = (
    ("Treatment of borderline personality disorder: a review", "Treatment of avoidant personality disorder: a review"),
    ("Cognitive group therapy for depression: A trial", "Interpersonal group therapy for depression: A trial"),
    ("Cognitive-behavioural treatments for depression in adults", "Cognitive-behavioural treatments for anxiety in children"),
    ("Alliance in psychotherapy: A meta-analysis", "Dropout from psychotherapy: A meta-analysis"),
    ("Empathy", "Empathy and alliance"),
    ("Cognitive therapy", "Cognitive therapy versus antidepressants in depression"),
    ("Cognitive therapy", "Cognitive therapy, antidepressants, or both in depression"),
    ("On therapy that lasts: A meta-analysis", "On therapy that lasts: A meta-analysis and systematic review"),
    ("On therapy that lasts: A meta-analysis", "On therapy that lasts: The poetry of clinicians"),
    ("Empathy", "Empathy: Its roots in the brain"),
    ("Empathy", ""),
)  # fmt: skip
ALIKE = (
    ("Behavioural therapies & what they do", "Behavioral Therapies and What They Do"),
    ("Does therapy help? Results of a trial", "Does therapy help"),
    ("Does therapy help – Results of a trial", "Does therapy help"),
    ("Does therapy help: A trial: Part one", "Does therapy help: A trial"),
    ("RETRACTED ARTICLE: On therapy: A trial", "On therapy, a trial"),
    ("Thérapie à l’hôpital", "Therapie a l'hopital"),
    ("Empathy", "EMPATHY."),
)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_titles_of_one_field_are_told_apart(one: str, other: str) -> None:
    assert not _one_title(one, other)
    assert not _one_title(other, one)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_are_not(one: str, other: str) -> None:
    assert _one_title(one, other)
    assert _one_title(other, one)


@given(st.text(max_size=40), st.text(max_size=40))
def test_titles_are_compared_whatever_is_in_them(one: str, other: str) -> None:
    assert _one_title(one, one)
    assert _one_title(one, other) == _one_title(other, one)


def test_a_chapter_may_be_cited_with_the_doi_of_its_book(newsletter: Newsletter) -> None:
    citation = "Doe, J. (2019). On endings. In R. Roe (Ed.), *The great book of therapy* (pp. 1–9). Press."
    book = Work(titles=("The Great Book of Therapy",), family="Roe", years=(2019,))

    assert said(newsletter, book, citation, Kind="chapter") == []


def test_a_line_that_is_not_apa_may_hold_the_title_anywhere(newsletter: Newsletter) -> None:
    assert (
        said(newsletter, Work(titles=("On therapy that lasts",)), "Doe J, On therapy that lasts, Psychotherapy 53")
        == []
    )


WITHIN = {
    "begins-the-title": ("Cognitive therapy", "Doe, J. (2019). Cognitive therapy versus pills. *Lancet*.", False),
    "ends-the-title": ("Antidepressant pills", "Doe, J. (2019). Therapy versus antidepressant pills. *Lancet*.", False),
    "too-short": ("Lancet", "Doe, J. (2019). On therapy. *Lancet*, *5*(1), 9–10.", False),
    "whole": ("Cognitive therapy", "Doe, J., 2019, Cognitive therapy, Lancet", True),
    "second-time": ("Cognitive therapy", "Doe, J. (2019). More cognitive therapy. Cognitive therapy. *Lancet*.", True),
}  # fmt: skip


@pytest.mark.parametrize(("held", "citation", "is_cited"), WITHIN.values(), ids=WITHIN)
def test_a_title_within_the_line_stands_there_as_a_whole(
    newsletter: Newsletter,
    held: str,
    citation: str,
    is_cited: bool,  # noqa: FBT001
) -> None:
    assert (not said(newsletter, Work(titles=(held,)), citation)) == is_cited


def test_a_citation_without_authors_is_held_to_title_and_year_alone(newsletter: Newsletter) -> None:
    assert said(newsletter, SAME, f"(2019). {TITLE}. *Psychotherapy*, *53*(1), 90–104.") == []


def test_a_doi_that_crossref_does_not_know_is_a_doubt(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(DOI=DOI))
    summary = load_issue(newsletter.settings, "2020-08")[0].summaries[0]

    assert [str(one) for one in unknown_problem(summary)] == [
        (
            f"{DOE}:6:6: warning: Crossref does not know the DOI {DOI}; look whether https://doi.org/{DOI} leads to the article:"
            " other agencies, such as DataCite, give DOIs too [citation-mismatch]"
        )
    ]
