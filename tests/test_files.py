from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pprmail.files import (
    create_private_file,
    hold_lock,
    lock_holder,
    remove_file,
    replace_file,
    replace_if_changed,
)

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """\
import pathlib, sys
from pprmail.files import hold_lock
with hold_lock(pathlib.Path(sys.argv[1])) as ours:
    print(ours, flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"old")

    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.eml"]


def test_what_a_killed_writer_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".a.eml.tmp").write_bytes(b"half a let")

    replace_file(tmp_path / "a.eml", b"letter")

    assert names(tmp_path) == ["a.eml"]


def test_a_replacement_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.mkdir()

    with pytest.raises(OSError, match=r"a\.eml"):
        replace_file(path, b"new")

    assert names(tmp_path) == ["a.eml"]


def test_removing_takes_the_file_and_what_a_killed_writer_left_of_it(tmp_path: Path) -> None:
    for name in ("a.eml", ".a.eml.tmp", "b.eml"):
        (tmp_path / name).write_bytes(b"letter")

    remove_file(tmp_path / "a.eml")
    remove_file(tmp_path / "a.eml")

    assert names(tmp_path) == ["b.eml"]


def test_a_file_that_stands_already_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "site" / "index.html"

    written = [replace_if_changed(path, content) for content in (b"one", b"one", b"two")]

    assert written == [True, False, True]
    assert path.read_bytes() == b"two"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no mode bits")
def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / ".pprmail" / "secret.key"

    create_private_file(path, b"key\n")

    assert path.read_bytes() == b"key\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == ["secret.key"]


def test_a_private_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    create_private_file(path, b"first\n")

    with pytest.raises(FileExistsError):
        create_private_file(path, b"second\n")

    assert path.read_bytes() == b"first\n"
    assert names(tmp_path) == ["secret.key"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_private_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    # The kernel cuts the write off after 4 bytes and ends the process, as a kill at the worst moment would
    code = (
        "import pathlib, resource, sys\n"
        "from pprmail.files import create_private_file\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))\n"
        "import signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
        "create_private_file(pathlib.Path(sys.argv[1]), b'a long key\\n')\n"
    )
    path = tmp_path / "secret.key"

    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)

    assert killed.returncode < 0
    assert not path.exists()


def test_a_lock_is_free_until_held_and_free_again_after(tmp_path: Path) -> None:
    path = tmp_path / ".pprmail" / "state.db.lock"

    before = lock_holder(path), path.exists()
    with hold_lock(path, "2020-08") as ours:
        during = ours, lock_holder(path)
    after = lock_holder(path)

    assert (before, during, after) == ((None, False), (True, "2020-08"), None)


def test_a_lock_held_elsewhere_is_not_ours_and_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "state.db.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "True\n"

        with hold_lock(path) as ours:
            during = ours, lock_holder(path)
        holder.kill()
        holder.wait()
        with hold_lock(path) as ours:
            after = ours

    assert (during, after) == ((False, ""), True)
