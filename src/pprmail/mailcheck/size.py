"""The mail's size against Gmail's clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.errors import Place
from pprmail.marks import fill, personal_values
from pprmail.rules import WARNING, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue
    from pprmail.render.mail import RenderedIssue

# Gmail documents no limit; 102 to 105 KB were measured (spamresource.com, 2022-01). Pictures do not count.
CLIPPED_FROM_BYTES = 102_000
NEAR_FROM_BYTES = 90_000


def mail_size_bytes(html: str, unsubscribe_url: str) -> int:
    """The decoded size of the HTML part, its personal marks filled in."""
    return len(fill(html, personal_values("", unsubscribe_url)).encode())


def size_problems(issue: Issue, mail: RenderedIssue, unsubscribe_url: str) -> Iterator[Problem]:
    """``mail-too-large``: an error from 102,000 bytes, a warning from 90,000."""
    size = mail_size_bytes(mail.html, unsubscribe_url)
    if size < NEAR_FROM_BYTES:
        return
    hint = "shorten the summaries, or move one to next month"
    if size < CLIPPED_FROM_BYTES:
        yield problem(
            "mail-too-large",
            Place(issue.main_file),
            f"the mail has {size:,} bytes, near Gmail's clip at {CLIPPED_FROM_BYTES:,}",
            hint,
            WARNING,
        )
    else:
        yield problem(
            "mail-too-large",
            Place(issue.main_file),
            f"the mail has {size:,} bytes; Gmail clips it at {CLIPPED_FROM_BYTES:,}",
            hint,
        )
