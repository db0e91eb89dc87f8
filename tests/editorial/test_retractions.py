from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial.retractions import cited_doi, retraction_problems, went_out
from pprmail.literature import CONCERN, CORRECTION, RETRACTION, Listed, fold_doi
from pprmail.manuscript.issue import load_issue
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.model import Issue

DOE = "issues/2020-08/1-doe.md"
DOI = "10.1037/pst0000001"
DAY = date(2021, 3, 1)
RETRACTED = Listed(RETRACTION, DAY, "10.1037/n1", "Error in Data", "On therapy")
DOUBTED = Listed(CONCERN, DAY, "10.1037/n2")
CORRECTED = Listed(CORRECTION, DAY, "10.1037/n3")
READ_IT = (
    "read what was corrected and mend the summary; once sent, add the header 'Erratum: YYYY-MM-DD — what was wrong'"
)


def issue_with(newsletter: Newsletter, **headers: str) -> Issue:
    newsletter.write(DOE, summary_text(**({"DOI": DOI} | headers)))
    return load_issue(newsletter.settings, "2020-08")[0]


def said(newsletter: Newsletter, *listed: Listed, **headers: str) -> list[str]:
    summary = issue_with(newsletter, **headers).summaries[0]
    return [str(one) for one in retraction_problems(summary, listed)]


def test_a_retracted_source_is_an_error_at_its_doi(newsletter: Newsletter) -> None:
    assert said(newsletter, RETRACTED) == [
        (
            f"{DOE}:6:6: error: this article was retracted on 2021-03-01 (notice 10.1037/n1: Error in Data); take the summary out;"
            " once sent, add the header 'Retracted: 2021-03-01 10.1037/n1' [retracted]"
        )
    ]


SPARSE = {
    "no-reason": (RETRACTED._replace(reason=""), " on 2021-03-01 (notice 10.1037/n1)", "2021-03-01 10.1037/n1"),
    "no-notice": (RETRACTED._replace(notice_doi=""), " on 2021-03-01 (Error in Data)", f"2021-03-01 {DOI}"),
    "nothing": (Listed(RETRACTION), "", f"YYYY-MM-DD {DOI}"),
}


@pytest.mark.parametrize(("listed", "told", "header"), SPARSE.values(), ids=SPARSE)
def test_what_a_register_does_not_know_is_not_told(
    newsletter: Newsletter, listed: Listed, told: str, header: str
) -> None:
    (sentence,) = said(newsletter, listed)

    assert f"error: this article was retracted{told}; take" in sentence
    assert f"'Retracted: {header}'" in sentence
    assert ("' (the article's own DOI serves where the notice has none)" in sentence) == (not listed.notice_doi)


def test_a_source_that_readers_are_told_of_is_a_note(newsletter: Newsletter) -> None:
    assert said(newsletter, RETRACTED, Retracted="2021-03-01 10.1037/N1") == [
        (
            f"{DOE}:6:6: note: this article was retracted on 2021-03-01 (notice 10.1037/n1: Error in Data);"
            " the header Retracted tells readers [retracted]"
        )
    ]


@pytest.mark.parametrize("header", ["2021-03-02 10.1037/n1", "2021-03-01 10.1037/n9"])
def test_a_header_that_says_something_else_than_the_list_is_a_note_too(newsletter: Newsletter, header: str) -> None:
    (sentence,) = said(newsletter, RETRACTED, Retracted=header)

    assert ": note: " in sentence
    assert sentence.endswith(f"it says {header}: look which of the two is right [retracted]")


def test_a_header_may_know_more_than_the_list(newsletter: Newsletter) -> None:
    (sentence,) = said(newsletter, Listed(RETRACTION), Retracted="2021-03-02 10.1037/n1")

    assert sentence.endswith("this article was retracted; the header Retracted tells readers [retracted]")


def test_doubts_and_corrections_are_warnings(newsletter: Newsletter) -> None:
    assert said(newsletter, DOUBTED, CORRECTED) == [
        (
            f"{DOE}:6:6: warning: the journal published an expression of concern about this article on 2021-03-01 (notice 10.1037/n2);"
            " read it, and tell readers of it or take the summary out [expression-of-concern]"
        ),
        f"{DOE}:6:6: warning: this article was corrected on 2021-03-01 (notice 10.1037/n3); {READ_IT} [corrected]",
    ]


ERRATA = {"before": ("2021-02-28", 1), "same-day": ("2021-03-01", 0), "after": ("2022-01-01", 0)}


@pytest.mark.parametrize(("day", "told"), ERRATA.values(), ids=ERRATA)
def test_an_erratum_of_that_day_or_later_answers_a_correction(newsletter: Newsletter, day: str, told: int) -> None:
    assert len(said(newsletter, CORRECTED, Erratum=f"{day} — the effect was smaller")) == told


def test_an_erratum_answers_a_correction_without_a_day(newsletter: Newsletter) -> None:
    assert not said(newsletter, CORRECTED._replace(day=None), Erratum="2021-01-01 — the effect was smaller")


def test_beside_a_retraction_nothing_else_counts(newsletter: Newsletter) -> None:
    (sentence,) = said(newsletter, DOUBTED, RETRACTED, CORRECTED)

    assert sentence.endswith("[retracted]")


def test_what_two_registers_list_is_told_once_by_the_one_that_knows_more(newsletter: Newsletter) -> None:
    (sentence,) = said(newsletter, RETRACTED, Listed(RETRACTION, date(2021, 3, 2), "10.1037/N1"))
    assert "on 2021-03-01 (notice 10.1037/n1: Error in Data)" in sentence

    twice = said(newsletter, CORRECTED, CORRECTED._replace(day=date(2021, 3, 2), notice_doi="10.1037/N3"), DOUBTED)
    assert len(twice) == 2


def test_notices_without_a_doi_are_told_apart_by_their_day(newsletter: Newsletter) -> None:
    first, second = (DOUBTED._replace(notice_doi="", day=date(2021, 3, day)) for day in (1, 2))

    assert [one.rpartition(" on ")[2][:10] for one in said(newsletter, first, second, first)] == [
        "2021-03-01",
        "2021-03-02",
    ]


def test_a_source_that_is_not_listed_is_fine(newsletter: Newsletter) -> None:
    assert said(newsletter) == []


CITED = "Doe, J. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104."
PLACES = {
    "header": ({"DOI": DOI}, (DOI, 6, 6)),
    "citation": ({"DOI": "", "Citation": f"{CITED} https://doi.org/{DOI}."}, (DOI, 3, 89)),
    "behind-a-link": ({"DOI": "", "Citation": f"{CITED} [Here](https://doi.org/{DOI})"}, (DOI, 3, 96)),
    "link": ({"DOI": "", "Link": f"https://doi.org/{DOI}"}, (DOI, 7, 23)),
    "no-scheme": ({"DOI": "", "Citation": f"{CITED} doi.org/{DOI}"}, (DOI, 3, 81)),
    "www": ({"DOI": "", "Link": f"www.doi.org/{DOI}"}, (DOI, 7, 19)),
    "publisher": ({"DOI": "", "Citation": f"{CITED}\n https://psycnet.apa.org/doi/{DOI}"}, (DOI, 4, 30)),
    "publisher-behind-a-link": (
        {"DOI": "", "Citation": f"{CITED} [Here](https://x.org/doi/full/{DOI})"},
        (DOI, 3, 103),
    ),
    "publisher-and-doi": (
        {"DOI": "", "Citation": f"{CITED} https://x.org/doi/10.1000/x https://doi.org/{DOI}"},
        (DOI, 3, 117),
    ),
    "publisher-as-link": ({"DOI": "", "Link": f"https://onlinelibrary.wiley.com/doi/full/{DOI}?a=b"}, (DOI, 7, 48)),
    "encoded": ({"DOI": "", "Link": f"https://x.org/?doi={DOI.replace('/', '%2F')}"}, (DOI, 7, 26)),
    "none": ({"DOI": ""}, None),
    "header-that-is-none": ({"DOI": "10.1037"}, None),
    "a-space-in-it": ({"DOI": "10.1000/a%20b"}, None),
    "a-space-in-the-header's": ({"DOI": "10.1000/a%20b", "Link": f"https://doi.org/{DOI}"}, (DOI, 7, 23)),
}


@pytest.mark.parametrize(("headers", "expected"), PLACES.values(), ids=PLACES)
def test_a_doi_is_found_with_its_place(
    newsletter: Newsletter, headers: dict[str, str], expected: tuple[str, int, int] | None
) -> None:
    cited = cited_doi(issue_with(newsletter, **headers).summaries[0])

    assert (cited and (cited.doi, cited.place.line, cited.place.column)) == expected


@given(st.lists(st.sampled_from(["a", "%", "20", "%20", "%2F", "%0A", "."]), max_size=6).map("".join))
def test_a_doi_that_is_cited_is_one_that_registers_are_asked_for(suffix: str) -> None:
    cited = cited_doi(summary_of("", link=f"https://doi.org/10.1000/{suffix}"))

    assert cited is None or fold_doi(cited.doi)


def test_without_a_doi_nothing_is_said(newsletter: Newsletter) -> None:
    assert said(newsletter, RETRACTED, DOI="") == []


def test_an_issue_that_went_out_says_so(newsletter: Newsletter) -> None:
    receipt = {"sealed": datetime(2020, 8, 15, 3, tzinfo=UTC).isoformat(), "slugs": {"1-doe.md": "does-therapy-help"}}
    newsletter.write("issues/2020-08/receipt.json", json.dumps(receipt))
    issue = issue_with(newsletter)
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", DOI=DOI))
    later = load_issue(newsletter.settings, "2020-08")[0]
    zone = newsletter.settings.newsletter.zone

    found = [
        one.message
        for summary in later.summaries
        for one in retraction_problems(summary, (RETRACTED,), went_out(later, summary, zone))
    ]

    assert issue.receipt
    assert [one.rpartition("), ")[2] for one in found] == [
        "and the summary went out on 2020-08-14",
        "this article was retracted on 2021-03-01 (notice 10.1037/n1: Error in Data)",
    ]
