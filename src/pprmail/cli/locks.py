"""One process at a time: the lock that a command holds, and what is said of a file that cannot be opened for it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pprmail.errors import PprmailError
from pprmail.files import hold_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held_alone(path: Path, busy: str, holder: str = "") -> Iterator[None]:
    """The lock on ``path``, as ``holder``. Raises ``PprmailError`` with the sentence ``busy`` when another process holds it."""
    with ExitStack() as stack:
        with told(path):
            ours = stack.enter_context(hold_lock(path, holder))
        if not ours:
            raise PprmailError(busy)
        yield


@contextmanager
def told(path: Path) -> Iterator[None]:
    """A lock's file that cannot be opened is told in a sentence."""
    try:
        yield
    except OSError as error:
        message = f"{path}: cannot be opened ({error.strerror}); check the folder's permissions and the disk's space"
        raise PprmailError(message) from error
