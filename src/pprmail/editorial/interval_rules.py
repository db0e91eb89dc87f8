"""What an interval says about itself, its estimate and the words beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pprmail.editorial.estimates import SYMBOLS, estimates_before, other_measures
from pprmail.editorial.intervals import bracketed, intervals
from pprmail.editorial.numerals import evened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.estimates import Estimate
    from pprmail.editorial.intervals import Interval
    from pprmail.editorial.numerals import Numeral
    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_NEAR = 40
_DOWNWARD = ("NN", "eeded to", "bound of", "bounds of", "limit of", "limits of", "width of")
"""A number needed to treat or to harm (NNT, NNH) has an interval that may run through infinity, from 12 to -20; and a
bound may range from a larger number to a smaller one."""

_SAID_BEFORE, _SAID_AFTER = 160, 100
"""How far off words on significance are looked for, at most."""

_HAIR = 1e-9
"""What two sums of decimals that are equal may differ by."""


def interval_problems(wording: Wording) -> Iterator[Problem]:
    """Intervals that are reversed, that their estimate lies outside of, or that the words beside them contradict."""
    text = evened(wording.text)
    for earlier, interval in pairwise((None, *intervals(text))):
        if interval is None:
            continue
        estimates = estimates_before(text, interval)
        if interval.low.value > interval.high.value:
            if any(words in text[max(0, interval.start - _NEAR) : interval.start] for words in _DOWNWARD):
                continue
            yield _reversed(wording, interval, estimates)
            continue
        outside = _outside(interval, estimates)
        since = earlier.end if earlier else 0
        if outside:
            if any(_within(one, interval) for other in other_measures(text, estimates, since) for one in _signs(other)):
                continue
            message = f"{outside.value.text} lies outside {interval.name}"
            hint = "is one of the three mistyped?"
            yield wording.problem("estimate-outside-ci", outside.value.start, message, hint)
        elif interval.level and _is_spoken_of(text, interval):
            from pprmail.editorial.significance import contradiction

            found = contradiction(text, interval, estimates, since)
            if found:
                yield wording.problem("significance-contradicts-ci", *found)


def _is_spoken_of(text: str, interval: Interval) -> bool:
    """Whether words near ``interval`` may say that something is significant, or not."""
    near = text[max(0, interval.start - _SAID_BEFORE) : interval.end + _SAID_AFTER]
    return "ignifican" in near or "ns" in near[-_SAID_AFTER:] or "n.s" in near or "ns (" in near or "ns [" in near


def _outside(interval: Interval, estimates: tuple[Estimate, ...]) -> Estimate | None:
    """The estimate nearest to ``interval``, when it and all the others before lie outside it."""
    named = [one for one in estimates if one.name in SYMBOLS and one.value.percent == interval.low.percent]
    if not named or len(named) < len(estimates) or any(_within(one.value, interval) for one in named):
        return None
    return named[0]


def _within(value: Numeral, interval: Interval) -> bool:
    low, high = interval.low, interval.high
    slack = value.half + _HAIR
    return low.value - low.half - slack <= value.value <= high.value + high.half + slack


def _signs(value: Numeral) -> tuple[Numeral, Numeral]:
    """``value`` with either sign: a change of -2.4 is a fall by 2.4."""
    return value, value._replace(value=-value.value)


# Reversed bounds


def _reversed(wording: Wording, interval: Interval, estimates: tuple[Estimate, ...]) -> Problem:
    first, *others = _readings(interval, estimates)
    hint = f"write {first}"
    if others:
        hint += f", or {' or '.join(others)}: were minus signs lost?"
    return wording.problem("ci-reversed", interval.at, f"{interval.name} has its bounds reversed", hint)


def _readings(interval: Interval, estimates: tuple[Estimate, ...]) -> tuple[str, ...]:
    """What may have been meant, likeliest first: with ``estimates`` at hand, what holds the nearest of them."""
    low, high = interval.low, interval.high
    estimate = estimates[0] if estimates else None
    meant = [(high, low)]
    if low.value > 0 and not (estimate and estimate.no_effect):
        minus = low._replace(text=f"-{low.text}", value=-low.value)
        if high.value > 0:
            meant.append((minus, high._replace(text=f"-{high.text}", value=-high.value)))
        if minus.value < high.value:
            meant.append((minus, high))
    if estimate:
        meant.sort(key=lambda pair: not _within(estimate.value, interval._replace(low=pair[0], high=pair[1])))
    return tuple(bracketed(one.text, other.text) for one, other in meant)
