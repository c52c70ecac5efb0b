"""Names of sources: short, and apart where the sources are."""

from __future__ import annotations

import pytest

from armo.benchmark.source_names import source_names, stem
from armo.data.sources import Source


def names(*sources: Source) -> list[str]:
    return source_names(list(sources))


def test_a_file_goes_by_its_name_and_as_many_folders_as_are_needed():
    assert names(Source(file="x/a.json")) == ["a.json"]
    assert names(Source(file="x/a.json"), Source(file="x/b.json")) == ["a.json", "b.json"]
    assert names(Source(file="x/a.json"), Source(file="y/a.json")) == ["x/a.json", "y/a.json"]
    assert names(Source(file="p/x/a.json"), Source(file="q/x/a.json"), Source(file="q/b.json")) == [
        "p/x/a.json",
        "q/x/a.json",
        "b.json",
    ]


def test_only_what_is_given_twice_has_one_name_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert names(Source(file="a.json"), Source(file=str(tmp_path / "a.json"))) == ["a.json"] * 2
    assert names(Source(set="llmbar"), Source(set="llmbar")) == ["llmbar"] * 2


def test_a_set_goes_by_its_name_and_by_what_is_read_of_it_where_that_is_needed():
    german, french = (Source(set="m-rewardbench", subset=name) for name in ("deu", "fra"))
    assert names(german) == ["m-rewardbench"]
    assert names(german, french) == ["deu/m-rewardbench", "fra/m-rewardbench"]
    assert names(Source(set="rewardbench"), Source(hub="a/b")) == ["rewardbench", "a/b"]
    assert names(Source(set="x", split="a"), Source(set="x")) == ["a/x", "x"]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("x/a.jsonl.gz", Source(file="x/a.jsonl.gz"), "x-a"),
        (".json", Source(file=".json"), ".json"),
        ("owner/name", Source(hub="owner/name"), "owner-name"),
    ],
)
def test_a_name_that_a_folder_can_have(name, source, expected):
    assert stem(name, source) == expected
