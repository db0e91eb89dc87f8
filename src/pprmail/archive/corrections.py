"""What was put right after publication, as pages and feeds show it: corrections, retractions, first appearances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from pprmail.citation import doi_url
from pprmail.render.prose import inline_html

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date

    from pprmail.model import Erratum, Issue, Retraction, Summary
    from pprmail.render.words import Words


def updated_day(issue: Issue, summary: Summary) -> date:
    """The day of the last correction or retraction; the issue's day without one, or when all are older."""
    retracted = [summary.retraction.day] if summary.retraction else []
    return max([issue.day, *(erratum.day for erratum in summary.errata), *retracted])


def corrections_html(summary: Summary, words: Words) -> Markup:
    """The banner of a retraction, then a dated box for each correction, oldest first; '' for a summary without.

    Each is an ``aside`` of class ``retraction`` or ``correction``. Its role is ``note``, so that a screen reader does not list it
    among the landmarks of the page (ARIA in HTML allows that role).
    """
    boxes = [_retraction(summary.retraction, words)] if summary.retraction else []
    boxes += [_correction(erratum, words) for erratum in sorted(summary.errata, key=lambda erratum: erratum.day)]
    return Markup("\n").join(boxes)


def reprint_html(summary: Summary, words: Words, home: str, on_site: Container[str]) -> Markup:
    """Where a reprint appeared first, as a paragraph; '' for a summary that is none.

    ``home`` leads from where it stands to the site's home (``../../``, or the whole address). It is a link if ``on_site`` has
    the page's folder, such as ``2019-05/slug/``.
    """
    if not summary.reprint_of:
        return Markup()
    folder = f"{summary.reprint_of.text}/"
    said = escape(words.corrections.reprint.format(month=words.month(folder[:7])))
    first = Markup('<a href="{}">{}</a>').format(home + folder, said) if folder in on_site else said
    return Markup('<p class="reprint">{}</p>').format(first)


def _retraction(retraction: Retraction, words: Words) -> Markup:
    said = escape(words.corrections.retraction).format(day=_time(retraction.day, words))
    label = words.corrections.retraction_notice + words.issue.colon
    return Markup(
        '<aside class="retraction" role="note">\n<p><strong>{}</strong> {} <a href="{}">https://doi.org/{}</a></p>\n</aside>'
    ).format(said, label, doi_url(retraction.doi), retraction.doi)


def _correction(erratum: Erratum, words: Words) -> Markup:
    said = escape(words.corrections.correction).format(day=_time(erratum.day, words)) + words.issue.colon
    return Markup('<aside class="correction" role="note">\n<p><strong>{}</strong> {}</p>\n</aside>').format(
        said, Markup(inline_html(erratum.note))
    )


def _time(day: date, words: Words) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), words.day(day))
