"""Whether a count and a percentage that stand together say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.editorial.numerals import ONES, PEOPLE, evened, half_unit
from pprmail.editorial.sentences import line_start, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_FURTHEST = 72
_HAIR = 1e-9
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

# The patterns are compiled when they are asked for
_NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,6}|0)(?![0-9])"
_WHOLE = rf"(?P<whole>{_NUMBER})"
_IN_WORDS = rf"(?i:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(ONES)}))?|{'|'.join((*ONES, *_TEENS))})\b"
# A date or a decimal may not stand before
_PART = rf"(?<![\w.,/-])(?P<part>{_NUMBER}|(?<!ty )(?<!undred )(?<!undred and )(?<!ousand )(?<!ousand and ){_IN_WORDS})"
_THE = r"(?:(?:the|all|these|those|their|our|its|his|her)\s)?(?:[nN]\s?=\s?)?"
_AGE = r"(?![0-9,]{1,9}[\s-](?:years?|months?|weeks?)\b)"
_OF = rf"(?:\s?/\s?|\s(?:out\s)?of\s{_THE}|\s(?:{PEOPLE})\s(?:out\s)?of\s{_THE}{_AGE})"
_NO_NOUN = r"(?!(?:by|to|from|in|least|with|or|and|than|at|was|were)\b)"
_NOUN = rf"(?:\s{_NO_NOUN}[a-z-]{{2,20}}){{0,2}}"
_LEFT = (
    r"(?:\s(?:agreed|completed|declined|died|dropped\sout|finished|improved|left|recovered|refused|relapsed|remitted|responded|stayed"
    r"|withdrew|were\s[a-z]{2,16}|had\s[a-z]{2,16}))?"
)
_SIGN = r"%|\bper\s?cent\b"
_PERCENTAGE = rf"(?P<p>[0-9]{{1,3}}(?:\.[0-9]{{1,4}})?)\s?(?:{_SIGN})"
_COUNT_FIRST = (
    rf"(?P<count>{_PART}{_OF}{_WHOLE})(?:{_NOUN}{_LEFT}\s?[(\[]|,\s(?:i\.e\.,\s)?|{_NOUN},\sor\s){_PERCENTAGE}\Z"
)
_WHOLE_FIRST = rf"(?<!\w)(?P<count>[Oo]f\s{_THE}{_WHOLE}{_NOUN},\s{_PART}){_LEFT}\s?[(\[]{_PERCENTAGE}\Z"
_PERCENT_FIRST = (
    rf"(?<![\w.,-]){_PERCENTAGE}(?:\sof\s{_THE}(?P<of>{_NO_NOUN}[a-z-]{{2,20}}))?\s?[(\[](?:[nN]\s?=\s?)?(?P<count>{_PART}{_OF}{_WHOLE})"
    rf"(?P<counted>(?:\s(?!studies|trials|articles|samples|papers|sites|centres|centers|items|groups|comparisons|RCTs){_NO_NOUN}[a-z-]{{2,20}}){{0,2}})[)\],;]"
)
_PERCENT_BETWEEN = (
    rf"(?P<count>{_PART}\s?[(\[]{_PERCENTAGE}\s?[)\]]\s(?:out\s)?of\s{_THE}{_WHOLE}(?!\s?(?:{_SIGN})|\.[0-9]))"
)
_LAST = rf"(?<![\w.,-])[0-9]{{1,3}}(?:\.[0-9]{{1,4}})?\s?(?:{_SIGN})?\Z"
# After the sign, what does not make it the percentage of something else
_ENDS = r"\s?(?:[)\].;]|,(?!\s?[0-9]{0,2}\s?%?\s?CI)|\Z|\n)"
_OF_OTHERS = r"\s?[)\]]\s(?:of|in|from|with|among|under|on|who|receiv\w+|assigned|randomi[sz]ed|for)\b"
# Before it, what makes "4 of 16" a place in a row
_ORDINAL = (
    r"\b(?i:sessions?|weeks?|days?|months?|years?|items?|pages?|chapters?|steps?|phases?|stages?|grades?|modules?|scores?|scored"
    r"|score\sof|rated|ratings?\sof)\s\Z"
)
# Before it, what makes it a limit, or the size of something; and a round figure
_NOT_A_SHARE = (
    r"(?:\b(?i:at\s(?:least|most)|(?:more|less|fewer|greater|lower|higher|larger|smaller)\sthan|over|under|above|below|exceed(?:s|ed|ing)"
    r"|up\sto|by|power\sof)\s|[<>≤≥]\s?)\Z"
)
_ROUGHLY = r"(?:\b(?i:about|around|roughly|approximately|approx\.|nearly|almost|circa|c\.|ca\.|some)\s|[~≈]\s?)\Z"
_MOST_ROUGHLY = 5
# Before the count, what makes it one that the percentage need not be that of
_NOT_EXACTLY = (
    r"\b(?i:nearly|almost|about|around|roughly|approximately|approx\.|circa|c\.|ca\.|some|over|under|above|below|up\sto"
    r"|at\s(?:least|most)|(?:more|less|fewer|greater|lower|higher|larger|smaller)\sthan)\s\Z"
)
# In its sentence, what makes a percentage more than a count: nobody has to get it by dividing
_MODELLED = (
    r"(?i:weight(?:ed|ing|s)\b|adjust(?!ment\sdisorder)|imput|estimat|\bpooled|cumulative|kaplan|actuarial|life-?\s?table|survival"
    r"|(?:model|likelihood)-(?:based|implied)|predicted\s(?:rate|prob|risk|prop)|[a-z]-standardi|extrapolat|projected|bayes|posterior)"
)
# What is said of all the percentages of a paragraph
_METHOD = r"(?i:kaplan|life-?\s?table|multipl[ey]\simput|\b(?:is|are|was|were)\s(?:weighted|adjusted|imputed|estimated|pooled))"
_BEFORE, _AROUND = 24, 300


def percentage_problems(wording: Wording) -> Iterator[Problem]:
    """Every ``12 of 46 (36%)`` and ``36% (12/46)`` whose percentage is another; rounded and cut off are both right.

    So are ``12 (36%) of 46``, ``of 46 patients, 12 (36%)`` and ``twelve of 46, or 36 per cent`` read.
    """
    text = evened(wording.text).replace("\u00a0", " ")
    for sign in re.compile(_SIGN).finditer(text):
        at = sign.end() - 1
        line = line_start(text, max(0, at - _FURTHEST), at)
        found = _count_at(text, line, at)
        if found and _is_other(text, found) and not _is_modelled(text, at):
            yield _told(wording, found)


def _count_at(text: str, line: int, at: int) -> re.Match[str] | None:
    """The count that stands beside the per cent sign that ends at ``at``; no match reaches back beyond ``line``."""
    opened = text[at + 1 : at + 3].strip()[:1] in {"(", "["} or text.startswith(" of ", at + 1)
    if opened and (number := re.compile(_LAST).search(text, line, at + 1)):
        found = re.compile(_PERCENT_FIRST).match(text, number.start(), at + _FURTHEST)
        if found:
            of_others = found["of"] and found["counted"] and found["of"] not in found["counted"].split()
            return None if of_others else found
    before = text[line:at]
    if "/" not in before and "f " not in before and " of " not in text[at : at + 10]:
        return None
    found = None
    if re.compile(_ENDS).match(text, at + 1):
        found = re.compile(_COUNT_FIRST).search(text, line, at + 1)
    if not found and text[at + 1 : at + 3].strip()[:1] in {")", "]"}:
        found = _count_around(text, line, at)
    return None if found and re.search(_ORDINAL, text[line : found.start()]) else found


def _count_around(text: str, line: int, at: int) -> re.Match[str] | None:
    """``12 (36%) of 46``, ``of the 46 patients, 12 (36%)``."""
    if text.startswith(" of ", at + 2) or text.startswith(" out of ", at + 2):
        for found in re.compile(_PERCENT_BETWEEN).finditer(text, line, at + _FURTHEST):
            if found.end("p") <= at < found.start("whole"):
                return found
    elif "f " in text[line:at] and not re.compile(_OF_OTHERS).match(text, at + 1):
        return re.compile(_WHOLE_FIRST).search(text, line, at + 1)
    return None


def _is_other(text: str, found: re.Match[str]) -> bool:
    """Whether the percentage is another than that of the count, neither rounded nor cut off."""
    before = text[max(0, found.start("p") - _BEFORE) : found.start("p")]
    before_count = text[max(0, found.start("count") - _BEFORE) : found.start("count")]
    if re.search(_NOT_A_SHARE, before) or re.search(_NOT_EXACTLY, before_count):
        return False
    slack = _MOST_ROUGHLY if re.search(_ROUGHLY, before) else _HAIR
    part, whole, half = _number(found["part"]), _number(found["whole"]), half_unit(found["p"])
    if whole <= 1:
        return False
    turned = part > whole  # mostly a place in a row, but not with the percentage of the other way round
    if turned:
        part, whole = whole, part
    agrees = -half - slack <= 100 * part / whole - float(found["p"]) < 2 * half + slack
    return agrees == turned


def _is_modelled(text: str, at: int) -> bool:
    """Whether words around the per cent sign at ``at`` say that its percentage is not one of a count alone."""
    before = text[max(0, at - _AROUND) : at].rpartition("\n")[2]
    after = text[at : at + _AROUND].partition("\n")[0]
    *_, begun = sentences(before)
    ended = next(sentences(after))
    sentence = before[begun.start :] + after[: ended.end]
    return re.search(_MODELLED, sentence) is not None or re.search(_METHOD, before) is not None


def _told(wording: Wording, found: re.Match[str]) -> Problem:
    percentage = found["p"]
    share = 100 * _number(found["part"]) / _number(found["whole"])
    places = len(percentage.partition(".")[2])
    gives = f"{share:.{max(places, 1)}f}".removesuffix(".0")
    count = found["count"] if "/" in found["count"] else f"{found['part']} of {found['whole']}"
    message = f"{count} is {gives}%, not {percentage}%"
    hint = "look in the article which of the three is right"
    return wording.problem("percentage-inconsistent", found.start("p"), message, hint)


def _number(typed: str) -> int:
    if typed[0].isdigit():
        return int(typed.replace(",", ""))
    words = {word: number for number, word in enumerate((*ONES, *_TEENS), start=1)}
    words |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    return sum(words[word] for word in re.split(r"[\s-]", typed.lower()))
