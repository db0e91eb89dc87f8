"""Whether the numbers of a file are all written in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.numerals import ONES, PEOPLE, evened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

# The patterns are compiled when they are asked for
_LONG = r"[1-9][0-9,\u00a0]{3,}"
_GROUPED = r"[1-9][0-9]{0,2}(?:[,\u00a0][0-9]{3})+"
_SHORTEST, _MOST_DIGITS = 4, 6
_LARGE = 5
"""From so many digits on nobody leaves the separator out: ``1100`` beside ``12,345`` is a style of its own."""

# What makes of digits a part of something else: a DOI, a telephone number, a date, a range of pages, a decimal
_JOINED = frozenset("0123456789.,:/\\-_#@&=?+*[~%'")
_CLOSING = frozenset(".,:;!?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_MIDNIGHT, _HOURS = 2400, r"\s(?:h|hrs?|hours)\b"
_EARLIEST_YEAR = 1500
# A number that may be a year (Freud's are of the 1890s) or an hour counts something when it says what
_COUNTED = (
    rf"\s(?:[a-z-]{{2,16}}\s)?(?:{PEOPLE}|admissions|appointments|assessments|cases|clinics|comparisons|contacts|deaths|episodes|hospitals"
    r"|households|observations|practices|questionnaires|ratings|referrals|samples|schools|sessions|studies|treatments|trials|visits|words)\b"
)
# "Freud's 1895 papers" are those of a year
_WRITTEN = (
    r"\s(?:[a-z-]{2,16}\s)?(?:abstracts|articles|interviews|letters|papers|publications|records|reports|transcripts)\b"
)
_WHOSE_BEFORE = r"(?:\b(?:[Tt]he|[Tt]hese|[Tt]hose|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Tt]wo|[Bb]oth|[Ss]everal|[Ss]ome|early|late)|'s|s')\s\Z"
_SIZE_BEFORE = r"\b[Nn]\s?=\s?\Z"
_YEAR_BEFORE = r"(?:\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|year|[Bb]efore|[Aa]fter|c\.)\s|,\s|\()\Z"
# The Publication Manual (7th ed., 6.38) sets no comma in degrees of freedom, page and serial numbers, binary digits,
# degrees of temperature, frequencies and designations
_NOUN_BEFORE = (
    r"(?:\b(?i:no|nos|nr|number(?:s|ed)?|serials?|pp?|pages?|vol|rooms?|codes?|ext|lines?|versions?|models?|isbn|id|box|tel|phone|call"
    r"|fax|grant|study|trial|articles?|items?|at|patient|participant|client|case|therapist|session|file|form|section|protocol|flight|route"
    r"|unit|suite|lot|batch|binary|bits|digits|string)\.?\s(?:[0-9]{4,7}(?:,|,?\s(?:and|or|to|through|&))\s){0,3}|[0-9)]\s)\Z"
)
_OF_A_TEST = r"(?:\w|(?<!\w)(?:[tFrRQzZHWU]|[χX]2)\s)[(\[][^()\[\]]{0,24}\Z"
_DF_BEFORE = r"\b(?:d\.?f\.?[12s]?|[Dd]egrees\sof\sfreedom)(?![A-Za-z])[^.;]{0,48}\Z"
_UNIT_AFTER = r"\s(?:and\s[0-9][0-9.,]{0,8}\s)?(?:d\.?f\b|degrees\b)|\s[kM]Hz\b|\s?°"
_NEAR = 64
# A name before makes it the number of something; those words begin sentences
_NAME_BEFORE = (
    r"\b(?!(?:Of|The|Then|Over|Overall|Nearly|About|Some|With|From|All|These|Their|Among|Around|Approximately|Almost|In|For|At|More|Another"
    r"|Only|Data|They|We|And|Between|Altogether|Roughly|Its|Our)\s)[A-Z][\w.]{0,20}\s\Z"
)
_NOT_A_QUANTITY = (_NOUN_BEFORE, _NAME_BEFORE, _OF_A_TEST, _DF_BEFORE)

_TENS_AND_ONES = rf"ty[ \u00a0]((?i:{'|'.join(ONES)}))(?![\w-])"
_STEMS = ("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine")
_VERB = r"\s(?:of|was|is|has|had|did|could|would|can|who|to)\b"


def number_format_problems(wording: Wording) -> Iterator[Problem]:
    """``1100`` beside ``1,782``, and ``forty six`` without its hyphen, each time. Of thousands, the way that is rarer in the file is told."""
    text = evened(wording.text)
    yield from _thousands(wording, text)
    yield from _hyphens(wording, text)


class _Number(NamedTuple):
    start: int
    end: int
    typed: str

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.typed))


def _thousands(wording: Wording, text: str) -> Iterator[Problem]:
    typed = [(found.start(), found[0].rstrip(",\u00a0")) for found in re.compile(_LONG).finditer(text)]
    numbers = [_Number(start, start + len(number), number) for start, number in typed]
    grouped = [one for one in numbers if not one.typed.isdigit() and _is_grouped(text, one)]
    bare = [one for one in numbers if one.typed.isdigit() and _is_quantity(text, one)] if grouped else []
    if not any(len(one.digits) >= _LARGE for one in bare):
        grouped = [one for one in grouped if len(one.digits) < _LARGE]
    if not grouped or not bare:
        return
    fewer, more = (bare, grouped) if len(bare) <= len(grouped) else (grouped, bare)
    for odd in fewer:
        message = f"{_plain(odd.typed)} beside {_plain(more[0].typed)}: thousands are written in two ways"
        hint = f"write {odd.digits}" if fewer is grouped else f"write {int(odd.digits):,}"
        yield wording.problem("number-format", odd.start, message, hint)


def _plain(number: str) -> str:
    return number.replace("\u00a0", " ")


def _is_grouped(text: str, number: _Number) -> bool:
    """Whether it is one number, and not two with a comma between as in ``F(1,234)`` or ``[1,234]``."""
    start, end, typed = number
    if not re.compile(_GROUPED).fullmatch(typed):
        return False
    before = text[max(0, start - 2) : start]
    if before[-1:].isalnum() or before[-1:] in _JOINED or re.search(_OF_A_TEST, text[max(0, start - _NEAR) : start]):
        return False
    if "," not in typed and (before[-1:].isspace() and before[:1].isdigit()):
        return False
    after = text[end : end + 2]
    return not (after[:1].isalnum() or (after[:1] in {",", "-", "/"} and after[1:].isalnum()))


def _is_quantity(text: str, number: _Number) -> bool:
    """Whether digits without a separator count something: they are no year, page, code, date or degrees of freedom."""
    start, end, typed = number
    if not _SHORTEST <= len(typed) <= _MOST_DIGITS:
        return False
    before, after = text[max(0, start - _NEAR) : start].rpartition("\n")[2], text[end : end + 2]
    if _is_joined(before, after) or _takes_no_comma(before, text[end : end + _NEAR]):
        return False
    if before[-1:] in {"$", "£", "€"}:
        return True
    if _EARLIEST_YEAR <= int(typed) <= _LAST_YEAR:
        return int(typed) < _FIRST_YEAR and _is_counted(before, text[end : end + 40])
    if int(typed) < _MIDNIGHT and re.match(_HOURS, text[end : end + 7]):
        return False
    # "*Psychologist*, 1234, ...", "PMID: 123456": mostly the number of something
    return not (before.endswith((", ", ": ")) and (after[:1] or ".") in _CLOSING)


def _takes_no_comma(before: str, after: str) -> bool:
    """Whether digits between ``before`` and ``after`` are a number of something, degrees of freedom and the like."""
    return re.match(_UNIT_AFTER, after) is not None or any(re.search(one, before) for one in _NOT_A_QUANTITY)


def _is_counted(before: str, after: str) -> bool:
    """Whether the words around digits say what they count, though they may be a year."""
    if re.search(_SIZE_BEFORE, before):
        return True
    if re.search(_YEAR_BEFORE, before):
        return False
    if re.match(_WRITTEN, after):
        return re.search(_WHOSE_BEFORE, before) is None
    return re.match(_COUNTED, after) is not None


def _is_joined(before: str, after: str) -> bool:
    """Whether digits between ``before`` and ``after`` are part of something longer, such as a date or ``1090 Vienna``."""
    first, second = after[:1], after[1:]
    if before[-1:].isalnum() or before[-1:] in _JOINED or first.isalnum():
        return True
    if first.isspace():
        return second.isdigit() or second.isupper()
    return first in _JOINED and (first not in _CLOSING or second.isalnum())


def _in_one_case(tens: str, ones: str) -> bool:
    """Whether ``Forty Six`` or ``Forty six`` may be one number."""
    return ones.islower() or (ones.istitle() and tens.istitle())


def _hyphens(wording: Wording, text: str) -> Iterator[Problem]:
    for found in re.compile(_TENS_AND_ONES).finditer(text):
        stem = re.search(r"(?:^|[\W_])([A-Za-z]{3,5})\Z", text[max(0, found.start() - 6) : found.start()])
        if not stem or stem[1].lower() not in _STEMS or not _in_one_case(stem[1], found[1]):
            continue
        if found[1].lower() == "one" and re.match(_VERB, text[found.end() : found.end() + 8]):
            continue  # "of twenty one was lost" counts twenty
        message = f"'{stem[1]}ty {found[1]}' without its hyphen"
        start = found.start() - len(stem[1])
        yield wording.problem("number-format", start, message, f"write '{stem[1]}ty-{found[1]}'")
