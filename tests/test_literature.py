from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.literature import CORRECTION, NATURES, REINSTATEMENT, RETRACTION, Listed, bare_doi, fold_doi, standing

DOIS = {
    "bare": ("10.1037/PER0000382", "10.1037/PER0000382"),
    "address": ("https://doi.org/10.1037/x", "10.1037/x"),
    "address-with-signs": ("https://doi.org/10.1002/%28SICI%291%3C2", "10.1002/(SICI)1<2"),
    "label": ("DOI: 10.1037/x", "10.1037/x"),
    "invisible": ("\ufeff10.1037/x\u200b", "10.1037/x"),
    "space": ("10.1037/x y", ""),
    "prefix": ("10.1037", ""),
    "word": ("unavailable", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "doi"), DOIS.values(), ids=DOIS)
def test_a_doi_is_bare_in_the_end(text: str, doi: str) -> None:
    assert (bare_doi(text), fold_doi(text)) == (doi, doi.lower())


@given(st.text() | st.from_regex(r"(doi:|https?://(dx\.)?doi\.org/)?10\.[0-9]{4}/.*"))
def test_a_doi_folded_is_one_word_that_stays(text: str) -> None:
    folded = fold_doi(text)

    assert folded.isprintable()
    assert " " not in folded
    assert not folded or folded.startswith("10.")


LISTED = st.builds(Listed, st.sampled_from(NATURES), st.none() | st.dates())


@given(st.lists(LISTED, max_size=12))
def test_what_stands_is_no_reinstatement_and_one_retraction_at_most(entries: list[Listed]) -> None:
    stands = standing(entries)

    assert set(stands) <= set(entries)
    assert REINSTATEMENT not in {one.nature for one in stands}
    assert sum(one.nature == RETRACTION for one in stands) <= 1
    assert standing(stands) == stands


@given(st.lists(LISTED, max_size=6))
def test_a_reinstatement_on_the_last_day_clears_all_retractions(entries: list[Listed]) -> None:
    stands = standing([*entries, Listed(REINSTATEMENT, date.max)])

    assert {one.nature for one in stands} <= {CORRECTION, "expression of concern"}
