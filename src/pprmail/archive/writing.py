"""Files written into a folder that others read: only those that differ, and only what we put there is ever removed."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import PprmailError
from pprmail.files import replace_file, replace_if_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
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
    what is to be said of it when nothing changed since. ``takes_over``: in a folder of which nothing is remembered, what stands
    there is an earlier build's, and may be replaced.
    """

    def __init__(self, path: Path, root: Path) -> None:
        """A memory that cannot be read is empty: then everything is made anew, and nothing is removed.

        Folders within ``root`` are remembered by where they stand in it: a newsletter may be copied to another place.
        """
        self.path = path
        self.root = root
        self.takes_over = False
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

    def name(self, folder: Path) -> str:
        """By what ``folder`` is remembered."""
        return folder.relative_to(self.root).as_posix() if folder.is_relative_to(self.root) else str(folder)

    def of(self, folder: Path) -> dict[str, _Trace]:
        """What was written into ``folder``, by its path."""
        return self.folders.get(self.name(folder), {})

    def holds(self, folder: Path, made_of: str | None = None) -> bool:
        """All that was written into ``folder`` stands there as it was; made of ``made_of``, where that is asked."""
        return all(
            _stands(folder, path, trace) and made_of in {None, trace.made_of} for path, trace in self.of(folder).items()
        )

    def begin(self, folder: Path, files: Iterable[PlannedFile]) -> None:
        """Write down that ``files`` are about to be written into ``folder``: what becomes of them is not known yet."""
        self.builds.clear()
        self.folders[self.name(folder)] = self.of(folder) | {file.path: _Trace("", 0, 0) for file in files}
        self._keep()

    def finish(self, folder: Path, files: dict[str, _Trace]) -> None:
        """Write down that ``files`` are what ``folder`` holds of ours."""
        self.folders[self.name(folder)] = files
        self._keep()

    def finish_build(self, folder: Path, *told: str) -> None:
        """Write down what the whole build into ``folder`` was made of, and what is to be said of it."""
        self.builds[self.name(folder)] = list(told)
        self._keep()

    def _keep(self) -> None:
        kept = {"format": _FORMAT, "checked": self.checked, "builds": self.builds, "folders": self.folders}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, json.dumps(kept, separators=(",", ":"), sort_keys=True).encode())


def _stands(folder: Path, path: str, trace: _Trace) -> bool:
    try:
        there = os.stat(f"{folder}/{path}")  # noqa: PTH116 - thousands of files
    except OSError:
        return False
    return (there.st_size, there.st_mtime_ns) == (trace.size, trace.time)


def _is_unchanged(folder: Path, file: PlannedFile, trace: _Trace | None) -> bool:
    """``file`` stands in ``folder`` as it was written, made of the same."""
    return trace is not None and trace.made_of == file.made_of != "" and _stands(folder, file.path, trace)


def write_files(
    folder: Path,
    files: Iterable[PlannedFile],
    memory: Memory,
    *,
    whole: bool,
    progress: Callable[[int], None] = lambda _: None,
) -> Written:
    """Make and write the files that differ; with ``whole``, remove those that an earlier build wrote and this one does not.

    Whatever is to be written is remembered first, so that a build that is killed leaves nothing behind that the next one does not
    know. Raises ``PprmailError`` for a folder that cannot be written, and, before anything is, for a file of somebody else's in the
    place of one of ours.
    """
    planned = list(files)
    before = memory.of(folder)
    changed = [file for file in planned if not _is_unchanged(folder, file, before.get(file.path))]
    made = _refuse_foreign(folder, changed, before) if before or not memory.takes_over else {}
    now = {file.path: before[file.path] for file in planned if file.path in before}
    written = 0
    try:
        if changed:
            memory.begin(folder, changed)
        for file in changed:
            target = f"{folder}/{file.path}"
            content = made.get(file.path)
            written += replace_if_changed(target, file.make() if content is None else content)
            there = os.stat(target)  # noqa: PTH116 - thousands of files
            now[file.path] = _Trace(file.made_of, there.st_size, there.st_mtime_ns)
            progress(1)
        gone = sorted(before.keys() - now.keys()) if whole else []
        for path in gone:
            remove_from(folder, path)
        if changed or gone:
            memory.finish(folder, now if whole else before | now)
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}: {error.filename}); make room on the disk, check permissions, and build again"
        raise PprmailError(message) from error
    return Written(len(planned), written, len(gone))


def _refuse_foreign(folder: Path, files: list[PlannedFile], before: Container[str]) -> dict[str, bytes]:
    """Raise ``PprmailError`` for a file that we did not write and that ours would replace.

    Gives what had to be made to know: what stands there already as it is to be is no loss.
    """
    made: dict[str, bytes] = {}
    for file in files:
        if file.path not in before and os.path.lexists(f"{folder}/{file.path}"):
            target = folder / file.path
            made[file.path] = file.make()
            if is_other(target, made[file.path]):
                message = f"{target} is not a file that pprmail made, and would be lost; build into another folder with --out, or take it away"
                raise PprmailError(message)
    return made


def is_other(target: Path, content: bytes) -> bool:
    """What stands at ``target``, if anything does, is not a file with ``content``."""
    return os.path.lexists(target) and (not target.is_file() or target.read_bytes() != content)


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
