"""What git must not track: readers' addresses and the key."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pprmail.settings import Settings


def tracked_secrets(settings: Settings) -> tuple[str, ...]:
    """Which of the list, the outbox and ``.pprmail`` git tracks. Empty without git, or outside a repository.

    A list that is called an example is one.
    """
    secret = [settings.outbox.folder, ".pprmail"]
    if ".example." not in settings.subscribers.file:
        secret.append(settings.subscribers.file)
    command = ["git", "-C", str(settings.root), "ls-files", "-z", "--", *secret]
    try:
        found = subprocess.run(command, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    tracked = [path for path in found.stdout.split("\0") if path]
    return tuple(path for path in secret if any(one == path or one.startswith(f"{path}/") for one in tracked))
