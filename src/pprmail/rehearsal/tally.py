"""The proof, made from outside: what lies in the readers' inboxes, against what the ledger says of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_OUTCOMES = ("accepted", "rejected", "unknown", "waiting")
_MOST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What ``status ISSUE --json --recipients`` says. ``outcomes`` is by address; nothing was sealed while ``state`` is not-sent."""

    state: str
    rows: int = 0
    recipients: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    waiting: int = 0
    outcomes: Mapping[str, str] = field(default_factory=dict)
    named: int = 0
    """How many lines name a recipient: more than ``outcomes`` when an address stands there twice."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Standing:
        """The standing in what the command printed."""
        outcomes = {one["address"]: one["outcome"] for one in told["outcomes"]}
        counts = {name: told[name] for name in ("state", "rows", "recipients", "excluded", *_OUTCOMES)}
        return cls(**counts, outcomes=outcomes, named=len(told["outcomes"]))

    @property
    def is_sealed(self) -> bool:
        """The recipients are frozen."""
        return self.state != "not-sent"

    def whose(self, *outcomes: str) -> set[str]:
        """The addresses that have one of these outcomes."""
        return {address for address, outcome in self.outcomes.items() if outcome in outcomes}


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each address was mailed, in ``mails``, beside what is claimed of it.

    ``by_word`` are those whom a person's word counts as mailed. ``planned_rows`` and ``planned_recipients`` are of the plan.
    """

    standing: Standing
    mails: Counter[str]
    planned_rows: int
    planned_recipients: int
    by_word: Collection[str] = ()

    def breaches(self) -> tuple[str, ...]:
        """Every sentence of the promise that does not hold, told without addresses; none while all is well."""
        return tuple(self._breaches())

    def _breaches(self) -> Iterator[str]:
        standing, mailed = self.standing, set(self.mails)
        yield from self._people("mailed more than once", {one for one, count in self.mails.items() if count > 1})
        yield from self._people("mailed, and no recipient of the plan", mailed - standing.outcomes.keys())
        for outcome in ("waiting", "rejected"):
            yield from self._people(f"called {outcome}, and mailed", standing.whose(outcome) & mailed)
        without = standing.whose("accepted") - mailed - set(self.by_word)
        yield from self._people("called accepted, and not mailed", without)
        if standing.is_sealed:
            yield from self._sums()

    def _sums(self) -> Iterator[str]:
        own = self.standing
        counted = Counter(own.outcomes.values())
        told = {outcome: getattr(own, outcome) for outcome in _OUTCOMES}
        if own.rows != own.recipients + sum(own.excluded.values()):
            yield f"{own.rows:,} rows are not {own.recipients:,} recipients and {sum(own.excluded.values()):,} excluded"
        if own.recipients != sum(told.values()):
            yield f"{own.recipients:,} recipients are not {' and '.join(f'{count:,} {word}' for word, count in told.items())}"
        if counted != +Counter(told):
            yield f"status counts {_listed(told)}, and names {_listed(counted)}"
        if not own.named == len(own.outcomes) == own.recipients:
            yield f"status names {own.named:,} recipients of {own.recipients:,}, {len(own.outcomes):,} addresses among them"
        if (own.rows, own.recipients) != (self.planned_rows, self.planned_recipients):
            planned = f"the plan had {self.planned_recipients:,} recipients of {self.planned_rows:,} rows"
            yield f"{planned}, the ledger has {own.recipients:,} of {own.rows:,}"

    def _people(self, what: str, who: Collection[str]) -> Iterator[str]:
        """A sentence with the numbers under which ``status --recipients`` names them; none for nobody."""
        if not who:
            return
        numbers = [str(number) for number, address in enumerate(self.standing.outcomes, 1) if address in who]
        named = f" (number {', '.join(numbers[:_MOST_NUMBERS])}{', …' if numbers[_MOST_NUMBERS:] else ''})"
        yield f"{what}: {len(who):,}{named if numbers else ''}"

    # The end

    @property
    def is_settled(self) -> bool:
        """Nobody waits and nobody is in doubt."""
        own = self.standing
        return own.is_sealed and not own.waiting and not own.unknown

    def mailed_times(self) -> tuple[int, int, int]:
        """How many recipients were mailed 0 times, once, and more than once."""
        times = [self.mails[address] for address in self.standing.outcomes]
        return times.count(0), times.count(1), sum(1 for count in times if count > 1)

    @property
    def missed_by_word(self) -> int:
        """How many a person's word counts as mailed who were not."""
        return len(set(self.by_word) - set(self.mails))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{outcome} {counts[outcome]:,}" for outcome in _OUTCOMES if counts.get(outcome))
