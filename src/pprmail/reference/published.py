"""When a source was published, as the fields of a reference."""

from __future__ import annotations

from typing import NamedTuple

from pprmail.citation import date_span, find_date, find_status


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
    """The brackets in ``line`` that hold its date, or say that there is none; None without such brackets."""
    span = date_span(line)
    if span is None:
        return None
    found = find_date(line)
    return Published(*span, found.year, found.month, found.day) if found else Published(*span, status=find_status(line))
