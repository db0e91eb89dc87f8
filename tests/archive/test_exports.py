from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import rispy  # type: ignore[import-untyped]
from bibtexparser.entrypoint import parse_string as parse_bibtex
from bibtexparser.middlewares import (
    LatexDecodingMiddleware,
    MonthIntMiddleware,
    SeparateCoAuthors,
    SplitNameParts,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string  # type: ignore[import-untyped]

from pprmail.archive.exports import bibtex, ris
from pprmail.archive.shelf import shelve
from pprmail.manuscript.issue import load_issue
from pprmail.model import Retraction
from pprmail.reference import Person, read_reference
from sources import entry_of, summary_of

if TYPE_CHECKING:
    from bibtexparser.middlewares import NameParts

    from conftest import Newsletter
    from pprmail.archive.shelf import Entry

ARTICLE = "Doe, J. R., & van der Roe, R. (2019, December 5). On therapy. *Psychotherapy*, *53*(1), 90–104."
CHAPTER = "Doe, J. (2019). On therapy. In A. Roe & B. Poe (Eds.), *What works* (3rd ed., pp. 1–20). New York, NY: Sage."
BOOK = "Doe, J., Jr. (2019). *On therapy* (2nd ed.). Sage."
REPORT = "World Health Organization. (2019). *On therapy* (Report No. 12). https://x.org/a_b?c=%20d;e"


def entry(citation: str, **headers: Any) -> Entry:  # noqa: ANN401 - any header
    return entry_of(summary_of(citation, **headers))


def sample_entries(sample: Newsletter) -> tuple[Entry, ...]:
    return shelve(load_issue(sample.settings, key)[0] for key in ("2017-07", "2019-05", "2020-08")).entries


def from_bibtex(text: str) -> dict[str, dict[str, Any]]:
    """Each entry by its key, read by bibtexparser: names in parts, the month a number, TeX's signs as characters."""
    library = parse_bibtex(
        text,
        append_middleware=[
            MonthIntMiddleware(),
            SeparateCoAuthors(),
            SplitNameParts(),
            LatexDecodingMiddleware(keep_braced_groups=False, keep_math_mode=False),
        ],
    )
    assert library.failed_blocks == []
    return {
        read.key: {"type": read.entry_type} | {name: field.value for name, field in read.fields_dict.items()}
        for read in library.entries
    }


def person(parts: NameParts) -> Person:
    family = " ".join((*parts.von, *parts.last)).strip("{}")
    return Person(family, " ".join(parts.first), " ".join(parts.jr))


def from_ris(text: str) -> list[dict[str, Any]]:
    return list(rispy.loads(text))


def test_bibtexparser_reads_the_samples_as_they_are(sample: Newsletter) -> None:
    entries = sample_entries(sample)

    read = from_bibtex(bibtex(entries))

    assert list(read) == [
        "keefe2019metaanalysis",
        "katz2019adherence",
        "fonagy2019dynamic",
        "lilliengren2016efficacy",
        "grenon2018psychotherapy",
        "steinert2017psychodynamic",
    ]
    for fields, one in zip(read.values(), entries, strict=True):
        reference = read_reference(one.summary)
        names = [person(parts) for parts in fields["author"]]
        others = [Person("others")] if reference.cut_short else []
        assert fields["type"] == "article"
        assert names == [*reference.authors, *others]
        assert (fields["title"], fields["journal"]) == (reference.title, reference.container)
        assert (fields["year"], fields.get("month"), fields.get("day")) == (
            str(reference.year),
            reference.month,
            str(reference.day) if reference.day else None,
        )
        assert (fields.get("volume", ""), fields.get("number", "")) == (reference.volume, reference.number)
        assert fields.get("pages", "").replace("--", "–") == reference.pages
        assert (fields.get("doi", ""), fields.get("note", "")) == (reference.doi, reference.note)


def test_pybtex_reads_the_samples_as_they_are(sample: Newsletter) -> None:
    entries = sample_entries(sample)

    read = parse_string(bibtex(entries), "bibtex").entries

    assert len(read) == len(entries)
    for one, fields in zip(entries, read.values(), strict=True):
        reference = read_reference(one.summary)
        names = [
            Person(" ".join((*who.prelast_names, *who.last_names)), " ".join((*who.first_names, *who.middle_names)))
            for who in fields.persons["author"]
        ]
        assert names == [*reference.authors, *([Person("others")] if reference.cut_short else [])]
        assert re.sub(r"[{}]", "", fields.fields["title"]) == reference.title


def test_rispy_reads_the_samples_as_they_are(sample: Newsletter) -> None:
    entries = sample_entries(sample)

    read = from_ris(ris(entries))

    assert len(read) == len(entries)
    for fields, one in zip(read, entries, strict=True):
        reference = read_reference(one.summary)
        assert fields["type_of_reference"] == "JOUR"
        assert fields["authors"] == [f"{who.family}, {who.given}" for who in reference.authors]
        assert (fields["title"], fields["secondary_title"]) == (reference.title, reference.container)
        assert (fields["year"], fields.get("volume", ""), fields.get("number", "")) == (
            str(reference.year),
            reference.volume,
            reference.number,
        )
        assert (fields.get("start_page", ""), fields.get("end_page", "")) == (reference.first_page, reference.last_page)
        assert fields.get("doi", "") == reference.doi
        assert fields.get("notes", []) == ([reference.note] if reference.note else [])


def test_an_article_stands_in_bibtex_as_its_styles_want() -> None:
    assert bibtex([entry(ARTICLE, doi="10.1037/pst_1")]) == (
        "@article{doe2019therapy,\n"
        "  author = {Doe, J. R. and van der Roe, R.},\n"
        "  year = {2019},\n"
        "  month = dec,\n"
        "  day = {5},\n"
        "  title = {On therapy},\n"
        "  journal = {Psychotherapy},\n"
        "  volume = {53},\n"
        "  number = {1},\n"
        "  pages = {90--104},\n"
        "  doi = {10.1037/pst_1},\n"
        "}\n"
    )


def test_an_article_stands_in_ris_as_its_specification_wants() -> None:
    assert ris([entry(ARTICLE, doi="10.1037/pst_1")]) == (
        "TY  - JOUR\r\n"
        "AU  - Doe, J. R.\r\n"
        "AU  - van der Roe, R.\r\n"
        "PY  - 2019\r\n"
        "DA  - 2019/12/05/\r\n"
        "TI  - On therapy\r\n"
        "T2  - Psychotherapy\r\n"
        "JF  - Psychotherapy\r\n"
        "VL  - 53\r\n"
        "IS  - 1\r\n"
        "SP  - 90\r\n"
        "EP  - 104\r\n"
        "DO  - 10.1037/pst_1\r\n"
        "UR  - https://doi.org/10.1037/pst_1\r\n"
        "ER  - \r\n"
        "\r\n"
    )


OTHERS: dict[str, tuple[str, list[str], list[str]]] = {
    "chapter": (
        CHAPTER,
        [
            "@incollection{doe2019therapy,",
            "author = {Doe, J.}",
            "editor = {Roe, A. and Poe, B.}",
            "booktitle = {What works}",
            "edition = {3rd}",
            "pages = {1--20}",
            "address = {New York, NY}",
            "publisher = {Sage}",
        ],
        [
            "TY  - CHAP",
            "ED  - Roe, A.",
            "ED  - Poe, B.",
            "T2  - What works",
            "SP  - 1",
            "EP  - 20",
            "ET  - 3",
            "PB  - Sage",
            "CY  - New York, NY",
        ],
    ),
    "book": (
        BOOK,
        ["@book{doe2019therapy,", "author = {Doe, Jr., J.}", "edition = {2nd}", "publisher = {Sage}"],
        ["TY  - BOOK", "AU  - Doe, J., Jr.", "ET  - 2", "PB  - Sage"],
    ),
    "report": (
        REPORT,
        [
            "@techreport{worldhealthorganization2019therapy,",
            "author = {{World Health Organization}}",
            "number = {12}",
            "institution = {World Health Organization}",
            "url = {https://x.org/a_b?c=%20d;e}",
        ],
        ["TY  - RPRT", "AU  - World Health Organization", "SN  - 12", "UR  - https://x.org/a_b?c=%20d%3Be"],
    ),
    "article-number": (
        "Doe, J. (2019, May). On therapy. *PLOS ONE*, *15*(3), Article e12.",
        ["pages = {e12}", "month = may"],
        ["SP  - e12", "DA  - 2019/05//"],
    ),
    "in-press": (
        "Doe, J. (in press). On therapy. *J*.",
        ["@article{doendtherapy,", "note = {in press}"],
        ["N1  - in press"],
    ),
    "none-of-apa": ("Doe J: on therapy 2019", ["title = {Doe {J}: on therapy 2019}"], ["TI  - Doe J: on therapy 2019"]),
}


@pytest.mark.parametrize(("citation", "bibtex_lines", "ris_lines"), OTHERS.values(), ids=OTHERS)
def test_other_kinds_have_their_own_fields(citation: str, bibtex_lines: list[str], ris_lines: list[str]) -> None:
    in_bibtex, in_ris = bibtex([entry(citation)]), ris([entry(citation)])

    assert [line for line in bibtex_lines if line not in in_bibtex] == []
    assert [line for line in ris_lines if f"{line}\r\n" not in in_ris] == []
    assert len(from_bibtex(in_bibtex)) == len(from_ris(in_ris)) == 1


def test_a_retraction_is_noted_in_both() -> None:
    retracted = entry(ARTICLE, retraction=Retraction(date(2021, 3, 1), "10.1000/notice_1"))

    assert "  note = {Retracted 2021-03-01: https://doi.org/10.1000/notice\\_1},\n" in bibtex([retracted])
    assert "N1  - Retracted 2021-03-01: https://doi.org/10.1000/notice_1\r\n" in ris([retracted])


TITLES: dict[str, tuple[str, str]] = {
    "capitals": ("Therapy in Canada: A review of CBT", "Therapy in {Canada}: A review of {CBT}"),
    "first-word": ("PTSD and the McMaster model", "{PTSD} and the {McMaster} model"),
    "hyphen": ("Does Self-Help help?", "Does {Self-Help} help?"),
    "second-sentence": ("Does it help? A review", "Does it help? {A} review"),
    "specials": ("R&D: 50% of $5, a_b #1", r"R\&{D}: 50\% of \$5, a\_b \#1"),
    "comparisons": ("p < .05 and d > .8 | x", "p $<$ .05 and d $>$ .8 $|$ x"),
    "braces": ("an open { and a closed } one", r"an open $\lbrace$ and a closed $\rbrace$ one"),
    "backslash": (r"a\b ~c ^d", r"a{\textbackslash}b {\textasciitilde}c {\textasciicircum}d"),
    "letters": ("therapie für Ärzte – “χ²”", "therapie für {Ärzte} – “χ²”"),
}


@pytest.mark.parametrize(("title", "written"), TITLES.values(), ids=TITLES)
def test_what_tex_would_take_for_its_own_is_escaped(title: str, written: str) -> None:
    text = bibtex([entry("", title=title)])

    assert f"  title = {{{written}}},\n" in text
    (read,) = from_bibtex(text).values()
    # pylatexenc knows the modifier letter for \textasciicircum
    assert read["title"].replace("ˆ", "^") == title


def test_keys_are_ascii_and_each_its_own() -> None:
    citations = [
        "Łukasz-Ødegård, J. (2019). L’étude de la mère. *J*.",
        ARTICLE,
        ARTICLE,
        ARTICLE,
        "毛, 泽. (2019). 论持久战. *J*.",
        "(n.d.). *J*.",
    ]

    text = bibtex([entry(citation) for citation in citations])

    assert re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE) == [
        "lukaszodegard2019letude",
        "doe2019therapy",
        "doe2019therapy-2",
        "doe2019therapy-3",
        "does-therapy-help",
        "ndj",
    ]


def test_names_are_kept_whole() -> None:
    read = from_bibtex(
        bibtex([entry("Doe, J., Department of Health and Others & Task Force for A, B. (2019). On. *J*.")])
    )

    (fields,) = read.values()
    assert [person(parts).family for parts in fields["author"]] == [
        "Doe",
        # Within braces bibtexparser leaves TeX's signs alone
        r"Department of Health and Others \& Task Force for A",
    ]


def test_a_groups_comma_parts_no_name_in_ris() -> None:
    assert "AU  - Department of Health Education and Welfare\r\n" in ris(
        [entry("Department of Health, Education, and Welfare. (2019). *On*. Author.")]
    )


def test_nothing_gives_nothing() -> None:
    assert (bibtex([]), ris([])) == ("", "")


TRICKY = st.text(alphabet="aZ1 {}\\%&$#_~^\"'@,=()-–*<>|\n\r\u2028\x00é", max_size=40) | st.text(max_size=40)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(TRICKY, TRICKY, TRICKY, TRICKY)
def test_whatever_an_author_writes_stays_in_its_field(family: str, title: str, journal: str, doi: str) -> None:
    citation = f"{family}, J., & Roe, R. (2019). {title}. *{journal}*, *5*(1), 1–9."
    tricky = [entry(citation, doi=doi, link=doi), entry(ARTICLE)]

    in_bibtex, in_ris = bibtex(tricky), ris(tricky)

    library = parse_string(in_bibtex, "bibtex")
    assert len(library.entries) == 2
    assert in_bibtex.count("{") == in_bibtex.count("}")
    assert parse_bibtex(in_bibtex).failed_blocks == []
    lines = in_ris.split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines if line)
    read = from_ris(in_ris)
    assert len(read) == 2
    assert read[0]["title"].split() == re.sub(r"[\x00-\x1f]", " ", read_reference(tricky[0].summary).title).split()
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f]", in_ris + in_bibtex)
