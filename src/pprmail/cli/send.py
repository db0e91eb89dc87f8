"""``pprmail send``: send an issue to its readers, or finish what was sealed before."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from pprmail.cli import safeguards
from pprmail.cli.clock import local_time
from pprmail.cli.new_mailing import NewMailing
from pprmail.cli.order import Order
from pprmail.cli.outlets import PROVIDERS
from pprmail.cli.sealed_mailing import SealedMailing
from pprmail.cli.sending import open_ledger, sole_sender
from pprmail.delivery.schedule import read_time
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.cli import App
    from pprmail.delivery.ledger import Ledger, Mailing
    from pprmail.settings import Settings


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
@click.option("--unpublished-ok", is_flag=True, help="Send although the site lacks what the mail leads to.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON at the end.")
@click.pass_obj
def send(  # noqa: PLR0913 - one argument an option
    app: App, issue: str, *, dry_run: bool, test_addresses: tuple[str, ...], send_at: str | None, yes: bool,
    list_file: str | None, provider: str | None, accept_list_change: bool, unverified_ok: bool,
    unpublished_ok: bool, as_json: bool,
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
    if send_at is not None and test_addresses:
        message = "--test sends a mail now: leave --at out"
        raise click.UsageError(message)
    if test_addresses:
        from pprmail.cli.test_mails import send_test

        return send_test(app.console, settings, issue, name, test_addresses)
    at = _read_at(send_at, settings)
    order = Order(issue, name, at, dry_run, yes, list_file, accept_list_change, unverified_ok, unpublished_ok, as_json)
    if dry_run:
        return _send(app, order)
    with sole_sender(settings, issue):
        return _send(app, order)


def _read_at(text: str | None, settings: Settings) -> datetime | None:
    """The time that ``--at`` names; None without one."""
    if text is None:
        return None
    try:
        return read_time(text, settings.newsletter.zone)
    except ValueError as error:
        message = f"--at: {error}"
        raise click.UsageError(message) from error


def _send(app: App, order: Order) -> int:
    """Begin a mailing, or go on with one that was sealed."""
    settings = app.settings
    new = NewMailing(app.console, settings, order)
    receipts_of = "" if order.is_real else order.issue
    ledger = open_ledger(settings)
    if ledger is None:
        safeguards.refuse_lost_ledger(settings, None, receipts_of)
        return new.send(None, None)
    with closing(ledger):
        safeguards.refuse_lost_ledger(settings, ledger, receipts_of)
        mailing = _find(ledger, order, settings)
        if mailing is None or mailing.cancelled:
            return new.send(ledger, mailing)
        return SealedMailing(app.console, settings, order).send(ledger, mailing)


def _find(ledger: Ledger, order: Order, settings: Settings) -> Mailing | None:
    """The mailing to go on with. Raises ``PprmailError`` when a real one has begun through another provider."""
    real = ledger.find(order.issue, real=True)
    if real is None or real.cancelled:
        return None if order.is_real else ledger.find(order.issue, real=False)
    if real.provider != order.provider:
        began = f"{order.issue} was sealed {local_time(real.sealed, settings)} to go through {real.provider}"
        message = f"{began}, and another provider would mail readers twice; go on with --provider {real.provider}. Nothing was handed over"
        raise PprmailError(message)
    return real
