"""Raw HTML: what an author pasted as tags, and what only looks like one (``M<SD``, ``<1371::AID``)."""

from __future__ import annotations

import re

# The elements of HTML, old and new
_NAMES = frozenset(
    # One reads words more easily than quotes
    """
    a abbr address article aside audio b base basefont bdi bdo big blockquote body br button canvas caption center
    cite code col colgroup dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer
    form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main
    map mark menu meta nav noscript object ol optgroup option p param picture pre progress q rp rt ruby s samp
    script section select small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead time title tr track tt u ul var video wbr
    """.split()  # noqa: SIM905
)
# Those that Word writes
_WORDS_OWN = ("o:", "w:", "st1:")
_ATTRIBUTE = r"""\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+)"""
TAG = re.compile(
    rf"</?[A-Za-z][A-Za-z0-9:]*(?:{_ATTRIBUTE})*\s*/?>|<!--(?:(?!<!--).)*?-->|<!DOCTYPE[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
"""Anything that has a tag's form; ``is_html`` tells whether it is one."""


def is_html(tag: str) -> bool:
    """A match of ``TAG`` is HTML: a comment, a doctype, or an element that there is."""
    name = re.match(r"</?([A-Za-z0-9:]+)", tag)
    return name is None or name[1].lower() in _NAMES or name[1].lower().startswith(_WORDS_OWN)


def find_html(text: str) -> re.Match[str] | None:
    """The first raw HTML in ``text``; None without any."""
    return next((found for found in TAG.finditer(text) if is_html(found[0])), None)
