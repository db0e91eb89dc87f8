"""How long it takes to index a retraction list, and to look sources up in it: of the real one's size, and of a million rows.

No goal is set for these figures. The rows are as wide as those of Retraction Watch, about 700 bytes.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pairing import Row, milliseconds, run_alone, user_environment

COLUMNS = (
    "Record ID,Title,Subject,Institution,Journal,Publisher,Country,Author,URLS,ArticleType,RetractionDate,RetractionDOI,"
    "RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Paywalled,Notes\r\n"
)
NATURES = ("Retraction",) * 8 + ("Correction", "Expression of concern", "Reinstatement")
SIZES = (65_000, 1_000_000)
ROUNDS = 9
# A process of its own, as `check` is one: what it imports besides counts too
LOOK_UP = """\
import sys, time
from pathlib import Path
import pprmail.mailcheck.proof
start = time.perf_counter()
from pprmail.registers.retraction_list import open_retraction_list
imported = time.perf_counter()
listing = open_retraction_list(Path(sys.argv[1]), Path(sys.argv[2]))
found = [listing.find(doi) for doi in ("10.1000/s700", "10.1000/none", "https://doi.org/10.1000/S31")]
print(time.perf_counter() - start, time.perf_counter() - imported, *map(len, found))
"""


def rows() -> list[Row]:
    """The rows of the table."""
    return [row for size in SIZES for row in _rows_of(size)]


def _rows_of(size: int) -> list[Row]:
    from pprmail.registers.retraction_list import open_retraction_list

    with TemporaryDirectory() as folder:
        path, cache = Path(folder) / "list.csv", Path(folder) / "state"
        _write(path, size)
        start = perf_counter()
        listing = open_retraction_list(path, cache)
        built = perf_counter() - start
        bytes_of_index = next(cache.glob("*.idx")).stat().st_size
        whole, without_imports = zip(*(_look_up(path, cache) for _ in range(ROUNDS)), strict=True)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    workload = f"{listing.rows:,} rows"
    return [
        Row(0, f"{workload}: index built", f"{built:.1f} s", f"memory up to {most} MB", "", "< 30 s", built < 30),
        Row(0, f"{workload}: the index", f"{bytes_of_index / 1e6:.0f} MB", "", "", "", None),
        Row(0, f"{workload}: opened, 3 DOIs", milliseconds(without_imports), "", "", "< 5 ms", max(without_imports) < 0.005),
        Row(0, f"{workload}: the same and its imports", milliseconds(whole), "", "", "< 4 ms", sorted(whole)[ROUNDS // 2] < 0.004),
    ]  # fmt: skip


def _look_up(path: Path, cache: Path) -> tuple[float, float]:
    command = (sys.executable, "-c", LOOK_UP, str(path), str(cache))
    done = subprocess.run(command, env=user_environment(), capture_output=True, text=True, check=True)
    whole, without_imports, *_ = map(float, done.stdout.split())
    return whole, without_imports


def _write(path: Path, size: int) -> None:
    """A list of ``size`` rows, the same each time; every tenth row has no DOI, and every fifth speaks of an earlier one."""
    chance = random.Random(8)  # noqa: S311 - no secrets
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        file.write(COLUMNS)
        for number in range(size):
            source = chance.randrange(number + 1) if number % 5 == 4 else number
            doi = "unavailable" if number % 10 == 9 else f"10.1000/s{source}"
            day = f"{chance.randrange(1, 13)}/{chance.randrange(1, 29)}/{chance.randrange(1990, 2026)} 0:00"
            author = "; ".join(f"Author {n} of {number}" for n in range(5))
            writer.writerow(
                (
                    number, f"A title of source {number} that goes on, and on, for a while", "(HSC) Medicine;" * 3,
                    "Department of Something, University of Somewhere, City, Country; " * 3, "A Journal", "A Publisher",
                    "Canada", author, "https://retractionwatch.example/2020/01/01/post", "Research Article;", day,
                    f"10.1000/n{number}", 0, day, doi, 0, chance.choice(NATURES), "+Error in Data;+Unreliable Results;", "No", "",
                )
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_alone(rows))
