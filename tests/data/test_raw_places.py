"""Where rows stand, and what a table leaves open."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from armo.benchmark import read_benchmark
from armo.data.raw import present


def test_nulls_of_responses_are_absent_and_others_stay():
    row = {"a": None, "meta": {"b": None}, "responses": [{"meta": None, "label": 0}, None]}
    assert present(row) == {"meta": {"b": None}, "responses": [{"label": 0}, None]}


def test_responses_of_a_table_have_the_fields_that_were_written(tmp_path: Path):
    right = {"message": "7", "label": 1, "meta": {"beats": [1], "style": None}}
    wrong = {"message": "9", "label": 0, "meta": None}
    row = {"prompt": "Name a prime.", "rule": "conflict-pairs", "subset": "primes"}
    rows = [
        row | {"id": "a", "responses": [right, wrong]},
        row | {"id": "b", "responses": [right, wrong | {"meta": {"style": 1}}]},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "q.parquet")
    found = read_benchmark(tmp_path / "q.parquet")
    assert found.rejects == []
    assert [[one.meta for one in own.responses] for own in found.rows] == [
        [{"beats": [1]}, {}],
        [{"beats": [1]}, {"style": 1}],
    ]
