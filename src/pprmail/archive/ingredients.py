"""What a file of the site is made of, as hashes: the program, the settings, the templates; and the author's files of an issue."""

from __future__ import annotations

import os
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pprmail.archive.writing import hashed
from pprmail.manuscript.months import ISSUES
from pprmail.render.templates import FOLDER, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.settings import Settings

_PROGRAM = Path(__file__).parents[1]
_PACKAGES = ("feedgen", "jinja2", "lxml", "markupsafe", "mjml", "pagefind", "PIL")


def common_ingredients(settings: Settings) -> str:
    """What every file depends on. Another version of ours or of a package that makes files is another ingredient."""
    program = sorted(path for path in _files_in(str(_PROGRAM)) if path.endswith(".py"))
    packages = [spec.origin for name in _PACKAGES if (spec := find_spec(name)) and spec.origin]
    versions = [f"{path}:{_stamp(path)}" for path in (*program, *packages)]
    templates = [_content(str(folder)) for folder in (packaged_folder(), settings.root / FOLDER)]
    return hashed(repr(settings), *versions, *templates)


def issue_ingredients(settings: Settings, key: str) -> str:
    """What the author wrote of the issue ``key``: the names and bytes of its files, and its receipt."""
    return _content(f"{settings.root}/{ISSUES}/{key}")


def _content(folder: str) -> str:
    """A hash of the files in ``folder`` and in its folders: where they stand in it, and what they hold."""
    found = blake2b(digest_size=16)
    for path in sorted(_files_in(folder)):
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - hundreds of files, at every build
                content = file.readall()
        except OSError as error:
            content = str(error).encode()
        found.update(f"{path[len(folder) :]}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        found.update(content)
    return found.hexdigest()


def _files_in(folder: str) -> Iterator[str]:
    """Every file in ``folder`` and in its folders; a link to a folder is not followed."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return  # there is no such folder, or it is not to be read
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files_in(entry.path)
        elif entry.is_file(follow_symlinks=False) or os.path.isfile(entry.path):  # noqa: PTH113
            yield entry.path


def _stamp(path: str) -> str:
    there = os.stat(path)  # noqa: PTH116
    return f"{there.st_size}:{there.st_mtime_ns}"
