"""What is wrong with MJML: tags and attributes that do not exist, tags not closed or in the wrong place, signs that break it.

mrml 1.4.2 names no place for what it refuses, and lets through unknown tags, unknown attributes and ``<b>…</i>``. What it
refuses and what it passes was tried out, 2026-11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pprmail.render import mjml_grammar as grammar
from pprmail.render.mjml_attributes import BLOCK, HOLE, MISSPELT, Fault, attribute_faults
from pprmail.render.mjml_pictures import Pictures
from pprmail.rules import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = ""
"""On the stack: from here down, what is open is not known."""
BRANCH = "{%"
"""On the stack: a branch of the template begins here."""

_TOKEN = re.compile(
    r"<(?:(/?)(?!\d)([\w\ufdd1][\w.:\ufdd1-]*+)([^<>\"']*+(?:(?:\"[^\"<]*\"|'[^'<]*')[^<>\"']*+)*+)>"
    r"|!--\[[iI][fF][^\]]*\]>(?:<!-->|<!--)?|!(?:--<!)?\[[eE][nN][dD][iI][fF]\]-->|!--(.*?)-->)"
    r"|<",
    re.DOTALL,
)
_LOOSE_TAG = re.compile(r"<(/?)([^\W\d][\w.:-]*+)([^<>]*+)(>?)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ufdd0-\ufdef]|[\ufffe\uffff]")
_WITH_WORDS = grammar.WITH_HTML | grammar.WITH_TEXT
_WORDS_SHOWN = 30
_DEPTH_AT_MOST = 500
"""mrml overflows its stack, and ends the process, somewhere beyond 5,000."""
_ALIKE = 0.6


class _Open(NamedTuple):
    """A tag that is open: as it is written, as it was meant, where, and what stands in it and may not."""

    name: str
    meant: str
    at: int
    misplaced: list[Fault]


def mjml_faults(mjml: str) -> list[Fault]:
    """What is wrong with a whole MJML document, in its order; empty when it is sound."""
    reading = Reading(mjml)
    for token in _TOKEN.finditer(mjml):
        reading.read(token)
    return reading.end_of_document()


def mjml_tokens(mjml: str) -> Iterator[re.Match[str]]:
    """The tags, comments and stray '<' of ``mjml``."""
    return _TOKEN.finditer(mjml)


class Reading:
    """One pass over MJML, which knows what is open.

    Of a template's source, where values and branches are left out (``is_source``), only what is wrong whatever they hold
    is told.
    """

    def __init__(self, mjml: str, *, is_source: bool = False) -> None:
        self._mjml = mjml
        self._is_source = is_source
        self._faults: list[Fault] = []
        self._stack: list[_Open] = [_Open(UNKNOWN, UNKNOWN, 0, [])] if is_source else []
        self._seen: set[str] = set()
        self._after = 0
        self._attributes: dict[tuple[str, str, bool], list[Fault]] = {}
        self._pictures = Pictures()

    def read(self, token: re.Match[str]) -> None:
        """Take the next token, and the words before it."""
        at = token.start()
        if at < self._after:  # within a tag that was read loosely
            return
        self._words(self._after, at)
        self._after = token.end()
        slash, name, attributes, comment = token.groups()
        if name is not None:
            if slash:
                if attributes.strip(" \t\r\n"):
                    self._tell(at, f"</{name}> has something after its name; write </{name}>")
                self._close(name, at)
            else:
                self._open(name, attributes, at)
        elif comment is not None:
            self._comment(comment, at)
        elif token.group() == "<":
            self._broken(at)
        else:
            self._condition(token.group(), at)

    def branch(self, at: int, *, elsewhere: bool = False) -> None:
        """A branch of the template begins: what it opens, it is to close. ``elsewhere``: it is used in another place."""
        self._words_until(at)
        self._stack.append(_Open(BRANCH, UNKNOWN if elsewhere else BRANCH, at, []))

    def end_of_branch(self, at: int) -> None:
        """The branch ends. Where it opened or closed more than it should alone, what is open is not known any more."""
        self._words_until(at)
        uneven = False
        while self._stack and (top := self._stack.pop()).name != BRANCH:
            uneven = True
            self._faults += top.misplaced
        if uneven:
            self.lose_track(at)

    def lose_track(self, at: int) -> None:
        """From here on, what is open is not known."""
        self._words_until(at)
        self._stack.append(_Open(UNKNOWN, UNKNOWN, at, []))

    def _words_until(self, at: int) -> None:
        self._words(self._after, at)
        self._after = max(self._after, at)

    def end_of_source(self) -> list[Fault]:
        """The faults of a template's source."""
        self._words(self._after, len(self._mjml))
        for one in self._stack:
            self._faults += one.misplaced
        return self._told()

    def end_of_document(self) -> list[Fault]:
        """The faults of a document that ends here."""
        self._words(self._after, len(self._mjml))
        while self._stack:
            one = self._stack.pop()
            self._tell(one.at, f"<{one.name}> is never closed; write </{one.meant}> where it ends")
        self._faults += self._pictures.faults()
        for control in _CONTROL.finditer(self._mjml):
            self._tell(control.start(), f"the character U+{ord(control.group()):04X} cannot stand in a mail; delete it")
        if "mjml" not in self._seen:
            self._tell(0, "there is no <mjml>; the whole template stands in <mjml>…</mjml>")
        elif "mj-body" not in self._seen:
            self._tell(0, "there is no <mj-body>; the mail would be empty: put its sections into <mj-body>…</mj-body>")
        return self._told()

    def _told(self) -> list[Fault]:
        return sorted(self._faults, key=lambda one: one.at)

    def _tell(self, at: int, sentence: str, other: int = -1) -> None:
        self._faults.append(Fault(at, sentence, other))

    # Tags

    def _open(self, name: str, attributes: str, at: int) -> None:
        is_empty = attributes.endswith("/")
        if HOLE in name:
            if not is_empty:
                self.lose_track(at)
            return
        is_html = not (name.startswith("mj-") or name == "mjml")
        if is_html and name.casefold().startswith(("mj-", "mjml")):
            is_html = False
        parent = self._parent()
        meant = name if is_html or name in grammar.TAGS else self._unknown_tag(name, at)
        self._seen.add(meant)
        if parent is not None:
            self._placed(name, meant, parent, at, is_html=is_html)
        if meant in grammar.REFUSED:
            self._tell(at, grammar.REFUSED[meant])
        else:
            known = meant if not is_html and meant in grammar.TAGS else ""
            self._faults += [
                Fault(at + fault.at, fault.sentence) for fault in self._attribute_faults(name, known, attributes)
            ]
        if is_html and name.lower() in grammar.VOID:
            if name not in grammar.VOID and not is_empty:
                self._tell(at, f"<{name}> is taken for a tag with an end; write <{name.lower()} />")
            return
        if not is_empty:
            self._stack.append(_Open(name, meant, at, []))
            if len(self._stack) == _DEPTH_AT_MOST:
                self._tell(
                    at,
                    f"tags stand {_DEPTH_AT_MOST} deep in each other, which mjml-python does not survive; close them sooner",
                )

    def _unknown_tag(self, name: str, at: int) -> str:
        """Tell it; what it was probably meant to be, or itself."""
        near = nearest(name, tuple(sorted(grammar.TAGS)), MISSPELT)
        advice = f"did you mean '{near}'?" if near else f"the tags there are stand in {grammar.DOCUMENTATION}"
        self._tell(at, f"MJML has no tag <{name}>, and would drop it without a word; {advice}")
        return near if near and near not in grammar.REFUSED else name

    def _parent(self) -> str | None:
        """What the next tag stands in, '' at the top; None when that is not known."""
        for one in reversed(self._stack):
            if one.meant == UNKNOWN:
                return None
            if one.name != BRANCH:
                return one.meant
        return "" if not self._is_source else None

    def _placed(self, name: str, meant: str, parent: str, at: int, *, is_html: bool) -> None:
        """Tell when the tag may not stand in ``parent``."""
        advice = ""
        if parent != "mj-class" and self._in_default():
            advice = f"cannot stand in a <{parent}> of <mj-attributes>, which holds nothing; delete it"
        elif not parent:
            if meant != "mjml":
                advice = "stands outside <mjml>; put it inside"
            elif "mjml" in self._seen and len(self._seen) > 1:
                advice = "stands there twice; a mail is one <mjml>"
        elif parent in grammar.WITH_TEXT:
            advice = f"cannot stand in <{parent}>, which holds words alone; delete it"
        elif is_html:
            if parent.startswith("mj") and parent in grammar.TAGS and parent not in grammar.WITH_HTML:
                where = "<mj-raw>" if parent in grammar.HEAD else "<mj-text>, <mj-table> or <mj-raw>"
                advice = f"cannot stand in <{parent}> by itself; put it into {where}"
        elif meant in grammar.TAGS and meant not in grammar.REFUSED and not grammar.may_hold(parent, meant):
            advice = self._where_instead(meant, parent)
        if not advice:
            return
        fault = Fault(at, f"<{name}> {advice}")
        holder = next((one for one in reversed(self._stack) if one.name not in {UNKNOWN, BRANCH}), None)
        (self._faults if holder is None else holder.misplaced).append(fault)

    @staticmethod
    def _where_instead(meant: str, parent: str) -> str:
        if meant == "mjml":
            return f"cannot stand in <{parent}>; a mail is one <mjml>, which holds all the rest"
        if parent == "mj-class":
            return "cannot stand in <mj-class>: mjml-python refuses it; give the attributes to <mj-class> itself"
        return f"cannot stand in <{parent}>; put it into {' or '.join(f'<{one}>' for one in grammar.parents_of(meant))}"

    def _close(self, name: str, at: int) -> None:
        if HOLE in name:
            self.lose_track(at)
            return
        crossed = whole = False
        for depth in range(len(self._stack) - 1, -1, -1):
            one = self._stack[depth]
            if one.meant == UNKNOWN:
                # Below <mjml>, nothing else is open
                if not whole:
                    self._lose_track_in_branch(at)
                    return
            elif one.name == BRANCH:
                crossed = True
            elif name.lower() in {one.name.lower(), one.meant}:
                if crossed:
                    self._lose_track_in_branch(at)
                else:
                    self._close_down_to(depth, name, at)
                return
            else:
                whole = whole or one.meant == "mjml"
        self._closes_nothing(name, at)

    def _lose_track_in_branch(self, at: int) -> None:
        """What ends here was opened before the branch, or in another template."""
        while self._stack and self._stack[-1].name not in {BRANCH, UNKNOWN}:
            self._faults += self._stack.pop().misplaced
        if not self._stack or self._stack[-1].name == BRANCH:
            self.lose_track(at)

    def _close_down_to(self, depth: int, name: str, at: int) -> None:
        for one in self._stack[depth + 1 :]:
            # What seems misplaced in it comes after the end that it lacks
            self._tell(one.at, f"<{one.name}> is never closed; write </{one.meant}> before the </{name}> {{there}}", at)
        self._faults += self._stack[depth].misplaced
        del self._stack[depth:]

    def _closes_nothing(self, name: str, at: int) -> None:
        if name.lower() in grammar.VOID:
            self._tell(at, f"</{name}> cannot be: <{name.lower()}> has no end; write <{name.lower()} /> alone")
            return
        top = self._stack[-1] if self._stack and self._stack[-1].meant not in {UNKNOWN, BRANCH} else None
        if top and nearest(name, (top.meant,), _ALIKE):
            if name in grammar.HTML_TAGS and top.meant not in grammar.HTML_TAGS:
                self._tell(top.at, f"<{top.name}> should be <{name}>, which the </{name}> {{there}} closes", at)
            else:
                self._tell(at, f"</{name}> should be </{top.meant}>, to close the <{top.name}> {{there}}", top.at)
            self._faults += top.misplaced
            self._stack.pop()
        else:
            self._tell(at, f"</{name}> closes nothing; delete it, or open a <{name}> before it")

    # Attributes

    def _attribute_faults(self, name: str, known: str, attributes: str) -> list[Fault]:
        """The faults of a tag's attributes, counted from the tag; ``known`` is the tag of MJML that it is, or ''."""
        is_default = bool(self._stack) and self._stack[-1].meant == "mj-attributes"
        key = (known or name, attributes, is_default)
        if key not in self._attributes:
            self._attributes[key] = list(attribute_faults(name, known, attributes, is_default=is_default))
        self._pictures.take(known, attributes, self._after - len(attributes), is_default=is_default)
        return self._attributes[key]

    # What is between and beside tags

    def _words(self, begin: int, end: int) -> None:
        if begin >= end or self._mjml[begin:end].isspace():
            return
        words = self._mjml[begin:end]
        parent = self._parent()
        if ">" in words:
            self._brackets(words, begin, parent)
        shown = " ".join(words.replace(BLOCK, "").split())
        if parent is None or HOLE in words or not shown:
            return
        if self._in_default() or parent == "" or (parent in grammar.TAGS and parent not in _WITH_WORDS):
            shown = shown if len(shown) <= _WORDS_SHOWN else f"{shown[:_WORDS_SHOWN]}…"
            at = begin + len(words) - len(words.lstrip(f"{BLOCK} \n\r\t"))
            where = f"in <{parent}>" if parent else "outside <mjml>"
            if self._in_default():
                self._tell(
                    at, f"the words {shown!r} stand {where} of <mj-attributes>, which holds nothing; delete them"
                )
                return
            advice = "put them into <mj-text>" if parent not in grammar.HEAD or not parent else "delete them"
            self._tell(at, f"the words {shown!r} stand {where}, which holds tags alone; {advice}")

    def _in_default(self) -> bool:
        """What comes next stands in one of the tags that give defaults."""
        return len(self._stack) > 1 and self._stack[-2].meant == "mj-attributes"

    def _brackets(self, words: str, begin: int, parent: str | None) -> None:
        """Tell each '>' that mrml's parser does not survive: it cuts the UTF-8 three bytes before it."""
        at = words.find(">")
        while at >= 0:
            before = words[max(at - 2, 0) : at]
            # A character of three bytes or more; one of two bytes or more and an ASCII one; "]]>" is refused
            is_cut = before[-1:] > "\u07ff" or (before[-1:] < "\x80" and before[:1] > "\x7f")
            if (is_cut or before == "]]") and HOLE not in before and BLOCK not in before:
                advice = "say it otherwise" if parent in grammar.WITH_TEXT else "write &gt;"
                self._tell(begin + at, f"a '>' right after {before!r} breaks mjml-python; {advice}")
            at = words.find(">", at + 1)

    def _comment(self, comment: str, at: int) -> None:
        parent = self._parent()
        if parent in grammar.WITHOUT_COMMENTS:
            self._tell(at, f"a comment cannot stand in <{parent}>; write it as {{# … #}}")
        elif "--" in comment or comment.endswith("-") or comment.startswith((">", "-")):
            self._tell(at, "a comment cannot hold '--'; write it as {# … #}, which readers do not get either")

    def _condition(self, comment: str, at: int) -> None:
        """A comment that Outlook reads."""
        parent = self._parent()
        if parent == "" or (parent in grammar.TAGS and parent not in grammar.WITH_CONDITIONS):
            where = f"in <{parent}>" if parent else "outside <mjml>"
            self._tell(
                at, f"{comment!r} cannot stand {where}; put it into <mj-raw> or <mj-text>, with what it is about"
            )

    def _broken(self, at: int) -> None:
        """A '<' that begins no tag that can be read."""
        loose = _LOOSE_TAG.match(self._mjml, at)
        end = loose.end() if loose else at + 2
        if self._is_source and (HOLE in self._mjml[at : end + 1] or BLOCK in self._mjml[at : end + 1]):
            self._after = end
            self.lose_track(end)
        elif loose:
            self._broken_tag(at, loose)
        elif self._mjml.startswith("<!--", at):
            if not self._is_source:
                self._tell(at, "the comment is never closed; write --> where it ends")
            self._after = len(self._mjml)
            self._stack.clear()  # what it swallows may have closed them
        elif self._mjml.startswith(("<!", "<?"), at):
            self._after = self._mjml.find(">", at) + 1 or at + 2
            word = self._mjml[at : self._after].split()[0]
            self._tell(at, f"MJML takes no {word!r}; delete it")
        else:
            advice = "say it otherwise" if self._parent() == "mj-style" else "write &lt;"
            self._tell(at, f"a '<' begins no tag here; {advice}")

    def _broken_tag(self, at: int, loose: re.Match[str]) -> None:
        """A tag without '>', or with a quotation mark too many or too few."""
        slash, name, attributes, bracket = loose.groups()
        self._after = loose.end()
        if not bracket:
            self._tell(at, f"<{slash}{name} has no '>'; write it where the tag ends")
            attributes = ""  # what follows may be words
        before = len(self._faults)
        if slash:
            self._close(name, at)
        else:
            self._open(name, attributes, at)
        if bracket and len(self._faults) == before:
            self._tell(
                at, f'<{slash}{name}> has a quotation mark too many or too few; write each attribute as name="value"'
            )
