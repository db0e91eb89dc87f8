"""The theme: colours, fonts and measures of mail and pages, in one file that an author can change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.colours import TEXT_RATIO, WHITE, contrast_ratio, parse_colour
from pprmail.errors import PprmailError
from pprmail.render.templates import FOLDER, packaged_folder
from pprmail.rules import did_you_mean
from pprmail.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

THEME_FILE = "theme.toml"
_SHOWN = f"{FOLDER}/{THEME_FILE}"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FONTS = re.compile(r"[A-Za-z0-9 ,'_-]+")
_BOUNDS = {"column": (480, 640), "text": (15, 20), "small": (14, 18)}
_TEXTS = {"text": ("card", "take", "page"), "quiet": ("card", "page"), "link": ("card", "take", "page")}
"""Which colours of text stand on which backgrounds."""


class Scheme(NamedTuple):
    """The colours of one scheme, each as ``#rrggbb``."""

    page: str
    card: str
    take: str
    text: str
    quiet: str
    link: str
    rule: str


class Fonts(NamedTuple):
    """Font stacks as CSS has them, of fonts that a reader's machine has: nothing is fetched."""

    text: str
    headings: str


class Measures(NamedTuple):
    """Pixels."""

    column: int
    text: int
    small: int


class Theme(NamedTuple):
    """How mail and pages look."""

    light: Scheme
    dark: Scheme
    fonts: Fonts
    measures: Measures


_KINDS: dict[str, Any] = {"light": Scheme, "dark": Scheme, "fonts": Fonts, "measures": Measures}


def load_theme(root: Path) -> Theme:
    """The packaged theme, and over it what the newsletter's own ``templates/theme.toml`` names.

    Raises ``PprmailError`` with the line of the first value that cannot be, or of the first text that does not stand out.
    """
    tables, lines = read_tables(packaged_folder() / THEME_FILE, _SHOWN)
    path = root / FOLDER / THEME_FILE
    if path.is_file():
        own, lines = read_tables(path, _SHOWN)
        for table, values in own.items():
            if table not in tables or not isinstance(values, dict):
                _refuse(lines.get((table, ""), 1), f"unknown table [{table}]", did_you_mean(table, tuple(tables)))
            for key in values:
                if key not in tables[table]:
                    line = lines.get((table, key), 1)
                    _refuse(line, f"unknown key {key!r} in [{table}]", did_you_mean(key, tuple(tables[table])))
            tables[table] |= values
    for place, what, hint in _faults(tables):
        _refuse(lines.get(place, lines.get((place[0], ""), 1)), what, hint)
    return Theme(*(kind(**tables[name]) for name, kind in _KINDS.items()))


def _faults(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], str, str]]:
    """What cannot be: its table and key, a sentence, what to do."""
    for table, values in tables.items():
        for key, value in values.items():
            if table in {"light", "dark"} and not _is(value, _COLOUR):
                yield (table, key), f"{value!r} is no colour", 'write one such as "#0b5c62"'
            elif table == "fonts" and not _is(value, _FONTS):
                yield (
                    (table, key),
                    f"{value!r} is no list of fonts",
                    "write their names, with commas, single quotes around names with spaces",
                )
            elif table == "measures":
                least, most = _BOUNDS[key]
                if type(value) is not int or not least <= value <= most:
                    yield (
                        (table, key),
                        f"{value!r} is no measure for {key!r}",
                        f"write a number of pixels from {least} to {most}",
                    )
    for table in ("light", "dark"):
        colours = tables[table]
        for text, behind in ((text, behind) for text, grounds in _TEXTS.items() for behind in grounds):
            ratio = contrast_ratio(*(parse_colour(colours[name]) or WHITE for name in (text, behind)))
            if ratio < TEXT_RATIO:
                what = f"{text} {colours[text]} on {behind} {colours[behind]} has a contrast of {ratio:.2f}"
                yield (table, text), f"[{table}] {what}, and readers need {TEXT_RATIO} (WCAG AA)", _which_way(table)


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _which_way(scheme: str) -> str:
    return "take a darker text or a lighter ground" if scheme == "light" else "take a lighter text or a darker ground"


def _refuse(line: int, what: str, hint: str) -> None:
    message = f"{_SHOWN}:{line}: {what}{'; ' if hint else ''}{hint}"
    raise PprmailError(message)
