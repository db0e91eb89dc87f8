"""The files of templates: the newsletter's own over the packaged ones, and what keeps one from being read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, FileSystemLoader, TemplateNotFound

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pprmail.render.theme import Theme
    from pprmail.render.words import Words

_READ_IF_THERE = {"card.png"}
_OWN_WORDS = re.compile(r"words\.[a-z]{2,3}(?:-[A-Za-z0-9]+)*\.toml")


class TemplatePlace(NamedTuple):
    """A line of a template; ``name`` is relative to the folder of templates."""

    name: str
    line: int


class SourceFaultsError(PprmailError):
    """The faults of one template's source, each with its place."""

    def __init__(self, faults: tuple[tuple[TemplatePlace, str], ...]) -> None:
        super().__init__("\n".join(f"templates/{place.name}:{place.line}: {sentence}" for place, sentence in faults))
        self.faults = faults


class Templates(Environment):
    """Jinja2 that refuses a template of MJML with faults, so that it keeps no compiled form of it.

    One that has not changed since is not looked through again. ``words`` and ``theme`` are read with the templates: once for
    all that is made of them.
    """

    refuses_faults = True
    words: Words
    theme: Theme

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """``source`` as it is. Raises ``SourceFaultsError``."""
        if self.refuses_faults and "<mj" in source:
            from pprmail.render.mjml_source import refuse_faults

            refuse_faults(name or "", self.lexer.tokenize(source, name, filename))
        return super().preprocess(source, name, filename)


class TemplateFiles(FileSystemLoader):
    """Templates by their names. One that is there and cannot be read is an error: the packaged one is no answer to it."""

    def __init__(self, own: Path, packaged: Path) -> None:
        super().__init__([own, packaged], encoding="utf-8-sig")
        self._own = own

    def is_own(self, template: str) -> bool:
        """``template`` is the newsletter's, not a packaged one."""
        return (self._own / template).is_file()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of ``template``, its file, and whether that is unchanged."""
        own = self._own / template
        told = f"{self._own.name}/{template}:"
        if os.path.lexists(own) and not own.is_file():
            what = "a folder" if own.is_dir() else "no file that can be read"
            message = f"{told}1: this is {what}; put a file in its place, or take it away to use the packaged one"
            raise PprmailError(message)
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            byte = error.object[error.start]
            message = f"{told}{line}: the byte 0x{byte:02x} is not UTF-8; save the file again with the encoding UTF-8"
            raise PprmailError(message) from error
        except TemplateNotFound:  # an OSError too
            raise
        except OSError as error:
            message = (
                f"{told}1: the file cannot be read ({error.strerror}); see who may read it, and what holds it open"
            )
            raise PprmailError(message) from error


def unused_files(own: Path, packaged: Path) -> tuple[str, ...]:
    """The names of files in the folder ``own`` that no packaged file has and that no file there names: nothing reads them."""
    if not own.is_dir():
        return ()
    known = {path.name for path in packaged.iterdir()} | _READ_IF_THERE
    names = sorted(path.name for path in own.iterdir() if not path.name.startswith(".") and path.is_file())
    strange = [name for name in names if name not in known and not _OWN_WORDS.fullmatch(name)]
    texts = [(own / name).read_bytes() for name in names if strange and name.endswith(".j2")]
    return tuple(name for name in strange if not any(name.encode() in text for text in texts))
