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
from pprmail.rules import GROUPS
from pprmail.settings import load_settings
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.errors import Problem

DOE = "issues/2020-08/1-doe.md"


def told(body: str) -> list[str]:
    summary = summary_of("")._replace(body=parse_text(body, "1-doe.md")[0])
    return [f"{one.line}:{one.column} [{one.rule}]" for one in sorted(statistics_problems(wording_of_summary(summary)))]


def statistics_of(newsletter: Newsletter) -> list[Problem]:
    """What the whole check of an issue says about its numbers."""
    rules = {rule.id for rule in GROUPS["Statistics"]} | {"check-ok-unused", "check-ok-without-reason"}
    return [one for one in proofread(newsletter.settings, "2020-08").problems if one.rule in rules]


FAULTS = {
    "brackets": ("It was *g* = 0.63,\n95% CI [0.87, 0.41].", "2:8 [ci-reversed]"),
    "to": ("It was (90%CI: 0.5 to 0.2).", "1:16 [ci-reversed]"),
    "to-with-minus": ("It was (90%CI: 0.5 to −0.2).", "1:16 [ci-reversed]"),
    "colon": ("Then 95% CI: -.10, -.24 was found.", "1:14 [ci-reversed]"),
    "colon-no-zero": ("Then 95% CI: .28, -.24 was found.", "1:14 [ci-reversed]"),
    "colon-true-minus": ("It fell (95% CI: −.10, −.24).", "1:18 [ci-reversed]"),
    "true-minus": ("Then 95% CI [−0.10, −0.24] was found.", "1:13 [ci-reversed]"),
    "en-dash-minus": ("Then 95 % CI [–.10, –.24] was found.", "1:14 [ci-reversed]"),
    "entities": ("Then 95% CI &minus;.10 to &minus;.24 was found.", "1:13 [ci-reversed]"),
    "semicolon": ("It was 95% CI [0.87; 0.41].", "1:15 [ci-reversed]"),
    "words": ("The 95% confidence interval: 0.87 to 0.41.", "1:30 [ci-reversed]"),
    "words-in-brackets": ("The 95% confidence interval [0.87, 0.41].", "1:29 [ci-reversed]"),
    "capitals": ("95% Confidence Interval = 0.87–0.41", "1:27 [ci-reversed]"),
    "hyphen": ("The 95%-CI [0.87, 0.41].", "1:12 [ci-reversed]"),
    "full-stops": ("The 95% C.I. [0.87, 0.41].", "1:14 [ci-reversed]"),
    "round-brackets": ("It was 95% CI (0.87, 0.41).", "1:15 [ci-reversed]"),
    "colon-and-brackets": ("It was 95% CI: [0.87 to 0.41].", "1:16 [ci-reversed]"),
    "equals": ("It was 95% CI=0.87, 0.41.", "1:15 [ci-reversed]"),
    "in-italics": ("It was *95% CI* [**0.87**, 0.41].", "1:17 [ci-reversed]"),
    "no-level": ("It was (CI: 0.87 to 0.41).", "1:13 [ci-reversed]"),
    "dashes": ("Risk rose (95% CI 2.5 – 1.2).", "1:19 [ci-reversed]"),
    "long-dash": ("Risk rose (95% CI 2.5—1.2).", "1:19 [ci-reversed]"),
    "per-cents": ("It was 40% (95% CI [54.9%, 42.1%]).", "1:20 [ci-reversed]"),
    "one-per-cent-sign": ("It was 40% (95% CI 54.9–42.1%).", "1:20 [ci-reversed]"),
    "comma-after-ci": ("It was (95% CI, 0.87-0.41).", "1:17 [ci-reversed]"),
    "percent-in-words": ("The 95 percent CI [0.87, 0.41].", "1:19 [ci-reversed]"),
    "spaces": ("It was 95% CI [ 0.87 , 0.41 ].", "1:15 [ci-reversed]"),
    "through": ("It was 95% CI -0.10 through -0.24.", "1:15 [ci-reversed]"),
    "plus": ("It was 95% CI [+0.28, -0.24].", "1:15 [ci-reversed]"),
    "level-after": ("The confidence intervals (95%) 0.87–0.41.", "1:32 [ci-reversed]"),
    "credible": ("The 95% CrI 0.87 to 0.41.", "1:13 [ci-reversed]"),
    "ranged": ("The 95% CI ranged between 0.87 and 0.41.", "1:27 [ci-reversed]"),
    "extends": ("The 95% CI extends from 0.87 to 0.41.", "1:25 [ci-reversed]"),
    "equivalence": ("It was *g* = -0.153, 90% CI [-0.079, -0.227].", "1:29 [ci-reversed]"),
    "within-brackets": ("It was (*d* = 0.36 [95% CI, 0.52-0.20]).", "1:29 [ci-reversed]"),
    "unnamed-after-or": ("Then OR 1.8 [2.5, 1.2] was found.", "1:13 [ci-reversed]"),
    "unnamed-second": ("It was *d* = .02, 95% CI [-.24, .28], then *d* = .07, [.36, -.22].", "1:55 [ci-reversed]"),
    "lost-minuses": ("Change was *b* = −0.35, 95% CI [0.61, 0.09].", "1:32 [ci-reversed]"),
    "second-line": (
        "It was *g* = 0.63, 95% CI [0.41, 0.87].\n\nThen it was\n*g* = 0.38, 95% CI [0.68, 0.08].",
        "4:20 [ci-reversed]",
    ),
    "outside-or": ("OR = 1.8, 95% CI [0.9, 1.2].", "1:6 [estimate-outside-ci]"),
    "outside-digit": ("It was *g* = 6.3 (95% CI [0.41, 0.87]).", "1:14 [estimate-outside-ci]"),
    "outside-se-p": ("It was *g* = 0.63, *SE* = 0.08, *p* = .002, 95% CI [0.14, 0.47].", "1:14 [estimate-outside-ci]"),
    "outside-hr": ("It was HR 0.27 (95% CI 0.55–0.94).", "1:11 [estimate-outside-ci]"),
    "outside-jama": ("It was (HR, 0.27; 95% CI, 0.55–0.94).", "1:13 [estimate-outside-ci]"),
    "outside-rr": ("It was RR=1.51 (95%CI 0.98 to 1.35).", "1:11 [estimate-outside-ci]"),
    "outside-beta": ("It was β = .24, 95% CI [−.36, −.12].", "1:12 [estimate-outside-ci]"),
    "outside-b": ("It was *B* = 3.2, *SE* = 0.11, 95% CI [0.10, 0.54].", "1:14 [estimate-outside-ci]"),
    "outside-unnamed": ("It was *d* = 0.95 [0.41, 0.87].", "1:14 [estimate-outside-ci]"),
    "outside-sign": ("An effect of *g* = −0.63 (95% CI: 0.41 to 0.87).", "1:20 [estimate-outside-ci]"),
    "outside-many": ("It was *r* = .278 (*k* = 295, *p* < .0001, 95% CI [.356, .399]).", "1:14 [estimate-outside-ci]"),
    "denied": (
        "No significant difference was found (*g* = 0.5, 95% CI [0.2, 0.8]).",
        "1:1 [significance-contradicts-ci]",
    ),
    "denied-non": (
        "The non-significant difference was *g* = 0.38, 95% CI [0.08, 0.68].",
        "1:5 [significance-contradicts-ci]",
    ),
    "denied-capital": (
        "Non-significant effects were found (*d* = 0.50, 95% CI [0.20, 0.80]).",
        "1:1 [significance-contradicts-ci]",
    ),
    "denied-one-word": (
        "There was a nonsignificant effect (*d* = 0.38, 95% CI [0.08, 0.68]).",
        "1:13 [significance-contradicts-ci]",
    ),
    "denied-statistically": (
        "It was not statistically significant (*g* = 0.38, 95% CI [0.08, 0.68]).",
        "1:8 [significance-contradicts-ci]",
    ),
    "denied-ratio": (
        "CBT was not significantly different from PDT (OR = 1.8, 95% CI [1.2, 2.7]).",
        "1:9 [significance-contradicts-ci]",
    ),
    "denied-related": (
        "Alliance was not significantly related to outcome, *r* = .28, 95% CI [.25, .30].",
        "1:14 [significance-contradicts-ci]",
    ),
    "denied-after": (
        "The effect was *g* = 0.38 (95% CI [0.08, 0.68]), which was not significant.",
        "1:60 [significance-contradicts-ci]",
    ),
    "denied-ns": ("The effect was *g* = 0.38 (95% CI [0.08, 0.68]; ns).", "1:49 [significance-contradicts-ci]"),
    "denied-next-sentence": (
        "It was *g* = 0.38, 95% CI [0.08, 0.68].\nThis was not significant.",
        "2:1 [significance-contradicts-ci]",
    ),
    "affirmed": (
        "The difference was significant (*g* = 0.15, 95% CI [-0.08, 0.38]).",
        "1:20 [significance-contradicts-ci]",
    ),
    "affirmed-lower": (
        "Risk was significantly lower (HR 0.72, 95% CI 0.45–1.14).",
        "1:10 [significance-contradicts-ci]",
    ),
    "affirmed-verb": (
        "PDT significantly reduced symptoms (*g* = 0.15, 95% CI [-0.08, 0.38]).",
        "1:5 [significance-contradicts-ci]",
    ),
    "affirmed-association": (
        "There was a significant association (*r* = .05, 95% CI [-.10, .20]).",
        "1:13 [significance-contradicts-ci]",
    ),
    "p": ("It was *t*(28) = 2.20, *p* = .36.", "1:25 [p-inconsistent]"),
    "p-below": ("It was *t*(98) = 1.21, *p* < .05.", "1:25 [p-inconsistent]"),
    "p-semicolon": ("It was t (98) = 3.21; p = 0.02.", "1:23 [p-inconsistent]"),
    "p-in-brackets": ("It was *t*(98) = 3.21 (*p* = .20).", "1:25 [p-inconsistent]"),
    "p-after-d": ("It was *t*(98) = 1.21, *d* = 0.24, *p* = .02.", "1:37 [p-inconsistent]"),
    "p-of-f": ("It was *F*(2,97)=1.10, p=.03.", "1:24 [p-inconsistent]"),
    "p-of-f-effect": ("It was *F*(1, 85) = 5.34, *p* = .23, η² = .06.", "1:28 [p-inconsistent]"),
    "p-of-r": ("It was *r*(44) = .03, *p* = .043.", "1:24 [p-inconsistent]"),
    "p-of-chi-squared": ("It was χ²(3, *N* = 147) = 8.02, *p* = .46.", "1:34 [p-inconsistent]"),
    "p-of-chi-squared-df": ("It was χ² = 8.02, *df* = 3, *p* = .46.", "1:30 [p-inconsistent]"),
    "p-of-t-df": ("It was *t* = 1.21 (*df* = 98), *p* = .023.", "1:33 [p-inconsistent]"),
    "p-of-z": ("It was *z* = 1.23, *p* = .01.", "1:21 [p-inconsistent]"),
    "p-negative-t": ("It was *t*(67) = −2.69, *p* = .09.", "1:26 [p-inconsistent]"),
    "p-zero": ("It was *t*(98) = 12.31, *p* = .000.", "1:26 [p-inconsistent]"),
    "p-ns": ("It was *t*(98) = 3.21, *ns*.", "1:25 [p-inconsistent]"),
    "percentage": ("Of these, 12 of 46 (36%) left.", "1:21 [percentage-inconsistent]"),
    "percentage-of-the": ("Then 12 of the 46 patients (36%) left.", "1:29 [percentage-inconsistent]"),
    "percentage-slash": ("Then 12/46 (36%) left.", "1:13 [percentage-inconsistent]"),
    "percentage-first": ("Then 36% (12/46) left.", "1:6 [percentage-inconsistent]"),
    "percentage-of-patients": ("Then 36% of patients (12 of 46) left.", "1:6 [percentage-inconsistent]"),
    "percentage-or": ("Then 12 of 46, or 36%, left.", "1:19 [percentage-inconsistent]"),
    "percentage-word": ("Twelve of 46 (36%) left.", "1:15 [percentage-inconsistent]"),
    "percentage-dropped-out": ("Then 12 of 46 patients dropped out (36%).", "1:37 [percentage-inconsistent]"),
    "percentage-between": ("Then 12 (36%) of 46 patients left.", "1:10 [percentage-inconsistent]"),
    "percentage-of-whom": ("Of 100 adolescents, 83 (38%) did well.", "1:25 [percentage-inconsistent]"),
    "percentage-digits": ("Then 40 of 46 completed (78%).", "1:26 [percentage-inconsistent]"),
    "percentage-decimal": ("Then 12 of 46 (26.4%) left.", "1:16 [percentage-inconsistent]"),
    "percentage-rounded-up": ("Then 12 of 36 (34%) left.", "1:16 [percentage-inconsistent]"),
    "percentage-second-line": ("Response was\n31% (26 of 51) for PDT.", "2:1 [percentage-inconsistent]"),
    "thousands": ("In 1100 patients and 1,782 others.", "1:4 [number-format]"),
    "thousands-bare-first": ("We saw 2751 patients and 1,100 others.", "1:8 [number-format]"),
    "thousands-n": ("It was *N* = 1,782; *n* = 1100.", "1:27 [number-format]"),
    "thousands-like-a-year": ("Then 1782 adults and 2,345 others, of 1,100 families.", "1:6 [number-format]"),
    "money": ("It cost $1500 more (95% CI $1,200 to $1,800).", "1:10 [number-format]"),
    "hyphen-first": ("Forty six left.", "1:1 [number-format]"),
    "hyphen-within": ("Then the forty six depressed patients left.", "1:10 [number-format]"),
    "hyphen-seven": ("Of sixty seven trials.", "1:4 [number-format]"),
    "hyphen-hundred": ("One hundred and forty seven took part.", "1:17 [number-format]"),
    "p-ns-in-brackets": ("It was *t*(98) = 3.21 (ns).", "1:24 [p-inconsistent]"),
    "p-ns-semicolon": ("It was *t*(98) = 3.21; n.s., then.", "1:24 [p-inconsistent]"),
    "p-at-one-year": ("At the one-year follow-up, *t*(28) = 2.20, *p* = .36.", "1:45 [p-inconsistent]"),
    "started": ("Of 300 referred, 120 (48%) started.", "1:23 [percentage-inconsistent]"),
    "second-of-two": ("Recovery rates were 50% (23/46) and 53% (15/46).", "1:37 [percentage-inconsistent]"),
    "good-attendance": (
        "Mean attendance was good: 31 of 46 patients (76%) came to all sessions.",
        "1:46 [percentage-inconsistent]",
    ),
    "digits-swapped": ("In all, 118 of 249 (37.4%) responded.", "1:21 [percentage-inconsistent]"),
    "dropout-rate": ("The dropout rate was 16.3% (46 of 249).", "1:22 [percentage-inconsistent]"),
    "gaf": ("GAF rose (95% CI for GAF aside, 95% CI: 22 to 12).", "1:41 [ci-reversed]"),
    "fell-by": ("BDI-II fell by 9.5 points (95% CI −6.9, −12.1).", "1:35 [ci-reversed]"),
    "second-estimate": (
        "Estimates fell from 0.63 (95% CI [0.41, 0.87]) to 0.38 (95% CI [0.68, 0.08]) when adjusted.",
        "1:64 [ci-reversed]",
    ),
    "ratio": ("OR = 0.60; 95% CI = 0.90–0.40", "1:21 [ci-reversed]"),
    "jama-ratio": ("Odds were 40% lower (OR = 0.60; 95% CI, 0.90 to 0.40; *P* = .01).", "1:41 [ci-reversed]"),
    "trimmed": ("After trim-and-fill *g* fell to 0.45, 95% CI [0.60, 0.30].", "1:46 [ci-reversed]"),
    "trimmed-outside": ("After trim-and-fill *g* was 0.45 (95% CI [0.60, 0.90]).", "1:29 [estimate-outside-ci]"),
    "alliance-outside": (
        "The alliance correlated with outcome at *r* = .28 (95% CI [.31, .40]).",
        "1:47 [estimate-outside-ci]",
    ),
    "empathy-outside": ("empathy raised the odds (OR = 1.12, 95% CI [1.23, 1.42])", "1:31 [estimate-outside-ci]"),
    "p-a-digit-off": ("Time by group: *F*(2, 88) = 3.10, *p* = .005.", "1:36 [p-inconsistent]"),
    "p-a-zero-off": ("simple effects, *F*(1, 44) = 7.25, *p* = .10.", "1:37 [p-inconsistent]"),
    "p-of-slope": ("*b* = -0.02, *SE* = 0.03, *t*(141) = -0.67, *p* = .05", "1:46 [p-inconsistent]"),
    "p-of-dropout": ("OR = 1.66, χ²(1, *N* = 147) = 2.31, *p* = .013", "1:38 [p-inconsistent]"),
    "p-of-alliance": ("*r*(144) = .20, *p* = .16", "1:18 [p-inconsistent]"),
    "denied-age": (
        "The model held, but age was not significantly related to outcome (β = .25, 95% CI [.10, .40]).",
        "1:29 [significance-contradicts-ci]",
    ),
    "denied-dropout": (
        "Dropout did not differ significantly between PDT and CBT (OR = 0.58, 95% CI [0.35, 0.96]).",
        "1:13 [significance-contradicts-ci]",
    ),
    "affirmed-than": (
        "PDT was significantly more effective than TAU (*g* = 0.20, 95% CI [-0.05, 0.45]).",
        "1:9 [significance-contradicts-ci]",
    ),
    "affirmed-in-favour": (
        "There was a statistically significant difference in favour of PDT, *d* = 0.20, 95% CI [-0.05, 0.45].",
        "1:27 [significance-contradicts-ci]",
    ),
    "denied-reach": (
        "The difference did not reach statistical significance (*d* = 0.50, 95% CI [0.20, 0.80]).",
        "1:20 [significance-contradicts-ci]",
    ),
    "affirmed-between": (
        "The between-group difference was statistically significant, *d* = 0.20 (95% CI −0.05 to 0.45).",
        "1:48 [significance-contradicts-ci]",
    ),
    "denied-on": (
        "PDT and CBT did not differ significantly on the BDI-II (*d* = 0.50, 95% CI [0.20, 0.80]).",
        "1:17 [significance-contradicts-ci]",
    ),
    "thousands-large": ("Data came from 10,000 bootstraps and 25000 others.", "1:38 [number-format]"),
    "thousands-clinics": ("Of 1,120 clinics, 2240 patients were seen.", "1:19 [number-format]"),
    "non-inferior-outside": (
        "PDT was non-inferior to CBT, *d* = 0.50, 95% CI [−0.13, 0.23], *p* = .009 for non-inferiority (one-sided).",
        "1:36 [estimate-outside-ci]",
    ),
    "remission-digits-swapped": (
        "In the intention-to-treat sample, remission at 12 months was 32.8% (283 of 741) versus 33.9% (251/741).",
        "1:62 [percentage-inconsistent]",
    ),
    "indirect-reversed": (
        (
            "The indirect effect through alliance was *ab* = −0.11, *SE* = 0.04, 95% CI [−0.04, −0.20], with "
            "5,000 bootstraps."
        ),
        "1:76 [ci-reversed]",
    ),
    "moderation-a-place-off": (
        (
            "Moderation by baseline severity was not significant, *b* = 0.03, *SE* = 0.05, *t*(212) = 0.60, *p* = "
            ".054, 95% CI [−0.07, 0.13]."
        ),
        "1:97 [p-inconsistent]",
    ),
    "simple-slopes-p": (
        "Severity moderated the effect, *F*(1, 212) = 5.02, *p* = .26; at +1 *SD*, *d* = 0.61, 95% CI [0.29, 0.93].",
        "1:53 [p-inconsistent]",
    ),
    "outside-beside-prediction": (
        "Prediction was wide (95% PI [−0.18, 1.04]) around *g* = 0.34, 95% CI [0.36, 0.50].",
        "1:57 [estimate-outside-ci]",
    ),
    "hazard-digits-swapped": (
        "The hazard of relapse was lower with MBCT, HR = 0.96, 95% CI [0.58, 0.82].",
        "1:49 [estimate-outside-ci]",
    ),
    "randomized-digits-swapped": (
        "Of 341 patients randomized, 298 (78.4%) were assessed at 6 months and 271 (79.5%) at 12.",
        "1:34 [percentage-inconsistent]",
    ),
    "fit-a-place-off": (
        "Latent growth curves fitted well, χ²(48) = 61.3, *p* = .94, CFI = .98, RMSEA = .031 [90% CI .000, .053].",
        "1:51 [p-inconsistent]",
    ),
    "cross-lagged-minus-lost": (
        (
            "The alliance predicted symptoms (β = .12, 95% CI [−.19, −.05]) but not vice versa (β = −.03, 95% CI "
            "[−.10, .04])."
        ),
        "1:38 [estimate-outside-ci]",
    ),
    "denied-adherence": (
        "Adherence was not significantly related to outcome (*r* = .22, 95% CI [.05, .39]), nor was age.",
        "1:15 [significance-contradicts-ci]",
    ),
    "credible-reversed": (
        "A credible effect was seen, *d* = 0.24, 95% CrI [0.42, 0.08], in the posterior.",
        "1:49 [ci-reversed]",
    ),
    "odds-point-moved": (
        "The odds ratio was 28.7 (95% CI, 2.03–4.06; *P* < .001), in 54 trials.",
        "1:20 [estimate-outside-ci]",
    ),
    "t-digit-off": ("GAF rose, *t*(45) = 1.35, *p* < .001, *d* = 1.24, 95% CI [0.85, 1.63].", "1:28 [p-inconsistent]"),
    "d-after-points": (
        "It fell by 9.5 points, 95% CI [8.2, 10.8], and *d* = 1.10, 95% CI [0.08, 0.98].",
        "1:54 [estimate-outside-ci]",
    ),
    "about-a-third": ("About 36% (12 of 46) left.", "1:7 [percentage-inconsistent]"),
    "denied-colon": ("It was not significant: *g* = 0.64 (95% CI 0.41–0.87).", "1:8 [significance-contradicts-ci]"),
    "denied-semicolon": (
        "It was not significant; *g* = 0.64, 95% CI [0.41, 0.87].",
        "1:8 [significance-contradicts-ci]",
    ),
    "affirmed-colon": ("It was significant: *g* = 0.10 (95% CI -0.41 to 0.87).", "1:8 [significance-contradicts-ci]"),
    "denied-ns-before": ("It was n.s. (*g* = 0.64, 95% CI [0.41, 0.87]).", "1:8 [significance-contradicts-ci]"),
    "denied-ns-no-stops": ("It was *ns* (*g* = 0.64, 95% CI [0.41, 0.87]).", "1:9 [significance-contradicts-ci]"),
    "denied-p": ("It was not significant (*p* = .20; 95% CI [0.41, 0.87]).", "1:8 [significance-contradicts-ci]"),
    "affirmed-p": ("It was significant (*p* = .02, 95% CI [−0.41, 0.87]).", "1:8 [significance-contradicts-ci]"),
    "p-two-tailed": ("It was *r*(293)=.08, two-tailed *p* < .001.", "1:34 [p-inconsistent]"),
    "p-value": ("It was *z* = 1.31, *p*-value = .02.", "1:21 [p-inconsistent]"),
    "p-of-chi-squared-n": ("It was χ²(1, 120) = 2.20, *p* = .023.", "1:28 [p-inconsistent]"),
    "p-before-df": ("It was *r* = .08, *p* < .001, *df* = 293.", "1:20 [p-inconsistent]"),
    "p-before-two-df": ("It was *F* = 1.21, *p* = .023, *df* = 2, 98.", "1:21 [p-inconsistent]"),
    "percentage-tens": ("Thirty of the 120 clients (35%) left.", "1:28 [percentage-inconsistent]"),
    "percentage-clients-of": ("Then 30 clients of 120 (35%) left.", "1:25 [percentage-inconsistent]"),
    "percentage-of-the-clients": ("Then 35% of the clients (30 of 120) left.", "1:6 [percentage-inconsistent]"),
    "percentage-after-verb": ("Of the 120, 30 left (35%).", "1:22 [percentage-inconsistent]"),
    "percentage-clients-or": ("Then 30 of 120 clients, or 35%.", "1:28 [percentage-inconsistent]"),
    "percentage-percent": ("Then 35 percent (30 of 120) left.", "1:6 [percentage-inconsistent]"),
    "percentage-per-cent": ("Then 30 of 120 clients (36 per cent) left.", "1:25 [percentage-inconsistent]"),
    "thousands-controls": ("We saw 1,782 clients and 1500 controls.", "1:26 [number-format]"),
    "thousands-articles": ("We saw 1,782 clients in 1,100 trials and 1500 further articles.", "1:42 [number-format]"),
    "of-depressed-patients": (
        "Then 36% of patients (12 of 46 depressed patients) left.",
        "1:6 [percentage-inconsistent]",
    ),
    "denied-at-the-end": (
        "It was not significant at the end (*g* = 0.64, 95% CI [0.41, 0.87]).",
        "1:8 [significance-contradicts-ci]",
    ),
    "denied-that-no": (
        "The results show that no significant change was seen (*g* = 0.64, 95% CI [0.41, 0.87]).",
        "1:23 [significance-contradicts-ci]",
    ),
    "percentage-by-women": ("It was endorsed by 12 of 46 women (36%).", "1:36 [percentage-inconsistent]"),
    "p-of-rounded-df": ("It was *F*(1.8, 102.4) = 4.10, *p* = .032.", "1:33 [p-inconsistent]"),
    "denied-bare": (
        "The difference was not statistically significant (95% CI [-0.41, -0.07]).",
        "1:20 [significance-contradicts-ci]",
    ),
    "denied-bare-after": (
        "The effect, 95% CI [-0.50, -0.10], was non-significant.",
        "1:40 [significance-contradicts-ci]",
    ),
    "affirmed-bare": (
        "It rose. CBT was significantly better (95% CI [-0.10, 0.50]).",
        "1:18 [significance-contradicts-ci]",
    ),
    "denied-smd": (
        "It was not significant (*SMD* = -0.41, 95% CI [-0.62, -0.20]).",
        "1:8 [significance-contradicts-ci]",
    ),
    "denied-md": ("It was not significant (*MD* = -4.1, 95% CI [-6.2, -2.0]).", "1:8 [significance-contradicts-ci]"),
    "denied-but": (
        "The effect was small (*d* = 0.34, 95% CI [0.12, 0.56]) but not significant.",
        "1:60 [significance-contradicts-ci]",
    ),
    "affirmed-predicted": (
        "Alliance significantly predicted outcome, *b* = 0.20, 95% CI [-0.05, 0.45].",
        "1:10 [significance-contradicts-ci]",
    ),
    "affirmed-with": (
        "Risk was significantly lower, with *RR* = 0.80 (95% CI 0.58–1.10).",
        "1:10 [significance-contradicts-ci]",
    ),
    "denied-result": (
        "The odds ratio was 1.40 (95% CI [1.10, 1.78]), a non-significant result.",
        "1:50 [significance-contradicts-ci]",
    ),
    "affirmed-outperformed": (
        "CBT significantly outperformed PDT (*d* = 0.20, 95% CI [-0.05, 0.45]).",
        "1:5 [significance-contradicts-ci]",
    ),
    "outside-r-df": ("It was *r*(88) = .58, 95% CI [.20, .40].", "1:18 [estimate-outside-ci]"),
    "outside-r-df-p": ("It was *r*(88) = .58, *p* < .001 (95% CI [.20, .40]).", "1:18 [estimate-outside-ci]"),
    "outside-comma": ("Hier war *g* = 0,94; 95% CI [0,41; 0,87].", "1:16 [estimate-outside-ci]"),
    "outside-comma-french": ("On trouve OR = 0,80 (IC à 95 % 1,20 à 2,70).", "1:16 [estimate-outside-ci]"),
    "ran": ("The 95% confidence interval ran from .24 to .12.", "1:38 [ci-reversed]"),
    "lay": ("The 95% confidence interval lay between .24 and .12.", "1:41 [ci-reversed]"),
    "whole-numbers": ("It was so (95% CI 6, 2).", "1:19 [ci-reversed]"),
    "percentage-no-break": ("Of all, 17\u00a0of\u00a052 (37.2\u00a0%) left.", "1:19 [percentage-inconsistent]"),
    "percentage-of-their": ("Then 12 of their 80 patients (18%) left.", "1:31 [percentage-inconsistent]"),
    "percentage-of-n": ("Then 12 of *N* = 80 (18%) left.", "1:22 [percentage-inconsistent]"),
    "percentage-of-n-tight": ("Then 12 of *N*=80 (18%) left.", "1:20 [percentage-inconsistent]"),
    "percentage-turned": ("Then 60 of 50 (83%) left.", "1:16 [percentage-inconsistent]"),
    "p-after-interval": (
        "It was *t*(112) = 0.84, *d* = 0.15, 95% CI [-.20, .50], *p* = .004.",
        "1:58 [p-inconsistent]",
    ),
    "hyphen-title": ("The Forty Six left.", "1:5 [number-format]"),
}


@pytest.mark.parametrize(("body", "at"), FAULTS.values(), ids=FAULTS)
def test_a_doubtful_number_is_told_at_its_place(body: str, at: str) -> None:
    assert told(body) == [at]


QUIET = {
    "margin-in-full": (
        "The equivalence margin was set at *g* = -0.25 to +0.25, and the whole interval (90% CI [-0.227, -0.079]) "
        "lay within it."
    ),
    "margin-downward": "The margin of equivalence ran from +0.25 to -0.25.",
    "range-of-effects": "Effects ranged from *d* = .65 to .39 across outcomes, and *d* = .62 down to .26 at follow-up.",
    "ages": "Patients were 65 to 18 years old (range 18–65, *M* = 41.3, *SD* = 12.1).",
    "pages": "See pages 104–90 and pp. 104-94; *53*(1), 90–104; 66(1), 94–103.",
    "dates": "The trial ran 2019-05-17 to 2020-02-01, 05/17 to 02/20, May 17–2 June.",
    "telephone": "Call 613-562-5800 ext. 4868 or +1 (613) 562-5147, 1-800-555-1234.",
    "p-with-a-stop": "The result was *p*. 05, and then *p* < . 05.",
    "ci-as-confidence": "Our confidence (CI) in the result is moderate; the CI of 5, 3 and 2 was asked.",
    "interval-without-bounds": "The confidence interval is wide: from small to large.",
    "q-and-i2": "*Q*(27) = 61.4, *p* = .90; *I*² = 45%, 95% CI [12, 66]; τ² = 0.04.",
    "i2-with-interval": "*I*² = 45% (95% CI 12–66%), *Q* (df = 27) = 61.4, *p* < .001.",
    "alpha-and-kappa": "Internal consistency was good (Cronbach’s α = .80, 95% CI [.75, .84]); ω = .91; κ = .62; ICC = .80 [.70, .88].",
    "bca-bootstrap": "The indirect effect was *ab* = 0.12, BCa 95% CI [0.03, 0.25]; 95% BCa bootstrapped CI [0.03, 0.25].",
    "bootstrap-samples": "bootstrapped 95% CI based on 5,000 samples [0.03, 0.25]",
    "credible-interval": "The posterior mean was 0.32 (95% credible interval 0.11 to 0.54); 95% CrI [0.11, 0.54]; 95% HDI [0.11, 0.54].",
    "sample-like-a-year": "The sample was large (*N* = 2020), of 1,782 adults in 2019 and 2021, born in 1985 or 1899.",
    "year-then-count": "In 2019, 1,782 adults took part; by 2020, 2,310 had.",
    "rounded-24-of-36": "24 of the 36 (67%) and 24 of the 36 patients (66.7%) stayed.",
    "thirds": "One third, 12 of 36 (33%); 12 of 36 (33.3%); 12 of 36 (33.33%); two thirds, 24/36 (66%).",
    "half-of-40": "half of 40 (50%) and about half of the 40 patients (50%) left.",
    "per-protocol": (
        "Of those who completed, 18 of 40 (45%); per protocol 18 of 36 (50%); 18 (50%) of 36 completers; 18 of 40 "
        "randomized (50% of completers)."
    ),
    "f-one-tailed": "*F*(1, 38) = 3.02, *p* = .045; *F*(1, 38) = 4.08, *p* = .05; *F*(1, 38) = 2.9, *p* < .05, one-tailed.",
    "t-one-tailed": "*t*(38) = 1.70, *p* < .05 (one-tailed); *t*(38) = 1.69, *p* = .05.",
    "p-below-001": (
        "*t*(98) = 12.31, *p* < .001; *t*(98) = 3.40, *p* < .001; *t*(98) = 3.39, *p* = .001; *F*(3, 120) = 9.87, "
        "*p* < .0001."
    ),
    "ns": "*t*(98) = 1.21, *ns*; *F*(2, 97) = 1.10, n.s.; χ²(2) = 3.2, ns.",
    "p-at-the-limit": "*t*(58) = 2.00, *p* = .05; *t*(58) = 2.00, *p* = .050; *t*(60) = 2.0, *p* = .05; *t*(40) = 2.02, *p* = .05",
    "r-with-its-df": "*r*(44) = .30, *p* = .043; *r* = .30, *p* = .04; *r*(46) = .30, *p* = .04; *r*(44) = –.30, *p* < .05",
    "chi-squared": (
        "χ²(3, *N* = 147) = 8.02, *p* = .046; χ²(3) = 8.02, *p* < .05; χ2 (3) = 8.02, p=.046; chi-square(1) = 3.84, "
        "*p* = .05"
    ),
    "z-at-its-limits": "*z* = 1.96, *p* = .05; *z* = 1.64, *p* = .05; *z* = -2.58, *p* = .01; *Z* = 3.29, *p* = .001",
    "estimate-se-p": "*g* = 0.63, *SE* = 0.08, *p* = .002, 95% CI [0.41, 0.87]",
    "two-effects-in-a-row": "*g* = 0.67, *SE* = 0.15, *p* = .020, 95% CI [0.20, 1.13]; *g* = 0.38, *SE* = 0.13, *p* = .019, [0.08, 0.68]",
    "follow-up-in-brackets": "*d* = .02, 95% CI [-.24, .28], follow-up *d* = .07, [-.22, .36]",
    "odds-ratio-in-words": "The odds ratio for remission was 1.42 (95% CI, 1.01–2.00; *p* = .04).",
    "hazard-ratio-in-brackets": "HR 0.72 (0.55–0.94); HR = 0.72; 95% CI: 0.55–0.94; RR=1.15 (95%CI 0.98 to 1.35), ns",
    "percentages-with-intervals": "Response was 48.5% (95% CI 42.1%–54.9%) against 37% (95% CI 31–43%).",
    "number-needed-to-treat": "The number needed to treat was 9 (95% CI 5 to 45); NNT = 12, 95% CI 6 to ∞.",
    "true-minus-to": "The pooled SMD was −0.31 (95% CI −0.52 to −0.10; *k* = 21; *N* = 2,751).",
    "mean-difference": "Mean difference −3.2 points (95% CI −5.1 to −1.3); WMD = -3.2, 95% CI -5.1, -1.3.",
    "alliance-r": "Alliance was related to outcome, *r* = .278, 95% CI [.256, .299], *p* < .0001; equivalent of *d* = .579.",
    "therapist-effects": "therapist effects of 5.8%, 95% CI [3.8%, 8.2%]; ICC = .05 (95% CI .03–.07)",
    "not-significant-and-includes": "no significant difference at follow-up (*g* = 0.11, 95% CI [-0.10, 0.32])",
    "not-superior": "CBT was not superior (*d* = 0.45, 95% CI [0.20, 0.70] favouring PDT).",
    "after-correction": "The difference did not reach significance after correction for multiple tests (*d* = 0.45, 95% CI [0.05, 0.85]).",
    "effect-of-age-and-of-group": "There was no significant effect of age, but a large one of group (*d* = 0.80, 95% CI [0.50, 1.10]).",
    "not-then-but-later": "Although not significant at post-treatment, the effect was so at one year (*d* = 0.45, 95% CI [0.20, 0.70]).",
    "neither": "Neither was significantly better, *d* = 0.05, 95% CI [-0.20, 0.30].",
    "but-not-than-cbt": (
        "PDT was significantly better than waiting (*g* = 0.71 [0.50, 0.92]) but not than CBT (*g* = -0.10 [-0.30, "
        "0.10])."
    ),
    "at-one-year-not-at-two": (
        "The groups differed significantly at one year (*d* = 0.45, 95% CI [0.20, 0.70]) but not at two (*d* = 0.10, "
        "95% CI [-0.15, 0.35])."
    ),
    "hours-rooms-streets": "Dr. Smith has 25 years' experience, 1,200 hours a year, Room 1100, 2100 Main St., K1N 6N5, 1090 Vienna.",
    "dois-and-isbn": "1,782 adults; see doi:10.1037/pst0001234, 10.1080/10503307.2018.1489162 and ISBN 978-1-4338-3216-1.",
    "volumes-and-articles": "1,782 adults, pp. 1023–1031, *American Psychologist*, 1234, no. 2345, Article 4567.",
    "versions-and-hours": "1,782 adults used version 3.5 of 2,000 items at 1600 hours.",
    "twenty-one-hour": "twenty one-hour sessions; thirty two-person teams; forty-six; one hundred and twenty; fifty or sixty.",
    "twenty-two-hour": "in one hundred twenty two-hour workshops",
    "points-and-trainees": "12 of 46 (26%), 46 patients (26 trainees), 12% of 46, 12 out of 46 possible points (26%)",
    "ratings-and-scores": "Agreement was reached in 3 of 4 ratings (75%), and 5/7 (71%) items; a score of 5/7 (SD = 1.1)",
    "ratios-and-splits": "a 5-point scale (0–4), a 3:1 ratio, a 50/50 split, 24/7 help (100%), 1/3 (33%) of patients, 2/3 (67%)",
    "percentages-of-all-kinds": (
        "5 of 10 (50.0%) vs 4 of 10 (40.0%); 0 of 23 (0%); 23 of 23 (100%); 1 of 400 (<1%); 1 of 400 (0.3%); 1 of "
        "400 (0.25%)"
    ),
    "interval-in-per-cent-beside-a-count": "46% (95% CI 31–61%) of 46; 21 of 46 (46%; 95% CI 31–61%)",
    "percent-first": "12.5% (4/32) and 12.5% (n = 4 of 32), 13% (4 of 32)",
    "heterogeneity-after-a-count": "3 of 28 trials (I² = 60%) and 3 of 28 studies, 11% of all patients (16.3%)",
    "regression": "*B* = 0.32, *SE* = 0.11, *t*(142) = 2.91, *p* = .004, 95% CI [0.10, 0.54]",
    "beta-and-r2": "β = −.24, *t*(85) = −2.31, *p* = .023, *R*² = .31, Δ*R*² = .06, *F*(1, 85) = 5.34, *p* = .023",
    "wilks": "Wilks’ Λ = .91, *F*(4, 230) = 2.80, *p* = .027, η²p = .05",
    "fractional-df": (
        "*F*(2, 97.4) = 4.1, *p* = .02; *t*(33.7) = -2.14, *p* = .04; *F*(1.6, 88.2) = 4.6, *p* = .02 "
        "(Greenhouse–Geisser)"
    ),
    "ci-that-narrowed": "The 95% CI narrowed from 0.8 to 0.3 as studies were added; treatment reduced CI from 4.5 to 3.2 points.",
    "ci-short-for-something": "Scores on the CI (*M* = 4.5 to 3.2) fell; CI 4.5 to 3.2 at follow-up.",
    "freud": (
        "Freud (1895), from 1856 to 1939, in the 1895 Project, Breuer and Freud’s 1895 Studies; 1,782 adults since "
        "about 1895."
    ),
    "hours-and-wars": "1,782 adults from 1700 to 1900 hours, or in the year 1789 and after the war of 1870.",
    "place-in-a-row": "By session 4 of 16 (10%), 36% had left; in week 3 of 12 (36%), in item 2 of 9 (80%).",
    "weighted-percentage": "12 of 46 (30%, weighted) and 12 of 46 (30%; adjusted for age) and 12 of 46 (30% after imputation).",
    "percentages-of-others": "36% of patients (3 of 4 in therapy); 36% of those (3 of 12 studies).",
    "fishers-z": "*r* = .30, *z* = .31, *p* < .001; the mean correlation was *z* = 0.31, *p* < .001.",
    "fit-indices": "RMSEA = .053 (90% CI [.045, .061]), CFI = .95, χ²(24) = 45.1, *p* = .006.",
    "dropout-odds": "Dropout was lower in PDT (12%) than in CBT (19%), OR = 0.58, 95% CI [0.35, 0.96], *p* = .034.",
    "favoured-with-minus": "Effects favoured PDT (*d* = -0.45; 95% CI: -0.70 - -0.20).",
    "inside-the-bracket": "Compared with TAU, *g* = −0.31 (95% CI −0.52 to −0.10, *p* = .004, *I*² = 45%).",
    "three-correlations": (
        "Working alliance predicted outcome (*r* = .28, 95% CI [.25, .30]), as did empathy (*r* = .31, 95% CI [.28, "
        ".34]) and goal consensus (*r* = .24, 95% CI [.19, .28])."
    ),
    "significant-then-not": (
        "The between-group effect was significant at termination (*d* = 0.45, 95% CI [0.20, 0.70]), not at one year "
        "(*d* = 0.10, 95% CI [-0.15, 0.35])."
    ),
    "change-in-fit": "Adding it brought no significant change in fit, and its path was strong (β = .45, 95% CI [.20, .70]).",
    "total-and-direct": (
        "The total effect was significant, *b* = 0.32, 95% CI [0.10, 0.54]; the direct effect was not significant, "
        "*b* = 0.12, 95% CI [-0.10, 0.34]."
    ),
    "once-trials-were-left-out": (
        "The effect was no longer significant once trials at high risk were left out (*g* = 0.38, 95% CI [0.08, "
        "0.68] before)."
    ),
    "therapists-then-alliance": "Therapist effects were not significant. The alliance was (β = .45, 95% CI [.20, .70]).",
    "dose-then-alliance": "Dose was not a significant predictor. Alliance was related to outcome, *r* = .28, 95% CI [.25, .30].",
    "dropout-then-outcome": "There were no significant differences in dropout. PDT did better, *d* = 0.45, 95% CI [0.20, 0.70].",
    "heterogeneity": "Heterogeneity was significant (*g* = 0.10, 95% CI [-0.20, 0.40], *Q*(12) = 24.3, *p* = .02).",
    "clinically-meaningful": "A statistically non-significant but clinically meaningful effect (*d* = 0.30, 95% CI [-0.05, 0.65]).",
    "trend": "The trend did not reach significance (*d* = 0.30, 95% CI [-0.05, 0.65]).",
    "is-not-and-is": "*d* = 0.30 (95% CI [-0.05, 0.65]) is not significant; *d* = 0.80 (95% CI [0.45, 1.15]) is.",
    "placebo-and-waiting-list": (
        "Only the comparison with waiting lists was significant (*g* = 0.80, 95% CI [0.45, 1.15]); that with placebo "
        "was not (*g* = 0.20, 95% CI [-0.10, 0.50])."
    ),
    "all-but-one": (
        "All but one difference were significant; the largest was *g* = 0.80, 95% CI [0.45, 1.15], the smallest *g* "
        "= 0.10, 95% CI [-0.20, 0.40]."
    ),
    "few-trials": "Few trials found significant benefits (*g* = 0.10, 95% CI [-0.20, 0.40]).",
    "moderators": "None of the moderators was significant (*b* = 0.10, 95% CI [-0.20, 0.40]).",
    "no-single-trial": "No trial was significant on its own, but together they were (*g* = 0.30, 95% CI [0.10, 0.50]).",
    "even-though": "The pooled effect was significant even though no single trial was (*g* = 0.30, 95% CI [0.10, 0.50]).",
    "absent": "Significant differences between therapists were absent (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "ruled-out": "Results held: a significant difference was ruled out (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "expected": "The authors expected a significant difference (*d* = 0.10, 95% CI [-0.20, 0.40] was found).",
    "needed-more": "A significant difference would have needed more patients (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "significantly-more-women": "Significantly more women took part; the effect was small (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "significance-of-the-alliance": "The significance of the alliance (*r* = .28, 95% CI [.25, .30]) is beyond doubt.",
    "significance-level": "Significance was set at .05, two-tailed. The effect was *d* = 0.10, 95% CI [-0.20, 0.40].",
    "significant-other": "Significant other support was unrelated to outcome, *r* = .05, 95% CI [-.10, .20].",
    "felt-significantly": "Patients felt significantly understood; ratings correlated with outcome (*r* = .05, 95% CI [-.10, .20]).",
    "equal-at-90": "PDT and CBT were equally effective, with no significant difference (*g* = -0.15, 90% CI [-0.23, -0.08]).",
    "anxiety-and-depression": (
        "Differences were not significant for anxiety (*d* = 0.10, 95% CI [-0.20, 0.40]) but were for depression "
        "(*d* = 0.45, 95% CI [0.20, 0.70])."
    ),
    "that-on-depression": (
        "The effect on anxiety was significant, *d* = 0.45, 95% CI [0.20, 0.70], that on depression was not, *d* = "
        "0.10, 95% CI [-0.20, 0.40]."
    ),
    "depression-then": (
        "For anxiety, *d* = 0.10, 95% CI [-0.20, 0.40]; depression improved significantly, *d* = 0.45, 95% CI [0.20, "
        "0.70]."
    ),
    "publication-bias": "No significant publication bias was found, and the effect was robust (*g* = 0.38, 95% CI [0.08, 0.68]).",
    "shares-of-sessions": "Sessions were more frequent in PDT (1,200 of 2,400 hours, 50%), and 1 of 1,200 patients died (0.1%).",
    "thousands-in-one-style": "In 1,200 sessions, 2,310 interventions (1.9 per session) were coded, 1,100 of them twice (κ = .72).",
    "large-samples": "An *N* of 2,751; *n* = 1,402 and *n* = 1,349; *k* = 21; 2,751 patients (51% women).",
    "t-with-d-and-interval": "*t*(45) = 2.20, *SE* = 0.11, *p* = .03, *d* = 0.65, 95% CI [0.05, 1.25].",
    "f-at-its-limits": "*F*(1, 145) = 3.95, *p* < .05, η² = .03; *F*(2, 290) = 3.03, *p* = .05; *F*(3, 143) = 0.87, *p* = .46.",
    "t-at-its-limits": "*t*(145) = 1.98, *p* = .05; *t*(145) = 1.97, *p* = .05; *t*(145) = 1.976, *p* < .05; *t*(14) = 2.1, *p* = .05",
    "chi-squared-at-its-limits": "*χ*²(1, *N* = 147) = 3.84, *p* = .05; χ²(2, *n* = 90) = 5.99, *p* = .05; χ²(1) = 10.8, *p* = .001",
    "r-at-its-limits": "*r*(144) = .16, *p* = .05; *r*(144) = .20, *p* = .02; *r*(144) = −.20, *p* = .016; *r*(145) = .99, *p* < .001",
    "spearman": "Spearman’s *r*(44) = .29, *p* = .05; *r*s(44) = .29, *p* = .5; ρ(44) = .29, *p* = .5; *R*(44) = .29, *p* = .5",
    "two-and-one-tailed": "*t*(98) = 1.21, *p* = .229 (two-tailed), *p* = .115 (one-tailed); *t*(98) = 1.21, *p*s > .10",
    "z-one-tailed": "*z* = 1.645, *p* = .05 and *z* = 3.1, *p* = .002, *z* = 3.1, *p* = .001",
    "f-near-05": "*F*(2, 45) = 3.2, *p* = .05; *F*(2, 45) = 3.2, *p* < .05; *F*(2, 45) = 3.20, *p* = .050",
    "decimals-beside-thousands": "In all, 1,782 adults, or 64 per trial, at 1.5 sessions a week, from 14 countries.",
    "grants-and-codes": (
        "Grants R01 MH 1234, UMO-2011/01, 1782/2019; protocol no. 1234; 1,782 adults; ID 2345; PO Box 3456; 3456 AB "
        "Utrecht; D-4057."
    ),
    "money": "It cost $1,500 more (95% CI $1,200 to $1,800), £2,345 in all.",
    "halves": "Half (50%) of 40 patients, 50% of 40 (20), 20 (50%) of 40; 30 of 40 (75%), two of whom (7%) left.",
    "of-the-patients": (
        "Of the 46 patients, 12 (26%) left; of 46 patients, 40 stayed and 12 (30%) of these improved; of 46 "
        "patients, 12 (36%) of the 33 completers improved."
    ),
    "counts-in-words": "Seven of 28 trials (25%), one of 16 trials (6%), two of three (67%), forty-one of 46 (89%).",
    "response-by-arm": "Response was 31% (16 of 51) for PDT, 33% (18 of 55) for medication and 28% (14 of 50) for placebo.",
    "of-adolescents": "Of 100 adolescents, 38 (38%) no longer met criteria; of the 249 patients, 118 (47.4%) did.",
    "remission-by-arm": "Remission was 22.7% (95% CI 17.4 to 29.1) in CBT and 21.0% (95% CI 15.6–27.6) in PDT.",
    "smd": "The standardized mean difference was -0.11 (95% CI, -0.25 to 0.03; *P* = .12).",
    "non-inferiority": "The margin of non-inferiority was 3.5 points; the difference 1.1 (97.5% one-sided CI -1.2).",
    "d-without-sign": "Cohen’s *d* was 0.57 [0.35–0.79]; a two-sided 95% CI of −1.01 to 2.11 for the difference.",
    "p-below-0001": "The correlation was *r* = .278 (*k* = 295, *N* = 30,000+, *p* < .0001, 95% CI [.256, .299]), or *d* = .58.",
    "cochrane-style": "SMD = 0.30, 95% CI [0.14, 0.45], *Z* = 3.75, *P* = .0002, I2 = 38%",
    "f-and-chi-squared-non-apa": "*F* (1, 78) = 4.01, *p* = 0.049; χ2(2) = 6.01, *P* = 0.0495; the ORs ranged from 2.7 to 1.2",
    "points-with-sd": "They improved by 12.3 points (*SD* 8.1; range 3–31; 95% CI 9.9–14.7).",
    "interval-within-brackets": "Agreement was κ = .81 [95% CI .74, .88]; (*d* = 0.36 [95% CI, 0.20-0.52])",
    "odds-ratio-semicolons": "(OR = 2.05; 95% CI = 1.12, 3.75; *p* = .02)",
    "interval-before-t": "*b* = −0.35, 95% CI [−0.61; −0.09], *t*(67) = −2.69, *p* = .009",
    "interval-without-level": "ES = 0.82 (CI 0.64–1.00); ES = 0.82 (CI: 0.64–1.00)",
    "phq-9": "The PHQ-9 fell from 17.2 (*SD* = 4.1) to 9.3 (*SD* = 5.6), *d* = 1.61, 95% CI [1.22, 2.00].",
    "years-and-clinics": (
        "In 2011–2013, 1,120 of the 2,240 clinics (50%) replied; between 10% and 5% got worse; the mean age was 34.5 "
        "(range 65–18)."
    ),
    "both-arms-improved": (
        "The groups did not differ significantly: CBT, *d* = 0.95, 95% CI [0.70, 1.20]; PDT, *d* = 0.90, 95% CI "
        "[0.65, 1.15]."
    ),
    "respectively": (
        "CBT and PDT did not differ significantly (*d* = 0.45, 95% CI [0.20, 0.70], and *d* = 0.50, 95% CI [0.25, "
        "0.75], respectively)."
    ),
    "both-helped": "Neither therapy differed significantly from the other; both helped (*d* = 0.95, 95% CI [0.70, 1.20]).",
    "in-both-groups": (
        "There was no significant difference in efficacy, and in both groups change was large (*d* = 0.95, 95% CI "
        "[0.70, 1.20])."
    ),
    "capital-non-significant": "Non-significant effects were found for anxiety (*d* = 0.10, 95% CI [-0.20, 0.40]).",
    "insignificant": "Insignificant differences remained, *d* = 0.10, 95% CI [-0.20, 0.40].",
    "marginally-significant": "The effect was marginally significant (*d* = 0.30, 95% CI [-0.02, 0.62], *p* = .06).",
    "pre-to-post": (
        "Change from pre to post was significant in both groups; the difference was small, *d* = 0.10, 95% CI "
        "[-0.20, 0.40]."
    ),
    "unlike-the-alliance": "The number of sessions was not significant, unlike the alliance (β = .32, 95% CI [.12, .52]).",
    "not-worse": "PDT was not significantly worse than CBT at the end (*g* = -0.10, 95% CI [-0.30, 0.10]).",
    "at-no-time": "At no time was the difference significant (*g* = -0.10, 95% CI [-0.30, 0.10]).",
    "at-the-end-only": "The difference was significant at the end only (*g* = -0.10, 95% CI [-0.30, 0.10] at one year).",
    "therapist-variance": "Therapists differed significantly in their outcomes (5.8% of variance, 95% CI [3.8%, 8.2%]).",
    "therapist-icc": "The therapist effect was significant, ICC = .05, 95% CI [.03, .07].",
    "dose": "Effects did not vary significantly with dose (*b* = 0.01, 95% CI [-0.02, 0.04]).",
    "slope": "The slope did not differ significantly from zero (*b* = 0.01, 95% CI [-0.02, 0.04]).",
    "attachment": "Patients with secure attachment had significantly better outcomes (*r* = .17, 95% CI [.13, .22]).",
    "avoidance-ns": "*r* = −.16, 95% CI [−.22, −.10], for attachment anxiety; *r* = −.05, 95% CI [−.11, .02], ns, for avoidance",
    "papers-read": "We read 12 of 46 papers in full (26%), and screened 1,234 of 5,678 (21.7%).",
    "trials-in-words": "Six of 35 trials (17%), a third of 36 (33%), none of 46 (0%), all 46 (100%).",
    "flow-of-patients": "Of those invited, 46 of 120 agreed (38%), 40 of 46 completed (87%), and 12 of 40 relapsed (30%).",
    "pair": "CBT and PDT did not differ significantly (*d* = 0.45, 95% CI [0.20, 0.70] and *d* = 0.50, 95% CI [0.25, 0.75]).",
    "pair-versus": "There was no significant difference (*d* = 0.45 [95% CI 0.20 to 0.70] vs. *d* = 0.50 [95% CI 0.25 to 0.75]).",
    "number-needed-in-words": "The number needed to treat was 8.4 (95% CI 12 to -20).",
    "bound-that-ranged": "The lower bound of the 95% CI ranged from 0.87 to 0.41 across analyses.",
    "ns-for-sizes": "*t*(48) = 3.21 (*n*s = 25 and 25); *t*(48) = 3.21, *n*s = 25; *d* = 0.90, 95% CI [0.30, 1.50], *n*s = 25.",
    "chi-squared-one-tailed": "χ²(1) = 3.00, *p* = .042, one-tailed.",
    "registers": "1,782 adults. Trial registration: 123456. PMID: 234567; *American Psychologist*, 1234.",
    "a-share-of-a-share": "In 12 (36%) of 46% of the sample; 12 (36%) of 4.6 hours.",
    "one-in-four": "In a sample of 1,100, one in four (25%) dropped out; 3 in 10 (30%) relapsed; 275 of 1,100 (25%).",
    "of-these-120": (
        "Of 300 referred, 120 (40%) started; of these 120, 90 (75%) finished, and of the 90 completers, 60 (67%) "
        "recovered."
    ),
    "arms-of-one-sample": "Among 46 patients, 12 (26%) were men; of 46 patients, 12 (22%) in CBT and 10 (20%) in PDT left.",
    "recovery-rates": "Recovery rates were 50% (23/46) and 33% (15/46), a difference of 17% (95% CI -3% to 37%).",
    "clinics": "The response rate was 62% (1,120 of 1,800 clinics; 62.2%).",
    "sessions-on-video": "The therapy had 24 of its 36 sessions (67%) on video; 9 of 10 raters (ICC = .90) agreed.",
    "attendance": "Mean attendance was 12 of 16 sessions (75%), with a range of 3 of 16 (19%) to 16 of 16 (100%).",
    "gaf-and-age": "GAF rose from 45 to 62 (95% CI for the change: 12 to 22). The 95% CI for age was 41.2, 45.6.",
    "fell-when-adjusted": "Estimates fell from 0.63 (95% CI [0.41, 0.87]) to 0.38 (95% CI [0.08, 0.68]) when adjusted.",
    "trim-and-fill": "After trim-and-fill *g* fell from 0.63 to 0.45, 95% CI [0.30, 0.60].",
    "symptoms-and-functioning": "Effects were *g* = 0.63 for symptoms and 0.38 for functioning, 95% CIs [0.41, 0.87] and [0.08, 0.68].",
    "exceeded-controls": "The effect (*g* = 0.63, 95% CI [0.41, 0.87]) exceeded that of controls (*g* = 0.38).",
    "conventions": "A *d* of 0.5 is moderate. Here, 95% CI [0.6, 0.9] means more than that.",
    "prediction-interval": "The alliance correlated with outcome at *r* = .28 (95% PI [−.05, .55]; 95% CI [.25, .30]).",
    "prediction-beside-confidence": (
        "The prediction interval was wide (95% PI −0.20 to 0.96) though the effect was not (*g* = 0.38, 95% CI 0.08 "
        "to 0.68)."
    ),
    "odds-by-12-per-cent": "A one-point rise in empathy raised the odds of recovery by 12% (OR = 1.12, 95% CI [1.03, 1.22]).",
    "odds-lower": "Odds were 40% lower (OR = 0.60; 95% CI = 0.40–0.90), and risk fell by a third (RR 0.67, 0.50 to 0.90).",
    "bdi-ii": "BDI-II fell by 9.5 points (95% CI −12.1, −6.9), *t*(45) = −7.35, *p* < .001, *d*z = 1.08.",
    "time-by-group": "Time by group: *F*(2, 88) = 3.10, *p* = .050, partial η² = .07; simple effects, *F*(1, 44) = 7.25, *p* = .01.",
    "overall-model": (
        "The overall model was significant, *F*(4, 141) = 5.02, *p* < .001, *R*² = .12; age was not (β = .05, 95% CI "
        "[-.10, .20])."
    ),
    "flat-slope": "The slope was not significant, *b* = -0.02, *SE* = 0.03, *t*(141) = -0.67, *p* = .50, 95% CI [-0.08, 0.04].",
    "all-ps-above": "No effect was significant (all *p*s > .05), and all intervals held zero, as in 95% CI [-0.08, 0.04].",
    "but-not-significant": (
        "The difference favoured PDT but was not significant, χ²(1, *N* = 147) = 2.31, *p* = .13, OR = 1.66, 95% CI "
        "[0.86, 3.20]."
    ),
    "dropout-by-arm": "Dropout did not differ significantly, 12 of 46 (26%) against 15 of 48 (31%), χ²(1) = 0.31, *p* = .58.",
    "log-rank": "Log-rank χ²(1) = 4.20, *p* = .040; Wald χ² = 4.20, *p* = .04; likelihood ratio χ²(2) = 6.1, *p* = .047.",
    "eggers-t": (
        "*Q*B(1) = 4.2, *p* = .04; Egger’s *t*(26) = 1.10, *p* = .28; Begg’s *z* = 0.85, *p* = .40; Δχ²(1) = 4.2, "
        "*p* = .9"
    ),
    "critical-t": "*t*(14) = 2.14, *p* = .05; *t*(14) = 2.15, *p* < .05; *t*(10) = 2.23, *p* = .05; *t*(1) = 12.7, *p* = .05",
    "large-df": "*t*(5000) = 1.96, *p* = .05; *F*(1, 10000) = 3.84, *p* = .05; *z* = 10.2, *p* < .001; *t*(20) = 40, *p* < .0001",
    "tens-with-hyphens": (
        "Twenty-one of the 28 trials (75%), sixty-seven patients, one hundred and one, seventy to eighty, ninety "
        "five-minute films."
    ),
    "ty-words": "Anxiety one week later, empathy two weeks later, reality six of them had lost, and property nine tenths of it.",
    "codes-of-disorders": "The journal is in its 1,000th issue; 2,500 subscribers in 2023; ICD-10 F60.31, DSM-5, item 1001, code 1234.",
    "hours-and-euros": "The grant (no. 1234567) paid 1,250 sessions at 1 pm, 1400 h and 09:30; €1,200 a year; 3,000-word notes.",
    "decimals-of-thousands": "Data were 1,234.5 and 2345.6 ms; 10,000 bootstrap samples, 95% CI [0.03, 0.25]; the χ² of 1,234.5 had 1,200 df.",
    "non-inferior-and-no-different": (
        "The non-inferiority margin was *d* = 0.20; PDT was non-inferior to CBT, *d* = 0.05, 95% CI [−0.13, "
        "0.23], *p* = .009 for non-inferiority (one-sided), and the groups did not differ significantly."
    ),
    "risk-difference": (
        "In the intention-to-treat sample (*N* = 1,482), remission at 12 months was 38.2% (283 of 741) versus "
        "33.9% (251/741), risk difference 4.3 percentage points, 95% CI [−0.6, 9.2], OR = 1.21."
    ),
    "indirect-and-direct": (
        "The indirect effect through alliance was significant, *ab* = −0.11, *SE* = 0.04, 95% CI [−0.20, −0.04], "
        "whereas the direct effect was not, *c*′ = −0.09, 95% CI [−0.31, 0.13]."
    ),
    "bootstrapped-product": (
        "Path *a* (*b* = 0.42, *SE* = 0.10, *p* < .001) and path *b* (*b* = −0.26, *SE* = 0.09, *p* = .004) gave "
        "a product of −0.11 (bootstrapped 95% CI [−0.21, −0.03], 5,000 samples)."
    ),
    "network-meta-analysis": (
        "In a network meta-analysis of 101 trials with 11,910 patients, PDT did not differ from CBT (SMD = −0.06, "
        "95% CrI [−0.25, 0.13]; SUCRA 54% vs. 61%)."
    ),
    "highest-density-interval": (
        "The Bayes factor favoured the null (BF01 = 8.3); the posterior median was *d* = 0.04, 95% HDI [−0.14, 0.21]."
    ),
    "two-levels": (
        "Two-level models with sessions (*n* = 10,432) within 1,148 patients showed a within-patient effect, γ = "
        "−0.08, *SE* = 0.02, *t*(10430) = −4.00, *p* < .001, 95% CI [−0.12, −0.04]."
    ),
    "simple-slopes": (
        "Severity moderated the effect, *F*(1, 212) = 5.02, *p* = .026; at +1 *SD*, *d* = 0.61, 95% CI [0.29, "
        "0.93], and at −1 *SD*, *d* = 0.08, 95% CI [−0.24, 0.40]."
    ),
    "prediction-around": (
        "Heterogeneity was high, *Q*(37) = 112.4, *p* < .001, *I*² = 67%, 95% CI [54, 76], τ² = 0.09, 95% "
        "prediction interval [−0.18, 1.04] around *g* = 0.43, 95% CI [0.31, 0.55]."
    ),
    "meta-regression": (
        "Meta-regression showed no effect of the number of sessions, *b* = 0.004, *SE* = 0.006, *z* = 0.67, *p* = "
        ".505, 95% CI [−0.008, 0.016], *R*² = 0%."
    ),
    "kaplan-meier-beside-hr": (
        "The hazard of relapse was lower with MBCT, HR = 0.69, 95% CI [0.58, 0.82]; Kaplan–Meier estimates were "
        "38% (95% CI 34–42%) and 49%."
    ),
    "points-and-d": (
        "HAMD-17 scores fell by 9.5 points in PDT and by 9.1 points in SSRI (difference 0.4, *d* = 0.06, 95% CI "
        "[−1.2, 2.0], *p* = .62)."
    ),
    "welch": (
        "A Welch test gave *t*(57.83) = −1.98, *p* = .053, *d* = −0.51; Hedges’ *g* = −0.50, 95% CI [−1.01, 0.01]."
    ),
    "cross-lagged": (
        "A RI-CLPM showed that alliance predicted next-session symptoms (β = −.12, 95% CI [−.19, −.05]) but not "
        "vice versa (β = −.03, 95% CI [−.10, .04], *p* = .40)."
    ),
    "two-one-sided-tests": (
        "TOST: *t*(238) = 2.41, *p* = .008 (upper), and *t*(238) = −3.12, *p* = .001 (lower); 90% CI of *d* = "
        "−0.05 [−0.26, 0.17]."
    ),
    "three-way-interaction": (
        "A three-way interaction (Time × Group × Attachment) was found, *F*(3, 10496) = 4.50, *p* = .004, among "
        "1,150 clients seen 10,502 times."
    ),
    "against-the-hypothesis": (
        "In the one-tailed test of superiority, the effect ran against the hypothesis, *t*(78) = −0.85, *p* = "
        ".801, *d* = −0.19, 95% CI [−0.63, 0.25]."
    ),
    "survival": (
        "Median survival was 41 weeks (IQR 22–78), log-rank χ²(1) = 6.9, *p* = .009, HR 0.61, 95% CI 0.42–0.88."
    ),
    "short-and-long-term": (
        "The effect was no larger in 21 trials of long-term therapy (*g* = 0.33 [0.10, 0.56]) than in 34 of "
        "short-term therapy (*g* = 0.28 [0.12, 0.44]), *Q*(1) = 0.12, *p* = .73."
    ),
    "reduction-by-half": "Response, a reduction of at least 50% (12 of 46 patients), was rare; scores fell by 50% (12 of 46).",
    "share-of-sessions": "They attended 80% of sessions (12 of 46 patients), with a power of 80% (46 of 120 per arm).",
    "limits": "More than 50% (24 of 46) improved, under 50% (22 of 46) left, 24 of 46 (> 50%) and 22 of 46 (<50%).",
    "round-figures": "About 50% (21 of 46), nearly 50% (22 of 46), ~50% (21/46), 22 of 46 (almost 50%).",
    "stricter-alpha": "With α = .01 the difference was not significant (*d* = 0.40, 95% CI [0.05, 0.75]).",
    "points-of-the-bdi": "PDT did better by 2.1 points on the BDI, *g* = −0.22, 95% CI [−3.9, −0.3].",
    "article-numbers": "1,148 patients (*Frontiers in Psychology*, *12*, article 645221).",
    "women-and-men": (
        "The effect was significant in women (*d* = 0.50, 95% CI [0.20, 0.80]) but not in men (*d* = 0.10, 95% CI "
        "[-0.20, 0.40])."
    ),
    "growth-of-alliance": "Alliance significantly predicted outcome, but its growth did not, *r* = .12, 95% CI [-.08, .31].",
    "smaller-than-in-reviews": (
        "The effect was significantly smaller than in earlier reviews (*g* = 0.10, 95% CI [−0.05, 0.25])."
    ),
    "as-in-reviews": "The effect did not differ significantly from that in reviews (*g* = 0.64, 95% CI [0.41, 0.87]).",
    "no-larger-in-women": "The effect was not significantly larger in women (*g* = 0.64, 95% CI [0.41, 0.87]).",
    "no-worse-than-before": "PDT did not do significantly worse than in prior work (*g* = 0.64, 95% CI [0.41, 0.87]).",
    "of-therapy-alone": "Age was not significant; *g* = 0.64, 95% CI [0.41, 0.87], for therapy.",
    "colon-of-another": "Age was not significant: CBT had *g* = 0.64, 95% CI [0.41, 0.87].",
    "sizes-in-brackets": "The groups had equal *n*s (*g* = 0.64, 95% CI [0.41, 0.87]).",
    "p-alone": (
        "It was not significant (*p* = .20; 95% CI [0.91, 1.47]), nor was this (*p* = .20; 95% CI [-0.41, 0.87]), "
        "this was significant (*p* = .02; 95% CI [0.80, 1.20]) and rates were not (*p* = .20; 95% CI [41%, 87%])."
    ),
    "p-in-other-places": (
        "*r*(293)=.20, two-tailed *p* < .001; *z* = 2.33, *p*-value = .02; *z* = 1.31, adjusted *p*-value = .02; "
        "χ²(1, 120) = 5.20, *p* = .023; *r* = .30, *p* < .001, *df* = 293; *t*(98) = 1.21; *p* values < .05 count."
    ),
    "hundreds-in-words": "One hundred and thirty of the 240 clients (54%), one hundred thirty of 240 (54%).",
    "groups-of": "Two sessions of 90 minutes (5%), 3 groups of 12 (30%), twelve women of 46 years (30%).",
    "attended-the-sessions": "They attended 80% of the sessions (12 of 46 patients).",
    "share-of-those-left": "Of the 120, 30 left (35% of those in CBT); 30 of 120 clients, or 35% in CBT, left.",
    "percent-in-words": (
        "Then 25 percent (30 of 120), 30 (25 per cent) of 120, at least 50 percent (12 of 46), 46 percentage "
        "points (12 of 46), the 90th percentile (12 of 46)."
    ),
    "works-of-a-year": "1,782 adults; Freud’s 1895 papers, the 1895 records, two 1896 articles, the 1648 peace.",
    "relative-risk-in-per-cent": "RR = 1.38 (38% higher; 95% CI 5% to 81%), a HR of 0.72 or a 28% lower risk (95% CI 6–45%).",
    "studies-that-found-none": "Studies that found no significant effect were smaller (*d* = 0.30, 95% CI [0.10, 0.50]).",
    "just-short-of": "It was just short of significant (*g* = 0.20, 95% CI [-0.01, 0.41]).",
    "of-another-level": "It was not significant at the 1% level (*d* = 0.20, 95% CI [0.01, 0.39]), nor at *p* < .01 (*d* = 0.20, 95% CI [0.01, 0.39]).",
    "what-matters": "What is significant for clinicians is the size (*d* = 0.12, 95% CI [-0.10, 0.34]).",
    "rough-counts": "Nearly 1 of 3 (35%) left; more than 1 of 4 (28%), up to 1 of 4 (22%) and some 1 of 5 (22%) did not.",
    "rounded-df": "It was *F*(1.8, 102.4) = 4.10, *p* = .022.",
    "bare-of-a-mean": "Change was 4.2 and not significantly different (95% CI [-5.1, -3.3]).",
    "bare-of-a-ratio": "The difference was not statistically significant (95% CI [0.41, 1.07]), nor was the other (95% CI [1.02, 1.40]).",
    "bare-and-right": "The difference was significant (95% CI [-0.41, -0.07]). The effect, 95% CI [-0.50, 0.10], was non-significant.",
    "bare-of-another": "The effect was large (95% CI [-0.90, -0.50]), but not significant in women. Age was not significant (95% CI [-0.41, -0.07]).",
    "but-of-another": "Both improved (*d* = 0.34, 95% CI [0.12, 0.56]), but the difference was not significant.",
    "as-predicted": "As predicted, CBT did not do significantly better (*d* = 0.34, 95% CI [0.12, 0.56]).",
    "r-df": "It was *r*(88) = .38, 95% CI [.20, .40]; *r*(88) = .38 and *r*(42) = .58, 95% CI [.20, .40]; *t*(88) = .58, 95% CI [.20, .40].",
    "commas": "Hier war *g* = 0,64; 95% CI [0,41; 0,87]. On trouve OR = 1,80 (IC à 95 % 1,20 à 2,70), *M* = 2,80 (IC à 95 % 1,20 à 2,70).",
    "interval-of-counts": "The 95% CI 6, 2 and 3 of them ran from home; 12 people, (CI 6, 2), (95% CI 2, 6).",
    "percentage-of-their": "Then 12 of their 80 patients (15%), 12 of *N* = 80 (15%) and 17\u00a0of\u00a052 (32.7\u00a0%) left; he was 12 of 3 (4%).",
    "p-after-interval": "It was *t*(112) = 0.84, *d* = 0.15, 95% CI [-.20, .50], *p* = .40.",
    "hyphen-title": "Of Twenty One was lost. Forty-Six and forty Six.",
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_good_numbers_are_left_alone(body: str) -> None:
    assert told(body) == []


def test_the_samples_are_left_alone() -> None:
    settings = load_settings(ROOT)
    summaries = [one for key in issue_keys(settings.root)[0] for one in load_issue(settings, key)[0].summaries]

    assert [list(statistics_problems(wording_of_summary(one))) for one in summaries] == [[]] * 6


def test_a_reversed_interval_keeps_an_issue_back(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"{BODY} It was 95% CI [0.87, 0.41]."))

    found = statistics_of(newsletter)

    assert [(one.rule, one.severity) for one in found] == [("ci-reversed", "error")]


def test_a_reversed_interval_can_be_what_the_authors_print(newsletter: Newsletter) -> None:
    silenced = {"Check-ok": "ci-reversed because the authors print it so"}
    newsletter.write(DOE, summary_text(body=f"{BODY} It was 95% CI [0.87, 0.41].", **silenced))

    assert statistics_of(newsletter) == []
