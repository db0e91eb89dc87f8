from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.editorial.silencing import count_by_severity, silence
from pprmail.editorial.structure import issue_problems
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.issue import load_issue
from pprmail.rules import RULES, Rule

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.errors import Problem

DOE = "issues/2020-08/1-doe.md"
POE = "issues/2020-08/2-poe.md"
LONG = "x" * 121


def remaining(
    newsletter: Newsletter, disabled: tuple[str, ...] = (), enabled: tuple[str, ...] = ()
) -> tuple[Problem, ...]:
    settings = newsletter.settings
    issue, problems = load_issue(settings, "2020-08")
    return silence((*problems, *issue_problems(issue, settings.vocabulary)), issue, disabled, enabled)


def write(newsletter: Newsletter, *check_ok: str, title: str = LONG, path: str = DOE) -> None:
    lines = "".join(f"Check-ok: {one}\n" for one in check_ok)
    newsletter.write(path, lines + summary_text(title))


def test_a_silenced_doubt_is_not_told_in_its_file_alone(newsletter: Newsletter) -> None:
    write(newsletter, "title-length because it is a quotation")
    write(newsletter, title=f"{LONG}y", path=POE)

    found = remaining(newsletter)

    assert [str(one) for one in found] == [
        f"{POE}:1:8: warning: the title has 122 characters; 120 at most read well on a phone [title-length]"
    ]


UNUSED = {
    "nothing-found": (
        "body-length because it is short",
        "'body-length' finds nothing in this file; take this line out",
    ),
    "unknown": ("body-lenght because", None),
    "mistyped": ("body-lenght because so", "no rule is called 'body-lenght'; did you mean 'body-length'?"),
    "far-off": ("zz because so", "no rule is called 'zz'; 'pprmail check --explain all' lists them"),
    "form": (
        "raw-html because I like it",
        "'raw-html' is about form and cannot be silenced; mend the text and take this line out",
    ),
}


@pytest.mark.parametrize(("line", "sentence"), UNUSED.values(), ids=UNUSED)
def test_a_line_that_silences_nothing_is_told(newsletter: Newsletter, line: str, sentence: str | None) -> None:
    write(newsletter, line, title="Does It Help?")

    found = remaining(newsletter)

    expected = (
        f"warning: {sentence} [check-ok-unused]"
        if sentence
        else f"error: {line!r} gives no reason; write 'Check-ok: rule because reason', a line for each rule [check-ok-without-reason]"
    )
    assert [str(one) for one in found] == [f"{DOE}:1:11: {expected}"]


def test_a_rule_of_form_is_told_though_a_line_names_it(newsletter: Newsletter) -> None:
    write(newsletter, "raw-html because I like it", title="Does <b>It</b> Help?")

    found = remaining(newsletter)

    assert [(one.line, one.rule) for one in found] == [(1, "check-ok-unused"), (2, "raw-html")]


def test_the_unused_line_itself_can_be_silenced(newsletter: Newsletter) -> None:
    write(newsletter, "body-length because so", "check-ok-unused because it comes and goes", title="Does It Help?")

    assert remaining(newsletter) == ()


def test_a_line_of_the_main_file_silences_what_is_told_of_the_issue(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: 2020-08\nCheck-ok: summary-count because of the holidays\n")
    (newsletter.root / POE).unlink()

    assert remaining(newsletter) == ()


def test_a_disabled_rule_is_told_nowhere_and_its_lines_are_no_waste(newsletter: Newsletter) -> None:
    write(newsletter, "title-length because it is a quotation")
    write(newsletter, title=f"{LONG}y", path=POE)

    found = remaining(newsletter, disabled=("title-length",))

    assert found == ()


def test_a_rule_that_is_off_is_told_once_it_is_enabled(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    write(newsletter)
    monkeypatch.setitem(RULES, "title-length", Rule("title-length", "warning", "", judgement=True, default=False))

    assert remaining(newsletter) == ()
    assert [one.rule for one in remaining(newsletter, enabled=("title-length",))] == ["title-length"]


def test_problems_stand_in_the_order_of_the_files(newsletter: Newsletter) -> None:
    write(newsletter, "body-length because so", path=POE, title="Does It Last?")
    write(newsletter, "body-length because so")

    found = remaining(newsletter)

    assert [(one.path, one.line) for one in found] == [(DOE, 1), (DOE, 2), (POE, 1)]
    assert tuple(count_by_severity(found)) == (0, 3)


def test_the_months_own_line_speaks_for_files_that_are_no_texts(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/notes.docx", b"PK")
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nCheck-ok: stray-file because I keep notes here\n")

    assert proofread(newsletter.settings, "2020-08").problems == ()


def test_a_line_for_two_rules_is_told(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", "Check-ok: spacing, hyphenation because so\n" + summary_text())

    (found,) = proofread(newsletter.settings, "2020-08").problems

    assert found.message == "'spacing, hyphenation because so' does not name one rule"
