"""A mail written by hand, whose faults stand on known lines: what the rules of the rendered mail are tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pprmail.mailcheck.mail import mail_problems
from pprmail.mailcheck.page import read_page
from pprmail.manuscript.issue import load_issue
from pprmail.render.mail import RenderedIssue

if TYPE_CHECKING:
    from conftest import Newsletter
    from pprmail.mailcheck.page import Page

TEMPLATE = "templates/mail.mjml.j2"
ISSUE = "issues/2020-08/issue.md"
DOE = "issues/2020-08/1-doe.md"
POE = "issues/2020-08/2-poe.md"
PREVIEW = "…I blog about whether therapy helps and whether it lasts."
ADDRESS = "1 Placeholder Road, Ottawa"
WAY_OUT = '<a href="%%pprmail_unsubscribe_html%%">Unsubscribe</a>'
TEXT = f"The mail.\n\n-- \n{ADDRESS}\nUnsubscribe:\n%%pprmail_unsubscribe_text%%\n"
SUBJECT = "PPRNet Blog, August 2020"


def letter(body: str = "", *, style: str = "", preview: str = PREVIEW, foot: str = f"<p>{ADDRESS}</p>{WAY_OUT}") -> str:
    """The HTML of a mail without faults, with ``body`` on its eighth line and ``foot`` on its tenth."""
    return f"""<!doctype html>
<html lang="en"><head><title>x</title>
<style>{style}</style></head>
<body style="background-color:#ffffff">
<div style="display:none;font-size:1px;color:#ffffff">{preview}</div>
<div style="color:#1f2b2d;font-size:16px">
<p>Hello</p>
{body}
<hr>
{foot}
</div></body></html>
"""


def told(newsletter: Newsletter, html: str, *, text: str = TEXT, subject: str = SUBJECT) -> list[str]:
    """What ``mail_problems`` finds, as ``path:line:column: severity: … [rule]``; ``html`` serves as the template too."""
    newsletter.write(TEMPLATE, html)
    issue, _ = load_issue(newsletter.settings, "2020-08")
    return [
        str(one) for one in sorted(mail_problems(newsletter.settings, issue, RenderedIssue(subject, html, text, "")))
    ]


def short(problems: list[str], rule: str) -> list[str]:
    """``line:column severity`` of each problem of ``rule`` in the template; path and all for other files."""
    return [
        f"{place}: {severity}"
        for one in problems
        if one.endswith(f"[{rule}]")
        for place, severity in [one.removeprefix(f"{TEMPLATE}:").split(": ")[:2]]
    ]


def page_of(body: str, style: str = "") -> Page:
    """A page of nothing but ``body``."""
    return read_page(f"<html><head><style>{style}</style></head><body>{body}</body></html>")
