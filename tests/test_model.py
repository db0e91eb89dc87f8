from __future__ import annotations

import pytest

from pprmail.errors import Place
from pprmail.manuscript.markdown import parse_text
from pprmail.model import Passage, Vocabulary, count_words, is_issue_key, month_name, plain, plain_prose

TWO_LINES = Passage("one two", "x.md", ((0, 3, 8), (4, 4, 3)))

PLACES = {
    "start": (0, Place("x.md", 3, 8)),
    "first-line": (2, Place("x.md", 3, 10)),
    "joint": (3, Place("x.md", 3, 11)),
    "second-line": (4, Place("x.md", 4, 3)),
    "past-the-end": (7, Place("x.md", 4, 6)),
}


@pytest.mark.parametrize(("offset", "place"), PLACES.values(), ids=PLACES)
def test_a_passage_knows_where_each_character_stands(offset: int, place: Place) -> None:
    assert TWO_LINES.place(offset) == place


def test_a_passage_without_marks_stands_at_the_start_of_its_file() -> None:
    assert Passage("", "x.md").place() == Place("x.md", 1, 1)
    assert not Passage("", "x.md")


PARTS = {
    "whole": ((0, 7), TWO_LINES),
    "second-line": ((3, 7), Passage("two", "x.md", ((0, 4, 3),))),
    "across": ((1, 6), Passage("ne tw", "x.md", ((0, 3, 9), (3, 4, 3)))),
    "nothing": ((7, 7), Passage("", "x.md", ((0, 4, 6),))),
}


@pytest.mark.parametrize(("cut", "part"), PARTS.values(), ids=PARTS)
def test_a_part_of_a_passage_keeps_its_places(cut: tuple[int, int], part: Passage) -> None:
    assert TWO_LINES.part(*cut) == part


def test_plain_prose_is_one_line_a_block() -> None:
    prose, problems = parse_text(
        "One *em*\\\ntwo  [link](https://x.org).\n\n---\n\n### Head\n\n- a\n  - **b**\n- c\n", "x.md"
    )

    assert problems == ()
    assert plain_prose(prose) == "One em two link.\nHead\na\nb\nc"
    assert count_words(prose) == 8


def test_words_hold_a_letter_or_a_digit() -> None:
    prose, _ = parse_text("d = −0.31 – 10 % & so-called 心理", "x.md")

    assert count_words(prose) == 5


def test_nothing_is_plain() -> None:
    assert plain(()) == ""
    assert plain_prose(()) == ""


KEYS = {
    "2020-08": True,
    "9999-12": True,
    "0000-01": False,
    "2020-13": False,
    "2020-00": False,
    "2020-8": False,
    "2020-08 ": False,
    "٢٠٢٠-٠٨": False,
    "": False,
}


@pytest.mark.parametrize(("text", "claim"), KEYS.items(), ids=KEYS)
def test_an_issue_is_named_by_year_and_month(text: str, *, claim: bool) -> None:
    assert is_issue_key(text) == claim


def test_a_month_has_its_name() -> None:
    assert month_name("2020-08") == "August 2020"


VOCABULARY = Vocabulary(
    ("Long-term Outcomes", "Attendance, Attrition, and Drop-Out"),
    ("Meta-analysis",),
    {"Dropout": "attendance, attrition, and drop–out", "Lost": "Nowhere", "long term outcomes": "Dropout"},
)

TOPICS = {
    "spelled-so": ("Long-term Outcomes", "Long-term Outcomes"),
    "case-dash-spaces": ("LONG—TERM\u00a0 outcomes", "Long-term Outcomes"),
    "commas": ("attendance, attrition, and drop-out", "Attendance, Attrition, and Drop-Out"),
    "alias": ("DROPOUT", "Attendance, Attrition, and Drop-Out"),
    "alias-of-nothing": ("Lost", None),
    "type": ("Meta-analysis", None),
    "unknown": ("Longterm Outcomes", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("written", "topic"), TOPICS.values(), ids=TOPICS)
def test_a_topic_is_found_whatever_its_case_dash_or_alias(written: str, topic: str | None) -> None:
    assert VOCABULARY.find_topic(written) == topic


def test_a_type_of_research_is_found_in_the_same_way() -> None:
    assert VOCABULARY.find_type("meta–Analysis") == "Meta-analysis"
    assert VOCABULARY.find_type("Long-term Outcomes") is None
