from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from conftest import summary_text
from pprmail.cli.check import explain_rules
from pprmail.rules import RULES

if TYPE_CHECKING:
    from conftest import Newsletter


def two_faults(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text("R&D: 100%", Topics="Adherense", Blurb="rest, 100%"))
    newsletter.write("issues/2020-08/notes.docx", b"PK")


def test_the_samples_have_no_fault_and_their_own_doubts(sample: Newsletter) -> None:
    done = sample.run("check")

    places = [line.partition(": warning: ")[0] + line[line.rindex(" [") :] for line in done.stdout.splitlines()]
    assert places == [
        "issues/2017-07/1-steinert.md:3:11 [doi-missing]",
        "issues/2017-07/issue.md:1:1 [summary-count]",
        "issues/2019-05/1-lilliengren.md:3:11 [doi-missing]",
        "issues/2019-05/2-grenon.md:3:66 [citation-form]",
        "issues/2020-08/1-keefe.md:3:11 [doi-missing]",
        "issues/2020-08/2-katz.md:3:11 [doi-missing]",
        "issues/2020-08/3-fonagy.md:3:98 [citation-form]",
    ]
    assert done.stderr == "0 errors, 7 warnings in 3 issues\n"
    assert done.returncode == 0


def test_strict_counts_doubts_as_faults(newsletter: Newsletter) -> None:
    assert newsletter.call("check", "--strict").returncode == 0
    (newsletter.root / "issues/2020-08/2-poe.md").unlink()
    assert newsletter.call("check").returncode == 0
    assert newsletter.call("check", "--strict").returncode == 1


def test_every_fault_is_told_with_its_place(newsletter: Newsletter) -> None:
    two_faults(newsletter)

    done = newsletter.run("check", "2020-08")

    assert done.stdout.splitlines() == [
        "issues/2020-08/1-doe.md:4:9: error: unknown topic 'Adherense'; did you mean 'Adherence'? [unknown-topic]",
        "issues/2020-08/notes.docx:1:1: warning: does not go out; paste its text into a .md file, and keep the document elsewhere [stray-file]",
    ]
    assert done.stderr == (
        "1 error, 1 warning in 2020-08\nthe mail of 2020-08 is looked at once the errors are mended\n"
    )
    assert done.returncode == 1


def test_json_is_as_documented(newsletter: Newsletter) -> None:
    two_faults(newsletter)

    done = newsletter.run("check", "2020-08", "--format", "json")

    found = json.loads(done.stdout)
    assert (found["issues"], found["errors"], found["warnings"]) == (["2020-08"], 1, 1)
    assert found["problems"][0] == {
        "path": "issues/2020-08/1-doe.md",
        "line": 4,
        "column": 9,
        "severity": "error",
        "rule": "unknown-topic",
        "message": "unknown topic 'Adherense'",
        "hint": "did you mean 'Adherence'?",
    }


def test_github_annotations_are_escaped(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", summary_text(Topics="100%: a, b"))

    done = newsletter.run("check", "2020-08", "--format", "github")

    assert done.stdout.startswith(
        "::error file=issues/2020-08/1-doe.md,line=4,col=9,title=unknown-topic::unknown topic '100%25: a, b'"
    )


def test_a_file_among_the_templates_that_nothing_reads_is_told(newsletter: Newsletter) -> None:
    newsletter.write("templates/mail.mjml", "<mjml></mjml>")
    newsletter.write("templates/notes.txt", "x")
    newsletter.write(
        "templates/index.html.j2", "{% extends 'page.html.j2' %}{% block main %}{% include 'own.html' %}{% endblock %}"
    )
    newsletter.write("templates/own.html", "<h1>x</h1>")
    newsletter.write("templates/words.fr-CA.toml", "")
    newsletter.write("templates/card.png", b"")

    done = newsletter.call("check", "2020-08")

    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "templates/mail.mjml:1:1: warning: nothing reads this file; did you mean 'mail.mjml.j2'? [stray-file]",
            "templates/notes.txt:1:1: warning: nothing reads this file; docs/templates.md lists the names [stray-file]",
        ],
    )


def test_odd_folders_are_told_when_all_is_checked(newsletter: Newsletter) -> None:
    (newsletter.root / "issues/2020-13").mkdir()
    (newsletter.root / "issues/old").mkdir()

    done = newsletter.run("check")

    assert (
        "issues/2020-13:1:1: error: the folder '2020-13' names no month; call it by year and month, such as 2020-08 [bad-month]"
        in done.stdout
    )
    assert "issues/old:1:1: warning: the folder 'old' is no issue" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("issue", "sentence"),
    [
        ("2020-13", "pprmail: no issue '2020-13': an issue is named by its year and month, such as 2020-08\n"),
        (
            "2021-01",
            "pprmail: no issue '2021-01': there is no folder issues/2021-01; start it with 'pprmail new 2021-01'\n",
        ),
        ("../x", "pprmail: no issue '../x': an issue is named by its year and month, such as 2020-08\n"),
    ],
)
def test_an_issue_that_is_not_there_is_told(newsletter: Newsletter, issue: str, sentence: str) -> None:
    done = newsletter.run("check", issue)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_is_explained(rule: str) -> None:
    explained = explain_rules(rule)

    assert explained.startswith(f"{rule} ({RULES[rule].severity})\n")
    assert "ilence" in explained


def test_explain_needs_no_newsletter(newsletter: Newsletter) -> None:
    (newsletter.root / "pprmail.toml").unlink()

    done = newsletter.run("check", "--explain", "all")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(RULES)


def test_explaining_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(click.UsageError, match="no rule 'bad-dio'; did you mean 'bad-doi'"):
        explain_rules("bad-dio")


def test_no_colour_without_a_terminal(newsletter: Newsletter) -> None:
    two_faults(newsletter)

    assert "\x1b" not in newsletter.run("check").stdout


def test_what_a_check_keeps_is_hidden_from_git(newsletter: Newsletter) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=newsletter.root, check=True)
    newsletter.call("check")

    kept = list((newsletter.root / ".pprmail/templates").iterdir())
    status = subprocess.run(
        ["git", "status", "--porcelain", "--", ".pprmail"],
        cwd=newsletter.root,
        check=True,
        capture_output=True,
        text=True,
    )
    assert kept
    assert status.stdout == ""


def test_a_folder_that_cannot_be_written_in_is_checked_all_the_same(newsletter: Newsletter) -> None:
    newsletter.write(".pprmail", "no folder")

    assert newsletter.call("check").returncode == 0


def test_what_is_mended_is_told_no_more(newsletter: Newsletter) -> None:
    cited = summary_text(
        Citation="Doe, J.R. (2019). On therapy. *Psychotherapy*, *53*(1), 90-104.", DOI="doi:10.1037/a1"
    )
    newsletter.write("issues/2020-08/1-doe.md", cited)
    assert "[citation-form]" in newsletter.call("check").stdout

    done = newsletter.call("check", "--fix", "--yes")

    assert (done.returncode, done.stdout) == (0, "")
    text = (newsletter.root / "issues/2020-08/1-doe.md").read_text(encoding="utf-8")
    assert "Citation: Doe, J. R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104.\n" in text
    assert "DOI: 10.1037/a1\n" in text


def test_nothing_is_mended_or_checked_where_nobody_can_answer(newsletter: Newsletter) -> None:
    cited = summary_text(Citation="Doe, J.R. (2019). On therapy. *Psychotherapy*, *53*(1), 90–104.", DOI="10.1037/a1")
    path = newsletter.write("issues/2020-08/1-doe.md", cited)

    done = newsletter.run("check", "--fix")

    assert (done.returncode, done.stdout) == (1, "")
    assert "+Citation: Doe, J. R. (2019)." in done.stderr
    assert path.read_text(encoding="utf-8") == cited


def test_nothing_is_said_of_issues_beside_one_that_is_not_there(newsletter: Newsletter) -> None:
    done = newsletter.call("check", "2020-08", "2021-01", "--fix", "--yes")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("pprmail: no issue '2021-01'")


def test_an_answer_without_its_question_is_mistyped(newsletter: Newsletter) -> None:
    done = newsletter.call("check", "--yes")

    assert done.returncode == 2
    assert "--yes answers the question of --fix" in done.stderr


@pytest.mark.parametrize("output", ["text", "github"])
def test_a_terminal_obeys_nothing_that_an_author_pasted(newsletter: Newsletter, output: str) -> None:
    newsletter.write("issues/2020-07/issue.md", "Month: July 2020\n")
    newsletter.write(
        "issues/2020-07/1-doe.md", summary_text("\x1b[31mRed\x07\u202e", Slug="ab\x1b[31m", DOI="10.1037/a1")
    )
    newsletter.write("issues/2020-08/1-doe.md", summary_text(DOI="10.1037/a1"))

    done = newsletter.call("check", "--format", output)

    assert "source-repeated" in done.stdout
    assert [one for one in done.stdout if not one.isprintable()] == ["\n"] * done.stdout.count("\n")


RARELY_NEEDED = (
    "rapidfuzz",
    "pprmail.editorial.distributions",
    "pprmail.registers",
    "pprmail.reference",
    "pprmail.explanations",
)


def test_what_few_issues_need_is_not_loaded(newsletter: Newsletter) -> None:
    program = (
        "import sys; from pprmail.cli import run; "
        f"run(['-C', {str(newsletter.root)!r}, 'check', '2020-08']); "
        f"print([name for name in {RARELY_NEEDED!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
