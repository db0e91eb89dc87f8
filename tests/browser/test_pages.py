"""The site's pages before axe, the Nu checker and html-validate, without exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.judges import axe_violations, html_validate_errors, nu_errors
from browser.months import copy_of_sample, eight_summaries, in_french

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytest_plugins = ["browser.desk"]


@pytest.fixture(
    scope="module", params=[pytest.param(eight_summaries, id="english"), pytest.param(in_french, id="french")]
)
def site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder of a built site."""
    newsletter = copy_of_sample(tmp_path_factory.mktemp("site"))
    request.param(newsletter, "2021-01")
    done = newsletter.run("build")
    assert done.returncode == 0, done.stderr
    return newsletter.root / "build" / "site"


@pytest.mark.parametrize(
    ("width", "scheme"), [pytest.param(1280, "light", id="1280-light"), pytest.param(320, "dark", id="320-dark")]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(chromium: Browser, site: Path, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found = {}
    for file in sorted(site.rglob("*.html")):
        page = context.new_page()
        page.goto(file.as_uri())
        found[str(file.relative_to(site))] = (
            axe_violations(page),
            page.evaluate("document.documentElement.scrollWidth"),
        )
        page.close()
    context.close()

    assert found
    assert {page: told for page, told in found.items() if told != ([], width)} == {}


def test_the_checkers_of_markup_find_nothing(site: Path, tmp_path: Path) -> None:
    pages = sorted(site.rglob("*.html"))

    assert nu_errors(pages) == {}
    assert sorted(html_validate_errors(pages, (), tmp_path)) == []
