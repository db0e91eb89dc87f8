"""The secret key: what makes tokens, Message-IDs and the hashes of addresses nobody else can make."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pprmail.errors import PprmailError
from pprmail.files import create_private_file

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.settings import Settings

KEY_FILE = "secret.key"
_SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in force: the first makes what is new, the older ones stay valid for what they made."""

    keys: tuple[bytes, ...]

    @property
    def current(self) -> bytes:
        """The key for a new mailing."""
        return self.keys[0]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """One fingerprint a key, in the keys' order."""
        return tuple(fingerprint(key) for key in self.keys)

    def by_fingerprint(self, wanted: str) -> bytes:
        """The key recorded at a seal. Raises ``PprmailError`` when it is no longer here."""
        for key in self.keys:
            if fingerprint(key) == wanted:
                return key
        raise PprmailError(missing_key(wanted))


def fingerprint(key: bytes) -> str:
    """What tells keys apart and gives nothing of them away: 16 hexadecimal digits."""
    return hashlib.sha256(b"pprmail key fingerprint\0" + key).hexdigest()[:16]


def missing_key(wanted: str) -> str:
    """The sentence for a database whose key is gone."""
    return (
        f"the database was made with another secret key (fingerprint {wanted}); bring that key back to .pprmail/{KEY_FILE} or PPRMAIL_SECRET_KEY "
        "(a newer key may stand on a line before it): without it, earlier unsubscribe links and suppressions would be lost"
    )


def read_keyring(settings: Settings) -> Keyring | None:
    """The keys of PPRMAIL_SECRET_KEY, or else of ``.pprmail/secret.key``, newest first; None when there is neither."""
    if settings.secret_key:
        return _keyring(settings.secret_key, "PPRMAIL_SECRET_KEY")
    return _read_file(settings.state_folder / KEY_FILE)


def _read_file(path: Path) -> Keyring | None:
    source = f"{path.parent.name}/{path.name}"
    try:
        return _keyring(path.read_text(encoding="ascii"), source)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{source}: cannot be read ({error}); bring it back from a backup"
        raise PprmailError(message) from error


def _keyring(text: str, source: str) -> Keyring:
    keys = tuple(word.encode() for word in text.split())
    if not keys or any(len(key) < _SHORTEST for key in keys):
        message = f"{source}: holds a key of fewer than {_SHORTEST} characters; bring the right one back from a backup"
        raise PprmailError(message)
    return Keyring(keys)


def make_key(folder: Path) -> Keyring:
    """A new random key in ``folder``, readable by its owner alone; when another process made one just before, that one."""
    key = secrets.token_urlsafe(32).encode()
    path = folder / KEY_FILE
    try:
        create_private_file(path, key + b"\n")
    except OSError as error:
        if path.is_file() and (made := _read_file(path)):
            return made
        message = f"{path}: cannot be written ({error.strerror}); check the folder's permissions and the disk's space"
        raise PprmailError(message) from error
    return Keyring((key,))
