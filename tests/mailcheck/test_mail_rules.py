from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcheck.letter import TEXT, letter
from pprmail.errors import Place
from pprmail.mailcheck.mail import mail_problems
from pprmail.mailcheck.proof import proofread
from pprmail.manuscript.inline import parse_inline
from pprmail.manuscript.issue import load_issue
from pprmail.model import Paragraph, Passage
from pprmail.render.mail import RenderedIssue
from pprmail.rules import GROUPS, RULES

if TYPE_CHECKING:
    from conftest import Newsletter


@pytest.mark.parametrize("key", ["2017-07", "2019-05", "2020-08"])
def test_the_samples_are_sent_without_a_doubt_about_their_mail(sample: Newsletter, key: str) -> None:
    of_mail = {rule.id for rule in GROUPS["The rendered mail"]}

    assert of_mail.isdisjoint(one.rule for one in proofread(sample.settings, key).problems)


def test_a_doubt_about_a_template_is_silenced_in_the_issue(newsletter: Newsletter) -> None:
    newsletter.write(
        "issues/2020-08/issue.md",
        f"Month: August 2020\nSubject: {'x' * 90}\nCheck-ok: subject-length because I like it\n",
    )

    assert proofread(newsletter.settings, "2020-08").problems == ()


def test_no_mail_is_too_odd_to_judge(tmp_path_factory: pytest.TempPathFactory) -> None:
    from conftest import SETTINGS, Newsletter, summary_text

    newsletter = Newsletter(tmp_path_factory.mktemp("odd"))
    newsletter.write("pprmail.toml", SETTINGS)
    newsletter.write("issues/2020-08/issue.md", "Month: August 2020\n")
    newsletter.write("issues/2020-08/1-doe.md", summary_text())
    plain, _ = load_issue(newsletter.settings, "2020-08")
    odd = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("[](){}<>%|*!&#:./@ A")), max_size=60)

    @settings(max_examples=150, deadline=None)
    @given(odd, odd, odd)
    def judge(prose: str, body: str, subject: str) -> None:
        source = Passage(prose, "issues/2020-08/issue.md")
        word = (Paragraph(parse_inline(source), source),)
        issue = plain._replace(word=word, subject=source, intro=source, intro_prose=word[0].children)

        for one in mail_problems(newsletter.settings, issue, RenderedIssue(subject, letter(body), body + TEXT, "")):
            assert one.rule in RULES
            assert Place(one.path, one.line, one.column) >= Place(one.path, 1, 1)
            assert re.search(r"[^.]$", one.message)

    judge()
