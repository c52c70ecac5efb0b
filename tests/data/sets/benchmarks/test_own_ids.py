"""The benchmark's own id stays with a row, so that results can be joined."""

import pytest

from armo.data.sets import RawRow
from armo.data.sets.benchmarks.own_id import with_own_id
from tests.data.sets.benchmarks.converting_benchmarks import convert

PAIR = {"prompt": "Why?", "chosen": "So.", "rejected": "No.", "subset": "hep-go"}


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("rewardbench", PAIR | {"id": 2984}, "rewardbench/1#2984"),
        ("m-rewardbench", PAIR | {"id": 30}, "m-rewardbench/1#30"),
        ("prior-sets", PAIR | {"prompt": ["Why?"], "split": "shp", "id": 0}, "prior-sets/1#0"),
        ("rewardbench", PAIR, "rewardbench/1"),
    ],
)
def test_an_id_ends_in_the_benchmarks_own(name, raw, expected):
    (row,), rejects, _ = convert(name, [raw])
    assert (row.id, rejects) == (expected, {})


@pytest.mark.parametrize("own", [None, "", ["a"], {"a": 1}])
def test_what_is_no_id_is_left_out(own):
    assert with_own_id(RawRow("a/1", "a.json:1", {"id": own})) == "a/1"
