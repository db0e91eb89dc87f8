"""A new mailing: check, show the plan, ask, seal, hand over."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pprmail.audience.keys import read_keyring
from pprmail.cli import clock, safeguards
from pprmail.cli.clock import zoned_time
from pprmail.cli.console import counted
from pprmail.cli.handing_over import Outgoing
from pprmail.cli.order import end_dry_run, examine
from pprmail.cli.outlets import Content, make_provider, outlet
from pprmail.cli.plan_sheet import PlanSheet
from pprmail.cli.sending import make_ledger, sealed_of
from pprmail.delivery.providers.base import cannot_hold
from pprmail.delivery.schedule import open_schedule, refuse_time
from pprmail.errors import EXIT_YOURS, PprmailError
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.cli.console import Console
    from pprmail.cli.order import Order
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.schedule import Schedule
    from pprmail.delivery.seal import SealedMail
    from pprmail.model import Issue
    from pprmail.settings import Settings


class NewMailing:
    """The first send of an issue, or the first after a cancel."""

    def __init__(self, console: Console, settings: Settings, order: Order) -> None:
        """As ordered."""
        self.console = console
        self.settings = settings
        self.order = order
        self.issue = order.issue

    def send(self, ledger: Ledger | None, undone: Mailing | None) -> int:
        """Send it; the exit code. ``undone`` is the mailing of the issue that was cancelled, if there was one."""
        safeguards.refuse_owner(self.settings, self.order.provider)
        if self.order.send_at:
            refuse_time(self.order.send_at, clock.now(), self._say_time)
        proof = proofread(self.settings, self.issue)
        mail = proof.clean_mail(f"{self.issue} was not sent: mend the errors first")
        self.console.problems(proof.problems, to_stderr=True)
        if proof.issue.draft:
            message = f"{proof.issue.main_file}: says 'Draft: yes'; take the line out when the issue is ready"
            raise PprmailError(message)
        sealed = sealed_of(self.settings, proof.issue, mail)
        provider = self._provider(sealed)
        if self.order.send_at and not provider.holds_mail:
            raise cannot_hold(provider.name)
        sheet = PlanSheet(self.settings, self.order.list_file, ledger, provider)
        if self.order.is_real:
            self._refuse_unready(ledger, sheet)
        suppressions_seen = ledger.last_suppression() if ledger else 0
        plan = sheet.plan()
        say = self.console.product if self.order.dry_run and not self.order.as_json else self.console.note
        sheet.show(self.console, say, sealed, plan, self.order.send_at)
        sheet.refuse(plan, accept_list_change=self.order.accept_list_change)
        self._refuse_unpublished(sealed, proof.issue)
        if self.order.dry_run:
            return end_dry_run(self.console, self.order, ledger, undone, plan)
        examine(self.console, self.order, provider)
        when = f", to go out {self._say_time(self.order.send_at)}" if self.order.send_at else ""
        question = f"Send to {counted(len(plan.recipients), 'recipient')}{when}?"
        if not self.console.confirm(question, yes=self.order.yes):
            self.console.note("nothing was sent")
            return EXIT_YOURS
        with closing(make_ledger(self.settings)[0]) as made:
            provider.prepare()
            through = outlet(self.settings, self.order.provider)._replace(schedule=self._schedule(provider))
            mailing = made.begin(sealed, plan, through, clock.second(), suppressions_seen=suppressions_seen)
            return Outgoing(self.console, self.settings, as_json=self.order.as_json).run(
                made, mailing, total=len(plan.recipients)
            )

    def _schedule(self, provider: Provider) -> Schedule | None:
        """The schedule of a mailing to be, with a slot of its own; the time may have passed while the author was asked."""
        if self.order.send_at is None:
            return None
        now = clock.now()
        refuse_time(self.order.send_at, now, self._say_time)
        schedule = open_schedule(self.order.send_at, provider, None, now)
        # Between the question and its answer a laptop may have slept
        refuse_time(self.order.send_at, clock.now(), self._say_time)
        return schedule

    def _say_time(self, time: datetime) -> str:
        return zoned_time(time, self.settings)

    def _refuse_unready(self, ledger: Ledger | None, sheet: PlanSheet) -> None:
        safeguards.refuse_unready(self.settings, sheet.list_path)
        safeguards.refuse_synced_folder(self.settings)
        if ledger:
            safeguards.refuse_strange_home(ledger)
        else:
            safeguards.refuse_key_without_ledger(self.settings)
        if self.settings.unsubscribe.owner == "service":
            self.console.warning(
                f"readers unsubscribe at {self.settings.unsubscribe.service_url}: that service must answer from now on, and for 60 days at least"
            )

    def _refuse_unpublished(self, sealed: SealedMail, issue: Issue) -> None:
        if self.order.is_real and self.settings.publish.verify:
            from pprmail.cli.published import refuse_unpublished

            refuse_unpublished(self.console, self.settings, self.order, sealed, issue)

    def _provider(self, sealed: SealedMail) -> Provider:
        """The provider of a mailing to be. Before there is a key, one of zeros stands in: nothing is handed over to this one."""
        keyring = read_keyring(self.settings)
        content = Content(sealed, clock.second(), keyring.current if keyring else bytes(32))
        return make_provider(self.settings, outlet(self.settings, self.order.provider), content)
