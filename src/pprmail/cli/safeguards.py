"""What is looked at before anything goes to readers: each thing that must not be is refused in a sentence."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pprmail.audience.keys import KEY_FILE
from pprmail.cli.sending import has_ledger, open_ledger, sole_sender
from pprmail.delivery.receipt import BRING_IT_OVER, find_discord, read_receipt
from pprmail.errors import PprmailError
from pprmail.folders import kept_by
from pprmail.state import database_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger
    from pprmail.settings import Settings

EXAMPLE_LIST = "subscribers.example.csv"


def refuse_owner(settings: Settings, provider: str) -> None:
    """Raise ``PprmailError`` when ``provider`` cannot unsubscribe readers by itself and is to do so."""
    if settings.unsubscribe.owner == "provider" and provider != "sendgrid":
        message = (
            f'{provider} has no unsubscribe service of its own; write owner = "service" or "reply" under [unsubscribe]'
        )
        raise PprmailError(message)


def refuse_unready(settings: Settings, list_path: Path | None) -> None:
    """Raise ``PprmailError`` for settings or a list that are still those of the start. ``list_path`` None: no list is used."""
    if not settings.sender.has_postal_address:
        what = "is still the placeholder" if settings.sender.postal_address.strip() else "is empty"
        message = f"pprmail.toml: 'postal_address' under [sender] {what}; write it, as the law requires in every mail. Nothing was sent"
        raise PprmailError(message)
    if list_path and list_path.name.casefold() == EXAMPLE_LIST:
        message = f"{list_path.name}: is the example, not your list; put yours in another file and name it under [subscribers]. Nothing was sent"
        raise PprmailError(message)


def refuse_synced_folder(settings: Settings) -> None:
    """Raise ``PprmailError`` when the ledger lies where a sync service or a network drive may change it under us."""
    path = database_path(settings.database_url)
    if service := kept_by(path.parent):
        message = (
            f"{path}: lies in a folder of {service}, where copies and old versions of the ledger arise, and readers would be mailed twice; "
            "move the file to this machine's own disk and name it there: "
            'database = "sqlite:////home/you/pprmail/state.db" under [delivery]. Nothing was sent'
        )
        raise PprmailError(message)


def refuse_lost_ledger(settings: Settings, ledger: Ledger | None, issue: str = "") -> None:
    """Raise ``PprmailError`` when a receipt, of ``issue`` or of any, tells what ``ledger`` does not know."""
    folders = [settings.root / "issues" / issue] if issue else sorted((settings.root / "issues").glob("*"))
    for folder in folders:
        try:
            receipt = read_receipt(folder)
        except PprmailError:
            # Where the ledger has the whole mailing, the next send of that issue writes the receipt anew
            if _is_known(ledger, folder.name) and folder.name != issue:
                continue
            raise
        if receipt and (discord := find_discord(receipt, ledger)):
            message = f"{receipt.shown}: {discord}; {BRING_IT_OVER}. Nothing was done"
            raise PprmailError(message)


def _is_known(ledger: Ledger | None, issue: str) -> bool:
    mailing = ledger.find(issue, real=True) if ledger else None
    return mailing is not None and mailing.ended is not None


@contextmanager
def sole_ledger(settings: Settings, issue: str) -> Iterator[Ledger | None]:
    """The ledger, with no sender at work meanwhile; None without one.

    Raises ``PprmailError`` when a sender is at work, or when the receipt of ``issue`` tells what the ledger does not know: an
    older copy of it would undo, or settle, what was mailed since.
    """
    if not has_ledger(settings):
        refuse_lost_ledger(settings, None, issue)
        yield None
        return
    with sole_sender(settings):
        ledger = open_ledger(settings)
        if ledger is None:
            yield None
            return
        with closing(ledger):
            refuse_lost_ledger(settings, ledger, issue)
            yield ledger


def refuse_key_without_ledger(settings: Settings) -> None:
    """Raise ``PprmailError`` when there is a key and no ledger: both are made together, so one was lost."""
    key = settings.state_folder / KEY_FILE
    if key.exists() and not settings.secret_key:
        message = (
            f"{key.parent.name}/{key.name}: is here, and the ledger that was made with it is gone ({database_path(settings.database_url)}); bring it back "
            "from a backup ('pprmail restore FILE'), or, if this newsletter was never sent, delete the key. Nothing was sent"
        )
        raise PprmailError(message)


def refuse_strange_home(ledger: Ledger) -> None:
    """Raise ``PprmailError`` when the ledger was copied here from another machine, which may send as well."""
    if other := ledger.strange_home():
        message = (
            f"the ledger was copied from the machine {other!r}, and neither machine would know what the other one sends; "
            "there run 'pprmail backup FILE', here 'pprmail restore FILE', and send from here alone from then on. Nothing was sent"
        )
        raise PprmailError(message)
