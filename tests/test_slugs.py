from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pprmail.slugs import MAXIMUM, is_slug, research_path, slug_of, topic_path

TITLES = {
    "question": ("Is Psychodynamic Therapy Effective?", "is-psychodynamic-therapy-effective"),
    "marks": ("Řehoř à Zürich", "rehor-a-zurich"),
    "apostrophes": ("Clients’ & therapist's `own`", "clients-therapists-own"),
    "ligature": ("Eﬀects of 10 %", "effects-of-10"),
    "dashes": ("  — A — B —  ", "a-b"),
    "full-width": ("ＡＢ１", "ab1"),
    "climbing": ("../../etc/passwd", "etc-passwd"),
    "chinese": ("心理治疗", ""),
    "empty": ("", ""),
    "fits": ("a" * 29 + " " + "b" * 30, "a" * 29 + "-" + "b" * 30),
    "cut-at-a-word": ("a" * 30 + " " + "b" * 30, "a" * 30),
    "cut-after-a-word": ("a" * 30 + " " + "b" * 29 + " c", "a" * 30 + "-" + "b" * 29),
    "full-width-apostrophe": ("Client＇s", "clients"),
    "one-long-word": ("a" * 61, "a" * 60),
}


@pytest.mark.parametrize(("title", "slug"), TITLES.values(), ids=TITLES)
def test_a_title_gives_its_slug(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=100))
def test_what_is_made_of_a_title_is_a_slug_or_nothing(title: str) -> None:
    slug = slug_of(title)

    assert slug == "" or is_slug(slug)
    assert slug_of(slug) == slug


NOT_SLUGS = ["", "A", "a--b", "-a", "a-", "a_b", "a b", "../x", "é", "１", "a\n", "a" * (MAXIMUM + 1)]


@pytest.mark.parametrize("text", NOT_SLUGS)
def test_other_text_is_no_slug(text: str) -> None:
    assert not is_slug(text)


def test_a_slug_of_sixty_characters_is_one() -> None:
    assert is_slug("a" * MAXIMUM)


def test_a_topic_without_a_slug_leads_home_where_there_is_a_page() -> None:
    assert [topic_path(name) for name in ("Long-term Outcomes", "信頼")] == ["topics/long-term-outcomes/", ""]
    assert [research_path(name) for name in ("Meta-analysis", "信頼")] == ["research/meta-analysis/", ""]
