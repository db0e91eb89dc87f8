"""Unsubscribe tokens and the keyed hash of an address: opaque, the same every month, hard to forge.

A token is 24 bytes in base64url, 32 characters: the address's keyed hash and a signature over it (RFC 8058 3.1 asks
for an opaque, hard-to-forge part). It names no issue and holds no address, so that it stays valid as long as its key.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, NamedTuple

from pprmail.addresses import address_key

if TYPE_CHECKING:
    from pprmail.audience.keys import Keyring

TOKEN_LENGTH = 32
TOKEN = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])")
PREVIEW_TOKEN = "preview"  # noqa: S105 - stands where a reader's token will be; it opens nothing
_HALF = 12


class ReadToken(NamedTuple):
    """What a valid token says. ``is_test``: it came with a test mail and unsubscribes nobody."""

    address_hash: bytes
    key: bytes
    is_test: bool


class Signer:
    """Tokens and hashes of one newsletter under one key."""

    def __init__(self, key: bytes, newsletter_id: str) -> None:
        """``newsletter_id`` keeps the tokens of two newsletters apart that share a key."""
        self.key = key
        self._address = f"pprmail address\0{newsletter_id}\0".encode()
        self._token = f"pprmail token\0{newsletter_id}\0".encode()
        self._test = f"pprmail test token\0{newsletter_id}\0".encode()

    def address_hash(self, address: str) -> bytes:
        """The keyed hash of an address, 12 bytes, the same for all spellings of one mailbox."""
        return hmac.digest(self.key, self._address + address_key(address).encode(), "sha256")[:_HALF]

    def token(self, address: str, *, test: bool = False) -> str:
        """The unsubscribe token of an address."""
        hashed = self.address_hash(address)
        label = self._test if test else self._token
        return urlsafe_b64encode(hashed + hmac.digest(self.key, label + hashed, "sha256")[:_HALF]).decode()

    def letter_id(self, issue: str, address: str) -> str:
        """What names one reader's letter of one issue, in its file name and its Message-ID: 24 hexadecimal digits."""
        message = b"pprmail letter\0" + f"{issue}\0".encode() + self.address_hash(address)
        return hmac.digest(self.key, message, "sha256")[:_HALF].hex()

    def read(self, token: str) -> ReadToken | None:
        """What ``token`` says, or None when this key did not make it."""
        if not TOKEN.fullmatch(token):
            return None
        content = urlsafe_b64decode(token)
        hashed, signature = content[:_HALF], content[_HALF:]
        for label, is_test in ((self._token, False), (self._test, True)):
            if hmac.compare_digest(signature, hmac.digest(self.key, label + hashed, "sha256")[:_HALF]):
                return ReadToken(hashed, self.key, is_test)
        return None


def read_token(token: str, keyring: Keyring, newsletter_id: str) -> ReadToken | None:
    """What ``token`` says under any of the keys, older ones included; None for a token that none of them made."""
    for key in keyring.keys:
        if found := Signer(key, newsletter_id).read(token):
            return found
    return None
