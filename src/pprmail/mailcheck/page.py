"""The rendered mail's HTML taken apart: its elements, its text, its links.

The HTML is what mjml-python writes, so every element is closed. ``html.parser`` would take 6 ms to import alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ATTRIBUTES = r"""(?:[^<>"']++|"[^"]*"|'[^']*')*+"""
_TOKEN = re.compile(
    rf"""
      <!--.*?-->
    | <(?P<raw>style|title|script|textarea)\b(?P<raw_attributes>{_ATTRIBUTES})>(?P<content>.*?)</(?P=raw)\s*>
    | <(?P<end>/?)(?P<tag>[a-z][^\s/<>]*)(?P<attributes>{_ATTRIBUTES})>
    | <[!?][^>]*>
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z#]\w*;?))")
_NAMED = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'", "nbsp;": "\u00a0"}
# These have no end (HTML, 13.1.2)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# Between these and their neighbours no space is seen
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub",
     "sup", "time", "u", "wbr"}
)  # fmt: skip
# Outlook for Windows draws buttons with VML
_LINKS = frozenset({"a", "area", "v:oval", "v:rect", "v:roundrect", "v:shape"})
_NO_CLASSES: frozenset[str] = frozenset()
LEADING = frozenset({"href", "src", "alt", "title"})
"""Attributes whose value says where an element leads or what it shows; hardly a style sheet asks for it."""
_numbers = count(1)


class Element(NamedTuple):
    """An element: where it stands in ``Page.elements``, its name in lower case, and its parent's number.

    The root of all is number 0, without a name, and its own parent.
    Elements of one ``kin``, in whatever page, are written alike, but for the values of ``LEADING``, and stand in elements of one kin.
    """

    number: int
    tag: str
    attributes: Mapping[str, str]
    classes: frozenset[str]
    parent: int
    kin: int = 0


class Piece(NamedTuple):
    """A stretch of text, or a picture's ``alt``, with the element it stands in and the number of its link, or 0.

    ``apart`` tells that white space, or another block, comes before it.
    """

    element: Element
    text: str
    link: int
    apart: bool
    is_picture: bool = False


class Page(NamedTuple):
    """A page taken apart; comments are left out.

    ``links`` are the elements that have an ``href``, in order; ``sheets`` what each ``<style>`` holds, and its ``media``.
    """

    elements: tuple[Element, ...]
    pieces: tuple[Piece, ...]
    links: tuple[Element, ...]
    sheets: tuple[tuple[str, str], ...]

    def words_by_link(self) -> dict[int, str]:
        """What each link shows, by its number: its text and the ``alt`` of its pictures. One that shows nothing is not there."""
        pieces: dict[int, list[Piece]] = {}
        for piece in self.pieces:
            pieces.setdefault(piece.link, []).append(piece)
        return {link: joined(found) for link, found in pieces.items() if link}


def joined(pieces: Iterable[Piece]) -> str:
    """The text of ``pieces``, runs of white space made one space."""
    return one_line("".join(f" {piece.text}" if piece.apart else piece.text for piece in pieces))


def one_line(text: str) -> str:
    """``text`` with runs of white space made one space, and none at its ends."""
    return " ".join(text.split())


def letters(text: str) -> str:
    """The letters and digits of ``text``, large ones made small."""
    return re.sub(r"[\W_]+", "", text.casefold())


def read_page(html: str) -> Page:
    """``html`` taken apart."""
    return _Reading().read(html)


class _Tag(NamedTuple):
    """A tag as it is written; all that are written so share it. ``alike`` numbers those that differ in the values of ``LEADING`` only.

    One without a ``name`` is none: a comment, or what a page does not show, of which a style sheet is kept in ``sheet``.
    """

    name: str
    is_end: bool = False
    attributes: Mapping[str, str] = {}
    classes: frozenset[str] = _NO_CLASSES
    alike: int = 0
    sheet: tuple[str, str] | None = None


# The mails of a build are of one template, so most of their tags are written alike
@lru_cache(maxsize=2048)
def _read_tag(written: str) -> _Tag:
    found = _TOKEN.match(written)
    if found is None:
        raise ValueError(written)
    if not found["tag"]:
        if (found["raw"] or "").lower() != "style":
            return _Tag("")
        return _Tag("", sheet=(found["content"], _attributes(found["raw_attributes"]).get("media", "")))
    name = found["tag"].lower()
    if found["end"]:
        return _Tag(name, is_end=True)
    attributes = _attributes(found["attributes"])
    telling = tuple((key, "" if key in LEADING else value) for key, value in attributes.items())
    classes = frozenset(attributes.get("class", "").split())
    return _Tag(name, attributes=attributes, classes=classes, alike=_alike(name, telling))


def _attributes(written: str) -> Mapping[str, str]:
    """The first value of each name."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), unescaped(double or single or bare))
    return found


@lru_cache(maxsize=4096)
def _alike(name: str, telling: tuple[tuple[str, str], ...]) -> int:  # noqa: ARG001 - one number for each
    return next(_numbers)


@lru_cache(maxsize=65536)
def _kin(around: int, alike: int) -> int:  # noqa: ARG001 - the same
    return next(_numbers)


class _Reading:
    """One reading from the first character to the last; ``open`` are the elements not yet closed, ``links`` the link around each."""

    def __init__(self) -> None:
        root = Element(0, "", {}, _NO_CLASSES, 0)
        self.elements = [root]
        self.open = [root]
        self.links = [0]
        self.pieces: list[Piece] = []
        self.sheets: list[tuple[str, str]] = []
        self.apart = True

    def read(self, html: str) -> Page:
        at = 0
        for found in _TOKEN.finditer(html):
            start, end = found.span()
            if start > at:
                self._text(html[at:start])
            at = end
            tag = _read_tag(found[0])
            if tag.name:
                self._tag(tag)
            elif tag.sheet:
                self.sheets.append(tag.sheet)
        self._text(html[at:])
        links = tuple(one for one in self.elements if one.tag in _LINKS and "href" in one.attributes)
        return Page(tuple(self.elements), tuple(self.pieces), links, tuple(self.sheets))

    def _text(self, written: str) -> None:
        text = unescaped(written)
        if text.strip():
            self.pieces.append(Piece(self.open[-1], text, self.links[-1], self.apart))
            self.apart = text[-1].isspace()
        elif text:
            self.apart = True

    def _tag(self, tag: _Tag) -> None:
        name = tag.name
        if name not in _INLINE:
            self.apart = True
        if tag.is_end:
            self._close(name)
            return
        parent = self.open[-1]
        number = len(self.elements)
        kin = _kin(parent.kin, tag.alike)
        element = Element(number, name, tag.attributes, tag.classes, parent.number, kin)
        self.elements.append(element)
        link = number if name in _LINKS else self.links[-1]
        if name not in _VOID:
            self.open.append(element)
            self.links.append(link)
        elif tag.attributes.get("alt", "").strip():
            self.pieces.append(Piece(element, tag.attributes["alt"], link, self.apart, is_picture=True))

    def _close(self, tag: str) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].tag == tag:
                del self.open[at:], self.links[at:]
                return


def unescaped(text: str) -> str:
    """``text`` with its entities read; the table of their names is loaded for those who use a rare one."""
    if "&" not in text:
        return text
    try:
        return _ENTITY.sub(_character, text)
    except KeyError:
        from html import unescape

        return unescape(text)


def _character(found: re.Match[str]) -> str:
    """What a usual entity stands for. Raises KeyError for any other."""
    if found[3]:
        return _NAMED[found[3]]
    number = int(found[1]) if found[1] else int(found[2], 16)
    if 0x20 <= number < 0x7F or 0xA0 <= number < 0xD800:  # noqa: PLR2004 - the rest has rules of its own
        return chr(number)
    raise KeyError(found[0])
