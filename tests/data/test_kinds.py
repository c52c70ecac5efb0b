"""Which kind a file is of, and what is told where its first row does not say."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from armo.check.expected import expected_rows
from armo.data.kinds import kind_of_file
from armo.data.sources import Source
from armo.errors import DataError


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.json"])
def test_a_file_without_rows_is_empty(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_text("a,b\n" if name == "rows.csv" else "[]" if name == "rows.json" else "\n\n")
    with pytest.raises(DataError, match=r"rows\.\w+ is empty: it holds no rows"):
        kind_of_file(path)


def test_a_kind_is_not_guessed_from_rows_that_are_no_rows(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_text("{\n[1]\n")
    with pytest.raises(DataError, match="no row of it can be decoded, so its kind can't be told"):
        kind_of_file(path)


def test_another_layout_is_told_how_native_rows_are_made_of_it(tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_text("question,good\nWhy?,So.\n")
    with pytest.raises(DataError) as found:
        kind_of_file(path)
    told = str(found.value)
    assert "the first has question, good" in told
    assert f"`armo data check {path} --columns MAP.toml --fix --out native.jsonl`" in told
    assert f"`armo data check SET:{path} --fix --out native.jsonl`" in told


@pytest.mark.parametrize("name", ["R.JSONL.GZ", "r.jsonl.Gz"])
def test_the_case_of_an_ending_does_not_matter(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"prompt": "Why?", "response": "So."}\n'))
    assert kind_of_file(path) == "conversations"
    assert expected_rows(Source(file=str(path))) == 1
