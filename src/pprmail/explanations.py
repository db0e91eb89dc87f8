"""What each rule looks for, with an example: for ``check --explain`` and for docs/checks.md.

The examples stand in ``explanations.toml``, so that a check, which needs none of them, does not load them.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from pprmail.rules import GROUPS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pprmail.rules import Rule

_OFF = "It is off unless [check] enable names it: enable = [{}]."
_PLACES = {"issue.md": "in issue.md", "folder": "as a file's name"}
_HEAD = """\
# What check looks for

This page is made of what `pprmail check --explain RULE` says: `make docs/checks.md` makes it again.

An **error** keeps an issue from being built and sent. A **warning** is a doubt: nothing waits for it, unless `check --strict` asks.
A **note** is something to know, and counts as neither.

A rule of judgement may be wrong about good text. Silence it in one file with `Check-ok: RULE because …` among the headers, or everywhere
with `disable = ["RULE"]` under `[check]` in `pprmail.toml`. Some of them are off until `enable = ["RULE"]` asks for them. A rule of form
cannot be silenced, because something later would break or mislead.
"""


class Explanation(NamedTuple):
    """``what`` the rule looks for; an ``example`` that it finds, and a ``better`` one that it leaves alone.

    ``place`` says where the examples stand: ``summary``, ``issue.md``, ``folder`` (they are names of files), or ``words`` when they
    are told and not shown.
    """

    what: str
    place: str
    example: str
    better: str


def load_explanations() -> Mapping[str, Explanation]:
    """Those of all rules, by their ids, in the order of the file."""
    read = tomllib.loads(files("pprmail").joinpath("explanations.toml").read_text(encoding="utf-8"))
    return {
        rule: Explanation(one["what"], one.get("in", "summary"), one["example"], one["better"])
        for rule, one in read.items()
    }


def explained(rule: Rule) -> str:
    """What ``rule`` looks for, why, an example, and how to silence it: some lines for a terminal."""
    one = load_explanations()[rule.id]
    where = f" ({_PLACES[one.place]})" if one.place in _PLACES else ""
    parts = [("What", one.what), ("Why", rule.reason), (f"Example{where}", one.example), ("Better", one.better)]
    lines = [f"{rule.id} ({rule.severity})", ""]
    lines += [line for name, text in parts for line in _labelled(name, text)]
    return "\n".join([*lines, "", *_silencing(rule)])


def checks_page() -> str:
    """docs/checks.md: every rule with all of that, by what it looks at."""
    explanations = load_explanations()
    sections = [_HEAD]
    for group, rules in GROUPS.items():
        sections.append(f"## {group}\n")
        sections += ["\n".join(_entry(rule, explanations[rule.id])) for rule in rules]
    return "\n".join(sections)


def _labelled(name: str, text: str) -> Iterator[str]:
    if "\n" not in text:
        yield f"{name}: {text}"
        return
    yield f"{name}:"
    yield from (f"    {line}".rstrip() for line in text.split("\n"))


def _silencing(rule: Rule) -> list[str]:
    off = "" if rule.default else _OFF.format(f'"{rule.id}"')
    return [line for line in (rule.silencing, off) if line]


def _entry(rule: Rule, one: Explanation) -> Iterator[str]:
    kind = "rule of judgement" if rule.judgement else "rule of form"
    off = "" if rule.default else ", off unless enabled"
    yield f"### {rule.id}\n"
    yield f"**{rule.severity.capitalize()}**, {kind}{off}. {one.what} {rule.reason}\n"
    if one.place == "words":
        yield f"Example: {one.example}. Better: {one.better}.\n"
        return
    where = f", {_PLACES[one.place]}" if one.place in _PLACES else ""
    for label, text in ((f"Example{where}", one.example), ("Better", one.better)):
        yield f"{label}:\n"
        yield from (f"    {line}".rstrip() for line in text.split("\n"))
        yield ""


def explained_in_a_line() -> str:
    """Every rule in a line: its id, its severity, why; in the order of their names."""
    return "\n".join(f"{rule.id:<30} {rule.severity:<8} {rule.reason}" for rule in sorted(RULES.values()))


if __name__ == "__main__":
    print(checks_page(), end="")  # noqa: T201 - make docs/checks.md
