from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from mailroom import untrusted_host
from pprmail import __version__
from pprmail.archive.visitor import Finding, Standing, Visitor
from webhost import WebHost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE, OTHER = "1" * 64, "f" * 64
PAGE = '<!DOCTYPE html><html><head><meta name="pprmail-edition" content="{}"></head><body>Words</body></html>'


@pytest.fixture
def host(tmp_path: Path) -> Iterator[WebHost]:
    """A site with one issue of edition ``ONE``."""
    (tmp_path / "2020-08").mkdir()
    (tmp_path / "2020-08/index.html").write_text(PAGE.format(ONE), encoding="utf-8")
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    with WebHost(tmp_path) as host:
        yield host


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(lambda: 0.0, timeout_seconds=5)


def test_a_page_of_this_edition_is_there(host: WebHost, visitor: Visitor) -> None:
    url = f"{host.url}/2020-08/"

    assert visitor.look(url, ONE) == Finding(url, Standing.THERE)


def test_a_page_of_another_edition_is_older(host: WebHost, visitor: Visitor) -> None:
    url = f"{host.url}/2020-08/"

    assert visitor.look(url, OTHER) == Finding(url, Standing.OLDER, "is another edition than the issue here")


MARKS = {
    "as-written": '<meta name="pprmail-edition" content="{}">',
    "other-way-round": '<meta content="{}" name="pprmail-edition">',
    "made-small-by-the-host": "<meta name=pprmail-edition content={}>",
    "on-two-lines": '<meta\n name="pprmail-edition"\n content="{}"/>',
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_an_edition_is_found_however_it_is_written(host: WebHost, visitor: Visitor, tmp_path: Path, mark: str) -> None:
    (tmp_path / "2020-08/index.html").write_text(f"<head>{mark.format(ONE)}</head>", encoding="utf-8")

    assert visitor.look(f"{host.url}/2020-08/", ONE).standing is Standing.THERE


NO_MARKS = {
    "none": "<html>Coming soon</html>",
    "no-hash": '<meta name="pprmail-edition" content="">',
    "empty": "",
    "far-behind": " " * (1 << 21) + PAGE.format(ONE),
}


@pytest.mark.parametrize("page", NO_MARKS.values(), ids=NO_MARKS)
def test_a_page_without_an_edition_is_another_page(host: WebHost, visitor: Visitor, tmp_path: Path, page: str) -> None:
    (tmp_path / "2020-08/index.html").write_text(page, encoding="utf-8")

    found = visitor.look(f"{host.url}/2020-08/", ONE)

    assert (found.standing, found.words) == (
        Standing.OLDER,
        "carries no edition: an older pprmail built it, or it is another page",
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "is not there (404)"),
        (410, "is not there (410)"),
        (401, "is not for readers: the site answers 401 Unauthorized"),
        (503, "is not for readers: the site answers 503 Service Unavailable"),
        (204, "is not for readers: the site answers 204 No Content"),
    ],
)
def test_a_page_that_readers_do_not_get_is_missing(host: WebHost, visitor: Visitor, status: int, words: str) -> None:
    host.statuses["/2020-08/"] = status

    found = visitor.look(f"{host.url}/2020-08/")

    assert (found.standing, found.words) == (Standing.MISSING, words)


def test_three_redirects_on_the_same_host_are_followed(host: WebHost, visitor: Visitor) -> None:
    host.redirects = {"/a": "/b", "/b": f"{host.url}/2020-08#top", "/2020-08": "2020-08/"}

    assert visitor.look(f"{host.url}/a", ONE).standing is Standing.THERE


def test_a_fourth_redirect_is_not(host: WebHost, visitor: Visitor) -> None:
    host.redirects = {"/a": "/b", "/b": "/a"}

    found = visitor.look(f"{host.url}/a")

    assert (found.standing, found.words) == (Standing.ELSEWHERE, f"leads on and on, last to {host.url}/a")
    assert host.asked == ["/a", "/b", "/a", "/b"]


ELSEWHERE = {
    "another-host": "https://elsewhere.example.org/2020-08/",
    "this-machine-by-another-name": "http://localhost:1/",
    "a-file": "file:///etc/passwd",
    "another-protocol": "ftp://127.0.0.1/2020-08/",
}


@pytest.mark.parametrize("to", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_redirect_that_leaves_the_site_is_not_followed(host: WebHost, visitor: Visitor, to: str) -> None:
    host.redirects["/2020-08/"] = to

    found = visitor.look(f"{host.url}/2020-08/")

    words = f"leads to {to}; write the address that readers end at as 'base_url' under [newsletter]"
    assert (found.standing, found.words) == (Standing.ELSEWHERE, words)
    assert host.asked == ["/2020-08/"]


def test_a_server_that_is_down_is_told(visitor: Visitor, tmp_path: Path) -> None:
    with WebHost(tmp_path) as host:
        url = host.url

    found = visitor.look(url)

    assert (found.standing, found.words) == (Standing.UNREACHED, "cannot be reached (Connection refused)")


def test_a_server_that_never_answers_is_given_up(host: WebHost) -> None:
    host.silent.add("/2020-08/")

    found = Visitor(lambda: 0.0, timeout_seconds=0.05).look(f"{host.url}/2020-08/")

    assert (found.standing, found.words) == (Standing.UNREACHED, "did not answer within 0.05 seconds")


def test_a_page_that_comes_too_slowly_is_given_up(host: WebHost, tmp_path: Path) -> None:
    (tmp_path / "2020-08/index.html").write_text(" " * (1 << 20), encoding="utf-8")
    ticks = itertools.count(0.0, 3.0)

    found = Visitor(lambda: next(ticks), timeout_seconds=5).look(f"{host.url}/2020-08/", ONE)

    assert (found.standing, found.words) == (Standing.UNREACHED, "did not answer within 5 seconds")


def test_a_certificate_that_nobody_trusts_is_told(visitor: Visitor) -> None:
    with untrusted_host() as url:
        found = visitor.look(url)

    assert found.standing is Standing.UNREACHED
    assert re.fullmatch(r"has no good certificate \(.+\)", found.words)


def test_what_does_not_speak_http_is_told(host: WebHost, visitor: Visitor) -> None:
    found = visitor.look(host.url.replace("http:", "https:"))

    assert (found.standing, found.words[:17]) == (Standing.UNREACHED, "cannot be reached")


def test_a_proxys_password_is_told_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http:/user:s3cretpw@proxy:3128")

    found = Visitor(lambda: 0.0, timeout_seconds=5).look("https://blog.example.org/")

    assert (found.standing, found.words) == (Standing.UNREACHED, "cannot be reached (ValueError)")


def test_this_machine_is_asked_without_a_proxy(host: WebHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert Visitor(lambda: 0.0, timeout_seconds=5).look(f"{host.url}/a.txt").standing is Standing.THERE


def test_it_says_who_it_is_and_nothing_of_earlier_visits(host: WebHost, visitor: Visitor) -> None:
    visitor.look(f"{host.url}/2020-08/", ONE)
    visitor.look(f"{host.url}/a.txt")

    assert [one["User-Agent"] for one in host.headers] == [f"pprmail/{__version__}"] * 2
    assert [one["Cookie"] for one in host.headers] == [None, None]


def test_an_address_with_any_letters_is_asked_for(host: WebHost, visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "Übung 1.txt").write_text("a", encoding="utf-8")

    assert visitor.look(f"{host.url}/Übung 1.txt?a=%C3%BC").standing is Standing.THERE


def test_findings_stand_in_the_order_of_the_addresses(host: WebHost, visitor: Visitor) -> None:
    urls = [f"{host.url}/{name}" for name in ("a.txt", *(f"none{n}" for n in range(9)), "2020-08/")]

    found = visitor.look_at(urls)

    assert [one.url for one in found] == urls
    assert [one.standing for one in found] == [Standing.THERE, *[Standing.MISSING] * 9, Standing.THERE]
