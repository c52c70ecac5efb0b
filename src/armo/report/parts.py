"""Pieces that several reports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text


def interval(
    record: Mapping[str, Any] | None, digits: int = 2, *, sign: bool = False, unit: float = 1
) -> str:
    """Return an estimate with its interval times `unit`, or a dash where there is none."""
    if record is None:
        return "–"
    form = f"{'+' if sign else ''}.{digits}f"
    estimate = format(unit * record["estimate"], form)
    if record["low"] is None:
        return estimate
    return (
        f"{estimate} [{format(unit * record['low'], form)}, {format(unit * record['high'], form)}]"
    )


def heading(text: str) -> RenderableType:
    """Return a line that begins a part of a report."""
    return Padding(Text(text, style="bold underline"), (1, 0, 0, 0))
