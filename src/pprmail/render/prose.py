"""Prose written out: as HTML for mail, pages and feeds, and as plain text wrapped at 72."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import escape

from pprmail.model import (
    INVISIBLE,
    Emphasis,
    Heading,
    LineBreak,
    Link,
    Listing,
    Paragraph,
    Separator,
    Strong,
    Text,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pprmail.model import Block, Inline, Prose

WIDTH = 72
_NO_BREAK = "\u00a0"
_AROUND_SIGNS = re.compile(r" ([=<>≤≥±×]) (?=\S)")
_BEFORE_MARK = re.compile(r" (?=[:;!?»](?:\s|$))")
_OTHER_SPACE = re.compile(r"[\t\n\v\f\r]")
# How a mail begins in a mailbox (RFC 4155): no line of a text may look like it
_ENVELOPE = re.compile(r"^From ", re.MULTILINE)
_BROKEN_LINE = re.compile(r"[ \t]*\n[ \t]*")


# HTML


class HtmlStyle(NamedTuple):
    """How prose becomes HTML: the tag of its headings, and attributes for tags (``{"p": 'style="…"'}``)."""

    heading: str = "h4"
    attributes: Mapping[str, str] = {}

    def open(self, tag: str) -> str:
        """The opening tag, with its attributes."""
        extra = self.attributes.get(tag)
        return f"<{tag} {extra}>" if extra else f"<{tag}>"


PLAIN_STYLE = HtmlStyle()


def inline_html(children: tuple[Inline, ...], style: HtmlStyle = PLAIN_STYLE) -> str:
    """Inline prose as well-formed HTML: every tag closed, every character of the text escaped."""
    pieces = []
    for node in children:
        match node:
            case Text(text):
                pieces.append(str(escape(text)))
            case Emphasis(inner):
                pieces.append(f"<em>{inline_html(inner, style)}</em>")
            case Strong(inner):
                pieces.append(f"<strong>{inline_html(inner, style)}</strong>")
            case LineBreak():
                pieces.append("<br />")
            case Link(url, inner):
                attribute = f" {style.attributes['a']}" if "a" in style.attributes else ""
                pieces.append(f'<a href="{escape(url)}"{attribute}>{inline_html(inner, style)}</a>')
    return "".join(pieces)


def prose_html(prose: Prose, style: HtmlStyle = PLAIN_STYLE) -> str:
    """Blocks as well-formed HTML, one a line."""
    return "\n".join(_block_html(block, style) for block in prose)


def _block_html(block: Block, style: HtmlStyle) -> str:
    match block:
        case Paragraph(children):
            return f"{style.open('p')}{inline_html(children, style)}</p>"
        case Heading(children):
            return f"{style.open(style.heading)}{inline_html(children, style)}</{style.heading}>"
        case Separator():
            return f"{style.open('hr')[:-1]} />"
        case Listing(ordered, tight, items):
            tag = "ol" if ordered else "ul"
            inner = "\n".join(f"{style.open('li')}{_item_html(item, style, tight=tight)}</li>" for item in items)
            return f"{style.open(tag)}\n{inner}\n</{tag}>"


def _item_html(item: Prose, style: HtmlStyle, *, tight: bool) -> str:
    if not tight:
        return prose_html(item, style)
    return "\n".join(
        inline_html(block.children, style) if isinstance(block, Paragraph) else _block_html(block, style)
        for block in item
    )


# Text


class Notes:
    """The numbered notes that stand for links in plain text. Numbers go on through the mail."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._numbers: dict[str, int] = {}
        self._waiting: dict[int, str] = {}

    def number(self, url: str) -> int:
        """The number of the note for ``url``, the same one each time."""
        number = self._numbers.setdefault(url, len(self._numbers) + 1)
        self._waiting[number] = url
        return number

    def take(self) -> str:
        """The notes used since they were last taken, one a line; '' when there are none."""
        lines = [f"[{number}] {url}" for number, url in sorted(self._waiting.items())]
        self._waiting.clear()
        return "\n".join(lines)


def inline_text(children: tuple[Inline, ...], notes: Notes) -> str:
    """Inline prose as unwrapped text; a link becomes its words and a note, unless its words are its address.

    A line ends only where the author broke it on purpose.
    """
    pieces = []
    for node in children:
        match node:
            case Text(text):
                pieces.append(_BROKEN_LINE.sub(" ", text) if "\n" in text else text)
            case LineBreak():
                pieces.append("\n")
            case Link(url, inner):
                words = inline_text(inner, notes)
                bare = url.removeprefix("mailto:").removeprefix("tel:")
                pieces.append(words if words in {url, bare} else f"{words}{_NO_BREAK}[{notes.number(url)}]")
            case Emphasis(inner) | Strong(inner):
                pieces.append(inline_text(inner, notes))
    return "".join(pieces)


def wrap(text: str, indent: str = "") -> str:
    """``text`` in lines of 72 characters at most, save for a longer address, which stands alone.

    A sign stays with its numbers, and a mark with its word where a space stands between them, as in French. Invisible characters
    are left out.
    """
    shown = text if text.isascii() else INVISIBLE.sub("", text)
    glued = _AROUND_SIGNS.sub(rf"{_NO_BREAK}\1{_NO_BREAK}", shown)
    glued = _BEFORE_MARK.sub(_NO_BREAK, glued).replace("« ", f"«{_NO_BREAK}")
    line = " ".join(filter(None, _OTHER_SPACE.sub(" ", glued).split(" ")))
    # As much as ends before a space, or else an address, or else a part of a word; textwrap takes ten times as long
    room = WIDTH - len(indent)
    pieces = re.findall(rf"[^ ].{{0,{room - 1}}}(?= |$)|[^ ]*://[^ ]+|[^ ]{{1,{room}}}", line)
    written = "\n".join(indent + piece for piece in pieces).replace(_NO_BREAK, " ")
    return _ENVELOPE.sub(" From ", written) if "From " in written else written


def hanging(head: str, text: str) -> str:
    """``head`` and ``text``, wrapped so that its lines begin where the first does."""
    return head + wrap(text, " " * len(head))[len(head) :]


def prose_text(prose: Prose, notes: Notes, indent: str = "") -> str:
    """Blocks as text, a blank line between them."""
    return "\n\n".join(_block_text(block, notes, indent) for block in prose)


def _block_text(block: Block, notes: Notes, indent: str) -> str:
    match block:
        case Paragraph(children):
            return paragraph_text(children, notes, indent)
        case Heading(children):
            return heading_text(plain(children), "-", indent)
        case Separator():
            return f"{indent}* * *"
        case Listing():
            between = "\n" if block.tight else "\n\n"
            return between.join(
                _item_text(item, number, block, notes, indent) for number, item in enumerate(block.items, 1)
            )


def paragraph_text(children: tuple[Inline, ...], notes: Notes, indent: str = "") -> str:
    """A wrapped paragraph; a line that the author broke with a backslash ends there."""
    return "\n".join(wrap(line.strip(), indent) for line in inline_text(children, notes).split("\n"))


def heading_text(title: str, line: str, indent: str = "") -> str:
    """A heading one can see: the title with a line under it."""
    wrapped = wrap(title, indent)
    width = max((len(one) for one in wrapped.split("\n")), default=0) - len(indent)
    return f"{wrapped}\n{indent}{line * width}"


def _item_text(item: Prose, number: int, listing: Listing, notes: Notes, indent: str) -> str:
    head = f"{number}. " if listing.ordered else "- "
    inner = indent + " " * len(head)
    written = ("\n" if listing.tight else "\n\n").join(_block_text(block, notes, inner) for block in item)
    return f"{indent}{head}{written[len(inner) :]}"
