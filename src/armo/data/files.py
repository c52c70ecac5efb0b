"""Reading native rows, with a reason for every reject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from armo.data.keys import KeySet
from armo.data.raw import UNDECODABLE, fault, raw_rows
from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    NativeRow,
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
NativeT = TypeVar("NativeT", RatingRow, PreferenceRow, BenchmarkRow, ResponsesRow, NativeRow)
OnReject = Callable[[Reject], None]
_REPEATED = "id: '{}' stands on an earlier line already"


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
    seen = KeySet()
    empty = True
    for where, decode in raw_rows(path, row_type):
        empty = False
        row_id = where
        try:
            row = decode()
            row_id = where if row.id is None else str(row.id)
            row.check()
            if not seen.add(row_id):
                raise DataError(_REPEATED.format(row_id))
        except UNDECODABLE as error:
            on_reject(Reject(row_id, fault(error), where))
            continue
        yield row_id, row
    if empty:
        raise DataError(f"{path} is empty: it holds no rows")


def checked(
    rows: Iterable[NativeT], where: Callable[[], str], on_reject: OnReject
) -> Iterator[tuple[str, NativeT]]:
    """Yield the good ones of native rows with their ids; give the others, with reasons, away.

    Args:
        rows: Rows that were made from another layout.
        where: Tells where the row stands that was last read.
        on_reject: Called for rows that are malformed or repeat an id.
    """
    return distinct(_good(rows, where, on_reject), where, on_reject)


def distinct(
    rows: Iterable[NativeT], where: Callable[[], str], on_reject: OnReject
) -> Iterator[tuple[str, NativeT]]:
    """Yield rows that were checked already with their ids; give those that repeat an id away."""
    seen = KeySet()
    for row in rows:
        row_id = str(row.id)
        if seen.add(row_id):
            yield row_id, row
        else:
            on_reject(Reject(row_id, _REPEATED.format(row_id), where()))


def _good(
    rows: Iterable[NativeT], where: Callable[[], str], on_reject: OnReject
) -> Iterator[NativeT]:
    for row in rows:
        try:
            row.check()
        except DataError as error:
            on_reject(Reject(str(row.id), str(error), where()))
            continue
        yield row
