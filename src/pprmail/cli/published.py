"""Whether the published site holds an issue as it is here, and every page that its mail leads to."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pprmail.archive import visitor
from pprmail.archive.visitor import Standing, Visitor
from pprmail.cli.console import counted
from pprmail.errors import PprmailError
from pprmail.mailcheck.page import read_page
from pprmail.render.edition import edition_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.archive.visitor import Finding
    from pprmail.cli.console import Console
    from pprmail.cli.order import Order
    from pprmail.delivery.seal import SealedMail
    from pprmail.model import Issue
    from pprmail.settings import Settings

_IN_TEXT = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def refuse_unpublished(console: Console, settings: Settings, order: Order, sealed: SealedMail, issue: Issue) -> None:
    """Ask the site for all that the mail needs of it, and tell each address that is not as it is to be.

    Raises ``PprmailError`` when there is one, unless the order says that this will do. A dry run asks nothing, and tells what
    would be asked.
    """
    addresses = site_addresses(settings, sealed, issue)
    if order.dry_run:
        console.note(f"before the seal, {settings.newsletter.url()} is asked for what the mail leads to:")
        for address in addresses:
            console.note(f"  {address}")
        return
    found = _look(console, addresses, edition_of(issue))
    faults = [one for one in found if one.standing is not Standing.THERE]
    for one in faults:
        console.warning(f"{one.url}: {one.words}")
    if not faults:
        console.note(
            f"the site holds {issue.key} and what its mail leads to: {counted(len(found), 'address', 'addresses')}"
        )
    elif not order.unpublished_ok:
        message = (
            f"readers would not find what the mail of {issue.key} leads to; run 'pprmail publish', give the host its time, and send then, "
            "or add --unpublished-ok to send all the same. Nothing was handed over"
        )
        raise PprmailError(message)


def _look(console: Console, addresses: tuple[str, ...], edition: str) -> tuple[Finding, ...]:
    """A finding for the issue's page and, when the site answers at all, for each of the others."""
    asking = _visitor()
    page, *others = addresses
    first = asking.look(page, edition)
    if first.standing is Standing.UNREACHED and others:
        console.note(f"the site was not asked for the other {counted(len(others), 'address', 'addresses')}")
        return (first,)
    return (first, *asking.look_at(others))


def refuse_unseen(console: Console, settings: Settings, issue: Issue) -> None:
    """Say that the page of ``issue`` is on the site as it is here. Raises ``PprmailError`` when it is not."""
    finding = _visitor().look(settings.newsletter.url(f"{issue.key}/"), edition_of(issue))
    if finding.standing is not Standing.THERE:
        message = (
            f"{finding.url}: {finding.words}. The site was published; if its host takes some time, wait and run 'pprmail publish' again, "
            "which changes nothing that is right; else check 'base_url' and [publish]"
        )
        raise PprmailError(message)
    console.note(f"{finding.url}: is there, as it is here")


def _visitor() -> Visitor:
    return Visitor(time.monotonic, visitor.TIMEOUT_SECONDS)


def site_addresses(settings: Settings, sealed: SealedMail, issue: Issue) -> tuple[str, ...]:
    """The issue's page, then every address of the site in the mail's two bodies: each once, without its fragment."""
    links = [link.attributes["href"].strip() for link in read_page(sealed.html).links]
    own = (_own_address(settings, url) for url in (*links, *_links_in(sealed.text, set(links))))
    return tuple(dict.fromkeys((settings.newsletter.url(f"{issue.key}/"), *filter(None, own))))


def _links_in(text: str, known: set[str]) -> Iterator[str]:
    """The addresses in plain text. A mark that ends a sentence is no part of one, but in a link that is ``known`` to have it."""
    return (found if found in known else found.rstrip(".,;:!?)]’”") for found in _IN_TEXT.findall(text))


def _own_address(settings: Settings, url: str) -> str:
    """``url`` as it is asked for, when it lies under ``base_url``; else ''."""
    base = urlsplit(settings.newsletter.base_url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path or "/"
    if parts.netloc.lower() != base.netloc.lower() or not f"{path}/".startswith(f"{base.path}/"):
        return ""
    # The home page has one address, however it is written
    path = f"{base.path}/" if path == base.path else path
    return urlunsplit((base.scheme, base.netloc, path, parts.query, ""))
