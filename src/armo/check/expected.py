"""How many rows there are about to be, so that progress has an end."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from armo.data.sets import known_sets
from armo.data.sources import Source

_CHUNK = 1 << 20


def expected_rows(source: Source) -> int | None:
    """Return how many rows a source has at most, or None where only reading it would tell.

    Counting line ends takes a hundredth of the time that checking does, twice that of a gzip'd file.
    A row of CSV may go over several lines, so it ends early.
    """
    if not source.file:
        return next((known.rows for known in known_sets() if known.name == source.set), None)
    path = Path(source.file)
    name = path.name.lower().removesuffix(".gz")
    try:
        if name.endswith(".parquet"):
            return int(pq.ParquetFile(path).metadata.num_rows)
        return None if name.endswith(".json") else _line_ends(path)
    except (OSError, EOFError, zlib.error, pa.ArrowException):
        # What is wrong with the file is told by the one who reads it.
        return None


def _line_ends(path: Path) -> int:
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))
