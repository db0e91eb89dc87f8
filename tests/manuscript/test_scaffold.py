from __future__ import annotations

import tomllib
from textwrap import dedent
from typing import TYPE_CHECKING

from conftest import ROOT, Newsletter
from pprmail.editorial.structure import issue_problems
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.scaffold import GITIGNORE, LIST_HEADER, issue_files, settings_file
from pprmail.settings import POSTAL_PLACEHOLDER, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_a_started_month_lacks_only_what_is_to_be_filled_in(newsletter: Newsletter) -> None:
    for name, text in issue_files("2020-09").items():
        newsletter.write(f"issues/2020-09/{name}", text)
    settings = newsletter.settings

    issue, problems = load_issue(settings, "2020-09")

    assert problems == ()
    assert (issue.month.text, [summary.file_name for summary in issue.summaries]) == (
        "September 2020",
        ["1-first.md", "2-second.md"],
    )
    assert [one.rule for one in issue_problems(issue, settings.vocabulary)] == [
        "missing-title",
        "missing-citation",
        "missing-topics",
        "missing-type-of-research",
        "empty-body",
        "missing-practice-implications",
    ] * 2


def test_the_settings_of_a_started_newsletter_are_without_faults(tmp_path: Path) -> None:
    started = Newsletter(tmp_path)
    started.write("pprmail.toml", settings_file("Our Letter", "ours", 2026))

    settings = load_settings(tmp_path)

    assert (settings.newsletter.title, settings.newsletter.id, settings.newsletter.tag_authority) == (
        "Our Letter",
        "ours",
        "blog.example.org,2026",
    )
    assert settings.sender.postal_address == POSTAL_PLACEHOLDER
    assert settings.delivery.provider == "outbox"


def test_the_summary_in_the_readme_lacks_nothing_but_length(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = "    Title:" + readme.partition("    Title:")[2].partition("\nYou can paste")[0]
    started = Newsletter(tmp_path)
    started.write("pprmail.toml", settings_file("Our Letter", "ours", 2026))
    started.write("issues/2020-09/issue.md", issue_files("2020-09")["issue.md"])
    started.write("issues/2020-09/1-keefe.md", dedent(example))
    settings = started.settings

    issue, problems = load_issue(settings, "2020-09")

    assert problems == ()
    assert [one.rule for one in issue_problems(issue, settings.vocabulary)] == ["summary-count", "body-length"]


def test_a_title_with_quotes_stays_toml() -> None:
    text = settings_file('The "Letter" \\ more', "ours", 2026)

    assert tomllib.loads(text)["newsletter"]["title"] == 'The "Letter" \\ more'


def test_what_holds_addresses_is_kept_out_of_git() -> None:
    kept_out = [line for line in GITIGNORE.splitlines() if not line.startswith("#")]

    assert kept_out == ["subscribers.csv", "outbox/", "*.backup", "*.zip", "build/", ".pprmail/"]
    assert LIST_HEADER == "email,name,status,consent,consent_date,consent_source\n"
