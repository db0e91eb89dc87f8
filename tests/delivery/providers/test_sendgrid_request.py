from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batches import ADA, BEA, NOW, batch, sealed_mail
from conftest import KEY
from pprmail.audience.tokens import Signer
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.providers.sendgrid.request import RequestWriter
from pprmail.delivery.schedule import Schedule
from pprmail.delivery.seal import SealedMail
from pprmail.marks import NAME_HTML, NAME_TEXT, UNSUBSCRIBE_HTML, UNSUBSCRIBE_TEXT
from pprmail.model import Subscriber
from pprmail.rehearsal.standin.mail_send_schema import faults

if TYPE_CHECKING:
    from typing import Any

    from conftest import Newsletter

SIGNER = Signer(KEY.encode(), "pprnet")
SEALED = SealedMail(
    issue="2020-08",
    newsletter_id="pprnet",
    newsletter_title="Blogue d’été",
    language="fr",
    list_domain="blog.example.org",
    subject="Août 2020",
    html=f'<p>Dear {NAME_HTML}: <a href="{UNSUBSCRIBE_HTML}">leave</a></p>',
    text=f"Dear {NAME_TEXT}: leave by {UNSUBSCRIBE_TEXT}",
    sender_name="Blogue d’été",
    sender_address="newsletter@example.org",
    reply_to="editor@example.org",
    unsubscribe_owner="service",
    unsubscribe_service_url="https://lists.example.org",
    unsubscribe_mailto="unsubscribe@example.org",
    archive_url="https://blog.example.org/",
)


def request(sealed: SealedMail = SEALED, *subscribers: Subscriber, test: bool = False) -> dict[str, Any]:
    made = json.loads(RequestWriter(sealed, SIGNER, test=test).write(batch(*(subscribers or (ADA,)))))
    as_sent: dict[str, Any] = json.loads(json.dumps(made))
    return as_sent


def test_a_schedule_adds_its_time_and_slot_and_changes_no_other_byte() -> None:
    time = datetime(2020, 8, 16, 9, 30, 59, 999999, tzinfo=timezone(timedelta(hours=2)))
    writers = RequestWriter(SEALED, SIGNER), RequestWriter(SEALED, SIGNER, schedule=Schedule(time, 'a "slot"'))

    plain, scheduled = (writer.write(batch(ADA, BEA)) for writer in writers)

    added = b'"send_at": 1597563059, "batch_id": "a \\"slot\\"", '
    before, found, after = scheduled.partition(added)
    assert found == added
    assert before + after == plain


def test_the_whole_request() -> None:
    token = SIGNER.token(ADA.address)
    link = f"https://lists.example.org/u/{token}"

    assert request() == {
        "personalizations": [
            {
                "to": [{"email": "ada@example.org", "name": "Ada"}],
                "custom_args": {"pprmail_recipient": SIGNER.letter_id("2020-08", ADA.address)},
                "substitutions": {
                    UNSUBSCRIBE_HTML: link,
                    UNSUBSCRIBE_TEXT: link,
                    NAME_HTML: "Ada",
                    NAME_TEXT: "Ada",
                },
                "headers": {
                    "List-Unsubscribe": f"<{link}>, <mailto:unsubscribe@example.org?subject={token}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
            }
        ],
        "from": {"email": "newsletter@example.org", "name": "Blogue d’été"},
        "reply_to": {"email": "editor@example.org"},
        "subject": "Août 2020",
        "content": [
            {"type": "text/plain", "value": SEALED.text},
            {"type": "text/html", "value": SEALED.html},
        ],
        "headers": {
            "List-Id": "=?utf-8?b?QmxvZ3VlIGTigJnDqXTDqQ==?= <pprnet.blog.example.org>",
            "List-Archive": "<https://blog.example.org/>",
            "Content-Language": "fr",
        },
        "categories": ["pprnet"],
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "custom_args": {"pprmail_issue": "2020-08", "pprmail_batch": "1", "pprmail_attempt": "a1"},
    }
    assert faults(request()) == []


def test_each_recipient_has_a_personalization_of_their_own() -> None:
    made = request(SEALED, ADA, BEA)["personalizations"]

    assert [one["to"] for one in made] == [
        [{"email": "ada@example.org", "name": "Ada"}],
        [{"email": "bea@example.org", "name": "Bea"}],
    ]


def test_a_letter_has_the_token_and_the_id_that_every_provider_gives_it(newsletter: Newsletter) -> None:
    writer = LetterWriter(sealed_mail(newsletter), NOW, KEY.encode())

    (made,) = request(sealed_mail(newsletter))["personalizations"]

    letter = writer.write(ADA)
    assert made["custom_args"]["pprmail_recipient"] == letter.id
    assert SIGNER.token(ADA.address).encode() in letter.content
    assert SIGNER.token(ADA.address) in made["headers"]["List-Unsubscribe"]


def test_who_has_no_name_is_addressed_without_one() -> None:
    (made,) = request(SEALED, Subscriber("ada@example.org"))["personalizations"]

    assert made["to"] == [{"email": "ada@example.org"}]
    assert made["substitutions"][NAME_TEXT] == ""


def test_only_marks_that_the_bodies_hold_are_substituted() -> None:
    sealed = replace(SEALED, html="<p>mail</p>", text=f"leave by {UNSUBSCRIBE_TEXT}")

    (made,) = request(sealed)["personalizations"]

    assert list(made["substitutions"]) == [UNSUBSCRIBE_TEXT]


def test_mail_without_marks_has_no_substitutions() -> None:
    (made,) = request(replace(SEALED, html="<p>mail</p>", text="mail"))["personalizations"]

    assert "substitutions" not in made


def test_values_are_escaped_for_html_alone() -> None:
    sealed = replace(SEALED, unsubscribe_owner="reply", unsubscribe_mailto="a&b@example.org")

    (made,) = request(sealed, Subscriber("ada@example.org", "Ada & <Co>"))["personalizations"]

    token = SIGNER.token(ADA.address)
    assert made["substitutions"] == {
        UNSUBSCRIBE_HTML: f"mailto:a%26b@example.org?subject={token}",
        UNSUBSCRIBE_TEXT: f"mailto:a%26b@example.org?subject={token}",
        NAME_HTML: "Ada &amp; &lt;Co&gt;",
        NAME_TEXT: "Ada & <Co>",
    }


def test_who_leaves_by_reply_has_no_one_click() -> None:
    (made,) = request(replace(SEALED, unsubscribe_owner="reply"))["personalizations"]

    token = SIGNER.token(ADA.address)
    assert made["headers"] == {"List-Unsubscribe": f"<mailto:unsubscribe@example.org?subject={token}>"}


def test_who_leaves_by_the_provider_has_its_link_in_both_bodies_and_no_header_of_ours() -> None:
    made = request(replace(SEALED, unsubscribe_owner="provider", unsubscribe_service_url="", unsubscribe_mailto=""))

    assert made["tracking_settings"]["subscription_tracking"] == {
        "enable": True,
        "substitution_tag": "%%pprmail_leave%%",
    }
    assert [part["value"] for part in made["content"]] == [
        f"Dear {NAME_TEXT}: leave by %%pprmail_leave%%",
        f'<p>Dear {NAME_HTML}: <a href="%%pprmail_leave%%">leave</a></p>',
    ]
    assert list(made["personalizations"][0]["substitutions"]) == [NAME_HTML, NAME_TEXT]
    assert "headers" not in made["personalizations"][0]
    assert faults(made) == []


def test_the_providers_tag_is_one_that_the_mail_does_not_hold() -> None:
    sealed = replace(SEALED, unsubscribe_owner="provider", text=f"%%pprmail_leave%% {UNSUBSCRIBE_TEXT}")

    made = request(sealed)

    assert made["content"][0]["value"] == "%%pprmail_leave%% %%pprmail_leave2%%"


def test_a_test_mail_is_marked_and_unsubscribes_nobody() -> None:
    made = request(test=True)

    (one,) = made["personalizations"]
    assert made["subject"] == "[Test] Août 2020"
    assert SIGNER.token(ADA.address, test=True) in one["headers"]["List-Unsubscribe"]
    assert SIGNER.token(ADA.address) not in json.dumps(made)
    assert one["custom_args"]["pprmail_recipient"] == SIGNER.letter_id(f"test {SEALED.sha256}", ADA.address)


def test_a_long_title_stays_on_one_line() -> None:
    made = request(replace(SEALED, newsletter_title="Recherche et pratique de la psychothérapie " * 4))

    assert "\n" not in made["headers"]["List-Id"]
    assert made["headers"]["List-Id"].isascii()
    assert faults(made) == []


def test_addresses_in_headers_are_ascii() -> None:
    sealed = replace(
        SEALED, unsubscribe_service_url="https://lists.example.org/été", archive_url="https://blog.example.org/été/"
    )

    made = request(sealed)

    (one,) = made["personalizations"]
    assert made["headers"]["List-Archive"] == "<https://blog.example.org/%C3%A9t%C3%A9/>"
    assert one["headers"]["List-Unsubscribe"].startswith("<https://lists.example.org/%C3%A9t%C3%A9/u/u")


@pytest.mark.parametrize(
    ("name", "addressed", "read"),
    [
        pytest.param("Smith, Ada; PhD", "Smith Ada PhD", "Smith, Ada; PhD", id="comma-and-semicolon"),
        pytest.param("Ada\r\nBcc: x\x00\x85", "Ada Bcc: x", "Ada Bcc: x", id="control-characters"),
        pytest.param("Ada\u2028Lovelace", "Ada Lovelace", "Ada Lovelace", id="line-separator"),
        pytest.param("Ada \ud800", "Ada", "Ada", id="half-a-surrogate-pair"),
        pytest.param("Zoë Ångström", "Zoë Ångström", "Zoë Ångström", id="letters-beyond-ascii"),
        pytest.param(UNSUBSCRIBE_TEXT, *("% %pprmail_unsubscribe_text% %",) * 2, id="a-mark"),
        pytest.param("%%%pprmail_leave%%%", *("% % %pprmail_leave% % %",) * 2, id="marks-within-percent-signs"),
        pytest.param(";,", None, ";,", id="nothing-left"),
        pytest.param("A" * 300, "A" * 200, "A" * 200, id="endless"),
    ],
)
def test_names_as_people_type_them(name: str, addressed: str | None, read: str) -> None:
    (made,) = request(SEALED, Subscriber("ada@example.org", name))["personalizations"]

    assert made["to"][0].get("name") == addressed
    assert made["substitutions"][NAME_TEXT] == read


@given(st.lists(st.text(st.characters()), min_size=1, max_size=5))
def test_whatever_the_names_hold_sendgrid_takes_the_request(names: list[str]) -> None:
    made = request(SEALED, *(Subscriber(f"reader{number}@example.org", name) for number, name in enumerate(names)))

    assert faults(made) == []
    assert not any(
        "%%" in one["substitutions"][mark] for one in made["personalizations"] for mark in (NAME_HTML, NAME_TEXT)
    )
