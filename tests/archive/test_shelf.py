from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import summary_text
from pprmail.archive.shelf import Entry, Relations, Shelf, shelve
from pprmail.manuscript.issue import load_issue
from pprmail.manuscript.months import issue_keys

if TYPE_CHECKING:
    from conftest import Newsletter

TOPICS = {
    "2019-01": ["Adherence", "Adherence; Long-term Outcomes"],
    "2020-02": ["Long-term Outcomes", "Psychodynamic Therapy (PDT)"],
    "2021-03": ["Adherence; Long-term Outcomes; Psychodynamic Therapy (PDT)"],
}


@pytest.fixture
def shelf(newsletter: Newsletter) -> Shelf:
    """Five summaries in three months, ``s1`` and ``s2`` of each."""
    for path in (newsletter.root / "issues/2020-08").iterdir():
        path.unlink()
    (newsletter.root / "issues/2020-08").rmdir()
    for key, topics in TOPICS.items():
        newsletter.write(f"issues/{key}/issue.md", f"Month: {key}\n")
        for number, names in enumerate(topics, 1):
            kind = "Review" if number == 2 else "Meta-analysis"
            text = summary_text(f"Study {number} of {key}", Slug=f"s{number}", Topics=names, Type_of_Research=kind)
            newsletter.write(f"issues/{key}/{number}.md", text)
    keys, _ = issue_keys(newsletter.root)
    return shelve(load_issue(newsletter.settings, key)[0] for key in keys)


def test_entries_stand_newest_issue_first_and_in_the_authors_order_within(shelf: Shelf) -> None:
    assert [issue.key for issue in shelf.issues] == ["2021-03", "2020-02", "2019-01"]
    assert [entry.path for entry in shelf.entries] == [
        "2021-03/s1/", "2020-02/s1/", "2020-02/s2/", "2019-01/s1/", "2019-01/s2/",
    ]  # fmt: skip


def test_entries_are_found_by_topic_and_by_type(shelf: Shelf) -> None:
    assert {name: [entry.path for entry in entries] for name, entries in shelf.by_topic.items()} == {
        "Adherence": ["2021-03/s1/", "2019-01/s1/", "2019-01/s2/"],
        "Long-term Outcomes": ["2021-03/s1/", "2020-02/s1/", "2019-01/s2/"],
        "Psychodynamic Therapy (PDT)": ["2021-03/s1/", "2020-02/s2/"],
    }
    assert list(shelf.by_type) == ["Meta-analysis", "Review"]


def test_related_are_those_that_share_most_topics_then_the_newest(shelf: Shelf) -> None:
    first = shelf.entries[0]

    assert [entry.path for entry in Relations(shelf).of(first)] == [
        "2019-01/s2/", "2020-02/s1/", "2020-02/s2/", "2019-01/s1/",
    ]  # fmt: skip


def test_an_empty_shelf_has_nothing(newsletter: Newsletter) -> None:
    assert shelve([]) == Shelf((), (), {}, {})


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5, unique=True), max_size=30))
def test_relations_are_those_of_counting_every_pair(topics: list[list[str]]) -> None:
    entries = tuple(
        Entry(SimpleNamespace(key="2020-01"), SimpleNamespace(topic_names=tuple(names)), f"s{number}/")  # type: ignore[arg-type]
        for number, names in enumerate(topics)
    )
    by_topic = {name: tuple(entry for entry in entries if name in entry.summary.topic_names) for name in "abcdef"}
    relations = Relations(Shelf((), entries, by_topic, {}))

    for entry in entries:
        mine = set(entry.summary.topic_names)
        shared = [(-len(mine.intersection(other.summary.topic_names)), place) for place, other in enumerate(entries)]
        ranked = [entries[place] for count, place in sorted(shared) if count and entries[place] is not entry]
        assert [one.path for one in relations.of(entry)] == [one.path for one in ranked[:4]]
