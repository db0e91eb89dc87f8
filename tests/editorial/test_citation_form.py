from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial.citation_form import form_problems, page_hyphens
from pprmail.manuscript.issue import load_issue
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter

NAMES = ", ".join(f"Doe{letter}, {letter.upper()}." for letter in "abcdefghijklmnopqrs")
APA = "'Doe, J. R., & Roe, R. (2019). Title of the article. *Journal*, *53*(1), 90–104.'"
CUT = "an author list cut short by an ellipsis (up to 20 authors are all named)"
AND = "a missing comma before '&'"
COMMA = "a comma where a full stop ends the title"
AFTER = "On therapy and its end. *Lancet*, *12*(3), 45–60."

FAULTS = {
    "initials": (f"Doe, J.R., & Roe, R. (2019). {AFTER}", "J.R.,", "initials without a space ('J.R.')"),
    "three-initials": (f"Doe, J. R.T., & Roe, R. (2019). {AFTER}", "R.T.", "initials without a space ('R.T.')"),
    "ampersand": (f"Doe, J. R. & Roe, R. (2019). {AFTER}", " & Roe", AND),
    "ampersand-after-suffix": (f"King, M. L., Jr. & Roe, R. (2019). {AFTER}", " & Roe", AND),
    "ampersand-after-ellipsis": (f"{NAMES}, . . . Poe, E. & Roe, R. (2019). {AFTER}", " & Roe", AND),
    "spaced-ellipsis": (f"Doe, J. R., . . . Roe, R. (2019). {AFTER}", ". . . Roe", CUT),
    "dots": (f"Doe, J. R., ... Roe, R. (2019). {AFTER}", "... Roe", CUT),
    "one-character": (f"Doe, J. R., … Roe, R. (2019). {AFTER}", "… Roe", CUT),
    "dots-after-an-initial": (f"Doe, J. . . . Roe, R. (2019). {AFTER}", ". . . Roe", CUT),
    "dots-and-an-ampersand": (f"Doe, J. R., . . . & Roe, R. (2019). {AFTER}", ". . . &", CUT),
    "eighteen-and-one": (f"{NAMES.partition(', ')[2][4:]}, . . . Roe, R. (2019). {AFTER}", ". . . Roe", CUT),
    "a-suffix-is-no-name": (f"{NAMES.partition(', ')[2][4:]}, Jr., . . . Roe, R. (2019). {AFTER}", ". . . Roe", CUT),
    "et-al": (f"Doe, J. R., et al. (2019). {AFTER}", "et al", "'et al.' in the author list (up to 20 authors are all named)"),
    "no-stop": (f"Doe, J. R. (2019) {AFTER}", " On", "a missing full stop after '(2019)'"),
    "no-stop-not-dated": (f"Doe, J. R. (n.d.) {AFTER}", " On", "a missing full stop after '(n.d.)'"),
    "no-space": (f"Doe, J. R. (2019){AFTER}", "On", "a missing full stop after '(2019)'"),
    "no-stop-before-italics": ("Doe, J. R. (2019, May 3) *On therapy*. Wiley.", " *On", "a missing full stop after '(2019, May 3)'"),
    "no-stop-before-quotes": ("Doe, J. (2019) “Am I mad?” *Lancet*, *12*.", " “Am", "a missing full stop after '(2019)'"),
    "comma": ("Doe, J. (2019). On therapy and its end, *Lancet*, *12*(3), 45–60.", ", *Lancet", COMMA),
    "comma-short-title": ("Doe, J. (2019). On, *Lancet*, *12*(3), 45–60.", ", *Lancet", COMMA),
    "comma-volume-inside": ("Doe, J. (2019). On therapy and its end, *Lancet, 12*(3), 45–60.", ", *Lancet", COMMA),
    "comma-no-volume": ("Doe, J. (2019). On therapy and its end, _Lancet_.", ", _Lancet", COMMA),
    "comma-at-the-end": ("Doe, J. (2019). On therapy and its end, *Lancet*", ", *Lancet", COMMA),
    "comma-and-doi": ("Doe, J. (2019). On therapy, loss, and its end, *Lancet*. https://doi.org/10.1/x", ", *Lancet", COMMA),
    "hyphen": ("Doe, J. (2019). On. *Lancet*, *12*(3), 45-60.", "45-60", "pages with a hyphen for an en dash (45-60)"),
    "em-dash": ("Doe, J. (2019). On. *Lancet*, *12*(3), 45—60.", "45—60", "pages with another dash for an en dash (45—60)"),
    "two-hyphens": ("Doe, J. (2019). On. *Lancet*, *12*(3), 45 -- 60", "45 --", "pages with another dash for an en dash (45 -- 60)"),
    "minus": ("Doe, J. (2019). On. *Lancet*, *12*, 145\u221260.", "145", "pages with another dash for an en dash (145\u221260)"),
    "volume-inside": ("Doe, J. (2019). On. *Lancet, 12*, 45-60.", "45-60", "pages with a hyphen for an en dash (45-60)"),
    "no-italics": ("Doe, J. (2019). On. Lancet, 12, 45-60.", "45-60", "pages with a hyphen for an en dash (45-60)"),
    "hyphen-of-another-kind": ("Doe, J. (2019). On. *Lancet*, *12*, 145 \u2010 60.", "145", "pages with a hyphen for an en dash (145 \u2010 60)"),
    "supplement": ("Doe, J. (2019). On. *Lancet*, *12*(S1), S12-S20.", "S12-S20", "pages with a hyphen for an en dash (S12-S20)"),
    "letter-once": ("Doe, J. (2019). On. *Lancet*, *12*(S1), S12-20.", "S12-20", "pages with a hyphen for an en dash (S12-20)"),
    "chapter": ("Doe, J. (2019). On. In R. Roe (Ed.), *Book* (pp. 45-60). Wiley.", "45-60", "pages with a hyphen for an en dash (45-60)"),
    "edition": ("Doe, J. (2019). *On* (6thed.). Wiley.", "6thed.", "'6thed.' for '6th ed.'"),
    "edition-before-pages": ("Doe, J. (2019). On. In *Book* (2nded., pp. 1–9). Wiley.", "2nded.", "'2nded.' for '2nd ed.'"),
    "edition-no-stop": ("Doe, J. (2019). *On* (3rd ed). Wiley.", "3rd ed", "'3rd ed' for '3rd ed.'"),
}  # fmt: skip


@pytest.mark.parametrize(("citation", "at", "words"), FAULTS.values(), ids=FAULTS)
def test_a_slip_is_told_at_its_place(citation: str, at: str, words: str) -> None:
    (one,) = form_problems(summary_of(citation))

    assert (one.rule, one.column, one.message) == (
        "citation-form", citation.index(at) + 1, f"in the citation: {words}"
    )  # fmt: skip


def test_all_slips_of_a_citation_are_one_warning_at_the_first(newsletter: Newsletter) -> None:
    citation = "Doe, J. R.,\n  Poe, E.A. & Roe, R. (2019)\n\tOn therapy. *Lancet*, *12*, 45-60."
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Citation=citation).encode().replace(b"\n", b"\r\n"))
    summary = load_issue(newsletter.settings, "2020-08")[0].summaries[0]

    assert [str(one) for one in form_problems(summary)] == [
        (
            "issues/2020-08/1-doe.md:4:8: warning: in the citation: initials without a space ('E.A.'); a missing comma before '&';"
            " a missing full stop after '(2019)'; pages with a hyphen for an en dash (45-60);"
            " 'pprmail check --fix' mends initials and page ranges [citation-form]"
        )
    ]


@pytest.mark.parametrize(
    ("second", "third", "place"),
    [("*Lancet*, *12*(3), 45-60.", "https://x.org", "4:23"), ("*Handbook*", "(6thed., pp. 4–5).", "5:4")],
    ids=["second-line", "third-line"],
)
def test_a_slip_in_a_folded_header_has_the_place_of_its_own_line(
    newsletter: Newsletter, second: str, third: str, place: str
) -> None:
    newsletter.write(
        "issues/2020-08/1-doe.md", summary_text(Citation=f"Doe, J. R. (2019). On.\n   {second}\n  {third}")
    )

    (one,) = form_problems(load_issue(newsletter.settings, "2020-08")[0].summaries[0])

    assert f"{one.line}:{one.column}" == place


def test_what_fix_cannot_mend_is_told_with_an_example() -> None:
    (one,) = form_problems(summary_of(f"Doe, J. R. & Roe, R. (2019). {AFTER}"))

    assert one.hint == f"APA 7 writes {APA}"


def test_a_chapter_may_have_a_comma_before_its_book() -> None:
    citation = "Doe, J. (2019). On therapy and its end, *Handbook*, 45–60."

    assert list(form_problems(summary_of(citation, kind="chapter"))) == []
    assert len(list(form_problems(summary_of(citation, kind="Article")))) == 1


GOOD = {
    "book": "Yalom, I. D., & Leszcz, M. (2020). *The theory and practice of group psychotherapy* (6th ed.). Basic Books.",
    "editors": "Lingiardi, V., & McWilliams, N. (Eds.). (2017). *Psychodynamic diagnostic manual: PDM-2* (2nd ed.). Guilford Press.",
    "chapter": "Lambert, M. J. (2013). On efficacy. In M. J. Lambert (Ed.), *Bergin and Garfield’s handbook* (6th ed., pp. 169–218). Wiley.",
    "editors-country": "Doe, J. (2019). On. In U.S. Department of Health & D.C. Poe (Eds.), *Handbook*. Wiley.",
    "in-a-title": "Doe, J. (2019). On hope. In A.B. we trust. *Lancet*, *12*, 45–60.",
    "in-a-title-of-a-chapter": "Doe, J. (2019). A.B. in P.T. times. In R. Roe (Ed.), *The A.B. book*. Wiley.",
    "chapter-of-a-volume": "Barber, J. P., & Muran, J. C. (2013). On dynamics. In *Handbook of change* (Vol. 2, pp. 443–494). John Wiley & Sons.",
    "volume-of-a-book": "Norcross, J. C., & Lambert, M. J. (Eds.). (2019). *Relationships: Vol. 1. Evidence* (3rd ed.). Oxford. https://doi.org/10.1093/med-psych/9780190843953",
    "report": "Mental Health Commission. (2018, April 2-3). *A report on things* (Publication No. 5-6). https://mh.ca",
    "corporate": "American Psychiatric Association. (2013). *Diagnostic and statistical manual of mental disorders* (5th ed.). https://doi.org/10.1176/appi.books.9780890425596",
    "two-groups": "World Health Organization & UNICEF. (2018). *Care for child development*. WHO.",
    "group-with-a-place": "Department of Health, U.K. (2019). *On therapy*. Author.",
    "group-among-people": f"Smith, A. B., Jones, C. D., & the CBT Study Group. (2018). {AFTER}",
    "hyphenated-initials": f"Dewaele, J.-P., & Le Goff, M.-C. (2020). {AFTER}",
    "hyphenated-initials-other-hyphen": f"Dewaele, J.\u2010P., & Le Goff, M.\u2011C. (2020). {AFTER}",
    "suffixes": f"King, M. L., Jr., Doe, J., III, & Gates, W., Sr. (2001). {AFTER}",
    "particles": f"Driessen, E., van der Kolk, B. A., de Jong-van den Berg, L. T. W., & von Wyl, A. (2015). {AFTER}",
    "apostrophes": f"O'Brien, K. M., D’Souza, A., & N’Diaye, P. (2018). {AFTER}",
    "czech": f"Řiháček, T., & Čevelíček, M. (2019). {AFTER}",
    "russian": "Выготский, Л. С. (1934). *Мышление и речь*. Соцэкгиз.",
    "chinese": "李, 明., & 王, 芳. (2019). 心理治疗. *心理学报*, *51*(2), 1–10.",
    "twenty-one-and-more": f"{NAMES}, . . . Last, Z. Y. (2019). {AFTER}",
    "twenty": f"{NAMES}, & Last, Z. (2019). {AFTER}",
    "two-letter-initials": f"Zhang, Yi., Li, Yu., & Wu, B. (2019). {AFTER}",
    "initials-without-stops": f"Doe J R, Roe R (2019). {AFTER}",
    "no-break-spaces": f"Doe, J.\u00a0R., & Roe, R. (2019). {AFTER}",
    "degree": f"Doe, J. R., Ph.D., & Roe, R. (2019). {AFTER}",
    "not-dated": "American Psychological Association. (n.d.). *Understanding psychotherapy*. https://www.apa.org/topics/psychotherapy",
    "in-press": "Doe, J. R., & Roe, R. (in press). On the outcome of therapy. *Psychotherapy*.",
    "article-number": "Cuijpers, P., & Miguel, C. (2023). Cognitive behavior therapy. *PLoS ONE*, *18*(3), Article e0123456. https://doi.org/10.1371/journal.pone.0123456",
    "bare-article-number": "Cuijpers, P., & Miguel, C. (2023). Cognitive behavior therapy. *PLoS ONE*, *18*(3), e0123456.",
    "supplement": "Cuijpers, P. (2020). Psychological interventions. *Journal of Medicine*, *53*(Suppl. 1), S12–S20.",
    "double-issue": "Doe, J. R. (2020). A comment. *Journal of Medicine*, *53*(4-5), 311–319.",
    "single-page": "Doe, J. R. (2020). A comment. *Journal of Medicine*, *53*(4), 311.",
    "page-with-a-hyphen": "Doe, J. R. (2020). A comment. *Journal of Medicine*, *53*(4), 5-10-15.",
    "page-falling": "Doe, J. R. (2020). A comment. *Journal of Medicine*, *53*(4), 60-45.",
    "commas-and-italics": "Doe, J. R. (2020). Grief, loss, and *Lebensmut*, as seen by therapists. *Journal of Medicine*, *53*(4), 311.",
    "italics-end-the-title": "Doe, J. R. (2020). Grief and hope, *Lebensmut*. *Journal of Medicine*, *53*(4), 311.",
    "comma-in-a-book": "Doe, J. R. (2020). *Grief, loss*, *and hope*. Wiley.",
    "question": "Steinert, C. (2017). Psychodynamic therapy: As efficacious as other treatments? *American Journal of Psychiatry*, *174*(10), 943–953.",
    "question-and-subtitle": "Wampold, B. E. (2015). How important are the common factors? An update. *World Psychiatry*, *14*(3), 270–277.",
    "quotes": "Doe, J. (2019). “Am I mad?” and other questions. *Lancet*, *12*, 45–60.",
    "translated": "Freud, S. (1917). Trauer und Melancholie [Mourning and melancholia]. *Internationale Zeitschrift*, *4*(6), 288–301.",
    "translated-book": "Freud, S. (1953). *The interpretation of dreams* (J. Strachey, Trans.; Vols. 4–5). Hogarth Press. (Original work published 1900)",
    "french": "Despland, J.-N., de Roten, Y., et Kramer, U. (2018). L’évaluation des psychothérapies. *L’Évolution psychiatrique*, *83*(4), 567–580.",
    "french-chapter": "Despland, J.-N. (2018). L’évaluation, *encore*. Dans Y. de Roten (dir.), *Manuel* (2e éd., p. 45–60). Masson.",
    "german": "Strauß, B. und Willutzki, U. (2018). *Was wirkt in der Psychotherapie?* Psychosozial-Verlag.",
    "isbn": "Doe, J. R. (2010). *A guide to therapy*. Wiley. ISBN 978-3-16-148410-0",
    "telephone": "Doe, J. R. (2010). *A guide to therapy*, 1-800-555-1234. Author.",
    "doi-with-hyphens": "Doe, J. R. (2010). On. *Lancet*, *5*(1), 1–2. https://doi.org/10.1002/1097-4679(199911)55:11,12-15,",
    "url-with-hyphens": "Doe, J. R. (2019). *On*. https://example.org/a_b,12-15,/2019-20/c-d",
    "old-doi": "Swift, J. K., & Greenberg, R. P. (2012). Premature ends. *Psychotherapy*, *80*(4), 547–559. doi:10.1037/a0028226",
    "years-in-a-title": "Doe, J. R. (2019). Theory in the 1960s-1990s and 2000-2010. *Lancet*, *12*, 45–60.",
    "conference": "Doe, J. R. (2019, July 3–5). *Therapy by telephone* [Conference presentation]. SPR 50th Annual Meeting, Buenos Aires.",
    "editor-word": "Doe, J. R. (2019). *The 2nd edition and the 3rd education*. Wiley.",
    "hamlet-al": f"Hamlet Al, J. R., & Roe, R. (2019). {AFTER}",
    "no-date": "Doe, J.R. & Roe, R. On therapy, *Lancet*, 45-60.",
    "prose": "See Doe and Roe (2019) for a review.",
    "nothing": "",
}


@pytest.mark.parametrize("citation", GOOD.values(), ids=GOOD)
def test_good_form_is_quiet(citation: str) -> None:
    assert list(form_problems(summary_of(citation))) == []


@pytest.mark.parametrize("label", ["https://x.org/", "doi.org/", "doi:", "DOI:", "doi ", "DOI "])
def test_a_hyphen_of_an_address_stays(label: str) -> None:
    assert list(form_problems(summary_of(f"Doe, J. (2019). On doing. *Lancet*, {label}10.1000/5,12-15."))) == []


def test_the_samples_have_no_slip_but_two_lists_cut_short(sample: Newsletter) -> None:
    summaries = [
        one for key in ("2017-07", "2019-05", "2020-08") for one in load_issue(sample.settings, key)[0].summaries
    ]

    found = [(one.path, one.column, one.message) for summary in summaries for one in form_problems(summary)]

    assert found == [
        ("issues/2019-05/2-grenon.md", 66, f"in the citation: {CUT}"),
        ("issues/2020-08/3-fonagy.md", 98, f"in the citation: {CUT}"),
    ]


PIECES = st.sampled_from([
    "Doe, ", "J.R., ", "J. ", "& ", ". . . ", "…", "et al. ", "Jr. ", "(2019)", "(n.d.)", ". ", ", ", "*", "_", "On ", "In ",
    "45-60", "S1-S2", "pp. ", "R.M. Roe ", "(Eds.)", "R ", "(", ")", "6thed.", "http", "ß", "İ", "\u00a0", "&amp; ",
])  # fmt: skip


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_line_is_too_odd_to_be_judged(citation: str) -> None:
    found = list(form_problems(summary_of(citation)))

    assert len(found) <= 1
    assert all(1 <= one.column <= len(citation) + 1 for one in found)
    assert all(citation[one.first : one.last].strip() for one in page_hyphens(citation, 0))
