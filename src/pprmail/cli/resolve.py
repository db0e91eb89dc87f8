"""``pprmail resolve``: settle what is in doubt."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from pprmail.cli import clock, safeguards
from pprmail.cli.clock import zoned_time
from pprmail.cli.console import counted
from pprmail.cli.handing_over import sealed_provider
from pprmail.cli.sending import tell_standing
from pprmail.delivery.resolve import settle_by_evidence, settle_by_word
from pprmail.delivery.schedule import was_called_off
from pprmail.errors import EXIT_DONE, EXIT_UNFINISHED, PprmailError

if TYPE_CHECKING:
    from datetime import datetime

    from pprmail.cli import App
    from pprmail.cli.console import Console
    from pprmail.delivery.ledger import Ledger, Mailing, SendingBook
    from pprmail.settings import Settings


@click.command()
@click.argument("issue")
@click.option(
    "--assume-sent", is_flag=True, help="Count everyone still in doubt as mailed. Who was not is never mailed."
)
@click.option(
    "--assume-not-sent", is_flag=True, help="Have everyone still in doubt wait again. Who was mailed is mailed twice."
)
@click.pass_obj
def resolve(app: App, issue: str, *, assume_sent: bool, assume_not_sent: bool) -> int:
    """Settle what is in doubt in ISSUE's mailing: by the provider's records, else by your word, which is recorded.

    Exit 0 when nobody is in doubt any more, 3 when somebody is.
    """
    if assume_sent and assume_not_sent:
        message = "--assume-sent and --assume-not-sent say the opposite: take one of them"
        raise click.UsageError(message)
    settings = app.settings
    with safeguards.sole_ledger(settings, issue) as ledger:
        mailing = ledger.find(issue, real=True) if ledger else None
        if ledger is None or mailing is None or mailing.cancelled:
            message = f"{issue!r} has no mailing to readers; 'pprmail status' shows what was sent"
            raise PprmailError(message)
        if mailing.calling_off:
            message = f"{issue} is being called off, and that was not confirmed; 'pprmail cancel {issue}' goes on with it. Nothing was settled"
            raise PprmailError(message)
        word = True if assume_sent else False if assume_not_sent else None
        return _Resolving(app.console, settings, ledger, mailing).run(was_sent=word)


class _Resolving:
    """One call of ``resolve``."""

    def __init__(self, console: Console, settings: Settings, ledger: Ledger, mailing: Mailing) -> None:
        self.console = console
        self.settings = settings
        self.ledger = ledger
        self.mailing = mailing

    def run(self, *, was_sent: bool | None) -> int:
        """``was_sent`` is the person's word; None when none was given."""
        book = self.ledger.sending(self.mailing)
        book.settle_claims()
        if not book.doubtful():
            self.console.note(f"{self.mailing.issue}: nobody is in doubt")
        else:
            self._look(book)
            self._take_word(book, was_sent=was_sent)
        counts = tell_standing(self.console, self.settings, self.ledger, self.mailing)
        if counts.waiting and not self.mailing.cancelled:
            self.console.note(
                f"{counted(counts.waiting, 'recipient waits', 'recipients wait')}: 'pprmail send {self.mailing.issue}' mails them"
            )
        return EXIT_UNFINISHED if counts.unknown else EXIT_DONE

    def _look(self, book: SendingBook) -> None:
        """Ask the provider's records."""
        if was_called_off(self.ledger.holding(self.mailing)):
            self.console.note(
                f"it was called off too late to be sure: some may have the mail and others not, and that {self.mailing.provider} took it "
                "proves nothing; ask several readers once its time has come"
            )
            return
        provider = sealed_provider(self.settings, self.ledger, self.mailing)
        try:
            with closing(provider):
                provider.prepare()
                for batch, evidence in settle_by_evidence(book, provider, clock.now()):
                    what = "accepted" if evidence.found else "still in doubt"
                    people = counted(len(batch.recipients), "recipient")
                    self.console.note(f"batch {batch.number}, {people}: {what}; {evidence.detail}")
        except PprmailError as error:
            self.console.warning(str(error))

    def _take_word(self, book: SendingBook, *, was_sent: bool | None) -> None:
        """Tell what each word risks, and do what was said."""
        left = sum(len(batch.recipients) for batch in book.doubtful())
        if not left:
            return
        people = counted(left, "recipient is", "recipients are")
        if self.mailing.send_at and clock.now() < self.mailing.send_at and was_sent is not True:
            self._refuse_word_before(self.mailing.send_at, people, was_given=was_sent is not None)
            return
        self.console.note(
            f"{people} in doubt. No trace is no proof: records lag, and accepted mail can wait in a queue for a day. Your word settles it, and is recorded:\n"
            f"  --assume-sent       nobody is mailed twice; who did not get the mail never will\n"
            f"  --assume-not-sent   nobody is forgotten; who got the mail gets it twice"
        )
        if was_sent is None:
            return
        settled = counted(settle_by_word(book, was_sent=was_sent, now=clock.now()), "recipient")
        self.console.note(f"recorded: {settled} counted as {'mailed' if was_sent else 'not mailed, waiting again'}")

    def _refuse_word_before(self, send_at: datetime, people: str, *, was_given: bool) -> None:
        """Nobody can have held mail before its time, so nobody can know who will. Raises ``PprmailError`` when a word was given."""
        issue = self.mailing.issue
        message = (
            f"{people} in doubt, and nobody can have the mail before {zoned_time(send_at, self.settings)}. 'pprmail cancel {issue}' calls it off "
            "with all that is in doubt, for certain until ten minutes before; then send it anew. Or wait until then, and run this again"
        )
        if was_given:
            message += ". Nothing was settled by your word"
            raise PprmailError(message, exit_code=EXIT_UNFINISHED)
        self.console.note(message)
