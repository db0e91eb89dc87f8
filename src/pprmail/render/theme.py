"""The theme: colours, fonts and measures of mail and pages, in one file that an author can change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pprmail.colours import TEXT_RATIO, WHITE, contrast_ratio, parse_colour
from pprmail.render.own_tables import own_tables, packaged_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

THEME_FILE = "theme.toml"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FONT = r"(?:'[A-Za-z0-9 _-]+'|[A-Za-z0-9_-]+(?: +[A-Za-z0-9_-]+)*)"
_FONTS = re.compile(rf" *{_FONT} *(?:, *{_FONT} *)*")
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
    tables = packaged_tables(THEME_FILE)
    own = own_tables(root, THEME_FILE, tables, "unknown key {key} in [{table}]")
    if own:
        for table, values in own.tables.items():
            tables[table] |= values
        for fault in _faults(tables):
            key = next((key for key in fault.keys if key in own.tables.get(fault.table, {})), "")
            own.refuse(own.line(fault.table, key), fault.sentence, fault.hint)
    return Theme(*(kind(**tables[name]) for name, kind in _KINDS.items()))


class _Fault(NamedTuple):
    """What cannot be: its table, the keys that it comes from, a sentence, what to do."""

    table: str
    keys: tuple[str, ...]
    sentence: str
    hint: str


def _faults(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[_Fault]:
    for table, values in tables.items():
        for key, value in values.items():
            if table in {"light", "dark"} and not _is(value, _COLOUR):
                yield _Fault(table, (key,), f"{value!r} is no colour", 'write one such as "#0b5c62"')
            elif table == "fonts" and not _is(value, _FONTS):
                hint = "write their names, with commas, single quotes around names with spaces"
                yield _Fault(table, (key,), f"{value!r} is no list of fonts", hint)
            elif table == "measures":
                least, most = _BOUNDS[key]
                if type(value) is not int or not least <= value <= most:
                    hint = f"write a number of pixels from {least} to {most}"
                    yield _Fault(table, (key,), f"{value!r} is no measure for {key!r}", hint)
    for table in ("light", "dark"):
        colours = tables[table]
        for text, behind in ((text, behind) for text, grounds in _TEXTS.items() for behind in grounds):
            ratio = contrast_ratio(*(parse_colour(colours[name]) or WHITE for name in (text, behind)))
            if ratio < TEXT_RATIO:
                shown = f"a contrast of {min(ratio, TEXT_RATIO - 0.01):.2f}"
                what = f"[{table}] {text} {colours[text]} on {behind} {colours[behind]} has {shown}"
                yield _Fault(
                    table, (text, behind), f"{what}, and readers need {TEXT_RATIO} (WCAG AA)", _which_way(table)
                )


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _which_way(scheme: str) -> str:
    return "take a darker text or a lighter ground" if scheme == "light" else "take a lighter text or a darker ground"
