from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from conftest import Newsletter

NOT_SENT: dict[str, object] = {
    "issue": "2020-08", "state": "not-sent", "sealed_sha256": None, "provider": None, "rows": 0, "recipients": 0,
    "excluded": {}, "accepted": 0, "rejected": 0, "unknown": 0, "waiting": 0, "started": None, "ended": None,
}  # fmt: skip


def told(newsletter: Newsletter, *arguments: str) -> object:
    return json.loads(newsletter.call("status", *arguments, "--json").stdout)


def change(newsletter: Newsletter, statement: str) -> None:
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db")) as connection, connection:
        connection.execute(statement)


def test_before_anything_was_sent_it_says_so_and_makes_nothing(newsletter: Newsletter) -> None:
    before = sorted(newsletter.root.rglob("*"))

    for_people, one, every = newsletter.call("status"), told(newsletter, "2020-08"), told(newsletter)

    assert (for_people.returncode, for_people.stdout, for_people.stderr) == (0, "2020-08: not-sent\n", "")
    assert (one, every) == (NOT_SENT, [NOT_SENT])
    assert sorted(newsletter.root.rglob("*")) == before


def test_a_sent_issue_is_told_with_its_counts(newsletter: Newsletter) -> None:
    newsletter.write("subscribers.csv", "email,status\na@x.org,\nb@x.org,pending\nA@x.org,\n")
    newsletter.call("send", "2020-08", "--yes")

    done = newsletter.call("status", "2020-08")

    assert done.returncode == 0
    assert done.stdout == (
        "2020-08: sent through outbox\n"
        "  rows                 3\n"
        "  excluded             2   pending 1, duplicate 1\n"
        "  recipients           1\n"
        "    accepted           1\n"
        "    rejected           0\n"
        "    unknown            0\n"
        "    waiting            0\n"
    )


def test_every_recipient_is_named_with_the_outcome(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")

    done = newsletter.call("status", "2020-08", "--recipients")
    for_programs = told(newsletter, "2020-08", "--recipients")

    assert done.stdout.splitlines()[8:] == [
        f"{number}  accepted  reader{number}@example.org  Reader {number}" for number in (1, 2, 3)
    ]
    assert isinstance(for_programs, dict)
    assert for_programs["outcomes"][0] == {
        "number": 1, "outcome": "accepted", "address": "reader1@example.org", "name": "Reader 1", "detail": "",
    }  # fmt: skip


def test_recipients_of_an_issue_that_was_not_sent_are_none(newsletter: Newsletter) -> None:
    assert told(newsletter, "2020-08", "--recipients") == NOT_SENT | {"receipt": None, "waits_for": "", "outcomes": []}


def test_an_issue_nobody_knows_is_told(newsletter: Newsletter) -> None:
    done = newsletter.call("status", "2020-99")

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "pprmail: no issue '2020-99': there is neither a folder issues/2020-99 nor a mailing of it\n",
    )


def test_a_mailing_whose_folder_is_gone_is_still_told(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")
    (newsletter.root / "issues" / "2020-08").rename(newsletter.root / "issues" / "2020-09")

    done = newsletter.call("status")

    assert [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "2020-08: sent through outbox",
        "2020-09: not-sent",
    ]


def test_without_an_issues_folder_the_way_to_one_is_told(newsletter: Newsletter) -> None:
    (newsletter.root / "issues").rename(newsletter.root / "isues")

    done = newsletter.call("status")

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: issues/ cannot be read in {str(newsletter.root)!r} (No such file or directory); "
        "start a month with 'pprmail new 2020-09'\n"
    )


def test_a_cancelled_mailing_is_told_as_such(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--yes")
    newsletter.call("cancel", "2020-08")

    found = told(newsletter, "2020-08")

    assert isinstance(found, dict)
    assert (found["state"], found["accepted"], found["waiting"]) == ("cancelled", 0, 3)


@pytest.mark.parametrize(
    ("holder", "state"), [("2020-08", "sending"), ("2020-09", "incomplete")], ids=["this", "another"]
)
def test_a_sender_at_work_is_told_of_the_mailing_it_works_on(newsletter: Newsletter, holder: str, state: str) -> None:
    newsletter.call("send", "2020-08", "--yes")
    change(newsletter, "UPDATE batches SET state = 'waiting'")

    with hold_lock(lock_path(newsletter.settings), holder):
        during = told(newsletter, "2020-08")
    after = told(newsletter, "2020-08")

    assert isinstance(during, dict)
    assert isinstance(after, dict)
    assert (during["state"], after["state"]) == (state, "incomplete")
