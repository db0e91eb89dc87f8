"""``pprmail unsubscribe``: record who asked to leave."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pprmail.addresses import address_key, normal_address
from pprmail.audience.consent import PERSON, READER
from pprmail.audience.csvlist import is_list_header
from pprmail.audience.leaving import Requests, is_mail, pasted_text, read_mail, read_pasted, read_word
from pprmail.audience.tokens import Signer, read_token
from pprmail.cli import clock
from pprmail.cli.console import counted
from pprmail.cli.sending import make_ledger
from pprmail.errors import EXIT_DONE, EXIT_YOURS, PprmailError

if TYPE_CHECKING:
    from pprmail.audience.keys import Keyring
    from pprmail.cli import App
    from pprmail.settings import Settings

_IS_A_LIST = (
    "is a list, not a request to leave; its rows marked unsubscribed are recorded by 'pprmail send'; "
    "to record others, give a file with only their addresses"
)


@click.command()
@click.argument("who", nargs=-1, required=True, metavar="ADDRESS|TOKEN|FILE...")
@click.pass_obj
def unsubscribe(app: App, who: tuple[str, ...]) -> int:
    """Record that these readers asked to leave; they are never mailed again.

    A FILE is a saved mail (.eml), a mailbox (.mbox), or pasted text with addresses or tokens; '-' reads stdin. A list
    with columns is refused: its rows marked unsubscribed are recorded by send.
    Exit 1 when something was not understood; the rest is recorded all the same.
    """
    settings = app.settings
    ledger, keyring = make_ledger(settings)
    with closing(ledger):
        requests = Requests()
        for one in who:
            requests += _read(one, keyring, settings)
        addresses, tokens = tuple(dict.fromkeys(requests.addresses)), tuple(dict.fromkeys(requests.tokens))
        by_key: dict[bytes, list[bytes]] = defaultdict(list)
        refused = list(requests.ignored)
        for token in tokens:
            read = read_token(token, keyring, settings.newsletter.id)
            if read is None:
                refused.append(
                    f"the token {token!r} was not made by this newsletter; copy it whole, or give the address"
                )
            elif read.is_test:
                refused.append("a test mail's token unsubscribes nobody; give the address")
            else:
                by_key[read.key].append(read.address_hash)
        now = clock.now()
        new = ledger.unsubscribe(by_key, READER, now)
        signer = Signer(keyring.current, settings.newsletter.id)
        new += ledger.unsubscribe({keyring.current: [signer.address_hash(one) for one in addresses]}, PERSON, now)
    total = len(addresses) + sum(len(hashes) for hashes in by_key.values())
    app.console.product(f"{counted(new, 'reader')} unsubscribed, {total - new:,} already were")
    for sentence in refused:
        app.console.warning(f"not recorded: {sentence}")
    return EXIT_YOURS if refused else EXIT_DONE


def _read(one: str, keyring: Keyring, settings: Settings) -> Requests:
    if one != "-" and not os.path.isfile(one):  # noqa: PTH113 - Path.is_file raises for a name that is too long
        return read_word(one) or Requests(ignored=(f"{one!r} is no address, no token and no file",))
    try:
        content = sys.stdin.buffer.read() if one == "-" else Path(one).read_bytes()
    except OSError as error:
        message = f"{one}: cannot be read ({error.strerror}); close it in other programs and check its permissions"
        raise PprmailError(message) from error
    if is_mail(content):
        found = read_mail(content, one, lambda token: read_token(token, keyring, settings.newsletter.id) is not None)
    elif _is_own_list(one, settings) or is_list_header(pasted_text(content)):
        return Requests(ignored=(f"{one}: {_IS_A_LIST}",))
    else:
        found = read_pasted(pasted_text(content), one)
    found = _own_addresses_left_out(found, settings)
    return found if found != Requests() else Requests(ignored=(f"{one}: holds no address and no token of a reader",))


def _is_own_list(one: str, settings: Settings) -> bool:
    own = settings.root / settings.subscribers.file
    return one != "-" and own.exists() and own.samefile(one)


def _own_addresses_left_out(found: Requests, settings: Settings) -> Requests:
    """Mail and pasted text name us as well as the reader. Who types our address means it."""
    ours = (settings.sender.address, settings.sender.reply_to, settings.unsubscribe.mailto)
    own = {address_key(normal_address(address)) for address in ours if address}
    readers = tuple(address for address in found.addresses if address_key(address) not in own)
    return Requests(readers, found.tokens, found.ignored)
