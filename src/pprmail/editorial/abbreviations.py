"""Abbreviations that nothing explains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.editorial.wording import IMPLICATIONS, TEXT

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pprmail.editorial.wording import Wording
    from pprmail.errors import Problem

_ABBREVIATION = re.compile(r"[A-Z]{2,6}(?=s?(?:\W|$|-\d))")
_ROMAN = re.compile(r"[IVXLC]+")
KNOWN = frozenset((
    "AM", "PM", "BC", "AD", "CE", "BCE", "UK", "US", "USA", "EU", "UN", "UNESCO", "WHO", "NHS", "DNA", "RNA", "HIV",
    "AIDS", "IQ", "JAMA", "BMJ", "PNAS", "NIMH", "MRI", "EEG", "ECG", "CT", "TV", "CD", "DVD", "GPS", "PDF", "FAQ", "URL", "USB", "OK", "DSM",
    "DOI", "ISBN", "ISSN", "EDT", "EST", "GMT", "RN", "FDA", "NICE", "SPSS", "BBC", "UCLA",
    "ICD", "APA", "CEO", "MD", "BA", "MA", "LGBT", "LGBTQ", "COVID", "SARS", "ID", "VS", "ANOVA", "ANCOVA", "MANOVA",
))  # fmt: skip
"""What every reader knows, in text or of the field."""
_SHOUTED = frozenset((
    "ALL", "AND", "ANY", "ARE", "BOTH", "BUT", "CAN", "DO", "FOR", "IF", "IN", "IS", "IT", "MAY", "MORE", "MUST",
    "NO", "NOT", "NOW", "OF", "ON", "ONE", "ONLY", "OR", "SO", "THE", "TO", "WHO", "WHY", "YES", "YOU",
))  # fmt: skip
_MOST = 200
"""So many abbreviations are looked into; each is sought in the whole text."""
_INTRODUCED = re.compile(
    r"(?:\b(?:or|as|called|abbreviated(?: to)?|hereafter|henceforth|i\.e\.),?|[(\[](?:[A-Z][\w-]*/)?)\s?[“\"‘]?$"
)
_EXPLAINED = re.compile(
    r"(?:-\d+)?s?(?: (?:scores?|scale|scales|total))? ?[(\[][^\W\d_]|\s?[—–:=]\s?[a-z]"
    r"|, or [a-z]|,? (?:i\.e\.|that is|stands for|(?:is )?short for|means)"
)


def abbreviation_problems(wording: Wording, known: Container[str]) -> Iterator[Problem]:
    """An abbreviation that the text uses and nowhere spells out, where it first stands; titles may hold one."""
    text = wording.text
    told: set[str] = set()
    for found in _ABBREVIATION.finditer(text):
        short, before = found[0], text[found.start() - 1 : found.start()]
        if before.isalnum() or before in {".", "-", "_"} or text[found.end() : found.end() + 1] == "*":
            continue
        if short in told or short in known or short in KNOWN or short in _SHOUTED or _ROMAN.fullmatch(short):
            continue
        if len(told) == _MOST or wording.block_at(found.start()).kind not in {TEXT, IMPLICATIONS}:
            continue
        told.add(short)
        if not _is_spelled_out(short, text):
            yield wording.problem(
                "abbreviation-undefined",
                found.start(),
                f"{short!r} is spelled out nowhere in this summary",
                f"write it out the first time, with ({short}) after it, or name it under [check] abbreviations",
            )


def _is_spelled_out(short: str, text: str) -> bool:
    """``long form (SHORT)``, ``SHORT (long form)``, ``long form, or SHORT``."""
    for found in re.finditer(rf"(?<!\w){short}(?=s?(?:\W|$))", text):
        before = text[max(0, found.start() - 24) : found.start()]
        if _INTRODUCED.search(before) or _EXPLAINED.match(text, found.end()):
            return True
    return False
