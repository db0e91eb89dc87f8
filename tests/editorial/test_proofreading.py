from __future__ import annotations

from typing import TYPE_CHECKING

from conftest import BODY, summary_text
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from conftest import Newsletter

DOE = "issues/2020-08/1-doe.md"
CAUSAL = f"{BODY} Alliance reduces distress."
UNDEFINED = f"{BODY} They had EMDR."


def rules_of(newsletter: Newsletter) -> list[str]:
    return [one.rule for one in proofread(newsletter.settings, "2020-08").problems]


def check(newsletter: Newsletter, setting: str) -> None:
    settings = newsletter.root / "pprmail.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"\n[check]\n{setting}\n", encoding="utf-8")


def test_the_words_of_an_issue_are_read_with_it(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=UNDEFINED))

    assert rules_of(newsletter) == ["abbreviation-undefined"]


def test_a_doubt_about_words_can_be_set_aside_in_one_file(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=UNDEFINED, **{"Check-ok": "abbreviation-undefined because all know it"}))

    assert rules_of(newsletter) == []


def test_the_author_can_name_an_abbreviation_that_readers_know(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=UNDEFINED))
    check(newsletter, 'abbreviations = ["EMDR"]')

    assert rules_of(newsletter) == []


def test_words_of_cause_are_looked_for_when_asked(newsletter: Newsletter) -> None:
    newsletter.write(DOE, summary_text(body=CAUSAL, **{"Type of Research": "Practice-based study"}))
    quiet = rules_of(newsletter)
    check(newsletter, 'enable = ["causal-language"]')

    assert quiet == []
    assert rules_of(newsletter) == ["causal-language"]
