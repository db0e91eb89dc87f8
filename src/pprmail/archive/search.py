"""The search of the site, through Pagefind: an index that the reader's browser asks, without a service."""

from __future__ import annotations

from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from pprmail.archive.writing import PlannedFile
from pprmail.errors import PprmailError

FOLDER = "pagefind"
# Pagefind's own looks: the search page has ours
_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")


@cache
def has_search() -> bool:
    """Pagefind is installed, with its program (the extra ``search``)."""
    return find_spec("pagefind") is not None and find_spec("pagefind_bin") is not None


def search_files(site: Path, language: str, made_of: str) -> list[PlannedFile]:
    """The files of the folder ``pagefind/`` for the pages in the folder ``site``; ``made_of`` is what these are made of.

    Raises ``PprmailError`` when Pagefind cannot make them.
    """
    # Loaded only here: a build that changes nothing makes no search
    import subprocess
    import sys
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        arguments = [
            "--site",
            str(site),
            "--output-path",
            folder,
            "--force-language",
            language.partition("-")[0].lower(),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "pagefind", *arguments, "--silent"], capture_output=True, check=False, text=True
        )
        if done.returncode:
            message = f"the search was not made: Pagefind says {(done.stderr or done.stdout).strip()!r}; without it, uninstall pagefind and build again"
            raise PprmailError(message)
        made = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and not path.name.startswith(_UNUSED)
        }
    return [PlannedFile(path, made_of, partial(made.__getitem__, path)) for path in made]
