"""Reading the issues that a command names, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.errors import Place
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.months import issue_keys
from pprmail.render.template_files import unused_files
from pprmail.render.templates import FOLDER, packaged_folder
from pprmail.rules import did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.proof import Desk, Proof
    from pprmail.settings import Settings


def read_proofs(
    settings: Settings, named: tuple[str, ...], desk: Desk
) -> tuple[tuple[str, ...], tuple[Proof, ...], tuple[Problem, ...]]:
    """The keys of the issues named (all, when none is), their proofs, and what is odd in ``issues/`` and ``templates/``.

    Raises ``PprmailError`` for an issue that does not exist.
    """
    keys, odd = (tuple(dict.fromkeys(named)), ()) if named else issue_keys(settings.root)
    proofs = tuple(proofread(settings, key, desk) for key in keys)
    return keys, proofs, (*odd, *_stray_templates(settings))


def _stray_templates(settings: Settings) -> Iterator[Problem]:
    """A file in ``templates/`` that nothing reads: its author believes it to be in use."""
    packaged = packaged_folder()
    known = tuple(path.name for path in packaged.iterdir())
    for name in unused_files(settings.root / FOLDER, packaged):
        hint = did_you_mean(name, known) or "docs/templates.md lists the names"
        yield problem("stray-file", Place(f"{FOLDER}/{name}"), "nothing reads this file", hint)
