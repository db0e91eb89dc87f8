"""Where a reprint says that it stood first, looked up in the newsletter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.errors import PprmailError
from pprmail.manuscript.issue import load_issue
from pprmail.rules import did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue
    from pprmail.settings import Settings


def reprint_problems(settings: Settings, issue: Issue) -> Iterator[Problem]:
    """Every ``Reprint of`` in ``issue`` that names no summary of an earlier issue."""
    for summary in issue.summaries:
        if not summary.reprint_of:
            continue
        key, _, slug = summary.reprint_of.text.partition("/")
        slugs = _slugs(settings, key) if key < issue.key else ()
        if slug not in slugs:
            hint = (
                did_you_mean(slug, slugs) or "write an earlier issue and the slug of its summary, such as 2019-05/slug"
            )
            message = f"no earlier issue has the summary {summary.reprint_of.text!r}"
            yield problem("reprint-unknown", summary.reprint_of.place(), message, hint)


def _slugs(settings: Settings, key: str) -> tuple[str, ...]:
    """Those of the summaries in the issue ``key``; () when there is none."""
    try:
        return tuple(summary.slug for summary in load_issue(settings, key)[0].summaries)
    except PprmailError:
        return ()
