"""Files written into a folder that others read: only those that differ, and only what we put there is ever removed."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import PprmailError
from pprmail.files import replace_file, replace_if_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

HOME = "index.html"
_FORMAT = 3
_SIGN = b'<meta name="generator" content="pprmail">'
_SIGN_WITHIN = 4096


class PlannedFile(NamedTuple):
    """A file that is to be: its path in the folder, what it is made of (a hash), and how its bytes are made.

    Two files of one path that are made of the same have the same bytes. '' is never the same.
    """

    path: str
    made_of: str
    make: Callable[[], bytes]


class Written(NamedTuple):
    """What a build did: how many files it holds, wrote and removed."""

    files: int
    written: int
    removed: int


class _Trace(NamedTuple):
    """What is remembered of a file: what it was made of, its size and its time (ns)."""

    made_of: str
    size: int
    time: int


def hashed(*ingredients: str) -> str:
    """A hash of ``ingredients``, in their order."""
    return blake2b("\0".join(ingredients).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Memory:
    """What earlier builds wrote where, in ``.pprmail/build.json``.

    ``checked`` are the hashes of what was found free of errors; ``builds`` tell of each folder what its last build was made of, and
    what is to be said of it when nothing changed since.
    """

    def __init__(self, path: Path) -> None:
        """A memory that cannot be read is empty: then everything is made anew, and nothing is removed."""
        self.path = path
        self.checked: dict[str, str] = {}
        self.builds: dict[str, list[str]] = {}
        self.folders: dict[str, dict[str, _Trace]] = {}
        try:
            kept = json.loads(path.read_bytes())
            if kept["format"] == _FORMAT:
                self.checked = dict(kept["checked"])
                self.builds = dict(kept["builds"])
                self.folders = {
                    folder: {path: _Trace(*trace) for path, trace in files.items()}
                    for folder, files in kept["folders"].items()
                }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.checked, self.builds, self.folders = {}, {}, {}

    def has(self, folder: Path, file: PlannedFile) -> bool:
        """``file`` stands in ``folder`` as it was written, made of the same."""
        trace = self.folders.get(str(folder), {}).get(file.path)
        return trace is not None and trace.made_of == file.made_of != "" and _stands(folder, file.path, trace)

    def holds(self, folder: Path, made_of: str | None = None) -> bool:
        """All that was written into ``folder`` stands there as it was; made of ``made_of``, where that is asked."""
        return all(
            _stands(folder, path, trace) and made_of in {None, trace.made_of}
            for path, trace in self.folders.get(str(folder), {}).items()
        )

    def keep(self) -> None:
        """Write it down."""
        kept = {"format": _FORMAT, "checked": self.checked, "builds": self.builds, "folders": self.folders}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, json.dumps(kept, separators=(",", ":"), sort_keys=True).encode())


def _stands(folder: Path, path: str, trace: _Trace) -> bool:
    try:
        there = os.stat(f"{folder}/{path}")  # noqa: PTH116 - thousands of files
    except OSError:
        return False
    return (there.st_size, there.st_mtime_ns) == (trace.size, trace.time)


def write_files(
    folder: Path,
    files: Iterable[PlannedFile],
    memory: Memory,
    *,
    whole: bool,
    progress: Callable[[int], None] = lambda _: None,
) -> Written:
    """Make and write the files that differ; with ``whole``, remove those that an earlier build wrote and this one does not.

    Raises ``PprmailError`` for a folder that cannot be written, or that holds a site which is not ours.
    """
    before = memory.folders.get(str(folder), {})
    if not before:
        _refuse_foreign(folder)
    now: dict[str, _Trace] = {}
    written = 0
    try:
        for file in files:
            if memory.has(folder, file):
                now[file.path] = before[file.path]
            else:
                target = folder / file.path
                written += replace_if_changed(target, file.make())
                there = target.stat()
                now[file.path] = _Trace(file.made_of, there.st_size, there.st_mtime_ns)
            progress(1)
        gone = sorted(before.keys() - now.keys()) if whole else []
        for path in gone:
            remove_from(folder, path)
        memory.folders[str(folder)] = now if whole else before | now
        memory.keep()
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}: {error.filename}); make room on the disk, check permissions, and build again"
        raise PprmailError(message) from error
    return Written(len(now), written, len(gone))


def _refuse_foreign(folder: Path) -> None:
    """A home page that nothing remembers must bear our sign: a copied site is taken over, another one is left alone."""
    home = folder / HOME
    if home.is_file() and not is_our_site(folder):
        message = f"{home} is not a page that pprmail made, and would be lost; build into another folder with --out, or take it away"
        raise PprmailError(message)


def is_our_site(folder: Path) -> bool:
    """The home page in ``folder`` bears our sign. False without one, or when it cannot be read."""
    try:
        with (folder / HOME).open("rb") as file:
            return _SIGN in file.read(_SIGN_WITHIN)
    except OSError:
        return False


def remove_from(folder: Path, path: str) -> None:
    """Remove a file that is no longer wanted, and the folders that it leaves empty."""
    target = folder / path
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()
