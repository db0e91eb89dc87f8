"""The programs that pprmail is measured beside: each installed once, in one version, into the system's folder for temporary files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from pairing import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE_SECONDS = 300
_WINDOWS = os.name == "nt"


def npm_command(package: str, version: str, command: str) -> str:
    """The path of ``command`` of the npm package. Raises ``UnavailableError`` where it cannot be installed."""
    needed = f"the peer, the {command} command"
    if shutil.which("node") is None:
        message = f"node is not installed, which runs {needed}"
        raise UnavailableError(message)
    folder = _own_folder(command, version)
    path = folder / "node_modules" / ".bin" / (f"{command}.cmd" if _WINDOWS else command)
    if not path.exists():
        npm = shutil.which("npm")
        if npm is None:
            message = f"npm is not installed, and with it {needed}"
            raise UnavailableError(message)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _install([npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", f"{package}@{version}"], folder)
    return str(path)


def pip_command(package: str, version: str, command: str) -> str:
    """The path of ``command`` of the package on PyPI, in an environment of its own; ``package`` may name extras.

    Raises ``UnavailableError`` where it cannot be installed.
    """
    folder = _own_folder(command, version)
    programs = folder / ("Scripts" if _WINDOWS else "bin")
    path = programs / (f"{command}.exe" if _WINDOWS else command)
    if not path.exists():
        _install([sys.executable, "-m", "venv", "--clear", str(folder)], folder)
        python = str(programs / "python")
        _install([python, "-m", "pip", "install", "--quiet", f"{package}=={version}"], folder)
    return str(path)


def command_on_path(command: str, whence: str) -> str:
    """The path of a ``command`` that is not installed from here. Raises ``UnavailableError`` when there is none."""
    path = shutil.which(command)
    if path is None:
        message = f"{command} is not installed ({whence})"
        raise UnavailableError(message)
    return path


def version_of(*command: str) -> str:
    """The first word with a digit that ``command`` prints: ``20.20.2`` of node, ``0.111.3`` of hugo."""
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    word = next(word for word in said.split() if any(letter.isdigit() for letter in word))
    return word.removeprefix("v").partition("+")[0]


def _own_folder(command: str, version: str) -> Path:
    folder = Path(gettempdir()) / f"pprmail-benchmarks-{command}-{version}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        message = f"{folder} belongs to somebody else, whose programs are not run"
        raise UnavailableError(message)
    return folder


def _install(command: Sequence[str], folder: Path) -> None:
    """Run a step of an installation in ``folder``. Raises ``UnavailableError`` with the last line that it says."""
    step = " ".join((Path(command[0]).name, *command[1:]))
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"'{step}' took more than {error.timeout:g} seconds"
        raise UnavailableError(message) from error
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        message = f"'{step}' does not succeed: {said[-1] if said else 'it does not say why'}"
        raise UnavailableError(message)
