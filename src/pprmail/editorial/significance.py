"""Whether the words beside an interval say the same as it does.

An interval of 95% or more that excludes no effect is a difference significant at .05, and one of 95% or less that
includes it is none: both are statements of one test. Of what a 90% interval excludes and a 99% interval includes,
nothing follows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.intervals import sentence_ends_between
from pprmail.editorial.sentences import line_start

if TYPE_CHECKING:
    from pprmail.editorial.estimates import Estimate
    from pprmail.editorial.intervals import Interval

USUAL_LEVEL = 95
_BEFORE, _AFTER, _LONGEST_DENIAL = 160, 60, 48
# The patterns are compiled when they are asked for
_WORD = r"(?:[Ii]n|[Nn]on-?\s?)?significan(?:tly|t|ce)\b"
_NEGATED = (
    r"(?i:\b(?:no|without|nor|neither|not|never|fail(?:s|ed)? to|did ?n't|was ?n't))(?P<words>(?:\s[a-z]+){0,3})\s\Z"
)
# Of what is said to be significant or not, it must be the effect
_EFFECT = (
    r"(?:difference|effect|advantage|benefit|change|improvement|reduction|increase|association|correlation|relation"
    r"(?:ship)?)s?"
)
_OF_AN_EFFECT = rf"\s(?:{_EFFECT}|at|in|for|after|between|on|among|from)\b|\s?\(|[,:;]"
# "Studies that found no significant effect": what follows is said of the studies
_OF_WHICH = r"(?:s|ose)\s(?:that|which|who|with)\s(?!(?:no|not|the|there|an?)\b)"
_BY_HOW_MUCH = (
    r"\s(?:better|worse|more|less|fewer|higher|lower|greater|larger|smaller|differ(?:ent|ed)?|associated|related|correlated"
    r"|predict(?:s|ed)?|outperform(?:s|ed)?|exceed(?:s|ed)?|reduced?|improved?|increased?|decreased?|changed?|at|in|on|for|after|across|between|from)\b|\s?\(|[,:;]"
)
# "The effect was significantly smaller than in ...": of two effects, of which the interval is that of one
_SUBJECT = r"(?i:\b(?:effects?|estimates?|associations?|correlations?|relation(?:ship)?s?)\b)"
_COMPARED_AFTER = r"\s(?:better|worse|more|less|fewer|higher|lower|greater|larger|smaller|differ(?:ent|ed|s)?)\b"
_COMPARED_BEFORE = r"\bdiffer(?:s|ed)?\s\Z"
_NOT_AN_EFFECT = frozenset({"only", "just", "merely", "all", "every", "each", "clinically", "clinical", "both"})
_UNSURE = (
    r"(?i:equivalen|margin|inferior|zero|adjust|correct|bonferroni|one-(?:tail|sided)|heterogen|bias|interaction|moderat"
    r"|mediat|egger|clinical|practical|whether|\bif\b|would|could|might|cannot|approach|nearly|almost|trend|unless|exact"
    r"|permut|(?<!significantly )predict|expect|hypothes|rule[sd]? out|absent|lack"
    r"|\bfew\b|\bnone\b|\bonly\b|respective|pre-post|within-|borderline|barely|far from|short of|close to|α\s?[=<]|\balpha\b"
    r"|\bwhat\b|\bat\s(?:an?\s|the\s)?(?:[a-z]+\s){0,2}(?:p\s?<\s?)?(?:0?\.(?:10?|01|00[0-9]|025)\b|(?:10?|2\.5|0\.[15])\s?(?:%|per\s?cent))"
    r"|p\s?<\s?0?\.10?(?![0-9]))"
)
_ELSEWHERE = (
    r"[.;:!?,()\[\]]|\b(?:whereas|while|but|although|though|however|yet|except|unlike|because|which|that|who|when|so"
    r"|as|by|despite|studies|trials|reviews?|meta-analys[ei]s|earlier|previous|prior|those|subgroups?|overall|pooled"
    r"|in (?:the|their|its) (?:\w+ )?effects?)\b"
)
_ONWARD = (
    r"\W*(?:(?:and|which|this|it|was|is|were|are|thus|so|hence|therefore|an?|the|effect|difference|result|also|still"
    r"|statistically)\b\W*){0,6}\Z"
)
_SENTENCE_AFTER = (
    rf"[\])]{{0,3}}\.\s(?:This|It|The|That)(?:\s{_EFFECT})?\s(?:was|is)\s(?:(not\s(?:statistically\s)?|non-?)"
    r"|(?:statistically\s)?)significant\s?[.;]"
)
_NS = r"[\])]{0,2}[,;]?\s\(?(?:p\s?=\s?)?(n\.s\.|n\.?s\b)(?!\.?\w|\s?[=<>])"
# "equal ns (" are sizes
_NS_BEFORE = r"(?<![\w.])(n\.s\.|(?:(?<=was\s)|(?<=were\s)|(?<=is\s)|(?<=[,:;]\s)|(?<=\())ns)\s?[(\[]\s?\Z"
_P_ALONE = r"[(\[][pP]\s?[=<>]\s?0?\.[0-9]{1,6}\s?[,;]\s?\Z"
_NEAR = 24
_SENTENCE_BEGINS = r"[.!?][\"')\]]?\s+(?=[A-Z])"
_A_NUMBER = r"[0-9=]"
_OF_A_DIFFERENCE = rf"\b(?:{_EFFECT})\b|\bdiffer(?:s|ed)?\b|significantly\s(?:[a-z]+er|more|less)\b"
_OVER = r"[\])]{0,2}\s?(?:[.;]|\Z|\n)"
_PAIR = r"[^()]{0,40}\b(?:and|vs\.?|versus|against)\s[^()]{0,30}?\b(?:[gdr]|OR|RR|HR)\s?="
"""Another estimate beside the first, as of two groups that did not differ."""

_WITH = r",?\s(?:with|at)(?:\san?)?\Z"
_BUT = r"[\])]{0,2},?\sbut\s(?:(?:this\s|it\s)?(?:was|is)\s|still\s)?\Z"
_ENDS = rf"(?:\s(?:{_EFFECT}|results?|findings?))?\s?(?:[.,;)]|\Z)"


class Words(NamedTuple):
    """``not significant`` or ``significant``: the words begin at ``start`` and end at ``end``."""

    start: int
    end: int
    negative: bool


def contradiction(
    text: str, interval: Interval, estimates: tuple[Estimate, ...], since: int
) -> tuple[int, str, str] | None:
    """Where words say another thing than ``interval``, with message and hint, or None.

    ``estimates`` are those before the interval; when there are none, a p may stand alone between the words and it:
    ``not significant (p = .20; 95% CI [0.41, 0.87])``. Words before the offset ``since`` are of another one.
    """
    start = estimates[-1].start if estimates else _p_alone(text, interval)
    if start is None:
        return _of_bare_interval(text, interval, since)
    null, negative = _denied(interval, estimates)
    if negative is None:
        return None
    first = line_start(text, max(since, interval.start - _BEFORE), interval.start)
    found = (
        _words_before(text, first, start)
        or _mark_before(text, first, start)
        or _words_after(text, interval.end)
        or _mark_after(text, interval.end)
        or _sentence_after(text, interval, since)
    )
    if not found or found.negative != negative or _unsure(text, first, found, interval):
        return None
    return _told(text, interval, found, null)


def _of_bare_interval(text: str, interval: Interval, since: int) -> tuple[int, str, str] | None:
    """What words say of an interval without an estimate: with a negative bound it is one of a difference.

    Any other number of its sentence may be what it is the interval of, and not significant from that.
    """
    if interval.shared or interval.low.value >= 0:
        return None
    first = line_start(text, max(since, interval.start - _BEFORE), interval.start)
    sentence = re.split(_SENTENCE_BEGINS, text[first : interval.start])[-1]
    first = interval.start - len(sentence)
    if re.search(_A_NUMBER, sentence) or not re.search(_OF_A_DIFFERENCE, sentence):
        return None
    found = _words_before(text, first, interval.start) or _words_after(text, interval.end)
    negative = _contradicted(interval, 0)
    if not found or found.negative != negative or _unsure(text, first, found, interval):
        return None
    return _told(text, interval, found, "0")


def _told(text: str, interval: Interval, found: Words, null: str) -> tuple[int, str, str]:
    said = " ".join(text[found.start : found.end].split())
    if found.negative:
        message = f"'{said}' beside {interval.name}, which excludes {null}"
        return found.start, message, "is a bound mistyped, a minus sign lost, or was it significant?"
    message = f"'{said}' beside {interval.name}, which includes {null}"
    return found.start, message, "is a bound mistyped, or was it not significant?"


def _p_alone(text: str, interval: Interval) -> int | None:
    """Where the bracket opens in which nothing but a p stands before ``interval``."""
    found = re.compile(_P_ALONE).search(text, max(0, interval.start - _NEAR), interval.start)
    return found.start() if found and not (interval.shared or interval.low.percent or interval.high.percent) else None


def _denied(interval: Interval, estimates: tuple[Estimate, ...]) -> tuple[str, bool | None]:
    """No effect in figures, and whether it is negative words that ``interval`` does not bear; see ``_contradicted``.

    Of an unknown measure it must exclude 0 and 1 to be significant; with 0 inside it is none of a ratio.
    """
    if estimates:
        null = estimates[0].no_effect
        return str(null), None if null is None else _contradicted(interval, null)
    of_difference, of_ratio = _contradicted(interval, 0), _contradicted(interval, 1)
    if of_difference and of_ratio:
        return "0 and 1", True
    return "0", False if of_difference is False else None


def _contradicted(interval: Interval, null: int) -> bool | None:
    """True when the words may not be negative, False when they may not be positive, None when nothing follows."""
    low, high = interval.low, interval.high
    if interval.level >= USUAL_LEVEL and (low.value - low.half > null or high.value + high.half < null):
        return True
    if interval.level <= USUAL_LEVEL and low.value + low.half < null < high.value - high.half:
        return False
    return None


def _unsure(text: str, first: int, found: Words, interval: Interval) -> bool:
    """Whether the sentence is about more than the effect and its interval."""
    end = max(interval.end, found.end)
    if re.compile(_PAIR).match(text, interval.end):
        return True
    if ";" in text[found.end : interval.start].partition("(")[0] and not re.compile(_OVER).match(text, interval.end):
        return True
    return re.search(_UNSURE, text[min(first, found.start) : end + _AFTER].partition("\n")[0]) is not None


def _words(text: str, first: int, word: re.Match[str]) -> Words | None:
    """What is said with ``word``, or None when that is not clear."""
    start, end = word.start(), word.end()
    before = text[max(first, start - _LONGEST_DENIAL) : start]
    denied = re.search(_NEGATED, before)
    if word[0].lower().startswith(("in", "non")):
        return None if denied else Words(start, end, negative=True)
    if denied:
        unclear = _NOT_AN_EFFECT.intersection(denied["words"].split())
        return None if unclear else Words(start - len(before) + denied.start(), end, negative=True)
    clause = re.split(r"[,;.()]", text[first:start])[-1]
    if word[0] == "significance" or re.search(r"\b(?:not?|nor|never|without|few|hardly|neither)\b|n't", clause):
        return None
    return Words(start, end, negative=False)


def _words_before(text: str, first: int, estimate: int) -> Words | None:
    """``no significant difference between groups (d = ...``: words of the clause that an estimate stands in."""
    words = list(re.compile(_WORD).finditer(text, first, estimate))
    if not words:
        return None
    word = words[-1]
    subject = _BY_HOW_MUCH if word[0].endswith("ly") else _OF_AN_EFFECT
    between = re.split(_WITH, text[word.end() : estimate].rstrip(" \u00a0,;([:"))[0]
    pairs = 1 if "between" in between else 0
    if not re.compile(subject).match(text, word.end()) or between.count(" and ") > pairs:
        return None
    if _compares_effects(text, first, word) or re.search(_OF_WHICH, text[first : word.start()].rpartition(". ")[2]):
        return None
    return None if re.search(_ELSEWHERE, between) else _words(text, first, word)


def _compares_effects(text: str, first: int, word: re.Match[str]) -> bool:
    """``The effect was significantly smaller than in ...``: what is significant is a difference between effects."""
    clause = re.split(r"[,;.()]", text[first : word.start()])[-1]
    if not re.search(_SUBJECT, clause):
        return False
    after = re.compile(_COMPARED_AFTER).match(text, word.end())
    return after is not None or re.search(_COMPARED_BEFORE, clause) is not None


def _mark_before(text: str, first: int, start: int) -> Words | None:
    """``n.s. (g = ...``."""
    found = re.compile(_NS_BEFORE).search(text, max(first, start - _NEAR), start)
    return Words(found.start(1), found.end(1), negative=True) if found else None


def _words_after(text: str, end: int) -> Words | None:
    """``95% CI [...]) was not significant.``: words that go on from an interval, and end there."""
    word = re.compile(_WORD).search(text, end, end + _AFTER)
    found = _words(text, end, word) if word else None
    if not found or not re.compile(_ENDS).match(text, found.end):
        return None
    between = text[end : found.start]
    if "." in between or ";" in between or "\n" in between or "(" in between:
        return None
    if not found.negative and "was " not in between and "statistically " not in between:
        return None
    if found.negative and re.match(_BUT, between):
        return found
    return found if re.match(_ONWARD, between) else None


def _mark_after(text: str, end: int) -> Words | None:
    """``95% CI [...], ns``."""
    found = re.compile(_NS).match(text, end)
    return Words(found.start(1), found.end(1), negative=True) if found else None


def _sentence_after(text: str, interval: Interval, since: int) -> Words | None:
    """``This was not significant.`` right after the sentence of the one interval."""
    found = re.compile(_SENTENCE_AFTER).match(text, interval.end)
    if not found or (since and not sentence_ends_between(text, since, interval.start)):
        return None
    start = text.index(". ", interval.end) + 2 if ". " in found[0] else found.start()
    return Words(start, text.rindex("t", start, found.end()) + 1, found[1] is not None)
