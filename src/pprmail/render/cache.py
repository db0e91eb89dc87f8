"""Compiled templates kept between commands: compiling the mail's two took 12 ms of each."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.bccache import Bucket


class TemplateCache(FileSystemBytecodeCache):
    """Jinja2's own cache, which knows a changed template by its hash. A full disk costs time and nothing else."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if it can be kept."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def template_cache(state_folder: Path) -> TemplateCache | None:
    """A cache in ``state_folder``; None where that does not exist or cannot be written, because nothing is made for it."""
    folder = state_folder / "templates"
    if not os.access(state_folder, os.W_OK):
        return None
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        return TemplateCache(str(folder))
    return None
