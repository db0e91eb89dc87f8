from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.errors import PprmailError
from pprmail.literature import CONCERN, CORRECTION, NATURES, REINSTATEMENT, RETRACTION, Listed
from pprmail.registers.retraction_csv import NEEDED, as_text, read_day, read_entries
from registers.retraction_rows import COLUMNS, row

if TYPE_CHECKING:
    from pprmail.registers.retraction_csv import Entry

HEADER = f"{COLUMNS}\r\n".encode()
WHERE = "get the list from https://gitlab.com/crossref/retraction-watch-data"


def entries(content: bytes) -> list[Entry | None]:
    return list(read_entries(as_text(BytesIO(content)), "list.csv"))


def only(content: str) -> Entry:
    (entry,) = entries(HEADER + content.encode())
    assert entry is not None
    return entry


def test_a_row_becomes_what_it_says_of_a_source() -> None:
    entry = only(row(RecordID="4711"))

    listed = Listed(RETRACTION, date(2021, 3, 1), "10.1037/n1", "Error in Data, Unreliable Results", "On therapy")
    assert entry == (("10.1037/pst0000001",), 4711, listed)


DAYS = {
    "crossref": ("3/1/2021 0:00", date(2021, 3, 1)),
    "two-digits": ("12/31/2019 12:00:00 AM", date(2019, 12, 31)),
    "day-alone": ("1/2/2020", date(2020, 1, 2)),
    "iso": ("2020-02-29", date(2020, 2, 29)),
    "iso-with-time": ("2020-02-29T00:00:00Z", date(2020, 2, 29)),
    "spaces": (" 3/1/2021 ", date(2021, 3, 1)),
    "day-first": ("31/12/2019", None),
    "no-such-day": ("2/30/2020 0:00", None),
    "year-zero": ("1/1/0000", None),
    "two-digit-year": ("1/2/20", None),
    "words": ("March 2020", None),
    "other-digits": ("٣/١/٢٠٢١", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "day"), DAYS.values(), ids=DAYS)
def test_a_day_is_read_as_it_is_written_in_america_or_in_iso(text: str, day: date | None) -> None:
    assert read_day(text) == day


@given(st.dates())
def test_every_day_comes_back(day: date) -> None:
    written = f"{day.month}/{day.day}/{day.year:04d}"

    assert [read_day(f"{written} 0:00"), read_day(day.isoformat())] == [day, day]


@given(st.text() | st.from_regex(r"[0-9]{1,5}[/-][0-9]{1,5}[/-][0-9]{1,5}.*"))
def test_no_text_is_too_odd_for_a_day(text: str) -> None:
    assert read_day(text) is None or isinstance(read_day(text), date)


DOIS = {
    "bare": ("10.1037/A", ("10.1037/a",)),
    "address": ("https://doi.org/10.1037/a", ("10.1037/a",)),
    "old-address": ("HTTP://DX.DOI.ORG/10.1037/a", ("10.1037/a",)),
    "label": ("doi: 10.1037/a", ("10.1037/a",)),
    "zero-width-space": ("10.1037/a\u200b", ("10.1037/a",)),
    "two": ("10.1037/a 10.1037/b", ("10.1037/a", "10.1037/b")),
    "semicolon": ("10.1000/a;10.1000/b", ("10.1000/a", "10.1000/b")),
    "comma-and-space": ("10.1000/a, 10.1000/b", ("10.1000/a", "10.1000/b")),
    "addresses": ("https://doi.org/10.1000/a;https://doi.org/10.1000/b", ("10.1000/a", "10.1000/b")),
    "labels": ("doi:10.1000/a,DOI:10.1000/b", ("10.1000/a", "10.1000/b")),
    "semicolon-last": ("10.1000/a; 10.1000.1/b;", ("10.1000/a", "10.1000.1/b")),
    "marks-within": ("10.1000/a;b,c;10.5", ("10.1000/a;b,c;10.5",)),
    "sici-and-another": ("10.1002/1<1::AID-J5>3.0.CO;2-1;10.1000/b", ("10.1002/1<1::aid-j5>3.0.co;2-1", "10.1000/b")),
    "sici": ("10.1002/(SICI)1097<1::AID-J5>3.0.CO;2-1", ("10.1002/(sici)1097<1::aid-j5>3.0.co;2-1",)),
    "unavailable": ("unavailable", ()),
    "Unavailable": ("Unavailable", ()),
    "empty": ("", ()),
}


@pytest.mark.parametrize(("written", "dois"), DOIS.values(), ids=DOIS)
def test_a_doi_is_found_however_it_is_written(written: str, dois: tuple[str, ...]) -> None:
    assert only(row(OriginalPaperDOI=written)).dois == dois


def test_a_notice_without_a_doi_has_none() -> None:
    assert only(row(RetractionDOI="Unavailable")).listed.notice_doi == ""


def test_of_two_notices_the_first_is_told() -> None:
    assert only(row(RetractionDOI="10.1000/N1; 10.1000/N2")).listed.notice_doi == "10.1000/N1"


def test_the_four_natures_are_known() -> None:
    written = ("Retraction", "Expression of concern", "Correction", " reinstatement ")

    assert [only(row(RetractionNature=one)).listed.nature for one in written] == [
        RETRACTION, CONCERN, CORRECTION, REINSTATEMENT,
    ]  # fmt: skip


def test_a_nature_that_we_do_not_know_is_looked_up_by_no_doi() -> None:
    assert only(row(RetractionNature="Applause")).dois == ()


def test_a_byte_order_mark_and_bytes_of_latin_1_stop_nothing() -> None:
    content = b"\xef\xbb\xbf" + HEADER + row(Title="Th\xe9rapie", Author="M\xfcller").encode("latin-1")

    (entry,) = entries(content)

    assert entry is not None
    assert (entry.dois, entry.listed.title) == (("10.1037/pst0000001",), "Th\ufffdrapie")


def test_columns_may_stand_in_another_order_and_others_may_be_missing() -> None:
    content = b"Notice,RetractionNature,retractiondate,OriginalPaperDOI,RetractionDOI\nx,Retraction,1/2/2020,10.1/a,\n"

    assert entries(content) == [(("10.1/a",), 0, Listed(RETRACTION, date(2020, 1, 2)))]


def test_a_row_cut_short_is_told_and_a_blank_line_is_none() -> None:
    assert entries(HEADER + b"\r\n4711,A title,")[0] is None
    assert entries(HEADER + b"\r\n\r\n") == []


def test_a_list_that_breaks_off_within_a_line_has_its_last_row_cut_short() -> None:
    first, last = row(RecordID="1"), row(RecordID="2", Notes="see\r\nthere")
    before_notes = last.index(",", last.index("Retraction,")) + len(",+Error in Data;+Unreliable Results;,No")

    for end in range(1, before_notes):
        whole, broken = entries(HEADER + f"{first}{last[:end]}".encode())
        assert whole is not None
        assert (whole.record, broken) == (1, None), last[:end]


def test_a_list_may_end_without_the_end_of_its_last_line() -> None:
    whole = row(RecordID="2")

    assert entries(HEADER + whole.rstrip().encode()) == entries(HEADER + whole.encode())


def test_a_whole_line_may_lack_columns_that_nobody_needs() -> None:
    header = b"OriginalPaperDOI,RetractionDate,RetractionDOI,RetractionNature,Reason\n"
    broken = b"10.1000/a,1/2/2020,10.1000/n,Retraction"

    assert entries(header + broken + b"\n") == [(("10.1000/a",), 0, Listed(RETRACTION, date(2020, 1, 2), "10.1000/n"))]
    assert entries(header + broken) == [None]


def test_a_row_that_lacks_the_last_column_alone_is_cut_short() -> None:
    header = b"OriginalPaperDOI,RetractionDate,RetractionDOI,RetractionNature\n"

    assert entries(header + b"10.1000/a,1/2/2020,10.1000/n\n") == [None]


def test_a_field_may_hold_lines_and_what_a_terminal_would_obey() -> None:
    listed = only(row(Title="On\r\n\x1b[31mtherapy", Reason="+A\x07;;+ ;B")).listed

    assert (listed.title, listed.reason) == ("On [31mtherapy", "A, B")


def test_a_long_title_is_shortened() -> None:
    assert only(row(Title="a" * 300)).listed.title == "a" * 199 + "…"


LACKING = {
    "web-page": (b"<!DOCTYPE html>\n<html>", f"the columns {', '.join(NEEDED)}"),
    "one": (HEADER.replace(b"RetractionNature", b"Nature"), "the column RetractionNature"),
    "two": (b"OriginalPaperDOI,RetractionDate", "the columns RetractionDOI, RetractionNature"),
    "utf-16": (HEADER.decode().encode("utf-16"), f"the columns {', '.join(NEEDED)}"),
}


@pytest.mark.parametrize(("content", "columns"), LACKING.values(), ids=LACKING)
def test_columns_that_are_missing_are_named(content: bytes, columns: str) -> None:
    with pytest.raises(PprmailError) as caught:
        entries(content)

    assert str(caught.value) == f"list.csv: is no list of Retraction Watch: it lacks {columns}; {WHERE}"


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_list_that_a_spreadsheet_saved_with_other_signs_is_told(sign: str) -> None:
    with pytest.raises(PprmailError) as caught:
        entries(COLUMNS.replace(",", sign).encode())

    assert str(caught.value) == f"list.csv: has ';' or tabs between its columns; save it with commas, or {WHERE}"


def test_a_field_that_never_ends_is_told_with_its_line() -> None:
    with pytest.raises(PprmailError, match=rf"list\.csv:2: is no CSV as it is published \(field larger.*\); {WHERE}"):
        entries(HEADER + b'1,"' + b"a" * 200_000)


@given(st.binary())
def test_no_bytes_are_too_odd_for_a_list(content: bytes) -> None:
    for entry in entries(HEADER + content):
        assert entry is None or entry.listed.nature in NATURES or not entry.dois


@given(st.binary())
def test_no_bytes_are_too_odd_for_a_file(content: bytes) -> None:
    with pytest.raises(PprmailError):
        entries(content)
