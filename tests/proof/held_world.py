"""The world of an issue whose mail may be held until a time: time can pass, and a mailing be called off and sealed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pprmail.delivery.ledger import State
from pprmail.delivery.ledger.holding import Slot
from pprmail.delivery.providers.sendgrid.request import ATTEMPT
from pprmail.delivery.resolve import ASSUMED_NOT_SENT
from pprmail.delivery.schedule import MOST_LATE, Step, call_off, next_step, open_schedule, too_late, was_called_off
from proof.at_schedules import Holding
from proof.memory_holding import MemoryHolding, undone
from proof.shelf import DUE, NAMES, SURE, TIME, TIMES, TOO_LATE, Letter
from proof.world import Truth, World, begin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pprmail.delivery.ledger import HoldingBook, Mailing, SendingBook
    from pprmail.delivery.schedule import Schedule
    from proof.shelf import Shelf
    from proof.standing import Standing
    from proof.world import Scenario


class HeldWorld(World):
    """One process after another. What ``cli`` decides of a send and of a cancel is said again here, as short as can be."""

    def __init__(self, scenario: Scenario, truth: Truth, *others: Any) -> None:  # noqa: ANN401 - as World's
        super().__init__(scenario, truth, *others)
        self.now = TIMES[truth.shelf.instant]
        self.schedule: Schedule | None = None
        self.started = self.now

    @property
    def moment(self) -> object:
        return super().moment, self.schedule, self.started <= TIME + MOST_LATE

    @staticmethod
    def first(scenario: Scenario) -> Truth:
        """Nothing is sealed."""
        ledger, mailing = begin(scenario)
        return Truth(ledger.standings[mailing.id]._replace(cancelled=TIMES[0]))

    # Time

    def let_pass(self, *, is_sent: bool = True) -> None:
        here, last = self.shelf.instant, len(NAMES)
        if self.scenario.is_awake:
            return
        if not is_sent and not self.scenario.sleeps_before_the_wire:
            last = TOO_LATE
        if here + 1 < last and (steps := self.choose(("no time passes", *NAMES[here + 1 : last]))):
            self._pass_to(here + steps)

    def wait(self) -> None:
        """Nobody does anything for a while."""
        later = NAMES[self.shelf.instant + 1 :]
        self._pass_to(self.shelf.instant + 1 + (self.choose(later) if len(later) > 1 else 0))

    def wait_until_due(self) -> None:
        self._pass_to(DUE)

    def _pass_to(self, instant: int) -> None:
        self.now = TIMES[instant]
        self.shelf = self.shelf._replace(instant=instant)
        self.tell(f"it is {NAMES[instant]}")
        while instant >= DUE and self.shelf.letters:
            self._let_out(min(self.shelf.letters))

    def _let_out(self, first: Letter) -> None:
        """What came under one request goes out, or is discarded, together."""
        if first.slot in self.shelf.doubtful:
            way = self.pick(("goes out all the same", "is discarded"))
            self.tell(f"what is held under {first.slot} {way}")
        else:
            way = "goes out"
        together = {one for one in self.shelf.letters if (one.slot, one.attempt) == (first.slot, first.attempt)}
        self.shelf = self.shelf._replace(letters=self.shelf.letters - together)
        for letter in sorted(together) if way != "is discarded" else ():
            self._deliver(letter)

    def _deliver(self, letter: Letter) -> None:
        self.tell(f"reader {letter.number} has the mail of {letter.slot}")
        if letter.is_cancelled and (self.scenario.minds_false_words or not letter.is_excused):
            self.fail(f"reader {letter.number} has the mail of a mailing that is called cancelled")
        if letter.is_excused:
            self._truth = self._truth._replace(attempts=self._truth.attempts | {(letter.attempt, letter.number)})
        else:
            self.take(letter.number, letter.attempt)

    # The provider's side

    @property
    def shelf(self) -> Shelf:
        return self._truth.shelf

    @shelf.setter
    def shelf(self, shelf: Shelf) -> None:
        self._truth = self._truth._replace(shelf=shelf)

    def free_slot(self) -> str:
        """The first name that nothing bears."""
        taken = {one.name for one in self.truth.standing.slots} | {one.slot for one in self.shelf.letters}
        taken |= self.shelf.called_off | self.shelf.doubtful
        return next(name for at in range(1, len(taken) + 2) if (name := f"s{at}") not in taken)

    def receive(self, numbers: Iterable[int], request: dict[str, Any]) -> None:
        if self.truth.standing.send_at and self.started <= TIME + MOST_LATE < self.now:
            self.fail("mail is handed over more than an hour late")
        slot, attempt = request.get("batch_id", ""), request["custom_args"][ATTEMPT]
        if not slot or request["send_at"] <= self.now.timestamp():
            super().receive(numbers, request)
        elif slot not in self.shelf.called_off:
            held = frozenset(Letter(slot, number, attempt) for number in numbers)
            self.shelf = self.shelf._replace(letters=self.shelf.letters | held)

    def is_called_off(self, slot: str) -> bool:
        return slot in self.shelf.called_off | self.shelf.doubtful

    def call_off(self, slot: str) -> None:
        """Certain until ten minutes before."""
        shelf = self.shelf
        if self.now > TIME - SURE:
            self.shelf = shelf._replace(doubtful=shelf.doubtful | {slot})
            return
        kept = frozenset(one for one in shelf.letters if one.slot != slot)
        self.shelf = shelf._replace(letters=kept, called_off=shelf.called_off | {slot})

    def logged(self) -> frozenset[tuple[str, int]]:
        held = {(one.attempt, one.number) for one in self.shelf.letters if self.scenario.logs_what_is_held}
        return super().logged() | held

    # The book

    def believe(self, word: str, people: frozenset[int]) -> None:
        super().believe(word, people)
        if word == ASSUMED_NOT_SENT:
            self._truth = self._truth._replace(vouched=self._truth.vouched - people)
            if self.scenario.minds_false_words:
                marked = (one._replace(is_excused=one.is_excused or one.number in people) for one in self.shelf.letters)
                self.shelf = self.shelf._replace(letters=frozenset(marked))
            else:  # what is on the shelf for them breaks no promise any more
                kept = frozenset(one for one in self.shelf.letters if one.number not in people)
                self.shelf = self.shelf._replace(letters=kept)

    def holding(self, who: str = "") -> HoldingBook:
        made = (LateHolding if self.scenario.asks_before_writing else MemoryHolding)(self.ledger, self.mailing)
        made.write = lambda standing, said: self._write(standing, said, who)
        return cast("HoldingBook", made)

    @property
    def found(self) -> Mailing:
        """The mailing as it stands."""
        return self.ledger.mailing(self.mailing.id)

    # What a person starts. What cli.sealed_mailing, cli.handing_over and cli.new_mailing decide

    def send(self, who: str = "") -> None:
        mailing = self.found
        if mailing.cancelled:
            self._seal(None)
        elif mailing.calling_off or (self._is_in_doubt() and was_called_off(self.holding())):
            self.tell("it is being called off, or was too late: nothing is handed over")
            return
        self._hand_over_sealed(who)

    def send_at(self) -> None:
        schedule = open_schedule(TIME, Holding(self), None, self.now)
        if self.now >= TIME:
            self.tell("its time is past: nothing is sealed")
            return
        self._seal(schedule)
        self._hand_over_sealed("")

    def _seal(self, schedule: Schedule | None) -> None:
        """A new mailing to the same readers."""
        plain = begin(self.scenario)[0].standings[self.mailing.id]
        slots = (Slot(schedule.slot, self.now, None),) if schedule else ()
        sealed = plain._replace(send_at=schedule.time if schedule else None, slots=slots)
        self._write(sealed, (f"seals the issue{', to be held under ' + schedule.slot if schedule else ''}",), "")

    def _hand_over_sealed(self, who: str) -> None:
        send_at, until = self.found.send_at, too_late(self.found.send_at, self.now)
        self.schedule = open_schedule(send_at, Holding(self), self.holding(who), self.now)
        self.hand_over(Holding(self, self.schedule), who, until)

    # What cli.cancel decides

    def cancel(self) -> None:
        mailing, counts = self.found, self.ledger.counts(self.mailing)
        step = next_step(self.holding(), mailing, counts, self.now)
        if step is Step.UNDO:
            self._undo()
        elif step is Step.REFUSE or mailing.send_at is None:
            self.tell("it cannot be cancelled")
        else:
            self.book("cancel").settle_claims()
            if call_off(self.holding("cancel"), Holding(self), mailing.send_at, lambda: self.now):
                self._undo()

    # What cli.resolve decides

    def resolve(self, *, was_sent: bool | None = None, who: str = "resolve") -> None:
        mailing = self.found
        if mailing.calling_off:
            self.tell("it is being called off: nothing is settled")
            return
        if was_sent is False and mailing.send_at and self.now < mailing.send_at:
            self.tell("nobody can have the mail yet: nothing is settled by a word")
            was_sent = None
        super().resolve(was_sent=was_sent, who=who)

    def look(self, book: SendingBook) -> None:
        if was_called_off(self.holding()):
            self.tell("it was called off too late: the log proves nothing")
        else:
            super().look(book)

    def _is_in_doubt(self) -> bool:
        return bool(self.ledger.counts(self.mailing).unknown)

    def _undo(self) -> None:
        self._write(undone(self.truth.standing, self.now), ("undoes the seal",), "cancel")

    def heed(self, before: Standing, standing: Standing) -> None:
        super().heed(before, standing)
        if standing.cancelled and not before.cancelled:
            marked = frozenset(one._replace(is_cancelled=True) for one in self.shelf.letters)
            self.shelf = self.shelf._replace(letters=marked)
            if self._truth.taken:
                self.fail(f"it is called cancelled, and reader {min(self._truth.taken)} has it")
        elif before.cancelled and not standing.cancelled:
            known = {one.name for one in standing.slots} | {one.slot for one in self.shelf.letters}
            doubtful, called_off = self.shelf.doubtful & known, self.shelf.called_off & known
            self.shelf = self.shelf._replace(called_off=called_off, doubtful=doubtful)
            self._truth = self._truth._replace(vouched=frozenset())

    # What must be so

    @staticmethod
    def wrong_in(truth: Truth, scenario: Scenario) -> str:
        """Who counts as accepted has the mail or will have it, unless it is just being called off."""
        standing, shelf = truth.standing, truth.shelf
        due = {
            one.number
            for one in shelf.letters
            if one.slot not in shelf.doubtful and not (one.is_excused or one.is_cancelled)
        }
        vouched = frozenset(standing.fates()) if standing.calling_off else truth.vouched
        return World.wrong_in(truth._replace(taken=truth.taken | due, vouched=vouched), scenario)

    @staticmethod
    def acts(truth: Truth, scenario: Scenario) -> list[str]:
        """Time passes too. A mailing that goes at once, with nothing on the shelf, is walked elsewhere."""
        standing, shelf = truth.standing, truth.shelf
        acts = ["(time passes)"] if shelf.instant + 1 < len(NAMES) else []
        if standing.cancelled:
            return [*acts, "send", *(["send --at"] if shelf.instant < DUE else [])]
        if not standing.send_at and not shelf.letters:
            return []
        return acts + World.acts(truth, scenario)

    @staticmethod
    def fair_end(scenario: Scenario) -> tuple[Callable[[Truth], str], ...]:
        """Go on with a cancel, wait until the time has come, look, say what is so, and send."""
        del scenario
        return (
            lambda truth: "cancel" if truth.standing.calling_off else "",
            lambda truth: "(the time comes)" if truth.shelf.instant < DUE else "",
            lambda truth: "resolve" if _doubted(truth) else "",
            lambda truth: _true_word(truth) if _doubted(truth) else "",
            lambda _truth: "send",
        )

    @staticmethod
    def unaccounted(truth: Truth, scenario: Scenario) -> str:
        for number, fate in truth.standing.fates().items():
            if fate in {State.WAITING, State.UNKNOWN}:
                return f"reader {number} is {fate} in the end"
        return HeldWorld.wrong_in(truth, scenario)


def _doubted(truth: Truth) -> set[int]:
    return {number for number, fate in truth.standing.fates().items() if fate == State.UNKNOWN}


def _true_word(truth: Truth) -> str:
    return f"resolve --assume-{'sent' if _doubted(truth) <= truth.taken else 'not-sent'}"


class LateHolding(MemoryHolding):
    """Writes that it is calling off only with what came of it."""

    def begin_call_off(self, now: datetime) -> None:
        """Not yet."""

    def record_called_off(self, slot: str, confirmed: datetime) -> None:
        write = self.write
        self.write = lambda standing, said: write(standing._replace(calling_off=confirmed), said)
        super().record_called_off(slot, confirmed)
        self.write = write
