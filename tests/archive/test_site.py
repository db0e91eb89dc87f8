from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter


class _Page(HTMLParser):
    """The links, headings and ids of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.ids |= {value or "" for name, value in attrs if name == "id"}


def build(newsletter: Newsletter, *arguments: str) -> Path:
    done = newsletter.run("build", *arguments)
    assert done.returncode == 0, done.stderr
    return newsletter.root / "build"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def target_of(page: str, link: str, base_url: str) -> str | None:
    """The file of the site that ``link`` on ``page`` leads to; None for a link out of it."""
    link = link.partition("#")[0].partition("?")[0]
    if link.startswith(base_url):
        link = link.removeprefix(base_url).lstrip("/")
        folder = PurePosixPath()
    elif re.match(r"[a-z]+:", link):
        return None
    else:
        folder = PurePosixPath(page).parent
    parts: list[str] = []
    for part in (*folder.parts, *link.split("/")):
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join([*parts, "index.html"] if not link or link.endswith("/") else parts)


@pytest.mark.parametrize(
    "base_url", ["https://blog.example.org", "https://example.org/pprnet"], ids=["root", "sub-path"]
)
def test_every_link_of_site_feed_and_mail_leads_to_a_page(sample: Newsletter, base_url: str) -> None:
    sample.change_settings("https://blog.example.org/about/", f"{base_url}/about/")
    sample.change_settings('base_url = "https://blog.example.org"', f'base_url = "{base_url}"')
    for path in (sample.root / "issues").rglob("*.md"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("https://blog.example.org", base_url), encoding="utf-8"
        )

    out = build(sample)

    files = contents(out / "site")
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".html")}
    mails = {path.parent.name: path.read_text(encoding="utf-8") for path in (out / "mail").glob("*/message.html")}
    links = [(name, link) for name, text in texts.items() for link in _Page(text).links]
    links += [("", link) for text in mails.values() for link in _Page(text).links]
    links += [("", url) for url in re.findall(r"<link>(.*?)</link>", files["feed.xml"].decode())]
    targets = {(page, link): target_of(page, link, base_url) for page, link in links}
    assert {pair: target for pair, target in targets.items() if target is not None and target not in files} == {}
    assert sum(target is not None for target in targets.values()) > 60


def test_two_builds_give_the_same_bytes(sample: Newsletter) -> None:
    first = contents(build(sample))

    second = contents(build(sample, "--out", str(sample.root / "again")).parent / "again")

    assert first == second


def test_bytes_do_not_depend_on_the_machines_time_zone_locale_or_chance(sample: Newsletter) -> None:
    elsewhere = [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "fr_CA.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    for number, environment in enumerate(elsewhere):
        done = sample.run("build", "--out", str(sample.root / f"out{number}"), **environment)
        assert done.returncode == 0, done.stderr

    assert contents(sample.root / "out0") == contents(sample.root / "out1")


def test_an_unchanged_file_is_not_written_again(sample: Newsletter) -> None:
    out = build(sample)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    path = sample.root / "issues/2019-05/1-lilliengren.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Practice Implications\n", "Practice Implications\n\nNew."),
        encoding="utf-8",
    )

    build(sample)

    changed = {
        path.relative_to(out).as_posix()
        for path, time in before.items()
        if "pagefind" not in path.parts and path.stat().st_mtime_ns != time
    }
    assert changed == {
        "site/2019-05/index.html",
        "site/2019-05/what-can-patients-expect-from-experiential-dynamic-therapy/index.html",
        *(
            f"site/{folder}{name}"
            for folder in (
                "",
                "topics/attachment/",
                "topics/efficacy-of-treatments/",
                "topics/psychodynamic-therapy-pdt/",
            )
            for name in ("feed.xml", "atom.xml", "feed.json")
        ),
        "mail/2019-05/message.html",
        "mail/2019-05/message.txt",
        "mail/2019-05/message.mjml",
    }


@pytest.mark.parametrize("lost", ["site/2020-08/index.html", "site/card.png", "mail/2020-08/message.txt"])
def test_a_file_that_somebody_took_away_is_there_after_the_next_build(newsletter: Newsletter, lost: str) -> None:
    out = build(newsletter)
    before = contents(out)
    (out / lost).unlink()

    build(newsletter)

    assert contents(out) == before


def test_what_is_gone_from_the_issues_is_gone_from_the_site_and_nothing_else(newsletter: Newsletter) -> None:
    out = build(newsletter)
    foreign = newsletter.write("build/site/CNAME", "blog.example.org\n")
    (newsletter.root / "issues/2020-08/2-poe.md").unlink()

    build(newsletter)

    assert not (out / "site/2020-08/does-it-last").exists()
    assert foreign.exists()


def test_a_draft_is_shown_only_when_asked_for(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-09/issue.md", "Month: September 2020\nDraft: yes\n")
    newsletter.write("issues/2020-09/1-new.md", summary_text("New?"))

    out = build(newsletter)
    hidden = contents(out)
    shown = contents(build(newsletter, "--drafts"))

    assert [name for name in hidden if "2020-09" in name] == []
    assert {"site/2020-09/index.html", "site/2020-09/new/index.html", "mail/2020-09/message.txt"} <= shown.keys()
    assert b"2020-09" not in hidden["site/feed.xml"]


def test_a_draft_with_errors_does_not_stop_the_others(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-09/issue.md", "Month: September 2020\nDraft: yes\n")
    newsletter.write("issues/2020-09/1-new.md", "Title: Only a title\n")

    assert (build(newsletter) / "site/2020-08/index.html").exists()


def test_an_error_in_any_issue_stops_the_build_before_anything_is_written(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-07/issue.md", "Month: June 2020\n")

    done = newsletter.run("build")

    assert done.returncode == 1
    assert "issues/2020-07/issue.md:1:8: error: 'June 2020' in the folder 2020-07" in done.stderr
    assert not (newsletter.root / "build").exists()


def test_a_page_has_one_h1_a_language_and_no_request_to_others(sample: Newsletter) -> None:
    out = build(sample)

    for path in (out / "site").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = _Page(text)
        assert page.tags.count("h1") == 1, path
        assert page.tags.count("main") == 1, path
        assert '<html lang="en" dir="ltr">' in text
        assert {"img", "iframe", "style"} & set(page.tags) == set()
        assert [
            script
            for script in re.findall("<script([^>]*)>", text)
            if not re.search(r' (src="(\.\./)*\w+\.js"|type="application/ld\+json")', script)
        ] == []
        assert "%%" not in text, path
        assert "unsubscribe" not in text.casefold(), path


def test_a_page_is_titled_as_long_as_70_characters_hold_it(newsletter: Newsletter) -> None:
    fits, alone = (
        "Is a Title That Leaves Room Enough for the Newsletter's?",
        "Does a Title " + "of a Length Like This " * 2 + "Stand Alone?",
    )
    long = "What Becomes of a Title That Goes on and on Until It Has Filled More Than One Whole Line?"
    for number, title in enumerate((fits, alone, long), 1):
        newsletter.write(f"issues/2020-09/{number}.md", summary_text(title, Slug=f"s-{number}"))
    newsletter.write("issues/2020-09/issue.md", "Month: 2020-09\n")

    site = build(newsletter) / "site" / "2020-09"

    titles = [
        re.findall("<title>(.*)</title>", (site / f"s-{n}" / "index.html").read_text(encoding="utf-8"))
        for n in (1, 2, 3)
    ]
    assert titles == [
        ["Is a Title That Leaves Room Enough for the Newsletter&#39;s? – PPRNet Blog"],
        [alone],
        ["What Becomes of a Title That Goes on and on Until It Has Filled More…"],
    ]


def test_a_retracted_source_is_marked_wherever_its_summary_is_listed(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Retracted="2021-03-01 10.1000/notice"))

    site = build(newsletter) / "site"

    marked = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if "Does Therapy Help?</a> <strong>(Retracted)</strong>" in path.read_text(encoding="utf-8")
    }
    assert marked == {
        "index.html", "archive/index.html", "topics/adherence/index.html", "topics/long-term-outcomes/index.html",
        "research/meta-analysis/index.html", "2020-08/does-it-last/index.html",
    }  # fmt: skip


def test_the_mail_parts_hold_no_mark_and_nobodys_token(newsletter: Newsletter) -> None:
    out = build(newsletter)

    for kind in ("html", "txt", "mjml"):
        text = (out / f"mail/2020-08/message.{kind}").read_text(encoding="utf-8")
        assert "%%" not in text
        assert "https://lists.example.org/u/preview" in text


def test_build_makes_no_key_and_no_database(newsletter: Newsletter) -> None:
    build(newsletter)

    assert sorted(path.name for path in (newsletter.root / ".pprmail").iterdir()) == [
        "build.json",
        "build.lock",
        "issues.kept",
        "templates",
    ]


def test_base_url_can_be_another_for_a_preview(newsletter: Newsletter) -> None:
    out = build(newsletter, "--base-url", "http://127.0.0.1:8000/")

    assert 'href="http://127.0.0.1:8000/2020-08/"' in (out / "site/2020-08/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("2021-01",),
            "pprmail: no issue '2021-01': there is no folder issues/2021-01; start it with 'pprmail new 2021-01'",
        ),
        (
            ("--base-url", "http://example.org"),
            "pprmail: --base-url 'http://example.org': which begins with http://; use https:// (http is for this machine alone)",
        ),
        (
            ("--base-url", "https://example.org/?x"),
            "pprmail: --base-url 'https://example.org/?x': which holds a ? or a #; write it without",
        ),
    ],
    ids=["no-issue", "http", "query"],
)
def test_bad_input_is_told(newsletter: Newsletter, arguments: tuple[str, ...], sentence: str) -> None:
    done = newsletter.run("build", *arguments)

    assert (done.returncode, done.stderr.strip()) == (1, sentence)
    assert not (newsletter.root / "build").exists()


def test_a_site_is_no_folder_to_build_into(newsletter: Newsletter) -> None:
    build(newsletter)

    done = newsletter.call("build", "--out", str(newsletter.root / "build" / "site"))

    assert done.returncode == 1
    assert "is a site itself; name the folder that is to hold site/ and mail/" in done.stderr


def test_a_second_build_at_once_waits_its_turn(newsletter: Newsletter) -> None:
    with hold_lock(newsletter.root / ".pprmail" / "build.lock") as ours:
        done = newsletter.run("build")

    assert ours
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "pprmail: another build is at work here; wait until it has ended, and build again",
    )


def test_a_lock_that_cannot_be_made_is_told(newsletter: Newsletter) -> None:
    newsletter.write(".pprmail", "a file where the folder should be")

    done = newsletter.run("build")

    assert done.returncode == 1
    assert done.stderr.startswith(f"pprmail: {newsletter.root / '.pprmail' / 'build.lock'}: cannot be opened (")


def test_a_redirect_follows_its_template(newsletter: Newsletter) -> None:
    newsletter.change_settings("[vocabulary]", '[archive.redirects]\n"/old/" = "/2020-08/"\n[vocabulary]')
    build(newsletter)
    newsletter.write("templates/redirect.html.j2", "gone to {{ target }}")

    out = build(newsletter)

    assert (out / "site/old/index.html").read_text(encoding="utf-8") == "gone to ../2020-08/"


def test_a_page_follows_what_its_reprint_leads_to(newsletter: Newsletter) -> None:
    newsletter.write("issues/2015-01/issue.md", "Month: 2015-01\n")
    newsletter.write("issues/2015-01/1-old.md", summary_text("Old?", Citation="Doe, J. (2012). *Old*. Press."))
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Reprint_of="2015-01/old"))
    page = newsletter.root / "build/site/2020-08/does-therapy-help/index.html"
    build(newsletter)
    before = page.read_text(encoding="utf-8")
    for path in (newsletter.root / "issues/2015-01").iterdir():
        path.unlink()
    (newsletter.root / "issues/2015-01").rmdir()

    build(newsletter)

    assert '<a href="../../2015-01/old/">First published in January 2015</a>' in before
    assert '<p class="reprint">First published in January 2015</p>' in page.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_told(newsletter: Newsletter) -> None:
    newsletter.write("build", "a file where the folder should be")

    done = newsletter.run("build")

    assert done.returncode == 1
    assert "build/site: cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("emails", "shown", "linked"),
    [("show", "d@uni.example", True), ("obfuscate", "d at uni dot example", False), ("hide", "", False)],
)
def test_authors_addresses_stand_on_the_site_as_the_settings_say(
    newsletter: Newsletter, emails: str, shown: str, *, linked: bool
) -> None:
    newsletter.change_settings("[unsubscribe]", f'[archive]\nemails = "{emails}"\n[unsubscribe]')
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Author_email="d@uni.example"))

    out = build(newsletter)

    for page in ("2020-08/index.html", "2020-08/does-therapy-help/index.html"):
        text = (out / "site" / page).read_text(encoding="utf-8")
        assert ("Author’s email: " in text) == bool(shown)
        assert shown in text
        assert ('href="mailto:d@uni.example"' in text) == linked
