"""The archive as one looks things up in it: every summary in its order, by topic, by type of research, and what is near it."""

from __future__ import annotations

from collections import defaultdict
from heapq import nsmallest
from itertools import combinations
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


class Relations:
    """Which summaries of a shelf have to do with which."""

    def __init__(self, shelf: Shelf) -> None:
        self.entries = shelf.entries
        place_of = {entry.path: place for place, entry in enumerate(shelf.entries)}
        self.places = {name: [place_of[entry.path] for entry in found] for name, found in shelf.by_topic.items()}
        self.sets = {name: frozenset(places) for name, places in self.places.items()}

    def of(self, entry: Entry) -> tuple[Entry, ...]:
        """At most four others that share topics with ``entry``: those that share most first, then the newest.

        Looked for from all its topics down to one, so that a large archive is not counted through for each of its summaries.
        """
        topics = [name for name in entry.summary.topic_names if name in self.places]
        found: dict[int, None] = {}
        for shared in range(len(topics), 0, -1):
            here: set[int] = set()
            for names in combinations(topics, shared):
                here |= self._newest(names, len(found) + MOST_RELATED + 1)
            found |= dict.fromkeys(sorted(here - found.keys()))
            others = [self.entries[place] for place in found if self.entries[place].path != entry.path]
            if len(others) >= MOST_RELATED:
                break
        return tuple(others[:MOST_RELATED]) if topics else ()

    def _newest(self, names: tuple[str, ...], count: int) -> set[int]:
        """The places of the newest summaries that have all these topics, ``count`` at most."""
        if len(names) == 1:
            return set(self.places[names[0]][:count])
        return set(nsmallest(count, frozenset.intersection(*(self.sets[name] for name in names))))


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
