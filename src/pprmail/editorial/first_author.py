"""Whom the text names as the study's first author, held to the citation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import date_span, folded
from pprmail.editorial.bylines import authors
from pprmail.model import Listing, Paragraph, plain_prose
from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.editorial.bylines import Author
    from pprmail.errors import Problem
    from pprmail.model import Passage, Prose, Summary

_OTHERS = ("colleagues", "co-workers", "coworkers", "associates", "collaborators", "team")
_WHOSE = ("", "his ", "her ", "their ")
_MARKS = (" et al", *(f" and {whose}{others}" for others in _OTHERS for whose in _WHOSE if whose or others != "team"))
_GATES = (*_OTHERS, " et al")
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
    "here", "if", "in", "like", "of", "on", "since", "so", "that", "the", "then", "to", "unlike", "when", "while", "with",
    "yet",
})  # fmt: skip
"""What begins a sentence with a capital letter before a name."""
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
_THIS_STUDY = ("This ", "In this ", "The present ", "The current ", "In the present ", "In the current ")
_OTHER_STUDY = frozenset({
    "earlier", "previous", "previously", "prior", "past", "other", "another", "original", "originally", "before",
    "unlike", "like", "contrast", "classic", "seminal", "landmark", "ago", "decade", "decades", "years", "since", "once",
    "first", "had", "have", "has", "developed", "proposed", "introduced", "coined", "called", "argued", "based",
    "following", "building", "replicate", "replicated", "extend", "extended", "scale", "measure", "model", "theory",
})  # fmt: skip
_LONGEST_NAME, _LONGEST_BEHIND, _LONGEST_BEFORE = 60, 48, 300
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class Naming(NamedTuple):
    """``name`` stands at ``at`` of ``source``; ``is_of_another`` when the words around it may speak of another study."""

    source: Passage
    at: int
    name: str
    is_of_another: bool


def first_author_problems(summary: Summary) -> Iterator[Problem]:
    """The text's first "Smith and colleagues" that may not be another study's, when Smith is not the first author.

    Quiet when the first author is named anywhere in the text.
    """
    namings = tuple(_namings(summary.body))
    span = date_span(summary.citation.text) if namings else None
    byline = summary.citation.text[: span.start] if span else ""
    first = byline.partition(",")[0]
    people = () if any(_are_same(one.name, first) for one in namings) else authors(byline)
    if not people or not people[0].initials:
        return
    others = {one.name for one in namings if one.is_of_another}
    one = next((one for one in namings if one.name not in others), None)
    if one is None or _is_named(people[0].family, summary):
        return
    place = next((n for n, author in enumerate(people, 1) if _are_same(one.name, author.family)), None)
    who = "is not an author of the citation" if place is None else f"is the {ordinal(place)} author of the citation"
    yield problem(
        "first-author-mismatch",
        one.source.place(one.at),
        f"{one.name!r} {who}, whose first author is {people[0].family!r}",
        "look which of the two is another study's; a year beside the name, as in 'Smith and colleagues (2010)', says that it is",
    )


def ordinal(number: int) -> str:
    """``third``, ``11th``, ``21st``."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in {11, 12, 13} else "th"
    return f"{number}{ending}"


def _namings(prose: Prose) -> Iterator[Naming]:
    for block in prose:
        if isinstance(block, Listing):
            for item in block.items:
                yield from _namings(item)
        elif isinstance(block, Paragraph) and any(gate in block.source.text for gate in _GATES):
            yield from _namings_in(block.source)


def _namings_in(source: Passage) -> Iterator[Naming]:
    text = source.text.replace("\n", " ").replace("\u00a0", " ")
    for at, end in sorted(_marks(text)):
        name = _name_before(text[max(0, at - _LONGEST_NAME) : at])
        if name:
            begin = at - len(name)
            bare = _without_possessive(name)
            before = text[max(0, begin - _LONGEST_BEFORE) : begin]
            yield Naming(
                source, begin, bare, not _is_of_this(before) or _is_of_other(text[end : end + _LONGEST_BEHIND])
            )


def _marks(text: str) -> Iterator[tuple[int, int]]:
    for mark in _MARKS:
        at = text.find(mark)
        while at >= 0:
            end = at + len(mark)
            if not text[end : end + 1].isalnum():
                yield at, end
            at = text.find(mark, end)


def _name_before(text: str) -> str:
    """The capitalised words that ``text`` ends with, with the particles before them; '' where they are no one's name."""
    words = text.split(" ")
    count = 0
    for word in reversed(words):
        bare = word.lstrip("*_“‘\"'(")
        is_particle = bare.casefold() in _PARTICLES
        if not bare or not bare[-1].isalpha() or not (bare[0].isupper() or (is_particle and count)):
            break
        count += 1
        if bare != word:
            break
    while count and words[-count].casefold() in _LEADS:
        count -= 1
    name = " ".join(words[-count:]).lstrip("*_“‘\"'(") if count else ""
    plain = _without_possessive(name).casefold()
    return "" if plain in _PARTICLES or any(word in _PEOPLE for word in plain.split()) else name


def _without_possessive(name: str) -> str:
    return name[:-2] if name.endswith(("’s", "'s")) else name


def _is_of_this(before: str) -> bool:
    """What stands before the name lets it be this study's: the sentence begins with it, or says "In this study,", "To find out,"."""
    before = before.rstrip(" *_“‘\"'(")
    if not before or before[-1] in ".!?…:":
        return True
    sentence = before[max(before.rfind(stop) for stop in (". ", "? ", "! ")) + 1 :].strip()
    if any(word in _OTHER_STUDY or word.isdecimal() for word in folded(sentence).split()):
        return False
    if before.endswith(","):
        return sentence.startswith(_OPENINGS)
    return before.endswith(" by") and sentence.startswith(_THIS_STUDY)


def _is_of_other(behind: str) -> bool:
    """A year, a possessive ("and colleagues’ scale"), or words such as "had shown" stand behind."""
    if behind.lstrip(".")[:1] in {"’", "'"}:
        return True
    words = folded(behind.lstrip(". ").partition(". ")[0]).split()
    return any(word in _OTHER_STUDY or (word.isdecimal() and word[:2] in {"19", "20"}) for word in words)


def _are_same(name: str, family: str) -> bool:
    """One of the two may leave out a particle, a given name or half of a double name."""
    ours, theirs = _words(name), _words(family)
    joined, other = "".join(folded(name).split()), "".join(folded(family).split())
    return bool(ours & theirs) or joined == other or not ours or not theirs


def _words(name: str) -> set[str]:
    """The words that tell a name from others, with Müller and Mueller alike."""
    words = folded(name).replace("ae", "a").replace("oe", "o").replace("ue", "u").split()
    return {word for word in words if len(word) > 1 and word not in _PARTICLES}


def _is_named(family: str, summary: Summary) -> bool:
    text = f"{summary.title.text} {plain_prose(summary.body)} {plain_prose(summary.implications)}"
    return not _words(family).isdisjoint(_words(text))


def own_author(summary: Summary, writers: str) -> Author | None:
    """The first author of the citation who is one of ``writers``: the same family's name and first initial."""
    span = date_span(summary.citation.text)
    names = [folded(name).split() for name in _split_writers(writers)] if span else []
    byline = summary.citation.text[: span.start] if span else ""
    if not any(name and name[-1] in folded(byline) for name in names):
        return None
    for author in authors(byline):
        family, initial = folded(author.family).split(), folded(author.initials)[:1]
        if any(name[-len(family) :] == family and len(name) > len(family) and name[0][:1] == initial for name in names):
            return author
    return None


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
