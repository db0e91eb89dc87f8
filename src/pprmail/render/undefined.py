"""Values that a template asks for and that do not exist, with the nearest that does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, nodes
from jinja2.utils import missing

from pprmail.render.template_files import TemplatePlace
from pprmail.rules import did_you_mean, nearest

if TYPE_CHECKING:
    from jinja2 import Environment, UndefinedError

_BARE_NAME = re.compile(r"'(\w+)' is undefined\Z")
_NAMES_SHOWN = 12
_JINJAS_OWN = ("caller", "kwargs", "loop", "self", "super", "varargs")


class KnownUndefined(StrictUndefined):
    """An error at any use, which says what there is instead."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, holder = self._undefined_name, self._undefined_obj
        if self._undefined_hint or holder is missing or not isinstance(name, str):
            return super()._undefined_message
        known = _names_of(holder)
        advice = did_you_mean(name, known) or f"there are: {', '.join(known[:_NAMES_SHOWN])}"
        return f"there is no {name!r} in what stands before its dot; {advice if known else 'take it out'}"


def _names_of(holder: object) -> tuple[str, ...]:
    names = holder if isinstance(holder, dict) else dir(holder)
    return tuple(sorted(name for name in names if isinstance(name, str) and not name.startswith("_")))


def undefined_faults(
    templates: Environment, place: TemplatePlace, error: UndefinedError, values: dict[str, Any]
) -> list[tuple[TemplatePlace, str]]:
    """Every name at the top of the template that ``error`` stopped in which has no value, each with its place.

    Jinja2 stops at the first; the others would be told one a run. A name that the template asks about (``is defined``,
    ``default``) is meant.
    """
    message = str(error.message)
    bare = _BARE_NAME.match(message)
    if bare is None:
        return [(place, message)]
    tree = templates.parse(_source(templates, place.name))
    names = list(tree.find_all(nodes.Name))
    own = {one.name: one.lineno for one in names if one.ctx != "load"}
    own |= {one.name: one.lineno for one in tree.find_all(nodes.Macro)}
    asked = {one.node.name for one in tree.find_all((nodes.Test, nodes.Filter)) if isinstance(one.node, nodes.Name)}
    everywhere = {*values, *templates.globals, *_JINJAS_OWN}
    missing_names = {bare[1]}
    if not any(tree.find_all((nodes.Extends, nodes.Import, nodes.FromImport))):
        missing_names |= {one.name for one in names} - everywhere - own.keys() - asked
    told = {(one.lineno, one.name) for one in names if one.name in missing_names and one.ctx == "load"}
    if not any(name == bare[1] for _, name in told):
        told.add((place.line, bare[1]))
    known = tuple(sorted((everywhere | own.keys()) - missing_names))
    return [
        (TemplatePlace(place.name, line), f"{name!r} is undefined; {_advice(name, known, own)}")
        for line, name in sorted(told)
    ]


def _advice(name: str, known: tuple[str, ...], own: dict[str, int]) -> str:
    near = nearest(name, known)
    if not near:
        return "docs/templates.md lists what there is"
    return f"did you mean {near!r}{f', of line {own[near]}' if near in own else ''}?"


def _source(templates: Environment, name: str) -> str:
    return templates.loader.get_source(templates, name)[0] if templates.loader else ""
