"""Prose within a paragraph: emphasis, links, escapes. CommonMark's rules, less what prose from Word never means.

There is no code, no image and no raw HTML: a backtick is a backtick, and ``M<SD`` is text. A web address and a
DOI are links as they stand, save in the words of a link. Two spaces at a line's end make no break. More than six marks
in a row are a line drawn by hand, and of unmatched marks only the last 32 may still open.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pprmail.citation import BARE_DOI, DOI_IN_TEXT, doi_url, find_doi, trim_url
from pprmail.manuscript.headers import odd_characters
from pprmail.manuscript.tags import TAG, is_html
from pprmail.model import Emphasis, Inline, LineBreak, Link, Strong, Text
from pprmail.rules import problem

if TYPE_CHECKING:
    from pprmail.errors import Problem
    from pprmail.model import Passage

# What each token begins with comes first: it spares eleven tries at every other character
_TOKEN = re.compile(
    rf"""(?=[\\&<hd1*_!\[\]])(?:
      (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<break>\\\n)
    | (?P<entity>&(?:\#[0-9]{{1,7}}|\#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});)
    | (?P<autolink><(?:[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\s<>]*|[\w.!#$%&'*+/=?^`{{|}}~-]+@[\w-]+(?:\.[\w-]+)+)>)
    | (?P<doi>{DOI_IN_TEXT.pattern})
    | (?P<bare>{BARE_DOI.pattern})
    | (?P<url>\bhttps?://[^\s<>*"“”]+)
    | (?P<html>{TAG.pattern})
    | (?P<run>\*+|_+)
    | (?P<open>!?\[)
    | (?P<close>\])
    )""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_WORTH_A_LOOK = re.compile(r"[\\&<*_\[\]]|https?:|doi[.:]|10\.\d{4}", re.IGNORECASE)
_TARGET = re.compile(
    r"""\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\]|\([^\s()]*\))*\))*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)""",
    re.DOTALL,
)
_SPACED_TARGET = re.compile(r"\(\s*(?:https?:|www\.|mailto:|tel:)[^()\n]*\)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST_RUN = 6
_MOST_OPEN_RUNS = 32
_SCHEME = re.compile(r"(?:https?://[^\s/?#]+\S*|mailto:[^\s@]+@\S+|tel:\+?[\d().-]+)", re.IGNORECASE)


def link_fault(url: str) -> str:
    """Why ``url`` cannot be a link in a mail, or ''. Allowed are http, https, mailto and tel, whole."""
    if _SCHEME.fullmatch(url) and min(url) >= " ":
        return ""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", url)
    if not url:
        return "the link leads nowhere"
    if scheme and scheme[1].casefold() not in {"http", "https", "mailto", "tel"}:
        return f"the link {url!r} is of the kind {scheme[1]!r}"
    return f"the link {url!r} is not a whole address"


@dataclass(slots=True)
class _Run:
    """A run of ``*`` or ``_`` that may open or close emphasis; ``count`` falls as it is used up."""

    character: str
    count: int
    opens: bool
    closes: bool
    at: int
    length: int = field(init=False)

    def __post_init__(self) -> None:
        self.length = self.count

    def pairs_with(self, closer: _Run) -> bool:
        """CommonMark's rules 9 and 10: a run that could do both pairs by multiples of three only."""
        if self.character != closer.character or not self.opens or not self.count:
            return False
        both = self.closes or closer.opens
        return not both or (self.length + closer.length) % 3 != 0 or (self.length % 3 == 0 and closer.length % 3 == 0)


@dataclass(slots=True)
class _Bracket:
    """An opening bracket that may begin a link: ``[`` or ``![``."""

    text: str
    offset: int


_Piece = Inline | _Run | _Bracket


def parse_inline(passage: Passage, *, report: list[Problem] | None = None) -> tuple[Inline, ...]:
    """The inline prose of ``passage``. What is wrong with links, HTML and images is added to ``report``."""
    if not _WORTH_A_LOOK.search(passage.text):
        return (Text(passage.text),) if passage.text else ()
    return _Scan(passage, [] if report is None else report).read()


class _Scan:
    """One reading of one passage, from its first character to its last."""

    def __init__(self, passage: Passage, report: list[Problem]) -> None:
        self.passage = passage
        self.text = passage.text
        self.report = report
        self.pieces: list[_Piece] = []
        self.open_brackets: list[tuple[int, _Bracket]] = []
        self.last_link = -1

    def read(self) -> tuple[Inline, ...]:
        at = 0
        while found := _TOKEN.search(self.text, at):
            self._add_text(self.text[at : found.start()], at)
            at = self._take(found)
        self._add_text(self.text[at:], at)
        return _join(_pair_runs(self.pieces))

    def _add_text(self, text: str, at: int) -> None:
        if text:
            self.pieces.append(Text(text, at))

    def _fault(self, rule: str, offset: int, message: str, hint: str) -> None:
        self.report.append(problem(rule, self.passage.place(offset), message, hint))

    def _take(self, found: re.Match[str]) -> int:
        """Add what one token means; the offset after it."""
        token, start = found[0], found.start()
        match found.lastgroup:
            case "escape":
                self._add_text(token[1:], start + 1)
            case "break":
                self.pieces.append(LineBreak())
            case "entity":
                self._entity(token, start)
            case "autolink":
                self._autolink(token[1:-1], start)
            case "html":
                return self._html(token, start)
            case "run":
                self.pieces.append(_run(self.text, start, token))
            case "open":
                bracket = _Bracket(token, start)
                self.open_brackets.append((len(self.pieces), bracket))
                self.pieces.append(bracket)
            case "close":
                return self._close_bracket(found.end())
            case "url":
                return self._bare_url(token, start)
            case _:
                return self._doi(token, start)
        return found.end()

    def _entity(self, token: str, start: int) -> None:
        text = _unescaped(token)
        for _, rule, message, hint in odd_characters(text):
            self._fault(rule, start, message, hint)
        self._add_text(text, start)

    def _html(self, token: str, start: int) -> int:
        if not is_html(token):
            self._add_text("<", start)
            return start + 1
        hint = "write Markdown (*italic*, **bold**, [text](https://…)); for the sign itself write \\<"
        self._fault("raw-html", start, f"the HTML {token!r}", hint)
        self._add_text(token, start)
        return start + len(token)

    def _autolink(self, address: str, start: int) -> None:
        url = address if ":" in address else f"mailto:{address}"
        self._link(url, (Text(address, start + 1),), start)

    def _link(self, url: str, children: tuple[Inline, ...], start: int) -> None:
        if fault := link_fault(url):
            self._fault(
                "bad-link",
                start,
                fault,
                "write http, https, mailto or tel; if no link is meant, put a space between ] and (",
            )
        self.pieces.append(Link(url, children))

    def _bare_url(self, token: str, start: int) -> int:
        url = trim_url(token)
        if _SCHEME.fullmatch(url):
            self.pieces.append(Link(url, (Text(url, start),)))
        else:
            self._add_text(url, start)
        return start + len(url)

    def _doi(self, token: str, start: int) -> int:
        shown = trim_url(token)
        doi = find_doi(shown)
        if doi is None and token.startswith("10."):
            self._add_text(token[:3], start)
            return start + 3
        if doi is None:
            return self._bare_url(token, start)
        self.pieces.append(Link(doi_url(doi), (Text(shown, start),)))
        return start + len(shown)

    def _close_bracket(self, end: int) -> int:
        """A ``]``: the end of a link when an opening bracket and a target go with it, else a character.

        A link holds no link: a bracket that stands before one opens no other.
        """
        if not self.open_brackets:
            self._add_text("]", end - 1)
            return end
        at, opener = self.open_brackets.pop()
        is_image = opener.text == "!["
        may_link = is_image or opener.offset > self.last_link
        target = _TARGET.match(self.text, end) if may_link else None
        if target is None:
            if may_link and _SPACED_TARGET.match(self.text, end):
                hint = "write %20 for a space in an address"
                self._fault("bad-link", opener.offset, "the link's address holds a space", hint)
            self._add_text("]", end - 1)
            return end
        children = _join(_pair_runs(self.pieces[at + 1 :]))
        del self.pieces[at:]
        if is_image:
            self._fault(
                "image-or-table",
                opener.offset,
                "a picture",
                "describe it in words, or link to it: pictures do not reach every reader",
            )
            self.pieces.extend(children)
            return target.end()
        self.last_link = opener.offset
        bare = target["angled"] if target["angled"] is not None else target["bare"]
        url = _unescaped(_ESCAPED.sub(r"\1", bare))
        if url or children:
            self._link(url, _without_links(children), opener.offset)
        return target.end()


def _run(text: str, start: int, token: str) -> _Run:
    """A run of marks with what it may do, by what stands on either side (CommonMark 6.2)."""
    end = start + len(token)
    if len(token) > _LONGEST_RUN:
        return _Run(token[0], len(token), opens=False, closes=False, at=start)
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    left = not after.isspace() and (not _is_punctuation(after) or before.isspace() or _is_punctuation(before))
    right = not before.isspace() and (not _is_punctuation(before) or after.isspace() or _is_punctuation(after))
    if token[0] == "*":
        return _Run("*", len(token), left, right, start)
    return _Run(
        "_",
        len(token),
        left and (not right or _is_punctuation(before)),
        right and (not left or _is_punctuation(after)),
        start,
    )


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return not character.isalnum() and not character.isspace()
    return unicodedata.category(character)[0] in "PS"


def _pair_runs(pieces: list[_Piece]) -> list[_Piece]:
    """``pieces`` with every pair of runs made emphasis; runs without a partner stay, to be shown as they are."""
    out: list[_Piece] = []
    openers: list[tuple[int, _Run]] = []
    for piece in pieces:
        if isinstance(piece, _Run):
            if piece.closes:
                _close(out, openers, piece)
            if not piece.count:
                continue
            if piece.opens:
                openers.append((len(out), piece))
                del openers[:-_MOST_OPEN_RUNS]
        out.append(piece)
    return out


def _close(out: list[_Piece], openers: list[tuple[int, _Run]], closer: _Run) -> None:
    """Pair ``closer`` with the openers before it, the nearest first, as long as marks are left.

    ``openers`` are the runs that may still open, each with its place in ``out``.
    """
    while closer.count:
        backwards = reversed(range(len(openers)))
        last = next((n for n in backwards if openers[n][1].pairs_with(closer)), None)
        if last is None:
            return
        at, opener = openers[last]
        both = 2 if opener.count > 1 and closer.count > 1 else 1
        children = _join(out[at + 1 :])
        opener.count -= both
        closer.count -= both
        del openers[last + bool(opener.count) :]
        del out[at + bool(opener.count) :]
        out.append(Strong(children) if both > 1 else Emphasis(children))


def _without_links(children: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """``children`` with the words of each link in its place: an address among a link's words is no link of its own."""
    nodes: list[_Piece] = []
    for node in children:
        match node:
            case Link(_, inner):
                nodes.extend(inner)
            case Emphasis(inner):
                nodes.append(Emphasis(_without_links(inner)))
            case Strong(inner):
                nodes.append(Strong(_without_links(inner)))
            case _:
                nodes.append(node)
    return _join(nodes)


def _join(pieces: list[_Piece]) -> tuple[Inline, ...]:
    """Finished prose: what is left of runs and brackets becomes text, and neighbouring texts become one."""
    nodes: list[Inline] = []
    for piece in pieces:
        node: Inline
        if isinstance(piece, _Run):
            node = Text(piece.character * piece.count, piece.at)
        elif isinstance(piece, _Bracket):
            node = Text(piece.text, piece.offset)
        else:
            node = piece
        if isinstance(node, Text) and nodes and isinstance(nodes[-1], Text):
            nodes[-1] = Text(nodes[-1].text + node.text, nodes[-1].at)
        elif not isinstance(node, Text) or node.text:
            nodes.append(node)
    return tuple(nodes)


def _unescaped(text: str) -> str:
    """``text`` with its entities read; the table of their names is loaded for those who use one."""
    if "&" not in text:
        return text
    from html import unescape

    return unescape(text)
