"""A copy of what one send reads, in a folder of its own: the newsletter itself is neither changed nor asked what was sent."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pprmail.errors import PprmailError
from pprmail.model import is_issue_key
from pprmail.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pprmail.settings import Settings

LIST = "subscribers.csv"
POSTAL_ADDRESS = "1 Rehearsal Road"
"""Stands where the settings have none that a real send would take."""
FEWEST_BATCHES = 20
"""As many batches as there are at least, where the list is long enough: in one batch there is not much to survive."""
_RECIPIENTS_A_SECOND = 100_000
_CAPS = ("max_per_minute", "max_per_hour", "max_per_day")
_ISSUES, _RECEIPT, _TEMPLATES = "issues", "receipt.json", "templates"


class RehearsalFolder:
    """The copy, readable by its owner alone, at ``path`` from entering the context to leaving it.

    It holds one issue without its receipt, the author's templates, the list as ``subscribers.csv``, and the settings with
    what must differ. ``keep`` leaves it there at the end. Raises ``PprmailError`` when something cannot be copied.
    """

    def __init__(self, settings: Settings, issue: str) -> None:
        self._settings = settings
        self._issue = issue
        self.is_kept = False

    def __enter__(self) -> Self:
        self.path = Path(tempfile.mkdtemp(prefix="pprmail-rehearsal-")).resolve()
        try:
            self._fill()
        except BaseException as error:
            shutil.rmtree(self.path, ignore_errors=True)
            if not isinstance(error, (OSError, shutil.Error)):
                raise
            what = getattr(error, "filename", None) or self._settings.root
            message = (
                f"{what}: cannot be copied to {tempfile.gettempdir()!r} ({getattr(error, 'strerror', None) or error}); "
                "close it in Excel and other programs, and check its permissions and the disk's space"
            )
            raise PprmailError(message) from error
        return self

    def __exit__(self, *_: object) -> None:
        if not self.is_kept:
            shutil.rmtree(self.path, ignore_errors=True)

    def keep(self) -> None:
        """Leave the folder where it is, for somebody to look into."""
        self.is_kept = True

    def write_settings(self, host: str, batch_size: int, timeout_seconds: int = 1) -> None:
        """Write the newsletter's settings with what a rehearsal needs otherwise: mail to ``host`` alone, at once, in such batches."""
        import tomli_w

        text = (self._settings.root / FILE_NAME).read_bytes().decode("utf-8-sig")
        own: dict[str, Any] = {"host": host, "timeout_seconds": timeout_seconds}
        tables = rehearsed(tomllib.loads(text), self._settings, batch_size, own)
        (self.path / FILE_NAME).write_bytes(tomli_w.dumps(tables).encode())

    def as_the_author_knows(self, text: str) -> str:
        """``text``, which a command said here, with the newsletter's own folder and list in it."""
        return text.replace(str(self.path), str(self._settings.root)).replace(LIST, self._settings.subscribers.file)

    def _fill(self) -> None:
        root, issues = self._settings.root, self.path / _ISSUES
        issues.mkdir()
        own = root / _ISSUES / self._issue
        if is_issue_key(self._issue) and own.is_dir():
            _copy(own, issues / self._issue, within=root / _ISSUES)
        if (root / _TEMPLATES).is_dir():
            shutil.copytree(root / _TEMPLATES, self.path / _TEMPLATES, ignore_dangling_symlinks=True)
        with suppress(FileNotFoundError):  # the send says so
            shutil.copyfile(root / self._settings.subscribers.file, self.path / LIST)


def _copy(source: Path, target: Path, *, within: Path) -> None:
    """Copy a file or a folder. A link that leads out of ``within`` stays one, so that it is refused here as it is there."""
    if source.is_symlink() and not source.resolve().is_relative_to(within.resolve()):
        target.symlink_to(source.resolve(), target_is_directory=source.is_dir())
    elif source.is_dir():
        target.mkdir()
        for entry in source.iterdir():
            if entry.name != _RECEIPT:
                _copy(entry, target / entry.name, within=within)
    elif source.exists():
        shutil.copyfile(source, target)


def rehearsed(tables: dict[str, Any], settings: Settings, batch_size: int, sendgrid: dict[str, Any]) -> dict[str, Any]:
    """``tables``, the settings as the file has them, changed for a rehearsal; ``settings`` are the same as they were understood.

    ``sendgrid`` are the keys under ``[sendgrid]`` that differ.
    """
    changes: dict[str, dict[str, Any]] = {
        "subscribers": {"file": LIST},
        "delivery": {
            "provider": "sendgrid",
            "database": "sqlite:///.pprmail/state.db",
            "batch_size": batch_size,
            **dict.fromkeys(_CAPS, 0),
        },
        "sendgrid": sendgrid,
    }
    if not settings.sender.has_postal_address:
        changes["sender"] = {"postal_address": POSTAL_ADDRESS}
    if settings.publish.verify:
        changes["publish"] = {"verify": False}  # the site is on another machine
    if settings.check.retractions:
        changes["check"] = {"retractions": str(settings.root / settings.check.retractions)}
    return tables | {name: tables.get(name, {}) | change for name, change in changes.items()}


def rehearsed_batch_size(recipients: int, batch_size: int) -> int:
    """How many recipients a batch has: the settings' ``batch_size``, or fewer to make ``FEWEST_BATCHES``."""
    return min(batch_size, max(1, recipients // FEWEST_BATCHES))


def rehearsed_timeout_seconds(recipients: int) -> int:
    """How long an answer is waited for: a second, and more where the stand-in has a long log to look through."""
    return 1 + recipients // _RECIPIENTS_A_SECOND


def clean_environment(environment: Mapping[str, str], api_key: str) -> dict[str, str]:
    """``environment`` for a command that must reach this machine alone, and that nothing but its folder tells what to do."""
    taken = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(("PPRMAIL_", "SENDGRID_")) and not name.lower().endswith("_proxy")
    }
    # A proxy of the whole system's is asked for where the environment names none (urllib.request.getproxies)
    return taken | {"SENDGRID_API_KEY": api_key, "no_proxy": "*", "PYTHONIOENCODING": "utf-8"}
