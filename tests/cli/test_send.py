from __future__ import annotations

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

import pytest

from conftest import KEY, clean_environment
from pprmail.audience.tokens import Signer
from pprmail.cli.sending import lock_path, open_ledger
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Newsletter

SENT = ("send", "2020-08", "--yes")
BY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


def heed_mode_bits() -> None:
    """Let root be refused what another user would be: run in a child before it starts."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def run_as(newsletter: Newsletter, prepare: Callable[[], None], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pprmail in a process that has gone through ``prepare``."""
    return subprocess.run(
        newsletter.command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
        preexec_fn=prepare,
    )


def outbox(newsletter: Newsletter, issue: str = "2020-08") -> dict[str, tuple[int, bytes]]:
    """Every file in the outbox with its time of change and its bytes."""
    folder = newsletter.root / "outbox" / issue
    return (
        {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
        if folder.exists()
        else {}
    )


def addressees(newsletter: Newsletter, issue: str = "2020-08") -> list[str]:
    """Who has a letter."""
    return sorted(
        BytesHeaderParser().parsebytes(content)["To"].rpartition("<")[2].rstrip(">")
        for _, content in outbox(newsletter, issue).values()
    )


def readers(*numbers: int) -> list[str]:
    return [f"reader{number}@example.org" for number in numbers]


def status(newsletter: Newsletter, issue: str = "2020-08") -> dict[str, object]:
    found: dict[str, object] = json.loads(newsletter.call("status", issue, "--json").stdout)
    return found


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """The sentence that it ended with; never a traceback."""
    assert "Traceback" not in done.stderr
    return done.stderr.rstrip().rpartition("\n")[2]


# Sending


def test_everyone_on_the_list_has_one_letter(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Two studies\n")

    done = newsletter.call(*SENT)

    assert done.returncode == 0
    assert done.stdout == (
        "2020-08: sent through outbox\n"
        "  rows                 3\n"
        "  excluded             0\n"
        "  recipients           3\n"
        "    accepted           3\n"
        "    rejected           0\n"
        "    unknown            0\n"
        "    waiting            0\n"
    )
    assert done.stderr == (
        "subject     Two studies\n"
        "from        PPRNet Blog <newsletter@example.org>\n"
        "through     outbox, into outbox/2020-08\n"
        "list        subscribers.csv: 3 rows = 3 recipients + 0 excluded\n"
        "batches     1 batch of up to 500\n"
        "changes     this is the first mailing\n"
        "test mail   none was sent; 'pprmail send 2020-08 --test YOU@…' sends one\n"
        "the mail lies in outbox/2020-08\n"
    )
    assert addressees(newsletter) == readers(1, 2, 3)


def test_json_is_the_status_and_nothing_else(newsletter: Newsletter) -> None:
    newsletter.write("subscribers.csv", "email,status\na@x.org,\nb@x.org,pending\nc@x.org,unsubscribed\n")

    done = newsletter.call(*SENT, "--json")

    told = json.loads(done.stdout)
    assert told == status(newsletter)
    assert list(told) == [
        "issue", "state", "sealed_sha256", "provider", "rows", "recipients", "excluded", "accepted", "rejected", "unknown",
        "waiting", "started", "ended",
    ]  # fmt: skip
    assert told | {"sealed_sha256": "", "started": "", "ended": ""} == {
        "issue": "2020-08", "state": "sent", "sealed_sha256": "", "provider": "outbox", "rows": 3, "recipients": 1,
        "excluded": {"unsubscribed": 1, "pending": 1}, "accepted": 1, "rejected": 0, "unknown": 0, "waiting": 0,
        "started": "", "ended": "",
    }  # fmt: skip
    assert told["started"].endswith("+00:00")
    assert told["started"] <= told["ended"]
    assert len(told["sealed_sha256"]) == 64


def test_sending_again_sends_nothing_twice(newsletter: Newsletter) -> None:
    newsletter.call(*SENT)
    before, ended = outbox(newsletter), status(newsletter)

    again = newsletter.call("send", "2020-08")

    assert (again.returncode, last_line(again)) == (0, "the mail lies in outbox/2020-08")
    assert again.stderr.startswith("2020-08 was sent to all 3 recipients; there is nothing left to do\n")
    assert outbox(newsletter) == before
    assert status(newsletter) == ended


def test_a_list_named_on_the_command_line_is_looked_up_from_where_we_stand(
    newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.csv").write_text("email\nada@example.org\n")
    monkeypatch.chdir(tmp_path)

    done = newsletter.call(*SENT, "--subscribers", "other.csv")

    assert "list        other.csv: 1 row = 1 recipient + 0 excluded\n" in done.stderr
    assert addressees(newsletter) == ["ada@example.org"]


def test_the_settings_from_the_environment_count(newsletter: Newsletter, tmp_path: Path) -> None:
    database = tmp_path / "elsewhere" / "ledger.db"

    done = newsletter.call(*SENT, PPRMAIL_DATABASE=f"sqlite:///{database}", PPRMAIL_SECRET_KEY=KEY)

    assert done.returncode == 0
    assert database.is_file()
    assert not (newsletter.root / ".pprmail").exists()
    letter_id = Signer(KEY.encode(), "pprnet").letter_id("2020-08", "reader1@example.org")
    assert f"{letter_id}.eml" in outbox(newsletter)


def test_a_relative_database_stands_under_the_newsletter(newsletter: Newsletter) -> None:
    newsletter.call(*SENT, PPRMAIL_DATABASE="sqlite:///ledger.db")

    assert (newsletter.root / "ledger.db").is_file()


# Dry run and test mail


def test_a_dry_run_shows_the_plan_and_makes_nothing(newsletter: Newsletter) -> None:
    before = sorted(newsletter.root.rglob("*"))

    done = newsletter.call("send", "2020-08", "--dry-run")

    assert (done.returncode, done.stderr) == (0, "dry run: nothing was made or sent\n")
    assert "list        subscribers.csv: 3 rows = 3 recipients + 0 excluded\n" in done.stdout
    assert sorted(newsletter.root.rglob("*")) == before


def test_a_dry_run_for_a_program_prints_the_status(newsletter: Newsletter) -> None:
    first = newsletter.call("send", "2020-08", "--dry-run", "--json")
    leave_unfinished(newsletter)
    second = newsletter.call("send", "2020-08", "--dry-run", "--json")

    assert json.loads(first.stdout)["state"] == "not-sent"
    assert json.loads(second.stdout) == status(newsletter)


def test_a_test_mail_leaves_the_ledger_alone(newsletter: Newsletter) -> None:
    done = newsletter.call("send", "2020-08", "--test", "Me@example.org")

    path = newsletter.root / done.stdout.strip()
    message = BytesHeaderParser().parsebytes(path.read_bytes())
    assert path.parent == newsletter.root / "outbox" / "test" / "2020-08"
    assert (message["To"], message["Subject"][:7]) == ("Me@example.org", "[Test] ")
    assert status(newsletter)["state"] == "not-sent"
    assert outbox(newsletter) == {}


def test_a_test_mails_token_unsubscribes_nobody(newsletter: Newsletter) -> None:
    path = newsletter.root / newsletter.call("send", "2020-08", "--test", "reader1@example.org").stdout.strip()
    header = BytesHeaderParser().parsebytes(path.read_bytes())["List-Unsubscribe"]

    done = newsletter.call("unsubscribe", header.partition("/u/")[2].partition(">")[0])
    newsletter.call(*SENT)

    assert (done.returncode, last_line(done)) == (
        1,
        "warning: not recorded: a test mail's token unsubscribes nobody; give the address",
    )
    assert addressees(newsletter) == readers(1, 2, 3)


def test_the_plan_says_whether_the_test_mail_was_this_one(newsletter: Newsletter) -> None:
    newsletter.call("send", "2020-08", "--test", "me@example.org")
    same = newsletter.call("send", "2020-08", "--dry-run").stdout
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Another\n")
    other = newsletter.call("send", "2020-08", "--dry-run").stdout

    assert "the same as this\n" in same
    assert "what goes out now DIFFERS from it\n" in other


def test_a_draft_can_be_tested_and_not_sent(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\nDraft: yes\n")

    sent, tested = newsletter.call(*SENT), newsletter.call("send", "2020-08", "--test", "me@example.org")

    assert (sent.returncode, last_line(sent)) == (
        1,
        "pprmail: issues/2020-08/issue.md: says 'Draft: yes'; take the line out when the issue is ready",
    )
    assert tested.returncode == 0


# What is refused before anything is sealed


LIST = "subscribers.csv"
NO_CSV = "write one such as: email,name,status (if it is no CSV at all, save it in Excel as 'CSV UTF-8')"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("email,name\n", f"{LIST}: has a header line and no rows; add the subscribers. Nothing was sent", id="empty"),
        pytest.param(
            "email,status\na@x.org,unsubscribed\nb@x.org,unsubscribed\n",
            f"{LIST}: has nobody to mail: 2 rows, all excluded (unsubscribed 2). Nothing was sent",
            id="only-unsubscribed",
        ),
        pytest.param("", f"{LIST}:1: the header line has no column 'email'; {NO_CSV}", id="no-bytes"),
        pytest.param("name,status\nAda,\n", f"{LIST}:1: the header line has no column 'email'; {NO_CSV}", id="without-email"),
        pytest.param(
            b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
            f"{LIST}: is no CSV but binary data (a picture or a workbook?); open it in Excel, and save it in Excel as 'CSV UTF-8'",
            id="jpeg",
        ),
        pytest.param(
            "email,name\na@x.org,Zoë\n".encode("latin-1"),
            f"{LIST}:2: is not UTF-8; save it in Excel as 'CSV UTF-8', or name its encoding under [subscribers] in pprmail.toml, "
            'such as encoding = "cp1252"',
            id="latin-1",
        ),
        pytest.param(
            None,
            f"{LIST}: there is no such file; put the list there, or name another under [subscribers] in pprmail.toml or with --subscribers",
            id="missing",
        ),
    ],
)  # fmt: skip
def test_a_list_that_nobody_can_mean_is_refused(newsletter: Newsletter, content: str | bytes | None, said: str) -> None:
    if content is None:
        (newsletter.root / LIST).unlink()
    else:
        newsletter.write(LIST, content)

    done = newsletter.call(*SENT)

    assert (done.returncode, done.stdout, last_line(done)) == (1, "", f"pprmail: {said}")
    assert outbox(newsletter) == {}
    assert not (newsletter.root / ".pprmail" / "state.db").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            ("send", "2020-99", "--yes"),
            1,
            "pprmail: no issue '2020-99': an issue is named by its year and month, such as 2020-08",
            id="no-month",
        ),
        pytest.param(
            ("send", "2020-09", "--yes"),
            1,
            "pprmail: no issue '2020-09': there is no folder issues/2020-09; start it with 'pprmail new 2020-09'",
            id="no-folder",
        ),
        pytest.param(
            ("send", "2020-08"),
            1,
            "pprmail: nobody can answer here: there is no terminal; run it in one, or add --yes. Nothing was done",
            id="nobody-to-ask",
        ),
        pytest.param(
            ("send", "2020-08", "--provider", "pigeon"),
            2,
            "Error: --provider 'pigeon' is unknown; take one of outbox, smtp, sendgrid",
            id="provider",
        ),
        pytest.param(
            ("send", "2020-08", "--test", "me"),
            1,
            "pprmail: --test 'me' is no mail address (an email address must have an @-sign); write one such as you@example.org",
            id="test-address",
        ),
        pytest.param(
            ("send", "2020-08", "--test", "me@example.org", "--dry-run"),
            2,
            "Error: --test sends a mail and --dry-run sends none: take one of them",
            id="test-and-dry-run",
        ),
    ],
)
def test_what_cannot_be_done_is_told(newsletter: Newsletter, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = newsletter.call(*arguments)

    assert (done.returncode, done.stdout, last_line(done)) == (code, "", said)
    assert outbox(newsletter) == {}


def test_without_an_issues_folder_the_way_to_one_is_told(newsletter: Newsletter) -> None:
    (newsletter.root / "issues").rename(newsletter.root / "isues")

    done = newsletter.call(*SENT)

    assert (done.returncode, last_line(done)) == (
        1,
        "pprmail: no issue '2020-08': there is no folder issues/2020-08; start it with 'pprmail new 2020-08'",
    )


def test_an_issue_with_errors_is_not_sent(newsletter: Newsletter) -> None:
    newsletter.write("issues/2020-08/1-doe.md", "Title: Only a title\n")

    done = newsletter.call(*SENT)

    assert (done.returncode, last_line(done)) == (1, "pprmail: 2020-08 was not sent: mend the errors first")
    assert "issues/2020-08/1-doe.md:1:1: error: " in done.stderr
    assert outbox(newsletter) == {}


@BY_POSIX
def test_no_standard_input_is_nobody_to_ask(newsletter: Newsletter) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *newsletter.command("send", "2020-08")],
        capture_output=True, text=True, check=False, env=clean_environment(),
    )  # fmt: skip

    assert (done.returncode, last_line(done)[:36]) == (1, "pprmail: nobody can answer here: the")


def test_a_row_that_cannot_be_mailed_is_told_with_its_line_and_the_send_goes_on(newsletter: Newsletter) -> None:
    newsletter.write(
        LIST,
        'email,name,status\nada@example.org,"Ada\r\nBcc: x@example.org",\nbea@example.org,Bea,\ncem@,,\ndag@example.org,,maybe\n',
    )

    done = newsletter.call(*SENT)

    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning:")]
    assert done.returncode == 0
    assert warnings == [
        "warning: subscribers.csv:2: bad-address: the name holds a line break or a control character",
        "warning: subscribers.csv:5: bad-address: no address that can be mailed: there must be something after the @-sign",
        "warning: subscribers.csv:6: bad-address: unknown status 'maybe'; write one of subscribed, unsubscribed, pending",
    ]
    assert addressees(newsletter) == ["bea@example.org"]


@BY_POSIX
@pytest.mark.parametrize(
    ("path", "mode", "said"),
    [
        pytest.param(
            "outbox",
            0o555,
            "outbox/2020-08: cannot be written (Permission denied); check its permissions and the disk's space, "
            "or name another under [outbox] folder",
            id="outbox",
        ),
        pytest.param(
            LIST,
            0o000,
            "subscribers.csv: cannot be read (Permission denied); close it in Excel and other programs, and check its permissions",
            id="list",
        ),
        pytest.param(
            ".pprmail",
            0o555,
            "ROOT/.pprmail/state.db.lock: cannot be opened (Permission denied); check the folder's permissions and the disk's space",
            id="state",
        ),
        pytest.param(
            ".",
            0o555,
            "ROOT/.pprmail/state.db.lock: cannot be opened (Permission denied); check the folder's permissions and the disk's space",
            id="everything",
        ),
    ],
)
def test_what_may_not_be_read_or_written_is_told(newsletter: Newsletter, path: str, mode: int, said: str) -> None:
    place = newsletter.root / path
    if path in {"outbox", ".pprmail"}:
        place.mkdir()
    place.chmod(mode)

    done = run_as(newsletter, heed_mode_bits, *SENT)

    place.chmod(0o755)
    assert (done.returncode, last_line(done)) == (1, f"pprmail: {said}".replace("ROOT", str(newsletter.root)))
    assert addressees(newsletter) == []
    assert status(newsletter)["state"] == "not-sent"


def test_letters_of_another_mailing_in_the_outbox_are_refused(newsletter: Newsletter) -> None:
    newsletter.write("outbox/2020-08/0123.eml", "To: somebody\r\n\r\n")

    done = newsletter.call(*SENT)

    assert (done.returncode, last_line(done)) == (
        1,
        (
            "pprmail: outbox/2020-08: holds 1 letter of another mailing; finish with 'pprmail cancel' if it was "
            "cancelled, else move the folder away; then run this again. Nothing was sent"
        ),
    )
    assert status(newsletter)["state"] == "not-sent"


AT_WORK = (
    "pprmail: another sender is at work on this newsletter; wait for it to end ('pprmail status' shows how far it is)"
)


def test_another_sender_at_work_is_told(newsletter: Newsletter) -> None:
    with hold_lock(lock_path(newsletter.settings)):
        done = newsletter.call(*SENT)

    assert (done.returncode, last_line(done)) == (1, AT_WORK)


def test_an_error_of_the_system_is_not_blamed_on_the_lock(newsletter: Newsletter) -> None:
    from pprmail.cli.sending import sole_sender

    with pytest.raises(BrokenPipeError), sole_sender(newsletter.settings):
        raise BrokenPipeError


# The list against the last mailing


def sent_to(newsletter: Newsletter, count: int) -> None:
    """A mailing of 2020-08 to so many, and an issue 2020-09 to send next."""
    newsletter.readers(count)
    newsletter.call(*SENT)
    (newsletter.root / "issues" / "2020-08").rename(newsletter.root / "issues" / "2020-09")
    newsletter.write("issues/2020-09/issue.md", "Month: September 2020\n")


def test_a_list_that_lost_many_is_refused_unless_that_is_meant(newsletter: Newsletter) -> None:
    sent_to(newsletter, 40)
    newsletter.readers(29)

    refused = newsletter.call("send", "2020-09", "--yes")
    meant = newsletter.call("send", "2020-09", "--yes", "--accept-list-change")

    assert refused.returncode == 1
    assert last_line(refused) == (
        "pprmail: subscribers.csv: 11 of the last mailing's 40 recipients are no longer on the list, and did not ask to leave; "
        "look whether rows were lost, or add --accept-list-change. Nothing was sent"
    )
    assert "changes     0 added, 11 gone, 0 newly unsubscribed since the last mailing\n" in refused.stderr
    assert (meant.returncode, len(outbox(newsletter, "2020-09"))) == (0, 29)


def test_a_list_that_lost_ten_is_sent(newsletter: Newsletter) -> None:
    sent_to(newsletter, 40)
    newsletter.readers(30)

    assert newsletter.call("send", "2020-09", "--yes").returncode == 0


def test_people_who_asked_us_do_not_make_the_list_suspicious(newsletter: Newsletter) -> None:
    sent_to(newsletter, 40)
    newsletter.call("unsubscribe", *readers(*range(30, 41)))

    done = newsletter.call("send", "2020-09", "--yes")

    assert "changes     0 added, 0 gone, 11 newly unsubscribed since the last mailing\n" in done.stderr
    assert (done.returncode, len(outbox(newsletter, "2020-09"))) == (0, 29)


@pytest.mark.parametrize("how", ["us", "file"])
def test_who_has_left_is_never_mailed_because_a_file_says_subscribed(newsletter: Newsletter, how: str) -> None:
    if how == "us":
        newsletter.call("unsubscribe", "READER2@example.org")
    else:
        newsletter.write(LIST, "email,status\nreader1@example.org,\nreader2@example.org,unsubscribed\n")
        newsletter.call(*SENT)
        newsletter.call("cancel", "2020-08")
    newsletter.readers(3)

    done = newsletter.call(*SENT, "--accept-list-change")

    assert "excluded    suppressed 1\n" in done.stderr
    assert addressees(newsletter) == readers(1, 3)


# Cut short, and gone on with


def leave_unfinished(newsletter: Newsletter, *, batch_size: int = 1) -> None:
    """Seal 2020-08 to three readers and lose the sender before it handed over anything, as a kill does."""
    newsletter.change_settings("[unsubscribe]", f"[delivery]\nbatch_size = {batch_size}\n[unsubscribe]")
    newsletter.call(*SENT)
    for name in outbox(newsletter):
        (newsletter.root / "outbox" / "2020-08" / name).unlink()
    change(newsletter, "UPDATE batches SET state = 'waiting', attempt = NULL")
    change(newsletter, "UPDATE mailings SET ended = NULL")


def change(newsletter: Newsletter, statement: str) -> None:
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db")) as connection, connection:
        connection.execute(statement)


@pytest.fixture
def unfinished(newsletter: Newsletter) -> Newsletter:
    leave_unfinished(newsletter)
    return newsletter


def test_files_changed_after_the_seal_are_told_and_do_not_go_out(unfinished: Newsletter) -> None:
    unfinished.write("issues/2020-08/issue.md", "Month: August 2020\nSubject: Too late\n")
    unfinished.readers(9)

    done = unfinished.call(*SENT, "--subscribers", "nowhere.csv")

    sealed = status(unfinished)["started"]
    assert done.returncode == 0
    assert "warning: the files of 2020-08 (or the settings, or a template) changed after the seal of " in done.stderr
    assert (
        "; what was sealed stays, the change does not go out. 'pprmail cancel 2020-08' undoes the seal\n" in done.stderr
    )
    assert "--subscribers adds nobody: the recipients were frozen at the seal of " in done.stderr
    assert addressees(unfinished) == readers(1, 2, 3)
    assert not [name for name, (_, content) in outbox(unfinished).items() if b"Too late" in content]
    assert sealed


@pytest.mark.parametrize("what", ["folder", "error", "template"])
def test_a_sealed_mailing_goes_on_though_its_files_are_gone_or_broken(unfinished: Newsletter, what: str) -> None:
    if what == "folder":
        (unfinished.root / "issues" / "2020-08").rename(unfinished.root / "elsewhere")
    elif what == "error":
        unfinished.write("issues/2020-08/1-doe.md", "no headers at all")
    else:
        unfinished.write("templates/mail.txt.j2", "{{ nothing_of_the_kind }}")

    done = unfinished.call(*SENT)

    assert done.returncode == 0
    assert "changed after the seal" in done.stderr
    assert addressees(unfinished) == readers(1, 2, 3)


def test_who_left_meanwhile_has_no_letter_though_the_kill_left_one(newsletter: Newsletter) -> None:
    newsletter.call(*SENT)
    change(newsletter, "UPDATE batches SET state = 'claimed', attempt = 'killed'")
    change(newsletter, "UPDATE mailings SET ended = NULL")
    newsletter.call("unsubscribe", "reader2@example.org")

    done = newsletter.call(*SENT, "--json")

    told = json.loads(done.stdout)
    assert (told["state"], told["rows"], told["recipients"], told["excluded"]) == ("sent", 3, 2, {"suppressed": 1})
    assert addressees(newsletter) == readers(1, 3)


def test_a_batch_whose_readers_all_left_is_cleared_after_a_kill(newsletter: Newsletter) -> None:
    newsletter.call(*SENT)
    change(newsletter, "UPDATE batches SET state = 'claimed', attempt = 'killed'")
    change(newsletter, "UPDATE mailings SET ended = NULL")
    newsletter.call("unsubscribe", *readers(1, 2, 3))
    ledger = open_ledger(newsletter.settings)
    assert ledger
    with closing(ledger):
        mailing = ledger.find("2020-08", real=False)
        assert mailing
        book = ledger.sending(mailing)
        book.start(again=True)
        book.claim("killed-too", mailing.sealed, most=500, one_by_one=False)

    done = newsletter.call("send", "2020-08")

    assert done.returncode == 0
    assert addressees(newsletter) == []


def test_books_left_open_after_the_last_letter_are_closed(newsletter: Newsletter) -> None:
    newsletter.call(*SENT)
    change(newsletter, "UPDATE mailings SET ended = NULL")
    before = outbox(newsletter)

    done = newsletter.call("send", "2020-08")

    assert done.returncode == 0
    assert status(newsletter)["ended"] is not None
    assert outbox(newsletter) == before


def test_going_on_is_asked_too(unfinished: Newsletter) -> None:
    done = unfinished.call("send", "2020-08")

    assert (done.returncode, outbox(unfinished)) == (1, {})
    assert "2020-08 was sealed " in done.stderr
    assert ": 0 of 3 recipients accepted, 3 to go\n" in done.stderr


def test_a_new_key_before_the_old_one_does_not_hinder_the_rest(unfinished: Newsletter) -> None:
    key_file = unfinished.root / ".pprmail" / "secret.key"
    old = key_file.read_text().strip()
    key_file.write_text(f"{KEY}\n{old}\n")

    done = unfinished.call(*SENT)

    assert done.returncode == 0
    assert set(outbox(unfinished)) == {
        Signer(old.encode(), "pprnet").letter_id("2020-08", address) + ".eml" for address in readers(1, 2, 3)
    }


@pytest.mark.parametrize(
    "command", [SENT, ("status",), ("cancel", "2020-08"), ("unsubscribe", "a@x.org")], ids=lambda one: one[0]
)
def test_a_database_whose_key_is_lost_is_refused(unfinished: Newsletter, command: tuple[str, ...]) -> None:
    key_file = unfinished.root / ".pprmail" / "secret.key"
    key_file.unlink()

    done = unfinished.call(*command)

    assert done.returncode == 1
    assert last_line(done).startswith("pprmail: the database was made with another secret key (fingerprint ")
    assert "bring that key back to .pprmail/secret.key" in last_line(done)
    assert not key_file.exists()


def test_another_newsletters_database_is_not_sent_from(unfinished: Newsletter) -> None:
    unfinished.change_settings('id = "pprnet"', 'id = "other"')

    done = unfinished.call(*SENT)

    assert done.returncode == 1
    assert "belongs to the newsletter 'pprnet', and 'id' under [newsletter] is 'other'" in last_line(done)
    assert outbox(unfinished) == {}


@BY_POSIX
def test_an_outbox_that_may_no_longer_be_written_leaves_someone_waiting(unfinished: Newsletter) -> None:
    folder = unfinished.root / "outbox" / "2020-08"
    folder.chmod(0o555)

    done = run_as(unfinished, heed_mode_bits, *SENT)

    folder.chmod(0o755)
    assert done.returncode == 3
    assert last_line(done).startswith("pprmail: outbox/2020-08: cannot be written (Permission denied)")
    assert unfinished.call(*SENT).returncode == 0
    assert addressees(unfinished) == readers(1, 2, 3)


def test_a_letter_that_cannot_be_written_leaves_someone_waiting_and_the_next_run_finishes(
    unfinished: Newsletter,
) -> None:
    unfinished.call(*SENT)
    blocked = next(iter(outbox(unfinished)))
    change(unfinished, "UPDATE batches SET state = 'waiting', attempt = NULL")
    (unfinished.root / "outbox" / "2020-08" / blocked).unlink()
    (unfinished.root / "outbox" / "2020-08" / blocked).mkdir()

    stopped = unfinished.call(*SENT, "--json")
    (unfinished.root / "outbox" / "2020-08" / blocked).rmdir()
    finished = unfinished.call(*SENT)

    told = json.loads(stopped.stdout)
    assert stopped.returncode == 3
    assert last_line(stopped) == (
        "pprmail: outbox/2020-08: cannot be written (Is a directory); make room on the disk and check the folder's permissions, "
        "then run this again"
    )
    assert (told["state"], told["accepted"] + told["waiting"], told["unknown"]) == ("incomplete", 3, 0)
    assert finished.returncode == 0
    assert addressees(unfinished) == readers(1, 2, 3)


@pytest.fixture
def small_disk(newsletter: Newsletter) -> Iterator[Path]:
    """An outbox on a disk of its own that holds two letters, not three."""
    folder = newsletter.root / "outbox"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@BY_POSIX
def test_a_full_disk_leaves_someone_waiting_and_the_next_run_finishes(newsletter: Newsletter, small_disk: Path) -> None:
    full = newsletter.call(*SENT)
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    finished = newsletter.call(*SENT)

    assert full.returncode == 3
    assert last_line(full) == (
        "pprmail: outbox/2020-08: cannot be written (No space left on device); make room on the disk and check the folder's "
        "permissions, then run this again"
    )
    assert "    waiting            3\n" in full.stdout
    assert finished.returncode == 0
    assert addressees(newsletter) == readers(1, 2, 3)


@BY_POSIX
def test_a_full_disk_under_the_database_is_told(newsletter: Newsletter) -> None:
    newsletter.readers(12)
    leave_unfinished(newsletter)

    import resource  # which Windows lacks

    def fill_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        # Room for a letter, and for the records of a few batches
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    full = run_as(newsletter, fill_disk, *SENT)
    counts = status(newsletter)
    finished = newsletter.call(*SENT)

    assert full.returncode == 3
    assert last_line(full) == (
        f"pprmail: {newsletter.root}/.pprmail/state.db: disk I/O error; check the disk, its space and the folder's permissions"
    )
    assert counts["state"] == "incomplete"
    assert counts["accepted"] not in {0, 12}
    assert finished.returncode == 0
    assert addressees(newsletter) == sorted(readers(*range(1, 13)))


def test_a_database_held_by_another_program_is_told(newsletter: Newsletter) -> None:
    newsletter.call("unsubscribe", "nobody@example.org")
    with closing(sqlite3.connect(newsletter.root / ".pprmail" / "state.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")

        done = newsletter.run(*SENT)

    assert (done.returncode, last_line(done)) == (
        1,
        f"pprmail: {newsletter.root}/.pprmail/state.db: database is locked; another program holds it: close it and run this again",
    )
    assert outbox(newsletter) == {}


def test_a_file_that_is_no_database_is_told(newsletter: Newsletter) -> None:
    newsletter.write(".pprmail/state.db", "no database\n" * 99)

    done = newsletter.call(*SENT)

    assert done.returncode == 1
    assert last_line(done) == (
        f"pprmail: {newsletter.root}/.pprmail/state.db: file is not a database; "
        "move the file away, or name another under [delivery] database"
    )


# A send that is held in the middle


INTERRUPTED = "pprmail: interrupted; the ledger is true: run 'pprmail send 2020-08' again to finish"


@dataclass(frozen=True)
class HeldSend:
    """A send in a process of its own that stands still where it writes one letter: a pipe lies in the letter's way."""

    process: subprocess.Popen[str]
    pipe: Path

    def release(self) -> tuple[str, str]:
        """Let it go on, and wait for its end: what it said on stdout and stderr."""
        self.pipe.read_bytes()
        return self.process.communicate()


@pytest.fixture
def hold(newsletter: Newsletter) -> Iterator[Callable[[int], HeldSend]]:
    """Sends 2020-08 to four in batches of two, and holds the send within a batch: at letter 2, or at the last, 4."""
    with ExitStack() as stack:

        def hold(number: int) -> HeldSend:
            newsletter.change_settings("[unsubscribe]", "[delivery]\nbatch_size = 2\n[unsubscribe]")
            newsletter.readers(4)
            folder = newsletter.root / "outbox" / "2020-08"
            folder.mkdir(parents=True)
            letter_id = Signer(KEY.encode(), "pprnet").letter_id("2020-08", f"reader{number}@example.org")
            pipe = folder / f".{letter_id}.eml.tmp"
            os.mkfifo(pipe)
            process = subprocess.Popen(
                newsletter.command(*SENT),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=clean_environment() | {"PPRMAIL_SECRET_KEY": KEY},
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            while len(list(folder.glob("*.eml"))) < number - 1 and process.poll() is None:
                pass
            assert process.poll() is None, process.communicate()
            return HeldSend(process, pipe)

        yield hold


@BY_POSIX
def test_while_a_send_is_at_work_status_says_so_and_others_keep_out(
    newsletter: Newsletter, hold: Callable[[int], HeldSend]
) -> None:
    held = hold(2)

    told = json.loads(newsletter.call("status", "2020-08", "--json", PPRMAIL_SECRET_KEY=KEY).stdout)
    others = [newsletter.call(*command, PPRMAIL_SECRET_KEY=KEY) for command in (SENT, ("cancel", "2020-08"))]
    held.release()

    assert (told["state"], told["accepted"], told["unknown"], told["waiting"]) == ("sending", 0, 2, 2)
    assert told["ended"] is None
    assert [(one.returncode, last_line(one)) for one in others] == [(1, AT_WORK)] * 2
    assert held.process.returncode == 0


@BY_POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_finishes_the_batch_at_hand_and_keeps_the_ledger_true(
    newsletter: Newsletter, hold: Callable[[int], HeldSend], number: signal.Signals
) -> None:
    held = hold(2)

    held.process.send_signal(number)
    out, err = held.release()

    told = json.loads(newsletter.call("status", "2020-08", "--json", PPRMAIL_SECRET_KEY=KEY).stdout)
    assert held.process.returncode == 130
    assert err.rstrip().rpartition("\n")[2] == INTERRUPTED
    assert out.startswith("2020-08: incomplete through outbox\n")
    assert (told["state"], told["accepted"], told["unknown"], told["waiting"]) == ("incomplete", 2, 0, 2)
    assert told["ended"] is not None


@BY_POSIX
def test_a_second_interrupt_stops_at_once_and_the_next_run_finishes(
    newsletter: Newsletter, hold: Callable[[int], HeldSend]
) -> None:
    held = hold(2)

    for number in (signal.SIGINT, signal.SIGTERM):  # two of one kind may arrive as one
        held.process.send_signal(number)
    try:
        _, err = held.process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        # Both came in the instant before it stood still at the pipe, where nothing looks at signals that came before
        held.process.send_signal(signal.SIGTERM)
        _, err = held.process.communicate()
    held.pipe.unlink(missing_ok=True)
    finished = newsletter.call(*SENT, PPRMAIL_SECRET_KEY=KEY)

    assert held.process.returncode == 130
    assert err.rstrip().rpartition("\n")[2] == INTERRUPTED
    assert finished.returncode == 0
    assert addressees(newsletter) == readers(1, 2, 3, 4)


@BY_POSIX
def test_an_interrupt_at_the_last_letter_comes_too_late_to_be_one(hold: Callable[[int], HeldSend]) -> None:
    held = hold(4)

    held.process.send_signal(signal.SIGINT)
    out, err = held.release()

    assert (held.process.returncode, out.partition("\n")[0]) == (0, "2020-08: sent through outbox")
    assert err.endswith("the mail lies in outbox/2020-08\n")


# Git


def test_readers_addresses_in_git_are_told(newsletter: Newsletter) -> None:
    git = ["git", "-C", str(newsletter.root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    untracked = newsletter.call("send", "2020-08", "--dry-run")
    subprocess.run([*git, "add", "subscribers.csv"], check=True)
    tracked = newsletter.call("send", "2020-08", "--dry-run")

    assert untracked.stderr == "dry run: nothing was made or sent\n"
    assert tracked.stderr == (
        "warning: git tracks subscribers.csv, which holds readers' addresses or the key: run 'git rm -r --cached subscribers.csv' "
        "and add it to .gitignore\n"
        "dry run: nothing was made or sent\n"
    )


def interrupted(newsletter: Newsletter) -> None:
    """A send of three, one letter a batch, whose sender died on the second."""
    newsletter.change_settings("[unsubscribe]", "[delivery]\nbatch_size = 1\n[unsubscribe]")
    newsletter.call(*SENT)
    with closing(sqlite3.connect(newsletter.root / ".pprmail/state.db")) as connection, connection:
        connection.execute("UPDATE batches SET state = 'claimed' WHERE number = 2")
        connection.execute("UPDATE batches SET state = 'waiting' WHERE number = 3")
        connection.execute("UPDATE mailings SET ended = NULL")
    for path in (newsletter.root / "outbox/2020-08").glob("*.eml"):
        if b"reader3@" in path.read_bytes():
            path.unlink()


def test_who_the_list_calls_unsubscribed_at_a_resume_is_not_mailed(newsletter: Newsletter) -> None:
    interrupted(newsletter)
    newsletter.write(
        "subscribers.csv", "email,status\nreader2@example.org,unsubscribed\nreader3@example.org,unsubscribed\n"
    )

    done = newsletter.call(*SENT)

    (letter,) = (newsletter.root / "outbox/2020-08").glob("*.eml")
    assert b"reader1@" in letter.read_bytes()
    assert done.returncode == 0
    assert status(newsletter)["excluded"] == {"suppressed": 2}


def test_a_resume_without_a_list_goes_on_and_says_what_it_does_not_know(newsletter: Newsletter) -> None:
    interrupted(newsletter)
    (newsletter.root / "subscribers.csv").unlink()

    done = newsletter.call(*SENT)

    assert done.returncode == 0
    assert "Who left since the seal by the list's word is not known" in done.stderr
    assert len(list((newsletter.root / "outbox/2020-08").glob("*.eml"))) == 3


def test_a_change_of_the_outbox_does_not_split_a_mailing(newsletter: Newsletter) -> None:
    interrupted(newsletter)
    newsletter.change_settings("[unsubscribe]", '[outbox]\nfolder = "elsewhere"\n[unsubscribe]')

    done = newsletter.call(*SENT)

    assert done.returncode == 0
    assert len(list((newsletter.root / "outbox/2020-08").glob("*.eml"))) == 3
    assert not (newsletter.root / "elsewhere").exists()


def test_a_sealed_mailing_goes_on_though_its_owner_of_leaving_changed(newsletter: Newsletter) -> None:
    interrupted(newsletter)
    newsletter.change_settings("[unsubscribe]", '[unsubscribe]\nowner = "provider"')

    assert newsletter.call(*SENT).returncode == 0


def test_a_dry_run_for_a_program_prints_the_plan_beside_the_status(newsletter: Newsletter) -> None:
    done = newsletter.call("send", "2020-08", "--dry-run", "--json")

    found = json.loads(done.stdout)
    assert (found["state"], found["recipients"], found["waiting"]) == ("not-sent", 0, 0)
    assert found["plan"] == {"rows": 3, "recipients": 3, "excluded": {}, "batches": 1}


def test_every_test_address_gets_a_test_mail(newsletter: Newsletter) -> None:
    done = newsletter.call("send", "2020-08", "--test", "a@example.org", "--test", "b@example.org")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_what_git_tracks_is_told_wherever_the_rest_lies(newsletter: Newsletter, tmp_path: Path) -> None:
    newsletter.change_settings("[unsubscribe]", f'[outbox]\nfolder = "{tmp_path}/elsewhere"\n[unsubscribe]')
    git = ["git", "-C", str(newsletter.root)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "subscribers.csv"], check=True)

    done = newsletter.call("send", "2020-08", "--dry-run")

    assert "git tracks subscribers.csv" in done.stderr


def test_who_was_mailed_is_not_hidden_by_an_output_that_is_full(newsletter: Newsletter) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            newsletter.command(*SENT),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 0
    assert "the output cannot be written" in done.stderr
    assert len(list((newsletter.root / "outbox/2020-08").glob("*.eml"))) == 3


def test_notices_that_nobody_reads_stop_no_send(newsletter: Newsletter) -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        newsletter.command(*SENT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=writer,
        text=True,
        check=False,
    )
    os.close(writer)

    assert done.returncode == 0
    assert done.stdout.startswith("2020-08: sent through outbox\n")
    assert len(list((newsletter.root / "outbox/2020-08").glob("*.eml"))) == 3
