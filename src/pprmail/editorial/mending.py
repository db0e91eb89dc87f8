"""The slips of a citation that have one remedy, mended: text in, text out.

Of a summary's file the headers Citation and DOI alone are touched; no word of them changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.citation import DOI_PREFIX, date_span, normal_doi
from pprmail.editorial.bylines import tight_editors, tight_initials
from pprmail.editorial.citation_form import EN_DASH, page_hyphens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.model import Passage

_LINE_END = re.compile(r"\r\n|\n|\r")
# A DOI of the old form may hold what Markdown takes for its own; that one is left alone
_LABELS = re.compile(
    r"(?<!doi:)(?<!doi:[ \u00a0])(?<!doi\.org/)"
    r"(?:\bdoi:[ \u00a0]?|(?:https?://|(?<![\w./@=%#?&~+-]))(?:dx\.|www\.)?doi\.org/)++"
    r"(?=10\.\d{4,9}(?:\.\d{1,9})?/[^\s<>\[\]\\]+(?:[>\]\s]|\Z))",
    re.IGNORECASE,
)
_ADDRESS = "https://doi.org/"


class Edit(NamedTuple):
    """``new`` for what stands from ``start`` to ``end``."""

    start: int
    end: int
    new: str


def mend(text: str, citation: Passage, doi: Passage) -> str:
    """The text of a summary's file with initials apart, en dashes in pages, and DOIs in the form of APA 7 (9.35).

    ``citation`` and ``doi`` are its headers' values, empty where it has none. Mended twice it is as mended once. Whatever
    else the file holds stays as it is, line ends and a byte order mark too.
    """
    starts = [int(text.startswith("\ufeff")), *(line_end.end() for line_end in _LINE_END.finditer(text))]

    def typed_at(passage: Passage, offset: int) -> int:
        place = passage.place(offset)
        return starts[place.line - 1] + place.column - 1

    edits = sorted(
        Edit(typed_at(passage, edit.start), typed_at(passage, edit.end), edit.new)
        for passage, found in ((citation, _citation_edits(citation.text)), (doi, _doi_edits(doi.text)))
        for edit in found
    )
    done: list[str] = []
    reached = 0
    for start, end, new in edits:
        done += (text[reached:start], new)
        reached = end
    return "".join((*done, text[reached:]))


def _citation_edits(citation: str) -> Iterator[Edit]:
    """Where the rules find the slips; a DOI's labels give way to its address."""
    span = date_span(citation)
    if span:
        yield from (Edit(at, at, " ") for at in tight_initials(citation[: span.start]))
        yield from (Edit(at, at, " ") for at in tight_editors(citation, span.end))
        yield from (Edit(dash.start, dash.end, EN_DASH) for dash in page_hyphens(citation, span.end))
    yield from (Edit(*label.span(), _ADDRESS) for label in _LABELS.finditer(citation))


def _doi_edits(doi: str) -> Iterator[Edit]:
    """What stands before the bare DOI goes."""
    label = DOI_PREFIX.match(doi)
    if label and normal_doi(doi):
        yield Edit(*label.span(), "")
