from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
