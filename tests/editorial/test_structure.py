from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from conftest import BODY, summary_text
from pprmail.editorial.structure import issue_problems
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.months import issue_keys
from pprmail.rules import GROUPS

if TYPE_CHECKING:
    from conftest import Newsletter

FOLDER = "issues/2020-08"
MAIN = f"{FOLDER}/issue.md"
DOE = f"{FOLDER}/1-doe.md"
POE = f"{FOLDER}/2-poe.md"
HEADERS = "Month: August 2020\nDate: 2020-08-14\n"
IMPLICATIONS = "\n## Practice Implications\n"


class Case(NamedTuple):
    """Files that trigger ``rule`` at ``at``, and no other rule, and files that nearly do."""

    rule: str
    files: dict[str, str | bytes | None]
    at: tuple[str, ...]
    near: dict[str, str | bytes | None]


def told(newsletter: Newsletter, files: dict[str, str | bytes | None]) -> tuple[str, ...]:
    """Every problem of the issue once ``files`` are written; None deletes one."""
    for path, content in files.items():
        if content is None:
            (newsletter.root / path).unlink()
        else:
            newsletter.write(path, content)
    settings = newsletter.settings
    issue, problems = load_issue(settings, "2020-08")
    found = (*problems, *issue_problems(issue, settings.vocabulary), *issue_keys(settings.root)[1])
    return tuple(f"{one.path}:{one.line}:{one.column} [{one.rule}]" for one in sorted(found))


def doe(title: str = "Does Therapy Help?", *, body: str = BODY, **headers: str) -> dict[str, str | bytes | None]:
    return {DOE: summary_text(title, body=body, **headers)}


def without(header: str) -> dict[str, str | bytes | None]:
    """The first summary without one header."""
    lines = summary_text().split("\n")
    return {DOE: "\n".join(line for line in lines if not line.startswith(f"{header}:"))}


def main(text: str) -> dict[str, str | bytes | None]:
    return {MAIN: HEADERS + text}


def citing(what: str) -> dict[str, str | bytes | None]:
    return doe(Citation=f"Doe, J. {what}")


def case(
    rule: str, files: dict[str, str | bytes | None], at: str | tuple[str, ...], near: dict[str, str | bytes | None]
) -> Case:
    return Case(rule, files, (at,) if isinstance(at, str) else at, near)


CASES = {
    "latin-1": case("not-utf-8", {MAIN: HEADERS.encode() + b"\nCaf\xe9"}, f"{MAIN}:4:4", main("\nCafé")),
    "form-feed": case("control-character", main("\nA\x0cb"), f"{MAIN}:4:2", main("\nA\tb")),
    "line-separator": case("control-character", main("\nA\u2028b"), f"{MAIN}:4:2", main("\nA\u00a0b")),
    "noncharacter": case("control-character", main("\nA\uffffb"), f"{MAIN}:4:2", main("\nA\U0001f600b")),
    "form-feed-as-entity": case("control-character", main("\nA&#12;b"), f"{MAIN}:4:2", main("\nA&nbsp;b")),
    "mistyped-header": case("unknown-header", main("Intr: x\n"), f"{MAIN}:3:1", main("intro : x\n")),
    "no-blank-line": case(
        "unknown-header", main("Dear readers, hello.\n"), f"{MAIN}:3:1", main("\nDear readers, hello.\n")
    ),
    "header-twice": case(
        "repeated-header",
        doe(Link="https://x.org/1\nLink: https://x.org/2"),
        f"{DOE}:7:1",
        doe(Erratum="2020-09-01 One.\nErratum: 2020-09-02 Two."),
    ),
    "second-section": case(
        "unknown-heading", doe(body=f"{BODY}\n\n ## Methods"), f"{DOE}:13:5", doe(body=f"{BODY}\n\n### Methods")
    ),
    "title-as-heading": case("unknown-heading", doe(body=f"# C#\n\n{BODY}"), f"{DOE}:7:3", doe(body=f"#1\n\n{BODY}")),
    "implications-twice": case(
        "unknown-heading",
        doe(body=f"{BODY}\n\n**Practice Implications:**"),
        f"{DOE}:15:4",
        doe(body=f"{BODY}\n\nPractice implications were few."),
    ),
    "no-notice": case("unknown-heading", main("\n## Notice:\n"), f"{MAIN}:4:4", main("\n## notice : Ours\n\nText.\n")),
    "tag-in-text": case("raw-html", main("\nIt was <b>so.\n"), f"{MAIN}:4:8", main("\nM<SD and SD>3, a < b.\n")),
    "tag-in-title": case("raw-html", doe("Does <i>It</i> Help?"), f"{DOE}:1:13", doe("Does p<.05>p Help?")),
    "picture": case(
        "image-or-table", main("\nSee ![it](https://x.org/a.png).\n"), f"{MAIN}:4:5", main("\n![it] was\n")
    ),
    "table": case("image-or-table", main("\na | b\n--|--\n1 | 2\n"), f"{MAIN}:5:1", main("\n|d| = 0.5 -- | --\n")),
    "script-link": case("bad-link", main("\n[a](javascript:x)\n"), f"{MAIN}:4:1", main("\n[a] (javascript:x)\n")),
    "spaced-link": case("bad-link", main("\n[a](https://x.org/a b)\n"), f"{MAIN}:4:1", main("\n[a](so he said)\n")),
    "no-web-address": case("bad-link", doe(Link="www.x.org"), f"{DOE}:6:7", doe(Link="https://www.x.org")),
    "no-month": case(
        "bad-month", {MAIN: "Month: Augst 2020\n"}, f"{MAIN}:1:8", {MAIN: "Month: PPRNet Blog: Aug. 2020"}
    ),
    "month-missing": case("bad-month", {MAIN: ""}, f"{MAIN}:1:1", {MAIN: "---\nmonth: 2020-08\n---"}),
    "no-issue-file": case("bad-month", {MAIN: None}, f"{MAIN}:1:1", {}),
    "folder-of-no-month": case(
        "bad-month", {"issues/2020-13/a.md": ""}, "issues/2020-13:1:1", {"issues/2020-12/issue.md": ""}
    ),
    "other-month": case(
        "month-mismatch", {MAIN: "Month: July 2020"}, f"{MAIN}:1:8", {MAIN: "\ufeffMONTH:\u00a0AUGUST 2020"}
    ),
    "maybe-draft": case("bad-draft", main("Draft: perhaps\n"), f"{MAIN}:3:8", main("Draft: Yes\n")),
    "day-in-words": case("bad-date", {MAIN: "Month: 2020-08\nDate: 14 August"}, f"{MAIN}:2:7", main("")),
    "no-such-day": case("bad-date", doe(Erratum="2020-09-31 x"), f"{DOE}:6:10", doe(Erratum="2020-09-30 — x")),
    "author-without-address": case("bad-email", doe(Author_email="Doe"), f"{DOE}:6:15", doe(Author_email="d@uni.ca")),
    "no-reason": case(
        "check-ok-without-reason", doe(**{"Check-ok": "body-length"}), f"{DOE}:6:11", doe(**{"Check-ok": "x because y"})
    ),
    "no-title": case("missing-title", without("Title"), f"{DOE}:1:1", doe("?!1")),
    "empty-title": case("missing-title", doe(""), f"{DOE}:1:8", doe("\n It")),
    "no-citation": case("missing-citation", without("Citation"), f"{DOE}:1:1", doe(Citation="Doe")),
    "no-topics": case("missing-topics", doe(Topics=" ; "), f"{DOE}:4:10", doe(Topics=";adherence;")),
    "seven-topics": case(
        "topic-count", doe(Topics="; ".join(["Adherence"] * 7)), f"{DOE}:4:9", doe(Topics="; ".join(["Adherence"] * 6))
    ),
    "no-type": case("missing-type-of-research", without("Type of Research"), f"{DOE}:1:1", doe(TYPE_of_Research="x")),
    "no-implications": case(
        "missing-practice-implications",
        {DOE: summary_text().replace("## Practice Implications", "## Practical Matters")},
        (f"{DOE}:1:1", f"{DOE}:13:4 [unknown-heading]"),
        {DOE: summary_text().replace("## Practice Implications", "__practice\u00a0implications:__")},
    ),
    "empty-implications": case(
        "missing-practice-implications",
        {DOE: summary_text().replace("Clinicians may take this from it.", "")},
        f"{DOE}:13:4",
        {DOE: summary_text().replace("## Practice Implications", "Practice Implications\n=====")},
    ),
    "no-text": case("empty-body", doe(body=""), f"{DOE}:1:1", doe(body=BODY.replace("\n\n", "\r"))),
    "empty-issue": case(
        "empty-body",
        {DOE: None, POE: None},
        (f"{MAIN}:1:1", f"{MAIN}:1:1 [summary-count]"),
        {},
    ),
    "mistyped-topic": case(
        "unknown-topic", doe(Topics="Adherence; Alliance"), f"{DOE}:4:20", doe(Topics="ADHERANCE; long–term  outcomes")
    ),
    "mistyped-type": case(
        "unknown-type-of-research",
        doe(**{"Type of Research": "Opinion"}),
        f"{DOE}:5:19",
        doe(**{"Type of Research": "META—ANALYSIS"}),
    ),
    "mistyped-kind": case("unknown-kind", doe(Kind="thesis"), f"{DOE}:6:7", doe(Kind="Chapter")),
    "no-doi": case(
        "bad-doi", doe(DOI="10.1037/per 0000382"), f"{DOE}:6:6", doe(DOI="https://doi.org/10.1037/per0000382")
    ),
    "doi-cut-off": case(
        "bad-doi", citing("(2019). doi:10.1037/"), f"{DOE}:3:27", citing("(2019). *doi:10.1037/per0000382*")
    ),
    "doi-after-space": case(
        "bad-doi",
        citing("https://doi.org/ 10.1037/x"),
        f"{DOE}:3:27",
        citing("doi:\u00a0https://doi.org/10.1037/x\u00a0(open)"),
    ),
    "short-doi": case(
        "bad-doi", doe(DOI="https://doi.org/10/gf6xj2"), f"{DOE}:6:6", citing("https://doi.org/10/gf6xj2.")
    ),
    "doi-with-a-dash": case("bad-doi", doe(DOI="10.1037/pst–0000001"), f"{DOE}:6:17", doe(DOI="10.1037/pst-0000001")),
    "doi-with-a-dash-in-the-citation": case(
        "bad-doi", citing("doi:10.1037/a—1"), f"{DOE}:3:32", citing("doi:10.1037/a-1")
    ),
    "no-notice-of-retraction": case(
        "bad-doi", doe(Retracted="2021-03-01"), f"{DOE}:6:22", doe(Retracted="2021-03-01 10.1000/notice")
    ),
    "other-doi": case(
        "doi-conflict",
        doe(DOI="10.1037/a", Citation="Doe. https://doi.org/10.1037/b."),
        f"{DOE}:6:6",
        doe(DOI="10.1037/A", Citation="Doe. https://doi.org/10.1037/a."),
    ),
    "slug-that-climbs": case("bad-slug", doe(Slug="../../x"), f"{DOE}:6:7", doe(Slug="x-2")),
    "chinese-title": case("bad-slug", doe("心理治疗有效吗"), f"{DOE}:1:8", doe("心理治疗有效吗", Slug="does-it-help")),
    "no-reprint": case("bad-slug", doe(Reprint_of="2019-13/x"), f"{DOE}:6:13", doe(Reprint_of="2019-12/x")),
    "one-slug-for-two": case(
        "slug-clash",
        doe(Slug="one") | {POE: summary_text("Does It Last?", Slug="one")},
        (f"{DOE}:6:7", f"{POE}:6:7 [slug-clash]"),
        doe(Slug="does-it-last"),
    ),
    "slug-of-the-issue": case("slug-clash", doe(Slug="issue"), f"{DOE}:6:7", doe("Issue")),
    "slug-after-sending": case(
        "slug-clash",
        {
            f"{FOLDER}/receipt.json": '{"sealed": "2020-08-14T12:00:00+00:00", "slugs": {"1-doe.md": "sent"}}',
            DOE: summary_text(Slug="other"),
        },
        f"{DOE}:6:7",
        doe(Slug="sent"),
    ),
    "sent-and-gone": case(
        "sent-summary-missing",
        {f"{FOLDER}/receipt.json": '{"sealed": "2020-08-14T12:00:00+00:00", "slugs": {"3-gone.md": "it-was-here"}}'},
        f"{MAIN}:1:1",
        doe(Slug="it-was-here"),
    ),
    "title-twice": case(
        "title-repeated", {POE: summary_text("does therapy HELP")}, f"{POE}:1:8", doe("Does Therapy Hel?")
    ),
    "title-in-text": case(
        "title-repeated",
        doe(body=f"**Does therapy help**\n\n{BODY}"),
        f"{DOE}:7:1",
        doe(body=f"Does therapy help? It does.\n\n{BODY}"),
    ),
    "cited-too-early": case(
        "citation-after-issue", citing("(2020, September 5). On."), f"{DOE}:3:20", citing("(2020, Aug.). On.")
    ),
    "cited-a-year-early": case("citation-after-issue", citing("(2021a). On."), f"{DOE}:3:20", citing("(2020). On.")),
    "one-summary": case("summary-count", {POE: None}, f"{MAIN}:1:1", {f"{FOLDER}/3.md": summary_text("Third")}),
    "four-summaries": case(
        "summary-count",
        {f"{FOLDER}/{n}.md": summary_text(f"Title {n}") for n in (3, 4)},
        f"{MAIN}:1:1",
        {f"{FOLDER}/3.md": summary_text("Third")},
    ),
    "no-blurb": case("blurb-count", doe(Blurb=""), f"{DOE}:2:8", doe(Blurb="") | main("Intro: This month.\n")),
    "short-text": case(
        "body-length", doe(body=" ".join(["word"] * 149)), f"{DOE}:7:1", doe(body=" ".join(["word"] * 150))
    ),
    "long-text": case(
        "body-length", doe(body=" ".join(["word"] * 601)), f"{DOE}:7:1", doe(body=" ".join(["word"] * 600) + " – =")
    ),
    "long-title": case("title-length", doe("x" * 121), f"{DOE}:1:8", doe("x" * 120)),
    "own-mark": case(
        "template-mark-left",
        main("\nSee <https://x.org/%%pprmail_name_text%%>.\n"),
        f"{MAIN}:4:20",
        main("\n100%%pprmail, %%name%%\n"),
    ),
    "own-mark-in-a-header": case(
        "template-mark-left", doe("%%pprmail_name_html%%"), f"{DOE}:1:8", doe("pprmail_name_html")
    ),
    "soft-hyphen": case("pasted-character", main("\nsoft\u00adly\n"), f"{MAIN}:4:5", main("\nŘ χ² ≤ −0.31 “x”\n")),
    "symbol-font": case("pasted-character", main("\n\uf063\n"), f"{MAIN}:4:1", main("\nχ\n")),
    "turned-around": case("pasted-character", main("\na&#x202E;b\n"), f"{MAIN}:4:2", main("\na&amp;#x202E;b\n")),
    "document": case("stray-file", {f"{FOLDER}/a.docx": "PK"}, f"{FOLDER}/a.docx:1:1", {f"{FOLDER}/.a.docx": "PK"}),
    "text-file": case("stray-file", {f"{FOLDER}/a.md.txt": ""}, f"{FOLDER}/a.md.txt:1:1", {f"{FOLDER}/.a.md.txt": ""}),
    "second-copy": case(
        "stray-file",
        {f"{FOLDER}/3 (conflicted copy).md": summary_text("Third")},
        f"{FOLDER}/3 (conflicted copy).md:1:1",
        {f"{FOLDER}/3 (a copy).md": summary_text("Third")},
    ),
    "folder-of-no-issue": case("stray-file", {"issues/old/a.md": ""}, "issues/old:1:1", {"issues/a.md": ""}),
}
GROUPS_OF_STRUCTURE = ("The manuscript's form", "What a summary must have", "Doubts")
ELSEWHERE = {"reprint-unknown", "check-ok-unused", "source-repeated"}


@pytest.mark.parametrize("given", CASES.values(), ids=CASES)
def test_a_fault_is_told_at_its_place_and_nothing_else_is(newsletter: Newsletter, given: Case) -> None:
    assert told(newsletter, {}) == ()

    found = told(newsletter, given.files)

    assert found == tuple(one if "[" in one else f"{one} [{given.rule}]" for one in given.at)


@pytest.mark.parametrize("given", CASES.values(), ids=CASES)
def test_what_is_nearly_a_fault_is_not_told(newsletter: Newsletter, given: Case) -> None:
    assert given.near != given.files

    found = told(newsletter, given.near)

    assert not [one for one in found if f"[{given.rule}]" in one]


def test_every_rule_of_the_text_has_a_case() -> None:
    rules = {rule.id for group in GROUPS_OF_STRUCTURE for rule in GROUPS[group]}
    assert {given.rule for given in CASES.values()} == rules - ELSEWHERE


HINTS = {
    "nearest": ("Adherense", "unknown topic 'Adherense'; did you mean 'Adherence'?"),
    "commas": ("Adherence, Adherance", "unknown topic 'Adherence, Adherance'; put ';' between topics, not ','"),
    "far": ("Zebras", "unknown topic 'Zebras'; the nearest there is: 'Long-term Outcomes'"),
}


@pytest.mark.parametrize(("topic", "sentence"), HINTS.values(), ids=HINTS)
def test_an_unknown_topic_is_told_with_what_to_do(newsletter: Newsletter, topic: str, sentence: str) -> None:
    newsletter.write(DOE, summary_text(Topics=topic))
    settings = newsletter.settings

    problems = tuple(issue_problems(load_issue(settings, "2020-08")[0], settings.vocabulary))

    assert [str(one) for one in problems] == [f"{DOE}:4:9: error: {sentence} [unknown-topic]"]


def test_an_empty_vocabulary_is_told_as_such(newsletter: Newsletter) -> None:
    newsletter.change_settings(
        'topics = ["Adherence", "Attendance, Attrition, and Drop-Out", "Long-term Outcomes", "Psychodynamic Therapy (PDT)"]',
        "",
    )
    newsletter.change_settings('"Adherance" = "Adherence"', "")
    newsletter.write(DOE, summary_text(Topics="Adherence"))
    settings = newsletter.settings

    problems = tuple(issue_problems(load_issue(settings, "2020-08")[0], settings.vocabulary))

    assert [one.hint for one in problems if one.path == DOE] == [
        "list your own under [vocabulary] in pprmail.toml: there is no topic yet"
    ]
