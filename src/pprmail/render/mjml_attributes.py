"""What is wrong with the attributes of a tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.render import mjml_grammar as grammar
from pprmail.rules import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLE = "\ufdd1"
"""Stands where a template's value would: a character that no text holds (Unicode, noncharacters)."""

BLOCK = "\ufdd2"
"""Stands where a template's ``{% … %}`` would."""

_ATTRIBUTE = re.compile(
    r"([ \t\r\n]+)([^\s\"'=<>/]+)(?:[ \t\r\n]*=[ \t\r\n]*(\"[^\"]*\"|'[^']*'))?|([ \t\r\n]*/?[ \t\r\n]*\Z)|(\s*\S+|\s+)"
)
_NAME = re.compile(r"[^\W\d][\w.:-]*+\Z")
MISSPELT = 0.75
"""How alike a word and the one meant are, at least."""

_ADVICE = {
    "class": "did you mean 'css-class'?",
    "style": "write each property as an attribute of its own, such as padding",
}


class Fault(NamedTuple):
    """A fault at the character ``at``. ``{there}`` in the sentence stands for the place of ``other``."""

    at: int
    sentence: str
    other: int = -1


def attribute_faults(name: str, known: str, attributes: str, *, is_default: bool) -> Iterator[Fault]:
    """The faults of a tag's attributes, counted from the tag; ``known`` is the tag of MJML that it is, or ''."""
    begin = len(name) + 1
    is_whole = HOLE not in attributes and BLOCK not in attributes
    attributes = attributes.replace(BLOCK, " ")
    for one in _ATTRIBUTE.finditer(attributes):
        gap, attribute, value, end, rest = one.groups()
        at = begin + one.start() + len(gap or "")
        if end is not None:
            if end.endswith(" ") and "/" in end:
                yield Fault(at, f"the '/' of <{name}> and its '>' stand apart; write />")
            continue
        if rest is not None or not (_NAME.match(attribute) or HOLE in attribute):
            if is_whole:
                yield _unreadable(at, name, attributes[one.start() :].strip())
            return
        if HOLE in attribute:
            continue
        if known:
            yield from _judged(at, known, attribute, value and value[1:-1], is_default=is_default)
        elif near := _misspelt_html(attribute):
            yield Fault(at, f"<{name}> has {attribute!r}, which no mail program knows; did you mean {near!r}?")


def _misspelt_html(attribute: str) -> str:
    """What an attribute of HTML was probably meant to be; '' for one that is known, or like no other."""
    if attribute.lower() in grammar.HTML_ATTRIBUTES or set(attribute) & {"-", ":"}:
        return ""
    return nearest(attribute, grammar.HTML_ATTRIBUTES, MISSPELT)


def _unreadable(at: int, name: str, rest: str) -> Fault:
    word = re.split(r"[\s=]", rest, maxsplit=1)[0] or "="
    advice = 'write each attribute as name="value", with a space before it'
    return Fault(at, f"<{name}> cannot be read from {word!r} on; {advice}")


def _judged(at: int, tag: str, attribute: str, value: str | None, *, is_default: bool) -> Iterator[Fault]:
    if not grammar.has_attribute(tag, attribute, is_default=is_default):
        known = grammar.attributes_of(tag)
        advice = (
            _ADVICE.get(attribute) or did_you_mean(attribute, known) or "delete it, or set it on a tag that takes it"
        )
        yield Fault(at, f"<{tag}> takes no {attribute!r}, and would drop it without a word; {advice}")
    elif tag == "mj-raw" and attribute == "position" and value == "file-start":
        yield Fault(at, 'mjml-python cannot put <mj-raw> before the document; delete position="file-start"')
    elif tag == "mj-style" and attribute == "inline":
        yield Fault(
            at,
            'mjml-python does not move styles into the tags; delete inline, and write style="…" on the tags that need it',
        )


def names_in(attributes: str) -> list[str]:
    """The names of the attributes that can be read."""
    return [one.group(2) for one in _ATTRIBUTE.finditer(attributes) if one.group(2)]
