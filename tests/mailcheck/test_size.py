from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import summary_text
from pprmail.mailcheck.proof import proofread
from pprmail.mailcheck.size import mail_size_bytes
from pprmail.marks import TOKEN_LENGTH, UNSUBSCRIBE_HTML

if TYPE_CHECKING:
    from conftest import Newsletter


def pad(newsletter: Newsletter, wanted_bytes: int) -> None:
    """Make the mail of 2020-08 exactly so large, by words in its last summary."""

    def write(count: int) -> None:
        newsletter.write("issues/2020-08/2-poe.md", summary_text("Does It Last?", Blurb="lasting", body="x" * count))

    write(1)
    url = newsletter.settings.unsubscribe.service_url + "/u/" + "x" * TOKEN_LENGTH
    start = mail_size_bytes(proofread(newsletter.settings, "2020-08").clean_mail("").html, url)
    write(wanted_bytes - start + 1)


@pytest.mark.parametrize(
    ("size_bytes", "severities"),
    [(89_999, []), (90_000, ["warning"]), (101_999, ["warning"]), (102_000, ["error"])],
)
def test_a_mail_near_gmails_clip_is_told(newsletter: Newsletter, size_bytes: int, severities: list[str]) -> None:
    pad(newsletter, size_bytes)

    found = [one for one in proofread(newsletter.settings, "2020-08").problems if one.rule == "mail-too-large"]

    assert [one.severity for one in found] == severities
    assert all(f"{size_bytes:,} bytes" in one.message for one in found)


def test_size_counts_the_address_that_is_filled_in() -> None:
    assert mail_size_bytes(f"é{UNSUBSCRIBE_HTML}", "https://e.org/u/x") == 2 + 17
