"""What SendGrid says of the account when it is asked whether a send can succeed: the key, and the sender.

Shapes after Twilio's OpenAPI descriptions (sendgrid-oai: tsg_scopes_v3, tsg_domain_authentication_v3,
tsg_verified_senders_v3, 2026-01).
"""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from pprmail.addresses import is_free_mail
from pprmail.delivery.providers.base import Examination
from pprmail.delivery.providers.sendgrid.verdict import description, distrust, refused_key
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.delivery.providers.sendgrid.client import SendgridClient

_OK, _NO_KEY, _FORBIDDEN = 200, 401, 403
_PAGE = 50
_MOST_PAGES = 20
_AGAIN = "then run this again"


class _UnansweredError(Exception):
    """A question got neither yes nor no; the message says why."""


def examine_account(client: SendgridClient, sender: str) -> Examination:
    """Whether the key may send, and whether ``sender``, an address, is known. Raises ``PprmailError`` for a plain no."""
    unanswered: tuple[str, ...] = ()
    try:
        _examine_key(client)
    except _UnansweredError as error:
        unanswered = (f"whether the API key may send mail ({error})",)
    known = _examine_sender(client, sender)
    return Examination(known.warnings, unanswered + known.unanswered)


def _examine_key(client: SendgridClient) -> None:
    if "mail.send" not in _list(client, "scopes", "scopes"):
        message = f"the API key may not send mail; give it the permission 'Mail Send' under Settings, API Keys at SendGrid, {_AGAIN}"
        raise PprmailError(message)


def _examine_sender(client: SendgridClient, sender: str) -> Examination:
    """A domain that is authenticated is best; a single sender that is verified will do; neither is a plain no."""
    domain = sender.rpartition("@")[2].lower()
    unanswered = []
    if is_free_mail(domain):
        warning = (
            f"mail from {domain} through SendGrid fails that provider's own DMARC policy and may be refused or marked as spam; "
            "write an address of a domain of your own under [sender] address"
        )
    else:
        warning = (
            f"SendGrid knows {sender} as a single sender only, so that its signature is not of {domain}, and large providers may "
            "refuse bulk mail without that; authenticate the domain at SendGrid"
        )
        try:
            if _is_authenticated(client, domain):
                return Examination()
        except _UnansweredError as error:
            unanswered.append(f"whether {domain} is authenticated ({error})")
    try:
        if _is_verified(client, sender):
            return Examination((warning,), tuple(unanswered))
    except _UnansweredError as error:
        unanswered.append(f"whether {sender} is a verified sender ({error})")
    if unanswered:
        return Examination(unanswered=tuple(unanswered))
    message = (
        f"SendGrid knows neither {domain} as an authenticated domain nor {sender} as a verified sender; "
        f"add one under Settings, Sender Authentication at SendGrid, {_AGAIN}"
    )
    raise PprmailError(message)


def _is_authenticated(client: SendgridClient, domain: str) -> bool:
    """A valid authenticated domain is aligned with ``domain``: the same, or one of the two lies within the other (relaxed, RFC 7489 3.1.1).

    Raises ``PprmailError`` when the only ones that are lack their records in DNS.
    """
    labels = domain.split(".")
    within = [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
    found = [
        row
        for name in within
        for row in _list(client, "whitelabel/domains", domain=name, limit=str(_PAGE))
        if isinstance(row, dict) and _is_aligned(str(row.get("domain", "")).lower(), domain)
    ]
    if found and not any(row.get("valid") is True for row in found):
        message = (
            f"SendGrid finds the DNS records of {found[0]['domain']} missing or wrong; "
            f"set those that Settings, Sender Authentication shows, press Verify there, {_AGAIN}"
        )
        raise PprmailError(message)
    return bool(found)


def _is_aligned(authenticated: str, domain: str) -> bool:
    return authenticated == domain or domain.endswith(f".{authenticated}") or authenticated.endswith(f".{domain}")


def _is_verified(client: SendgridClient, sender: str) -> bool:
    return any(
        str(one.get("from_email", "")).lower() == sender.lower() and one.get("verified") is True
        for one in _senders(client)
    )


def _senders(client: SendgridClient) -> Iterator[dict[str, Any]]:
    """The single senders, page by page; each page begins after an id."""
    after: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = [
            one
            for one in _list(client, "verified_senders", "results", limit=str(_PAGE), **after)
            if isinstance(one, dict)
        ]
        yield from page
        if len(page) < _PAGE:
            return
        after = {"lastSeenID": str(page[-1].get("id"))}


def _list(client: SendgridClient, path: str, key: str = "", **query: str) -> list[object]:
    """The list in the answer to a question, under ``key`` if one is given.

    Raises ``_UnansweredError``, or ``PprmailError`` when the key itself is refused.
    """
    try:
        heard = client.get(path, **query)
    except (OSError, HTTPException) as error:
        if sentence := distrust(error):
            raise PprmailError(sentence) from error
        raise _UnansweredError(description(error)) from error
    if heard.status == _NO_KEY:
        raise PprmailError(refused_key(heard.quoted))
    listed = heard.listed(key)
    if heard.status == _FORBIDDEN:
        message = f"{heard.quoted}; give the key the permission to read Sender Authentication, or leave it out and add --unverified-ok"
        raise _UnansweredError(message)
    if heard.status != _OK or listed is None:
        raise _UnansweredError(heard.quoted)
    return listed
