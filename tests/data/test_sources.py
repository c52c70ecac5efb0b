from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from armo.data import PreferenceRow, RatingRow, Source, load_dataset
from armo.data.dataset import SampleSettings
from armo.data.sets import Tally
from armo.data.sources import BENCHMARK_ROWS, open_source
from armo.errors import DataError, InputError
from armo.rejects import Reject
from tests.data.test_files import preference, rating, write

HELPSTEER = {
    "prompt": "Name a colour.",
    "response": "Blue.",
    "helpfulness": 3,
    "correctness": 4,
    "coherence": 4,
    "complexity": 1,
    "verbosity": 0,
}


def opened(source: Source, row_types: Any = RatingRow) -> tuple[list[Any], list[Reject], Tally]:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    return [row for _, row in open_source(source, row_types, tally)], rejects, tally


def test_a_known_set_is_read_from_a_file_in_its_own_layout(tmp_path):
    raw = [HELPSTEER, "{", HELPSTEER | {"response": " "}, HELPSTEER | {"helpfulness": 9}]
    source = Source(file=str(write(tmp_path / "train.jsonl.gz", raw)), set="helpsteer")
    rows, rejects, _ = opened(source)
    assert rows[0].id.startswith("helpsteer/1")
    assert rows[0].ratings["helpsteer-correctness"] == 4
    assert [row.source for row in rows] == ["helpsteer"] * len(rows)
    told = " ".join(reject.where for reject in rejects)
    assert "train.jsonl.gz:2" in told
    assert "train.jsonl.gz:3" in told


def test_a_table_of_any_layout_needs_no_code(tmp_path):
    path = tmp_path / "mine.csv"
    with path.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["question", "answer", "quality"])
        table.writerow(["Name a colour.", 'Blue, or\n"red".', "4"])
        table.writerow(["Name a colour.", "No.", ""])
        table.writerow(["Name a colour.", "Green.", "7"])
    raw = {
        "file": str(path),
        "name": "mine",
        "columns": {
            "prompt": "question",
            "response": "answer",
            "objectives": {"quality": {"column": "quality", "scale": [1, 5], "map": [0.1, 0.9]}},
        },
    }
    source = msgspec.convert(raw, Source)
    rows, rejects, _ = opened(source)
    assert [(row.ratings["quality"], row.source) for row in rows] == [(4, "mine")]
    assert len(rejects) == 2
    data = load_dataset([source], [], SampleSettings())
    assert data.unit_maps == {"quality": (0.1, 0.9)}


def test_native_rows_take_the_name_of_their_source(tmp_path):
    path = write(tmp_path / "r.jsonl", [rating(0), rating(1, source="")])
    rows, _, _ = opened(Source(file=str(path), name="mine"))
    assert [row.source for row in rows] == ["tests", "mine"]


def test_rows_of_another_kind_are_told(tmp_path):
    path = write(tmp_path / "p.jsonl", [preference()])
    with pytest.raises(DataError, match="its rows are preferences, not benchmark or responses"):
        opened(Source(file=str(path)), BENCHMARK_ROWS)
    rows, _, _ = opened(Source(file=str(path)), PreferenceRow)
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("source", "match"),
    [
        (Source(), "name a file, a set, or a hub set"),
        (Source(file="x", hub="a/b"), "not both"),
        (Source(file="x", split="train"), "belong to a set of the hub"),
        (Source(file="x", options={"a": 1}), "options belong to a known set"),
        (Source(set="helpster", file="x"), r"known as 'helpster' \(did you mean 'helpsteer'\?\)"),
        (Source(file="/none.jsonl"), "no such file"),
    ],
)
def test_sources_that_name_nothing_are_a_sentence(source, match):
    with pytest.raises(DataError, match=match):
        opened(source)


def test_unknown_and_wrong_options_are_a_sentence(tmp_path):
    path = str(write(tmp_path / "u.jsonl", [{}]))
    with pytest.raises(
        InputError, match=r"unknown option 'fix_ten' \(did you mean 'fix_ten_for_one'"
    ):
        opened(Source(file=path, set="ultrafeedback", options={"fix_ten": True}))
    with pytest.raises(InputError, match="must be of type bool, got 'yes'"):
        opened(Source(file=path, set="ultrafeedback", options={"fix_ten_for_one": "yes"}))


def test_a_file_without_one_good_line_is_a_sentence(tmp_path):
    path = str(write(tmp_path / "u.jsonl", ["{", "["]))
    with pytest.raises(DataError, match="holds no row that can be decoded"):
        opened(Source(file=path, set="ultrafeedback"))


def test_what_was_met_is_kept_with_the_data(tmp_path):
    completion = {
        "model": "m",
        "response": "Blue.",
        "overall_score": 7.0,
        "fine-grained_score": 4.0,
        "annotations": {"honesty": {"Rating": "N/A", "Rationale": ""}},
    }
    row = {"source": "x", "instruction": "Name a colour.", "completions": [completion]}
    path = write(tmp_path / "u.jsonl", [json.dumps(row)])
    data = load_dataset([Source(file=str(path), set="ultrafeedback")], [], SampleSettings())
    assert data.notes["ultrafeedback (ratings)"]
    assert [list(row.ratings) for row in data.ratings] == [["ultrafeedback-overall_score"]]


def test_notes_of_several_files_of_a_set_add_up(tmp_path):
    row = {"instruction": "Name a colour.", "completions": []}
    completions = [
        {"model": str(n), "response": f"Colour {n}.", "overall_score": n, "fine-grained_score": n}
        for n in (3, 4)
    ]
    path = write(tmp_path / "u.jsonl", [json.dumps(row | {"completions": completions})])
    source = Source(file=str(path), set="ultrafeedback")
    once = load_dataset([source], [source], SampleSettings()).notes
    twice = load_dataset([source, source], [source], SampleSettings()).notes
    fewer = "rows with fewer than four completions"
    assert once["ultrafeedback (ratings)"][fewer] == 1
    assert twice["ultrafeedback (ratings)"][fewer] == 2
    assert any(name.endswith("(preferences)") for name in once)


def test_a_parquet_file_is_a_known_set_too(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([HELPSTEER]), tmp_path / "h.parquet")
    rows, rejects, _ = opened(Source(file=str(Path(tmp_path) / "h.parquet"), set="helpsteer"))
    assert len(rows) == 1
    assert not rejects
