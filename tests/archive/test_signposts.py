from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from conftest import summary_text

if TYPE_CHECKING:
    from conftest import Newsletter

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def built(newsletter: Newsletter, *arguments: str) -> str:
    done = newsletter.call("build", *arguments)
    assert done.returncode == 0, done.stderr
    return str(newsletter.root / "build" / "site")


def test_the_sitemap_has_exactly_the_canonical_pages_with_their_days(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Erratum="2020-09-02 — a figure was wrong"))

    site = newsletter.root / "build/site"
    built(newsletter)

    found = {
        one.findtext(f"{SITEMAP}loc"): one.findtext(f"{SITEMAP}lastmod")
        for one in ET.parse(site / "sitemap.xml").getroot()  # noqa: S314 - our own
    }
    pages = {
        f"https://blog.example.org/{path.parent.relative_to(site).as_posix()}/".replace("/./", "/")
        for path in site.rglob("index.html")
    }
    assert found.keys() == pages
    assert found["https://blog.example.org/2020-08/"] == "2020-08-14"
    assert found["https://blog.example.org/2020-08/does-therapy-help/"] == "2020-09-02"
    assert found["https://blog.example.org/"] == "2020-09-02"
    assert found["https://blog.example.org/about/"] is None


def test_robots_may_read_all_but_the_ways_out(newsletter: Newsletter) -> None:
    newsletter.change_settings('"https://lists.example.org"', '"https://lists.example.org/pprnet/"')

    built(newsletter)

    assert (newsletter.root / "build/site/robots.txt").read_text(encoding="utf-8") == (
        "User-agent: *\nDisallow: /pprnet/u/\nAllow: /\n\nSitemap: https://blog.example.org/sitemap.xml\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "file", "target"),
    [
        pytest.param("/old/page.html", "/2020-08/", "old/page.html", "../2020-08/", id="file"),
        pytest.param("/old/", "/2020-08/#x", "old/index.html", "../2020-08/#x", id="folder"),
        pytest.param("/a/b", "/", "a/b/index.html", "../../", id="no-slash"),
        pytest.param("/rss.xml", "/feed.xml", "rss.xml", "feed.xml", id="feed"),
        pytest.param(
            "/old%20page.html", "/archive/?topic=adherence", "old page.html", "archive/?topic=adherence", id="encoded"
        ),
    ],
)
def test_an_old_address_leads_to_the_new_page(
    newsletter: Newsletter, old: str, new: str, file: str, target: str
) -> None:
    newsletter.change_settings("[vocabulary]", f'[archive.redirects]\n"{old}" = "{new}"\n[vocabulary]')

    built(newsletter)

    page = (newsletter.root / "build/site" / file).read_text(encoding="utf-8")
    assert f'<meta http-equiv="refresh" content="0; url={target}">' in page
    assert f'<link rel="canonical" href="https://blog.example.org{new}">' in page
    assert f'<a href="{target}">' in page


def test_two_old_addresses_of_one_file_are_told(newsletter: Newsletter) -> None:
    newsletter.change_settings("[vocabulary]", '[archive.redirects]\n"/a" = "/"\n"/a/" = "/about/"\n[vocabulary]')

    done = newsletter.call("build")

    assert (done.returncode, "the same as another redirect" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param("/about/", "/", "begins at a page of the site, or at the same as another redirect; take it out", id="taken"),
        pytest.param("/old?id=3", "/", "begins at an address with ? or #, which no file can answer; let the web server redirect it", id="query"),
        pytest.param("/a:b", "/", "begins at an address that cannot be a file's on every system; let the web server redirect it", id="sign"),
        pytest.param("/x/con.html", "/", "begins at an address that cannot be a file's on every system; let the web server redirect it", id="device"),
        pytest.param("/pagefind/x.js", "/", "begins where the search stands; take it out", id="search"),
        pytest.param("/site.css/x.html", "/", "would make one name a file and a folder; take it out", id="below-a-file"),
        pytest.param("/2020-08/index.html", "/", "begins at a page of the site, or at the same as another redirect; take it out", id="index"),
        pytest.param("/x/", "/nowhere/", "leads to no page of the site; write an address such as '/2013-06/'", id="nowhere"),
    ],
)  # fmt: skip
def test_a_redirect_that_cannot_be_is_told_and_nothing_written(
    newsletter: Newsletter, old: str, new: str, sentence: str
) -> None:
    newsletter.change_settings("[vocabulary]", f'[archive.redirects]\n"{old}" = "{new}"\n[vocabulary]')

    done = newsletter.call("build")

    assert done.returncode == 1
    assert f"pprmail: pprmail.toml: the redirect {old!r} = {new!r} under [archive.redirects] {sentence}" in done.stderr
    assert not (newsletter.root / "build").exists()
