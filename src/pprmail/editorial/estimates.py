"""What an interval is the interval of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.numerals import comma_numeral_at, numeral_at
from pprmail.editorial.sentences import line_start, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.intervals import Interval
    from pprmail.editorial.numerals import Numeral

SYMBOLS = frozenset({"g", "d", "r", "b", "β", "B", "OR", "RR", "HR", "odds ratio", "risk ratio", "hazard ratio"})
"""What lies within its own interval, whatever was done to find it."""

_RATIOS = frozenset({"OR", "RR", "HR", "odds ratio", "risk ratio", "hazard ratio"})
_DIFFERENCES = frozenset({"g", "d", "r", "SMD", "MD", "b", "β", "B", "difference", "correlation"})
_BETWEEN = frozenset({"SE", "p", "P", "t", "z", "Z", "k", "n", "N"})
_FURTHEST = 120
_LONGEST = 48
# The patterns are compiled when they are asked for
_ITEM = (
    r"(?<![\w|/'])((?:odds|risk|hazard)\sratio|β|[A-Za-z]{1,12})\)?\s?([=:<>]|\bof|\bwas|\bis|)\s?"
    r"([+-]?\s?[0-9]{0,9}\.?[0-9]{1,9})[)\]]?\Z"
)
_PART = r"[^,;(\[]+"
_R = r"(?<!\w)r\s?\([0-9]{1,6}\)\s?=\s?([+-]?\s?0?\.[0-9]{1,9})(?:[,;]\s?p\s?[=<]\s?0?\.[0-9]{1,6})?\s?[,;]?\s?[(\[]?\Z"
_COMMA = r"(?<![\w|/'])([A-Za-zβ]{1,12})\s?=\s?([+-]?\s?[0-9]{1,4},[0-9]{1,4})(?:\s?;|,)?\s?[(\[]?\Z"
# The second of a pair, or its logarithm
_ANOTHER = r"(?:[0-9],?\s(?:and|to|vs\.?|versus|than|or)\s|\b(?:log|ln)[\s(-])\Z"
_NUMBER = r"(?<![\w.,/-])(?<!\w\()[+-]?\.?[0-9]"
_NAME = r"(?:(?<![A-Za-z])([A-Za-zχ]{1,12})2?(?:[(\[][^()\[\]]{1,24}[)\]]|\))?)?(?:\s?[=:<>]|\s(?:of|was|is|by))\s?\Z"
_ENDS = r"\s?[,;:)(\[]"
_UNIT = r"\s(?:points?|units?|per\s?cent)\b"
_NO_MEASURES = _BETWEEN | {"SD", "df", "F", "Q", "χ"}
_SENTENCE, _BEFORE = 300, 40


class Estimate(NamedTuple):
    """A value with its name, ``g = 0.63``, whose name begins at ``start``."""

    start: int
    name: str
    value: Numeral

    @property
    def no_effect(self) -> int | None:
        """What it is when there is no effect: 0 for a difference or correlation, 1 for a ratio, None when unknown."""
        return 1 if self.name in _RATIOS else 0 if self.name in _DIFFERENCES else None


def estimates_before(text: str, interval: Interval) -> tuple[Estimate, ...]:
    """The estimates right before an interval, nearest first; p, SE and the like may stand between.

    Of the second of a pair (``d = 0.2 and d = 0.5``) and of a logarithm it is not known whose the interval is: there is
    none.
    """
    if interval.shared:
        return ()
    return _with_comma_before(text, interval) or _named_before(text, interval) or _r_before(text, interval)


def _named_before(text: str, interval: Interval) -> tuple[Estimate, ...]:
    found: list[Estimate] = []
    bare = None  # "HR, 0.72; 95% CI, 0.55-0.94": the value, before its name is come to
    first = line_start(text, max(interval.start - _FURTHEST, 0), interval.start)
    for part in reversed(list(re.compile(_PART).finditer(text, first, interval.start))):
        piece = part[0].rstrip()
        if not piece or (piece.count("=") == 1 and piece.partition("=")[0].strip() in _BETWEEN):
            continue
        if not found and not bare and not piece.strip(" -.0123456789"):
            bare = part
            continue
        if bare:
            name = next((one for one in _RATIOS if piece.endswith(one)), "")
            value = numeral_at(text, bare.start())
            return (Estimate(part.start() + len(piece) - len(name), name, value),) if name and value else ()
        item = re.compile(_ITEM).search(piece, max(0, len(piece) - _LONGEST)) if piece[-1] in "0123456789)]" else None
        if not item or not (item[1] in _BETWEEN or _is_estimate(item)):
            break
        if item[1] not in _BETWEEN:
            start = part.start() + item.start()
            value = numeral_at(text, part.start() + item.start(3))
            if not value or re.search(_ANOTHER, text[max(0, start - 12) : start]):
                return ()
            found.append(Estimate(start, item[1], value))
        if piece[: item.start()].strip():
            break
    return tuple(found)


def other_measures(text: str, estimates: tuple[Estimate, ...], since: int) -> Iterator[Numeral]:
    """The numbers before ``estimates`` in their sentence of which the interval may be: ``by 9.5 points, d = 1.10, 95% CI``.

    Those before the offset ``since`` belong to another interval. What has the same name as an estimate is the like of
    it; a whole number may as well count something, when no word or sign says that it was measured.
    """
    names = {one.name for one in estimates} | _NO_MEASURES
    end = estimates[-1].start
    first = line_start(text, max(since, end - _SENTENCE), end)
    *_, sentence = sentences(text[first : end + 1])
    for found in re.compile(_NUMBER).finditer(text, first + sentence.start, end):
        start = found.start()
        number, name = numeral_at(text, start), re.search(_NAME, text[max(0, start - _BEFORE) : start])
        if number and not (name and name[1] in names) and not (number.whole and not _is_measured(text, number, name)):
            yield number


def _r_before(text: str, interval: Interval) -> tuple[Estimate, ...]:
    """The ``r(88) = .58`` before ``interval``, maybe with its p."""
    found = re.compile(_R).search(text, max(0, interval.start - _LONGEST), interval.start)
    value = numeral_at(text, found.start(1)) if found else None
    if not (found and value) or re.search(_ANOTHER, text[max(0, found.start() - 12) : found.start()]):
        return ()
    return (Estimate(found.start(), "r", value),)


def _with_comma_before(text: str, interval: Interval) -> tuple[Estimate, ...]:
    """The ``g = 0,94`` before an ``interval`` that has its decimals after a comma as well."""
    low = interval.low
    if "," not in low.text or float(low.text.replace(",", ".")) != low.value:
        return ()
    found = re.compile(_COMMA).search(text, max(0, interval.start - _LONGEST), interval.start)
    value = comma_numeral_at(text, found.start(2)) if found else None
    if not (found and value) or re.search(_ANOTHER, text[max(0, found.start() - 12) : found.start()]):
        return ()
    return (Estimate(found.start(), found[1], value),)


def _is_measured(text: str, number: Numeral, name: re.Match[str] | None) -> bool:
    named = name is not None and re.compile(_ENDS).match(text, number.end) is not None
    return named or number.percent or re.compile(_UNIT).match(text, number.end) is not None


def _is_estimate(item: re.Match[str]) -> bool:
    name, sign = item[1], item[2]
    if name in _RATIOS:
        return sign not in {"<", ">"}
    if name in {"b", "β", "B"}:
        return sign == "="
    return name in _DIFFERENCES and sign in {"=", ":", "of", "was", "is"}
