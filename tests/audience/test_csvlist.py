from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.audience.csvlist import is_list_header, read_list
from pprmail.errors import PprmailError
from pprmail.model import Row

PLAIN = "email,name,status\nada@example.org,Ada,subscribed\n"
ADA = Row(line=2, email="ada@example.org", name="Ada", status="subscribed")
CSV_UTF8 = "save it in Excel as 'CSV UTF-8'"
OTHER_ENCODING = 'or name its encoding under [subscribers] in pprmail.toml, such as encoding = "cp1252"'


def read(tmp_path: Path, content: str | bytes, encoding: str = "") -> list[Row]:
    path = tmp_path / "subscribers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_list(path, "subscribers.csv", encoding))


def refusal(tmp_path: Path, content: str | bytes, encoding: str = "") -> str:
    with pytest.raises(PprmailError) as caught:
        read(tmp_path, content, encoding)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="commas"),
        pytest.param(PLAIN.replace(",", ";"), id="semicolons"),
        pytest.param(PLAIN.replace(",", "\t"), id="tabs"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="crlf"),
        pytest.param(PLAIN.replace("\n", "\r"), id="cr"),
        pytest.param(PLAIN.removesuffix("\n"), id="no-last-line-end"),
        pytest.param("\ufeff" + PLAIN, id="bom"),
        pytest.param("\ufeff" + PLAIN.replace("email", '"email"'), id="bom-before-quote"),
        pytest.param(PLAIN.encode("utf-16"), id="utf-16"),
        pytest.param(b"\xfe\xff" + PLAIN.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(PLAIN.replace("email,name", "E-Mail , NAME"), id="header-case-and-spaces"),
        pytest.param(PLAIN.replace("Ada,subscribed", "\u00a0Ada\u200b , SUBSCRIBED"), id="cells-trimmed"),
        pytest.param(PLAIN + "\n ,, \n\n", id="blank-lines"),
        pytest.param("email,name,status,city\nada@example.org,Ada,subscribed,Ottawa\n", id="other-columns"),
        pytest.param("email,name,status\nada@example.org,Ada,subscribed,,\n", id="empty-cells-too-many"),
        pytest.param("email,name,status,name\nada@example.org,Ada,subscribed,Bea\n", id="first-name-counts"),
        pytest.param(PLAIN.replace("Ada", "\u202aA\u00add\u2060a\u200b\u2066\ufeff"), id="invisible-characters"),
    ],
)
def test_a_list_is_read_however_it_was_saved(tmp_path: Path, content: str | bytes) -> None:
    assert read(tmp_path, content) == [ADA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_named_encoding_may_have_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, PLAIN.encode("utf-8-sig"), encoding) == [ADA]


@pytest.mark.parametrize(
    ("sep", "delimiter"), [("sep=;", ";"), ('"sep=,"', ","), ("SEP=|", "|"), ("sep=\t", "\t")], ids=repr
)
def test_excels_own_line_names_the_delimiter(tmp_path: Path, sep: str, delimiter: str) -> None:
    content = f"{sep}\n" + PLAIN.replace(",", delimiter)

    assert read(tmp_path, content) == [Row(line=3, email="ada@example.org", name="Ada", status="subscribed")]


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    content = "email,name\nada@example.org,“Zoë” €\n".encode("cp1252")

    assert read(tmp_path, content, "cp1252") == [Row(line=2, email="ada@example.org", name="“Zoë” €")]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        pytest.param(
            "Email Address,First Name,Last Name,MEMBER_RATING\nada@example.org,Ada,Lovelace,2\n",
            Row(line=2, email="ada@example.org", name="Ada Lovelace"),
            id="mailchimp",
        ),
        pytest.param(
            "EMAIL,FIRST_NAME,LAST_NAME,CREATED_AT\nada@example.org,,Lovelace,2020-01-01\n",
            Row(line=2, email="ada@example.org", name="Lovelace"),
            id="sendgrid",
        ),
        pytest.param(
            'uuid,email,name,attributes,status,created_at,updated_at\n0f,ada@example.org,Ada,"{""city"": ""Bern""}",enabled,x,y\n',
            Row(line=2, email="ada@example.org", name="Ada", status="subscribed"),
            id="listmonk-enabled",
        ),
        pytest.param(
            "uuid,email,name,attributes,status\n0f,ada@example.org,Ada,{},blocklisted\n",
            Row(line=2, email="ada@example.org", name="Ada", status="unsubscribed"),
            id="listmonk-blocklisted",
        ),
        pytest.param(
            "email,status\nada@example.org,enabled\n",
            Row(line=2, email="ada@example.org", status="enabled"),
            id="enabled-is-listmonks-word-alone",
        ),
        pytest.param(
            "email,consent,consent date,Consent_Source\nada@example.org,Express,2019-06-30,form\n",
            Row(
                line=2, email="ada@example.org", consent="express", consent_date="2019-06-30", consent_source="form"
            ),
            id="consent",
        ),
    ],
)  # fmt: skip
def test_the_columns_of_other_programs_are_known(tmp_path: Path, content: str, row: Row) -> None:
    assert read(tmp_path, content) == [row]


def test_line_numbers_stay_right_after_quoted_line_breaks(tmp_path: Path) -> None:
    content = '\nemail,name\na@x.org,"A\nB"\n\nb@x.org,"C\r\n\r\nD"\nc@x.org,E\n'

    rows = read(tmp_path, content)

    assert [(row.line, row.email, row.name) for row in rows] == [
        (3, "a@x.org", "A\nB"),
        (6, "b@x.org", "C\r\n\r\nD"),
        (9, "c@x.org", "E"),
    ]


def test_a_row_with_cells_too_many_carries_its_fault(tmp_path: Path) -> None:
    rows = read(tmp_path, "email,name\na@x.org,Lovelace, Ada\nb@x.org\n")

    assert rows == [
        Row(line=2, email="a@x.org", name="Lovelace", fault="has 3 cells for 2 columns"),
        Row(line=3, email="b@x.org"),
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param("email,name\na@x.org,A\nb@x.org,Zoë\n".encode("latin-1"), 3, id="lf"),
        pytest.param("email,name\r\na@x.org,A\r\nb@x.org,Zoë\r\n".encode("latin-1"), 3, id="crlf"),
        pytest.param("email,name\ra@x.org,A\rb@x.org,Zoë\r".encode("latin-1"), 3, id="cr"),
        pytest.param(b"\xef\xbb\xbfemail,name\na@x.org,Zo\xeb\n", 2, id="bom"),
        pytest.param(b"email,name\n" + b"a@x.org,A\n" * 3000 + b"b@x.org,Zo\xeb\n", 3002, id="far-down"),
    ],
)
def test_latin_1_is_told_with_its_line_and_the_way_out(tmp_path: Path, content: bytes, line: int) -> None:
    assert refusal(tmp_path, content) == f"subscribers.csv:{line}: is not UTF-8; {CSV_UTF8}, {OTHER_ENCODING}"


@pytest.mark.parametrize(
    ("content", "encoding", "said"),
    [
        pytest.param(b"email\na@x.org\nb\x81@x.org\n", "cp1252", "subscribers.csv:3: is not CP1252", id="cp1252"),
        pytest.param(PLAIN.encode("utf-16-le"), "utf-16", "subscribers.csv:1: is not UTF-16", id="utf-16-without-bom"),
        pytest.param(
            PLAIN.encode("utf-16") + b"\x00", "", "subscribers.csv:3: is not UTF-16", id="utf-16-cut-off"
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_not_in_the_named_encoding_is_told(
    tmp_path: Path, content: bytes, encoding: str, said: str
) -> None:
    assert refusal(tmp_path, content, encoding) == f"{said}; {CSV_UTF8}, {OTHER_ENCODING}"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xd8\xff\xe0\x10JFIF" + bytes(range(1, 256)), id="jpeg"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", id="xlsx"),
        pytest.param(PLAIN.encode("utf-16-le"), id="utf-16-without-bom"),
    ],
)
def test_binary_data_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    said = refusal(tmp_path, content)

    assert (
        said
        == f"subscribers.csv: is no CSV but binary data (a picture or a workbook?); open it in Excel, and {CSV_UTF8}"
    )


@pytest.mark.parametrize(
    ("content", "line", "hint"),
    [
        pytest.param("", 1, "write one such as: email,name,status", id="empty"),
        pytest.param("\n\n", 1, "write one such as: email,name,status", id="blank"),
        pytest.param("\nname,status\nAda,subscribed\n", 2, "write one such as: email,name,status", id="without-email"),
        pytest.param("emial,name\na@x.org,A\n", 1, "did you mean 'email'?", id="misspelt"),
        pytest.param("{" + "x" * 200_000 + "}\n", 1, "write one such as: email,name,status", id="one-endless-line"),
    ],
)
def test_a_header_line_without_email_is_told(tmp_path: Path, content: str, line: int, hint: str) -> None:
    said = refusal(tmp_path, content)

    assert (
        said
        == f"subscribers.csv:{line}: the header line has no column 'email'; {hint} (if it is no CSV at all, {CSV_UTF8})"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param('email,name\na@x.org,A\nb@x.org,"B\nc@x.org,C\n', 3, id="unclosed-quote"),
        pytest.param('email,name\na@x.org,A\nb@x.org,"B"x\n', 3, id="text-after-quote"),
        pytest.param('email,name\na@x.org,"' + "x" * 200_000 + '"\n', 2, id="endless-cell"),
    ],
)
def test_broken_quoting_is_told_where_it_begins(tmp_path: Path, content: str, line: int) -> None:
    said = refusal(tmp_path, content)

    assert said.startswith(f"subscribers.csv:{line}: is no CSV from here on (")
    assert said.endswith(f"; look for a quotation mark that is not closed, and {CSV_UTF8}")


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PprmailError) as caught:
        list(read_list(tmp_path / "subscribers.csv", "subscribers.csv"))

    assert str(caught.value) == (
        "subscribers.csv: there is no such file; put the list there, "
        "or name another under [subscribers] in pprmail.toml or with --subscribers"
    )


def test_a_list_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(PprmailError) as caught:
        list(read_list(tmp_path, "subscribers.csv"))

    assert str(caught.value) == (
        "subscribers.csv: cannot be read (Is a directory); close it in Excel and other programs, and check its permissions"
    )


HEADERS = st.sampled_from(
    ["", "email\n", "email,name,status\n", "sep=;\nemail;name\n", 'sep="\nemail"name\n', "\ufeff"]
)


@given(
    header=HEADERS,
    content=st.one_of(st.binary(max_size=200), st.text('aé@.,;\t"\r\n\0 =\u2028', max_size=80).map(str.encode)),
    sep=st.one_of(st.just(""), st.characters(codec="utf-8").map(lambda one: f"sep={one}\nemail{one}name\n")),
    encoding=st.sampled_from(["", "cp1252", "utf-16", "utf-32", "utf-7", "idna", "punycode", "ascii"]),
)
def test_reading_raises_nothing_but_sentences(header: str, content: bytes, sep: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "subscribers.csv"
        path.write_bytes((sep + header).encode() + content)

        found: Any
        try:
            found = list(read_list(path, "subscribers.csv", encoding))
        except PprmailError as error:
            found = str(error)

        assert isinstance(found, list) or found.startswith("subscribers.csv:")


def test_mailchimps_times_of_leaving_and_bouncing_are_unsubscribed(tmp_path: Path) -> None:
    content = (
        "Email Address,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,CLEAN_TIME\n"
        "ada@example.org,2020-01-01 10:00:00,May,NORMAL,\nbea@example.org,,,,2020-01-01\ncem@example.org, ,,,\ndag@example.org\n"
    )

    rows = read(tmp_path, content)

    assert [row.status for row in rows] == ["unsubscribed", "unsubscribed", "", ""]


def test_a_status_overrules_the_times_of_leaving(tmp_path: Path) -> None:
    rows = read(tmp_path, "email,status,unsub_time\nada@example.org,subscribed,2020-01-01\n")

    assert [row.status for row in rows] == ["subscribed"]


@pytest.mark.parametrize("header", ["email,Email", "E-Mail,name,Email Address", "email,status,Status"])
def test_two_columns_of_one_meaning_are_refused(tmp_path: Path, header: str) -> None:
    column = "status" if "status" in header else "email"

    assert refusal(tmp_path, f"{header}\na@x.org,b,c\n") == (
        f"subscribers.csv:1: two columns are called {column!r}; keep the one that counts, and rename the other"
    )


@pytest.mark.parametrize(
    "name",
    ["statsu", "stauts", "state us", "subscription status", "Statut", "Subscribed", "unsubscribed", "Unsubscribed at",
     "subscriber status", "unsub"],
)  # fmt: skip
def test_a_column_that_may_mean_status_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, f"email,{name}\na@x.org,no\n") == (
        f"subscribers.csv:1: the column {name.casefold()!r} may say who has unsubscribed; "
        "call the column 'status', or take it out"
    )


@pytest.mark.parametrize(
    "name",
    ["state", "State/Province", "UNSUB_TIME", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON_OTHER", "subscriber id", "subscriber_key",
     "subscribed at", "subscription date", "city"],
)  # fmt: skip
def test_a_column_that_only_sounds_like_status_is_left_alone(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"email,{name}\na@x.org,\n") == [Row(line=2, email="a@x.org")]


def test_a_column_beside_status_may_be_called_anything(tmp_path: Path) -> None:
    assert read(tmp_path, "email,status,unsubscribed\na@x.org,pending,x\n") == [Row(2, "a@x.org", status="pending")]


def test_another_separator_is_told_as_such(tmp_path: Path) -> None:
    assert refusal(tmp_path, "email|name\na@x.org|Ada\n") == (
        "subscribers.csv:1: the header line has no column 'email'; put a comma, a semicolon or a tab between the columns "
        "(if it is no CSV at all, save it in Excel as 'CSV UTF-8')"
    )


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("email,name\n", True), ("\nsep=;\nE-Mail;status", True), ("email\nada@example.org\n", False), ("email,,\n", False),
        ("ada@example.org,bea@example.org\n", False), ("Please take out: ada@example.org, thanks", False), ("", False),
    ],
)  # fmt: skip
def test_a_lists_header_is_known_by_its_columns(text: str, *, is_one: bool) -> None:
    assert is_list_header(text) is is_one
