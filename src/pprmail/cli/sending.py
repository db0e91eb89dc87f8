"""What ``send``, ``status``, ``resolve``, ``cancel`` and ``unsubscribe`` share: opening the ledger, and showing where a mailing stands."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pprmail.audience.keys import Keyring, make_key, read_keyring
from pprmail.cli import clock
from pprmail.cli.clock import local_time, zoned_time
from pprmail.cli.locks import held_alone, told
from pprmail.delivery.ledger import Ledger
from pprmail.delivery.receipt import receipt_content, write_receipt
from pprmail.delivery.schedule import SURE_AHEAD
from pprmail.delivery.seal import seal_mail
from pprmail.files import lock_holder
from pprmail.state import database_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Counts, Mailing
    from pprmail.delivery.seal import SealedMail
    from pprmail.model import Issue
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings


def lock_path(settings: Settings) -> Path:
    """The file whose lock the one sender holds, beside the database."""
    path = database_path(settings.database_url)
    return path.with_name(path.name + ".lock")


@contextmanager
def sole_sender(settings: Settings, issue: str = "") -> Iterator[None]:
    """One sender at a time, at work on ``issue``. Raises ``PprmailError`` when another is at work."""
    busy = "another sender is at work on this newsletter; wait for it to end ('pprmail status' shows how far it is)"
    with held_alone(lock_path(settings), busy, issue):
        yield


def issue_being_sent(settings: Settings) -> str | None:
    """The issue that a sender is at work on; None without one."""
    path = lock_path(settings)
    with told(path):
        return lock_holder(path)


def has_ledger(settings: Settings) -> bool:
    """Something was sealed, tested or recorded before."""
    return database_path(settings.database_url).exists()


def open_ledger(settings: Settings) -> Ledger | None:
    """The ledger, or None when there is no database yet. Makes nothing."""
    if not has_ledger(settings):
        return None
    return Ledger.open(settings.database_url, read_keyring(settings) or Keyring(()), settings.newsletter.id)


def make_ledger(settings: Settings) -> tuple[Ledger, Keyring]:
    """The ledger and the keys, made now if there are none."""
    keyring = read_keyring(settings)
    if keyring is None:
        # A database without its key is refused before a new key could hide the loss
        if ledger := open_ledger(settings):
            ledger.close()
        keyring = make_key(settings.state_folder)
    return Ledger.open(settings.database_url, keyring, settings.newsletter.id), keyring


def sealed_of(settings: Settings, issue: Issue, mail: RenderedIssue) -> SealedMail:
    """The content that ``mail`` would be sealed as now."""
    slugs = {one.path.rpartition("/")[2]: one.slug for one in issue.summaries}
    return replace(seal_mail(settings, issue.key, mail.subject, mail.html, mail.text), slugs=slugs)


def write_receipt_of(settings: Settings, ledger: Ledger, mailing: Mailing) -> None:
    """Bring the receipt of ``mailing`` up to the ledger; one to the outbox, or one that was undone, has none."""
    current = ledger.mailing(mailing.id)
    folder = settings.root / "issues" / mailing.issue
    if current is None or not current.is_real or current.cancelled or not folder.is_dir():
        return
    content = receipt_content(ledger, current, ledger.sealed_mail(current), ledger.counts(current))
    write_receipt(folder, content)


# Showing


def state_of(mailing: Mailing | None, counts: Counts | None, *, sending: bool) -> str:
    """One of not-sent, sending, scheduled, sent, incomplete, cancelled. ``sending``: a sender is at work on this issue."""
    if mailing is None or counts is None:
        return "not-sent"
    if mailing.cancelled:
        return "cancelled"
    if mailing.calling_off:
        return "incomplete"
    if counts.is_complete:
        return "scheduled" if mailing.send_at and clock.now() < mailing.send_at else "sent"
    return "sending" if sending else "incomplete"


def status_json(issue: str, mailing: Mailing | None, counts: Counts | None, *, sending: bool) -> dict[str, Any]:
    """The status of one issue, for a program to read. ``send_at`` stands in it for a mailing that has one alone."""
    send_at = {"send_at": mailing.send_at.isoformat()} if mailing and mailing.send_at else {}
    return {
        "issue": issue,
        "state": state_of(mailing, counts, sending=sending),
        "sealed_sha256": mailing.sealed_sha256 if mailing else None,
        "provider": mailing.provider if mailing else None,
        "rows": counts.rows if counts else 0,
        "recipients": counts.recipients if counts else 0,
        "excluded": counts.excluded if counts else {},
        "accepted": counts.accepted if counts else 0,
        "rejected": counts.rejected if counts else 0,
        "unknown": counts.unknown if counts else 0,
        "waiting": counts.waiting if counts else 0,
        "started": mailing.sealed.isoformat() if mailing else None,
        "ended": mailing.ended.isoformat() if mailing and mailing.ended else None,
        **send_at,
    }


def tell_standing(console: Console, settings: Settings, ledger: Ledger, mailing: Mailing) -> Counts:
    """Tell the receipt, then the person, where ``mailing`` stands now that no sender is at work; its counts."""
    write_receipt_of(settings, ledger, mailing)
    current, counts = ledger.mailing(mailing.id), ledger.counts(mailing)
    console.product(status_table(status_json(mailing.issue, current, counts, sending=False)))
    return counts


def say_held(mailing: Mailing, send_at: datetime, settings: Settings) -> str:
    """Until when the provider holds the mail, and until when it can be called off."""
    held = f"{mailing.provider} holds the mail until {zoned_time(send_at, settings)}"
    sure = send_at - SURE_AHEAD
    if sure <= clock.now():
        return f"{held}; it is too late to call it off for certain"
    return f"{held}; 'pprmail cancel {mailing.issue}' calls it off, for certain until {local_time(sure, settings)}"


def status_table(status: dict[str, Any]) -> str:
    """The status of one issue, for a person to read; its counts add up."""
    through = f" through {status['provider']}" if status["provider"] else ""
    lines = [f"{status['issue']}: {status['state']}{through}"]
    if status["provider"]:
        lines += [
            f"  rows         {status['rows']:>9,}",
            f"  excluded     {sum(status['excluded'].values()):>9,}   {reasons(status['excluded'])}".rstrip(),
            f"  recipients   {status['recipients']:>9,}",
            *(f"    {word:<10} {status[word]:>9,}" for word in ("accepted", "rejected", "unknown", "waiting")),
        ]
    return "\n".join(lines)


def reasons(excluded: dict[str, int]) -> str:
    """``unsubscribed 2, pending 1``."""
    return ", ".join(f"{reason} {count:,}" for reason, count in excluded.items())
