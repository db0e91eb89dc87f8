"""``pprmail send``: check, show the plan, ask, seal, hand over; or finish what was sealed before."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pprmail.audience.keys import read_keyring
from pprmail.cli import clock, safeguards
from pprmail.cli.clock import local_time, zoned_time
from pprmail.cli.console import counted
from pprmail.cli.handing_over import Outgoing, begun, sealed_provider
from pprmail.cli.outlets import PROVIDERS, Content, make_provider, outlet
from pprmail.cli.plan_sheet import PlanSheet, read_audience
from pprmail.cli.sending import (
    make_ledger,
    open_ledger,
    sealed_of,
    sole_sender,
    state_of,
    status_json,
)
from pprmail.delivery.providers.base import cannot_hold
from pprmail.delivery.schedule import open_schedule, read_time, refuse_time
from pprmail.errors import EXIT_DONE, EXIT_UNFINISHED, EXIT_YOURS, PprmailError
from pprmail.mailcheck.proof import proofread

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Counts, Ledger, Mailing
    from pprmail.delivery.plan import Plan
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.schedule import Schedule
    from pprmail.delivery.seal import SealedMail
    from pprmail.settings import Settings


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for beside the issue."""

    provider: str
    send_at: datetime | None
    dry_run: bool
    yes: bool
    list_file: str | None
    accept_list_change: bool
    unverified_ok: bool
    as_json: bool

    @property
    def is_real(self) -> bool:
        """Mail is to go to readers."""
        return self.provider != "outbox"


@click.command()
@click.argument("issue")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; nothing is made or sent.")
@click.option(
    "--test", "test_addresses", metavar="ADDRESS", multiple=True, help="Send a test mail to ADDRESS, without asking."
)
@click.option(
    "--at",
    "send_at",
    metavar="TIME",
    help="Have the provider hold the mail until then: '2020-08-14 09:00', 72 hours ahead at most.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--subscribers", "list_file", metavar="FILE", help="Another list than the settings name.")
@click.option("--provider", metavar="NAME", help="Another provider than the settings name: outbox, smtp or sendgrid.")
@click.option("--accept-list-change", is_flag=True, help="Send although many people are no longer on the list.")
@click.option("--unverified-ok", is_flag=True, help="Send although the provider did not answer what was asked before.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON at the end.")
@click.pass_obj
def send(  # noqa: PLR0913 - one argument an option
    app: App, issue: str, *, dry_run: bool, test_addresses: tuple[str, ...], send_at: str | None, yes: bool,
    list_file: str | None, provider: str | None, accept_list_change: bool, unverified_ok: bool, as_json: bool,
) -> int:  # fmt: skip
    """Send ISSUE (a month, such as 2020-08) to its readers, or finish sending it.

    Exit 0 when everyone was accepted, 1 when nothing was handed over, 3 when someone still waits, is in doubt or was
    rejected.
    """
    settings = app.settings
    name = provider or settings.delivery.provider
    if name not in PROVIDERS:
        message = f"--provider {name!r} is unknown; take one of {', '.join(PROVIDERS)}"
        raise click.UsageError(message)
    if dry_run and test_addresses:
        message = "--test sends a mail and --dry-run sends none: take one of them"
        raise click.UsageError(message)
    if send_at and test_addresses:
        message = "--test sends a mail now: leave --at out"
        raise click.UsageError(message)
    if test_addresses:
        from pprmail.cli.test_mails import send_test

        return send_test(app.console, settings, issue, name, test_addresses)
    at = _read_at(send_at, settings)
    wishes = Wishes(name, at, dry_run, yes, list_file, accept_list_change, unverified_ok, as_json)
    if dry_run:
        return _Sending(app.console, settings, issue, wishes).run()
    with sole_sender(settings, issue):
        return _Sending(app.console, settings, issue, wishes).run()


def _read_at(text: str | None, settings: Settings) -> datetime | None:
    """The time that ``--at`` names; None without one."""
    if text is None:
        return None
    try:
        return read_time(text, settings.newsletter.zone)
    except ValueError as error:
        message = f"--at: {error}"
        raise click.UsageError(message) from error


class _Sending:
    """One call of ``send``."""

    def __init__(self, console: Console, settings: Settings, issue: str, wishes: Wishes) -> None:
        self.console = console
        self.settings = settings
        self.issue = issue
        self.wishes = wishes
        self.outgoing = Outgoing(console, settings, as_json=wishes.as_json)

    def run(self) -> int:
        ledger = open_ledger(self.settings)
        if ledger is None:
            safeguards.refuse_lost_ledger(self.settings, None, "" if self.wishes.is_real else self.issue)
            return self._begin(None)
        with closing(ledger):
            safeguards.refuse_lost_ledger(self.settings, ledger, "" if self.wishes.is_real else self.issue)
            mailing = self._find(ledger)
            if mailing is None or mailing.cancelled:
                return self._begin(ledger)
            return self._resume(ledger, mailing)

    def _find(self, ledger: Ledger) -> Mailing | None:
        """The mailing to go on with. Raises ``PprmailError`` when a real one has begun through another provider."""
        real = ledger.find(self.issue, real=True)
        if real is None or real.cancelled:
            return None if self.wishes.is_real else ledger.find(self.issue, real=False)
        if real.provider != self.wishes.provider:
            began = f"{self.issue} was sealed {local_time(real.sealed, self.settings)} to go through {real.provider}"
            message = f"{began}, and another provider would mail readers twice; go on with --provider {real.provider}. Nothing was handed over"
            raise PprmailError(message)
        return real

    # A new mailing

    def _begin(self, ledger: Ledger | None) -> int:
        safeguards.refuse_owner(self.settings, self.wishes.provider)
        if self.wishes.send_at:
            refuse_time(self.wishes.send_at, clock.now(), self._say_time)
        proof = proofread(self.settings, self.issue)
        mail = proof.clean_mail(f"{self.issue} was not sent: mend the errors first")
        self.console.problems(proof.problems, to_stderr=True)
        if proof.issue.draft:
            message = f"{proof.issue.main_file}: says 'Draft: yes'; take the line out when the issue is ready"
            raise PprmailError(message)
        sealed = sealed_of(self.settings, proof.issue, mail)
        provider = self._provider(sealed)
        if self.wishes.send_at and not provider.holds_mail:
            raise cannot_hold(provider.name)
        sheet = PlanSheet(self.settings, self.wishes.list_file, ledger, provider)
        if self.wishes.is_real:
            self._refuse_unready(ledger, sheet)
        suppressions_seen = ledger.last_suppression() if ledger else 0
        plan = sheet.plan()
        say = self.console.product if self.wishes.dry_run and not self.wishes.as_json else self.console.note
        sheet.show(self.console, say, sealed, plan, self.wishes.send_at)
        sheet.refuse(plan, accept_list_change=self.wishes.accept_list_change)
        if self.wishes.dry_run:
            return self._end_dry_run(ledger, plan)
        self._examine(provider)
        if not self.console.confirm(f"Send to {counted(len(plan.recipients), 'recipient')}?", yes=self.wishes.yes):
            self.console.note("nothing was sent")
            return EXIT_YOURS
        with closing(make_ledger(self.settings)[0]) as made:
            provider.prepare()
            through = outlet(self.settings, self.wishes.provider)._replace(schedule=self._schedule(provider))
            mailing = made.begin(sealed, plan, through, _now(), suppressions_seen=suppressions_seen)
            return self.outgoing.run(made, mailing, total=len(plan.recipients))

    def _schedule(self, provider: Provider) -> Schedule | None:
        """The schedule of a mailing to be, with a slot of its own; the time may have passed while the author was asked."""
        if self.wishes.send_at is None:
            return None
        now = clock.now()
        refuse_time(self.wishes.send_at, now, self._say_time)
        return open_schedule(self.wishes.send_at, provider, None, now)

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

    def _provider(self, sealed: SealedMail) -> Provider:
        """The provider of a mailing to be. Before there is a key, one of zeros stands in: nothing is handed over to this one."""
        keyring = read_keyring(self.settings)
        content = Content(sealed, _now(), keyring.current if keyring else bytes(32))
        return make_provider(self.settings, outlet(self.settings, self.wishes.provider), content)

    def _examine(self, provider: Provider) -> None:
        """Ask the provider what would make the send fail, and tell its doubts."""
        with closing(provider):
            if self.wishes.is_real:
                provider.prepare()
            said = provider.examine()
        for sentence in said.warnings:
            self.console.warning(sentence)
        for question in said.unanswered:
            self.console.warning(f"{provider.name} did not answer {question}")
        if said.unanswered and not self.wishes.unverified_ok:
            why = f"what {provider.name} did not answer may make the send fail"
            message = f"{why}; try again, or add --unverified-ok to send all the same. Nothing was handed over"
            raise PprmailError(message)

    # A mailing that was sealed before

    def _resume(self, ledger: Ledger, mailing: Mailing) -> int:
        counts = ledger.counts(mailing)
        self._say_what_changed(mailing)
        if self.wishes.list_file:
            self.console.note(
                f"--subscribers adds nobody: the recipients were frozen at the seal of {local_time(mailing.sealed, self.settings)}"
            )
        undone = self._undone(mailing, counts)
        with begun(self.issue):
            self._refuse_other_time(mailing)
        # A mailing without an end was cut short after its last letter, and perhaps before its books were closed
        if mailing.ended and not undone and (mailing.is_real or counts.is_complete):
            self.console.note(self._nothing_to_do(mailing, counts))
            if not self.wishes.dry_run:
                self.outgoing.write_last_receipt(ledger, mailing)
            return self.outgoing.finish(ledger, mailing, None)
        sealed = f"{self.issue} was sealed {local_time(mailing.sealed, self.settings)}"
        doubt = f", {counts.unknown:,} in doubt" if mailing.is_real and counts.unknown else ""
        of_all = f"{counts.accepted:,} of {counted(counts.recipients, 'recipient')} accepted{doubt}"
        self.console.note(f"{sealed}: {of_all}, {undone:,} to go")
        if self.wishes.dry_run:
            return self._end_dry_run(ledger, None)
        with begun(self.issue):
            self._refuse_unready_resume(ledger, mailing, counts)
        question = f"Go on with the {undone:,} that are left?{self._lateness(mailing)}"
        if not self.console.confirm(question, yes=self.wishes.yes or not undone):
            self.console.note("nothing more was sent")
            return EXIT_UNFINISHED
        if not mailing.is_real or undone:
            self._record_left(ledger)
        return self.outgoing.run(ledger, mailing, total=undone)

    def _refuse_other_time(self, mailing: Mailing) -> None:
        """Raise ``PprmailError`` when the mailing is being called off, or was sealed for another time than is asked for now."""
        if mailing.calling_off:
            message = (
                f"{self.issue} is being called off since {local_time(mailing.calling_off, self.settings)}; "
                f"'pprmail cancel {self.issue}' goes on with it. Nothing was handed over"
            )
            raise PprmailError(message)
        if self.wishes.send_at in {None, mailing.send_at}:
            return
        sealed = f"to go out {self._say_time(mailing.send_at)}" if mailing.send_at else "to go out at once"
        message = f"{self.issue} was sealed {sealed}, and --at cannot change that; leave it out, or 'pprmail cancel {self.issue}' first"
        raise PprmailError(message)

    def _lateness(self, mailing: Mailing) -> str:
        """A sentence for when the time of a mailing is past; '' when it is not."""
        if mailing.send_at is None or clock.now() < mailing.send_at:
            return ""
        return f" They get it at once: it was to go out {self._say_time(mailing.send_at)}"

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
            self._examine(sealed_provider(self.settings, ledger, mailing))

    def _record_left(self, ledger: Ledger) -> None:
        """Whom the list calls unsubscribed today: the recipients are frozen, but nobody is mailed who has left."""
        try:
            left = read_audience(self.settings, self.wishes.list_file, ledger)
            ledger.record_left(left.unsubscribed, _now())
        except PprmailError as error:
            self.console.warning(f"{error}. Who left since the seal by the list's word is not known")

    def _say_what_changed(self, mailing: Mailing) -> None:
        """Say so when today's files would make another mail than the sealed one."""
        try:
            proof = proofread(self.settings, self.issue)
            mail = proof.clean_mail("")
        except PprmailError:
            same = False
        else:
            same = sealed_of(self.settings, proof.issue, mail).sha256 == mailing.sealed_sha256
        if not same:
            self.console.warning(
                f"the files of {self.issue} (or the settings, or a template) changed after the seal of {local_time(mailing.sealed, self.settings)}; "
                f"what was sealed stays, the change does not go out. 'pprmail cancel {self.issue}' undoes the seal{_while_nobody(mailing)}"
            )

    # Both

    def _end_dry_run(self, ledger: Ledger | None, plan: Plan | None) -> int:
        if self.wishes.as_json:
            mailing = self._find(ledger) if ledger else None
            counts = ledger.counts(mailing) if ledger and mailing else None
            standing = status_json(self.issue, mailing, counts, sending=False)
            self.console.json(standing | ({"plan": _plan_json(plan)} if plan else {}))
        self.console.note("dry run: nothing was made or sent")
        return EXIT_DONE


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _plan_json(plan: Plan) -> dict[str, Any]:
    audience = plan.audience
    return {
        "rows": audience.rows,
        "recipients": len(plan.recipients),
        "excluded": audience.excluded(),
        "batches": plan.batch_count,
    }


def _while_nobody(mailing: Mailing) -> str:
    return " while nobody was accepted" if mailing.is_real else ""
