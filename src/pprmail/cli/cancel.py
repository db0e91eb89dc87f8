"""``pprmail cancel``: call off what the provider holds, or undo the seal of a mailing where that harms nobody."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import click

from pprmail.cli import clock, safeguards
from pprmail.cli.clock import local_time, zoned_time
from pprmail.cli.console import counted
from pprmail.cli.handing_over import sealed_provider
from pprmail.cli.outlets import content_of, make_outbox
from pprmail.cli.sending import tell_standing
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.receipt import remove_receipt
from pprmail.delivery.schedule import SURE_AHEAD, Step, call_off, next_step
from pprmail.errors import EXIT_DONE, EXIT_UNFINISHED, PprmailError

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Counts, Ledger, Mailing
    from pprmail.settings import Settings


@click.command()
@click.argument("issue")
@click.pass_obj
def cancel(app: App, issue: str) -> int:
    """Call off ISSUE while the provider holds it; or undo the seal of a mailing that nobody has accepted, or any to the outbox.

    The issue can then be sent anew, from today's files to today's list. Exit 3 when it was called off too late to be sure.
    """
    settings = app.settings
    with safeguards.sole_ledger(settings, issue) as ledger:
        real = ledger.find(issue, real=True) if ledger else None
        if ledger and real and not real.cancelled:
            return _Cancelling(app.console, settings, ledger, real).run()
        if real:
            # A cancel that was cut short before the receipt went
            remove_receipt(settings.root / "issues" / issue)
        outbox = ledger.find(issue, real=False) if ledger else None
        if ledger is None or outbox is None:
            message = f"{issue!r} has no mailing to cancel; 'pprmail status' shows what was sent"
            raise PprmailError(message)
        withdrawn = _cancel_outbox(settings, ledger, outbox)
    taken = counted(withdrawn.letters, "letter")
    app.console.product(f"{issue}: the seal is undone, {taken} taken back from {withdrawn.folder}")
    if withdrawn.lost:
        gone = counted(withdrawn.lost, "letter was", "letters were")
        app.console.warning(
            f"{gone} no longer in {withdrawn.folder}: those readers may have it, and a new send mails them again"
        )
    return EXIT_DONE


class _Cancelling:
    """One call of ``cancel``, of a mailing to readers."""

    def __init__(self, console: Console, settings: Settings, ledger: Ledger, mailing: Mailing) -> None:
        self.console = console
        self.settings = settings
        self.ledger = ledger
        self.mailing = mailing

    def run(self) -> int:
        mailing, counts = self.mailing, self.ledger.counts(self.mailing)
        match next_step(self.ledger.holding(mailing), mailing, counts, clock.now()), mailing.send_at:
            case Step.CALL_OFF, datetime() as send_at:
                return self._call_off(send_at, counts)
            case Step.UNDO, _:
                self._undo("the seal is undone; nobody had been mailed")
                return EXIT_DONE
            case _:
                raise _too_late(mailing, counts)

    def _call_off(self, send_at: datetime, counts: Counts) -> int:
        """Have the provider discard what it holds; tell what could not be stopped."""
        mailing, when = self.mailing, zoned_time(send_at, self.settings)
        self.ledger.sending(mailing).settle_claims()
        held = counted(counts.accepted + counts.unknown, "recipient")
        provider = sealed_provider(self.settings, self.ledger, mailing)
        with closing(provider):
            try:
                provider.prepare()
                is_sure = call_off(self.ledger.holding(mailing), provider, send_at, clock.now)
            except PprmailError as error:
                sure = local_time(send_at - SURE_AHEAD, self.settings)
                message = f"{mailing.issue} is NOT called off yet: {error}. Do that before {sure}; until it is confirmed nothing more is handed over"
                raise PprmailError(message, exit_code=EXIT_UNFINISHED) from error
        if is_sure:
            self._undo(
                f"called off; {mailing.provider} confirmed that it discards the mail to {held}, which was to go out {when}"
            )
            return EXIT_DONE
        tell_standing(self.console, self.settings, self.ledger, mailing)
        self.console.error(
            f"called off too late to be sure: it was to go out {when}, and mail is stopped for certain until ten minutes before; "
            f"{held} may have it. Ask two or three of them, then 'pprmail resolve {mailing.issue}'"
        )
        return EXIT_UNFINISHED

    def _undo(self, told: str) -> None:
        self.ledger.cancel(self.mailing, clock.now())
        remove_receipt(self.settings.root / "issues" / self.mailing.issue)
        self.console.product(f"{self.mailing.issue}: {told}")


def _too_late(mailing: Mailing, counts: Counts) -> PprmailError:
    """Somebody was mailed, or may have been."""
    doubt = f", {counted(counts.unknown, 'is', 'are')} in doubt" if counts.unknown else ""
    accepted = f"{mailing.provider} accepted {counts.accepted:,}{doubt}"
    message = f"{mailing.issue} cannot be cancelled: of {counted(counts.recipients, 'recipient')} {accepted}, and mail cannot be called back"
    if counts.waiting:
        message += f"; 'pprmail send {mailing.issue}' goes on with those who wait"
    return PprmailError(message)


class Withdrawn(NamedTuple):
    """How many letters were taken back from ``folder``, and how many accepted ones were not there any more."""

    letters: int
    lost: int
    folder: str


def _cancel_outbox(settings: Settings, ledger: Ledger, mailing: Mailing) -> Withdrawn:
    """Undo the seal, then take the letters back: in this order, so that a kill leaves letters but no claim."""
    content = content_of(settings, ledger, mailing)
    outbox = make_outbox(settings, Outlet(mailing.provider, mailing.folder), content)
    outcomes = tuple(ledger.outcomes(mailing))
    accepted = [one.subscriber for one in outcomes if one.outcome == "accepted"]
    lost = len(accepted) - outbox.count_letters(accepted)
    if not mailing.cancelled:
        ledger.cancel(mailing, clock.now())
    return Withdrawn(outbox.withdraw(tuple(one.subscriber for one in outcomes)), lost, outbox.shown)
