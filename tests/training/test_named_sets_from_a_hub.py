"""Names in a recipe, a hub that serves the sets, and a model at the end: real processes and libraries."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from tests.cli.test_cli import ARMO
from tests.data.hub_server import Hub, Repo, serving, sha
from tests.data.test_files import rating, write
from tests.tiny import chat

pytest.importorskip("datasets")

FILTERED = b"""---
configs:
- config_name: default
  data_files:
  - {split: filtered, path: filtered.jsonl}
---
"""
RECIPE = """
[backbone]
name = {backbone}
dtype = "float32"
[data]
ratings = ["ratings.jsonl"]
preferences = ["ultrafeedback-standard"]
[data.contamination]
benchmarks = ["rewardbench"]
[objectives]
verbosity = "length"
[debias]
reference = ["ultrafeedback-standard"]
[evaluation]
resamples = 20
"""


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def one_commit(word: str, files: dict[str, bytes]) -> Repo:
    return Repo({sha(word): files}, {"main": sha(word)})


@pytest.fixture
def hub() -> Hub:
    pairs = [
        {
            "chosen": chat(f"Question {number}?", f"Yes, {number}."),
            "rejected": chat(f"Question {number}?", "No."),
            "chosen_score": 4.0,
            "rejected_score": 2.0,
        }
        for number in range(40)
    ]
    asked = {"prompt": "QUESTION 3?", "chosen": "Yes.", "rejected": "No.", "subset": "hep-go"}
    benchmark = {"README.md": FILTERED, "filtered.jsonl": lines([asked | {"id": 7}])}
    return Hub(
        {
            "RLHFlow/UltraFeedback-preference-standard": one_commit(
                "pairs", {"train.jsonl": lines(pairs)}
            ),
            "allenai/reward-bench": one_commit("benchmark", benchmark),
        }
    )


def test_named_sets_become_a_model_and_a_guarded_benchmark_stays_out(hub, tiny_folder, tmp_path):
    rows = [
        rating(n, messages=chat(f"Other {n}?", f"It is {n}."), ratings={"good": 1 + n % 5})
        for n in range(40)
    ]
    write(tmp_path / "ratings.jsonl", rows)
    recipe = RECIPE.format(backbone=json.dumps(str(tiny_folder)))
    (tmp_path / "refuse.toml").write_text(recipe)
    guarded = recipe.replace("[objectives]", 'action = "remove"\n[objectives]')
    (tmp_path / "remove.toml").write_text(guarded)

    def train(name: str, **world: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ARMO, "train", str(tmp_path / name), "--out", str(tmp_path / "out")],
            env=os.environ | {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1"} | world,
            capture_output=True,
            text=True,
            check=False,
        )

    with serving(hub):
        refused = train("refuse.toml", HF_ENDPOINT=hub.endpoint)
        assert refused.returncode == 1
        assert "row 'ultrafeedback-standard/4' repeats row 'rewardbench/1#7'" in refused.stderr
        assert not (tmp_path / "out" / "features").exists()
        removed = train("remove.toml", HF_ENDPOINT=hub.endpoint)
        assert removed.returncode == 0, removed.stderr
    data = json.loads((tmp_path / "out" / "metrics.json").read_text())["data"]
    assert (data["preference_rows"], data["left_out_rows"]) == (39, 1)
    assert data["commits"] == {"RLHFlow/UltraFeedback-preference-standard": sha("pairs")}
    # The hub is gone: the cache serves the same run, and nothing is read again.
    offline = train("remove.toml", HF_HUB_OFFLINE="1", HF_ENDPOINT=hub.endpoint)
    assert offline.returncode == 0, offline.stderr
