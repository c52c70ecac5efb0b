"""`--fix`: the good rows whole, the faulty ones listed, and nothing lost by it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from armo.check import FileCheck, Job, Target, check_file, plan_fixes
from armo.check.writing import encode_row, write_rows
from armo.data import RatingRow, read_rows
from armo.data.sources import Source
from armo.errors import DataError, InputError
from tests.check.rows import assistant, rated, save, user

ROWS: list[Any] = [
    rated(0, own={"kept": [1, None]}),
    rated(1, ratings={"depth": 9}),
    "{",
    rated(2, ratings={"depth": True}, meta={}),
    rated(3, messages=[user("Grüße 😀"), assistant("\u202ex\u0000")], ratings={"depth": 2.5}),
]


def fix(path: Path, out: Path | None = None) -> FileCheck:
    source = Source(file=str(path))
    plan = plan_fixes([source], True, out, False)[0]
    return check_file(Job(Target(source), plan))


def lines_of(path: Path) -> list[Any]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_good_rows_are_kept_whole_and_the_others_are_listed(tmp_path: Path, name: str):
    path = save(tmp_path / "rows.jsonl", ROWS)
    if name.endswith(".gz"):
        packed = tmp_path / name
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    found = fix(path)
    out = tmp_path / name.replace("rows", "rows.fixed")
    assert found.written == str(out)
    assert lines_of(out) == [ROWS[0], ROWS[3], ROWS[4]]
    rejects = lines_of(Path(found.rejects))
    assert [reject["where"] for reject in rejects] == [f"{path}:2", f"{path}:3"]
    assert rejects[0]["reason"] == "ratings.depth: 9 is outside its scale [1, 5]"
    assert fix(out, tmp_path / "again.jsonl").clean


def test_parquet_holds_rows_of_several_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("armo.check.writing._GROUP", 5)
    others = [
        rated(number, ratings={"wit": 1}, scale={"wit": [0, 1]}, meta={"note": "x"})
        for number in range(10, 30)
    ]
    path = save(tmp_path / "rows.jsonl", [*ROWS, *others])
    found = fix(path, tmp_path / "rows.parquet")
    assert found.good == 3 + len(others)
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.column("ratings")[1].as_py() == {"depth": 1.0, "wit": None}
    assert fix(tmp_path / "rows.parquet", tmp_path / "back.jsonl").clean
    rows = [row for _, row in read_rows(tmp_path / "rows.parquet", RatingRow, print)]
    assert [row.rated() for row in rows[:4]] == [
        [("depth", 1.0)],
        [("depth", 1.0)],
        [("depth", 2.5)],
        [("wit", 1.0)],
    ]
    assert rows[2].messages == ROWS[4]["messages"]


def test_parquet_finds_one_type_for_all_groups_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("armo.check.writing._GROUP", 2)
    rows = [
        {"ratings": {"a": value}, "meta": {"n": note, "none": {}}, "empty": {}}
        for value, note in ((True, 1), (0, None), (2.5, 2.5), (None, 3))
    ]
    write_rows(tmp_path / "rows.parquet", rows)
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.column_names == ["ratings", "meta"]
    assert [one["a"] for one in table.column("ratings").to_pylist()] == [1.0, 0.0, 2.5, None]
    assert [one["n"] for one in table.column("meta").to_pylist()] == [1.0, None, 2.5, 3.0]


def test_rows_too_different_for_parquet_are_a_sentence(tmp_path: Path):
    path = save(tmp_path / "rows.jsonl", [rated(0, meta={"a": 1}), rated(1, meta={"a": "x"})])
    with pytest.raises(InputError, match=r"holds one type.*write them as \.jsonl\.gz"):
        fix(path, tmp_path / "rows.parquet")
    assert not (tmp_path / "rows.parquet").exists()


def test_rows_that_cannot_be_written_are_faults():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(DataError, match="row: it is nested too deep"):
        encode_row({"id": "x", "own": deep})
    with pytest.raises(DataError, match=r"row: .* can't be written as JSON"):
        encode_row({"id": "x", "own": object()})


def test_without_good_rows_only_the_reasons_are_written(tmp_path: Path):
    found = fix(save(tmp_path / "rows.jsonl", [rated(1, ratings={"depth": 9})]))
    assert not found.written
    assert not (tmp_path / "rows.fixed.jsonl").exists()
    assert len(lines_of(Path(found.rejects))) == 1


def test_a_file_that_ends_early_leaves_nothing(tmp_path: Path):
    whole = save(tmp_path / "whole.jsonl", [rated(number) for number in range(999)])
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(whole.read_bytes())[:-9])
    found = fix(cut)
    assert found.unreadable
    assert found.good > 0
    assert not found.written
    assert {path.name for path in tmp_path.iterdir()} == {"whole.jsonl", "cut.jsonl.gz"}


def test_equal_rows_make_equal_files(tmp_path: Path):
    rows = [RatingRow(id="a", messages=[user("x"), assistant("y")], ratings={"a": 1})]
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        write_rows(tmp_path / name, rows)
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()


def test_what_is_read_is_never_overwritten(tmp_path: Path):
    path = save(tmp_path / "rows.jsonl", ROWS)
    (tmp_path / "link.jsonl").symlink_to(path)
    source = Source(file=str(path))
    for out in (path, tmp_path / "link.jsonl"):
        with pytest.raises(InputError, match="is a file that is read"):
            plan_fixes([source], True, out, True)


def test_other_files_are_overwritten_when_told_to(tmp_path: Path):
    sources = [Source(file=str(save(tmp_path / "rows.jsonl", ROWS)))]
    assert [plan and plan.rows.name for plan in plan_fixes(sources, True, None, False)] == [
        "rows.fixed.jsonl"
    ]
    (tmp_path / "rows.fixed.jsonl.rejects.jsonl").touch()
    with pytest.raises(InputError, match=r"rejects\.jsonl exists; give another --out, or --force"):
        plan_fixes(sources, True, None, False)
    assert plan_fixes(sources, True, None, True)[0] is not None


def test_options_of_a_fix_that_do_not_go_together(tmp_path: Path):
    one, other = Source(file=str(tmp_path / "a.jsonl")), Source(file=str(tmp_path / "a.csv"))
    with pytest.raises(InputError, match="give --fix too"):
        plan_fixes([one], False, tmp_path / "x.jsonl", False)
    with pytest.raises(InputError, match="goes with one file"):
        plan_fixes([one, other], True, tmp_path / "x.jsonl", False)
    with pytest.raises(InputError, match="written twice"):
        plan_fixes([one, other], True, None, False)
    with pytest.raises(InputError, match="end its name so"):
        plan_fixes([one], True, tmp_path / "x.csv", False)
    (tmp_path / "d.jsonl").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        plan_fixes([one], True, tmp_path / "d.jsonl", False)
    assert plan_fixes([one, other], False, None, False) == [None, None]
