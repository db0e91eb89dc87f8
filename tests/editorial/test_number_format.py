from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.number_format import number_format_problems
from pprmail.editorial.wording import wording_of_citation
from sources import summary_of

NO_BREAK = "\u00a0"
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# No years: those are never told
QUANTITIES = st.one_of(st.integers(1000, 1499), st.integers(2100, 99_999))


def told(markdown: str) -> list[str]:
    wording = wording_of_citation(summary_of(markdown))
    return [f"{one.message}; {one.hint}" for one in number_format_problems(wording)]


def sentence(numbers: list[str]) -> str:
    return " ".join(f"They saw {number} adults." for number in numbers)


def test_a_number_is_told_with_how_to_write_it() -> None:
    assert told("1,782 adults, 2,345 families, 1100 others") == [
        "1100 beside 1,782: thousands are written in two ways; write 1,100"
    ]
    assert told(f"1782 adults, 2345 families, 1{NO_BREAK}100 others") == [
        "1 100 beside 1782: thousands are written in two ways; write 1100"
    ]
    assert told("Forty six patients") == ["'Forty six' without its hyphen; write 'Forty-six'"]


# Publication Manual of the American Psychological Association, 7th edition, 6.38
WITHOUT_COMMA = (
    "*F*(3, 10496) = 4.5, *t*(1148) = 2.1",
    "*F* (1, 1148) = 4.5, *t* (1148) = 2.1",
    "*F*[3, 1148] = 4.5",
    "χ²(3, *N* = 1148) = 4.5, χ² (3, *N* = 1148) = 4.5",
    "*df* = 1148",
    "*df* = 3, 1148",
    "*df*1 = 3, *df*2 = 1148",
    "*t* = 2.1 (*df* 1148)",
    "with 1148 degrees of freedom",
    "with 3 and 1148 degrees of freedom",
    "with degrees of freedom of 3 and 1148",
    "the *df* for these people were 1148 and 1147",
    "degrees of freedom (1148 within, 12 between) follow",
    "within-patient *df*s = 1146, between 9286; *d.f.* = 1148",
    "see page 1029",
    "see pages 1021 and 1034",
    "see pages 1021, 1034, and 1050",
    "the serial number 290466",
    "the serial numbers 290466 and 290467",
    "binary digits 1010 and 110010",
    "a model 3000, patient 1021, participant 1148, item 1022",
    "at 1414 °C, 1100 degrees",
    "a tone of 1000 Hz, of 1000 kHz",
)


@pytest.mark.parametrize("markdown", WITHOUT_COMMA)
def test_what_takes_no_comma_is_not_told(markdown: str) -> None:
    assert told(f"Of 1,150 clients and 2,345 others, {markdown}.") == []
    assert told(f"Of 10,500 clients and 12,345 others, {markdown}.") == []


def test_degrees_of_freedom_with_a_comma_are_no_style_of_the_file() -> None:
    assert told("1148 clients, 2345 others, *F* (1, 1,148) = 3.2, *t* (1,148) = 2.1.") == []


@pytest.mark.parametrize(
    "markdown",
    [
        "in study 1, 1148 adults",
        "of the clinic (1148 at the end)",
        "in therapy (completers 1148)",
        "of these patients 1148",
        "as to degrees, 1148 had none",
        "as to *df* = 3; 1148 left",
    ],
)
def test_a_quantity_beside_such_words_is_told(markdown: str) -> None:
    assert [one.split(":")[0] for one in told(f"Of 1,150 clients and 2,345 others, {markdown}.")] == [
        "1148 beside 1,150"
    ]


@settings(deadline=None, derandomize=True)
@given(st.lists(QUANTITIES, max_size=9), st.booleans(), st.lists(st.integers(1900, 2099), max_size=3))
def test_numbers_in_one_style_are_never_told(numbers: list[int], grouped: bool, years: list[int]) -> None:  # noqa: FBT001 - drawn
    printed = [f"{number:,}" if grouped else str(number) for number in numbers]

    assert told(sentence([*printed, *map(str, years)])) == []


@settings(deadline=None, derandomize=True)
@given(st.lists(QUANTITIES, min_size=2, max_size=9), QUANTITIES, st.booleans())
def test_the_odd_number_of_equal_length_is_always_told(numbers: list[int], odd: int, grouped: bool) -> None:  # noqa: FBT001 - drawn
    same = [10_000 + number % 10_000 for number in numbers]
    other = 10_000 + odd % 10_000
    printed = [*(f"{number:,}" if grouped else str(number) for number in same), str(other) if grouped else f"{other:,}"]

    assert [one.split(" beside ")[0] for one in told(sentence(printed))] == [printed[-1]]


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(TENS), st.sampled_from(ONES))
def test_tens_and_ones_need_their_hyphen(tens: str, ones: str) -> None:
    assert len(told(f"They saw {tens} {ones} patients.")) == 1
    assert told(f"They saw {tens}-{ones} patients, {tens} {ones}-hour sessions, {tens} or {ones}.") == []
