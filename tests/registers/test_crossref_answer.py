from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.literature import CONCERN, CORRECTION, RETRACTION, Listed, Work
from pprmail.registers.crossref_answer import KEPT, read_work
from registers.crossref_host import RETRACTION as RETRACTED
from registers.crossref_host import work

DOI = "10.1037/pst0000001"


def test_a_work_is_read() -> None:
    assert read_work(work(DOI)) == Work(titles=("On therapy.",), family="Doe", given="Jane", years=(2018, 2019))


def test_a_work_of_which_nothing_is_held_is_read() -> None:
    assert read_work({}) == Work()


TITLES = {
    "tags": ({"title": ["On <i>therapy</i> for H<sub>2</sub>O"]}, ("On therapy for H2O",)),
    "attributes": ({"title": ['<jats:title xml:lang="en">On</jats:title> <br/>therapy']}, ("On therapy",)),
    "escaped": ({"title": ["Therapy &amp; more: &lt;i&gt;p&lt;/i&gt; &amp;lt; .05"]}, ("Therapy & more: p < .05",)),
    "no-tags": ({"title": ["Of a<b and p > .05"]}, ("Of a<b and p > .05",)),
    "lines": ({"title": ["On\n   therapy"]}, ("On therapy",)),
    "terminal": ({"title": ["On \x1b[31mtherapy"]}, ("On [31mtherapy",)),
    "subtitle": ({"title": ["On therapy"], "subtitle": ["A trial"]}, ("On therapy", "On therapy: A trial")),
    "original": ({"title": ["A"], "original-title": ["B", "A"]}, ("A", "B")),
    "no-list": ({"title": "On therapy"}, ()),
    "no-text": ({"title": [None, 1, ["x"], ""]}, ()),
}


@pytest.mark.parametrize(("message", "titles"), TITLES.values(), ids=TITLES)
def test_a_title_is_read_as_a_line_of_text(message: dict[str, Any], titles: tuple[str, ...]) -> None:
    assert read_work(message).titles == titles


AUTHORS = {
    "first-by-sequence": ([{"family": "B", "sequence": "additional"}, {"family": "A", "sequence": "first"}], "A"),
    "no-sequence": ([{"family": "B"}, {"family": "A"}], "B"),
    "group": ([{"name": "The Group", "sequence": "first"}], "The Group"),
    "nobody": ([], ""),
    "no-list": ({"family": "A"}, ""),
    "odd": ([None, "A", {"family": ["A"]}], ""),
}


@pytest.mark.parametrize(("authors", "family"), AUTHORS.values(), ids=AUTHORS)
def test_the_first_author_is_read(authors: object, family: str) -> None:
    assert read_work({"author": authors}).family == family


UPDATES = {
    "retraction": ("retraction", "Retraction", RETRACTION, ""),
    "withdrawal": ("withdrawal", "Withdrawal", RETRACTION, "Withdrawal"),
    "removal": ("removal", "", RETRACTION, "removal"),
    "concern": ("expression_of_concern", "Expression of concern", CONCERN, ""),
    "concern-in-words": ("Expression of Concern", "", CONCERN, ""),
    "correction": ("correction", "Correction", CORRECTION, ""),
    "erratum": ("erratum", "Erratum", CORRECTION, "Erratum"),
    "corrigendum": ("corrigendum", "Corrigendum", CORRECTION, "Corrigendum"),
    "part": ("partial_retraction", "Partial retraction", CORRECTION, "Partial retraction"),
}


@pytest.mark.parametrize(("kind", "label", "nature", "reason"), UPDATES.values(), ids=UPDATES)
def test_an_update_is_read(kind: str, label: str, nature: str, reason: str) -> None:
    message = {"updated-by": [RETRACTED | {"type": kind, "label": label}]}

    assert read_work(message).listed == (Listed(nature, date(2021, 3, 1), "10.1037/n1", reason),)


def test_a_new_version_is_no_correction() -> None:
    assert read_work({"updated-by": [RETRACTED | {"type": "new_version"}]}).listed == ()


def test_publisher_and_retraction_watch_may_list_the_same_thing() -> None:
    message = {"updated-by": [RETRACTED, RETRACTED | {"source": "publisher"}]}

    assert len(read_work(message).listed) == 1


DAYS = {
    "month": ({"date-parts": [[2021, 3]]}, date(2021, 3, 1)),
    "year": ({"date-parts": [[2021]]}, date(2021, 1, 1)),
    "none": ({"date-parts": [[None]]}, None),
    "empty": ({"date-parts": []}, None),
    "no-such-day": ({"date-parts": [[2021, 2, 30]]}, None),
    "text": ("2021-03-01", None),
    "too-large": ({"date-parts": [[10**30]]}, None),
    "true": ({"date-parts": [[True]]}, None),
}


@pytest.mark.parametrize(("updated", "day"), DAYS.values(), ids=DAYS)
def test_the_day_of_an_update_is_read(updated: object, day: date | None) -> None:
    (listed,) = read_work({"updated-by": [RETRACTED | {"updated": updated}]}).listed

    assert listed.day == day


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)
NAMES = st.sampled_from([*KEPT, "family", "sequence", "type", "updated", "date-parts", "DOI", "label"])
MESSAGES = st.dictionaries(NAMES, JSON | st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=3), max_size=8)


@given(MESSAGES)
def test_no_json_is_too_odd_for_a_work(message: dict[str, Any]) -> None:
    assert isinstance(read_work(message), Work)
