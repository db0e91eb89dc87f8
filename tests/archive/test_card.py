from __future__ import annotations

import io

import pytest
from PIL import Image

from conftest import ROOT
from pprmail.archive.card import HEIGHT, WIDTH, draw_card
from pprmail.render.theme import load_theme

LIGHT = load_theme(ROOT).light


@pytest.mark.parametrize(
    ("name", "description"),
    [
        pytest.param("PPRNet Blog", "Monthly summaries", id="usual"),
        pytest.param("A Newsletter Whose Name Goes On and On " * 4, "Words " * 200, id="long"),
        pytest.param("Donaudampfschifffahrtsgesellschaftskapitän" * 3, "", id="no-space"),
        pytest.param("", "", id="empty"),
        pytest.param("Ř χ² نور", "≤ &", id="odd"),
    ],
)
def test_a_card_has_its_size_and_is_the_same_each_time(name: str, description: str) -> None:
    first, second = draw_card(name, description, LIGHT), draw_card(name, description, LIGHT)

    picture = Image.open(io.BytesIO(first))
    assert first == second
    assert picture.format == "PNG"
    assert picture.size == (WIDTH, HEIGHT)
    assert len(first) < 60_000


def test_a_card_shows_the_name_in_the_themes_colours() -> None:
    picture = Image.open(io.BytesIO(draw_card("PPRNet Blog", "", LIGHT))).convert("RGB")

    colours = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 16) or []}
    assert {LIGHT.card, LIGHT.link, LIGHT.text} <= colours
