from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import BODY, ROOT, summary_text
from pprmail.editorial.language import Manner, language_problems
from pprmail.editorial.wording import wording_of_issue, wording_of_summary
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.markdown import parse_text
from pprmail.manuscript.months import issue_keys
from pprmail.model import Passage
from pprmail.settings import load_settings
from sources import summary_of

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.errors import Problem
    from pprmail.model import Summary

MANNER = Manner(frozenset({"CI", "SE", "SD", "OR", "RR", "HR"}))


def summary_with(body: str, title: str = "Does Therapy Help?") -> Summary:
    return summary_of("", title=title)._replace(body=parse_text(body, "1-doe.md")[0])


def told(body: str, title: str = "Does Therapy Help?") -> list[str]:
    """What is told of a text, as ``line:column [rule]``."""
    found = language_problems(wording_of_summary(summary_with(body, title)), MANNER, is_summary=True)
    return [f"{one.line}:{one.column} [{one.rule}]" for one in found]


FAULTS = {
    "space-before-comma": ("Interpersonal therapy (IPT) , too.", ["1:28 [spacing]"]),
    "space-before-stop": ("It *helped* .\nSo it did.", ["1:12 [spacing]"]),
    "space-in-bracket": ("It ( did) help.", ["1:5 [spacing]"]),
    "space-at-bracket-end": ("It (did ) help.", ["1:8 [spacing]"]),
    "no-space-after-semicolon": ("*g* = 0.4;95% CI [0.2, 0.6].", ["1:10 [spacing]"]),
    "no-space-after-comma": ("In one,two and three.", ["1:7 [spacing]"]),
    "no-space-after-stop": ("It helped.Then it ended.", ["1:10 [spacing]"]),
    "no-space-at-bracket": ("Group therapy(GT) helps.", ["1:14 [spacing]"]),
    "no-space-after-bracket": ("Group therapy (GT)helps.", ["1:18 [spacing]"]),
    "hyphen-now-and-then": ("A meta-analysis and\na meta analysis of meta-analyses.", ["2:3 [hyphenation]"]),
    "space-before-stop-and-none-after": ("It helped .But not all.", ["1:10 [spacing]"]),
    "no-space-before-bracket": ("It helped(so they said) all.", ["1:10 [spacing]"]),
    "no-space-after-bracket-and-stop": ("It helped (so far).Then it ended.", ["1:19 [spacing]"]),
    "no-space-after-a-year": ("It ended in 2019.Then it began.", ["1:17 [spacing]"]),
    "comma-twice": ("It helped,, so far.", ["1:10 [spacing]"]),
    "co": ("Co-morbid and comorbid disorders.", ["1:15 [hyphenation]"]),
    "abbreviation-within-quotes": ("“EMDR helps,” they said.", ["1:2 [abbreviation-undefined]"]),
    "suicide-without-a-break": ("Two committed\u00a0suicide then.", ["1:5 [person-first]"]),
    "space-before-colon": ("Three groups : one left.", ["1:13 [spacing]"]),
    "space-before-question": ("It helped ? No.", ["1:10 [spacing]"]),
    "hyphen-of-two-letters": ("Follow-up was long, the followup of all.", ["1:25 [hyphenation]"]),
    "hyphen-after-a-letter": ("By e-mail and by email.", ["1:18 [hyphenation]"]),
    "hyphen-of-time": ("Pre-treatment and pretreatment scores.", ["1:19 [hyphenation]"]),
    "hyphen-and-space": ("Well-being is their well being.", ["1:21 [hyphenation]"]),
    "hyphen-or-none": ("Drop-out was 9%. The dropout rate was low.", ["1:22 [hyphenation]"]),
    "abbreviation": ("They had EMDR. EMDR helped.", ["1:10 [abbreviation-undefined]"]),
    "long": ("Well. " + "So " + "it is and " * 21 + "was.", ["1:7 [long-sentence]"]),
    "person": ("Some schizophrenics left.", ["1:6 [person-first]"]),
    "suicide": ("Two *committed\nsuicide* then.", ["1:6 [person-first]"]),
    "letters-that-grow": ("Weiß, Groß, İpek and Strauß saw schizophrenics.", ["1:33 [person-first]"]),
    "letters-that-grow-before-a-hyphen": ("Groß ﬁnds İ meta-analysis and a meta analysis.", ["1:33 [hyphenation]"]),
    "the-ill": ("The mentally ill were asked.", ["1:1 [person-first]"]),
}


@pytest.mark.parametrize(("body", "at"), FAULTS.values(), ids=FAULTS)
def test_a_slip_is_told_at_its_place(body: str, at: list[str]) -> None:
    assert told(body) == at


QUIET = (
    "He said . . . and left.",
    "The range was .24 to .65, or - .24 at most.",
    "In 1,782 patients; 21 trials; *p* = .002, 95% CI [0.41, 0.87].",
    "See https://a.example/x,y;z and doi:10.1037/per0000382;a or a,b@c.example.",
    "Patient(s) and child(ren) had *t*(28) = 2.2 and f(x).",
    "The (re)traumatized did (un)usually well.",
    "It was 9 a.m. in the U.S. Later it was noon, i.e. twelve.",
    "Cognitive-behavioural therapy (CBT) helped; CBT did.",
    "CBT (cognitive-behavioural therapy) helped.",
    "Eye movement desensitization, or EMDR, helped; EMDR did.",
    "Randomized controlled trials (RCTs) are rare; one RCT was big.",
    "The Patient Health Questionnaire (PHQ-9) fell; PHQ-9 scores did.",
    "The UK, the USA, HIV, DSM-5, ICD-11 and COVID-19 are known, and so are CI, SE and OR.",
    "World War II and Part IV were NOT the point.",
    "Follow-up was long. We follow up soon. Long-term results hold in the long term.",
    "The co-op kept its coop; one must recover and re-cover the chair.",
    "CBT, or cognitive behavioural therapy, helps; ABFT, short for a family therapy; PTSD: post-traumatic stress.",
    "Cognitive therapy, hereafter CT, and interpersonal therapy (henceforth IPT) and trials (i.e., RCTs) in STAR*D.",
    "A follow-up is at https://example.org/followup today; by e-mail to email@example.org.",
    "The ratio is 3 : 1, for child(ren) and *f*(x).",
    "A non-bona fide therapy and a bona fide one.",
    "Alcoholics Anonymous and antipsychotics helped people with schizophrenia.",
    "Suicide attempts fell; nobody died by suicide; a successful treatment; committed therapists.",
    "Patients with “high” scores (see p. 05), e.g., left.",
    "It was found (Doe, 2019; Poe, 2020), and (b) so on.",
    "A depressed patient, a borderline case and a psychotic episode.",
    "Ratio 3:2, at 10:30, from 5–7; 4.5% each.",
    "“Is it so?” they asked. “It is.”",
    "The authors’ view… and more.",
    "Le résultat\u00a0; puis la fin.",
    "A successful suicide prevention programme.",
    "He called them “schizophrenics” then.",
    "DBT—dialectical behaviour therapy—helped; ABFT stands for attachment-based family therapy.",
    "The PHQ-9 score (Patient Health Questionnaire) and the Hamilton Rating Scale for Depression (HRSD/HAM-D).",
    "It was IAPT, i.e., Improving Access to Psychological Therapies, in JAMA and BMJ.",
    "At 10 :30, in a ratio of 3 :2, she wrote :-) and :) to us.",
    "The effect was *g* = 0.64 [0.41;0.87].",
    "One. " * 70,
    "החולים השתפרו מאוד. הם נשארו בטיפול. " * 60,
    "word " * 60,
)


@pytest.mark.parametrize("body", QUIET)
def test_good_text_is_left_alone(body: str) -> None:
    assert told(body) == []


TITLES = {
    "Therapy helps.": ["1:14 [title-full-stop]"],
    "Does it?": [],
    "Therapy in the U.S.": [],
    "Anxiety, Sleep, Etc.": [],
    "In Memory of Jane Doe, Ph.D.": [],
    "And so on...": [],
    "CBT or EMDR": [],
}


@pytest.mark.parametrize(("title", "at"), TITLES.items(), ids=TITLES)
def test_a_title_ends_without_a_full_stop(title: str, at: list[str]) -> None:
    assert told("It helps.", title) == at


def test_the_samples_are_left_alone() -> None:
    settings = load_settings(ROOT)
    found: list[Problem] = []
    for key in issue_keys(settings.root)[0]:
        issue, _ = load_issue(settings, key)
        found.extend(language_problems(wording_of_issue(issue), MANNER, is_summary=False))
        for summary in issue.summaries:
            found.extend(language_problems(wording_of_summary(summary), MANNER, is_summary=True))

    assert found == []


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(st.sampled_from("aAbB CBT.,;()-%“”’ \n1é\u00a0"), max_size=200), st.text(max_size=40))
def test_no_text_stops_a_rule(body: str, title: str) -> None:
    summary = summary_with(body)._replace(title=Passage(title.replace("\n", " "), "1-doe.md"))

    for one in language_problems(wording_of_summary(summary), Manner(frozenset()), is_summary=True):
        assert one.line >= 1
        assert one.column >= 1


@pytest.mark.parametrize("piece", ["(", " ,", "A-", "AB ", "a,b", "aa-bb aabb ", "committed "])
def test_a_long_text_is_read_to_its_end(piece: str) -> None:
    body = piece * (60_000 // len(piece))

    assert len(told(body)) <= len(body)


def test_a_text_in_french_has_its_own_spaces() -> None:
    french = MANNER._replace(is_french=True)
    wording = wording_of_summary(summary_with("Est-ce utile ? Oui : très utile ; vraiment ! Mais , non ."))

    assert [one.column for one in language_problems(wording, french, is_summary=True)] == [50, 56]


def test_a_topic_explains_its_abbreviation(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2020-08/1-doe.md", summary_text(body=f"PDT helped. {BODY}", Topics="Psychodynamic Therapy (PDT)")
    )

    assert proofread(newsletter.settings, "2020-08").problems == ()
