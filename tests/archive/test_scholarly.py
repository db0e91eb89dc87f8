from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pprmail.archive.scholarly import json_ld, meta_tags
from pprmail.archive.shelf import shelve
from pprmail.manuscript.issue import load_issue
from pprmail.model import Emphasis, Erratum, Retraction, Text
from sources import entry_of, summary_of

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.archive.shelf import Entry

ARTICLE = "Doe, J. R., Jr., & Roe, R. (2019, December 5). On therapy. *Psychotherapy*, *53*(1), 90–104."
CHAPTER = "Doe, J. (2019). On therapy. In A. Roe (Ed.), *What works* (3rd ed., pp. 1–20). Sage."
REPORT = "World Health Organization. (2019). *On therapy* (Report No. 12). Sage."
PAGE = "https://blog.example.org/2020-08/does-therapy-help/"


def entry(citation: str, **headers: Any) -> Entry:  # noqa: ANN401 - any header
    return entry_of(summary_of(citation, **headers))


def data(newsletter: Newsletter, one: Entry, image: str = "") -> dict[str, Any]:
    read = json.loads(json_ld(newsletter.settings, one, image=image))
    assert isinstance(read, dict)
    return read


TAGS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "article": (
        ARTICLE + " https://doi.org/10.1037/x",
        (
            ("citation_title", "On therapy"),
            ("citation_author", "Doe, J. R., Jr."),
            ("citation_author", "Roe, R."),
            ("citation_publication_date", "2019/12/05"),
            ("citation_journal_title", "Psychotherapy"),
            ("citation_volume", "53"),
            ("citation_issue", "1"),
            ("citation_firstpage", "90"),
            ("citation_lastpage", "104"),
            ("citation_doi", "10.1037/x"),
        ),
    ),
    "chapter": (
        CHAPTER,
        (
            ("citation_title", "On therapy"),
            ("citation_author", "Doe, J."),
            ("citation_editor", "Roe, A."),
            ("citation_publication_date", "2019"),
            ("citation_inbook_title", "What works"),
            ("citation_firstpage", "1"),
            ("citation_lastpage", "20"),
            ("citation_publisher", "Sage"),
        ),
    ),
    "report": (
        REPORT,
        (
            ("citation_title", "On therapy"),
            ("citation_author", "World Health Organization"),
            ("citation_publication_date", "2019"),
            ("citation_technical_report_number", "12"),
            ("citation_technical_report_institution", "Sage"),
        ),
    ),
    "article-number": (
        "Doe, J. (2019, May). On. *J*, *5*, Article e12.",
        (
            ("citation_title", "On"),
            ("citation_author", "Doe, J."),
            ("citation_publication_date", "2019/05"),
            ("citation_journal_title", "J"),
            ("citation_volume", "5"),
            ("citation_firstpage", "e12"),
        ),
    ),
    "nothing-but-a-line": ("Doe on therapy", (("citation_title", "Doe on therapy"),)),
}


@pytest.mark.parametrize(("citation", "tags"), TAGS.values(), ids=TAGS)
def test_the_source_is_told_in_citation_tags(citation: str, tags: tuple[tuple[str, str], ...]) -> None:
    assert meta_tags(entry(citation)) == tags


def test_every_sample_has_the_tags_that_google_scholar_requires(sample: Newsletter) -> None:
    shelf = shelve(load_issue(sample.settings, key)[0] for key in ("2017-07", "2019-05", "2020-08"))

    for one in shelf.entries:
        names = {name for name, _ in meta_tags(one)}
        assert {"citation_title", "citation_author", "citation_publication_date", "citation_journal_title"} <= names


def test_a_summary_is_a_posting_about_its_article(newsletter: Newsletter) -> None:
    assert data(newsletter, entry(ARTICLE, doi="10.1037/x"), image=f"{PAGE}card.png") == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": PAGE,
        "url": PAGE,
        "mainEntityOfPage": PAGE,
        "headline": "Does Therapy Help?",
        "image": f"{PAGE}card.png",
        "inLanguage": "en",
        "datePublished": "2020-08-14T12:00:00-04:00",
        "dateModified": "2020-08-14T12:00:00-04:00",
        "author": {"@type": "Person", "name": "The editor"},
        "publisher": {
            "@type": "Organization",
            "name": "Psychotherapy Practice Research Network",
            "url": "https://blog.example.org/",
        },
        "keywords": ["Adherence", "Long-term Outcomes"],
        "isPartOf": {
            "@type": "PublicationIssue",
            "@id": "https://blog.example.org/2020-08/",
            "url": "https://blog.example.org/2020-08/",
            "issueNumber": "2020-08",
            "datePublished": "2020-08-14",
            "isPartOf": {"@type": "Periodical", "name": "PPRNet Blog", "url": "https://blog.example.org/"},
        },
        "about": {
            "@type": "ScholarlyArticle",
            "@id": "https://doi.org/10.1037/x",
            "headline": "On therapy",
            "name": "On therapy",
            "author": [
                {
                    "@type": "Person",
                    "name": "J. R. Doe Jr.",
                    "givenName": "J. R.",
                    "familyName": "Doe",
                    "honorificSuffix": "Jr.",
                },
                {"@type": "Person", "name": "R. Roe", "givenName": "R.", "familyName": "Roe"},
            ],
            "datePublished": "2019-12-05",
            "isPartOf": {
                "@type": "PublicationIssue",
                "issueNumber": "1",
                "isPartOf": {
                    "@type": "PublicationVolume",
                    "volumeNumber": "53",
                    "isPartOf": {"@type": "Periodical", "name": "Psychotherapy"},
                },
            },
            "pageStart": "90",
            "pageEnd": "104",
            "pagination": "90–104",
            "identifier": {"@type": "PropertyValue", "propertyID": "DOI", "value": "10.1037/x"},
            "sameAs": "https://doi.org/10.1037/x",
        },
        "isBasedOn": {"@id": "https://doi.org/10.1037/x"},
    }


def test_a_chapter_is_part_of_its_book(newsletter: Newsletter) -> None:
    source = data(newsletter, entry(CHAPTER))["about"]

    assert (source["@type"], source["@id"], source["pagination"]) == ("Chapter", f"{PAGE}#source", "1–20")
    assert source["isPartOf"] == {
        "@type": "Book",
        "name": "What works",
        "editor": [{"@type": "Person", "name": "A. Roe", "givenName": "A.", "familyName": "Roe"}],
        "bookEdition": "3",
        "publisher": {"@type": "Organization", "name": "Sage"},
    }


def test_a_report_has_its_number_and_who_published_it(newsletter: Newsletter) -> None:
    source = data(newsletter, entry(REPORT, link="https://x.org/a"))["about"]

    assert source == {
        "@type": "Report",
        "@id": f"{PAGE}#source",
        "headline": "On therapy",
        "name": "On therapy",
        "author": [{"@type": "Organization", "name": "World Health Organization"}],
        "datePublished": "2019",
        "reportNumber": "12",
        "publisher": {"@type": "Organization", "name": "Sage"},
        "sameAs": "https://x.org/a",
    }


def test_an_edited_book_has_editors_and_an_edition(newsletter: Newsletter) -> None:
    source = data(newsletter, entry("Doe, J. (Ed.). (2019). *On therapy* (2nd ed.). Sage."))["about"]

    assert (source["@type"], source["editor"][0]["name"], source["bookEdition"]) == ("Book", "J. Doe", "2")
    assert "author" not in source


def test_a_retraction_is_the_articles_and_changes_the_page(newsletter: Newsletter) -> None:
    read = data(newsletter, entry(ARTICLE, retraction=Retraction(date(2021, 3, 1), "10.1000/notice")))

    assert read["about"]["creativeWorkStatus"] == "Retracted"
    assert read["about"]["correction"] == "https://doi.org/10.1000/notice"
    assert (read["datePublished"], read["dateModified"]) == ("2020-08-14T12:00:00-04:00", "2021-03-01T12:00:00-05:00")


def test_an_erratum_is_the_summarys_and_the_last_changes_it(newsletter: Newsletter) -> None:
    errata = (
        Erratum(date(2020, 12, 2), (Text("was "), Emphasis((Text("wrong"),)))),
        Erratum(date(2020, 9, 2), (Text("and so"),)),
    )

    read = data(newsletter, entry(ARTICLE, errata=errata))

    assert read["dateModified"] == "2020-12-02T12:00:00-05:00"
    assert read["correction"] == [
        {"@type": "CorrectionComment", "text": "was wrong", "datePublished": "2020-12-02T12:00:00-05:00"},
        {"@type": "CorrectionComment", "text": "and so", "datePublished": "2020-09-02T12:00:00-04:00"},
    ]


def test_the_author_is_the_guest_or_an_organisation(newsletter: Newsletter) -> None:
    assert data(newsletter, entry(ARTICLE, guest="Gale  Guest"))["author"] == {"@type": "Person", "name": "Gale Guest"}

    newsletter.change_settings('author = "The editor"', 'author = "PPRNet Blog"')

    assert data(newsletter, entry(ARTICLE))["author"] == {"@type": "Organization", "name": "PPRNet Blog"}


def test_a_long_headline_is_cut_at_a_word(newsletter: Newsletter) -> None:
    headline = data(newsletter, entry(ARTICLE, title="word " * 60))["headline"]

    assert len(headline) <= 110
    assert headline.endswith("word…")


def test_a_description_is_the_bodys_beginning(newsletter: Newsletter) -> None:
    issue, _ = load_issue(newsletter.settings, "2020-08")

    description = data(newsletter, shelve([issue]).entries[0])["description"]

    assert description.startswith("Sentence 1 of paragraph 1 says what the study found, p < .05.")
    assert len(description) <= 160


class _Scripts(HTMLParser):
    """The scripts of a page, and how many other things it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.others = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's
        self.others += tag != "script"

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 - the parser's
        self.others += 1

    def handle_data(self, data: str) -> None:
        self.scripts.append(data)


TRICKY = st.lists(
    st.sampled_from(["</script>", "<!--", "-->", "<script>", "]]>", "&lt;", "\u2028", '"', "\\", "é", "a "]), max_size=8
)


@settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TRICKY.map("".join), TRICKY.map("".join))
def test_nothing_an_author_writes_ends_the_script(newsletter: Newsletter, title: str, journal: str) -> None:
    one = entry(f"Doe, J. (2019). On {title} it. *J {journal} x*, *5*.", title=f"T{title}")

    written = json_ld(newsletter.settings, one)
    page = _Scripts()
    page.feed(f'<script type="application/ld+json">{written}</script>')
    page.close()

    assert not any(sign in written for sign in "<>&\u2028\u2029")
    assert "".join(page.scripts) == written
    assert page.others == 0
    assert json.loads(written)["headline"] == " ".join(f"T{title}".split())
    assert json_ld(newsletter.settings, one) == written
