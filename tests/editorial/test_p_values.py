from __future__ import annotations

import math
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.distributions import chi_square_upper, f_upper, normal_two_sided, t_two_sided
from pprmail.editorial.p_values import p_value_problems
from pprmail.editorial.wording import wording_of_citation
from sources import summary_of

MISTYPED = "compare them with the article: one of the numbers is mistyped"
SENTENCES = {
    "*t*(28) = 2.20, *p* = .36": f"t(28) = 2.20 gives p = .036, not .36; {MISTYPED}",
    "*t*(28) = 2.20, *p* = 0.36": f"t(28) = 2.20 gives p = 0.036, not 0.36; {MISTYPED}",
    "χ²(1) = −4.2, *p* = .36": "",
    "χ²(1, *N* = 90) = 4.2, *p* < .01": f"χ²(1, N = 90) = 4.2 gives p = .040, not p < .01; {MISTYPED}",
    "*t*(28) = 2.20, ns": f"t(28) = 2.20 gives p = .036, not 'ns'; {MISTYPED}",
    "*t*(28) = 5.20, *p* > .05": f"t(28) = 5.20 gives p < .001, not p > .05; {MISTYPED}",
    "*z* = 0.00, *p* < .05": f"z = 0.00 gives p > .999, not p < .05; {MISTYPED}",
    "*t*(28) = 5.20, *p* = .000": "t(28) = 5.20 gives p < .001, and no p is .000; write p < .001",
    "*t*(28) = 0.20, *p* = .000": f"t(28) = 0.20 gives p = .843, and no p is .000; {MISTYPED}",
    "*t*(28) = 3.10, *p* = .00": "t(28) = 3.10 gives p = .004, and no p is .00; write p = .004",
    "a *p* = .000": "",
}


def told(markdown: str) -> list[str]:
    wording = wording_of_citation(summary_of(markdown))
    return [f"{one.message}; {one.hint}" for one in p_value_problems(wording)]


@pytest.mark.parametrize(("markdown", "sentence"), SENTENCES.items())
def test_a_p_is_told_with_what_the_numbers_give(markdown: str, sentence: str) -> None:
    assert told(markdown) == ([sentence] if sentence else [])


ONE_TAILED = (
    "The test was one-tailed: *z* = -1.20, *p* = .885.",
    "With a one-sided test, *t*(98) = -1.21, *p* = .886.",
    "All tests were 1-tailed. PDT was not worse, *t*(98) = −1.21, *p* = .89; *F*(1, 98) = 1.46, *p* > .80.",
    "Of a directional hypothesis, *r*(98) = -.10, *p* = .84.",
)


@pytest.mark.parametrize("markdown", ONE_TAILED)
def test_an_effect_that_was_not_predicted_has_a_large_p_of_one_tail(markdown: str) -> None:
    assert told(markdown) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "*z* = -1.20, *p* = .885.",
        "Both tests were two-tailed: *z* = -1.20, *p* = .885.",
        "The test was one-tailed: *z* = -1.20, *p* = .785.",
        "The test was one-tailed: *F*(2, 98) = 1.20, *p* = .85.",
    ],
)
def test_a_large_p_needs_one_tail_and_its_test(markdown: str) -> None:
    assert len(told(markdown)) == 1


class Reported(NamedTuple):
    """A test as an author prints it, and its p.

    ``highest`` is the p of an author who printed N in the place of an r's degrees of freedom, as some do.
    """

    statistic: str
    p: float
    one_tailed: bool
    highest: float = 0.0


def _r_two_sided(r: float, df: float) -> float:
    return t_two_sided(r * math.sqrt(df / (1 - r * r)), df)


@st.composite
def reports(draw: st.DrawFn) -> Reported:
    """A test whose statistic is printed with all the places that its p was taken from."""
    kind = draw(st.sampled_from("tFrzχ"))
    df = draw(st.integers(3, 900))
    value = draw(st.integers(0, 99 if kind == "r" else 900)) / 100
    if kind == "t":
        return Reported(
            f"*t*({df}) = {draw(st.sampled_from(('', '-', '−')))}{value:.2f}", t_two_sided(value, df), one_tailed=True
        )
    if kind == "r":
        printed = f"{value:.2f}".removeprefix("0")
        return Reported(
            f"*r*({df}) = {printed}", _r_two_sided(value, df), one_tailed=True, highest=_r_two_sided(value, df - 2)
        )
    if kind == "z":
        return Reported(f"*z* = {value:.2f}", normal_two_sided(value), one_tailed=True)
    if kind == "F":
        df1 = draw(st.integers(1, 9))
        return Reported(f"*F*({df1}, {df}) = {value:.2f}", f_upper(value, df1, df), one_tailed=df1 == 1)
    return Reported(f"χ²({df}) = {value * df:.2f}", chi_square_upper(round(value * df, 2), df), one_tailed=False)


def printed(p: float, places: int, *, zero: bool) -> str:
    if p < 0.5 * 10**-places:
        return f"< {0.1**places:.{places}f}"
    text = f"{p:.{places}f}"
    return f"= {text if zero or p >= 1 else text.removeprefix('0')}"


@settings(deadline=None, derandomize=True)
@given(report=reports(), places=st.integers(2, 4), zero=st.booleans(), halved=st.booleans())
def test_a_right_p_is_never_told(report: Reported, places: int, *, zero: bool, halved: bool) -> None:
    p = report.p / 2 if halved and report.one_tailed else report.p

    assert told(f"{report.statistic}, *p* {printed(p, places, zero=zero)}") == []
    assert told(f"{report.statistic}, *p* < {math.ceil(p * 1000 + 1) / 1000:.3f}") == []
    assert told(f"{report.statistic}, *p* > {max(math.floor(report.p * 1000) - 1, 0) / 1000:.3f}") == []


@settings(deadline=None, derandomize=True)
@given(reports(), st.integers(1, 999))
def test_a_wrong_p_is_always_told(report: Reported, thousandths: int) -> None:
    typed = thousandths / 1000
    highest = max(report.p, report.highest)
    low, high = report.p * (0.4 if report.one_tailed else 0.8), highest * 1.2
    wrong = f"{report.statistic}, *p* = {typed:.3f}"
    if typed > high + 0.05 or typed < low - 0.05:
        assert len(told(wrong)) == 1
    if report.p > 0.2:
        assert len(told(f"{report.statistic}, *p* < .05")) == 1
    if highest < 0.04:
        assert len(told(f"{report.statistic}, *p* > .05")) == len(told(f"{report.statistic}, ns")) == 1
