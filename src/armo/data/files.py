"""Reading native files: JSONL, gzip'd JSONL and Parquet, row by row, with a reason for every reject."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from armo.data.rows import (
    BenchmarkRow,
    ConversationRow,
    PreferenceRow,
    QuestionRow,
    RatingRow,
)
from armo.errors import ArmoError, DataError
from armo.rejects import Reject

RowT = TypeVar("RowT", RatingRow, PreferenceRow, BenchmarkRow, ConversationRow, QuestionRow)
OnReject = Callable[[Reject], None]
# Texts and dates that Arrow can't decode are Value- or OverflowErrors, columns of one name KeyErrors.
_DAMAGED = (
    EOFError,
    zlib.error,
    pa.ArrowException,
    ValueError,
    OverflowError,
    KeyError,
    OSError,
)


def read_rows(path: Path, row_type: type[RowT], on_reject: OnReject) -> Iterator[tuple[str, RowT]]:
    """Yield the good rows of a file with their ids; give the others, with reasons, to `on_reject`.

    Args:
        path: .jsonl, .jsonl.gz, .json.gz or .parquet.
        row_type: RatingRow, PreferenceRow or another native row; one without an id is called by
            its file and line.
        on_reject: Called for rows that are malformed or repeat an id.

    Raises:
        DataError: If the file can't be read at all, or holds no rows.
    """
    seen: set[str] = set()
    empty = True
    for where, decode in _raw_rows(path, row_type):
        empty = False
        row_id = where
        try:
            row = decode()
            row_id = where if row.id is None else str(row.id)
            row.check()
            if row_id in seen:
                raise DataError(f"id: '{row_id}' stands on an earlier line already")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DataError) as error:
            on_reject(Reject(row_id, _sentence(error), where))
            continue
        seen.add(row_id)
        yield row_id, row
    if empty:
        raise DataError(f"{path} is empty: it holds no rows")


def _raw_rows(path: Path, row_type: type[RowT]) -> Iterator[tuple[str, Callable[[], RowT]]]:
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    try:
        if path.suffix == ".parquet":
            yield from _parquet_rows(path, row_type)
        else:
            yield from _json_rows(path, row_type)
    except _DAMAGED as error:
        raise DataError(
            f"{path} is damaged or not of the kind that its name says: {error}"
        ) from None


def _json_rows(path: Path, row_type: type[RowT]) -> Iterator[tuple[str, Callable[[], RowT]]]:
    decoder = msgspec.json.Decoder(row_type)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{path}:{number}", partial(decoder.decode, line)


def _parquet_rows(path: Path, row_type: type[RowT]) -> Iterator[tuple[str, Callable[[], RowT]]]:
    number = 0
    for batch in pq.ParquetFile(path).iter_batches():
        for raw in batch.to_pylist():
            number += 1
            yield f"{path} row {number}", partial(_convert, raw, row_type)


def _convert(raw: dict[str, Any], row_type: type[RowT]) -> RowT:
    # Parquet has a column for every row or for none, so an absent field comes as null.
    return msgspec.convert(
        {name: value for name, value in raw.items() if value is not None}, row_type
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, ArmoError):
        return str(error)
    if isinstance(error, msgspec.ValidationError):
        return str(error).replace("$.", "")
    return f"not valid JSON: {error}"
