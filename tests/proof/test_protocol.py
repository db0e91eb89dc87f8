"""The send protocol in a world of its own: every answer, every crash, up to two of them, and every order of the workers.

Nobody is mailed twice without a person's word, the ledger says of nobody what is not so, and from wherever a history has
come, a send, a look at the provider's records and another send leave everyone accounted for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from proof.walk import Explorer, Walk
from proof.world import Scenario

if TYPE_CHECKING:
    from pathlib import Path

ONE_BATCH, TWO_BATCHES, THREE_BATCHES = Scenario(2, 2), Scenario(3, 2), Scenario(3, 1)
ONE_HELD = Scenario(1, 1, tries=1, crashes=0, is_held=True)
SCENARIOS = {
    "one batch, two workers": ONE_BATCH._replace(workers=2, tries=1),
    "three batches, two workers": THREE_BATCHES._replace(workers=2, tries=1),
    "two batches, two workers": Scenario(2, 1, workers=2),
    "two batches, two workers, full disks": Scenario(2, 1, workers=2, tries=1, full_disks=True, crashes=1),
    "two batches, one by one": TWO_BATCHES._replace(one_by_one=True),
    "three batches, one by one": THREE_BATCHES._replace(one_by_one=True),
    "one batch of three": Scenario(3, 3, most_named=2),
    "two batches": TWO_BATCHES,
    "one batch, one by one, full disks": ONE_BATCH._replace(one_by_one=True, full_disks=True, crashes=1),
    "three batches": THREE_BATCHES,
    "one batch, full disks": ONE_BATCH._replace(full_disks=True),
    "one batch, one by one": ONE_BATCH._replace(one_by_one=True),
    "one batch": ONE_BATCH,
    "three batches, outbox": Scenario(6, 2, is_idempotent=True),
    "one batch, held": ONE_HELD._replace(crashes=1),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_nobody_is_mailed_twice_and_everyone_is_accounted_for(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    walked = Explorer(SCENARIOS[name]).walk()

    assert not walked.failure, "\n".join(walked.failure)
    _tell(name, walked, tmp_path_factory.getbasetemp())


def _tell(name: str, walked: Walk, base: Path) -> None:
    """Print what was walked, and after the last scenario the sum. The processes of pytest-xdist share a folder to add up in."""
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "walks"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(" ".join(map(str, walked[:3])), encoding="ascii")
    print(walked)  # noqa: T201 - pytest -rP shows how much was walked
    told = [path.read_text(encoding="ascii").split() for path in folder.iterdir()]
    if len(told) == len(SCENARIOS):
        histories, states, crashes = (sum(map(int, column)) for column in zip(*told, strict=True))
        print(f"all {len(told)} scenarios: {Walk(histories, states, crashes)}")  # noqa: T201 - the same
