from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pprmail.delivery.ledger.home import Home, forget_home, is_strange, record_home, strange_home
from pprmail.state import open_state, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    engine = open_state(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """This machine is called office; ``called`` renames it."""
    called(monkeypatch, "office")
    return monkeypatch


def called(patch: pytest.MonkeyPatch, name: str) -> None:
    patch.setattr("platform.node", lambda: name)


@pytest.mark.parametrize(
    ("here", "strange"),
    [
        pytest.param(Home("office", 7), False, id="the-same"),
        pytest.param(Home("office-2", 7), False, id="a-renamed-machine"),
        pytest.param(Home("office", 8), False, id="a-file-brought-back"),
        pytest.param(Home("laptop", 8), True, id="another-machine"),
    ],
)
def test_a_home_is_strange_when_neither_machine_nor_file_is_the_same(here: Home, *, strange: bool) -> None:
    assert is_strange(Home("office", 7), here) == strange


def test_a_database_without_a_home_is_strange_nowhere(tmp_path: Path, host: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "state.db") as engine:
        assert strange_home(engine) == ""


@pytest.mark.parametrize(("name", "told"), [("office", "office"), ("", "a machine without a name")])
def test_a_copy_on_another_machine_names_its_home(
    tmp_path: Path, host: pytest.MonkeyPatch, name: str, told: str
) -> None:
    called(host, name)
    with opened(tmp_path / "state.db") as engine:
        record_home(engine)
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    called(host, "laptop")

    with opened(tmp_path / "copy.db") as copy, opened(tmp_path / "state.db") as renamed:
        assert (strange_home(copy), strange_home(renamed)) == (told, "")


def test_a_copy_that_was_taken_in_is_at_home(tmp_path: Path, host: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "state.db") as engine:
        record_home(engine)
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    called(host, "laptop")

    with opened(tmp_path / "copy.db") as engine:
        record_home(engine)
        called(host, "laptop-2")
        assert strange_home(engine) == ""


def test_a_home_that_is_forgotten_is_strange_nowhere(tmp_path: Path, host: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "state.db") as engine:
        record_home(engine)
        with writing(engine) as connection:
            forget_home(connection)
    shutil.copy(tmp_path / "state.db", tmp_path / "copy.db")
    called(host, "laptop")

    with opened(tmp_path / "copy.db") as engine:
        assert strange_home(engine) == ""
