from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import BODY, summary_text
from mailcheck.letter import DOE, ISSUE, TEMPLATE, letter, short, told
from pprmail.mailcheck.links import VAGUE, _words_fault, host_of

if TYPE_CHECKING:
    from conftest import Newsletter

MONTH = "Month: August 2020\nDate: 2020-08-14\n"


def in_body(newsletter: Newsletter, words: str, **headers: str) -> list[str]:
    """What is told of the links of a summary whose text begins with ``words``, on line 7 without more headers."""
    newsletter.write(DOE, summary_text(body=f"{words}\n\n{BODY}", **headers))
    return [one for one in told(newsletter, letter()) if "-link]" in one or "link-text]" in one]


FAULTS = {
    "here": ("See [here](https://x.org/a).", 5, "'here' does not say where the link leads"),
    "click-here": ("Well: [*Click* here!](https://x.org/a)", 7, "'Click here!' does not say"),
    "more": ("[Read more…](https://x.org/a)", 1, "'Read more…' does not say"),
    "this-article": ("**[This article](https://x.org/a)**", 3, "'This article' does not say"),
    "french": ("[En savoir plus](https://x.org/a)", 1, "'En savoir plus' does not say"),
    "french-here": ("[Cliquez ici](https://x.org/a)", 1, "'Cliquez ici' does not say"),
    "typographic": ("[L’article](https://x.org/a)", 1, "'L’article' does not say"),
    "no-words": ("A [](https://x.org/a)", 3, "a link without words"),
    "another-host": ("[https://apa.org/x](https://evil.example/x)", 1, "the words show 'apa.org', the link leads to 'evil.example'"),
    "bare-host": ("[apa.org](https://evil.org/x)", 1, "the words show 'apa.org', the link leads to 'evil.org'"),
    "host-within": ("[see www.apa.org now](https://evil.org/x)", 1, "the words show 'apa.org'"),
    "look-alike": ("[apa.org](https://apa.org.evil.net/x)", 1, "the link leads to 'apa.org.evil.net'"),
    "user-trick": ("[apa.org](https://apa.org@evil.net/x)", 1, "the link leads to 'evil.net'"),
    "another-doi": (
        "[https://doi.org/10.1037/abc](https://doi.org/10.1037/xyz)", 1, "the words show the DOI 10.1037/abc, the link leads to 10.1037/xyz"
    ),
    "another-address": ("[a@x.org](mailto:b@x.org)", 1, "the words show 'a@x.org', the link writes to 'b@x.org'"),
    "two-places": ("[a trial](https://x.org/a) and [A trial](https://x.org/b)", 32, "'A trial' leads to two places in one text"),
    "after-another": ("[a [nice] one](https://x.org/a) [here](https://x.org/a)", 33, "'here' does not say"),
    "same-address-twice": ("[our page](https://x.org) [here](https://x.org)", 27, "'here' does not say"),
    "escaped-address": ("[our page](https://x.org/a) [here](https://x.org/a\\_b)", 29, "'here' does not say"),
    "shortener": ("[our page](https://bit.ly/2xYz)", 1, "bit.ly hides where the link leads"),
    "bare-shortener": ("See https://tinyurl.com/abc now", 5, "tinyurl.com hides where the link leads"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "column", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_doubtful_link_is_told_where_it_stands(
    newsletter: Newsletter, words: str, column: int, sentence: str
) -> None:
    (found,) = in_body(newsletter, words)

    assert found.startswith(f"{DOE}:7:{column}: warning: ")
    assert sentence in found


GOOD = {
    "words": "[the authors’ own summary](https://x.org/a)",
    "here-among-words": "[what happens here and now](https://x.org/a)",
    "more-among-words": "[more on the alliance](https://x.org/a)",
    "an-article-by-name": "[this article by Keefe](https://x.org/a)",
    "bare-address": "https://www.apa.org/x and <https://x.org/a>",
    "old-doi": "https://doi.org/10.1002/(SICI)1097-4679(199911)55:11<1389::AID-JCLP8>3.0.CO;2-W",
    "doi": "https://doi.org/10.1037/per0000382 and doi:10.1037/per0000382 and 10.1037/per0000382",
    "doi-by-its-number": "[10.1037/per0000382](https://doi.org/10.1037/per0000382)",
    "doi-in-capitals": "[https://doi.org/10.1037/PER0000382](https://doi.org/10.1037/per0000382)",
    "doi-at-the-publisher": "[10.1037/per0000382](https://psycnet.apa.org/doi/10.1037/per0000382)",
    "old-doi-host": "[http://dx.doi.org/10.1037/per0000382](https://doi.org/10.1037/per0000382)",
    "www": "[apa.org](https://www.apa.org/x)",
    "below-the-host": "[apa.org](https://psycnet.apa.org/x)",
    "letter-case": "[APA.org/x](HTTPS://apa.ORG/x)",
    "trailing-stop": "[apa.org.](https://apa.org)",
    "port": "[https://x.org:8443/a](https://x.org:8443/a)",
    "umlaut": "[münchen.de](https://xn--mnchen-3ya.de/)",
    "no-host": "[Node.js](https://nodejs.org) [et.al](https://x.org/1) [p.23](https://x.org/2) [U.S.A](https://x.org/3)",
    "address": "[a@x.org](mailto:A@x.org?subject=Hello) and b@x.org",
    "address-in-words": "[write to the editor](mailto:b@x.org)",
    "telephone": "[613-555-0100](tel:+16135550100)",
    "same-place-twice": "[a trial](https://x.org/a) and [a trial](http://www.x.org/a/)",
    "home-of-a-shortener": "[the shortener itself](https://bit.ly/)",
    "like-a-shortener": "[their rabbit.ly page](https://rabbit.ly/abc)",
    "http": "[an old site](http://x.org/a)",
    "two-words-for-one": "[a trial](https://x.org/a) and [the trial](https://x.org/a)",
}


@pytest.mark.parametrize("words", GOOD.values(), ids=GOOD)
def test_a_good_link_is_left_alone(newsletter: Newsletter, words: str) -> None:
    assert in_body(newsletter, words) == []


def test_one_phrase_may_lead_to_two_places_in_two_texts(newsletter: Newsletter) -> None:
    newsletter.write(ISSUE, f"{MONTH}\n[a trial](https://x.org/b)\n\n## Notice: One\n\n[a trial](https://x.org/c)\n")

    assert in_body(newsletter, "[a trial](https://x.org/a)") == []


def test_links_of_every_part_are_looked_at(newsletter: Newsletter) -> None:
    newsletter.write(
        ISSUE,
        "Month: August 2020\nIntro: …I blog about [here](https://x.org/1) and other words that fill it up.\n\n"
        "A word, [here](https://x.org/2).\n\n- one\n- two [here](https://x.org/3)\n\n## Notice: A\n\nSee\n[here](https://x.org/4)\n",
    )
    citation = "Doe, J. (2019). On therapy. *Psychotherapy*. [link](https://x.org/5)"

    found = in_body(newsletter, "### A [here](https://x.org/6)", Citation=citation)

    assert [one.split(": ")[0] for one in found] == [
        f"{DOE}:3:56",
        f"{DOE}:7:7",
        f"{ISSUE}:2:22",
        f"{ISSUE}:4:9",
        f"{ISSUE}:7:7",
        f"{ISSUE}:12:1",
    ]


def test_the_link_header_has_words_of_its_own_and_may_be_short(newsletter: Newsletter) -> None:
    assert in_body(newsletter, "No link.", Link="https://bit.ly/abc")[0].startswith(f"{DOE}:6:7: warning: bit.ly hides")
    assert in_body(newsletter, "[Publisher’s page](https://x.org/a)", Link="https://x.org/b") == []


TEMPLATE_FAULTS = {
    "empty": ('<a href="">A page</a>', "bad-link", "error"),
    "relative": ('<a href="/2020-08/">The issue</a>', "bad-link", "error"),
    "no-scheme": ('<a href="www.x.org">The site</a>', "bad-link", "error"),
    "protocol-relative": ('<a href="//x.org/a">The site</a>', "bad-link", "error"),
    "javascript": ('<a href="JavaScript:void(0)">The site</a>', "bad-link", "error"),
    "data": ('<a href="data:text/html,x">The site</a>', "bad-link", "error"),
    "nowhere": ('<a href="#top">To the top</a>', "bad-link", "error"),
    "http": ('<a href="http://x.org/a">The site</a>', "bad-link", "warning"),
    "shortener": ('<a href="https://bit.ly/abc">The site</a>', "bad-link", "warning"),
    "area": ('<map><area href="x" alt="The site"></map>', "bad-link", "error"),
    "vague": ('<a href="https://x.org/a">Click here</a>', "link-text", "warning"),
    "vague-way-out": ('<a href="%%pprmail_unsubscribe_html%%">Click here</a>', "link-text", "warning"),
    "an-arrow": ('<a href="https://x.org/a">→</a>', "link-text", "warning"),
    "no-words": ('<a href="https://x.org/a"><img src="x" alt=""></a>', "link-text", "warning"),
    "pretence": ('<a href="https://x.org/a">www.y.org</a>', "link-text", "warning"),
}


@pytest.mark.parametrize(("body", "rule", "severity"), TEMPLATE_FAULTS.values(), ids=TEMPLATE_FAULTS)
def test_a_link_of_the_template_is_told_on_its_line(
    newsletter: Newsletter, body: str, rule: str, severity: str
) -> None:
    (found,) = told(newsletter, letter(body))

    assert found.startswith(f"{TEMPLATE}:8:")
    assert found.endswith(f"[{rule}]")
    assert f": {severity}: " in found


TEMPLATE_GOOD = {
    "https": '<a href="https://x.org/a">The site</a>',
    "loopback": '<a href="http://localhost:8000/2020-08/">On the web</a><a href="http://127.0.0.1/a">On the web too</a>',
    "anchor": '<a name="here">x</a>',
    "to-an-anchor": '<h2 id="top">x</h2><a href="#top">To the top</a>',
    "mailto": '<a href="mailto:a@x.org?subject=Hello%20there">Write to us</a>',
    "mark": '<a href="%%pprmail_unsubscribe_html%%">https://lists.example.org</a>',
    "title": '<a href="https://blog.example.org/2020-08/x/">Does Therapy Help?</a>',
    "picture": '<a href="https://x.org/a"><img src="https://x.org/a.png" alt="The network"></a>',
    "for-one-program": '<!--[if mso]><a href="x">here</a><![endif]-->',
    "entities": '<a href="https://x.org/?a=1&amp;b=2">R&amp;D</a>',
}


@pytest.mark.parametrize("body", TEMPLATE_GOOD.values(), ids=TEMPLATE_GOOD)
def test_a_good_link_of_the_template_is_left_alone(newsletter: Newsletter, body: str) -> None:
    assert told(newsletter, letter(body)) == []


def test_a_title_of_one_vague_word_is_the_authors_affair(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text("More?"))

    assert short(told(newsletter, letter('<a href="https://x.org/a">More?</a>')), "link-text") == []


def test_vague_words_are_in_the_form_that_is_looked_up() -> None:
    assert [words for words in VAGUE if words != words.strip().casefold() or not words or "  " in words] == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_words_and_no_address_are_too_odd(words: str, url: str) -> None:
    _words_fault(words, url)
    host_of(url)


@given(st.text(st.sampled_from("a.-_@:/w"), max_size=400))
def test_no_address_takes_long(text: str) -> None:
    _words_fault(text, f"https://{text}")
