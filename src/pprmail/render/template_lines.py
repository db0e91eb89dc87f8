"""Which line of which template made each part of what was rendered.

The templates are rendered once more, with a mark before each line and each value; so includes, inheritance, loops and
branches need no understanding. It takes a compilation, some 10 ms, and is done only when something is wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from jinja2.ext import Extension
from jinja2.lexer import Token

from pprmail.render.template_files import TemplatePlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment
    from jinja2.lexer import TokenStream

    from pprmail.render.template_files import Templates

# A noncharacter and one of a private plane, so that no filter for letters changes them and no text holds them
_MARK = re.compile("\ufdd0([\U000f0000-\U0010fffd])")
_FIRST = 0xF0000
_PLACES_AT_MOST = 0x1FFFD


class LineMarks(Extension):
    """Puts a mark before each line and each value of the templates compiled with it."""

    priority = 200

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.places: list[TemplatePlace] = []

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """``stream`` with the marks."""
        name = stream.name or ""
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", self._marked(name, token.lineno, token.value))
                continue
            if token.type == "variable_begin":
                yield Token(token.lineno, "data", self._mark(name, token.lineno))
            yield token

    def _marked(self, name: str, first: int, text: str) -> str:
        lines = text.split("\n")
        return "\n".join(self._mark(name, line) + words for line, words in enumerate(lines, first))

    def _mark(self, name: str, line: int) -> str:
        if not self.places or self.places[-1] != (name, line):
            self.places.append(TemplatePlace(name, line))
        return f"\ufdd0{chr(_FIRST + min(len(self.places) - 1, _PLACES_AT_MOST))}"


class LineMap(NamedTuple):
    """The places of a rendered text: ``places[n]`` made what begins at ``begins[n]``."""

    begins: tuple[int, ...]
    places: tuple[TemplatePlace, ...]

    def place(self, at: int) -> TemplatePlace:
        """The line that made the character ``at``."""
        return self.places[max(bisect_right(self.begins, at) - 1, 0)]


def render_with_lines(templates: Environment, name: str, values: dict[str, Any]) -> tuple[str, LineMap]:
    """What the template ``name`` makes of ``values``, and the lines that made it.

    A template that looks at what it makes (the length of a block, say) sees the marks, and may make something else of them.
    """
    marking = cast("Templates", templates.overlay(extensions=[LineMarks], bytecode_cache=None))
    marking.refuses_faults = False
    text = marking.get_template(name).render(values)
    known = marking.extensions[LineMarks.identifier].places  # type: ignore[attr-defined] # the extension above
    begins, places, pieces, after, length = [0], [TemplatePlace(name, 1)], [], 0, 0
    for mark in _MARK.finditer(text):
        pieces.append(text[after : mark.start()])
        length += len(pieces[-1])
        after = mark.end()
        begins.append(length)
        places.append(known[min(ord(mark.group(1)) - _FIRST, len(known) - 1)])
    pieces.append(text[after:])
    return "".join(pieces), LineMap(tuple(begins), tuple(places))
