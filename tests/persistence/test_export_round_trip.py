"""An export read again is the same model, bit for bit, and exports to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from armo import RewardModel
from armo.heads import Heads
from armo.persistence.armorm.layout import HEAD_PREFIXES
from tests.persistence.armorm_checkpoint import make_published
from tests.persistence.exported_models import (
    export,
    make_heads,
    make_trained,
    stored,
)
from tests.tiny import chat

CONVERSATIONS = [chat("the in", "x on"), chat("on", "the in " * 9)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RewardModel:
    folder = tmp_path_factory.mktemp("round-trip") / "backbone"
    return make_trained(folder, "chatml", overlong="cut", reasoning="keep", prompt_end="turn")


def assert_same_heads(found: Heads, wanted: Heads) -> None:
    assert found.objectives == wanted.objectives
    for name in ("weight", "intercept", "transform"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
    assert len(found.gate.layers) == len(wanted.gate.layers)
    for ours, theirs in zip(found.gate.layers, wanted.gate.layers, strict=True):
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])
    for name in ("score_scale", "preference_beta"):
        assert getattr(found, name) == getattr(wanted, name)
    assert found.gate.temperature == wanted.gate.temperature


def head_bytes(folder: Path) -> dict[str, tuple[torch.dtype, bytes]]:
    return {
        name: (tensor.dtype, tensor.numpy().tobytes())
        for name, tensor in stored(folder).items()
        if name.startswith(HEAD_PREFIXES)
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("size", ["5GB", "20KB"])
def test_nothing_is_lost(trained, tmp_path, size):
    exported = export(trained, tmp_path / "out", max_shard_size=size)
    assert (len(exported.files) > 1) == (size == "20KB")
    again = RewardModel.from_pretrained(tmp_path / "out", dtype="float32")
    assert_same_heads(again.heads, trained.heads)
    for name in ("verbosity", "max_tokens", "overlong"):
        assert getattr(again.config, name) == getattr(trained.config, name)
    for name in ("reasoning", "prompt_end", "layer", "hidden_size"):
        assert getattr(again.config.backbone, name) == getattr(trained.config.backbone, name)
    for ours, theirs in zip(
        again.decide(CONVERSATIONS), trained.decide(CONVERSATIONS), strict=True
    ):
        assert ours.score == theirs.score
        assert ours.objectives == theirs.objectives


def test_exporting_the_import_gives_the_same_bytes(trained, tmp_path):
    export(trained, tmp_path / "first", max_shard_size="20KB")
    RewardModel.from_pretrained(tmp_path / "first").save_pretrained(tmp_path / "native")
    native = RewardModel.from_pretrained(tmp_path / "native", dtype="float32")
    assert_same_heads(native.heads, trained.heads)
    export(native, tmp_path / "second", max_shard_size="20KB")
    assert head_bytes(tmp_path / "second") == head_bytes(tmp_path / "first")
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def test_a_published_checkpoint_exports_to_its_own_tensors(tmp_path):
    folder = make_published(tmp_path / "published", count=19)
    model = RewardModel.from_pretrained(folder, dtype="bfloat16")
    exported = export(model, tmp_path / "out")
    assert exported.wide_heads == ()
    assert exported.padding.instead_of is None
    before, after = stored(folder), stored(tmp_path / "out")
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert after[name].dtype == tensor.dtype
        assert torch.equal(after[name], tensor), name


def test_heads_are_float32_unless_that_loses_bits(tmp_path):
    heads = make_heads()
    model = make_trained(tmp_path / "backbone", heads=heads)
    exported = export(model, tmp_path / "out")
    assert set(exported.wide_heads) == {
        "regression_layer.weight",
        "reward_transform_matrix",
        "gating.logit_scale",
    }
    kinds = {name: tensor.dtype for name, tensor in stored(tmp_path / "out").items()}
    assert kinds["gating.layers.2.bias"] == torch.float32
    assert kinds["gating.logit_scale"] == torch.float64


def test_config_has_the_published_keys(trained, tmp_path):
    export(trained, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    wanted = {
        "architectures": ["LlamaForRewardModelWithGating"],
        "num_objectives": 5,
        "gating_temperature": 0.7,
        "gating_hidden_dim": 12,
        "gating_n_hidden": 2,
        "num_labels": 1,
        "objective_names": ["helpful", "safe", "depth", "length", "clear"],
        "model_type": "llama",
        "torch_dtype": "float32",
    }
    assert {key: config.get(key) for key in wanted} == wanted
    assert config["vocab_size"] == config["pad_token_id"] + 1
    assert config["armo"]["verbosity"] == "length"
    assert "auto_map" not in config


def test_all_files_can_be_read_by_whom_the_umask_says(trained, tmp_path):
    export(trained, tmp_path / "out", max_shard_size="20KB")
    (tmp_path / "plain").touch()
    mode = (tmp_path / "plain").stat().st_mode
    assert {path.stat().st_mode for path in (tmp_path / "out").iterdir()} == {mode}


def test_every_tensor_is_in_the_index(trained, tmp_path):
    export(trained, tmp_path / "out", max_shard_size="20KB")
    index = json.loads((tmp_path / "out" / "model.safetensors.index.json").read_text())
    assert set(index["weight_map"]) == set(stored(tmp_path / "out"))
    export(trained, tmp_path / "one")
    whole, shards = stored(tmp_path / "one"), stored(tmp_path / "out")
    assert whole.keys() == shards.keys()
    assert all(torch.equal(whole[name], shards[name]) for name in whole)
