"""Slugs: the part of a page's address that is made from a title or a topic's name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAXIMUM = 60
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")


# A topic's name is asked for on every page
@lru_cache(maxsize=1024)
def slug_of(title: str) -> str:
    """A slug of at most 60 characters, cut at a word; '' when no Latin letter or digit is left.

    NFKD, marks dropped, apostrophes dropped, lower case, every other character to a hyphen.
    """
    folded = unicodedata.normalize("NFKD", title.translate(_APOSTROPHES))
    unmarked = "".join(character for character in folded if not unicodedata.combining(character))
    slug = re.sub(r"[^a-z0-9]+", "-", unmarked.translate(_APOSTROPHES).lower()).strip("-")
    if len(slug) <= MAXIMUM:
        return slug
    at_a_word = slug[: MAXIMUM + 1].rpartition("-")[0]
    return at_a_word or slug[:MAXIMUM]


def topic_path(name: str) -> str:
    """Where on the site the summaries of a topic stand: ``topics/KEY/``; the home page, '', for a name of which no slug can be made."""
    return f"topics/{key}/" if (key := slug_of(name)) else ""


def research_path(name: str) -> str:
    """The same of a type of research: ``research/KEY/``, or ''."""
    return f"research/{key}/" if (key := slug_of(name)) else ""


def is_slug(text: str) -> bool:
    """``text`` can be the last part of a page's address."""
    return len(text) <= MAXIMUM and SLUG.fullmatch(text) is not None
