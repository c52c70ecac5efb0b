"""Names, scales and numbers of heads in the published layout."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from armo.objectives import Objective
from armo.paper import VERBOSITY, paper_objectives
from armo.persistence import is_published, read_published
from armo.persistence.armorm.layout import Extras
from tests.persistence.armorm_heads import head_tensors, write_heads


def test_nineteen_rows_without_names_are_those_of_the_paper(tmp_path):
    published = read_published(write_heads(tmp_path, head_tensors()))
    assert list(published.heads.objectives) == paper_objectives("published")
    # The card of the published model turns HelpSteer's rewards into ratings by 5 r - 0.5.
    helpful = published.heads.objectives[0]
    assert helpful.to_native(0.65625) == pytest.approx(5 * 0.65625 - 0.5)
    assert published.verbosity == VERBOSITY
    assert published.heads.score_scale == 1.5
    assert published.heads.gate.temperature == 10
    assert published.heads.preference_beta == 1
    assert (published.prompt_end, published.reasoning, published.overlong) == (
        "turn",
        "keep",
        "reject",
    )


def test_another_number_of_rows_gets_numbers_for_names(tmp_path):
    published = read_published(write_heads(tmp_path, head_tensors(3, verbosity=1)))
    assert published.heads.names == ["objective-0", "objective-1", "objective-2"]
    assert [(one.low, one.high) for one in published.heads.objectives] == [(0, 1)] * 3
    assert published.verbosity == "objective-1"


def test_names_of_the_config_come_first_with_the_scales_that_are_known(tmp_path):
    names = ["tone", "helpsteer-coherence"]
    folder = write_heads(tmp_path, head_tensors(2, verbosity=0), objective_names=names)
    first, second = read_published(folder).heads.objectives
    assert first == Objective(name="tone", low=0, high=1)
    assert second == paper_objectives("published")[2]


@pytest.mark.parametrize(
    ("names", "gone", "wanted"),
    [
        (["a", "b", "c"], [], ""),
        (["a", "b", "c"], [0, 2], ""),
        (["a", VERBOSITY, "c"], [], VERBOSITY),
        (["a", VERBOSITY, "c"], [0, 2], VERBOSITY),
        (["a", VERBOSITY, "c"], [2], "c"),
    ],
)
def test_what_the_transform_takes_out_is_told_by_its_diagonal_then_by_name(
    tmp_path, names, gone, wanted
):
    tensors = head_tensors(3, verbosity=None)
    for index in gone:
        tensors["reward_transform_matrix"][index, index] = 0
    folder = write_heads(tmp_path, tensors, objective_names=names)
    assert read_published(folder).verbosity == wanted


def test_what_an_export_adds_to_the_config_is_read_back(tmp_path):
    extras = Extras(
        objectives=[
            Objective(name="calm", low=1, high=5, source="ours", unit_low=0.1, unit_high=0.9),
            Objective(name="safe", low=0, high=1, boolean=True),
            Objective(name="length", low=0, high=7, computed=True),
        ],
        verbosity="length",
        preference_beta=12.5,
        max_tokens=77,
        overlong="cut",
        reasoning="strip",
        prompt_end="template",
    )
    keys = {"armo": msgspec.to_builtins(extras), "objective_names": ["calm", "safe", "length"]}
    published = read_published(write_heads(tmp_path, head_tensors(3, verbosity=0), **keys))
    assert list(published.heads.objectives) == extras.objectives
    assert published.verbosity == "length"
    assert published.heads.preference_beta == published.heads.gate.beta == 12.5
    assert published.max_tokens == 77
    assert (published.overlong, published.reasoning, published.prompt_end) == (
        "cut",
        "strip",
        "template",
    )


@pytest.mark.parametrize(
    ("keys", "wanted"), [({"max_position_embeddings": 8192}, 8192), ({}, 4096)]
)
def test_the_whole_context_is_read_unless_it_is_unknown(tmp_path, keys, wanted):
    assert read_published(write_heads(tmp_path, head_tensors(), **keys)).max_tokens == wanted


def test_bfloat16_heads_become_their_float32_values_and_float64_stay(tmp_path):
    stored = head_tensors(3, verbosity=1)
    half = {name: tensor.bfloat16() for name, tensor in stored.items()}
    heads = read_published(write_heads(tmp_path / "half", half)).heads
    assert heads.weight.dtype == np.float32
    np.testing.assert_array_equal(heads.weight, half["regression_layer.weight"].float().numpy())
    wide = {name: tensor.double() / 3 for name, tensor in stored.items()}
    heads = read_published(write_heads(tmp_path / "wide", wide)).heads
    np.testing.assert_array_equal(heads.weight, wide["regression_layer.weight"].numpy())
    np.testing.assert_array_equal(heads.transform, wide["reward_transform_matrix"].numpy())
    assert heads.score_scale == wide["gating.logit_scale"].item()


def test_a_gate_of_one_layer_and_a_scale_without_axis_are_read(tmp_path):
    tensors = head_tensors(3, verbosity=1)
    one = {name: value for name, value in tensors.items() if "gating.layers" not in name}
    one["gating.layers.0.weight"], one["gating.layers.0.bias"] = torch.ones(3, 8), torch.ones(3)
    one["gating.logit_scale"] = torch.tensor(2.0)
    heads = read_published(write_heads(tmp_path, one, gating_n_hidden=0)).heads
    assert len(heads.gate.layers) == 1
    assert heads.score_scale == 2


def test_the_layout_is_told_by_the_class_or_by_the_tensors(tmp_path, tiny_folder):
    assert is_published(write_heads(tmp_path / "both", head_tensors()))
    assert is_published(write_heads(tmp_path / "tensors", head_tensors(), architectures=["Other"]))
    named = write_heads(tmp_path / "class", {"x": torch.ones(1)})
    assert is_published(named)
    assert not is_published(tiny_folder)
    assert not is_published(tmp_path)
    own = write_heads(tmp_path / "own", head_tensors(), format="armo")
    assert not is_published(own)
    (named / "config.json").write_text("{")
    assert not is_published(named)


def test_heads_are_found_in_the_shards_that_the_index_names(tmp_path):
    tensors = head_tensors()
    whole = read_published(write_heads(tmp_path / "whole", tensors)).heads
    folder = write_heads(tmp_path / "shards", {"model.norm.weight": torch.ones(8)})
    (folder / "model.safetensors").rename(folder / "a.safetensors")
    _shard(folder, tensors)
    sharded = read_published(folder).heads
    np.testing.assert_array_equal(sharded.weight, whole.weight)
    np.testing.assert_array_equal(sharded.gate.layers[1][0], whole.gate.layers[1][0])


def _shard(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    places = {"model.norm.weight": "a.safetensors"}
    for index, name in enumerate(tensors):
        places[name] = f"{'bc'[index % 2]}.safetensors"
    for shard in ("b.safetensors", "c.safetensors"):
        held = {name: value for name, value in tensors.items() if places[name] == shard}
        save_file(held, folder / shard)
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
