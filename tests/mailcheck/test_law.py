from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailcheck.letter import ADDRESS, WAY_OUT, letter, short
from mailcheck.letter import told as told_of
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from conftest import Newsletter


def told(newsletter: Newsletter) -> list[str]:
    return [f"{one.path} {one.rule}" for one in proofread(newsletter.settings, "2020-08").problems]


@pytest.mark.parametrize("owner", ["service", "reply", "provider"])
def test_the_packaged_templates_lack_nothing(newsletter: Newsletter, owner: str) -> None:
    newsletter.change_settings("[unsubscribe]", f'[unsubscribe]\nowner = "{owner}"')
    newsletter.change_settings("1 Placeholder Road, Ottawa", "R&D <Institute>, " + "a long street " * 8 + "1")

    assert told(newsletter) == []


def test_a_text_without_the_way_out_and_the_address_is_refused(newsletter: Newsletter) -> None:
    newsletter.write("templates/mail.txt.j2", "{{ heading }}\n")

    assert told(newsletter) == [
        "templates/mail.txt.j2 missing-postal-address",
        "templates/mail.txt.j2 missing-unsubscribe",
    ]


def test_html_without_them_is_refused(newsletter: Newsletter) -> None:
    body = "<mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section>"
    newsletter.write("templates/mail.mjml.j2", f"<mjml><mj-body>{body}</mj-body></mjml>")

    assert told(newsletter) == [
        "templates/mail.mjml.j2 missing-postal-address",
        "templates/mail.mjml.j2 missing-unsubscribe",
        "templates/mail.mjml.j2 preheader-length",
    ]


WAYS_TO_HIDE = {
    "display": "display:none",
    "size": "font-size:0",
    "colour": "color:#ffffff",
    "see-through": "opacity:0",
    "height": "max-height:0;overflow:hidden",
    "a-little-height": "height:1px;overflow:hidden",
    "height-down-alone": "max-height:0px;overflow-y:hidden",
    "width": "display:block;width:0;overflow:hidden",
    "nearly-see-through": "opacity:.01",
    "see-through-in-percent": "opacity:1%",
    "size-in-the-font": "font:0/0 a",
    "far-to-the-left": "position:absolute;left:-9999px",
    "margin": "display:block;margin-left:-9999px",
    "clipped": "position:absolute;clip:rect(0,0,0,0)",
    "clipped-whole": "clip-path:inset(100%)",
    "shrunk": "display:block;transform:scale(0)",
    "colour-by-hue": "color:hsl(0,0%,100%)",
}


@pytest.mark.parametrize("style", WAYS_TO_HIDE.values(), ids=WAYS_TO_HIDE)
def test_what_is_hidden_is_missing(newsletter: Newsletter, style: str) -> None:
    way_out = WAY_OUT.replace("<a", f'<a style="{style}"')

    found = told_of(newsletter, letter(foot=f'<p style="{style}">{ADDRESS}</p>{way_out}'))

    assert short(found, "missing-unsubscribe") == ["1:1: error"]
    assert short(found, "missing-postal-address") == ["1:1: error"]


OTHER_READINGS = {
    "dark": ("@media (prefers-color-scheme: dark) { .u { display: none } }", "in the dark scheme"),
    "dark-colour": (
        "@media (prefers-color-scheme: dark) { body, .u, .u a { background: #111 !important; color: #111 !important } }",
        "in the dark scheme",
    ),
    "phone": ("@media only screen and (max-width: 480px) { .u { display: none !important } }", "on a telephone"),
    "phone-in-em": ("@media (max-width:30em) { .u { font-size: 0 } .u a { font-size: 0 } }", "on a telephone"),
    "desk": ("@media screen and (min-width: 600px) { .u { display: none } }", "in a wide window"),
    "word": (".u { mso-hide: all }", "in Outlook for Windows"),
    "attribute": ('[class="u"] { display: none }', ""),
    "attribute-part": ('.u a[href*="pprmail"], .u[class^="u"] { display: none }', ""),
    "link": (".u a:link { display: none } .u { color: #fff }", ""),
    "two-media": ("@media screen, print { .u { display: none } }", ""),
}


@pytest.mark.parametrize(("style", "where"), OTHER_READINGS.values(), ids=OTHER_READINGS)
def test_what_one_reading_hides_is_told_with_its_name(newsletter: Newsletter, style: str, where: str) -> None:
    found = told_of(newsletter, letter(style=style, foot=f'<div class="u">{ADDRESS} {WAY_OUT}</div>'))

    for what in ("the way to unsubscribe", "the postal address"):
        assert [one for one in found if f"no reader sees {what}{where and ' '}{where}; " in one], found


SHOWN_OTHERWISE = {
    "one-for-each-window": (
        ".phone { display: none } @media (max-width: 480px) { .phone { display: block } .desk { display: none } }",
        f'<p class="desk">{ADDRESS} {WAY_OUT}</p><p class="phone">{ADDRESS} {WAY_OUT}</p>',
    ),
    "a-button-for-word": (
        "",
        (
            f"<p>{ADDRESS}</p><!--[if mso]><v:roundrect {WAY_OUT[3:-4]}</v:roundrect><![endif]-->"
            f'<!--[if !mso]><!-->{WAY_OUT.replace("<a", """<a style="mso-hide:all" """)}<!--<![endif]-->'
        ),
    ),
    "on-paper": ("@media print { .u { display: none } }", f'<div class="u">{ADDRESS} {WAY_OUT}</div>'),
    "not-in-the-dark": (
        "@media not all and (prefers-color-scheme: light) { .u { display:none } }",
        f"{ADDRESS} {WAY_OUT}",
    ),
    "for-outlook-on-the-web": ("[data-ogsc] .u { display: none }", f'<div class="u">{ADDRESS} {WAY_OUT}</div>'),
    "when-touched": (".u a:hover { color: #fff }", f'<div class="u">{ADDRESS} {WAY_OUT}</div>'),
    "a-table-wide-on-phones": (
        "@media (max-width: 480px) { .u { width: 100% !important; max-width: 100% !important; font-size: 16px } }",
        f'<div class="u">{ADDRESS} {WAY_OUT}</div>',
    ),
}


@pytest.mark.parametrize(("style", "foot"), SHOWN_OTHERWISE.values(), ids=SHOWN_OTHERWISE)
def test_what_each_reader_sees_somewhere_is_enough(newsletter: Newsletter, style: str, foot: str) -> None:
    assert told_of(newsletter, letter(style=style, foot=foot)) == []


GLUED = {
    "tail": "%%pprmail_unsubscribe_{part}%%abc",
    "head": "https://t.example.org/?to=%%pprmail_unsubscribe_{part}%%",
    "question": "%%pprmail_unsubscribe_{part}%%?from=mail",
}


@pytest.mark.parametrize("address", GLUED.values(), ids=GLUED)
def test_a_way_out_with_more_in_its_address_leads_nowhere(newsletter: Newsletter, address: str) -> None:
    foot = f'<p>{ADDRESS}</p><a href="{address.format(part="html")}">Unsubscribe</a>'

    found = told_of(newsletter, letter(foot=foot), text=f"{ADDRESS}\n{address.format(part='text')}\n")

    assert sum("leads nowhere; write {{ unsubscribe_url }} alone [missing-unsubscribe]" in one for one in found) == 2


@pytest.mark.parametrize("text", ["<{}>", "Unsubscribe:{}", "({})", "{}."], ids=str)
def test_signs_beside_the_way_out_are_no_part_of_it(newsletter: Newsletter, text: str) -> None:
    shown = text.format("%%pprmail_unsubscribe_text%%")

    assert told_of(newsletter, letter(), text=f"{ADDRESS}\n{shown}\n") == []


def test_a_hidden_way_out_is_told_where_the_template_has_it(newsletter: Newsletter) -> None:
    newsletter.write("templates/foot.mjml.j2", '<a style="display:none" href="{{ unsubscribe_url }}">Unsubscribe</a>')

    found = told_of(newsletter, letter(foot=f'<p>{ADDRESS}</p><div style="display:none">{WAY_OUT}</div>'))

    assert [one.split(" error: ")[0] for one in found] == ["templates/foot.mjml.j2:1:34:"]
    assert "no reader sees the way to unsubscribe" in found[0]


MISSING = {
    "commented-out": f"<!-- {WAY_OUT} -->",
    "for-one-program": f"<!--[if mso]>{WAY_OUT}<![endif]-->",
    "without-words": '<a href="%%pprmail_unsubscribe_html%%"> </a>',
    "a-picture-without-words": '<a href="%%pprmail_unsubscribe_html%%"><img src="x" alt=""></a>',
    "without-width": '<a href="%%pprmail_unsubscribe_html%%">&#8203;</a>',
    "a-dot": '<a href="%%pprmail_unsubscribe_html%%">.</a>',
    "unlinked": "<p>Unsubscribe</p>",
}


@pytest.mark.parametrize("foot", MISSING.values(), ids=MISSING)
def test_a_way_out_that_nobody_can_take_is_missing(newsletter: Newsletter, foot: str) -> None:
    found = told_of(newsletter, letter(foot=f"<p>{ADDRESS}</p>{foot}"))

    assert len(short(found, "missing-unsubscribe")) == 1


ENOUGH = {
    "one-of-two-hidden": f'<p>{ADDRESS}</p><p style="display:none">{WAY_OUT}</p>{WAY_OUT}',
    "a-bare-address": f"<p>{ADDRESS}</p>%%pprmail_unsubscribe_html%%",
    "a-picture": f'<p>{ADDRESS}</p><a href="%%pprmail_unsubscribe_html%%"><img src="x" alt="Unsubscribe"></a>',
    "an-address-on-two-lines": f"<p>1 <b>Placeholder</b> Road,<br>Ottawa</p>{WAY_OUT}",
    "an-address-of-no-break-spaces": f"<p>{ADDRESS.replace(' ', '&nbsp;')}</p>{WAY_OUT}",
    "an-address-in-capitals": f"<p>{ADDRESS.upper()}</p>{WAY_OUT}",
    "an-address-without-commas": f"<p>{ADDRESS.replace(', ', '<br>')}</p>{WAY_OUT}",
    "size-restored": f'<div style="font-size:0"><p style="font-size:14px">{ADDRESS}</p></div>{WAY_OUT}',
    "a-button": f'<p>{ADDRESS}</p><a style="background:#222;color:#fff" href="%%pprmail_unsubscribe_html%%">Leave</a>',
}


@pytest.mark.parametrize("foot", ENOUGH.values(), ids=ENOUGH)
def test_what_a_reader_sees_is_enough(newsletter: Newsletter, foot: str) -> None:
    assert told_of(newsletter, letter(foot=foot)) == []


def test_where_one_leaves_by_an_answer_the_address_must_be_seen(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "reply"')
    text = f"{ADDRESS}\nWrite to unsubscribe@example.org\n"
    link = '<a href="%%pprmail_unsubscribe_html%%">write to {}</a>'

    assert told_of(newsletter, letter(foot=f"{ADDRESS} {link.format('unsubscribe@example.org')}"), text=text) == []
    assert len(told_of(newsletter, letter(foot=f"{ADDRESS} {link.format('us')}"), text=text)) == 1
