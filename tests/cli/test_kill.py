"""The promise itself: a send that is killed, and killed again, mails everyone once."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from contextlib import closing, suppress
from email.parser import BytesHeaderParser
from json import loads
from typing import TYPE_CHECKING

import pytest

from conftest import clean_environment
from pprmail.audience.keys import read_keyring
from pprmail.cli.sending import open_ledger
from pprmail.delivery.messages import LetterWriter
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter

READERS = 2000
KILLS = 5
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")


def letters(outbox: Path) -> int:
    """How many letters lie in the outbox."""
    return sum(name.endswith(".eml") for name in os.listdir(outbox)) if outbox.is_dir() else 0  # noqa: PTH208 - quick


def wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Give the process time; True when it has ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)
    return process.poll() is not None


def start_and_kill(newsletter: Newsletter, chance: random.Random, *, by_time: bool) -> bool:
    """Start a send and kill it at a random moment; True when that was between the first letter and the last.

    The moment is a time since the start, which may come before the seal, or a number of letters.
    """
    outbox = newsletter.root / "outbox" / "2020-08"
    before = letters(outbox)
    with subprocess.Popen(
        newsletter.command("send", "2020-08", "--yes"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=clean_environment()
    ) as process:  # fmt: skip
        if by_time:
            wait(process, chance.uniform(0.05, 0.45))
        else:
            wanted = before + chance.randint(1, 120)
            while letters(outbox) < wanted and not wait(process, 0.005):
                pass
            wait(process, chance.uniform(0, 0.01))
        process.kill()
    return 0 < letters(outbox) < READERS


@pytest.mark.parametrize("seed", range(10))
def test_a_send_killed_again_and_again_mails_everyone_once(newsletter: Newsletter, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test wants the same moments each time
    newsletter.change_settings("[unsubscribe]", "[delivery]\nbatch_size = 20\n[unsubscribe]")
    newsletter.readers(READERS)
    by_time = chance.randrange(KILLS)

    landed = [start_and_kill(newsletter, chance, by_time=number == by_time) for number in range(KILLS)]
    finished = newsletter.run("send", "2020-08", "--yes", "--json")

    assert sum(landed) >= KILLS - 2, "too few kills fell between the first letter and the last"
    assert (finished.returncode, "Traceback" in finished.stderr) == (0, False)
    status = loads(finished.stdout)
    assert (status["state"], status["accepted"], status["recipients"]) == ("sent", READERS, READERS)
    outbox = {path.name: path.read_bytes() for path in (newsletter.root / "outbox" / "2020-08").iterdir()}
    assert not [name for name in outbox if not re.fullmatch(r"[0-9a-f]{24}\.eml", name)]
    readers = [Subscriber(f"reader{number}@example.org", f"Reader {number}") for number in range(1, READERS + 1)]
    assert sorted(BytesHeaderParser().parsebytes(content)["To"] for content in outbox.values()) == sorted(
        f"{one.name} <{one.address}>" for one in readers
    )
    assert outbox == sealed_letters(newsletter, readers)


def sealed_letters(newsletter: Newsletter, readers: list[Subscriber]) -> dict[str, bytes]:
    """What was sealed, written again: the name and the bytes of every letter."""
    ledger, keyring = open_ledger(newsletter.settings), read_keyring(newsletter.settings)
    assert ledger
    assert keyring
    with closing(ledger):
        mailing = ledger.find("2020-08", real=False)
        assert mailing
        writer = LetterWriter(ledger.sealed_mail(mailing), mailing.sealed, keyring.current)
    written = [writer.write(one) for one in readers]
    return {f"{letter.id}.eml": letter.content for letter in written}
