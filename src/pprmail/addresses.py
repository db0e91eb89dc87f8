"""Mail addresses: whether one can be mailed, how it is written, and when two are one."""

from __future__ import annotations

import re

LONGEST = 254
# Special-use names (RFC 6761 and others) never reach a mailbox; email-validator has the whole list.
_SPECIAL = {"test", "invalid", "local", "localhost", "onion", "arpa", "alt"}
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+)([A-Za-z]{2,18})"
)  # fmt: skip
_LONGEST_LOCAL = 64
_LONGEST_DRESSED = 2000
_DRESS = re.compile(r"(?:.*<)?\s*(?:mailto:)?([^<>]*?)\s*+>?\s*+", re.IGNORECASE | re.DOTALL)
_FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|icloud|me|mac|aol|fastmail|zoho|qq|mail)\.com|pm\.me|web\.de|t-online\.de|mail\.ru|yandex\.(?:com|ru)"
    r"|(?:yahoo|ymail|rocketmail|hotmail|outlook|live|msn|gmx|proton|protonmail)\.(?:com|net|org|me|ch|(?:com?\.)?[a-z]{2})",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]|^[\s\u00a0]+|[\s\u00a0]+$")


class BadAddressError(ValueError):
    """The address cannot be mailed; the message says why and does not hold the address."""


def undress(text: str) -> str:
    """The bare address in ``Ada <ada@example.org>``, ``mailto:ada@example.org`` or text with stray spaces.

    Text too long to be one comes back as it is.
    """
    if len(text) > _LONGEST_DRESSED:
        return text
    bare = _INVISIBLE.sub("", text)
    found = _DRESS.fullmatch(bare)
    return found[1] if found else bare


def read_address(text: str) -> str:
    """The address in ``text`` as people write it, see ``undress``, as a ``normal_address``.

    Raises ``BadAddressError``. What is plain needs no undressing.
    """
    return _plain(text) or normal_address(undress(text))


def normal_address(text: str) -> str:
    """``text`` as it is written in a message: the domain in lower-case ASCII, the local part as typed.

    Raises ``BadAddressError``. Plain addresses take a fast path with the same verdict as email-validator; the rest go to it.
    A local part outside ASCII is refused: providers are not known to take it (it has no ASCII form).
    """
    return _plain(text) or _validated(text)


def _plain(text: str) -> str:
    """The normal address that ``text`` plainly is; '' when that takes a longer look."""
    found = _PLAIN.fullmatch(text)
    if found and "--" not in found[1] and len(text) <= LONGEST and found[2].lower() not in _SPECIAL:
        local, _, domain = text.partition("@")
        if len(local) <= _LONGEST_LOCAL:
            return f"{local}@{domain.lower()}"
    return ""


def _validated(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    if len(text) > 2 * LONGEST:
        message = "it is too long"
        raise BadAddressError(message)
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise BadAddressError(reason[:1].lower() + reason[1:]) from error
    if valid.ascii_email is None:
        message = "the part before the @ is not ASCII, and mail providers do not take that"
        raise BadAddressError(message)
    return valid.ascii_email


def address_key(address: str) -> str:
    """What two spellings of one mailbox share: the local part in lower case. ``address`` is a ``normal_address``, which is ASCII."""
    return address.lower()


def is_free_mail(domain: str) -> bool:
    """Mailboxes at ``domain`` are anybody's. Mail from there through another's server fails its DMARC policy, and is hidden or refused."""
    return bool(_FREE_MAIL.fullmatch(domain))
