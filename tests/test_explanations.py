"""What ``check --explain`` and docs/checks.md say is what ``check`` does: it reads every example."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from conftest import BODY, ROOT, summary_text
from pprmail.explanations import checks_page, explained, load_explanations
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.issue import ISSUE_HEADERS
from pprmail.manuscript.summary import SUMMARY_HEADERS
from pprmail.render.templates import packaged_folder
from pprmail.rules import RULES
from registers.crossref_host import CrossrefHost, work
from registers.retraction_rows import row, write_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Newsletter

DOE, ISSUE = "issues/2020-08/1-doe.md", "issues/2020-08/issue.md"
DOI = "10.1037/pst0000001"
COLUMN = '<mj-column css-class="text">'
EXPLANATIONS = load_explanations()
SHOWN = [rule for rule, one in EXPLANATIONS.items() if one.place != "words"]
HEADER = re.compile(r"([A-Z][A-Za-z -]+):(.*)")
KNOWN = {name.casefold() for name in (*SUMMARY_HEADERS, *ISSUE_HEADERS, "Topic")}
ENABLED = [rule.id for rule in RULES.values() if not rule.default]


def test_every_rule_is_explained_and_nothing_else() -> None:
    assert list(EXPLANATIONS) == list(RULES)
    assert all(one.what.endswith(".") for one in EXPLANATIONS.values())


def test_the_page_is_what_the_command_says() -> None:
    page = checks_page()

    assert (ROOT / "docs/checks.md").read_text(encoding="utf-8") == page
    for rule in RULES.values():
        one, said = EXPLANATIONS[rule.id], explained(rule)
        assert f"### {rule.id}\n\n**{rule.severity.capitalize()}**" in page
        assert all(words in said and words in page for words in (one.what, rule.reason))
        lines = [line.strip() for text in (one.example, one.better) for line in text.split("\n")]
        assert all(line in said and line in page for line in lines)
        assert rule.silencing in said


def put(newsletter: Newsletter, place: str, text: str) -> None:
    """``text`` where ``place`` says; what a file needs beside it is there."""
    if place == "folder":
        newsletter.write(f"issues/2020-08/{text}", summary_text("Does It Last?"))
    elif place == "issue.md":
        newsletter.write(ISSUE, text if text.startswith("Month:") else f"Month: August 2020\n{text}")
    else:
        newsletter.write(DOE, as_summary(text))


def as_summary(text: str) -> str:
    """A summary with the headers and the words of ``text``; a header that it gives stands instead of the usual one."""
    own: list[str] = []
    lines = text.split("\n")
    while lines and (found := HEADER.fullmatch(lines[0])) and found[1].casefold() in KNOWN:
        own.append(lines.pop(0))
    given = {line.partition(":")[0].casefold() for line in own}
    usual, _, usual_text = summary_text().partition("\n\n")
    kept = [line for line in usual.split("\n") if line.partition(":")[0].casefold() not in given]
    words = "\n".join(lines).strip()
    if not words:
        body = usual_text
    elif words.startswith("## Practice") or "\n## Practice" in words:
        body = words
    else:
        body = usual_text.replace(BODY, f"{words}\n\n{BODY}")
    return "\n".join([*own, *kept]) + f"\n\n{body}\n"


def told(newsletter: Newsletter) -> set[str]:
    with newsletter.root.joinpath("pprmail.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[check]\nenable = {json.dumps(ENABLED)}\n")
    return {one.rule for one in proofread(newsletter.settings, "2020-08").problems}


@pytest.mark.parametrize("rule", SHOWN)
def test_the_example_is_found(newsletter: Newsletter, rule: str) -> None:
    one = EXPLANATIONS[rule]
    put(newsletter, one.place, one.example)

    assert rule in told(newsletter)


@pytest.mark.parametrize("rule", SHOWN)
def test_the_better_one_is_left_alone(newsletter: Newsletter, rule: str) -> None:
    one = EXPLANATIONS[rule]
    put(newsletter, one.place, one.better)

    found = told(newsletter)

    assert rule not in found
    # Nor does it break another rule of form
    assert {name for name in found if not RULES[name].judgement} == set()


def template_without(newsletter: Newsletter, mark: str) -> None:
    template = (packaged_folder() / "mail.txt.j2").read_text(encoding="utf-8")
    assert mark in template
    newsletter.write("templates/mail.txt.j2", template.replace(mark, ""))


def in_the_list(nature: str) -> Callable[[Newsletter], None]:
    def world(newsletter: Newsletter) -> None:
        write_list(newsletter.root / "rw.csv", row(RetractionNature=nature))
        newsletter.write(DOE, summary_text(DOI=DOI))
        newsletter.change_settings("[vocabulary]", '[check]\nretractions = "rw.csv"\n[vocabulary]')

    return world


def sent_and_gone(newsletter: Newsletter) -> None:
    receipt = {"sealed": "2020-08-14T12:00:00+00:00", "slugs": {"3-gone.md": "it-was-here"}}
    newsletter.write("issues/2020-08/receipt.json", json.dumps(receipt))


def light_grey(newsletter: Newsletter) -> None:
    template = (packaged_folder() / "mail.mjml.j2").read_text(encoding="utf-8")
    heading = '<mj-text color="#bbbbbb">Light</mj-text>'
    assert COLUMN in template
    newsletter.write("templates/mail.mjml.j2", template.replace(COLUMN, COLUMN + heading, 1))


TOLD: dict[str, Callable[[Newsletter], object]] = {
    "not-utf-8": lambda one: one.write(DOE, summary_text("Köhler’s Case").encode("cp1252")),
    "control-character": lambda one: one.write(DOE, summary_text("Does\vTherapy Help?")),
    "summary-count": lambda one: (one.root / "issues/2020-08/2-poe.md").unlink(),
    "body-length": lambda one: one.write(DOE, summary_text(body="Four words of text. " * 10)),
    "pasted-character": lambda one: one.write(DOE, summary_text(body=f"A large\u200beffect. {BODY}")),
    "sent-summary-missing": sent_and_gone,
    "source-repeated": lambda one: [
        one.write(f"issues/2020-08/{n}.md", summary_text(f"Study {n}", DOI=DOI)) for n in (3, 4)
    ],
    "retracted": in_the_list("Retraction"),
    "expression-of-concern": in_the_list("Expression of concern"),
    "corrected": in_the_list("Correction"),
    "missing-unsubscribe": lambda one: template_without(one, "{{ unsubscribe_url }}"),
    "missing-postal-address": lambda one: template_without(one, "{{ postal_address }}"),
    "contrast": light_grey,
    "mail-too-large": lambda one: one.write(DOE, summary_text(body=f"{BODY}\n\n" * 60)),
}
"""What is told in words, done."""
ONLINE = {"citation-mismatch"}


def test_what_is_told_in_words_is_done_here() -> None:
    assert {*TOLD, *ONLINE} == EXPLANATIONS.keys() - {*SHOWN}


@pytest.mark.parametrize("rule", TOLD)
def test_what_is_told_in_words_is_found(newsletter: Newsletter, rule: str) -> None:
    assert rule not in {one.rule for one in proofread(newsletter.settings, "2020-08").problems}

    TOLD[rule](newsletter)

    assert rule in {one.rule for one in proofread(newsletter.settings, "2020-08").problems}


def test_what_crossref_tells_in_words_is_found(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    newsletter.change_settings("[vocabulary]", '[check]\ncrossref_mailto = "e@example.org"\n[vocabulary]')
    newsletter.write(DOE, summary_text(DOI=DOI))

    with CrossrefHost(work(DOI, title=["Of bees"])) as host:
        monkeypatch.setattr("pprmail.registers.crossref.HOST", host.url)
        done = newsletter.call("check", "--online")

    assert "[citation-mismatch]" in done.stdout
