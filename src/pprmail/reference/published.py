"""When a source was published: the brackets after the authors."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_BRACKETS = re.compile(r"\(([^()]{2,60})\)")
_YEAR = r"(?P<year>[12][0-9]{3})"
# (2019), (2019a), (ca. 1900), (1923/1961), (2019, December 5), (2019, Spring), (2019-2020)
_YEAR_FIRST = re.compile(
    rf"(?:ca?\.\s?)?(?:[12][0-9]{{3}}\s?/\s?)?{_YEAR}(?:-?[a-z])?(?:[–-][12]?[0-9]{{1,3}})?(?:,\s*(?P<day>.*))?"
)
_YEAR_LAST = re.compile(rf"(?P<day>.+),?\s{_YEAR}")
_WITHOUT_YEAR = re.compile(
    r"(?P<status>in press|forthcoming|accepted|submitted|in preparation|no date|n\.\s?d\.|sous presse|à paraître|s\.\s?d\.)"
    r"(?:\s?-?[a-z])?",
    re.IGNORECASE,
)
_WORD, _DAY = re.compile(r"[^\W\d_]{3,}"), re.compile(r"(?<![0-9])[0-9]{1,2}(?![0-9])")
_MONTHS = (
    ("january", "janvier"),
    ("february", "février"),
    ("march", "mars"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin"),
    ("july", "juillet"),
    ("august", "août"),
    ("september", "septembre"),
    ("october", "octobre"),
    ("november", "novembre"),
    ("december", "décembre"),
)


class Published(NamedTuple):
    """When, as far as the line says. ``status`` is what stands for a year: "in press"; '' for "n.d." too.

    The brackets stand from ``start`` to ``end``.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    status: str = ""


def find_published(line: str) -> Published | None:
    """The first brackets in ``line`` that hold a date, or say that there is none; None without such brackets."""
    for brackets in _BRACKETS.finditer(line):
        inside = brackets[1].strip()
        if without := _WITHOUT_YEAR.fullmatch(inside):
            status = without["status"]
            return Published(*brackets.span(), status="" if _says_no_date(status) else status)
        found = _YEAR_FIRST.fullmatch(inside)
        if not found:
            found = _YEAR_LAST.fullmatch(inside)
            if not found or _month(found["day"]) is None:
                continue
        year = int(found["year"])
        return Published(*brackets.span(), year, *_month_and_day(year, found["day"] or ""))
    return None


def _says_no_date(status: str) -> bool:
    return status.casefold().replace(" ", "") in {"n.d.", "s.d.", "nodate"}


def _month(words: str) -> int | None:
    """The month that ``words`` name, in English or French; three letters are enough."""
    for word in _WORD.findall(words.casefold()):
        for number, names in enumerate(_MONTHS, 1):
            if any(name.startswith(word) for name in names):
                return number
    return None


def _month_and_day(year: int, words: str) -> tuple[int | None, int | None]:
    """The day only where the calendar has it."""
    month, day = _month(words), _DAY.search(words)
    if month is None or day is None:
        return month, None
    try:
        return month, date(year, month, int(day[0])).day
    except ValueError:
        return month, None
