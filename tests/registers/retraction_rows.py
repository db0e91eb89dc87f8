"""Lists of Retraction Watch for tests, as Crossref publishes them."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,RetractionDOI,"
    "RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes"
)
_NAMES = COLUMNS.split(",")
_USUAL = {
    "Title": "On therapy",
    "Subject": "(SOC) Psychology;",
    "Institution": "Department of Psychology, University of Ottawa, Ottawa, Canada",
    "Journal": "Psychotherapy",
    "Country": "Canada",
    "Author": "Jane Doe;Richard Roe",
    "ArticleType": "Research Article;",
    "RetractionDate": "3/1/2021 0:00",
    "RetractionDOI": "10.1037/n1",
    "RetractionPubMedID": "0",
    "OriginalPaperDate": "1/1/2019 0:00",
    "OriginalPaperDOI": "10.1037/pst0000001",
    "RetractionNature": "Retraction",
    "Reason": "+Error in Data;+Unreliable Results;",
    "Paywalled": "No",
}


def row(**cells: str) -> str:
    """A line of the list; ``cells`` by column, without its spaces, replace the usual ones."""
    by_name = _USUAL | {name.replace("RecordID", "Record ID"): value for name, value in cells.items()}
    line = StringIO()
    csv.writer(line).writerow([by_name.get(name, "") for name in _NAMES])
    return line.getvalue()


def write_list(path: Path, *rows: str) -> Path:
    """A list of ``rows`` at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join((f"{COLUMNS}\r\n", *rows)).encode())
    return path
