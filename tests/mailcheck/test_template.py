from __future__ import annotations

from typing import TYPE_CHECKING

from mailcheck.letter import TEMPLATE
from pprmail.errors import Place
from pprmail.mailcheck.template import TemplateSource

if TYPE_CHECKING:
    from conftest import Newsletter


def test_a_place_is_the_line_that_holds_most(newsletter: Newsletter) -> None:
    newsletter.write(TEMPLATE, "one ẞİ #AAA\n  two #aaa\n#bbb two\n")
    source = TemplateSource(newsletter.settings)

    assert source.place("#aaa") == Place(TEMPLATE, 1, 8)
    assert source.place("#aaa", "two") == Place(TEMPLATE, 2, 7)
    assert source.place("#ccc", "#bbb") == Place(TEMPLATE, 3, 1)
    assert source.place("#aaa", after="TWO") == Place(TEMPLATE, 2, 7)


def test_what_is_not_found_stands_at_the_templates_start(newsletter: Newsletter) -> None:
    source = TemplateSource(newsletter.settings)

    assert source.place("no such words") == Place(TEMPLATE)
    assert source.place() == Place(TEMPLATE)
    assert source.place("") == Place(TEMPLATE)


def test_a_template_that_is_included_is_looked_through_as_well(newsletter: Newsletter) -> None:
    newsletter.write(TEMPLATE, "{% include 'foot.mjml.j2' %}\n")
    newsletter.write("templates/foot.mjml.j2", "\n  Contact us\n")

    assert TemplateSource(newsletter.settings).place("Contact us") == Place("templates/foot.mjml.j2", 2, 3)


def test_words_theme_and_settings_are_looked_through_last(newsletter: Newsletter) -> None:
    newsletter.write(TEMPLATE, "Click there\n")
    newsletter.write("templates/words.en.toml", '[mail]\ncontact = "Click here"\n')
    source = TemplateSource(newsletter.settings)

    assert source.place("Click there") == Place(TEMPLATE, 1, 1)
    assert source.place("Click here") == Place("templates/words.en.toml", 2, 12)
    assert source.place("1 Placeholder Road").path == "pprmail.toml"
