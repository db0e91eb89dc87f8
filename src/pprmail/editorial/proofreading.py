"""Every doubt about what the author wrote, as an editor would mark it on the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.editorial.citations import citation_problems
from pprmail.editorial.language import Manner, language_problems
from pprmail.editorial.statistics import statistics_problems
from pprmail.editorial.wording import wording_of_issue, wording_of_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue
    from pprmail.settings import Settings


def text_problems(issue: Issue, settings: Settings) -> Iterator[Problem]:
    """What is doubtful in the words, numbers and citations of ``issue`` and its summaries, each taken by itself."""
    manner = Manner(frozenset(settings.check.abbreviations), settings.newsletter.language.casefold().startswith("fr"))
    ours = wording_of_issue(issue)
    yield from language_problems(ours, manner, is_summary=False)
    yield from statistics_problems(ours)
    for summary in issue.summaries:
        wording = wording_of_summary(summary)
        known = manner.known.union(re.findall(r"\(([A-Z]{2,6})\)", " ".join(summary.topic_names)))
        yield from language_problems(wording, manner._replace(known=known), is_summary=True)
        yield from statistics_problems(wording)
        yield from citation_problems(issue, summary, settings.newsletter.author)
        if "causal-language" in settings.check.enable:
            from pprmail.editorial.causes import causal_problems

            yield from causal_problems(wording, summary.research_type.name or "")
