"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pprmail.archive.feed_items import Feed, Item
    from pprmail.settings import Settings

FILE, MEDIA_TYPE = "feed.json", "application/feed+json"


class JsonWriter:
    """Writes ``feed.json``, an item on a line; each is made once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, str] = {}

    def write(self, feed: Feed, items: Sequence[Item]) -> bytes:
        """The bytes of ``feed``."""
        newsletter, hub = self._settings.newsletter, self._settings.archive.websub_hub
        head: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "description": feed.description,
            "home_page_url": newsletter.url(feed.folder),
            "feed_url": newsletter.url(feed.folder + FILE),
            "language": newsletter.language,
            "authors": [{"name": newsletter.author}],
        }
        if hub:
            head["hubs"] = [{"type": "WebSub", "url": hub}]
        for item in items:
            if item.guid not in self._made:
                self._made[item.guid] = _json(_item(item))
        lines = ",\n".join(self._made[item.guid] for item in items)
        return f'{_json(head)[:-1]}, "items": [\n{lines}\n]}}\n'.encode()


def _item(item: Item) -> dict[str, Any]:
    """``date_modified`` only for one that was corrected."""
    modified = {"date_modified": item.updated.isoformat()} if item.updated > item.published else {}
    return {
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "date_published": item.published.isoformat(),
        **modified,
        "authors": [{"name": item.author}],
        "tags": list(item.categories),
        "content_html": item.html,
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
