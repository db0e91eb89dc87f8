from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.counts import percentage_problems
from pprmail.editorial.wording import wording_of_citation
from sources import summary_of

FORMS = ("{0} of {1} ({2}%)", "{0} of the {1} patients ({2}%; more)", "{0}/{1} ({2} %)", "({0} of {1}, {2}%)", "{2}% ({0}/{1})",
         "{2}% (*n* = {0} of {1} patients)", "{0} out of {1} young adults [{2}%]",
         "{0} clients of {1} ({2} percent)", "{2} per cent of the clients ({0} of {1})", "{0} of {1} clients, or {2}%",
         "of the {1}, {0} left ({2}%)")  # fmt: skip


def told(markdown: str) -> list[str]:
    wording = wording_of_citation(summary_of(markdown))
    return [f"{one.message}; {one.hint}" for one in percentage_problems(wording)]


@pytest.mark.parametrize(
    ("markdown", "message"),
    [
        ("12 of 46 (36%)", "12 of 46 is 26.1%, not 36%"),
        ("12/48 (26.12%)", "12/48 is 25.00%, not 26.12%"),
        ("Thirty of the 120 clients (35%)", "Thirty of 120 is 25%, not 35%"),
        ("sixty-six of 120 (35%)", "sixty-six of 120 is 55%, not 35%"),
        ("thirteen of 20 (35 percent)", "thirteen of 20 is 65%, not 35%"),
        ("1,100 of 2,200 (5%)", "1,100 of 2,200 is 50%, not 5%"),
    ],
)
def test_a_percentage_is_told_with_what_the_count_gives(markdown: str, message: str) -> None:
    assert told(markdown) == [f"{message}; look in the article which of the three is right"]


MODELLED = (
    "The weighted response rate was 52% (12 of 30).",
    "The pooled remission rate was 52% (12 of 30).",
    "The Kaplan–Meier estimate of relapse was 31% (12 of 46).",
    "The cumulative risk of relapse at one year was 31% (12 of 46).",
    "After multiple imputation, recovery was 45.2% (12 of 30).",
    "Model-based remission was 45.2% (12 of 30).",
    "Relapse by the life table was 31% (12 of 46), *vs.* CBT.",
    "52% (12 of 30) of the patients responded, after weighting for age.",
    "Rates were estimated with multiple imputation. Relapse was 31% (12 of 46).",
    "Of 46 patients, 12 (31%) relapsed in imputed data.",
)


@pytest.mark.parametrize("markdown", MODELLED)
def test_a_percentage_that_was_not_counted_is_left_alone(markdown: str) -> None:
    assert told(markdown) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "Effects were alike in the pooled sample. Response was 52% (12 of 30).",
        "Response was 52% (12 of 30). Estimates of dropout follow.",
        "Of those with adjustment disorder, 52% (12 of 30) left.",
        "Of those who gained weight, 52% (12 of 30) left.",
    ],
)
def test_words_of_another_sentence_or_meaning_excuse_no_percentage(markdown: str) -> None:
    assert told(markdown) == ["12 of 30 is 40%, not 52%; look in the article which of the three is right"]


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    whole = draw(st.integers(2, 5000))
    return draw(st.integers(0, whole)), whole


@settings(deadline=None, derandomize=True)
@given(count=counts(), places=st.integers(0, 3), form=st.sampled_from(FORMS), cut=st.booleans(), commas=st.booleans())
def test_a_right_percentage_is_never_told(
    *, count: tuple[int, int], places: int, form: str, cut: bool, commas: bool
) -> None:
    part, whole = count
    share = f"{100 * part // whole}" if cut else f"{100 * part / whole:.{places}f}"
    numbers = (f"{part:,}", f"{whole:,}") if commas else (str(part), str(whole))

    assert told(f"Of these, {form.format(*numbers, share)}, and others") == []


@settings(deadline=None, derandomize=True)
@given(counts(), st.integers(0, 100), st.sampled_from(FORMS))
def test_a_wrong_percentage_is_always_told(count: tuple[int, int], percentage: int, form: str) -> None:
    part, whole = count
    wrong = abs(100 * part / whole - percentage) > 1

    found = told(f"Of these, {form.format(part, whole, percentage)}, and others")

    assert len(found) == 1 or not wrong
