"""The rules of statistics, each loaded only for a text that it may have something to say about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# Kept here, though the modules know them better: to ask them would be to load them
_INTERVALS = ("CI", "CrI", "IC", "onfidence interval", "redible interval", "ntervalle de confiance", "[")
_NO_BREAKS = ("\u00a0", "\u202f", "\u2009")
_BEFORE_A_TEST = frozenset(")]zZ")
_AFTER_A_PERCENTAGE = frozenset(("", *"()[],;."))
# Each begins with letters or signs, not with a set of them: to look for one takes a hundredth of a millisecond less
_THOUSANDS = re.compile(r",[0-9]{3}")
_TENS = re.compile(r"ty (?:one|two|three|four|five|six|seven|eight|nine)\b")


def statistics_problems(wording: Wording) -> Iterator[Problem]:
    """Every doubt about the numbers of one file."""
    text = wording.text
    if _any(_INTERVALS, text):
        from pprmail.editorial.interval_rules import interval_problems

        yield from interval_problems(wording)
    if any(text[max(0, at - 2) : at].rstrip()[-1:] in _BEFORE_A_TEST for at in _all("=", text)):
        from pprmail.editorial.p_values import p_value_problems

        yield from p_value_problems(wording)
    if any(text[at + 1 : at + 3].strip()[:1] in _AFTER_A_PERCENTAGE for at in _all("%", text)):
        from pprmail.editorial.counts import percentage_problems

        yield from percentage_problems(wording)
    if _THOUSANDS.search(text) or _TENS.search(text) or _any(_NO_BREAKS, text):
        from pprmail.editorial.number_format import number_format_problems

        yield from number_format_problems(wording)


def _any(marks: tuple[str, ...], text: str) -> bool:
    return any(mark in text for mark in marks)


def _all(sign: str, text: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)
