"""The plain-text body, composed from the source and not from the HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pprmail import marks
from pprmail.render.phrases import citation_of, intro_of, retraction_of, title_of
from pprmail.render.prose import Notes, hanging, heading_text, inline_text, paragraph_text, prose_text, wrap

if TYPE_CHECKING:
    from pprmail.model import Issue, Summary
    from pprmail.render.words import Words
    from pprmail.settings import Settings

TEXT_TEMPLATE = "mail.txt.j2"


def text_values(settings: Settings, issue: Issue, words: Words) -> dict[str, Any]:
    """What the text template shows, the author's prose already wrapped; a link is a note after its section."""
    notes = Notes()
    return {
        "heading": heading_text(title_of(issue, words), "="),
        "intro": wrap(f"{words.issue.this_month}{inline_text(intro_of(issue, words), notes)}")
        if issue.summaries or issue.intro
        else "",
        "word": prose_text(issue.word, notes),
        "word_notes": notes.take(),
        "contents": [hanging(f"{number}. ", summary.title.text) for number, summary in enumerate(issue.summaries, 1)],
        "summaries": [_summary_values(settings, issue, summary, notes, words) for summary in issue.summaries],
        "notices": [
            {
                "title": heading_text(notice.title.text, "-"),
                "body": prose_text(notice.body, notes),
                "notes": notes.take(),
            }
            for notice in issue.notices
        ],
        "footer": wrap(words.mail.why),
        "leave_by_reply": wrap(f"{words.mail.leave_by_reply} {words.mail.leave_by_mail}."),
        "organisation": wrap(settings.sender.organisation),
        "postal_address": wrap(settings.sender.postal_address),
        "reader_name": marks.NAME_TEXT,
        "unsubscribe_url": marks.UNSUBSCRIBE_TEXT,
    }


def _summary_values(settings: Settings, issue: Issue, summary: Summary, notes: Notes, words: Words) -> dict[str, Any]:
    return {
        "title": heading_text(summary.title.text, "-"),
        "guest": wrap(words.issue.summary_by.format(name=summary.guest.text)) if summary.guest else "",
        "minutes": words.issue.minutes.format(minutes=summary.minutes),
        "citation": paragraph_text(citation_of(summary, words), notes),
        "retraction": paragraph_text(retraction_of(summary, words), notes),
        "body": prose_text(summary.body, notes),
        "implications": prose_text(summary.implications, notes, "  "),
        "author_email": summary.author_email.text,
        "topics": wrap(f"{words.issue.topics}{words.issue.colon} {'; '.join(summary.topic_names)}"),
        "research_type": summary.research_type.name or "",
        "url": settings.newsletter.url(f"{issue.key}/{summary.slug}/"),
        "notes": notes.take(),
    }
