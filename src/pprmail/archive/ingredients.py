"""What a file of the site is made of, as hashes: the program, the settings, the templates; and the author's files of an issue."""

from __future__ import annotations

from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pprmail.archive.writing import hashed
from pprmail.manuscript.issue import ISSUES
from pprmail.render.templates import FOLDER, packaged_folder

if TYPE_CHECKING:
    from pprmail.settings import Settings

_PROGRAM = Path(__file__).parents[1]
_PACKAGES = ("feedgen", "jinja2", "lxml", "markupsafe", "mjml", "pagefind", "PIL")


def common_ingredients(settings: Settings) -> str:
    """What every file depends on. Another version of ours or of a package that makes files is another ingredient."""
    program = sorted(path for path in _PROGRAM.rglob("*.py"))
    packages = [Path(spec.origin) for name in _PACKAGES if (spec := find_spec(name)) and spec.origin]
    versions = [f"{path}:{_stamp(path)}" for path in (*program, *packages)]
    templates = [_content(folder) for folder in (packaged_folder(), settings.root / FOLDER)]
    return hashed(repr(settings), *versions, *templates)


def issue_ingredients(settings: Settings, key: str) -> str:
    """What the author wrote of the issue ``key``: the names and bytes of its files, and its receipt."""
    return _content(settings.root / ISSUES / key)


def _content(folder: Path) -> str:
    """A hash of the files in ``folder`` and in its folders: where they stand in it, and what they hold."""
    found = blake2b(digest_size=16)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            content = path.read_bytes()
        except OSError as error:
            content = str(error).encode()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        found.update(content)
    return found.hexdigest()


def _stamp(path: Path) -> str:
    there = path.stat()
    return f"{there.st_size}:{there.st_mtime_ns}"
