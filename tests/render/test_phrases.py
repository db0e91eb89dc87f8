from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pprmail.manuscript.issue import load_issue
from pprmail.model import Link, plain
from pprmail.render.phrases import citation_of, cut, intro_of, subject_of
from pprmail.render.words import load_words

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.model import Issue


def load(newsletter: Newsletter) -> Issue:
    return load_issue(newsletter.settings, "2020-08")[0]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("As long as it may be", "As long as it may be", id="fits"),
        pytest.param("a line\n  that  is\tone", "a line that is one", id="spaces"),
        pytest.param("It is longer, than it may be", "It is longer, than…", id="word"),
        pytest.param("It may be longer: than it", "It may be longer…", id="mark"),
        pytest.param("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffah…", id="no-space"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_text_is_cut_at_a_word(text: str, line: str) -> None:
    assert cut(text, 20) == line


def test_intro_is_made_of_the_blurbs(newsletter: Newsletter) -> None:
    assert (
        plain(intro_of(load(newsletter), load_words(newsletter.settings)))
        == "…I blog about whether therapy helps and whether it lasts."
    )


def test_titles_serve_where_there_are_no_blurbs(newsletter: Newsletter) -> None:
    for name in ("1-doe.md", "2-poe.md"):
        path = newsletter.root / "issues/2020-08" / name
        path.write_text(path.read_text(encoding="utf-8").replace("Blurb:", "Blurb:\nSummary by:"), encoding="utf-8")

    intro = plain(intro_of(load(newsletter), load_words(newsletter.settings)))

    assert intro == "…I blog about Does Therapy Help? and Does It Last?."


def test_the_authors_intro_wins(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nIntro: …something *new*.\n")

    assert plain(intro_of(load(newsletter), load_words(newsletter.settings))) == "…something new."


def test_subject_is_cut_at_a_whole_blurb(newsletter: Newsletter) -> None:
    whole = subject_of(load(newsletter), load_words(newsletter.settings))
    newsletter.change_settings('title = "PPRNet Blog"', 'title = "PPRNet Blog of the Psychotherapy Practice Network"')
    cut = subject_of(load(newsletter), load_words(newsletter.settings))

    assert whole == "PPRNet Blog, August 2020: whether therapy helps; whether it lasts"
    assert cut == "PPRNet Blog of the Psychotherapy Practice Network, August 2020"


def test_the_authors_subject_wins(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Read this\n")

    assert subject_of(load(newsletter), load_words(newsletter.settings)) == "Read this"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        pytest.param("DOI: 10.1037/per0000382\n", "https://doi.org/10.1037/per0000382", id="header"),
        pytest.param("Link: https://e.org/a\n", "https://e.org/a", id="no-doi"),
        pytest.param("DOI: 10.1037/x\nLink: https://e.org/a\n", "https://doi.org/10.1037/x", id="both"),
        pytest.param(
            "DOI: 10.1002/(SICI)1097-4679(199911)55:11<1371::AID-JCLP5>3.0.CO;2-1\n",
            "https://doi.org/10.1002/(SICI)1097-4679(199911)55:11%3C1371::AID-JCLP5%3E3.0.CO;2-1",
            id="sici",
        ),
    ],
)
def test_a_citation_ends_in_its_link(newsletter: Newsletter, headers: str, url: str) -> None:
    path = newsletter.root / "issues/2020-08/1-doe.md"
    path.write_text(headers + path.read_text(encoding="utf-8"), encoding="utf-8")

    last = citation_of(load(newsletter).summaries[0], load_words(newsletter.settings))[-1]

    assert isinstance(last, Link)
    assert last.url == url


def test_a_doi_in_the_citation_is_not_written_twice(newsletter: Newsletter) -> None:
    path = newsletter.root / "issues/2020-08/1-doe.md"
    text = path.read_text(encoding="utf-8").replace("https://example.org/on", "doi:10.1037/per0000382")
    path.write_text(f"DOI: 10.1037/per0000382\n{text}", encoding="utf-8")

    citation = citation_of(load(newsletter).summaries[0], load_words(newsletter.settings))

    assert [node.url for node in citation if isinstance(node, Link)] == ["https://doi.org/10.1037/per0000382"]
