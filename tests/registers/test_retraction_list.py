from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.errors import EXIT_YOURS, PprmailError
from pprmail.files import hold_lock
from pprmail.literature import CONCERN, CORRECTION, NATURES, RETRACTION, Listed, fold_doi, standing
from pprmail.registers.retraction_csv import Entry, read_entries
from pprmail.registers.retraction_index import find_in_index, make_index, read_header
from pprmail.registers.retraction_list import open_retraction_list
from registers.retraction_rows import COLUMNS, row, write_list

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.registers.retraction_list import RetractionList

DOI = "10.1037/pst0000001"
RETRACTED = Listed(RETRACTION, date(2021, 3, 1), "10.1037/n1", "Error in Data, Unreliable Results", "On therapy")


def opened(tmp_path: Path, *rows: str) -> RetractionList:
    return open_retraction_list(write_list(tmp_path / "list.csv", *rows), tmp_path / "state")


def natures(listing: RetractionList, doi: str = DOI) -> list[str]:
    return [one.nature for one in listing.find(doi)]


def index_of(tmp_path: Path) -> Path:
    (index,) = (tmp_path / "state").glob("*.idx")
    return index


def test_a_source_is_found_by_its_doi_however_it_is_written(tmp_path: Path) -> None:
    listing = opened(tmp_path, row(OriginalPaperDOI="https://doi.org/10.1037/PST0000001"))

    assert [listing.find(one) for one in (DOI, DOI.upper(), f"https://doi.org/{DOI}", f"doi:{DOI}")] == [
        (RETRACTED,)
    ] * 4
    assert listing.find("10.1037/pst000000") == listing.find("") == listing.find("on therapy") == ()


def test_a_list_tells_how_new_it_is_and_what_it_is(tmp_path: Path) -> None:
    listing = opened(tmp_path, row(), row(RetractionDate="10/30/2025 0:00", OriginalPaperDOI=""), "1,cut short\r\n")

    content = listing.path.read_bytes()
    assert (listing.rows, listing.cut_short, listing.newest) == (3, 1, date(2025, 10, 30))
    assert (listing.path, listing.sha256) == (tmp_path / "list.csv", sha256(content).hexdigest())


def test_a_list_without_dates_has_no_newest(tmp_path: Path) -> None:
    assert opened(tmp_path, row(RetractionDate="")).newest is None


EARLIER, LATER = "1/1/2020 0:00", "1/1/2022 0:00"
HISTORIES = {
    "reinstated": ([row(), row(RetractionNature="Reinstatement", RetractionDate=LATER)], []),
    "retracted-again": ([row(), row(RetractionNature="Reinstatement", RetractionDate=EARLIER)], [RETRACTION]),
    "reinstated-in-the-order-of-records": (
        [row(RecordID="10", RetractionNature="Reinstatement"), row(RecordID="9")],
        [],
    ),
    "retracted-in-the-order-of-records": (
        [row(RecordID="10"), row(RecordID="9", RetractionNature="Reinstatement")],
        [RETRACTION],
    ),
    "reinstated-some-day": ([row(), row(RetractionNature="Reinstatement", RetractionDate="")], [RETRACTION]),
    "twice-in-one-list": ([row(), row()], [RETRACTION]),
    "corrections-and-doubts-stay": (
        [
            row(RetractionNature="Correction", RetractionDate=LATER),
            row(RetractionNature="Expression of concern", RetractionDate=EARLIER),
            row(RetractionNature="Reinstatement", RetractionDate="1/1/2023 0:00"),
        ],
        [CONCERN, CORRECTION],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), HISTORIES.values(), ids=HISTORIES)
def test_the_latest_of_several_rows_decides(tmp_path: Path, rows: list[str], expected: list[str]) -> None:
    assert natures(opened(tmp_path, *rows)) == expected


def test_of_two_retractions_the_later_is_told(tmp_path: Path) -> None:
    listing = opened(tmp_path, row(RetractionDate=LATER), row())

    assert [one.day for one in listing.find(DOI)] == [date(2022, 1, 1)]


# The index


def test_an_index_is_read_and_not_the_list(tmp_path: Path) -> None:
    first = opened(tmp_path, row())
    was = first.path.stat()
    first.path.write_bytes(b"x" * was.st_size)
    os.utime(first.path, ns=(was.st_atime_ns, was.st_mtime_ns))

    again = open_retraction_list(first.path, tmp_path / "state")

    assert again.find(DOI) == (RETRACTED,)
    assert (again.rows, again.newest, again.sha256) == (first.rows, first.newest, first.sha256)


def test_an_index_is_made_again_when_the_list_changed(tmp_path: Path) -> None:
    opened(tmp_path, row())

    assert natures(opened(tmp_path, row(RetractionNature="Correction"))) == [CORRECTION]


def test_an_index_is_made_again_when_the_list_has_another_time_and_the_same_size(tmp_path: Path) -> None:
    first = opened(tmp_path, row())
    was = first.path.stat()
    first.path.write_bytes(first.path.read_bytes().replace(b"Error in Data", b"Error in Text"))
    os.utime(first.path, ns=(was.st_atime_ns, was.st_mtime_ns + 1))

    (listed,) = open_retraction_list(first.path, tmp_path / "state").find(DOI)

    assert listed.reason == "Error in Text, Unreliable Results"


def test_two_lists_have_an_index_each(tmp_path: Path) -> None:
    one = open_retraction_list(write_list(tmp_path / "1/list.csv", row()), tmp_path / "state")
    other = open_retraction_list(
        write_list(tmp_path / "2/list.csv", row(OriginalPaperDOI="10.1/b")), tmp_path / "state"
    )

    assert (natures(one), natures(other)) == ([RETRACTION], [])
    assert len(list((tmp_path / "state").glob("*.idx"))) == 2


def test_an_index_cut_off_anywhere_is_made_again(tmp_path: Path) -> None:
    opened(tmp_path, row())
    whole = index_of(tmp_path).read_bytes()

    for length in range(len(whole)):
        index_of(tmp_path).write_bytes(whole[:length])
        assert open_retraction_list(tmp_path / "list.csv", tmp_path / "state").find(DOI) == (RETRACTED,)
        assert index_of(tmp_path).read_bytes() == whole


def test_an_index_with_a_byte_changed_anywhere_is_made_again(tmp_path: Path) -> None:
    opened(tmp_path, row())
    whole = index_of(tmp_path).read_bytes()

    for at in range(len(whole)):
        index_of(tmp_path).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert open_retraction_list(tmp_path / "list.csv", tmp_path / "state").find(DOI) == (RETRACTED,)


def test_an_index_that_goes_or_changes_while_it_is_used_is_made_again(tmp_path: Path) -> None:
    opened(tmp_path, row())
    path = tmp_path / "list.csv"
    used, other = (open_retraction_list(path, tmp_path / "state") for _ in range(2))
    index_of(tmp_path).unlink()

    assert used.find(DOI) == (RETRACTED,)

    opened(tmp_path, row(RetractionNature="Correction"))
    assert natures(other) == [CORRECTION]
    assert other.sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_folder_that_cannot_be_written_in_costs_the_index_alone(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, where the folder is to be")

    assert opened(tmp_path, row()).find(DOI) == (RETRACTED,)


def test_an_index_in_the_way_of_another_is_left_to_who_writes_it(tmp_path: Path) -> None:
    opened(tmp_path, row())
    index = index_of(tmp_path)
    index.unlink()

    with hold_lock(index.with_suffix(".lock")):
        assert open_retraction_list(tmp_path / "list.csv", tmp_path / "state").find(DOI) == (RETRACTED,)

    assert not index.exists()


def test_processes_at_once_do_no_harm(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", *(row(OriginalPaperDOI=f"10.1/{number}") for number in range(3000)))
    program = (
        "import sys; from pathlib import Path; from pprmail.registers.retraction_list import open_retraction_list as open_;"
        "print(len(open_(Path(sys.argv[1]), Path(sys.argv[2])).find('10.1/2999')))"
    )
    command = (sys.executable, "-c", program, str(path), str(tmp_path / "state"))

    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate()[0] for process in started]

    assert said == ["1\n"] * 4
    assert natures(open_retraction_list(path, tmp_path / "state"), "10.1/7") == [RETRACTION]


def test_many_sources_are_told_apart(tmp_path: Path) -> None:
    numbers = random.Random(1).sample(range(10**6), 5000)  # noqa: S311 - no secrets
    listing = opened(tmp_path, *(row(OriginalPaperDOI=f"10.1/{n}", RetractionDOI=f"10.2/{n}") for n in numbers))

    assert all([one.notice_doi for one in listing.find(f"10.1/{n}")] == [f"10.2/{n}"] for n in numbers[::50])
    assert not any(listing.find(f"10.1/{n}x") for n in numbers[::50])


# What is no list

WHERE = "get the list from https://gitlab.com/crossref/retraction-watch-data"


def refused(path: Path, state: Path) -> str:
    with pytest.raises(PprmailError) as caught:
        open_retraction_list(path, state)
    assert caught.value.exit_code == EXIT_YOURS
    return str(caught.value)


def test_what_is_no_list_is_told_with_where_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "head").write_text(f"{COLUMNS}\n")
    os.mkfifo(tmp_path / "pipe")
    sentences = {
        "none": f"there is no such file; {WHERE}, or name where it is",
        "head/list.csv": f"there is no such file; {WHERE}, or name where it is",
        "folder": f"is a folder; name the CSV itself, or {WHERE}",
        "pipe": f"is no file; name the CSV itself, or {WHERE}",
        "empty": f"is empty; {WHERE}",
        "head": f"has no rows; {WHERE}",
        "x" * 300: f"cannot be read (File name too long); check its name and its permissions, or {WHERE}",
        "a\0b": f"cannot be read (ValueError); check its name and its permissions, or {WHERE}",
    }

    for name, sentence in sentences.items():
        assert refused(tmp_path / name, tmp_path / "state") == f"{tmp_path / name}: {sentence}"
    assert not (tmp_path / "state").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_list_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", row())
    path.chmod(0)

    assert "cannot be read (Permission denied)" in refused(path, tmp_path / "state")


# Whatever is in it

WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
LISTED = st.builds(
    Listed, st.sampled_from(NATURES), st.none() | st.dates(), st.just("10.1/n"), st.sampled_from(["", "Error in Data"])
)
ROWS = st.lists(st.tuples(st.sampled_from("abcdefgh"), LISTED), max_size=40)


@given(ROWS, st.integers(0, 1 << 17))
def test_an_index_says_what_the_rows_said(rows: list[tuple[str, Listed]], size: int) -> None:
    numbers = count()
    entries = [Entry((f"10.1/{name}",), next(numbers), listed) for name, listed in rows]
    index = make_index(entries, size=size, mtime_ns=1, sha256="")
    header, written = read_header(BytesIO(index))

    for name in "abcdefghi":
        said = find_in_index(BytesIO(index), header, written, f"10.1/{name}")
        assert said == standing(listed for one, listed in rows if one == name)
    assert header.rows == len(rows)


def test_an_index_of_one_doi_is_made_in_linear_time() -> None:
    # In an instant, or not in a minute
    entries = [Entry((DOI,), 0, RETRACTED)] * 80_000

    index = make_index(entries, size=80_000, mtime_ns=1, sha256="")

    assert find_in_index(BytesIO(index), *read_header(BytesIO(index)), DOI) == (RETRACTED,)


@given(WORDS, WORDS, WORDS)
def test_no_words_are_too_odd_for_an_index(suffix: str, reason: str, title: str) -> None:
    content = f"{COLUMNS}\n{row(OriginalPaperDOI=f'10.1/{suffix}', Reason=reason, Title=title)}"
    entries = list(read_entries(content.splitlines(keepends=True), "list.csv"))
    index = make_index(entries, size=1, mtime_ns=1, sha256="")

    for entry in entries:
        for doi in entry.dois if entry else ():
            assert find_in_index(BytesIO(index), *read_header(BytesIO(index)), fold_doi(doi))
