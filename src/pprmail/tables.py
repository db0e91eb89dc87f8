"""TOML read whole: its tables, and the line of each key, so that a fault in it can be told with its place."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from pprmail.errors import PprmailError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_tables(path: Path, shown: str) -> tuple[dict[str, Any], Mapping[tuple[str, str], int]]:
    """The tables in the file at ``path``, and the line of each key by table and key; ``shown`` is how sentences call it.

    Raises ``PprmailError`` when it cannot be read, is not UTF-8, or is not TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); check the file and its permissions"
        raise PprmailError(message) from error
    except UnicodeDecodeError as error:
        message = f"{shown}: is not UTF-8 (byte {error.start + 1}); save it again as UTF-8"
        raise PprmailError(message) from error
    try:
        return tomllib.loads(text), _key_lines(text)
    except (ValueError, RecursionError) as error:  # tomllib gives more than its own error: for a number of 5000 digits
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = f"{found[1]}:{found[2]}" if found else "1:1"
        reason = str(error).partition(" (at ")[0]
        message = (
            f"{shown}:{place}: error: is not TOML: {reason}; put quotes around texts, and one key = value on a line"
        )
        raise PprmailError(message) from error


_LONG_TEXT = re.compile(r'''"""(?:\\.|[^\\])*?"""|\'{3}.*?\'{3}''', re.DOTALL)


_KEY = r"""(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))"""


def _key_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of each ``key =`` under its ``[table]``, and of each ``[table]`` itself (its key is '').

    tomllib keeps no lines. A key within braces is not found, and is told at its table's line.
    """
    lines: dict[tuple[str, str], int] = {}
    table = ""
    without_long_texts = _LONG_TEXT.sub(lambda found: "\n" * found[0].count("\n"), text)
    for number, line in enumerate(without_long_texts.split("\n"), 1):
        header = re.match(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]", line)
        key = re.match(rf"\s*(?:{_KEY}\s*\.\s*)?{_KEY}\s*=", line)
        if header:
            table = header[1].replace('"', "")
            lines.setdefault((table, ""), number)
        elif key:
            outer, inner = ("".join(part or "" for part in parts) for parts in (key.groups()[:3], key.groups()[3:]))
            if table or not outer:
                lines.setdefault((table, outer or inner), number)
            if not table:
                lines.setdefault((outer or inner, ""), number)
                lines.setdefault((outer, inner), number)
    return lines
