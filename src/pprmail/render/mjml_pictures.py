"""Tags of MJML that show a third party's pictures, unless a template names others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.render import mjml_grammar as grammar
from pprmail.render.mjml_attributes import Fault, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pictures:
    """Those tags of one document, and the pictures that it names in them or in its defaults."""

    def __init__(self) -> None:
        self._tags: list[tuple[str, frozenset[str], int]] = []
        self._defaults: set[tuple[str, str]] = set()

    def take(self, tag: str, attributes: str, at: int, *, is_default: bool) -> None:
        """Take a tag at the character ``at``; ``is_default``: it stands in ``mj-attributes``."""
        if tag in grammar.OWN_PICTURES:
            self._tags.append((tag, frozenset(names_in(attributes)), at))
        if is_default:
            self._defaults |= {(tag, one) for one in names_in(attributes)}

    def faults(self) -> Iterator[Fault]:
        """A fault for each tag whose pictures are not all named."""
        for tag, written, at in self._tags:
            missing = [
                one
                for one in grammar.OWN_PICTURES[tag]
                if one not in written and not self._defaults & {(tag, one), ("mj-all", one), ("mj-class", one)}
            ]
            if missing:
                yield Fault(
                    at,
                    f"<{tag}> without {' and '.join(missing)} shows a third party's pictures, which learns who reads; "
                    "name pictures of your own, or use links of words",
                )
