"""``pprmail status``: what was sent, to whom, and what it waits for."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from pprmail.cli.sending import issue_being_sent, open_ledger, status_json, status_table
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.manuscript.issue import issue_keys

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.delivery.ledger import Ledger, Mailing


@click.command()
@click.argument("issue", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--recipients", is_flag=True, help="Name every recipient of ISSUE with the outcome.")
@click.pass_obj
def status(app: App, issue: str | None, *, as_json: bool, recipients: bool) -> int:
    """Show how far the mailing of ISSUE is, or of every issue. Makes and changes nothing."""
    settings = app.settings
    if recipients and issue is None:
        message = "--recipients shows one issue: name it"
        raise click.UsageError(message)
    ledger = open_ledger(settings)
    if ledger is None:
        return _show(app, None, issue, as_json=as_json, recipients=recipients)
    with closing(ledger):
        return _show(app, ledger, issue, as_json=as_json, recipients=recipients)


def _show(app: App, ledger: Ledger | None, issue: str | None, *, as_json: bool, recipients: bool) -> int:
    console, settings = app.console, app.settings
    known = {*issue_keys(settings.root)[0], *(ledger.issues() if ledger else ())}
    if issue is not None and issue not in known:
        message = f"no issue {issue!r}: there is neither a folder issues/{issue} nor a mailing of it"
        raise PprmailError(message)
    at_work = issue_being_sent(settings)
    statuses = {key: _status(ledger, key, sending=key == at_work) for key in ([issue] if issue else sorted(known))}
    if recipients and issue:
        statuses[issue][0]["outcomes"] = _outcomes(ledger, statuses[issue][1])
    if as_json:
        console.json(statuses[issue][0] if issue else [one for one, _ in statuses.values()])
    else:
        console.product("\n".join(status_table(one) for one, _ in statuses.values()))
        for line in statuses[issue][0].get("outcomes", ()) if issue else ():
            console.product("  ".join(str(cell) for cell in line.values() if cell != ""))
    return EXIT_DONE


def _status(ledger: Ledger | None, issue: str, *, sending: bool) -> tuple[dict[str, Any], Mailing | None]:
    """The real mailing of ``issue``, else the one to the outbox."""
    mailing = (ledger.find(issue, real=True) or ledger.find(issue, real=False)) if ledger else None
    counts = ledger.counts(mailing) if ledger and mailing else None
    return status_json(issue, mailing, counts, sending=sending), mailing


def _outcomes(ledger: Ledger | None, mailing: Mailing | None) -> list[dict[str, Any]]:
    if ledger is None or mailing is None:
        return []
    return [
        {"number": number, "outcome": outcome, "address": subscriber.address, "name": subscriber.name, "detail": detail}
        for number, subscriber, outcome, detail in ledger.outcomes(mailing)
    ]
