"""The preview text: what an inbox shows after the subject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.mailcheck.page import joined, letters
from pprmail.marks import MARK
from pprmail.model import plain
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Place, Problem
    from pprmail.mailcheck.looks import Looks
    from pprmail.mailcheck.page import Page
    from pprmail.mailcheck.template import TemplateSource
    from pprmail.model import Issue

# Inboxes show from 35 (Outlook) to 140 characters (Apple Mail on a desk), most of them about 90; as measured by senders, no standard
SHORTEST, LONGEST = 40, 130
# What templates put after the text, so that the mail's first line does not follow it
_FILLER = re.compile(r"[\s\u00ad\u034f\u061c\u115f\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164\ufeff]+")


def preview_problems(issue: Issue, subject: str, page: Page, looks: Looks, source: TemplateSource) -> Iterator[Problem]:
    """``preheader-length``: the hidden text is too short or too long, or says the subject again.

    A preview made of blurbs is cut by the inbox as well; it is too long when even the first blurb does not fit.
    """
    text = preview_text(page, looks)
    length = len(text)
    is_own = _is_own(issue, text)
    place = _author_place(issue) if is_own else source.place("mj-preview")
    if not text:
        message = "no preview text; inboxes show how the mail begins instead"
        yield problem("preheader-length", place, message, "say in a sentence what the month brings")
    elif letters(text) == letters(subject):
        message = "the preview text says the subject again"
        yield problem("preheader-length", place, message, "say what the subject does not")
    elif length < SHORTEST:
        message = f"the preview text has {length} characters; inboxes fill up the rest with how the mail begins"
        yield problem("preheader-length", place, message, f"{SHORTEST} to {LONGEST} serve best")
    elif length > LONGEST and not (is_own and _first_blurb_fits(issue, text)):
        message = f"the preview text has {length} characters; inboxes show {LONGEST} at most"
        yield problem("preheader-length", place, message, "shorten it, or begin with what matters")


def preview_text(page: Page, looks: Looks) -> str:
    """The hidden text before the first that is seen, without filler."""
    hidden = []
    for piece in page.pieces:
        if looks.of(piece.element).is_seen:
            break
        hidden.append(piece)
    return _clean(joined(hidden))


def _clean(text: str) -> str:
    return _FILLER.sub(" ", MARK.sub("", text)).strip()


def _author_place(issue: Issue) -> Place:
    first = next((summary.blurb or summary.title for summary in issue.summaries), issue.intro)
    return (issue.intro or first).place()


def _is_own(issue: Issue, text: str) -> bool:
    """The preview is the Intro, or made of the blurbs; or it is missing because there are neither."""
    if issue.intro:
        return text == _clean(plain(issue.intro_prose))
    return _first_blurb(issue) in text if issue.summaries else not text


def _first_blurb(issue: Issue) -> str:
    first = issue.summaries[0]
    return _clean((first.blurb or first.title).text).rstrip(".")


def _first_blurb_fits(issue: Issue, text: str) -> bool:
    if issue.intro or not issue.summaries:
        return False
    blurb = _first_blurb(issue)
    return text.find(blurb) + len(blurb) <= LONGEST
