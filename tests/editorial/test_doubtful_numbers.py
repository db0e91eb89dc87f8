"""All rules of statistics together, as an author meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import BODY, ROOT, summary_text
from pprmail.editorial.statistics import statistics_problems
from pprmail.editorial.wording import wording_of_summary
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.markdown import parse_text
from pprmail.manuscript.months import issue_keys
from pprmail.settings import load_settings
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter

DOE = "issues/2020-08/1-doe.md"


def told(body: str) -> list[str]:
    summary = summary_of("")._replace(body=parse_text(body, "1-doe.md")[0])
    return [f"{one.line}:{one.column} [{one.rule}]" for one in sorted(statistics_problems(wording_of_summary(summary)))]


FAULTS = {
    "brackets": ("It was *g* = 0.63,\n95% CI [0.87, 0.41].", ["2:8 [ci-reversed]"]),
    "to": ("It was (90%CI: 0.5 to 0.2).", ["1:16 [ci-reversed]"]),
    "colon": ("Then 95% CI: -.10, -.24 was found.", ["1:14 [ci-reversed]"]),
    "true-minus": ("Then 95% CI [−0.10, −0.24] was found.", ["1:13 [ci-reversed]"]),
    "outside": ("OR = 1.8, 95% CI [0.9, 1.2].", ["1:6 [estimate-outside-ci]"]),
    "denied": (
        "No significant difference was found (*g* = 0.5, 95% CI [0.2, 0.8]).",
        ["1:1 [significance-contradicts-ci]"],
    ),
    "p": ("It was *t*(28) = 2.20, *p* = .36.", ["1:25 [p-inconsistent]"]),
    "percentage": ("Of these, 12 of 46 (36%) left.", ["1:21 [percentage-inconsistent]"]),
    "thousands": ("In 1100 patients and 1,782 others.", ["1:22 [number-format]"]),
    "hyphen": ("Forty six left.", ["1:1 [number-format]"]),
}


@pytest.mark.parametrize(("body", "at"), FAULTS.values(), ids=FAULTS)
def test_a_doubtful_number_is_told_at_its_place(body: str, at: list[str]) -> None:
    assert told(body) == at


QUIET = (
    "The margin was *g* = -0.25 to +0.25, the range *d* = .39 to .65, and ages were 18 to 65.",
    "Pages 103–94 and 94-103; 2019-2020; call 613-562-5800; p. 05.",
    "The CI team (CI) met; CI as confidence, CI [unclear].",
    "*Q*(12) = 30.2, *I*² = 45%, α = .80, *N* = 1,782, *R*² = .31.",
    "*t*(28) = 2.20, *p* = .036; *F*(2, 45) = 3.11, *p* = .054; χ²(1) = 4.20, *p* = .04; *z* = 1.96, *p* < .05.",
    "12 of 46 (26%), 26% (12/46), 1,100 of 2,200 patients (50%).",
    "*g* = 0.63, *SE* = 0.08, *p* = .002, 95% CI [0.41, 0.87].",
    "In 2019 there were 1,782, and in 2020 more.",
    "The interval excludes zero, so the difference is significant: 95% CI [0.2, 0.8].",
    "The groups did not differ significantly, 95% CI [-0.2, 0.8].",
    "A clinically significant change was seen, *d* = 0.1, 95% CI [-0.1, 0.3].",
    "OR = 1.8, 95% CI [1.2, 2.7], a ratio of 3:2, from 3 to 5, a 12-step programme.",
    "Between 6.1% and 9.1%; 51% against 40%; 17.5% against 29.1%.",
    "*d* = .02, 95% CI [-.24, .28]; *d* = .07, 95% CI [-.22, .36].",
)


@pytest.mark.parametrize("body", QUIET)
def test_good_numbers_are_left_alone(body: str) -> None:
    assert told(body) == []


def test_the_samples_are_left_alone() -> None:
    settings = load_settings(ROOT)
    summaries = [one for key in issue_keys(settings.root)[0] for one in load_issue(settings, key)[0].summaries]

    assert [list(statistics_problems(wording_of_summary(one))) for one in summaries] == [[]] * 6


def test_a_reversed_interval_keeps_an_issue_back(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"{BODY} It was 95% CI [0.87, 0.41]."))

    proof = proofread(newsletter.settings, "2020-08")

    assert [one.rule for one in proof.problems] == ["ci-reversed"]
    assert proof.has_errors


def test_a_reversed_interval_can_be_what_the_authors_print(newsletter: Newsletter) -> None:
    silenced = {"Check-ok": "ci-reversed because the authors print it so"}
    newsletter.write(DOE, summary_text(body=f"{BODY} It was 95% CI [0.87, 0.41].", **silenced))

    assert proofread(newsletter.settings, "2020-08").problems == ()
