"""What a mail server's reply proves of the letter that is on its way: pure, and never more than the reply says.

A refusal is the recipient's unless it says otherwise; three in a row in the same words are the sender's all the same
(``journal.Streak``). To tell a quota from a dead address matters more than anything else here: universities reject what is
above it instead of deferring it, and everyone after it would count as refused.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from pprmail.delivery.answer import without_addresses

_LONGEST_QUOTE = 300
_ENHANCED = re.compile(r"([245])\.(\d{1,3}\.\d{1,3})(?!\S)")
# Codes of RFC 3463 and the IANA registry, and Microsoft's (Exchange Online, NDR codes, 2026)
_OF_RECIPIENT = {"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.10", "2.1", "2.2"}
_OF_SENDER = {
    *("1.7", "1.8"),  # bad sender address: its syntax, its domain
    "1.90",  # "has exceeded the limit for the number of recipients per day"
    "2.252",  # SendAsDenied
    *("3.2", "3.4"),  # the server takes no mail; the letter is too big for it
    *("4.5", "5.3"),  # mail system congestion; too many recipients
    *("7.3", "7.8", "7.9", "7.57"),  # not logged in
    *("7.30", "7.139"),  # basic authentication is over
    *("7.60", "7.64"),  # not allowed to send as this sender; relaying
    *("7.501", "7.502", "7.503", "7.505", "7.506", "7.508", "7.509", "7.511", "7.512"),  # banned, or its domain's DMARC
    *("7.515", "7.705", "7.708", "7.750"),  # not authenticated by its domain; over a threshold; unregistered domain
}
_MAILBOX_BUSY = 450
_SENDER_CODES = {530, 534, 535, 538}
_OUT_OF_STEP = {500, 502, 503}
_WORDS_OF_RECIPIENT = re.compile(
    r"mail ?box|inbox|over ?quota|storage|disk quota|user unknown|unknown user|no such user", re.IGNORECASE
)
_TOO_BIG = re.compile(r"(?:message|mail) (?:size|(?:is )?too (?:big|large))", re.IGNORECASE)
_GREYLISTED = re.compile(r"gr[ea]y ?-?list", re.IGNORECASE)
_WORDS_OF_SENDER = re.compile(
    r"""
    send\ ?as\ ?denied | not\ (?:allowed|permitted|authori[sz]ed)\ to\ send | \brelay(?:ing)?\b(?![.-])
    | quota | limits?\ (?:has\ been\ |was\ |is\ )?(?:exceeded|reached) | (?:exceed|reach|over|above)\w*\ .{0,40}\blimit
    | too\ many\ (?:messages|mails|e-?mails|recipients|connections|sessions) | sending\ (?:limit|rate) | rate\ limit
    | daily\ (?:sending|user|message|mail|recipient|limit)
    | authentication\ (?:is\ )?(?:required|needed) | must\ (?:be\ )?(?:authenticate|log\ ?in) | not\ (?:logged\ in|authenticated)
    | (?:sender|from)\ address\ (?:is\ )?(?:rejected|refused|denied|not) | sender\ (?:is\ )?(?:rejected|refused|denied|blocked|banned)
    | client\ host\ | helo\ command\ | (?:message|mail)\ (?:size|(?:is\ )?too\ (?:big|large))
    """,
    re.IGNORECASE | re.VERBOSE,
)


class Step(Enum):
    """What a reply answers, as a sentence names it."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    LETTER = "the letter"


class Reply(NamedTuple):
    """A server's reply: its code, 0 for what is no reply, and its words, lines joined by line breaks."""

    code: int
    words: str = ""

    @property
    def is_yes(self) -> bool:
        """The command was carried out."""
        return 200 <= self.code < 300  # noqa: PLR2004 - RFC 5321 4.2.1

    @property
    def is_no(self) -> bool:
        """It was not, and will not be."""
        return 500 <= self.code < 600  # noqa: PLR2004 - the same

    @property
    def is_later(self) -> bool:
        """It was not, for now."""
        return 400 <= self.code < 500  # noqa: PLR2004 - the same


class Meaning(Enum):
    """What a reply proves."""

    YES = "go on"
    """At the letter itself: it was accepted. Nothing else means that."""
    RECIPIENT_REFUSED = "this recipient is refused"
    RECIPIENT_LATER = "this recipient is put off"
    SENDER_REFUSED = "everyone would be refused"
    LATER = "nobody can be taken now"
    CLOSING = "the server closes the connection"
    NONSENSE = "no reply to this command"
    """Nothing is proven; before the letter was handed over, that it was not."""


CLOSING_CODE = 421
_WANTED = {Step.MAIL: {250}, Step.RCPT: {250, 251, 252}, Step.DATA: {354}, Step.LETTER: {250}}


def meaning_of(step: Step, reply: Reply) -> Meaning:
    """What ``reply`` to ``step`` proves."""
    if reply.code in _WANTED[step]:
        return Meaning.YES
    if reply.code == CLOSING_CODE:
        return Meaning.CLOSING
    if reply.is_later:
        return _meaning_of_delay(step, reply)
    if not reply.is_no:
        return Meaning.NONSENSE
    if step is Step.MAIL or _speaks_of_sender(step, reply):
        return Meaning.SENDER_REFUSED
    return Meaning.RECIPIENT_REFUSED


def _meaning_of_delay(step: Step, reply: Reply) -> Meaning:
    """A recipient alone is put off by RCPT only: a mailbox that is full, a domain that has no answer, greylisting."""
    if step is not Step.RCPT or _speaks_of_sender(step, reply):
        return Meaning.LATER
    detail = _detail(reply)
    by_words = bool(_WORDS_OF_RECIPIENT.search(reply.words) or reply.code == _MAILBOX_BUSY)
    is_personal = detail.startswith(("1.", "2.", "7.")) if detail else by_words
    return Meaning.RECIPIENT_LATER if is_personal or _GREYLISTED.search(reply.words) else Meaning.LATER


def _speaks_of_sender(step: Step, reply: Reply) -> bool:
    """The next recipient would fare no better. The code is believed first, then the words."""
    detail = _detail(reply)
    if detail in _OF_SENDER or reply.code in _SENDER_CODES:
        return True
    if detail in _OF_RECIPIENT:
        return False
    if reply.code in _OUT_OF_STEP or (step is not Step.RCPT and reply.code in {501, 504, 555}):
        return True
    return bool(_WORDS_OF_SENDER.search(reply.words) and not _WORDS_OF_RECIPIENT.search(reply.words))


_REMEDIES = (
    (
        re.compile(r"quota|limit|too many|[45]\.4\.5|5\.1\.90", re.IGNORECASE),
        "wait until its limit allows more (max_per_hour and max_per_day in [delivery] keep below it), then run this again",
    ),
    (
        re.compile(r"authenticat|log(?:ged)? ?in|5\.7\.(?:3|8|9|30|57|139)\b", re.IGNORECASE),
        "check 'username' in [smtp] and its password or 'token_command', then run this again",
    ),
)


def remedy_for(step: Step, reply: Reply) -> str:
    """What an author does about a server that refuses the sender."""
    if _TOO_BIG.search(reply.words) or _detail(reply) == "3.4":
        return "make the issue shorter, or ask those who run it for a higher limit"
    for words, remedy in _REMEDIES:
        if words.search(reply.words):
            return remedy
    if reply.code in _SENDER_CODES:
        return _REMEDIES[1][1]
    if step is Step.MAIL or "send" in reply.words.casefold():
        return "check that this account may send as 'address' in [sender] and 'envelope_sender' in [smtp], then run this again"
    return "ask those who run it, then run this again"


def _detail(reply: Reply) -> str:
    """``1.1`` of an enhanced status code 5.1.1 (RFC 2034); '' when there is none, or one of another class."""
    found = _ENHANCED.match(reply.words)
    return found[2] if found and found[1] == str(reply.code)[0] else ""


_ID = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w.-]{9,}|\d{6,}")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\.?")


def quoted(reply: Reply, *secrets: str) -> str:
    """The reply in one line, for a log or a screen: no mail address, none of ``secrets`` as a word, no control character.

    What differs between two replies of one meaning, such as a queue's id, is left out: replies are compared.
    """
    first, *more = [line.strip() for line in reply.words.splitlines() if line.strip()] or [""]
    code = found[0] if (found := _ENHANCED.match(first)) else None
    words = " ".join([first, *(line.removeprefix(code).strip() if code else line for line in more)])
    for secret in filter(None, secrets):
        words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "(address)", words, flags=re.IGNORECASE)
    words = "".join(letter if letter.isprintable() else " " for letter in without_addresses(words))
    words = " ".join(_without_ids(words).split())
    if len(words) > _LONGEST_QUOTE:
        words = words[: _LONGEST_QUOTE - 1] + "…"
    return f"{reply.code} {words}".strip()


def _without_ids(words: str) -> str:
    return _ID.sub(lambda found: found[0] if _HOST.fullmatch(found[0]) else "(id)", words)
