"""Reading the issues that a command names, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.issue import issue_keys
from pprmail.render.templates import open_templates

if TYPE_CHECKING:
    from pprmail.errors import Problem
    from pprmail.mailcheck.proof import Proof
    from pprmail.settings import Settings


def read_proofs(
    settings: Settings, named: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Proof, ...], tuple[Problem, ...]]:
    """The keys of the issues named (all, when none is), their proofs, and what is odd in ``issues/`` itself.

    Raises ``PprmailError`` for an issue that does not exist.
    """
    keys, odd = (tuple(dict.fromkeys(named)), ()) if named else issue_keys(settings.root)
    templates = open_templates(settings)
    return keys, tuple(proofread(settings, key, templates) for key in keys), odd
