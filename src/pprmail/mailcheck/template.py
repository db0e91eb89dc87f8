"""Where in the templates something of the rendered mail comes from."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from pprmail.errors import Place
from pprmail.render.html import HTML_TEMPLATE
from pprmail.render.templates import FOLDER, packaged_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pprmail.settings import Settings
# Unlike casefold() it moves no column
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class TemplateSource:
    """The source of the mail's template, read when it is first asked for: most mails have no fault."""

    def __init__(self, settings: Settings, name: str = HTML_TEMPLATE) -> None:
        self.settings = settings
        self.name = name
        self._files: list[tuple[str, list[str]]] | None = None

    def place(self, *wanted: str, after: str = "") -> Place:
        """Where ``wanted`` stands: the line that holds most of them; of two such lines, the one that has the first.

        The case of ASCII's letters does not count. ``after``: nothing before this text counts, if it is there. The
        template's start when nothing is found.
        """
        words = [word.translate(_LOWER) for word in wanted if word]
        best, most = Place(f"{FOLDER}/{self.name}"), (0, False)
        for place, line in self._lines(after.translate(_LOWER)):
            held = [word for word in words if word in line]
            rank = len(held), held[:1] == words[:1]
            if held and rank > most:
                best, most = place._replace(column=line.find(held[0]) + 1), rank
        return best

    def _lines(self, after: str) -> Iterator[tuple[Place, str]]:
        for path, lines in self._read():
            start = next((number for number, line in enumerate(lines) if after and after in line), 0)
            for number, line in enumerate(lines[start:], start + 1):
                yield Place(path, number), line

    def _read(self) -> list[tuple[str, list[str]]]:
        """The template and the others of its kind, which it may include; the newsletter's own over the packaged.

        Last, what the newsletter says in its own words, theme and settings.
        """
        if self._files is None:
            kind = self.name.partition(".")[2]
            paths = {}
            for folder in (packaged_folder(), self.settings.root / FOLDER):
                paths.update({path.name: path for path in sorted(folder.glob(f"*.{kind}"))})
            names = sorted(paths, key=lambda name: (name != self.name, name))
            self._files = [(f"{FOLDER}/{name}", _lines_of(paths[name])) for name in names]
            root = self.settings.root
            said = (*sorted((root / FOLDER).glob("words.*.toml")), root / FOLDER / "theme.toml", root / "pprmail.toml")
            self._files += [(path.relative_to(root).as_posix(), _lines_of(path)) for path in said if path.is_file()]
        return self._files


def _lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8", "replace").translate(_LOWER).split("\n")
