"""armo on a checkpoint in the published layout against the documented forward on the same files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from armo import RewardModel
from armo.decision import Decision
from tests.persistence.armorm_checkpoint import KINDS, make_published
from tests.persistence.armorm_forward import CLASSES, Outputs
from tests.tiny import chat

CONVERSATIONS = [
    chat("the in", "x on"),
    chat("What is an ox in the barn?", "It is an animal. " * 12),
    chat("on", "the"),
    [*chat("Hi the", "Yes 🙂"), *chat("שלום in", "End of it")],
    chat("the in", "another answer\n\nto the same"),
]
CASES = {
    "llama-3": {"shard": "20KB"},
    "llama-3-one-file": {"kind": "llama-3", "count": 3, "verbosity": 1, "temperature": 1.0},
    "gemma-2": {"logit_scale": 0.4},
    "mistral": {"count": 7, "temperature": 3.0},
    "qwen2.5": {"count": 5, "logit_scale": 12.0},
    "qwen3": {"shard": "20KB"},
}
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@dataclass
class Both:
    """The same files, read twice."""

    ours: RewardModel
    theirs: Any
    tokenizer: Any
    pattern: list[int]

    def ids(self, messages: list[dict[str, str]]) -> list[int]:
        return self.tokenizer.apply_chat_template(messages, tokenize=True, return_dict=False)

    def forward(self, rows: list[list[int]], side: str) -> Outputs:
        width = max(map(len, rows))
        pads = [[self.tokenizer.pad_token_id] * (width - len(row)) for row in rows]
        pairs = list(zip(rows, pads, strict=True))
        padded = [pad + row if side == "left" else row + pad for row, pad in pairs]
        seen = [
            [0] * len(pad) + [1] * len(row) if side == "left" else [1] * len(row) + [0] * len(pad)
            for row, pad in pairs
        ]
        with torch.no_grad():
            return self.theirs(torch.tensor(padded), self.pattern, torch.tensor(seen))


@pytest.fixture(scope="module", params=CASES)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    settings = {"kind": request.param, **CASES[request.param]}
    folder: Path = make_published(tmp_path_factory.mktemp("published") / "model", **settings)
    kind = KINDS[settings["kind"]]
    assert (len(list(folder.glob("*.safetensors"))) > 1) == ("shard" in settings)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    theirs = CLASSES[kind.model_type].from_pretrained(folder, dtype=torch.float32).eval()
    pattern = tokenizer(kind.header, add_special_tokens=False)["input_ids"]
    return Both(RewardModel.from_pretrained(folder, dtype="float32"), theirs, tokenizer, pattern)


def column(decisions: list[Decision], field: str) -> np.ndarray:
    return np.array([[getattr(part, field) for part in one.objectives] for one in decisions])


@pytest.mark.parametrize("side", ["left", "right", "alone"])
def test_scores_and_all_that_is_in_them_are_those_of_the_published_forward(both, side):
    rows = [both.ids(messages) for messages in CONVERSATIONS]
    if side == "alone":
        each = [both.forward([row], "right") for row in rows]
        wanted = {
            name: torch.cat([getattr(one, name) for one in each]).numpy()
            for name in ("rewards", "gating_output", "score", "coefficients")
        }
    else:
        wanted = {name: value.numpy() for name, value in vars(both.forward(rows, side)).items()}
    decisions = both.ours.decide(CONVERSATIONS)
    scale = both.ours.heads.score_scale
    np.testing.assert_allclose(column(decisions, "reward"), wanted["rewards"], **CLOSE)
    np.testing.assert_allclose(
        scale * column(decisions, "weight"), wanted["gating_output"], **CLOSE
    )
    np.testing.assert_allclose(column(decisions, "coefficient"), wanted["coefficients"], **CLOSE)
    np.testing.assert_allclose([one.score for one in decisions], wanted["score"], **CLOSE)
    # What would hide a mistake: weights that hardly depend on the prompt, or rewards that are all alike.
    assert np.ptp(wanted["gating_output"], axis=0).max() > 0.05 * scale
    assert np.ptp(wanted["rewards"], axis=0).min() > 0.1


def test_both_read_the_same_tokens_at_the_same_places(both):
    for messages in CONVERSATIONS:
        encoded, ids = both.ours.backbone.encode(messages), both.ids(messages)
        outputs = both.forward([ids], "right")
        assert encoded.ids.tolist() == ids
        assert encoded.prompt_at == int(outputs.prompt_at)
        assert len(encoded.ids) - 1 == int(outputs.response_at)


def test_the_heads_are_the_stored_numbers(both):
    heads, stored = both.ours.heads, both.theirs.state_dict()
    np.testing.assert_array_equal(heads.weight, stored["regression_layer.weight"])
    np.testing.assert_array_equal(heads.transform, stored["reward_transform_matrix"])
    np.testing.assert_array_equal(heads.score_scale, stored["gating.logit_scale"].item())
    assert heads.gate.temperature == both.theirs.config.gating_temperature
    assert not heads.intercept.any()
    assert len(heads.gate.layers) == 4
    for index, (weight, bias) in enumerate(heads.gate.layers):
        np.testing.assert_array_equal(weight, stored[f"gating.layers.{index}.weight"])
        np.testing.assert_array_equal(bias, stored[f"gating.layers.{index}.bias"])
