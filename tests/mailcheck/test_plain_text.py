from __future__ import annotations

from typing import TYPE_CHECKING

from mailcheck.letter import TEXT, letter, told

if TYPE_CHECKING:
    from conftest import Newsletter


def test_a_control_character_of_the_text_template_is_told_on_its_line(newsletter: Newsletter) -> None:
    newsletter.write("templates/mail.txt.j2", "Hello\nthe \x07bell\n")

    assert told(newsletter, letter(), text=f"the \x07bell\n{TEXT}") == [
        "templates/mail.txt.j2:2:5: error: the control character U+0007 stands in the plain text; delete it [control-character]"
    ]


def test_tabs_and_lines_are_no_control_characters(newsletter: Newsletter) -> None:
    assert told(newsletter, letter(), text=f"a\tb\n{TEXT}") == []
