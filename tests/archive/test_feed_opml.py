from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from archive.feed_desk import files_of

if TYPE_CHECKING:
    from conftest import Newsletter


def test_the_outline_has_every_feed_once(newsletter: Newsletter) -> None:
    files = files_of(newsletter)

    root = etree.fromstring(files["topics.opml"])

    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [(child.tag, child.text) for child in root[0]] == [
        ("title", "PPRNet Blog"),
        ("dateModified", "Fri, 14 Aug 2020 12:00:00 -0400"),
        ("ownerName", "The editor"),
    ]
    assert [(one.get("type"), one.get("text"), one.get("xmlUrl"), one.get("htmlUrl")) for one in root[1]] == [
        ("rss", "PPRNet Blog", "https://blog.example.org/feed.xml", "https://blog.example.org/"),
        *(
            ("rss", f"PPRNet Blog: {topic}", f"https://blog.example.org/{folder}feed.xml", f"https://blog.example.org/{folder}")
            for topic, folder in (("Adherence", "topics/adherence/"), ("Long-term Outcomes", "topics/long-term-outcomes/"))
        ),
    ]  # fmt: skip
    assert {str(one.get("xmlUrl")).removeprefix("https://blog.example.org/") for one in root[1]} == {
        path for path in files if path.endswith("feed.xml")
    }
