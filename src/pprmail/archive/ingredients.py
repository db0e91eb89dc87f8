"""What a file of the site is made of, as hashes: the program, the settings, the templates; and the author's files of an issue."""

from __future__ import annotations

import os
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pprmail.archive.writing import hashed
from pprmail.manuscript.issue import ISSUES
from pprmail.render.templates import FOLDER, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pprmail.settings import Settings

_PROGRAM = Path(__file__).parents[1]
_PACKAGES = ("feedgen", "jinja2", "lxml", "markupsafe", "mjml", "pagefind", "PIL")


def common_ingredients(settings: Settings) -> str:
    """What every file depends on. Another version of ours or of a package that makes files is another ingredient."""
    program = sorted(path for path in _PROGRAM.rglob("*.py"))
    packages = [Path(spec.origin) for name in _PACKAGES if (spec := find_spec(name)) and spec.origin]
    versions = [f"{path}:{_stamp(path)}" for path in (*program, *packages)]
    templates = [
        path
        for folder in (packaged_folder(), settings.root / FOLDER)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return hashed(repr(settings), *versions, _content(templates))


def issue_ingredients(settings: Settings, key: str) -> str:
    """What the author wrote of the issue ``key``: the names and bytes of its files, and its receipt."""
    return _content(_files_of(settings.root / ISSUES / key))


def _files_of(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return []


def _content(files: Iterable[Path]) -> str:
    found = blake2b(digest_size=16)
    for path in files:
        try:
            content = path.read_bytes()
        except OSError as error:
            content = str(error).encode()
        found.update(f"{path.name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        found.update(content)
    return found.hexdigest()


def _stamp(path: Path) -> str:
    there = path.stat()
    return f"{there.st_size}:{there.st_mtime_ns}"
