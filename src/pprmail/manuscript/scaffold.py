"""The files of a started newsletter and of a started month."""

from __future__ import annotations

import json

from pprmail.model import month_name
from pprmail.settings import POSTAL_PLACEHOLDER

GITIGNORE = """\
# Readers' addresses, their mail and the key: never in git
subscribers.csv
outbox/
*.backup
*.zip
build/
.pprmail/
"""

LIST_HEADER = "email,name,status,consent,consent_date,consent_source\n"

_SUMMARY = """\
Title:
Blurb:
Citation:
DOI:
Topics:
Type of Research:
Summary by:
Author email:


## Practice Implications

"""


def issue_files(key: str) -> dict[str, str]:
    """The files of a started month, by name: ``issue.md`` and two summaries with the headers to fill in."""
    return {"issue.md": f"Month: {month_name(key)}\nIntro:\nDate:\n\n", "1-first.md": _SUMMARY, "2-second.md": _SUMMARY}


def settings_file(title: str, newsletter_id: str, year: int) -> str:
    """``pprmail.toml`` of a started newsletter, with what must be filled in named in comments."""
    quoted_title = json.dumps(title, ensure_ascii=False)
    return f"""\
# The settings of this newsletter. Every key and its default: docs/settings.md of pprmail.

[newsletter]
id = "{newsletter_id}"                      # stays for ever: it names your list and your items
title = {quoted_title}
description = ""
introduction = ""
language = "en"
timezone = "America/Toronto"
author = "The editor"
base_url = "https://blog.example.org"       # where build/site is published
tag_authority = "blog.example.org,{year}"     # stays for ever: a domain you hold, and this year

[sender]
name = {quoted_title}
address = "newsletter@example.org"
reply_to = "editor@example.org"
organisation = {quoted_title}
postal_address = "{POSTAL_PLACEHOLDER}"     # required by law in every mail
contact_url = "https://blog.example.org/about/"

[subscribers]
file = "subscribers.csv"

[unsubscribe]
owner = "reply"                             # readers reply "Unsubscribe"; "service" once a service answers
mailto = "unsubscribe@example.org"

[delivery]
provider = "outbox"                         # mail goes into outbox/, not to readers

[vocabulary]
topics = [                                  # what readers filter by: a summary names 1 to 6 of these; add your own
    "Anxiety Disorders",
    "Attendance, Attrition, and Drop-Out",
    "Cognitive Behaviour Therapy (CBT)",
    "Depression and Depressive Symptoms",
    "Group Psychotherapy",
    "Personality Disorders",
    "Psychodynamic Therapy (PDT)",
    "Therapeutic Alliance",
    "Training",
    "Trauma and PTSD",
    "Miscellaneous",
]
types_of_research = ["Meta-analysis", "Randomized controlled trial", "Practice-based study", "Review"]
"""
