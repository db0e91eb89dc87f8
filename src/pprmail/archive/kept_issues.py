"""Issues as an earlier build read them, kept in ``.pprmail/issues.kept``: reading a Markdown file anew takes five times as long."""

from __future__ import annotations

import io
import pickle
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from pprmail import model
from pprmail.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pprmail.model import Issue

_DIGEST_BYTES = 16
_DAYS = {("datetime", "date"), ("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")}


class KeptIssues:
    """The issues kept in the file at ``path``; ``sources`` are the hashes of what each is made of now, by its key.

    A file that is damaged holds nothing.
    """

    def __init__(self, path: Path, sources: Mapping[str, str]) -> None:
        self.path = path
        self.sources = sources
        self._kept: dict[str, tuple[str, bytes]] = {}
        try:
            written = path.read_bytes()
        except OSError:
            return
        if _digest(written[_DIGEST_BYTES:]) == written[:_DIGEST_BYTES]:
            self._kept = _read(written[_DIGEST_BYTES:])

    def get(self, key: str) -> Issue | None:
        """The issue ``key``, if it is kept and was made of the same."""
        made_of, written = self._kept.get(key, ("", b""))
        return _read(written) if made_of == self.sources[key] else None

    def keep(self, issues: Iterable[Issue]) -> None:
        """Keep ``issues``, and no others. A full disk costs time and nothing else."""
        kept = {}
        for issue in issues:
            source, known = self.sources[issue.key], self._kept.get(issue.key)
            kept[issue.key] = known if known and known[0] == source else (source, pickle.dumps(issue))
        if kept != self._kept:
            written = pickle.dumps(kept)
            with suppress(OSError):
                replace_file(self.path, _digest(written) + written)


class _Reader(pickle.Unpickler):
    """Reads values of ``model`` and days, and nothing that could run."""

    def find_class(self, module: str, name: str) -> type:
        """The class of that name. Raises ``UnpicklingError`` for any other than those."""
        found = super().find_class(module, name) if module == model.__name__ or (module, name) in _DAYS else None
        if not isinstance(found, type):
            message = f"{module}.{name} is no part of an issue"
            raise pickle.UnpicklingError(message)
        return found


def _read(written: bytes) -> Any:  # noqa: ANN401 - what was kept
    return _Reader(io.BytesIO(written)).load()


def _digest(written: bytes) -> bytes:
    return blake2b(written, digest_size=_DIGEST_BYTES).digest()
