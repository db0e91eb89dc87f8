"""The archive in a real browser: filtered, searched and cited, with a mouse or with the keyboard alone, from a sub-path."""

from __future__ import annotations

import re
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.months import copy_of_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytest_plugins = ["browser.desk"]

SUB_PATH = "pprnet"
KEEFE = "/2020-08/does-psychodynamic-therapy-help-people-with-personality/"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built sample site, below the root of a server on the loopback."""
    newsletter = copy_of_sample(tmp_path_factory.mktemp("archive"))
    done = newsletter.run("build", "--out", str(newsletter.root / "www"))
    assert done.returncode == 0, done.stderr
    (newsletter.root / "www" / "site").rename(newsletter.root / "www" / SUB_PATH)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(newsletter.root / "www")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{SUB_PATH}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page whose every request, refused script and error is a fault; the site's Content-Security-Policy holds."""
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown, faults = context.new_page(), list[str]()
    shown.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on("requestfailed", lambda request: faults.append(request.url))
    shown.on("request", lambda request: None if "127.0.0.1" in request.url else faults.append(request.url))
    yield shown
    context.close()
    assert faults == []


def titles(page: Page) -> list[str]:
    return [one.inner_text() for one in page.locator("#list li:visible").all()]


def test_topic_and_type_are_filtered_at_once_and_kept_in_the_address(page: Page, address: str) -> None:
    page.goto(f"{address}/archive/")
    expect(page.locator("#count")).to_have_text("6 summaries")

    page.get_by_label("Topics").select_option("psychodynamic-therapy-pdt")
    expect(page.locator("#count")).to_have_text("5 summaries")
    page.get_by_label("Type of research").select_option("randomized-controlled-trial")

    expect(page.locator("#count")).to_have_text("1 summary")
    assert titles(page) == [
        "How Does Dynamic Interpersonal Therapy Compare with Guided Self-Help and CBT for Depression?"
    ]
    assert page.locator("#list h2:visible").all_inner_texts() == ["2020"]
    assert page.url.endswith("/archive/?topic=psychodynamic-therapy-pdt&type=randomized-controlled-trial")


def test_an_address_brings_its_choice_and_the_back_button_the_one_before(page: Page, address: str) -> None:
    page.goto(f"{address}/archive/?type=practice-based-study")
    expect(page.locator("#count")).to_have_text("1 summary")

    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#count")).to_have_text("6 summaries")
    assert page.url.endswith("/archive/")
    page.go_back()

    expect(page.locator("#count")).to_have_text("1 summary")
    assert page.get_by_label("Type of research").input_value() == "practice-based-study"


def test_counts_beside_each_topic_are_those_of_the_choice(page: Page, address: str) -> None:
    page.goto(f"{address}/archive/?type=meta-analysis")

    options = page.get_by_label("Topics").locator("option").all_inner_texts()

    assert options[0] == "All topics (4)"
    assert "Psychodynamic Therapy (PDT) (3)" in options
    assert "Adherence (0)" in options
    assert page.locator("#topic option[value=adherence]").is_disabled()


def test_an_unknown_topic_in_the_address_filters_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}/archive/?topic=<b>&type=nonsense")

    expect(page.locator("#count")).to_have_text("6 summaries")


def test_without_scripts_everything_is_there_and_topics_have_pages(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/archive/")

    assert len(titles(page)) == 6
    assert not page.locator("#filter").is_visible()
    page.get_by_role("link", name="Topics", exact=True).click()
    page.get_by_role("link", name="Adherence").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Adherence"
    page.goto(f"{address}/search/")
    assert page.get_by_text("needs JavaScript").is_visible()
    context.close()


def test_the_search_finds_marks_and_leads_there(page: Page, address: str) -> None:
    page.goto(f"{address}/search/")

    page.get_by_label("Search the summaries").fill("mentalization")

    expect(page.locator("#found")).to_have_text("1 summary")
    assert page.locator("#results mark").first.inner_text().startswith("mentalization")
    assert page.url.endswith("/search/?q=mentalization")
    page.locator("#results a").first.click()
    assert page.url == address + KEEFE


def test_a_search_in_the_address_is_made_and_one_that_finds_nothing_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/search/?q=depression")
    expect(page.locator("#found")).to_have_text(re.compile(r"^[2-6] summaries$"))

    page.get_by_label("Search the summaries").fill("xylophone")

    expect(page.locator("#found")).to_have_text("No summary")
    expect(page.locator("#results li")).to_have_count(0)


def test_a_citation_is_copied_as_text(page: Page, address: str) -> None:
    page.goto(address + KEEFE)

    page.get_by_role("button", name="Copy citation").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Keefe, J. R., McMain, S. F.")
    assert copied.endswith("Advance online publication.")
    assert "  " not in copied


def test_the_keyboard_alone_skips_filters_and_opens(page: Page, address: str) -> None:
    page.goto(f"{address}/archive/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the text"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "topic"
    page.keyboard.type("Adh")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("1 summary")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#list li') !== null"):
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "When Psychodynamic Therapists Borrow from CBT, Do Depressed Patients Do Better?"
    )


def test_linkchecker_finds_every_link_and_anchor_there(address: str, tmp_path: Path) -> None:
    config = tmp_path / "linkcheckerrc"
    # Whatever it is told, it waits a quarter of a second between two requests: this takes two minutes
    config.write_text("[checking]\nthreads=8\nmaxrequestspersecond=1000\n[AnchorCheck]\n", encoding="utf-8")

    done = subprocess.run(
        ["linkchecker", "--config", str(config), "--no-status", "--no-warnings", f"{address}/"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "0 errors found" in done.stdout, done.stdout
    assert int(re.findall(r"(\d+) links in", done.stdout)[0]) > 100


def test_earlier_and_later_lead_through_the_whole_archive(page: Page, address: str) -> None:
    page.goto(f"{address}/2017-07/psychodynamic-therapy-and-other-supported-treatments-have/")

    seen = [page.locator("h1").inner_text()]
    while page.locator("a[rel=next]").count():
        page.locator("a[rel=next]").click()
        seen.append(page.locator("h1").inner_text())

    assert len(seen) == len(set(seen)) == 6
