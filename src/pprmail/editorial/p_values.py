"""Whether a test statistic and its degrees of freedom give the p that stands beside them."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.numerals import evened, half_unit
from pprmail.editorial.sentences import line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_FURTHEST = 90
_AROUND = 150
_MOST_DF = 100_000
_SMALLEST_TOLD = 0.001
_USUAL_LIMIT = 0.05
# The patterns are compiled when they are asked for
_P = r"[pP](?:[\s-]value)?\s?([=<>≤≥])\s?([01]?\.[0-9]{1,9}|[01])(?![0-9A-Za-z^]|\.[0-9]|\s?(?:to\b|[×*-]))"
_NOT_SIGNIFICANT = r"(?:[,;]\s|\()(n\.?s\b)(?!\s?[=<>≤≥]|\.?\w)"
_TEST = (
    r"(?<![\w.,|])([tFrzZ]|[χX]\s?\^?2|[Cc]hi-?\s?(?:squared?|2))\s?(?:[(\[]([^()\[\]]{1,32})[)\]]\s?)?"
    r"=\s?(-?)\s?([0-9]{0,7}\.[0-9]{1,7}|[0-9]{1,7})(?![0-9])"
    r"(?:\s?[,;(]\s?(d\.?f\.?\s?=\s?[0-9.]{1,8}(?:,\s?[0-9.]{1,8})?)(?![0-9.])\)?)?"
    r"(?:\s?[,;]\s?(?:[dgnNb]|SE|MSE|η[2p]{0,2})\s?=\s?-?[0-9.]{1,8}(?![0-9.])){0,2}"
    r"(?:\s?[,;]?\s?[(\[]?9[059]\s?%\s?CI\s?[:=]?\s?\[[^()\[\]]{1,24}\]\)?)?[\s,;(]{0,4}(?:with\s|and\s)?"
    r"(?:(?:[Tt]wo|2)[\s-](?:tail|sid)ed,?\s)?\Z"
)
_DF = r"(?:d\.?f\.?\s?=\s?)?([0-9]{1,6}(?:\.[0-9]{1,4})?)(?:\s?,\s?([0-9]{1,6}(?:\.[0-9]{1,4})?))?(?:\s?[,;]\s?[Nn]\s?=\s?[0-9,]{1,9})?"
_DF_AFTER = r",\s(d\.?f\.?\s?=\s?[0-9.]{1,8}(?:,\s?[0-9.]{1,8})?)(?=\.?(?:\s?[;)\]]|\s|\Z)|,\s[^0-9])"
# A z below 1 beside them may be a correlation that Fisher transformed
_CORRELATION = r"\br ?[=(]|orrelation|ffect size|ransform"
_ONE_TAILED = r"(?i:\b(?:one|1|single)[\s-]?(?:tail|side)|(?<![\w-])(?:uni)?directional\s(?:test|hypothes|p\b))"
# Words with which p is not that of the statistic alone
_OTHERWISE = (
    r"(?i:adjust|correct|bonferroni|holm|\bfdr\b|false discovery|benjamini|tukey|sidak|permut|bootstrap|exact|fisher|greenhouse"
    r"|huynh|wilcoxon|mann.whitney|kruskal|friedman|\branks?\b|simulat|monte carlo|robust|imput|\b[UWH] ?= ?)"
)


class Test(NamedTuple):
    """A test statistic: ``t(28) = 2.20``. ``df`` holds no, one or two degrees of freedom; ``value`` is without sign."""

    typed: str
    kind: str
    df: tuple[float, ...]
    value: float
    half: float

    @property
    def two_directions(self) -> bool:
        """Whether it can be tested with one tail."""
        return self.kind in "trz" or (self.kind == "F" and self.df[0] == 1)


def p_value_problems(wording: Wording) -> Iterator[Problem]:
    """Every p that its t, F, r, chi-squared or z does not give, one- or two-tailed, with the rounding of both."""
    text = evened(wording.text)
    one_tailed = re.search(_ONE_TAILED, text) is not None
    for start, end, sign, printed in sorted(_ps(text)):
        test = _test_beside(text, start, end, wording.text)
        message = test and _mismatch(test, sign, printed, _possible(test, one_tailed=one_tailed))
        if test and message and not _doubtful(test, text[max(0, start - _AROUND) : start + _AROUND]):
            yield wording.problem("p-inconsistent", start, f"{test.typed} gives {message}", _hint(test, printed))


def _ps(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Where each p begins and ends, its sign, and what is printed after that; for ``ns`` the last is ''."""
    for found in re.finditer(_P, text):
        before = text[found.start() - 1 : found.start()]
        if not before.isalnum() and before not in {"_", "-"}:
            yield found.start(), found.end(), found[1], found[2]
    for found in re.finditer(_NOT_SIGNIFICANT, text):
        yield found.start(1), found.end(1), ">", ""


def _doubtful(test: Test, around: str) -> bool:
    """Whether p may be that of something else than ``test``, by the words ``around`` them."""
    if test.kind == "z" and test.value < 1 and re.search(_CORRELATION, around):
        return True
    if test.kind == "chi" and re.search(_ONE_TAILED, around):
        return True
    return re.search(_OTHERWISE, around) is not None


def _hint(test: Test, p: str) -> str:
    if p and not float(p) and _tail(test, test.value) < half_unit(p):
        return f"write {_given(test, p)}"
    return "compare them with the article: one of the numbers is mistyped"


def _test_beside(text: str, start: int, end: int, original: str) -> Test | None:
    """The statistic right before a p from ``start`` to ``end``; None when there is none, or one that is not known.

    Its degrees of freedom may stand after p: ``r = .08, p < .001, df = 293``.
    """
    found = re.compile(_TEST).search(text, line_start(text, max(0, start - _FURTHEST), start), start)
    if not found:
        return None
    kind = found[1] if found[1] in "tFr" else "z" if found[1] in "zZ" else "chi"
    after = None if found[2] or found[5] else re.compile(_DF_AFTER).match(text, end)
    said = found[2] or found[5] or (after and after[1].rstrip("."))
    degrees = re.fullmatch(_DF, said.strip()) if said else None
    if bool(said) != bool(degrees) or (found[2] and found[5]):
        return None
    df = tuple(float(one) for one in degrees.groups() if one) if degrees else ()
    if kind == "chi" and len(df) > 1 and df[0] < df[1] and df[1].is_integer():
        df = df[:1]  # "χ²(1, 120)": the second is N
    if len(df) != {"z": 0, "F": 2}.get(kind, 1) or not all(0 < one <= _MOST_DF for one in df):
        return None
    if kind in {"F", "chi"} and found[3]:
        return None
    typed = original[found.start() : found.end(4)]
    return Test(typed, kind, df, float(found[4]), half_unit(found[4]))


def _mismatch(test: Test, sign: str, printed: str, ranges: list[tuple[float, float]]) -> str:
    """What the test gives, and not what is printed; '' when they agree. ``printed`` is '' for ``ns``.

    ``ranges`` tell from where to where p may be; when there are none, nothing is said.
    """
    if not ranges:
        return ""
    value, half = (float(printed), half_unit(printed)) if printed else (_USUAL_LIMIT, 0.0)
    if value == 0 and sign in "=≤":
        given = _given(test, printed)
        return f"{given}, and no p is {printed}"
    agrees = any(
        (low <= value + half and high >= value - half)
        if sign == "="
        else low <= value
        if sign in "<≤"
        else high >= value
        for low, high in ranges
    )
    if agrees:
        return ""
    wrong = printed if sign == "=" else f"p {sign} {printed}" if printed else "'ns'"
    return f"{_given(test, printed)}, not {wrong}"


def _given(test: Test, like: str) -> str:
    """The two-tailed p of a test as it is printed, with a zero before the point where ``like`` has one."""
    p = min(_tail(test, test.value), 1.0)
    if p < _SMALLEST_TOLD:
        printed, sign = "0.001", "<"
    else:
        printed, sign = (f"{p:.3f}", "=") if p <= 1 - _SMALLEST_TOLD else ("0.999", ">")
    return f"p {sign} {printed if like.startswith('0') else printed[1:]}"


def _possible(test: Test, *, one_tailed: bool) -> list[tuple[float, float]]:
    """From where to where p may be, for two tails and for one. An r of more than 1 has none.

    Where a text says that it is ``one_tailed``, the effect may have been in the direction that was not predicted.
    """
    if test.kind == "r" and test.value > 1:
        return []
    like = [test._replace(df=df) for df in product(*map(_rounded, test.df))]
    low = min(_tail(one, test.value + test.half) for one in like)
    high = max(_tail(one, max(test.value - test.half, 0.0)) for one in like)
    if test.kind == "r":  # some print N in the parentheses, and not N - 2
        with_n = test._replace(df=(test.df[0] - 2,))
        if with_n.df[0] > 0:
            high = max(high, _tail(with_n, max(test.value - test.half, 0.0)))
    if not test.two_directions:
        return [(low, high)]
    unpredicted = [(1 - high / 2, 1 - low / 2)] if one_tailed else []
    return [(low, high), (low / 2, high / 2), *unpredicted]


def _rounded(df: float) -> tuple[float, ...]:
    """What printed degrees of freedom may be: those with decimals, as of Welch, are rounded."""
    if df.is_integer():
        return (df,)
    half = half_unit(repr(df))
    return df - half, df + half


def _tail(test: Test, value: float) -> float:
    from pprmail.editorial.distributions import chi_square_upper, f_upper, normal_two_sided, t_two_sided

    if test.kind == "t":
        return t_two_sided(value, test.df[0])
    if test.kind == "F":
        return f_upper(value, *test.df)
    if test.kind == "z":
        return normal_two_sided(value)
    if test.kind == "r":
        share = 1 - min(value, 1.0) ** 2
        return t_two_sided(value * (test.df[0] / share) ** 0.5, test.df[0]) if share > 0 else 0.0
    return chi_square_upper(value, test.df[0])
