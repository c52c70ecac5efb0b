"""A table as text, which the terminal and the page draw each in their own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Attributes:
        title: What it shows, with the unit.
        columns: Heads of the columns.
        rows: Cells, as many a row as there are columns.
        names: How many columns, from the left, name a row; the others hold what is said of it.
        kind: `number` stands on the right, `text` on the left.
        reference: Rows that others are compared with, by place.
        notes: Sentences below it.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    names: int = 1
    kind: Literal["number", "text"] = "number"
    reference: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)
