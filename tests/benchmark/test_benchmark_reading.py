from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armo.benchmark import read_benchmark
from armo.conversation import conversation_key
from armo.errors import DataError


def pair(number: int, **changes: object) -> dict:
    return {
        "id": f"b{number}",
        "prompt": [{"role": "user", "content": f"the {number}"}],
        "chosen": [{"role": "assistant", "content": "on"}],
        "rejected": [{"role": "assistant", "content": "in"}],
        "subset": "hep-cpp",
        "category": "Reasoning",
    } | changes


def write(path: Path, rows: list) -> Path:
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def test_the_layout_of_the_hub_and_the_native_one_say_the_same(tmp_path):
    native = read_benchmark(write(tmp_path / "a.jsonl.gz", [pair(n, id=str(n)) for n in range(3)]))
    hub = [
        {
            "prompt": f"the {number}",
            "chosen": "on",
            "chosen_model": "x",
            "rejected": "in",
            "rejected_model": "y",
            "subset": "hep-cpp",
            "id": number,
        }
        for number in range(3)
    ]
    pq.write_table(pa.Table.from_pylist(hub), tmp_path / "filtered.parquet")
    found = read_benchmark(tmp_path / "filtered.parquet")
    assert (native.name, found.name) == ("a", "filtered")
    assert found.ids == native.ids == ["0", "1", "2"]
    for ours, theirs in zip(native.rows, found.rows, strict=True):
        assert [conversation_key(side) for side in ours.conversations()] == [
            conversation_key(side) for side in theirs.conversations()
        ]
        assert ours.subset == theirs.subset
        assert ours.split_group() == theirs.split_group()


def test_rows_that_cannot_be_used_are_named(tmp_path):
    without = pair(1)
    del without["subset"]
    rows = [
        pair(0),
        without,
        pair(2, subset=" "),
        pair(0),
        pair(3, chosen=[]),
        pair(4, rejected=""),
        pair(5, prompt=[]),
        "{",
        pair(6, chosen="same", rejected="same"),
    ]
    path = write(tmp_path / "b.jsonl", rows)
    found = read_benchmark(path)
    assert found.ids == ["b0", "b6"]
    reasons = {reject.where: reject.reason for reject in found.rejects}
    words = {
        2: "subset",
        3: "subset: it is empty",
        4: "'b0' stands on an earlier line",
        5: "chosen: expected one assistant message",
        6: "rejected: messages[1].content: the response is empty",
        7: "a conversation needs a prompt",
        8: "not valid JSON",
    }
    assert set(reasons) == {f"{path}:{line}" for line in words}
    for line, word in words.items():
        assert word in reasons[f"{path}:{line}"]


def test_a_file_without_a_usable_row_is_refused_with_the_first_reason(tmp_path):
    without = pair(1)
    del without["subset"]
    path = write(tmp_path / "b.jsonl", [without, without])
    with pytest.raises(DataError, match=r"none of 2 rows.*b\.jsonl:1: .*subset"):
        read_benchmark(path)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("none.jsonl", "no such file"),
        ("rewardbench", "get allenai/reward-bench from the hub"),
        ("rewardbnch", "did you mean 'rewardbench'"),
        ("Allenai/Reward-Bench", "does not download"),
    ],
)
def test_what_is_no_file_is_told(name, match):
    with pytest.raises(DataError, match=match):
        read_benchmark(Path(name))
