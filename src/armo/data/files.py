"""Reading native rows, with a reason for every reject."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from armo.data.raw import UNDECODABLE, fault, raw_rows
from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    QuestionRow,
    RatingRow,
    ResponsesRow,
)
from armo.errors import DataError
from armo.rejects import Reject

RowT = TypeVar(
    "RowT", RatingRow, PreferenceRow, BenchmarkRow, ResponsesRow, ConversationRow, QuestionRow
)
OnReject = Callable[[Reject], None]


def read_rows(path: Path, row_type: type[RowT], on_reject: OnReject) -> Iterator[tuple[str, RowT]]:
    """Yield the good rows of a file with their ids; give the others, with reasons, to `on_reject`.

    Args:
        path: .jsonl, .json, .csv, .tsv (these also .gz) or .parquet.
        row_type: RatingRow, PreferenceRow or another native row; one without an id is called by
            its file and line.
        on_reject: Called for rows that are malformed or repeat an id.

    Raises:
        DataError: If the file can't be read at all, or holds no rows.
    """
    seen: set[str] = set()
    empty = True
    for where, decode in raw_rows(path, row_type):
        empty = False
        row_id = where
        try:
            row = decode()
            row_id = where if row.id is None else str(row.id)
            row.check()
            if row_id in seen:
                raise DataError(f"id: '{row_id}' stands on an earlier line already")
        except UNDECODABLE as error:
            on_reject(Reject(row_id, fault(error), where))
            continue
        seen.add(row_id)
        yield row_id, row
    if empty:
        raise DataError(f"{path} is empty: it holds no rows")
