"""Handing a sealed mailing over, and telling how that ended."""

from __future__ import annotations

import secrets
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from pprmail.cli import clock
from pprmail.cli.clock import local_time
from pprmail.cli.console import counted
from pprmail.cli.interrupts import catch_interrupts
from pprmail.cli.outlets import content_of, make_provider
from pprmail.cli.sending import say_held, state_of, status_json, status_table, write_receipt_of
from pprmail.delivery.dispatch import Run, dispatch
from pprmail.delivery.ledger import Outlet
from pprmail.delivery.pace import NO_CAPS, Caps
from pprmail.delivery.schedule import open_schedule, too_late
from pprmail.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_UNFINISHED, PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pprmail.cli.console import Console
    from pprmail.cli.interrupts import Interrupts
    from pprmail.delivery.dispatch import Stop
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.schedule import Schedule
    from pprmail.settings import Settings

_LONG_SECONDS = 120


def sealed_provider(settings: Settings, ledger: Ledger, mailing: Mailing, schedule: Schedule | None = None) -> Provider:
    """The provider of a sealed mailing, which is to hold the mail where there is a ``schedule``."""
    outlet = Outlet(mailing.provider, mailing.folder, schedule)
    return make_provider(settings, outlet, content_of(settings, ledger, mailing))


class Outgoing:
    """Hands mailings over to their provider. ``as_json``: the status at the end is for a program to read."""

    def __init__(self, console: Console, settings: Settings, *, as_json: bool) -> None:
        """Hand over on the newsletter's behalf."""
        self.console = console
        self.settings = settings
        self.as_json = as_json

    def run(self, ledger: Ledger, mailing: Mailing, total: int) -> int:
        """Hand ``mailing`` over to the ``total`` recipients that are to go; the exit code that says how it ended."""
        started = clock.now()
        with begun(mailing.issue):
            if mailing.is_real:
                ledger.record_home()
            write_receipt_of(self.settings, ledger, mailing)
            with (
                closing(self._provider(ledger, mailing)) as provider,
                catch_interrupts() as asked,
                self.console.progress(total, "handed over") as add,
            ):
                run = self._run(asked, add, ledger, mailing, too_late(mailing.send_at, started))
                stop = dispatch(ledger.sending(mailing), provider, run)
            self.write_last_receipt(ledger, mailing)
            return self.finish(ledger, mailing, stop)

    def _provider(self, ledger: Ledger, mailing: Mailing) -> Provider:
        """The provider, ready; what it is to hold, it holds under a slot that the ledger knows."""
        provider = sealed_provider(self.settings, ledger, mailing)
        provider.prepare()
        schedule = open_schedule(mailing.send_at, provider, ledger.holding(mailing), clock.now())
        return sealed_provider(self.settings, ledger, mailing, schedule) if schedule else provider

    def _run(
        self, asked: Interrupts, add: Callable[[int], None], ledger: Ledger, mailing: Mailing, until: datetime | None
    ) -> Run:
        own = self.settings.delivery
        caps = Caps(own.max_per_minute, own.max_per_hour, own.max_per_day) if mailing.is_real else NO_CAPS
        return Run(
            name=secrets.token_hex(8),
            clock=clock.now,
            is_interrupted=asked,
            sleep=asked.sleep,
            on_batch=add,
            on_wait=self._say_waiting,
            say_time=lambda time: local_time(time, self.settings),
            caps=caps,
            on_start=lambda: write_receipt_of(self.settings, ledger, mailing),
            until=until,
        )

    def write_last_receipt(self, ledger: Ledger, mailing: Mailing) -> None:
        """Bring the receipt up to the end. Whether it can be written changes nothing of what was sent."""
        try:
            write_receipt_of(self.settings, ledger, mailing)
        except PprmailError as error:
            self.console.warning(f"{error}. 'pprmail send {mailing.issue}' writes it then, and mails nobody twice")

    def _say_waiting(self, why: str, seconds: float) -> None:
        how_long = f"{seconds / 60:,.0f} minutes" if seconds >= _LONG_SECONDS else f"{seconds:,.0f} s"
        self.console.note(f"waiting {how_long}: {why}")

    def finish(self, ledger: Ledger, mailing: Mailing, stop: Stop | None) -> int:
        """Tell how it ended, and what is left to do; the exit code."""
        counts = ledger.counts(mailing)
        current = ledger.mailing(mailing.id)
        self._show(status_json(mailing.issue, current, counts, sending=False))
        if stop and stop.was_interrupted and not counts.is_complete:
            self.console.error(_interrupted(mailing.issue))
            return EXIT_INTERRUPTED
        if stop and stop.reason:
            self.console.error(stop.reason)
            return EXIT_UNFINISHED
        if counts.unknown and mailing.is_real:
            doubt = counted(counts.unknown, "recipient is", "recipients are")
            self.console.warning(
                f"{doubt} in doubt and will not be mailed again; 'pprmail resolve {mailing.issue}' settles that"
            )
        if counts.rejected:
            refused = counted(counts.rejected, "recipient was", "recipients were")
            self.console.warning(
                f"{refused} rejected; 'pprmail status {mailing.issue} --recipients' names who, and why"
            )
        state = state_of(current, counts, sending=False)
        if state == "sent" and not mailing.is_real:
            self.console.note(f"the mail lies in {mailing.folder}/{mailing.issue}")
        if state == "scheduled" and mailing.send_at:
            self.console.note(say_held(mailing, mailing.send_at, self.settings))
        return EXIT_DONE if counts.is_complete else EXIT_UNFINISHED

    def _show(self, status: dict[str, Any]) -> None:
        """Print the end. Whether it can be printed changes nothing of what was sent."""
        try:
            if self.as_json:
                self.console.json(status)
            else:
                self.console.product(status_table(status))
        except PprmailError as error:
            self.console.error(str(error))


@contextmanager
def begun(issue: str) -> Iterator[None]:
    """Gives what stops a mailing that was sealed the exit code that says so: somebody was left waiting."""
    try:
        yield
    except PprmailError as error:
        raise PprmailError(str(error), exit_code=EXIT_UNFINISHED) from error
    except OSError as error:
        message = f"the send was cut short ({error.strerror}); run 'pprmail send {issue}' again to finish"
        raise PprmailError(message, exit_code=EXIT_UNFINISHED) from error
    except KeyboardInterrupt:
        raise PprmailError(_interrupted(issue), exit_code=EXIT_INTERRUPTED) from None


def _interrupted(issue: str) -> str:
    return f"interrupted; the ledger is true: run 'pprmail send {issue}' again to finish"
