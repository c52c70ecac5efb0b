"""Column maps: rows of any other layout without code."""

from armo.data.columns.column_map import Columns, RatedColumn
from armo.data.columns.rows import mapped_rows

__all__ = ["Columns", "RatedColumn", "mapped_rows"]
