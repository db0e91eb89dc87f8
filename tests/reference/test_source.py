from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.reference.source import Imprint, Locator, find_locators, last_sentence, read_imprint

LOCATORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "apa": (", 53(1), 90–104", ("53", "1", "90", "104", "")),
    "hyphen": (", 53(1), 90-104", ("53", "1", "90", "104", "")),
    "spaced-dash": (", 53 (1), 90 – 104", ("53", "1", "90", "104", "")),
    "pp": (", 53(1), pp. 90–104", ("53", "1", "90", "104", "")),
    "no-number": (", 53, 90–104", ("53", "", "90", "104", "")),
    "words": (", Vol. 53, No. 1, pp. 90–104", ("53", "1", "90", "104", "")),
    "french": (", vol. 53, n° 1, p. 90-104", ("53", "1", "90", "104", "")),
    "colon": (", 53(1):90–104", ("53", "1", "90", "104", "")),
    "supplement": (", 53(Suppl. 1), S90–S104", ("53", "Suppl. 1", "S90", "S104", "")),
    "part": (", 53(1, Pt. 2), 90–104", ("53", "1, Pt. 2", "90", "104", "")),
    "double-number": (", 12–13(2–3), 4", ("12–13", "2–3", "4", "", "")),
    "roman": (", XII(2), iv–ix", ("XII", "2", "iv", "ix", "")),
    "two-places": (", 53(1), 90–92, 104", ("53", "1", "90", "104", "")),
    "short-last-page": (", 53(1), 1371–81", ("53", "1", "1371", "1381", "")),
    "article": (", 15(3), Article e0229415", ("15", "3", "", "", "e0229415")),
    "article-number": (", 15, Art. No. 12", ("15", "", "", "", "12")),
    "bare-electronic": (", 15(3), e0229415", ("15", "3", "", "", "e0229415")),
    "electronic-alone": (", e123", ("", "", "", "", "e123")),
    "electronic-pages": (", 5, e1–e10", ("5", "", "e1", "e10", "")),
    "pages-alone": (", 1–10", ("", "", "1", "10", "")),
    "volume-alone": (", 53", ("53", "", "", "", "")),
}


@pytest.mark.parametrize(("written", "fields"), LOCATORS.values(), ids=LOCATORS)
@pytest.mark.parametrize(
    "after", ["", ".", ". Advance online publication.", " [Erratum]."], ids=["", "stop", "sentence", "brackets"]
)
def test_volume_number_and_pages_are_read(written: str, fields: tuple[str, ...], after: str) -> None:
    journal = "Personality Disorders: Theory, Research, and Treatment"

    assert list(find_locators(journal + written + after)) == [Locator(len(journal), len(journal + written), *fields)]


def test_numbers_within_a_sentence_are_no_locator() -> None:
    for text in ("At weeks 4, 8, and 12", "53(1)", "Journal, second series", "", "J, 5(1"):
        assert list(find_locators(text)) == []


IMPRINTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "edition": ("The book (3rd ed.). Guilford Press.", ("3", "", "", "", "", "", "Guilford Press")),
    "chapter": ("The book (2nd ed., Vol. 1, pp. 224–238). Oxford.", ("2", "1", "", "224", "238", "", "Oxford")),
    "revised": ("The book (Rev. ed.). Oxford", ("Rev.", "", "", "", "", "", "Oxford")),
    "french": ("The book (3ᵉ éd., p. 12-34). Presses.", ("3", "", "", "12", "34", "", "Presses")),
    "report": ("The book (NICE Guideline No. NG222). NICE.", ("", "", "NG222", "", "", "", "NICE")),
    "place": ("The book (pp. 1–9). New York, NY: Guilford.", ("", "", "", "1", "9", "New York, NY", "Guilford")),
    "initials": ("The book (pp. 1–9). W. W. Norton & Company.", ("", "", "", "1", "9", "", "W. W. Norton & Company")),
    "two-brackets": ("The book (2nd ed.) (pp. 1–9). Sage.", ("2", "", "", "1", "9", "", "Sage")),
    "first-published": ("The book (2nd ed.). Sage. (Original work published 1950)", ("2", "", "", "", "", "", "Sage")),
    "no-brackets": ("The book. Sage.", ("", "", "", "", "", "", "Sage")),
    "pages-without": ("The book, pp. 1–9. Sage.", ("", "", "", "1", "9", "", "Sage")),
    "alone": ("The book", ("", "", "", "", "", "", "")),
}


@pytest.mark.parametrize(("text", "fields"), IMPRINTS.values(), ids=IMPRINTS)
def test_what_stands_behind_a_books_title_is_read(text: str, fields: tuple[str, ...]) -> None:
    imprint = read_imprint(text)

    assert (text[: imprint.start].rstrip(". "), imprint[1:]) == ("The book", fields)


def test_brackets_of_the_title_stay_in_it() -> None:
    assert read_imprint("Health (and illness) in 1990 (2nd ed.). Sage.") == Imprint(28, "2", publisher="Sage")


def test_italics_end_a_title_where_nothing_else_does() -> None:
    assert read_imprint("What works? W. W. Norton.", 11) == Imprint(11, publisher="W. W. Norton")


def test_the_last_sentence_is_found_past_abbreviations() -> None:
    text = "Care of Dr. A. Smith’s U.S. veterans. American Psychologist"

    assert last_sentence(text) == text.index("American")
    assert last_sentence("One sentence vs. none") is None


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(alphabet="Ab1 ,.()–:[]?e”pVol", max_size=80) | st.text(max_size=80))
def test_any_text_is_read_without_leaving_it(text: str) -> None:
    for locator in find_locators(text):
        assert text[locator.start] == ","
        assert locator.start < locator.end <= len(text)
    assert 0 <= read_imprint(text).start <= len(text)
    assert 0 <= read_imprint(text, len(text) // 2).start <= len(text)
