"""A slip of an author's hand in the packaged template: told near where it happened, or no harm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.errors import PprmailError
from pprmail.manuscript.issue import load_issue
from pprmail.render.html import HTML_TEMPLATE
from pprmail.render.mail import render_issue
from pprmail.render.templates import packaged_folder

if TYPE_CHECKING:
    from conftest import Newsletter

SOURCE = (packaged_folder() / HTML_TEMPLATE).read_text(encoding="utf-8")
TAGS = [one.span() for one in re.finditer(r"</?[a-zA-Z][^<>]*>", SOURCE)]
ATTRIBUTES = [one.span() for one in re.finditer(r'(?<=\s)[a-z-]+(?==")', SOURCE)]
NEAR = 2


@st.composite
def slips(draw: st.DrawFn) -> tuple[int, str]:
    """The packaged template with one mutation, and the line of it."""
    kind = draw(st.sampled_from(["deleted", "twice", "misspelt"]))
    if kind == "deleted":
        at = draw(st.integers(0, len(SOURCE) - 1))
        changed = SOURCE[:at] + SOURCE[at + 1 :]
    elif kind == "twice":
        at, end = draw(st.sampled_from(TAGS))
        changed = SOURCE[:end] + SOURCE[at:end] + SOURCE[end:]
    else:
        at, end = draw(st.sampled_from(ATTRIBUTES))
        changed = SOURCE[:at] + "q" + SOURCE[at:]
    return SOURCE.count("\n", 0, at) + 1, changed


def is_near(line: int, sentences: str) -> bool:
    """One of the lines that ``sentences`` name is at most two from ``line``."""
    named = re.findall(r"(?:^templates/[^:]+:|line )(\d+)", sentences, re.MULTILINE)
    return any(abs(int(one) - line) <= NEAR for one in named)


def is_jinjas_own(sentences: str) -> bool:
    """Jinja2 tells a mark or a quotation mark left open where its reading ends, and a value not set where it is used."""
    return sentences.endswith("to use the packaged one") or "undefined;" in sentences or "before its dot;" in sentences


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Newsletter:
    from conftest import SETTINGS, Newsletter, summary_text

    made = Newsletter(tmp_path_factory.mktemp("letter"))
    made.write("pprmail.toml", SETTINGS)
    made.write("issues/2020-08/issue.md", "Month: August 2020\n")
    made.write("issues/2020-08/1-doe.md", summary_text())
    return made


def test_the_packaged_template_has_no_faults(shared: Newsletter) -> None:
    shared.write(f"templates/{HTML_TEMPLATE}", SOURCE)

    assert render_issue(shared.settings, load_issue(shared.settings, "2020-08")[0]).html


@settings(max_examples=40, deadline=None)
@given(slip=slips())
def test_a_slip_in_mjml_is_told_within_two_lines_or_does_no_harm(shared: Newsletter, slip: tuple[int, str]) -> None:
    line, changed = slip
    shared.write(f"templates/{HTML_TEMPLATE}", changed)

    try:
        render_issue(shared.settings, load_issue(shared.settings, "2020-08")[0])
    except PprmailError as told:
        assert is_jinjas_own(str(told)) or is_near(line, str(told)), str(told)  # noqa: PT017 - either is well


JINJA = [
    "{%",
    "%}",
    "{{",
    "}}",
    "{#",
    "#}",
    " if ",
    " for x in summaries ",
    " endif ",
    " endfor ",
    " word ",
    " month ",
    "|upper",
]
JINJA += [
    "|safe",
    " set a = ",
    " block b ",
    " endblock ",
    " include 'mail.mjml.j2' ",
    " extends 'page.html.j2' ",
    "()",
    "[0]",
    ".",
]
JINJA += [
    "<mjml>",
    "<mj-body>",
    "<mj-text>",
    "</mj-text>",
    "<b ",
    ">",
    "'",
    '"',
    "\n",
    "1",
    "/",
    "~",
    "é",
    "\x00",
    "\ufdd0",
    "-",
]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(JINJA) | st.text(max_size=3), max_size=10).map("".join))
def test_no_text_of_a_template_ends_in_anything_but_a_sentence(shared: Newsletter, text: str) -> None:
    shared.write(f"templates/{HTML_TEMPLATE}", text.encode("utf-8", "replace"))

    with pytest.raises(PprmailError, match=r"\Atemplates/mail\.mjml\.j2:\d+: "):
        render_issue(shared.settings, load_issue(shared.settings, "2020-08")[0])
