"""The built site copied to the folder that a web server shows, beside whatever else lies there."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from pprmail.archive.writing import Written, is_other, is_our_site, remove_from
from pprmail.errors import PprmailError
from pprmail.files import replace_file, replace_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAMED = 3


def copy_site(site: Path, folder: Path, memory: Path) -> Written:
    """Bring ``folder`` up to ``site``: what differs is written, what an earlier copy put there and ``site`` lacks is removed.

    ``memory`` is the file where that is remembered, by folder. Pages come before the home page and the feed, which lead
    to them. Raises ``PprmailError`` for a folder that cannot be written, or that holds other files where the site's are to be.
    """
    remembered = _read_memory(memory)
    before = set(remembered.get(str(folder), ()))
    try:
        files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if _is_of_site(path)}
        _refuse_other_place(folder, before, memory)
        _refuse_foreign(folder, files, before)
        # Killed on the way, nothing that was put there is forgotten
        _write_memory(memory, remembered | {str(folder): sorted(before | files.keys())})
        written = sum(
            replace_if_changed(folder / path, files[path].read_bytes())
            for path in sorted(files, key=lambda path: ("/" not in path, path))
        )
        gone = sorted(before - files.keys())
        for path in gone:
            remove_from(folder, path)
        _write_memory(memory, remembered | {str(folder): sorted(files)})
    except OSError as error:
        message = f"{folder}: cannot be written ({error.strerror}: {error.filename}); look whether it may be, and whether its disk has room, and publish again"
        raise PprmailError(message) from error
    return Written(len(files), written, len(gone))


def _is_of_site(path: Path) -> bool:
    """A file, and none that a killed build or a file manager left."""
    is_left = path.name == ".DS_Store" or (path.name.startswith(".") and path.name.endswith(".tmp"))
    return path.is_file() and not is_left


def _refuse_other_place(folder: Path, before: set[str], memory: Path) -> None:
    """Raise ``PprmailError`` when nothing of an earlier copy is left: a share that is not mounted looks like an empty folder."""
    if before and not any((folder / path).exists() for path in before):
        message = (
            f"{folder}: holds nothing of what was published there; mount the share that it lies on, or, if you emptied it, "
            f"delete {memory.parent.name}/{memory.name}. Nothing was copied"
        )
        raise PprmailError(message)


def _refuse_foreign(folder: Path, files: dict[str, Path], before: set[str]) -> None:
    """Raise ``PprmailError`` when somebody else's files stand where the site's are to be.

    A site of ours that nothing remembers, because another machine published it, is taken over.
    """
    if not before and is_our_site(folder):
        return
    foreign = [
        path
        for path in sorted(files.keys() - before)
        if os.path.lexists(folder / path) and is_other(folder / path, files[path].read_bytes())
    ]
    if foreign:
        more = f" and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
        message = (
            f"{folder}: holds files that pprmail did not put there and that the site would replace ({', '.join(foreign[:_NAMED])}{more}); "
            "move them away, or name another 'folder' under [publish]. Nothing was copied"
        )
        raise PprmailError(message)


def _read_memory(memory: Path) -> dict[str, Iterable[str]]:
    """The paths that were put into each folder; none where nothing is remembered, and then nothing is removed."""
    try:
        remembered = json.loads(memory.read_bytes())
        return {str(folder): [str(path) for path in paths] for folder, paths in remembered.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write_memory(memory: Path, remembered: dict[str, Iterable[str]]) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    replace_file(memory, json.dumps(remembered, indent=1, sort_keys=True).encode())
