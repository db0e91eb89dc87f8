from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from archive.feed_desk import XML_FORMATS, files_of, read_xml
from conftest import summary_text
from pprmail.render.templates import open_templates, render_template

if TYPE_CHECKING:
    from conftest import Newsletter

HTML = "{http://www.w3.org/1999/xhtml}"


@pytest.mark.parametrize("name", XML_FORMATS)
@pytest.mark.parametrize(("folder", "up"), [("", ""), ("topics/adherence/", "../../")], ids=["site", "topic"])
def test_a_feed_names_the_sites_style_and_its_own(newsletter: Newsletter, folder: str, up: str, name: str) -> None:
    head = files_of(newsletter)[folder + name].decode().partition("<rss" if name == "feed.xml" else "<feed")[0]

    assert re.findall(r"<\?xml-stylesheet (.*)\?>", head) == [
        f'type="text/css" href="{up}{sheet}"' for sheet in ("site.css", "feed.css")
    ]


@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_browser_finds_a_page_in_it_with_a_link_to_each_summary(newsletter: Newsletter, name: str) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text('R&D: "p < .05"?'))

    content = files_of(newsletter)[f"topics/adherence/{name}"]

    (page,) = etree.fromstring(content).iter(f"{HTML}div")
    assert page.findtext(f"{HTML}h1") == "PPRNet Blog: Adherence"
    assert [(link.get("href"), link.text) for link in page.iter(f"{HTML}a")] == [
        ("https://blog.example.org/topics/adherence/", "Read the same on the site"),
        *((entry.link, entry.title) for entry in read_xml(content).entries),
    ]


def test_the_style_uses_colours_that_the_site_has(newsletter: Newsletter) -> None:
    templates = open_templates(newsletter.settings)
    site = render_template(templates, "site.css.j2", {"theme": templates.theme})

    used = set(re.findall(r"var\((--[\w-]+)", files_of(newsletter)["feed.css"].decode()))

    assert used
    assert used <= set(re.findall(r"(--[\w-]+):", site))
