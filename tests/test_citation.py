from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.citation import (
    CitationDate,
    doi_url,
    find_addressed_doi,
    find_date,
    find_doi,
    find_status,
    normal_doi,
    trim_url,
)

SICI = "10.1002/(SICI)1097-4679(199911)55:11<1371::AID-JCLP5>3.0.CO;2-1"
ECOLOGY = "10.1890/0012-9658(2006)87[62:WIAAWD]2.0.CO;2"

DOIS = {
    "bare": ("10.1037/per0000382", "10.1037/per0000382"),
    "address": ("https://doi.org/10.1037/per0000382", "10.1037/per0000382"),
    "old-address": ("http://dx.doi.org/10.1037/per0000382", "10.1037/per0000382"),
    "www": ("www.doi.org/10.1037/per0000382", "10.1037/per0000382"),
    "label": ("doi: 10.1037/per0000382", "10.1037/per0000382"),
    "label-without-colon": ("DOI 10.1037/per0000382", "10.1037/per0000382"),
    "full-stop": (" 10.1037/per0000382. ", "10.1037/per0000382"),
    "in-brackets": ("10.1037/per0000382)", "10.1037/per0000382"),
    "sici": (SICI, SICI),
    "square-brackets": (ECOLOGY, ECOLOGY),
    "two-numbers": ("10.1000.10/x", "10.1000.10/x"),
    "no-suffix": ("10.1037/", None),
    "dots": ("10.1037/...", None),
    "space": ("10.1037/per 0000382", None),
    "short-prefix": ("10.103/x", None),
    "another-address": ("https://x.org/10.1037/per0000382", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "doi"), DOIS.values(), ids=DOIS)
def test_a_doi_is_read_bare_labelled_or_as_an_address(text: str, doi: str | None) -> None:
    assert normal_doi(text) == doi


CITATIONS = {
    "address": ("Doe (2019). On. https://doi.org/10.1037/x.", "10.1037/x"),
    "label": ("Doe (2019). On. doi:10.1037/x", "10.1037/x"),
    "label-and-address": ("Doe (2019). DOI: https://doi.org/10.1037/x", "10.1037/x"),
    "sici": (f"Doe (1999). https://doi.org/{SICI}.", SICI),
    "emphasis": ("*Doe. doi:10.1037/x*", "10.1037/x"),
    "markdown-link": ("[https://doi.org/10.1037/x](https://doi.org/10.1037/x).", "10.1037/x"),
    "angle-brackets": ("<https://doi.org/10.1037/x>", "10.1037/x"),
    "first-broken": ("doi:10.1037/... doi:10.1037/y", "10.1037/y"),
    "bare": ("Doe (2019). 10.1037/x.", "10.1037/x"),
    "bare-in-brackets": ("Doe (2019) (10.1037/x)", "10.1037/x"),
    "no-scheme": ("Doe (2019). doi.org/10.1037/x.", "10.1037/x"),
    "no-scheme-old": ("Doe (2019). (dx.doi.org/10.1037/x)", "10.1037/x"),
    "no-scheme-www": ("Doe (2019). www.doi.org/10.1037/x", "10.1037/x"),
    "label-and-no-scheme": ("Doe (2019). doi:doi.org/10.1037/x", "10.1037/x"),
    "another-host": ("Doe. my-doi.org/10.1037/x xdoi.org/10.1037/x ads.doi.org/10.1037/x", None),
    "path-of-another-host": ("Doe. https://x.org/doi.org/10.1037/x", None),
    "publisher": ("Doe. https://psycnet.apa.org/doi/10.1037/x", None),
    "in-another-address": ("Doe. https://x.org/10.1037/x", None),
    "in-a-word": ("Doe. a10.1037/x and v.10.1037/x", None),
    "decimal": ("Doe. 10.1037, 10.25/3.5 and 10.1234/5.6.", None),
    "none": ("Doe (2019). On therapy.", None),
}


@pytest.mark.parametrize(("citation", "doi"), CITATIONS.values(), ids=CITATIONS)
def test_the_doi_of_a_citation_is_found(citation: str, doi: str | None) -> None:
    assert find_doi(citation) == doi


APA, WILEY, SPRINGER = "https://psycnet.apa.org", "https://onlinelibrary.wiley.com/doi", "https://link.springer.com"
ENCODED_SICI = SICI.replace("<", "%3C").replace(">", "%3E")
ADDRESSES = {
    "apa": (f"{APA}/doi/10.1037/pst0000001", "10.1037/pst0000001"),
    "apa-search": (f"{APA}/doiLanding?doi=10.1037%2Fpst0000001&x=1", "10.1037/pst0000001"),
    "apa-record": (f"{APA}/record/2019-10.1037", None),
    "full": (f"{WILEY}/full/10.1002/x", "10.1002/x"),
    "abstract": (f"{WILEY}/abs/10.1002/x.", "10.1002/x"),
    "pdf": (f"({WILEY}/pdf/10.1002/x)", "10.1002/x"),
    "epdf": (f"<{WILEY}/epdf/10.1002/x>", "10.1002/x"),
    "book": (f"{WILEY}/book/10.1002/9781", "10.1002/9781"),
    "full-behind": (f"{WILEY}/10.1002/x/full/HTML", "10.1002/x"),
    "session": (f"{WILEY}/10.1002/x/full;jsessionid=A/B", "10.1002/x"),
    "two-words": (f"{WILEY}/pdf/direct/10.1002/x", "10.1002/x"),
    "sici": (f"{WILEY}/{SICI}", SICI),
    "sici-encoded": (f"{WILEY}/{ENCODED_SICI}/abstract", SICI),
    "springer": (f"{SPRINGER}/article/10.1007/s10488-019-1?a=b#Sec1", "10.1007/s10488-019-1"),
    "fragment": (f"{SPRINGER}/article/10.1007/s10488-019-1#Sec1", "10.1007/s10488-019-1"),
    "springer-pdf": (f"{SPRINGER}/content/pdf/10.1007/s10488-019-1.PDF", "10.1007/s10488-019-1"),
    "chapter": (f"{SPRINGER}/chapter/10.1007/978-3_5", "10.1007/978-3_5"),
    "frontiers": ("https://www.frontiersin.org/articles/10.3389/fpsyg.2019.1/full", "10.3389/fpsyg.2019.1"),
    "plos": ("https://journals.plos.org/plosone/article?id=10.1371/journal.pone.1", "10.1371/journal.pone.1"),
    "oxford": ("https://academic.oup.com/abm/article/doi/10.1093/abm/kay001/5035123", "10.1093/abm/kay001"),
    "no-scheme": ("psycnet.apa.org/doi/10.1037/x", "10.1037/x"),
    "slash-encoded": ("https://doi.org/10.1037%2Fx", "10.1037/x"),
    "markdown-link": (f"[{APA}/x]({APA}/doi/10.1037/x).", "10.1037/x"),
    "words-of-a-link": (f"[{APA}/doi/10.1037/x]({APA}/doi/10.1037/y)", "10.1037/x"),
    "second": (f"{APA}/doi/10.1037/%20 {APA}/doi/10.1037/x", "10.1037/x"),
    "space-encoded": (f"{APA}/doi/10.1037/a%20b", None),
    "control-encoded": (f"{APA}/doi/10.1037/a%00b", None),
    "another-path": ("https://x.org/a/10.1037/x", None),
    "numbers": ("Doe. An article/10.5 and a chapter 10.1037/x", None),
}


@pytest.mark.parametrize(("address", "doi"), ADDRESSES.values(), ids=ADDRESSES)
def test_a_publishers_address_holds_a_doi_to_look_up(address: str, doi: str | None) -> None:
    text = f"Doe (2019). On. {address}"

    found = find_addressed_doi(text)

    assert (found and found.doi) == doi
    assert found is None or text[found.offset :].startswith("10.")


def test_the_address_of_a_doi_is_percent_encoded() -> None:
    assert doi_url(SICI) == ("https://doi.org/10.1002/(SICI)1097-4679(199911)55:11%3C1371::AID-JCLP5%3E3.0.CO;2-1")
    assert doi_url("10.1000/a b%#?é") == "https://doi.org/10.1000/a%20b%25%23%3F%C3%A9"


ENCODED = {
    "brackets": ("10.1002/%28SICI%291", "10.1002/%28SICI%291"),
    "small-letters": ("10.1002/a%3c1%3E", "10.1002/a%3c1%3E"),
    "a-percent-sign-beside": ("10.1002/5%%28%2", "10.1002/5%25%28%252"),
    "mixed": ("10.1002/a<%3E", "10.1002/a%3C%3E"),
}


@pytest.mark.parametrize(("doi", "path"), ENCODED.values(), ids=ENCODED)
def test_what_is_percent_encoded_is_not_encoded_twice(doi: str, path: str) -> None:
    assert doi_url(doi) == f"https://doi.org/{path}"


DATES = {
    "year": ("Doe, J. (2019). On.", CitationDate(2019, None, 9)),
    "letter": ("Doe, J. (2019a). On.", CitationDate(2019, None, 9)),
    "day": ("Doe, J. (2019, December 5). On.", CitationDate(2019, 12, 9, 5)),
    "short-month": ("Doe, J. (2019, Sept.). On.", CitationDate(2019, 9, 9)),
    "season": ("Doe, J. (2019, Spring). On.", CitationDate(2019, None, 9)),
    "two-letters": ("Doe, J. (2019, Ma). On.", CitationDate(2019, None, 9)),
    "first-of-two": ("Doe (2019). War (1945).", CitationDate(2019, None, 5)),
    "no-such-day": ("Doe, J. (2019, February 31). On.", CitationDate(2019, 2, 9)),
    "french": ("Doe, J. (2019, 5 août). De.", CitationDate(2019, 8, 9, 5)),
    "year-last": ("Doe, J. (May 2019). On.", CitationDate(2019, 5, 13)),
    "french-year-last": ("Doe, J. (1er mai 2019). De.", CitationDate(2019, 5, 17, 1)),
    "no-comma": ("Doe, J. (2019 May 3). On.", CitationDate(2019, 5, 9, 3)),
    "original": ("Freud, S. (1900/1953). On.", CitationDate(1953, None, 16)),
    "about": ("Freud, S. (ca. 1900). On.", CitationDate(1900, None, 15)),
    "range": ("Doe, J. (2019–2020). On.", CitationDate(2019, None, 9)),
    "in-press": ("Doe, J. (in press). On.", None),
    "in-press-and-a-year-in-the-title": ("Doe, J. (in press). The plan (2030). *Lancet*.", None),
    "no-date-and-a-year-in-the-title": ("Doe, J. (n.d.). The plan (2030). *Lancet*.", None),
    "no-month": ("Doe, J. A trial (1200 patients, phase 2 2019) (Spring 2019). On.", None),
    "far-too-long": (f"Doe, J. (2019, {'x' * 60}). On.", None),
    "volume": ("Doe, J. *53*(12), 90.", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("citation", "date"), DATES.values(), ids=DATES)
def test_the_date_of_a_citation_is_found(citation: str, date: CitationDate | None) -> None:
    assert find_date(citation) == date


STATUSES = {
    "in-press": ("(in press)", "in press"),
    "french": ("(Sous presse)", "Sous presse"),
    "with-a-year": ("(accepted, 2019)", "accepted"),
    "in-preparation": ("(in preparation)", "in preparation"),
    "no-date": ("(no date)", ""),
    "no-date-in-brief": ("(n. d.-a)", ""),
    "year": ("(2019)", ""),
    "year-first": ("(2019, in press)", ""),
    "no-date-brackets": ("(acceptedly)", "forthcoming"),
}


@pytest.mark.parametrize(("brackets", "status"), STATUSES.values(), ids=STATUSES)
def test_what_stands_for_a_year_is_a_status(brackets: str, status: str) -> None:
    assert find_status(f"Doe, J. {brackets}. In press (forthcoming).") == status


def test_a_line_without_brackets_has_no_status() -> None:
    assert find_status("Doe, J. In press.") == ""


URLS = {
    "sentence": ("https://x.org/a.", "https://x.org/a"),
    "brackets-around": ("https://x.org/a).", "https://x.org/a"),
    "brackets-inside": ("https://x.org/a_(b)", "https://x.org/a_(b)"),
    "quoted": ("https://x.org/a”,", "https://x.org/a"),
    "words-of-a-link": ("https://x.org/a](https://y.org)", "https://x.org/a"),
    "square-brackets-inside": ("https://x.org/a[1]b", "https://x.org/a[1]b"),
    "nothing-left": ("...", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "url"), URLS.values(), ids=URLS)
def test_what_ends_the_sentence_is_no_part_of_an_address(text: str, url: str) -> None:
    assert trim_url(text) == url


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(alphabet="ab.,)(][<>{}”", max_size=30))
def test_trimming_leaves_a_beginning_and_trims_it_no_further(text: str) -> None:
    trimmed = trim_url(text)

    assert text.startswith(trimmed)
    assert trim_url(trimmed) == trimmed


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.from_regex(r"10\.\d{4,9}/[a-z0-9()<>:;.\[\]-]{1,20}", fullmatch=True))
def test_a_normal_doi_is_found_again_in_a_citation(text: str) -> None:
    doi = normal_doi(text)

    assert find_doi(f"Doe (2019). https://doi.org/{text}.") == doi
    assert doi is None or normal_doi(doi) == doi
