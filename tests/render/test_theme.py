from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conftest import ROOT
from pprmail.errors import PprmailError
from pprmail.mailcheck.proof import proofread
from pprmail.render.theme import Scheme, load_theme

if TYPE_CHECKING:
    from conftest import Newsletter


PAPER = "#ffffff"


def refusal(newsletter: Newsletter, theme: str) -> str:
    newsletter.write("templates/theme.toml", theme)
    with pytest.raises(PprmailError) as caught:
        load_theme(newsletter.root)
    return str(caught.value)


def test_the_author_changes_single_values(newsletter: Newsletter) -> None:
    newsletter.write("templates/theme.toml", '[light]\nlink = "#7a1f3d"\n\n[measures]\ncolumn = 600\n')

    theme = load_theme(newsletter.root)

    packaged = load_theme(ROOT)
    assert theme == packaged._replace(
        light=packaged.light._replace(link="#7a1f3d"), measures=packaged.measures._replace(column=600)
    )


OWN = {
    "light": ("#f0f0f1", "#fefefe", "#f2f2f3", "#101011", "#303031", "#202021", "#c0c0c1"),
    "dark": ("#010102", "#111112", "#212122", "#f1f1f2", "#e1e1e2", "#d1d1d2", "#414142"),
}


def test_every_colour_of_the_mail_is_the_themes(newsletter: Newsletter) -> None:
    tables = [
        f"[{name}]\n" + "".join(f'{key} = "{colour}"\n' for key, colour in zip(Scheme._fields, colours, strict=True))
        for name, colours in OWN.items()
    ]
    newsletter.write("templates/theme.toml", "\n".join(tables))

    mail = proofread(newsletter.settings, "2020-08").clean_mail("")

    used = set(re.findall(r"#[0-9a-f]{6}\b", mail.mjml))
    assert used == {colour for colours in OWN.values() for colour in colours} | {PAPER}


def test_the_pages_have_the_themes_colours_and_fonts(newsletter: Newsletter) -> None:
    newsletter.write(
        "templates/theme.toml", '[fonts]\ntext = "\'Gill Sans\', sans-serif"\nheadings = "Palatino, serif"\n'
    )

    newsletter.call("build")

    style = (newsletter.root / "build/site/site.css").read_text(encoding="utf-8")
    theme = load_theme(newsletter.root)
    assert set(re.findall(r"#[0-9a-f]{6}\b", style)) == {*theme.light, *theme.dark}
    assert "font: 1.0625rem/1.65 'Gill Sans', sans-serif;" in style
    assert "font-family: Palatino, serif;" in style


@pytest.mark.parametrize(
    ("theme", "sentence"),
    [
        pytest.param("[lite]\n", "templates/theme.toml:1: unknown table [lite]; did you mean 'light'?", id="table"),
        pytest.param(
            '[dark]\n\nlnk = "#ffffff"\n',
            "templates/theme.toml:3: unknown key 'lnk' in [dark]; did you mean 'link'?",
            id="key",
        ),
        pytest.param(
            '[dark]\nlink = "teal"\n',
            "templates/theme.toml:2: 'teal' is no colour; write one such as \"#0b5c62\"",
            id="colour",
        ),
        pytest.param(
            '[light]\nlink = "#7fd0d4"\n',
            "templates/theme.toml:2: [light] link #7fd0d4 on card #ffffff has a contrast of 1.77, and readers need 4.5 (WCAG AA); "
            "take a darker text or a lighter ground",
            id="contrast",
        ),
        pytest.param(
            '[dark]\ncard = "#777777"\n',
            "templates/theme.toml:2: [dark] text #e4eae9 on card #777777 has a contrast of 3.68, and readers need 4.5 (WCAG AA); "
            "take a lighter text or a darker ground",
            id="ground",
        ),
        pytest.param(
            '[light]\npage = "#ffffff"\nquiet = "#00885a"\n',
            "templates/theme.toml:3: [light] quiet #00885a on card #ffffff has a contrast of 4.49, and readers need 4.5 (WCAG AA); "
            "take a darker text or a lighter ground",
            id="nearly",
        ),
        pytest.param(
            '\nlight.link = "#7fd0d4"\n',
            "templates/theme.toml:2: [light] link #7fd0d4 on card #ffffff has a contrast of 1.77, and readers need 4.5 (WCAG AA); "
            "take a darker text or a lighter ground",
            id="dotted",
        ),
        pytest.param(
            '\nlight = { link = "teal" }\n',
            "templates/theme.toml:2: 'teal' is no colour; write one such as \"#0b5c62\"",
            id="braces",
        ),
        pytest.param(
            '\n[[light]]\nlink = "#000000"\n',
            "templates/theme.toml:2: 'light' is no table here; write [light] on a line of its own, and its keys below it",
            id="list-of-tables",
        ),
        pytest.param(
            '[fonts]\ntext = " "\n',
            "templates/theme.toml:2: ' ' is no list of fonts; "
            "write their names, with commas, single quotes around names with spaces",
            id="no-font",
        ),
        pytest.param(
            '[fonts]\ntext = "\'Segoe UI, Arial"\n',
            'templates/theme.toml:2: "\'Segoe UI, Arial" is no list of fonts; '
            "write their names, with commas, single quotes around names with spaces",
            id="half-a-quotation",
        ),
        pytest.param(
            '[fonts]\ntext = "Arial; } body { display: none"\n',
            "templates/theme.toml:2: 'Arial; } body { display: none' is no list of fonts; "
            "write their names, with commas, single quotes around names with spaces",
            id="fonts",
        ),
        pytest.param(
            "[measures]\nsmall = 12\n",
            "templates/theme.toml:2: 12 is no measure for 'small'; write a number of pixels from 14 to 18",
            id="measure",
        ),
        pytest.param(
            "[measures]\nsmall = true\n",
            "templates/theme.toml:2: True is no measure for 'small'; write a number of pixels from 14 to 18",
            id="no-number",
        ),
    ],
)
def test_a_theme_that_cannot_be_is_refused_with_its_line(newsletter: Newsletter, theme: str, sentence: str) -> None:
    assert refusal(newsletter, theme) == sentence


def test_a_folder_in_the_themes_place_is_no_theme(newsletter: Newsletter) -> None:
    (newsletter.root / "templates/theme.toml").mkdir(parents=True)

    with pytest.raises(PprmailError) as caught:
        load_theme(newsletter.root)

    assert str(caught.value) == (
        "templates/theme.toml:1: this is a folder; put a file in its place, or take it away to use the packaged one"
    )


def test_a_theme_in_another_encoding_is_told_with_its_line(newsletter: Newsletter) -> None:
    newsletter.write("templates/theme.toml", b"[light]\n# caf\xe9\n")

    with pytest.raises(PprmailError) as caught:
        load_theme(newsletter.root)

    assert str(caught.value) == (
        "templates/theme.toml:2: the byte 0xe9 is not UTF-8; save the file again with the encoding UTF-8"
    )
