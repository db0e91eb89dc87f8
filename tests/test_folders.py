from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from pprmail.folders import keeper_by_name, kept_by, mount_table, network_drive

if TYPE_CHECKING:
    from pathlib import Path, PurePath

LOCAL = "/dev/sda1 / ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n"
MOUNTS = LOCAL + (
    "server:/homes /home nfs4 rw,vers=4.2 0 0\n"
    "/dev/sdb1 /home/ada/local ext4 rw 0 0\n"
    "//server/share /mnt/my\\040share cifs rw 0 0\n"
    "ada@server: /mnt/ssh fuse.sshfs rw 0 0\n"
    "systemd-1 /mnt/auto autofs rw 0 0\n"
    "server:/auto /mnt/auto nfs rw 0 0\n"
    "C:\\134 /mnt/c 9p rw 0 0\n"
)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        pytest.param(PureWindowsPath(r"C:\Users\ada\OneDrive\letter"), "OneDrive", id="onedrive"),
        pytest.param(PureWindowsPath(r"C:\Users\ada\OneDrive - University of X\a"), "OneDrive", id="onedrive-university"),
        pytest.param(PurePosixPath("/Users/ada/OneDrive-Personal/a"), "OneDrive", id="onedrive-personal"),
        pytest.param(PurePosixPath("/Users/ada/Library/CloudStorage/OneDrive-UniversityofX/a"), "OneDrive", id="onedrive-mac"),
        pytest.param(PurePosixPath("/Users/ada/Library/CloudStorage/Box-Box/a"), "Box", id="box-mac"),
        pytest.param(PurePosixPath("/Users/ada/Library/CloudStorage/GoogleDrive-ada@example.org/a"), "Google Drive", id="google-mac"),
        pytest.param(PurePosixPath("/Users/ada/Library/CloudStorage/Acme-ada@example.org/a"), "Acme", id="unknown-mac"),
        pytest.param(PurePosixPath("/home/ada/Dropbox/letter"), "Dropbox", id="dropbox"),
        pytest.param(PurePosixPath("/home/ada/DROPBOX"), "Dropbox", id="dropbox-capitals"),
        pytest.param(PurePosixPath("/Users/ada/Dropbox (Personal)/a"), "Dropbox", id="dropbox-personal"),
        pytest.param(PurePosixPath("/Users/ada/Library/Mobile Documents/com~apple~TextEdit/a"), "iCloud", id="icloud-app"),
        pytest.param(PurePosixPath("/x/com~apple~CloudDocs/a"), "iCloud", id="icloud-documents"),
        pytest.param(PureWindowsPath(r"C:\Users\ada\iCloudDrive\a"), "iCloud", id="icloud-windows"),
        pytest.param(PureWindowsPath(r"G:\My Drive\letter"), "Google Drive", id="google-letter"),
        pytest.param(PureWindowsPath(r"C:\Users\ada\Google Drive\letter"), "Google Drive", id="google-old"),
        pytest.param(PurePosixPath("/home/ada/Nextcloud/a"), "Nextcloud", id="nextcloud"),
        pytest.param(PurePosixPath("/home/ada/ownCloud/a"), "ownCloud", id="owncloud"),
        pytest.param(PureWindowsPath(r"C:\Users\ada\Box\a"), "Box", id="box"),
        pytest.param(PurePosixPath("/srv/Box Sync/a"), "Box", id="box-sync"),
        pytest.param(PureWindowsPath(r"C:\Users\ada\Sync\a"), "Sync.com", id="sync"),
        pytest.param(PurePosixPath("/home/ada/pCloudDrive/a"), "pCloud", id="pcloud"),
        pytest.param(PurePosixPath("/home/ada/MEGA/a"), "MEGA", id="mega"),
    ],
)  # fmt: skip
def test_a_folder_of_a_service_is_known_by_its_name(path: PurePath, service: str) -> None:
    assert keeper_by_name(path) == service


@pytest.mark.parametrize(
    "path",
    [
        PurePosixPath("/home/ada/dropbox-study-notes/letter"),
        PurePosixPath("/home/ada/Boxing/letter"),
        PurePosixPath("/home/ada/projects/box/letter"),
        PurePosixPath("/home/ada/work/sync/letter"),
        PurePosixPath("/home/ada/My Drive/letter"),
        PurePosixPath("/home/ada/onedrive-backups/letter"),
        PurePosixPath("/home/ada/Mobile Documents/letter"),
        PurePosixPath("/home/ada/megafauna/nextclouds"),
        PureWindowsPath(r"C:\Users\ada\Documents\My Drive"),
        PurePosixPath("/"),
    ],
    ids=str,
)
def test_a_name_that_only_sounds_like_a_service_is_no_service(path: PurePath) -> None:
    assert keeper_by_name(path) == ""


@pytest.mark.parametrize(
    ("path", "drive"),
    [
        ("/home/ada/letter", "a network drive (nfs4)"),
        ("/home/ada/local/letter", ""),
        ("/home/ada/locally", "a network drive (nfs4)"),
        ("/homes/ada", ""),
        ("/mnt/my share/letter", "a network drive (cifs)"),
        ("/mnt/ssh", "a network drive (fuse.sshfs)"),
        ("/mnt/auto/letter", "a network drive (nfs)"),
        ("/mnt/c/Users/ada", "a network drive (9p)"),
        ("/Volumes/share", ""),
        ("/srv/letter", ""),
    ],
)
def test_the_longest_mount_point_says_what_a_folder_is_on(path: str, drive: str) -> None:
    assert network_drive(PurePosixPath(path), MOUNTS) == drive


@pytest.mark.parametrize(
    ("path", "drive"),
    [
        (PureWindowsPath(r"\\server\share\letter"), "a network drive"),
        (PureWindowsPath(r"C:\letter"), ""),
        (PurePosixPath("/Volumes/share/letter"), "a network drive or a removable one"),
        (PurePosixPath("/Users/ada/letter"), ""),
    ],
    ids=str,
)
def test_without_a_mount_table_the_path_says_it(path: PurePath, drive: str) -> None:
    assert network_drive(path, "") == drive


def test_a_link_into_a_service_is_followed(tmp_path: Path) -> None:
    (tmp_path / "Dropbox/letter").mkdir(parents=True)
    (tmp_path / "letter").symlink_to(tmp_path / "Dropbox/letter", target_is_directory=True)

    assert kept_by(tmp_path / "letter/.pprmail/state.db", LOCAL) == "Dropbox"


def test_a_link_out_of_a_service_leads_out(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "letter").mkdir()
    (tmp_path / "Dropbox/letter").symlink_to(tmp_path / "letter", target_is_directory=True)

    assert kept_by(tmp_path / "Dropbox/letter/state.db", LOCAL) == ""


@pytest.mark.parametrize(
    ("sign", "service"),
    [(".stfolder", "Syncthing"), (".dropbox.cache", "Dropbox"), (".nextcloudsync.log", "Nextcloud")],
)
def test_a_folder_of_any_name_is_known_by_what_the_service_puts_there(tmp_path: Path, sign: str, service: str) -> None:
    (tmp_path / sign).mkdir()

    assert kept_by(tmp_path / "letter/.pprmail/state.db", LOCAL) == service


def test_a_folder_on_this_machines_disk_is_kept_by_nobody(tmp_path: Path) -> None:
    assert kept_by(tmp_path / "letter/state.db", LOCAL) == ""


def test_a_mount_table_that_is_not_there_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprmail.folders.MOUNT_TABLE", tmp_path / "mounts")

    assert mount_table() == ""


def test_the_mount_table_is_read_when_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounts").write_text(f"server:/x {tmp_path} nfs rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr("pprmail.folders.MOUNT_TABLE", tmp_path / "mounts")

    assert kept_by(tmp_path / "state.db") == "a network drive (nfs)"
