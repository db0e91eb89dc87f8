from __future__ import annotations

import subprocess
import sys
from calendar import timegm
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest

from archive.feed_desk import FORMATS, XML_FORMATS, files_of, many_months, read_json, read_xml
from conftest import ROOT, clean_environment, summary_text
from pprmail.archive.feeds import feed_links, plan_feeds
from pprmail.archive.shelf import shelve
from pprmail.manuscript.issue import load_issue
from pprmail.render.templates import open_templates

if TYPE_CHECKING:
    from conftest import Newsletter

TOPICS = ("topics/adherence/", "topics/long-term-outcomes/")
CORRECTED = {"Erratum": "2020-09-02 — The first table."}


class Told(NamedTuple):
    """What a reader sees of an item, whatever the format; times in seconds since 1970."""

    id: str
    title: str
    url: str
    author: str
    categories: tuple[str, ...]
    published: float
    updated: float
    html: str


def told(path: str, content: bytes) -> list[Told]:
    if path.endswith(".json"):
        return [
            Told(
                one["id"],
                one["title"],
                one["url"],
                one["authors"][0]["name"],
                tuple(one["tags"]),
                (published := datetime.fromisoformat(one["date_published"]).timestamp()),
                datetime.fromisoformat(one["date_modified"]).timestamp() if "date_modified" in one else published,
                one["content_html"],
            )
            for one in read_json(content)["items"]
        ]
    return [
        Told(
            one.id,
            one.title,
            one.link,
            one.author,
            tuple(tag.term for tag in one.tags),
            timegm(one.published_parsed),
            timegm(dict.get(one, "updated_parsed") or one.published_parsed),
            one.content[0].value,
        )
        for one in read_xml(content).entries
    ]


def test_the_site_and_each_topic_have_a_feed_in_every_format(newsletter: Newsletter) -> None:
    assert sorted(files_of(newsletter)) == sorted(
        [*(folder + name for folder in ("", *TOPICS) for name in FORMATS), "feed.css", "topics.opml"]
    )


@pytest.mark.parametrize("folder", ["", "topics/personality-disorders/"])
def test_every_format_tells_the_same_items_in_the_same_order(sample: Newsletter, folder: str) -> None:
    sample.write("issues/2020-09/issue.md", "Month: 2020-09\n")
    sample.write("issues/2020-09/1.md", summary_text(Topics="Personality Disorders", **CORRECTED))
    files = files_of(sample)

    rss, atom, json_feed = (told(name, files[folder + name]) for name in FORMATS)

    assert len(rss) > 1
    assert rss == atom
    assert [one._replace(html="") for one in rss] == [one._replace(html="") for one in json_feed]


def test_a_reader_sees_every_summary_newest_issue_first_in_the_authors_order(sample: Newsletter) -> None:
    read = told("feed.xml", files_of(sample)["feed.xml"])

    assert [one.id.rpartition(":")[2].partition("/")[0] for one in read] == ["2020-08"] * 3 + ["2019-05"] * 2 + [
        "2017-07"
    ]
    assert read == sorted(read, key=lambda one: -one.published)
    assert [datetime.fromtimestamp(one.published).astimezone().date().isoformat() for one in read[:4]] == [
        "2020-08-14"
    ] * 3 + ["2019-05-17"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_corrected_summary_keeps_its_name_and_says_so_first(newsletter: Newsletter, name: str) -> None:
    before, other = told(name, files_of(newsletter)[name])
    newsletter.write("issues/2020-08/1-doe.md", summary_text(**CORRECTED))

    after, same = told(name, files_of(newsletter)[name])

    assert same == other
    assert after.html.startswith("<aside")
    assert after.html.index("The first table.") < after.html.index("Doe, J.")
    assert datetime.fromtimestamp(after.updated).astimezone().date().isoformat() == "2020-09-02"
    assert after._replace(html="", updated=0) == before._replace(html="", updated=0)
    assert before.updated == before.published


@pytest.mark.parametrize("name", FORMATS)
def test_a_typo_put_right_changes_nothing_but_the_text(newsletter: Newsletter, name: str) -> None:
    before = told(name, files_of(newsletter)[name])
    newsletter.write("issues/2020-08/1-doe.md", summary_text(body="Another body. " * 60))

    after = told(name, files_of(newsletter)[name])

    assert [one._replace(html="") for one in after] == [one._replace(html="") for one in before]
    assert after[0].html != before[0].html


@pytest.mark.parametrize("name", FORMATS)
def test_only_the_newest_fifty_stand_in_a_feed(newsletter: Newsletter, name: str) -> None:
    many_months(newsletter, summary_text(), 30)

    files = files_of(newsletter)

    assert len(told(name, files[name])) == len(told(name, files[f"topics/adherence/{name}"])) == 50


@pytest.mark.parametrize("name", FORMATS)
def test_signs_are_escaped_once(newsletter: Newsletter, name: str) -> None:
    title = "R&D: is p < .05 enough for “Ř”?"
    newsletter.write("issues/2020-08/1-doe.md", summary_text(title, body="If M<SD and SD>3 & p < .05. " * 40))

    read = told(name, files_of(newsletter)[name])[0]

    assert read.title == title
    assert "If M&lt;SD and SD&gt;3 &amp; p &lt; .05." in read.html
    assert "<h3>Practice Implications</h3>" in read.html


@pytest.mark.parametrize("name", FORMATS)
def test_what_xml_cannot_hold_is_left_out(newsletter: Newsletter, name: str) -> None:
    newsletter.write(
        "issues/2020-08/1-doe.md", summary_text("Does\x0b It\x01 Help?", body="So\x1b they\ufffe say. " * 40)
    )

    read = told(name, files_of(newsletter)[name])[0]

    assert read.title == "Does It Help?"
    assert "So they say." in read.html


@pytest.mark.parametrize("name", FORMATS)
def test_a_feed_names_no_address_of_an_author_and_no_way_out(newsletter: Newsletter, name: str) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Author_email="d@uni.example"))

    text = files_of(newsletter)[name].decode()

    assert "uni.example" not in text
    assert "nsubscribe" not in text
    assert newsletter.settings.unsubscribe.service_url not in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_guest_is_the_items_author(newsletter: Newsletter, name: str) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Summary_by="Gale Guest"))

    assert [one.author for one in told(name, files_of(newsletter)[name])] == ["Gale Guest", "The editor"]


@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_feed_without_items_is_one(newsletter: Newsletter, name: str) -> None:
    for path in (newsletter.root / "issues/2020-08").glob("[12]*.md"):
        path.unlink()

    feed = read_xml(files_of(newsletter)[name])

    assert (feed.entries, feed.feed.title) == ([], "PPRNet Blog")


def test_a_hub_is_named_where_there_is_one(newsletter: Newsletter) -> None:
    without = files_of(newsletter)
    newsletter.change_settings("[unsubscribe]", '[archive]\nwebsub_hub = "https://hub.example.org/"\n[unsubscribe]')

    files = files_of(newsletter)

    hub = {"rel": "hub", "href": "https://hub.example.org/"}
    for folder in ("", *TOPICS):
        for name in XML_FORMATS:
            links = read_xml(files[folder + name]).feed.links
            assert [link["href"] for link in links if link["rel"] == "hub"] == [hub["href"]]
        assert read_json(files[f"{folder}feed.json"])["hubs"] == [{"type": "WebSub", "url": hub["href"]}]
    assert not any(b"hub" in content for content in without.values())


def test_the_bytes_are_the_same_in_every_zone_and_locale(sample: Newsletter) -> None:
    script = (
        "import hashlib, locale, sys; from archive.feed_desk import files_of; from conftest import Newsletter\n"
        "from pathlib import Path\n"
        "locale.setlocale(locale.LC_ALL, '')\n"
        "for path, content in sorted(files_of(Newsletter(Path(sys.argv[1]))).items()):\n"
        "    print(path, hashlib.sha256(content).hexdigest())\n"
    )

    def hashes(**environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", script, str(sample.root)],
            env=clean_environment() | {"PYTHONPATH": str(ROOT / "tests")} | environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    first = hashes(TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1")

    assert "topics/psychodynamic-therapy-pdt/atom.xml" in first
    assert hashes(TZ="America/Los_Angeles", LC_ALL="C.UTF-8", PYTHONHASHSEED="2") == first


def test_a_file_is_the_same_whichever_are_made_before_it(sample: Newsletter) -> None:
    shelf = shelve(load_issue(sample.settings, key)[0] for key in ("2017-07", "2019-05", "2020-08"))

    plan = plan_feeds(sample.settings, shelf, open_templates(sample.settings))

    assert {file.path: file.make() for file in reversed(plan)} == files_of(sample)


def test_a_file_depends_on_the_issues_it_tells_of_and_those_it_links_to(sample: Newsletter) -> None:
    sample.write("issues/2021-01/issue.md", "Month: 2021-01\n")
    sample.write("issues/2021-01/1.md", summary_text(Topics="Empathy", Reprint_of="2017-07/first"))
    sample.write("issues/2021-01/2.md", summary_text(Topics="Termination", Reprint_of="2016-03/gone"))
    keys = ("2017-07", "2019-05", "2020-08", "2021-01")
    shelf = shelve(load_issue(sample.settings, key)[0] for key in keys)

    plan = {file.path: file.issues for file in plan_feeds(sample.settings, shelf, open_templates(sample.settings))}

    assert plan["feed.xml"] == ("2021-01", "2020-08", "2019-05", "2017-07")
    assert plan["topics/empathy/atom.xml"] == ("2021-01", "2017-07")
    assert plan["topics/termination/feed.json"] == ("2021-01",)
    assert plan["topics.opml"] == ("2021-01", "2020-08", "2019-05", "2017-07")
    assert plan["feed.css"] == ()


def test_pages_name_the_three_formats() -> None:
    assert feed_links("PPRNet Blog: Empathy", "topics/empathy/") == (
        ("RSS", "application/rss+xml", "PPRNet Blog: Empathy (RSS)", "topics/empathy/feed.xml"),
        ("Atom", "application/atom+xml", "PPRNet Blog: Empathy (Atom)", "topics/empathy/atom.xml"),
        ("JSON Feed", "application/feed+json", "PPRNet Blog: Empathy (JSON Feed)", "topics/empathy/feed.json"),
    )
