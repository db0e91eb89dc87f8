"""The parts of an APA citation line that other rooms ask for: its DOI and its date."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple
from urllib.parse import quote

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

# A DOI's prefix and suffix: ISO 26324; the old SICI form of Wiley's holds < > ( ) ; : as well.
_DOI = r"10\.\d{4,9}(?:\.\d+)*/[^\s*\"“”]+"
DOI = re.compile(_DOI)
DOI_IN_TEXT = re.compile(
    rf"(?:https?://(?:dx\.|www\.)?doi\.org/|\bdoi:[ \u00a0]?(?:https?://(?:dx\.)?doi\.org/)?)({_DOI})", re.IGNORECASE
)
# A DOI that stands alone: not within a word, an address or a path, and not one number over another (10.1234/5.6)
BARE_DOI = re.compile(rf"(?<![\w./:@=%#?&~+-])(?!10\.\d+/\d{{1,3}}(?:\.\d+)?\W*(?:\s|$)){_DOI}")
DOI_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:?\s*", re.IGNORECASE)
_DATE = re.compile(r"\((\d{4})[a-z]?(?:,\s*(?:([A-Za-z]+)\.?)?[^()]*)?\)")
_CLOSERS = {")": "(", "]": "[", ">": "<", "}": "{"}
_ENDS_SENTENCE = frozenset(".,;:!?'’”\"")


class CitationDate(NamedTuple):
    """When the source was published; ``month`` is None where the citation gives none."""

    year: int
    month: int | None
    offset: int


def trim_url(text: str) -> str:
    """``text`` without the punctuation that ends the sentence rather than the address.

    A closing bracket stays when its opening one is inside, as in the old DOIs; a ``]`` whose opening one is not inside
    ends the address wherever it stands, for it ends the words of a Markdown link.
    """
    text = text[: _words_end(text)]
    counts = Counter(text)
    end = len(text)
    while end:
        last = text[end - 1]
        if last not in _ENDS_SENTENCE and not (last in _CLOSERS and counts[last] > counts[_CLOSERS[last]]):
            break
        counts[last] -= 1
        end -= 1
    return text[:end]


def _words_end(text: str) -> int:
    """Where the first ``]`` stands that no ``[`` in ``text`` opens; the end of ``text`` without one."""
    open_brackets = 0
    for found in re.finditer(r"[\[\]]", text):
        open_brackets += 1 if found[0] == "[" else -1
        if open_brackets < 0:
            return found.start()
    return len(text)


def normal_doi(text: str) -> str | None:
    """The bare DOI in ``text`` (``10.…``, ``doi:10.…`` or a doi.org address), or None when it is no DOI."""
    bare = DOI_PREFIX.sub("", text.strip(), count=1) if DOI_PREFIX.match(text.strip()) else text.strip()
    bare = trim_url(bare)
    return bare if DOI.fullmatch(bare) else None


def doi_url(doi: str) -> str:
    """The address that resolves ``doi``, with what an address may not hold percent-encoded (DOI Handbook 3.8)."""
    return "https://doi.org/" + quote(doi, safe="/:;()._-,+@=~!$")


def find_doi(citation: str) -> str | None:
    """The first DOI in a citation line, or None."""
    marked = (found[1] for found in DOI_IN_TEXT.finditer(citation))
    bare = (found[0] for found in BARE_DOI.finditer(citation))
    return next((doi for written in (*marked, *bare) if (doi := normal_doi(written))), None)


def find_date(citation: str) -> CitationDate | None:
    """The date in the brackets after the authors: ``(2019)``, ``(2019a)``, ``(2019, December 5)``; None without one."""
    found = _DATE.search(citation)
    if not found:
        return None
    name = (found[2] or "").casefold()
    month = next((n for n, full in enumerate(_MONTHS, 1) if len(name) >= 3 and full.startswith(name)), None)  # noqa: PLR2004
    return CitationDate(int(found[1]), month, found.start(1))
