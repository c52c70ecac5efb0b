"""The judge against `transformers serve` with the embedded model: the plumbing, not the verdicts."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving.processes import transformers_server

from armo.backbone.smollm2 import checkpoint_folder
from armo.progress import silent
from armo.rivals.judge import JudgeSystem
from armo.rivals.settings import Judge
from armo.rivals.system import Pair, Preference

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("fastapi", "uvicorn")),
        reason="needs the extra serving",
    ),
]
SUBJECTS = [
    "rivers",
    "primes",
    "planets",
    "verbs",
    "kings",
    "trees",
    "chess",
    "bread",
    "maps",
    "bees",
]
ASKED = [
    "Tell me in two sentences something true about {}.",
    "What should a beginner read first on {}?",
    "Write a friendly note to a child who likes {}.",
]
PAIRS = [
    Pair(
        f"{subject}-{number}",
        [{"role": "user", "content": asked.format(subject)}],
        {
            "role": "assistant",
            "content": f"Here is a thought on {subject}: start small and look twice.",
        },
        {"role": "assistant", "content": "No."},
    )
    for subject in SUBJECTS
    for number, asked in enumerate(ASKED)
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the embedded model with its language modelling head."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source, folder = checkpoint_folder(), tmp_path_factory.mktemp("causal") / "smollm2"
    AutoModelForCausalLM.from_pretrained(source, dtype=torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def address(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with transformers_server(model, tmp_path_factory.mktemp("log") / "log") as found:
        yield found


@pytest.mark.parametrize(("mode", "requests"), [("pairwise", 30), ("rating", 60)])
def test_pairs_are_judged_by_a_real_server_and_only_once(
    address: str, model: Path, tmp_path: Path, mode: str, requests: int
):
    settings = Judge(
        base_url=address,
        model=str(model),
        mode="rating" if mode == "rating" else "pairwise",
        max_tokens=64,
        concurrency=2,
        timeout=300,
        input_price=1.0,
        output_price=1.0,
    )
    judge = JudgeSystem(settings, tmp_path)
    found = judge.prefer(PAIRS, silent)
    assert all(isinstance(one, Preference) for one in found)
    figures = judge.report()
    assert figures["requests"]["answered"] == figures["run"]["asked"] == requests
    assert figures["requests"]["failed"] == {}
    assert figures["tokens"]["answers_without_usage"] == 0
    assert 0 < figures["tokens"]["output"] <= 64 * requests
    assert figures["price"] > 0
    again = JudgeSystem(settings, tmp_path)
    assert again.prefer(PAIRS, silent) == found
    assert again.report()["run"]["asked"] == 0
