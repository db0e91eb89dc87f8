from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pprmail.archive.web_folder import copy_site
from pprmail.archive.writing import Written
from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from pathlib import Path

HOME = '<html><meta name="generator" content="pprmail">'
SITE = {"index.html": HOME, "feed.xml": "<rss/>", "2020-08/index.html": "August", "2020-08/one/index.html": "One"}


class Web(NamedTuple):
    """A built site, the folder it is published in, and what is remembered."""

    site: Path
    folder: Path
    memory: Path

    def copy(self) -> Written:
        return copy_site(self.site, self.folder, self.memory)

    def refused(self) -> str:
        """The sentence that a copy is refused with; it changes nothing."""
        before = contents(self.folder)
        with pytest.raises(PprmailError) as stopped:
            self.copy()
        assert contents(self.folder) == before
        return str(stopped.value)


@pytest.fixture
def web(tmp_path: Path) -> Web:
    made = Web(tmp_path / "build/site", tmp_path / "web", tmp_path / ".pprmail/published.json")
    made.folder.mkdir()
    for path, text in SITE.items():
        write(made.site / path, text)
    return made


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_empty_folder_gets_the_whole_site(web: Web) -> None:
    assert web.copy() == Written(4, 4, 0)
    assert contents(web.folder) == SITE


def test_only_what_differs_is_written(web: Web) -> None:
    web.copy()
    untouched = (web.folder / "feed.xml").stat().st_mtime_ns
    write(web.site / "2020-08/one/index.html", "One, mended")

    assert web.copy() == Written(4, 1, 0)
    assert (web.folder / "feed.xml").stat().st_mtime_ns == untouched
    assert contents(web.folder) == SITE | {"2020-08/one/index.html": "One, mended"}


def test_what_the_site_no_longer_has_goes_with_its_empty_folder(web: Web) -> None:
    web.copy()
    (web.site / "2020-08/one/index.html").unlink()

    assert web.copy() == Written(3, 0, 1)
    assert not (web.folder / "2020-08/one").exists()
    assert (web.folder / "2020-08/index.html").exists()


def test_what_others_put_there_stays(web: Web) -> None:
    foreign = {".htaccess": "Options -Indexes", "2020-08/one/scan.pdf": "scan", "old/index.html": "Old"}
    for path, text in foreign.items():
        write(web.folder / path, text)

    web.copy()
    (web.site / "2020-08/one/index.html").unlink()
    web.copy()

    assert contents(web.folder) == {path: text for path, text in SITE.items() if "one" not in path} | foreign


@pytest.mark.parametrize("path", ["index.html", "2020-08/index.html"])
def test_a_file_of_others_is_not_replaced(web: Web, path: str) -> None:
    write(web.folder / path, "Our department")

    assert web.refused() == (
        f"{web.folder}: holds files that pprmail did not put there and that the site would replace ({path}); "
        "move them away, or name another 'folder' under [publish]. Nothing was copied"
    )
    assert not web.memory.exists()


def test_many_files_of_others_are_counted(web: Web) -> None:
    for path in SITE:
        write(web.folder / path, "Our department")

    assert "(2020-08/index.html, 2020-08/one/index.html, feed.xml and 1 more)" in web.refused()


def test_a_new_page_does_not_replace_a_file_of_others(web: Web) -> None:
    web.copy()
    write(web.folder / "2020-09/index.html", "A page by hand")
    write(web.site / "2020-09/index.html", "September")

    assert "(2020-09/index.html)" in web.refused()


def test_a_folder_where_a_page_is_to_be_is_not_replaced(web: Web) -> None:
    write(web.folder / "feed.xml/readme.txt", "A folder")

    assert "(feed.xml)" in web.refused()


def test_a_link_to_nothing_is_not_replaced(web: Web) -> None:
    (web.folder / "feed.xml").symlink_to(web.folder / "elsewhere")

    assert "(feed.xml)" in web.refused()


def test_a_site_that_another_machine_published_is_taken_over(web: Web) -> None:
    web.copy()
    web.memory.unlink()
    write(web.site / "feed.xml", "<rss>new</rss>")

    assert web.copy() == Written(4, 1, 0)


def test_a_share_that_is_not_mounted_is_no_empty_web_folder(web: Web) -> None:
    web.copy()
    web.folder.rename(web.folder.with_name("away"))
    web.folder.mkdir()

    assert web.refused() == (
        f"{web.folder}: holds nothing of what was published there; mount the share that it lies on, or, if you emptied it, "
        "delete .pprmail/published.json. Nothing was copied"
    )


def test_two_folders_are_remembered_apart(web: Web, tmp_path: Path) -> None:
    web.copy()
    other = web._replace(folder=tmp_path / "other")
    other.folder.mkdir()
    other.copy()
    (web.site / "feed.xml").unlink()

    assert (web.copy(), other.copy()) == (Written(3, 0, 1), Written(3, 0, 1))


def test_what_a_copy_that_was_cut_short_put_there_is_remembered(web: Web) -> None:
    write(web.folder / "2020-08/one", "in the way of a folder, and not seen before it is written to")

    with pytest.raises(PprmailError, match="cannot be written"):
        web.copy()

    assert json.loads(web.memory.read_text(encoding="utf-8")) == {str(web.folder): sorted(SITE)}


@pytest.mark.parametrize("garbled", ["", "[]", "{", '{"x": 3}'])
def test_a_garbled_memory_removes_nothing(web: Web, garbled: str) -> None:
    web.copy()
    write(web.memory, garbled)
    (web.site / "feed.xml").unlink()

    assert web.copy() == Written(3, 0, 0)
    assert (web.folder / "feed.xml").exists()


def test_leftovers_of_programs_are_not_published(web: Web) -> None:
    for name in (".DS_Store", ".index.html.tmp", "2020-08/.index.html.tmp"):
        write(web.site / name, "left")

    web.copy()

    assert contents(web.folder) == SITE


def test_the_pages_are_there_before_the_home_page_leads_to_them(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def replace_if_changed(path: Path, _: bytes) -> bool:
        written.append(path.relative_to(web.folder).as_posix())
        return True

    monkeypatch.setattr("pprmail.archive.web_folder.replace_if_changed", replace_if_changed)

    web.copy()

    assert written == ["2020-08/index.html", "2020-08/one/index.html", "feed.xml", "index.html"]
