"""Reading a benchmark file: its pairs, and the rows that can't be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from armo.atomic import file_sha256
from armo.data import BenchmarkRow, read_rows
from armo.errors import DataError, nearest
from armo.rejects import Reject

# Benchmarks that people will ask for by name, and the hub data set of each.
_KNOWN = {
    "rewardbench": "allenai/reward-bench",
    "reward-bench": "allenai/reward-bench",
    "allenai/reward-bench": "allenai/reward-bench",
    "preference-test-sets": "allenai/preference-test-sets",
    "allenai/preference-test-sets": "allenai/preference-test-sets",
}
_ENDINGS = (".jsonl", ".json", ".parquet")


@dataclass(frozen=True)
class Benchmark:
    """The pairs of a benchmark file.

    Attributes:
        name: The file's name without its endings.
        sha256: Of the file, so that figures can be traced to it.
        ids: One an entry of `rows`.
        rows: Pairs that can be used.
        rejects: Rows that can't, with reasons.
    """

    name: str
    sha256: str
    ids: list[str]
    rows: list[BenchmarkRow]
    rejects: list[Reject]


def read_benchmark(path: Path) -> Benchmark:
    """Read a benchmark file.

    Raises:
        DataError: If there is no such file, or no row of it can be used.
    """
    if not path.is_file():
        raise DataError(_absent(str(path)))
    rejects: list[Reject] = []
    pairs = list(read_rows(path, BenchmarkRow, rejects.append))
    if not pairs:
        raise DataError(
            f"{path}: none of {len(rejects):,} rows can be used; the first: "
            f"{rejects[0].where}: {rejects[0].reason}. A row has 'id', 'prompt', 'chosen', "
            "'rejected' and 'subset'; see docs/evaluation.md"
        )
    ids = [row_id for row_id, _ in pairs]
    return Benchmark(_stem(path), file_sha256(path), ids, [row for _, row in pairs], rejects)


def _absent(path: str) -> str:
    hub = _KNOWN.get(path.lower())
    if hub is not None:
        return (
            f"'{path}' is no file here, and armo does not download benchmarks: get {hub} from the "
            "hub as a Parquet or JSONL file, as docs/evaluation.md shows, and give that"
        )
    return (
        f"{path}: no such file{nearest(path, _KNOWN)}; give a JSONL, gzip'd JSONL or Parquet file"
    )


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name or path.name
