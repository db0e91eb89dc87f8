from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pprmail.manuscript.headers import Line, read_headers, split_lines
from pprmail.model import Passage

KNOWN = ("Title", "Topics", "Type of Research", "Erratum")


def read(text: str) -> tuple[dict[str, tuple[Passage, ...]], tuple[Line, ...], list[str]]:
    """The headers, the lines after them, and the problems as ``line:column rule``."""
    lines, odd = split_lines(text.encode(), "x.md")
    headers, body, problems = read_headers(lines, "x.md", KNOWN, ("Erratum",))
    return headers.values, body, [f"{one.line}:{one.column} {one.rule}" for one in (*odd, *problems)]


LINE_ENDS = {
    "lf": b"a\nb\n",
    "crlf": b"a\r\nb\r\n",
    "cr": b"a\rb\r",
    "mixed": b"a\r\nb\n",
    "bom": b"\xef\xbb\xbfa\nb\n",
}


@pytest.mark.parametrize("content", LINE_ENDS.values(), ids=LINE_ENDS)
def test_a_line_ends_at_lf_crlf_or_cr(content: bytes) -> None:
    assert split_lines(content, "x.md") == ((Line(1, "a"), Line(2, "b"), Line(3, "")), ())


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\ufffe"])
def test_other_line_ends_and_controls_are_told_and_end_no_line(character: str) -> None:
    lines, problems = split_lines(f"a{character}b{character}".encode(), "x.md")

    assert lines == (Line(1, f"a{character}b{character}"),)
    assert [str(one) for one in problems] == [
        (
            f"x.md:1:2: error: a control character (U+{ord(character):04X}); "
            "delete it; it may look like a space or a line's end [control-character]"
        )
    ]


PASTED = {
    "soft-hyphen": ("\u00ad", "a soft hyphen (U+00AD)"),
    "zero-width-space": ("\u200b", "a zero-width space (U+200B)"),
    "word-joiner": ("\u2060", "a word joiner (U+2060)"),
    "inner-bom": ("\ufeff", "a byte order mark inside the text (U+FEFF)"),
    "lost-object": ("\ufffc", "a placeholder for a lost object (U+FFFC)"),
    "unreadable": ("\ufffd", "the sign for an unreadable character (U+FFFD)"),
    "right-to-left-override": ("\u202e", "a character that turns the reading direction (U+202E)"),
    "isolate": ("\u2066", "a character that turns the reading direction (U+2066)"),
    "symbol-font": ("\uf063", "a private character, as of Word's Symbol font, (U+F063)"),
    "private-plane": ("\U000f0000", "a private character, as of Word's Symbol font, (U+F0000)"),
}


@pytest.mark.parametrize(("character", "name"), PASTED.values(), ids=PASTED)
def test_pasted_characters_are_told_once_a_line(character: str, name: str) -> None:
    _, problems = split_lines(f"\ufeffa\n😀{character} and {character}".encode(), "x.md")

    assert [str(one) for one in problems] == [
        f"x.md:2:2: warning: {name}; type what was meant over it [pasted-character]"
    ]


WELCOME = "“Smart” ‘quotes’, a\u00a0b, – — …, Řehoř, χ² ≤ −0.31, 10 %, 心理, 😀, e\u0301, \t tab"


def test_what_word_writes_rightly_is_welcome() -> None:
    assert split_lines(WELCOME.encode(), "x.md") == ((Line(1, WELCOME),), ())


ENCODINGS = {
    "latin-1": ("\ufeffa\rCafé".encode() + b"\xe9", "2:5", "0xe9"),
    "utf-16": ("Title".encode("utf-16"), "1:1", "0xff"),
    "cut-off": ("a\né".encode()[:-1], "2:1", "0xc3"),
    "surrogate": (b"a\xed\xa0\x80", "1:2", "0xed"),
}


@pytest.mark.parametrize(("content", "place", "byte"), ENCODINGS.values(), ids=ENCODINGS)
def test_another_encoding_is_told_at_its_first_byte(content: bytes, place: str, byte: str) -> None:
    lines, problems = split_lines(content, "x.md")

    assert lines == ()
    assert [str(one) for one in problems] == [
        f"x.md:{place}: error: the byte {byte} is not UTF-8; save the file again with the encoding UTF-8 [not-utf-8]"
    ]


def one(text: str, line: int, column: int) -> tuple[Passage, ...]:
    return (Passage(text, "x.md", ((0, line, column),)),)


HEADERS: dict[str, tuple[str, dict[str, tuple[Passage, ...]], str]] = {
    "plain": ("Title: A: B\n\nText", {"title": one("A: B", 1, 8)}, "Text"),
    "case-and-spaces": ("tYPE  OF\u00a0research\u00a0:\tx \n\nText", {"type of research": one("x", 1, 21)}, "Text"),
    "crlf-and-bom": ("\ufeffTitle: A\r\n\r\nText", {"title": one("A", 1, 8)}, "Text"),
    "cr-alone": ("Title: A\r\rText", {"title": one("A", 1, 8)}, "Text"),
    "between-rules": ("---\nTitle: A\n---\nText", {"title": one("A", 1 + 1, 8)}, "Text"),
    "rules-and-blank-lines": ("\n---\n\nTitle: A\n\n---\n\nText", {"title": one("A", 4, 8)}, "\nText"),
    "continued": (
        "Title: A\n  B\n\tC\n\nText",
        {"title": (Passage("A B C", "x.md", ((0, 1, 8), (2, 2, 3), (4, 3, 2))),)},
        "Text",
    ),
    "begun-on-the-next-line": ("Title:\n  A\n\nText", {"title": one("A", 2, 3)}, "Text"),
    "empty": ("Title:\n\nText", {"title": one("", 1, 7)}, "Text"),
    "repeatable": (
        "Erratum: A\nErratum: B\n\nText",
        {"erratum": (*one("A", 1, 10), *one("B", 2, 10))},
        "Text",
    ),
    "only-headers": ("Title: A", {"title": one("A", 1, 8)}, ""),
    "nothing": ("", {}, ""),
    "blank": (" \n\t\n", {}, ""),
    "one-rule": ("---", {}, ""),
}


@pytest.mark.parametrize(("text", "values", "body"), HEADERS.values(), ids=HEADERS)
def test_headers_are_read_with_their_places(text: str, values: dict[str, tuple[Passage, ...]], body: str) -> None:
    found, lines, problems = read(text)

    assert (found, "\n".join(line.text for line in lines), problems) == (values, body, [])


FAULTS: dict[str, tuple[str, list[str], str]] = {
    "missing-blank-line": (
        "Title: A\nThe study was good.\nIt was.",
        ["2:1 unknown-header"],
        "The study was good.\nIt was.",
    ),
    "sentence-with-colon": (
        "Title: A\nWhat they found is this: it\n",
        ["2:1 unknown-header"],
        "What they found is this: it\n",
    ),
    "unknown-key": ("Titel: A\n  B\nTopics: x\n\nText", ["1:1 unknown-header"], "Text"),
    "repeated": ("Title: A\ntitle: B\n\nText", ["2:1 repeated-header"], "Text"),
    "repeated-though-empty": ("Title:\nTitle: B\n\nText", ["2:1 repeated-header"], "Text"),
    "no-headers": ("Just text.", ["1:1 unknown-header"], "Just text."),
    "indented-at-once": ("  Title: A\n\nText", ["1:1 unknown-header"], "  Title: A\n\nText"),
}


@pytest.mark.parametrize(("text", "problems", "body"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_headers_is_told(text: str, problems: list[str], body: str) -> None:
    _, lines, found = read(text)

    assert (found, "\n".join(line.text for line in lines)) == (problems, body)


def test_a_mistyped_header_is_told_with_the_nearest_or_with_all() -> None:
    lines, _ = split_lines(b"Topisc: A\nAbstract: B\nTitle: A\nTITLE: B", "x.md")

    problems = read_headers(lines, "x.md", KNOWN)[2]

    assert [str(problem) for problem in problems] == [
        "x.md:1:1: error: unknown header 'Topisc'; did you mean 'Topics'? [unknown-header]",
        (
            "x.md:2:1: error: unknown header 'Abstract'; "
            "the headers here are Title, Topics, Type of Research, Erratum [unknown-header]"
        ),
        "x.md:4:1: error: 'Title' stands already on line 3; keep one of the two [repeated-header]",
    ]


PIECES = st.lists(
    st.sampled_from(
        [
            "Title",
            "erratum",
            "Topics",
            ":",
            ": ",
            " ",
            "\t",
            "\u00a0",
            "---",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "a",
            "é",
            "\u2028",
        ]
    ),
    max_size=25,
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(PIECES.map("".join))
@example("\ufeffTitle:\r\n \ta\r\u00a0b\n")
def test_each_character_of_a_value_stands_where_its_place_says(text: str) -> None:
    lines, odd = split_lines(text.encode(), "x.md")

    headers, body, problems = read_headers(lines, "x.md", KNOWN, ("Erratum",))

    assert body == lines[len(lines) - len(body) :]
    for value in (passage for passages in headers.values.values() for passage in passages):
        for offset, character in enumerate(value.text):
            place = value.place(offset)
            joint = offset + 1 in {mark[0] for mark in value.marks} and character == " "
            assert joint or lines[place.line - 1].text[place.column - 1] == character
    for told in (*odd, *problems):
        assert 1 <= told.column <= len(lines[told.line - 1].text) + 1


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_lines_or_one_problem(content: bytes) -> None:
    lines, problems = split_lines(content, "x.md")

    assert bool(lines) != any(one.rule == "not-utf-8" for one in problems)
    assert all(one.line >= 1 and one.column >= 1 for one in problems)
