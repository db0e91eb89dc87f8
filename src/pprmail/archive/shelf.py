"""The archive as one looks things up in it: every summary in its order, by topic, by type of research, and what is near it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pprmail.slugs import research_path, topic_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pprmail.model import Issue, Summary

MOST_RELATED = 4


class Entry(NamedTuple):
    """A summary with its issue, and the folder of its page on the site: ``2020-08/slug/``."""

    issue: Issue
    summary: Summary
    path: str


class Shelf(NamedTuple):
    """``issues`` newest first. ``entries`` too, but those of one issue in the author's order.

    ``by_topic`` and ``by_type`` hold the entries of each name that has some, in the order of the names.
    """

    issues: tuple[Issue, ...]
    entries: tuple[Entry, ...]
    by_topic: dict[str, tuple[Entry, ...]]
    by_type: dict[str, tuple[Entry, ...]]

    def related(self, entry: Entry) -> tuple[Entry, ...]:
        """At most four others that share topics with ``entry``: those that share most first, then the newest."""
        shared: dict[str, int] = defaultdict(int)
        others: dict[str, Entry] = {}
        for topic in entry.summary.topic_names:
            for other in self.by_topic.get(topic, ()):
                if other.path != entry.path:
                    shared[other.path] += 1
                    others[other.path] = other
        ranked = sorted(others.values(), key=lambda other: other.issue.key, reverse=True)
        ranked.sort(key=lambda other: -shared[other.path])
        return tuple(ranked[:MOST_RELATED])


def shelve(issues: Iterable[Issue]) -> Shelf:
    """The shelf of ``issues``, which come in any order."""
    newest_first = tuple(sorted(issues, key=lambda issue: issue.key, reverse=True))
    entries = tuple(
        Entry(issue, summary, f"{issue.key}/{summary.slug}/") for issue in newest_first for summary in issue.summaries
    )
    topics: dict[str, list[Entry]] = defaultdict(list)
    types: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for name in entry.summary.topic_names:
            if topic_path(name):
                topics[name].append(entry)
        kind = entry.summary.research_type.name
        if kind and research_path(kind):
            types[kind].append(entry)
    return Shelf(newest_first, entries, _in_order(topics), _in_order(types))


def _in_order(found: dict[str, list[Entry]]) -> dict[str, tuple[Entry, ...]]:
    return {name: tuple(found[name]) for name in sorted(found, key=lambda name: (name.casefold(), name))}
