"""Templates: the author's own file by file over the packaged ones, and their mistakes told with a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from jinja2 import Environment

    from pprmail.settings import Settings

FOLDER = "templates"


def packaged_folder() -> Path:
    """The templates that pprmail ships: inside the package, or in a checkout's ``templates/``."""
    package = Path(__file__).parents[1]
    return next(folder for folder in (package / FOLDER, package.parents[1] / FOLDER) if folder.is_dir())


def open_templates(settings: Settings) -> Environment:
    """Jinja2 over the newsletter's templates, then the packaged ones.

    An undefined variable is an error; ``.mjml.j2`` and ``.html.j2`` escape what they are given.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from pprmail.render.cache import template_cache

    return Environment(
        loader=FileSystemLoader([settings.root / FOLDER, packaged_folder()]),
        autoescape=lambda name: name is not None and not name.endswith(".txt.j2"),  # noqa: S701 - all but plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=template_cache(settings.state_folder),
    )


def render_template(templates: Environment, name: str, values: dict[str, Any]) -> str:
    """What the template makes of ``values``. Raises ``PprmailError`` with the template's name and line."""
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return templates.get_template(name).render(values)
    except TemplateSyntaxError as error:
        message = f"{FOLDER}/{error.name}:{error.lineno}: {error.message}; mend the template, or delete it to use the packaged one"
        raise PprmailError(message) from error
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        message = (
            f"{FOLDER}/{name}:{_line_in(error, name)}: {error}; mend the template, or delete it to use the packaged one"
        )
        raise PprmailError(message) from error


def _line_in(error: Exception, name: str) -> int:
    """The line of the template that ``error`` came through last."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(name):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
