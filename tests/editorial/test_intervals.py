from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pprmail.editorial.interval_rules import interval_problems
from pprmail.editorial.intervals import intervals
from pprmail.editorial.numerals import evened
from pprmail.editorial.wording import wording_of_citation
from sources import summary_of


def told(markdown: str) -> list[tuple[str, str]]:
    wording = wording_of_citation(summary_of(markdown))
    return [(one.rule, f"{one.message}; {one.hint}") for one in interval_problems(wording)]


def read(markdown: str) -> list[tuple[float, float, float]]:
    found = intervals(evened(wording_of_citation(summary_of(markdown)).text))
    return [(one.level, one.low.value, one.high.value) for one in found]


FORMS = {
    "95% CI [-.24, .28]": [(95, -0.24, 0.28)],
    "95% CI [−.24 – .28]": [(95, -0.24, 0.28)],
    "(90%CI: -0.24 to 0.28)": [(90, -0.24, 0.28)],
    "95 % CI = .12–.44": [(95, 0.12, 0.44)],
    "99.5% CI .12-.44": [(99.5, 0.12, 0.44)],
    "CI95% [.12; .44]": [(95, 0.12, 0.44)],
    "CI 95% (.12, .44)": [(95, 0.12, 0.44)],
    "CI95 [.12, .44]": [(95, 0.12, 0.44)],
    "CI [1, 4]": [(0, 1, 4)],
    "95% bias-corrected bootstrap CI [.12, .44]": [(95, 0.12, 0.44)],
    "95 per cent confidence interval from .12 to .44": [(95, 0.12, 0.44)],
    "Confidence intervals: .12 to .44": [(0, 0.12, 0.44)],
    "95% credible interval [.12, .44]": [(95, 0.12, 0.44)],
    "95% confidence interval (CI) was between .12 and .44": [(95, 0.12, 0.44)],
    "95% CI [1,234, 1,567.5]": [(95, 1234, 1567.5)],
    "95% CI 12%–44%": [(95, 12, 44)],
    "95% CI [12 %, 44 %]": [(95, 12, 44)],
    "95% CIs [.1, .2], [.3, .4], and [.5, .6]": [(95, 0.1, 0.2), (95, 0.3, 0.4), (95, 0.5, 0.6)],
    "*g* = 0.38 [0.08, 0.68]": [(0, 0.08, 0.68)],
    "95% CI [.1, .2]. Then came [.3, .4]": [(95, 0.1, 0.2)],
    "IC à 95 % [0,41 ; 0,87]": [(95, 0.41, 0.87)],
    "IC 95 % : -0,41 à 0,87": [(95, -0.41, 0.87)],
    "intervalle de confiance à 95 % de 0,41 à 0,87": [(95, 0.41, 0.87)],
    "95% CI 41,2 to 50,1": [(95, 41.2, 50.1)],
    "95% CI [.12": [],
    "95% CI [.12]": [],
    "95% CI .12, .44, .50": [],
    "95% CI 0.5 to 1.2e-3": [],
    "95% CI .12 and .44": [],
    "NCI [.12, .44], CIA [.12, .44]": [],
    "see [0.12, 0.44] and [12, 44]": [],
}


@pytest.mark.parametrize(("markdown", "found"), FORMS.items())
def test_an_interval_is_read_in_every_form(markdown: str, found: list[tuple[float, float, float]]) -> None:
    assert read(markdown) == found


def test_an_interval_knows_where_it_stands() -> None:
    text = "Of g = 0.63, the 95% CI was [0.41, 0.87]."

    (found,) = intervals(text)

    assert text[found.start : found.end] == "95% CI was [0.41, 0.87]"
    assert text[found.at : found.end] == "[0.41, 0.87]"
    assert found.name == "95% CI [0.41, 0.87]"


LOST = "were minus signs lost?"
SENTENCES = {
    "95% CI [0.87, 0.41]": (
        "ci-reversed",
        f"95% CI [0.87, 0.41] has its bounds reversed; write [0.41, 0.87], or [-0.87, -0.41] or [-0.87, 0.41]: {LOST}",
    ),
    "*g* = -0.60, 95% CI [0.87, 0.41]": (
        "ci-reversed",
        f"95% CI [0.87, 0.41] has its bounds reversed; write [-0.87, -0.41], or [-0.87, 0.41] or [0.41, 0.87]: {LOST}",
    ),
    "*g* = .05, 95% CI [.28–.24]": (
        "ci-reversed",
        f"95% CI [.28, .24] has its bounds reversed; write [-.28, .24], or [.24, .28] or [-.28, -.24]: {LOST}",
    ),
    "*d* = .02, 95% CI [.28, −.24]": (
        "ci-reversed",
        f"95% CI [.28, -.24] has its bounds reversed; write [-.24, .28], or [-.28, -.24]: {LOST}",
    ),
    "95% CI [-.10, -.24]": ("ci-reversed", "95% CI [-.10, -.24] has its bounds reversed; write [-.24, -.10]"),
    "OR = 1.8, 95% CI [2.5, 1.2]": ("ci-reversed", "95% CI [2.5, 1.2] has its bounds reversed; write [1.2, 2.5]"),
    "IC à 95 % [-0,41 ; -0,87]": (
        "ci-reversed",
        "95% CI [-0,41 ; -0,87] has its bounds reversed; write [-0,87 ; -0,41]",
    ),
    "*g* = 0.95, 95% CI [0.41, 0.87]": (
        "estimate-outside-ci",
        "0.95 lies outside 95% CI [0.41, 0.87]; is one of the three mistyped?",
    ),
    "The difference was not significant (*g* = 0.38, 95% CI [0.08, 0.68]).": (
        "significance-contradicts-ci",
        "'not significant' beside 95% CI [0.08, 0.68], which excludes 0; is a bound mistyped, a minus sign lost, or was it significant?",
    ),
    "A nonsignificant effect was found (*g* = 0.64, 95% CI [0.41, 0.87]).": (
        "significance-contradicts-ci",
        "'nonsignificant' beside 95% CI [0.41, 0.87], which excludes 0; is a bound mistyped, a minus sign lost, or was it significant?",
    ),
    "CBT did not\u00a0differ significantly (*p* = .20; 95% CI [0.41, 0.87]).": (
        "significance-contradicts-ci",
        "'not differ significantly' beside 95% CI [0.41, 0.87], which excludes 0 and 1; is a bound mistyped, a minus sign lost, or was it significant?",
    ),
    "The effect was *g* = 0.38, 95% CI [0.08, 0.68]. This was not significant.": (
        "significance-contradicts-ci",
        "'This was not significant' beside 95% CI [0.08, 0.68], which excludes 0; is a bound mistyped, a minus sign lost, or was it significant?",
    ),
    "The odds were significantly higher (OR = 1.4, 95% CI [0.9, 2.2]).": (
        "significance-contradicts-ci",
        "'significantly' beside 95% CI [0.9, 2.2], which includes 1; is a bound mistyped, or was it not significant?",
    ),
}


@pytest.mark.parametrize(("markdown", "sentence"), SENTENCES.items())
def test_an_interval_is_told_with_what_may_have_been_meant(markdown: str, sentence: tuple[str, str]) -> None:
    assert told(markdown) == [sentence]


OF_ANOTHER_MEASURE = (
    "mean change 9.5 points, *d* = 1.10, 95% CI [8.2, 10.8]",
    "It fell by 9 points (*d* = 1.10, 95% CI [8.2, 10.8]).",
    "It fell from 24 to 15, by 9 (*d* = 1.10, 95% CI [8.2, 10.8]).",
    "It fell from 24 to 15, 9 per cent (OR = 1.10; 95% CI 8 to 11).",
    "It fell by 9% (OR = 1.10; 95% CI 8 to 11).",
    "*B* = 2.4, *β* = .31, 95% CI [1.1, 3.7]",
    "*b* = 2.4, *SE* = 0.6, *β* = .31, *t*(98) = 4.0, *p* < .001, 95% CI [1.1, 3.7]",
    "*B* = 2.4, *t*(98) = 4.0, *p* < .001, *β* = .31, 95% CI [1.1, 3.7]",
    "*B* = −2.4, *t*(98) = −4.0, *β* = −.31, 95% CI [−3.7, −1.1]",
    "The coefficient was 2.4 (*β* = .31, 95% CI [1.1, 3.7]).",
)


@pytest.mark.parametrize("markdown", OF_ANOTHER_MEASURE)
def test_an_interval_may_be_that_of_another_number_before(markdown: str) -> None:
    assert told(markdown) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "CBT gave *g* = 0.63, PDT gave *g* = 0.95, 95% CI [0.41, 0.87].",
        "Of these 0.63 left. Now *g* = 0.95, 95% CI [0.41, 0.87].",
        "*g* = 0.63, 95% CI [0.41, 0.87]; *d* = 0.95 [0.41, 0.87]",
        "*SE* = 0.5, *p* = .44, then *g* = 0.95, 95% CI [0.41, 0.87]",
        "*t*(98) = 0.5, *F*(1, 98) = 0.5, χ²(1) = 0.5, then *g* = 0.95, 95% CI [0.41, 0.87]",
        "In 2 trials, *g* = 0.95, 95% CI [1.2, 3.5].",
        "In a sample of 2 trials, *g* = 0.95, 95% CI [1.2, 2.5].",
    ],
)
def test_a_number_that_cannot_be_the_estimate_excuses_none(markdown: str) -> None:
    assert [message.split(" lies ")[0] for _, message in told(markdown)] == ["0.95"]


class Printed(NamedTuple):
    """An interval of whole hundredths, and how its bounds are set."""

    low: int
    high: int
    form: str
    minus: str
    zero: bool

    def number(self, hundredths: int) -> str:
        digits = f"{abs(hundredths) / 100:.2f}"
        return (self.minus if hundredths < 0 else "") + (digits if self.zero else digits.removeprefix("0"))

    def text(self, low: int, high: int) -> str:
        return self.form.format(self.number(low), self.number(high))


BOUNDS = ("95% CI [{}, {}]", "90%CI: {} to {}", "95% CI = {}; {}", "CI [{}; {}]", "CI95% [{} – {}]", "95% CI {}-{}", "(95% CI, {}, {})",
          "99% confidence interval from {} to {}")  # fmt: skip


@st.composite
def printed(draw: st.DrawFn) -> Printed:
    low, high = sorted((draw(st.integers(-300, 300)), draw(st.integers(-300, 300))))
    assume(low < high)
    return Printed(low, high, draw(st.sampled_from(BOUNDS)), draw(st.sampled_from("-−–")), draw(st.booleans()))


@settings(deadline=None, derandomize=True)
@given(printed(), st.data())
def test_a_right_interval_is_never_told(given_: Printed, data: st.DataObject) -> None:
    estimate = data.draw(st.integers(given_.low, given_.high))
    name = data.draw(st.sampled_from(("*g*", "*d*", "*r*", "*β*", "OR", "an effect of")))
    between = data.draw(st.sampled_from((", ", " (", ", *SE* = 0.08, *p* = .002, ", "; ")))

    assert (
        told(f"It was {name} = {given_.number(estimate)}{between}{given_.text(given_.low, given_.high)}, at the end")
        == []
    )


@settings(deadline=None, derandomize=True)
@given(printed())
def test_a_reversed_interval_is_always_told(given_: Printed) -> None:
    ((rule, _),) = told(f"It was seen ({given_.text(given_.high, given_.low)}), at the end")

    assert rule == "ci-reversed"


@settings(deadline=None, derandomize=True)
@given(printed(), st.integers(2, 200), st.booleans(), st.sampled_from(("*g*", "*d*", "*r*", "*β*", "OR")))
def test_an_estimate_outside_is_always_told(given_: Printed, off: int, above: bool, name: str) -> None:  # noqa: FBT001 - drawn
    estimate = given_.high + off if above else given_.low - off

    ((rule, _),) = told(
        f"It was {name} = {given_.number(estimate)}, {given_.text(given_.low, given_.high)}, at the end"
    )

    assert rule == "estimate-outside-ci"


@settings(deadline=None, derandomize=True)
@given(printed(), st.sampled_from(("no significant difference", "a significant difference")))
def test_words_and_interval_are_told_when_they_differ_alone(given_: Printed, words: str) -> None:
    assume(min(abs(given_.low), abs(given_.high)) > 1)
    bounds = given_.text(given_.low, given_.high)
    excludes = given_.low > 0 or given_.high < 0
    level = int(bounds[bounds.index("9") :][:2]) if "%" in bounds else 0
    negative = words.startswith("no ")
    contradicts = level and ((negative and excludes and level >= 95) or (not negative and not excludes and level <= 95))

    found = told(f"There was {words} between the groups (*g* = {given_.number(given_.low)}, {bounds}).")

    assert [rule for rule, _ in found] == (["significance-contradicts-ci"] if contradicts else [])
