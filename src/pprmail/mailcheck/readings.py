"""The ways in which one mail is read: light and dark, on a telephone and on a desk, and by Word in Outlook for Windows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.mailcheck.looks import Looks
from pprmail.mailcheck.page import read_page
from pprmail.mailcheck.stylesheet import read_rules

if TYPE_CHECKING:
    from pprmail.mailcheck.page import Page

# What Word alone reads, and what it alone leaves out (Microsoft's conditional comments)
_FOR_WORD = re.compile(r"<!--\[if (?:\(?[gl]te? )?mso[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
_NOT_FOR_WORD = re.compile(
    r"<!--\[if !mso[^\]]*\]>\s*(?:<!-->|<!-- -->|-->).*?<!(?:--<!|--\s*<!)?\[endif\]-->", re.DOTALL | re.IGNORECASE
)


class Reading(NamedTuple):
    """A mail as one kind of reader has it; ``name`` is '' for the usual one, else how a sentence ends with it."""

    name: str
    page: Page
    looks: Looks


class Readings(NamedTuple):
    """All readings of a mail: the usual, the dark one if the mail has a dark scheme, and those that show other things."""

    usual: Reading
    dark: Reading | None
    others: tuple[Reading, ...]

    @property
    def all(self) -> tuple[Reading, ...]:
        """Each of them, the usual one first."""
        return (self.usual, *((self.dark,) if self.dark else ()), *self.others)


def read_mail(html: str) -> Readings:
    """The readings of the mail ``html``."""
    page = read_page(html)
    sheets = read_rules(page)
    dark = None
    if sheets.dark:
        adapts = "color-scheme" in html.replace("prefers-color-scheme", "")
        dark = Reading("in the dark scheme", page, Looks(page, sheets.dark, adapts=adapts))
    others = []
    if sheets.phone:
        others.append(Reading("on a telephone", page, Looks(page, sheets.phone)))
    if sheets.desk:
        others.append(Reading("in a wide window", page, Looks(page, sheets.desk)))
    if _hides_from_word(html):
        words_page = read_page(_NOT_FOR_WORD.sub("", _FOR_WORD.sub(r"\1", html)))
        looks = Looks(words_page, read_rules(words_page).light, is_word=True)
        others.append(Reading("in Outlook for Windows", words_page, looks))
    return Readings(Reading("", page, Looks(page, sheets.light)), dark, tuple(others))


def _hides_from_word(html: str) -> bool:
    """Something that others see is not for Word. A style sheet of the head may speak to it as it likes."""
    if "[if !mso" in html[html.find("<body") :]:
        return True
    for found in re.finditer("mso-hide", html):
        begin = max(html.rfind(sign, 0, found.start()) for sign in '"{')
        end = min(html.find(sign, found.end()) % len(html) for sign in '"}')
        if "display:none" not in html[begin:end].replace(" ", ""):
            return True
    return False
