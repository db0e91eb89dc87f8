"""The sheet that ``send`` lays before the author: what would go out, to how many, and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pprmail.audience.choose import choose_audience
from pprmail.audience.consent import PERSON, READER, suppression_test
from pprmail.audience.csvlist import read_list
from pprmail.audience.keys import Keyring, read_keyring
from pprmail.cli import clock
from pprmail.cli.clock import local_time, zoned_time
from pprmail.cli.console import counted
from pprmail.cli.git import tracked_secrets
from pprmail.cli.sending import reasons
from pprmail.delivery.plan import plan_mailing
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pprmail.audience.choose import Audience
    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Ledger
    from pprmail.delivery.plan import Plan
    from pprmail.delivery.providers.base import Provider
    from pprmail.delivery.seal import SealedMail
    from pprmail.settings import Settings


class PlanSheet:
    """The plan of a new mailing, made of the list and of what the ledger remembers (None: nothing yet)."""

    def __init__(self, settings: Settings, list_file: str | None, ledger: Ledger | None, provider: Provider) -> None:
        """``list_file`` is the one named on the command line; None takes the settings'."""
        self.settings = settings
        self.ledger = ledger
        self.provider = provider
        self.list_file = list_file
        self.list_name, self.list_path = list_of(settings, list_file)

    def plan(self) -> Plan:
        """Read the list and decide. Raises ``PprmailError`` when the list cannot be read."""
        last = self.ledger.last_recipients() if self.ledger else None
        size = min(self.settings.delivery.batch_size, self.provider.largest_batch)
        audience = read_audience(self.settings, self.list_file, self.ledger)
        return plan_mailing(audience, size, last, _suppression(self.settings, self.ledger, PERSON, READER))

    def show(
        self, console: Console, say: Callable[[str], None], sealed: SealedMail, plan: Plan, send_at: datetime | None
    ) -> None:
        """Tell the plan line by line, with every bad row, and what git should not track. ``send_at`` None: it goes at once."""
        audience = plan.audience
        for one in audience.exclusions:
            line = f"{self.list_name}:{one.line}: {one.reason}{': ' if one.detail else ''}{one.detail}"
            (console.warning if one.reason == "bad-address" else console.detail)(line)
        excluded = audience.excluded()
        say(f"subject     {sealed.subject}")
        say(f"from        {sealed.sender_name} <{sealed.sender_address}>")
        into = f", into {self.settings.outbox.folder}/{sealed.issue}" if self.provider.name == "outbox" else ""
        say(f"through     {self.provider.name}{into}")
        if send_at:
            say(f"goes out    {zoned_time(send_at, self.settings)}, held by {self.provider.name} until then")
        total = f"{counted(len(plan.recipients), 'recipient')} + {sum(excluded.values()):,} excluded"
        say(f"list        {self.list_name}: {counted(audience.rows, 'row')} = {total}")
        if excluded:
            say(f"excluded    {reasons(excluded)}")
        say(f"batches     {counted(plan.batch_count, 'batch', 'batches')} of up to {plan.batch_size:,}")
        say(f"changes     {_change(plan)}")
        say(f"test mail   {self._test_line(sealed)}")
        for path in tracked_secrets(self.settings, self.list_path):
            what = f"git tracks {path}, which holds readers' addresses or the key"
            console.warning(f"{what}: run 'git rm -r --cached {path}' and add it to .gitignore")

    def refuse(self, plan: Plan, *, accept_list_change: bool) -> None:
        """Raise ``PprmailError`` for a plan that nobody can have meant."""
        name, audience, change = self.list_name, plan.audience, plan.change
        if not audience.rows:
            message = f"{name}: has a header line and no rows; add the subscribers. Nothing was sent"
            raise PprmailError(message)
        if not plan.recipients:
            why = f"{counted(audience.rows, 'row')}, all excluded ({reasons(audience.excluded())})"
            message = f"{name}: has nobody to mail: {why}. Nothing was sent"
            raise PprmailError(message)
        if change and change.is_suspicious and not accept_list_change:
            gone = (
                f"{change.left_by_file:,} of the last mailing's {change.before:,} recipients are no longer on the list"
            )
            remedy = "look whether rows were lost, or add --accept-list-change"
            message = f"{name}: {gone}, and did not ask to leave; {remedy}. Nothing was sent"
            raise PprmailError(message)

    def _test_line(self, sealed: SealedMail) -> str:
        test = self.ledger.last_test(sealed.issue) if self.ledger else None
        if test is None:
            return f"none was sent; 'pprmail send {sealed.issue} --test YOU@…' sends one"
        when = local_time(test.sent, self.settings)
        if test.sealed_sha256 == sealed.sha256:
            return f"of {when}, the same as this"
        return f"of {when}; what goes out now DIFFERS from it"


def _change(plan: Plan) -> str:
    change = plan.change
    if change is None:
        return "this is the first mailing"
    left = f"{change.gone:,} gone, {change.newly_unsubscribed:,} newly unsubscribed"
    return f"{change.added:,} added, {left} since the last mailing"


def list_of(settings: Settings, list_file: str | None) -> tuple[str, Path]:
    """What the list is called, and where it is: a ``list_file`` is looked up from where we stand, the settings' beside them."""
    path = Path(list_file).absolute() if list_file else settings.root / settings.subscribers.file
    return list_file or settings.subscribers.file, path


def read_audience(settings: Settings, list_file: str | None, ledger: Ledger | None) -> Audience:
    """The list as it stands now, decided. Raises ``PprmailError`` when it cannot be read."""
    name, path = list_of(settings, list_file)
    return choose_audience(
        read_list(path, name, settings.subscribers.encoding),
        _suppression(settings, ledger),
        require_consent=settings.subscribers.require_consent,
        today=clock.now().astimezone(settings.newsletter.zone).date(),
    )


def _suppression(settings: Settings, ledger: Ledger | None, *sources: str) -> Callable[[str], bool]:
    """Whether an address asked to leave, as far as ``ledger`` knows."""
    hashes = ledger.suppressed(*sources) if ledger else frozenset()
    return suppression_test(hashes, read_keyring(settings) or Keyring(()), settings.newsletter.id)
