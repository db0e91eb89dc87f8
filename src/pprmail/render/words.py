"""The fixed words of mail, text and pages: a catalogue for each language, in which an author may change what he likes."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.errors import PprmailError
from pprmail.render.templates import FOLDER, packaged_folder
from pprmail.rules import did_you_mean
from pprmail.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pprmail.settings import Settings

_DEFAULT = "en"
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
    language = settings.newsletter.language.partition("-")[0].lower()
    name = f"words.{language}.toml"
    model, _ = read_tables(packaged_folder() / f"words.{_DEFAULT}.toml", f"words.{_DEFAULT}.toml")
    files = [folder / name for folder in (packaged_folder(), settings.root / FOLDER) if (folder / name).is_file()]
    if not files:
        known = " and ".join(sorted(one.name.split(".")[1] for one in packaged_folder().glob("words.*.toml")))
        message = (
            f"pprmail.toml: 'language' under [newsletter] is {settings.newsletter.language!r}, and there are words for {known}; "
            f"write the others into {FOLDER}/{name}, which words.{_DEFAULT}.toml shows how to"
        )
        raise PprmailError(message)
    tables: dict[str, dict[str, Any]] = {table: dict(phrases) for table, phrases in model.items()}
    for path in files:
        own, lines = read_tables(path, f"{FOLDER}/{name}")
        _refuse_strange(own, model, lines, f"{FOLDER}/{name}")
        for table, phrases in own.items():
            tables[table] |= phrases
    months = tuple(tables["dates"].pop("months"))
    return Words(months, *(_filled(settings, tables[table]) for table in Words._fields[1:]))


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


def _refuse_strange(
    own: Mapping[str, Any], model: Mapping[str, Any], lines: Mapping[tuple[str, str], int], shown: str
) -> None:
    """Raise ``PprmailError`` for the first thing in ``own`` that is not as in ``model``."""
    for table, phrases in own.items():
        if table not in model or not isinstance(phrases, dict):
            _refuse(shown, lines.get((table, ""), 1), f"unknown table [{table}]", did_you_mean(table, tuple(model)))
        for key, phrase in phrases.items():
            line = lines.get((table, key), lines.get((table, ""), 1))
            if key not in model[table]:
                _refuse(shown, line, f"unknown word {key!r}", did_you_mean(key, tuple(model[table])))
            _refuse_misfit(shown, line, key, phrase, model[table][key])


def _refuse_misfit(shown: str, line: int, key: str, phrase: object, expected: object) -> None:
    if isinstance(expected, list):
        if (
            not isinstance(phrase, list)
            or len(phrase) != len(expected)
            or not all(isinstance(one, str) for one in phrase)
        ):
            _refuse(shown, line, f"{key!r} must be a list of {len(expected)} texts", "")
        return
    if not isinstance(phrase, str) or not phrase.strip():
        _refuse(shown, line, f"{key!r} must be a text in quotes", "")
        return
    try:
        strange = sorted(_fields_of(phrase) - _fields_of(str(expected)))
    except ValueError as error:
        _refuse(
            shown,
            line,
            f"{key!r} has a brace that is not closed ({error})",
            "write {{ and }} for braces that are meant",
        )
    else:
        if strange:
            known = ", ".join(f"{{{field}}}" for field in sorted(_fields_of(str(expected)))) or "nothing"
            _refuse(shown, line, f"{key!r} has {{{strange[0]}}}, which is not filled in there", f"what is: {known}")


def _refuse(shown: str, line: int, what: str, hint: str) -> None:
    message = f"{shown}:{line}: {what}{'; ' if hint else ''}{hint}"
    raise PprmailError(message)
