"""Who keeps a folder besides its owner: a service that synchronises it, or a server behind a network drive.

A database in such a folder can come to stand on two machines at once, or lose its locks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import PurePath

MOUNT_TABLE = Path("/proc/self/mounts")
"""Linux's table of mounted file systems, proc_pid_mounts(5); other systems have none."""

# Matched against a folder's whole name, casefolded: the names that the services give to theirs
_SERVICES = {
    "OneDrive": r"onedrive|onedrive-personal|onedrive - .+",
    "Dropbox": r"dropbox|my dropbox|dropbox \(.+\)",
    "iCloud": r"com~apple~clouddocs|icloud ?drive",
    "Google Drive": r"google ?drive|googledrive-.+",
    "Nextcloud": r"nextcloud\d*",
    "ownCloud": r"owncloud|owncloud - .+",
    "Box": r"box sync|box-box",
    "Sync.com": r"sync\.com",
    "pCloud": r"pcloud|pcloud ?drive|pcloud sync",
    "MEGA": r"mega|megasync",
}
# Plain words, which are a service's only at the top of somebody's home: ~/Box, C:\Users\ada\Sync
_IN_HOMES = {"box": "Box", "sync": "Sync.com"}
_HOMES = ("home", "users")
# What Google Drive calls its folder under a drive letter, in the languages of this newsletter's writers
_UNDER_A_DRIVE = {"my drive", "shared drives", "mon drive", "drive partagés"}
# What the services put into the top of a folder that may have any name
_SIGNS = {
    ".stfolder": "Syncthing",
    ".dropbox.cache": "Dropbox",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
}
_NETWORK_TYPES = frozenset(
    (
        "9p", "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.onedriver",
        "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    )
)  # fmt: skip


def kept_by(path: Path, mounts: str | None = None) -> str:
    """The sync service or the kind of network drive that keeps ``path``, '' when none is seen; symbolic links are followed.

    ``path`` need not exist. ``mounts`` is the text of Linux's mount table, which is read when it is None.
    """
    real = path.resolve()
    by_sign = (_SIGNS[sign] for folder in (real, *real.parents) for sign in _SIGNS if (folder / sign).exists())
    return next(by_sign, "") or keeper_by_name(real) or network_drive(real, mount_table() if mounts is None else mounts)


def mount_table() -> str:
    """The text of Linux's mount table; '' on other systems."""
    try:
        return MOUNT_TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def keeper_by_name(path: PurePath) -> str:
    """The sync service that one of the folders of ``path``, an absolute path, is named after; '' without one."""
    names = [part.casefold() for part in path.parts]
    for at, name in enumerate(names):
        before = names[at - 1] if at else ""
        if before == "library" and name == "mobile documents":
            return "iCloud"
        if before == "cloudstorage" and names[at - 2] == "library":
            return _service(name) or _provider(path.parts[at])
        if at == 1 and path.drive and name in _UNDER_A_DRIVE:
            return "Google Drive"
        if name in _IN_HOMES and at > 1 and names[at - 2] in _HOMES:
            return _IN_HOMES[name]
        if service := _service(name):
            return service
    return ""


def _service(name: str) -> str:
    return next((service for service, names in _SERVICES.items() if re.fullmatch(names, name)), "")


def _provider(name: str) -> str:
    """The service of a folder in macOS's CloudStorage, which is named ``Service-account``; the account is nobody's business."""
    service = name.partition("-")[0]
    return next((known for known in _SERVICES if known.replace(" ", "").casefold() == service.casefold()), service)


class _Mount(NamedTuple):
    point: str
    type: str


def network_drive(path: PurePath, mounts: str) -> str:
    """The kind of network drive that ``path``, an absolute path without links, is on, such as ``a network drive (nfs4)``; '' without one.

    Without a mount table everything under macOS's ``/Volumes`` is taken for one: what is mounted there is not this machine's own disk.
    """
    if path.drive.startswith("\\\\"):
        return "a network drive"
    if not mounts:
        return "a network drive or a removable one" if path.parts[:2] == ("/", "Volumes") else ""
    above = {str(path), *map(str, path.parents)}
    own = [mount for mount in _read_mounts(mounts) if mount.point in above]
    # Of two at the same point the later one hides the earlier
    kind = max(enumerate(own), key=lambda one: (len(one[1].point), one[0]))[1].type if own else ""
    return f"a network drive ({kind})" if kind in _NETWORK_TYPES else ""


def _read_mounts(mounts: str) -> list[_Mount]:
    rows = (line.split(" ") for line in mounts.splitlines())
    return [_Mount(_unescaped(row[1]), row[2]) for row in rows if len(row) > 2]  # noqa: PLR2004 - device, point, type


def _unescaped(point: str) -> str:
    r"""A mount point as it is called: blanks, tabs, newlines and backslashes stand as ``\040`` in the table, fstab(5)."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)
