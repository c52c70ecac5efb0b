from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.data.test_files import preference, write
from tests.training.test_pipeline import recipe_on

from armo import RewardModel
from armo.backbone import BackboneSettings
from armo.errors import BackboneError, ModelError, RecipeError
from armo.report.summary import summary_text
from armo.training import Recipe
from armo.training.pipeline import train
from armo.training.reading import read_data
from armo.training.recipe import ObjectiveSettings
from armo.training.start import start_from


@pytest.fixture(scope="module")
def first(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    train(recipe_on(tiny_folder), folder)
    return folder


@pytest.fixture
def pairs_alone(tiny_folder: Path, tmp_path: Path) -> Recipe:
    rows = [
        preference(
            number,
            prompt=[{"role": "user", "content": f"Question {number}?"}],
            chosen=[{"role": "assistant", "content": f"A long answer to it, number {number}."}],
            rejected=[{"role": "assistant", "content": f"No {number}."}],
        )
        for number in range(40)
    ]
    pairs = write(tmp_path / "pairs.jsonl", rows)
    return recipe_on(tiny_folder, data={"preferences": [str(pairs)]})


def test_pairs_alone_make_a_model_of_the_objectives_of_another(first, pairs_alone, tmp_path):
    start = start_from(first, pairs_alone.backbone)
    run = train(pairs_alone, tmp_path / "out", start=start)
    old, new = RewardModel.from_pretrained(first), RewardModel.from_pretrained(tmp_path / "out")
    np.testing.assert_array_equal(new.heads.weight, old.heads.weight)
    np.testing.assert_array_equal(new.heads.intercept, old.heads.intercept)
    assert not np.array_equal(new.heads.transform, old.heads.transform)
    assert new.heads.objectives == old.heads.objectives
    assert run.metrics["started_from"] == old.config.hash
    assert run.metrics["data"]["rating_rows"] == 0
    text = summary_text(json.loads((tmp_path / "out" / "metrics.json").read_text()))
    assert f"kept from model {old.config.hash}, and not measured here: " in text


def test_debiasing_can_be_kept_too(first, pairs_alone, tmp_path):
    start = start_from(first, BackboneSettings(), ("gate",))
    run = train(pairs_alone, tmp_path / "out", start=start)
    old = RewardModel.from_pretrained(first)
    np.testing.assert_array_equal(run.model.heads.transform, old.heads.transform)
    assert run.model.config.verbosity == old.config.verbosity
    assert run.metrics["preferences"]
    again = train(pairs_alone, tmp_path / "out", start=start)
    assert again.metrics["stages"]["gate"]["reused"]


def test_without_ratings_and_without_a_model_the_way_out_is_told(pairs_alone, tmp_path):
    with pytest.raises(RecipeError, match=r"data\.ratings: name at least one source.*--from MODEL"):
        train(pairs_alone, tmp_path / "out")


def test_the_verbosity_of_a_kept_model_is_its_own(first, pairs_alone, tmp_path):
    misspelt = replace(pairs_alone, objectives=ObjectiveSettings(verbosity="verbosty"))
    start = start_from(first, pairs_alone.backbone)
    with pytest.raises(RecipeError, match=r"no objective 'verbosty' \(did you mean 'verbosity'"):
        train(misspelt, tmp_path / "out", start=start)
    kept = start_from(first, pairs_alone.backbone, ("gate",))
    known = [one.name for one in kept.objectives]
    other = replace(pairs_alone, objectives=ObjectiveSettings(verbosity=known[0]))
    with pytest.raises(RecipeError, match=r"which is kept, takes out 'verbosity', not"):
        train(other, tmp_path / "out", start=kept)


def test_debiasing_follows_what_the_backbone_read(first, pairs_alone, tmp_path):
    whole = start_from(first, replace(pairs_alone.backbone, overlong="cut"))
    (pair, *_) = read_data(pairs_alone, whole).preferences
    prompt = whole.backbone.encode(pair.conversations()[0]).prompt_length
    shorter = replace(pairs_alone.backbone, overlong="cut", max_tokens=prompt + 8)
    cut = start_from(first, shorter)
    before = train(pairs_alone, tmp_path / "out", start=whole)
    shutil.rmtree(tmp_path / "out" / "features")
    again = train(pairs_alone, tmp_path / "out", start=cut)
    fresh = train(pairs_alone, tmp_path / "fresh", start=cut)
    np.testing.assert_array_equal(again.model.heads.transform, fresh.model.heads.transform)
    assert not np.array_equal(again.model.heads.transform, before.model.heads.transform)


def test_another_backbone_is_refused(first, tiny_folder):
    with pytest.raises(BackboneError, match=r"is not the one that this was made with.*layer"):
        start_from(first, BackboneSettings(name=str(tiny_folder), layer="last", dtype="float32"))
    with pytest.raises(ModelError, match="no such folder"):
        start_from(first / "none", BackboneSettings())
