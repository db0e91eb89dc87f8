"""The newsletters that are measured: the sample of this repository, issues of any length made of its text, and readers."""

from __future__ import annotations

import random
import re
import shutil
from calendar import month_name
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pprmail.delivery.ledger import Batch, Recipient
from pprmail.delivery.messages import LetterWriter
from pprmail.delivery.seal import seal_mail
from pprmail.mailcheck.proof import proofread
from pprmail.model import Subscriber
from pprmail.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pprmail.mailcheck.proof import Proof

ROOT = Path(__file__).parents[1]
SAMPLE = "2020-08"
MADE = "2026-11"
SUMMARIES_AN_ISSUE = 3
NAMES = ("Amara Nwosu", "Žofie Dvořáková", "Émilie Côté-Tremblay", "", "Pereira, Marta, PhD", "Dana Whitecloud")
_HEADING = "## Practice Implications"
_HEADERS = """\
Title: {title}
Blurb: what study {number} found about its question
Citation: {citation}
Topics: Personality Disorders; Psychodynamic Therapy (PDT); Efficacy of Treatments
Type of Research: Meta-analysis
"""
_CITATION = (
    "Keefe, J. R., McMain, S. F., McCarthy, K. S., Zilcha-Mano, S., Dinger, U., Sahin, Z., Graham, K., & Barber, J. P. "
    "(2019). A meta-analysis of psychodynamic treatments for borderline and Cluster C personality disorders. "
    "*Personality Disorders: Theory, Research, and Treatment*, *10*(1), 90–104."
)
_ARCHIVE_BEGINS = 2013
_CITED = "(2012)"  # older than any issue, so that no check finds fault


class Article(NamedTuple):
    """A summary of an archive. ``text`` is its Markdown, below the headers."""

    issue: str
    number: int
    title: str
    citation: str
    topics: tuple[str, ...]
    research: str
    text: str

    @property
    def name(self) -> str:
        """``2013-01-1``: its own within the archive."""
        return f"{self.issue}-{self.number}"

    @property
    def date(self) -> str:
        """The day its issue appeared."""
        return f"{self.issue}-14"


def copy_settings(folder: Path) -> Path:
    """The sample's settings and list in ``folder``, without issues."""
    for name in ("pprmail.toml", "subscribers.example.csv"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def copy_sample(folder: Path) -> Path:
    """The sample newsletter in ``folder``, with the issue ``SAMPLE`` alone."""
    copy_settings(folder)
    shutil.copytree(ROOT / "issues" / SAMPLE, folder / "issues" / SAMPLE)
    return folder


def make_newsletter(folder: Path, summaries: int, words: int) -> Path:
    """A newsletter in ``folder`` whose issue ``MADE`` has so many summaries, each with a body of so many words.

    Practice Implications are not counted in the words, as ``check`` does not count them; they come from the sample too.
    """
    copy_settings(folder)
    # The letter is about its size or its time, not about its faults; its paragraphs come from several summaries
    with (folder / "pprmail.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            "\n[check]\n"
            'disable = ["summary-count", "title-repeated", "doi-missing", "source-repeated", "first-author-mismatch"]\n'
            'abbreviations = ["CB", "CBT", "CI", "DIT", "SE"]\n'
        )
    issue = folder / "issues" / MADE
    issue.mkdir(parents=True)
    (issue / "issue.md").write_text("Month: November 2026\nDate: 2026-11-14\n", encoding="utf-8")
    bodies, implications = _sample_prose()
    paragraphs, endings = cycle(bodies), cycle(implications)
    for number in range(1, summaries + 1):
        title = f"Does Psychodynamic Therapy Help People with Personality Disorders, Part {number}?"
        headers = _HEADERS.format(title=title, number=number, citation=_CITATION)
        body = "\n\n".join(_paragraphs_of(paragraphs, words))
        text = f"{headers}\n{body}\n\n{_HEADING}\n\n{next(endings)}\n"
        (issue / f"{number}-study.md").write_text(text, encoding="utf-8")
    return folder


def archive_articles(issues: int) -> tuple[Article, ...]:
    """The summaries of so many issues, a month apart, oldest first: the sample's citations and texts in turn.

    Topics and types of research are drawn from those that the sample's settings name, the same in every run.
    """
    vocabulary = load_settings(ROOT).vocabulary
    drawn = random.Random(7)  # noqa: S311 - nothing is kept secret
    paths = sorted((ROOT / "issues").glob("*/[0-9]*.md"))
    samples = cycle([path.read_text(encoding="utf-8").partition("\n\n") for path in paths])
    articles: list[Article] = []
    for at in range(issues * SUMMARIES_AN_ISSUE):
        headers, _, text = next(samples)
        month, before = divmod(at, SUMMARIES_AN_ISSUE)
        topics = tuple(drawn.sample(vocabulary.topics, 3))
        articles.append(
            Article(
                f"{_ARCHIVE_BEGINS + month // 12}-{month % 12 + 1:02}",
                before + 1,
                f"What Does Study {at + 1} Tell Us About {topics[0]}?",
                _cited_early(headers),
                topics,
                drawn.choice(vocabulary.types_of_research),
                text,
            )
        )
    return tuple(articles)


def make_archive(folder: Path, articles: Iterable[Article]) -> Path:
    """A newsletter in ``folder`` with the issues of ``articles``."""
    copy_settings(folder)
    for article in articles:
        issue = folder / "issues" / article.issue
        issue.mkdir(parents=True, exist_ok=True)
        year, _, month = article.issue.partition("-")
        about = f"Month: {month_name[int(month)]} {year}\nDate: {article.date}\n"
        (issue / "issue.md").write_text(about, encoding="utf-8")
        headers = (
            f"Title: {article.title}",
            f"Blurb: what study {article.name} found about its question",
            f"Citation: {article.citation}",
            f"Topics: {'; '.join(article.topics)}",
            f"Type of Research: {article.research}",
        )
        source = "\n".join((*headers, "", article.text))
        (issue / f"{article.number}-study.md").write_text(source, encoding="utf-8")
    return folder


def _cited_early(headers: str) -> str:
    """The citation in a summary's headers, as if what it cites had appeared before the archive begins."""
    line = next(line for line in headers.splitlines() if line.startswith("Citation: "))
    return re.sub(r"\((20\d\d)[^)]*\)", _CITED, line.removeprefix("Citation: "))


def _sample_prose() -> tuple[list[str], list[str]]:
    """The paragraphs of the sample's summaries, and their Practice Implications; lists are left out."""
    bodies: list[str] = []
    implications: list[str] = []
    for path in sorted((ROOT / "issues" / SAMPLE).glob("[0-9]-*.md")):
        _, _, prose = path.read_text(encoding="utf-8").partition("\n\n")
        body, _, ending = prose.partition(_HEADING)
        bodies += [paragraph for paragraph in body.strip().split("\n\n") if not paragraph.startswith("- ")]
        implications.append(ending.strip())
    return bodies, implications


def _paragraphs_of(paragraphs: Iterator[str], words: int) -> Iterator[str]:
    """Paragraphs until they hold ``words`` words, the last one cut short; a word holds a letter or a digit."""
    for paragraph in paragraphs:
        pieces = paragraph.split()
        counted = [at for at, piece in enumerate(pieces, 1) if re.search(r"\w", piece)]
        if len(counted) < words:
            words -= len(counted)
            yield paragraph
        else:
            cut = " ".join(pieces[: counted[words - 1]])
            # An emphasis that the cut leaves open is dropped
            yield cut.replace("*", "") if cut.count("*") % 2 else cut
            return


def proof_of(folder: Path, issue: str) -> Proof:
    """What proofreading an issue of the newsletter in ``folder`` gives."""
    return proofread(load_settings(folder), issue)


def letter_writer() -> LetterWriter:
    """What writes the letters of the sample's issue."""
    with TemporaryDirectory() as made:
        settings = load_settings(copy_sample(Path(made)))
        mail = proofread(settings, SAMPLE).clean_mail("")
    sealed = seal_mail(settings, SAMPLE, mail.subject, mail.html, mail.text)
    return LetterWriter(sealed, datetime(2026, 11, 14, 12, tzinfo=UTC), b"a-key-of-32-bytes-for-benchmarks")


def reader_batches(count: int, batch_size: int) -> list[Batch]:
    """Claimed batches of ``count`` readers; a third of the names are not ASCII, which costs most."""
    readers = [
        Recipient(number, Subscriber(f"reader{number}@example.org", NAMES[number % len(NAMES)]))
        for number in range(1, count + 1)
    ]
    return [
        Batch(number, "attempt", tuple(readers[at : at + batch_size]))
        for number, at in enumerate(range(0, count, batch_size), 1)
    ]
