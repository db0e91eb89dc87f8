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
_ONES = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"),
)
_BEFORE_A_TEST = frozenset(")]zZ")
_DEGREES = ("df", "d.f.")
_PER_CENT = ("%", "cent")
_BESIDE = 76


def statistics_problems(wording: Wording) -> Iterator[Problem]:
    """Every doubt about the numbers of one file."""
    text = wording.text
    if "CI" in text or "[" in text or _any(_RARE_INTERVALS, text):
        from pprmail.editorial.interval_rules import interval_problems

        yield from interval_problems(wording)
    if _has_a_test(text):
        from pprmail.editorial.p_values import p_value_problems

        yield from p_value_problems(wording)
    if any(_has_a_count(text[max(0, at - _BESIDE) : at + _BESIDE]) for sign in _PER_CENT for at in _all(sign, text)):
        from pprmail.editorial.counts import percentage_problems

        yield from percentage_problems(wording)
    if _has_tens_and_ones(text) or (_has_thousands(text) and _has_four_digits(text)):
        from pprmail.editorial.number_format import number_format_problems

        yield from number_format_problems(wording)


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
        for word in _first_words(near[at + 1 : at + 16])
    )


def _first_words(words: str) -> list[str]:
    """The first two of some words, and of ``N = 46`` both sides."""
    return words.replace("=", " ").split(None, 3)[:3] if "=" in words else words.split(None, 2)[:2]


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
