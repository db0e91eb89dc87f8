"""The selectors of a style sheet, as mail uses them: elements, classes, ids and attributes, one within another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pprmail.mailcheck.page import Element

_MARKS = r"[.#][\w-]+|\[[^\]]*\]|:(?:any-)?link"
_COMPOUND = re.compile(rf"(?P<tag>\*|:root|[A-Za-z][\w-]*)?(?P<marks>(?:{_MARKS})*)")
_ATTRIBUTE = re.compile(r"""\[\s*([\w-]+)\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*)?\]""")
_WORD = re.compile(r">|(?:\[[^\]]*\]|[^\s>])+")


class Compound(NamedTuple):
    """``td.take#x[align=left]``. ``is_parent`` tells that it must be the very parent of what stands to its right.

    ``attributes`` are names, each with how its value is compared, or '' when it need only be there, and with what.
    """

    tag: str
    classes: frozenset[str]
    id: str
    is_parent: bool
    attributes: tuple[tuple[str, str, str], ...] = ()


def read_selector(selector: str) -> tuple[Compound, ...]:
    """The compounds of ``a.b > c``, from right to left; () for a selector that is not understood."""
    compounds = []
    is_parent = False
    for word in reversed(_WORD.findall(selector)):
        if word == ">":
            is_parent = True
            continue
        compound = _read_compound(word, is_parent=is_parent)
        if compound is None:
            return ()
        compounds.append(compound)
        is_parent = False
    return tuple(compounds)


def _read_compound(word: str, *, is_parent: bool) -> Compound | None:
    found = _COMPOUND.fullmatch(word)
    if not found:
        return None
    marks = re.findall(_MARKS, found["marks"])
    attributes = []
    for mark in marks:
        if mark[0] == ":":
            attributes.append(("href", "", ""))
        elif mark[0] == "[":
            one = _ATTRIBUTE.fullmatch(mark)
            if not one:
                return None
            attributes.append((one[1].lower(), one[2] or "", one[3] or one[4] or one[5] or ""))
    tag = (found["tag"] or "").lower().replace("*", "").replace(":root", "html")
    classes = frozenset(mark[1:] for mark in marks if mark[0] == ".")
    its_id = next((mark[1:] for mark in marks if mark[0] == "#"), "")
    return Compound(tag, classes, its_id, is_parent, tuple(attributes))


def specificity(compounds: tuple[Compound, ...]) -> tuple[int, int, int]:
    """How much the selector asks for: ids, classes and attributes, tags (Selectors Level 4, section 17)."""
    return (
        sum(1 for one in compounds if one.id),
        sum(len(one.classes) + len(one.attributes) for one in compounds),
        sum(1 for one in compounds if one.tag),
    )


def fits(compound: Compound, element: Element) -> bool:
    """The compound finds ``element``, wherever it stands."""
    if compound.tag and compound.tag != element.tag:
        return False
    if compound.id and compound.id != element.attributes.get("id"):
        return False
    return compound.classes <= element.classes and all(_has(element, *one) for one in compound.attributes)


def _has(element: Element, name: str, how: str, wanted: str) -> bool:
    value = element.attributes.get(name)
    if value is None or not how:
        return value is not None
    if how == "~=":
        return wanted in value.split()
    if how == "|=":
        return f"{value}-".startswith(f"{wanted}-")
    is_there = {
        "=": value == wanted,
        "^=": value.startswith(wanted),
        "$=": value.endswith(wanted),
        "*=": wanted in value,
    }
    return is_there[how] and (bool(wanted) or how == "=")
