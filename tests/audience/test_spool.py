from __future__ import annotations

import gc
import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from pprmail.audience.spool import PARTS, Parts, Spool
from pprmail.errors import PprmailError
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_written_is_read_in_order_as_often_as_one_likes() -> None:
    spool = Spool(Subscriber)
    spool.write(["ada@example.org", "bea@example.org"], ["Ada", "Zoë"])
    spool.write(["cem@example.org"], [""])

    first, second = list(spool), list(spool)

    assert first == [
        Subscriber("ada@example.org", "Ada"),
        Subscriber("bea@example.org", "Zoë"),
        Subscriber("cem@example.org"),
    ]
    assert second == first
    assert (len(spool), Subscriber("cem@example.org") in spool, Subscriber("dag@example.org") in spool) == (
        3,
        True,
        False,
    )


def test_an_empty_spool_has_nothing() -> None:
    spool = Spool(str)

    assert (list(spool), len(spool), bool(spool)) == ([], 0, False)


def test_it_can_be_written_while_it_is_read() -> None:
    spool = Spool(str)
    spool.write(["a", "b"])
    spool.write(["c"])
    reading = iter(spool)
    assert next(reading) == "a"

    spool.write(["d"])

    assert list(reading) == ["b", "c"]
    assert list(spool) == ["a", "b", "c", "d"]


def test_a_long_spool_lies_in_a_file_without_a_name_that_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0  # noqa: PTH112, PTH208 - asks the system
    spool = Spool(str)
    for _ in range(10):
        spool.write(["x" * 100_000])

    assert list(spool) == ["x" * 100_000] * 10
    assert list(tmp_path.iterdir()) == []
    del spool
    gc.collect()
    if before:
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - the same


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(str)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    with pytest.raises(PprmailError, match=r"cannot be put by \(No such file or directory\); make room"):
        spool.write(["x" * 1_000_000])


def test_each_key_is_in_one_part_with_its_likes() -> None:
    one, other = Parts(), Parts()
    keys = [str(number) for number in range(500)]

    one.put(keys[:300])
    one.put(keys[300:])
    other.put(reversed(keys))

    parts = [set(one.part(number)) for number in range(PARTS)]
    assert parts == [set(other.part(number)) for number in range(PARTS)]
    assert sorted(key for part in parts for key in part) == sorted(keys)
    assert (bool(one), bool(Parts())) == (True, False)
