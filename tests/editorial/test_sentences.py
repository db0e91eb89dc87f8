from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pprmail.editorial.sentences import sentences

TEXTS = {
    "plain": ["One is here.", "Two is there!", "Is three?"],
    "number-after-p": ["It was p. 05 and p = .03.", "Then it ended."],
    "people": ["J. R. Keefe et al. (2019) met Dr. Poe in U.S. Samples.", "They spoke."],
    "quoted": ["“It helps.”", "(It did.)", "“So it is.”"],
    "ellipsis": ["It was . . . and more, e.g. this.", "End."],
    "begins-with-a-number": ["It was g = 0.4.", "12 patients left."],
}


def test_a_text_falls_into_its_sentences() -> None:
    for name, parts in TEXTS.items():
        text = " ".join(parts)
        assert [text[one.start : one.end] for one in sentences(text)] == parts, name


def test_a_block_ends_a_sentence() -> None:
    text = "A heading\nA sentence"

    assert [text[one.start : one.end] for one in sentences(text)] == ["A heading", "A sentence"]


@given(st.text(st.sampled_from("aA .!?\n5)”'(")))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join(text[one.start : one.end] for one in sentences(text))

    assert "".join(kept.split()) == "".join(text.split())
