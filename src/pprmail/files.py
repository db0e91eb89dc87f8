"""Files replaced whole, files only their owner reads, and the lock that goes with the process.

The one module that asks which system it runs on.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def replace_file(path: Path | str, content: bytes, *, durably: bool = False) -> None:
    """Put ``content`` at ``path``, whole or not at all: a temporary file beside it, then a rename.

    The temporary name is fixed, so that a killed writer leaves one file that its successor overwrites. ``durably``: also a
    power cut leaves the old file or the new one.
    """
    # Strings and an unbuffered file: with Path and a buffer a letter took half as long again
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.tmp")  # noqa: PTH118
    try:
        with open(temporary, "wb", buffering=0) as file:  # noqa: PTH123
            rest = memoryview(content)
            while rest:  # a disk that fills up takes a part first
                rest = rest[file.write(rest) :]
            if durably:
                os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def remove_file(path: Path) -> None:
    """Remove the file at ``path``, if there is one, and what a killed ``replace_file`` left of it."""
    for one in (path, _temporary(path)):
        one.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def replace_if_changed(path: Path | str, content: bytes, *, durably: bool = False) -> bool:
    """Put ``content`` at ``path`` unless it stands there already; True when the file was written."""
    with suppress(OSError), open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        if file.readall() == content:
            return False
    try:
        replace_file(path, content, durably=durably)
    except FileNotFoundError:
        os.makedirs(os.path.split(path)[0], exist_ok=True)  # noqa: PTH103
        replace_file(path, content, durably=durably)
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


def touch_private_file(path: Path) -> None:
    """An empty file that only its owner reads (0600), unless there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


if sys.platform == "win32":
    import msvcrt

    def _rename_to_new(source: Path, target: Path) -> None:
        source.rename(target)  # refuses to replace, on Windows

    def _try_lock(descriptor: int) -> bool:
        # A locked byte cannot be read: lock one far behind the holder's name
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            locked = True
        except OSError:
            locked = False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return locked

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
def hold_lock(path: Path, holder: str = "") -> Iterator[bool]:
    """The kernel's lock on ``path``, made if need be: True when it is ours, until the end of the ``with`` or of the process.

    ``holder`` is what ``lock_holder`` tells others meanwhile. False when another process holds it for longer than
    ``lock_holder`` does, which takes the lock to see whether it can. There is no time-out and nothing to clean up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        ours = any(_try_lock_after(descriptor, seconds) for seconds in _PATIENCE_SECONDS)
        if ours:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, holder.encode())
        yield ours
    finally:
        os.close(descriptor)


_PATIENCE_SECONDS = (0, 0.01, 0.05)


def _try_lock_after(descriptor: int, seconds: float) -> bool:
    if seconds:
        time.sleep(seconds)
    return _try_lock(descriptor)


def lock_holder(path: Path) -> str | None:
    """What the process that holds the lock on ``path`` calls itself; None when none does. Makes nothing."""
    if not path.exists():
        return None
    descriptor = os.open(path, os.O_RDWR)
    try:
        return None if _try_lock(descriptor) else os.read(descriptor, 1000).decode("utf-8", "replace")
    finally:
        os.close(descriptor)
