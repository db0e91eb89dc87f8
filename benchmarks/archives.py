"""An archive's builds as candidates: all of it from nothing, with and without the search."""

from __future__ import annotations

import sys
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pairing import PPRMAIL, prepared, process, put_away

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Pagefind is hidden, as if it were not installed: no other generator makes a search
_WITHOUT_SEARCH = """\
import sys
sys.modules["pagefind"] = None
from pprmail.cli import main
sys.exit(main())
"""


def build(folder: Path) -> Callable[[], float]:
    """``pprmail build`` of the newsletter in ``folder``, all of it but the search."""
    return process(sys.executable, "-c", _WITHOUT_SEARCH, "-C", str(folder), "build")


def full_build(folder: Path) -> Callable[[], float]:
    """The same after nothing but the templates' cache is left of the builds before."""
    return prepared(partial(forget_build, folder), build(folder))


def full_build_with_search(folder: Path) -> Callable[[], float] | None:
    """The same with the search; None where Pagefind is not installed."""
    if find_spec("pagefind") is None or find_spec("pagefind_bin") is None:
        return None
    return prepared(partial(forget_build, folder), process(PPRMAIL, "-C", str(folder), "build"))


def forget_build(folder: Path) -> None:
    """Put away what was built, forget what is remembered of it; the compiled templates stay, as at a user's second build."""
    put_away(folder / "build", folder.parent / "attic")
    for name in ("build.json", "issues.kept"):
        (folder / ".pprmail" / name).unlink(missing_ok=True)
