from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.citation import outline
from pprmail.manuscript.earlier import EarlierSources, _head, _read, summary_names
from pprmail.manuscript.headers import read_headers, split_lines

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


KEYS = ("Title", "Citation", "DOI", "Slug", "Topics")
VALUES = st.sampled_from(["", "On: therapy", "Doe, J. (2019).", "10.1037/abc", "\u00a0é ", "---"])
LINES = st.one_of(
    st.tuples(st.sampled_from([*KEYS, "doi", "CITATION ", " Title"]), st.sampled_from([":", ": ", " :\t"]), VALUES).map(
        "".join
    ),
    st.tuples(st.sampled_from([" ", "\t", "\u00a0"]), VALUES).map("".join),
    st.sampled_from(["", "  ", "---", " ----"]),
)


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from([[], ["---"], ["", " "], ["", "---", ""]]),
    st.lists(LINES, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff"]),
)
def test_headers_are_read_as_those_of_the_issue_itself(
    before: list[str], lines: list[str], end: str, mark: str
) -> None:
    content = (mark + end.join([*before, "Topics: Adherence", *lines])).encode()

    read = _read(_head(content).decode())

    whole = read_headers(split_lines(content, "1.md")[0], "1.md", KEYS)[0]
    assert {key: value for key, value in read.items() if value} == {
        key: values[0].text for key, values in whole.values.items() if key != "topics" and values[0].text
    }
