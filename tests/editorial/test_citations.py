"""The rules of a citation together, as an author meets them, and those that have no file of their own."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial.citations import citation_problems
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.markdown import parse_text
from sources import entry_of, summary_of

if TYPE_CHECKING:
    from conftest import Newsletter

DOE = "issues/2020-08/1-doe.md"
ARTICLE = "Doe, J., & Roe, R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104."
DOI = "10.1037/per0000382"


def told(newsletter: Newsletter, author: str = "The editor", *, body: str = "It helps.", **headers: str) -> list[str]:
    newsletter.write(DOE, summary_text(body=body, **headers))
    issue, _ = load_issue(newsletter.settings, "2020-08")
    return [str(one).removeprefix(f"{DOE}:") for one in citation_problems(issue, issue.summaries[0], author)]


def rules(newsletter: Newsletter, **headers: str) -> list[str]:
    return [one.rpartition("[")[2].rstrip("]") for one in told(newsletter, **headers)]


def test_the_samples_have_true_doubts_alone(sample: Newsletter) -> None:
    found = [
        f"{one.path.removeprefix('issues/')}:{one.line}:{one.column} {one.rule}"
        for key in ("2017-07", "2019-05", "2020-08")
        for issue in [load_issue(sample.settings, key)[0]]
        for summary in issue.summaries
        for one in citation_problems(issue, summary, sample.settings.newsletter.author)
    ]

    assert found == [
        "2017-07/1-steinert.md:3:11 doi-missing",
        "2019-05/1-lilliengren.md:3:11 doi-missing",
        "2019-05/2-grenon.md:3:66 citation-form",
        "2020-08/1-keefe.md:3:11 doi-missing",
        "2020-08/2-katz.md:3:11 doi-missing",
        "2020-08/3-fonagy.md:3:98 citation-form",
    ]


def test_a_summary_without_a_citation_has_no_doubt_about_it(newsletter: Newsletter) -> None:
    assert told(newsletter, Citation="", DOI="10.31234/osf.io/abc") == []


# doi-missing


def test_an_article_without_a_doi_is_told(newsletter: Newsletter) -> None:
    assert told(newsletter, Citation=f"\n  {ARTICLE}") == [
        (
            "4:3: warning: the article has no DOI; look it up at search.crossref.org and add 'DOI: 10.…';"
            " for an article that has none, add 'Link: https://…' [doi-missing]"
        )
    ]


ARTICLES = {
    "question": "Doe, J. (2019). Does it help? *Psychotherapy*, *53*(1), 90–104.",
    "italics-in-the-title": "Doe, J. (2019). Hope and *Lebensmut* in therapy. *Psychotherapy*, *53*(1).",
    "no-italics": "Doe, J. (2019). On therapy. Psychotherapy, 53(1), 90–104.",
    "therapists-doing-well": "Doe, J. (2019). Therapists doing well. *Psychotherapy*, *53*(1).",
    "no-date-yet": "Doe, J. (n.d.). On therapy. *Psychotherapy*.",
    "decimals": "Doe, J. (2019). On an effect of 10.25/3. *Psychotherapy*, *53*(1), 90–104.",
}
OTHERS = {
    "book": "Yalom, I. D. (1995). *The theory and practice of group psychotherapy* (4th ed.). Basic Books.",
    "book-no-italics": "Yalom, I. D. (1995). The theory and practice of group psychotherapy (4th ed.). Basic Books.",
    "chapter": "Doe, J. (2019). On groups. In R. Roe (Ed.), *Handbook* (pp. 1–9). Wiley.",
    "chapter-after-a-question": "Doe, J. (2019). What works? In R. Roe (Ed.), *Handbook* (pp. 1–9). Wiley.",
    "french-chapter": "Doe, J. (2019). Des groupes. Dans R. Roe (dir.), *Manuel* (p. 1–9). Masson.",
    "report": "NICE. (2022). *Depression in adults: Treatment and management* (NICE Guideline NG222).",
    "dissertation": "Doe, J. (2019). *Change in therapy* [Doctoral dissertation, University of Ottawa].",
    "doi-in-the-citation": f"{ARTICLE} https://doi.org/{DOI}",
    "bare": f"{ARTICLE} {DOI}",
    "no-scheme": f"{ARTICLE} doi.org/{DOI}",
    "no-scheme-www": f"{ARTICLE} www.doi.org/{DOI}",
    "no-scheme-old": f"{ARTICLE} dx.doi.org/{DOI}",
    "publisher-no-scheme": f"{ARTICLE} psycnet.apa.org/doi/{DOI}",
    "chapter-without-editors": "Doe, J. (2019). On groups. In *Handbook of groups* (pp. 1–9). Wiley.",
    "chapter-after-quotes": "Doe, J. (2019). “What works?” In R. Roe (Ed.), *Handbook* (pp. 1–9). Wiley.",
    "chapter-no-italics": "Doe, J. (2019). On groups. In R. Roe (Ed.), Handbook of groups (pp. 1–9). Wiley.",
    "label": f"{ARTICLE} doi:{DOI}",
    "address": f"{ARTICLE} https://example.org/article",
    "bad-doi": f"{ARTICLE} doi:10.1037/",
    "prose": "Doe, On therapy",
}


@pytest.mark.parametrize("citation", ARTICLES.values(), ids=ARTICLES)
def test_an_article_is_seen_by_its_form(newsletter: Newsletter, citation: str) -> None:
    assert rules(newsletter, Citation=citation) == ["doi-missing"]


@pytest.mark.parametrize("citation", OTHERS.values(), ids=OTHERS)
def test_what_is_no_article_or_has_an_address_needs_no_doi(newsletter: Newsletter, citation: str) -> None:
    assert rules(newsletter, Citation=citation) == []


@pytest.mark.parametrize("state", ["In press", "Forthcoming", "accepted", "submitted", "sous presse", "à paraître"])
def test_an_article_that_is_not_out_yet_needs_no_doi(newsletter: Newsletter, state: str) -> None:
    assert rules(newsletter, Citation=f"Doe, J. ({state}). On therapy. *Psychotherapy*.") == []


def test_the_headers_decide_before_the_form(newsletter: Newsletter) -> None:
    assert rules(newsletter, DOI=DOI) == []
    assert rules(newsletter, DOI="none") == []
    assert rules(newsletter, Link="https://example.org/abstract") == []
    assert rules(newsletter, Kind="Report") == []
    assert rules(newsletter, Kind="Article", Citation=OTHERS["book"]) == ["doi-missing"]
    assert rules(newsletter, Kind="Article", Citation=OTHERS["prose"]) == ["doi-missing"]
    assert rules(newsletter, Kind="Article", Citation="Doe, J. (in press). On therapy. *Psychotherapy*.") == []


# advance-online-stale


def test_an_article_ahead_of_print_for_more_than_a_year_is_told(newsletter: Newsletter) -> None:
    citation = "Doe, J. (2018). On therapy. *Psychotherapy*.\n   Advance online publication."

    assert told(newsletter, Citation=citation, DOI=DOI) == [
        (
            "4:4: warning: 'Advance online publication' in 2018, and the issue is of 2020;"
            " look up the volume and the pages at its DOI, and whether the year is still the same [advance-online-stale]"
        )
    ]


AHEAD = {
    "no-month": ("(2018). On. *P*. Advance online publication.", "2020-01-14", True),
    "within-a-year": ("(2019). On. *P*. Advance online publication.", "2020-08-14", False),
    "after-twelve-months": ("(2019, July). On. *P*. Advance online publication.", "2020-07-31", False),
    "after-thirteen": ("(2019, July 31). On. *P*. Advance online publication.", "2020-08-01", True),
    "small-letters": ("(2018). On. *P*, advance online publication", "2020-08-14", True),
    "in-brackets": ("(2018). On. *P* (Online First).", "2020-08-14", True),
    "epub": ("(2018). On. *P*. Epub ahead of print.", "2020-08-14", True),
    "in-press": ("(2018). On. *P*, in press.", "2020-08-14", True),
    "french": ("(2018). De. *P*. Publication anticipée en ligne.", "2020-08-14", True),
    "in-a-title": ("(2018). The online first visit and the printing press. *P*, *5*.", "2020-08-14", False),
    "begins-a-title": ("(2018). Online first impressions. *P*, *5*.", "2020-08-14", False),
    "in-print": ("(2018). On. *P*, *5*(1), 1–9.", "2020-08-14", False),
    "no-year": ("(in press). On. *P*.", "2020-08-14", False),
    "a-year-in-the-title": ("(in press). DSM-III (1980). *P*. Advance online publication.", "2020-08-14", False),
    "original": ("(1900/2020). On. *P*. Advance online publication.", "2020-08-14", False),
}


@pytest.mark.parametrize(("rest", "day", "is_stale"), AHEAD.values(), ids=AHEAD)
def test_ahead_of_print_is_stale_after_twelve_months(rest: str, day: str, is_stale: bool) -> None:  # noqa: FBT001
    summary = summary_of(f"Doe, J. {rest}", link="https://example.org")
    issue = entry_of(summary).issue._replace(day=date.fromisoformat(day))

    assert [one.rule for one in citation_problems(issue, summary, "")] == ["advance-online-stale"] * is_stale


# preprint

HELD = "holds preprints, which nobody has reviewed; say in the text that this is a preprint, or cite the article that came of it [preprint]"
PREPRINTS = {
    "header": ({"DOI": "doi:10.31234/osf.io/ab"}, "6:10: warning: PsyArXiv"),
    "citation": ({"Citation": f"{ARTICLE}\n https://doi.org/10.48550/arXiv.1"}, "4:18: warning: arXiv"),
    "link": ({"Link": "https://www.medrxiv.org/content/1"}, "6:19: warning: medRxiv"),
    "address": ({"Citation": f"{ARTICLE} https://osf.io/preprints/psyarxiv/ab"}, "3:92: warning: PsyArXiv"),
    "psyarxiv": ({"Link": "https://psyarxiv.com/ab"}, "6:15: warning: PsyArXiv"),
    "osf-page": ({"Link": "https://osf.io/preprints/ab"}, "6:15: warning: OSF Preprints"),
    "biorxiv": ({"Link": "https://www.biorxiv.org/content/1"}, "6:19: warning: bioRxiv"),
    "arxiv": ({"Link": "https://arxiv.org/abs/1"}, "6:14: warning: arXiv"),
    "ssrn-page": ({"Link": "https://papers.ssrn.com/ab"}, "6:22: warning: SSRN"),
    "research-square-page": ({"Link": "https://www.researchsquare.com/1"}, "6:19: warning: Research Square"),
    "preprints-org": ({"DOI": "10.20944/preprints1"}, "6:6: warning: Preprints.org"),
    "preprints-org-page": ({"Link": "https://www.preprints.org/1"}, "6:19: warning: Preprints.org"),
    "osf": ({"DOI": "10.31219/osf.io/ab"}, "6:6: warning: OSF Preprints"),
    "ssrn": ({"DOI": "10.2139/ssrn.1"}, "6:6: warning: SSRN"),
    "research-square": ({"DOI": "10.21203/rs.3.rs-1/v1"}, "6:6: warning: Research Square"),
    "biorxiv-new": ({"DOI": "10.1101/2020.03.04.12345678"}, "6:6: warning: bioRxiv or medRxiv"),
    "biorxiv-old": ({"DOI": "10.1101/123456"}, "6:6: warning: bioRxiv or medRxiv"),
    "named": ({"Kind": "report", "Citation": "Doe, J. (2019). On therapy. *PsyArXiv*."}, "3:40: warning: PsyArXiv"),
    "named-after-brackets": (
        {"Kind": "report", "Citation": "Doe, J. (2019). *On therapy* [Preprint]. SSRN."}, "3:52: warning: SSRN"
    ),
}  # fmt: skip
REVIEWED = {
    "journal": {"DOI": DOI},
    "cold-spring": {"DOI": "10.1101/gad.123456"},
    "free-copy": {"DOI": DOI, "Link": "https://psyarxiv.com/ab"},
    "free-copy-in-the-citation": {"Citation": f"{ARTICLE} https://doi.org/{DOI} https://osf.io/preprints/psyarxiv/ab"},
    "data": {"Link": "https://osf.io/ab"},
    "about-them": {
        "Citation": "Doe, J. (2019). Trends on PsyArXiv. *Psychotherapy*, *53*(1).",
        "Link": "https://example.org",
    },
    "about-them-first": {"Citation": "PsyArXiv. (2019). *Annual report*.", "Link": "https://example.org"},
    "told-in-the-title": {"DOI": "10.31234/osf.io/ab", "Title": "A Preprint on Therapy"},
}


@pytest.mark.parametrize(("headers", "begins"), PREPRINTS.values(), ids=PREPRINTS)
def test_a_preprint_is_told_where_its_server_is_named(
    newsletter: Newsletter, headers: dict[str, str], begins: str
) -> None:
    assert told(newsletter, **headers) == [f"{begins} {HELD}"]


@pytest.mark.parametrize("headers", REVIEWED.values(), ids=REVIEWED)
def test_what_is_reviewed_or_told_to_readers_is_no_doubt(newsletter: Newsletter, headers: dict[str, str]) -> None:
    assert told(newsletter, **headers) == []


@pytest.mark.parametrize(
    "body",
    [
        "It is a preprint.",
        "A Pre-print.",
        "It is a preprint’s fate.",
        "It awaits peer review.",
        "It has not been peer-reviewed yet.",
        "It is not yet peer reviewed.",
        "It hasn’t been\npeer reviewed.",
        "It has yet to be peer reviewed.",
        "It is non-peer-reviewed.",
        "It is under peer review.",
        "It has not yet gone through formal peer review.",
    ],
)
def test_a_text_that_says_it_is_a_preprint_is_enough(newsletter: Newsletter, body: str) -> None:
    assert told(newsletter, body=body, DOI="10.31234/osf.io/ab") == []


@pytest.mark.parametrize(
    "body",
    [
        "The preprints of others were not used.",
        "Pre-prints were left out.",
        "It is a pre-printed sheet.",
        "It was reviewed by peers. It is not long.",
        "It appeared in a peer-reviewed journal.",
        "There was no effect in peer-reviewed studies.",
        "It does not last. Studies were peer reviewed.",
    ],
)
def test_a_text_of_other_preprints_is_not_enough(newsletter: Newsletter, body: str) -> None:
    assert len(told(newsletter, body=body, DOI="10.31234/osf.io/ab")) == 1


# own-article


def test_an_article_of_the_newsletters_author_is_noted(newsletter: Newsletter) -> None:
    assert told(newsletter, "Richard Roe", DOI=DOI) == [
        (
            "3:22: note: Roe, R., who wrote the summary, is an author of the article;"
            " tell readers so in the text, such as 'I am one of the authors' [own-article]"
        )
    ]


def test_of_a_guests_summary_the_guest_is_the_author(newsletter: Newsletter) -> None:
    assert told(newsletter, "Richard Roe", DOI=DOI, Summary_by="Edgar Poe") == []
    assert len(told(newsletter, "Edgar Poe", DOI=DOI, Summary_by="Jane Doe, PhD")) == 1


def test_an_author_after_an_entity_is_told_at_its_place(newsletter: Newsletter) -> None:
    citation = ARTICLE.replace("Doe", "D&ouml;e")

    (one,) = told(newsletter, "Richard Roe", DOI=DOI, Citation=citation)

    assert one.startswith("3:27: note: Roe, R., who wrote the summary")


# All of them


def test_the_rules_stand_in_the_order_of_the_registry(newsletter: Newsletter) -> None:
    citation = "Doe, J.R., & Roe, R. (2018). On therapy. *PsyArXiv*. Advance online publication."

    found = told(newsletter, "Jane Doe", body="Smith and colleagues tested it.", Citation=citation)

    assert [one.rpartition("[")[2] for one in found] == [
        "doi-missing]", "citation-form]", "advance-online-stale]", "first-author-mismatch]", "preprint]", "own-article]"
    ]  # fmt: skip


def test_a_usual_citation_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "import pprmail.editorial.citations, pprmail.editorial.repeats, pprmail.manuscript.earlier\n"
        "print([name for name in ('rapidfuzz', 'pprmail.reference', 'difflib', 'click') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


PIECES = st.sampled_from([
    "Doe, J.R., ", "& Roe, R. ", "(2019)", "(in press)", ". On", "? ", " *", "*", ", *", "_", " In ", "45-60", "Advance online publication",
    "10.31234/x", "10.1101/123456", "https://", "psyarxiv.com/", "doi:", " PsyArXiv.", "İ",
])  # fmt: skip


@settings(derandomize=True, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.text(), st.sampled_from(["", "article", "x"]), st.text())
def test_no_text_is_too_odd_to_be_judged(citation: str, body: str, kind: str, author: str) -> None:
    summary = summary_of(citation, kind=kind)._replace(body=parse_text(body, "1-doe.md")[0])

    found = list(citation_problems(entry_of(summary).issue, summary, author))

    assert len(found) == len({one.rule for one in found})
