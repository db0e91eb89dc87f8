"""Whether a count and a percentage that stand together say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.editorial.numerals import evened, half_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_FURTHEST = 72
_HAIR = 1e-9
_N = r"([1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,6}|0(?![0-9]))"
_OF = r"(?:\s?/\s?|\s(?:out\s)?of\s(?:the\s|all\s|these\s|those\s)?)"
_NOUN = r"(?:\s(?!by|to|from|in|least|with|or|and|than|at|was|were)[a-z-]{2,20}){0,2}"
# Compiled when they are asked for. A date or a decimal may not stand before, nor what follows after the sign make it the percentage of something else
_COUNT_FIRST = rf"(?<![\w.,/-])(?P<count>{_N}{_OF}{_N})(?:{_NOUN}\s?[(\[]|,\s(?:or\s|i\.e\.,\s)?)(?P<p>[0-9]{{1,3}}(?:\.[0-9]{{1,4}})?)\s?%\Z"
_ENDS = re.compile(r"\s?(?:[)\].;]|,(?!\s?[0-9]{0,2}\s?%?\s?CI)|\Z|\n)")
_PERCENT_FIRST = (
    rf"\s?[(\[](?:[nN]\s?=\s?)?(?P<count>{_N}{_OF}{_N})"
    r"(?:\s(?!studies|trials|articles|samples|papers|sites|centres|centers|items|groups|comparisons|RCTs)[a-z-]{2,20}){0,2}[)\],;]"
)
_PERCENTAGE = r"(?<![\w.,-])([0-9]{1,3}(?:\.[0-9]{1,4})?)\s?%\Z"


def percentage_problems(wording: Wording) -> Iterator[Problem]:
    """Every ``12 of 46 (36%)`` and ``36% (12/46)`` whose percentage is another; rounded and cut off are both right."""
    text = evened(wording.text)
    at = text.find("%")
    while at >= 0:
        before = text[max(0, at - _FURTHEST) : at + 1].rpartition("\n")[2]
        shift = at + 1 - len(before)
        found = _count_before(text, at, before)
        if found:
            yield from _judged(wording, found, found["p"], shift + found.start("p"))
        elif text[at + 1 : at + 3].strip()[:1] in {"(", "["}:
            percentage, after = (
                re.search(_PERCENTAGE, before[-10:]),
                re.match(_PERCENT_FIRST, text[at + 1 : at + _FURTHEST]),
            )
            if percentage and after:
                start = shift + len(before) - len(percentage[0])
                yield from _judged(wording, after, percentage[1], start)
        at = text.find("%", at + 1)


def _count_before(text: str, at: int, before: str) -> re.Match[str] | None:
    if "/" not in before and "of " not in before:
        return None
    return re.search(_COUNT_FIRST, before) if _ENDS.match(text, at + 1) else None


def _judged(wording: Wording, found: re.Match[str], percentage: str, offset: int) -> Iterator[Problem]:
    part, whole = (int(one.replace(",", "")) for one in found.group(2, 3))
    if whole <= 1 or part > whole:
        return
    share, printed, half = 100 * part / whole, float(percentage), half_unit(percentage)
    if -half - _HAIR <= share - printed < 2 * half + _HAIR:
        return
    places = len(percentage.partition(".")[2])
    gives = f"{share:.{max(places, 1)}f}".removesuffix(".0")
    message = f"{found['count']} is {gives}%, not {percentage}%"
    yield wording.problem("percentage-inconsistent", offset, message, "look in the article which of the three is right")
