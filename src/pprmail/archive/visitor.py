"""What stands on the published site: each address asked for as a reader's browser would, an issue's page compared with the issue."""

from __future__ import annotations

import re
import ssl
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from pprmail import __version__
from pprmail.settings.doubts import url_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from http.client import HTTPResponse

TIMEOUT_SECONDS = 15.0
"""How long a page may take, from the first knock to the last byte that is read of it."""
MOST_REDIRECTS = 3
_MOST_BYTES = 1 << 20
_AT_ONCE = 4
_CHUNK = 1 << 16
_EDITION = re.compile(rb"<meta\b[^>]*\bpprmail-edition\b[^>]*>")
_HASH = re.compile(rb"\b[0-9a-f]{64}\b")
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
# What may stand in an address; anything else is written as %XX
_ADDRESS = "%:/?#[]@!$&'()*+,;=-._~"


class Standing(Enum):
    """How an address stands on the site."""

    THERE = "as it is to be"
    MISSING = "no such page, or none for readers"
    ELSEWHERE = "leads to another site"
    OLDER = "another edition of the issue, or none"
    UNREACHED = "no answer"


class Finding(NamedTuple):
    """An address, how it stands, and the words for it after the address; '' for one that is there."""

    url: str
    standing: Standing
    words: str = ""


class Visitor:
    """Asks a site for its pages, without cookies. ``clock`` counts seconds, from anywhere."""

    def __init__(self, clock: Callable[[], float], timeout_seconds: float) -> None:
        self._clock = clock
        self._timeout = timeout_seconds
        # Without the handlers of errors and redirects every answer comes back as it is; nothing but http and https is spoken
        self._through_proxy, self._straight = _opener(ProxyHandler()), _opener(ProxyHandler({}))

    def look_at(self, urls: Iterable[str]) -> tuple[Finding, ...]:
        """A finding for each of ``urls``, in their order; a few are asked for at a time."""
        threads = ThreadPoolExecutor(_AT_ONCE)
        try:
            return tuple(threads.map(self.look, urls))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def look(self, url: str, edition: str = "") -> Finding:
        """How ``url`` stands. With an ``edition``, it is there when the page carries that one."""
        try:
            return self._look(url, edition, self._clock() + self._timeout)
        except (OSError, HTTPException, ValueError) as error:
            return Finding(url, Standing.UNREACHED, self._unreached(error))

    def _look(self, url: str, edition: str, deadline: float) -> Finding:
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            with self._open(at) as answer:
                if answer.status not in _REDIRECTS:
                    return Finding(url, *self._judged(answer, edition, deadline))
                to = urljoin(at, answer.headers.get("Location", ""))
            if _host(to) != _host(url) or url_fault(quote(to, _ADDRESS)):
                words = f"leads to {to}; write the address that readers end at as 'base_url' under [newsletter]"
                return Finding(url, Standing.ELSEWHERE, words)
            at = to
        return Finding(url, Standing.ELSEWHERE, f"leads on and on, last to {at}")

    def _open(self, url: str) -> HTTPResponse:
        # A host's caches are asked to look for themselves (RFC 9111, 5.2.1.4); not all do
        headers = {"User-Agent": f"pprmail/{__version__}", "Accept": "text/html, */*", "Cache-Control": "no-cache"}
        is_here = urlsplit(url).scheme == "http"  # for the loopback alone, which no proxy knows
        opener = self._straight if is_here else self._through_proxy
        answer: HTTPResponse = opener.open(Request(quote(url, _ADDRESS), headers=headers), timeout=self._timeout)  # noqa: S310 - http and https alone
        return answer

    def _judged(self, answer: HTTPResponse, edition: str, deadline: float) -> tuple[Standing, str]:
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return Standing.MISSING, f"is not there ({answer.status})"
        if answer.status != HTTPStatus.OK:
            return Standing.MISSING, f"is not for readers: the site answers {answer.status} {answer.reason}".rstrip()
        found = self._edition_in(answer, deadline) if edition else ""
        if found == edition:
            return Standing.THERE, ""
        if not found:
            return Standing.OLDER, "carries no edition: an older pprmail built it, or it is another page"
        return Standing.OLDER, "is another edition than the issue here"

    def _edition_in(self, answer: HTTPResponse, deadline: float) -> str:
        """The edition that a page carries, or ''; no more of the page is read than it takes, and never more than a mebibyte."""
        page = b""
        while len(page) < _MOST_BYTES and (chunk := answer.read1(_CHUNK)):
            page += chunk
            if mark := _EDITION.search(page):
                found = _HASH.search(mark[0])
                return found[0].decode("ascii") if found else ""
            if self._clock() > deadline:
                raise TimeoutError
        return ""

    def _unreached(self, error: Exception) -> str:
        """What went wrong. The text of an error that we do not know may hold a proxy's password: its kind is told instead."""
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            return f"did not answer within {self._timeout:g} seconds"
        if isinstance(reason, ssl.SSLCertVerificationError):
            return f"has no good certificate ({reason.verify_message})"
        known = reason.strerror if isinstance(reason, OSError) else ""
        return f"cannot be reached ({known or type(reason).__name__})"


def _opener(proxy: ProxyHandler) -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (proxy, HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")
