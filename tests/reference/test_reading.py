from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.model import Emphasis, LineBreak, Link, Strong, Text
from pprmail.reference import Person, Reference, read_reference
from pprmail.reference.reading import KINDS
from sources import summary_of

ROOT = Path(__file__).parents[2]
DOE = (Person("Doe", "J."),)


def fields(citation: str, kind: str = "") -> dict[str, Any]:
    """What is read out of the line, without what is empty, and without the line."""
    reference = read_reference(summary_of(citation, title="", kind=kind))
    return {name: value for name, value in reference._asdict().items() if value and name != "line"}


def samples() -> dict[str, str]:
    found = {}
    for path in sorted(ROOT.glob("issues/*/*-*.md")):
        citation = re.search(r"^Citation: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert citation, path
        found[f"{path.parent.name}/{path.stem}"] = citation[1]
    return found


def people(*names: str) -> tuple[Person, ...]:
    return tuple(Person(*name.split(", ")) for name in names)


SAMPLES: dict[str, dict[str, Any]] = {
    "2017-07/1-steinert": {
        "kind": "article",
        "authors": people("Steinert, C.", "Munder, T.", "Rabung, S.", "Hoyer, J.", "Leichsenring, F."),
        "year": 2017,
        "title": "Psychodynamic therapy: As efficacious as other empirically supported treatments? A meta-analysis testing equivalence of outcomes",
        "container": "American Journal of Psychiatry",
    },
    "2019-05/1-lilliengren": {
        "kind": "article",
        "authors": people("Lilliengren, P.", "Johansson, R.", "Lindqvist, K.", "Mechler, J.", "Andersson, G."),
        "year": 2016,
        "title": "Efficacy of experiential dynamic therapy for psychiatric conditions: A meta-analysis of randomized controlled trials",
        "container": "Psychotherapy",
        "volume": "53",
        "number": "1",
        "first_page": "90",
        "last_page": "104",
    },
    "2019-05/2-grenon": {
        "kind": "article",
        "authors": people("Grenon, R.", "Carlucci, S.", "Brugnera, A.", "Schwartze, D.", "Tasca, G. A."),
        "cut_short": True,
        "year": 2018,
        "title": "Psychotherapy for eating disorders: A meta-analysis of direct comparisons",
        "container": "Psychotherapy Research",
    },
    "2020-08/1-keefe": {
        "kind": "article",
        "authors": people(
            "Keefe, J. R.",
            "McMain, S. F.",
            "McCarthy, K. S.",
            "Zilcha-Mano, S.",
            "Dinger, U.",
            "Sahin, Z.",
            "Graham, K.",
            "Barber, J. P.",
        ),
        "year": 2019,
        "month": 12,
        "day": 5,
        "title": "A meta-analysis of psychodynamic treatments for borderline and Cluster C personality disorders",
        "container": "Personality Disorders: Theory, Research, and Treatment",
        "note": "Advance online publication",
    },
    "2020-08/2-katz": {
        "kind": "article",
        "authors": people(
            "Katz, M.", "Hilsenroth, M. J.", "Gold, J. R.", "Moore, M.", "Pitman, S. R.", "Levy, S. R.", "Owen, J."
        ),
        "year": 2019,
        "title": "Adherence, flexibility, and outcome in psychodynamic treatment of depression",
        "container": "Journal of Counseling Psychology",
        "volume": "66",
        "number": "1",
        "first_page": "94",
        "last_page": "103",
    },
    "2020-08/3-fonagy": {
        "kind": "article",
        "authors": people(
            "Fonagy, P.",
            "Lemma, A.",
            "Target, M.",
            "O’Keeffe, S.",
            "Constantinou, M.",
            "Ventura Wurman, T.",
            "Pilling, S.",
        ),
        "cut_short": True,
        "year": 2019,
        "title": "Dynamic interpersonal therapy for moderate to severe depression: A pilot randomized controlled and feasibility trial",
        "container": "Psychological Medicine",
        "first_page": "1",
        "last_page": "10",
    },
}


def test_each_sample_has_its_expectation() -> None:
    assert samples().keys() == SAMPLES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_with_its_italics_and_without(name: str) -> None:
    citation = samples()[name]

    assert fields(citation) == SAMPLES[name]
    assert fields(citation.replace("*", "")) == SAMPLES[name]


TITLE = {"authors": DOE, "year": 2019, "title": "On therapy"}
ARTICLE = {"kind": "article"} | TITLE
JOURNAL = ARTICLE | {"container": "Psychotherapy"}
EDITED = {
    "kind": "chapter",
    **TITLE,
    "editors": people("Norcross, J. C.", "van den Berg, L."),
    "container": "What works: A guide",
    "edition": "3",
    "first_page": "1",
    "last_page": "20",
    "publisher": "Oxford",
}
LINES: dict[str, tuple[str, dict[str, Any]]] = {
    "volume-in-the-same-italics": (
        "Doe, J. (2019). On therapy. *Psychotherapy, 53*(1), 90–104.",
        JOURNAL | {"volume": "53", "number": "1", "first_page": "90", "last_page": "104"},
    ),
    "article-number": (
        "Doe, J. (2019). On therapy. *Psychotherapy*, *53*(1), Article e123.",
        JOURNAL | {"volume": "53", "number": "1", "article_number": "e123"},
    ),
    "doi-behind": (
        "Doe, J. (2019). On therapy. *Psychotherapy*. https://doi.org/10.1037/pst0000001",
        JOURNAL | {"doi": "10.1037/pst0000001"},
    ),
    "doi-no-scheme": (
        "Doe, J. (2019). On therapy. *Psychotherapy*. dx.doi.org/10.1037/pst0000001",
        JOURNAL | {"doi": "10.1037/pst0000001"},
    ),
    "doi-no-scheme-www": (
        "Doe, J. (2019). On therapy. Psychotherapy. www.doi.org/10.1037/pst0000001",
        JOURNAL | {"doi": "10.1037/pst0000001"},
    ),
    "publishers-address": (
        "Doe, J. (2019). On therapy. *Psychotherapy*. https://psycnet.apa.org/doi/10.1037/x",
        JOURNAL | {"url": "https://psycnet.apa.org/doi/10.1037/x"},
    ),
    "sixth-edition-doi": (
        "Doe, J. (2019). On therapy. *Psychotherapy*. Advance online publication. doi:10.1037/pst0000001",
        JOURNAL | {"doi": "10.1037/pst0000001", "note": "Advance online publication"},
    ),
    "online-after-doi": (
        "Doe, J. (2019). On therapy. *Psychotherapy*. doi:10.1037/pst0000001. Advance online publication.",
        JOURNAL | {"doi": "10.1037/pst0000001", "note": "Advance online publication"},
    ),
    "retrieved": (
        "Doe, J. (2019). On therapy. *Psychotherapy*, *5*, 1–2. Retrieved from https://x.org/a.",
        JOURNAL | {"volume": "5", "first_page": "1", "last_page": "2", "url": "https://x.org/a"},
    ),
    "in-press": (
        "Doe, J. (in press). On therapy. *Psychotherapy*.",
        {"kind": "article", "authors": DOE, "title": "On therapy", "container": "Psychotherapy", "note": "in press"},
    ),
    "question": (
        "Doe, J. (2019). Does *it* help? *Psychotherapy*, *5*.",
        JOURNAL | {"title": "Does it help?", "volume": "5"},
    ),
    "emphasis-within": (
        "Doe, J. (2019). The *DSM-5* in practice. *Psychotherapy*, *5*.",
        JOURNAL | {"title": "The DSM-5 in practice", "volume": "5"},
    ),
    "emphasis-within-alone": (
        "Doe, J. (2019). The *DSM-5* in practice. Psychotherapy, 5.",
        JOURNAL | {"title": "The DSM-5 in practice", "volume": "5"},
    ),
    "all-in-italics": (
        "Doe, J. (2019). *On therapy. Psychotherapy, 5, 1–2.*",
        JOURNAL | {"volume": "5", "first_page": "1", "last_page": "2"},
    ),
    "no-stop-before-journal": (
        "Doe, J. (2019). On therapy *Psychotherapy*, 5, 1–2.",
        JOURNAL | {"volume": "5", "first_page": "1", "last_page": "2"},
    ),
    "quoted": ("Doe, J. (2019). “On therapy.” *Psychotherapy*.", JOURNAL),
    "numbers-in-title": (
        "Doe, J. (2019). Dropout at weeks 4, 8, 12. Psychotherapy, 5(1), 3–9.",
        JOURNAL
        | {"title": "Dropout at weeks 4, 8, 12", "volume": "5", "number": "1", "first_page": "3", "last_page": "9"},
    ),
    "french": (
        "Doe, J. (2019). On therapy. *Psychotherapy*, *44*(2), 12-30. Repéré à https://x.org/a",
        JOURNAL | {"volume": "44", "number": "2", "first_page": "12", "last_page": "30", "url": "https://x.org/a"},
    ),
    "chapter": (
        "Doe, J. (2019). On therapy. In J. C. Norcross & L. van den Berg (Eds.), *What works: A guide* (3rd ed., pp. 1–20). Oxford.",
        EDITED,
    ),
    "chapter-without-italics": (
        "Doe, J. (2019). On therapy. In J. C. Norcross & L. van den Berg (Eds.), What works: A guide (3rd ed., pp. 1–20). New York, NY: Oxford.",
        EDITED | {"place": "New York, NY"},
    ),
    "french-chapter": (
        "Doe, J. (2019). On therapy. Dans J. C. Norcross et L. van den Berg (dir.), *What works: A guide* (3ᵉ éd., p. 1-20). Oxford.",
        EDITED,
    ),
    "chapter-without-editors": (
        "Doe, J. (2019). On therapy. In *What works* (pp. 1–20). Sage.",
        TITLE
        | {"kind": "chapter", "container": "What works", "first_page": "1", "last_page": "20", "publisher": "Sage"},
    ),
    "chapter-without-author": (
        "On therapy. (2019). In A. Roe (Ed.), *What works* (pp. 1–20). Sage.",
        {
            "kind": "chapter",
            "title": "On therapy",
            "year": 2019,
            "editors": people("Roe, A."),
            "container": "What works",
            "first_page": "1",
            "last_page": "20",
            "publisher": "Sage",
        },
    ),
    "book": (
        "Doe, J. (2019). *On therapy* (2nd ed., Vol. 1). W. W. Norton & Company.",
        TITLE | {"kind": "book", "edition": "2", "volume": "1", "publisher": "W. W. Norton & Company"},
    ),
    "book-without-brackets": (
        "Doe, J. (2019). *On therapy*. W. W. Norton.",
        TITLE | {"kind": "book", "publisher": "W. W. Norton"},
    ),
    "book-without-italics": (
        "Doe, J. (2019). On therapy (2nd ed.). Sage.",
        TITLE | {"kind": "book", "edition": "2", "publisher": "Sage"},
    ),
    "edited-book": (
        "Doe, J. (Ed.). (2019). *On therapy*. Sage.",
        {"kind": "book", "editors": DOE, "year": 2019, "title": "On therapy", "publisher": "Sage"},
    ),
    "published-by-its-author": (
        "American Psychiatric Association. (2019). *On therapy* (5th ed.). Washington, DC: Author.",
        TITLE
        | {
            "kind": "book",
            "authors": people("American Psychiatric Association"),
            "edition": "5",
            "place": "Washington, DC",
            "publisher": "American Psychiatric Association",
        },
    ),
    "report": (
        "National Institute for Health and Care Excellence. (2019). *On therapy* (NICE Guideline No. NG222). https://www.nice.org.uk/ng222",
        TITLE
        | {
            "kind": "report",
            "authors": people("National Institute for Health and Care Excellence"),
            "number": "NG222",
            "url": "https://www.nice.org.uk/ng222",
        },
    ),
    "dissertation": (
        "Doe, J. (2019). *On therapy* [Doctoral dissertation, University of Ottawa]. ProQuest.",
        TITLE | {"kind": "book", "publisher": "ProQuest", "note": "Doctoral dissertation, University of Ottawa"},
    ),
    "no-break-spaces": ("Doe,\u00a0J. (2019). On\u00a0therapy. *Psycho\u00adtherapy*.", JOURNAL),
    "title-alone": ("Doe, J. (2019). On therapy.", ARTICLE),
    "nothing-behind-the-date": ("Doe, J. (2019).", ARTICLE | {"title": "Doe, J. (2019)."}),
    "no-apa": (
        "Doe J. On therapy. Psychotherapy. 2019;53:1-2.",
        {"kind": "article", "title": "Doe J. On therapy. Psychotherapy. 2019;53:1-2"},
    ),
    "address-alone": ("https://x.org/a", {"kind": "article", "title": "https://x.org/a", "url": "https://x.org/a"}),
    "empty": ("", {"kind": "article"}),
}


@pytest.mark.parametrize(("citation", "expected"), LINES.values(), ids=LINES)
def test_a_line_is_taken_apart(citation: str, expected: dict[str, Any]) -> None:
    assert fields(citation) == expected


def test_the_headers_win_over_the_line() -> None:
    line = "Doe, J. (2019). *On therapy*. Sage. https://doi.org/10.1037/line https://x.org/line"

    reference = read_reference(summary_of(line, kind="Report", doi="10.1037/header", link="https://x.org/header"))

    assert (reference.kind, reference.doi, reference.url) == ("report", "10.1037/header", "https://x.org/header")
    assert read_reference(summary_of(line))[-3:-1] == ("10.1037/line", "https://x.org/line")


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_that_is_given_stays(kind: str) -> None:
    assert {fields(citation, kind)["kind"] for citation, _ in LINES.values()} == {kind}


def test_without_a_citation_the_title_is_the_summarys() -> None:
    assert read_reference(summary_of("", title=" Does  it help? ")) == Reference("article", "Does it help?", "")


def test_an_address_behind_words_is_found_and_a_dois_is_none() -> None:
    line = "Doe, J. (2019). On. *J*. [Abstract](https://x.org/a) [DOI](https://doi.org/10.1037/x)"

    assert read_reference(summary_of(line)).url == "https://x.org/a"


def test_the_pages_are_one_text() -> None:
    assert Reference("article", "On", "").pages == ""
    assert Reference("article", "On", "", first_page="90", last_page="104").pages == "90–104"
    assert Reference("article", "On", "", article_number="e1").pages == "e1"


PIECES = st.sampled_from(
    [
        "Doe, J.",
        " & ",
        "(2019)",
        "(in press)",
        ". ",
        ", ",
        "In ",
        "(Eds.)",
        "*",
        "5(1)",
        "1–9",
        "(3rd ed.)",
        "?",
        "…",
        "e1",
        "A",
        "\u00a0",
    ]
)


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.text(max_size=200) | st.lists(PIECES, max_size=40).map("".join), st.sampled_from(("", *KINDS)))
def test_any_line_is_read_and_keeps_a_title(citation: str, kind: str) -> None:
    reference = read_reference(summary_of(citation, kind=kind, title="Its own"))

    assert reference.title.strip()
    assert reference.kind in KINDS
    assert "\n" not in "".join(str(value) for value in reference)


INLINE = st.recursive(
    st.builds(Text, st.text(alphabet="AbJ.,(2019)–: InEds", max_size=20)) | st.just(LineBreak()),
    lambda inner: (
        st.builds(Emphasis, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Strong, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Link, st.just("https://x.org/"), st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(INLINE, max_size=8).map(tuple))
def test_any_prose_is_read(prose: tuple[Any, ...]) -> None:
    head = (Text("Doe, J. (2019). "),)

    reference = read_reference(summary_of("")._replace(citation_prose=head + prose))

    assert reference.title.strip()
    assert reference.authors == DOE


@pytest.mark.parametrize(
    "unit", ["(", ")", "[", "A. & ", ". In ", ", 5", ", 5(1)", " (Eds.)", "(2nd ed.)", "…", ". A", "a", "http://", "- "]
)
def test_a_very_long_line_is_read(unit: str) -> None:
    for citation in (unit * 20_000, f"Doe, J. (2019). On. In A. {unit * 20_000}"):
        prose = (Text(citation),)

        assert read_reference(summary_of("")._replace(citation_prose=prose)).title
