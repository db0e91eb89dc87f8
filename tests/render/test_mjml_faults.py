from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.render.html import mail_html
from pprmail.render.mjml_faults import mjml_faults

TEXT = "<mjml><mj-body><mj-section><mj-column><mj-text>\n{}\n</mj-text></mj-column></mj-section></mj-body></mjml>"
COLUMN = "<mjml><mj-body><mj-section><mj-column>\n{}\n</mj-column></mj-section></mj-body></mjml>"
BODY = "<mjml><mj-body>\n{}\n</mj-body></mjml>"
HEAD = "<mjml><mj-head>\n{}\n</mj-head><mj-body></mj-body></mjml>"


def told(mjml: str) -> list[str]:
    """The faults of ``mjml``, each with its line."""

    def line(at: int) -> int:
        return mjml.count("\n", 0, at) + 1

    return [
        f"{line(one.at)}: {one.sentence.replace('{there}', f'of line {line(one.other)}')}" for one in mjml_faults(mjml)
    ]


SOUND = [
    pytest.param(TEXT, "R&amp;D, p &lt; .05, R&D, 5 > 3", id="signs"),
    pytest.param(TEXT, "<p>a<br>b<br />c <img src='x'></p><a href=\"x?a=1&b=2\">d</a>", id="html"),
    pytest.param(
        TEXT, "a<!-- remark -->b<!--[if mso]><b>c</b><![endif]--><!--[if !mso]><!-->d<!--<![endif]-->", id="comments"
    ),
    pytest.param(TEXT, "<B>x</b> <input disabled>", id="letter-case"),
    pytest.param(
        COLUMN, "<mj-table><tr><td>x</td></tr></mj-table><mj-divider/><mj-spacer height='1px' />", id="blocks"
    ),
    pytest.param(COLUMN, "<mj-text\n  mj-class='a b'\n  css-class='role-main'\n>x</mj-text >", id="lines-within-a-tag"),
    pytest.param(
        BODY, "<mj-wrapper><mj-section><mj-group><mj-column /></mj-group></mj-section></mj-wrapper>", id="nesting"
    ),
    pytest.param(TEXT, "é>, éab>, a>", id="brackets"),
    pytest.param(BODY, "<mj-hero><mj-button href='x'>y</mj-button></mj-hero><mj-raw><p>x</p></mj-raw>", id="hero"),
    pytest.param(HEAD, "<mj-style>a > b { color: red }</mj-style><mj-title>a & b</mj-title>", id="head"),
    pytest.param(
        HEAD,
        "<mj-attributes><mj-all color='red' /><mj-class name='a' width='1px' /><mj-text mj-class='a' padding='0' /></mj-attributes>",
        id="defaults",
    ),
    pytest.param(
        COLUMN,
        "<mj-social><mj-social-element src='https://example.org/x.png' alt='X' href='x'>X</mj-social-element></mj-social>",
        id="own-pictures",
    ),
]


@pytest.mark.parametrize(("frame", "part"), SOUND)
def test_sound_mjml_has_no_faults(frame: str, part: str) -> None:
    assert told(frame.format(part)) == []


FAULTS = [
    pytest.param(
        COLUMN,
        "<mj-txt>x</mj-txt>",
        ["2: MJML has no tag <mj-txt>, and would drop it without a word; did you mean 'mj-text'?"],
        id="unknown-tag",
    ),
    pytest.param(
        BODY,
        "<mj-Section></mj-Section>",
        ["2: MJML has no tag <mj-Section>, and would drop it without a word; did you mean 'mj-section'?"],
        id="tag-in-capitals",
    ),
    pytest.param(
        BODY,
        "<mj-zzzzzz />",
        [
            (
                "2: MJML has no tag <mj-zzzzzz>, and would drop it without a word; the tags there are stand in "
                "https://documentation.mjml.io"
            )
        ],
        id="tag-like-no-other",
    ),
    pytest.param(
        COLUMN,
        "<mj-text\n  colour='red'>x</mj-text>",
        ["3: <mj-text> takes no 'colour', and would drop it without a word; did you mean 'color'?"],
        id="unknown-attribute",
    ),
    pytest.param(
        COLUMN,
        "<mj-text style='padding:0'>x</mj-text>",
        [
            (
                "2: <mj-text> takes no 'style', and would drop it without a word; "
                "write each property as an attribute of its own, such as padding"
            )
        ],
        id="style",
    ),
    pytest.param(
        COLUMN,
        "<mj-text class='a'>x</mj-text>",
        ["2: <mj-text> takes no 'class', and would drop it without a word; did you mean 'css-class'?"],
        id="class",
    ),
    pytest.param(
        HEAD,
        "<mj-attributes><mj-section zzz='1' /></mj-attributes>",
        [
            "2: <mj-section> takes no 'zzz', and would drop it without a word; delete it, or set it on a tag that takes it"
        ],
        id="default-of-no-meaning",
    ),
    pytest.param(
        BODY,
        "<mj-column></mj-column>",
        ["2: <mj-column> cannot stand in <mj-body>; put it into <mj-section> or <mj-group>"],
        id="wrong-parent",
    ),
    pytest.param(
        TEXT,
        "<mj-button>x</mj-button>",
        ["2: <mj-button> cannot stand in <mj-text>; put it into <mj-column> or <mj-hero>"],
        id="tag-in-text",
    ),
    pytest.param(
        BODY,
        "<p>x</p>",
        ["2: <p> cannot stand in <mj-body> by itself; put it into <mj-text>, <mj-table> or <mj-raw>"],
        id="html-in-body",
    ),
    pytest.param(
        HEAD,
        "<meta name='x'>",
        ["2: <meta> cannot stand in <mj-head> by itself; put it into <mj-raw>"],
        id="html-in-head",
    ),
    pytest.param(
        HEAD,
        "<mj-title><b>x</b></mj-title>",
        ["2: <b> cannot stand in <mj-title>, which holds words alone; delete it"],
        id="html-in-title",
    ),
    pytest.param(
        BODY,
        "<mj-section>Hello, and welcome to this newsletter</mj-section>",
        [
            (
                "2: the words 'Hello, and welcome to this new…' stand in <mj-section>, which holds tags alone; "
                "put them into <mj-text>"
            )
        ],
        id="words-in-section",
    ),
    pytest.param(
        BODY,
        "<mj-section>\n<mj-column>\n</mj-section>\n<mj-section></mj-section>",
        ["3: <mj-column> is never closed; write </mj-column> before the </mj-section> of line 4"],
        id="unclosed",
    ),
    pytest.param(
        BODY,
        "<mj-section>\n<mj-column></mj-column>\n<mj-section></mj-section>\n<mj-section></mj-section>",
        ["2: <mj-section> is never closed; write </mj-section> before the </mj-body> of line 6"],
        id="unclosed-and-nothing-after-it-is-misplaced",
    ),
    pytest.param(
        TEXT, "<b>x", ["2: <b> is never closed; write </b> before the </mj-text> of line 3"], id="unclosed-html"
    ),
    pytest.param(TEXT, "x</b>", ["2: </b> closes nothing; delete it, or open a <b> before it"], id="closes-nothing"),
    pytest.param(TEXT, "x</br>", ["2: </br> cannot be: <br> has no end; write <br /> alone"], id="end-of-void"),
    pytest.param(
        TEXT,
        "<strong>\nx</strog>",
        ["3: </strog> should be </strong>, to close the <strong> of line 2"],
        id="misspelt-end",
    ),
    pytest.param(TEXT, "x<BR>y", ["2: <BR> is taken for a tag with an end; write <br />"], id="void-in-capitals"),
    pytest.param(TEXT, "p < .05", ["2: a '<' begins no tag here; write &lt;"], id="bare-sign"),
    pytest.param(
        HEAD,
        "<mj-style>@media (width < 600px) {}</mj-style>",
        ["2: a '<' begins no tag here; say it otherwise"],
        id="bare-sign-in-style",
    ),
    pytest.param(
        TEXT,
        "<b x\n<i>y</i></b>",
        ["2: <b has no '>'; write it where the tag ends"],
        id="tag-without-bracket",
    ),
    pytest.param(
        TEXT,
        "<a href=x>y</a>",
        ["2: <a> cannot be read from '=' on; write each attribute as name=\"value\", with a space before it"],
        id="no-quotes",
    ),
    pytest.param(
        TEXT,
        '<a href="x"title="y">z</a>',
        ["2: <a> cannot be read from 'title' on; write each attribute as name=\"value\", with a space before it"],
        id="no-space",
    ),
    pytest.param(TEXT, "<br/ >", ["2: the '/' of <br> and its '>' stand apart; write />"], id="torn-slash"),
    pytest.param(TEXT, "<!DOCTYPE html>", ["2: MJML takes no '<!DOCTYPE'; delete it"], id="doctype"),
    pytest.param(TEXT, "<!-- x", ["2: the comment is never closed; write --> where it ends"], id="open-comment"),
    pytest.param(
        TEXT,
        "<!-- a -- b -->",
        ["2: a comment cannot hold '--'; write it as {# … #}, which readers do not get either"],
        id="dashes-in-comment",
    ),
    pytest.param(
        HEAD,
        "<mj-style><!-- x --></mj-style>",
        ["2: a comment cannot stand in <mj-style>; write it as {# … #}"],
        id="comment-in-style",
    ),
    pytest.param(TEXT, "a\x07b", ["2: the character U+0007 cannot stand in a mail; delete it"], id="control-character"),
    pytest.param(
        BODY,
        "<mj-include path='x.mjml' />",
        ["2: MJML's <mj-include> is not read here; use Jinja's {% include \"NAME\" %}"],
        id="mj-include",
    ),
    pytest.param(
        HEAD,
        "<mj-html-attributes><mj-selector path='.a'><mj-html-attribute name='b'>c</mj-html-attribute></mj-selector>"
        "</mj-html-attributes>",
        ["2: <mj-html-attributes> cannot be used; write the attribute on an HTML tag within <mj-text> or <mj-raw>"],
        id="mj-html-attributes",
    ),
    pytest.param(
        HEAD,
        "<mj-attributes><mj-class name='a'><mj-text color='red' /></mj-class></mj-attributes>",
        ["2: <mj-text> cannot stand in <mj-class>: mjml-python refuses it; give the attributes to <mj-class> itself"],
        id="mj-class",
    ),
    pytest.param(
        HEAD,
        "<mj-attributes><mj-text color='red'>></mj-text></mj-attributes>",
        ["2: the words '>' stand in <mj-text> of <mj-attributes>, which holds nothing; delete them"],
        id="words-in-default",
    ),
    pytest.param(TEXT, "next →>", ["2: a '>' right after ' →' breaks mjml-python; write &gt;"], id="fatal-bracket"),
    pytest.param(
        TEXT,
        "<a hrfe='x'>y</a>",
        ["2: <a> has 'hrfe', which no mail program knows; did you mean 'href'?"],
        id="html-misspelt",
    ),
    pytest.param(
        TEXT, "<t>\nx</tr>", ["2: <t> should be <tr>, which the </tr> of line 3 closes"], id="beginning-misspelt"
    ),
    pytest.param(
        BODY,
        "<!--[if mso]>x<![endif]-->",
        [
            "2: '<!--[if mso]>' cannot stand in <mj-body>; put it into <mj-raw> or <mj-text>, with what it is about",
            "2: the words 'x' stand in <mj-body>, which holds tags alone; put them into <mj-text>",
            "2: '<![endif]-->' cannot stand in <mj-body>; put it into <mj-raw> or <mj-text>, with what it is about",
        ],
        id="comment-for-outlook",
    ),
    pytest.param(
        BODY,
        "<mj-raw position='file-start'>x</mj-raw>",
        ['2: mjml-python cannot put <mj-raw> before the document; delete position="file-start"'],
        id="file-start",
    ),
    pytest.param(
        HEAD,
        "<mj-style inline='inline'>p { color: red }</mj-style>",
        [
            '2: mjml-python does not move styles into the tags; delete inline, and write style="…" on the tags that need it'
        ],
        id="inline-style",
    ),
    pytest.param(
        HEAD,
        "<mj-font name='Raleway' href='https://fonts.googleapis.com/css?family=Raleway' />",
        [
            (
                "2: <mj-font> makes every reader's mail program ask a third party for the font; "
                "delete it, and name fonts that readers have in font-family"
            )
        ],
        id="mj-font",
    ),
    pytest.param(
        COLUMN,
        "<mj-social>\n<mj-social-element name='facebook' href='x'>y</mj-social-element></mj-social>",
        [
            (
                "3: <mj-social-element> without src shows a third party's pictures, which learns who reads; "
                "name pictures of your own, or use links of words"
            )
        ],
        id="mj-social",
    ),
]


@pytest.mark.parametrize(("frame", "part", "sentences"), FAULTS)
def test_a_fault_is_told_with_its_line_and_what_to_do(frame: str, part: str, sentences: list[str]) -> None:
    assert told(frame.format(part)) == sentences


WHOLE = [
    pytest.param("", ["1: there is no <mjml>; the whole template stands in <mjml>…</mjml>"], id="empty"),
    pytest.param(
        "<mjml>\n</mjml>",
        ["1: there is no <mj-body>; the mail would be empty: put its sections into <mj-body>…</mj-body>"],
        id="no-body",
    ),
    pytest.param(
        "<mjml><mj-body></mj-body></mjml>\n<mjml></mjml>",
        ["2: <mjml> stands there twice; a mail is one <mjml>"],
        id="two-mails",
    ),
    pytest.param(
        "<mjml><mj-body></mj-body></mjml>\nbye",
        ["2: the words 'bye' stand outside <mjml>, which holds tags alone; put them into <mj-text>"],
        id="words-after",
    ),
    pytest.param(
        "<mjml>\n<mj-body></mj-body>", ["1: <mjml> is never closed; write </mjml> where it ends"], id="no-end"
    ),
]


@pytest.mark.parametrize(("mjml", "sentences"), WHOLE)
def test_a_document_is_one_mjml_with_a_body(mjml: str, sentences: list[str]) -> None:
    assert told(mjml) == sentences


def test_all_faults_are_told_in_their_order() -> None:
    mjml = BODY.format(
        "<mj-section>\n<mj-text>p < .05</mj-text>\n<mj-column paddin='0'>\n<mj-devider />\n</mj-column>\n</mj-section>"
    )

    assert told(mjml) == [
        "3: <mj-text> cannot stand in <mj-section>; put it into <mj-column> or <mj-hero>",
        "3: a '<' begins no tag here; write &lt;",
        "4: <mj-column> takes no 'paddin', and would drop it without a word; did you mean 'padding'?",
        "5: MJML has no tag <mj-devider>, and would drop it without a word; did you mean 'mj-divider'?",
    ]


def test_tags_deeper_than_the_parser_survives_are_told() -> None:
    assert told(TEXT.format("<b>" * 495 + "</b>" * 495)) == [
        "2: tags stand 500 deep in each other, which mjml-python does not survive; close them sooner"
    ]


@pytest.mark.parametrize(("frame", "part"), SOUND)
def test_what_has_no_faults_is_taken(frame: str, part: str) -> None:
    assert "<html" in mail_html(frame.format(part))


PIECES = [
    "é",
    "’",
    "😀",
    "a",
    " ",
    "<b>",
    "</b>",
    "<br>",
    "<p",
    ">",
    "<",
    "/",
    "/>",
    '"',
    "'",
    "=",
    " x='y'",
    "-->",
    "<!--",
]
PIECES += [
    "]]>",
    "<!--[if mso]>",
    "<![endif]-->",
    "<mj-text>",
    "</mj-text>",
    "</mj-column>",
    "<mj-raw>",
    "&",
    "<!x>",
    "<?x?>",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([TEXT, COLUMN, BODY, HEAD]), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_mjml_python_refuses_has_a_fault(frame: str, part: str) -> None:
    mjml = frame.format(part)

    if not mjml_faults(mjml):
        assert "<html" in mail_html(mjml)


DROPPED = {
    "text": '<mj-text background-color="#123456">x</mj-text>',
    "spacer": '<mj-spacer border="3px solid #123456" />',
    "table": '<mj-table font-weight="bold"><tr><td>x</td></tr></mj-table>',
    "image": '<mj-image border-top="3px solid #123456" src="https://x.org/a.png" />',
    "button": '<mj-button title="A word" href="https://x.org/">x</mj-button>',
}


@pytest.mark.parametrize("tag", DROPPED.values(), ids=DROPPED)
def test_what_mjml_python_drops_is_told(tag: str) -> None:
    name, attribute = tag[1:].partition("=")[0].split()

    without = re.sub(f' {attribute}="[^"]*"', "", tag)
    assert mail_html(COLUMN.format(tag)) == mail_html(COLUMN.format(without))
    (fault,) = mjml_faults(COLUMN.format(tag))
    assert fault.sentence.startswith(f"<{name}> takes no {attribute!r}, and would drop it without a word")


def test_a_head_may_hold_two_tags_on_one_line() -> None:
    head = "<mjml><mj-head>{}</mj-head><mj-body></mj-body></mjml>"
    tags = "<mj-title>a</mj-title> <mj-preview>b</mj-preview>\t<mj-style></mj-style>"

    assert mail_html(head.format(tags)) == mail_html(head.format(tags.replace(" <", "<").replace("\t", "")))
