from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.errors import PprmailError
from pprmail.mailcheck.proof import proofread
from pprmail.marks import NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.render.mail import RenderedIssue


class _Reader(HTMLParser):
    """What a reader of the HTML gets: its words and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self._skip = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip += tag in {"style", "title"}
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def render(newsletter: Newsletter, key: str = "2020-08") -> RenderedIssue:
    return proofread(newsletter.settings, key).clean_mail("")


NEEDED = [
    "August 2020",
    "This month…I blog about whether therapy helps and whether it lasts.",
    "A word from me.",
    "Does Therapy Help?",
    "Summary by Gale Guest",
    "Doe, J., & Roe, R. (2019). On therapy. Psychotherapy, 53(1), 90–104.",
    "p < .05",
    "Clinicians may take this from it.",
    "jane@university.example",
    "Adherence; Long-term Outcomes",
    "Meta-analysis",
    "Study recruitment",
    "Take part.",
    "You receive this because you subscribed to PPRNet Blog.",
    "on behalf of Psychotherapy Practice Research Network",
    "1 Placeholder Road, Ottawa",
]


def full_issue(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2020-08/issue.md",
        "Month: August 2020\n\nA *word* from me.\n\n## Notice: Study recruitment\n\nTake part.\n",
    )
    path = newsletter.root / "issues/2020-08/1-doe.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        f"Summary by: Gale Guest\nAuthor email: jane@university.example\nDOI: 10.1037/x\n{text}", encoding="utf-8"
    )


@pytest.mark.parametrize("needed", NEEDED)
def test_both_bodies_carry_what_they_must(newsletter: Newsletter, needed: str) -> None:
    full_issue(newsletter)

    mail = render(newsletter)

    assert needed in _Reader(mail.html).text
    assert needed in " ".join(mail.text.split())


def test_both_bodies_link_to_the_page_the_source_and_the_way_out(newsletter: Newsletter) -> None:
    full_issue(newsletter)

    mail = render(newsletter)

    links = _Reader(mail.html).links
    for url in ("https://blog.example.org/2020-08/", "https://doi.org/10.1037/x", "https://blog.example.org/about/"):
        assert url in links
        assert url in mail.text
    assert "mailto:jane@university.example" in links
    assert links.count(UNSUBSCRIBE_HTML) == 2
    assert UNSUBSCRIBE_TEXT in mail.text


def test_both_bodies_say_above_the_text_that_a_source_was_retracted(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Retracted="2020-03-01 10.1000/notice"))

    mail = proofread(newsletter.settings, "2020-08").clean_mail("")

    read = _Reader(mail.html)
    assert read.links.count("https://doi.org/10.1000/notice") == 1
    for words in (" ".join("".join(read.words).split()), " ".join(mail.text.split())):
        told = words.index(
            "The article summarised here was retracted on 1 March 2020. Notice of retraction: https://doi.org/10.1000/notice"
        )
        assert words.index("Psychotherapy, 53(1)") < told < words.index("Sentence 1 of paragraph 1")
        assert words.count("was retracted") == 1


def test_one_h1_then_an_h2_for_the_contents_and_each_summary_with_its_h3(newsletter: Newsletter) -> None:
    assert _Reader(render(newsletter).html).headings == ["h1", "h2", "h2", "h3", "h2", "h3"]


def test_leaving_by_reply_is_said_in_words(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "reply"')

    mail = render(newsletter)

    words = "reply to this mail with the word"
    assert words in _Reader(mail.html).text
    assert words in " ".join(mail.text.split())
    assert UNSUBSCRIBE_TEXT not in mail.text


def test_text_lines_fit_but_for_a_lone_address(sample: Newsletter) -> None:
    for key in ("2020-08", "2019-05", "2017-07"):
        long = [line for line in render(sample, key).text.split("\n") if len(line) > 72]
        assert [line for line in long if not re.fullmatch(r"(?:\[\d+\] )?https?://\S+", line)] == []


def test_text_holds_no_markup(sample: Newsletter) -> None:
    text = render(sample).text

    assert re.search(r"</?[a-z]+[ >]|&[a-z]+;|&#\d+;|\*\*", text) is None


def test_every_note_is_used_and_every_use_is_noted(sample: Newsletter) -> None:
    for key in ("2020-08", "2019-05", "2017-07"):
        text = render(sample, key).text
        notes = set(re.findall(r"^\[(\d+)\] https?:", text, re.MULTILINE))
        used = set(re.findall(r"(?<=\w)\s\[(\d+)\](?!\d| https)", text))
        assert used == notes


def test_html_asks_nobody_for_anything(sample: Newsletter) -> None:
    html = render(sample).html

    assert re.findall(r"<(?:img|script|link|iframe)\b|@import|url\(", html) == []


def test_language_stands_on_the_body_too(newsletter: Newsletter) -> None:
    newsletter.change_settings("[newsletter]", '[newsletter]\nlanguage = "fr-CA"')

    html = render(newsletter).html

    assert html.count('lang="fr-CA"') == 2
    assert html.count('dir="ltr"') >= 2


def test_an_authors_template_is_used_and_may_greet(newsletter: Newsletter) -> None:
    newsletter.write("templates/mail.txt.j2", "Dear {{ reader_name }},\n{{ unsubscribe_url }}\n{{ postal_address }}\n")

    mail = render(newsletter)

    assert mail.text == f"Dear {NAME_TEXT},\n{UNSUBSCRIBE_TEXT}\n1 Placeholder Road, Ottawa\n"
    assert NAME_HTML not in mail.html


@pytest.mark.parametrize(
    ("name", "template", "sentence"),
    [
        pytest.param(
            "mail.txt.j2", "a\n{{ nobody }}\n", "templates/mail.txt.j2:2: 'nobody' is undefined", id="undefined"
        ),
        pytest.param("mail.txt.j2", "a\n{{ 1 / 0 }}\n", "templates/mail.txt.j2:2: division by zero", id="python"),
        pytest.param("mail.txt.j2", "a\n{% if %}\n", "templates/mail.txt.j2:2: Expected an expression", id="syntax"),
        pytest.param("mail.mjml.j2", "<mjml><mj-body>", "templates/mail.mjml.j2:1: <mjml> is never closed", id="mjml"),
        pytest.param(
            "mail.mjml.j2", '{% include "no.j2" %}', "templates/mail.mjml.j2:1: 'no.j2' not found", id="include"
        ),
    ],
)
def test_a_wrong_template_is_told_with_its_place(
    newsletter: Newsletter, name: str, template: str, sentence: str
) -> None:
    newsletter.write(f"templates/{name}", template)

    with pytest.raises(PprmailError) as told:
        render(newsletter)

    assert str(told.value).startswith(sentence)
