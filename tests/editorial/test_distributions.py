from __future__ import annotations

import math
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial.distributions import chi_square_upper, f_upper, normal_two_sided, t_two_sided

VALUES = st.floats(0, 60)
DEGREES = st.one_of(st.integers(1, 400).map(float), st.floats(0.5, 5000))


class Critical(NamedTuple):
    """A line of the tables of critical values that textbooks print: the value, and the p that it stands for."""

    p: float
    value: float
    df: tuple[float, ...]


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7: two-sided t, upper chi-squared, upper F
T = (
    Critical(0.05, 12.706, (1,)),
    Critical(0.05, 2.228, (10,)),
    Critical(0.05, 2.048, (28,)),
    Critical(0.01, 2.763, (28,)),
    Critical(0.001, 3.674, (28,)),
    Critical(0.05, 1.984, (100,)),
    Critical(0.05, 1.962, (1000,)),
)
CHI_SQUARE = (
    Critical(0.05, 3.841, (1,)),
    Critical(0.01, 6.635, (1,)),
    Critical(0.05, 18.307, (10,)),
    Critical(0.001, 29.588, (10,)),
    Critical(0.95, 3.940, (10,)),
    Critical(0.05, 124.342, (100,)),
    Critical(0.99, 70.065, (100,)),
)
F = (
    Critical(0.05, 161.448, (1, 1)),
    Critical(0.05, 4.965, (1, 10)),
    Critical(0.01, 10.044, (1, 10)),
    Critical(0.05, 3.204, (2, 45)),
    Critical(0.05, 3.326, (5, 10)),
    Critical(0.05, 2.978, (10, 10)),
    Critical(0.01, 4.849, (10, 10)),
)


@pytest.mark.parametrize("line", T)
def test_t_gives_the_p_of_the_tables(line: Critical) -> None:
    assert t_two_sided(line.value, *line.df) == pytest.approx(line.p, rel=2e-3)


@pytest.mark.parametrize("line", CHI_SQUARE)
def test_chi_squared_gives_the_p_of_the_tables(line: Critical) -> None:
    assert chi_square_upper(line.value, *line.df) == pytest.approx(line.p, rel=2e-3)


@pytest.mark.parametrize("line", F)
def test_f_gives_the_p_of_the_tables(line: Critical) -> None:
    assert f_upper(line.value, *line.df) == pytest.approx(line.p, rel=2e-3)


def test_the_normal_distribution_gives_the_p_that_everyone_knows() -> None:
    assert [normal_two_sided(z) for z in (0, 1.959963985, -2.575829304)] == pytest.approx([1, 0.05, 0.01])


# Closed forms


@settings(deadline=None, derandomize=True)
@given(VALUES)
def test_t_with_one_and_two_degrees_of_freedom(t: float) -> None:
    assert t_two_sided(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), rel=1e-9, abs=1e-12)
    assert t_two_sided(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t), rel=1e-9, abs=1e-12)


@settings(deadline=None, derandomize=True)
@given(VALUES, st.integers(1, 2000))
def test_f_with_two_degrees_of_freedom_in_the_numerator(f: float, df: int) -> None:
    assert f_upper(f, 2, df) == pytest.approx((1 + 2 * f / df) ** (-df / 2), rel=1e-9, abs=1e-300)


@settings(deadline=None, derandomize=True)
@given(VALUES)
def test_chi_squared_with_one_two_and_four_degrees_of_freedom(x: float) -> None:
    assert chi_square_upper(x, 1) == pytest.approx(math.erfc(math.sqrt(x / 2)), rel=1e-9, abs=1e-12)
    assert chi_square_upper(x, 2) == pytest.approx(math.exp(-x / 2), rel=1e-9, abs=1e-12)
    assert chi_square_upper(x, 4) == pytest.approx(math.exp(-x / 2) * (1 + x / 2), rel=1e-9, abs=1e-12)


# What holds of all


@settings(deadline=None, derandomize=True)
@given(VALUES, DEGREES)
def test_t_is_symmetric_and_its_square_is_f(t: float, df: float) -> None:
    assert t_two_sided(-t, df) == t_two_sided(t, df)
    assert f_upper(t * t, 1, df) == pytest.approx(t_two_sided(t, df), rel=1e-8, abs=1e-10)


@settings(deadline=None, derandomize=True)
@given(st.floats(0.01, 50), DEGREES, DEGREES)
def test_f_upside_down_is_the_other_tail(f: float, df1: float, df2: float) -> None:
    assert f_upper(f, df1, df2) + f_upper(1 / f, df2, df1) == pytest.approx(1, abs=1e-9)


@settings(deadline=None, derandomize=True)
@given(VALUES, VALUES, DEGREES, DEGREES)
def test_a_larger_value_is_never_likelier(one: float, other: float, df1: float, df2: float) -> None:
    small, large = sorted((one, other))
    assert t_two_sided(large, df1) <= t_two_sided(small, df1) + 1e-12
    assert chi_square_upper(large, df1) <= chi_square_upper(small, df1) + 1e-12
    assert f_upper(large, df1, df2) <= f_upper(small, df1, df2) + 1e-12


@settings(deadline=None, derandomize=True)
@given(st.floats(0, 1e7), st.floats(1e-4, 1e5), st.floats(1e-4, 1e5))
def test_a_probability_is_between_0_and_1(value: float, df1: float, df2: float) -> None:
    found = (t_two_sided(value, df1), chi_square_upper(value, df1), f_upper(value, df1, df2), normal_two_sided(value))
    assert all(0 <= p <= 1 for p in found)


def test_many_degrees_of_freedom_come_near_the_normal_distribution() -> None:
    assert t_two_sided(1.959963985, 100_000) == pytest.approx(0.05, rel=1e-3)
    assert f_upper(1, 100_000, 100_000) == pytest.approx(0.5, rel=1e-3)
    assert chi_square_upper(100_000, 100_000) == pytest.approx(0.5, rel=2e-3)
