from __future__ import annotations

import mailbox
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.audience.leaving import Requests, is_mail, pasted_text, read_mail, read_pasted, read_word
from pprmail.audience.tokens import TOKEN, Signer

if TYPE_CHECKING:
    from pathlib import Path

TOKEN_OF_ADA = Signer(b"a-key-for-tests-0123456789", "pprnet").token("ada@example.org")
FOREIGN_TOKEN = "F" * 32


def is_ours(token: str) -> bool:
    return token == TOKEN_OF_ADA


def mail(
    subject: str = "Unsubscribe",
    body: str = "",
    sender: str = "Ada <ada@example.org>",
    to: str = "unsubscribe@example.org",
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(body)
    return message


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("ada@example.org", Requests(addresses=("ada@example.org",))),
        ("Ada@EXAMPLE.org", Requests(addresses=("Ada@example.org",))),
        ("mailto:ada@example.org", Requests(addresses=("ada@example.org",))),
        ("Ada Lovelace <ada@example.org>", Requests(addresses=("ada@example.org",))),
        (TOKEN_OF_ADA, Requests(tokens=(TOKEN_OF_ADA,))),
        (f"https://lists.example.org/u/{TOKEN_OF_ADA}", Requests(tokens=(TOKEN_OF_ADA,))),
        (f"https://lists.example.org/u/{TOKEN_OF_ADA}/", Requests(tokens=(TOKEN_OF_ADA,))),
        ("ada", None),
        ("ada@", None),
        ("@example.org", None),
        ("", None),
    ],
    ids=repr,
)
def test_a_word_is_an_address_a_token_or_nothing(word: str, found: Requests | None) -> None:
    assert read_word(word) == found


def test_pasted_text_gives_its_addresses_and_tokens_and_tells_what_is_neither() -> None:
    text = f"""\
ada@example.org
"Bea B." <bea@example.org>; cem@example.org,
* mailto:dag@example.org.
https://lists.example.org/u/{TOKEN_OF_ADA}
some words
eve@example
"""

    found = read_pasted(text, "paste.txt")

    assert found == Requests(
        addresses=("ada@example.org", "bea@example.org", "cem@example.org", "dag@example.org"),
        tokens=(TOKEN_OF_ADA,),
        ignored=("paste.txt:6: 'eve@example' is no address",),
    )


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        pytest.param(mail().as_bytes(), True, id="mail"),
        pytest.param(b"\xef\xbb\xbf\r\n" + mail().as_bytes(), True, id="bom-and-blank-line"),
        pytest.param(b"From ada Mon Aug  3 2020\n" + mail().as_bytes(), True, id="mailbox"),
        pytest.param(b"Subject: please remove\n", False, id="one-field"),
        pytest.param(b"ada@example.org\nFrom: To: here\n", False, id="list"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_a_mail_is_known_by_its_first_lines(content: bytes, *, is_one: bool) -> None:
    assert is_mail(content) is is_one


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail("Unsubscribe"), id="subject"),
        pytest.param(mail("RE: PPRNet Blog", "Please remove me.\n"), id="body"),
        pytest.param(mail("opt-out"), id="opt-out"),
        pytest.param(mail("désabonnement"), id="french"),
        pytest.param(mail("Hello", "unsubscribe\n\nOn 14 Aug 2020, PPRNet wrote:\n> text\n"), id="above-the-quoted"),
        pytest.param(mail(f"Unsubscribe {FOREIGN_TOKEN}"), id="a-token-that-is-not-ours"),
    ],
)
def test_a_mail_that_asks_to_leave_names_its_sender(message: EmailMessage) -> None:
    assert read_mail(message.as_bytes(), "a.eml", is_ours) == Requests(addresses=("ada@example.org",))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail(f"Unsubscribe {TOKEN_OF_ADA}", sender="other@example.org"), id="subject"),
        pytest.param(mail(TOKEN_OF_ADA), id="nothing-else"),
        pytest.param(mail(f"Re: {'very ' * 20}{TOKEN_OF_ADA}"), id="folded"),
        pytest.param(mail("hi", to=f"unsubscribe+{TOKEN_OF_ADA}@example.org"), id="recipient"),
    ],
)
def test_a_token_names_its_reader_whoever_sent_the_mail(message: EmailMessage) -> None:
    assert read_mail(message.as_bytes(), "a.eml", is_ours) == Requests(tokens=(TOKEN_OF_ADA,))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(mail("Out of office", "I am away.\n"), id="out-of-office"),
        pytest.param(mail("Re: issue", "Thanks!\n> To unsubscribe, follow this link\n"), id="only-the-quoted-asks"),
        pytest.param(
            mail("Re: issue", "Thanks!\n\n-----Original Message-----\nunsubscribe\n"), id="only-the-original-asks"
        ),
        pytest.param(mail(""), id="empty"),
    ],
)
def test_a_mail_that_does_not_ask_is_left_out_and_told(message: EmailMessage) -> None:
    assert read_mail(message.as_bytes(), "a.eml", is_ours) == Requests(ignored=("a.eml: does not ask to leave",))


def test_a_mail_without_a_sender_is_told() -> None:
    found = read_mail(b"Subject: unsubscribe\nTo: x@example.org\n\n", "a.eml", is_ours)

    assert found.addresses == ()
    assert found.ignored[0].startswith("a.eml: has no sender's address that can be read (")


def test_a_mail_saved_with_a_blank_first_line_is_read() -> None:
    content = b"\xef\xbb\xbf\r\n" + mail().as_bytes()

    assert read_mail(content, "a.eml", is_ours) == Requests(addresses=("ada@example.org",))


def test_every_message_of_a_mailbox_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "leave.mbox")
    for message in (
        mail("Unsubscribe"),
        mail("Hello", "Good news:\n\nFrom now on I read you.\n", "bea@example.org"),
        mail("remove me", sender="cem@example.org"),
    ):
        box.add(message)
    box.close()

    found = read_mail((tmp_path / "leave.mbox").read_bytes(), "leave.mbox", is_ours)

    assert found == Requests(
        addresses=("ada@example.org", "cem@example.org"), ignored=("leave.mbox (message 2): does not ask to leave",)
    )


@given(
    start=st.sampled_from([b"", b"From ", b"From a\n", b"From: ", b"Subject: unsubscribe\nFrom: "]),
    content=st.one_of(st.binary(max_size=200), st.text('From: <>@"\\=?utf-8bq\r\n;,.() ', max_size=80).map(str.encode)),
)
def test_no_content_is_too_odd_to_be_read(start: bytes, content: bytes) -> None:
    raw = start + content

    found = read_mail(raw, "a.eml", is_ours) if is_mail(raw) else read_mail(raw, "b", bool)
    pasted = read_pasted(raw.decode("utf-8", "replace"), "c")

    assert all("@" in address for address in found.addresses + pasted.addresses)
    assert all(TOKEN.fullmatch(token) for token in found.tokens + pasted.tokens)


@pytest.mark.parametrize(
    ("header", "value"),
    [("Auto-Submitted", "auto-replied"), ("Auto-Submitted", "auto-generated; x=y"), ("X-Autoreply", "yes"), ("X-Autorespond", "Re")],
)  # fmt: skip
def test_an_automatic_reply_is_no_request(header: str, value: str) -> None:
    message = mail(subject=f"Re: Unsubscribe {TOKEN_OF_ADA}")
    message[header] = value

    found = read_mail(message.as_bytes(), "x.eml", is_ours)

    assert found == Requests(ignored=("x.eml: is an automatic reply",))


@pytest.mark.parametrize("sender", ["Mail <MAILER-DAEMON@example.org>", "postmaster@example.org"])
def test_a_mail_servers_message_is_no_request(sender: str) -> None:
    found = read_mail(mail(sender=sender).as_bytes(), "x.eml", is_ours)

    assert found == Requests(ignored=("x.eml: is an automatic reply",))


def test_a_report_is_no_request() -> None:
    content = (
        b"From: ada@example.org\nSubject: Unsubscribe\nContent-Type: multipart/report; boundary=b\n\n"
        b"--b\n\nunsubscribe\n--b--\n"
    )

    assert read_mail(content, "x.eml", is_ours) == Requests(ignored=("x.eml: is an automatic reply",))


def test_a_person_may_say_that_no_machine_wrote() -> None:
    message = mail()
    message["Auto-Submitted"] = "no"

    assert read_mail(message.as_bytes(), "x.eml", is_ours) == Requests(addresses=("ada@example.org",))


@pytest.mark.parametrize(
    "body",
    ["Please do not unsubscribe me!", "don't unsubscribe me", "I don\u2019t want to unsubscribe.", "Ne me d\u00e9sabonnez pas.",
     "Please don't remove me", "stop by any time", "Never stop\nyour work"],
)  # fmt: skip
def test_who_wants_to_stay_stays(body: str) -> None:
    found = read_mail(mail("Re: August", body).as_bytes(), "x.eml", is_ours)

    assert found == Requests(ignored=("x.eml: does not ask to leave",))


@pytest.mark.parametrize(
    "body", ["STOP", "Hello,\n stop. \nAda", "Do not unsubscribe Bea. Unsubscribe me.", "Why don't you unsubscribe me?"]
)
def test_who_wants_to_leave_leaves(body: str) -> None:
    found = read_mail(mail("Re: August", body).as_bytes(), "x.eml", is_ours)

    assert found == Requests(addresses=("ada@example.org",))


@pytest.mark.parametrize(
    ("html", "asks"),
    [
        ("<p>Please <b>un</b>subscribe&nbsp;me</p>", True),
        ("<div>Hello</div>STOP<br>Ada", True),
        ("<p>remove\n me</p>", True),
        ("<style>unsubscribe</style><p>Thanks</p>", False),
        ("<p>Thanks</p><blockquote><p>unsubscribe</p></blockquote>", False),
        ("<p>Thanks</p><div>On Friday, Bea wrote:</div><div>unsubscribe</div>", False),
    ],
)
def test_a_mail_of_html_alone_is_understood(html: str, *, asks: bool) -> None:
    message = mail("Re: August")
    message.set_content(html, subtype="html")

    found = read_mail(message.as_bytes(), "x.eml", is_ours)

    assert found.addresses == (("ada@example.org",) if asks else ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_pasted_text_is_read_by_its_byte_order_mark(encoding: str) -> None:
    assert pasted_text("ada@example.org ü".encode(encoding)) == "ada@example.org ü"
