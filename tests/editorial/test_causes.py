from __future__ import annotations

from typing import TYPE_CHECKING

from conftest import ROOT
from pprmail.editorial.causes import causal_problems
from pprmail.editorial.wording import wording_of_summary
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.markdown import parse_text
from pprmail.manuscript.months import issue_keys
from pprmail.settings import load_settings
from sources import summary_of

if TYPE_CHECKING:
    from pprmail.errors import Problem


def causal(body: str, type_of_research: str = "Practice-based study") -> list[Problem]:
    return list(
        causal_problems(
            wording_of_summary(summary_of("")._replace(body=parse_text(body, "1-doe.md")[0])), type_of_research
        )
    )


def test_a_study_that_observes_shows_no_cause() -> None:
    assert [(one.column, one.message.split()[0]) for one in causal("Alliance *reduces* distress.")] == [
        (11, "'reduces'")
    ]
    assert causal("Alliance reduces distress.", "Randomized controlled trial") == []
    assert causal("It does not prove that alliance caused this; it may have reduced it, or not improved it.") == []
    assert causal("The causes are unknown. Reduced symptoms were seen, with increased hope.") == []


def test_the_samples_hold_back() -> None:
    settings = load_settings(ROOT)
    found: list[Problem] = []
    for key in issue_keys(settings.root)[0]:
        for summary in load_issue(settings, key)[0].summaries:
            found.extend(causal_problems(wording_of_summary(summary), summary.research_type.name or ""))

    assert found == []
