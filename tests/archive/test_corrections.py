from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.archive.corrections import corrections_html, reprint_html, updated_day
from pprmail.manuscript.issue import load_issue
from pprmail.render.phrases import retraction_text
from pprmail.render.words import load_words

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.model import Issue

ERRATA = "2020-10-01 — It was *not* R&D.\nErratum: 2020-09-02 — The first table."
RETRACTED = "2021-03-01 10.1000/(a<b>c)"


def issue_with(newsletter: Newsletter, **headers: str) -> Issue:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(**headers))
    issue, problems = load_issue(newsletter.settings, "2020-08")
    assert problems == ()
    return issue


def test_a_summary_that_stands_has_no_box(newsletter: Newsletter) -> None:
    issue = issue_with(newsletter)

    assert corrections_html(issue.summaries[0], load_words(newsletter.settings)) == ""
    assert retraction_text(issue.summaries[0], load_words(newsletter.settings)) == ""
    assert updated_day(issue, issue.summaries[0]) == date(2020, 8, 14)


def test_a_retraction_comes_first_and_corrections_follow_oldest_first(newsletter: Newsletter) -> None:
    summary = issue_with(newsletter, Erratum=ERRATA, Retracted=RETRACTED).summaries[0]

    assert corrections_html(summary, load_words(newsletter.settings)) == (
        '<aside class="retraction" role="note">\n'
        '<p><strong>The article summarised here was retracted on <time datetime="2021-03-01">1 March 2021</time>.</strong> '
        'Notice of retraction: <a href="https://doi.org/10.1000/(a%3Cb%3Ec)">https://doi.org/10.1000/(a&lt;b&gt;c)</a></p>\n'
        "</aside>\n"
        '<aside class="correction" role="note">\n'
        '<p><strong>Correction of <time datetime="2020-09-02">2 September 2020</time>:</strong> The first table.</p>\n'
        "</aside>\n"
        '<aside class="correction" role="note">\n'
        '<p><strong>Correction of <time datetime="2020-10-01">1 October 2020</time>:</strong> It was <em>not</em> R&amp;D.</p>\n'
        "</aside>"
    )


def test_dates_and_words_are_the_newsletters_language(newsletter: Newsletter) -> None:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "fr"')
    summary = issue_with(newsletter, Erratum=ERRATA, Retracted=RETRACTED, Reprint_of="2019-05/slug").summaries[0]
    words = load_words(newsletter.settings)

    boxes = corrections_html(summary, words)

    assert 'Correction du <time datetime="2020-10-01">1er octobre 2020</time>\u00a0:' in boxes
    assert "Avis de rétractation\u00a0: <a" in boxes
    assert retraction_text(summary, words) == "L’article résumé ici a été rétracté le 1er mars 2021."
    assert reprint_html(summary, words, "", ()) == '<p class="reprint">Paru d’abord en mai 2019</p>'


@pytest.mark.parametrize(
    ("headers", "day"),
    [
        pytest.param({"Erratum": ERRATA}, date(2020, 10, 1), id="last-of-two-errata"),
        pytest.param({"Erratum": ERRATA, "Retracted": RETRACTED}, date(2021, 3, 1), id="retraction"),
        pytest.param({"Retracted": "2019-01-01 10.1000/x"}, date(2020, 8, 14), id="retracted-before-it-appeared"),
    ],
)
def test_the_day_of_the_last_change_is_never_before_the_issues(
    newsletter: Newsletter, headers: dict[str, str], day: date
) -> None:
    issue = issue_with(newsletter, **headers)

    assert updated_day(issue, issue.summaries[0]) == day


def test_a_reprint_links_to_its_first_appearance_if_that_is_on_the_site(newsletter: Newsletter) -> None:
    first, second = issue_with(newsletter, Reprint_of="2019-05/on-therapy").summaries
    words = load_words(newsletter.settings)

    assert reprint_html(first, words, "../../", {"2019-05/on-therapy/"}) == (
        '<p class="reprint"><a href="../../2019-05/on-therapy/">First published in May 2019</a></p>'
    )
    assert reprint_html(first, words, "../../", ()) == '<p class="reprint">First published in May 2019</p>'
    assert reprint_html(second, words, "../../", ()) == ""
