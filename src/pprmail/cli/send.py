"""``pprmail send``: check, show the plan, ask, seal, hand over; or finish what was sealed before."""

from __future__ import annotations

import secrets
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pprmail.addresses import BadAddressError, normal_address
from pprmail.cli.console import counted
from pprmail.cli.interrupts import catch_interrupts
from pprmail.cli.plan_sheet import PlanSheet, local_time
from pprmail.cli.sending import (
    make_ledger,
    open_ledger,
    outbox_at,
    outbox_for,
    sole_sender,
    state_of,
    status_json,
    status_table,
)
from pprmail.delivery.dispatch import Run, dispatch
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.seal import seal_mail
from pprmail.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_UNFINISHED, EXIT_YOURS, PprmailError
from pprmail.mailcheck.proof import proofread
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.delivery.dispatch import Stop
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.plan import Plan
    from pprmail.delivery.seal import SealedMail
    from pprmail.render.mail import RenderedIssue
    from pprmail.settings import Settings


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for beside the issue."""

    dry_run: bool
    yes: bool
    list_file: str | None
    accept_list_change: bool
    as_json: bool


@click.command()
@click.argument("issue")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; nothing is made or sent.")
@click.option(
    "--test", "test_addresses", metavar="ADDRESS", multiple=True, help="Send a test mail to ADDRESS, without asking."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--subscribers", "list_file", metavar="FILE", help="Another list than the settings name.")
@click.option("--provider", metavar="NAME", help="Another provider than the settings name.")
@click.option("--accept-list-change", is_flag=True, help="Send although many people are no longer on the list.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON at the end.")
@click.pass_obj
def send(  # noqa: PLR0913 - one argument an option
    app: App, issue: str, *, dry_run: bool, test_addresses: tuple[str, ...], yes: bool, list_file: str | None,
    provider: str | None, accept_list_change: bool, as_json: bool,
) -> int:  # fmt: skip
    """Send ISSUE (a month, such as 2020-08) to its readers, or finish sending it.

    Exit 0 when everyone was accepted, 1 when nothing was handed over, 3 when someone still waits.
    """
    settings = app.settings
    name = provider or settings.delivery.provider
    if name != "outbox":
        message = f'this version hands mail to the outbox only, not to {name!r}; write provider = "outbox" under [delivery], or use --provider outbox'
        raise PprmailError(message)
    if dry_run and test_addresses:
        message = "--test sends a mail and --dry-run sends none: take one of them"
        raise click.UsageError(message)
    wishes = Wishes(dry_run, yes, list_file, accept_list_change, as_json)
    if test_addresses:
        return _send_test(app.console, settings, issue, test_addresses)
    if dry_run:
        return _Sending(app.console, settings, issue, wishes).run()
    with sole_sender(settings, issue):
        return _Sending(app.console, settings, issue, wishes).run()


class _Sending:
    """One call of ``send``."""

    def __init__(self, console: Console, settings: Settings, issue: str, wishes: Wishes) -> None:
        self.console = console
        self.settings = settings
        self.issue = issue
        self.wishes = wishes

    def run(self) -> int:
        ledger = open_ledger(self.settings)
        if ledger is None:
            return self._begin(None)
        with closing(ledger):
            mailing = ledger.find(self.issue, real=False)
            if mailing is None or mailing.cancelled:
                return self._begin(ledger)
            return self._resume(ledger, mailing)

    # A new mailing

    def _begin(self, ledger: Ledger | None) -> int:
        _refuse_owner(self.settings)
        proof = proofread(self.settings, self.issue)
        mail = proof.clean_mail(f"{self.issue} was not sent: mend the errors first")
        self.console.problems(proof.problems, to_stderr=True)
        if proof.issue.draft:
            message = f"{proof.issue.main_file}: says 'Draft: yes'; take the line out when the issue is ready"
            raise PprmailError(message)
        sealed = _sealed(self.settings, self.issue, mail)
        sheet = PlanSheet(self.settings, self.wishes.list_file, ledger)
        plan = sheet.plan()
        say = self.console.product if self.wishes.dry_run and not self.wishes.as_json else self.console.note
        sheet.show(self.console, say, sealed, plan)
        sheet.refuse(plan, accept_list_change=self.wishes.accept_list_change)
        if self.wishes.dry_run:
            return self._end_dry_run(ledger, plan)
        if not self.console.confirm(f"Send to {counted(len(plan.recipients), 'recipient')}?", yes=self.wishes.yes):
            self.console.note("nothing was sent")
            return EXIT_YOURS
        made, keyring = make_ledger(self.settings)
        with closing(made):
            now = datetime.now(UTC).replace(microsecond=0)
            folder = self.settings.outbox.folder
            outbox = outbox_at(self.settings, f"{folder}/{self.issue}", LetterWriter(sealed, now, keyring.current))
            outbox.prepare()
            outbox.refuse_letters()
            mailing = made.begin(sealed, plan, Outlet(outbox.name, folder), now)
            return self._dispatch(made, mailing)

    # A mailing that was sealed before

    def _resume(self, ledger: Ledger, mailing: Mailing) -> int:
        counts = ledger.counts(mailing)
        self._say_what_changed(mailing)
        if self.wishes.list_file:
            self.console.note(
                f"--subscribers adds nobody: the recipients were frozen at the seal of {local_time(mailing.sealed, self.settings)}"
            )
        # A mailing without an end was cut short after its last letter, and perhaps before its books were closed
        if counts.is_complete and mailing.ended:
            self.console.note(
                f"{self.issue} was sent to all {counted(counts.recipients, 'recipient')}; there is nothing left to do"
            )
            return self._finish(ledger, mailing, None)
        # The outbox may be handed over again, so what is unknown is to go as well
        undone = counts.unknown + counts.waiting
        sealed = f"{self.issue} was sealed {local_time(mailing.sealed, self.settings)}"
        self.console.note(
            f"{sealed}: {counts.accepted:,} of {counted(counts.recipients, 'recipient')} accepted, {undone:,} to go"
        )
        if self.wishes.dry_run:
            return self._end_dry_run(ledger, None)
        question = f"Go on with the {undone:,} that are left?"
        if not self.console.confirm(question, yes=self.wishes.yes or not undone):
            self.console.note("nothing more was sent")
            return EXIT_UNFINISHED
        with _begun(self.issue):
            outbox_for(self.settings, ledger, mailing).prepare()
        return self._dispatch(ledger, mailing, self._now_left(ledger))

    def _now_left(self, ledger: Ledger) -> tuple[str, ...]:
        """Whom the list calls unsubscribed today: the recipients are frozen, but nobody is mailed who has left."""
        try:
            return PlanSheet(self.settings, self.wishes.list_file, ledger).audience().unsubscribed
        except PprmailError as error:
            self.console.warning(f"{error}. Who left since the seal by the list's word is not known")
            return ()

    def _say_what_changed(self, mailing: Mailing) -> None:
        """Say so when today's files would make another mail than the sealed one."""
        try:
            mail = proofread(self.settings, self.issue).clean_mail("")
        except PprmailError:
            same = False
        else:
            same = _sealed(self.settings, self.issue, mail).sha256 == mailing.sealed_sha256
        if not same:
            self.console.warning(
                f"the files of {self.issue} (or the settings, or a template) changed after the seal of {local_time(mailing.sealed, self.settings)}; "
                f"what was sealed stays, the change does not go out. 'pprmail cancel {self.issue}' undoes the seal"
            )

    # Both

    def _end_dry_run(self, ledger: Ledger | None, plan: Plan | None) -> int:
        if self.wishes.as_json:
            mailing = ledger.find(self.issue, real=False) if ledger else None
            counts = ledger.counts(mailing) if ledger and mailing else None
            standing = status_json(self.issue, mailing, counts, sending=False)
            self.console.json(standing | ({"plan": _plan_json(plan)} if plan else {}))
        self.console.note("dry run: nothing was made or sent")
        return EXIT_DONE

    def _dispatch(self, ledger: Ledger, mailing: Mailing, now_left: tuple[str, ...] = ()) -> int:
        with _begun(self.issue):
            outbox = outbox_for(self.settings, ledger, mailing)
            counts = ledger.counts(mailing)
            with catch_interrupts() as asked, self.console.progress(counts.unknown + counts.waiting) as add:
                run = Run(secrets.token_hex(8), lambda: datetime.now(UTC), asked, add, now_left)
                stop = dispatch(ledger, mailing, outbox, run)
            return self._finish(ledger, mailing, stop)

    def _finish(self, ledger: Ledger, mailing: Mailing, stop: Stop | None) -> int:
        counts = ledger.counts(mailing)
        current = ledger.find(self.issue, real=False)
        self._show(status_json(self.issue, current, counts, sending=False))
        if stop and stop.was_interrupted and not counts.is_complete:
            self.console.error(_interrupted(self.issue))
            return EXIT_INTERRUPTED
        if stop and stop.reason:
            self.console.error(stop.reason)
            return EXIT_UNFINISHED
        if state_of(current, counts, sending=False) == "sent":
            self.console.note(f"the mail lies in {mailing.folder}/{self.issue}")
        return EXIT_DONE if counts.is_complete else EXIT_UNFINISHED

    def _show(self, status: dict[str, Any]) -> None:
        """Print the end. Whether it can be printed changes nothing of what was sent."""
        try:
            if self.wishes.as_json:
                self.console.json(status)
            else:
                self.console.product(status_table(status))
        except PprmailError as error:
            self.console.error(str(error))


def _sealed(settings: Settings, issue: str, mail: RenderedIssue) -> SealedMail:
    """The content that ``mail`` would be sealed as now."""
    return seal_mail(settings, issue, mail.subject, mail.html, mail.text)


def _plan_json(plan: Plan) -> dict[str, Any]:
    audience = plan.audience
    return {
        "rows": audience.rows,
        "recipients": len(plan.recipients),
        "excluded": audience.excluded(),
        "batches": plan.batch_count,
    }


def _refuse_owner(settings: Settings) -> None:
    if settings.unsubscribe.owner == "provider":
        message = (
            'the outbox has no unsubscribe service of its own; write owner = "service" or "reply" under [unsubscribe]'
        )
        raise PprmailError(message)


@contextmanager
def _begun(issue: str) -> Iterator[None]:
    """Gives what stops a mailing that was sealed the exit code that says so: somebody was left waiting."""
    try:
        yield
    except PprmailError as error:
        raise PprmailError(str(error), exit_code=EXIT_UNFINISHED) from error
    except OSError as error:
        message = f"the output cannot be written ({error.strerror}); run 'pprmail send {issue}' again to finish"
        raise PprmailError(message, exit_code=EXIT_UNFINISHED) from error
    except KeyboardInterrupt:
        raise PprmailError(_interrupted(issue), exit_code=EXIT_INTERRUPTED) from None


# Test mail


def _send_test(console: Console, settings: Settings, issue: str, addresses: tuple[str, ...]) -> int:
    """Test mails: the same message and headers, the subject marked, outside the ledger of mailings."""
    _refuse_owner(settings)
    recipients = [_test_recipient(address) for address in addresses]
    proof = proofread(settings, issue)
    mail = proof.clean_mail(f"no test mail of {issue} was sent: mend the errors first")
    console.problems(proof.problems, to_stderr=True)
    sealed = _sealed(settings, issue, mail)
    ledger, keyring = make_ledger(settings)
    with closing(ledger):
        now = datetime.now(UTC).replace(microsecond=0)
        writer = LetterWriter(sealed, now, keyring.current, test=True)
        outbox = outbox_at(settings, f"{settings.outbox.folder}/test/{issue}", writer)
        outbox.prepare()
        try:
            paths = [outbox.put(recipient) for recipient in recipients]
        except OSError as error:
            message = f"{outbox.shown}: cannot be written ({error.strerror}); make room on the disk and check the folder's permissions"
            raise PprmailError(message) from error
        ledger.record_test(issue, sealed.sha256, now)
    for path in paths:
        console.product(str(path.relative_to(settings.root)) if path.is_relative_to(settings.root) else str(path))
    return EXIT_DONE


def _test_recipient(address: str) -> Subscriber:
    try:
        return Subscriber(normal_address(address.strip()))
    except BadAddressError as error:
        message = f"--test {address!r} is no mail address ({error}); write one such as you@example.org"
        raise PprmailError(message) from error


# Sentences


def _interrupted(issue: str) -> str:
    return f"interrupted; the ledger is true: run 'pprmail send {issue}' again to finish"
