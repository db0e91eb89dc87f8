"""The mails that are judged: each sent through the outbox as a reader would get it, and what must be read in it, in order."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from typing import TYPE_CHECKING

from pprmail.manuscript.issue import load_issue
from pprmail.model import Heading, Listing, Paragraph, plain
from pprmail.render.words import load_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Newsletter
    from pprmail.model import Prose
    from pprmail.settings import Settings

SAMPLES = ("2017-07", "2019-05", "2020-08")
EIGHT, FRENCH = "2021-01", "2021-02"
MAILS = (*SAMPLES, EIGHT, FRENCH)
_NOTE = re.compile(r" ?\[\d+\]")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: its file, both parts, the HTML also as a file of its own, and the phrases that a reader must meet in this order."""

    eml: Path
    html: str
    text: str
    page: Path
    phrases: tuple[str, ...]


def sent_mail(newsletter: Newsletter, key: str) -> Mail:
    """The issue ``key``, sent to one reader of ``newsletter``."""
    newsletter.write("subscribers.example.csv", "email,name\nreader@example.org,Renée Řeader\n")
    done = newsletter.run("send", key, "--yes")
    assert done.returncode == 0, done.stderr
    (eml,) = (newsletter.root / "outbox" / key).glob("*.eml")
    message = email.message_from_bytes(eml.read_bytes(), policy=policy.SMTP)
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    page = newsletter.write(f"{key}.html", html.get_content())
    written = text.get_content().replace("\r\n", "\n")
    return Mail(eml, html.get_content(), written, page, tuple(_phrases(newsletter.settings, key)))


def told_in_order(shown: str, phrases: tuple[str, ...]) -> list[str]:
    """Those of ``phrases`` that do not stand in ``shown`` after the one before; spaces, case and the numbers of notes do not count."""
    words, at, missing = _words(shown), 0, []
    for phrase in phrases:
        found = words.find(_words(phrase), at)
        if found < 0:
            missing.append(phrase)
        else:
            at = found + len(_words(phrase))
    return missing


def _words(text: str) -> str:
    return "".join(_NOTE.sub("", text).split()).casefold()


def _phrases(settings: Settings, key: str) -> Iterator[str]:
    issue, _ = load_issue(settings, key)
    words = load_words(settings)
    yield words.month(key)
    yield words.issue.this_month
    yield from (summary.title.text for summary in issue.summaries if len(issue.summaries) > 1)
    for summary in issue.summaries:
        yield summary.title.text
        yield plain(summary.citation_prose)
        yield from _paragraphs(summary.body)
        yield words.issue.practice_implications
        yield from _paragraphs(summary.implications)
        yield from summary.topic_names
        yield summary.research_type.name or ""
    for notice in issue.notices:
        yield notice.title.text
        yield from _paragraphs(notice.body)
    yield words.mail.forwarded
    yield settings.sender.organisation
    yield settings.sender.postal_address
    yield words.mail.unsubscribe


def _paragraphs(prose: Prose) -> Iterator[str]:
    for block in prose:
        if isinstance(block, Paragraph | Heading):
            yield plain(block.children)
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _paragraphs(item)
