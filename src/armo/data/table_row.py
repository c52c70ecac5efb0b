"""A row of a table: what it holds, and which columns there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class TableRow(dict[str, Any]):
    """The cells of a row that are not empty, by column.

    Attributes:
        columns: All columns of the table, which says more than a row does: one that is empty in every
            row is not the same as none.
    """

    __slots__ = ("columns",)

    def __init__(self, cells: Mapping[str, Any], columns: Collection[str]) -> None:
        super().__init__(cells)
        self.columns = columns


def columns_of(row: Mapping[str, Any]) -> Collection[str]:
    """Return the columns of a row, or of its table where it is from one."""
    return row.columns if isinstance(row, TableRow) else row
