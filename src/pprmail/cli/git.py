"""What git must not track: readers' addresses and the key."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from pprmail.state import database_path

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.settings import Settings


def tracked_secrets(settings: Settings, list_path: Path) -> tuple[str, ...]:
    """Which of the list, the outbox, the ledger and ``.pprmail`` git tracks. A list that is called an example is one."""
    secret = [settings.root / settings.outbox.folder, settings.state_folder, database_path(settings.database_url)]
    if ".example." not in list_path.name:
        secret.append(list_path)
    return tuple(os.path.relpath(path, settings.root) for path in secret if _is_tracked(path.resolve()))


def _is_tracked(path: Path) -> bool:
    """Git tracks ``path``, or something in it. False without git, or outside a repository."""
    folder = path if path.is_dir() else path.parent
    command = ["git", "-C", str(folder), "ls-files", "-z", "--", str(path)]
    try:
        return bool(subprocess.run(command, capture_output=True, check=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return False
