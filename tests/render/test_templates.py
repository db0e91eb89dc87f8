from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import FileSystemLoader
from markupsafe import Markup

from pprmail.errors import PprmailError
from pprmail.render.templates import open_templates, render_template

if TYPE_CHECKING:
    from conftest import Newsletter

VALUES: dict[str, Any] = {
    "month": "August 2020",
    "word": Markup("<p>A word.</p>"),
    "summaries": [{"title": "One", "url": "https://one"}, {"title": "Two", "url": "https://two"}],
    "notices": [],
    "newsletter": SimpleNamespace(title="PPRNet Blog", language="en"),
}
NAME = "mail.mjml.j2"
FRAME = "<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>\n"
"""The part stands on line 5."""


def told(newsletter: Newsletter, template: str | bytes, name: str = NAME, **others: str | bytes) -> list[str]:
    """What is told of ``template``; ``others`` are templates beside it, their names without ``.mjml.j2``."""
    newsletter.write(f"templates/{name}", template)
    for other, text in others.items():
        newsletter.write(f"templates/{other}.mjml.j2", text)
    try:
        render_template(open_templates(newsletter.settings), name, VALUES)
    except PprmailError as error:
        return str(error).split("\n")
    return []


WRONG = [
    pytest.param(
        FRAME.format("<mj-text>{{ mont }}</mj-text>"),
        ["templates/mail.mjml.j2:5: 'mont' is undefined; did you mean 'month'?"],
        id="undefined",
    ),
    pytest.param(
        FRAME.format("<mj-text>{{ zzzzzz }}</mj-text>"),
        ["templates/mail.mjml.j2:5: 'zzzzzz' is undefined; docs/templates.md lists what there is"],
        id="undefined-like-no-other",
    ),
    pytest.param(
        "{% for one in sumaries %}\n{{ on.title }}\n{% endfor %}\n{{ mont }}\n{{ maybe|default('') }}{% if it is defined %}{% endif %}",
        [
            "templates/mail.mjml.j2:1: 'sumaries' is undefined; did you mean 'summaries'?",
            "templates/mail.mjml.j2:2: 'on' is undefined; did you mean 'one', of line 1?",
            "templates/mail.mjml.j2:4: 'mont' is undefined; did you mean 'month'?",
        ],
        id="all-undefined-at-once",
    ),
    pytest.param(
        "\n{% for one in summaries %}\n{{ one.titel }}{% endfor %}",
        ["templates/mail.mjml.j2:3: there is no 'titel' in what stands before its dot; did you mean 'title'?"],
        id="undefined-after-a-dot",
    ),
    pytest.param(
        "\n{{ newsletter.zzzzzz }}",
        ["templates/mail.mjml.j2:2: there is no 'zzzzzz' in what stands before its dot; there are: language, title"],
        id="undefined-after-a-dot-like-no-other",
    ),
    pytest.param(
        "a\n{% if %}\n",
        [
            (
                "templates/mail.mjml.j2:2: Expected an expression, got 'end of statement block'; "
                "mend the template, or delete it to use the packaged one"
            )
        ],
        id="jinja",
    ),
    pytest.param(
        "a\n{{ 1 / 0 }}\n",
        ["templates/mail.mjml.j2:2: division by zero; mend the template, or delete it to use the packaged one"],
        id="python",
    ),
    pytest.param(
        "a\n{{ 'a' * 99999999999999 }}\n",
        ["templates/mail.mjml.j2:2: Python's MemoryError; mend the template, or delete it to use the packaged one"],
        id="python-without-a-word",
    ),
    pytest.param(
        "a\n{{ title|capitalise }}\n",
        [
            "templates/mail.mjml.j2:2: No filter named 'capitalise'; mend the template, or delete it to use the packaged one"
        ],
        id="no-such-filter",
    ),
    pytest.param(
        '\n{% include "mail.txt" %}',
        ["templates/mail.mjml.j2:2: 'mail.txt' not found in templates/; did you mean 'mail.txt.j2'?"],
        id="no-such-template",
    ),
    pytest.param(
        '\n{% include "mail.mjml.j2" %}',
        ["templates/mail.mjml.j2:2: the template includes, extends or calls itself without end; take that line out"],
        id="includes-itself",
    ),
    pytest.param(
        '\n{% extends "mail.mjml.j2" %}',
        ["templates/mail.mjml.j2:2: the template includes, extends or calls itself without end; take that line out"],
        id="extends-itself",
    ),
    pytest.param(
        b"a\nb\xe9",
        ["templates/mail.mjml.j2:2: the byte 0xe9 is not UTF-8; save the file again with the encoding UTF-8"],
        id="not-utf-8",
    ),
    pytest.param(
        FRAME.format("{% for one in summaries %}\n<mj-txt>{{ one.title }}</mj-txt>\n{% endfor %}"),
        [
            "templates/mail.mjml.j2:6: MJML has no tag <mj-txt>, and would drop it without a word; did you mean 'mj-text'?"
        ],
        id="in-a-loop-once",
    ),
    pytest.param(
        FRAME.format("{% if word %}\n<mj-text>{% endif %}\nx"),
        [
            "templates/mail.mjml.j2:6: <mj-text> is never closed; write </mj-text> before the </mj-column> of line 8",
        ],
        id="conditional-and-never-closed",
    ),
    pytest.param(
        FRAME.format("<mj-text>{% filter upper %}\n<b>x{% endfilter %}</mj-text>"),
        ["templates/mail.mjml.j2:6: <B> is never closed; write </B> before the </mj-text> of line 6"],
        id="within-a-filter",
    ),
]


@pytest.mark.parametrize(("template", "sentences"), WRONG)
def test_a_wrong_template_is_told_with_its_line(
    newsletter: Newsletter, template: str | bytes, sentences: list[str]
) -> None:
    assert told(newsletter, template) == sentences


ELSEWHERE = [
    pytest.param(
        "\n\n<mj-text>\n<b></mj-text>",
        ["templates/part.mjml.j2:4: <b> is never closed; write </b> before the </mj-text> of line 4"],
        id="unclosed",
    ),
    pytest.param(
        "\n\n{{ mont }}", ["templates/part.mjml.j2:3: 'mont' is undefined; did you mean 'month'?"], id="undefined"
    ),
    pytest.param(
        "\n{% if %}",
        [
            (
                "templates/part.mjml.j2:2: Expected an expression, got 'end of statement block'; "
                "mend the template, or delete it to use the packaged one"
            )
        ],
        id="jinja",
    ),
    pytest.param(
        b"\n\n\nx\xe9",
        ["templates/part.mjml.j2:4: the byte 0xe9 is not UTF-8; save the file again with the encoding UTF-8"],
        id="not-utf-8",
    ),
]


@pytest.mark.parametrize(("part", "sentences"), ELSEWHERE)
def test_a_fault_in_an_included_template_is_told_there(
    newsletter: Newsletter, part: str | bytes, sentences: list[str]
) -> None:
    assert told(newsletter, FRAME.format('{% include "part.mjml.j2" %}'), part=part) == sentences


def test_faults_of_a_template_and_of_the_one_it_extends_are_told_at_once(newsletter: Newsletter) -> None:
    child = '{% extends "base.mjml.j2" %}\n{% block parts %}\n<mj-text />\n{% endblock %}'
    base = "<mjml>\n<mj-body>\n<mj-section>{% block parts %}{% endblock %}</mj-section>\n<mj-foo />\n</mj-body></mjml>"

    assert told(newsletter, child, base=base) == [
        "templates/mail.mjml.j2:3: <mj-text> cannot stand in <mj-section>; put it into <mj-column> or <mj-hero>",
        "templates/base.mjml.j2:4: MJML has no tag <mj-foo>, and would drop it without a word; did you mean 'mj-font'?",
    ]


def test_a_tag_that_another_template_leaves_open_names_both_places(newsletter: Newsletter) -> None:
    assert told(newsletter, FRAME.format('{% include "part.mjml.j2" %}'), part="\n<mj-text>") == [
        "templates/part.mjml.j2:2: <mj-text> is never closed; write </mj-text> before the </mj-column> of templates/mail.mjml.j2:6"
    ]


def test_what_this_issue_does_not_show_is_told_with_what_it_shows(newsletter: Newsletter) -> None:
    template = FRAME.format(
        "{% if notices %}\n<mj-text colour='red'>x</mj-text>\n{% endif %}\n{% if word %}<mj-text>{% endif %}"
    )

    assert told(newsletter, template) == [
        "templates/mail.mjml.j2:6: <mj-text> takes no 'colour', and would drop it without a word; did you mean 'color'?",
        "templates/mail.mjml.j2:8: <mj-text> is never closed; write </mj-text> before the </mj-column> of line 9",
    ]


def test_a_template_with_faults_is_told_again(newsletter: Newsletter) -> None:
    newsletter.root.joinpath(".pprmail").mkdir()
    template = FRAME.format("{% if notices %}<mj-txt />{% endif %}")
    first = told(newsletter, template)

    assert told(newsletter, template) == first != []


def test_a_template_saved_with_a_byte_order_mark_is_read(newsletter: Newsletter) -> None:
    assert told(newsletter, FRAME.format("<mj-text>x</mj-text>").encode("utf-8-sig")) == []


def test_a_folder_in_a_templates_place_is_told(newsletter: Newsletter) -> None:
    newsletter.root.joinpath("templates", NAME).mkdir(parents=True)

    with pytest.raises(PprmailError) as refused:
        render_template(open_templates(newsletter.settings), NAME, VALUES)

    assert str(refused.value) == (
        "templates/mail.mjml.j2:1: this is a folder; put a file in its place, or take it away to use the packaged one"
    )


def test_a_template_that_cannot_be_read_is_told(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(FileSystemLoader, "get_source", refuse)

    assert told(newsletter, "x") == [
        "templates/mail.mjml.j2:1: the file cannot be read (Permission denied); see who may read it, and what holds it open"
    ]


def test_a_page_is_not_looked_through_for_mjml(newsletter: Newsletter) -> None:
    assert told(newsletter, "<p>a<br>b < c", name="about.html.j2") == []
