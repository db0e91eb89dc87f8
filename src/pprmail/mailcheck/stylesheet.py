"""The style blocks of a mail, as far as they colour or hide text: enough of CSS's cascade for what mail uses.

Selectors of elements, classes and ids are understood, one within or directly in another; any other selector is passed
over, as are media queries save that for the dark scheme.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.mailcheck.page import Element, Page

_KEPT = frozenset(
    {"color", "background", "background-image", "font-size", "font-weight", "font", "display", "visibility", "opacity",
     "height", "max-height", "overflow", "text-indent"}
)  # fmt: skip
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_DECLARATION = re.compile(r"""([A-Za-z-]+)\s*:((?:[^;"'(]|"[^"]*"|'[^']*'|\([^()]*\)|[("'])*)""")
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_COMPOUND = re.compile(r"(?P<tag>\*|:root|[A-Za-z][\w-]*)?(?P<rest>(?:[.#][\w-]+)*)")
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_PLAIN_MEDIA = frozenset({"", "all", "screen", "only screen"})


class Declaration(NamedTuple):
    """``property: value``, both in lower case; ``background-color`` counts as ``background``."""

    name: str
    value: str
    is_important: bool


class Compound(NamedTuple):
    """``td.take#x``. ``is_parent`` tells that it must be the very parent of what stands to its right."""

    tag: str
    classes: frozenset[str]
    id: str
    is_parent: bool


class Rule(NamedTuple):
    """Declarations for the elements that a selector finds; ``compounds`` stand from right to left.

    ``order`` is the rule's place among all.
    """

    order: int
    compounds: tuple[Compound, ...]
    specificity: tuple[int, int, int]
    declarations: tuple[Declaration, ...]


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
        if name in _KEPT:
            value = _IMPORTANT.sub("", written).strip()
            found.append(Declaration(name, value.lower(), value != written.strip()))
    return tuple(found)


def read_rules(page: Page) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules of ``page`` that may colour or hide text: those of the light scheme, and all that hold in the dark one.

    The dark ones are () when the mail has none of its own.
    """
    light: list[Rule] = []
    dark: list[Rule] = []
    has_dark = False
    for css, its_media in page.sheets:
        for media, found in _rules(_COMMENT.sub("", css), its_media):
            rule = found._replace(order=len(dark))
            if _DARK.search(media):
                dark.append(rule)
                has_dark = True
            elif media.strip().lower() in _PLAIN_MEDIA:
                light.append(rule)
                dark.append(rule)
    return tuple(light), tuple(dark) if has_dark else ()


def _rules(css: str, media: str) -> Iterator[tuple[str, Rule]]:
    """Each rule with the media query it stands under."""
    for prelude, body in _blocks(css):
        if prelude.lower().startswith("@media"):
            inner = prelude[len("@media") :].strip()
            if not media or media.strip().lower() in _PLAIN_MEDIA:
                yield from _rules(body, inner)
        elif not prelude.startswith("@") and (declarations := read_declarations(body)):
            for selector in prelude.split(","):
                if compounds := _read_selector(selector.strip()):
                    yield media, Rule(0, compounds, _specificity(compounds), declarations)


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


def _read_selector(selector: str) -> tuple[Compound, ...]:
    """The compounds of ``a.b > c``, from right to left; () for a selector that is not understood."""
    compounds = []
    is_parent = False
    for word in reversed(re.sub(r"\s*>\s*", " > ", selector).split()):
        if word == ">":
            is_parent = True
            continue
        found = _COMPOUND.fullmatch(word)
        if not found:
            return ()
        marks = re.findall(r"[.#][\w-]+", found["rest"])
        tag = (found["tag"] or "").lower().replace("*", "").replace(":root", "html")
        classes = frozenset(mark[1:] for mark in marks if mark[0] == ".")
        compounds.append(Compound(tag, classes, next((mark[1:] for mark in marks if mark[0] == "#"), ""), is_parent))
        is_parent = False
    return tuple(compounds)


def _specificity(compounds: tuple[Compound, ...]) -> tuple[int, int, int]:
    return (
        sum(1 for one in compounds if one.id),
        sum(len(one.classes) for one in compounds),
        sum(1 for one in compounds if one.tag),
    )


def declared(page: Page, element: Element, rules: RulesByKey) -> dict[str, str]:
    """The values that win for ``element``, from ``rules`` and its own ``style``; nothing is inherited yet.

    An important declaration beats the element's own, that one beats the rest, among which the more specific and then
    the later wins (CSS Cascading and Inheritance Level 4, section 6).
    """
    ranked: list[tuple[bool, bool, tuple[int, int, int], int, Declaration]] = []
    for key in ("", element.tag, *(f".{name}" for name in element.classes)):
        for rule in rules.get(key, ()):
            if _fits(rule.compounds[0], element) and _finds(page, rule.compounds, element):
                ranked.extend((one.is_important, False, rule.specificity, rule.order, one) for one in rule.declarations)
    own = read_declarations(element.attributes.get("style", ""))
    ranked.extend((one.is_important, True, (0, 0, 0), 0, one) for one in own)
    ranked.sort(key=lambda rank: rank[:4])
    return {one.name: one.value for *_, one in ranked}


def _fits(compound: Compound, element: Element) -> bool:
    if compound.tag and compound.tag != element.tag:
        return False
    if compound.id and compound.id != element.attributes.get("id"):
        return False
    return compound.classes <= element.classes


def _finds(page: Page, compounds: tuple[Compound, ...], element: Element) -> bool:
    """The compounds left of the first fit the elements around ``element``, which fits the first."""
    if len(compounds) == 1:
        return True
    _, wanted, *further = compounds
    if not wanted.classes <= element.around:
        return False
    if not (further or wanted.is_parent or wanted.tag or wanted.id) and len(wanted.classes) == 1:
        return True
    while element.number:
        element = page.elements[element.parent]
        if element.number and _fits(wanted, element) and _finds(page, compounds[1:], element):
            return True
        if wanted.is_parent:
            return False
    return False
