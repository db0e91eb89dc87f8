"""A mailing that was sealed before: tell what changed since, ask, and hand over the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.cli import clock, safeguards
from pprmail.cli.clock import local_time, zoned_time
from pprmail.cli.console import counted
from pprmail.cli.handing_over import Outgoing, begun, sealed_provider
from pprmail.cli.order import end_dry_run, examine
from pprmail.cli.plan_sheet import read_audience
from pprmail.cli.sending import sealed_of, state_of
from pprmail.delivery.schedule import was_called_off
from pprmail.errors import EXIT_UNFINISHED, EXIT_YOURS, PprmailError
from pprmail.mailcheck.proof import lay_out, proofread

if TYPE_CHECKING:
    from pprmail.cli.console import Console
    from pprmail.cli.order import Order
    from pprmail.delivery.ledger import Counts, Ledger, Mailing
    from pprmail.settings import Settings


class SealedMailing:
    """A later send of an issue."""

    def __init__(self, console: Console, settings: Settings, order: Order) -> None:
        """As ordered."""
        self.console = console
        self.settings = settings
        self.order = order
        self.issue = order.issue
        self.outgoing = Outgoing(console, settings, as_json=order.as_json)

    def send(self, ledger: Ledger, mailing: Mailing) -> int:
        """Hand over what is left; the exit code."""
        counts = ledger.counts(mailing)
        self._say_what_changed(mailing)
        if self.order.list_file:
            self.console.note(
                f"--subscribers adds nobody: the recipients were frozen at the seal of {local_time(mailing.sealed, self.settings)}"
            )
        undone = self._undone(mailing, counts)
        self._refuse_called_off(ledger, mailing, counts)
        self._refuse_other_time(mailing, counts)
        # A mailing without an end was cut short after its last letter, and perhaps before its books were closed
        if mailing.ended and not undone and (mailing.is_real or counts.is_complete):
            self.console.note(self._nothing_to_do(mailing, counts))
            if not self.order.dry_run:
                self.outgoing.write_last_receipt(ledger, mailing)
            return self.outgoing.finish(ledger, mailing, None)
        sealed = f"{self.issue} was sealed {local_time(mailing.sealed, self.settings)}"
        doubt = f", {counts.unknown:,} in doubt" if mailing.is_real and counts.unknown else ""
        of_all = f"{counts.accepted:,} of {counted(counts.recipients, 'recipient')} accepted{doubt}"
        self.console.note(f"{sealed}: {of_all}, {undone:,} to go")
        if self.order.dry_run:
            return end_dry_run(self.console, self.order, ledger, mailing, None)
        with begun(self.issue):
            self._refuse_unready_resume(ledger, mailing, counts)
        if undone and mailing.send_at and clock.now() >= mailing.send_at:
            when = zoned_time(mailing.send_at, self.settings)
            self.console.warning(f"it was to go out {when}, which is past: those who are left get it at once")
        question = f"Go on with the {undone:,} that are left?"
        if not self.console.confirm(question, yes=self.order.yes or not undone):
            self.console.note("nothing more was sent")
            return EXIT_UNFINISHED
        if not mailing.is_real or undone:
            self._record_left(ledger)
        return self.outgoing.run(ledger, mailing, total=undone)

    def _refuse_called_off(self, ledger: Ledger, mailing: Mailing, counts: Counts) -> None:
        """Raise ``PprmailError`` when somebody wanted the mailing stopped, and it is not clear what became of that."""
        if mailing.calling_off:
            since = local_time(mailing.calling_off, self.settings)
            began = f"{self.issue}: its calling off began {since} and is not confirmed"
            message = f"{began}; 'pprmail cancel {self.issue}' goes on with it. Nothing was handed over"
            raise PprmailError(message, exit_code=EXIT_UNFINISHED)
        if counts.unknown and was_called_off(ledger.holding(mailing)):
            doubt = counted(counts.unknown, "recipient is", "recipients are")
            why = f"{self.issue} was called off too late to be sure, and {doubt} in doubt"
            message = f"{why}; 'pprmail resolve {self.issue}' settles that first. Nothing was handed over"
            raise PprmailError(message, exit_code=EXIT_UNFINISHED)

    def _refuse_other_time(self, mailing: Mailing, counts: Counts) -> None:
        """Raise ``PprmailError`` when the mailing was sealed for another time than is asked for now."""
        if self.order.send_at in {None, mailing.send_at}:
            return
        sealed = f"to go out {zoned_time(mailing.send_at, self.settings)}" if mailing.send_at else "to go out at once"
        or_cancel = f", or 'pprmail cancel {self.issue}' first" if mailing.is_real else ""
        message = f"{self.issue} was sealed {sealed}, and --at cannot change that; leave it out{or_cancel}"
        raise PprmailError(message, exit_code=EXIT_YOURS if counts.is_complete else EXIT_UNFINISHED)

    @staticmethod
    def _undone(mailing: Mailing, counts: Counts) -> int:
        """How many are to go. The outbox may be handed over again, so what is in doubt goes as well."""
        return counts.waiting if mailing.is_real else counts.waiting + counts.unknown

    def _nothing_to_do(self, mailing: Mailing, counts: Counts) -> str:
        if state_of(mailing, counts, sending=False) == "scheduled":
            return f"{self.issue} is scheduled for all {counted(counts.recipients, 'recipient')}; there is nothing left to do"
        if counts.is_complete:
            return (
                f"{self.issue} was sent to all {counted(counts.recipients, 'recipient')}; there is nothing left to do"
            )
        return f"{self.issue}: nobody waits; there is nothing left to hand over"

    def _refuse_unready_resume(self, ledger: Ledger, mailing: Mailing, counts: Counts) -> None:
        if not mailing.is_real:
            sealed_provider(self.settings, ledger, mailing).prepare()
            return
        safeguards.refuse_synced_folder(self.settings)
        safeguards.refuse_strange_home(ledger)
        if counts.accepted + counts.unknown + counts.rejected == 0:
            examine(self.console, self.order, sealed_provider(self.settings, ledger, mailing))

    def _record_left(self, ledger: Ledger) -> None:
        """Whom the list calls unsubscribed today: the recipients are frozen, but nobody is mailed who has left."""
        try:
            left = read_audience(self.settings, self.order.list_file, ledger)
            ledger.record_left(left.unsubscribed, clock.second())
        except PprmailError as error:
            self.console.warning(f"{error}. Who left since the seal by the list's word is not known")

    def _say_what_changed(self, mailing: Mailing) -> None:
        """Say so when today's files would make another mail than the sealed one."""
        try:
            proof = proofread(self.settings, self.issue, lay_out(self.settings))
            mail = proof.clean_mail("")
        except PprmailError:
            same = False
        else:
            same = sealed_of(self.settings, proof.issue, mail).sha256 == mailing.sealed_sha256
        if not same:
            self.console.warning(
                f"the files of {self.issue} (or the settings, or a template) changed after the seal of {local_time(mailing.sealed, self.settings)}; "
                f"what was sealed stays, the change does not go out. 'pprmail cancel {self.issue}' {_undoes(mailing)}"
            )


def _undoes(mailing: Mailing) -> str:
    """What a cancel of it does."""
    if mailing.send_at:
        return "calls it off while it is held"
    return f"undoes the seal{' while nobody was accepted' if mailing.is_real else ''}"
