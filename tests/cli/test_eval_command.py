"""`armo eval` as people run it: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.benchmark.small import questions
from tests.benchmark.test_benchmark_reading import pair, write
from tests.heads import random_heads

from armo import RewardModel
from armo.backbone import BackboneSettings, load

ARMO = [sys.executable, "-c", "from armo.cli import main; main()"]


@pytest.fixture(scope="module")
def run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training run, as far as it matters here."""
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    metrics = {"gate": {"fixed": {"weights": [0.5, 0.3, 0.2]}}}
    folder = tmp_path_factory.mktemp("eval-cli")
    model = RewardModel.from_heads(random_heads(), backbone, "verbosity", metrics)
    model.save_pretrained(folder / "model")
    return folder


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pairs = [
        pair(
            n,
            chosen="on " * (n % 7 + 1),
            rejected="in [/b] " * (n % 5 + 1),
            subset=["hep-cpp", "shp", "[red]mine"][n % 3],
            category="Mine" if n % 3 == 2 else "",
        )
        for n in range(30)
    ]
    without = pair(99)
    del without["subset"]
    return write(tmp_path_factory.mktemp("pairs") / "pairs.jsonl.gz", [*pairs, pair(3), without])


def armo(*arguments: object, cwd: Path | None = None):
    return subprocess.run(
        [*ARMO, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


def test_help_has_examples():
    found = armo("eval", "--help")
    assert found.returncode == 0
    assert "Examples" in found.stdout
    assert "armo eval runs/sample --benchmark" in found.stdout


def test_eval_leaves_its_files_and_prints_its_tables(run, source):
    found = armo("eval", run, "--benchmark", source)
    assert found.returncode == 0, found.stderr
    folder = run / "eval" / "pairs"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"eval.json", "misjudged.jsonl", "rejects.jsonl", "features"}
    assert len((folder / "rejects.jsonl").read_text().splitlines()) == 2
    text = " ".join(found.stdout.split())
    for words in (
        "30 of 32 pairs were judged; 2 could not be",
        "Reasoning (partial)",
        "hep-java: 0 of 164 pairs",
        "No score: the rows are not the whole benchmark.",
        "Outside RewardBench",
        "[red]mine",
        "gate − fixed",
        "within prompts",
        str(folder),
    ):
        assert words in text
    as_json = armo("eval", run, "--benchmark", source, "--json")
    assert json.loads(as_json.stdout) == json.loads((folder / "eval.json").read_text())


def test_a_misjudged_pair_can_be_explained_as_it_stands(run, source, tmp_path):
    out = tmp_path / "there"
    assert armo("eval", run, "--benchmark", source, "--out", out).returncode == 0
    lines = [json.loads(line) for line in (out / "misjudged.jsonl").read_text().splitlines()]
    assert lines
    found = armo("explain", run, "--file", out / "misjudged.jsonl", "--json")
    records = [json.loads(line) for line in found.stdout.splitlines()]
    assert [record["id"] for record in records] == [line["id"] for line in lines]
    for record, line in zip(records, lines, strict=True):
        assert record["comparison"]["margin"] == pytest.approx(line["margin"], abs=1e-5)


def test_eval_under_a_steering(run, source, tmp_path):
    steering = tmp_path / "safe.toml"
    steering.write_text('name = "safe only"\n[fixed]\nsafe = 1\n')
    found = armo(
        "eval", run, "--benchmark", source, "--steer", steering, "--out", tmp_path / "steered"
    )
    assert "under safe only v1" in found.stdout
    assert "safe 100%" in found.stdout


def test_eval_on_several_responses_and_explaining_what_was_lost(run, tmp_path):
    source = write(tmp_path / "asked.jsonl", [*questions(), {"id": "x", "responses": []}])
    found = armo("eval", run, "--benchmark", source)
    assert found.returncode == 0, found.stderr
    text = " ".join(found.stdout.split())
    folder = run / "eval" / "asked"
    for words in (
        "85 of 86 questions were judged; 1 could not be",
        "best-of, ties",
        "both gaps above spread",
        "figures, misjudged questions and rejects",
        str(folder),
    ):
        assert words in text
    as_json = armo("eval", run, "--benchmark", source, "--json")
    figures = json.loads(as_json.stdout)
    assert figures == json.loads((folder / "eval.json").read_text())
    assert figures["schema"] == "armo.eval.responses/1"
    lines = [json.loads(line) for line in (folder / "misjudged.jsonl").read_text().splitlines()]
    explained = armo("explain", run, "--file", folder / "misjudged.jsonl", "--json")
    records = [json.loads(line) for line in explained.stdout.splitlines()]
    assert [record["id"] for record in records] == [line["id"] for line in lines]
    for record, line in zip(records, lines, strict=True):
        assert record["comparison"]["margin"] == pytest.approx(line["margin"], abs=1e-4)


def test_eval_on_a_file_in_a_known_sets_own_layout(run, tmp_path):
    raw = [
        {"prompt": f"the {n}", "chosen": ["on", "on on", "on a"], "rejected": ["in", "a", "in a"]}
        for n in range(6)
    ]
    source = write(tmp_path / "chat_filtered.jsonl", [*raw, {"prompt": "the", "chosen": ["on"]}])
    named = f"rm-bench:{source}"
    out = ("--out", tmp_path / "out")
    found = armo("eval", run, "--benchmark", f"{named},subset=chat", *out, "--json")
    assert found.returncode == 0, found.stderr
    figures = json.loads(found.stdout)
    assert [subset["name"] for subset in figures["subsets"]] == ["chat"]
    (origin,) = figures["benchmark"]["origins"]
    assert (origin["set"], origin["options"]) == ("rm-bench", {"subset": "chat"})
    assert figures["benchmark"]["malformed"] == 1
    told = armo("eval", run, "--benchmark", named, *out)
    assert "7×: rows put into the subset chat" in " ".join(told.stdout.split()), told.stderr
    wrong = armo("eval", run, "--benchmark", f"{named},subsett=chat", *out)
    assert wrong.returncode == 1
    assert "unknown option 'subsett' (did you mean 'subset'?)" in wrong.stderr


def test_a_known_benchmark_that_cannot_be_had_is_one_sentence(run, tmp_path):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    found = subprocess.run(
        [*ARMO, "eval", run, "--benchmark", "rewardbench", "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith("error: ")
    # What can't be had depends on whether the hub's library is installed.
    assert "allenai/reward-bench" in found.stderr or "armo[hub]" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("model", "benchmark", "match"),
    [
        ("RUN", "none.jsonl", "none.jsonl: no such file"),
        ("RUN", "rewardbnch", "did you mean 'rewardbench'"),
        ("RUN", ".", "is a folder"),
        ("RUN", "empty.jsonl", "is empty"),
        ("RUN", "bad.jsonl", "none of 2 rows can be used"),
        ("RUN", "bad.parquet", "is damaged or not of the kind"),
        ("none", "one.jsonl", "none: no such folder"),
        (".", "one.jsonl", "is no reward model"),
        ("RUN", "long.jsonl", "no pair of 'long' could be read"),
    ],
)
def test_mistakes_of_eval_are_one_sentence_without_traceback(
    run, tmp_path, model, benchmark, match
):
    without = pair(0)
    del without["subset"]
    write(tmp_path / "empty.jsonl", [])
    write(tmp_path / "bad.jsonl", [without, "]"])
    write(tmp_path / "bad.parquet", ["x"])
    write(tmp_path / "one.jsonl", [pair(0)])
    write(tmp_path / "long.jsonl", [pair(0, chosen="on " * 3000)])
    place = run if model == "RUN" else model
    arguments = ["eval", place, "--benchmark", benchmark, "--out", "out"]
    found = armo(*arguments, cwd=tmp_path)
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith("error: ")
    assert match in found.stderr
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "out" / "eval.json").exists()
