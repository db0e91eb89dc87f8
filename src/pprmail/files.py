"""Files replaced whole, files only their owner reads, and the lock that goes with the process.

The one module that asks which system it runs on.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, whole or not at all: a temporary file beside it, then a rename.

    The temporary name is fixed, so that a killed writer leaves one file that its successor overwrites.
    """
    temporary = _temporary(path)
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)  # noqa: PTH105 - Path.replace costs a fifth more, and this runs once a letter
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def remove_file(path: Path) -> None:
    """Remove the file at ``path``, if there is one, and what a killed ``replace_file`` left of it."""
    for one in (path, _temporary(path)):
        one.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def replace_if_changed(path: Path, content: bytes) -> bool:
    """Put ``content`` at ``path`` unless it stands there already; True when the file was written."""
    with suppress(OSError):
        if path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)
    return True


def create_private_file(path: Path, content: bytes) -> None:
    """A new file that only its owner reads (0600), whole or not at all. Raises ``FileExistsError`` when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process's number keeps two makers apart
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _rename_to_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _rename_to_new(source: Path, target: Path) -> None:
        source.rename(target)  # refuses to replace, on Windows

    def _try_lock(descriptor: int) -> bool:
        with suppress(OSError):
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            return True
        return False

else:
    import fcntl

    def _rename_to_new(source: Path, target: Path) -> None:
        try:
            os.link(source, target)
        except FileExistsError:
            raise
        except OSError:
            # A memory stick's file system has no links; there, two makers at the same instant are not kept apart
            if target.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
            source.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _try_lock(descriptor: int) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False


@contextmanager
def hold_lock(path: Path) -> Iterator[bool]:
    """The kernel's lock on ``path``, made if need be: True when it is ours, until the end of the ``with`` or of the process.

    False when another process holds it. There is no time-out and nothing to clean up after a crash.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Another process holds the lock on ``path``. Makes nothing."""
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)
