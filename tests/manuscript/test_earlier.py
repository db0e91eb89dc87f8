from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.citation import outline
from pprmail.manuscript.earlier import EarlierSources, read_source_headers, summary_names
from pprmail.manuscript.headers import read_headers, split_lines
from pprmail.manuscript.summary import SUMMARY_HEADERS, SUMMARY_REPEATABLE

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.citation import Source

CITATION = "Firth, J., & Roe, R. (2018). Exercise as a treatment of depression. *Psychiatry*, *5*(1), 9–10."
FIRTH = "issues/2019-05/1-firth.md"


def found(newsletter: Newsletter, citation: str = CITATION, doi: str = "", before: str = "2020-08") -> list[Source]:
    return list(EarlierSources(newsletter.root).alike(before, doi, outline(citation)))


def paths(newsletter: Newsletter, citation: str = CITATION, doi: str = "", before: str = "2020-08") -> list[str]:
    return [one.path for one in found(newsletter, citation, doi, before)]


def test_a_source_says_where_it_stands_and_what_it_is(newsletter: Newsletter) -> None:
    newsletter.write(FIRTH, summary_text("Does It Move?", Citation=CITATION, DOI="10.1037/ABC", Slug="it-moves"))

    (one,) = found(newsletter)

    assert one == (
        "2019-05", FIRTH, "Does It Move?", "it-moves", "10.1037/abc", CITATION,
        ("firth", 2018, "exercise as a treatment of depression"),
    )  # fmt: skip


NEAR = {
    "title": ("Roe, R. (2018). Exercise as a treatment of depression. *X*.", "", True),
    "author": ("Firth, J. (2019). Of bees and flowers. *X*.", "", True),
    "beginning": ("Roe, R. (2017). Exercise as a tonic of sorrow. *X*.", "", True),
    "doi": ("Poe, E. (1845). The raven. *X*.", "10.1037/abc", True),
    "author-years-before": ("Firth, J. (2016). Of bees and flowers. *X*.", "", False),
    "another": ("Roe, R. (2018). Of bees and flowers. *X*.", "10.1037/xyz", False),
    "nothing": ("", "", False),
}


@pytest.mark.parametrize(("citation", "doi", "is_near"), NEAR.values(), ids=NEAR)
def test_what_may_be_the_same_shares_a_doi_a_title_or_a_beginning(
    newsletter: Newsletter,
    citation: str,
    doi: str,
    is_near: bool,  # noqa: FBT001
) -> None:
    newsletter.write(FIRTH, summary_text(Citation=CITATION, DOI="10.1037/abc"))

    assert paths(newsletter, citation, doi) == [FIRTH] * is_near


def test_issues_of_the_same_month_and_later_are_no_earlier_ones(newsletter: Newsletter) -> None:
    for month in ("2019-05", "2020-07", "2020-08", "2020-09"):
        newsletter.write(f"issues/{month}/1-firth.md", summary_text(Citation=CITATION))

    assert paths(newsletter) == ["issues/2019-05/1-firth.md", "issues/2020-07/1-firth.md"]


def test_issues_may_be_asked_for_in_any_order(newsletter: Newsletter) -> None:
    for month in ("2019-05", "2020-07"):
        newsletter.write(f"issues/{month}/1-firth.md", summary_text(Citation=CITATION))
    earlier = EarlierSources(newsletter.root)

    counts = [len(list(earlier.alike(before, "", outline(CITATION)))) for before in ("2020-08", "2019-06", "2018-01")]

    assert counts == [2, 1, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_what_is_no_summary_of_an_issue_is_left_out(newsletter: Newsletter, tmp_path: Path) -> None:
    text = summary_text(Citation=CITATION)
    newsletter.write("issues/2019-05/issue.md", text)
    newsletter.write("issues/2019-05/.1-firth.md", text)
    newsletter.write("issues/2019-05/1-firth.docx", text)
    newsletter.write("issues/2019-13/1-firth.md", text)
    newsletter.write("issues/old/1-firth.md", text)
    newsletter.write("issues/2019-06/folder.md/1-firth.md", text)
    outside = tmp_path / "outside.md"
    outside.write_text(text, encoding="utf-8")
    (newsletter.root / "issues/2019-05/2-link.md").symlink_to(outside)
    (newsletter.root / "issues/2019-07").symlink_to(newsletter.root / "issues/old")

    assert paths(newsletter) == []


def test_a_file_that_cannot_be_read_is_left_out(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2019-05/1-latin.md", summary_text(Citation=f"Bücher. {CITATION}").encode("latin-1", "replace")
    )
    newsletter.write("issues/2019-05/2-firth.md", summary_text(Citation=CITATION))

    assert paths(newsletter) == ["issues/2019-05/2-firth.md"]


def test_a_folder_without_issues_has_no_earlier_sources(tmp_path: Path) -> None:
    assert list(EarlierSources(tmp_path).alike("2020-08", "", outline(CITATION))) == []


def test_names_are_sorted_and_of_markdown_alone(tmp_path: Path) -> None:
    for name in ("b.MD", "a.md", "Issue.md", "c.txt", ".d.md"):
        (tmp_path / name).touch()

    assert summary_names(tmp_path) == ["a.md", "b.MD"]
    assert summary_names(os.fspath(tmp_path / "none")) == []


ENDING = {
    "prose": "It was 1990, and this is no header",
    "four-words": "This is no header: of them",
    "known-without-a-colon": "title",
    "digits": "10.1037: x",
    "forty-letters": f"{'A' * 40}: x",
    "rule": "---",
    "spaces": " \u00a0",
    "vertical-tab": "\x0bSlug: x",
}


@pytest.mark.parametrize("line", ENDING.values(), ids=ENDING)
def test_a_line_that_is_no_header_ends_them(line: str) -> None:
    text = f"\n---\n\nTitle: On\nUnknown: x\n  and more\n{line}\nCitation: {CITATION}\n"

    assert read_source_headers(text.encode()) == {"title": "On"}


def test_an_unknown_header_ends_nothing() -> None:
    text = (
        f"---\nUnknown{'n' * 32}\u00a0: x\n  Slug: no\nMy own  header: x\nCitation:\n  Doe,\n  J.\ncitation: no\n---\n"
    )

    assert read_source_headers(text.encode()) == {"citation": "Doe, J."}


def test_what_only_begins_as_a_rule_does_is_no_header() -> None:
    assert read_source_headers(b"---x\nTitle: On\n") == {}


VALUES = st.sampled_from(["", "On: therapy", "Doe, J.R. (2019).", "10.1037/abc", "\u00a0é ", "---"])
KEYS = [
    "Title",
    "Citation",
    "DOI",
    "Slug",
    "doi",
    "CITATION ",
    " Title",
    "Check ok",
    "Type of Research",
    "Topics\u00a0",
]
NO_KEYS = ["Not a known header", "7", "", "-", "\x0bDOI", "--- a", "\ufeffSlug"]
LINES = st.one_of(
    st.tuples(st.sampled_from([*KEYS, *NO_KEYS]), st.sampled_from([":", ": ", " :\t", ""]), VALUES).map("".join),
    st.tuples(st.sampled_from([" ", "\t", "\u00a0", "\x0b"]), VALUES).map("".join),
    st.sampled_from(["", "  ", "---", " ----", "\u00a0", "\x1c"]),
)
BEFORE = st.sampled_from([
    [], ["---"], ["", " "], ["", "---", ""], ["---", "", "---"], ["---", "---"], [" ---", "Title: x", " ---"], ["\u00a0", "", "\x1c"],
])  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=600)
@given(BEFORE, st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
def test_headers_are_read_as_those_of_the_issue_itself(
    before: list[str], lines: list[str], end: str, mark: str
) -> None:
    content = (mark + end.join([*before, *lines])).encode()

    read = read_source_headers(content)

    whole = read_headers(split_lines(content, "1.md")[0], "1.md", SUMMARY_HEADERS, SUMMARY_REPEATABLE)[0]
    assert read == {key: whole.first(key).text for key in ("title", "slug", "doi", "citation") if key in whole.values}
