"""An ``Issue`` out of the files in ``issues/2020-08/``, with every fault that reading finds."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from pprmail.errors import Place, PprmailError
from pprmail.manuscript.file import ManuscriptFile, heading_text
from pprmail.manuscript.headers import Line
from pprmail.manuscript.markdown import is_heading
from pprmail.manuscript.months import ISSUES
from pprmail.manuscript.summary import SECTION_LEVEL, SUMMARY_HEADERS, SUMMARY_REPEATABLE, read_summary
from pprmail.model import MONTHS, Issue, Notice, Receipt, is_issue_key, month_name
from pprmail.rules import problem
from pprmail.slugs import MAXIMUM, is_slug, slug_of

if TYPE_CHECKING:
    from pathlib import Path

    from pprmail.errors import Problem
    from pprmail.model import Prose, Summary
    from pprmail.settings import Settings

MAIN_FILE = "issue.md"
RECEIPT_FILE = "receipt.json"
ISSUE_HEADERS = ("Month", "Subject", "Intro", "Date", "Draft", "Check-ok")
_NOTICE = re.compile(r"notice\s*:\s*(.*)", re.IGNORECASE)
_MONTH = re.compile(r"(?:.*:)?\s*(?:(\d{4})-(\d\d)|([A-Za-z]+)\.?,?\s+(\d{4}))\s*")


def load_issue(settings: Settings, key: str) -> tuple[Issue, tuple[Problem, ...]]:
    """The issue ``key`` and what reading it found wrong, in no order. A field that cannot be read is left empty.

    Raises ``PprmailError`` when there is no such issue, or a file cannot be opened.
    """
    if not is_issue_key(key):
        message = f"no issue {key!r}: an issue is named by its year and month, such as 2020-08"
        raise PprmailError(message)
    folder = settings.root / ISSUES / key
    if not folder.is_dir():
        message = f"no issue {key!r}: there is no folder {ISSUES}/{key}; start it with 'pprmail new {key}'"
        raise PprmailError(message)
    return _IssueReading(settings, key).read()


def natural_order(name: str) -> list[tuple[int, int, str]]:
    """A sorting key in which ``2-x`` stands before ``10-x``; no two names have the same."""
    pieces = (piece for piece in re.split(r"(\d+)", name) if piece)
    keys = [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece.casefold()) for piece in pieces]
    return [*keys, (-1, 0, name)]


class _IssueReading:
    """The reading of one folder; ``problems`` collects what is wrong on the way."""

    def __init__(self, settings: Settings, key: str) -> None:
        self.settings = settings
        self.key = key
        self.path = f"{ISSUES}/{key}"
        self.folder = settings.root / ISSUES / key
        self.problems: list[Problem] = []

    def read(self) -> tuple[Issue, tuple[Problem, ...]]:
        if not self._is_inside(self.folder):
            issue = self._issue(self._main_file(None), (), None)._replace(is_read=False)
            return issue, (_leads_out(Place(self.path), "put the folder itself here, not a link to it"),)
        names = self._own_files()
        receipt = _read_receipt(self.folder / RECEIPT_FILE, self.path)
        main = next((name for name in names if name.casefold() == MAIN_FILE), None)
        summaries = _choose_slugs([self._summary(name, receipt) for name in names if name != main])
        return self._issue(self._main_file(main), summaries, receipt), tuple(self.problems)

    def _own_files(self) -> list[str]:
        """The names of the Markdown files, in natural order; anything else in the folder is told."""
        try:
            entries = sorted(
                (entry for entry in self.folder.iterdir() if not entry.name.startswith(".")),
                key=lambda entry: natural_order(entry.name),
            )
        except OSError as error:
            message = f"{self.path}: cannot be read ({error.strerror}); check the folder's permissions"
            raise PprmailError(message) from error
        names = []
        for entry in entries:
            place = Place(f"{self.path}/{entry.name}")
            if not self._is_inside(entry):
                self.problems.append(_leads_out(place, "put the file itself here, not a link to it"))
            elif entry.is_file() and entry.suffix.casefold() == ".md":
                names.append(entry.name)
                if re.search(r"conflicted copy|\(\d+\)\.md$", entry.name, re.IGNORECASE):
                    self.problems.append(
                        problem(
                            "stray-file",
                            place,
                            "looks like a second copy made by a file service",
                            "keep the right one and delete the other",
                        )
                    )
            elif entry.name != RECEIPT_FILE:
                self.problems.append(problem("stray-file", place, "does not go out", _stray_hint(entry)))
        return names

    def _is_inside(self, entry: Path) -> bool:
        if not (entry.is_symlink() or self.folder.is_symlink()):
            return True
        issues = self.settings.root / ISSUES
        try:
            return entry.resolve(strict=True).is_relative_to(issues.resolve())
        except (OSError, RuntimeError):  # a link to nothing, or to itself: RuntimeError until Python 3.12
            return False

    def _summary(self, name: str, receipt: Receipt | None) -> Summary:
        file = ManuscriptFile.open(self.folder / name, f"{self.path}/{name}", SUMMARY_HEADERS, SUMMARY_REPEATABLE)
        summary = read_summary(file, self.settings.vocabulary, receipt.slugs.get(name, "") if receipt else "")
        self.problems.extend(file.problems)
        return summary

    def _main_file(self, name: str | None) -> ManuscriptFile:
        if name is not None:
            return ManuscriptFile.open(self.folder / name, f"{self.path}/{name}", ISSUE_HEADERS, ("Check-ok",))
        file = ManuscriptFile(f"{self.path}/{MAIN_FILE}", (), ISSUE_HEADERS, ())
        hint = f"write one that begins with 'Month: {month_name(self.key)}'"
        file.problems.append(problem("bad-month", Place(file.path), f"the issue has no {MAIN_FILE}", hint))
        return file

    def _issue(self, file: ManuscriptFile, summaries: tuple[Summary, ...], receipt: Receipt | None) -> Issue:
        _check_month(file, self.key)
        word, notices = _word_and_notices(file)
        sealed_day = receipt.sealed.astimezone(self.settings.newsletter.zone).date() if receipt else None
        issue = Issue(
            key=self.key,
            path=self.path,
            month=file.first("Month"),
            subject=file.first("Subject"),
            intro=file.first("Intro"),
            intro_prose=file.inline(file.first("Intro")),
            day=file.day(file.first("Date")) or sealed_day or date(int(self.key[:4]), int(self.key[5:]), 1),
            draft=_is_draft(file),
            word=word,
            notices=notices,
            summaries=summaries,
            check_ok=file.check_oks(),
            receipt=receipt,
        )
        self.problems.extend(file.problems)
        return issue


def _leads_out(place: Place, hint: str) -> Problem:
    return problem("bad-link", place, f"leads out of {ISSUES}/, or nowhere", hint)


# issue.md


def _check_month(file: ManuscriptFile, folder: str) -> None:
    if any(one.rule in {"bad-month", "not-utf-8"} for one in file.problems):
        return  # there is no file, or it cannot be read: that is told
    given = file.first("Month")
    key = read_month(given.text)
    hint = f"write 'Month: {month_name(folder)}'"
    if not given:
        file.fault("bad-month", given, "the Month header is missing or empty", hint)
    elif key is None:
        file.fault("bad-month", given, f"{given.text!r} is no month", hint)
    elif key != folder:
        file.fault(
            "month-mismatch", given, f"{given.text!r} in the folder {folder}", f"{hint}, or rename the folder to {key}"
        )


def _is_draft(file: ManuscriptFile) -> bool:
    given = file.first("Draft")
    answer = given.text.casefold()
    if answer not in {"", "yes", "no", "true", "false"}:
        file.fault(
            "bad-draft", given, f"{given.text!r} is neither yes nor no", "write 'Draft: yes', or take the line out"
        )
    return answer not in {"", "no", "false"}


def _word_and_notices(file: ManuscriptFile) -> tuple[Prose, tuple[Notice, ...]]:
    sections = _split_sections(file.body)
    notices = []
    for heading, body in sections[1:]:
        title = heading_text(heading, file.path)
        found = _NOTICE.fullmatch(title.text)
        if found and found[1].strip():
            notices.append(Notice(title.part(found.start(1), len(title.text)), file.prose(body)))
        else:
            file.fault(
                "unknown-heading",
                title,
                f"the heading {title.text!r} is no notice",
                "write '## Notice: …', or '###' for a heading within the text",
            )
    return file.prose(sections[0][1]), tuple(notices)


def read_month(text: str) -> str | None:
    """The key of ``August 2020``, ``2020-08`` or ``PPRNet Blog: August 2020``; None for anything else."""
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    if found[1]:
        key = f"{found[1]}-{found[2]}"
        return key if is_issue_key(key) else None
    name = found[3].casefold()
    number = next((n for n, month in enumerate(MONTHS, 1) if name in {month.casefold(), month[:3].casefold()}), None)
    return f"{found[4]}-{number:02d}" if number else None


def _split_sections(lines: tuple[Line, ...]) -> list[tuple[Line, tuple[Line, ...]]]:
    """``lines`` cut at every ``#`` and ``##`` heading; the first section's heading is an empty line."""
    cuts = [n for n, line in enumerate(lines) if (found := is_heading(line.text)) and len(found[1]) <= SECTION_LEVEL]
    first = (Line(1, ""), lines[: cuts[0]] if cuts else lines)
    return [first, *((lines[at], lines[at + 1 : end]) for at, end in pairwise([*cuts, len(lines)]))]


def _choose_slugs(summaries: list[Summary]) -> tuple[Summary, ...]:
    """``summaries`` with their slugs: the one sent, the author's own, or one of the title, ``-2`` and so on after a clash.

    ``issue`` is taken: ``issue.bib`` stands beside the summaries' files.
    """
    fixed = [summary.sent_slug or summary.slug_source.text for summary in summaries]
    taken = {"issue", *fixed}
    chosen = []
    for summary, own in zip(summaries, fixed, strict=True):
        base = slug_of(summary.title.text)
        slug, number = own or base, 1
        while not own and slug in taken and slug:
            number += 1
            slug = f"{base[: MAXIMUM - 4].rstrip('-')}-{number}"
        taken.add(slug)
        chosen.append(summary._replace(slug=slug))
    return tuple(chosen)


def _stray_hint(entry: Path) -> str:
    if entry.suffix.casefold() in {".docx", ".doc", ".rtf", ".odt"}:
        return "paste its text into a .md file, and keep the document elsewhere"
    if entry.name.casefold().endswith(".md.txt"):
        return f"rename it to {entry.name[:-4]!r}"
    return "only issue.md and the other .md files are read; keep this elsewhere"


def _read_receipt(path: Path, folder: str) -> Receipt | None:
    """The receipt of a send, or None when the issue was never sent by a real provider."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sealed = datetime.fromisoformat(content["sealed"])
        slugs = {str(name): _sent_slug(slug) for name, slug in content["slugs"].items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{folder}/{RECEIPT_FILE}: is not a receipt that 'send' wrote ({error})"
        message = (
            f"{what}; bring it back from git, or delete it: 'send' writes it anew where the ledger is that sent it"
        )
        raise PprmailError(message) from error
    return Receipt(sealed if sealed.tzinfo else sealed.replace(tzinfo=UTC), slugs)


def _sent_slug(slug: object) -> str:
    if isinstance(slug, str) and is_slug(slug):
        return slug
    message = f"{slug!r} is no slug"
    raise ValueError(message)
