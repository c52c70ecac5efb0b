"""A backbone that is fine-tuned before its features are read."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.heads import random_heads
from tests.training.test_pipeline import recipe_on

from armo import RewardModel
from armo.backbone import BackboneSettings, load
from armo.data import Dataset
from armo.errors import RecipeError
from armo.progress import silent
from armo.training.pipeline import Run, train
from armo.training.reading import read_data
from armo.training.recipe import Recipe
from armo.training.recipe_file import parse_recipe
from armo.training.stage0 import features_folder, tune_backbone, tuned_backbone
from armo.training.start import Start
from armo.tuning.result import Tuned, read_tuned
from armo.tuning.stage0 import Stage0Settings

pytest.importorskip("trl")
FEW = {
    "method": "lora",
    "batch_size": 4,
    "per_device": 2,
    "max_steps": 3,
    "warmup": 0,
    "dtype": "float32",
}


def short_recipe(folder: Path, **changes: Any) -> Recipe:
    data = {"ratings": ["sample"], "preferences": ["sample"], "sample": {"prompts": 40}}
    stage0 = Stage0Settings("ratings", settings=FEW | changes)
    return dataclasses.replace(recipe_on(folder, data=data), stage0=stage0)


@pytest.fixture(scope="module")
def tuned(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    out = tmp_path_factory.mktemp("tuned")
    return out, train(short_recipe(tiny_folder), out)


def test_features_are_those_of_the_trained_backbone(tuned, tiny_folder):
    out, run = tuned
    identity = run.model.backbone.identity
    assert identity.name == str((out / "stage0" / "backbone").resolve())
    assert identity.layer == 3
    assert identity.fingerprint != load(BackboneSettings(str(tiny_folder))).identity.fingerprint
    assert (out / f"features-{identity.fingerprint[:12]}" / "manifest.json").exists()
    assert not (out / "features").exists()


def test_the_figures_say_how_it_went(tuned):
    out, run = tuned
    record = json.loads((out / "metrics.json").read_text())["stage0"]
    assert record == json.loads(json.dumps(run.metrics["stage0"]))
    assert (record["loss"], record["steps"], record["merged"]) == ("ratings", 3, True)
    assert record["rows"] > 0
    assert record["tokens"] > 0


def test_the_model_loads_and_judges_alike(tuned):
    out, run = tuned
    conversation = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    again = RewardModel.from_pretrained(out, dtype="float32")
    np.testing.assert_allclose(again.score([conversation]), run.model.score([conversation]))


def test_what_is_done_is_not_done_again(tuned, tiny_folder):
    out, run = tuned
    before = read_tuned(out / "stage0")
    again = train(short_recipe(tiny_folder), out)
    assert read_tuned(out / "stage0") == before
    assert again.metrics["stages"]["features"]["tokens"] == 0
    assert again.model.config.hash == run.model.config.hash


def test_other_settings_train_anew_beside_the_old_features(tuned, tiny_folder, tmp_path):
    out, run = tuned
    shutil.copytree(out / "stage0", tmp_path / "stage0")
    recipe = short_recipe(tiny_folder, learning_rate=0.01)
    other = tune_backbone(recipe, read_data(recipe, None, silent), tmp_path, silent)
    assert "replaced" in other.tuned.notes[0]
    backbone = load(other.backbone)
    assert backbone.identity.fingerprint != run.model.backbone.identity.fingerprint
    folders = [features_folder(recipe, one, out) for one in (backbone, run.model.backbone)]
    assert len(set(folders)) == 2


def test_a_layer_of_the_backbone_gives_way_to_that_of_stage_0(tuned, tiny_folder):
    out, _ = tuned
    recipe = short_recipe(tiny_folder)
    recipe = dataclasses.replace(recipe, backbone=dataclasses.replace(recipe.backbone, layer=1))
    data = read_data(recipe, None, silent)
    assert tune_backbone(recipe, data, out, silent).backbone.layer == "last"
    middle = dataclasses.replace(recipe, stage0=dataclasses.replace(recipe.stage0, layer=2))
    assert load(tune_backbone(middle, data, out, silent).backbone).identity.layer == 2


def test_a_trained_models_objectives_do_not_go_with_it(tiny, tiny_folder, tmp_path):
    start = Start(random_heads(), "hash", "verbosity", tiny)
    recipe = dataclasses.replace(recipe_on(tiny_folder), stage0=Stage0Settings("bradley-terry"))
    with pytest.raises(RecipeError, match="--from"):
        tune_backbone(recipe, Dataset(), tmp_path, silent, start)


@pytest.mark.parametrize(
    ("stage0", "told"),
    [
        ({"loss": "rating"}, "stage0.loss"),
        ({"settings": {"max_steps": 1}}, "stage0.loss = "),
        ({"loss": "ratings", "settings": {"max_step": 1}}, "max_steps"),
        ({"loss": "bradley-terry", "settings": {"batch_size": 0}}, "batch_size"),
        ({"loss": "ratings", "steps": 3}, "stage0.steps"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(stage0, told, tmp_path):
    raw = {"data": {"ratings": ["sample"], "preferences": ["sample"]}, "stage0": stage0}
    with pytest.raises(RecipeError, match=told):
        parse_recipe(raw, "recipe.toml", tmp_path)


def test_adapters_that_stay_apart_go_on_top_of_the_base(tmp_path):
    record = Tuned(
        loss="ratings",
        inputs="",
        base="b",
        merged=False,
        rows=1,
        left_out={},
        steps=1,
        tokens=1,
        seconds=1.0,
        history=[],
        figures={},
    )
    backbone = BackboneSettings(name="base", revision="abc", layer=14)
    read = tuned_backbone(backbone, tmp_path, record)
    assert (read.name, read.revision, read.layer) == ("base", "abc", "last")
    assert read.adapter == str((tmp_path / "adapter").resolve())
