"""A spool: values written once, in order, and read as often as one likes, without a place in memory for all of them."""

from __future__ import annotations

import marshal
import weakref
from collections.abc import Collection
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Value = TypeVar("Value")

CHUNK_ROWS = 1_000
"""How many values are best written at a time."""
PARTS = 64
"""Into how many parts ``Parts`` divides keys."""
_IN_MEMORY_BYTES = 1 << 19


class Spool(Collection[Value]):
    """Values made of columns. Up to half a megabyte of them stays in memory; a longer spool lies in a private file without a name.

    The file goes with the spool.
    """

    def __init__(self, make: Callable[..., Value]) -> None:
        """``make`` gives a value of one cell of each column, which holds what ``marshal`` can write."""
        self._make = make
        self._file = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by the finalizer
        self._ends = [0]
        self._length = 0
        weakref.finalize(self, self._file.close)

    def write(self, *columns: list[Any]) -> None:
        """Add a chunk: columns of one length.

        Raises ``PprmailError`` when the temporary folder takes no more.
        """
        chunk = marshal.dumps(columns)
        try:
            self._file.seek(self._ends[-1])
            self._file.write(chunk)
        except OSError as error:
            message = f"the list cannot be put by ({error.strerror}); make room in the temporary folder, or name another in TMPDIR"
            raise PprmailError(message) from error
        self._ends.append(self._ends[-1] + len(chunk))
        self._length += len(columns[0])

    @property
    def chunk_count(self) -> int:
        """How often something was written."""
        return len(self._ends) - 1

    def chunk(self, number: int) -> Any:  # noqa: ANN401 - the columns' types are the writer's
        """The columns of one chunk, the first being 0."""
        start, end = self._ends[number : number + 2]
        self._file.seek(start)
        return marshal.loads(self._file.read(end - start))  # noqa: S302 - we wrote it, into a file that nobody else has

    def chunks(self) -> Iterator[Any]:
        """The columns of each chunk, in order."""
        return map(self.chunk, range(self.chunk_count))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Value]:
        for columns in self.chunks():
            yield from map(self._make, *columns)

    def __contains__(self, value: object) -> bool:
        return any(value == one for one in self)


class Parts:
    """Keys put by in parts: equal keys are in the same part, and none of them in memory."""

    def __init__(self) -> None:
        self._spool = Spool(str)

    def __bool__(self) -> bool:
        return len(self._spool) > 0

    def put(self, keys: Iterable[str]) -> None:
        """Divide some keys among the parts."""
        parts: list[list[str]] = [[] for _ in range(PARTS)]
        for key in keys:
            parts[hash(key) % PARTS].append(key)
        for part in parts:
            self._spool.write(part)

    def part(self, number: int) -> Iterator[str]:
        """The keys of one part, the first being 0."""
        for at in range(number, self._spool.chunk_count, PARTS):
            yield from self._spool.chunk(at)[0]
