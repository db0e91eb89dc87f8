"""The documents say what the code does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click
import pytest

from conftest import ROOT
from pprmail.audience.csvlist import read_list
from pprmail.cli import COMMANDS, CommandTable
from pprmail.manuscript.issue import ISSUE_HEADERS
from pprmail.manuscript.summary import SUMMARY_HEADERS
from pprmail.model import EXCLUSION_REASONS
from pprmail.settings.values import TABLES

if TYPE_CHECKING:
    from pathlib import Path


def shown_default(kind: Any, key: str) -> str:  # noqa: ANN401 - one of the settings' classes
    if key not in kind._field_defaults:
        return "needed"
    default = kind._field_defaults[key]
    return f"`{json.dumps(list(default) if isinstance(default, tuple) else default)}`"


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    documented: dict[str, dict[str, str]] = {}
    table = ""
    for line in text.splitlines():
        if found := re.match(r"\| \*\*\[(\w+)\]\*\*", line):
            table = found[1]
        elif found := re.match(r"\| `(\w+)` \| (.+?) \|", line):
            documented.setdefault(table, {})[found[1]] = found[2]

    expected = {name: {key: shown_default(kind, key) for key in kind._fields} for name, kind in TABLES.items()}
    assert documented == expected


def test_every_header_is_documented() -> None:
    text = (ROOT / "docs/writing.md").read_text(encoding="utf-8")
    month, _, summary = text.partition("## A summary")

    assert re.findall(r"^\| `([^`]+)` \|", month, re.MULTILINE) == list(ISSUE_HEADERS)
    assert sorted(re.findall(r"^\| `([^`]+)` \|", summary, re.MULTILINE)) == sorted(SUMMARY_HEADERS)


@pytest.mark.parametrize("name", ["list.md", "sending.md"])
def test_every_exclusion_is_documented(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert [reason for reason in EXCLUSION_REASONS if reason not in text] == []


# In code within a line, or on a line of its own
SHOWN = re.compile(r"(?:`|^ {4}(?:\$ )?)pprmail(?: -[vq])* ([a-z]+)([^`\n]*)", re.MULTILINE)
NOT_BUILT = {"doctor", "serve"}
"""Named where a document says that they are not there."""


def options_of(command: str) -> set[str]:
    """What may follow ``command``; nothing where there is no such command."""
    found = CommandTable().get_command(click.Context(CommandTable()), command)
    options = (
        [name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)] if found else []
    )
    return {"--help", *options}


def test_every_command_that_is_shown_can_be_typed() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        shown = SHOWN.findall(path.read_text(encoding="utf-8"))
        assert {name for name, _ in shown} - set(COMMANDS) <= NOT_BUILT, path.name
        for name, rest in shown:
            assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest.partition("#")[0])) <= options_of(name), path.name
    assert not NOT_BUILT & set(COMMANDS)


def test_the_workflow_to_copy_runs_commands_that_exist() -> None:
    text = (ROOT / "docs/publishing/github-pages.yml").read_text(encoding="utf-8")
    steps = re.findall(r"^ +- run: pprmail ([a-z]+)(.*)$", text, re.MULTILINE)

    assert [name for name, _ in steps] == ["check", "build", "build"]
    for name, rest in steps:
        assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest)) <= options_of(name)


def test_links_between_documents_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = re.sub(r"^ {4}.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
        assert [link for link in links if not (path.parent / link).exists()] == [], path.name


def test_links_into_documents_lead_to_a_heading() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", path.read_text(encoding="utf-8"))
        assert [anchor for to, anchor in links if anchor not in headings(path.parent / to if to else path)] == [], (
            path.name
        )


def headings(path: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_example_list_can_be_read() -> None:
    rows = list(read_list(ROOT / "subscribers.example.csv", "subscribers.example.csv"))

    assert len(rows) == 27
    assert {row.email.rpartition("@")[2].casefold() for row in rows} <= {"example.org", "example.com", "example.net"}


def test_the_samples_need_no_topic_that_is_not_there() -> None:
    settings = (ROOT / "pprmail.toml").read_text(encoding="utf-8")

    assert len(re.findall(r'^    ".*",$', settings, re.MULTILINE)) == 36
