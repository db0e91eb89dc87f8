"""What an editor marks in the words themselves: spaces, hyphens, abbreviations, long sentences, words about people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.editorial.sentences import sentences
from pprmail.editorial.wording import IMPLICATIONS, TEXT, TITLE

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

LONGEST_SENTENCE = 60
"""Words, which are runs between spaces that hold a letter or a digit."""


class Manner(NamedTuple):
    """How a newsletter is written: ``known`` are the abbreviations that its readers know."""

    known: frozenset[str]
    is_french: bool = False


def language_problems(wording: Wording, manner: Manner, *, is_summary: bool) -> Iterator[Problem]:
    """Every doubt about the words of one file.

    An abbreviation is looked for in a summary alone: each is read by itself.
    """
    yield from _title_full_stop(wording)
    yield from _spacing(wording, is_french=manner.is_french)
    yield from _hyphenation(wording)
    yield from _long_sentences(wording)
    yield from _person_first(wording)
    if is_summary:
        yield from _undefined_abbreviations(wording, manner.known)


# Of a title

_ABBREVIATED_END = re.compile(r"(?:\.\.|\b(?:[A-Za-z]\.)+[A-Za-z]\.|\b(?:al|etc|vs|Jr|Sr|Inc)\.)$")


def _title_full_stop(wording: Wording) -> Iterator[Problem]:
    title = wording.blocks[0] if wording.blocks and wording.blocks[0].kind == TITLE else None
    if title is None:
        return
    words = title.source.text
    if words.endswith(".") and not _ABBREVIATED_END.search(words):
        yield wording.problem("title-full-stop", len(words) - 1, "the title ends in a full stop", "take it out")


# Spaces

# Each begins with a sign that is rarer than a space or a capital
_BEFORE = re.compile(r"[,;.):?!](?<=[ \u00a0].)")
# Before these French has a space, in a text in French also a plain one
_FRENCH = frozenset(";:?!")
_INSIDE = re.compile(r"\([ \u00a0]+(?=\S)")
_AFTER = re.compile(r"[,;.?!](?=[^\W_])")
_OPENED = re.compile(r"\((?<=[^\W\d_][^\W\d_]\()(?=[A-Z]{2})")
_CLOSED = re.compile(r"\)(?<=[A-Z]{2}\))(?=[a-zà-ÿ]{2})")
_BEFORE_NUMBER_OR_ELLIPSIS = re.compile(r"\.(?:[\d.…]|\s\.|[a-z])|…|[:;][-()DPp]")
# Within an address nothing is a slip
_ADDRESS = re.compile(r"://|www\.|@|\bdoi\b|\b10\.\d{4}|\w\.(?:com|org|net|edu|ca)\b", re.IGNORECASE)


def _spacing(wording: Wording, *, is_french: bool) -> Iterator[Problem]:
    text = wording.text
    for found in _BEFORE.finditer(text):
        at, sign = found.start() - 1, found[0]
        if sign in _FRENCH and (is_french or text[at] == "\u00a0" or text[at + 2 : at + 3].isdigit()):
            continue
        if _ends_word(text[at - 1 : at]) and not _BEFORE_NUMBER_OR_ELLIPSIS.match(text, at + 1):
            yield wording.problem("spacing", at, f"a space stands before {sign!r}", "take it out")
    for found in _INSIDE.finditer(text):
        yield wording.problem("spacing", found.start() + 1, "a space follows '('", "take it out")
    for found in _AFTER.finditer(text):
        at, sign = found.start(), found[0]
        if _runs_on(text, at, sign) and not _ADDRESS.search(_word_at(text, at)):
            yield wording.problem("spacing", at, f"no space follows {sign!r}", "put one after it")
    runs_on = [one.start() for one in _OPENED.finditer(text) if text[one.start() - 1].islower()]
    for at in (*runs_on, *(one.start() for one in _CLOSED.finditer(text))):
        yield wording.problem("spacing", at, "no space parts the bracket from the word", "put one between")


def _ends_word(character: str) -> bool:
    return character.isalnum() or character in {")", "]", "%", "”", "’", '"'}


_LONGEST_BOUND = 8


def _runs_on(text: str, at: int, sign: str) -> bool:
    """``word,word``, ``word;95``, ``found.The``; not ``1,100``, ``e.g.this``, ``.05``, ``[.41;.87]``."""
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 3]
    if sign in {",", ";"}:
        return (
            bool(before)
            and (before[-1].isalnum() or before[-1] in {"%", ")", "]"})
            and (after[0].isalpha() or (sign == ";" and "[" not in text[max(0, at - _LONGEST_BOUND) : at]))
        )
    return len(before) > 1 and before.isalpha() and before.islower() and len(after) > 1 and after.istitle()


def _word_at(text: str, offset: int) -> str:
    """What stands between white space around ``offset``; of a very long word, what is near."""
    near = text[max(0, offset - 200) : offset].rsplit(None, 1)
    after = text[offset : offset + 200].split(None, 1)
    return (near[-1] if near else "") + (after[0] if after else "")


# Hyphens

# Each begins with a sign that is rare, so that a text is looked through fast
_HYPHEN = re.compile(r"[-\u2010\u2011](?=([^\W\d_]{2,})(?![\w-]))")
_WORD_BEFORE = re.compile(r"(?<![\w-])[^\W\d_]+\Z")
_LONGEST_WORD = 40
_MOST = 200
"""Of words with a hyphen, and of abbreviations, so many are looked into; each is sought in the whole text."""
_NEVER_ALONE = frozenset({"meta", "non", "anti", "multi", "semi", "quasi", "pseudo", "neuro", "bio", "socio"})
_NEVER_APART = {("well", "being")}
# Two words with a hyphen and one without it
_DIFFERENT = frozenset({"re", "co", "un"})


def _hyphenation(wording: Wording) -> Iterator[Problem]:
    """A word with a hyphen here and without one there; told once, where it is rarer, or else later."""
    text = wording.small
    seen: set[tuple[str, str]] = set()
    for hyphen in _HYPHEN.finditer(text):
        before = _WORD_BEFORE.search(text, max(0, hyphen.start() - _LONGEST_WORD), hyphen.start())
        if before is None:
            continue
        first, last = before[0], hyphen[1].removesuffix("s")
        if (first, last) in seen or len(seen) == _MOST:
            continue
        seen.add((first, last))
        for other in _other_spellings(first, last):
            if other in text and (places := _words_beginning(other, text)):
                yield _mixed(wording, _words_beginning(f"{first}{hyphen[0]}{last}", text), places)


def _other_spellings(first: str, last: str) -> Iterator[str]:
    if first not in _DIFFERENT:
        yield first + last
    if first in _NEVER_ALONE or (first, last) in _NEVER_APART:
        yield f"{first} {last}"


def _words_beginning(word: str, text: str) -> list[re.Match[str]]:
    """Where ``word`` stands as a word, in its singular or its plural."""
    return list(re.finditer(rf"(?<![\w-]){re.escape(word)}(?:s|es)?(?![\w-])", text))


def _mixed(wording: Wording, ours: list[re.Match[str]], theirs: list[re.Match[str]]) -> Problem:
    odd, usual = (ours, theirs) if len(ours) < len(theirs) else (theirs, ours)
    if len(ours) == len(theirs) and ours[0].start() > theirs[0].start():
        odd, usual = ours, theirs
    written, other = (wording.text[one.start() : one.end()] for one in (odd[0], usual[0]))
    message = f"{written!r} here, {other!r} elsewhere"
    return wording.problem("hyphenation", odd[0].start(), message, "spell it in one way")


# Abbreviations

_ABBREVIATION = re.compile(r"[A-Z]{2,6}(?=s?(?:\W|$|-\d))")
_ROMAN = re.compile(r"[IVXLC]+")
KNOWN = frozenset((
    "AM", "PM", "BC", "AD", "CE", "BCE", "UK", "US", "USA", "EU", "UN", "UNESCO", "WHO", "NHS", "DNA", "RNA", "HIV",
    "AIDS", "IQ", "JAMA", "BMJ", "PNAS", "NIMH", "MRI", "EEG", "ECG", "CT", "TV", "CD", "DVD", "GPS", "PDF", "FAQ", "URL", "USB", "OK", "DSM",
    "ICD", "APA", "CEO", "MD", "BA", "MA", "LGBT", "LGBTQ", "COVID", "SARS", "ID", "VS", "ANOVA", "ANCOVA", "MANOVA",
))  # fmt: skip
"""What every reader knows, in text or of the field."""
_SHOUTED = frozenset((
    "ALL", "AND", "ANY", "ARE", "BOTH", "BUT", "CAN", "DO", "FOR", "IF", "IN", "IS", "IT", "MAY", "MORE", "MUST",
    "NO", "NOT", "NOW", "OF", "ON", "ONE", "ONLY", "OR", "SO", "THE", "TO", "WHO", "WHY", "YES", "YOU",
))  # fmt: skip
_INTRODUCED = re.compile(r"(?:\bor|\bas|\bcalled|\babbreviated(?: to)?|[“\"]|[(\[](?:[A-Z][\w-]*/)?)\s?$")
_EXPLAINED = re.compile(
    r"(?:-\d+)?s?(?: (?:scores?|scale|scales|total))? ?[(\[][^\W\d_]|\s?[—–]\s?[a-z]|,? (?:i\.e\.|that is|stands for|is short for|means)"
)


def _undefined_abbreviations(wording: Wording, known: Container[str]) -> Iterator[Problem]:
    """An abbreviation that the text uses and nowhere spells out, where it first stands; titles may hold one."""
    text = wording.text
    told: set[str] = set()
    for found in _ABBREVIATION.finditer(text):
        short, before = found[0], text[found.start() - 1 : found.start()]
        if before.isalnum() or before in {".", "-", "_"}:
            continue
        if short in told or short in known or short in KNOWN or short in _SHOUTED or _ROMAN.fullmatch(short):
            continue
        if len(told) == _MOST or wording.block_at(found.start()).kind not in {TEXT, IMPLICATIONS}:
            continue
        told.add(short)
        if not _is_spelled_out(short, text):
            yield wording.problem(
                "abbreviation-undefined",
                found.start(),
                f"{short!r} is spelled out nowhere in this summary",
                f"write it out the first time, with ({short}) after it, or name it under [check] abbreviations",
            )


def _is_spelled_out(short: str, text: str) -> bool:
    """``long form (SHORT)``, ``SHORT (long form)``, ``long form, or SHORT``."""
    for found in re.finditer(rf"(?<!\w){short}(?=s?(?:\W|$))", text):
        before = text[max(0, found.start() - 24) : found.start()]
        if _INTRODUCED.search(before) or _EXPLAINED.match(text, found.end()):
            return True
    return False


# Sentences


def _long_sentences(wording: Wording) -> Iterator[Problem]:
    for block in wording.blocks:
        if block.kind not in {TEXT, IMPLICATIONS} or block.source.text.count(" ") < LONGEST_SENTENCE:
            continue
        end = wording.text.find("\n", block.start)
        text = wording.text[block.start : end if end >= 0 else len(wording.text)]
        for sentence in sentences(text):
            if text.count(" ", sentence.start, sentence.end) < LONGEST_SENTENCE:
                continue
            words = sum(any(map(str.isalnum, word)) for word in text[sentence.start : sentence.end].split())
            if words > LONGEST_SENTENCE:
                yield wording.problem(
                    "long-sentence",
                    block.start + sentence.start,
                    f"a sentence of {words} words",
                    f"cut it in two: {LONGEST_SENTENCE} are much already",
                )


# People (APA 7, 5.4 and 5.6: person first, and no word that blames)

# By a part of the word that is rare, so that a text is looked through nine times and not for each word
_PEOPLE = {
    "ics": {
        "schizophrenics": "people with schizophrenia",
        "anorexics": "people with anorexia nervosa",
        "bulimics": "people with bulimia nervosa",
        "alcoholics": "people with alcohol use disorder",
        "psychotics": "people with psychosis",
        "neurotics": "people with neurotic symptoms",
        "autistics": "autistic people",
        "epileptics": "people with epilepsy",
        "diabetics": "people with diabetes",
    },
    "addicts": {
        "addicts": "people with a substance use disorder",
    },
    "abusers": {
        "drug abusers": "people who use drugs",
        "substance abusers": "people with a substance use disorder",
    },
    "borderlines": {
        "borderlines": "people with borderline personality disorder",
    },
    "narcissists": {
        "narcissists": "people with narcissistic personality disorder",
    },
    "depressives": {
        "depressives": "people with depression",
    },
    "ally ": {
        "the mentally ill": "people with a mental illness",
        "the mentally retarded": "people with an intellectual disability",
    },
    "wheelchair": {
        "wheelchair-bound": "who uses a wheelchair",
    },
    "suicide": {
        "commit suicide": "die by suicide",
        "commits suicide": "dies by suicide",
        "committed suicide": "died by suicide",
        "committing suicide": "dying by suicide",
        "successful suicide": "suicide",
        "failed suicide": "suicide attempt",
    },
}


# Between these, the word is another's
_QUOTES = frozenset("“”‘’\"'")


def _person_first(wording: Wording) -> Iterator[Problem]:
    text = wording.small
    words = [pair for part, words in _PEOPLE.items() if part in text for pair in words.items()]
    for word, better in words:
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not (text[at - 1 : at].isalnum() or text[at - 1 : at] == "-" or text[end : end + 1].isalnum()) and (
                not text.startswith((" anonymous", " prevention"), end)
                and not (text[at - 1 : at] in _QUOTES and text[end : end + 1] in _QUOTES)
            ):
                message = f"{wording.text[at:end]!r} names people by a disorder, or blames them"
                yield wording.problem("person-first", at, message, f"write {better!r}")
            at = text.find(word, end)
