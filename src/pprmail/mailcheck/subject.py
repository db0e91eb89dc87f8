"""The subject: short enough to be seen, and in a voice that neither shouts nor pretends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.model import plain, plain_prose
from pprmail.render.phrases import LONGEST_SUBJECT
from pprmail.rules import ERROR, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.model import Issue, Passage
    from pprmail.settings import Settings

MOST_EMOJI = 2
_SHOWN_ON_PHONES = 40
# Re: and Fwd: as mail programs of several languages write them
_PRETENCE = r"(?i)\s*(?:re|fwd?|aw|wg|antw|tr|rv|sv|odp|réf?)\s?(?:\[\d+\]|\(\d+\))?\s?[:：]"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONE = re.compile(r"(?<![\w.])[^\W_]+(?:['’][^\W_]+)*(?![\w])")
_ROMAN = re.compile(r"[IVXLCDM]+")
# In capitals, these are never abbreviations
_SHOUTED = frozenset(
    # One reads words more easily than quotes
    """
    ALERT ALL AMAZING ATTENTION BEST BIG BREAKING BUY CHANCE CLICK DO DONT DON'T EVERY EXCLUSIVE FREE FOR GET GREAT
    GRATUIT HERE HOT HURRY IMPORTANT JUST LAST LIMITED MISS MUST MUSTREAD NEVER NEW NOT NOUVEAU NOW OFFER ONLY OPEN OUR
    PLEASE PROVEN READ REALLY SAVE SECRET SPECIAL STOP THE THIS TODAY TOP URGENT VERY WAIT WARNING WHY WIN WOW YES YOU
    YOUR
    """.split()  # noqa: SIM905
)
_LONG, _MIDDLING = 6, 5
_EMOJI = r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55\u231A\u231B\u23E9-\u23FA]"
_ONE_EMOJI = (
    rf"[\U0001F1E6-\U0001F1FF]{{2}}"
    rf"|{_EMOJI}[\uFE0F\U0001F3FB-\U0001F3FF]*(?:\u200D{_EMOJI}[\uFE0F\U0001F3FB-\U0001F3FF]*)*"
)


def subject_problems(settings: Settings, issue: Issue, subject: str) -> Iterator[Problem]:
    """``subject-length`` for the author's own subject, ``subject-shouting`` for what the subject is made of."""
    yield from _length(issue.subject)
    for given in _sources(issue, subject):
        yield from _pretence(given)
        yield from _capitals(settings, issue, given)
        yield from _noise(given)


def _sources(issue: Issue, subject: str) -> Iterator[Passage]:
    """The author's own subject; else the blurbs, or titles, that stand in the one made of them."""
    if issue.subject:
        yield issue.subject
        return
    for summary in issue.summaries:
        given = summary.blurb or summary.title
        if " ".join(given.text.split()).rstrip(".") in subject:
            yield given


def _length(given: Passage) -> Iterator[Problem]:
    """RFC 5322 (2.1.1) asks for lines of 78; inboxes on a desk show 60 to 77 characters, telephones 33 to 48."""
    length = len(" ".join(given.text.split()))
    if length > LONGEST_SUBJECT:
        message = f"the subject has {length} characters; inboxes show {LONGEST_SUBJECT} at most, telephones about {_SHOWN_ON_PHONES}"
        yield problem("subject-length", given.place(), message, "shorten it, and begin with what matters")


def _pretence(given: Passage) -> Iterator[Problem]:
    """15 USC 7704(a)(2) forbids a subject that misleads; nobody's mail is answered or forwarded here."""
    if found := re.match(_PRETENCE, given.text):
        message = f"{found[0].strip()!r} makes the mail look like an answer or a forwarded one"
        yield problem("subject-shouting", given.place(), message, "take it out", ERROR)


def _capitals(settings: Settings, issue: Issue, given: Passage) -> Iterator[Problem]:
    found = [one for one in _LONE.finditer(given.text) if _WORD.fullmatch(one[0]) and one[0].isupper()]
    if not found:
        return
    quiet = {
        *settings.check.abbreviations,
        *_WORD.findall(f"{settings.newsletter.title} {settings.sender.organisation}"),
    }
    in_text: set[str] | None = None
    for number, one in enumerate(found):
        word = one[0].replace("’", "'")
        if word in quiet or not (word in _SHOUTED or _is_long(word, found, number, given.text)):
            continue
        in_text = _capitals_of(issue) if in_text is None else in_text
        if word in in_text:
            continue
        message = f"the subject shouts: {word!r}"
        yield problem("subject-shouting", given.place(one.start()), message, "write it in small letters")
        return


def _is_long(word: str, found: list[re.Match[str]], number: int, text: str) -> bool:
    """Six letters are hardly an abbreviation, nor are two words of five side by side; Roman numbers are numbers."""
    if _ROMAN.fullmatch(word):
        return False
    if len(word) >= _LONG:
        return True
    pairs = ((found[at], found[at + 1]) for at in (number - 1, number) if 0 <= at < len(found) - 1)
    return any(
        len(one[0]) >= _MIDDLING and len(other[0]) >= _MIDDLING and not text[one.end() : other.start()].strip()
        for one, other in pairs
    )


def _capitals_of(issue: Issue) -> set[str]:
    """The words that the issue's own text writes in capitals: its abbreviations."""
    texts = [plain_prose(issue.word), *(plain_prose(notice.body) for notice in issue.notices)]
    for summary in issue.summaries:
        texts += [plain_prose(summary.body), plain_prose(summary.implications), plain(summary.citation_prose)]
    return {word for text in texts for word in _WORD.findall(text) if word.isupper()}


def _noise(given: Passage) -> Iterator[Problem]:
    marks = [found.start() for found in re.finditer("[!！]", given.text)]
    if len(marks) > 1:
        place = given.place(marks[1])
        yield problem("subject-shouting", place, f"{len(marks)} exclamation marks", "one is plenty, none is better")
    emoji = [] if given.text.isascii() else [found.start() for found in re.finditer(_ONE_EMOJI, given.text)]
    if len(emoji) > MOST_EMOJI:
        message = f"{len(emoji)} emoji; a screen reader reads each one out by name"
        yield problem("subject-shouting", given.place(emoji[MOST_EMOJI]), message, f"keep {MOST_EMOJI} at most")
