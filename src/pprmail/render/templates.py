"""Templates: the author's own file by file over the packaged ones, and their mistakes told with a place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2 import Environment, TemplateNotFound

    from pprmail.render.template_files import TemplatePlace, Templates
    from pprmail.settings import Settings

FOLDER = "templates"
MJML_SUFFIX = ".mjml.j2"
_PYTHONS_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What an expression in a template can raise."""
_MEND = "mend the template, or delete it to use the packaged one"


def packaged_folder() -> Path:
    """The templates that pprmail ships: inside the package, or in a checkout's ``templates/``."""
    package = Path(__file__).parents[1]
    return next(folder for folder in (package / FOLDER, package.parents[1] / FOLDER) if folder.is_dir())


def open_templates(settings: Settings) -> Templates:
    """Jinja2 over the newsletter's templates, then the packaged ones; with them the words and the theme.

    An undefined variable is an error; ``.mjml.j2`` and ``.html.j2`` escape what they are given. Raises ``PprmailError`` for
    words and a theme that cannot be.
    """
    from pprmail.render.cache import template_cache
    from pprmail.render.template_files import TemplateFiles, Templates
    from pprmail.render.theme import load_theme
    from pprmail.render.undefined import KnownUndefined
    from pprmail.render.words import load_words

    templates = Templates(
        loader=TemplateFiles(settings.root / FOLDER, packaged_folder()),
        autoescape=lambda name: name is not None and not name.endswith((".txt.j2", ".css.j2")),
        undefined=KnownUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=template_cache(settings.state_folder),
    )
    templates.words, templates.theme = load_words(settings), load_theme(settings.root)
    return templates


def render_template(templates: Environment, name: str, values: dict[str, Any]) -> str:
    """What the template makes of ``values``; MJML is looked through.

    Raises ``PprmailError``: a line for each fault, with the name and the line of the template that holds it.
    """
    from pprmail.render.template_files import SourceFaultsError

    try:
        rendered = _render(templates, name, values)
    except SourceFaultsError as error:
        # What only shows in what it makes is told with them
        raise PprmailError(_lines([*error.faults, *_further_faults(templates, name, values)], name)) from error
    if name.endswith(MJML_SUFFIX) and _is_own(templates, name):
        from pprmail.render.mjml_faults import mjml_faults
        from pprmail.render.template_files import TemplatePlace

        if faults := mjml_faults(rendered):
            # A template that looks at its own marks may hide from them what it made without
            unplaced = [(TemplatePlace(name, 1), fault.sentence.replace("{there}", "after it")) for fault in faults]
            raise PprmailError(_lines(list(_placed_faults(templates, name, values)) or unplaced, name))
    return rendered


def _is_own(templates: Environment, name: str) -> bool:
    """The template is the newsletter's own: what the packaged one makes is known to be sound."""
    from pprmail.render.template_files import TemplateFiles

    return not isinstance(templates.loader, TemplateFiles) or templates.loader.is_own(name)


def _render(templates: Environment, name: str, values: dict[str, Any]) -> str:
    from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

    from pprmail.render.template_files import TemplatePlace

    try:
        return templates.get_template(name).render(values)
    except TemplateSyntaxError as error:
        # Jinja2's lexer gives the file's path for its name
        place = TemplatePlace(_name_of(error.name or "", error.name or name), error.lineno)
        message = f"{_told(place)}: {str(error.message).rstrip('.')}; {_MEND}"
        raise PprmailError(message) from error
    except TemplateNotFound as error:
        raise PprmailError(_not_found(templates, _place_of(error, name), error)) from error
    except UndefinedError as error:
        from pprmail.render.undefined import undefined_faults

        raise PprmailError(_lines(undefined_faults(templates, _place_of(error, name), error, values), name)) from error
    except RecursionError as error:
        place = _place_of(error, name)
        message = f"{_told(place)}: the template includes, extends or calls itself without end; take that line out"
        raise PprmailError(message) from error
    except (TemplateError, *_PYTHONS_ERRORS) as error:
        reason = str(error).rstrip(".") or f"Python's {type(error).__name__}"
        message = f"{_told(_place_of(error, name))}: {reason}; {_MEND}"
        raise PprmailError(message) from error


def _placed_faults(templates: Environment, name: str, values: dict[str, Any]) -> Iterator[tuple[TemplatePlace, str]]:
    """What is wrong with the MJML that the template makes of ``values``, each fault with its place."""
    from pprmail.render.mjml_faults import mjml_faults
    from pprmail.render.template_lines import render_with_lines

    mjml, lines = render_with_lines(templates, name, values)
    for fault in mjml_faults(mjml):
        place, there = lines.place(fault.at), lines.place(max(fault.other, 0))
        where = f"of line {there.line}" if there.name == place.name else f"of {_told(there)}"
        yield place, fault.sentence.replace("{there}", where)


def _further_faults(templates: Environment, name: str, values: dict[str, Any]) -> list[tuple[TemplatePlace, str]]:
    """The same of a template that is known to be wrong; none when it cannot be rendered."""
    from jinja2 import TemplateError

    try:
        return list(_placed_faults(templates, name, values))
    except (TemplateError, PprmailError, *_PYTHONS_ERRORS):
        return []


def _lines(faults: Iterable[tuple[TemplatePlace, str]], first: str) -> str:
    """A line for each fault, those of the template ``first`` first; a loop that repeats one does not repeat its line."""
    ordered = sorted(faults, key=lambda fault: (fault[0].name != first, fault[0]))
    return "\n".join(dict.fromkeys(f"{_told(place)}: {sentence}" for place, sentence in ordered))


def _told(place: TemplatePlace) -> str:
    return f"{FOLDER}/{place.name}:{place.line}"


def _not_found(templates: Environment, place: TemplatePlace, error: TemplateNotFound) -> str:
    from pprmail.rules import did_you_mean

    known = tuple(templates.list_templates()) if templates.loader else ()
    advice = did_you_mean(str(error.name), known) or "write its name as it stands in the folder"
    return f"{_told(place)}: {error.name!r} not found in {FOLDER}/; {advice}"


def _place_of(error: Exception, name: str) -> TemplatePlace:
    """The template and its line that ``error`` came through last; the first line of ``name`` when it came through none."""
    from pprmail.render.template_files import TemplatePlace

    place, trace = TemplatePlace(name, 1), error.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            place = TemplatePlace(_name_of(trace.tb_frame.f_code.co_filename, name), trace.tb_lineno)
        trace = trace.tb_next
    return place


def _name_of(filename: str, name: str) -> str:
    """The template that the file ``filename`` holds, relative to its folder; ``name`` where that cannot be told."""
    parts = Path(filename).parts
    folders = [number for number, part in enumerate(parts) if part == FOLDER]
    return "/".join(parts[folders[-1] + 1 :]) if folders and os.path.isabs(filename) else name  # noqa: PTH117
