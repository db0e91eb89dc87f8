from __future__ import annotations

import email
import re
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.plans import NOW, sealed_mail
from pprmail.audience.tokens import Signer
from pprmail.delivery.messages import LetterWriter, address_header, encode_text, encode_value, text_header
from pprmail.marks import MARK, NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT, fill, personal_values
from pprmail.model import Subscriber

if TYPE_CHECKING:
    from email.message import EmailMessage

    from pprmail.delivery.seal import SealedMail

KEY = b"a-key-for-tests-0123456789"
SIGNER = Signer(KEY, "pprnet")
SEALED = replace(
    sealed_mail(),
    html=f"<p>Dear {NAME_HTML}</p>\n<a href='{UNSUBSCRIBE_HTML}'>Leave</a>\n",
    text=f"Dear {NAME_TEXT}\n-- \n{UNSUBSCRIBE_TEXT}\n",
    slugs={},
)
ADA = Subscriber("ada@example.org", "Ada")
ONCE = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Archive", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Content-Language", "MIME-Version", "Content-Type",
)  # fmt: skip

# What trips mail up: "From " and dots at a line's start, spaces at its end, "=", long words, four-byte and right-to-left characters
PIECES = st.one_of(
    st.sampled_from(
        ["From ", "\nFrom me\n", "\n.\n", "..", " \n", "\t\n", "=", "=20", "=\n", "--=_pprmail_", "\n--\n", "-- \n", "\n\n",
         "x" * 200, "ü" * 80, "🙂" * 30, "שלום עולם", "مرحبا", "e\u0301", "%%", "%%pprmail_", "a", " ", "&<>\"'", "\u2028", "\x85"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=90),
)  # fmt: skip
ONE_LINE = st.lists(PIECES, max_size=6).map("".join).map(lambda text: re.sub(r"[\n\t\x85\u2028\u2029]", " ", text))
NAMES = ONE_LINE.map(lambda text: text.strip()[:200])
SUBJECTS = ONE_LINE.map(str.strip).filter(bool)


def bodies(name_mark: str, unsubscribe_mark: str) -> st.SearchStrategy[str]:
    marks = st.sampled_from([name_mark, unsubscribe_mark])
    return st.lists(st.one_of(PIECES, marks), max_size=12).map("".join)


def parse(content: bytes) -> EmailMessage:
    """The message, by the parser that raises for every defect it knows."""
    return email.message_from_bytes(content, policy=policy.strict)


def reader(content: bytes) -> tuple[str, str]:
    """The name and the address in To.

    Python's newer parser puts a space between two encoded words of one name (cpython 128110); its older one does not.
    """
    name, address = parseaddr(email.message_from_bytes(content)["To"].replace("\r\n", ""))
    return str(make_header(decode_header(name))), address


def decoded(message: EmailMessage) -> list[tuple[str, str]]:
    """Each part's type and its text, line ends as in the source."""
    return [
        (part.get_content_type(), (part.get_payload(decode=True) or b"").decode().replace("\r\n", "\n"))  # type: ignore[union-attr]
        for part in message.iter_parts()
    ]


def write(sealed: SealedMail = SEALED, recipient: Subscriber = ADA, *, test: bool = False) -> bytes:
    return LetterWriter(sealed, NOW, KEY, test=test).write(recipient).content


LETTER = """\
From: PPRNet Blog <newsletter@example.org>
To: Ada <ada@example.org>
Reply-To: editor@example.org
Subject: August 2020
Date: Fri, 14 Aug 2020 12:00:00 +0000
Message-ID: <2020-08.345a8ae6cc6339e76e35654f@example.org>
List-Id: PPRNet Blog <pprnet.blog.example.org>
List-Archive: <https://blog.example.org/>
List-Unsubscribe:
 <https://lists.example.org/u/unQU1EQmEIFjPFzrCfs9tzRRM1CBPaDef>,
 <mailto:unsubscribe@example.org?subject=unQU1EQmEIFjPFzrCfs9tzRRM1CBPaDef>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Language: en
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_pprmail_721d8481e0bf3c3bb75ecdcb"

--=_pprmail_721d8481e0bf3c3bb75ecdcb
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Dear=20=
Ada=

--=20
=
https://lists.example.org/u/unQU1EQmEIFjPFzrCfs9tzRRM1CBPaDef=


--=_pprmail_721d8481e0bf3c3bb75ecdcb
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Dear=20=
Ada=
</p>
<a href=3D'=
https://lists.example.org/u/unQU1EQmEIFjPFzrCfs9tzRRM1CBPaDef=
'>Leave</a>

--=_pprmail_721d8481e0bf3c3bb75ecdcb--
"""


def test_a_letter_is_this() -> None:
    assert write().decode() == LETTER.replace("\n", "\r\n")


@settings(max_examples=60, deadline=None)
@given(
    subject=SUBJECTS,
    name=NAMES,
    html=bodies(NAME_HTML, UNSUBSCRIBE_HTML),
    text=bodies(NAME_TEXT, UNSUBSCRIBE_TEXT),
)
def test_every_letter_is_a_message_without_defects(subject: str, name: str, html: str, text: str) -> None:
    sealed, recipient = replace(SEALED, subject=subject, html=html, text=text), ADA._replace(name=name)

    content = write(sealed, recipient)

    message = parse(content)
    values = personal_values(name, sealed.unsubscribe_url(SIGNER.token(ADA.address)))
    assert decoded(message) == [("text/plain", fill(text, values)), ("text/html", fill(html, values))]
    assert [message.get_all(header, []) and len(message.get_all(header, [])) for header in ONCE] == [1] * len(ONCE)
    assert message["Subject"] == subject
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]
    assert reader(content) == (name.strip(), "ada@example.org")
    assert not [part.defects for part in message.walk() if part.defects]
    assert not [value for value in message.values() if value.defects]
    assert write(sealed, recipient) == content


@settings(max_examples=60, deadline=None)
@given(
    subject=SUBJECTS,
    name=NAMES,
    html=bodies(NAME_HTML, UNSUBSCRIBE_HTML),
    text=bodies(NAME_TEXT, UNSUBSCRIBE_TEXT),
)
def test_every_line_has_the_length_and_the_end_that_mail_wants(subject: str, name: str, html: str, text: str) -> None:
    content = write(replace(SEALED, subject=subject, html=html, text=text), ADA._replace(name=name))

    lines = content.split(b"\r\n")
    head, body = lines[: lines.index(b"")], lines[lines.index(b"") :]
    assert content.isascii()
    assert b"\0" not in content
    assert not [line for line in lines if b"\r" in line or b"\n" in line]
    assert max(len(line) for line in head) <= 78
    assert max(len(line) for line in body) <= 76
    assert not [line for line in body if line.startswith(b"From ")]
    assert not [line for line in body if line.endswith((b" ", b"\t"))]
    assert lines[-1] == b""


@pytest.mark.parametrize(
    "name",
    ["=?utf-8?q?Boss?=", 'Ada "the first" \\', "Lovelace, Ada", "<bea@example.org>", "A" * 200, "a b " * 50, "Ada; Bea:", "@"],
    ids=lambda name: name[:20],
)  # fmt: skip
def test_a_name_that_looks_like_something_else_stays_a_name(name: str) -> None:
    content = write(recipient=Subscriber("ada@example.org", name.strip()))

    assert reader(content) == (name.strip(), "ada@example.org")


@pytest.mark.parametrize("subject", ["=?utf-8?b?SGk=?=", "x" * 300, "a,b;c " * 40, "R&D – χ² d = −0.31"], ids=repr)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    content = write(replace(SEALED, subject=subject.strip()))

    assert parse(content)["Subject"] == subject.strip()
    assert max(len(line) for line in content.partition(b"\r\n\r\n")[0].split(b"\r\n")) <= 78


def test_a_value_that_looks_like_a_mark_stays_as_it_is() -> None:
    message = parse(write(recipient=Subscriber("ada@example.org", UNSUBSCRIBE_TEXT)))

    assert decoded(message)[0][1].startswith(f"Dear {UNSUBSCRIBE_TEXT}\n")


def test_no_two_letters_of_a_mailing_are_alike_and_each_stays_the_same() -> None:
    writer = LetterWriter(SEALED, NOW, KEY)
    readers = [Subscriber(f"reader{number}@example.org") for number in range(100)]

    first, again = (
        [writer.write(one) for one in readers],
        [LetterWriter(SEALED, NOW, KEY).write(one) for one in readers],
    )

    assert first == again
    assert len({letter.id for letter in first}) == 100
    assert len({parse(letter.content)["Message-ID"] for letter in first}) == 100
    assert all(letter.id == writer.letter_id(one) for letter, one in zip(first, readers, strict=True))


def test_the_message_id_is_the_letters_at_the_senders_domain() -> None:
    letter = LetterWriter(SEALED, NOW, KEY).write(ADA)

    assert parse(letter.content)["Message-ID"] == f"<2020-08.{letter.id}@example.org>"


def test_a_new_seal_of_the_same_issue_keeps_the_letters_names() -> None:
    other = LetterWriter(replace(SEALED, subject="Mended"), NOW, KEY)

    assert other.letter_id(ADA) == LetterWriter(SEALED, NOW, KEY).letter_id(ADA)


def test_a_test_mail_is_marked_and_hides_no_issue() -> None:
    real, test, mended = write(), write(test=True), write(replace(SEALED, subject="Mended"), test=True)

    found = [parse(content) for content in (real, test, mended)]

    assert [one["Subject"] for one in found] == ["August 2020", "[Test] August 2020", "[Test] Mended"]
    assert len({one["Message-ID"] for one in found}) == 3
    token = found[1]["List-Unsubscribe"].partition("/u/")[2].partition(">")[0]
    read = SIGNER.read(token)
    assert read is not None
    assert read.is_test


@pytest.mark.parametrize(
    ("owner", "fields"),
    [
        pytest.param(
            "service",
            ["<https://lists.example.org/u/TOKEN>, <mailto:unsubscribe@example.org?subject=TOKEN>", "List-Unsubscribe=One-Click"],
            id="service",
        ),
        pytest.param("reply", ["<mailto:unsubscribe@example.org?subject=TOKEN>", None], id="reply"),
    ],
)  # fmt: skip
def test_mail_programs_are_told_how_a_reader_leaves(owner: str, fields: list[str | None]) -> None:
    message = parse(write(replace(SEALED, unsubscribe_owner=owner)))

    found = [message["List-Unsubscribe"].strip(), message["List-Unsubscribe-Post"]]

    token = SIGNER.token(ADA.address)
    assert found == [field.replace("TOKEN", token) if field else None for field in fields]


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        ("", "To: ada@example.org"),
        ("  ", "To: ada@example.org"),
        ("Ada", "To: Ada <ada@example.org>"),
        ("Ada  L", 'To: "Ada  L" <ada@example.org>'),
        (" Ada L. ", 'To: "Ada L." <ada@example.org>'),
        ('Ada "A" \\', 'To: "Ada \\"A\\" \\\\" <ada@example.org>'),
        ("Zoë", "To: =?utf-8?q?Zo=C3=AB?= <ada@example.org>"),
        ("A" * 59, f"To: {'A' * 59}\r\n <ada@example.org>"),
    ],
    ids=lambda text: text[:12],
)
def test_an_address_is_written_with_its_name(phrase: str, line: str) -> None:
    assert address_header("To", phrase, "ada@example.org").decode() == f"{line}\r\n"


def test_a_list_without_a_title_is_named_in_angle_brackets() -> None:
    assert address_header("List-Id", "", "pprnet.example.org") == b"List-Id: <pprnet.example.org>\r\n"


@given(value=SUBJECTS)
def test_a_header_of_text_is_one_field(value: str) -> None:
    header = text_header("Subject", value)

    assert re.fullmatch(rb"Subject: [^\r\n]*\r\n(?: [^\r\n]*\r\n)*", header)


@given(text=bodies(NAME_TEXT, UNSUBSCRIBE_TEXT))
def test_text_and_values_survive_their_encoding(text: str) -> None:
    import quopri

    encoded, value = encode_text(text), encode_value(text)

    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == text
    assert quopri.decodestring(value).decode().replace("\r\n", "\n") == text
    assert value.endswith(b"=\r\n") or not text


def test_no_mark_is_left_in_a_letter() -> None:
    assert not [part for _, part in decoded(parse(write())) if MARK.search(part)]
