"""The mail's HTML before the Nu checker, html-validate and caniemail, less what every mail needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from browser.judges import html_validate_errors, nu_errors, unsupported
from browser.post import MAILS

if TYPE_CHECKING:
    from pathlib import Path

    from browser.post import Mail

pytest_plugins = ["browser.desk"]

NEEDED_BY_MAIL = re.compile(r"Attribute “xmlns:[vo]” not allowed here|“?mso-[a-z-]+”?")
"""What Word asks for: the names of its own elements, and its own properties."""

NEEDED_RULES_OFF = (
    "no-inline-style",  # Gmail's clipped mail and some webmail know no other
    "no-conditional-comment",  # Word's columns
    "no-deprecated-attr",  # tables of layout for Word: align, width, cellpadding
    "prefer-native-element",  # a landmark is a role: webmail drops <main> and <header>
)

CLIENTS = ("outlook.windows", "gmail.*", "apple-mail.*", "yahoo.*")
HARMLESS = {
    # Gmail's mobile web drops every style element, Word its media queries. Nothing that is needed stands there: what is left is
    # read whole (without_style_elements and as_word in test_mail_in_chromium)
    "<style> element",
    "@media",
    "Chaining selectors",
    "Class selector",
    "Descendant combinator",
    "ID selector",
    "Type selector",
    # A link that is a block only to be touched more easily stays a link, and a paragraph is one without being told
    "display:none",
    # The hidden preview has four more ways to be hidden, and Word, which knows no opacity, knows display: none
    "opacity",
    "overflow",
    "height property",
    # Webmail puts its own element in the place of <body>: language, direction and background stand once more on a div
    "<body> element",
    # Of MJML's reset, wanted by other programs and without effect here
    "outline",
    "word-spacing",
    "word-break",
    "table-layout",
}


def test_the_nu_checker_finds_nothing_but_what_word_needs(mails: dict[str, Mail]) -> None:
    found = nu_errors(mail.page for mail in mails.values())

    assert [error for error in found if not NEEDED_BY_MAIL.search(error)] == []


def test_html_validate_finds_nothing_but_what_mail_needs(mails: dict[str, Mail], tmp_path: Path) -> None:
    found = html_validate_errors((mail.page for mail in mails.values()), NEEDED_RULES_OFF, tmp_path)

    assert sorted(found) == []


def test_no_client_lacks_what_the_layout_rests_on(mail: Mail) -> None:
    found = unsupported(mail.page, CLIENTS)

    assert {feature: clients for feature, clients in found.items() if feature not in HARMLESS} == {}


def test_the_judges_see_faults(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<!DOCTYPE html><html><title>x</title><p style="display:grid;width:1furlong"><b>x</p><img src="a.svg">'
    )

    assert nu_errors([bad]).keys() >= {
        "End tag “p” seen, but there were open elements.",
        "CSS: “width”: Unknown dimension.",
    }
    assert any(
        "element-required-attributes" in one or "wcag/h37" in one for one in html_validate_errors([bad], (), tmp_path)
    )
    assert unsupported(bad, CLIENTS).keys() & {"display:grid", "SVG image format", ".svg", "CSS grid"}


def test_every_mail_was_judged(mails: dict[str, Mail]) -> None:
    assert tuple(mails) == MAILS
