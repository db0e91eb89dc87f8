from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.editorial.structure import issue_problems
from pprmail.errors import PprmailError
from pprmail.manuscript.issue import load_issue, natural_order, read_month
from pprmail.manuscript.months import issue_keys
from pprmail.model import CheckOk, Notice, Passage, Receipt, plain, plain_prose

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.model import Issue

FOLDER = "issues/2020-08"
MAIN = f"{FOLDER}/issue.md"


def read(newsletter: Newsletter) -> tuple[Issue, list[str]]:
    issue, problems = load_issue(newsletter.settings, "2020-08")
    return issue, [f"{one.path}:{one.line}:{one.column} {one.rule}" for one in problems]


def test_the_main_file_becomes_the_issue(newsletter: Newsletter) -> None:
    newsletter.write(
        MAIN,
        "Month: August 2020\nSubject: Hello & you\nIntro: This *month*…\nDate: 2020-08-14\nDraft: yes\n"
        "Check-ok: summary-count because so\n\nA word.\n\n### Within\n\n## Notice: About C#\n\nCome.\n\n## NOTICE : b\n",
    )

    issue, problems = read(newsletter)

    assert problems == []
    assert (issue.key, issue.path, issue.main_file, issue.month_name) == ("2020-08", FOLDER, MAIN, "August 2020")
    assert (issue.subject.text, plain(issue.intro_prose)) == ("Hello & you", "This month…")
    assert (issue.day, issue.draft, issue.receipt) == (date(2020, 8, 14), True, None)
    assert plain_prose(issue.word) == "A word.\nWithin"
    assert [(notice.title, plain_prose(notice.body)) for notice in issue.notices] == [
        (Passage("About C#", MAIN, ((0, 12, 12),)), "Come."),
        (Passage("b", MAIN, ((0, 16, 13),)), ""),
    ]
    assert issue.check_ok == (CheckOk("summary-count", "so", Passage("summary-count because so", MAIN, ((0, 6, 11),))),)


def test_a_month_needs_no_more_than_its_name(newsletter: Newsletter) -> None:
    newsletter.write(MAIN, "Month: 2020-08\n")

    issue, problems = read(newsletter)

    assert problems == []
    assert (issue.day, issue.draft, issue.word, issue.notices) == (date(2020, 8, 1), False, (), ())


MONTHS = {
    "August 2020": "2020-08",
    "2020-08": "2020-08",
    "PPRNet Blog: August 2020": "2020-08",
    "aug. 2020": "2020-08",
    "AUGUST, 2020": "2020-08",
    "August\u00a02020": "2020-08",
    "2020-13": None,
    "0000-01": None,
    "Augst 2020": None,
    "August 20": None,
    "2020": None,
    "August": None,
    "": None,
}


@pytest.mark.parametrize(("text", "key"), MONTHS.items(), ids=list(MONTHS))
def test_a_month_is_read_in_words_or_figures(text: str, key: str | None) -> None:
    assert read_month(text) == key


UNREAD = {
    "empty": ("", "the Month header is missing or empty"),
    "only-rules": ("---\n---\n", "the Month header is missing or empty"),
    "unknown-header-first": ("Mont: x\n", "the Month header is missing or empty"),
    "no-month": ("Month: Smarch 2020\n", "'Smarch 2020' is no month"),
}


@pytest.mark.parametrize(("text", "sentence"), UNREAD.values(), ids=UNREAD)
def test_a_main_file_without_its_month_is_told(newsletter: Newsletter, text: str, sentence: str) -> None:
    newsletter.write(MAIN, text)

    _, problems = load_issue(newsletter.settings, "2020-08")

    assert [(one.message, one.hint) for one in problems if one.rule == "bad-month"] == [
        (sentence, "write 'Month: August 2020'")
    ]


def test_a_main_file_that_cannot_be_decoded_is_told_once(newsletter: Newsletter) -> None:
    newsletter.write(MAIN, "Month: August 2020".encode("utf-16"))

    assert read(newsletter)[1] == [f"{MAIN}:1:1 not-utf-8"]


def test_summaries_stand_in_natural_order_and_dotfiles_are_skipped(newsletter: Newsletter) -> None:
    for name in ("10-z.md", "B.md", "a.MD", ".hidden.md"):
        newsletter.write(f"{FOLDER}/{name}", summary_text(name))

    issue, problems = read(newsletter)

    assert problems == []
    assert [one.file_name for one in issue.summaries] == ["1-doe.md", "2-poe.md", "10-z.md", "a.MD", "B.md"]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.text(alphabet="aA01٣²-", max_size=5), unique=True))
def test_no_two_names_stand_at_one_place_in_the_order(names: list[str]) -> None:
    places = {tuple(natural_order(name)) for name in names}

    assert len(places) == len(names)


STRAY = {
    "word": ("a.docx", "paste its text into a .md file, and keep the document elsewhere"),
    "rtf": ("a.RTF", "paste its text into a .md file, and keep the document elsewhere"),
    "text": ("a.md.txt", "rename it to 'a.md'"),
    "folder": ("b.md/c.md", "only issue.md and the other .md files are read; keep this elsewhere"),
    "copy": ("2-poe (Ada's conflicted copy 2020-08-01).md", "keep the right one and delete the other"),
    "second-download": ("2-poe(1).md", "keep the right one and delete the other"),
}


@pytest.mark.parametrize(("name", "hint"), STRAY.values(), ids=STRAY)
def test_what_does_not_belong_is_told_with_what_to_do(newsletter: Newsletter, name: str, hint: str) -> None:
    newsletter.write(f"{FOLDER}/{name}", summary_text("Third"))

    _, problems = load_issue(newsletter.settings, "2020-08")

    assert [(one.path, one.severity, one.rule, one.hint) for one in problems] == [
        (f"{FOLDER}/{name.partition('/')[0]}", "warning", "stray-file", hint)
    ]


def test_a_link_out_of_the_issues_is_told_and_not_followed(newsletter: Newsletter) -> None:
    secret = newsletter.write("secret.md", summary_text("Secret"))
    folder = newsletter.root / FOLDER
    (folder / "3.md").symlink_to(secret)
    (folder / "4.md").symlink_to("4.md")
    (folder / "5.md").symlink_to("2-poe.md")

    issue, problems = read(newsletter)

    assert problems == [f"{FOLDER}/3.md:1:1 bad-link", f"{FOLDER}/4.md:1:1 bad-link"]
    assert [one.title.text for one in issue.summaries] == ["Does Therapy Help?", "Does It Last?", "Does It Last?"]


def test_a_month_that_is_a_link_out_of_the_issues_is_told(newsletter: Newsletter) -> None:
    folder = newsletter.root / FOLDER
    folder.rename(newsletter.root / "elsewhere")
    folder.symlink_to(newsletter.root / "elsewhere")

    issue, problems = read(newsletter)

    assert issue.summaries == ()
    assert problems == [f"{FOLDER}:1:1 bad-link"]
    assert list(issue_problems(issue, newsletter.settings.vocabulary)) == []


def test_the_months_are_listed_and_other_folders_told(newsletter: Newsletter) -> None:
    for path in ("2019-12/issue.md", "2020-13/a.md", "2020-8/a.md", "drafts/a.md", ".git/a", "note.txt"):
        newsletter.write(f"issues/{path}", "")

    keys, problems = issue_keys(newsletter.root)

    assert keys == ("2019-12", "2020-08")
    assert [(one.path, one.rule) for one in problems] == [
        ("issues/2020-13", "bad-month"),
        ("issues/2020-8", "bad-month"),
        ("issues/drafts", "stray-file"),
    ]


def test_without_a_folder_of_issues_one_is_asked_for(newsletter: Newsletter) -> None:
    (newsletter.root / "issues").rename(newsletter.root / "elsewhere")

    with pytest.raises(PprmailError, match="start a month with 'pprmail new 2020-09'"):
        issue_keys(newsletter.root)


MISSING = {
    "none": ("2020-09", "no issue '2020-09': there is no folder issues/2020-09; start it with 'pprmail new 2020-09'"),
    "climbing": ("../2020-08", "no issue '../2020-08': an issue is named by its year and month, such as 2020-08"),
    "odd": ("2020-13", "no issue '2020-13': an issue is named by its year and month, such as 2020-08"),
}


@pytest.mark.parametrize(("key", "sentence"), MISSING.values(), ids=MISSING)
def test_an_issue_that_is_not_there_is_refused(newsletter: Newsletter, key: str, sentence: str) -> None:
    with pytest.raises(PprmailError) as refusal:
        load_issue(newsletter.settings, key)

    assert str(refusal.value) == sentence


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_file_that_cannot_be_opened_gives_a_sentence(newsletter: Newsletter) -> None:
    (newsletter.root / MAIN).chmod(0)

    with pytest.raises(PprmailError, match="close it in other programs and check its permissions"):
        load_issue(newsletter.settings, "2020-08")


# Slugs and the receipt


def slugs(newsletter: Newsletter) -> list[str]:
    return [one.slug for one in read(newsletter)[0].summaries]


def test_equal_titles_get_numbered_slugs(newsletter: Newsletter) -> None:
    title = "a" * 55 + " " + "b" * 4
    for name in ("1-doe", "2-poe", "3-roe"):
        newsletter.write(f"{FOLDER}/{name}.md", summary_text(title))

    assert slugs(newsletter) == ["a" * 55 + "-bbbb", "a" * 55 + "-2", "a" * 55 + "-3"]


def test_an_own_slug_goes_before_one_made_of_a_title(newsletter: Newsletter) -> None:
    newsletter.write(f"{FOLDER}/2-poe.md", summary_text("Other", Slug="does-therapy-help"))
    newsletter.write(f"{FOLDER}/3.md", summary_text("Issue"))

    assert slugs(newsletter) == ["does-therapy-help-2", "does-therapy-help", "issue-2"]


def test_a_slug_that_was_sent_holds_and_the_seal_gives_the_day(newsletter: Newsletter) -> None:
    newsletter.write(
        f"{FOLDER}/receipt.json", '{"sealed": "2020-08-15T01:30:00+00:00", "slugs": {"2-poe.md": "as-sent"}}'
    )
    newsletter.write(MAIN, "Month: August 2020\n")

    issue, problems = read(newsletter)

    assert problems == []
    assert [one.slug for one in issue.summaries] == ["does-therapy-help", "as-sent"]
    assert issue.receipt == Receipt(datetime(2020, 8, 15, 1, 30, tzinfo=UTC), {"2-poe.md": "as-sent"})
    assert issue.day == date(2020, 8, 14)


RECEIPTS = {
    "no-json": "{",
    "list": "[]",
    "no-slugs": '{"sealed": "2020-08-15T01:30:00+00:00"}',
    "no-day": '{"sealed": "yesterday", "slugs": {}}',
    "slugs-of-numbers": '{"sealed": "2020-08-15T01:30:00+00:00", "slugs": {"a.md": 1}}',
    "slug-that-climbs": '{"sealed": "2020-08-15T01:30:00+00:00", "slugs": {"a.md": "../../x"}}',
}


@pytest.mark.parametrize("text", RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_that_is_none_stops_the_reading(newsletter: Newsletter, text: str) -> None:
    newsletter.write(f"{FOLDER}/receipt.json", text)

    with pytest.raises(PprmailError, match=r"issues/2020-08/receipt\.json: is not a receipt that 'send' wrote"):
        load_issue(newsletter.settings, "2020-08")


# Anything at all

PIECES = st.lists(
    st.sampled_from(
        [
            "Title: a",
            "Month: 2020-08",
            "Check-ok: x because y",
            "Retracted: 2021-01-01",
            "Topics: ;a;",
            "\n",
            "\r\n",
            "\n\n",
            "## Notice: a",
            "Practice Implications",
            "# a #",
            "- 1",
            "[a](b)",
            "<b>",
            "\t",
            "\u2028",
            "doi:10.1000/",
            "---",
        ]
    ),
    max_size=15,
).map(lambda pieces: "".join(pieces).encode())


@settings(
    deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(main=st.one_of(st.binary(max_size=60), PIECES), summary=st.one_of(st.binary(max_size=60), PIECES))
def test_any_files_are_read_and_every_problem_stands_inside_one(
    newsletter: Newsletter, main: bytes, summary: bytes
) -> None:
    newsletter.write(MAIN, main)
    newsletter.write(f"{FOLDER}/1-doe.md", summary)
    letter = newsletter.settings

    issue, problems = load_issue(letter, "2020-08")

    for one in (*problems, *issue_problems(issue, letter.vocabulary)):
        text = (newsletter.root / one.path).read_bytes().decode("utf-8-sig", "replace")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= one.column <= len(lines[one.line - 1]) + 1


def test_a_notice_is_a_title_and_its_prose(newsletter: Newsletter) -> None:
    newsletter.write(MAIN, "Month: 2020-08\n\n## Notice: *Study*\n")

    issue, _ = read(newsletter)

    assert issue.notices == (Notice(Passage("*Study*", MAIN, ((0, 3, 12),)), ()),)
