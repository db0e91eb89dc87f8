"""What a site is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.archive.writing import hashed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pprmail.archive.shelf import Shelf
    from pprmail.model import Prose
    from pprmail.render.template_files import Templates
    from pprmail.render.words import Words
    from pprmail.settings import Settings


class Material(NamedTuple):
    """The settings, the summaries, the templates, and the standing paragraph of ``[newsletter]``.

    ``common`` is the hash of what every file is made of, ``sources`` hold that of each issue on the shelf, by its key.
    """

    settings: Settings
    shelf: Shelf
    templates: Templates
    introduction: Prose
    common: str
    sources: Mapping[str, str]
    has_search: bool = False

    @property
    def words(self) -> Words:
        """The catalogue of the newsletter's language."""
        return self.templates.words

    @property
    def everything(self) -> str:
        """What a file is made of that depends on every issue."""
        return self.of_issues(*(issue.key for issue in self.shelf.issues))

    def of_issues(self, *keys: str) -> str:
        """What a file is made of that depends on these issues."""
        return hashed(self.common, *(self.sources[key] for key in keys))
