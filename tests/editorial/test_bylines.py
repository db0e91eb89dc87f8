from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.bylines import Author, authors, initials_at, is_suffix, pieces, tight_editors, tight_initials
from pprmail.reference.names import read_names

BYLINES = {
    "one": ("Doe, J. R. ", [Author(0, "Doe", "J. R.")]),
    "two": ("Doe, J. R., & Roe, R. ", [Author(0, "Doe", "J. R."), Author(14, "Roe", "R.")]),
    "no-comma": ("Doe, J. R. & Roe, R. ", [Author(0, "Doe", "J. R."), Author(13, "Roe", "R.")]),
    "and": ("Doe, J. and Roe, R.", [Author(0, "Doe", "J."), Author(12, "Roe", "R.")]),
    "et": ("Doe, J., et Roe, R.", [Author(0, "Doe", "J."), Author(12, "Roe", "R.")]),
    "und": ("Doe, J. und Roe, R.", [Author(0, "Doe", "J."), Author(12, "Roe", "R.")]),
    "semicolons": ("Doe, J.; Roe, R.; & Poe, E.", [Author(0, "Doe", "J."), Author(9, "Roe", "R."), Author(20, "Poe", "E.")]),
    "spanish": ("Doe, J. y Roe, R.", [Author(0, "Doe", "J."), Author(10, "Roe", "R.")]),
    "name-in-full": ("Doe, Ann., & Roe, R.", [Author(0, "Doe", "Ann"), Author(13, "Roe", "R.")]),
    "names-in-full": ("Doe, John R., & van Roe, Mary", [Author(0, "Doe", "John R."), Author(16, "van Roe", "Mary")]),
    "three-in-full": (
        "Doe, John, Roe, Mary-Ann, & Poe, D’Arcy E. ",
        [Author(0, "Doe", "John"), Author(11, "Roe", "Mary-Ann"), Author(28, "Poe", "D’Arcy E.")],
    ),
    "one-in-full": ("Doe, John R. ", [Author(0, "Doe", "John R.")]),
    "in-full-with-suffix": ("Doe, John R., Jr., & Roe, Mary (Eds.)", [Author(0, "Doe", "John R."), Author(21, "Roe", "Mary")]),
    "families-alone": ("Doe, Roe, Poe, & Moe", [Author(0, "Doe, Roe, Poe, & Moe")]),
    "a-name-and-a-place": ("Health Canada, Ottawa", [Author(0, "Health Canada, Ottawa")]),
    "groups-with-places": ("Ministry of Care, Oslo, & Council of Health, Bergen", [Author(0, "Ministry of Care, Oslo, & Council of Health, Bergen")]),
    "long-groups": ("Care Is Our Business, Oslo, & Roe, Mary", [Author(0, "Care Is Our Business, Oslo, & Roe, Mary")]),
    "two-given-names": ("Doe, Mary Ann, & Roe, John R. T.", [Author(0, "Doe", "Mary Ann"), Author(17, "Roe", "John R. T.")]),
    "two-groups-and-one": (
        "Health Canada, World Health Organization, & Roe, R.",
        [Author(0, "Health Canada"), Author(15, "World Health Organization"), Author(44, "Roe", "R.")],
    ),
    "digits": ("Doe, R2D2, & Roe, Mary", [Author(0, "Doe, R2D2, & Roe, Mary")]),
    "small-letters": ("Doe, the group, & Roe, R.", [Author(0, "Doe"), Author(5, "the group"), Author(18, "Roe", "R.")]),
    "no-and": ("Doe, Poe, Roe, R.", [Author(0, "Doe"), Author(5, "Poe"), Author(10, "Roe", "R.")]),
    "in-full-and-others": ("Doe, John, & Roe, Mary, et al.", [Author(0, "Doe", "John"), Author(13, "Roe", "Mary")]),
    "odd": ("Doe, John R., & Roe", [Author(0, "Doe, John R., & Roe")]),
    "initials-of-a-group": ("Health and Care, NICE", [Author(0, "Health and Care, NICE")]),
    "ellipsis": ("Doe, J., . . . Roe, R.", [Author(0, "Doe", "J."), Author(15, "Roe", "R.")]),
    "one-character": ("Doe, J., … Roe, R.", [Author(0, "Doe", "J."), Author(11, "Roe", "R.")]),
    "et-al": ("Doe, J., et al.", [Author(0, "Doe", "J.")]),
    "suffixes": ("King, M. L., Jr., & Gates, W., III.", [Author(0, "King", "M. L."), Author(20, "Gates", "W.")]),
    "suffix-joined": ("King, M. L. Jr., & Doe, J.", [Author(0, "King", "M. L."), Author(19, "Doe", "J.")]),
    "particles": ("van der Kolk, B. A., & le Goff, M.-C.", [Author(0, "van der Kolk", "B. A."), Author(23, "le Goff", "M.-C.")]),
    "tight": ("Doe, J.R., & Roe, R.", [Author(0, "Doe", "J.R."), Author(13, "Roe", "R.")]),
    "no-stops": ("Doe, JP, & Wu, Y", [Author(0, "Doe", "JP"), Author(11, "Wu", "Y")]),
    "two-letters": ("Zhang, Yi., & Li, Yu.", [Author(0, "Zhang", "Yi."), Author(14, "Li", "Yu.")]),
    "chinese": ("李, 明.", [Author(0, "李, 明")]),
    "russian": ("Выготский, Л. С.", [Author(0, "Выготский", "Л. С.")]),
    "editors": ("Doe, J., & Roe, R. (Eds.). ", [Author(0, "Doe", "J."), Author(11, "Roe", "R.")]),
    "suffix-for-a-name": ("Jr, A., & Al, B., & Coll, C.", [Author(0, "Jr", "A."), Author(10, "Al", "B."), Author(20, "Coll", "C.")]),
    "no-name": ("(Eds.), A.", [Author(0, "(Eds.), A")]),
    "group-last": ("Doe, J., & the CBT Study Group", [Author(0, "Doe", "J."), Author(11, "the CBT Study Group")]),
    "group": (" World Health Organization. ", [Author(1, "World Health Organization")]),
    "group-and-place": ("Department of Health, U.S.", [Author(0, "Department of Health, U.S")]),
    "unreadable": ("Doe and Roe, Poe", [Author(0, "Doe and Roe, Poe")]),
    "nothing": (" . ", []),
}  # fmt: skip


@pytest.mark.parametrize(("byline", "expected"), BYLINES.values(), ids=BYLINES)
def test_authors_are_read_with_their_places(byline: str, expected: list[Author]) -> None:
    assert list(authors(byline)) == expected


TIGHT = {
    "two": ("Doe, J.R.", [7]),
    "three": ("Doe, J.R.T.", [7, 9]),
    "in-the-second": ("Doe, J. R., & Roe, R.E.", [21]),
    "hyphenated": ("Doe, J.-P.M.", [10]),
    "apart": ("Doe, J. R.", []),
    "hyphen": ("Doe, J.-P., & Roe, M.‐C.", []),
    "group": ("U.S.A. Department, N.N. Section", []),
    "place": ("Department of Health, U.S.A.", []),
    "degree": ("Doe, J. R., Ph.D., & Roe, R.", []),
}


@pytest.mark.parametrize(("byline", "expected"), TIGHT.values(), ids=TIGHT)
def test_initials_without_a_space_between_are_found(byline: str, expected: list[int]) -> None:
    assert list(tight_initials(byline)) == expected


@pytest.mark.parametrize("suffix", ["Jr.", "Sr.", "Jr", "II", "III", "IV"])
def test_a_suffix_is_no_name_and_no_initial(suffix: str) -> None:
    after_a_comma, joined = (authors(f"Doe, J. R.{mark} {suffix}, & Roe, R.") for mark in (",", ""))

    assert is_suffix(suffix)
    assert after_a_comma == (Author(0, "Doe", "J. R."), Author(16 + len(suffix), "Roe", "R."))
    assert joined == (Author(0, "Doe", "J. R."), Author(15 + len(suffix), "Roe", "R."))


@pytest.mark.parametrize("place", ["U.S.", "U.S.A.", "U.K.", "D.C."])
def test_a_place_is_no_initials(place: str) -> None:
    assert list(tight_initials(f"Department of Health, {place} ")) == []


EDITORS = {
    "two": ("On. In R.M.A. Roe & E. Poe (Eds.), *B*.", ["M.A. Roe", "A. Roe"]),
    "second": ("*On*. In R. M. Roe & E.A. van Poe (Ed.), *B*.", ["A. van Poe"]),
    "apart": ("On. In R. M. Roe & J.-P. Poe (Eds.), *B*.", []),
    "family-first": ("On. In Roe, R.M., & Poe, E. (Eds.), *B*.", []),
    "no-editors": ("On. In R.M. we trust. *B*.", []),
    "places": ("On. In U.S. Department of Care (Ed.), *B*.", []),
    "small-letters": ("On. In e.g. Roe (Ed.), *B*.", []),
    "no-chapter": ("R.M. Roe (Eds.), *B*.", []),
}


@pytest.mark.parametrize(("after_date", "expected"), EDITORS.values(), ids=EDITORS)
def test_initials_of_editors_stand_before_their_names(after_date: str, expected: list[str]) -> None:
    line = f"Doe, J.R. (2019). {after_date}"

    found = list(tight_editors(line, 18))

    assert [line[at:].partition(" &")[0].partition(" (")[0] for at in found] == expected


@pytest.mark.parametrize("text", ["J.-P.R.", "Doe, J.-P.R., & Roe", "Doe,J.-P.R.;Roe", "Doe,\u00a0J.-P.R.&\n"])
def test_initials_are_whole_to_the_next_blank_or_comma(text: str) -> None:
    start, initials = initials_at(text, text.index("R."))

    assert (start, initials) == (text.index("J."), "J.-P.R.")


PIECES = st.sampled_from(
    ["Doe", "J.", "R.", "J.-P.", "Jr.", "III", ",", " ", "& ", "and ", "…", ". . .", "(Eds.)", "\u00a0", "ß", "明"]
)


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_every_name_stands_where_it_is_said_to(byline: str) -> None:
    for author in authors(byline):
        assert byline.startswith(author.family, author.at)
    for piece in pieces(byline):
        assert byline.startswith(piece.text, piece.at)
        assert piece.text.startswith(piece.initials)


AS_REFERENCES = [
    "Doe, J.; Roe, R.",
    "Doe, John R., & Roe, Mary",
    "Doe, Ann., & Roe, R.",
    "Doe, J. y Roe, R.",
    "King, M. L., Jr., & van der Kolk, B. A.",
    "American Psychological Association, & Roe, R.",
    "World Health Organization.",
]


@pytest.mark.parametrize("byline", AS_REFERENCES)
def test_names_are_read_as_references_read_them(byline: str) -> None:
    assert [(one.family, one.initials) for one in authors(byline)] == [
        (one.family, one.given) for one in read_names(byline).people
    ]
