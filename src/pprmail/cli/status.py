"""``pprmail status``: what was sent, to whom, and what it waits for."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pprmail.cli import clock
from pprmail.cli.sending import issue_being_sent, open_ledger, say_held, status_json, status_table
from pprmail.delivery.receipt import BRING_IT_OVER, find_discord, read_receipt
from pprmail.delivery.schedule import was_called_off
from pprmail.errors import EXIT_DONE, PprmailError
from pprmail.manuscript.months import issue_keys

if TYPE_CHECKING:
    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Counts, Ledger, Mailing, RecipientOutcome
    from pprmail.delivery.receipt import ReceiptFile
    from pprmail.settings import Settings

_COUNTED = ("rows", "recipients", "excluded", "accepted", "rejected", "unknown", "waiting")


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
    standings = [_stand(settings, ledger, key, sending=key == at_work) for key in ([issue] if issue else sorted(known))]
    if recipients:
        _show_recipients(console, ledger, standings[0], as_json=as_json)
    elif as_json:
        console.json(standings[0].json if issue else [one.json for one in standings])
    else:
        for one in standings:
            console.product(one.text)
    for one in standings:
        if one.discord:
            console.warning(one.discord)
    return EXIT_DONE


class _Standing(NamedTuple):
    """How one issue stands.

    ``receipt`` says whether the receipt agrees with the ledger, is behind it, differs from it, cannot be read, or tells
    what the ledger does not know; None without one. ``discord`` is the sentence for the last three.
    """

    mailing: Mailing | None
    json: dict[str, Any]
    receipt: str | None = None
    waits_for: str = ""
    discord: str = ""

    @property
    def text(self) -> str:
        return status_table(self.json) + (f"\n  {self.waits_for}" if self.waits_for else "")


def _stand(settings: Settings, ledger: Ledger | None, issue: str, *, sending: bool) -> _Standing:
    """The real mailing of ``issue``, else the one to the outbox; where the ledger is lost, what the receipt remembers."""
    mailing = _mailing_of(ledger, issue) if ledger else None
    counts = ledger.counts(mailing) if ledger and mailing else None
    own = status_json(issue, mailing, counts, sending=sending)
    waits_for = _waits_for(settings, ledger, mailing, counts, sending=sending)
    try:
        receipt = read_receipt(settings.root / "issues" / issue)
    except PprmailError as error:
        return _Standing(mailing, own, "unreadable", waits_for, str(error))
    discord = find_discord(receipt, ledger) if receipt else ""
    if receipt and discord:
        told = f"{receipt.shown}: {discord}; {BRING_IT_OVER}"
        return _Standing(None, _remembered(receipt), "unknown to the ledger", "", told)
    if receipt is None or mailing is None:
        return _Standing(mailing, own, None, waits_for)
    if all(receipt.content.get(key) == own[key] for key in _COUNTED):
        return _Standing(mailing, own, "agrees", waits_for)
    if sending or not mailing.ended or receipt.content.get("revision") != mailing.revision:
        return _Standing(mailing, own, "behind", waits_for)
    told = f"{receipt.shown}: tells other figures than the ledger, which is right: somebody changed it; delete it, and 'pprmail send {issue}' writes it anew"
    return _Standing(mailing, own, "differs", waits_for, told)


def _mailing_of(ledger: Ledger, issue: str) -> Mailing | None:
    """The real mailing of ``issue``, else the one to the outbox; one that was undone only where there is no other."""
    found = [one for one in (ledger.find(issue, real=True), ledger.find(issue, real=False)) if one]
    return next((one for one in found if not one.cancelled), found[0] if found else None)


def _remembered(receipt: ReceiptFile) -> dict[str, Any]:
    """The status of an issue of which only the receipt tells."""
    said = receipt.content
    counts = {key: said.get(key, {} if key == "excluded" else 0) for key in _COUNTED}
    is_sent = counts["recipients"] == counts["accepted"]
    return {
        "issue": receipt.issue,
        "state": "sent" if is_sent else "incomplete",
        "sealed_sha256": said.get("sealed_sha256"),
        "provider": said.get("provider"),
        **counts,
        "started": said.get("sealed"),
        "ended": said.get("ended"),
    }


def _waits_for(
    settings: Settings, ledger: Ledger | None, mailing: Mailing | None, counts: Counts | None, *, sending: bool
) -> str:
    """What is to happen next, for a person to read; '' when nothing is."""
    if ledger is None or mailing is None or counts is None or mailing.cancelled or sending:
        return ""
    if mailing.calling_off:
        return f"it is being called off, which is not confirmed: 'pprmail cancel {mailing.issue}' goes on with that"
    sentences: list[str] = []
    if mailing.send_at and clock.now() < mailing.send_at and not was_called_off(ledger.holding(mailing)):
        sentences.append(say_held(mailing, mailing.send_at, settings))
    if counts.is_complete:
        return "; ".join(sentences)
    if counts.waiting or not mailing.is_real or (counts.open_batches and not counts.unknown):
        sentences.append(_how_it_ended(mailing, f"'pprmail send {mailing.issue}'"))
    if counts.unknown and mailing.is_real:
        sentences.append(f"'pprmail resolve {mailing.issue}' settles what is in doubt")
    if counts.rejected:
        sentences.append(f"'pprmail status {mailing.issue} --recipients' names who was rejected, and why")
    return "; ".join(sentences)


def _how_it_ended(mailing: Mailing, command: str) -> str:
    """How the last run of the sender ended, though there is something left to do."""
    if not mailing.ended:
        return f"the last send was cut short, as by a kill, a full disk or a power cut: {command} goes on"
    if mailing.stopped is None:
        return f"somebody waits again: {command} goes on"
    if not mailing.stopped:
        return f"the last send was interrupted: {command} goes on"
    # The sentence was said by the command that it speaks of
    return f"the last send stopped: {mailing.stopped.replace('run this again', f'run {command} again')}"


def _show_recipients(console: Console, ledger: Ledger | None, standing: _Standing, *, as_json: bool) -> None:
    """One line a recipient, as they are read: a list may be long."""
    outcomes = ledger.outcomes(standing.mailing) if ledger and standing.mailing else iter(())
    if as_json:
        more = {"receipt": standing.receipt, "waits_for": standing.waits_for}
        console.json(standing.json | more | {"outcomes": [_outcome_json(one) for one in outcomes]})
        return
    console.product(standing.text)
    for one in outcomes:
        console.product("  ".join(str(cell) for cell in _outcome_json(one).values() if cell != ""))


def _outcome_json(one: RecipientOutcome) -> dict[str, Any]:
    subscriber = one.subscriber
    return {
        "number": one.number,
        "outcome": one.outcome,
        "address": subscriber.address,
        "name": subscriber.name,
        "detail": one.detail,
    }
