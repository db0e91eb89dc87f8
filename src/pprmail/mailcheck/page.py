"""The rendered mail's HTML taken apart: its elements, its text, its links.

The HTML is what mjml-python writes, so every element is closed. ``html.parser`` would take 6 ms to import alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*+"""
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


class Element(NamedTuple):
    """An element: where it stands in ``Page.elements``, its name in lower case, and its parent's number.

    ``around`` are the classes of the elements that it stands in. The root of all is number 0, without a name, and its own parent.
    """

    number: int
    tag: str
    attributes: Mapping[str, str]
    classes: frozenset[str]
    parent: int
    around: frozenset[str] = _NO_CLASSES


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


class _Reading:
    """One reading from the first character to the last; ``open`` are the elements not yet closed."""

    def __init__(self) -> None:
        root = Element(0, "", {}, _NO_CLASSES, 0)
        self.elements = [root]
        self.open = [root]
        self.pieces: list[Piece] = []
        self.sheets: list[tuple[str, str]] = []
        self.apart = True

    def read(self, html: str) -> Page:
        at = 0
        for found in _TOKEN.finditer(html):
            if found.start() > at:
                self._text(html[at : found.start()])
            at = found.end()
            if found["tag"]:
                self._tag(found["tag"].lower(), found["attributes"], is_end=bool(found["end"]))
            elif (found["raw"] or "").lower() == "style":
                self.sheets.append((found["content"], _attributes(found["raw_attributes"]).get("media", "")))
        self._text(html[at:])
        links = tuple(one for one in self.elements if one.tag in _LINKS and "href" in one.attributes)
        return Page(tuple(self.elements), tuple(self.pieces), links, tuple(self.sheets))

    def _text(self, written: str) -> None:
        text = unescaped(written)
        if text.strip():
            self._piece(self.open[-1], text)
            self.apart = text[-1].isspace()
        elif text:
            self.apart = True

    def _tag(self, tag: str, written: str, *, is_end: bool) -> None:
        if tag not in _INLINE:
            self.apart = True
        if is_end:
            self._close(tag)
            return
        attributes = _attributes(written)
        classes = frozenset(attributes["class"].split()) if "class" in attributes else _NO_CLASSES
        parent = self.open[-1]
        around = parent.around | parent.classes if parent.classes else parent.around
        element = Element(len(self.elements), tag, attributes, classes, parent.number, around)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)
        elif element.attributes.get("alt", "").strip():
            self._piece(element, element.attributes["alt"], is_picture=True)

    def _piece(self, element: Element, text: str, *, is_picture: bool = False) -> None:
        around = (element, *reversed(self.open))
        link = next((one.number for one in around if one.tag in _LINKS), 0)
        self.pieces.append(Piece(element, text, link, self.apart, is_picture))

    def _close(self, tag: str) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].tag == tag:
                del self.open[at:]
                return


@lru_cache(maxsize=512)
def _attributes(written: str) -> Mapping[str, str]:
    """The first value of each name. Elements that are written alike share it."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), unescaped(double or single or bare))
    return found


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
