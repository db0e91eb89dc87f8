from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import BODY, summary_text
from mailcheck.letter import ADDRESS, DOE, ISSUE, SUBJECT, TEMPLATE, TEXT, letter, told

if TYPE_CHECKING:
    from conftest import Newsletter

TEXT_TEMPLATE = "templates/mail.txt.j2"


def left(found: list[str]) -> list[str]:
    return [one.split(": ")[0] for one in found if one.endswith("[template-mark-left]")]


MARKS = {
    "variable": "{{ reader_name }}",
    "without-spaces": "{{unsubscribe_url}}",
    "statement": "{% if x %}",
    "mailchimp": "*|FNAME|*",
    "opened": "Dear {{ reader",
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_mark_that_a_template_leaves_is_told_on_its_line(newsletter: Newsletter, mark: str) -> None:
    newsletter.write(TEXT_TEMPLATE, f"Hello\n\n{mark}\n")

    in_html = told(newsletter, letter(f"<p>{mark}</p>"))
    in_address = told(newsletter, letter(f'<a href="https://x.org/{mark}">The site</a>'))
    in_text = told(newsletter, letter(), text=f"{mark}\n{TEXT}")

    column = 4 + mark.find("{{ reader") if mark == MARKS["opened"] else 4
    assert left(in_html) == [f"{TEMPLATE}:8:{column}"]
    assert [place.rpartition(":")[0] for place in left(in_address)] == [f"{TEMPLATE}:8"]
    assert left(in_text) == [f"{TEXT_TEMPLATE}:3:{column - 3}"]


def test_a_mark_in_the_authors_text_is_told_there_alone(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"Dear {{{{ reader_name }}}},\n\n- a {{% if %}}\n- b\n\n{BODY}"))
    newsletter.write(ISSUE, "Month: August 2020\nSubject: For *|FNAME|*\n")

    shown = "Dear {{ reader_name }}, a {% if %} For *|FNAME|*"
    found = told(newsletter, letter(f"<p>{shown}</p>"), text=f"{shown}\n{TEXT}", subject="For *|FNAME|*")

    assert left(found) == [f"{DOE}:7:6", f"{DOE}:9:5", f"{ISSUE}:2:14"]


def test_a_mark_that_markdown_takes_for_emphasis_is_told(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"Dear *|FNAME|*,\n\n{BODY}"))

    assert left(told(newsletter, letter("<p>Dear <em>|FNAME|</em>,</p>"))) == [f"{DOE}:7:6"]


def test_a_mark_in_the_settings_is_told_there_once(newsletter: Newsletter) -> None:
    newsletter.change_settings("1 Placeholder Road, Ottawa", "1 {{ road }}, Ottawa")
    shown = "1 {{ road }}, Ottawa"

    found = left(told(newsletter, letter().replace(ADDRESS, shown), text=TEXT.replace(ADDRESS, shown)))

    assert [place.split(":")[0] for place in found] == ["pprmail.toml", TEMPLATE]


def test_braces_of_the_authors_that_are_no_mark_are_left_alone(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=f"The set {{a, b}} and {{{{a}} and 5 {{% of *| it.\n\n{BODY}"))

    shown = "The set {a, b} and {{a} and 5 {% of *| it."
    assert left(told(newsletter, letter(f"<p>{shown}</p>"), text=f"{shown}\n{TEXT}")) == []


def test_braces_of_a_style_are_no_marks(newsletter: Newsletter) -> None:
    assert told(newsletter, letter(style="@media screen{a{color:#123}}@media screen{ {{x}} }")) == []


STRANGE = {
    "unknown": "%%pprmail_address_html%%",
    "of-the-text": "%%pprmail_name_text%%",
    "broken": "%%pprmail_name_html",
}


@pytest.mark.parametrize("mark", STRANGE.values(), ids=STRANGE)
def test_a_personal_mark_that_cannot_be_filled_in_is_told(newsletter: Newsletter, mark: str) -> None:
    assert left(told(newsletter, letter(f"<p>{mark} x</p>"))) == [f"{TEMPLATE}:8:4"]


def test_a_mark_of_the_html_in_the_text_is_told(newsletter: Newsletter) -> None:
    assert left(told(newsletter, letter(), text=f"Dear %%pprmail_name_html%%\n{TEXT}")) == [f"{TEXT_TEMPLATE}:1:1"]


def test_a_personal_mark_in_the_subject_is_told(newsletter: Newsletter) -> None:
    assert left(told(newsletter, letter(), subject=f"{SUBJECT} %%pprmail_name_text%%")) == ["pprmail.toml:1:1"]


def test_the_readers_name_is_no_leftover(newsletter: Newsletter) -> None:
    html, text = letter("<p>Dear %%pprmail_name_html%%</p>"), f"Dear %%pprmail_name_text%%\n{TEXT}"

    assert told(newsletter, html, text=text) == []
