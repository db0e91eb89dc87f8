"""A walk loses nothing by knowing what it has met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from proof.keys import place_key
from proof.walk import Explorer
from proof.world import Scenario

if TYPE_CHECKING:
    from proof.walk import Node
    from proof.world import Truth

Seen = dict[object, tuple[int, int]]


class Unknowing(Explorer):
    """Goes every way of every process to its end, though it was at the same point before."""

    def _is_new(self, seen: Seen, key: object, crashes: int, length: int) -> bool:
        return seen is self.seen or super()._is_new(seen, key, crashes, length)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(Scenario(3, 1, tries=1, crashes=1), id="three batches"),
        pytest.param(Scenario(2, 2, most_named=2, crashes=1), id="one batch"),
        pytest.param(Scenario(2, 2, one_by_one=True, tries=1, crashes=1), id="one batch, one by one"),
        pytest.param(Scenario(1, 1, workers=2, tries=1, crashes=1), id="one reader, two workers"),
        pytest.param(Scenario(1, 1, tries=1, crashes=0, is_held=True, is_awake=True), id="held"),
    ],
)
def test_what_was_met_before_leads_nowhere_new(scenario: Scenario) -> None:
    knowing, unknowing = Explorer(scenario), Unknowing(scenario)

    walks = knowing.walk(), unknowing.walk()

    print(f"{walks[0]}; unknowing: {walks[1]}")  # noqa: T201 - pytest -rP shows how much was walked
    assert knowing.places == unknowing.places
    assert walks[1].histories > walks[0].histories


class Collector(Explorer):
    """Keeps some of the truths that stand under each key: one of each kind, where they differ in more than names and times."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.kinds: dict[object, dict[object, Node]] = {}

    def _meet(self, node: Node) -> None:
        self.kinds.setdefault((place_key(node.truth), node.crashes), {}).setdefault(_kind(node.truth), node)
        super()._meet(node)


def _kind(truth: Truth) -> object:
    standing = truth.standing
    rows = tuple((row.number, row.state, row.tries) for row in standing.rows)
    return truth.taken, truth.vouched, len(truth.attempts), rows, standing.stopped is None, len(standing.words)


class OneProcess(Explorer):
    """What one process can come to."""

    def after(self, node: Node) -> Seen:
        self.histories = 1_000_000  # no attempt is to be called as one that the truth knows
        super()._go_on(node)
        self._perform_all()
        return self.places

    def _go_on(self, node: Node) -> None:
        pass


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(Scenario(2, 2, crashes=1), id="one batch"),
        pytest.param(Scenario(2, 1, tries=1, crashes=1), id="two batches"),
        pytest.param(Scenario(2, 2, one_by_one=True, tries=1, crashes=1), id="one batch, one by one"),
        pytest.param(Scenario(1, 1, workers=2, tries=1), id="one reader, two workers"),
        pytest.param(Scenario(1, 1, tries=1, crashes=0, is_held=True, is_awake=True), id="held"),
    ],
)
def test_truths_under_one_key_have_one_future(scenario: Scenario) -> None:
    collector = Collector(scenario)
    collector.walk()

    compared = 0
    for first, *others in [list(kinds.values())[:4] for kinds in collector.kinds.values()]:
        future = OneProcess(scenario).after(first)
        for other in others:
            assert OneProcess(scenario).after(other) == future
            compared += 1

    print(f"{compared:,} truths compared")  # noqa: T201 - the same
    assert compared > 10
