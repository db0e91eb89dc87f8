from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import KEY
from pprmail.audience.keys import Keyring, fingerprint, make_key, read_keyring
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Newsletter

OLD_KEY = "an-older-key-0123456789"
KEY_FILE = ".pprmail/secret.key"


@pytest.fixture(autouse=True)
def _no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PPRMAIL_SECRET_KEY", raising=False)


def test_without_a_key_there_is_no_keyring_and_none_is_made(newsletter: Newsletter) -> None:
    assert read_keyring(newsletter.settings) is None
    assert not (newsletter.root / ".pprmail").exists()


@pytest.mark.parametrize(
    "text", [f"{KEY}\n{OLD_KEY}\n", f"  {KEY}\r\n\r\n{OLD_KEY}", f"{KEY} {OLD_KEY}"], ids=["lines", "crlf", "words"]
)
def test_the_files_first_key_makes_what_is_new(newsletter: Newsletter, text: str) -> None:
    newsletter.write(KEY_FILE, text)

    keyring = read_keyring(newsletter.settings)

    assert keyring == Keyring((KEY.encode(), OLD_KEY.encode()))
    assert keyring.current == KEY.encode()
    assert keyring.fingerprints == (fingerprint(KEY.encode()), fingerprint(OLD_KEY.encode()))


def test_the_environments_key_stands_before_the_file(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    newsletter.write(KEY_FILE, OLD_KEY)
    monkeypatch.setenv("PPRMAIL_SECRET_KEY", KEY)

    assert read_keyring(newsletter.settings) == Keyring((KEY.encode(),))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"short\n", KEY.encode() + b"\nshort\n"], ids=repr)
def test_a_key_that_cannot_be_right_is_refused(newsletter: Newsletter, content: bytes) -> None:
    newsletter.write(KEY_FILE, content)

    with pytest.raises(PprmailError) as caught:
        read_keyring(newsletter.settings)

    assert str(caught.value) == (
        ".pprmail/secret.key: holds a key of fewer than 16 characters; bring the right one back from a backup"
    )


def test_a_short_key_in_the_environment_is_told_by_its_name(
    newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PPRMAIL_SECRET_KEY", "short")

    with pytest.raises(PprmailError, match=r"^PPRMAIL_SECRET_KEY: holds a key of fewer than 16 characters"):
        read_keyring(newsletter.settings)


@pytest.mark.parametrize("content", [b"\xff\xfe\0k", None], ids=["not-ascii", "folder"])
def test_a_key_file_that_cannot_be_read_is_told(newsletter: Newsletter, content: bytes | None) -> None:
    if content is None:
        (newsletter.root / KEY_FILE).mkdir(parents=True)
    else:
        newsletter.write(KEY_FILE, content)

    with pytest.raises(
        PprmailError, match=r"^\.pprmail/secret\.key: cannot be read \(.*\); bring it back from a backup$"
    ):
        read_keyring(newsletter.settings)


def test_a_key_that_is_made_is_the_key_that_is_read(newsletter: Newsletter) -> None:
    made = make_key(newsletter.settings.state_folder)

    assert read_keyring(newsletter.settings) == made
    assert len(made.current) == 43
    if sys.platform != "win32":
        assert (newsletter.root / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_key_that_another_process_made_just_before_is_taken(newsletter: Newsletter) -> None:
    first = make_key(newsletter.settings.state_folder)

    second = make_key(newsletter.settings.state_folder)

    assert second == first == read_keyring(newsletter.settings)


def test_two_processes_that_make_a_key_at_once_have_one_key(tmp_path: Path) -> None:
    code = "import pathlib, sys; from pprmail.audience.keys import make_key; sys.stdin.read(); print(make_key(pathlib.Path(sys.argv[1])).current)"
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / ".pprmail")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    keys = {maker.communicate("")[0] for maker in makers}

    assert len(keys) == 1
    assert [path.name for path in (tmp_path / ".pprmail").iterdir()] == ["secret.key"]


def test_a_mailings_own_key_is_found_by_its_fingerprint() -> None:
    keyring = Keyring((KEY.encode(), OLD_KEY.encode()))

    assert keyring.by_fingerprint(fingerprint(OLD_KEY.encode())) == OLD_KEY.encode()
    with pytest.raises(
        PprmailError, match=r"made with another secret key \(fingerprint 0123456789abcdef\); bring that key back"
    ):
        keyring.by_fingerprint("0123456789abcdef")


def test_fingerprints_never_change() -> None:
    # Databases hold these: whoever changes one locks them out
    assert fingerprint(KEY.encode()) == "465d809dedaa2558"


def test_a_key_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".pprmail").write_bytes(b"")

    with pytest.raises(PprmailError) as caught:
        make_key(tmp_path / ".pprmail")

    assert str(caught.value) == (
        f"{tmp_path}/.pprmail/secret.key: cannot be written (File exists); check the folder's permissions and the disk's space"
    )
