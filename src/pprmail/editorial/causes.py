"""Words of cause and effect where a study only observed: off unless the author asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_OBSERVES = re.compile(
    r"observ|correl|cross-?section|cohort|survey|practice-based|naturalistic|longitudinal|case.control", re.IGNORECASE
)
_CAUSAL = re.compile(
    r"\b(?:causes|caused|causing|reduces|reduced|increases|increased|improves|improved|lowers|prevents|prevented|"
    r"leads to|led to|results in|resulted in|produces|produced)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:not|no|never|nor|whether|may|might|could|cannot|if|proves?|were|was|are|is|had|have|has)\s(?:\w+\s){0,3}$",
    re.IGNORECASE,
)
# "The causes", "with reduced symptoms", "Reduced symptoms were seen"
_NO_VERB = re.compile(
    r"(?:^|[.!?]\s|\b(?:the|an?|its|their|these|those|some|other|possible|common|root|of|with|for|in|no|by|and)\s)$",
    re.IGNORECASE | re.MULTILINE,
)


def causal_problems(wording: Wording, type_of_research: str) -> Iterator[Problem]:
    """Words of cause and effect in the summary of a study that observes; a denied or doubted effect is none."""
    if not _OBSERVES.search(type_of_research):
        return
    for found in _CAUSAL.finditer(wording.text):
        before = wording.text[max(0, found.start() - 60) : found.start()]
        if not _HEDGED.search(before) and not _NO_VERB.search(before):
            message = f"{found[0]!r} says what causes what, and a {type_of_research.lower()} cannot show that"
            yield wording.problem(
                "causal-language", found.start(), message, "write 'is linked to', 'goes with', or 'predicts'"
            )
