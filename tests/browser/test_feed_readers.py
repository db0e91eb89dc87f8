"""The feeds in newsboat, sfeed and Chromium: the same items in the same order, and nothing old that shows as new."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from archive.feed_desk import XML_FORMATS, files_of
from browser.judges import MODULES
from browser.months import copy_of_sample, eight_summaries, in_french
from conftest import summary_text
from pprmail.manuscript.issue import load_issue
from pprmail.render.templates import open_templates, render_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from conftest import Newsletter

pytest_plugins = ["browser.desk"]
MONTH = "2021-01"
ISSUES = (MONTH, "2020-08", "2019-05", "2017-07")
WHEN_PUBLISHED = 1_600_000_000


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Published:
    """A newsletter whose feeds stand on a server of the loopback."""

    newsletter: Newsletter
    folder: Path
    url: str

    def publish(self, hours_later: int = 0) -> None:
        """Make the feeds anew; the server says that they changed so many hours after the first."""
        for path, content in files_of(self.newsletter).items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            os.utime(target, (WHEN_PUBLISHED, WHEN_PUBLISHED + hours_later * 3600))

    @property
    def items(self) -> list[tuple[int, str, str]]:
        """What a reader is to show, in this order: time, guid and title."""
        zone, told = ZoneInfo("America/Toronto"), []
        for key in ISSUES:
            issue, _ = load_issue(self.newsletter.settings, key)
            noon = datetime.combine(issue.day, datetime.min.time(), zone) + timedelta(hours=12)
            told += [
                (int(noon.timestamp()) - place, f"tag:blog.example.org,2013:{key}/{one.slug}", one.title.text)
                for place, one in enumerate(issue.summaries)
            ]
        return told


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    """The sample's feeds, with those of a month of eight summaries."""
    (tmp_path / "letter").mkdir()
    newsletter = copy_of_sample(tmp_path / "letter")
    eight_summaries(newsletter, MONTH)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "site"))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        made = Published(newsletter, tmp_path / "site", f"http://127.0.0.1:{server.server_port}")
        made.publish()
        yield made
        server.shutdown()


@dataclass(frozen=True)
class Newsboat:
    """A newsboat that reads one feed, with a cache of its own."""

    folder: Path

    def run(self, *arguments: str) -> str:
        files = ("-u", self.folder / "urls", "-c", self.folder / "cache.db", "-C", self.folder / "config")
        return subprocess.run(
            ["newsboat", *map(str, files), *arguments], capture_output=True, text=True, check=True
        ).stdout

    def unread(self) -> str:
        """What it says after it has read the feed."""
        return self.run("-x", "reload", "print-unread").strip()

    def shown(self) -> list[tuple[int, str, str]]:
        """Time, guid and title of its items, in the order of its list of articles."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return list(cache.execute("SELECT pubDate, guid, title FROM rss_item ORDER BY pubDate DESC, id DESC"))

    def texts(self) -> str:
        """All that it would show of its items."""
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return "\n".join(text for (text,) in cache.execute("SELECT content FROM rss_item"))

    def read_all(self) -> None:
        """Mark everything read, as newsboat takes over what was read elsewhere."""
        (self.folder / "read").write_text("".join(f"{guid}\n" for _, guid, _ in self.shown()))
        self.run("-I", str(self.folder / "read"))


@pytest.fixture(params=XML_FORMATS)
def newsboat(published: Published, tmp_path: Path, request: pytest.FixtureRequest) -> Newsboat:
    """Newsboat before it has read anything."""
    if shutil.which("newsboat") is None:
        pytest.skip("newsboat is not installed")
    folder = tmp_path / "newsboat"
    folder.mkdir()
    (folder / "urls").write_text(f"{published.url}/{request.param}\n")
    (folder / "config").write_text("")
    return Newsboat(folder)


def test_newsboat_shows_every_item_in_order_at_its_time(published: Published, newsboat: Newsboat) -> None:
    assert newsboat.unread() == "14 unread articles"
    assert newsboat.shown() == published.items


def test_newsboat_shows_nothing_new_after_a_correction(published: Published, newsboat: Newsboat) -> None:
    first = next(published.newsletter.root.glob(f"issues/{MONTH}/1-*.md"))
    text = first.read_text(encoding="utf-8")
    newsboat.unread()
    newsboat.read_all()
    before = newsboat.shown()

    first.write_text(text.replace("The authors", "The autors"), encoding="utf-8")
    published.publish(hours_later=1)
    assert (newsboat.unread(), newsboat.shown()) == ("0 unread articles", before)
    assert "The autors" in newsboat.texts()

    first.write_text(text.replace("\n\n", "\nErratum: 2021-03-01 — A table.\n\n", 1), encoding="utf-8")
    published.publish(hours_later=2)
    assert newsboat.unread() == "0 unread articles"
    assert {guid for _, guid, _ in newsboat.shown()} == {guid for _, guid, _ in before}
    assert "A table." in newsboat.texts()

    published.newsletter.write(f"issues/{MONTH}/9-new.md", summary_text("Is This New?", Topics="Empathy"))
    published.publish(hours_later=3)
    assert newsboat.unread() == "1 unread articles"


@pytest.mark.skipif(shutil.which("sfeed") is None, reason="sfeed is not installed")
@pytest.mark.parametrize("name", XML_FORMATS)
def test_sfeed_tells_every_item_in_order_at_its_time(published: Published, name: str) -> None:
    with (published.folder / name).open("rb") as feed:
        told = subprocess.run(["sfeed"], stdin=feed, capture_output=True, check=True).stdout.decode()

    lines = [line.split("\t") for line in told.splitlines()]
    assert [(int(line[0]), line[5], line[1]) for line in lines] == published.items
    assert all(line[4] == "html" and "Practice Implications" in line[3] for line in lines)


@pytest.mark.skipif(shutil.which("sfeed_opml_import") is None, reason="sfeed is not installed")
def test_sfeed_takes_in_every_feed_of_the_outline(published: Published) -> None:
    with (published.folder / "topics.opml").open("rb") as outline:
        told = subprocess.run(["sfeed_opml_import"], stdin=outline, capture_output=True, check=True).stdout.decode()

    feeds = {path.relative_to(published.folder).as_posix() for path in published.folder.rglob("feed.xml")}
    assert {f"'https://blog.example.org/{path}'" for path in feeds} == {
        line.split()[-1] for line in told.splitlines() if line.strip().startswith("feed ")
    }


@pytest.mark.parametrize("name", XML_FORMATS)
@pytest.mark.parametrize(
    ("width", "scheme"), [pytest.param(1280, "light", id="1280-light"), pytest.param(320, "dark", id="320-dark")]
)
def test_a_browser_shows_a_feed_as_a_page(
    chromium: Browser, published: Published, name: str, width: int, scheme: str
) -> None:
    in_french(published.newsletter, "2021-02")
    published.publish()
    templates = open_templates(published.newsletter.settings)
    style = render_template(templates, "site.css.j2", {"theme": templates.theme})
    (published.folder / "site.css").write_text(style, encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{published.url}/topics/empathy/{name}")
    text = page.evaluate("getSelection().selectAllChildren(document.documentElement), getSelection().toString()")
    titles = page.locator("li a").all_inner_texts()
    page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")

    assert page.locator("h1").inner_text() == "PPRNet Blog\u00a0: Empathy"
    assert titles[0].startswith("L’alliance thérapeutique")
    assert text.count("L’alliance thérapeutique") == 1, "what is for readers alone is hidden"
    assert "Ceci est un flux" in text
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert found["passes"]
    assert [violation["id"] for violation in found["violations"]] == []
    assert [one for one in said if "favicon" not in one and "404" not in one] == []
    context.close()
