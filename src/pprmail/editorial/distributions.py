"""Tail probabilities of the normal, t, F and chi-squared distributions.

The formulas are those of the NIST Digital Library of Mathematical Functions (https://dlmf.nist.gov): the incomplete
beta function by its continued fraction 8.17.22, the incomplete gamma function by the series 8.7.1 and the continued
fraction 8.9.2. The fractions are summed by Lentz's method, as Thompson and Barnett (1986) changed it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SMALLEST_STEP = 1e-15
_TINY = 1e-300
_MOST_STEPS = 20_000


def normal_two_sided(z: float) -> float:
    """The probability, 0 to 1, of a standard normal value at least as far from 0 as ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_two_sided(t: float, df: float) -> float:
    """The probability, 0 to 1, of a Student's t with ``df`` > 0 degrees of freedom at least as far from 0 as ``t``."""
    whole = df + t * t
    return _beta(df / whole, t * t / whole, df / 2, 0.5)


def f_upper(f: float, df1: float, df2: float) -> float:
    """The probability, 0 to 1, of an F with ``df1`` and ``df2`` degrees of freedom, both > 0, of ``f`` >= 0 or more."""
    whole = df2 + df1 * f
    return _beta(df2 / whole, df1 * f / whole, df2 / 2, df1 / 2)


def chi_square_upper(x: float, df: float) -> float:
    """The probability, 0 to 1, of a chi-squared value with ``df`` > 0 degrees of freedom of ``x`` >= 0 or more."""
    return _upper_gamma(df / 2, x / 2)


def _beta(x: float, rest: float, a: float, b: float) -> float:
    """The regularized incomplete beta function of ``x`` from 0 to 1; ``rest`` is 1 - ``x``, which may be tiny."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # beyond it the fraction is slow; the other one is not
        return 1 - _beta(rest, x, b, a)

    def term(number: int) -> float:
        m = number // 2
        if number % 2:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return min(math.exp(scale) / a * _fraction(term), 1.0)


def _upper_gamma(a: float, x: float) -> float:
    """The regularized upper incomplete gamma function of ``x`` >= 0."""
    if x <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        return max(1 - scale * _series(a, x), 0.0)
    return scale / x * _fraction(lambda number: ((number + 1) // 2 - a if number % 2 else number // 2) / x)


def _series(a: float, x: float) -> float:
    """The sum of 1/a + x/(a(a+1)) + x²/(a(a+1)(a+2)) and so on."""
    added = total = 1 / a
    for step in range(1, _MOST_STEPS):
        added *= x / (a + step)
        total += added
        if added < total * _SMALLEST_STEP:
            break
    return total


def _fraction(term: Callable[[int], float]) -> float:
    """1/(1 + term(1)/(1 + term(2)/(1 + …)))."""
    value = above = 1.0
    below = 0.0
    for number in range(1, _MOST_STEPS):
        numerator = term(number)
        below = 1 / (1 + numerator * below or _TINY)
        above = 1 + numerator / above or _TINY
        value *= above * below
        if abs(above * below - 1) < _SMALLEST_STEP:
            break
    return 1 / value
