"""Makes the pictures of docs/design.md: ``make pictures``. Each shows one mail in several ways, side by side."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.desk import started_chromium
from browser.months import copy_of_sample, in_french
from browser.post import FRENCH, sent_mail
from browser.readings import as_word, inverted, without_style_elements
from conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = ROOT / "docs" / "design"
COLOURS = 20
GAP = 16


class View(NamedTuple):
    """What a picture shows of a mail: so many pixels, from ``top`` on, in one scheme."""

    html: str
    width: int
    height: int
    scheme: str = "light"
    top: int = 0


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as english, TemporaryDirectory() as french, started_chromium() as browser:
        sample, other = copy_of_sample(Path(english)), copy_of_sample(Path(french))
        in_french(other, FRENCH)
        mail, odd = sent_mail(sample, "2020-08").html, sent_mail(other, FRENCH).html
        _picture(browser, "desktop", View(mail, 640, 700), View(mail, 640, 700, "dark"))
        _picture(
            browser,
            "phone",
            View(mail, 375, 640),
            View(mail, 375, 640, "light", 1780),
            View(mail, 375, 640, "dark", 1780),
            View(odd, 320, 640, "dark", 560),
        )
        _picture(
            browser,
            "poorer",
            View(as_word(mail), 640, 560),
            View(without_style_elements(mail), 640, 560),
            View(inverted(mail), 640, 560),
        )


def _picture(browser: Browser, name: str, *views: View) -> None:
    """``docs/design/NAME.png``: the views side by side, in few colours, so that it stays small."""
    shots = [_shot(browser, view) for view in views]
    width = sum(shot.width for shot in shots) + GAP * (len(shots) - 1)
    whole = Image.new("RGB", (width, max(shot.height for shot in shots)), "#808888")
    at = 0
    for shot in shots:
        whole.paste(shot, (at, 0))
        at += shot.width + GAP
    path = FOLDER / f"{name}.png"
    whole.quantize(COLOURS).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def _shot(browser: Browser, view: View) -> Image.Image:
    page = browser.new_page(viewport={"width": view.width, "height": view.height}, color_scheme=view.scheme)
    page.set_content(view.html)
    clip = {"x": 0, "y": view.top, "width": view.width, "height": view.height}
    png = page.screenshot(clip=clip, full_page=True)
    page.close()
    return Image.open(io.BytesIO(png)).convert("RGB")


if __name__ == "__main__":
    main()
