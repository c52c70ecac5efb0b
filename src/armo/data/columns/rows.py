"""Reading a foreign layout without code: native rows by a column map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from armo.data.columns import cells
from armo.data.columns.column_map import Columns
from armo.data.columns.reader import ColumnReader
from armo.data.rows import BenchmarkRow, PreferenceRow, RatingRow
from armo.data.sets.known import NativeRow, RawRow, Tally
from armo.data.table_row import columns_of
from armo.errors import DataError, InputError, nearest

# Rows after which a column that none of them had is held for misspelt. One is too few: a row of JSON
# may leave out a field.
_FIRST_ROWS = 20


def mapped_rows(
    rows: Iterable[RawRow],
    row_type: type[NativeRow],
    columns: Columns,
    source: str,
    tally: Tally,
) -> Iterator[NativeRow]:
    """Yield native rows made of a source's own by a column map.

    Ratings may be numbers, yes or no, or texts of these. A cell that is empty, NaN or `N/A` is a
    missing rating, and noted; any other rejects its row.

    Args:
        rows: Rows in the source's own layout.
        row_type: RatingRow, PreferenceRow or BenchmarkRow.
        columns: Which column holds what.
        source: Where rows are from if no column tells.
        tally: Takes rows that can't be used, and what was changed.

    Raises:
        InputError: If the map does not name what such rows need.
        DataError: If the rows do not have a column that it names.
    """
    if complaint := columns.complaint(row_type):
        raise InputError(f"columns of '{source}': {complaint}")
    makers: dict[Any, Callable[[ColumnReader, RawRow], NativeRow]] = {
        RatingRow: ColumnReader.rating_row,
        PreferenceRow: ColumnReader.preference_row,
        BenchmarkRow: ColumnReader.benchmark_row,
    }
    reader, spelling = ColumnReader(columns, source, tally), _Spelling(columns, source)
    for row in rows:
        spelling.watch(row.value)
        try:
            made = makers[row_type](reader, row)
        except DataError as error:
            tally.reject(row, str(error))
            continue
        yield made
    spelling.end()


class _Spelling:
    """Tells a column that is named wrongly from one that is empty in some rows."""

    def __init__(self, columns: Columns, source: str) -> None:
        self._source = source
        self._needed = columns.conversation_columns()
        self._named = columns.named()
        self._unseen = dict.fromkeys(self._named)
        self._present: dict[str, None] = {}
        self._rows = 0

    def watch(self, value: Mapping[str, Any]) -> None:
        if not self._unseen:
            return
        self._rows += 1
        if self._rows <= _FIRST_ROWS:
            self._present.update(dict.fromkeys(map(str, columns_of(value))))
        for column in [column for column in self._unseen if cells.holds(value, column)]:
            del self._unseen[column]
        if self._rows == _FIRST_ROWS:
            # A rating may be rarer than that; but not if another column has nearly its name.
            for column in self._unseen:
                if column in self._needed or self._nearest(column):
                    raise self._absent(column)

    def end(self) -> None:
        for column in self._unseen if self._rows else ():
            raise self._absent(column)

    def _nearest(self, column: str) -> str:
        return nearest(column, [name for name in self._present if name not in self._named])

    def _absent(self, column: str) -> DataError:
        return DataError(
            f"source '{self._source}': no column '{column}'{self._nearest(column)} in its first "
            f"{self._rows} rows; they have {', '.join(self._present) or 'none'}"
        )
