"""Pieces that several reports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Column, Table
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


def table(*columns: Column | str) -> Table:
    """Return an empty table, without lines but below its head; a column given as text is of words."""
    return Table(*columns, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def number(title: str, *, wrap: bool = True) -> Column:
    """Return a column of numbers, which stand on the right."""
    return Column(title, justify="right", no_wrap=not wrap)


def unbroken(title: str) -> Column:
    """Return a column of names, each on one line."""
    return Column(title, no_wrap=True)


def folded(title: str) -> Column:
    """Return a column of texts that go on below where the terminal is narrow, even within a word."""
    return Column(title, overflow="fold")


def heading(text: str) -> RenderableType:
    """Return a line that begins a part of a report."""
    return Padding(Text(text, style="bold underline"), (1, 0, 0, 0))
