from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.editorial import mending
from pprmail.editorial.citation_form import form_problems
from pprmail.manuscript.headers import read_headers, split_lines
from sources import summary_of

KEYS = ("Title", "Citation", "DOI", "Link", "Type of Research", "Erratum")


def mend(text: str) -> str:
    headers = read_headers(split_lines(text.encode(), "1.md")[0], "1.md", KEYS, ("Erratum",))[0]
    return mending.mend(text, headers.first("Citation"), headers.first("DOI"))


CITATIONS = {
    "initials": ("Doe, J.R., & Roe, R.E.T. (2019). On.", "Doe, J. R., & Roe, R. E. T. (2019). On."),
    "hyphenated": ("Doe, J.-P.M. (2019). On.", "Doe, J.-P. M. (2019). On."),
    "hyphen": ("Doe, J. (2019). On. *L*, *5*(1), 9-10.", "Doe, J. (2019). On. *L*, *5*(1), 9–10."),
    "spaced-hyphen": ("Doe, J. (2019). On. *L*, *5*, 9 - 10.", "Doe, J. (2019). On. *L*, *5*, 9–10."),
    "two-hyphens": ("Doe, J. (2019). On. *L*, *5*, S9--S10.", "Doe, J. (2019). On. *L*, *5*, S9–S10."),
    "chapter": ("Doe, J. (2019). On. In *B* (pp. 9-10).", "Doe, J. (2019). On. In *B* (pp. 9–10)."),
    "editors": ("Doe, J. (2019). On. In R.M.A. Roe & L.G. Poe (Eds.), *B*.", "Doe, J. (2019). On. In R. M. A. Roe & L. G. Poe (Eds.), *B*."),
    "folded-editors": ("Doe, J. (2019). On.\n  In R.M.\n  Roe (Ed.), *B*.", "Doe, J. (2019). On.\n  In R. M.\n  Roe (Ed.), *B*."),
    "label": ("Doe, J. (2019). On. doi:10.1037/x", "Doe, J. (2019). On. https://doi.org/10.1037/x"),
    "label-and-space": ("Doe, J. (2019). On. DOI: 10.1037/x.", "Doe, J. (2019). On. https://doi.org/10.1037/x."),
    "old-address": ("Doe. http://dx.doi.org/10.1037/x", "Doe. https://doi.org/10.1037/x"),
    "no-scheme": ("Doe. doi.org/10.1037/x", "Doe. https://doi.org/10.1037/x"),
    "no-scheme-www": ("Doe. (www.doi.org/10.1037/x)", "Doe. (https://doi.org/10.1037/x)"),
    "label-and-no-scheme": ("Doe. doi:dx.doi.org/10.1037/x", "Doe. https://doi.org/10.1037/x"),
    "label-and-address": ("Doe. doi:https://doi.org/10.1037/x", "Doe. https://doi.org/10.1037/x"),
    "two-labels": ("Doe. doi: doi:10.1037/x", "Doe. https://doi.org/10.1037/x"),
    "link": ("[doi:10.1037/x](http://doi.org/10.1037/x)", "[https://doi.org/10.1037/x](https://doi.org/10.1037/x)"),
    "angle-brackets": ("<http://www.doi.org/10.1037/x>", "<https://doi.org/10.1037/x>"),
    "folded": ("Doe,\n J.R.\n  (2019). On.\n\t*L*, *5*, 9-10.", "Doe,\n J. R.\n  (2019). On.\n\t*L*, *5*, 9–10."),
    "folded-initials": ("Doe, J.R.\n   T.P., & Roe, R. (2019).", "Doe, J. R.\n   T. P., & Roe, R. (2019)."),
    "folded-pages": ("Doe, J. (2019). On. *L*, *5*, 9-\r\n 10.", "Doe, J. (2019). On. *L*, *5*, 9–10."),
    "folded-label": ("Doe, J.R. (2019). On. doi:\n  10.1037/x", "Doe, J. R. (2019). On. https://doi.org/10.1037/x"),
    "begins-on-the-next-line": ("\r\n  Doe, J.R. (2019). On.", "\r\n  Doe, J. R. (2019). On."),
}  # fmt: skip
LEFT = {
    "good": "Doe, J. R., & Roe, R. (2019). On. *L*, *5*(1–2), 9–10. https://doi.org/10.1037/x",
    "ampersand": "Doe, J. R. & Roe, R. (2019) On, *L*.",
    "no-date": "Doe, J.R. On. *L*, *5*, 9-10.",
    "title": "Doe, J. (2019). The U.S.A. and A.B. in 9-10. *L*, *5*.",
    "old-doi": "Doe, J. (2019). doi:10.1002/1097-4679(199911)55:11<1371::AID-JCLP5>3.0.CO;2-1",
    "words": "Doe, J. (2019). On doi: and dx.doi.org/ and doi:10.",
    "publisher": "Doe, J. (2019). https://psycnet.apa.org/doi/10.1037/x my-doi.org/10.1037/x",
    "in-a-word": "Doe, J. (2019). xdoi:10.1037/x",
}


@pytest.mark.parametrize(("citation", "mended"), CITATIONS.values(), ids=CITATIONS)
def test_what_has_one_remedy_is_mended(citation: str, mended: str) -> None:
    assert (
        mend(f"Title: A.B. 1-2\nCitation: {citation}\n\nBody.\n") == f"Title: A.B. 1-2\nCitation: {mended}\n\nBody.\n"
    )


@pytest.mark.parametrize("citation", LEFT.values(), ids=LEFT)
def test_what_is_good_or_needs_a_person_is_left(citation: str) -> None:
    assert mend(f"Citation: {citation}\n") == f"Citation: {citation}\n"


DOIS = {
    "label": ("doi:10.1037/x", "10.1037/x"),
    "address": (" http://dx.doi.org/10.1037/x \t", " 10.1037/x \t"),
    "next-line": ("\n  https://doi.org/10.1037/x", "\n  10.1037/x"),
    "bare": ("10.1037/x", "10.1037/x"),
    "no-doi": ("doi:10.1037", "doi:10.1037"),
    "two": ("doi:10.1037/x doi:10.1037/y", "doi:10.1037/x doi:10.1037/y"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("doi", "mended"), DOIS.values(), ids=DOIS)
def test_the_header_doi_holds_the_bare_doi(doi: str, mended: str) -> None:
    assert mend(f"doi :{doi}\nTitle: x\n") == f"doi :{mended}\nTitle: x\n"


BAD, GOOD = (
    "Doe, J.R. (2019). On. *L*, *5*, 9-10. doi:10.1037/x",
    "Doe, J. R. (2019). On. *L*, *5*, 9–10. https://doi.org/10.1037/x",
)


def test_the_body_is_left_byte_for_byte() -> None:
    body = f"\n{BAD}\nCitation: {BAD}\nDOI: doi:10.1037/x\n\n## Practice Implications\n\nCitation: {BAD}\n"

    assert mend(f"Citation: {BAD}\n{body}") == f"Citation: {GOOD}\n{body}"


def test_other_headers_are_left_byte_for_byte() -> None:
    others = (
        f"Title: {BAD}\nLink: http://dx.doi.org/10.1037/x\nType of Research: x\nErratum: 2020-09-02 {BAD}\n  {BAD}\n"
    )

    assert mend(f"{others}Citation: {BAD}\n{others}") == f"{others}Citation: {GOOD}\n{others}"


def test_of_a_header_twice_the_first_counts() -> None:
    assert mend(f"Citation: {BAD}\nCITATION: {BAD}\n  {BAD}\n") == f"Citation: {GOOD}\nCITATION: {BAD}\n  {BAD}\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_line_ends_and_a_byte_order_mark_stay(end: str) -> None:
    lines = ("\ufeff---", "", f"Citation: {BAD}", "DOI: doi:10.1037/x", "---", f"Citation: {BAD}", "")

    mended = mend(end.join(lines))

    assert mended.split(end) == ["\ufeff---", "", f"Citation: {GOOD}", "DOI: 10.1037/x", "---", f"Citation: {BAD}", ""]


def test_a_byte_order_mark_may_stand_before_the_citation() -> None:
    assert mend(f"\ufeffCitation: {BAD}\n") == f"\ufeffCitation: {GOOD}\n"


BEFORE_A_BODY = {
    "prose": "It was 1990, and this is no header",
    "four-words": "This is no header: of them",
    "indented": "  Title: x",
    "digits": "10.1037: x",
}


@pytest.mark.parametrize("line", BEFORE_A_BODY.values(), ids=BEFORE_A_BODY)
def test_a_line_that_is_no_header_ends_them(line: str) -> None:
    text = f"{line}\nCitation: {BAD}\n"

    assert mend(text) == text


ENDS = st.sampled_from(["\n", "\r\n", "\r"])


PIECES = st.sampled_from([
    ". In ", "R.M. Roe ", "(Eds.)",
    "Doe, ", "J.R.", "J. ", "-P.", "U.S.", "Jr.", ", ", "& ", ". . .", "(2019)", "(n.d.)", ". ", "*", "45-60", "S1 - S2", ", 1--2",
    "3-4, 5-6", "pp. ", ")", "doi:", "doi: ", "https://doi.org/", "http://dx.doi.org/", "10.1037/x", "10.1037/x-1 ", "\n  ", "\r\n\t", "é",
])  # fmt: skip
CITED = st.lists(PIECES, max_size=16).map("".join)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(CITED, CITED)
def test_mended_twice_is_as_mended_once_and_no_slip_is_left(citation: str, doi: str) -> None:
    mended = mend(f"Citation:{citation}\nDOI:{doi}\n\n{citation}")

    assert mend(mended) == mended
    assert mended.endswith(f"\n\n{citation}")
    values = read_headers(split_lines(mended.encode(), "1.md")[0], "1.md", KEYS)[0]
    told = " ".join(one.message for one in form_problems(summary_of("")._replace(citation=values.first("Citation"))))
    assert "initials without" not in told
    assert "pages with" not in told


@settings(derandomize=True, deadline=None, max_examples=300)
@given(CITED)
def test_no_letter_and_no_digit_of_a_citation_changes(citation: str) -> None:
    def letters(text: str) -> str:
        for label in ("https://doi.org/", "http://dx.doi.org/", "doi:"):
            text = text.replace(label, " ")
        return "".join(filter(str.isalnum, text))

    assert letters(mend(f"Citation:{citation}\n")) == letters(f"Citation:{citation}\n")


@settings(derandomize=True, deadline=None)
@given(st.text(), ENDS)
def test_a_text_of_anything_is_left_but_for_its_headers(text: str, end: str) -> None:
    mended = mend(f"Citation: {BAD}{end}{end}{text}")

    assert mended == f"Citation: {GOOD}{end}{end}{text}"
    assert mend(text) == text or ":" in text
