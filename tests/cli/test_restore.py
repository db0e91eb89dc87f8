from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from conftest import KEY, Newsletter
from pprmail.cli.sending import lock_path
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEND = ("send", "2020-08", "--yes")
STATE = ".pprmail/state.db"
KEY_FILE = ".pprmail/secret.key"
NOT_WHOLE = (
    "is no backup of pprmail's, or not whole any more; copy it again, as 'pprmail backup' made it, or take another"
)


@pytest.fixture
def laptop(newsletter: Newsletter, tmp_path: Path) -> Newsletter:
    """The same newsletter on another machine: its files, and nothing of what was sent."""
    shutil.copytree(newsletter.root, tmp_path / "laptop")
    return Newsletter(tmp_path / "laptop")


@pytest.fixture
def file(laptop: Newsletter, newsletter: Newsletter, tmp_path: Path) -> Path:
    """A backup of the newsletter after its first mailing; the laptop knows nothing of it."""
    newsletter.call(*SEND)
    return back_up(newsletter, tmp_path / "letter.backup")


def back_up(newsletter: Newsletter, file: Path) -> Path:
    assert newsletter.call("backup", str(file)).returncode == 0
    return file


def change(newsletter: Newsletter, *statements: str) -> None:
    with closing(sqlite3.connect(newsletter.root / STATE)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def ask(newsletter: Newsletter, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(newsletter.root / STATE)) as connection:
        return connection.execute(query).fetchall()


def state_files(newsletter: Newsletter) -> dict[str, bytes]:
    """What is in ``.pprmail`` but for locks."""
    folder = newsletter.root / ".pprmail"
    if not folder.exists():
        return {}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".lock"}


def entries(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(file: Path, contents: dict[str, bytes], compression: int = ZIP_STORED) -> None:
    with ZipFile(file, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def relabelled(file: Path, **changes: object) -> dict[str, bytes]:
    packed = entries(file)
    return packed | {"backup.json": json.dumps(json.loads(packed["backup.json"]) | changes).encode()}


# Onto a new machine


def test_a_new_machine_knows_what_was_sent_and_mails_nobody_again(
    newsletter: Newsletter, laptop: Newsletter, file: Path
) -> None:
    done = laptop.call("restore", str(file))
    status, sent = laptop.call("status", "2020-08", "--json"), newsletter.call("status", "2020-08", "--json")
    again = laptop.call(*SEND)

    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(entries(file)["backup.json"])["made"]
    assert done.stdout == (
        f"1 mailing, the last of 2020-08, as of {made[:10]} {made[11:16]} UTC: restored\n"
        "From now on this is the machine that sends. The one that the backup came from must send no more; "
        "before you go back to it, make a backup here and restore it there.\n"
    )
    assert (status.returncode, json.loads(status.stdout)) == (0, json.loads(sent.stdout))
    assert again.returncode == 0
    assert not (laptop.root / "outbox").exists()


def test_key_and_database_are_their_owners_alone_and_nothing_is_left_beside_them(
    newsletter: Newsletter, laptop: Newsletter, file: Path
) -> None:
    laptop.call("restore", str(file))

    assert sorted(state_files(laptop)) == ["secret.key", "state.db"]
    assert {stat.S_IMODE((laptop.root / name).stat().st_mode) for name in (STATE, KEY_FILE)} == {0o600}
    assert state_files(laptop)["secret.key"] == state_files(newsletter)["secret.key"]


def test_a_restored_database_has_no_home(newsletter: Newsletter, laptop: Newsletter, file: Path) -> None:
    change(newsletter, "INSERT OR REPLACE INTO facts VALUES ('home', '7 office')")
    with_home = back_up(newsletter, file.with_name("with-home.backup"))

    laptop.call("restore", str(with_home))

    assert ask(laptop, "SELECT value FROM facts WHERE name = 'home'") == []


def test_a_key_in_the_environment_needs_no_file(laptop: Newsletter, tmp_path: Path) -> None:
    office = Newsletter(tmp_path / "office")
    shutil.copytree(laptop.root, office.root)
    office.call(*SEND, PPRMAIL_SECRET_KEY=KEY)
    office.call("backup", str(tmp_path / "b"), PPRMAIL_SECRET_KEY=KEY)

    done = laptop.call("restore", str(tmp_path / "b"), PPRMAIL_SECRET_KEY=KEY)

    assert done.returncode == 0
    assert not (laptop.root / KEY_FILE).exists()


def test_killed_between_key_and_database_it_is_finished_by_the_next(
    laptop: Newsletter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pprmail.cli.restore.put_database", killed)
        stopped = laptop.call("restore", str(file))
    left = sorted(state_files(laptop))
    finished = laptop.call("restore", str(file))

    assert (stopped.returncode, left) == (130, ["secret.key"])
    assert finished.returncode == 0
    assert laptop.call("status", "2020-08").stdout.startswith("2020-08: sent")


def test_a_database_that_was_never_used_gives_way(laptop: Newsletter, file: Path) -> None:
    laptop.write(STATE, b"")

    done = laptop.call("restore", str(file))

    assert done.returncode == 0
    assert laptop.call("status", "2020-08").stdout.startswith("2020-08: sent")


# Over an older state of the same database


def test_there_and_back_again_an_older_state_is_replaced(
    newsletter: Newsletter, laptop: Newsletter, file: Path
) -> None:
    laptop.call("restore", str(file))
    laptop.call("cancel", "2020-08")
    laptop.call("unsubscribe", "reader1@example.org")
    back = back_up(laptop, file.with_name("back.backup"))

    done = newsletter.call("restore", str(back), "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    assert newsletter.call("status", "2020-08").stdout.startswith("2020-08: cancelled")
    assert sorted(state_files(newsletter)) == ["secret.key", "state.db"]
    assert ask(newsletter, "PRAGMA journal_mode") == [("wal",)]
    assert stat.S_IMODE((newsletter.root / STATE).stat().st_mode) == 0o600


def test_where_nobody_can_answer_nothing_is_replaced(newsletter: Newsletter, file: Path) -> None:
    before = ask(newsletter, "SELECT * FROM facts")

    done = newsletter.call("restore", str(file))

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: nobody can answer here: there is no terminal; run it in one, or add --yes")
    assert ask(newsletter, "SELECT * FROM facts") == before


def test_who_says_no_keeps_what_is_here(newsletter: Newsletter, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def say_no(_: object, question: str, *, yes: bool) -> bool:
        asked.append(question)
        return yes

    monkeypatch.setattr("pprmail.cli.console.Console.confirm", say_no)

    done = newsletter.call("restore", str(file))

    assert asked == [f"Replace the database here by its state in {file}?"]
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "nothing was restored\n")


def test_who_leaves_while_the_question_stands_is_not_forgotten(
    newsletter: Newsletter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object, **__: object) -> bool:
        return newsletter.call("unsubscribe", "reader1@example.org").returncode == 0

    monkeypatch.setattr("pprmail.cli.console.Console.confirm", leave)

    done = newsletter.call("restore", str(file))

    assert (done.returncode, "knows what" in done.stderr) == (1, True)
    assert len(ask(newsletter, "SELECT * FROM suppressions")) == 1


def test_a_database_that_another_program_holds_is_not_replaced(
    newsletter: Newsletter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprmail.delivery.ledger.restoration.BUSY_SECONDS", 0)
    with closing(sqlite3.connect(newsletter.root / STATE)) as other:
        other.execute("UPDATE mailings SET issue = issue")
        done = newsletter.call("restore", str(file), "--yes")

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {newsletter.root / STATE}: database is locked; nothing was replaced: "
        "close other programs that hold it and run this again\n"
    )


def test_a_missing_key_comes_back_to_its_database(newsletter: Newsletter, file: Path) -> None:
    key = state_files(newsletter)["secret.key"]
    (newsletter.root / KEY_FILE).unlink()

    done = newsletter.call("restore", str(file), "--yes")

    assert (done.returncode, state_files(newsletter)["secret.key"]) == (0, key)


def test_a_newer_key_here_stays(newsletter: Newsletter, file: Path) -> None:
    longer = f"{KEY}\n".encode() + state_files(newsletter)["secret.key"]
    newsletter.write(KEY_FILE, longer)

    done = newsletter.call("restore", str(file), "--yes")

    assert (done.returncode, state_files(newsletter)["secret.key"]) == (0, longer)


def test_a_newer_key_in_the_backup_joins_the_one_here(newsletter: Newsletter, laptop: Newsletter, file: Path) -> None:
    laptop.call("restore", str(file))
    longer = f"{KEY}\n".encode() + state_files(laptop)["secret.key"]
    laptop.write(KEY_FILE, longer)
    laptop.call("unsubscribe", "reader1@example.org")
    back = back_up(laptop, file.with_name("back.backup"))

    done = newsletter.call("restore", str(back), "--yes")

    assert (done.returncode, state_files(newsletter)["secret.key"]) == (0, longer)
    assert stat.S_IMODE((newsletter.root / KEY_FILE).stat().st_mode) == 0o600


# What is here and would be lost


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE mailings SET revision = revision + 1", id="a-step"),
        pytest.param(
            "INSERT INTO mailings (id, issue, kind, provider, sealed_sha256, key_fingerprint, folder, sealed, suppressions_seen, revision) "
            "SELECT id + 1, issue, kind, provider, sealed_sha256, key_fingerprint, folder, sealed, suppressions_seen, revision FROM mailings",
            id="a-mailing",
        ),
        pytest.param("UPDATE mailings SET sealed = '2020-08-15T00:00:00+00:00'", id="another-mailing-with-its-number"),
        pytest.param(
            "INSERT INTO suppressions (address_hash, key_fingerprint, source, recorded) VALUES (x'00', 'f', 'reader', 't')",
            id="a-leaver",
        ),
        pytest.param("INSERT INTO keys VALUES ('0123456789abcdef', 't')", id="a-key-in-use"),
        pytest.param(
            "INSERT INTO resolutions (mailing, first, last, attempt, word, detail, recorded) VALUES (1, 1, 1, 'a', 'w', '', 't')",
            id="a-settled-doubt",
        ),
    ],
)
def test_what_the_backup_does_not_know_is_not_forgotten(newsletter: Newsletter, file: Path, statement: str) -> None:
    change(newsletter, statement)

    done = newsletter.call("restore", str(file), "--yes")

    path = newsletter.root / STATE
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"pprmail: {path}: knows what {file} does not, because it was used after that was made; keep it and make a new backup of it, "
        "or, to go on from the backup all the same, move state.db and what is beside it of that name away, and run this again\n"
    )


@pytest.mark.parametrize("state", ["claimed", "accepted", "unknown"])
def test_a_batch_handed_over_since_in_the_same_run_is_not_forgotten(
    newsletter: Newsletter, tmp_path: Path, state: str
) -> None:
    newsletter.call(*SEND)
    change(newsletter, "UPDATE batches SET state = 'waiting', attempt = NULL")
    file = back_up(newsletter, tmp_path / "during.backup")
    change(newsletter, f"UPDATE batches SET state = '{state}', attempt = 'a'")  # noqa: S608 - a word of ours

    done = newsletter.call("restore", str(file), "--yes")

    assert (done.returncode, "knows what" in done.stderr) == (1, True)


def test_another_database_is_not_forgotten(newsletter: Newsletter, laptop: Newsletter, file: Path) -> None:
    laptop.write(KEY_FILE, state_files(newsletter)["secret.key"])
    laptop.call(*SEND)

    done = laptop.call("restore", str(file), "--yes")

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {laptop.root / STATE}: is another database than the one in {file}, and what was sent from it would be forgotten; "
        "to go on from the backup all the same, move state.db and what is beside it of that name away, and run this again\n"
    )


def test_another_key_is_not_replaced(laptop: Newsletter, file: Path) -> None:
    laptop.write(KEY_FILE, KEY)

    done = laptop.call("restore", str(file), "--yes")

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {laptop.root / KEY_FILE}: is another key than the one in {file}; to go on from the backup, move it away, "
        "with a database that was made with it, and run this again\n"
    )
    assert state_files(laptop) == {"secret.key": KEY.encode()}


def test_another_key_in_the_environment_is_told(laptop: Newsletter, file: Path) -> None:
    done = laptop.call("restore", str(file), PPRMAIL_SECRET_KEY=KEY)

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: PPRMAIL_SECRET_KEY: is another key than the one in {file}; take it out of the environment and run this again\n"
    )
    assert state_files(laptop) == {}


def test_a_log_whose_database_was_moved_away_is_kept(laptop: Newsletter, file: Path) -> None:
    laptop.write(f"{STATE}-wal", b"the last changes")

    done = laptop.call("restore", str(file))

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {laptop.root / STATE}-wal: holds the last changes of a database that was moved away; "
        "move it to where that is now, and run this again\n"
    )
    assert state_files(laptop) == {"state.db-wal": b"the last changes"}


def test_empty_leavings_of_a_database_go(laptop: Newsletter, file: Path) -> None:
    laptop.write(f"{STATE}-wal", b"")
    laptop.write(f"{STATE}-shm", b"index of a log that is empty")

    done = laptop.call("restore", str(file))

    assert (done.returncode, sorted(state_files(laptop))) == (0, ["secret.key", "state.db"])


def test_a_damaged_database_is_to_be_moved_away_first(newsletter: Newsletter, file: Path) -> None:
    newsletter.write(STATE, b"no database" * 1000)

    done = newsletter.call("restore", str(file), "--yes")

    assert done.returncode == 1
    assert done.stderr.endswith(
        "; to restore in its place, move it away first, with the files that begin with 'state.db'\n"
    )


def test_while_a_sender_is_at_work_nothing_is_restored(newsletter: Newsletter, file: Path) -> None:
    with hold_lock(lock_path(newsletter.settings)):
        done = newsletter.call("restore", str(file), "--yes")

    assert done.returncode == 1
    assert done.stderr.startswith("pprmail: another sender is at work on this newsletter; wait for it to end")


# A file that is not what it should be


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def of_another_database(file: Path) -> None:
    database = file.with_name("changed.db")
    database.write_bytes(entries(file)["state.db"])
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE facts SET value = 'another' WHERE name = 'database_id'")
    content = database.read_bytes()
    pack(file, relabelled(file, sha256=sha256(content).hexdigest()) | {"state.db": content})


def no_database(file: Path) -> None:
    content = b"words" * 1000
    pack(file, relabelled(file, sha256=sha256(content).hexdigest()) | {"state.db": content})


def damaged_where_nobody_looks(file: Path) -> None:
    content = entries(file)["state.db"]
    database = file.with_name("damaged.db")
    database.write_bytes(content)
    with closing(sqlite3.connect(database)) as connection:
        [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'recipients'").fetchall()
    content = content[: 4096 * (page - 1)] + b"\xff" * 4096 + content[4096 * page :]
    pack(file, relabelled(file, sha256=sha256(content).hexdigest()) | {"state.db": content})


def twice(file: Path) -> None:
    packed = entries(file)
    with ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("secret.key", packed["secret.key"])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(lambda file: file.write_bytes(b"words" * 1000), id="no-zip"),
        truncated,
        half,
        flipped,
        pytest.param(lambda file: pack(file, {"letter.txt": b"hello"}), id="somebody-else's-zip"),
        pytest.param(lambda file: pack(file, entries(file), ZIP_DEFLATED), id="packed-again"),
        pytest.param(lambda file: pack(file, relabelled(file, sha256="0" * 64)), id="another-hash"),
        pytest.param(lambda file: pack(file, relabelled(file, format="pprnews 1")), id="another-format"),
        pytest.param(lambda file: pack(file, relabelled(file, mailings="many")), id="a-count-of-words"),
        pytest.param(lambda file: pack(file, relabelled(file, made="yesterday")), id="a-time-of-words"),
        pytest.param(lambda file: pack(file, entries(file) | {"backup.json": b"[1]"}), id="a-label-of-another-shape"),
        pytest.param(lambda file: pack(file, entries(file) | {"backup.json": b"{"}), id="a-label-cut-off"),
        pytest.param(lambda file: pack(file, entries(file) | {"secret.key": b"another-key-0123456789"}), id="another-key"),
        pytest.param(lambda file: pack(file, relabelled(file, more="x" * 70_000)), id="a-long-label"),
        of_another_database,
        no_database,
        damaged_where_nobody_looks,
        twice,
    ],
)  # fmt: skip
def test_a_file_that_is_no_whole_backup_changes_nothing(
    laptop: Newsletter, file: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(file)

    done = laptop.call("restore", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pprmail: {file}: {NOT_WHOLE}\n"
    assert state_files(laptop) == {}


def test_only_the_three_names_are_read(laptop: Newsletter, file: Path) -> None:
    pack(file, entries(file) | {"../escaped": b"x", "/escaped": b"x", "state.db-wal": b"x"})

    done = laptop.call("restore", str(file))

    assert done.returncode == 0
    assert sorted(state_files(laptop)) == ["secret.key", "state.db"]
    assert not (laptop.root / "escaped").exists()


def test_a_newer_format_is_told(laptop: Newsletter, file: Path) -> None:
    pack(file, relabelled(file, format="pprmail backup 2"))

    done = laptop.call("restore", str(file))

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {file}: was made by a newer pprmail (pprmail backup 2); upgrade pprmail and run this again\n"
    )


def test_a_newer_schema_is_told(newsletter: Newsletter, laptop: Newsletter, file: Path) -> None:
    database = file.with_name("newer.db")
    database.write_bytes(entries(file)["state.db"])
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'schema_version'")
    content = database.read_bytes()
    pack(file, relabelled(file, sha256=sha256(content).hexdigest()) | {"state.db": content})

    done = laptop.call("restore", str(file))

    assert done.returncode == 1
    assert "its database has schema version 99; this pprmail knows " in done.stderr
    assert done.stderr.endswith("; upgrade pprmail and run this again\n")


def test_another_newsletters_backup_is_refused(laptop: Newsletter, file: Path) -> None:
    laptop.change_settings('id = "pprnet"', 'id = "other"')

    done = laptop.call("restore", str(file))

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {file}: belongs to the newsletter 'pprnet', and 'id' under [newsletter] is 'other'; "
        "restore it in that newsletter's folder\n"
    )
    assert state_files(laptop) == {}


def test_a_file_that_is_not_there_is_told(laptop: Newsletter, tmp_path: Path) -> None:
    done = laptop.call("restore", str(tmp_path / "nothing"))

    assert done.returncode == 1
    assert done.stderr == (
        f"pprmail: {tmp_path / 'nothing'}: there is no such file; name one that 'pprmail backup' made\n"
    )


def test_a_folder_is_no_backup(laptop: Newsletter, tmp_path: Path) -> None:
    done = laptop.call("restore", str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith(f"pprmail: {tmp_path}: cannot be read (")
