"""``receipt.json``: what stands beside an issue of its mailing to readers, and whether a ledger knows of it.

It is written at the seal and whenever a sender stops, and holds no address. A ledger that lacks what a receipt tells is
another one or an older copy, and would mail everybody again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.errors import PprmailError
from pprmail.files import replace_if_changed

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.delivery.ledger import Counts, Ledger, Mailing
    from pprmail.delivery.seal import SealedMail

RECEIPT_FILE = "receipt.json"
_FORMAT = 1


class ReceiptFile(NamedTuple):
    """The receipt of one issue as it stands on disk: ``shown`` is how sentences call it."""

    path: Path
    shown: str
    content: dict[str, Any]

    @property
    def issue(self) -> str:
        """The issue it is of."""
        return self.path.parent.name


def receipt_content(ledger: Ledger, mailing: Mailing, sealed: SealedMail, counts: Counts) -> dict[str, Any]:
    """What the receipt of ``mailing`` says now."""
    return {
        "format": _FORMAT,
        "issue": mailing.issue,
        "database": ledger.database_id,
        "mailing": mailing.id,
        "revision": mailing.revision,
        "provider": mailing.provider,
        "sealed": mailing.sealed.isoformat(),
        **({"send_at": mailing.send_at.isoformat()} if mailing.send_at else {}),
        "ended": mailing.ended.isoformat() if mailing.ended else None,
        "sealed_sha256": mailing.sealed_sha256,
        "html_sha256": hashlib.sha256(sealed.html.encode()).hexdigest(),
        "text_sha256": hashlib.sha256(sealed.text.encode()).hexdigest(),
        "key_fingerprint": mailing.key_fingerprint,
        "rows": counts.rows,
        "recipients": counts.recipients,
        "excluded": counts.excluded,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "unknown": counts.unknown,
        "waiting": counts.waiting,
        "slugs": sealed.slugs,
    }


def write_receipt(folder: Path, content: dict[str, Any]) -> None:
    """Put the receipt into the issue's ``folder``. Raises ``PprmailError`` when it cannot be written."""
    path = folder / RECEIPT_FILE
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        replace_if_changed(path, text.encode(), durably=True)
    except OSError as error:
        message = f"issues/{folder.name}/{RECEIPT_FILE}: cannot be written ({error.strerror}); check the folder's permissions and the disk's space"
        raise PprmailError(message) from error


def remove_receipt(folder: Path) -> None:
    """Take the receipt of a mailing that was undone out of the issue's ``folder``, if there is one."""
    path = folder / RECEIPT_FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        message = f"issues/{folder.name}/{RECEIPT_FILE}: cannot be deleted ({error.strerror}); delete it by hand: its mailing was undone"
        raise PprmailError(message) from error


def read_receipt(folder: Path) -> ReceiptFile | None:
    """The receipt in the issue's ``folder``; None without one. Raises ``PprmailError`` for one that cannot be read."""
    path = folder / RECEIPT_FILE
    shown = f"issues/{folder.name}/{RECEIPT_FILE}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # other files stand in issues/ too
        return None
    except OSError as error:
        message = f"{shown}: cannot be read ({error.strerror}); check its permissions"
        raise PprmailError(message) from error
    except ValueError as error:
        message = (
            f"{shown}: is garbled; bring it back from git, or, if this machine's ledger is the one that sent it, delete the file: "
            f"'pprmail send {folder.name}' writes it anew"
        )
        raise PprmailError(message) from error
    return ReceiptFile(path, shown, content if isinstance(content, dict) else {})


def find_discord(receipt: ReceiptFile, ledger: Ledger | None) -> str:
    """What ``receipt`` tells and ``ledger`` (None: there is none) does not know, as a clause; '' when all is known."""
    said = receipt.content
    number, revision = said.get("mailing"), said.get("revision")
    if not isinstance(number, int) or not isinstance(revision, int):
        return "does not say which mailing it is of"
    what = f"tells of a mailing through {said.get('provider')}, sealed on {str(said.get('sealed'))[:10]}"
    if ledger is None:
        return f"{what}, and there is no ledger here"
    if said.get("database") != ledger.database_id:
        return f"{what}, and the ledger here is another one"
    mailing = ledger.mailing(number)
    if mailing is None or mailing.sealed_sha256 != said.get("sealed_sha256"):
        return f"{what}, which the ledger here lacks: it is an older copy"
    if mailing.revision < revision:
        return f"{what}, of which the ledger here knows only the beginning: it is an older copy"
    return ""


BRING_IT_OVER = "on the machine that sent it run 'pprmail backup FILE', here 'pprmail restore FILE'; without that ledger everyone could be mailed twice"
"""What to do about a discord."""
