from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from conftest import KEY
from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter

SEND = ("send", "2020-08", "--yes")
STATE = ".pprmail/state.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes: outside the newsletter."""
    return tmp_path / "letter.backup"


def rows(database: bytes, query: str, tmp_path: Path) -> list[tuple[object, ...]]:
    path = tmp_path / "looked-into.db"
    path.write_bytes(database)
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_backup_holds_the_ledger_the_key_and_what_they_are(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)

    done = newsletter.call("backup", str(file))

    with ZipFile(file) as archive:
        database, key = archive.read("state.db"), archive.read("secret.key")
        label = json.loads(archive.read("backup.json"))
        assert sorted(archive.namelist()) == ["backup.json", "secret.key", "state.db"]
    assert (done.returncode, done.stderr) == (0, "")
    assert key == (newsletter.root / ".pprmail/secret.key").read_bytes()
    [(database_id,)] = rows(database, "SELECT value FROM facts WHERE name = 'database_id'", file.parent)
    [(revision,)] = rows(database, "SELECT revision FROM mailings", file.parent)
    assert label == {
        "format": "pprmail backup 1",
        "newsletter": "pprnet",
        "database_id": database_id,
        "made": label["made"],
        "sha256": sha256(database).hexdigest(),
        "mailings": 1,
        "last_issue": "2020-08",
        "revision": revision,
    }
    day, minute = label["made"][:10], label["made"][11:16]
    assert done.stdout == (
        f"{file}: 1 mailing, the last of 2020-08, as of {day} {minute} UTC\n"
        "It holds every reader's address and the secret key: keep it as you keep the list, and never put it into git.\n"
    )


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)

    newsletter.call("backup", str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}
    assert hidden(file.parent) == []
    assert hidden(newsletter.root / ".pprmail") == []


def test_what_stands_in_the_write_ahead_log_alone_is_in_the_backup(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)
    with closing(sqlite3.connect(newsletter.root / STATE)) as sender:
        sender.execute("PRAGMA wal_autocheckpoint=0")
        sender.execute("UPDATE mailings SET revision = 77")
        sender.commit()

        newsletter.call("backup", str(file))

    with ZipFile(file) as archive:
        assert rows(archive.read("state.db"), "SELECT revision FROM mailings", file.parent) == [(77,)]


def test_while_a_sender_is_at_work_no_backup_is_made_that_would_mail_its_readers_again(
    newsletter: Newsletter, file: Path
) -> None:
    newsletter.call(*SEND)

    with hold_lock(lock_path(newsletter.settings)):
        done = newsletter.call("backup", str(file))

    assert done.returncode == 1
    assert "another sender is at work" in done.stderr
    assert not file.exists()


def test_the_key_in_force_is_the_one_that_is_kept(newsletter: Newsletter, file: Path) -> None:
    environment = {"PPRMAIL_SECRET_KEY": f"{KEY} an-older-key-0123456789"}
    newsletter.call(*SEND, **environment)

    done = newsletter.call("backup", str(file), **environment)

    assert done.returncode == 0
    with ZipFile(file) as archive:
        assert archive.read("secret.key") == f"{KEY}\nan-older-key-0123456789\n".encode()


def test_a_ledger_without_a_mailing_is_kept_too(newsletter: Newsletter, file: Path) -> None:
    newsletter.call("unsubscribe", "reader1@example.org")

    done = newsletter.call("backup", str(file))

    assert done.stdout.startswith(f"{file}: 0 mailings, as of ")


def test_a_backup_replaces_nothing(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)
    file.write_bytes(b"precious")

    done = newsletter.call("backup", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pprmail: {file}: exists already, and a backup replaces nothing; give another name\n"
    assert file.read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_told(newsletter: Newsletter, tmp_path: Path) -> None:
    newsletter.call(*SEND)
    file = tmp_path / "stick/letter.backup"

    done = newsletter.call("backup", str(file))

    assert done.returncode == 1
    assert done.stderr == f"pprmail: {file}: there is no folder {str(file.parent)!r}; make it, or give another name\n"
    assert not file.parent.exists()


def test_without_a_ledger_there_is_nothing_to_back_up(newsletter: Newsletter, file: Path) -> None:
    done = newsletter.call("backup", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"pprmail: {newsletter.root / STATE}: there is nothing to back up yet; the first send makes the database and its key\n"
    )
    assert not file.exists()
    assert not (newsletter.root / ".pprmail").exists()


def test_a_ledger_without_its_key_is_refused(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)
    (newsletter.root / ".pprmail/secret.key").unlink()

    done = newsletter.call("backup", str(file))

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: the database was made with another secret key (fingerprint ")
    assert not file.exists()


def test_one_backup_at_a_time(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)
    with hold_lock(newsletter.root / ".pprmail/state.db.backup.lock"):
        done = newsletter.call("backup", str(file))

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {newsletter.root / STATE}: another backup of it is being made; wait for that to end and run this again\n"
    )


def test_what_a_killed_backup_left_is_no_hindrance_and_goes(newsletter: Newsletter, file: Path) -> None:
    newsletter.call(*SEND)
    newsletter.write(".pprmail/.state.db.backup.tmp", b"half a database")
    file.with_name(f".{file.name}.tmp").write_bytes(b"half a backup")

    done = newsletter.call("backup", str(file))

    assert done.returncode == 0
    assert hidden(file.parent) == []
    assert hidden(newsletter.root / ".pprmail") == []
