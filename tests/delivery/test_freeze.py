from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import exc, insert

from delivery.plans import NOW, TO_OUTBOX, open_ledger, reader, sealed_mail
from pprmail.audience.choose import Audience
from pprmail.delivery.plan import Plan
from pprmail.model import Exclusion, Subscriber
from pprmail.state import addresses, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pprmail.delivery.ledger import Ledger, Mailing


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path / "state.db")) as opened:
        yield opened


def readers(numbers: Sequence[int]) -> tuple[Subscriber, ...]:
    return tuple(reader(number) for number in numbers)


def begin(ledger: Ledger, *who: Subscriber, exclusions: tuple[Exclusion, ...] = ()) -> Mailing:
    plan = Plan(Audience(len(who) + len(exclusions), who, exclusions, ()), batch_size=500)
    return ledger.begin(sealed_mail(), plan, TO_OUTBOX, NOW)


def frozen(ledger: Ledger, mailing: Mailing) -> list[Subscriber]:
    return [one.subscriber for one in ledger.outcomes(mailing)]


def ids(ledger: Ledger) -> dict[str, int]:
    with writing(ledger._engine) as connection:
        return {address: number for number, address in connection.execute(addresses.select())}


def has_unique_addresses(ledger: Ledger) -> bool:
    """The database itself refuses an address that it holds."""
    one = next(iter(ids(ledger)), "ada@example.org")
    try:
        with writing(ledger._engine) as connection:
            connection.execute(insert(addresses), [{"address": one}, {"address": one}])
    except exc.IntegrityError:
        return True
    return False


def test_the_first_mailing_is_frozen_in_the_lists_order(ledger: Ledger) -> None:
    who = readers(range(2500, 0, -1))

    mailing = begin(ledger, *who)

    assert frozen(ledger, mailing) == list(who)
    assert [one.number for one in ledger.outcomes(mailing)] == list(range(1, 2501))
    assert has_unique_addresses(ledger)


def test_the_next_mailing_knows_the_addresses_of_the_last(ledger: Ledger) -> None:
    first = begin(ledger, *readers(range(2000)))
    before = ids(ledger)

    second = begin(ledger, *readers(range(2999, 999, -1)))

    assert frozen(ledger, first) == list(readers(range(2000)))
    assert frozen(ledger, second) == list(readers(range(2999, 999, -1)))
    after = ids(ledger)
    assert len(after) == 3000
    assert {address: after[address] for address in before} == before
    assert has_unique_addresses(ledger)


def test_a_name_is_that_of_its_own_mailing(ledger: Ledger) -> None:
    first = begin(ledger, Subscriber("ada@example.org", "Ada"))
    second = begin(ledger, Subscriber("ada@example.org", "A. L."))

    assert [frozen(ledger, one)[0].name for one in (first, second)] == ["Ada", "A. L."]


@settings(deadline=None, max_examples=30)
@given(lists=st.lists(st.lists(st.integers(0, 12), unique=True), min_size=1, max_size=4))
def test_whatever_was_frozen_before_a_mailing_has_its_own_recipients(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[int]]
) -> None:
    with closing(open_ledger(tmp_path_factory.mktemp("state") / "state.db")) as ledger:
        mailings = [begin(ledger, *readers(numbers)) for numbers in lists]

        assert [frozen(ledger, mailing) for mailing in mailings] == [list(readers(numbers)) for numbers in lists]
        assert len(ids(ledger)) == len({number for numbers in lists for number in numbers})


def test_many_exclusions_are_kept_with_their_reasons(ledger: Ledger) -> None:
    exclusions = tuple(Exclusion(line, "pending" if line % 2 else "unsubscribed") for line in range(3, 2503))

    mailing = begin(ledger, *readers([1]), exclusions=exclusions)

    counts = ledger.counts(mailing)
    assert (counts.rows, counts.excluded) == (2501, {"unsubscribed": 1250, "pending": 1250})


@pytest.mark.parametrize("held", [0, 3], ids=["first", "again"])
def test_a_freeze_that_is_cut_short_leaves_everything_as_it_was(ledger: Ledger, held: int) -> None:
    if held:
        begin(ledger, *readers(range(held)))
    before = ids(ledger)

    def interrupted() -> Iterator[Subscriber]:
        yield from readers(range(1500))
        raise KeyboardInterrupt

    class Cut(tuple[Subscriber, ...]):
        __slots__ = ()

        def __iter__(self) -> Iterator[Subscriber]:
            return interrupted()

    plan = Plan(Audience(1500, Cut(readers(range(1500))), (), ()), batch_size=500)
    with pytest.raises(KeyboardInterrupt):
        ledger.begin(sealed_mail(), plan, TO_OUTBOX, NOW)

    assert ids(ledger) == before
    assert has_unique_addresses(ledger)
    assert frozen(ledger, begin(ledger, *readers([7]))) == list(readers([7]))
