from __future__ import annotations

import pytest

from pprmail.marks import (
    MARK,
    NAME_HTML,
    NAME_TEXT,
    UNSUBSCRIBE_HTML,
    UNSUBSCRIBE_TEXT,
    fill,
    personal_values,
    split_at_marks,
)

VALUES = personal_values("Ada <b> & %%pprmail_name_text%%", "https://x.org/u/1?a=1&b=2")


def test_the_values_for_html_are_escaped_and_those_for_text_are_not() -> None:
    assert VALUES == {
        NAME_HTML: "Ada &lt;b&gt; &amp; %%pprmail_name_text%%",
        NAME_TEXT: "Ada <b> & %%pprmail_name_text%%",
        UNSUBSCRIBE_HTML: "https://x.org/u/1?a=1&amp;b=2",
        UNSUBSCRIBE_TEXT: "https://x.org/u/1?a=1&b=2",
    }
    assert all(MARK.fullmatch(mark) for mark in VALUES)


def test_a_value_that_looks_like_a_mark_stays() -> None:
    assert fill(f"Dear {NAME_TEXT}!", VALUES) == "Dear Ada <b> & %%pprmail_name_text%%!"


SPLITS = {
    "none": ("50 %% of all", ["50 %% of all"]),
    "empty": ("", [""]),
    "between": (f"a{NAME_TEXT}b{UNSUBSCRIBE_TEXT}", ["a", NAME_TEXT, "b", UNSUBSCRIBE_TEXT, ""]),
    "side-by-side": (NAME_HTML + NAME_HTML, ["", NAME_HTML, "", NAME_HTML, ""]),
    "percent-before": (f"%{NAME_HTML}%", ["%", NAME_HTML, "%"]),
}


@pytest.mark.parametrize(("text", "pieces"), SPLITS.values(), ids=SPLITS)
def test_a_text_is_cut_into_segments_and_marks_in_turn(text: str, pieces: list[str]) -> None:
    assert split_at_marks(text) == pieces


def test_the_pieces_filled_are_the_text_filled() -> None:
    text = f"Dear {NAME_TEXT}, <{UNSUBSCRIBE_TEXT}>"

    pieces = split_at_marks(text)

    assert "".join(VALUES.get(piece, piece) for piece in pieces) == fill(text, VALUES)
