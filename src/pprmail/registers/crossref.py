"""Crossref asked about sources: what it holds for their DOIs, and what became of them since.

Its REST API is free to all; who leaves an address to write to is served first, and is asked for no more than ten questions a second
(https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/). Answers are kept for a week.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote, urlsplit

from pprmail import __version__
from pprmail.errors import PprmailError
from pprmail.files import replace_if_changed
from pprmail.literature import fold_doi, printable
from pprmail.registers.crossref_answer import KEPT, read_work
from pprmail.registers.crossref_wire import Wire, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pprmail.literature import Work
    from pprmail.registers.crossref_wire import Answer

HOST = "https://api.crossref.org"
REQUEST_SECONDS = 10.0
TOTAL_SECONDS = 60.0
FRESH_DAYS = 7
_BETWEEN_SECONDS = 0.1
_PAUSE_SECONDS = 2.0
"""Before a question is asked again of a host that is busy and does not say for how long."""
_LEAST_PAUSE_SECONDS = 1.0
"""The same, of a host that says so little that it would be pestered."""
_MOST_IN_A_ROW = 3
"""Questions without an answer, after which no more are asked."""
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_FORMAT = 1


class Answers(NamedTuple):
    """What Crossref said: by folded DOI the work that it holds, None for a DOI that it does not know.

    ``missed``: why a DOI was not looked up, by the DOI as it was given; each reason is a sentence's end, after the host's name.
    """

    works: Mapping[str, Work | None]
    missed: Mapping[str, str]

    def is_unknown(self, doi: str) -> bool:
        """Crossref was asked and does not know ``doi``."""
        return self.works.get(fold_doi(doi), ...) is None

    def find(self, doi: str) -> Work | None:
        """What Crossref holds for ``doi``; None when it does not know it, or was not asked."""
        return self.works.get(fold_doi(doi))


class _UnreadError(Exception):
    """An answer that says nothing of the work; why, as in ``Answers.missed``."""


class Crossref:
    """Asks Crossref, with ``mailto`` as the address to write to. Answers are kept in ``cache_folder``, which is made if need be.

    ``host`` is where its API is. ``today`` dates the answers. ``clock`` counts seconds, from anywhere, and ``wait`` lets so many
    pass. A question takes ``request_seconds`` at most, all of them ``total_seconds``. Use it in a ``with``, which ends the connection.
    Raises ``PprmailError`` without an address.
    """

    def __init__(  # noqa: PLR0913 - all but two are the caller's clock and limits
        self,
        mailto: str,
        cache_folder: Path,
        *,
        today: date,
        clock: Callable[[], float],
        wait: Callable[[float], None],
        host: str = "",
        request_seconds: float = REQUEST_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        if not mailto.strip():
            message = '--online asks Crossref; give it an address to write to: crossref_mailto = "name@university.example" under [check]'
            raise PprmailError(message)
        if "@" not in mailto or not mailto.isascii() or not mailto.isprintable() or " " in mailto:
            message = f"crossref_mailto under [check] is no mail address: {mailto!r}; write one, such as name@university.example"
            raise PprmailError(message)
        host = host or HOST
        self.host = urlsplit(host).netloc
        self._mailto, self._cache, self._today = mailto, cache_folder, today
        self._clock, self._wait = clock, wait
        self._request_seconds, self._total_seconds = request_seconds, total_seconds
        headers = {"User-Agent": f"pprmail/{__version__} (mailto:{mailto})", "Accept": "application/json"}
        self._wire = Wire(host, headers, clock)
        self._deadline: float | None = None
        self._failures: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def look_up(self, dois: Iterable[str]) -> Answers:
        """What Crossref says of ``dois``, each asked once. What cannot be had is ``missed``: no error stops the rest.

        After three questions in a row without an answer, or when the time is over, which began with the first, no more are asked.
        """
        works: dict[str, Work | None] = {}
        missed: dict[str, str] = {}
        for doi in dois:
            folded = fold_doi(doi)
            if not folded or folded in works or doi in missed:
                continue
            if (kept := self._kept(folded)) is not None:
                works[folded] = read_work(kept)
            elif len(self._failures) == _MOST_IN_A_ROW:
                missed[doi] = self._failures[-1]
            else:
                try:
                    works[folded] = self._asked(folded)
                    self._failures.clear()
                except (_UnreadError, WireError) as error:
                    missed[doi] = str(error)
                    self._failures.append(str(error))
        return Answers(works, missed)

    def _asked(self, folded: str) -> Work | None:
        """What Crossref holds for the DOI; None when it does not know it. Raises ``_UnreadError`` and ``WireError``."""
        if self._deadline is None:
            self._deadline = self._clock() + self._total_seconds
        else:
            self._wait(_BETWEEN_SECONDS)
        answer = self._answer(f"/works/{quote(folded, safe='')}?mailto={quote(self._mailto, safe='@')}", self._deadline)
        if answer.status == HTTPStatus.NOT_FOUND and not _is_page(answer):
            return None
        held = _message(answer)
        self._keep(folded, held)
        return read_work(held)

    def _answer(self, path: str, deadline: float) -> Answer:
        """The answer for ``path``; a busy host is asked again when it says."""
        while True:
            left = deadline - self._clock()
            if left <= 0:
                message = f"took more than {self._total_seconds:g} seconds for all questions"
                raise _UnreadError(message)
            answer = self._wire.get(path, min(left, self._request_seconds))
            if answer.status not in _BUSY:
                return answer
            pause = max(_LEAST_PAUSE_SECONDS, _pause(answer))
            if self._clock() + pause >= deadline:
                message = f"is busy and asks for {pause:g} seconds of patience ({answer.status})"
                raise _UnreadError(message)
            self._wait(pause)

    def _path(self, folded: str) -> Path:
        return self._cache / f"{sha256(folded.encode()).hexdigest()[:32]}.json"

    def _kept(self, folded: str) -> dict[str, Any] | None:
        """The message kept of an answer that is still fresh; None without one. What is broken is none."""
        with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            kept = json.loads(self._path(folded).read_bytes())
            age = self._today - date.fromisoformat(kept["asked"])
            message = kept["message"]
            if kept["format"] == _FORMAT and kept["doi"] == folded and timedelta() <= age < timedelta(FRESH_DAYS):
                return message if isinstance(message, dict) else None
        return None

    def _keep(self, folded: str, message: dict[str, Any]) -> None:
        """Keep what is read of an answer. A folder that cannot be written in costs the next run its time and nothing else."""
        kept = {name: message[name] for name in KEPT if name in message}
        if isinstance(kept.get("author"), list):
            first = [one for one in kept["author"] if isinstance(one, dict) and one.get("sequence") == "first"]
            kept["author"] = (first or kept["author"])[:1]
        written = {"format": _FORMAT, "doi": folded, "asked": self._today.isoformat(), "message": kept}
        with suppress(OSError):
            replace_if_changed(self._path(folded), json.dumps(written).encode())


def _message(answer: Answer) -> dict[str, Any]:
    """The ``message`` of an answer about a work. Raises ``_UnreadError`` for any other answer."""
    status = answer.status
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        words = f"leads on to {_one_line(answer.headers.get('Location', '')) or 'nowhere'} ({status}): is there a log-in page in between?"
        raise _UnreadError(words)
    if status != HTTPStatus.OK:
        words = f"answers {status}"
        raise _UnreadError(words)
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    message = told.get("message") if isinstance(told, dict) else None
    if not isinstance(message, dict):
        words = (
            "answers with a web page: is there a log-in page in between?"
            if _is_page(answer)
            else "answers with what is no record of a work"
        )
        raise _UnreadError(words)
    return message


def _is_page(answer: Answer) -> bool:
    """Crossref answers in JSON, and in plain text that it does not know a DOI; a web page is somebody else's."""
    return answer.body.lstrip()[:1] == b"<"


def _pause(answer: Answer) -> float:
    """The seconds for which a busy host asks to be left alone (RFC 9110, 10.2.3): a number, or a time by the host's own clock."""
    written = (answer.headers.get("Retry-After") or "").strip()
    if written.isascii() and written.isdigit():
        return float(written)
    with suppress(ValueError, TypeError, OverflowError):
        until, now = (parsedate_to_datetime(answer.headers[name]) for name in ("Retry-After", "Date"))
        return (until - now).total_seconds()
    return _PAUSE_SECONDS


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))[:200]
