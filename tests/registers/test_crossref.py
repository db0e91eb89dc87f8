from __future__ import annotations

import json
import socket
from datetime import date, timedelta
from email.message import Message
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom import untrusted_host
from pprmail import __version__
from pprmail.errors import EXIT_YOURS, PprmailError
from pprmail.literature import RETRACTION, Listed
from pprmail.registers.crossref import HOST, Crossref, _message, _UnreadError
from pprmail.registers.crossref_wire import MOST_BYTES, Answer
from registers.crossref_host import RETRACTION as RETRACTED
from registers.crossref_host import CrossrefHost, Reply, work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOI, OTHER = "10.1037/pst0000001", "10.1037/pst0000002"
MAILTO = "editor@example.org"
TODAY = date(2026, 11, 1)
ANOTHER_PAGE = "answers with a web page: is there a log-in page in between?"


class Time:
    """Seconds that pass when somebody waits, and no others."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def host() -> Iterator[CrossrefHost]:
    """A Crossref that holds two works."""
    with CrossrefHost(work(DOI, updated_by=[RETRACTED]), work(OTHER)) as host:
        yield host


def crossref(url: str, folder: Path, time: Time, *, today: date = TODAY, **options: Any) -> Crossref:  # noqa: ANN401
    return Crossref(MAILTO, folder / "crossref", today=today, clock=time.clock, wait=time.wait, host=url, **options)


def missed(host: CrossrefHost | str, folder: Path, time: Time, **options: Any) -> str:  # noqa: ANN401
    """Why one source was not looked up."""
    with crossref(host if isinstance(host, str) else host.url, folder, time, **options) as asking:
        answers = asking.look_up([DOI])
    assert (dict(answers.works), answers.find(DOI), answers.is_unknown(DOI)) == ({}, None, False)
    return answers.missed[DOI]


def test_a_work_is_looked_up(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        answers = asking.look_up([DOI.upper()])

    found = answers.find(f"https://doi.org/{DOI}")
    assert found
    assert (found.titles, found.family, found.years) == (("On therapy.",), "Doe", (2018, 2019))
    assert found.listed == (Listed(RETRACTION, date(2021, 3, 1), "10.1037/n1"),)
    assert not answers.missed


def test_crossref_is_asked_politely(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        asking.look_up([DOI, OTHER, DOI])
        asking.look_up(["10.1037/none"])

    asked = ("pst0000001", "pst0000002", "none")
    assert host.asked == [f"/works/10.1037%2F{one}?mailto={MAILTO}" for one in asked]
    assert {one["User-Agent"] for one in host.headers} == {f"pprmail/{__version__} (mailto:{MAILTO})"}
    assert (host.connections, time.waited) == (1, [0.1, 0.1])


def test_a_doi_is_written_as_an_address_may_hold_it(tmp_path: Path, time: Time) -> None:
    doi = "10.1002/(sici)1097<1::aid-j?5>3.0.co;2-1#é"

    with CrossrefHost(work(doi)) as host, crossref(host.url, tmp_path, time) as asking:
        assert asking.look_up([doi]).find(doi)


def test_a_doi_that_crossref_does_not_know_is_unknown(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        answers = asking.look_up(["10.5281/zenodo.1"])

    assert (answers.is_unknown("10.5281/ZENODO.1"), answers.find("10.5281/zenodo.1"), dict(answers.missed)) == (
        True,
        None,
        {},
    )


def test_what_is_no_doi_is_not_asked_for(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        answers = asking.look_up(["", "unavailable"])

    assert (dict(answers.works), dict(answers.missed), host.asked) == ({}, {}, [])


def test_without_an_address_nobody_is_asked(tmp_path: Path, time: Time) -> None:
    with pytest.raises(PprmailError) as caught:
        Crossref(" ", tmp_path, today=TODAY, clock=time.clock, wait=time.wait)

    assert caught.value.exit_code == EXIT_YOURS
    assert str(caught.value) == (
        '--online asks Crossref; give it an address to write to: crossref_mailto = "name@university.example" under [check]'
    )


@pytest.mark.parametrize("mailto", ["nobody", "a@b\r\nX: y", "a b@c", "ä@b"])
def test_an_address_that_is_none_is_told(mailto: str, tmp_path: Path, time: Time) -> None:
    with pytest.raises(PprmailError, match="is no mail address"):
        Crossref(mailto, tmp_path, today=TODAY, clock=time.clock, wait=time.wait)


def test_the_host_is_crossref_s_own(tmp_path: Path, time: Time) -> None:
    assert HOST == "https://api.crossref.org"
    assert Crossref(MAILTO, tmp_path, today=TODAY, clock=time.clock, wait=time.wait).host == "api.crossref.org"


# What is kept


def test_an_answer_is_kept_for_a_week(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    for days, questions in ((0, 1), (0, 1), (6, 1), (7, 2), (7, 2), (6, 3)):
        with crossref(host.url, tmp_path, time, today=TODAY + timedelta(days)) as asking:
            answers = asking.look_up([DOI])
        assert len(host.asked) == questions
        assert (answers.works[DOI] or answers).listed[0].notice_doi == "10.1037/n1"  # type: ignore[union-attr]


def test_only_what_is_read_is_kept(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        asking.look_up([DOI])

    (kept,) = (tmp_path / "crossref").iterdir()
    told = json.loads(kept.read_bytes())
    assert (told["doi"], told["asked"]) == (DOI, "2026-11-01")
    assert set(told["message"]) == {
        "title", "subtitle", "original-title", "author", "updated-by", "issued", "published", "published-print", "published-online",
    }  # fmt: skip
    assert [one["family"] for one in told["message"]["author"]] == ["Doe"]


BROKEN = {
    "empty": b"",
    "no-json": b"{",
    "deep": b"[" * 100_000,
    "no-object": b"[]",
    "format": b'{"format":0,"doi":"10.1037/pst0000001","asked":"2026-11-01","message":{}}',
    "another": b'{"format":1,"doi":"10.1037/x","asked":"2026-11-01","message":{}}',
    "no-day": b'{"format":1,"doi":"10.1037/pst0000001","asked":"x","message":{}}',
    "no-message": b'{"format":1,"doi":"10.1037/pst0000001","asked":"2026-11-01","message":[]}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_kept_answer_that_is_broken_is_asked_for_again(
    host: CrossrefHost, tmp_path: Path, time: Time, content: bytes
) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        asking.look_up([DOI])
        next((tmp_path / "crossref").iterdir()).write_bytes(content)

        assert asking.look_up([DOI]).find(DOI)
    assert len(host.asked) == 2


def test_a_doi_that_is_unknown_is_asked_for_again(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time) as asking:
        asking.look_up(["10.1037/new"])
        host.works["10.1037/new"] = work("10.1037/new")

        assert asking.look_up(["10.1037/new"]).find("10.1037/new")


def test_a_folder_that_cannot_be_written_in_costs_time_alone(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    (tmp_path / "crossref").write_text("a file, where the folder is to be")

    with crossref(host.url, tmp_path, time) as asking:
        assert asking.look_up([DOI]).find(DOI)


# Bad days

REPLIES = {
    "web-page": (Reply(200, b" <!DOCTYPE html><p>Welcome"), ANOTHER_PAGE),
    "no-json": (Reply(200, b'{"status":"ok","message":{'), "answers with what is no record of a work"),
    "no-utf-8": (Reply(200, b'"\xff"'), "answers with what is no record of a work"),
    "deep": (Reply(200, b"[" * 100_000), "answers with what is no record of a work"),
    "another-shape": (Reply(200, b'{"message":[]}'), "answers with what is no record of a work"),
    "nothing": (Reply(200), "answers with what is no record of a work"),
    "redirect": (
        Reply(302, b"", (("Location", "https://login.example.org/"),)),
        "leads on to https://login.example.org/ (302): is there a log-in page in between?",
    ),
    "redirect-nowhere": (Reply(301), "leads on to nowhere (301): is there a log-in page in between?"),
    "broken": (Reply(500, b"<h1>Oops"), "answers 500"),
    "page-not-found": (Reply(404, b"<html>Not here"), "answers 404"),
    "forbidden": (Reply(403), "answers 403"),
    "giant": (Reply(200, b" " * (MOST_BYTES + 1)), "answers with more than 8 MiB"),
    "too-long-a-wait": (
        Reply(429, b"", (("Retry-After", "3600"),)),
        "is busy and asks for 3600 seconds of patience (429)",
    ),
}


@pytest.mark.parametrize(("reply", "words"), REPLIES.values(), ids=REPLIES)
def test_an_answer_that_says_nothing_is_told_in_words(
    host: CrossrefHost, tmp_path: Path, time: Time, reply: Reply, words: str
) -> None:
    host.always = reply

    assert missed(host, tmp_path, time) == words
    assert not (tmp_path / "crossref").exists()


def test_what_is_not_there_is_told_in_words(tmp_path: Path, time: Time) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    assert missed(url, tmp_path, time) == "cannot be reached (Connection refused)"


def test_a_name_that_nobody_has_is_told_in_words(tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)

    assert missed("http://nobody.invalid", tmp_path, time) == "cannot be reached (Name or service not known)"


def test_a_certificate_that_nobody_trusts_is_told_in_words(
    tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)

    with untrusted_host() as url:
        words = missed(url, tmp_path, time)

    assert words.startswith("has no good certificate (")


def test_a_proxy_is_asked_and_its_password_is_not_told(
    host: CrossrefHost, tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", host.url.replace("://", "://ada:s%20cret@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    words = missed("https://api.crossref.invalid", tmp_path, time)

    assert words == "cannot be reached (OSError)"
    assert not host.asked  # the host here knows GET alone, and no CONNECT


def test_a_host_that_keeps_silent_is_not_waited_for(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    host.silent = True

    assert missed(host, tmp_path, time, request_seconds=0.05) == "did not answer within 0.05 seconds"


def test_a_host_that_hung_up_is_called_again(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    host.hangs_up = True

    with crossref(host.url, tmp_path, time) as asking:
        answers = asking.look_up([DOI, OTHER])

    assert (set(answers.works), dict(answers.missed), host.connections) == ({DOI, OTHER}, {}, 2)


BUSY = {
    "seconds": ((("Retry-After", "7"),), 7.0),
    "time": ((("Date", "Sun, 01 Nov 2026 10:00:00 GMT"), ("Retry-After", "Sun, 01 Nov 2026 10:00:09 GMT")), 9.0),
    "time-gone-by": (
        (("Date", "Sun, 01 Nov 2026 10:00:00 GMT"), ("Retry-After", "Sun, 01 Nov 2026 09:00:00 GMT")),
        1.0,
    ),
    "at-once": ((("Retry-After", "0"),), 1.0),
    "not-said": ((), 2.0),
    "nonsense": ((("Retry-After", "soon"),), 2.0),
    "zone-beyond-all": ((("Retry-After", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"),), 2.0),
}


@pytest.mark.parametrize(("headers", "seconds"), BUSY.values(), ids=BUSY)
def test_a_busy_host_is_asked_again_when_it_says(
    host: CrossrefHost, tmp_path: Path, time: Time, headers: tuple[tuple[str, str], ...], seconds: float
) -> None:
    host.replies = [Reply(429, b"busy", headers), Reply(503, b"busy", headers)]

    with crossref(host.url, tmp_path, time) as asking:
        assert asking.look_up([DOI]).find(DOI)

    assert time.waited == [seconds, seconds]


def test_a_host_that_stays_busy_is_left_alone_in_time(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    host.always = Reply(503, b"", (("Retry-After", "25"),))

    assert missed(host, tmp_path, time) == "is busy and asks for 25 seconds of patience (503)"
    assert time.waited == [25.0, 25.0]


def test_all_questions_have_one_time(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    with crossref(host.url, tmp_path, time, total_seconds=10) as asking:
        assert asking.look_up([DOI]).find(DOI)
        time.now += 11
        answers = asking.look_up([OTHER, DOI])

    assert dict(answers.missed) == {OTHER: "took more than 10 seconds for all questions"}
    assert answers.find(DOI)


def test_after_three_questions_in_vain_no_more_are_asked(host: CrossrefHost, tmp_path: Path, time: Time) -> None:
    host.replies = [Reply(500)] * 2
    dois = [f"10.1037/{n}" for n in range(8)]
    with crossref(host.url, tmp_path, time) as asking:
        asking.look_up(dois[:3])
        assert len(host.asked) == 3  # the third was answered

        host.always = Reply(500)
        answers = asking.look_up(dois[3:])

    assert len(host.asked) == 6
    assert dict(answers.missed) == dict.fromkeys(dois[3:], "answers 500")


@given(st.binary())
def test_no_answer_is_too_odd(body: bytes) -> None:
    with pytest.raises(_UnreadError) as caught:
        _message(Answer(200, Message(), body))

    assert str(caught.value).startswith("answers with ")
