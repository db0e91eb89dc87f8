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
}


@pytest.mark.parametrize("style", WAYS_TO_HIDE.values(), ids=WAYS_TO_HIDE)
def test_what_is_hidden_is_missing(newsletter: Newsletter, style: str) -> None:
    way_out = WAY_OUT.replace("<a", f'<a style="{style}"')

    found = told_of(newsletter, letter(foot=f'<p style="{style}">{ADDRESS}</p>{way_out}'))

    assert short(found, "missing-unsubscribe") == ["1:1: error"]
    assert short(found, "missing-postal-address") == ["1:1: error"]


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
