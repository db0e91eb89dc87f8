"""Whom the text names as the study's first author, held to the citation."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import date_span, find_date, folded
from pprmail.editorial.bylines import authors
from pprmail.editorial.wording import BLURB, IMPLICATIONS, TEXT, wording_of_citation, wording_of_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.bylines import Author
    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem
    from pprmail.model import Summary

_OTHERS = (
    "colleagues", "co-workers", "coworkers", "associates", "collaborators", "co-authors", "coauthors", "team",
)  # fmt: skip
_JOINED = tuple(f" {word} {whose}" for word in ("and", "&") for whose in ("", "his ", "her ", "their "))
_TEAM_JOINED = tuple(joined for joined in _JOINED if joined not in {" and ", " & "})
_LONGEST_JOINED = max(map(len, _JOINED))
_GATES = (*_OTHERS, "et al")
_READ = frozenset({BLURB, TEXT, IMPLICATIONS})
_PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dal", "la", "le", "du", "dos", "das", "des",
    "ten", "ter", "te", "al", "el", "bin", "ibn", "ben", "zu", "zur", "af", "av", "y", "st",
})  # fmt: skip
_PEOPLE = frozenset({
    "author", "authors", "client", "clients", "clinician", "clinicians", "colleague", "counsellor", "counsellors",
    "counselor", "counselors", "doctor", "doctors", "expert", "experts", "families", "family", "friend", "friends",
    "he", "i", "investigator", "investigators", "leader", "leaders", "manager", "managers", "member", "members",
    "mentor", "mentors", "nurse", "nurses", "participant", "participants", "partner", "partners", "patient",
    "patients", "peer", "peers", "physician", "physicians", "practitioner", "practitioners", "psychiatrist",
    "psychiatrists", "psychologist", "psychologists", "psychotherapist", "psychotherapists", "relatives",
    "researcher", "researchers", "she", "staff", "student", "students", "supervisee", "supervisees", "supervisor",
    "supervisors", "teacher", "teachers", "therapist", "therapists", "they", "trainee", "trainees", "we", "you",
})  # fmt: skip
_LEADS = frozenset({
    "a", "after", "also", "although", "an", "and", "as", "at", "because", "both", "but", "by", "for", "following", "from",
    "earlier", "here", "if", "in", "later", "like", "of", "on", "originally", "previously", "recently", "since", "so", "that",
    "the", "then", "to", "unlike", "when", "while", "with", "yet",
})  # fmt: skip
"""What begins a sentence with a capital letter before a name."""
_ADVERBS = frozenset({
    "again", "also", "elsewhere", "first", "further", "furthermore", "hence", "here", "however", "indeed", "instead", "later",
    "meanwhile", "moreover", "nevertheless", "next", "nonetheless", "now", "overall", "second", "still", "then", "third",
    "thus", "today", "together",
})  # fmt: skip
"""What a sentence begins with before a comma; besides those that end in -ly."""
_OPENINGS = (
    "In a ",
    "In an ",
    "In this ",
    "In their ",
    "To ",
    "Here",
    "For this ",
    "For their ",
    "In the present ",
    "In the current ",
)
_STUDIES = frozenset({
    "analysis", "article", "experiment", "meta-analysis", "paper", "review", "study", "survey", "trial",
})  # fmt: skip
"""What "In this trial", "The trial by" and "Smith and colleagues’ trial" speak of."""
_LONGEST_STUDY = 4
"""Words of "randomized controlled trial" and of what stands before it."""
_THIS_STUDY = ("This ", "In this ", "The present ", "The current ", "In the present ", "In the current ")
_TEAMS = frozenset({
    f"The {team}" for team in ("authors", "investigators", "research group", "research team", "researchers", "team")
})  # fmt: skip
"""Whom brackets behind it name."""
_OTHER_STUDY = frozenset({
    "earlier", "previous", "previously", "prior", "past", "other", "another", "original", "originally", "before",
    "unlike", "like", "contrast", "classic", "seminal", "landmark", "ago", "decade", "decades", "years", "since", "once",
    "first", "had", "have", "has", "developed", "proposed", "introduced", "coined", "called", "argued", "based",
    "following", "building", "replicate", "replicated", "extend", "extended", "scale", "measure", "model", "theory",
    "cited", "famous", "influential", "known", "pioneering", "wellknown",
})  # fmt: skip
_EARLIER = frozenset({"another", "earlier", "other", "past", "previous", "prior"})
_WORK = (
    "analys", "evidence", "experiment", "finding", "literature", "meta", "research", "result", "review", "stud", "trial",
    "work",
)  # fmt: skip
"""What is another's, behind one of ``_EARLIER``, wherever the sentence has it."""
_STUDIED = frozenset({
    "aimed", "analysed", "analysis", "analyses", "analyzed", "asked", "assessed", "brought", "carried", "checked", "collected",
    "combined", "compare", "compared", "conclude", "concluded", "conducted", "data", "describe", "described", "determined",
    "did", "enrolled", "estimate", "estimated", "evaluated", "evidence", "examined", "experiment", "explored", "find",
    "findings", "followed", "found", "gathered", "hypothesised", "hypothesized", "identified", "included", "interviewed",
    "interviews", "investigated", "looked", "measured", "meta", "noted", "observed", "participants", "performed", "pooled",
    "predicted", "ran", "randomised", "randomized", "randomly", "recommend", "recruited", "report", "reported", "results",
    "review", "reviewed", "sample", "samples", "searched", "selected", "set", "show", "showed", "sought", "studied", "studies",
    "study", "suggest", "suggested", "summarised", "summarized", "survey", "surveyed", "synthesised", "synthesized", "test",
    "tested", "tracked", "trial", "trials", "used", "wanted", "wondered",
})  # fmt: skip
"""What a sentence says of those who made a study, and of nobody who met, taught or quarrelled."""
_STOPS = (".", "!", "?", "…", ":")
_OPENING_MARKS = "“‘\"'("
_LONGEST_NAME, _LONGEST_BEHIND, _LONGEST_SAID, _LONGEST_BEFORE, _LONGEST_SENTENCE = 60, 48, 120, 300, 300
_MOST_LISTED = 8
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe"})


class Naming(NamedTuple):
    """``name`` stands at ``at`` of the words; ``before`` and ``behind`` it is the rest of its sentence, as far as it matters."""

    at: int
    name: str
    before: str
    behind: str


def first_author_problems(summary: Summary) -> Iterator[Problem]:
    """The text's first "Smith and colleagues" that may not be another study's, when Smith is not the first author.

    Quiet when the first author is named anywhere in the text.
    """
    wording = wording_of_summary(summary)
    if not any(gate in wording.text for gate in _GATES):
        return
    citation = wording_of_citation(summary).text
    byline = _byline(citation)
    first = byline.partition(",")[0]
    namings = []
    for naming in _namings(wording):
        if _are_same(naming.name, first):
            return
        namings.append(naming)
    people = authors(byline) if namings else ()
    if not people or not people[0].initials:
        return
    date = find_date(citation)
    year = str(date.year) if date else ""
    others = {one.name for one in namings if _is_of_another(one, year)}
    one = next((one for one in namings if one.name not in others and _says_study(one)), None)
    if one is None or _is_named(people[0].family, wording.text):
        return
    place = next((n for n, author in enumerate(people, 1) if _are_same(one.name, author.family)), None)
    who = "is not an author of the citation" if place is None else f"is the {ordinal(place)} author of the citation"
    yield wording.problem(
        "first-author-mismatch",
        one.at,
        f"{one.name!r} {who}, whose first author is {people[0].family!r}",
        "look which of the two is another study's; a year beside the name, as in 'Smith and colleagues (2010)', says that it is",
    )


def ordinal(number: int) -> str:
    """``third``, ``11th``, ``21st``."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"


def _namings(wording: Wording) -> Iterator[Naming]:
    for block, words in zip(wording.blocks, wording.text.split("\n"), strict=True):
        if block.kind in _READ and any(gate in words for gate in _GATES):
            yield from _namings_in(words.replace("\u00a0", " "), block.start)


def _namings_in(text: str, start: int) -> Iterator[Naming]:
    """Those in the paragraph ``text``, which begins at ``start`` of the words."""
    for at, end in sorted(_marks(text)):
        begin, name = _name_at(text, at)
        if name:
            before = _sentence_before(text[max(0, begin - _LONGEST_BEFORE) : begin])
            behind = text[end : end + _LONGEST_SENTENCE].lstrip(".").partition(". ")[0]
            yield Naming(start + begin, _without_possessive(name), before, behind)


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Where a name ends, and where "et al" or "and her colleagues" behind it does."""
    for end in _ends_of(text, " et al"):
        yield end - len(" et al"), end
    for others in _OTHERS:
        for end in _ends_of(text, others):
            at = end - len(others)
            before = text[max(0, at - _LONGEST_JOINED) : at]
            joined = (one for one in (_TEAM_JOINED if others == "team" else _JOINED) if before.endswith(one))
            yield from ((at - len(one), end) for one in joined)


def _ends_of(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not text[end : end + 1].isalnum():
            yield end
        at = text.find(words, end)


def _name_at(text: str, end: int) -> tuple[int, str]:
    """Where the name begins that stands before ``end``, and it; of ``Doe, Roe, and colleagues`` the first."""
    if text[end - 1 : end] != ",":
        name = _name_before(text[max(0, end - _LONGEST_NAME) : end])
        return end - len(name), name
    begin, name, comma = end, "", end - 1
    for _ in range(_MOST_LISTED):
        earlier = _name_before(text[max(0, comma - _LONGEST_NAME) : comma])
        at = comma - len(earlier)
        if not earlier or (name and not _is_listed(text, at, earlier)):
            break
        begin, name, comma = at, earlier, at - 2
        if text[comma:begin] != ", ":
            break
    return begin, name


def _is_listed(text: str, at: int, name: str) -> bool:
    """Whether ``name`` at ``at``, which a comma and a name follow, is one of a list, not the "However" or "In Ottawa" before it."""
    before = text[max(0, at - _LONGEST_BEFORE) : at].rstrip()
    is_whole = not before or before.endswith((*_STOPS, *_OPENING_MARKS, ",", " by"))
    word = name.casefold()
    return is_whole and word not in _ADVERBS and not word.endswith("ly")


def _name_before(text: str) -> str:
    """The capitalised words that ``text`` ends with, with the particles before them; '' where they are no one's name."""
    words = text.split(" ")
    count = 0
    for word in reversed(words):
        bare = word.lstrip(_OPENING_MARKS)
        is_particle = bare.casefold() in _PARTICLES
        if not bare or not bare[-1].isalpha() or not (bare[0].isupper() or (is_particle and count)):
            break
        count += 1
        if bare != word:
            break
    while count and words[-count].casefold() in _LEADS:
        count -= 1
    name = " ".join(words[-count:]).lstrip(_OPENING_MARKS) if count else ""
    plain = _without_possessive(name).casefold()
    return "" if plain in _PARTICLES or any(word in _PEOPLE for word in plain.split()) else name


def _without_possessive(name: str) -> str:
    return name[:-2] if name.endswith(("’s", "'s")) else name


def _sentence_before(before: str) -> str:
    """The sentence that ``before`` ends in; '' where the next one begins."""
    before = before.rstrip(f" {_OPENING_MARKS}")
    if before.endswith(_STOPS):
        return ""
    return before[max(before.rfind(f"{stop} ") for stop in ".?!") + 1 :].strip()


def _says_study(naming: Naming) -> bool:
    """The sentence says what those do who make a study. "The study of Freud" alone may be one about him."""
    return _is_of_study(naming.behind[:_LONGEST_SAID]) or (
        not naming.before.endswith(" of") and _is_of_study(naming.before)
    )


def _is_of_study(words: str) -> bool:
    return any(word in _STUDIED or (word.isdecimal() and len(word) > 1) for word in folded(words).split())


def _is_of_another(naming: Naming, year: str) -> bool:
    """It may speak of another study than that of ``year``, the citation's."""
    return not _may_be_of_this(naming.before, year) or _is_of_other(naming.behind, year)


def _may_be_of_this(before: str, year: str) -> bool:
    """What stands before the name in its sentence lets it be this study's: nothing, or "In this study,", "To find out,"."""
    if any(word in _OTHER_STUDY or (word.isdecimal() and word != year) for word in folded(before).split()):
        return False
    if before.rstrip(",") in {"", "Recently", f"In {year}"}:
        return True
    if before.endswith(","):
        return before.startswith(_OPENINGS)
    return before in _TEAMS or (before.endswith(" by") and before.startswith(_THIS_STUDY)) or _is_study(before)


def _is_study(before: str) -> bool:
    """The whole is "In this trial", "The trial by" or "The randomized trial of"."""
    words = before.split(" ")
    if words[0] in {"The", "This"} and words[-1] in {"by", "of"}:
        words = words[1:-1]
    else:
        opening = next((one for one in _OPENINGS if one.startswith("In ") and before.startswith(one)), "")
        words = before[len(opening) :].split(" ") if opening else []
    return bool(words) and _begins_with_study(words) == len(words)


def _begins_with_study(words: list[str]) -> int:
    """How many words it takes to name a study, as in ``randomized controlled trial``; 0 where they name none."""
    for count, word in enumerate(words[:_LONGEST_STUDY], 1):
        bare = word.strip(",.;:!?)”").casefold()
        if bare in _STUDIES:
            return count
        if bare != word.casefold() or bare in _LEADS:
            break
    return 0


def _is_of_other(behind: str, year: str) -> bool:
    """Another year, a possessive ("and colleagues’ scale"), "had shown" stand behind; or the sentence tells of "earlier work"."""
    if behind[:1] in {"’", "'"} and not _begins_with_study(behind[1:].split()):
        return True
    near = folded(behind[:_LONGEST_BEHIND]).split()
    if any(word in _OTHER_STUDY or (_is_year(word) and word != year) for word in near):
        return True
    words = folded(behind).split()
    return any(word in _EARLIER and after.startswith(_WORK) for word, after in pairwise(words))


def _is_year(word: str) -> bool:
    """``2019`` and ``2019a``, but not ``200``."""
    return word[:2] in {"19", "20"} and len(word) >= len("2019") and word[:4].isdecimal()


def _are_same(name: str, family: str) -> bool:
    """One of the two may leave out a particle, a given name or half of a double name."""
    ours, theirs = _words(name), _words(family)
    joined, other = "".join(folded(name).split()), "".join(folded(family).split())
    return bool(ours & theirs) or joined == other or not ours or not theirs


def _words(name: str) -> set[str]:
    """The words that tell a name from others, with Müller and Mueller alike."""
    words = folded(name).replace("ae", "a").replace("oe", "o").replace("ue", "u").split()
    return {word for word in words if len(word) > 1 and word not in _PARTICLES}


def _is_named(family: str, text: str) -> bool:
    # Nobody's family name is all in small letters
    may_be_names = {word for word in text.split() if not word.islower()}
    return not _words(family).isdisjoint(_words(" ".join(may_be_names)))


def _byline(citation: str) -> str:
    """The people before the date."""
    span = date_span(citation)
    return citation[: span.start] if span else ""


def own_author(summary: Summary, writers: str) -> Author | None:
    """The first author of the citation who is one of ``writers``: the same family's name, also with ``ue`` for ``ü``, and first initial.

    ``at`` is a place in ``wording_of_citation``.
    """
    names = tuple(_split_writers(writers))
    byline = _byline(wording_of_citation(summary).text)
    spellings = (folded,) if writers.isascii() and byline.isascii() else (folded, _spelled_out)
    for spell in spellings:
        spelled = [spell(name).split() for name in names]
        if not any(name and name[-1] in spell(byline) for name in spelled):
            continue
        for author in authors(byline):
            family, initial = spell(author.family).split(), spell(author.initials)[:1]
            if any(
                name[-len(family) :] == family and len(name) > len(family) and name[0][:1] == initial
                for name in spelled
            ):
                return author
    return None


def _spelled_out(text: str) -> str:
    """``folded``, with ``ue`` for ``ü`` and so on; "Doe" and "Do" stay two names, as they do not in ``_words``."""
    return folded(unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS))


def _split_writers(writers: str) -> Iterator[str]:
    """``Jane Doe, PhD, and Dr. John Roe`` as two names; ``Doe, J. R.`` as ``J. R. Doe``."""
    text = writers.partition("(")[0].replace(" and ", ",").replace(" & ", ",").replace(";", ",")
    previous = ""
    for piece in text.split(","):
        name = piece.strip()
        for title in ("Dr. ", "Dr ", "Prof. ", "Professor "):
            name = name.removeprefix(title)
        if " " in name and not all(len(word) == 1 for word in folded(name).split()):
            yield name
        elif previous and " " not in previous and name:
            yield f"{name} {previous}"
        previous = name
