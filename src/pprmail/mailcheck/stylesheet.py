"""The style blocks of a mail, as far as they colour or hide text: enough of CSS's cascade for what mail uses.

Selectors of elements, classes, ids and attributes are understood, one within or directly in another; any other selector
is passed over, as are media queries save those for the dark scheme and for the window's width.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pprmail.mailcheck.selectors import fits, read_selector, specificity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.mailcheck.page import Element, Page
    from pprmail.mailcheck.selectors import Compound

_KEPT = frozenset(
    {"color", "background", "background-image", "font-size", "font-weight", "font", "display", "visibility", "opacity",
     "height", "max-height", "width", "max-width", "overflow", "overflow-x", "overflow-y", "text-indent", "position", "clip",
     "clip-path", "transform", "mso-hide"}
)  # fmt: skip
_MOVING = frozenset({"left", "top", "right", "bottom", "margin", "margin-left", "margin-top"})
"""Kept where they move an element out of the mail, to where a number is below zero."""
HARMLESS = frozenset({"width", "max-width"})
"""By themselves these change no look; MJML's own rules for narrow windows say no more."""
PHONE_PX, DESK_PX = 375, 1280
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_DECLARATION = re.compile(r"""([A-Za-z-]+)\s*:((?:[^;"'(]|"[^"]*"|'[^']*'|\([^()]*\)|[("'])*)""")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_MEDIA_QUERY = re.compile(
    r"(?:only\s+)?(?:all|screen)?(?:\s*\band\b\s*)?((?:\([^()]*\)(?:\s*and\s*)?)*)", re.IGNORECASE
)
_WIDTH = re.compile(r"\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]+)(px|r?em)?\s*\)", re.IGNORECASE)
_EM_PX = 16


class Declaration(NamedTuple):
    """``property: value``, both in lower case; ``background-color`` counts as ``background``."""

    name: str
    value: str
    is_important: bool


class Rule(NamedTuple):
    """Declarations for the elements that a selector finds; ``compounds`` stand from right to left.

    ``order`` is the rule's place among all.
    """

    order: int
    compounds: tuple[Compound, ...]
    specificity: tuple[int, int, int]
    declarations: tuple[Declaration, ...]


class Sheets(NamedTuple):
    """The rules of a page that may colour or hide text, as they hold in one reading of it or another.

    ``dark`` are all that hold in the dark scheme, ``phone`` and ``desk`` those in a window of ``PHONE_PX`` and ``DESK_PX``;
    each () where the mail has none of its own for it.
    """

    light: tuple[Rule, ...]
    dark: tuple[Rule, ...] = ()
    phone: tuple[Rule, ...] = ()
    desk: tuple[Rule, ...] = ()


RulesByKey = dict[str, list[Rule]]
"""Rules by what an element must at least have: ``.class``, ``tag``, or '' for nothing."""


def by_key(rules: tuple[Rule, ...]) -> RulesByKey:
    """``rules`` so that one need not try each on every element."""
    index: RulesByKey = {}
    for rule in rules:
        last = rule.compounds[0]
        key = next((f".{name}" for name in sorted(last.classes)), last.tag)
        index.setdefault(key, []).append(rule)
    return index


@lru_cache(maxsize=512)
def read_declarations(css: str) -> tuple[Declaration, ...]:
    """What ``color: red; …`` says about colour, size and hiding."""
    found = []
    for name, written in _DECLARATION.findall(css):
        name = name.lower().replace("background-color", "background")  # noqa: PLW2901 - one name for one thing
        if name in _KEPT or (name in _MOVING and "-" in written):
            value = _IMPORTANT.sub("", written).strip()
            found.append(Declaration(name, value.lower(), value != written.strip()))
    return tuple(found)


def read_rules(page: Page) -> Sheets:
    """The rules of ``page`` for each reading."""
    return _read_sheets(page.sheets)


# All mails of a build have the same
@lru_cache(maxsize=8)
def _read_sheets(sheets: tuple[tuple[str, str], ...]) -> Sheets:
    rules: list[tuple[str, Rule]] = []
    for css, its_media in sheets:
        rules += _rules(_COMMENT.sub("", css), its_media)
    rules = [(media, rule._replace(order=order)) for order, (media, rule) in enumerate(rules)]
    light = tuple(rule for media, rule in rules if _holds(media))
    dark = [rule for media, rule in rules if _DARK.search(media)]
    windows = []
    for width in (PHONE_PX, DESK_PX):
        further = [rule for media, rule in rules if not _holds(media) and _holds(media, width)]
        is_telling = any(one.name not in HARMLESS for rule in further for one in rule.declarations)
        windows.append(_in_order(light, further) if is_telling else ())
    return Sheets(light, _in_order(light, dark) if dark else (), *windows)


def _in_order(light: tuple[Rule, ...], further: list[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted((*light, *further), key=lambda rule: rule.order))


def _holds(media: str, width_px: int | None = None) -> bool:
    """The media query is met in a window of that width; without one, where widths are not known."""
    return any(_query_holds(query.strip(), width_px) for query in media.split(","))


def _query_holds(query: str, width_px: int | None) -> bool:
    found = _MEDIA_QUERY.fullmatch(query)
    if not found:
        return False
    for feature in re.findall(r"\([^()]*\)", found[1]):
        limit = _WIDTH.fullmatch(feature)
        if not limit or width_px is None:
            return False
        limit_px = float(limit[2]) * (_EM_PX if (limit[3] or "").lower().endswith("em") else 1)
        if width_px < limit_px if limit[1].lower() == "min" else width_px > limit_px:
            return False
    return True


def _rules(css: str, media: str) -> Iterator[tuple[str, Rule]]:
    """Each rule with the media query it stands under."""
    for prelude, body in _blocks(css):
        if prelude.lower().startswith("@media"):
            inner = prelude[len("@media") :].strip()
            if _holds(media):
                yield from _rules(body, inner)
        elif not prelude.startswith("@") and (declarations := read_declarations(body)):
            for selector in prelude.split(","):
                if compounds := read_selector(selector):
                    yield media, Rule(0, compounds, specificity(compounds), declarations)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """``(prelude, body)`` of each block at the top."""
    depth, start, opened = 0, 0, 0
    for found in re.finditer(r"[{};]", css):
        at, sign = found.start(), found[0]
        if sign == "{":
            depth += 1
            opened = at if depth == 1 else opened
        elif sign == ";":
            start = at + 1 if depth == 0 else start
        else:
            depth = max(depth - 1, 0)
            if depth == 0:
                if opened >= start:
                    yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1


def declared(page: Page, element: Element, rules: RulesByKey) -> dict[str, str]:
    """The values that win for ``element``, from ``rules`` and its own ``style``; nothing is inherited yet.

    An important declaration beats the element's own, that one beats the rest, among which the more specific and then
    the later wins (CSS Cascading and Inheritance Level 4, section 6).
    """
    ranked: list[tuple[bool, bool, tuple[int, int, int], int, Declaration]] = []
    for key in ("", element.tag, *(f".{name}" for name in element.classes)):
        for rule in rules.get(key, ()):
            if fits(rule.compounds[0], element) and _finds(page, rule.compounds, element):
                ranked.extend((one.is_important, False, rule.specificity, rule.order, one) for one in rule.declarations)
    own = read_declarations(element.attributes.get("style", ""))
    ranked.extend((one.is_important, True, (0, 0, 0), 0, one) for one in own)
    ranked.sort(key=lambda rank: rank[:4])
    return {one.name: one.value for *_, one in ranked}


def _finds(page: Page, compounds: tuple[Compound, ...], element: Element) -> bool:
    """The compounds left of the first fit the elements around ``element``, which fits the first."""
    if len(compounds) == 1:
        return True
    _, wanted, *_ = compounds
    while element.number:
        element = page.elements[element.parent]
        if element.number and fits(wanted, element) and _finds(page, compounds[1:], element):
            return True
        if wanted.is_parent:
            return False
    return False
