"""The ordeal of one issue: sent, killed, sent again, its doubts settled as an author would, until everyone is accounted for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import EXIT_DONE, EXIT_YOURS
from pprmail.rehearsal.commands import BrokenCommandError
from pprmail.rehearsal.host import Purpose
from pprmail.rehearsal.kills import Aim
from pprmail.rehearsal.tally import Standing, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from pprmail.rehearsal.commands import Commands, Ended, Running
    from pprmail.rehearsal.host import UnreliableSendGrid
    from pprmail.rehearsal.kills import Kill

MOST_IDLE_RUNS = 20
"""Runs in a row that nobody killed and that changed nothing, before the rehearsal is given up."""
UNANSWERED_EXAMINATIONS = 5
"""So often the author tries again when the account is not answered for; then with ``--unverified-ok``."""
MOST_LOOKS = 12


class Planned(NamedTuple):
    """What the plan says will be: all counts."""

    rows: int
    recipients: int
    excluded: dict[str, int]
    batch_size: int
    batches: int


class FailedRehearsalError(Exception):
    """The rehearsal shows something that must not be, or cannot go on: ``sentences`` say what."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


@dataclass
class Course:
    """What happened, as it happens. ``kills`` are told in words; the doubts count recipients each time they were in doubt."""

    runs: int = 0
    kills: list[str] = field(default_factory=list)
    unanswered_examinations: int = 0
    found_in_log: int = 0
    said_not_sent: int = 0
    said_sent: int = 0

    @property
    def doubts(self) -> int:
        """How many were in doubt and had to be settled."""
        return self.found_in_log + self.said_not_sent + self.said_sent


class Ordeal:
    """Puts ``issue`` through it. ``planned`` is the plan; ``course`` and ``tally`` tell how it goes."""

    def __init__(  # noqa: PLR0913 - the parts of a rehearsal, each made elsewhere
        self,
        issue: str,
        commands: Commands,
        host: UnreliableSendGrid,
        planned: Planned,
        *,
        kills: tuple[Kill, ...] = (),
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """``tell`` is called with a line for every step."""
        self.course = Course()
        self.tally = Tally(Standing("not-sent"), Counter(), planned.rows, planned.recipients)
        self._issue = issue
        self._commands = commands
        self._host = host
        self.planned = planned
        self._kills = list(kills)
        self._tell = tell
        self._aim: Aim | None = None
        self._idle = 0

    def run(self) -> None:
        """Go through it to the end. Raises ``FailedRehearsalError`` at the first thing that must not be."""
        try:
            while not self.tally.is_settled:
                while not self.tally.standing.is_sealed or self.tally.standing.waiting:
                    self._send()
                if self.tally.standing.unknown:
                    self._settle_doubts()
            self._send_in_vain()
        except BrokenCommandError as error:
            raise FailedRehearsalError(str(error)) from error

    # Sending

    def _send(self) -> None:
        """One run of the sender, and a kill if one falls into it."""
        before, faulted = self.tally.standing, self._host.faulted[Purpose.EXAMINATION]
        insists = not before.is_sealed and self.course.unanswered_examinations >= UNANSWERED_EXAMINATIONS
        options = ("--unverified-ok",) if insists else ()
        ended = self._commands.call(
            "send", self._issue, "--yes", "--provider", "sendgrid", *options, on_start=self._take_aim
        )
        fallen = self._lower_aim(ended)
        self.course.runs += 1
        was_examined = self._host.faulted[Purpose.EXAMINATION] == faulted
        self._look(_how_it_ended(self.course.runs, ended, fallen, was_examined=was_examined))
        if ended.code == EXIT_YOURS and not ended.was_killed:
            if was_examined:
                message = f"the send was refused: {ended.last_words}"
                raise FailedRehearsalError(message)
            self.course.unanswered_examinations += 1
        self._count_idle(before, ended)

    def _take_aim(self, running: Running) -> None:
        if not self._kills:
            return
        kill, left = self._kills[0], self.tally.standing.waiting or self.planned.recipients
        batches = -(-left // self.planned.batch_size)
        # A kill that is due stays so, but no farther away than the requests that are certain to come
        away = self._aim.countdown if self._aim else kill.request(batches, len(self._kills))
        self._aim = Aim(kill, max(1, min(away, batches)), running.kill)
        self._host.aim(self._aim)

    def _lower_aim(self, ended: Ended) -> str:
        """When the kill fell, in words; '' when none did."""
        self._host.aim(None)
        self._host.wait_until_idle()  # the thread that killed it has told when
        if not ended.was_killed:
            return ""
        fallen = (self._aim and self._aim.fallen) or "in between"
        self._aim = None
        del self._kills[0]
        self.course.kills.append(fallen)
        return fallen

    def _count_idle(self, before: Standing, ended: Ended) -> None:
        if ended.was_killed or self.tally.standing != before:
            self._idle = 0
            return
        self._idle += 1
        if self._idle >= MOST_IDLE_RUNS:
            message = f"{self._idle} runs in a row changed nothing; the last one said: {ended.last_words}"
            raise FailedRehearsalError(message)

    def _send_in_vain(self) -> None:
        """One send more, of what is sent, mails nobody."""
        before = self._host.asked[Purpose.MAIL]
        ended = self._commands.call("send", self._issue, "--yes", "--provider", "sendgrid")
        self._look()
        if self._host.asked[Purpose.MAIL] != before:
            message = f"a send when nobody waited any more handed mail over again; it said: {ended.last_words}"
            raise FailedRehearsalError(message)
        own = self.tally.standing
        if own.state != ("incomplete" if own.rejected else "sent"):
            message = f"nobody waits any more, and status calls the issue {own.state}"
            raise FailedRehearsalError(message)

    def _look(self, told: str = "") -> None:
        """Compare the ledger with the inboxes, once everything on the wire has come to its end. Raises ``FailedRehearsalError``."""
        self._host.wait_until_idle()
        said = self._commands.ask("status", self._issue, "--json", "--recipients")
        self.tally = replace(self.tally, standing=Standing.of(said), mails=self._host.mailed())
        if told:
            self._tell(f"{told}: {_in_words(self.tally.standing)}")
        if breaches := (*self.tally.breaches(), *self._host.disclosures()):
            raise FailedRehearsalError(*breaches)

    # Settling

    def _settle_doubts(self) -> None:
        """By the log while it lags, by the log once it has caught up, by word."""
        in_doubt = self.tally.standing.unknown
        self._look_into_lagging_log()
        self._look_into_log()
        if self.tally.standing.unknown:
            self._ask_readers()
        self._tell(f"{in_doubt:,} in doubt, settled: {_in_words(self.tally.standing)}")

    def _look_into_lagging_log(self) -> None:
        before = self.tally.standing
        self._host.logs_lag = True
        self._resolve()
        if self.tally.standing.outcomes != before.outcomes:
            message = "'pprmail resolve' settled somebody by a log that showed nothing"
            raise FailedRehearsalError(message)

    def _look_into_log(self) -> None:
        """Until all its questions are answered in one go, or nobody is in doubt any more."""
        in_doubt = self.tally.standing.unknown
        self._host.logs_lag = False
        for _ in range(MOST_LOOKS):
            ended = self._commands.call("resolve", self._issue)
            if ended.code == EXIT_DONE or "warning: " not in ended.err:
                break
        self._host.logs_lag = True
        self._look()
        self.course.found_in_log += in_doubt - self.tally.standing.unknown

    def _ask_readers(self) -> None:
        """Look into the inboxes of those in doubt: when none has the mail, the send goes on with them; else all count as mailed."""
        in_doubt = self.tally.standing.whose("unknown")
        if in_doubt.isdisjoint(self.tally.mails):
            self._resolve("--assume-not-sent")
            self.course.said_not_sent += len(in_doubt)
            return
        self.tally = replace(self.tally, by_word=frozenset(self.tally.by_word) | (in_doubt - self.tally.mails.keys()))
        self._resolve("--assume-sent")
        self.course.said_sent += len(in_doubt)

    def _resolve(self, *word: str) -> None:
        self._commands.call("resolve", self._issue, *word)
        self._look()


def _in_words(standing: Standing) -> str:
    if not standing.is_sealed:
        return "nothing is sealed yet"
    rejected = f", {standing.rejected:,} rejected" if standing.rejected else ""
    return f"{standing.accepted:,} accepted, {standing.unknown:,} in doubt, {standing.waiting:,} waiting{rejected}"


def _how_it_ended(number: int, ended: Ended, fallen: str, *, was_examined: bool) -> str:
    if ended.was_killed:
        return f"run {number}: killed {fallen}"
    if ended.code == EXIT_YOURS and not was_examined:
        return f"run {number}: the account was not answered for"
    stopped = next((line for line in reversed(ended.err.splitlines()) if line.startswith("pprmail: ")), "")
    return f"run {number}: {'stopped, as answers were lost' if 'in a row were lost' in stopped else 'ended'}"
