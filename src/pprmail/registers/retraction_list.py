"""A list of Retraction Watch, looked up by DOI. An index of it is kept, so that it is read once and not at every check."""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, BinaryIO
from zlib import crc32

from pprmail.errors import PprmailError
from pprmail.files import hold_lock, replace_file
from pprmail.literature import fold_doi
from pprmail.registers import WHERE_TO_GET_THE_LIST
from pprmail.registers.retraction_index import BrokenIndexError, find_in_index, make_index, read_header

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.literature import Listed
    from pprmail.registers.retraction_index import Header
    from pprmail.settings import Settings


class RetractionList:
    """What the list at ``path`` says, by DOI alone: a source whose row has no DOI is not found.

    ``rows``: how many it has; ``cut_short``: those that lack columns, which nobody can read. ``newest``: its latest day, which is
    how new it is; None when it has none. ``sha256``: of the file, 64 digits.
    """

    def __init__(self, path: Path, index: Path) -> None:
        """Take the index at ``index`` if it was made of the file at ``path`` as it is now, else make one.

        Raises ``PprmailError`` when the list cannot be read, or is none.
        """
        self.path = path
        self._index = index
        self._in_memory = b""
        self._take(self._kept(_stat(path)) or self._made())

    def find(self, doi: str) -> tuple[Listed, ...]:
        """What stands on ``doi``, however it is written, the oldest first; () for a DOI that is not listed, or is none.

        Of retraction and reinstatement the later stands. Raises ``PprmailError`` when the index broke meanwhile, and the list with it.
        """
        if not (folded := fold_doi(doi)):
            return ()
        try:
            with self._open() as file:
                return find_in_index(file, self._header, self._written, folded)
        except (OSError, BrokenIndexError):
            self._take(self._made())
            with io.BytesIO(self._in_memory) as file:
                return find_in_index(file, self._header, self._written, folded)

    def _take(self, read: tuple[Header, bytes]) -> None:
        self._header, self._written = read
        self.sha256, self.rows, self.cut_short = self._header.sha256, self._header.rows, self._header.cut_short
        self.newest = date.fromisoformat(self._header.newest) if self._header.newest else None

    def _open(self) -> BinaryIO:
        return io.BytesIO(self._in_memory) if self._in_memory else self._index.open("rb")

    def _kept(self, now: os.stat_result) -> tuple[Header, bytes] | None:
        """What the kept index knows; None when there is none, or one made of another file."""
        try:
            with self._index.open("rb") as file:
                header, written = read_header(file)
        except (OSError, BrokenIndexError):
            return None
        return (header, written) if (header.size, header.mtime_ns) == (now.st_size, now.st_mtime_ns) else None

    def _made(self) -> tuple[Header, bytes]:
        """The same of an index made now. It stays in memory; kept for the next time where that can be done."""
        self._in_memory = _read(self.path)
        # Whoever else makes one at this instant keeps it; a folder that cannot be written in costs time and nothing else
        with suppress(OSError), hold_lock(self._index.with_suffix(".lock")) as ours:
            if ours:
                replace_file(self._index, self._in_memory)
        return read_header(io.BytesIO(self._in_memory))


def open_retraction_list(csv: Path, cache_folder: Path) -> RetractionList:
    """The list in the file ``csv``. Its index is kept in ``cache_folder``, which is made if need be, and is made again when ``csv`` changes.

    Raises ``PprmailError`` when there is no such file, or it cannot be read, is empty or lacks a column.
    """
    # Two lists of one name in different folders have an index each. hashlib takes 2 ms to import
    number = crc32(os.fsencode(csv.absolute()))
    return RetractionList(csv, cache_folder / f"retractions-{number:08x}.idx")


def list_of(settings: Settings) -> RetractionList | None:
    """The list that ``[check] retractions`` names, relative to the newsletter's folder; None when it names none. Errors as above."""
    named = settings.check.retractions
    return open_retraction_list(settings.root / named, settings.state_folder) if named else None


def _stat(path: Path) -> os.stat_result:
    """Raises ``PprmailError`` for what is no file."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{path}: there is no such file; {WHERE_TO_GET_THE_LIST}, or name where it is"
        raise PprmailError(message) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        message = f"{path}: is {kind}; name the CSV itself, or {WHERE_TO_GET_THE_LIST}"
        raise PprmailError(message)
    return found


def _read(path: Path) -> bytes:
    """The index of the list at ``path``. Raises ``PprmailError``."""
    import hashlib

    from pprmail.registers.retraction_csv import as_text, read_entries

    try:
        with path.open("rb") as file:
            # Taken before it is read: were it written meanwhile, the next check would see another time
            now = os.fstat(file.fileno())
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            with as_text(file) as text:
                entries = read_entries(text, str(path))
                made = make_index(entries, size=now.st_size, mtime_ns=now.st_mtime_ns, sha256=sha256)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not read_header(io.BytesIO(made))[0].rows:
        message = f"{path}: has no rows; {WHERE_TO_GET_THE_LIST}"
        raise PprmailError(message)
    return made


def _unreadable(path: Path, error: Exception) -> PprmailError:
    said = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
    return PprmailError(
        f"{path}: cannot be read ({said}); check its name and its permissions, or {WHERE_TO_GET_THE_LIST}"
    )
