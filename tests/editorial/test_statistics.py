"""What the rules of statistics tell and what they leave alone, each by itself and all together."""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial import counts, estimates, intervals, number_format, numerals, p_values, significance
from pprmail.editorial.counts import percentage_problems
from pprmail.editorial.interval_rules import interval_problems
from pprmail.editorial.number_format import number_format_problems
from pprmail.editorial.p_values import p_value_problems
from pprmail.editorial.statistics import statistics_problems
from pprmail.editorial.wording import TEXT, Block, Wording, wording_of_citation, wording_of_issue, wording_of_summary
from pprmail.manuscript.issue import load_issue
from pprmail.model import Passage, Text
from pprmail.rules import GROUPS
from sources import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, SupportsIndex

    from conftest import Newsletter

NO_BREAK = "\u00a0"

# The bar stands before the place that is told
REVERSED = (
    "effects, 95% CI |[0.87, 0.41]",
    "*g* = 0.63, *SE* = 0.08, *p* = .002, 95% CI |[0.87, 0.41])",
    "a difference (90%CI: |0.87 to 0.41) was seen",
    "*d* = .02, 95% CI: |.28, -.24, in all",
    "95% CI = |.44–.12",
    "95% CI |.44-.12",
    "95% CI |.87, .41",
    "95% CI |.87, .41; 95% CI .12, .44",
    "95% CI |[−.10, −.24]",
    "95% CI |[–0.10; –0.24]",
    "95% CI |[.24 - -.28]",
    "95% CI |(44%, 12%)",
    "95% CI $|3,400 to $1,200",
    "95% CI |[3,5; 1,2]",
    "CI |[0.87, 0.41]",
    "CI95% |[.5, .3]",
    "CI 95% = |[.5, .3]",
    "99% CrI |[.5, .3]",
    "95% bootstrap CI |[.5, .3]",
    "a 95% confidence interval from |5 to 3",
    "95% confidence interval (CI): |0.9–0.2",
    "The 95% confidence interval ranged from |0.8 to 0.2.",
    "The 95% CI was between |0.8 and 0.2.",
    "95% CIs [.5, .6] and |[.9, .7]",
    "*g* = 0.38 |[0.68, 0.08]",
    "*g* = 0.63 (95% CI [0.41, 0.87]), *g* = 0.38 |[0.68, 0.08]",
    "effects of 0.63 (95% CI [0.41, 0.87]) and 0.38 |[0.68, 0.08]",
    "IC à 95 % |[0,87 ; 0,41]",
    "intervalle de confiance à 95 % : |0,87 à 0,41",
)
OUTSIDE = (
    "*g* = |0.95, *SE* = 0.08, *p* = .002, 95% CI [0.41, 0.87]",
    "*g* = |0.36, 95% CI [0.41, 0.87]",
    "*d* = |-.42 (95% CI [-.24, .28])",
    "*r* = |.13, 95% CI = .31–.44",
    "Cohen’s *d* = |0.95 (95% CI [0.41, 0.87])",
    "Hedges’ *g* of |0.95, 95% CI [0.41, 0.87]",
    "an odds ratio of |3.8 (95% CI 1.2-2.5)",
    "OR |0.8 (95% CI 1.2–2.5)",
    "the hazard ratio was |3.8 (95% CI, 1.2 to 2.5)",
    "*B* = 3.9, *β* = |.9 (*SE* = 0.1, *z* = 41.0), 95% CI [0.2, 0.6]",
    "*b* = |4.1 (*SE* = 0.1), 95% CI [0.2, 0.6]",
    "*g* = |0.83 [0.08, 0.68]",
    "*d* = 0.24, *p* = .02. It was *B* = |3.2, *SE* = 0.11, 95% CI [0.10, 0.54]",
    "*d* = 0.24, *p* < .02. It was OR |3.2, *SE* = 0.11, 95% CI [0.10, 0.54]",
)
CONTRADICTED = (
    "The difference was |not significant (*g* = 0.38, 95% CI [0.08, 0.68]).",
    "There was |no significant difference between CBT and PDT (*d* = 0.45, 95% CI [0.20, 0.70]).",
    "A |non-significant effect was found, *d* = 0.45, 95% CI [0.20, 0.70].",
    "CBT did |not differ significantly from PDT, *d* = 0.45, 95% CI [0.20, 0.70].",
    "The effect (*g* = 0.38, 95% CI [0.08, 0.68]) was |not significant.",
    "The effect was *g* = 0.38, 95% CI [0.08, 0.68], and |not statistically significant.",
    "The effect was *g* = 0.38, 95% CI [0.08, 0.68]. |This was not significant.",
    "|No significant changes in anxiety were seen (*d* = 0.45, 95% CI [0.20, 0.70]).",
    "CBT did |not significantly reduce symptoms, *d* = -0.45, 95% CI [-0.70, -0.20].",
    "Patients improved |significantly (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "The odds were |not significantly higher (OR = 1.8, 95% CI [1.2, 2.5]).",
    "PDT was |significantly better than CBT (*g* = 0.10, 95% CI [-0.20, 0.40]).",
    "The effect (*g* = 0.10, 95% CI [-0.20, 0.40]) was |significant.",
    "The effect was *g* = 0.10, 95% CI [-0.20, 0.40]. |This was significant.",
    "The odds were |significantly higher (OR = 1.4, 95% CI [0.9, 2.2]).",
)
NOT_ITS_P = (
    "*t*(28) = 2.20, *|p* = .36",
    "*t*(28) = 2.20, |p=0.0036",
    "*t*(28) = -1.20, *d* = 0.44, *|p* < .05",
    "*t*(27.4) = 3.20, |n.s.",
    "*t* (28) = 5.20, *|p* = .000",
    "*F*(2, 45) = 3.11, *|p* < .05",
    "*F*(1, 45) = 9.11, *|p* > .05",
    "*F*[2, 45] = 3.31, |ns",
    "*r*(48) = .31, *|p* = .3",
    "χ²(1) = 4.2, *|p* = .4",
    "χ2(1, *N* = 90) = 4.2, *|p* ≤ .01",
    "chi-square(1) = 4.2, *|p* ≥ .05",
    "*z* = 2.1, *|p* = .36",
    "*Z* = −2.1, *|P* = .36",
)
NOT_ITS_PERCENTAGE = (
    "12 of 46 (|36%)",
    "12 of the 46 patients (|36%) dropped out",
    "12 of 46 depressed patients (|62.1%; see below)",
    "12 out of 46, |36%.",
    "(12/46, |36%)",
    "12/46 (|2.6%)",
    "*n* = 12 of 46, |36%, dropped out",
    "|36% (12/46)",
    "|36 % (*n* = 12 of 46 patients)",
    "1,100 of 2,300 patients (|50%)",
)
NUMBERS = (
    "1,782 adults in 2,345 families and |1100 others",
    "1782 adults in 2345 families and |1,100 others",
    "1,782 adults and |1100 others",
    "|12345 adults and 1,782 others",
    f"1782 adults in 1102 trials, |2{NO_BREAK}345 in another",
    "|Forty six patients",
    "they saw |forty six patients, not fifty-one",
    "|Twenty one patients",
)
FAULTS = {
    "ci-reversed": REVERSED,
    "estimate-outside-ci": OUTSIDE,
    "significance-contradicts-ci": CONTRADICTED,
    "p-inconsistent": NOT_ITS_P,
    "percentage-inconsistent": NOT_ITS_PERCENTAGE,
    "number-format": NUMBERS,
}

GOOD = (
    # Margins, ranges, ages, pages, dates, numbers of telephones
    "The margin was between *g* = -0.25 and *g* = +0.25, 90% CI [-0.227, -0.079].",
    "The margin was *g* = -0.25 to +0.25 (90% CI [-0.227, -0.079]): statistically equivalent, not significant.",
    "effects of *d* = .39 to .65, and of *d* = .65 to .39",
    "aged 65 to 18, seen 9 to 5, between 5 and 3, at a ratio of 3:2, in a 12-step program",
    "See pp. 104–94, 94-103, 2019-05-17, 05/17/2019, 514-398-6091, v3.2.1 and *p*. 05.",
    # CI that is none, or has no bounds
    "The CI team of 12, 3 of them new, uses CI 4, 2 and CI (3, 1) and CI/CD 3.2.1.",
    "CI: 2019-05-17; CI = 3-1; CI-5-3; CI 2, 1; 95% CI [unclear], see [12, 3] and [4–2].",
    "A 95% CI was computed; values of 0.9, 0.3 and 0.1 follow.",
    "95% of patients of the CI group, 12, 3 and 1, left",
    "The 95% CI was narrower in 12, 5 and 3 studies; a 95% CI, 12, 3 patients",
    "acute care (CI) [12, 3] and *N* = 12 [3, 1]; [sic] [0.9, 0.3]",
    # Intervals of every form
    "NNT = 8 (95% CI 12 to -20); log OR = 0.4 (95% CI [1.2, 1.9]), ln(OR) = 0.4, 95% CI [1.2, 1.9]",
    "The NNT was 8 (95% CI 5 to 25), the difference 3.2 points (95% CI 1.1 to 5.3 points), the 95% CI for it -.2 to .4",
    "95% CI .12-.44; 95% CI -.24, -.10; 95% CI [-.24 - .28]; 95% CI −0.24–0.10; 95% CI -.24--.10",
    "95% CI [1,234, 1,567]; 95% CI [12%, 44%]; 95% CI $1,200 to $3,400; 95% CI [–0.24, –0.10]; 95% CI [3,5]",
    "95% CI 0.3 to 1.2e-3; 95% CI 0.5–10^3; 95% CI 0.5 to 0.2 × 10",
    "IC à 95 % [0,41 ; 0,87]; IC 95% 1,41-10,3; IC 95% [0.41; 0.87]; 95% CI 41,2 to 50,1; 95% CI [0,41, 0,87]",
    "a median of 12 [8–16] sessions, *M* = 3.4 [2.1, 4.5]; the number needed to treat was 4 (95% CI 3 to 9)",
    "95% CI95) and CI 95] and 95% CI 90",
    # Estimates that are not of the interval, or rounded
    "*d* = 0.24, *p* = .02. *g* = 0.63, *SE* = 0.08, *p* = .002, 95% CI [0.41, 0.87]",
    "*g* = 0.95 lay above the 95% CI [0.41, 0.87] of the others.",
    "*g* = 0.63 and *g* = 0.38, 95% CIs [0.41, 0.87] and [0.08, 0.68]",
    "between *d* = 0.20 and *d* = 0.90 (95% CI [0.30, 0.50])",
    "*d* = 0.45 (I² = 30%, 95% CI [5, 60]); *g* < 0.20, 95% CI [0.41, 0.87]; M = 3.9, 95% CI [4.1, 4.5]",
    "OR = 1.8, *b* = 0.59, 95% CI [1.2, 2.5]; *B* = 0.30, *β* = .10, 95% CI [0.20, 0.40]",
    "*g* = 0.6, 95% CI [0.62, 0.87]; *r* = .3, 95% CI [.31, .40]; *d* = 0.45, 95% CI [30%, 60%]",
    # Words that agree, are of something else, or are not about statistics
    "The difference was significant (*g* = 0.38, 95% CI [0.08, 0.68]), the other was not (*g* = 0.10, 95% CI [-0.20, 0.40]).",
    "It was not significant at follow-up but was at the end (*g* = 0.38, 95% CI [0.08, 0.68]).",
    "CBT did better (*g* = 0.38, 95% CI [0.08, 0.68]), whereas the difference at follow-up was not significant.",
    "CBT did better (*g* = 0.38, 95% CI [0.08, 0.68]) and the difference was not significant at follow-up.",
    "CBT did better (*g* = 0.38, 95% CI [0.08, 0.68]), which was not clinically significant.",
    "The interval (*g* = -0.15, 95% CI [-0.22, -0.07]) does not include zero. This was not significant.",
    "There was no significant heterogeneity (*g* = 0.38, 95% CI [0.08, 0.68]).",
    "Significant others were asked (*d* = 0.10, 95% CI [-0.20, 0.40]). A significant limitation is the sample.",
    "The difference was not significant (*g* = 0.38, 90% CI [0.08, 0.68]).",
    "The difference was significant (*g* = 0.38, 99% CI [-0.08, 0.68]).",
    "Results were not only significant but large (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "It is not known whether CBT is significantly better (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "CBT was significantly better than nothing (*d* = 0.80, 95% CI [0.50, 1.10]), not than PDT (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "After adjustment it was not significant (*d* = 0.40, 95% CI [0.02, 0.80]).",
    "Patients not significantly depressed at first improved (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "The effect was not insignificant (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "There was no significant difference between CBT and PDT and both improved (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "There was no significant difference between studies in the effect of therapy (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "Non-significant covariates were left out (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "Not all changes were significant (*d* = 0.10, 95% CI [-0.50, 0.70]).",
    "Satisfaction was 4.2 (95% CI [3.9, 4.5]) and not significantly different.",
    # Tests whose p is right, one-tailed, corrected, or not theirs
    "*t*(28) = 2.20, *p* = .036; *t*(28) = 1.75, *p* < .05; *F*(1, 28) = 4.84, *p* = .036; *F*(1, 28) < 1, ns",
    "*r*(48) = .31, *p* = .03; χ²(1) = 4.2, *p* = .04; *z* = 2.1, *p* = .036; *F*(2, 45) = 3.21, *p* ≤ .05",
    "*t*(28) = 2.20 was seen. *p* = .36 was that of another; *ps* > .05; all *F*s < 1, *p* = .9",
    "Mann–Whitney *U* = 45, *Z* = -2.20, *p* = .04; *t*(57) = 2.20, *p* = .12 (Bonferroni corrected)",
    "*Q*(12) = 24.3, *p* = .90; I² = 45%, *p* = .01; α = .80, *p* = .9; *R*² = .2, *p* = .9; *g* = 0.63, *SE* = 0.08, *p* = .9",
    "*r*(48) = 1.31, *p* = .9; *t*(0) = 2.2, *p* = .9; *t*(1, 28) = 2.2, *p* = .9; *F*(28) = 2.2, *p* = .9; χ²(1) = -4, *p* = .9",
    "*t*(28) = 2.20, *p* = .04–.05; *t*(28) = 2.20, *p* = 1.2 × 10; *t*(28) = 2.20, adjusted *p* = .4",
    # Percentages that are right, or of something else
    "12 of 46 (26%), 12 of 46 (26.1%), 12/46 (26.0%), 26% (12/46), 2 of 3 (66%), 2 of 3 (67%), 1 of 8 (13%), 1 of 8 (12%)",
    "12 of 46 trials (80% of those in Europe), 12 of 46 (95% CI [10, 40]), 12 of 46 (20–36%), 3 of 12 (I² = 80%)",
    "On 05/17 (26%) and 1/2/2019 (26%); rated 4/5 (12% of raters); drop-out was 36% (3 of 12 studies)",
    "In 3 of 12 weeks, 36% dropped out; 5 of 12 patients reduced their dose by half (50%); 3 of 0 (5%); 12 of 3 (4%)",
    # Numbers that are years, pages, codes, or in one style
    "1,782 adults in 1999, 2020 and (1895), pp. 1001–1010, https://doi.org/10.1080/10503307.2018.1489162, 555-1234",
    "1,782 adults. Call 514 398 6091, PO Box 1204, Room 1408, NCT 01234567, ISRCTN12345678, R01-12345, 1090 Vienna",
    "1,782 adults, *F*(1,234) = 3.2, *t*(1234) = 0.1, Suite 3000, ID 4711, v. 1234.5, tel 398609, 0.1234",
    "1,200 adults at 1200 hours; 1,200 others at 1200 Main Street",
    "12,345 adults in 1100 trials and 2345 others",
    "twenty one-hour sessions, thirty two-person groups; of twenty one was lost; twenty-one; sixty to seventy; anxiety one",
)  # fmt: skip


def told(markdown: str) -> list[tuple[str, int]]:
    wording = wording_of_citation(summary_of(markdown))
    return [(one.rule, one.column) for one in statistics_problems(wording)]


@pytest.mark.parametrize(("rule", "marked"), [(rule, one) for rule, some in FAULTS.items() for one in some])
def test_a_fault_is_told_where_it_stands_and_nothing_else_is(rule: str, marked: str) -> None:
    assert told(marked.replace("|", "")) == [(rule, marked.index("|") + 1)]


@pytest.mark.parametrize("markdown", GOOD)
def test_good_text_is_left_alone(markdown: str) -> None:
    assert told(markdown) == []


def test_every_rule_of_statistics_has_faults() -> None:
    assert set(FAULTS) == {rule.id for rule in GROUPS["Statistics"]}


def test_every_odd_number_of_a_file_is_told() -> None:
    assert Counter(told("1,782 and 2345 or 3456 or 4,567, 5,678; forty six and fifty one")) == {
        ("number-format", 11): 1,
        ("number-format", 19): 1,
        ("number-format", 41): 1,
        ("number-format", 55): 1,
    }


def test_nothing_is_told_of_the_issues_of_the_repository(sample: Newsletter) -> None:
    settings = sample.settings
    keys = sorted(folder.name for folder in Path(settings.root, "issues").iterdir())
    issues = [load_issue(settings, key)[0] for key in keys]
    wordings = [wording_of_issue(issue) for issue in issues]
    wordings += [wording_of_summary(summary) for issue in issues for summary in issue.summaries]

    assert len(wordings) == len(list(Path(settings.root, "issues").glob("*/*.md"))) > len(issues)
    assert [one for wording in wordings for one in statistics_problems(wording)] == []


def test_a_fault_is_told_at_its_line_and_column_of_the_file(newsletter: Newsletter) -> None:
    body = "The effect was\n*g* = 0.63,\n95% CI [0.87, 0.41]. Of\nthem 12 of 46 (36%)\nleft.\n"
    path = newsletter.write("issues/2020-08/1-doe.md", summary_text(body=body))
    lines = path.read_text().split("\n")
    issue, _ = load_issue(newsletter.settings, "2020-08")

    found = [(one.rule, one.line, one.column) for one in statistics_problems(wording_of_summary(issue.summaries[0]))]

    assert found == [
        ("ci-reversed", lines.index("95% CI [0.87, 0.41]. Of") + 1, 8),
        ("percentage-inconsistent", lines.index("them 12 of 46 (36%)") + 1, 16),
    ]


PIECES = (
    *"()[],;:.-–−%/=<>²à \n",
    *(
        "p",
        "t",
        "F",
        "r",
        "z",
        "g",
        "OR",
        "CI",
        "IC",
        "ns",
        "9",
        ".5",
        "0.63",
        "1,234",
        "46",
        "95%",
        "SE",
        "of",
        "to",
        "and",
    ),
    *(
        "12 of 46",
        "95% CI [",
        "t(28) = ",
        "forty six",
        "CI95",
        "CI 95% =",
        "12 (36%) of 46",
        "of 46, 12 (36%)",
        ", df = 3, p = .46",
        "ns)",
        "HR, 0.27; 95% CI, 0.55–0.94",
        "g = 0.63",
        "not significant",
        "confidence interval",
        "was",
        "95% CI [0.9, 0.3]",
        "thirty of 46 (36 per cent)",
        "of 46, 12 left (36 percent)",
        "n.s. (g = 0.9, 95% CI [0.1, 0.4])",
        "not significant (p = .20; 95% CI [0.41, 0.87])",
        "r = .08, two-tailed p-value < .001, df = 293",
    ),
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=40).map("".join))
def test_any_text_can_be_read(markdown: str) -> None:
    line = markdown.replace("\n", " ")

    assert all(1 <= column <= len(line) for _, column in told(line))


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_any_words_of_statistics_can_be_read(markdown: str) -> None:
    assert len(set(told(markdown))) == len(told(markdown))


APA = st.builds(
    "{}{} = {}{}95% CI [{}, {}]{}".format,
    st.sampled_from(
        ("", "No significant difference was found: ", "The difference was significant, ", "1,234 of 1234; ")
    ),
    st.sampled_from(("*g*", "*d*", "*r*", "*b*", "OR", "kind")),
    st.sampled_from(("0.63", ".5", "-.2", "−0.20", "1.8", "5", "x")),
    st.sampled_from((", ", " (", ", *SE* = 0.08, *p* = .002, ", "; ", " was seen, OR 3.8, ", " for some, ")),
    st.sampled_from(("0.41", "-.24", "−0.20", "1.1", "5")),
    st.sampled_from(("0.87", ".28", "–.10", "2.7", "9")),
    st.sampled_from((")", ", ns", "). This was not significant.", " and *g* = 0.9 [0.1, 0.2]", "\n", ".")),
)


@settings(deadline=None, derandomize=True, max_examples=600)
@given(st.one_of(APA, st.lists(st.one_of(APA, st.sampled_from(PIECES)), max_size=12).map(" ".join)))
def test_what_is_looked_for_first_keeps_no_fault_from_its_rule(markdown: str) -> None:
    wording = wording_of_citation(summary_of(markdown))

    every = [
        one
        for rule in (interval_problems, p_value_problems, percentage_problems, number_format_problems)
        for one in rule(wording)
    ]

    assert list(statistics_problems(wording)) == every


# Work


def wording_of(text: str) -> Wording:
    """``text`` as a paragraph, without reading its Markdown, which takes longer."""
    return Wording(text, (Block(0, TEXT, (Text(text, 0),), Passage(text, "1-doe.md")),))


def steps(text: str) -> int:
    """How many calls are made to look through ``text``."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    wording, before = wording_of(text), sys.getprofile()
    sys.setprofile(counted)
    try:
        for _ in statistics_problems(wording):
            pass
    finally:
        sys.setprofile(before)
    return count


REPEATED = (
    *("[", "(", "(CI)", "CI", "CI ", "CI (", "95% CI ", "95% CI [", "95% CI\n", "95% CI [.1, .2], [.3, .4], ", "[.3, .4] and "),
    *("[.", "[0.9, ", "= 0.5 [", "95% CI [0.9, 0.3] ", "95% confidence interval from ", "IC à ", "95 per cent ", "% a-"),
    *("g = ", "g = .5 and ", "g = .5, SE = .1, p = .2, ", "odds ratio 1.2 ", "significant g = 0.1, 95% CI [-0.4, 0.6] "),
    *("not significant ", "no a b c ", "significantly, ", ", ns", "0", "1,", ".1", "1\u00a0", "1,234 ", "1,782 1100 ", "Abc 1234 1,234 "),
    *(" ", "\u00a0", "-", "−", "– ", ".", ". ", ";", "\n", "=", ") = ", "p =", "p = .05 ", "t(", "t(28) = ", "t(28) = 2.2, p = .036; "),
    *("F(", "χ²", "z=", "t = 1, df = 2, ", "%", "% ", "5%", "36% (", "36% (12 of ", "12 of ", "12/46 ", "12 of 46 (", "of 46, 12 (36%) "),
    *("12 (36%) of ", "forty six ", "ty one ", "ty one", "a" * 50, "9" * 12 + " ", "NNT ", "×"),
    *("t(28) = 2.2, p = .36; ", "12 of 46 (36%) ", "0.5 of 0.6, SE = 0.2, g = 0.9, 95% CI [0.1, 0.4] ", "df = 1148 and 1150, "),
    *("percent ", "cent", "12 of 46 (36 percent) ", "36 per cent (12 of ", "12 men of 46 (", "thirty of 46, or ", "of 46, 12 left (36%) ", "ty-"),
    *("n.s. (g = 0.9, 95% CI [0.1, 0.4]) ", "not significant (p = .2; 95% CI [.1, .2]) ", "not significant; g = 0.9, 95% CI [.1, .2] "),
    *("r = .08, p < .001, df = 293; ", ", df = 293", "two-tailed p-value = .02 ", "1,782 1500 articles "),
    *("The effect, 95% CI [-0.5, -0.1], was non-significant. ", "effect not significant (95% CI [-0.5, -0.1]) ", "s that significant "),
    *("r(88) = .58, 95% CI [.2, .4] ", "g = 0,94; 95% CI [0,41; 0,87] ", "t(2.8) = 2.2, 95% CI [.1, .2], p = .36; ", "p = .3, 95% CI ["),
    *("nearly 12 of their N = 46 (36%) ", "12\u00a0of\u00a046 (36\u00a0%) ", "Forty Six ", "(95% CI 6, 2) "),
)  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_a_long_text_of_one_thing_comes_to_an_end(piece: str) -> None:
    for before in ("", "1,234 1100 (95% CI "):
        for _ in statistics_problems(wording_of(before + piece * (100_000 // len(piece)))):
            pass


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_takes_twice_the_steps(piece: str) -> None:
    before, times = "1,234 1100 (95% CI ", 3000 // len(piece)
    steps(before + piece * times)  # what is loaded and compiled once

    assert steps(before + piece * (2 * times)) <= 2 * steps(before + piece * times) + 200


class Watched(str):
    """A text that adds up how many characters are looked at, of it and of its pieces."""

    __slots__ = ()
    seen: ClassVar[int] = 0

    def __getitem__(self, key: SupportsIndex | slice) -> Watched:
        piece = Watched(super().__getitem__(key))
        Watched.seen += len(piece)
        return piece

    def find(self, part: str, first: SupportsIndex | None = 0, last: SupportsIndex | None = None, /) -> int:
        found = super().find(part, first, last)
        start, end, _ = slice(first, last).indices(len(self))
        Watched.seen += (found if found >= 0 else end) - start
        return found

    def rfind(self, part: str, first: SupportsIndex | None = 0, last: SupportsIndex | None = None, /) -> int:
        found = super().rfind(part, first, last)
        start, end, _ = slice(first, last).indices(len(self))
        Watched.seen += end - (found if found >= 0 else start)
        return found

    def replace(self, old: str, new: str, count: SupportsIndex = -1, /) -> Watched:
        return Watched(super().replace(old, new, count))


def watched(method: str) -> Callable[..., Any]:
    """A method of ``re`` that adds up how far it may look: to the end of its window, or as far as a match went."""

    def look(pattern: str | re.Pattern[str], text: str, *window: int) -> Any:  # noqa: ANN401 - whatever re answers
        found = getattr(re.compile(pattern), method)(text, *window)
        first, last, _ = slice(*(*window, None, None)[:2]).indices(len(text))
        if method not in {"match", "fullmatch"}:
            Watched.seen += last - first
        elif found:
            Watched.seen += found.end() - first
        return found

    return look


LOOKING = (counts, estimates, intervals, number_format, numerals, p_values, significance)
METHODS = {name: watched(name) for name in ("search", "match", "fullmatch", "finditer", "split")}


class WatchedPattern:
    def __init__(self, pattern: str) -> None:
        for name, look in METHODS.items():
            setattr(self, name, partial(look, re.compile(pattern)))


def characters(text: str) -> int:
    """How many characters are looked at to look through ``text``, those that are looked at twice counted twice."""
    Watched.seen = 0
    for _ in statistics_problems(wording_of(text)._replace(text=Watched(text))):
        pass
    return Watched.seen


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_is_looked_at_twice_as_long(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in LOOKING:
        monkeypatch.setattr(module, "re", SimpleNamespace(compile=WatchedPattern, **METHODS))
    before, times = "1,234 1100 (95% CI ", 3000 // len(piece)

    assert characters(before + piece * (2 * times)) <= 2.3 * characters(before + piece * times)
