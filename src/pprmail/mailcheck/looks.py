"""How text looks in the rendered mail: its colour, what it stands on, its size, and whether it is seen at all."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pprmail.colours import BLACK, TRANSPARENT, WHITE, Colour, blend, contrast_ratio, needed_ratio, parse_colour
from pprmail.mailcheck.hiding import is_hidden, opacity_of
from pprmail.mailcheck.page import LEADING
from pprmail.mailcheck.stylesheet import HARMLESS, by_key, declared

if TYPE_CHECKING:
    from pprmail.mailcheck.page import Element, Page
    from pprmail.mailcheck.stylesheet import Rule, RulesByKey

LEAST_SEEN_RATIO = 1.5
"""Below this contrast, text passes for hidden."""
LEAST_SEEN_PX = 3.0
_BOLD_FROM = 700
_NORMAL_PX = 16.0
_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_WEIGHTS = frozenset({"bold", "bolder"})
_SPECIAL = _BOLD | _SIZES.keys() | {"a"}
_PRESENTATION = frozenset({"bgcolor", "color", "hidden"})
_UNITS = {"px": 1.0, "pt": 96 / 72, "rem": _NORMAL_PX}
_SIZE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|r?em|%)?")
_LENGTH = re.compile(r"[\d.]+(?:px|pt|r?em|%)|0(?=/|$)")
_WORD = re.compile(r"[\w-]+\([^()]*\)|[^\s()]+")
_KEYWORDS = frozenset({"inherit", "unset", "currentcolor"})
_NO_COLOUR = frozenset({"none", "initial", "unset", "transparent"})
# HTML, 15.3.4: what a browser gives a link without a colour of its own
_LINK_COLOUR = Colour(0, 0, 0xEE)


class _Written(NamedTuple):
    colour: Colour | None
    background: Colour | None
    size_px: float = _NORMAL_PX
    is_bold: bool = False
    is_gone: bool = False
    colour_as_written: str = ""
    background_as_written: str = ""
    opacity: float = 1.0


class Look(_Written):
    """How text in an element looks. A colour that cannot be told (a picture, a variable) is None.

    ``colour_as_written`` and ``background_as_written`` are what the mail says, or ''. ``is_gone`` tells that the
    element, or one around it, is hidden. ``opacity`` is that of the text on its background.
    """

    @property
    def shown_colour(self) -> Colour | None:
        """The text's colour as it is seen; None where it cannot be told."""
        if self.colour is None or self.background is None:
            return self.colour
        if self.colour.alpha * self.opacity == 1:
            return self.colour
        return blend(self.colour._replace(alpha=self.colour.alpha * self.opacity), self.background)

    @cached_property
    def ratio(self) -> float | None:
        """The contrast of text and background; None where one of them cannot be told."""
        shown = self.shown_colour
        return None if shown is None or self.background is None else contrast_ratio(shown, self.background)

    @cached_property
    def is_seen(self) -> bool:
        """A reader with good eyes sees the text."""
        ratio = self.ratio
        return not self.is_gone and self.size_px >= LEAST_SEEN_PX and (ratio is None or ratio >= LEAST_SEEN_RATIO)

    @cached_property
    def is_faint(self) -> bool:
        """The text is there, and its colour does not stand out enough to be read."""
        ratio = self.ratio
        return not self.is_gone and ratio is not None and ratio < needed_ratio(self.size_px, bold=self.is_bold)


# The mails of a build have the same rules, and mostly elements of the same kin
@lru_cache(maxsize=16)
def _shared(rules: tuple[Rule, ...], *, adapts: bool, is_word: bool) -> tuple[RulesByKey, dict[int, Look]]:  # noqa: ARG001 - a memory for each
    """``rules`` by key, and a memory of looks."""
    return by_key(rules), {0: Look(None, None) if adapts else Look(BLACK, WHITE)}


class Looks:
    """The looks of a page's elements under the rules of one colour scheme, each worked out when it is first asked for."""

    def __init__(self, page: Page, rules: tuple[Rule, ...], *, adapts: bool = False, is_word: bool = False) -> None:
        """``adapts``: where the mail names no colour, the reader's program may choose a dark one.

        ``is_word``: as Outlook for Windows shows it, by Word.
        """
        self.is_word = is_word
        self.page = page
        self.adapts = adapts
        self.rules, known = _shared(rules, adapts=adapts, is_word=is_word)
        # Elements of one kin look the same, unless a rule asks for what they do not share
        self.goes_by_kin = not any(map(_asks_for_leading, rules))
        self.known = known if self.goes_by_kin else {0: known[0]}

    def of(self, element: Element) -> Look:
        """How text in ``element`` looks."""
        look = self.known.get(element.kin if self.goes_by_kin else element.number)
        return look or self._look_up(element)

    def _look_up(self, element: Element) -> Look:
        waiting: list[tuple[int, Element]] = []
        while (key := element.kin if self.goes_by_kin else element.number) not in self.known:
            waiting.append((key, element))
            element = self.page.elements[element.parent]
        look = self.known[key]
        for key, one in reversed(waiting):
            look = self.known[key] = self._worked_out(look, one)
        return look

    def _worked_out(self, outer: Look, element: Element) -> Look:
        values = declared(self.page, element, self.rules)
        if (
            values.keys() <= HARMLESS
            and element.tag not in _SPECIAL
            and element.attributes.keys().isdisjoint(_PRESENTATION)
        ):
            return outer
        colour, colour_as_written = self._colour(outer, element, values)
        background, background_as_written = _background(outer, element, values)
        return Look(
            colour,
            background,
            _size_px(outer, element, values),
            _is_bold(outer, element, values),
            outer.is_gone
            or "hidden" in element.attributes
            or is_hidden(values)
            or (self.is_word and values.get("mso-hide") == "all"),
            colour_as_written,
            background_as_written,
            # What has a ground of its own fades with it
            outer.opacity * (opacity_of(values) if background == outer.background else 1.0),
        )

    def _colour(self, outer: Look, element: Element, values: dict[str, str]) -> tuple[Colour | None, str]:
        written = values.get("color", element.attributes.get("color", "") if element.tag == "font" else "")
        if written and written not in _KEYWORDS:
            return parse_colour(written), written
        if not written and element.tag == "a" and "href" in element.attributes:
            return (None if self.adapts else _LINK_COLOUR), ""
        return outer.colour, outer.colour_as_written


def _background(outer: Look, element: Element, values: dict[str, str]) -> tuple[Colour | None, str]:
    written = values.get("background", element.attributes.get("bgcolor", ""))
    if "(" in values.get("background-image", "") or "url(" in written:
        return None, written
    if not written or written in _NO_COLOUR:
        return outer.background, outer.background_as_written
    words = _WORD.findall(written)
    colour = next((found for word in words if (found := parse_colour(word))), None)
    if colour is None:
        return (
            (None, written) if any("(" in word for word in words) else (outer.background, outer.background_as_written)
        )
    if colour == TRANSPARENT:
        return outer.background, outer.background_as_written
    if colour.alpha < 1:
        return (blend(colour, outer.background) if outer.background else None), written
    return colour, written


def _size_px(outer: Look, element: Element, values: dict[str, str]) -> float:
    written = values.get("font-size", "")
    if not written and "font" in values:
        written = next((word.split("/")[0] for word in values["font"].split() if _LENGTH.match(word)), "")
    found = _SIZE.fullmatch(written)
    if not found:
        return outer.size_px * _SIZES.get(element.tag, 1.0)
    number, unit = float(found[1]), found[2] or "px"
    if unit in _UNITS:
        return number * _UNITS[unit]
    return outer.size_px * number / (100 if unit == "%" else 1)


def _is_bold(outer: Look, element: Element, values: dict[str, str]) -> bool:
    written = values.get("font-weight", "")
    if not written and "font" in values:
        words = values["font"].split()
        written = next((word for word in words if word in _WEIGHTS or word.isdecimal()), "normal")
    if not written or written in _KEYWORDS:
        return element.tag in _BOLD or outer.is_bold
    return written in _WEIGHTS or (written.isdecimal() and int(written) >= _BOLD_FROM)


def _asks_for_leading(rule: Rule) -> bool:
    """The rule asks for the value of an attribute that elements of one kin do not share."""
    return any(how and name in LEADING for one in rule.compounds for name, how, _ in one.attributes)
