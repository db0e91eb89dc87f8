"""A template's source looked through when it is compiled: faults in branches that this issue does not take."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from pprmail.render.template_files import SourceFaultsError, TemplatePlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2.lexer import Token, TokenStream

    from pprmail.render.mjml_attributes import Fault
    from pprmail.render.mjml_faults import Reading

_BRANCHES = frozenset({"if", "for", "block", "filter", "with", "autoescape"})
_ELSEWHERE = frozenset({"macro", "call", "set"})
"""What stands in these is used in another place."""

_MAKING = frozenset({"set", "macro", "import", "from"})


def refuse_faults(name: str, stream: TokenStream) -> None:
    """Raise ``SourceFaultsError`` when the template ``name``, cut into ``stream`` by Jinja2, has faults."""
    faults = tuple(source_faults(name, list(stream)))
    if faults:
        raise SourceFaultsError(faults)


class _Event(NamedTuple):
    """What a tag of Jinja2 means for what is open, at the character ``at``."""

    at: int
    act: Callable[[Reading, int], None]


def source_faults(name: str, tokens: list[Token]) -> Iterator[tuple[TemplatePlace, str]]:
    """The faults of the template ``name``, each with its place."""
    from pprmail.render.mjml_faults import Reading, mjml_tokens

    source = _Source()
    source.read(tokens)
    text = "".join(source.pieces)
    reading, events = Reading(text, is_source=True), iter([*source.events, None])
    event = next(events)
    for token in mjml_tokens(text):
        while event is not None and event.at <= token.start():
            event.act(reading, event.at)
            event = next(events)
        reading.read(token)
    while event is not None:
        event.act(reading, event.at)
        event = next(events)
    faults = [*reading.end_of_source(), *_torn_marks(text)]
    for fault in sorted(faults, key=lambda one: one.at):
        where = f"of line {source.line(max(fault.other, 0))}"
        yield TemplatePlace(name, source.line(fault.at)), fault.sentence.replace("{there}", where)


def _torn_marks(text: str) -> Iterator[Fault]:
    """The ends of Jinja2's marks that are left in the text, because their beginnings are torn."""
    from pprmail.render.mjml_attributes import Fault

    for begin, end in (("{%", "%}"), ("{{", "}}")):
        at = text.find(end)
        while at >= 0:
            before = text[text.rfind(end, 0, at) + 1 : at]
            # Styles end in }} as well
            is_style = end == "}}" and text.rfind("<mj-style", 0, at) > text.rfind("</mj-style", 0, at)
            if begin not in before and not is_style:
                yield Fault(at, f"{end!r} ends nothing, since no {begin!r} is left before it; write {begin} … {end}")
            at = text.find(end, at + len(end))


class _Source:
    """A template without what is Jinja2's: its text, the line of each piece, and what its tags mean."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.events: list[_Event] = []
        self._length = 0
        self._begins: list[int] = [0]
        self._lines: list[int] = [1]
        self._made: set[str] = {"caller", "self", "super"}

    def line(self, at: int) -> int:
        """The line of the character ``at``."""
        number = bisect_right(self._begins, at) - 1
        piece = self.pieces[number - 1] if number else ""
        return self._lines[number] + piece.count("\n", 0, at - self._begins[number])

    def read(self, tokens: list[Token]) -> None:
        """Take the whole template."""
        from pprmail.render.mjml_attributes import BLOCK, HOLE

        inside: list[Token] = []
        for token in tokens:
            match token.type:
                case "data":
                    self._add(token.value, token.lineno)
                case "variable_begin" | "block_begin":
                    inside = []
                    self._add(HOLE if token.type == "variable_begin" else BLOCK, token.lineno)
                case "variable_end":
                    self._value(inside)
                case "block_end":
                    self._tag(inside)
                case _:
                    inside.append(token)

    def _add(self, piece: str, line: int) -> None:
        self.pieces.append(piece)
        self._begins.append(self._length)
        self._lines.append(line)
        self._length += len(piece)

    def _happens(self, act: Callable[[Reading, int], None]) -> None:
        self.events.append(_Event(self._length, act))

    def _value(self, inside: list[Token]) -> None:
        """A value is whole, unless ``safe``, or what the template itself makes of parts of tags, goes into it."""
        if self._has_parts(inside):
            self._happens(_lose_track)

    def _has_parts(self, inside: list[Token]) -> bool:
        words = [token.value for token in inside if token.type == "name"]
        return any(word in self._made or word == "safe" for word in words)

    def _tag(self, inside: list[Token]) -> None:
        word = inside[0].value if inside else ""
        is_assignment = word == "set" and any(token.type == "assign" for token in inside)
        if word in _MAKING and (not is_assignment or self._has_parts(inside) or _holds_tags(inside)):
            self._made |= {token.value for token in inside if token.type == "name"}
        if word in _BRANCHES:
            self._happens(_begin)
        elif word in _ELSEWHERE and not is_assignment:
            self._happens(_begin_elsewhere)
        elif word in {"else", "elif"}:
            self._happens(_end)
            self._happens(_begin)
        elif word.startswith("end"):
            self._happens(_end)
        if word in {"include", "extends", "endblock", "endcall"}:
            self._happens(_lose_track)


def _holds_tags(inside: list[Token]) -> bool:
    return any(token.type == "string" and ("<" in token.value or ">" in token.value) for token in inside)


def _begin(reading: Reading, at: int) -> None:
    reading.branch(at)


def _begin_elsewhere(reading: Reading, at: int) -> None:
    reading.branch(at, elsewhere=True)


def _end(reading: Reading, at: int) -> None:
    reading.end_of_branch(at)


def _lose_track(reading: Reading, at: int) -> None:
    reading.lose_track(at)
