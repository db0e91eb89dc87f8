"""Numbers as authors type them: with or without a leading zero, with any kind of minus, with a point or a comma."""

from __future__ import annotations

import re
from typing import NamedTuple

# One regex with a dash or a superscript in a set of characters takes as long to compile as five without
_SIGNS = (
    ("−", "-"),
    ("–", "-"),
    ("—", "-"),
    ("‑", "-"),
    ("²", "2"),
    ("’", "'"),
    ("\u202f", "\u00a0"),
    ("\u2009", "\u00a0"),
)

# The patterns are compiled when they are asked for
# At most twelve digits in a row, so that no text takes long; nothing may follow that makes it another number or a name
_POINT = (
    r"\s{0,2}([+-]?)\s?[$£]?(?=\.?[0-9])((?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}(?![0-9])|[0-9]{1,12})?+(?:\.[0-9]{1,12})?+)"
    r"(?![\w^×]|\.[0-9]|\s[×*])(?:\s?(%))?"
)
_COMMA = r"\s{0,2}([+-]?)\s?([0-9]{1,12}+(?:,[0-9]{1,12})?+)(?![\w^×]|[.,][0-9]|\s[×*])(?:\s?(%))?"

ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PEOPLE = (
    r"adolescents|adults|boys|caregivers|carers|children|citizens|clients|clinicians|completers|controls|couples|dyads|employees"
    r"|families|fathers|females|girls|individuals|infants|inpatients|males|members|men|mothers|non-?completers|non-?responders|nurses"
    r"|offspring|others|outpatients|parents|participants|partners|patients|people|persons|practitioners|psychologists|psychotherapists"
    r"|residents|respondents|responders|siblings|soldiers|students|subjects|survivors|teachers|teenagers|therapists|trainees|twins"
    r"|users|veterans|volunteers|women|workers"
)
"""Those of whom a number before the word is a count."""


class Numeral(NamedTuple):
    """A number as it was printed: ``text`` with a hyphen for any minus, without a plus and without its per cent sign.

    ``half`` is half a unit of its last place: what was rounded lies within ``value`` ± ``half``.
    """

    start: int
    end: int
    text: str
    value: float
    half: float
    percent: bool = False

    @property
    def whole(self) -> bool:
        """Whether it is printed as a whole number."""
        return "." not in self.text and "," not in self.text


def evened(text: str) -> str:
    """``text`` with one sign for each kind: every dash a hyphen, each character where it was. The rules read this."""
    if text.isascii():
        return text
    for typed, sign in _SIGNS:
        text = text.replace(typed, sign)
    return text


def numeral_at(text: str, at: int) -> Numeral | None:
    """The number that begins at ``at``, ``.24``, ``-0.24``, ``1,234.5`` or ``12%``; a space may stand before it."""
    found = re.compile(_POINT).match(text, at)
    return _numeral(found, found[2].replace(",", "")) if found else None


def comma_numeral_at(text: str, at: int) -> Numeral | None:
    """The number that begins at ``at``, its decimals after a comma as in French."""
    found = re.compile(_COMMA).match(text, at)
    return _numeral(found, found[2].replace(",", ".")) if found else None


def half_unit(digits: str) -> float:
    """Half a unit of the last place of ``digits``, whose decimals stand after a point: 0.005 for ``.24``."""
    return 0.5 * 10.0 ** -len(digits.partition(".")[2])


def _numeral(found: re.Match[str], digits: str) -> Numeral:
    start = found.start(1) if found[1] else found.start(2)
    value = -float(digits) if found[1] == "-" else float(digits)
    typed = f"-{found[2]}" if found[1] == "-" else found[2]
    return Numeral(start, found.end(), typed, value, half_unit(digits), found[3] is not None)
