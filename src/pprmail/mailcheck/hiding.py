"""The ways in which a style hides what stands in an element."""

from __future__ import annotations

import re

LEAST_OPACITY = 0.1
_FAR_AWAY_PX = -500.0
_NO_ROOM_PX = 2.0
"""A box this small shows nothing of a letter."""
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|r?em|%)?")
_UNITS = {"px": 1.0, "pt": 96 / 72, "rem": 16.0, "em": 16.0}
_SIZES = (("overflow-y", "height"), ("overflow-y", "max-height"), ("overflow-x", "width"), ("overflow-x", "max-width"))
_CLIPPED = re.compile(r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)")
_CLIPPED_WHOLE = re.compile(r"inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%\s*\)|circle\(\s*0(?:px|%)?\b[^)]*\)")
_SHRUNK = re.compile(r"scale[xy]?\(\s*(?:0|0?\.0\d*|0\s*,\s*[\d.]+|[\d.]+\s*,\s*0)\s*\)")
_MOVES = ("left", "top", "right", "bottom")
_MARGINS = ("margin", "margin-left", "margin-top")
_MOVING = frozenset({"text-indent", "transform", *_MOVES, *_MARGINS})
_CUTTING = frozenset({"overflow", "overflow-x", "overflow-y"})


def is_hidden(values: dict[str, str]) -> bool:
    """``values``, of an element's own style, let nobody see what stands in it."""
    return bool(values) and (
        values.get("display") == "none"
        or values.get("visibility") in {"hidden", "collapse"}
        or opacity_of(values) < LEAST_OPACITY
        or _is_away(values)
        or _has_no_room(values)
        or _is_cut(values)
    )


def opacity_of(values: dict[str, str]) -> float:
    """From 0, which lets nothing be seen, to 1."""
    found = _NUMBER.match(values.get("opacity", ""))
    return min(max(float(found[1]) / (100 if found[2] == "%" else 1), 0.0), 1.0) if found else 1.0


def _is_away(values: dict[str, str]) -> bool:
    if values.keys().isdisjoint(_MOVING):
        return False
    names = ("text-indent", *_MARGINS, *(_MOVES if values.get("position", "static") != "static" else ()))
    lengths = [word for name in names for word in values.get(name, "").split()]
    lengths += re.findall(r"[+-][\d.]+px", values.get("transform", ""))
    return any(_px(length) < _FAR_AWAY_PX for length in lengths)


def _has_no_room(values: dict[str, str]) -> bool:
    if values.keys().isdisjoint(_CUTTING):
        return False
    return any(
        values.get(way, values.get("overflow", "")) in {"hidden", "clip"}
        and _px(values.get(size, "none")) <= _NO_ROOM_PX
        for way, size in _SIZES
    )


def _is_cut(values: dict[str, str]) -> bool:
    return (
        (values.get("position") in {"absolute", "fixed"} and _CLIPPED.fullmatch(values.get("clip", "")) is not None)
        or _CLIPPED_WHOLE.fullmatch(values.get("clip-path", "")) is not None
        or _SHRUNK.search(values.get("transform", "")) is not None
    )


def _px(written: str) -> float:
    """The length in pixels; beyond all limits for what is none, or is a share of something else."""
    found = _NUMBER.fullmatch(written)
    if not found:
        return float("inf")
    number = float(found[1])
    if found[2] == "%":
        return float("inf") if number else 0.0
    return number * _UNITS[found[2] or "px"]
