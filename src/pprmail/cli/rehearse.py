"""``pprmail rehearse``: the real issue and list, sent to nobody, by a sender that is killed through a provider that fails."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pprmail.errors import EXIT_DONE, EXIT_YOURS, PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.rehearsal.commands import Commands
    from pprmail.rehearsal.folder import RehearsalFolder
    from pprmail.rehearsal.host import UnreliableSendGrid
    from pprmail.rehearsal.ordeal import Planned
    from pprmail.rehearsal.report import Wishes
    from pprmail.settings import Settings

_MOST_FAULTS = 0.9
_MOST_SEEDS = 10_000


@click.command()
@click.argument("issue")
@click.option("--seed", type=int, metavar="N", help="Draw the same faults and kills as another rehearsal did.")
@click.option("--kills", type=int, default=3, show_default=True, metavar="N", help="How often to kill the sender.")
@click.option(
    "--faults",
    type=float,
    default=0.33,
    show_default=True,
    metavar="P",
    help="The share of requests that fail, to 0.9.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def rehearse(  # noqa: PLR0913 - one argument an option
    app: App, issue: str, *, seed: int | None, kills: int, faults: float, as_json: bool
) -> int:
    """Send ISSUE to your list without sending it: on this machine alone, as it would go on a very bad day.

    A copy of the issue, the list and the settings goes through a stand-in for SendGrid that fails at random, and the
    sender is killed at random and started again, until nobody waits and nobody is in doubt. What lies in the inboxes
    then is compared with what the ledger says, after every run. Your own ledger, key, receipts and outbox are not touched.

    The same --seed draws the same faults and the same moments; how the sender's workers take turns is the machine's.

    Exit 0 only when nobody was mailed twice and everyone is accounted for.
    """
    if not 0 <= faults <= _MOST_FAULTS:
        message = f"--faults {faults:g} is no share of the requests; take one from 0 to {_MOST_FAULTS:g}, such as 0.33"
        raise click.UsageError(message)
    if kills < 0:
        message = f"--kills {kills} is less than none; take 0 or more"
        raise click.UsageError(message)
    from pprmail.rehearsal.report import Wishes

    wishes = Wishes(issue, secrets.randbelow(_MOST_SEEDS) if seed is None else seed, kills, faults)
    return _Rehearsal(app.console, app.settings, wishes).run(as_json=as_json)


class _Rehearsal:
    """One call of ``rehearse``."""

    def __init__(self, console: Console, settings: Settings, wishes: Wishes) -> None:
        self.console = console
        self.settings = settings
        self.wishes = wishes

    def run(self, *, as_json: bool) -> int:
        from pprmail.rehearsal.folder import RehearsalFolder
        from pprmail.rehearsal.host import UnreliableSendGrid

        wishes = self.wishes
        for sentence in _refusals(self.settings):
            self.console.warning(f"a real send refuses this: {sentence}")
        if caps := _caps(self.settings):
            self.console.note(
                f"{caps} under [delivery] {'are' if ' and ' in caps else 'is'} left out: a rehearsal waits for no cap"
            )
        host = UnreliableSendGrid(self.settings.sender.address, wishes.seed, wishes.faults)
        with RehearsalFolder(self.settings, wishes.issue) as folder, host:
            return self._run(folder, host, as_json=as_json)

    def _run(self, folder: RehearsalFolder, host: UnreliableSendGrid, *, as_json: bool) -> int:
        from pprmail.rehearsal.commands import Commands
        from pprmail.rehearsal.folder import clean_environment
        from pprmail.rehearsal.kills import draw_kills
        from pprmail.rehearsal.ordeal import FailedRehearsalError, Ordeal
        from pprmail.rehearsal.report import make_report, report_sheet

        commands = Commands(folder.path, clean_environment(os.environ, host.account.key))
        planned = self._plan(folder, host, commands)
        self.console.note(f"rehearsing with --seed {self.wishes.seed}: nothing leaves this machine")
        kills = draw_kills(self.wishes.seed, self.wishes.kills)
        ordeal = Ordeal(self.wishes.issue, commands, host, planned, kills=kills, tell=self.console.note)
        failures: tuple[str, ...] = ()
        try:
            ordeal.run()
        except FailedRehearsalError as error:
            failures = error.sentences
            folder.keep()
        report = make_report(self.wishes, ordeal, host, failures)
        if as_json:
            self.console.json(report | {"folder": str(folder.path) if failures else None})
        else:
            self.console.product(report_sheet(report))
        if not failures:
            return EXIT_DONE
        self.console.error(f"the rehearsal failed; what it left, your readers' addresses among it, is in {folder.path}")
        return EXIT_YOURS

    def _plan(self, folder: RehearsalFolder, host: UnreliableSendGrid, commands: Commands) -> Planned:
        """The plan of the copy, which from now on has batches of a rehearsal's size.

        Raises ``PprmailError`` with what ``send --dry-run`` says of the copy when it refuses.
        """
        from pprmail.rehearsal.commands import BrokenCommandError
        from pprmail.rehearsal.folder import rehearsed_batch_size, rehearsed_timeout_seconds
        from pprmail.rehearsal.ordeal import Planned

        most = self.settings.delivery.batch_size
        folder.write_settings(host.url, most)
        try:
            ended = commands.call("send", self.wishes.issue, "--dry-run", "--json", "--provider", "sendgrid")
        except BrokenCommandError as error:
            raise PprmailError(str(error)) from error
        if ended.code != EXIT_DONE:
            told, _, last = folder.as_the_author_knows(ended.err.rstrip()).rpartition("\n")
            if told:
                self.console.note(told)
            raise PprmailError(last.removeprefix("pprmail: "), exit_code=ended.code)
        plan = json.loads(ended.out)["plan"]
        size = rehearsed_batch_size(plan["recipients"], most)
        folder.write_settings(host.url, size, rehearsed_timeout_seconds(plan["recipients"]))
        return Planned(plan["rows"], plan["recipients"], plan["excluded"], size, -(-plan["recipients"] // size))


def _refusals(settings: Settings) -> Iterator[str]:
    """What a real send would refuse, and a rehearsal does not."""
    from pprmail.cli.safeguards import refuse_synced_folder, refuse_unready
    from pprmail.rehearsal.folder import POSTAL_ADDRESS

    addressed = replace(settings, sender=settings.sender._replace(postal_address=POSTAL_ADDRESS))
    refusals: tuple[Callable[[], None], ...] = (
        lambda: refuse_unready(settings, None),
        lambda: refuse_unready(addressed, settings.root / settings.subscribers.file),
        lambda: refuse_synced_folder(settings),
    )
    for refuse in refusals:
        try:
            refuse()
        except PprmailError as error:
            yield str(error).removesuffix(". Nothing was sent")


def _caps(settings: Settings) -> str:
    """The caps that are set, named."""
    names = ("max_per_minute", "max_per_hour", "max_per_day")
    return " and ".join(name for name in names if getattr(settings.delivery, name))
