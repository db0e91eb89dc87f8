"""The message before SpamAssassin, mail-parser and Python's strict reader, and its two parts in the programs of a terminal."""

from __future__ import annotations

import email
import re
import subprocess
from email import policy
from typing import TYPE_CHECKING

import mailparser
import pytest

from browser.post import told_in_order

if TYPE_CHECKING:
    from pathlib import Path

    from browser.post import Mail

pytest_plugins = ["browser.desk"]

SPAM_LIMIT = 2.0
LONGEST_LINE = 78
THREE_SUMMARIES, THREE_SUMMARIES_BYTES = "2020-08", 48_000
_SCORE = re.compile(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", re.MULTILINE)


def output(*command: str | Path, stdin: bytes = b"") -> str:
    return subprocess.run([*map(str, command)], input=stdin, capture_output=True, check=True).stdout.decode(
        errors="replace"
    )


def spam_score(eml: bytes) -> float:
    judged = _SCORE.search(output("spamassassin", "-t", "-L", stdin=eml))
    assert judged is not None
    return float(judged[1])


def test_spamassassin_takes_it_for_no_spam(mail: Mail) -> None:
    assert spam_score(mail.eml.read_bytes()) < SPAM_LIMIT


def test_spamassassin_knows_spam() -> None:
    gtube = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

    assert spam_score(b"From: a@example.org\r\nSubject: x\r\n\r\n" + gtube + b"\r\n") > SPAM_LIMIT


def test_no_parser_finds_a_defect(mail: Mail) -> None:
    message = mailparser.parse_from_file(str(mail.eml))
    strict = email.message_from_bytes(mail.eml.read_bytes(), policy=policy.strict)

    assert message.defects == []
    assert [text.replace("\r\n", "\n") for text in message.text_plain] == [mail.text]
    assert [part.defects for part in strict.walk()] == [[], [], []]


def test_lines_are_short_in_the_message_and_in_its_text(mail: Mail) -> None:
    content = mail.eml.read_bytes()
    long = [line for line in mail.text.splitlines() if len(line) > LONGEST_LINE and " " in line.strip()]

    assert max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert long == []


def test_three_summaries_stay_far_below_what_gmail_clips(mails: dict[str, Mail]) -> None:
    assert len(mails[THREE_SUMMARIES].html.encode()) <= THREE_SUMMARIES_BYTES


@pytest.mark.parametrize(
    "reader",
    [
        pytest.param(lambda mail: output("mshow", mail.eml), id="mshow"),
        pytest.param(lambda mail: output("w3m", "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", mail.page), id="w3m"),
        pytest.param(
            lambda mail: output(
                "lynx", "-dump", "-nolist", "-assume_charset=UTF-8", "-display_charset=UTF-8", mail.page
            ),
            id="lynx",
        ),
    ],
)  # fmt: skip
def test_a_terminal_shows_everything_in_order(mail: Mail, reader: object) -> None:
    assert callable(reader)

    assert told_in_order(reader(mail), mail.phrases) == []


def test_every_note_of_the_text_leads_somewhere_and_is_led_to(mail: Mail) -> None:
    notes = dict(re.findall(r"^\[(\d+)\] (https?://\S+)$", mail.text, re.MULTILINE))
    used = set(re.findall(r"\[(\d+)\](?! https?:)", mail.text))

    assert used == notes.keys()
    assert sorted(map(int, notes)) == list(range(1, len(notes) + 1))
