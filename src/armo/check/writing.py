"""Writing the good rows: JSON lines, plain or gzip'd, or Parquet."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from armo.atomic import atomic_path
from armo.errors import DataError, InputError
from armo.rejects import Reject

WriteLine: TypeAlias = Callable[[bytes], object]

_GROUP = 4096
_ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")


def encode_row(content: Any) -> bytes:
    """Return a row as one line of JSON, with its end.

    Raises:
        DataError: If it is nested too deep to be written, or holds what JSON can't.
    """
    try:
        return msgspec.json.encode(content) + b"\n"
    except RecursionError:
        raise DataError("row: it is nested too deep to be written as JSON") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"row: {error}, so it can't be written as JSON") from None


def check_ending(path: Path) -> None:
    """Raise InputError unless the name of a file says in which form rows are to be written."""
    if not path.name.lower().endswith(_ENDINGS):
        raise InputError(f"{path}: rows are written as {', '.join(_ENDINGS)}; end its name so")


@contextmanager
def rows_file(path: Path) -> Iterator[WriteLine]:
    """Give a function that takes encoded rows, and write them all to `path` at the end, or nothing.

    Raises:
        InputError: If the name has another ending, or rows are too different for a Parquet file.
        OSError: If it can't be written; see `armo.atomic.writing`.
    """
    check_ending(path)
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".parquet":
            with tempfile.TemporaryFile(dir=path.parent) as spool:
                yield spool.write
                _write_parquet(cast("IO[bytes]", spool), temporary, path)
        elif path.suffix.lower() == ".gz":
            # No name and no time, so that equal rows make equal files.
            with (
                temporary.open("wb") as raw,
                gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as stream,
            ):
                yield stream.write
        else:
            with temporary.open("wb") as stream:
                yield stream.write


def write_rows(path: Path, rows: Iterable[Any]) -> None:
    """Write native rows; see `rows_file`."""
    with rows_file(path) as write:
        for row in rows:
            write(encode_row(row))


@contextmanager
def rejects_file(path: Path) -> Iterator[Callable[[Reject], object]]:
    """Give a function that takes rejects, and write them all to `path` at the end, or nothing."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        yield lambda reject: stream.write(msgspec.json.encode(reject) + b"\n")


def _write_parquet(spool: IO[bytes], temporary: Path, path: Path) -> None:
    """Write spooled lines as Parquet: what columns there are is known after the last of them."""
    try:
        schema = pa.schema([])
        for rows in _groups(spool):
            schema = pa.unify_schemas(
                [schema, pa.schema(list(pa.array(rows).type))], promote_options="permissive"
            )
        whole = _without_empty(pa.struct(list(schema)))
        with pq.ParquetWriter(temporary, pa.schema(list(whole)), compression="zstd") as writer:
            for rows in _groups(spool):
                writer.write_batch(pa.RecordBatch.from_struct_array(pa.array(rows, type=whole)))
    except (pa.ArrowException, OverflowError) as error:
        raise InputError(
            f"{path}: a column of Parquet holds one type, and these rows do not ({error}); "
            "write them as .jsonl.gz"
        ) from None


def _groups(spool: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    spool.seek(0)
    decoder = msgspec.json.Decoder(dict[str, Any])
    while lines := list(islice(spool, _GROUP)):
        yield [_with_numbers(decoder.decode(line)) for line in lines]


def _with_numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose ratings are all numbers: a column can't hold true beside 0.5."""
    ratings = row.get("ratings")
    if not isinstance(ratings, dict):
        return row
    return row | {
        "ratings": {
            name: None if value is None else float(value) for name, value in ratings.items()
        }
    }


def _without_empty(kind: pa.DataType) -> pa.DataType:
    """Return a type without objects that have no fields, which Parquet can't hold."""
    if pa.types.is_list(kind):
        return pa.list_(_without_empty(kind.value_type))
    if not pa.types.is_struct(kind):
        return kind
    kept = [(field.name, _without_empty(field.type)) for field in kind]
    return pa.struct(
        [
            (name, inner)
            for name, inner in kept
            if not (pa.types.is_struct(inner) and not len(inner))
        ]
    )
