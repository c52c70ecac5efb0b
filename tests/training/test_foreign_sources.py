"""From published layouts to a model, without a native row in between."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest
from tests.data.test_files import write
from tests.training.test_pipeline import recipe_on

from armo import RewardModel
from armo.data import Source
from armo.errors import RecipeError
from armo.report.summary import summary_text
from armo.training import Recipe
from armo.training.pipeline import train
from armo.training.recipe import DerivedPairs

ASPECTS = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


@pytest.fixture
def recipe(tiny_folder: Path, tmp_path: Path) -> Recipe:
    draw = random.Random(0)
    rated = [
        {"prompt": f"Question {number // 4}?", "response": f"Answer {number}. " * (number % 5 + 1)}
        | {aspect: draw.randrange(5) for aspect in ASPECTS}
        for number in range(160)
    ]
    pairs = [
        {
            "chosen": f"\n\nHuman: Question {number}?\n\nAssistant: Yes, {number}.",
            "rejected": f"\n\nHuman: Question {number}?\n\nAssistant: No.",
        }
        for number in range(60)
    ]
    pairs.append({"chosen": "\n\nHuman: A?\n\nAssistant: B", "rejected": "Assistant: C"})
    write(tmp_path / "helpsteer.jsonl", rated)
    write(tmp_path / "hh.jsonl.gz", pairs)
    return recipe_on(
        tiny_folder,
        data={
            "folder": str(tmp_path),
            "ratings": [{"set": "helpsteer", "file": "helpsteer.jsonl"}],
            "preferences": [{"set": "hh-harmless-base", "file": "hh.jsonl.gz"}],
        },
        objectives={"verbosity": "helpsteer-verbosity", "maps": "published"},
        debias={"reference": ["hh-harmless-base"]},
    )


def test_a_model_is_trained_on_sets_as_they_are_published(recipe, tmp_path):
    run = train(recipe, tmp_path / "out")
    model = RewardModel.from_pretrained(tmp_path / "out", dtype="float32")
    assert model.objectives == [f"helpsteer-{aspect}" for aspect in ASPECTS]
    helpfulness = model.heads.objectives[0]
    assert (helpfulness.to_unit(0.0), helpfulness.to_unit(4.0)) == pytest.approx((0.1, 0.9))
    assert model.config.verbosity == "helpsteer-verbosity"
    data = run.metrics["data"]
    assert (data["rating_rows"], data["preference_rows"], data["rejected_rows"]) == (160, 60, 1)
    assert run.metrics["debias"]["reference"].endswith("of hh-harmless-base")
    assert "hh.jsonl.gz:61" in (tmp_path / "out" / "rejects.jsonl").read_text()
    assert summary_text(run.metrics)


def test_an_unknown_reference_is_a_sentence(recipe, tmp_path):
    wrong = dataclasses.replace(recipe.debias, reference=["hh-harmless"])
    with pytest.raises(RecipeError, match=r"'hh-harmless' \(did you mean 'hh-harmless-base'\?\)"):
        train(dataclasses.replace(recipe, debias=wrong), tmp_path / "out")
    assert not (tmp_path / "out" / "features").exists()


def test_verbosity_is_taken_out_over_the_reference_and_shown_there(recipe, tmp_path):
    others = [
        {
            "chosen": f"\n\nHuman: Say {number}.\n\nAssistant: " + "the in on " * (number % 9),
            "rejected": f"\n\nHuman: Say {number}.\n\nAssistant: {number}",
        }
        for number in range(1, 60)
    ]
    write(tmp_path / "others.jsonl", others)
    other = Source(file=str(tmp_path / "others.jsonl"), set="hh-helpful-base")
    data = dataclasses.replace(recipe.data, preferences=[*recipe.data.preferences, other])
    run = train(dataclasses.replace(recipe, data=data), tmp_path / "out")
    for record in run.metrics["bias"]["reference"]:
        assert abs(record["verbosity"]["after"]) < 0.02, record["name"]


def test_wrong_source_names_are_told_before_anything_is_read(recipe, tmp_path):
    wrong = dataclasses.replace(recipe.gate, source_weights={"hh": 2.0})
    with pytest.raises(RecipeError, match=r"gate.source_weights: no pair has the source 'hh'"):
        train(dataclasses.replace(recipe, gate=wrong), tmp_path / "out")
    assert not (tmp_path / "out" / "features").exists()


def test_pairs_can_be_made_of_the_ratings_alone(recipe, tmp_path):
    derived = DerivedPairs({"helpsteer-helpfulness": 1.0}, min_gap=0.5, per_prompt=2)
    data = dataclasses.replace(recipe.data, preferences=[], pairs_from_ratings=derived)
    debias = dataclasses.replace(recipe.debias, reference=[])
    run = train(dataclasses.replace(recipe, data=data, debias=debias), tmp_path / "out")
    made = run.metrics["data"]["derived_pairs"]
    assert run.metrics["data"]["preference_rows"] == made["pairs"] > 20
    assert "pairs were made of the ratings, by helpsteer-helpfulness" in summary_text(run.metrics)
