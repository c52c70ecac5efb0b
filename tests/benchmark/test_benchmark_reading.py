from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armo.benchmark import read_benchmark, read_sources
from armo.conversation import conversation_key
from armo.data import sources
from armo.data.hub import HubRows, HubSet
from armo.data.naming import parse_source
from armo.data.sources import Source
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


def question(number: int, **changes: object) -> dict:
    return {
        "id": f"q{number}",
        "prompt": f"the {number}",
        "responses": [{"message": "on", "label": 1}, {"message": "in", "label": 0}],
        "rule": "best-of",
        "subset": "Focus",
    } | changes


def named(*names: object) -> list[Source]:
    return [parse_source(str(name), ["benchmark"]) for name in names]


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


def test_a_first_row_that_is_broken_does_not_hide_what_the_others_are(tmp_path):
    without = pair(1)
    del without["subset"]
    assert read_benchmark(write(tmp_path / "a.jsonl", [without, pair(2)])).ids == ["b2"]
    unruled = question(1)
    del unruled["rule"]
    found = read_benchmark(write(tmp_path / "b.jsonl", ["{", unruled, question(2)]))
    assert (found.kind, found.ids, len(found.rejects)) == ("questions", ["q2"], 2)


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(DataError, match=r"none\.jsonl: no such file"):
        read_benchmark(Path("none.jsonl"))


def test_several_responses_are_read_with_their_rule(tmp_path):
    path = write(tmp_path / "q.jsonl.gz", [question(0), question(1, rule="styles", subset="chat")])
    found = read_benchmark(path)
    assert (found.kind, found.name, found.ids) == ("questions", "q", ["q0", "q1"])
    assert [row.rule for row in found.rows] == ["best-of", "styles"]
    assert found.origins[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.notes == {}


def test_questions_that_no_rule_can_score_are_named(tmp_path):
    rows = [
        question(0),
        question(1, rule="best-off"),
        question(2, rule="ties"),
        question(3, responses=[{"message": "on", "label": 1}]),
        question(4, responses=[{"message": "on", "label": 1}, {"message": " ", "label": 0}]),
        question(5, responses=[{"message": "on", "label": "good"}, {"message": "in", "label": 0}]),
    ]
    path = write(tmp_path / "q.jsonl", rows)
    found = read_benchmark(path)
    assert found.ids == ["q0"]
    reasons = {reject.id.removeprefix(f"{path}:"): reject.reason for reject in found.rejects}
    words = {
        "q1": "none is known as 'best-off' (did you mean 'best-of'?)",
        "q2": "subset 'Focus' is scored by 'best-of', as its first row says, not by 'ties'",
        "q3": "at least two",
        "q4": "responses[1]",
        "6": "label",
    }
    assert reasons.keys() == words.keys()
    for where, word in words.items():
        assert word in reasons[where]


def test_several_sources_are_one_benchmark_and_no_row_counts_twice(tmp_path):
    first = write(tmp_path / "a.jsonl", [pair(0), pair(1)])
    second = write(tmp_path / "b.jsonl", [pair(1), pair(2)])
    found = read_sources(named(first, second))
    assert (found.name, found.ids) == ("a+b", ["a.jsonl/b0", "a.jsonl/b1", "b.jsonl/b2"])
    assert [origin.name for origin in found.origins] == ["a.jsonl", "b.jsonl"]
    (twice,) = found.rejects
    assert (twice.id, twice.where) == ("b.jsonl/b1", str(second))
    assert "stands in an earlier source" in twice.reason


def test_numbers_that_several_files_count_from_0_are_no_clash(tmp_path):
    files = [
        write(tmp_path / f"{name}.jsonl", [pair(0, id=n, chosen=f"{name} {n}") for n in range(3)])
        for name in ("a", "b")
    ]
    found = read_sources(named(*files))
    assert found.ids == [f"{name}.jsonl/{n}" for name in ("a", "b") for n in range(3)]
    assert found.rejects == []


def test_a_file_that_is_given_twice_is_told(tmp_path):
    path = write(tmp_path / "a.jsonl", [pair(0)])
    with pytest.raises(DataError, match="'b0' stands in an earlier source already"):
        read_sources(named(path, path))


def test_pairs_and_questions_are_not_mixed(tmp_path):
    first = write(tmp_path / "a.jsonl", [pair(0)])
    second = write(tmp_path / "b.jsonl", [question(1), question(2)])
    with pytest.raises(DataError, match="1 rows are pairs and 2 have several responses"):
        read_sources([Source(file=str(first)), Source(file=str(second))])


def test_a_known_layout_is_read_with_what_it_met(tmp_path):
    raw = [
        {"prompt": "the", "scores": [True, False], "response_1": "on", "response_2": "in"}
        | {"sampled_conflict_pairs": pairs}
        for pairs in ([[0, 1]], [], [[1, 0]], [[0, 7]])
    ]
    path = write(tmp_path / "raw.jsonl", raw)
    found = read_sources(named(f"ppe-gpqa:{path}"))
    assert found.kind == "questions"
    assert found.ids == ["raw.jsonl/1", "raw.jsonl/2", "raw.jsonl/3"]
    assert found.origins[0].set == "ppe-gpqa"
    assert list(found.notes.values()) == [1]
    assert [reject.id for reject in found.rejects] == ["raw.jsonl/4"]


def test_two_files_of_one_known_layout_do_not_clash(tmp_path):
    raw = {"prompt": "the", "chosen": ["a", "b", "c"], "rejected": ["d", "e", "f"]}
    paths = [
        write(tmp_path / f"{domain}.jsonl", [raw | {"domain": domain}])
        for domain in ("chat", "math")
    ]
    found = read_sources(named(*(f"rm-bench:{path}" for path in paths)))
    assert [row.subset for row in found.rows] == ["chat", "math"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    files = []
    for folder in ("LLMBar/Natural", "LLMBar/Adversarial/GPTOut", "LLMBar/Adversarial/Manual"):
        (tmp_path / folder).mkdir(parents=True)
        row = {"input": folder, "output_1": "a", "output_2": "b", "label": 1}
        files.append(write(tmp_path / folder / "dataset.json", [row]))
    found = read_sources(named(*(f"llmbar:{path}" for path in files)))
    assert found.name == "Natural-dataset+GPTOut-dataset+Manual-dataset"
    assert found.ids == [f"{name}/dataset.json/1" for name in ("Natural", "GPTOut", "Manual")]
    assert [row.subset for row in found.rows] == ["Natural", "GPTOut", "Manual"]
    assert {row.source for row in found.rows} == {"llmbar"}
    assert sum(found.notes.values()) == 3


def test_rewardbench_with_its_prior_sets_from_files(tmp_path):
    row = {"prompt": "the", "chosen": "on", "rejected": "in", "subset": "hep-go", "id": 5}
    core = write(tmp_path / "filtered.jsonl", [row])
    prior = write(tmp_path / "part.jsonl", [row | {"prompt": [{"role": "user", "content": "the"}]}])
    found = read_sources(named(f"rewardbench:{core}", f"prior-sets:{prior},subset=shp"))
    assert [row.subset for row in found.rows] == ["hep-go", "shp"]
    assert found.ids == ["filtered.jsonl/1#5", "part.jsonl/1#5"]
    assert [origin.set for origin in found.origins] == ["rewardbench", "prior-sets"]


def test_rows_of_a_known_layout_without_any_use_are_told(tmp_path):
    path = write(tmp_path / "raw.jsonl", [{"prompt": "the", "chosen": ["a"], "rejected": ["b"]}])
    with pytest.raises(DataError, match=r"none of 1 rows can be used; the first: .*raw\.jsonl:1"):
        read_sources(named(f"rm-bench:{path},subset=chat"))


def test_a_benchmark_of_the_hub_is_named_with_its_commit(monkeypatch):
    asked = []

    def hub(wanted: HubSet) -> HubRows:
        asked.append((wanted.repo, wanted.split, wanted.revision))
        row = {"prompt": "the", "chosen": "on", "rejected": "in", "subset": "hep-go"}
        if wanted.repo.endswith("test-sets"):
            prompt = [{"role": "user", "content": "the"}]
            row |= {"prompt": prompt, "split": "shp", "subset": "reddit"}
        return HubRows("c" * 40, iter([row]), 1)

    monkeypatch.setattr(sources, "hub_rows", hub)
    found = read_sources(named("rewardbench", "prior-sets"))
    assert (found.name, found.kind) == ("rewardbench+prior-sets", "pairs")
    assert [row.subset for row in found.rows] == ["hep-go", "shp"]
    assert [(one.hub, one.commit, one.sha256) for one in found.origins] == [
        ("allenai/reward-bench", "c" * 40, None),
        ("allenai/preference-test-sets", "c" * 40, None),
    ]
    assert asked[0] == ("allenai/reward-bench", "filtered", "")
    read_sources(named("rewardbench,revision=v1,split=raw"))
    assert asked[-1] == ("allenai/reward-bench", "raw", "v1")
