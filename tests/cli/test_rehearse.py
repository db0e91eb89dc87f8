"""A rehearsal sends the real issue to nobody, and finds out a sender that mails anybody twice."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import clean_environment
from pprmail.rehearsal import commands

if TYPE_CHECKING:
    from conftest import Newsletter

ISSUE = "2020-08"
SHOWN = "nobody was mailed twice, and everyone is accounted for\n"
CALM = ("--kills", "0", "--faults", "0")
LIST = (
    "email,name,status\n"
    'ada@example.org,"Ada ""the first"" O\'Neil, PhD",subscribed\n'
    "o'brien@example.org,Zoë Ř 𝄞,subscribed\n"
    "käthe@exämple.org,Käthe,subscribed\n"
    "bob@exämple.org,Bob %name% {{ name }},subscribed\n"
    "carl+x@example.org,,subscribed\n"
    "left@example.org,Left,unsubscribed\n"
    "ADA@example.org,Ada again,subscribed\n"
    "nobody,Bad,subscribed\n"
)


def rehearsed(newsletter: Newsletter, *options: str) -> dict[str, Any]:
    """The report of a rehearsal that passed."""
    done = newsletter.call("-q", "rehearse", ISSUE, "--json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Everything below ``root``: when it was changed, and what it holds."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in (root, *root.rglob("*"))
    }


@pytest.fixture(autouse=True)
def left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which rehearsals make theirs."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize("seed", range(1, 3))
def test_on_a_bad_day_nobody_is_mailed_twice_and_everyone_is_accounted_for(newsletter: Newsletter, seed: int) -> None:
    newsletter.readers(8)

    report = rehearsed(newsletter, "--seed", str(seed))

    assert report["mailed"] == {"0": 0, "1": 8, "2+": 0}
    assert (report["accepted"], report["missed_by_word"]) == (8, 0)
    assert (report["kills"]["landed"], len(report["kills"]["moments"])) == (3, 3)
    assert report["faults"]["met"] > 0
    assert report["doubts"]["recipients"] > 0
    assert report["batches"] == 8


def test_the_newsletter_is_neither_changed_nor_asked_what_was_sent(newsletter: Newsletter, left_behind: Path) -> None:
    for path in (".pprmail/state.db", ".pprmail/secret.key", f"issues/{ISSUE}/receipt.json"):
        newsletter.write(path, "whoever reads this breaks")
    newsletter.write(f"outbox/{ISSUE}/1.eml", "mail")
    newsletter.write("build/site/index.html", "page")
    before = snapshot(newsletter.root)

    rehearsed(newsletter, "--seed", "1", "--kills", "1", "--faults", "0")

    assert snapshot(newsletter.root) == before
    assert list(left_behind.iterdir()) == []


def test_it_is_told_in_a_screen_with_the_way_to_repeat_it(newsletter: Newsletter) -> None:
    done = newsletter.call("rehearse", ISSUE, "--seed", "7", *CALM)

    assert (done.returncode, done.stderr) == (
        0,
        "rehearsing with --seed 7: nothing leaves this machine\nrun 1: ended: 3 accepted, 0 in doubt, 0 waiting\n",
    )
    assert done.stdout == (
        "2020-08, rehearsed: nothing left this machine\n"
        "  rows                   3\n"
        "  excluded               0\n"
        "  recipients             3   in 3 batches of up to 1\n"
        "    accepted             3\n"
        "    rejected             0\n"
        "    unknown              0\n"
        "    waiting              0\n"
        "  runs                   1\n"
        "  kills                  0\n"
        "  requests               5   mail 3, examination 2\n"
        "  faults                 0\n"
        "  doubts                 0\n"
        "  mailed 0 times         0\n"
        "  mailed once            3\n"
        "  mailed 2+ times        0\n"
        "drawn again by: pprmail rehearse 2020-08 --seed 7 --kills 0 --faults 0\n" + SHOWN
    )


def test_without_a_seed_one_is_drawn_and_told(newsletter: Newsletter) -> None:
    done = newsletter.call("rehearse", ISSUE, *CALM)

    told = re.search(r"--seed (\d+): nothing", done.stderr)
    assert told
    assert f"drawn again by: pprmail rehearse 2020-08 --seed {told[1]} " in done.stdout


def test_a_list_of_all_kinds_reaches_whom_it_should(newsletter: Newsletter) -> None:
    newsletter.write("subscribers.csv", LIST)

    report = rehearsed(newsletter, *CALM)

    assert (report["rows"], report["recipients"]) == (8, 4)
    assert report["excluded"] == {"unsubscribed": 1, "duplicate": 1, "bad-address": 2}
    assert report["mailed"] == {"0": 0, "1": 4, "2+": 0}


@pytest.mark.parametrize("readers", [1, 2])
def test_a_kill_lands_wherever_there_is_one_recipient(newsletter: Newsletter, readers: int) -> None:
    newsletter.readers(readers)

    report = rehearsed(newsletter, "--seed", "2", "--kills", "1", "--faults", "0")

    assert report["kills"]["landed"] == 1
    assert report["mailed"] == {"0": 0, "1": readers, "2+": 0}


def test_kills_for_which_nothing_was_left_are_told(newsletter: Newsletter) -> None:
    newsletter.readers(1)

    done = newsletter.call("-q", "rehearse", ISSUE, "--seed", "2", "--kills", "9", "--faults", "0")

    assert re.search(r"kills +\d   of 9 asked for: there was nothing left to send\n", done.stdout)
    assert (done.returncode, done.stdout.endswith(SHOWN)) == (0, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('id = "pprnet"', 'id = "another-one"', id="another newsletter"),
        pytest.param("[unsubscribe]", '[unsubscribe]\nowner = "reply"', id="reply"),
        pytest.param("[unsubscribe]", '[unsubscribe]\nowner = "provider"', id="provider"),
        pytest.param("newsletter@example.org", "Somebody@gmail.com", id="free mail"),
        pytest.param("newsletter@example.org", "news@lists.example.co.uk", id="a domain within others"),
        pytest.param("[unsubscribe]", "[sendgrid]\nworkers = 1\n[unsubscribe]", id="one worker"),
    ],
)  # fmt: skip
def test_newsletters_of_all_kinds_are_rehearsed(newsletter: Newsletter, old: str, new: str) -> None:
    newsletter.change_settings(old, new)

    assert rehearsed(newsletter, *CALM)["accepted"] == 3


def test_what_a_real_send_refuses_is_told_and_rehearsed_all_the_same(sample: Newsletter) -> None:
    done = sample.call("rehearse", ISSUE, *CALM)

    assert done.returncode == 0
    postal_address, example = done.stderr.splitlines()[:2]
    refused = "warning: a real send refuses this: "
    assert postal_address.startswith(
        f"{refused}pprmail.toml: 'postal_address' under [sender] is still the placeholder;"
    )
    assert example.startswith(f"{refused}subscribers.example.csv: is the example, not your list;")


def test_caps_are_left_out_and_that_is_told(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", "[delivery]\nmax_per_day = 1\nmax_per_hour = 1\n[unsubscribe]")

    done = newsletter.call("rehearse", ISSUE, *CALM)

    assert done.returncode == 0
    assert done.stderr.startswith(
        "max_per_hour and max_per_day under [delivery] are left out: a rehearsal waits for no cap\n"
    )


@pytest.mark.parametrize(
    "options", [("--faults", "0.91"), ("--faults", "-0.1"), ("--faults", "nan"), ("--kills", "-1"), ("--seed", "x")]
)
def test_what_is_mistyped_is_told(newsletter: Newsletter, options: tuple[str, ...]) -> None:
    done = newsletter.call("rehearse", ISSUE, *options)

    assert (done.returncode, done.stdout) == (2, "")
    assert options[0] in done.stderr


# Refusals


def refuse_draft(newsletter: Newsletter) -> None:
    newsletter.write(f"issues/{ISSUE}/issue.md", "Month: August 2020\nDraft: yes\n")


def refuse_faults(newsletter: Newsletter) -> None:
    newsletter.write(f"issues/{ISSUE}/1-doe.md", "Title: x\n")


def empty_list(newsletter: Newsletter) -> None:
    newsletter.change_settings("[unsubscribe]", '[subscribers]\nfile = "lists/ours.csv"\n[unsubscribe]')
    newsletter.write("lists/ours.csv", "email,name\n")


def no_list(newsletter: Newsletter) -> None:
    (newsletter.root / "subscribers.csv").unlink()


@pytest.mark.parametrize("refuse", [refuse_draft, refuse_faults, empty_list, no_list])
def test_what_a_dry_run_refuses_is_refused_in_its_words(
    newsletter: Newsletter, refuse: Any, left_behind: Path  # noqa: ANN401 - one of the four above
) -> None:  # fmt: skip
    refuse(newsletter)

    dry_run = newsletter.call("send", ISSUE, "--dry-run", "--json", "--provider", "sendgrid")
    done = newsletter.call("rehearse", ISSUE)

    assert (done.returncode, done.stdout, done.stderr) == (dry_run.returncode, "", dry_run.stderr)
    assert done.returncode == 1
    assert list(left_behind.iterdir()) == []


def test_an_issue_that_is_not_there_is_told(newsletter: Newsletter) -> None:
    done = newsletter.call("rehearse", "2020-09")

    assert (done.returncode, done.stderr) == (
        1,
        "pprmail: no issue '2020-09': there is no folder issues/2020-09; start it with 'pprmail new 2020-09'\n",
    )


# Senders that are broken

TWICE = """
from pprmail.delivery.providers.sendgrid.provider import SendgridProvider
hand_over = SendgridProvider.hand_over
def twice(self, batch, journal):
    hand_over(self, batch, journal)
    return hand_over(self, batch, journal)
SendgridProvider.hand_over = twice
"""
TRIES_AGAIN = """
from pprmail.delivery.answer import Answer, Next, Outcome
from pprmail.delivery.providers.sendgrid import provider
provider.failure_of = lambda error, recipients: Answer(Outcome.NOT_HANDED_OVER, detail="again", next=Next.AGAIN)
"""
FORGETS = """
from pprmail.delivery.answer import Answer, Outcome
from pprmail.delivery.providers.sendgrid.provider import SendgridProvider
hand_over = SendgridProvider.hand_over
def forget(self, batch, journal):
    return Answer(Outcome.ACCEPTED, "id") if batch.number == 2 else hand_over(self, batch, journal)
SendgridProvider.hand_over = forget
"""
CRASHES = """
from pprmail.delivery.providers.sendgrid.provider import SendgridProvider
def crash(self, batch, journal):
    raise KeyError("a bug")
SendgridProvider.hand_over = crash
"""


@pytest.mark.parametrize(
    ("broken", "options", "told"),
    [
        pytest.param(TWICE, CALM, r"mailed more than once: \d+ \(number \d", id="hands over twice"),
        pytest.param(TRIES_AGAIN, ("--seed", "1", "--kills", "0", "--faults", "0.6"), "(more than once|waiting, and mailed)", id="tries a doubt again"),
        pytest.param(FORGETS, CALM, r"called accepted, and not mailed: 1 \(number 2\)", id="forgets a batch"),
        pytest.param(CRASHES, CALM, "Traceback.*KeyError: 'a bug'", id="crashes"),
    ],
)  # fmt: skip
def test_a_broken_sender_is_found_out_and_what_it_left_is_kept(  # noqa: PLR0913 - the case, and where it happens
    newsletter: Newsletter, tmp_path: Path, left_behind: Path, monkeypatch: pytest.MonkeyPatch,
    *, broken: str, options: tuple[str, ...], told: str,
) -> None:  # fmt: skip
    program = tmp_path / "broken.py"
    program.write_text(f"{broken}\nfrom pprmail.cli import main\nmain()\n", encoding="utf-8")
    monkeypatch.setattr(commands, "COMMAND", (sys.executable, str(program)))
    newsletter.readers(12)

    done = newsletter.call("rehearse", ISSUE, *options)

    kept = list(left_behind.iterdir())
    assert done.returncode == 1
    assert SHOWN not in done.stdout
    assert re.search(rf"what must not be:\n  .*{told}", done.stdout, re.DOTALL)
    assert [(path / "pprmail.toml").exists() for path in kept] == [True]
    assert done.stderr.endswith(f"is in {kept[0]}\n")
    assert not re.search(r"reader\d+@example\.org", done.stdout + done.stderr)


def test_a_failure_is_told_as_json_too(newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "broken.py"
    program.write_text(f"{FORGETS}\nfrom pprmail.cli import main\nmain()\n", encoding="utf-8")
    monkeypatch.setattr(commands, "COMMAND", (sys.executable, str(program)))

    done = newsletter.call("-q", "rehearse", ISSUE, "--json", *CALM)

    report = json.loads(done.stdout)
    assert (done.returncode, report["passed"]) == (1, False)
    assert report["failures"] == ["called accepted, and not mailed: 1 (number 2)"]
    assert Path(report["folder"]).is_dir()


# Interrupted


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_neither_folder_nor_process_behind(
    newsletter: Newsletter, left_behind: Path, number: signal.Signals
) -> None:
    newsletter.readers(200)

    with subprocess.Popen(
        newsletter.command("rehearse", ISSUE, "--kills", "50"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment() | {"TMPDIR": str(left_behind)},
        start_new_session=True,
    ) as process:
        assert process.stderr
        while not process.stderr.readline().startswith("run 2"):
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate()

    assert (process.returncode, out) == (130, "")
    assert err.endswith("pprmail: interrupted; run the command again to go on\n")
    assert list(left_behind.iterdir()) == []
    with pytest.raises(ProcessLookupError):  # nobody is left of its session
        os.killpg(process.pid, 0)
