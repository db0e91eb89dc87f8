"""The confidence intervals of a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.numerals import comma_numeral_at, numeral_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.numerals import Numeral

_SHORT = ("CI", "CrI", "IC", "C.I.")
_LONG = ("onfidence interval", "onfidence Interval", "redible interval", "ntervalle de confiance")

# The patterns are compiled when they are asked for
_FURTHEST, _LONGEST_LEVEL = 300, 40
_LEVEL = r"(?<![0-9.])([0-9]{2}(?:[.,][0-9]{1,2})?)\s?(?:%|per ?cent)(?:\s[a-z-]{1,16}){0,2}[\s-]?\Z"
_TAIL = (
    r"(s?)(?![A-Za-z])(?:\s?[\[(](?:Cr?I|IC)s?[\])])?(?:\s?à)?"
    r"(?:\s?\(?([89][0-9](?:[.,][0-9]{1,2})?)\s?%(?!\s?(?:to\b|-\s?[0-9.]+\s?%))\)?|(9[059])(?![0-9.,%]))?"
    r"(?:\s?[:=,])?(?:\s(?:of|was|is|were|are|from|between|ran\b|runs|lay|lies|went|goes|spann?(?:ed|s|ing)|rang(?:ed|es|ing)|extend(?:ed|s|ing)|de|entre)){0,3}\s?[:=]?\s{0,2}"
)
_SEPARATOR = r"\s{0,2}(,|;|-|to\b|through\b|and\b|à|et\b|\.{2,3})"
_SENTENCE_END = r"[.!?][\"')\]]?\s+[A-Z]|\n"
_AFTER_A_VALUE = r"(?:=|\b(?:OR|RR|HR))\s?[+-]?[0-9.]{1,9}%?[,;]?\s?\Z"
_ANOTHER = r"\s?(?:and|or|,|;)\s?\["


class Interval(NamedTuple):
    """An interval: ``start`` is where its name begins, ``at`` its first bound or bracket, ``end`` where it is over.

    ``level`` is in per cent, 0 when the text does not say it. ``shared`` is True for one of several intervals that
    stand in a row, so that what stands before need not be its estimate.
    """

    start: int
    at: int
    end: int
    level: float
    low: Numeral
    high: Numeral
    shared: bool

    @property
    def name(self) -> str:
        """How a message calls it, ``95% CI [0.41, 0.87]``."""
        return f"{f'{self.level:g}% CI ' if self.level else ''}{bracketed(self.low.text, self.high.text)}"


class _Label(NamedTuple):
    """``95% CI`` without its bounds, from ``start`` to ``end``."""

    start: int
    end: int
    level: float
    plural: bool
    french: bool
    words: bool


class _Bounds(NamedTuple):
    at: int
    end: int
    low: Numeral
    high: Numeral
    separator: str


def intervals(text: str) -> list[Interval]:
    """The intervals of ``text``, which is evened, in their order: ``95% CI [.41, .87]``, ``CI: .41 to .87``, ``g = 0.63 [.41, .87]``.

    Brackets of which neither a name nor a value tells that they are an interval are none.
    """
    labels = sorted(_labels(text))
    found = [interval for label in labels if (interval := _labelled(text, label))]
    if text.count("[") > sum(text[one.at] == "[" for one in found):
        found += _unlabelled(text, labels, found)
    return sorted(found)


def bracketed(low: str, high: str) -> str:
    """``[low, high]``, or ``[low ; high]`` where a comma stands before the decimals."""
    return f"[{low} ; {high}]" if "," in f"{low}{high}" else f"[{low}, {high}]"


def sentence_ends_between(text: str, start: int, end: int) -> bool:
    """Whether a sentence seems to end between two offsets, which stand in their order."""
    return re.search(_SENTENCE_END, text[start:end]) is not None


def _labels(text: str) -> Iterator[_Label]:
    for mark in (*_SHORT, *_LONG) if "nterval" in text else _SHORT:
        at = text.find(mark)
        while at >= 0:
            start = at if mark[0].isupper() else at - 1
            tail = re.compile(_TAIL).match(text, at + len(mark))
            if tail and not text[max(start - 1, 0) : start].isalpha():
                before = _level_before(text, start)
                level = (before and before[1]) or tail[2] or tail[3] or "0"
                yield _Label(
                    start - len(before[0]) if before else start,
                    tail.end(),
                    float(level.replace(",", ".")),
                    bool(tail[1]),
                    mark in {"IC", "ntervalle de confiance"},
                    words=mark[0].islower(),
                )
            at = text.find(mark, at + 1)


def _level_before(text: str, start: int) -> re.Match[str] | None:
    sign = max(
        text.rfind("%", max(0, start - _LONGEST_LEVEL), start),
        text.rfind("cent", max(0, start - _LONGEST_LEVEL), start),
    )
    return re.compile(_LEVEL).search(text[max(0, sign - 10) : start]) if sign >= 0 else None


def _labelled(text: str, label: _Label) -> Interval | None:
    bounds = _bounds(text, label.end, french=label.french)
    if not bounds:
        return None
    low, high = bounds.low, bounds.high
    bracket = text[bounds.at]
    if not (label.level or label.words or bracket == "[") and (
        low.whole or high.whole or _of_words(text, label, bounds)
    ):
        return None
    if bracket not in "[(":
        between = "between" in text[label.start : label.end] or "entre" in text[label.start : label.end]
        if bounds.separator in {"and", "et"} and not between:
            return None
        if bounds.separator == "," and low.whole and high.whole and not _fills_brackets(text, label, bounds):
            return None
    shared = label.plural or _another_follows(text, bounds.end)
    return Interval(label.start, bounds.at, bounds.end, label.level, low, high, shared)


def _fills_brackets(text: str, label: _Label, bounds: _Bounds) -> bool:
    """``(95% CI 6, 2)``: nothing else is there that the numbers could count."""
    return label.level > 0 and text[label.start - 1 : label.start] == "(" and text[bounds.end : bounds.end + 1] == ")"


def _of_words(text: str, label: _Label, bounds: _Bounds) -> bool:
    """``CI from 4.5 to 3.2``: of a CI without its level, words do not make an interval; it may be short for anything."""
    spoken = text[label.start : label.end].rstrip(" :=,s")
    return spoken[-1:].islower() or (spoken == text[label.start : label.end].rstrip() and bounds.separator == "to")


def _unlabelled(text: str, labels: list[_Label], labelled: list[Interval]) -> Iterator[Interval]:
    """The bracketed pairs right after a value, and those that follow an interval's name in one sentence."""
    known = {one.at for one in labelled}
    names = [label for label in labels if label.level or label.words]
    at = text.find("[")
    while at >= 0:
        bounds = None if at in known else _bounds(text, at, french=False)
        if bounds and text[bounds.end - 1] == "]" and not (_plain(bounds.low) and _plain(bounds.high)):
            before = bisect_left(names, at, key=lambda label: label.end)
            name = names[before - 1] if before else None
            if name and (at - name.end > _FURTHEST or sentence_ends_between(text, name.end, at)):
                name = None
            if name or re.search(_AFTER_A_VALUE, text[max(0, at - 16) : at]):
                shared = _another_follows(text, bounds.end) or (name is not None and name.plural)
                yield Interval(at, at, bounds.end, name.level if name else 0.0, bounds.low, bounds.high, shared)
        at = text.find("[", at + 1)


def _another_follows(text: str, end: int) -> bool:
    return "[" in text[end : end + 8] and re.match(_ANOTHER, text[end : end + 8]) is not None


def _plain(bound: Numeral) -> bool:
    """Whether ``bound`` may be a number of a list of references as well."""
    return bound.whole and bound.value >= 0 and not bound.percent


def _bounds(text: str, at: int, *, french: bool) -> _Bounds | None:
    """Two numbers at ``at``, in brackets or without: with decimals after a point, else after a comma."""
    for read in (comma_numeral_at, numeral_at) if french else (numeral_at, comma_numeral_at):
        opened = text[at : at + 1] in {"[", "("}
        low = read(text, at + opened)
        between = low and re.compile(_SEPARATOR).match(text, low.end)
        high = between and read(text, between.end())
        if not (low and between and high):
            continue
        end = high.end
        if opened:
            end += text[end : end + 1] == " "
            if text[end : end + 1] not in {"]", ")"}:
                continue
            end += 1
        elif (
            between[1] == ","
            and (more := re.compile(_SEPARATOR).match(text, end))
            and more[1] != ";"
            and read(text, more.end())
        ):
            continue
        return _Bounds(at if opened else low.start, end, low, high, between[1])
    return None
