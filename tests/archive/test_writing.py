from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pprmail.archive.writing import Memory, PlannedFile, Written, write_files
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from pathlib import Path

HOME = b'<!DOCTYPE html><meta name="generator" content="pprmail"><p>Home'


class Workshop:
    """A folder to write into, and what was made for it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "site"
        self.memory_file = root / ".pprmail" / "build.json"
        self.made: list[str] = []

    def planned(self, path: str, content: bytes = b"content", made_of: str = "a") -> PlannedFile:
        def make() -> bytes:
            self.made.append(path)
            return content

        return PlannedFile(path, made_of, make)

    def write(self, *files: PlannedFile, whole: bool = True, takes_over: bool = False) -> Written:
        self.made.clear()
        memory = Memory(self.memory_file, self.folder.parent)
        memory.takes_over = takes_over
        return write_files(self.folder, files, memory, whole=whole)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_file_made_of_the_same_is_not_made_again(workshop: Workshop) -> None:
    first = workshop.write(workshop.planned("a/index.html"), workshop.planned("b.css"))

    second = workshop.write(workshop.planned("a/index.html"), workshop.planned("b.css", made_of="b"))

    assert (first, second) == (Written(2, 2, 0), Written(2, 0, 0))
    assert workshop.made == ["b.css"]


def test_what_nobody_can_vouch_for_is_always_made(workshop: Workshop) -> None:
    workshop.write(workshop.planned("a", made_of=""))

    workshop.write(workshop.planned("a", made_of=""))

    assert workshop.made == ["a"]


@pytest.mark.parametrize("change", ["other size", "CONTENT", None], ids=["size", "time", "gone"])
def test_a_file_that_somebody_changed_is_made_again(workshop: Workshop, change: str | None) -> None:
    workshop.write(workshop.planned("a"))
    path = workshop.folder / "a"
    if change is None:
        path.unlink()
    else:
        path.write_text(change, encoding="utf-8")
        os.utime(path, ns=(0, 0))

    done = workshop.write(workshop.planned("a"))

    assert (done.written, path.read_bytes()) == (1, b"content")


def test_only_what_was_written_here_is_removed(workshop: Workshop) -> None:
    workshop.write(workshop.planned("a/b/old.html"), workshop.planned("new.html"))
    foreign = workshop.folder / "a" / "CNAME"
    foreign.write_text("example.org", encoding="utf-8")

    done = workshop.write(workshop.planned("new.html"))

    assert done == Written(1, 0, 1)
    assert sorted(path.name for path in workshop.folder.rglob("*")) == ["CNAME", "a", "new.html"]


def test_a_part_removes_nothing(workshop: Workshop) -> None:
    workshop.write(workshop.planned("a"), workshop.planned("b"))

    workshop.write(workshop.planned("a"), whole=False)
    done = workshop.write(workshop.planned("a"))

    assert done == Written(1, 0, 1)


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"format": 2}', '{"format": 3, "checked": {}, "builds": {}, "folders": {"x": {"a": 1}}}']
)
def test_a_memory_that_cannot_be_read_is_empty(workshop: Workshop, kept: str) -> None:
    workshop.write(workshop.planned("old"), workshop.planned("index.html", HOME))
    workshop.memory_file.write_text(kept, encoding="utf-8")

    done = workshop.write(workshop.planned("index.html", HOME), takes_over=True)

    assert done == Written(1, 0, 0)
    assert (workshop.folder / "old").exists()


def test_somebody_elses_file_is_left_alone_before_anything_is_written(workshop: Workshop) -> None:
    workshop.folder.mkdir()
    foreign = workshop.folder / "robots.txt"
    foreign.write_bytes(b"mine")

    with pytest.raises(
        PprmailError, match=r"robots\.txt is not a file that pprmail made, and would be lost; build into"
    ):
        workshop.write(workshop.planned("a.html"), workshop.planned("robots.txt"))

    assert [path.name for path in workshop.folder.iterdir()] == ["robots.txt"]
    assert foreign.read_bytes() == b"mine"


def test_a_file_that_is_there_as_it_is_to_be_is_taken_over(workshop: Workshop) -> None:
    workshop.folder.mkdir()
    (workshop.folder / "a").write_bytes(b"content")

    assert workshop.write(workshop.planned("a")) == Written(1, 0, 0)
    assert workshop.made == ["a"]


def test_a_site_that_was_copied_here_is_taken_over(workshop: Workshop) -> None:
    workshop.folder.mkdir()
    (workshop.folder / "a").write_bytes(b"older")

    assert workshop.write(workshop.planned("a"), takes_over=True) == Written(1, 1, 0)


def test_what_a_build_that_was_cut_short_left_is_known_to_the_next(workshop: Workshop) -> None:
    workshop.write(workshop.planned("a"))

    def fail() -> bytes:
        message = "no"
        raise PprmailError(message)

    with pytest.raises(PprmailError):
        workshop.write(workshop.planned("a"), workshop.planned("b"), PlannedFile("c", "c", fail))
    assert (workshop.folder / "b").exists()

    assert workshop.write(workshop.planned("a")) == Written(1, 0, 2)
    assert [path.name for path in workshop.folder.iterdir()] == ["a"]


def test_a_newsletter_that_was_copied_elsewhere_knows_its_files(workshop: Workshop, tmp_path: Path) -> None:
    workshop.write(workshop.planned("old"), workshop.planned("new"))
    copy = Workshop(tmp_path / "copy")
    shutil.copytree(workshop.folder, copy.folder)
    shutil.copytree(workshop.memory_file.parent, copy.memory_file.parent)

    assert copy.write(copy.planned("new")).removed == 1
    assert [path.name for path in copy.folder.iterdir()] == ["new"]
