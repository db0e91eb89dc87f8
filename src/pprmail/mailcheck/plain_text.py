"""The mail's plain text: what a template of the author's may have put into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pprmail.rules import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pprmail.errors import Problem
    from pprmail.mailcheck.template import TemplateSource

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain_text_problems(text: str, source: TemplateSource) -> Iterator[Problem]:
    """``control-character`` for each that a template has put in (RFC 5322, 2.2 and 3.5 want none but tab and line's end)."""
    for control in dict.fromkeys(_CONTROL.findall(text)):
        message = f"the control character U+{ord(control):04X} stands in the plain text"
        yield problem("control-character", source.place(control), message, "delete it")
