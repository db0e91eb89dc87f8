"""Goal 6: the HTML of an issue of three summaries of 450 words has at most 48,000 bytes, a reader's marks filled in."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from newsletters import MADE, make_newsletter
from pairing import Row, run_alone

from pprmail.mailcheck.proof import proofread
from pprmail.mailcheck.size import CLIPPED_FROM_BYTES
from pprmail.marks import TOKEN_LENGTH, fill, personal_values
from pprmail.settings import load_settings

SUMMARIES, WORDS = 3, 450
MOST_BYTES = 48_000
READER = "Émilie Côté-Tremblay"


def rows() -> list[Row]:
    """The row of goal 6. Bytes do not vary: once is enough."""
    with TemporaryDirectory() as made:
        settings = load_settings(make_newsletter(Path(made), SUMMARIES, WORDS))
        mail = proofread(settings, MADE).clean_mail("")
    url = f"{settings.unsubscribe.service_url}/u/{'x' * TOKEN_LENGTH}"
    size = len(fill(mail.html, personal_values(READER, url)).encode())
    return [
        Row(
            6,
            f"HTML of {SUMMARIES} × {WORDS} words, marks filled in",
            f"{size:,} bytes",
            f"Gmail's clip {CLIPPED_FROM_BYTES:,} bytes",
            f"{size / CLIPPED_FROM_BYTES:.2f}×",
            f"≤ {MOST_BYTES:,} bytes",
            size <= MOST_BYTES,
        )
    ]


if __name__ == "__main__":
    sys.exit(run_alone(rows))
