from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import BODY, summary_text
from mailcheck.letter import DOE, ISSUE, letter, told
from pprmail.mailcheck.subject import _capitals, _noise, _pretence, subject_problems
from pprmail.manuscript.issue import load_issue
from pprmail.model import Passage

if TYPE_CHECKING:
    from conftest import Newsletter


def of_subject(newsletter: Newsletter, subject: str) -> list[str]:
    newsletter.write(ISSUE, f"Month: August 2020\nSubject: {subject}\n")
    return [one for one in told(newsletter, letter(), subject=subject) if "[subject-" in one]


@pytest.mark.parametrize(("length", "count"), [(1, 0), (78, 0), (79, 1), (300, 1)])
def test_a_subject_longer_than_inboxes_show_is_told(newsletter: Newsletter, length: int, count: int) -> None:
    found = of_subject(newsletter, "x" * length)

    assert len(found) == count
    assert all(one.startswith(f"{ISSUE}:2:10: warning: the subject has {length} characters") for one in found)


def test_spaces_that_do_not_go_out_do_not_count(newsletter: Newsletter) -> None:
    assert of_subject(newsletter, "x" * 70 + " " * 20 + "y") == []


def test_a_composed_subject_is_not_the_authors_to_shorten(newsletter: Newsletter) -> None:
    assert told(newsletter, letter(), subject="x" * 90) == []


FAULTS = {
    "one-word": ("August 2020: IMPORTANT news", 14, "warning", "'IMPORTANT'"),
    "short-words": ("NEW in August", 1, "warning", "'NEW'"),
    "long-word": ("On PSYCHOTHERAPY", 4, "warning", "'PSYCHOTHERAPY'"),
    "two-of-five": ("What HELPS MOST of all, TRULY HELPS", 25, "warning", "'TRULY'"),
    "contraction": ("DON’T miss it", 1, "warning", '"DON\'T"'),
    "after-a-hyphen": ("A FOLLOW-UP", 3, "warning", "'FOLLOW'"),
    "exclamation": ("Therapy helps!!", 15, "warning", "2 exclamation marks"),
    "exclamations": ("Yes! It helps!", 14, "warning", "2 exclamation marks"),
    "full-width": ("Yes！！", 5, "warning", "2 exclamation marks"),
    "re": ("Re: therapy", 1, "error", "'Re:' makes the mail look like an answer"),
    "re-numbered": ("RE[2]: therapy", 1, "error", "'RE[2]:'"),
    "fwd": ("Fwd: therapy", 1, "error", "'Fwd:'"),
    "french": ("TR : therapy", 1, "error", "'TR :'"),
    "german": ("AW: therapy", 1, "error", "'AW:'"),
    "emoji": ("Therapy 🎉🎉🎉", 11, "warning", "3 emoji"),
    "emoji-among-words": ("🧠 Therapy 🎉 helps ❤️", 19, "warning", "3 emoji"),
}


@pytest.mark.parametrize(("subject", "column", "severity", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_loud_subject_is_told_where_it_is_loud(
    newsletter: Newsletter, subject: str, column: int, severity: str, sentence: str
) -> None:
    (found,) = of_subject(newsletter, subject)

    assert found.startswith(f"{ISSUE}:2:{9 + column}: {severity}: ")
    assert sentence in found
    assert found.endswith("[subject-shouting]")


QUIET = {
    "abbreviations": "CBT, PTSD and RCTs",
    "more-abbreviations": "EMDR, ADHD, ACT, DBT and MBCT",
    "side-by-side": "CBT vs EMDR IPT",
    "with-numbers": "PHQ-9, GAD-7, DSM-5-TR and COVID-19",
    "plural": "RCTs and PDs",
    "five": "The GRADE of the evidence",
    "roman": "World War II, and type XVIII",
    "initials": "J.R.R. and T.S. on D.W.W.I.N.N.I.C.O.T.T.",
    "i-and-a": "A year after, I see",
    "one-exclamation": "It helps!",
    "question-and-exclamation": "It helps?!",
    "spanish": "¡Ayuda!",
    "re-in-a-word": "Re-examining therapy: a review",
    "re-without-colon": "Re therapy",
    "regarding": "Report: therapy",
    "fw-in-a-word": "FWD2: a trial",
    "two-emoji": "Therapy 🎉 and ❤️",
    "one-family": "👨‍👩‍👧‍👦 therapy 🏳️‍🌈",
    "flag": "🇨🇦🇫🇷",
    "skin": "👍🏽 👍🏿",
    "signs": "d ≥ .5 → better ± 1 • 2 × 3",
    "title-of-the-newsletter": "PPRNet Blog, August 2020",
    "other-script": "Терапия помогает",
    "no-case": "心理療法",
    "sharp-s": "Straße",
}


@pytest.mark.parametrize("subject", QUIET.values(), ids=QUIET)
def test_a_quiet_subject_is_left_alone(newsletter: Newsletter, subject: str) -> None:
    assert of_subject(newsletter, subject) == []


def test_a_word_that_the_text_writes_in_capitals_is_an_abbreviation(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"They followed PRISMA in the STOP trial.\n\n{BODY}"))

    assert of_subject(newsletter, "PRISMA, and the STOP trial") == []
    assert len(of_subject(newsletter, "CONSORT, and the STOP trial")) == 1


def test_a_word_that_a_notice_writes_in_capitals_is_an_abbreviation(newsletter: Newsletter) -> None:
    newsletter.write(
        ISSUE, "Month: August 2020\nSubject: Join STRIDES\n\n## Notice: A study\n\nJoin STRIDES, a study.\n"
    )

    issue, _ = load_issue(newsletter.settings, "2020-08")

    assert list(subject_problems(newsletter.settings, issue, "Join STRIDES")) == []


def test_the_newsletters_own_name_is_no_shout(newsletter: Newsletter) -> None:
    newsletter.change_settings('title = "PPRNet Blog"', 'title = "PSYCHOTHERAPY NEWS"')

    assert of_subject(newsletter, "PSYCHOTHERAPY NEWS, August") == []


def test_a_blurb_that_shouts_in_the_composed_subject_is_told(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(Blurb="GREAT news"))
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Blurb="GREAT news too"))

    found = told(newsletter, letter(), subject="PPRNet Blog, August 2020: GREAT news")

    assert [one.split(": ")[0] for one in found if "shouting" in one] == [f"{DOE}:2:8"]


@given(st.text(max_size=100))
def test_no_subject_is_too_odd(text: str) -> None:
    given = Passage(text, ISSUE)

    list(_pretence(given))
    list(_noise(given))


def test_no_capitals_take_long(newsletter: Newsletter) -> None:
    issue, _ = load_issue(newsletter.settings, "2020-08")

    assert list(_capitals(newsletter.settings, issue, Passage("ABCDE " * 2000, ISSUE)))
