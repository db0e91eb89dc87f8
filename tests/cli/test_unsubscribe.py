from __future__ import annotations

import io
import sys
from contextlib import closing
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from pprmail.audience.consent import PERSON, READER
from pprmail.audience.keys import read_keyring
from pprmail.audience.tokens import Signer
from pprmail.cli.sending import open_ledger

if TYPE_CHECKING:
    from conftest import Newsletter

OLD_KEY = "an-older-key-0123456789"


def signer(newsletter: Newsletter) -> Signer:
    keyring = read_keyring(newsletter.settings)
    assert keyring
    return Signer(keyring.current, "pprnet")


def gone(newsletter: Newsletter, *sources: str) -> set[str]:
    """Which of the well-known addresses are suppressed."""
    ledger = open_ledger(newsletter.settings)
    assert ledger
    with closing(ledger):
        suppressed = ledger.suppressed(*sources)
    own = signer(newsletter)
    names = ("reader1", "reader2", "reader3", "newsletter", "editor", "unsubscribe")
    return {name for name in names if own.address_hash(f"{name}@example.org") in suppressed}


def mail(sender: str, subject: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "unsubscribe@example.org", subject
    message.set_content("\n")
    return message.as_bytes()


def test_an_address_is_recorded_and_never_mailed_again(newsletter: Newsletter) -> None:
    done = newsletter.call("unsubscribe", "Reader1@EXAMPLE.org", "reader2@example.org")
    sent = newsletter.call("send", "2020-08", "--yes")

    assert (done.returncode, done.stdout, done.stderr) == (0, "2 readers unsubscribed, 0 already were\n", "")
    assert gone(newsletter) == gone(newsletter, PERSON) == {"reader1", "reader2"}
    assert "3 rows = 1 recipient + 2 excluded\nexcluded    suppressed 2\n" in sent.stderr


def test_a_repeat_is_harmless(newsletter: Newsletter) -> None:
    newsletter.call("unsubscribe", "reader1@example.org")

    done = newsletter.call("unsubscribe", "reader1@example.org", "READER1@example.org", "reader2@example.org")

    assert done.stdout == "1 reader unsubscribed, 2 already were\n"


@pytest.mark.parametrize("form", ["{token}", "https://lists.example.org/u/{token}"], ids=["token", "link"])
def test_a_readers_own_token_is_the_readers_own_word(newsletter: Newsletter, form: str) -> None:
    newsletter.call("send", "2020-08", "--yes")
    letter = next(
        header
        for path in (newsletter.root / "outbox" / "2020-08").iterdir()
        if "reader2@" in (header := BytesHeaderParser().parsebytes(path.read_bytes()))["To"]
    )
    token = letter["List-Unsubscribe"].partition("/u/")[2].partition(">")[0]

    done = newsletter.call("unsubscribe", form.format(token=token))

    assert done.stdout == "1 reader unsubscribed, 0 already were\n"
    assert gone(newsletter, READER) == {"reader2"}


def test_a_token_of_an_older_key_is_taken_and_heeded(newsletter: Newsletter) -> None:
    newsletter.write(".pprmail/secret.key", f"{KEY}\n{OLD_KEY}\n")
    token = Signer(OLD_KEY.encode(), "pprnet").token("reader1@example.org")

    done = newsletter.call("unsubscribe", token)
    sent = newsletter.call("send", "2020-08", "--yes")

    assert done.stdout == "1 reader unsubscribed, 0 already were\n"
    assert "excluded    suppressed 1\n" in sent.stderr


def test_what_is_not_understood_is_told_and_the_rest_recorded(newsletter: Newsletter) -> None:
    done = newsletter.call(
        "unsubscribe", "reader1@example.org", "nobody", "u" + "F" * 32, "x" * 300, str(newsletter.root)
    )

    assert done.returncode == 1
    assert done.stdout == "1 reader unsubscribed, 0 already were\n"
    assert done.stderr.splitlines() == [
        "warning: not recorded: 'nobody' is no address, no token and no file",
        f"warning: not recorded: {'x' * 300!r} is no address, no token and no file",
        f"warning: not recorded: {str(newsletter.root)!r} is no address, no token and no file",
        f"warning: not recorded: the token {'u' + 'F' * 32!r} was not made by this newsletter; copy it whole, or give the address",
    ]
    assert gone(newsletter) == {"reader1"}


@pytest.mark.parametrize(
    ("content", "recorded"),
    [
        pytest.param(mail("Reader 1 <reader1@example.org>", "Unsubscribe"), {"reader1"}, id="mail"),
        pytest.param(
            b"From - Mon Aug  3 12:00:00 2020\n" + mail("reader1@example.org", "unsubscribe") + b"\n\n"
            b"From - Mon Aug  3 12:00:01 2020\n" + mail("reader2@example.org", "remove me"),
            {"reader1", "reader2"},
            id="mailbox",
        ),
        pytest.param(b"\xef\xbb\xbfreader1@example.org\r\nreader3@example.org\r\n", {"reader1", "reader3"}, id="list"),
        pytest.param(
            b"> On Monday PPRNet Blog <newsletter@example.org> wrote to reader2@example.org\nfrom editor@example.org",
            {"reader2"},
            id="pasted-mail-that-names-us",
        ),
    ],
)  # fmt: skip
def test_a_file_is_read_for_what_it_is(newsletter: Newsletter, content: bytes, recorded: set[str]) -> None:
    path = newsletter.write("leave.txt", content)

    done = newsletter.call("unsubscribe", str(path))

    assert (done.returncode, done.stderr) == (0, "")
    assert gone(newsletter) == recorded


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"nothing here\n", id="words"),
        pytest.param(b"", id="empty"),
        pytest.param(b"newsletter@Example.ORG\n", id="only-our-address"),
        pytest.param(mail("PPRNet <newsletter@example.org>", "Unsubscribe"), id="a-mail-from-us"),
    ],
)
def test_a_file_without_a_reader_is_told(newsletter: Newsletter, content: bytes) -> None:
    path = newsletter.write("leave.txt", content)

    done = newsletter.call("unsubscribe", str(path))

    assert (done.returncode, done.stdout) == (1, "0 readers unsubscribed, 0 already were\n")
    assert done.stderr == f"warning: not recorded: {path}: holds no address and no token of a reader\n"


def test_who_types_our_own_address_means_it(newsletter: Newsletter) -> None:
    done = newsletter.call("unsubscribe", "editor@example.org")

    assert done.stdout == "1 reader unsubscribed, 0 already were\n"
    assert gone(newsletter) == {"editor"}


def test_a_dash_reads_standard_input(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"reader3@example.org\n")))

    done = newsletter.call("unsubscribe", "-")

    assert (done.returncode, gone(newsletter)) == (0, {"reader3"})


def test_no_address_is_kept_of_those_who_left(newsletter: Newsletter) -> None:
    newsletter.call("unsubscribe", "reader1@example.org")

    kept = b"".join(path.read_bytes() for path in (newsletter.root / ".pprmail").iterdir())

    assert b"reader1" not in kept


def test_a_list_is_no_request_to_leave(newsletter: Newsletter) -> None:
    own = newsletter.root / "subscribers.csv"
    other = newsletter.write("other.csv", "email;name\nreader2@example.org;Bea\n")
    own.write_text("reader1@example.org\n")

    done = newsletter.call("unsubscribe", str(own), str(other), "reader3@example.org")

    sentence = (
        "is a list, not a request to leave; its rows marked unsubscribed are recorded by 'pprmail send'; "
        "to record others, give a file with only their addresses"
    )
    assert (done.returncode, done.stdout) == (1, "1 reader unsubscribed, 0 already were\n")
    assert done.stderr == f"warning: not recorded: {own}: {sentence}\nwarning: not recorded: {other}: {sentence}\n"
    assert gone(newsletter) == {"reader3"}
