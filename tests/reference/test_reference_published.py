from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.citation import date_span, find_date
from pprmail.reference.published import Published, find_published

DATES: dict[str, tuple[str, tuple[int | None, int | None, int | None, str]]] = {
    "year": ("(2019)", (2019, None, None, "")),
    "letter": ("(2019a)", (2019, None, None, "")),
    "day": ("(2019, December 5)", (2019, 12, 5, "")),
    "month": ("(2019, December)", (2019, 12, None, "")),
    "short-month": ("(2019, Sept. 3)", (2019, 9, 3, "")),
    "french": ("(2019, 5 décembre)", (2019, 12, 5, "")),
    "french-first": ("(5 août 2019)", (2019, 8, 5, "")),
    "days": ("(2019, May 5–8)", (2019, 5, 5, "")),
    "season": ("(2019, Spring)", (2019, None, None, "")),
    "no-such-day": ("(2019, February 31)", (2019, 2, None, "")),
    "original": ("(1923/1961)", (1961, None, None, "")),
    "about": ("(ca. 1900)", (1900, None, None, "")),
    "year-last": ("(May 2019)", (2019, 5, None, "")),
    "note": ("(2019; first draft)", (2019, None, None, "")),
    "in-press-with-a-note": ("(accepted for publication)", (None, None, None, "accepted")),
    "years": ("(2019–2020)", (2019, None, None, "")),
    "in-press": ("(in press)", (None, None, None, "in press")),
    "in-press-letter": ("(in press-a)", (None, None, None, "in press")),
    "sous-presse": ("(sous presse)", (None, None, None, "sous presse")),
    "no-date": ("(n.d.)", (None, None, None, "")),
    "no-date-letter": ("(n.d.-a)", (None, None, None, "")),
}


@pytest.mark.parametrize(("written", "date"), DATES.values(), ids=DATES)
def test_the_brackets_after_the_authors_are_read(
    written: str, date: tuple[int | None, int | None, int | None, str]
) -> None:
    line = f"Doe, J. {written}. On therapy (1999)."

    assert find_published(line) == Published(8, 8 + len(written), *date)


def test_other_brackets_are_no_date() -> None:
    assert find_published("Doe, J. (Eds.). (2019).") == Published(16, 22, 2019)
    for line in ("Doe, J. *53*(12), 90.", "Doe, J. (10000)", "Doe (the 1990s)", "(2019", "", "(0999)", "(phase 2019)"):
        assert find_published(line) is None


@settings(deadline=None, derandomize=True, max_examples=400)
@given(
    st.text(alphabet="()0129a,. /–-MayinpresD", max_size=60)
    | st.lists(
        st.sampled_from(["(", ")", "2019", "1900/", "ca. ", "May ", "in press", "n.d.", ", ", "a", "[", "é "])
    ).map("".join)
)
def test_any_text_is_read_as_other_rooms_read_it(text: str) -> None:
    found, span, dated = find_published(text), date_span(text), find_date(text)

    assert (found and (found.start, found.end)) == span
    assert found is None or (text[found.start], text[found.end - 1]) == ("(", ")")
    assert (found and found.year) == (dated and int(text[dated.offset : dated.offset + 4]))
    assert not (found and found.year and found.status)
