"""Ten very bad days with two thousand recipients, each through real processes that are really killed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Newsletter

READERS = 2000


@pytest.mark.parametrize("seed", range(1, 11))
def test_on_a_bad_day_nobody_is_mailed_twice_and_everyone_is_accounted_for(newsletter: Newsletter, seed: int) -> None:
    newsletter.readers(READERS)

    done = newsletter.call("rehearse", "2020-08", "--seed", str(seed), "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["mailed"] == {"0": 0, "1": READERS, "2+": 0}
    assert report["kills"]["landed"] == 3
    print(done.stderr)  # noqa: T201 - pytest -rP shows how it went
