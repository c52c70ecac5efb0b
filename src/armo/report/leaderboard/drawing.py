"""What the drawings of the page have in common."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from armo.report.leaderboard.svg import FILL, OTHER

# Names go on in a second line, which an axis makes of this sign.
LINES = "split(datum.label, '\\n')"
_SAID = 12


@dataclass(frozen=True)
class Drawing:
    """A drawing with what stands around it.

    Attributes:
        title: What it shows.
        how: How to read it.
        svg: The drawing.
    """

    title: str
    how: str
    svg: str


def wrapped(name: str, most: int = 30) -> str:
    """Return a name broken into lines."""
    return "\n".join(textwrap.wrap(name, most)) or name


def point(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return an interval's numbers times 100."""
    ends = {name: record[name] for name in ("estimate", "low", "high")}
    return {name: None if value is None else 100 * value for name, value in ends.items()}


def colour(is_reference: bool) -> str:
    """Return the reference's colour, or that of all others."""
    return OTHER if is_reference else FILL


def around(values: Iterable[float | None], step: float = 5) -> list[float]:
    """Return the ends of an axis in whole steps around some values."""
    known = [value for value in values if value is not None]
    if not known:
        return [0.0, 100.0]
    low, high = step * math.floor(min(known) / step), step * math.ceil(max(known) / step)
    return [low, high] if low < high else [low - step, high + step]


def ends(points: Iterable[Mapping[str, Any]]) -> list[float | None]:
    """Return all numbers of some points: estimates and both ends of their intervals."""
    return [one[name] for one in points for name in ("estimate", "low", "high")]


def said(points: Iterable[tuple[str, Mapping[str, Any]]], form: str = ".1f") -> str:
    """Return the first points in words, for those who can't see the drawing."""
    parts = []
    for name, one in list(points)[:_SAID]:
        text = f"{name} {one['estimate']:{form}}"
        if one["low"] is not None:
            text += f" [{one['low']:{form}}, {one['high']:{form}}]"
        parts.append(text)
    return "; ".join(parts)
