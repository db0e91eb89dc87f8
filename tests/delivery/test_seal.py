from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from pprmail.delivery.seal import SealedMail, seal_mail

if TYPE_CHECKING:
    from conftest import Newsletter


@pytest.fixture
def sealed(newsletter: Newsletter) -> SealedMail:
    return seal_mail(newsletter.settings, "2020-08", "Does it help? – χ²", "<p>“Zoë” 🙂</p>", "“Zoë” 🙂\n")


def test_the_seal_holds_all_that_a_message_is_made_of(sealed: SealedMail) -> None:
    assert sealed == SealedMail(
        issue="2020-08",
        newsletter_id="pprnet",
        newsletter_title="PPRNet Blog",
        language="en",
        list_domain="blog.example.org",
        subject="Does it help? – χ²",
        html="<p>“Zoë” 🙂</p>",
        text="“Zoë” 🙂\n",
        sender_name="PPRNet Blog",
        sender_address="newsletter@example.org",
        reply_to="editor@example.org",
        unsubscribe_owner="service",
        unsubscribe_service_url="https://lists.example.org",
        unsubscribe_mailto="unsubscribe@example.org",
        archive_url="https://blog.example.org/",
    )


def test_what_was_sealed_comes_back_the_same(sealed: SealedMail) -> None:
    again = SealedMail.from_json(sealed.to_json())

    assert again == sealed
    assert again.sha256 == sealed.sha256 == hashlib.sha256(sealed.to_json().encode()).hexdigest()


def test_the_json_is_canonical(sealed: SealedMail) -> None:
    content = sealed.to_json()

    assert content == json.dumps(json.loads(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("field", [one.name for one in fields(SealedMail)])
def test_the_hash_covers_every_field(sealed: SealedMail, field: str) -> None:
    value = getattr(sealed, field)
    other: Any = value | {"3.md": "a-slug"} if isinstance(value, dict) else value + "x"
    changed = replace(sealed, **{field: other})

    assert changed.sha256 != sealed.sha256


@pytest.mark.parametrize(
    ("authority", "domain"),
    [("blog.example.org,2013", "blog.example.org"), ("editor@example.org,2013-01", "example.org")],
)
def test_the_list_is_named_by_the_authority_that_stays(newsletter: Newsletter, authority: str, domain: str) -> None:
    newsletter.change_settings('"blog.example.org,2013"', f'"{authority}"')

    assert seal_mail(newsletter.settings, "2020-08", "", "", "").list_domain == domain


def test_who_leaves_by_reply_gets_an_address(sealed: SealedMail) -> None:
    by_reply = replace(sealed, unsubscribe_owner="reply")

    assert sealed.unsubscribe_url("T0-_") == "https://lists.example.org/u/T0-_"
    assert by_reply.unsubscribe_url("T0-_") == "mailto:unsubscribe@example.org?subject=T0-_"
