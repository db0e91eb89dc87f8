"""The fixed words of mail, text and pages: a catalogue for each language, in which an author may change what he likes."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.errors import PprmailError
from pprmail.marks import MARK
from pprmail.render.own_tables import own_tables, packaged_tables
from pprmail.render.templates import FOLDER, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from pprmail.render.own_tables import OwnTables
    from pprmail.settings import Settings

_DEFAULT = "en"
_SETTINGS = "pprmail.toml"
# Control characters but for the tab and the line's end, those that turn the reading direction, and noncharacters
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
_MANY = 3


class Phrases(dict[str, str]):
    """One table's phrases; in a template ``words.mail.contact`` is one of them."""

    def __getattr__(self, name: str) -> str:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Words(NamedTuple):
    """The catalogue of a newsletter's language; what is fixed of the newsletter is filled in already."""

    months: tuple[str, ...]
    dates: Phrases
    issue: Phrases
    mail: Phrases
    pages: Phrases
    feeds: Phrases
    corrections: Phrases

    def month(self, key: str) -> str:
        """``August 2020`` of ``2020-08``."""
        return self.dates["month"].format(month=self.months[int(key[5:]) - 1], year=key[:4])

    def day(self, day: date) -> str:
        """``14 August 2020``."""
        number = self.dates["first_day"] if day.day == 1 else str(day.day)
        return self.dates["day"].format(day=number, month=self.months[day.month - 1], year=day.year)

    def join(self, things: tuple[str, ...]) -> str:
        """``a``; ``a and b``; ``a, b, and c``."""
        *before, last = things or ("",)
        if not before:
            return last
        way = self.issue["many" if len(things) >= _MANY else "two"]
        return way.format(first=", ".join(before), last=last)


def load_words(settings: Settings) -> Words:
    """The words of the newsletter's language: the packaged ones, and over them the author's own.

    Raises ``PprmailError`` for a language without words, and for words that are none of ours or are filled in otherwise.
    """
    whole, language = settings.newsletter.language, settings.newsletter.language.partition("-")[0].lower()
    name = f"words.{language}.toml"
    model = packaged_tables(f"words.{_DEFAULT}.toml")
    tables = {table: dict(phrases) for table, phrases in model.items()}
    is_packaged = (packaged_folder() / name).is_file()
    if is_packaged:
        _add(tables, packaged_tables(name))
    # The words of fr-CA over those of fr
    own = [_own_words(settings.root, one, model) for one in dict.fromkeys((name, f"words.{whole}.toml"))]
    for found in own:
        _add(tables, found.tables if found else {})
    if not is_packaged and not any(own):
        _refuse_language(settings, name)
    months = tuple(tables["dates"].pop("months"))
    return Words(months, *(_filled(settings, tables[table]) for table in Words._fields[1:]))


def _add(tables: dict[str, dict[str, Any]], more: Mapping[str, Mapping[str, Any]]) -> None:
    for table, phrases in more.items():
        tables[table] |= {key: _whole(phrase) for key, phrase in phrases.items()}


def _whole(phrase: object) -> object:
    """A phrase that the author wrote over several lines is one line."""
    return re.sub(r"[ \t]*[\r\n]+\s*", " ", phrase.strip("\r\n")) if isinstance(phrase, str) else phrase


def _refuse_language(settings: Settings, name: str) -> None:
    from pprmail.tables import read_tables

    known = " and ".join(sorted(one.name.split(".")[1] for one in packaged_folder().glob("words.*.toml")))
    _, lines = read_tables(settings.root / _SETTINGS, _SETTINGS)
    line = lines.get(("newsletter", "language"), lines.get(("newsletter", ""), 1))
    message = (
        f"{_SETTINGS}:{line}: 'language' under [newsletter] is {settings.newsletter.language!r}, and there are words for {known}; "
        f"write the others into {FOLDER}/{name}, which words.{_DEFAULT}.toml shows how to"
    )
    raise PprmailError(message)


def _filled(settings: Settings, phrases: Mapping[str, str]) -> Phrases:
    """``phrases`` with what is fixed of the newsletter; what is only known later keeps its braces."""
    known = {
        "newsletter": settings.newsletter.title,
        "sender": settings.sender.name,
        "organisation": settings.sender.organisation,
        "author": settings.newsletter.author,
        "address": settings.unsubscribe.mailto,
    }
    return Phrases({key: _fill_in(phrase, known) for key, phrase in phrases.items()})


def _fill_in(phrase: str, known: Mapping[str, str]) -> str:
    """``phrase`` with what is ``known``. Where more is to be filled in later, braces that are meant stay doubled for it."""
    pieces = _pieces(phrase)
    if all(field is None or field in known for _, field in pieces):
        return "".join(text + (known[field] if field else "") for text, field in pieces)
    return "".join(
        _doubled(text) + ("" if field is None else _doubled(known[field]) if field in known else f"{{{field}}}")
        for text, field in pieces
    )


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _pieces(phrase: str) -> list[tuple[str, str | None]]:
    """The texts of a format string, each with the field that follows it. Raises ``ValueError`` for a single brace."""
    pieces: list[tuple[str, str | None]] = []
    for text, field, spec, conversion in string.Formatter().parse(phrase):
        shown = f"{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}"
        pieces.append((text, None if field is None else f"{field}{shown}"))
    return pieces


def _fields_of(phrase: str) -> set[str]:
    return {field for _, field in _pieces(phrase) if field is not None}


def _own_words(root: Path, name: str, model: Mapping[str, Mapping[str, Any]]) -> OwnTables | None:
    """The author's own words. Raises ``PprmailError`` for the first that is not as in ``model``."""
    own = own_tables(root, name, model, "unknown word {key}")
    for table, phrases in own.tables.items() if own else ():
        for key, phrase in phrases.items():
            if own and (misfit := _misfit(key, phrase, model[table][key])):
                own.refuse(own.line(table, key), *misfit)
    return own


def _misfit(key: str, phrase: object, expected: object) -> tuple[str, str] | None:
    """What is wrong with ``phrase``, and what to do; None when nothing is."""
    if isinstance(expected, list):
        texts = phrase if isinstance(phrase, list) else []
        if len(texts) != len(expected) or not all(isinstance(one, str) and one.strip() for one in texts):
            return f"{key!r} must be a list of {len(expected)} texts", ""
        return _strange_character(key, " ".join(texts))
    if not isinstance(phrase, str) or not phrase.strip():
        return f"{key!r} must be a text in quotes", ""
    return _strange_character(key, phrase) or _strange_field(key, phrase, str(expected))


def _strange_character(key: str, phrase: str) -> tuple[str, str] | None:
    if found := _NO_TEXT.search(phrase):
        return (
            f"{key!r} holds U+{ord(found[0]):04X}, which no mail may carry or which turns the text around",
            "delete it",
        )
    if MARK.search(phrase):
        return f"{key!r} holds one of the mail's own marks (%%pprmail_…)", "take it out"
    return None


def _strange_field(key: str, phrase: str, expected: str) -> tuple[str, str] | None:
    try:
        strange = sorted(_fields_of(phrase) - _fields_of(expected))
    except ValueError as error:
        return f"{key!r} has a brace that is not closed ({error})", "write {{ and }} for braces that are meant"
    if not strange:
        return None
    known = ", ".join(f"{{{field}}}" for field in sorted(_fields_of(expected))) or "nothing"
    return f"{key!r} has {{{strange[0]}}}, which is not filled in there", f"what is: {known}"
