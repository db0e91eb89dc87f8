"""The send protocol in a world of its own: every answer, every crash, up to two of them, and every order of the workers.

Nobody is mailed twice without a person's word, the ledger says of nobody what is not so, and from wherever a history has
come, a send, a look at the provider's records and another send leave everyone accounted for.
"""

from __future__ import annotations

import pytest

from proof.walk import Explorer
from proof.world import Scenario

ONE_BATCH, TWO_BATCHES, THREE_BATCHES = Scenario(2, 2), Scenario(3, 2), Scenario(3, 1)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(THREE_BATCHES._replace(workers=2, tries=1), id="three batches, two workers"),
        pytest.param(TWO_BATCHES._replace(one_by_one=True), id="two batches, one by one"),
        pytest.param(Scenario(2, 1, workers=2), id="two batches, two workers"),
        pytest.param(ONE_BATCH._replace(workers=2), id="one batch, two workers"),
        pytest.param(THREE_BATCHES._replace(one_by_one=True), id="three batches, one by one"),
        pytest.param(TWO_BATCHES, id="two batches"),
        pytest.param(THREE_BATCHES, id="three batches"),
        pytest.param(ONE_BATCH, id="one batch"),
        pytest.param(ONE_BATCH._replace(one_by_one=True), id="one batch, one by one"),
        pytest.param(ONE_BATCH._replace(full_disks=True), id="one batch, full disks"),
        pytest.param(
            TWO_BATCHES._replace(one_by_one=True, full_disks=True, crashes=1), id="two batches, one by one, full disks"
        ),
        pytest.param(Scenario(2, 1, workers=2, full_disks=True, crashes=1), id="two batches, two workers, full disks"),
        pytest.param(Scenario(1, 1, workers=2, is_fine=True), id="one reader, two workers, finely"),
        pytest.param(Scenario(6, 2, is_idempotent=True), id="three batches, outbox"),
    ],
)
def test_nobody_is_mailed_twice_and_everyone_is_accounted_for(scenario: Scenario) -> None:
    walked = Explorer(scenario).walk()

    assert not walked.failure, "\n".join(walked.failure)
    print(walked)  # noqa: T201 - pytest -rP shows how much was walked
