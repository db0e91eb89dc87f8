"""The rules of statistics, each loaded only for a text that it may have something to say about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# Kept here, though the modules know them better: to ask them would be to load them. Nor is a pattern compiled here:
# that takes longer than to look through a text for what nearly no text has
_RARE_INTERVALS = (
    *("CrI", "IC", "C.I."),
    *("onfidence interval", "onfidence Interval", "redible interval", "ntervalle de confiance"),
)
_SPACES = (" ", "\u00a0", "\u202f", "\u2009")
_MINUSES = ("-", "−", "–", "—", "‑")
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_BEFORE_A_TEST = frozenset(")]zZ")
_DEGREES = ("df", "d.f.")
_ESTIMATES = ("g = ", "d = ", "r = ")
_BETWEEN = frozenset({"SE", "p"})
_BEFORE, _AFTER = 160, 100
_BESIDE = 72


def statistics_problems(wording: Wording) -> Iterator[Problem]:
    """Every doubt about the numbers of one file."""
    text = wording.text
    if ("CI" in text or "[" in text or _any(_RARE_INTERVALS, text)) and not _intervals_are_plain(text):
        from pprmail.editorial.interval_rules import interval_problems

        yield from interval_problems(wording)
    if _has_a_test(text):
        from pprmail.editorial.p_values import p_value_problems

        yield from p_value_problems(wording)
    if any(_has_a_count(text[max(0, at - _BESIDE) : at + _BESIDE]) for at in _all("%", text)):
        from pprmail.editorial.counts import percentage_problems

        yield from percentage_problems(wording)
    if _has_tens_and_ones(text) or (_has_thousands(text) and _has_four_digits(text)):
        from pprmail.editorial.number_format import number_format_problems

        yield from number_format_problems(wording)


# What would be told of such a text is nothing


def _intervals_are_plain(text: str) -> bool:
    """Whether each interval is a ``95% CI [0.41, 0.87]`` in its order, its estimate within and no word on significance near.

    So are those of most texts. Nothing can be said of them; of any other, the rules decide.
    """
    if text.count("CI") != text.count("[") or _any(_RARE_INTERVALS, text):
        return False
    since = 0
    for at in _all("[", text):
        close = text.find("]", at, at + 24)
        low, comma, high = text[at + 1 : max(close, at)].partition(", ")
        first, last = _number(low), _number(high)
        label = text[max(since, at - 7) : at]
        if not comma or first is None or last is None:
            return False
        before, after = text[max(since, at - _BESIDE) : max(since, at - 7)], text[close + 1 : close + _AFTER]
        estimate = _estimate(before.rpartition("\n")[2])
        if estimate is None or not first <= estimate <= last or not (label[:2].isdigit() and label[2:] == "% CI "):
            return False
        if "ignifican" in f"{text[max(0, at - _BEFORE) : at]}|{after}" or "ns" in after[:9] or "n.s" in after[:9]:
            return False
        since = close + 1
    return True


def _estimate(before: str) -> float | None:
    """The value of the ``g = 0.63`` that ends ``before``, but for its SE and p; else None."""
    at = max(before.rfind(name) for name in _ESTIMATES)
    if at < 0 or before[at - 1 : at].isalnum():
        return None
    typed, *others = before[at + 4 :].replace("(", ",").replace(";", ",").split(",")
    return _number(typed.rstrip()) if all(_stands_between(one.strip()) for one in others) else None


def _stands_between(piece: str) -> bool:
    name, _, value = piece.replace("<", "=").partition(" = ")
    return not piece or (name in _BETWEEN and _number(value) is not None)


def _number(typed: str) -> float | None:
    digits = typed[1:] if typed.startswith(_MINUSES) else typed
    if not (digits.isascii() and digits.replace(".", "", 1).isdigit()):
        return None
    return -float(digits) if digits != typed else float(digits)


def _has_a_test(text: str) -> bool:
    """Whether it may have a ``t(28) = 2.20`` or ``z = 1.96``, or degrees of freedom elsewhere."""
    return _any(_DEGREES, text) or any(
        text[max(0, at - 2) : at].rstrip()[-1:] in _BEFORE_A_TEST for at in _all("=", text)
    )


def _has_a_count(near: str) -> bool:
    """Whether it may have a ``12/46`` or ``12 of the 46``, no ``of 46%`` or ``of 4.6``."""
    return any(
        _is_whole(word)
        for sign in ("/", "f")
        for at in _all(sign, near)
        for word in near[at + 1 : at + 16].split(None, 2)[:2]
    )


def _is_whole(word: str) -> bool:
    rest = word.lstrip("0123456789,")
    return word[0].isdigit() and rest[:1] != "%" and not (rest[:1] == "." and rest[1:2].isdigit())


def _has_thousands(text: str) -> bool:
    return any(
        text[at - 1 : at].isdigit() and text[at + 1 : at + 4].isdigit()
        for sign in (",", *_SPACES[1:])
        for at in _all(sign, text)
    )


def _has_four_digits(text: str) -> bool:
    return any(text[at : at + 4].isdigit() for digit in "0123456789" for at in _all(digit, text))


def _has_tens_and_ones(text: str) -> bool:
    return any(text.startswith(_ONES, at + 3) for space in _SPACES for at in _all(f"ty{space}", text))


def _any(marks: tuple[str, ...], text: str) -> bool:
    return any(mark in text for mark in marks)


def _all(sign: str, text: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)
