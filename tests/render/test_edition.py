from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.manuscript.issue import load_issue
from pprmail.render.edition import edition_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Newsletter

ISSUE = "issues/2020-08/issue.md"
FIRST = "issues/2020-08/1-doe.md"
MAIN_TEXT = """\
Month: August 2020
Date: 2020-08-14
Intro: …I blog about *therapy*, and
  about what lasts.

A word from Noël, with [a link](https://example.org/a) and

- one thing
- another

## Notice: A study

Who takes part helps.
"""


@pytest.fixture
def written(newsletter: Newsletter) -> Newsletter:
    """An issue that holds something of every kind."""
    newsletter.write(ISSUE, MAIN_TEXT)
    newsletter.write(FIRST, FULL)
    newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Blurb="whether it lasts", Citation=DOE))
    return newsletter


DOE = "Doe, J., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104."
FULL = summary_text(
    "Does Therapy Help?",
    body="It does,\nas the *study* says.\n\n### How much\n\nQuite.",
    Citation=DOE,
    DOI="10.1000/one",
    Summary_by="A. Guest",
    Author_email="doe@example.org",
    Reprint_of="2019-05/does-it",
    Erratum="2020-09-02 — the *d* was 0.3",
    Retracted="2021-03-01 10.1000/notice",
)


def edition(newsletter: Newsletter) -> str:
    issue, problems = load_issue(newsletter.settings, "2020-08")
    assert [one for one in problems if one.severity == "error"] == []
    return edition_of(issue)


def test_an_edition_is_a_sha256(written: Newsletter) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", edition(written))


def test_an_edition_stays_what_it_was(written: Newsletter) -> None:
    """With another value here, every page that is published is of an older edition: then CHANGELOG tells it."""
    assert edition(written) == "a3926732b9428d0c583a66f007a431e05f154ad3fb289e8fdf19d8b80d325d14"


READERS_SEE = {
    "intro": (ISSUE, "*therapy*", "*therapies*"),
    "emphasis": (ISSUE, "*therapy*", "**therapy**"),
    "word": (ISSUE, "A word", "Two words"),
    "link": (ISSUE, "example.org/a", "example.org/b"),
    "list": (ISSUE, "- another", "- a third"),
    "numbers": (ISSUE, "- one thing\n- another", "1. one thing\n2. another"),
    "notice-title": (ISSUE, "A study", "A trial"),
    "notice": (ISSUE, "helps.", "may help."),
    "title": (FIRST, "Does Therapy Help?", "Does Therapy Work?"),
    "citation": (FIRST, "90–104", "90–105"),
    "doi": (FIRST, "10.1000/one", "10.1000/two"),
    "guest": (FIRST, "A. Guest", "B. Guest"),
    "email": (FIRST, "doe@example.org", "roe@example.org"),
    "topics": (FIRST, "Adherence; Long-term Outcomes", "Long-term Outcomes; Adherence"),
    "type": (FIRST, "Meta-analysis", "Review"),
    "body": (FIRST, "It does", "It may"),
    "heading": (FIRST, "### How much", "How much"),
    "implications": (FIRST, "may take this", "take this"),
    "no-break-space": (FIRST, "as the", "as\u00a0the"),
    "reprint": (FIRST, "2019-05/does-it", "2019-06/does-it"),
    "erratum-mended": (FIRST, "was 0.3", "was 0.2"),
    "erratum-gone": (FIRST, "Erratum: 2020-09-02 — the *d* was 0.3\n", ""),
    "retraction-gone": (FIRST, "Retracted: 2021-03-01 10.1000/notice\n", ""),
}


@pytest.mark.parametrize(("path", "old", "new"), READERS_SEE.values(), ids=READERS_SEE)
def test_what_readers_see_makes_another_edition(written: Newsletter, path: str, old: str, new: str) -> None:
    before = edition(written)

    change(written, path, old, new)

    assert edition(written) != before


READERS_DO_NOT_SEE = {
    "day": (ISSUE, "Date: 2020-08-14\n", ""),
    "subject": (ISSUE, "Date:", "Subject: Another\nDate:"),
    "blurb-beside-an-intro": (FIRST, "Blurb: whether therapy helps", "Blurb: something else"),
    "alias": (FIRST, "Adherence;", "adherance;"),
    "slug": (FIRST, "DOI:", "Slug: another\nDOI:"),
    "silencing": (FIRST, "DOI:", "Check-ok: body-length because it is short\nDOI:"),
    "broken-lines": (FIRST, "does,\nas the", "does, as\nthe"),
    "blank-lines": (FIRST, "\n\n### ", "\n\n\n\n### "),
}


@pytest.mark.parametrize(("path", "old", "new"), READERS_DO_NOT_SEE.values(), ids=READERS_DO_NOT_SEE)
def test_what_readers_do_not_see_makes_none(written: Newsletter, path: str, old: str, new: str) -> None:
    before = edition(written)

    change(written, path, old, new)

    assert edition(written) == before


def change(newsletter: Newsletter, path: str, old: str, new: str) -> None:
    """Replace ``old``, which must be there, in a file of the issue."""
    text = (newsletter.root / path).read_text(encoding="utf-8")
    assert old in text
    newsletter.write(path, text.replace(old, new))


@pytest.mark.parametrize(
    "written_by",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="windows"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="an-old-mac"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="bom"),
        pytest.param(lambda text: unicodedata.normalize("NFD", text).encode(), id="letters-in-two-parts"),
    ],
)
def test_the_machine_it_was_written_on_does_not_count(written: Newsletter, written_by: Callable[[str], bytes]) -> None:
    before = edition(written)

    for path, text in ((ISSUE, MAIN_TEXT), (FIRST, FULL)):
        written.write(path, written_by(text))

    assert edition(written) == before


def test_names_of_files_settings_and_templates_do_not_count(written: Newsletter) -> None:
    before = edition(written)

    (written.root / FIRST).rename(written.root / "issues/2020-08/01-a-doe.md")
    written.change_settings("https://blog.example.org", "https://example.org/pprnet")
    written.change_settings('id = "pprnet"', 'id = "pprnet"\nlanguage = "fr"\ntimezone = "Asia/Tokyo"')
    written.write("templates/words.fr.toml", '[issue]\nthis_month = "Ce mois "\n')

    assert edition(written) == before


def test_the_send_itself_makes_no_other_edition(written: Newsletter) -> None:
    change(written, ISSUE, "Date: 2020-08-14\n", "")
    before = edition(written)

    receipt = '{"sealed": "2020-08-20T03:00:00+00:00", "slugs": {"1-doe.md": "does-therapy-help"}}'
    written.write("issues/2020-08/receipt.json", receipt)

    assert edition(written) == before


def test_without_an_intro_the_blurbs_count(newsletter: Newsletter) -> None:
    before = edition(newsletter)

    change(newsletter, FIRST, "Blurb: whether therapy helps", "Blurb: something else")

    assert edition(newsletter) != before


def test_the_order_of_summaries_counts(newsletter: Newsletter) -> None:
    before = edition(newsletter)

    (newsletter.root / FIRST).rename(newsletter.root / "issues/2020-08/3-doe.md")

    assert edition(newsletter) != before
