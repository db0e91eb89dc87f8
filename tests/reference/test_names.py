from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.reference.names import Names, Person, read_names

KEEFE, BARBER = Person("Keefe", "J. R."), Person("Barber", "J. P.")
APA = Person("American Psychiatric Association")

LISTS = {
    "spaced-initials": ("Keefe, J. R., & Barber, J. P.", (KEEFE, BARBER)),
    "tight-initials": ("Keefe, J.R., & Barber, J.P.", (KEEFE, BARBER)),
    "no-stops": ("Keefe, J R, & Barber, JP", (KEEFE, BARBER)),
    "no-comma-before-and": ("Keefe, J. R. & Barber, J. P.", (KEEFE, BARBER)),
    "and": ("Keefe, J. R., and Barber, J. P.", (KEEFE, BARBER)),
    "french": ("Keefe, J. R. et Barber, J. P.", (KEEFE, BARBER)),
    "semicolons": ("Keefe, J. R.; Barber, J. P.", (KEEFE, BARBER)),
    "hyphen": ("Sartre, J.-P.", (Person("Sartre", "J.-P."),)),
    "two-letter-initial": ("Ivanov, Yu. A.", (Person("Ivanov", "Yu. A."),)),
    "whole-given-names": (
        "Keefe, John R., & McMain, Shelley",
        (Person("Keefe", "John R."), Person("McMain", "Shelley")),
    ),
    "particles": (
        "van der Kolk, B. A., & de la Cruz, M.",
        (Person("van der Kolk", "B. A."), Person("de la Cruz", "M.")),
    ),
    "two-family-names": ("Ventura Wurman, T.", (Person("Ventura Wurman", "T."),)),
    "suffixes": (
        "Barber, J. P., Jr., & Smith, R. W., III.",
        (Person("Barber", "J. P.", "Jr."), Person("Smith", "R. W.", "III")),
    ),
    "suffix-without-comma": ("Barber, J. P. Jr", (Person("Barber", "J. P.", "Jr."),)),
    "given-first": ("J. R. Keefe & J. P. Barber", (KEEFE, BARBER)),
    "given-first-particle": (
        "J. C. Norcross & L. van den Berg Jr.",
        (Person("Norcross", "J. C."), Person("van den Berg", "L.", "Jr.")),
    ),
    "group": ("American Psychiatric Association.", (APA,)),
    "group-with-commas": (
        "Department of Health, Education, and Welfare",
        (Person("Department of Health, Education, and Welfare"),),
    ),
    "group-with-and": (
        "National Institute for Health and Care Excellence",
        (Person("National Institute for Health and Care Excellence"),),
    ),
    "two-groups": (
        "American Psychiatric Association, & World Health Organization",
        (APA, Person("World Health Organization")),
    ),
    "group-among-people": ("Keefe, J. R., & STAR*D Study Group", (KEEFE, Person("STAR*D Study Group"))),
    "abbreviated-group": ("WHO.", (Person("WHO"),)),
    "one-name": ("Plato", (Person("Plato"),)),
    "empty": ("", ()),
    "marks-alone": (", & ,", ()),
}


@pytest.mark.parametrize(("text", "people"), LISTS.values(), ids=LISTS)
def test_people_and_groups_are_told_apart(text: str, people: tuple[Person, ...]) -> None:
    assert read_names(text) == Names(people, cut_short=False)


CUT = {
    "spaced-stops": "Keefe, J. R., . . . Barber, J. P.",
    "no-comma": "Keefe, J. R. . . . Barber, J. P.",
    "ellipsis": "Keefe, J. R., … Barber, J. P.",
    "stops": "Keefe, J. R., ... Barber, J. P.",
    "ellipsis-and": "Keefe, J. R., . . . & Barber, J. P.",
    "et-al": "Keefe, J. R., Barber, J. P., et al.",
    "et-coll": "Keefe, J. R., Barber, J. P. et coll.",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_a_list_that_leaves_some_out_says_so(text: str) -> None:
    assert read_names(text) == Names((KEEFE, BARBER), cut_short=True)


def test_a_name_is_said_in_its_order() -> None:
    assert Person("Barber", "J. P.", "Jr.").in_order == "J. P. Barber Jr."
    assert (APA.in_order, APA.is_group, KEEFE.is_group) == ("American Psychiatric Association", True, False)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(alphabet="AbZé ,;.&-…()'’|and\n", max_size=80) | st.text(max_size=80))
def test_any_text_gives_people_with_names(text: str) -> None:
    names = read_names(text)

    assert all(person.family.strip() for person in names.people)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Z][a-z]{3,9}(?:-[A-Z][a-z]{3,9})?", fullmatch=True),
            st.from_regex(r"[A-Z]\.(?: [A-Z]\.){0,2}", fullmatch=True),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_what_apa_joins_is_parted_again(people: list[tuple[str, str]]) -> None:
    written = [f"{family}, {given}" for family, given in people]
    joined = ", & ".join(filter(None, (", ".join(written[:-1]), written[-1])))

    assert read_names(joined).people == tuple(Person(family, given) for family, given in people)
