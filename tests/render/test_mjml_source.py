from __future__ import annotations

import pytest

from pprmail.errors import PprmailError
from pprmail.render.template_files import Templates

FRAME = "<mjml><mj-body><mj-section><mj-column>\n{}\n</mj-column></mj-section></mj-body></mjml>"


def told(source: str) -> list[str]:
    environment = Templates(autoescape=True)
    try:
        environment.compile(source, name="mail.mjml.j2")
    except PprmailError as error:
        return str(error).split("\n")
    return []


TRAPS = [
    pytest.param("{% if a %}<mj-text>{% else %}<mj-text color='red'>{% endif %}x</mj-text>", id="either-beginning"),
    pytest.param("<mj-text>x{% if a %}</mj-text>{% else %}!</mj-text>{% endif %}", id="either-end"),
    pytest.param("{% if a %}<mj-text>{% endif %}x{% if a %}</mj-text>{% endif %}", id="both-or-none"),
    pytest.param("</mj-column>{% if a %}</mj-section><mj-section>{% endif %}<mj-column>", id="a-break-now-and-then"),
    pytest.param(
        "{% for a in b %}{% if loop.index is divisibleby 2 %}</mj-column><mj-column>{% endif %}<mj-text>x</mj-text>{% endfor %}",
        id="a-break-each-second-time",
    ),
    pytest.param("<mj-text{% if a %} color='red'{% endif %}>x</mj-text>", id="an-attribute-now-and-then"),
    pytest.param("<mj-text color='{% if a %}red'{% else %}blue'{% endif %}>x</mj-text>", id="either-quotation-mark"),
    pytest.param("<mj-text{% if a %}>{% else %} color='red'>{% endif %}x</mj-text>", id="either-bracket"),
    pytest.param("<mj-text {{ attributes }} {{ name }}='x'>x</mj-text>", id="attributes-of-a-value"),
    pytest.param("<{{ tag }} colour='x'>x</{{ tag }}>", id="a-tag-of-a-value"),
    pytest.param("<mj-{{ kind }} colour='x'>x</mj-{{ kind }}>", id="half-a-tag-of-a-value"),
    pytest.param("<mj-text><h{{ level }}>x</h{{ level }}></mj-text>", id="a-heading-of-a-value"),
    pytest.param(
        "<{% if a %}mj-text{% else %}mj-button{% endif %}>x</{% if a %}mj-text{% else %}mj-button{% endif %}>",
        id="either-name",
    ),
    pytest.param("{% include 'begin.mjml.j2' %}x{% include 'end.mjml.j2' %}", id="included"),
    pytest.param("{% set open = '<mj-text>' %}{{ open|safe }}x</mj-text>", id="set"),
    pytest.param("{% set open %}<mj-text>{% endset %}{{ open }}x</mj-text>", id="set-to-a-part"),
    pytest.param("{% macro open() %}<mj-text>{% endmacro %}{{ open() }}x</mj-text>", id="macro"),
    pytest.param("{% from 'parts.j2' import open %}{{ open() }}x</mj-text>", id="imported"),
    pytest.param("{% block open %}<mj-text>{% endblock %}x</mj-text>", id="block"),
    pytest.param(
        "{# <mj-foo> #}{% raw %}<mj-text>{{ < }}</mj-text>{% endraw %}".replace(" < ", " x "), id="remark-and-raw"
    ),
    pytest.param("<mj-text>{{ a }} &lt; {{ b }}</mj-text>\n{{ parts }}", id="values"),
    pytest.param("{% for a in b %}<mj-text>x</mj-text>{% else %}<mj-spacer />{% endfor %}", id="loop-with-else"),
    pytest.param("<mj-text><!-- {% if a %} --> x <!-- {% endif %} --></mj-text>", id="branch-within-comments"),
]


@pytest.mark.parametrize("part", TRAPS)
def test_parts_of_tags_in_branches_are_no_fault(part: str) -> None:
    assert told(FRAME.format(part)) == []


FAULTS = [
    pytest.param(
        "{% if a %}\n<mj-txt>x</mj-txt>\n{% endif %}",
        [
            "templates/mail.mjml.j2:3: MJML has no tag <mj-txt>, and would drop it without a word; did you mean 'mj-text'?"
        ],
        id="tag-in-a-branch",
    ),
    pytest.param(
        "{% if a %}x{% else %}\n\n<mj-text\n  colour='{{ b }}'>x</mj-text>{% endif %}",
        [
            "templates/mail.mjml.j2:5: <mj-text> takes no 'colour', and would drop it without a word; did you mean 'color'?",
            "templates/mail.mjml.j2:2: the words 'x' stand in <mj-column>, which holds tags alone; put them into <mj-text>",
        ],
        id="attribute-in-the-other-branch",
    ),
    pytest.param(
        "{% for a in b %}\n<mj-text><b>{{ a }}</mj-text>{% endfor %}",
        ["templates/mail.mjml.j2:3: <b> is never closed; write </b> before the </mj-text> of line 3"],
        id="unclosed-in-a-loop",
    ),
    pytest.param(
        "{% if a %}\n<mj-column></mj-column>{% endif %}",
        ["templates/mail.mjml.j2:3: <mj-column> cannot stand in <mj-column>; put it into <mj-section> or <mj-group>"],
        id="misplaced-in-a-branch",
    ),
    pytest.param(
        "\n<mj-text>{ month }}</mj-text>",
        ["templates/mail.mjml.j2:3: '}}' ends nothing, since no '{{' is left before it; write {{ … }}"],
        id="torn-value",
    ),
    pytest.param(
        "<mj-text>\n% set a = 1 %}</mj-text>",
        ["templates/mail.mjml.j2:3: '%}' ends nothing, since no '{%' is left before it; write {% … %}"],
        id="torn-statement",
    ),
    pytest.param(
        "{% macro a() %}\n<mj-text>p < .05</mj-text>{% endmacro %}",
        ["templates/mail.mjml.j2:3: a '<' begins no tag here; write &lt;"],
        id="sign-in-a-macro",
    ),
]


@pytest.mark.parametrize(("part", "sentences"), FAULTS)
def test_a_fault_is_told_whichever_branch_is_taken(part: str, sentences: list[str]) -> None:
    assert sorted(told(FRAME.format(part))) == sorted(sentences)


def test_what_holds_no_mjml_is_let_alone() -> None:
    assert told("a < b <i>x</b>") == []


def test_the_braces_of_styles_are_no_marks() -> None:
    assert told("<mjml><mj-head><mj-style>@media print {a {color: {{ b }}}}</mj-style></mj-head></mjml>") == []
