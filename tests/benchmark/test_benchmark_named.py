from __future__ import annotations

import pytest

from armo.benchmark import benchmark_sources, parse_options
from armo.data.sources import Source
from armo.errors import DataError, InputError


def test_a_file_goes_before_a_known_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert benchmark_sources(["rewardbench"]) == [Source(set="rewardbench")]
    (tmp_path / "rewardbench").touch()
    assert benchmark_sources(["rewardbench"]) == [Source(file="rewardbench")]


@pytest.mark.parametrize("name", ["rewardbench", "RewardBench", "allenai/Reward-Bench"])
def test_a_known_benchmark_goes_by_its_name_or_that_of_its_hub_set(name):
    assert benchmark_sources([name, "prior-sets"]) == [
        Source(set="rewardbench"),
        Source(set="prior-sets"),
    ]


def test_options_go_to_the_set_and_those_of_the_hub_to_the_hub():
    given = parse_options(["configuration=deu_Latn", "split=test", "revision=12e4", "subset=x"])
    assert benchmark_sources(["m-rewardbench"], options=given) == [
        Source(
            set="m-rewardbench",
            subset="deu_Latn",
            split="test",
            revision="12e4",
            options={"subset": "x"},
        )
    ]


def test_a_layout_makes_every_name_a_file():
    assert benchmark_sources(["far/away.json"], "llmbar", {"subset": "Natural"}) == [
        Source(file="far/away.json", set="llmbar", name="away.json", options={"subset": "Natural"})
    ]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("none.jsonl", "no such file, and no benchmark is known by that name; give a file"),
        ("rewardbnch", "did you mean 'rewardbench'"),
        (".", "no such file"),
    ],
)
def test_what_is_neither_file_nor_known_is_told(name, match):
    with pytest.raises(DataError, match=match):
        benchmark_sources([name])


def test_options_that_belong_to_nothing_are_told(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.touch()
    with pytest.raises(InputError, match="say with --layout which"):
        benchmark_sources([str(path)], options={"subset": "chat"})
    with pytest.raises(InputError, match=r"--option revision: of a set of the hub"):
        benchmark_sources([str(path)], options={"revision": "main"})


def test_values_of_options_are_json_or_text():
    given = ["a=1", "b=0.5", "c=true", "d=safety-refuse", "e=x=y", "f="]
    assert parse_options(given) == {
        **{"a": 1, "b": 0.5, "c": True},
        **{"d": "safety-refuse", "e": "x=y", "f": ""},
    }


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["subset"], "name=value"),
        (["=1"], "name=value"),
        (["a=1", "a=2"], "given twice"),
    ],
)
def test_options_that_are_none_are_told(given, match):
    with pytest.raises(InputError, match=match):
        parse_options(given)
