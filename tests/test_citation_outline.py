"""What tells one source from another, read out of a citation line as it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.citation import Outline, date_span, folded, is_chapter, outline, source

OUTLINES = {
    "article": (
        "Doe, J. R., & Roe, R. (2019). On therapy: A study. *Psychotherapy*, *53*(1), 90–104.",
        Outline("doe", 2019, "on therapy a study"),
    ),
    "question": ("Doe, J. (2019, May 3). Does it help? *Therapy*, *5*, 1.", Outline("doe", 2019, "does it help")),
    "book": ("Yalom, I. D. (1995). *The theory and practice* (4th ed.). Basic Books.", Outline("yalom", 1995, "the theory and practice")),
    "chapter": ("Doe, J. (2019a). On groups. In R. Roe (Ed.), *Handbook* (pp. 1–9). Wiley.", Outline("doe", 2019, "on groups")),
    "french-chapter": ("Doe, J. (2019). Des groupes. Dans R. Roe (dir.), *Manuel*.", Outline("doe", 2019, "des groupes")),
    "group": (
        "World Health Organization (WHO). (2019). *ICD-11*. https://icd.who.int",
        Outline("world health organization who", 2019, "icd 11"),
    ),
    "no-italics": ("Doe, J. (2019). On therapy in groups. Psychotherapy, 53(1).", Outline("doe", 2019, "on therapy in groups")),
    "abbreviation-early": ("Doe, J. (2019). Mr. X. in therapy. Journal, 5.", Outline("doe", 2019, "mr x in therapy")),
    "not-dated": ("Doe, J. (n.d.). On therapy. *Psychotherapy*.", Outline("doe", None, "on therapy")),
    "in-press": ("Doe, J. (in press). On therapy. *Psychotherapy*.", Outline("doe", None, "on therapy")),
    "original": ("Freud, S. (1900/1953). *The dream*. Hogarth.", Outline("freud", 1953, "the dream")),
    "about": ("Freud, S. (ca. 1900). *The dream*. Hogarth.", Outline("freud", 1900, "the dream")),
    "umlauts": ("Müller-Łuk, J. (2019). *Über Träume*. Springer.", Outline("muller luk", 2019, "uber traume")),
    "no-date": ("On therapy. *Psychotherapy*", Outline("", None, "on therapy")),
    "no-title": ("Doe, J. (2019).", Outline("doe", 2019, "")),
    "nothing": ("", Outline("", None, "")),
}  # fmt: skip


@pytest.mark.parametrize(("citation", "expected"), OUTLINES.values(), ids=OUTLINES)
def test_a_citation_in_brief_is_its_first_author_its_year_and_its_title(citation: str, expected: Outline) -> None:
    assert outline(citation) == expected


DATES = {
    "year": ("Doe (2019). On.", "(2019)"),
    "letter": ("Doe (2019b). On.", "(2019b)"),
    "day": ("Doe (2019, May 3). On.", "(2019, May 3)"),
    "year-last": ("Doe (May 2019). On (2018).", "(May 2019)"),
    "about": ("Doe (c. 1900). On (2018).", "(c. 1900)"),
    "original": ("Doe (1900 / 1953). On (2018).", "(1900 / 1953)"),
    "note": ("Doe (2019; first draft). On.", "(2019; first draft)"),
    "square-brackets": ("Doe (1953 [1900]). On.", "(1953 [1900])"),
    "spaces": ("Doe ( 2019 ). On.", "( 2019 )"),
    "patients": ("A trial (1200 patients). (2019).", "(2019)"),
    "open-before-another": ("Doe (2019. On (2018).", "(2018)"),
    "in-preparation": ("Doe (in preparation). On (2018).", "(in preparation)"),
    "no-date": ("Doe (no date). On (2018).", "(no date)"),
    "a-word-that-begins-so": ("Doe (submittedly) (2018).", "(2018)"),
    "in-press": ("Doe (In press). On.", "(In press)"),
    "none-yet": ("Doe (n.d.-a). On.", "(n.d.-a)"),
    "french": ("Doe (sous presse). De.", "(sous presse)"),
    "after-other-brackets": ("WHO (Geneva) (2019). On.", "(2019)"),
    "a-longer-number": ("Doe (20190). On (2019).", "(2019)"),
    "open": ("Doe (2019. On.", None),
    "none": ("Doe. On (and on).", None),
}


@pytest.mark.parametrize(("citation", "brackets"), DATES.values(), ids=DATES)
def test_the_date_is_the_first_brackets_with_a_year_or_words_for_one(citation: str, brackets: str | None) -> None:
    span = date_span(citation)

    assert (citation[span.start : span.end] if span else None) == brackets


def test_letter_case_accents_dashes_and_marks_do_not_tell_two_texts_apart() -> None:
    assert folded("*Über* Meta‐Analyses’ “Größe” &amp; Œuvre") == folded("uber META–analyses' grosse &AMP; oeuvre")
    assert folded("𝓐ir, ﬁre") == "air fire"
    assert folded("Ψυχή и душа") == "ψυχη и душа"


def test_a_chapter_is_told_by_its_book() -> None:
    assert is_chapter("Doe, J. (2019). What works? In R. Roe (Ed.), *Handbook*.")
    assert not is_chapter("Doe, J. (2019). Change in therapy. *In Session*, *5*, 1.")


DOIS = {
    "header": ({"doi": "https://doi.org/10.1037/ABC"}, "10.1037/abc"),
    "citation": ({"citation": "Doe, J. (2019). On. *P*. https://doi.org/10.1037/ABC."}, "10.1037/abc"),
    "header-first": ({"doi": "10.1037/abc", "citation": "Doe. doi:10.1037/xyz"}, "10.1037/abc"),
    "header-no-doi": ({"doi": "none", "citation": "Doe. doi:10.1037/xyz"}, "10.1037/xyz"),
    "nothing": ({}, ""),
}


@pytest.mark.parametrize(("headers", "doi"), DOIS.values(), ids=DOIS)
def test_the_doi_of_a_source_is_bare_and_in_lower_case(headers: dict[str, str], doi: str) -> None:
    assert source("2020-08", "issues/2020-08/1-doe.md", headers).doi == doi


PIECES = st.sampled_from(
    ["(", ")", "(2019", "(2019)", "(n.d.", "*", "_", ". ", ", ", "? *", "In ", "Doe", "é", "ß", "٢٠١٩", "10.1037/x"]
)


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_line_is_too_odd_to_be_read(citation: str) -> None:
    read = source("2020-08", "1.md", {"citation": citation})

    assert folded(read.outline.title) == read.outline.title
    assert folded(read.outline.author) == read.outline.author
