"""Rows of any file as they stand in it: JSON lines, JSON, Parquet or CSV, plain or gzip'd."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from armo.data.table_row import TableRow
from armo.errors import ArmoError, DataError

T = TypeVar("T")
# Where a row stands, and what decodes it: a row that is damaged must not end the reading of others.
Undecoded = tuple[str, Callable[[], T]]

# What a row's decoding raises where the row, not the program, is wrong.
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DataError)
# Texts and dates that Arrow can't decode are Value- or OverflowErrors, columns of one name KeyErrors.
_DAMAGED = (
    EOFError,
    zlib.error,
    pa.ArrowException,
    ValueError,
    OverflowError,
    KeyError,
    OSError,
    csv.Error,
)
# A cell may hold a whole conversation.
_LONGEST_CELL = 1 << 30
_MARK = b"\xef\xbb\xbf"


def raw_rows(path: Path, row_type: type[T]) -> Iterator[Undecoded[T]]:
    """Yield where each row of a file stands, with a function that decodes it.

    Args:
        path: .jsonl, .json (lines, or one array), .parquet, .csv or .tsv; all but Parquet also .gz.
        row_type: What a row is decoded to: `dict`, or a native row's type.

    Raises:
        DataError: If the file is absent, or damaged as a whole.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    try:
        yield from _rows_of(path, row_type)
    except _DAMAGED as error:
        raise DataError(
            f"{path} is damaged or not of the kind that its name says: {error}"
        ) from None


def present(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table without the fields that are null, in its `responses` too.

    A table has a column for every row or for none, and its structs have the fields of all of them, so
    an absent field comes as null.
    """
    row = {name: value for name, value in raw.items() if value is not None}
    # Elsewhere a null may be a value of its own, such as one rating of a list.
    if "responses" in row:
        row["responses"] = _without_nulls(row["responses"])
    return row


def fault(error: Exception) -> str:
    """Return what an undecodable row is told to be."""
    if isinstance(error, ArmoError):
        return str(error)
    if isinstance(error, msgspec.ValidationError):
        return str(error).replace("$.", "")
    return f"not valid JSON: {error}"


def _rows_of(path: Path, row_type: type[T]) -> Iterator[Undecoded[T]]:
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if kind == "parquet":
        return _parquet_rows(path, row_type)
    if kind in ("csv", "tsv"):
        return _csv_rows(path, row_type, "," if kind == "csv" else "\t")
    if kind == "json" and _is_array(path):
        return _array_rows(path, row_type)
    return _json_lines(path, row_type)


def _open(path: Path) -> io.BufferedIOBase:
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")


def _json_lines(path: Path, row_type: type[T]) -> Iterator[Undecoded[T]]:
    decoder = msgspec.json.Decoder(row_type)
    with _open(path) as lines:
        for number, line in enumerate(lines, start=1):
            if number == 1:
                # Some programs write a byte order mark before UTF-8, which needs none.
                line = line.removeprefix(_MARK)  # noqa: PLW2901
            if line.strip():
                yield f"{path}:{number}", partial(decoder.decode, line)


def _is_array(path: Path) -> bool:
    with _open(path) as stream:
        return stream.read(4096).removeprefix(_MARK).lstrip().startswith(b"[")


def _array_rows(path: Path, row_type: type[T]) -> Iterator[Undecoded[T]]:
    with _open(path) as stream:
        content = stream.read().removeprefix(_MARK)
    decoder = msgspec.json.Decoder(row_type)
    for number, row in enumerate(msgspec.json.decode(content, type=list[msgspec.Raw]), start=1):
        yield f"{path} row {number}", partial(decoder.decode, row)


def _parquet_rows(path: Path, row_type: type[T]) -> Iterator[Undecoded[T]]:
    number = 0
    for batch in pq.ParquetFile(path).iter_batches(batch_size=1024):
        for raw in batch.to_pylist():
            number += 1
            yield f"{path} row {number}", partial(_convert, raw, row_type)


def _csv_rows(path: Path, row_type: type[T], delimiter: str) -> Iterator[Undecoded[T]]:
    csv.field_size_limit(_LONGEST_CELL)
    with _open(path) as stream:
        text = io.TextIOWrapper(cast("IO[bytes]", stream), encoding="utf-8-sig", newline="")
        reader = csv.DictReader(text, delimiter=delimiter, strict=True)
        if reader.fieldnames is not None and len(set(reader.fieldnames)) < len(reader.fieldnames):
            raise DataError(f"{path}: two columns have one name: {', '.join(reader.fieldnames)}")
        for raw in reader:
            yield f"{path}:{reader.line_num}", partial(_cells, raw, row_type)


def _cells(raw: dict[str | None, Any], row_type: type[T]) -> T:
    if None in raw:
        raise DataError(f"{len(raw.pop(None))} cells more than the header has columns")
    if None in raw.values():
        raise DataError("fewer cells than the header has columns")
    return _made({name: cell for name, cell in raw.items() if cell != ""}, raw, row_type)


def _convert(raw: dict[str, Any], row_type: type[T]) -> T:
    return _made(present(raw), raw, row_type)


def _made(filled: dict[Any, Any], columns: Collection[Any], row_type: type[T]) -> T:
    made = msgspec.convert(filled, row_type)
    return cast("T", TableRow(made, columns)) if isinstance(made, dict) else made


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(own) for name, own in value.items() if own is not None}
    return [_without_nulls(own) for own in value] if isinstance(value, list) else value
