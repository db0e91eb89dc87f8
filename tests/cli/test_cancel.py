from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from conftest import Newsletter

SEND = ("send", "2020-08", "--yes")


def letters(newsletter: Newsletter) -> list[bytes]:
    return sorted(path.read_bytes() for path in (newsletter.root / "outbox" / "2020-08").glob("*"))


def change(newsletter: Newsletter, statement: str) -> None:
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db")) as connection, connection:
        connection.execute(statement)


def test_the_letters_are_taken_back_and_the_folder_goes(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)

    done = newsletter.call("cancel", "2020-08")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2020-08: the seal is undone, 3 letters taken back from outbox/2020-08\n"
    assert not (newsletter.root / "outbox" / "2020-08").exists()


def test_the_issue_can_be_sent_anew_from_todays_files_to_todays_list(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    newsletter.call("cancel", "2020-08")
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Mended\n")
    newsletter.readers(2)

    done = newsletter.call(*SEND)

    assert done.returncode == 0
    assert "changes     this is the first mailing\n" in done.stderr
    assert len(letters(newsletter)) == 2
    assert all(b"\r\nSubject: Mended\r\n" in letter for letter in letters(newsletter))


def test_cancelling_twice_does_no_harm(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)

    done = [newsletter.call("cancel", "2020-08") for _ in range(2)]

    assert [one.returncode for one in done] == [0, 0]
    assert done[1].stdout == "2020-08: the seal is undone, 0 letters taken back from outbox/2020-08\n"


def test_a_cancel_that_was_killed_half_way_is_finished_by_the_next(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    change(newsletter, "UPDATE mailings SET cancelled = ended")

    done = newsletter.call("cancel", "2020-08")

    assert done.stdout == "2020-08: the seal is undone, 3 letters taken back from outbox/2020-08\n"


def test_after_half_a_cancel_a_send_refuses_to_mix_old_letters_with_new(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    change(newsletter, "UPDATE mailings SET cancelled = ended")
    newsletter.readers(2)

    refused = newsletter.call(*SEND)
    newsletter.call("cancel", "2020-08")
    sent = newsletter.call(*SEND)

    assert refused.returncode == 1
    assert "pprmail: outbox/2020-08: holds 3 letters of another mailing; finish with 'pprmail cancel'" in refused.stderr
    assert (sent.returncode, len(letters(newsletter))) == (0, 2)


def test_what_a_killed_send_left_half_written_goes_too(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    folder = newsletter.root / "outbox" / "2020-08"
    whole = next(folder.glob("*.eml"))
    whole.rename(folder / f".{whole.name}.tmp")

    newsletter.call("cancel", "2020-08")

    assert not folder.exists()


@pytest.mark.parametrize("sent", [False, True], ids=["nothing-sent", "another-sent"])
def test_where_there_is_no_mailing_nothing_is_cancelled(newsletter: Newsletter, *, sent: bool) -> None:
    if sent:
        newsletter.call(*SEND)

    done = newsletter.call("cancel", "2020-09")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pprmail: '2020-09' has no mailing to cancel; 'pprmail status' shows what was sent\n"
    assert (newsletter.root / ".pprmail").exists() == sent


def test_while_a_send_is_at_work_nothing_is_cancelled(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    with hold_lock(lock_path(newsletter.settings)):
        done = newsletter.call("cancel", "2020-08")

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: another sender is at work on this newsletter; wait for it to end")
    assert len(letters(newsletter)) == 3


def test_a_letter_that_cannot_be_deleted_is_told_and_the_cancel_can_be_repeated(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    letter = next((newsletter.root / "outbox" / "2020-08").glob("*.eml"))
    letter.unlink()
    letter.mkdir()

    stopped = newsletter.call("cancel", "2020-08")
    letter.rmdir()
    finished = newsletter.call("cancel", "2020-08")

    assert stopped.returncode == 1
    assert stopped.stderr.startswith("pprmail: outbox/2020-08: a letter cannot be deleted (")
    assert stopped.stderr.endswith("; close it in other programs and run this again\n")
    assert finished.returncode == 0
    assert letters(newsletter) == []


def test_letters_that_were_carried_away_are_told(newsletter: Newsletter) -> None:
    newsletter.call(*SEND)
    (newsletter.root / "outbox/2020-08").rename(newsletter.root / "carried")

    done = newsletter.call("cancel", "2020-08")

    assert done.returncode == 0
    assert done.stderr == (
        "warning: 3 letters were no longer in outbox/2020-08: those readers may have it, and a new send mails them again\n"
    )
