"""What is wrong with a folder in the published layout is said in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from armo import RewardModel
from armo.errors import BackboneError, ModelError
from armo.persistence import read_published
from tests.persistence.armorm_checkpoint import edit_config, make_published
from tests.persistence.armorm_heads import head_tensors, write_heads

INDEX = "model.safetensors.index.json"


def refused(folder: Path, pattern: str) -> None:
    with pytest.raises(ModelError, match=pattern):
        read_published(folder)


@pytest.mark.parametrize(
    "name", ["regression_layer.weight", "gating.logit_scale", "gating.layers.0.bias"]
)
def test_a_missing_tensor(tmp_path, name):
    tensors = head_tensors()
    del tensors[name]
    refused(write_heads(tmp_path, tensors), rf"lacks 1 of the heads' tensors \({name}\)")


def test_no_heads_at_all(tmp_path):
    refused(write_heads(tmp_path, {"model.norm.weight": torch.ones(8)}), "lacks 5 of the heads")


@pytest.mark.parametrize("name", ["regression_layer.bias", "gating.dropout.weight"])
def test_a_tensor_that_would_be_left_out(tmp_path, name):
    tensors = head_tensors() | {name: torch.ones(19)}
    refused(write_heads(tmp_path, tensors), f"holds '{name}'.*no place")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("reward_transform_matrix", (19, 18)),
        ("reward_transform_matrix", (19,)),
        ("gating.logit_scale", (2,)),
        ("gating.layers.0.weight", (4, 9)),
        ("gating.layers.0.bias", (5,)),
        ("gating.layers.1.weight", (18, 4)),
        ("gating.layers.1.weight", (19, 5)),
        ("gating.layers.1.bias", (19, 1)),
        ("regression_layer.weight", (19, 7)),
        ("regression_layer.weight", (19,)),
    ],
)
def test_shapes_that_do_not_fit(tmp_path, name, shape):
    tensors = head_tensors() | {name: torch.ones(*shape)}
    refused(write_heads(tmp_path, tensors), "shape|gate layer")


@pytest.mark.parametrize("name", list(head_tensors()))
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite(tmp_path, name, number):
    tensors = head_tensors()
    tensors[name].view(-1)[0] = number
    refused(write_heads(tmp_path, tensors), f"'{name}' holds numbers that are not finite")


def test_integers(tmp_path):
    tensors = head_tensors() | {"gating.layers.0.bias": torch.ones(4, dtype=torch.int32)}
    refused(write_heads(tmp_path, tensors), "gating.layers.0.bias' holds torch.int32, not floats")


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_a_logit_scale_that_turns_the_order_round(tmp_path, scale):
    tensors = head_tensors() | {"gating.logit_scale": torch.tensor([scale])}
    refused(write_heads(tmp_path, tensors), "logit_scale' must be above 0")


@pytest.mark.parametrize(
    ("keys", "pattern"),
    [
        ({"gating_temperature": 0}, "gating_temperature' must be above 0"),
        ({"gating_temperature": -2.0}, "gating_temperature' must be above 0"),
        ({"gating_temperature": "warm"}, "config.json can't be used.*gating_temperature"),
        ({"num_objectives": 5}, "'num_objectives' is 5, but the tensors beside it say 19"),
        ({"gating_n_hidden": 3}, "'gating_n_hidden' is 3, but.* 1"),
        ({"gating_hidden_dim": 1024}, "'gating_hidden_dim' is 1024, but.* 4"),
        ({"objective_names": ["a"]}, "'objective_names' names 1 objectives, but.*19 rows"),
        ({"objective_names": ["a"] * 19}, "different names; repeated: a"),
        ({"objective_names": [""] + ["a"] * 18}, "needs a name that is not empty"),
        ({"armo": {}}, "config.json can't be used.*armo"),
        ({"model_type": "strange"}, "no model of type 'strange'.*never run"),
        ({"model_type": None}, "no model of type 'None'"),
    ],
)
def test_keys_of_the_config(tmp_path, keys, pattern):
    refused(write_heads(tmp_path, head_tensors(), **keys), pattern)


def test_what_an_export_said_is_checked_as_well(tmp_path):
    extras = {"objectives": [], "verbosity": "", "preference_beta": 1.0, "max_tokens": 9}
    folder = write_heads(tmp_path / "none", head_tensors(), armo=extras)
    refused(folder, "'armo' names 0 objectives")
    three = [{"name": name, "low": 0.0, "high": 1.0} for name in "abc"]
    extras |= {"objectives": three, "preference_beta": -1.0}
    folder = write_heads(tmp_path / "beta", head_tensors(3, verbosity=1), armo=extras)
    refused(folder, "'armo.preference_beta' must be above 0")
    extras |= {"preference_beta": 1.0, "verbosity": "d"}
    folder = write_heads(tmp_path / "verbosity", head_tensors(3, verbosity=1), armo=extras)
    refused(folder, "'armo.verbosity' is 'd', which is none of the objectives")


def test_a_shard_that_is_not_there_or_elsewhere(tmp_path):
    folder = write_heads(tmp_path / "model", head_tensors())
    places = dict.fromkeys(head_tensors(), "model-00001-of-00002.safetensors")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    places["model.norm.weight"] = "model-00002-of-00002.safetensors"
    (folder / INDEX).write_text(json.dumps({"weight_map": places}))
    refused(folder, r"model-00002-of-00002.safetensors is missing.*copy the shard")
    save_file({"model.norm.weight": torch.ones(8)}, tmp_path / "outside.safetensors")
    places["model.norm.weight"] = "../outside.safetensors"
    (folder / INDEX).write_text(json.dumps({"weight_map": places}))
    refused(folder, "not a plain file name")
    for text in ("{", "[]", '{"weight_map": 3}', "{}"):
        (folder / INDEX).write_text(text)
        refused(folder, "weight_map")


@pytest.mark.parametrize("length", [0, 4, 100, -1])
def test_a_damaged_file(tmp_path, length):
    folder = write_heads(tmp_path, head_tensors())
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:length])
    refused(folder, "model.safetensors is damaged")


def test_pickled_weights_and_none(tmp_path):
    folder = write_heads(tmp_path, head_tensors())
    (folder / "model.safetensors").unlink()
    refused(folder, "holds no weights")
    (folder / "pytorch_model.bin").write_bytes(b"")
    refused(folder, r"pickled weights \(pytorch_model.bin\).*weights_only=True")


def test_a_backbone_of_another_width(tmp_path):
    folder = make_published(tmp_path / "model", count=3, verbosity=1)
    other = make_published(tmp_path / "other", count=5, verbosity=1)
    narrow = head_tensors(3, verbosity=1)
    tensors = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in tensors.items() if name.startswith("model.")}
    save_file(kept | narrow, folder / "model.safetensors", metadata={"format": "pt"})
    edit_config(folder, gating_hidden_dim=4, gating_n_hidden=1)
    with pytest.raises(ModelError, match=r"heads read 8 features, but the backbone .*gives 32"):
        RewardModel.from_pretrained(folder)
    with pytest.raises(BackboneError, match="fingerprint"):
        RewardModel.from_pretrained(other, backbone=str(folder))


def test_a_backbone_that_lacks_weights(tmp_path):
    folder = make_published(tmp_path / "model", count=3, verbosity=1)
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.norm.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(BackboneError, match=r"lacks 1 of its weights \(norm.weight"):
        RewardModel.from_pretrained(folder)


def test_a_template_that_opens_the_next_turn(tmp_path):
    folder = make_published(tmp_path / "model", count=3, verbosity=1)
    template = folder / "chat_template.jinja"
    template.write_text(template.read_text().replace("add_generation_prompt", "true"))
    with pytest.raises(BackboneError, match="assistant header unasked"):
        RewardModel.from_pretrained(folder)


@pytest.mark.parametrize("name", ["/no/such", "./no", "no-such-model", "a/b/c"])
def test_a_name_that_is_neither_a_folder_nor_one_of_the_hub(name):
    with pytest.raises(ModelError, match=f"{name}: no such folder"):
        RewardModel.from_pretrained(name)


def test_a_hub_name_that_the_hub_does_not_give(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"runs/nosuch: no such folder, and the hub gave no copy"):
        RewardModel.from_pretrained("runs/nosuch")
